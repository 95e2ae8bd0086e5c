//! What the disk is used for: which file holds how much of whom.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::file::WalFile;
use super::group::Log;
use super::stretch::Stretch;
use super::{GroupId, Shared};

/// How many groups [`FileSpace::pinned_by`] names.
const NAMED: usize = 5;

/// What a WAL takes on disk, and what for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Space {
    /// WAL files, oldest first, then segments.
    pub files: Vec<FileSpace>,
    /// Their size in bytes, preallocated space included.
    pub disk_bytes: u64,
    /// What the entries in them take that the logs still hold, in bytes.
    pub live_bytes: u64,
}

/// One file of a [`Space`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSpace {
    /// Sequence number of a WAL file, number of a segment: what
    /// [`GroupLog::file_of`](super::GroupLog::file_of) says.
    pub seq: u64,
    /// What sort of file it is.
    pub kind: FileKind,
    /// The group that a segment belongs to.
    pub group: Option<GroupId>,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes_on_disk: u64,
    /// What the entries in it take that the logs still hold, in bytes.
    pub live_bytes: u64,
    /// The groups with most of those bytes, at most five, and their bytes.
    pub pinned_by: Vec<(GroupId, u64)>,
}

/// A sort of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Entries of all groups in the order in which they were written.
    Wal,
    /// Entries of one group, moved there.
    Segment,
}

/// A group's share of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The group.
    pub group: GroupId,
    /// Length of its live frames there.
    pub live: u64,
    /// Whether these may be moved: they are committed, and the group is not quarantined.
    pub movable: bool,
}

/// Who holds what in which file, as the disk has it.
pub type Holders = HashMap<u64, Vec<Holder>>;

/// Asks all groups.
pub fn holders(shared: &Shared) -> Holders {
    let mut holders = Holders::new();
    for group in shared.live_groups() {
        let log = group.lock();
        for stretch in log.durable.index.stretches() {
            let share = share(group.id, &log, stretch);
            let of_file = holders.entry(stretch.file).or_default();
            match of_file.last_mut().filter(|last| last.group == group.id) {
                Some(last) => {
                    last.live += share.live;
                    last.movable &= share.movable;
                }
                None => of_file.push(share),
            }
        }
    }
    holders
}

fn share(group: GroupId, log: &Log, stretch: &Stretch) -> Holder {
    let live = stretch.size_of(&(log.durable.state.first_index()..u64::MAX)).frames;
    let committed = log.state.committed.map_or(0, |id| id.index.saturating_add(1));
    Holder { group, live, movable: !log.durable.quarantined && stretch.next() <= committed }
}

impl Space {
    /// Takes stock.
    pub(super) fn of(shared: &Shared) -> Self {
        let files: Vec<_> = shared.files.read().values().cloned().collect();
        let segments: Vec<_> = shared.segments.read().values().cloned().collect();
        let mut holders = holders(shared);
        let mut space = Self::default();
        for file in files {
            space.add(FileKind::Wal, None, &file, holders.remove(&file.seq));
        }
        for segment in segments {
            let holders = holders.remove(&segment.name.number);
            space.add(FileKind::Segment, Some(segment.name.group), &segment.file, holders);
        }
        space
    }

    fn add(
        &mut self,
        kind: FileKind,
        group: Option<GroupId>,
        file: &Arc<WalFile>,
        holders: Option<Vec<Holder>>,
    ) {
        let mut pinned_by: Vec<_> =
            holders.unwrap_or_default().iter().map(|holder| (holder.group, holder.live)).collect();
        let live_bytes = pinned_by.iter().map(|(_, live)| live).sum();
        pinned_by.sort_by_key(|(group, live)| (u64::MAX - live, *group));
        pinned_by.truncate(NAMED);
        let (seq, path, bytes_on_disk) = (file.seq, file.path.clone(), file.len());
        self.disk_bytes += bytes_on_disk;
        self.live_bytes += live_bytes;
        self.files.push(FileSpace { seq, kind, group, path, bytes_on_disk, live_bytes, pinned_by });
    }
}
