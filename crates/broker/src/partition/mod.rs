//! A live partition on this node: its Raft group, the state that follows from the log, and who waits for it.
//!
//! The life of a produced batch, and where it is durable:
//! 1. it is validated (CRC, counts, sizes) and queued here, in memory, as a slice of the client's request;
//! 2. the [`accumulator`] makes one Raft entry of everything queued and proposes it: the WAL of this node writes
//!    it, the streams to the followers send it; nothing is durable yet;
//! 3. each replica's `fdatasync` makes it durable there; with a quorum the entry is committed;
//! 4. the state machine applies it ([`machine`]): the high watermark moves, waiting fetches wake;
//! 5. only then is the producer answered, whether it asked for `acks=all` or `acks=1`.
//!
//! Old records go the same way: the leader proposes where the log is to start ([`deletion`]), and every replica moves it
//! when that entry is applied.
//!
//! Must never: answer a producer before step 4, show a consumer anything above the high watermark, or copy record
//! bytes on the way.

mod accumulator;
mod deletion;
mod machine;
mod offsets;
mod reader;
#[cfg(test)]
mod tests;
mod waiters;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chronik_common::LatencyHistogram;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::log::PartitionState;
use crate::raft::{Group, GroupId};

pub use accumulator::{AppendError, AppendedAt, NewBatch};
pub use deletion::DeleteError;
pub use machine::PartitionMachine;
pub use offsets::Found;
pub use reader::{ReadError, Slice};
pub use waiters::{Waiter, Waiting};

/// A partition on this node.
pub struct Partition {
    id: GroupId,
    topic: Uuid,
    index: i32,
    group: OnceLock<Arc<Group>>,
    state: Mutex<PartitionState>,
    /// Set when an entry could not be applied: the replica is damaged and serves nothing.
    broken: OnceLock<String>,
    queue: accumulator::Queue,
    waiters: waiters::Waiters,
    /// Wakes the accumulator when an entry was applied.
    applied: tokio::sync::Notify,
    /// Bytes that passed while this node led, since they were last taken in.
    traffic: AtomicU64,
    node: Arc<NodeWide>,
}

/// What all partitions of a node share.
#[derive(Debug, Default)]
pub struct NodeWide {
    /// How long rounds took from proposal to answer, over all partitions that this node led.
    pub commits: LatencyHistogram,
    /// Bytes of batches that wait for a round, over all partitions.
    queued: AtomicUsize,
}

impl Partition {
    /// A partition whose group is yet to be started with a [`PartitionMachine`] of it. `node` is what it
    /// shares with the others.
    pub fn new(id: GroupId, topic: Uuid, index: i32, node: Arc<NodeWide>) -> Arc<Self> {
        Arc::new(Self {
            id,
            topic,
            index,
            group: OnceLock::new(),
            state: Mutex::default(),
            broken: OnceLock::new(),
            queue: accumulator::Queue::default(),
            waiters: waiters::Waiters::default(),
            applied: tokio::sync::Notify::new(),
            traffic: AtomicU64::new(0),
            node,
        })
    }

    /// Gives the partition its running group.
    pub fn attach(&self, group: Arc<Group>) {
        drop(self.group.set(group));
    }

    /// Its Raft group's id.
    pub fn id(&self) -> GroupId {
        self.id
    }

    /// Its topic's id.
    pub fn topic(&self) -> Uuid {
        self.topic
    }

    /// Its number in the topic.
    pub fn index(&self) -> i32 {
        self.index
    }

    /// Its Raft group, once started.
    pub fn group(&self) -> Option<&Arc<Group>> {
        self.group.get()
    }

    /// Why this replica serves nothing, if so.
    pub fn broken(&self) -> Option<&str> {
        self.broken.get().map(String::as_str)
    }

    /// (log start offset, high watermark) as far as this replica knows.
    pub fn bounds(&self) -> (i64, i64) {
        let state = self.state.lock();
        (state.log_start_offset(), state.high_watermark())
    }

    /// Bytes of the batches from the log start on, as far as this replica knows.
    pub fn log_bytes(&self) -> u64 {
        self.state.lock().times().bytes()
    }

    /// Counts bytes that were taken in from producers or given out to consumers, if this node leads the partition: what a
    /// follower gives out does not go elsewhere along with the leadership.
    pub fn count_traffic(&self, bytes: usize) {
        if self.group.get().is_some_and(|group| group.leads().is_some()) {
            self.traffic.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }

    /// The bytes that were counted since the last call.
    pub fn take_traffic(&self) -> u64 {
        self.traffic.swap(0, Ordering::Relaxed)
    }

    /// The term that this node leads and is ready to serve in: it has applied the first entry of its own term, so
    /// it knows all that earlier leaders committed.
    pub fn ready_term(&self) -> Option<u64> {
        let term = self.group.get()?.leads()?;
        (self.broken.get().is_none() && self.state.lock().applied().term == term).then_some(term)
    }

    /// The term of the newest entry applied here: the leader epoch that a follower can vouch for.
    pub fn applied_term(&self) -> u64 {
        self.state.lock().applied().term
    }

    /// The state after the last entry applied, encoded: equal on all replicas that have applied the same entries.
    pub fn encoded_state(&self) -> Bytes {
        self.state.lock().encode()
    }

    /// The largest leader epoch at or below `epoch` and the offset where it ends (KIP-101); `None` if unknown.
    pub fn end_offset_for(&self, epoch: i32) -> Option<(i32, i64)> {
        let state = self.state.lock();
        state.epochs().end_offset_for(epoch, state.high_watermark())
    }

    /// Tells all waiting fetches to look again: the partition is going away.
    pub fn close(&self) {
        self.waiters.wake_all();
        self.applied.notify_waiters();
    }
}
