//! The words of the log: groups, entry ids, bodies, states. Plain data, no I/O.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

/// Names one log among those that share the WAL.
pub type GroupId = u64;

/// Where an entry stands in its group's log: `index` counts from 0, `(term, leader)` say who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId {
    /// The term in which the entry was written.
    pub term: u64,
    /// The leader of that term.
    pub leader: u64,
    /// Position in the log, from 0.
    pub index: u64,
}

/// The newest vote of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Vote {
    /// The term voted in.
    pub term: u64,
    /// The candidate or leader voted for.
    pub leader: u64,
    /// Whether a quorum has granted it.
    pub committed: bool,
}

/// An opaque body as a rope: bytes shared with whoever produced them, gathered only by the disk write.
#[derive(Clone, Debug)]
pub enum Body {
    /// One slice.
    One(Bytes),
    /// Several slices, read one after the other.
    Many(Arc<[Bytes]>),
}

impl Body {
    /// A body without bytes.
    pub const fn empty() -> Self {
        Self::One(Bytes::new())
    }

    /// The slices, in order.
    pub fn chunks(&self) -> &[Bytes] {
        match self {
            Self::One(bytes) => std::slice::from_ref(bytes),
            Self::Many(chunks) => chunks,
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.chunks().iter().map(Bytes::len).sum()
    }

    /// Whether there are no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.chunks().iter().all(Bytes::is_empty)
    }

    /// The body in one piece: shared if it already is one, gathered (copied) otherwise.
    pub fn to_bytes(&self) -> Bytes {
        match self.chunks() {
            [] => Bytes::new(),
            [one] => one.clone(),
            many => {
                let mut all = BytesMut::with_capacity(self.len());
                for chunk in many {
                    all.extend_from_slice(chunk);
                }
                all.freeze()
            }
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::One(bytes)
    }
}

impl From<Vec<Bytes>> for Body {
    fn from(chunks: Vec<Bytes>) -> Self {
        Self::Many(chunks.into())
    }
}

/// Two bodies are equal when their bytes are, however they are cut into slices.
impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.chunks().iter().flatten().eq(other.chunks().iter().flatten())
    }
}

impl Eq for Body {}

/// One entry of a group's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log.
    pub id: LogId,
    /// Meaning known to the caller only.
    pub kind: u8,
    /// How many records it holds; 0 is allowed.
    pub count: u32,
    /// Sum of the counts of all earlier entries of the group. Set by the WAL on append.
    pub base: u64,
    /// The bytes.
    pub body: Body,
}

/// What is known of an entry without reading its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryHeader {
    /// Its place in the log.
    pub id: LogId,
    /// Meaning known to the caller only.
    pub kind: u8,
    /// Sum of the counts of all earlier entries of the group.
    pub base: u64,
    /// How many records it holds.
    pub count: u32,
    /// Length of the body in bytes.
    pub body_len: u32,
}

impl Entry {
    /// The entry without its body.
    pub fn header(&self) -> EntryHeader {
        let Self { id, kind, count, base, .. } = *self;
        EntryHeader { id, kind, base, count, body_len: self.body.len() as u32 }
    }
}

/// Everything about a group's log but its entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupState {
    /// The newest vote.
    pub vote: Option<Vote>,
    /// The newest entry known to be committed. Advisory: it may lag behind after a crash.
    pub committed: Option<LogId>,
    /// The newest entry that has been purged: the log starts after it.
    pub purged: Option<LogId>,
    /// Base of the first entry after the purge point.
    pub purged_base: u64,
    /// The last entry, or `purged` if the log is empty.
    pub last: Option<LogId>,
    /// Base of the entry to come.
    pub end: u64,
}

impl GroupState {
    /// Index of the first entry that the log holds, or will hold.
    pub fn first_index(&self) -> u64 {
        self.purged.map_or(0, |id| id.index.saturating_add(1))
    }

    /// Index of the entry to come.
    pub fn next_index(&self) -> u64 {
        self.last.map_or(0, |id| id.index.saturating_add(1))
    }
}

/// Opaque application state of the groups, put into the checkpoint at the head of each new file.
///
/// Called on the writer thread, with no lock held: answer from memory, at once. The state may
/// already reflect entries that are appended but not yet durable here.
pub trait CheckpointSource: Send + Sync {
    /// The state of `group`. `None`: what the last checkpoint said of the group is kept.
    fn app_state(&self, group: GroupId) -> Option<Bytes>;
}
