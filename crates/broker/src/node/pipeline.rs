//! What a connection has in flight for each partition that it produces to.
//!
//! A client sends batches before the ones ahead of them are answered. When leadership changes under them, the first
//! may fail here although the next leader commits it, the second be refused, and the third reach that next leader,
//! which misses the second: out of sequence. A client that is told so takes the first for not written, begins a new
//! producer epoch and sends all of them again, and the first is in the log twice (librdkafka does that for all its
//! partitions: "skipped sequence numbers"). Told instead that it asked the wrong leader, it sends them again as they
//! were, in order, and those that were committed are recognized.
//!
//! So `OUT_OF_ORDER_SEQUENCE_NUMBER` is said only where this node is not the reason: when no batch before it on its
//! connection is unanswered, and none failed that was in flight with it.
//!
//! Must never: hide a gap that the client made. Once nothing else is in flight, the next attempt is told the truth.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::raft::GroupId;

/// Batches of one producer that a client may have in flight (`max.in.flight.requests.per.connection` of an
/// idempotent producer, at most): what comes later was sent knowing of the failure.
const IN_FLIGHT: u64 = 5;
/// Requests for one partition that are passed on to its leader before the client is told to ask there.
const DETOURS: u32 = 5;

/// The number of a batch among those of its connection and partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// How the attempt to append a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It is in the log.
    Appended,
    /// It was refused because batches before it are missing.
    OutOfOrder,
    /// Anything else: it may or may not be in the log.
    Failed,
}

/// One connection's batches for one partition.
#[derive(Debug, Default)]
struct Line {
    /// The number of the next batch.
    next: u64,
    /// Which of the last 64 are unanswered; the lowest bit is the newest.
    open: u64,
    /// The newest that failed, if none after it was appended.
    failed: Option<u64>,
    /// How many were passed on to another node.
    detours: u32,
}

impl Line {
    fn begin(&mut self) -> Ticket {
        let ticket = Ticket(self.next);
        self.next += 1;
        self.open = self.open << 1 | 1;
        ticket
    }

    /// Takes the batch out. Of one out of order: whether this node is to blame, or may be.
    fn end(&mut self, Ticket(number): Ticket, ending: Ending) -> bool {
        let age = self.next - 1 - number;
        let bit = u32::try_from(age).ok().and_then(|age| 1u64.checked_shl(age)).unwrap_or(0);
        self.open &= !bit;
        // All bits above the batch's own: those that came before it.
        let waits_for_earlier = self.open & !(bit | bit.wrapping_sub(1)) != 0;
        match ending {
            Ending::Appended => {
                self.failed = self.failed.filter(|failed| *failed > number);
                false
            }
            Ending::Failed => {
                self.failed = self.failed.max(Some(number));
                false
            }
            Ending::OutOfOrder => {
                let with_failed = |failed| failed < number && number - failed < IN_FLIGHT;
                waits_for_earlier || self.failed.is_some_and(with_failed)
            }
        }
    }

    /// Whether forgetting it changes nothing.
    fn is_plain(&self) -> bool {
        self.open == 0 && self.failed.is_none() && self.detours == 0
    }
}

/// A connection's batches.
#[derive(Debug, Default)]
pub struct Pipeline {
    lines: Mutex<HashMap<GroupId, Line>>,
}

impl Pipeline {
    /// A batch has come; to be called in the order in which they came.
    pub(super) fn begin(&self, group: GroupId) -> Ticket {
        self.lines.lock().entry(group).or_default().begin()
    }

    /// It has been appended or not. True for one that is out of order because of what happened here to the batches
    /// before it: the client is to send all of them again, in order.
    pub(super) fn end(&self, group: GroupId, ticket: Ticket, ending: Ending) -> bool {
        let mut lines = self.lines.lock();
        let Some(line) = lines.get_mut(&group) else { return false };
        let blameless = line.end(ticket, ending);
        if line.is_plain() {
            lines.remove(&group);
        }
        blameless
    }

    /// Counts a request that this node does not lead the partition for; whether to pass it on.
    pub(super) fn may_detour(&self, group: GroupId) -> bool {
        let mut lines = self.lines.lock();
        let line = lines.entry(group).or_default();
        line.detours = line.detours.saturating_add(1);
        line.detours <= DETOURS
    }
}
