//! What can go wrong, to which object, and what to do next.

use std::io;
use std::path::{Path, PathBuf};

use super::GroupId;

/// An error of the WAL.
#[derive(Debug, thiserror::Error)]
pub enum WalError {
    /// The operating system refused.
    #[error("WAL: cannot {what} {path}: {source}; check the disk, its free space and its permissions")]
    Io {
        /// The operation.
        what: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another process holds the directory.
    #[error("WAL directory {dir} is in use by another process; stop it or configure another directory")]
    Locked {
        /// The directory.
        dir: PathBuf,
    },
    /// A file of another format version.
    #[error(
        "WAL file {path} has format version {version}, this program reads version 3; use the program that wrote it"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The version found.
        version: u32,
    },
    /// An append that does not continue the log.
    #[error("group {group}: append at index {got}, the log continues at {expected}; truncate or purge first")]
    NotContiguous {
        /// The group.
        group: GroupId,
        /// The index that would continue the log.
        expected: u64,
        /// The index that was given.
        got: u64,
    },
    /// Far more is queued than the disk takes: nothing was appended.
    #[error("WAL queue holds {queued} bytes, the limit is {limit}; wait until earlier appends are done")]
    Busy {
        /// Bytes in the queue.
        queued: u64,
        /// The hard limit: four times the configured queue size.
        limit: u64,
    },
    /// The group was damaged on disk and is neither read nor written.
    #[error(
        "group {group} is quarantined because its log is damaged; remove it and rebuild it from its peers"
    )]
    Quarantined {
        /// The group.
        group: GroupId,
    },
    /// Damage found by a read. Nothing of the entry is served.
    #[error(
        "group {group}: entry {index} is damaged in {file} at byte {offset}; rebuild the group from its peers"
    )]
    Corrupt {
        /// The group.
        group: GroupId,
        /// The entry.
        index: u64,
        /// The file.
        file: PathBuf,
        /// Where its frame begins.
        offset: u64,
    },
    /// The checkpoint at the head of a file is damaged. Nothing of it is served.
    #[error("the checkpoint at the head of WAL file {file} is damaged; use the one of a newer file")]
    DamagedCheckpoint {
        /// The file.
        file: PathBuf,
    },
    /// There is no such file, or no longer.
    #[error(
        "there is no WAL file {file:016x}: it was deleted when nothing in it was alive; look the file up again"
    )]
    NoSuchFile {
        /// Its sequence number.
        file: u64,
    },
    /// A read before the start of the log.
    #[error(
        "group {group}: entry {index} is purged, the log starts at {first}; read from there or take a snapshot"
    )]
    Purged {
        /// The group.
        group: GroupId,
        /// The index asked for.
        index: u64,
        /// Index at which the log starts.
        first: u64,
    },
    /// The handle is of a group that has been removed.
    #[error("group {group} has been removed; take a new handle to begin it anew")]
    Removed {
        /// The group.
        group: GroupId,
    },
    /// A request that contradicts the log.
    #[error("group {group}: {what}; nothing was changed")]
    Invalid {
        /// The group.
        group: GroupId,
        /// The contradiction.
        what: String,
    },
    /// The WAL is closed or has failed.
    #[error("the WAL is closed; open it again")]
    Closed,
}

impl WalError {
    /// For `map_err`: an I/O error with the operation and the path.
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, path: path.to_path_buf(), source }
    }

    pub(super) fn invalid(group: GroupId, what: impl Into<String>) -> Self {
        Self::Invalid { group, what: what.into() }
    }
}

impl From<WalError> for io::Error {
    fn from(error: WalError) -> Self {
        match error {
            WalError::Io { source, .. } => source,
            other => Self::other(other),
        }
    }
}
