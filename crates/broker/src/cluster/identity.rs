//! Who this data directory is.
//!
//! `directory.json` holds the directory's own id, drawn once, before the node talks to anybody. `identity.json` names
//! the cluster, the node id, the incarnation and the founders; a directory without one is fresh, and [`super::joining`]
//! finds out where it belongs.
//!
//! Must never: let a data directory serve a cluster or a node id other than its own.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::metadata::FIRST_INCARNATION;
use crate::raft::transport::hello::{Cluster, Founder};

/// The content of `identity.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The cluster that this directory belongs to.
    pub cluster_id: String,
    /// The broker id that it belongs to.
    pub node_id: i32,
    /// The broker's incarnation.
    pub incarnation: u32,
    /// Drawn when the directory was first used.
    pub directory_id: Uuid,
    /// Whether the cluster has committed this node's registration: from then on its WAL cannot be empty.
    #[serde(default)]
    pub registered: bool,
    /// The first voters of the metadata group. Empty: written by a build that knew no other nodes than founders.
    #[serde(default)]
    pub founders: Vec<Founder>,
}

impl Identity {
    /// Whether this directory is a first voter of the metadata group, which it then initialises. Every other one comes
    /// to the group with an empty log and is added by its leader.
    pub fn is_founder(&self) -> bool {
        let me = Founder { id: self.node_id, directory_id: self.directory_id };
        self.incarnation == FIRST_INCARNATION && (self.founders.is_empty() || self.founders.contains(&me))
    }

    /// The cluster, as this node tells others of it.
    pub fn cluster(&self) -> Cluster {
        let formed = self.registered || !self.is_founder();
        Cluster { id: self.cluster_id.clone(), founders: self.founders.clone(), formed }
    }
}

/// The content of `directory.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Directory {
    directory_id: Uuid,
}

/// Why a node may not start on its data directory.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is damaged.
    #[error(
        "{path} is damaged: {reason}; restore it from a copy, or start with an empty data directory as a new node"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The directory is another node's.
    #[error(
        "{path} belongs to node {found}, but this is node {configured}: set data_dir to this node's own directory"
    )]
    OtherNode {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: i32,
        /// The configured id.
        configured: i32,
    },
    /// The WAL that belongs to this identity is gone.
    #[error(
        "{path} says that node {node} is a member of its cluster, but the WAL in {wal} is empty: restore the WAL, or start with an empty data directory, so that the node joins anew and its data is copied from the others"
    )]
    WalLost {
        /// The identity file.
        path: PathBuf,
        /// This node.
        node: i32,
        /// The WAL's directory.
        wal: PathBuf,
    },
    /// The identity that belongs to the WAL is gone.
    #[error(
        "the WAL in {wal} belongs to a member of a cluster, but {path} is missing: restore it from a copy, or empty the WAL's directory too, so that the node joins anew and its data is copied from the others"
    )]
    IdentityLost {
        /// The identity file.
        path: PathBuf,
        /// The WAL's directory.
        wal: PathBuf,
    },
}

const FILE: &str = "identity.json";
const DIRECTORY_FILE: &str = "directory.json";

/// Reads the directory's identity; `None` for a fresh directory.
pub fn load(data_dir: &Path, node_id: i32) -> Result<Option<Identity>, IdentityError> {
    let path = data_dir.join(FILE);
    match read::<Identity>(&path)? {
        Some(identity) if identity.node_id != node_id => {
            Err(IdentityError::OtherNode { path, found: identity.node_id, configured: node_id })
        }
        identity => Ok(identity),
    }
}

/// The id of the data directory: of its identity if it has one, else of `directory.json`, else drawn and made durable
/// there, so that a node that dies while it finds its cluster does not come back as somebody else.
pub fn directory_id(data_dir: &Path, identity: Option<&Identity>) -> Result<Uuid, IdentityError> {
    if let Some(identity) = identity {
        return Ok(identity.directory_id);
    }
    let path = data_dir.join(DIRECTORY_FILE);
    if let Some(Directory { directory_id }) = read(&path)? {
        return Ok(directory_id);
    }
    let directory_id = Uuid::new_v4();
    write(&path, &Directory { directory_id })?;
    Ok(directory_id)
}

/// Refuses a directory that has lost its WAL (the votes and acknowledgements in it must not be given twice), or a WAL
/// that has lost its identity (its log must not go on under another Raft id).
pub fn check_wal(
    data_dir: &Path,
    wal: &Path,
    identity: Option<&Identity>,
    wal_is_empty: bool,
) -> Result<(), IdentityError> {
    let (path, wal) = (data_dir.join(FILE), wal.to_owned());
    match identity {
        Some(Identity { registered: true, node_id, .. }) if wal_is_empty => {
            Err(IdentityError::WalLost { path, node: *node_id, wal })
        }
        None if !wal_is_empty => Err(IdentityError::IdentityLost { path, wal }),
        _ => Ok(()),
    }
}

/// Makes the identity durable.
pub fn store(data_dir: &Path, identity: &Identity) -> Result<(), IdentityError> {
    write(&data_dir.join(FILE), identity)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, IdentityError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(IdentityError::Io { path: path.to_owned(), source }),
    };
    serde_json::from_str(&text).map(Some).map_err(|e| damaged(path, &e))
}

fn write(path: &Path, content: &impl Serialize) -> Result<(), IdentityError> {
    let text = serde_json::to_string_pretty(content).map_err(|e| damaged(path, &e))?;
    let written = write_durably(path, text.as_bytes(), 0o644);
    written.map_err(|source| IdentityError::Io { path: path.to_owned(), source })
}

fn damaged(path: &Path, e: &serde_json::Error) -> IdentityError {
    IdentityError::Damaged { path: path.to_owned(), reason: e.to_string() }
}

/// Replaces a file so that after a crash it has either its old content or the new one.
pub fn write_durably(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = path.with_extension("new");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    fs::File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            cluster_id: "c".into(),
            node_id: 2,
            incarnation: FIRST_INCARNATION,
            directory_id: Uuid::from_u128(2),
            registered: true,
            founders: [1, 2, 3].map(founder).into(),
        }
    }

    fn founder(id: i32) -> Founder {
        Founder { id, directory_id: Uuid::from_u128(id as u128) }
    }

    #[test]
    fn an_identity_survives_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load(dir.path(), 2).unwrap(), None);
        store(dir.path(), &identity()).unwrap();
        assert_eq!(load(dir.path(), 2).unwrap(), Some(identity()));
    }

    #[test]
    fn a_directory_draws_its_id_once() {
        let dir = tempfile::tempdir().unwrap();
        let drawn = directory_id(dir.path(), None).unwrap();
        assert_eq!(directory_id(dir.path(), None).unwrap(), drawn);
        assert_ne!(directory_id(tempfile::tempdir().unwrap().path(), None).unwrap(), drawn);
        assert_eq!(directory_id(dir.path(), Some(&identity())).unwrap(), identity().directory_id);
    }

    #[test]
    fn the_identity_of_the_first_build_is_a_founders() {
        let dir = tempfile::tempdir().unwrap();
        let text = r#"{"cluster_id": "c", "node_id": 2, "incarnation": 1, "registered": true,
            "directory_id": "00000000-0000-0000-0000-000000000002"}"#;
        fs::write(dir.path().join(FILE), text).unwrap();
        let old = load(dir.path(), 2).unwrap().unwrap();
        assert_eq!(old, Identity { founders: Vec::new(), ..identity() });
        assert!(old.is_founder() && old.cluster().formed);
    }

    #[test]
    fn a_founder_is_known_by_its_directory_and_a_joined_node_by_its_incarnation() {
        assert!(identity().is_founder());
        let other_directory = Identity { directory_id: Uuid::from_u128(7), ..identity() };
        assert!(!other_directory.is_founder());
        let joined_a_cluster_of_the_first_build =
            Identity { incarnation: 2, founders: Vec::new(), ..identity() };
        assert!(!joined_a_cluster_of_the_first_build.is_founder());
    }

    #[test]
    fn a_cluster_is_formed_for_a_founder_that_is_registered_and_for_all_that_joined() {
        let formed = |identity: Identity| identity.cluster().formed;
        assert!(formed(identity()));
        assert!(!formed(Identity { registered: false, ..identity() }));
        assert!(formed(Identity { registered: false, incarnation: 2, ..identity() }));
    }

    #[test]
    fn a_wal_and_an_identity_are_lost_together_or_not_at_all() {
        let check = |identity: Option<Identity>, wal_is_empty| {
            check_wal(Path::new("d"), Path::new("w"), identity.as_ref(), wal_is_empty)
        };
        let unregistered = Identity { registered: false, ..identity() };
        assert!(matches!(check(Some(identity()), true), Err(IdentityError::WalLost { node: 2, .. })));
        assert!(matches!(check(None, false), Err(IdentityError::IdentityLost { .. })));
        check(Some(identity()), false).unwrap();
        check(None, true).unwrap();
        // It died on its first start, before it had taken part in anything.
        check(Some(unregistered), true).unwrap();
    }

    #[test]
    fn a_directory_serves_only_its_own_node() {
        let dir = tempfile::tempdir().unwrap();
        store(dir.path(), &identity()).unwrap();
        assert!(matches!(load(dir.path(), 3), Err(IdentityError::OtherNode { found: 2, configured: 3, .. })));
    }

    #[test]
    fn a_damaged_identity_is_named_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        for file in [FILE, DIRECTORY_FILE] {
            fs::write(dir.path().join(file), "{\"cluster_id\":").unwrap();
        }
        let named = |file: &str, e| matches!(e, IdentityError::Damaged { path, .. } if path.ends_with(file));
        assert!(named(FILE, load(dir.path(), 2).unwrap_err()));
        assert!(named(DIRECTORY_FILE, directory_id(dir.path(), None).unwrap_err()));
    }
}
