//! What a connection was answered lately, for each partition that it produces to.
//!
//! A client sends batches before the ones ahead of them are answered. When leadership changes under them, the first
//! may fail here although the next leader commits it, the second be refused, and the third reach that next leader (by a
//! detour, or because the client asks there by now), which misses the second: out of sequence. A client that is told so
//! takes the first for not written, begins a new producer epoch and sends all of them again, and the first is in the log
//! twice (librdkafka does that for all its partitions: "skipped sequence numbers"). Told instead that it asked the wrong
//! leader, it sends them again as they were, in order, and those that were committed are recognized.
//!
//! So `OUT_OF_ORDER_SEQUENCE_NUMBER` is said only to a client that stays out of sequence: when as many batches as it can
//! have in flight were found to be so, one after the other, and nothing else came in between.
//!
//! A producer that the partition does not know is out of sequence unless it begins at 0: the batches before this one may
//! have been refused and be on their way again. If the same batch comes again and none before it has, there is none: the
//! producer was forgotten, or the topic is not the one that it wrote to ([`Pipeline::arrives`]). Clients send again in
//! order, and nothing behind a batch before its answer is there.
//!
//! Must never: hide a gap that the client made for longer than that.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::log::Sequenced;
use crate::raft::GroupId;

/// Batches of one producer that a client may have in flight (`max.in.flight.requests.per.connection` of an
/// idempotent producer, at most): so many may have been sent before it could know of a failure.
const IN_FLIGHT: u32 = 5;
/// Requests for one partition that are passed on to its leader before the client is told to ask there.
const DETOURS: u32 = 5;

/// What one connection was answered for one partition.
#[derive(Debug, Default)]
struct Line {
    /// The last so many batches were out of sequence.
    out_of_order: u32,
    /// The first of these batches that the producer has to send again.
    gap: Option<Sequenced>,
    /// How many requests were passed on to another node.
    detours: u32,
}

/// What a connection was answered.
#[derive(Debug, Default)]
pub struct Pipeline {
    lines: Mutex<HashMap<GroupId, Line>>,
}

impl Pipeline {
    /// A batch comes in: whether its producer insists on it, having sent it again after it was found to be out of
    /// sequence and nothing before it. Call in the order of the requests.
    pub(super) fn arrives(&self, group: GroupId, batch: &Sequenced) -> bool {
        let mut lines = self.lines.lock();
        let Some(gap) = lines.get_mut(&group).and_then(|line| line.gap.take_if(|gap| !is_behind(batch, gap)))
        else {
            return false;
        };
        gap == *batch
    }

    /// A batch was found to be out of sequence: whether to tell, or to have it sent again.
    pub(super) fn tells_out_of_order(&self, group: GroupId, batch: Sequenced) -> bool {
        let mut lines = self.lines.lock();
        let line = lines.entry(group).or_default();
        line.out_of_order = line.out_of_order.saturating_add(1);
        if line.gap.is_none_or(|gap| !is_behind(&batch, &gap)) {
            line.gap = Some(batch);
        }
        line.out_of_order > IN_FLIGHT
    }

    /// A batch was appended, or failed for any other reason: the client has to send again what it sent after it.
    pub(super) fn moves_on(&self, group: GroupId) {
        let mut lines = self.lines.lock();
        if let Some(line) = lines.get_mut(&group) {
            (line.out_of_order, line.gap) = (0, None);
            if line.detours == 0 {
                lines.remove(&group);
            }
        }
    }

    /// Counts a request that this node does not lead the partition for; whether to pass it on.
    pub(super) fn may_detour(&self, group: GroupId) -> bool {
        let mut lines = self.lines.lock();
        let line = lines.entry(group).or_default();
        line.detours = line.detours.saturating_add(1);
        line.detours <= DETOURS
    }
}

/// Whether the same producer sent one batch after the other.
fn is_behind(batch: &Sequenced, other: &Sequenced) -> bool {
    (batch.producer_id, batch.epoch) == (other.producer_id, other.epoch) && batch.first > other.first
}
