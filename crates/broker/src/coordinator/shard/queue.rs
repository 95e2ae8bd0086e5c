//! Records that wait to be appended to one partition, and what happens when they are.
//!
//! While one append is under way the next ones gather here, so that a busy partition spends one
//! Raft round on many commits. Order is kept: what was queued first is stored first and takes
//! effect first.

use std::collections::VecDeque;

use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;
use tokio::sync::oneshot;

use crate::coordinator::OffsetRecord;
use crate::coordinator::group::AfterAppend;
use crate::coordinator::offsets::TopicPartition;
use crate::coordinator::records::CommittedOffset;

/// An offset that is set, or forgotten.
pub type OffsetChange = (TopicPartition, Option<CommittedOffset>);

/// Who hears whether an append was stored.
pub type Reply = oneshot::Sender<Result<(), ResponseError>>;

/// What takes effect once its records are stored.
pub enum Then {
    /// A step of the group's state machine.
    Group {
        /// The group.
        group: StrBytes,
        /// What the group waits for.
        then: AfterAppend,
    },
    /// Offsets that are set or forgotten.
    Offsets {
        /// The group.
        group: StrBytes,
        /// The changes.
        changes: Vec<OffsetChange>,
        /// Who asked.
        reply: Reply,
    },
    /// The group is gone.
    DeleteGroup {
        /// The group.
        group: StrBytes,
        /// Who asked.
        reply: Reply,
    },
}

struct Pending {
    records: Vec<OffsetRecord>,
    bytes: usize,
    then: Then,
}

/// A batch larger than this is not grown further.
const BATCH_BYTES: usize = 512 << 10;

/// The queue of one partition.
#[derive(Default)]
pub struct AppendQueue {
    waiting: VecDeque<Pending>,
    waiting_bytes: usize,
    under_way: Vec<Then>,
}

impl AppendQueue {
    /// Bytes that wait.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Whether an append is under way.
    pub fn is_busy(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Queues records.
    pub fn push(&mut self, records: Vec<OffsetRecord>, then: Then) {
        let bytes =
            records.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, bytes::Bytes::len)).sum();
        self.waiting_bytes += bytes;
        self.waiting.push_back(Pending { records, bytes, then });
    }

    /// The records of the next append; `None` while one is under way or nothing waits.
    pub fn next_batch(&mut self) -> Option<Vec<OffsetRecord>> {
        if self.is_busy() {
            return None;
        }
        let first = self.waiting.pop_front()?;
        let (mut records, mut bytes) = (first.records, first.bytes);
        self.under_way.push(first.then);
        while let Some(next) = self.waiting.pop_front_if(|next| bytes + next.bytes <= BATCH_BYTES) {
            bytes += next.bytes;
            records.extend(next.records);
            self.under_way.push(next.then);
        }
        self.waiting_bytes -= bytes;
        Some(records)
    }

    /// The append under way ended: what takes effect, or fails, now.
    pub fn take_under_way(&mut self) -> Vec<Then> {
        std::mem::take(&mut self.under_way)
    }

    /// Everything that waits for a later append.
    pub fn take_waiting(&mut self) -> Vec<Then> {
        self.waiting_bytes = 0;
        self.waiting.drain(..).map(|pending| pending.then).collect()
    }

    /// Partitions of `group` whose offsets an append under way or in the queue will set.
    pub fn partitions_of(&self, group: &StrBytes) -> Vec<TopicPartition> {
        let queued = self.waiting.iter().map(|pending| &pending.then);
        let mut partitions = Vec::new();
        for then in self.under_way.iter().chain(queued) {
            if let Then::Offsets { group: owner, changes, .. } = then
                && owner == group
            {
                partitions.extend(changes.iter().map(|(partition, _)| partition.clone()));
            }
        }
        partitions
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn record(bytes: usize) -> OffsetRecord {
        (Bytes::from(vec![0; bytes]), None)
    }

    fn nothing() -> Then {
        Then::Group { group: StrBytes::new(), then: AfterAppend::Nothing }
    }

    #[test]
    fn small_requests_share_a_batch_and_a_large_one_has_its_own() {
        let mut queue = AppendQueue::default();
        for bytes in [10, 20, BATCH_BYTES, BATCH_BYTES * 2, 30] {
            queue.push(vec![record(bytes)], nothing());
        }
        let mut batches = Vec::new();
        while let Some(batch) = queue.next_batch() {
            assert!(queue.next_batch().is_none(), "one append at a time");
            batches.push(batch.iter().map(|(key, _)| key.len()).collect::<Vec<_>>());
            assert_eq!(queue.take_under_way().len(), batch.len());
        }
        assert_eq!(batches, [vec![10, 20], vec![BATCH_BYTES], vec![BATCH_BYTES * 2], vec![30]]);
        assert_eq!(queue.waiting_bytes(), 0);
    }
}
