//! What waits for the disk: a queue from all groups to the one writer.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::frame::{FrameType, Header};
use super::group::Group;
use super::{Body, GroupId, LogId, WalError};

/// Called on the writer thread, in order, after the fsync that covers the request.
pub type Done = Box<dyn FnOnce(io::Result<()>) + Send>;

/// A request of one group: frames that follow one another.
pub struct Op {
    /// The group.
    pub group: Arc<Group>,
    /// The frames; their place is not known yet.
    pub frames: Vec<(Header, Body)>,
    /// The group's version when the request was made.
    pub version: u64,
    /// Whom to tell.
    pub done: Done,
}

/// What the writer takes at once.
#[derive(Default)]
pub struct Taken {
    /// The requests, in order.
    pub ops: Vec<Op>,
    /// Commit points that ride along.
    pub committed: BTreeMap<GroupId, (Arc<Group>, LogId)>,
}

/// The queue, locked.
#[derive(Default)]
pub struct Waiting {
    taken: Taken,
    closing: bool,
    failed: bool,
}

/// The queue.
#[derive(Default)]
pub struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

impl Queue {
    /// Takes the lock, to add something. To be taken after a group's, never before.
    pub fn open(&self) -> Result<MutexGuard<'_, Waiting>, WalError> {
        let waiting = self.waiting.lock();
        if waiting.closing || waiting.failed { Err(WalError::Closed) } else { Ok(waiting) }
    }

    /// Adds a request and wakes the writer.
    pub fn push(&self, mut waiting: MutexGuard<'_, Waiting>, op: Op) {
        waiting.taken.ops.push(op);
        self.wake.notify_one();
    }

    /// No more is accepted; the writer ends when it has taken what is there.
    pub fn close(&self) {
        self.waiting.lock().closing = true;
        self.wake.notify_one();
    }

    /// The disk has failed: no more is accepted. Returns what waits, to be answered.
    pub fn fail(&self) -> Taken {
        let mut waiting = self.waiting.lock();
        waiting.failed = true;
        std::mem::take(&mut waiting.taken)
    }

    /// Whether the disk has failed.
    pub fn has_failed(&self) -> bool {
        self.waiting.lock().failed
    }

    /// Waits for requests and takes all of them. `None`: closed and empty.
    pub fn take(&self) -> Option<Taken> {
        let mut waiting = self.waiting.lock();
        while waiting.taken.ops.is_empty() && !waiting.closing {
            self.wake.wait(&mut waiting);
        }
        let taken = std::mem::take(&mut waiting.taken);
        (!taken.ops.is_empty() || !taken.committed.is_empty()).then_some(taken)
    }

    /// Whether nothing waits that asks for a flush.
    pub fn is_idle(&self) -> bool {
        self.waiting.lock().taken.ops.is_empty()
    }
}

impl Waiting {
    /// Notes a commit point, to be written with the next flush. Replaces an earlier one.
    pub fn commit(&mut self, group: &Arc<Group>, id: LogId) {
        self.taken.committed.insert(group.id, (group.clone(), id));
    }

    /// Forgets the commit point of a group that is removed.
    pub fn forget_commit(&mut self, group: GroupId) {
        self.taken.committed.remove(&group);
    }
}

/// A frame without a body that names an id.
pub fn id_frame(frame: FrameType, group: GroupId, id: LogId) -> (Header, Body) {
    let LogId { term, leader, index } = id;
    (Header { term, leader, index, ..Header::new(frame, group) }, Body::empty())
}
