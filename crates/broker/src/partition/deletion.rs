//! Deleting the oldest records: where the log should start, and saying so through the log.
//!
//! The log start offset is replicated state. The leader proposes it as a control entry, and every replica moves its
//! own when it applies the entry; the bytes go later, when each node finds files in which nothing is alive.
//!
//! A control entry goes to Raft past the [`accumulator`](super::accumulator), also while a round is under way. That
//! is safe because nothing that a round relies on can change by it. It counts no records, so the round's entry begins
//! at the high watermark that its batches were given offsets from, whichever of the two comes first. It touches no
//! producer, so sequences that were judged against the applied state and the round's own batches stay judged. And it
//! is proposed in the same term or refused.
//!
//! Must never: propose an offset beyond the high watermark: what is not committed may still vanish.

use super::{AppendError, Partition};
use crate::log::{Control, Retention};
use crate::raft::{Command, ProposeError};

/// Why records were not deleted, as far as this node knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeleteError {
    /// This node does not lead the partition (any more). The next leader may still delete the records.
    #[error("this node does not lead the partition")]
    NotLeader,
    /// This replica is damaged or stopping.
    #[error("the partition is not served on this node")]
    Unavailable,
    /// There are no such records.
    #[error("offset {offset} is not in {log_start_offset}..={high_watermark}")]
    OutOfRange {
        /// The offset.
        offset: i64,
        /// Log start offset.
        log_start_offset: i64,
        /// High watermark.
        high_watermark: i64,
    },
}

impl From<AppendError> for DeleteError {
    fn from(e: AppendError) -> Self {
        match e {
            AppendError::NotLeader => Self::NotLeader,
            _ => Self::Unavailable,
        }
    }
}

impl Partition {
    /// The offset below which records may go at this time (ms since the epoch), if there are any.
    pub fn expired(&self, retention: Retention, now_ms: i64) -> Option<i64> {
        let state = self.state.lock();
        let log = state.log_start_offset()..state.high_watermark();
        retention.log_start(state.times(), log, now_ms)
    }

    /// Deletes the records below `offset`, −1 being the high watermark, and gives the log start offset once a
    /// quorum has it. An offset below the log start deletes nothing and is no error, as in Kafka.
    pub async fn propose_log_start(&self, offset: i64) -> Result<i64, DeleteError> {
        let (group, term) = self.ready().await?;
        let (log_start_offset, high_watermark) = self.bounds();
        let wanted = if offset == -1 { high_watermark } else { offset };
        if !(0..=high_watermark).contains(&wanted) {
            return Err(DeleteError::OutOfRange { offset, log_start_offset, high_watermark });
        }
        if wanted <= log_start_offset {
            return Ok(log_start_offset);
        }
        let body = Control::LogStart(wanted).encode().into();
        match group.propose(term, Command { count: 0, base: 0, body }).await {
            _ if self.broken().is_some() => Err(DeleteError::Unavailable),
            Ok(_) => Ok(self.bounds().0),
            Err(ProposeError::NotLeader { .. } | ProposeError::Stopped { .. }) => Err(DeleteError::NotLeader),
        }
    }
}
