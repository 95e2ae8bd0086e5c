//! Reading a partition for consumers: slices of the log, shared from memory or read from disk.
//!
//! A batch goes out as 16 patched bytes (base offset and leader epoch, both outside Kafka's CRC) followed by the
//! rest of the stored batch, untouched.
//!
//! Must never: give out anything at or above the high watermark, or block a runtime thread on the disk.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::Partition;
use crate::log::epochs::leader_epoch;
use crate::log::{batches, patched_prefix};
use crate::wal::{Entry, GroupLog, WalError};

/// Batches read from a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slice {
    /// Log start offset.
    pub log_start_offset: i64,
    /// High watermark as far as this replica knows.
    pub high_watermark: i64,
    /// Whole batches, in pieces, in order.
    pub pieces: Vec<Bytes>,
    /// Bytes in the pieces.
    pub size: usize,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The offset is not in the log.
    #[error("offset {offset} is not in {log_start_offset}..={high_watermark}")]
    OutOfRange {
        /// The offset.
        offset: i64,
        /// Log start offset.
        log_start_offset: i64,
        /// High watermark.
        high_watermark: i64,
    },
    /// This replica is damaged or not started.
    #[error("this replica serves nothing: {0}")]
    Unavailable(String),
    /// The log cannot be read.
    #[error(transparent)]
    Wal(#[from] WalError),
}

/// Log entries read at a time, at most; a fetch asks again for more.
const MAX_READ: usize = 8 * 1024 * 1024;

impl Partition {
    /// Reads whole batches from the one that holds `offset` on, up to `max_bytes`; the first batch is given even if
    /// it is larger, when `at_least_one` is set. An offset at the high watermark gives nothing.
    pub async fn read(
        self: &Arc<Self>,
        offset: i64,
        max_bytes: usize,
        at_least_one: bool,
    ) -> Result<Slice, ReadError> {
        if let Some(why) = self.broken() {
            return Err(ReadError::Unavailable(why.to_owned()));
        }
        let (log_start_offset, high_watermark) = self.bounds();
        let empty = Slice { log_start_offset, high_watermark, ..Slice::default() };
        if offset < log_start_offset || offset > high_watermark {
            return Err(ReadError::OutOfRange { offset, log_start_offset, high_watermark });
        }
        if offset == high_watermark || (max_bytes == 0 && !at_least_one) {
            return Ok(empty);
        }
        let entries = self.entries(offset..high_watermark, max_bytes).await?;
        Ok(slice(entries, offset, max_bytes, at_least_one, empty))
    }

    /// The log entries that hold these offsets, about `max_bytes` of them from the first on. What is in the log
    /// beside records is left out: its bytes are no batches, though they might look like some.
    ///
    /// What was deleted while it was being read is [`ReadError::OutOfRange`], whatever the log says of it.
    pub(super) async fn entries(
        &self,
        offsets: Range<i64>,
        max_bytes: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let group = self.group().ok_or_else(|| ReadError::Unavailable("it is starting".into()))?;
        let read = read_entries(group.log(), offsets.start as u64, offsets.end as u64, max_bytes).await;
        let (log_start_offset, high_watermark) = self.bounds();
        if offsets.start < log_start_offset {
            return Err(ReadError::OutOfRange { offset: offsets.start, log_start_offset, high_watermark });
        }
        let mut entries = read?;
        entries.retain(|entry| entry.count > 0);
        Ok(entries)
    }
}

async fn read_entries(
    log: &GroupLog,
    from: u64,
    upto: u64,
    max_bytes: usize,
) -> Result<Vec<Entry>, WalError> {
    let (Some(first), Some(last)) = (log.locate(from), log.locate(upto - 1)) else { return Ok(Vec::new()) };
    let max_bytes = max_bytes.clamp(1, MAX_READ);
    let range = first..last + 1;
    if log.is_hot(first) {
        return log.read(range, max_bytes);
    }
    let log = log.clone();
    match tokio::task::spawn_blocking(move || log.read(range, max_bytes)).await {
        Ok(result) => result,
        Err(_) => Ok(Vec::new()),
    }
}

fn slice(entries: Vec<Entry>, offset: i64, max_bytes: usize, at_least_one: bool, mut out: Slice) -> Slice {
    for entry in entries {
        let mut base = entry.base as i64;
        for chunk in entry.body.chunks() {
            for (header, range) in batches(chunk).flatten() {
                let next = base + header.offsets().map_or(0, i64::from);
                if next > offset {
                    let first = out.pieces.is_empty();
                    if out.size + range.len() > max_bytes && !(first && at_least_one) {
                        return out;
                    }
                    let batch = chunk.slice(range);
                    let Ok(prefix) = patched_prefix(&batch, base, leader_epoch(entry.id.term)) else {
                        return out;
                    };
                    out.size += batch.len();
                    out.pieces.push(Bytes::copy_from_slice(&prefix));
                    out.pieces.push(batch.slice(prefix.len()..));
                }
                base = next;
            }
        }
    }
    out
}
