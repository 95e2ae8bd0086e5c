//! Finding an offset by time.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::Partition;
use super::reader::ReadError;
use crate::log::epochs::leader_epoch;
use crate::log::{RecordSet, batches};

/// An offset and the record there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Offset of the record.
    pub offset: i64,
    /// Its timestamp, in ms since the epoch.
    pub timestamp: i64,
    /// Its leader epoch.
    pub leader_epoch: i32,
}

/// A compressed batch is expanded to at most this many bytes to look at its timestamps.
const MAX_EXPANDED: usize = 64 * 1024 * 1024;
/// Log bytes looked at in one step.
const STEP: usize = 1024 * 1024;

/// What is looked for in a stretch of the log.
#[derive(Clone, Copy)]
enum Want {
    NotBefore(i64),
    Newest,
}

impl Partition {
    /// The first record whose timestamp is at least `target`.
    pub async fn first_not_before(self: &Arc<Self>, target: i64) -> Result<Option<Found>, ReadError> {
        let mut from = 0;
        loop {
            let stretch = {
                let state = self.state.lock();
                state.times().find_from(from, target, state.high_watermark())
            };
            let Some(stretch) = stretch else { return Ok(None) };
            from = stretch.end;
            match self.search(stretch, Want::NotBefore(target)).await {
                // Only where records were deleted may there be none in the stretch.
                Ok(None) => {}
                // Deleted just now: the time index knows by now.
                Err(ReadError::OutOfRange { .. }) => from = 0,
                found => return found,
            }
        }
    }

    /// The first record with the greatest timestamp (KIP-734).
    pub async fn newest(self: &Arc<Self>) -> Result<Option<Found>, ReadError> {
        loop {
            match self.try_newest().await {
                // Deleted just now: the time index knows by now.
                Err(ReadError::OutOfRange { .. }) => {}
                found => return found,
            }
        }
    }

    async fn try_newest(&self) -> Result<Option<Found>, ReadError> {
        let (newest, unsure) = {
            let state = self.state.lock();
            let end = state.high_watermark();
            (state.times().newest(), state.times().unsure(end))
        };
        let sure = match newest {
            Some((_, batch)) => self.search(batch..batch + 1, Want::Newest).await?,
            None => None,
        };
        let unsure = match unsure {
            Some(stretch) => self.search(stretch, Want::Newest).await?,
            None => None,
        };
        Ok([unsure, sure].into_iter().flatten().reduce(|a, b| if b.timestamp > a.timestamp { b } else { a }))
    }

    /// Looks at the batches that have a record in the stretch, and in them at the records from its start on.
    async fn search(&self, stretch: Range<i64>, want: Want) -> Result<Option<Found>, ReadError> {
        let mut best: Option<Found> = None;
        let mut at = stretch.start;
        while at < stretch.end {
            let entries = self.entries(at..stretch.end, STEP).await?;
            let Some(last) = entries.last() else { break };
            let next = (last.base + u64::from(last.count)) as i64;
            for entry in &entries {
                let mut base = entry.base as i64;
                for chunk in entry.body.chunks() {
                    for (header, range) in batches(chunk).flatten() {
                        let next = base + header.offsets().map_or(0, i64::from);
                        let may_have_it = match want {
                            Want::NotBefore(target) => header.max_timestamp >= target,
                            Want::Newest => best.is_none_or(|b| header.max_timestamp > b.timestamp),
                        };
                        let inside = base < stretch.end && next > stretch.start;
                        let found = if inside && may_have_it {
                            let batch = Batch { bytes: chunk.slice(range), base, term: entry.id.term };
                            look(batch, stretch.start, want).await
                        } else {
                            None
                        };
                        match (want, found) {
                            (Want::NotBefore(_), Some(found)) => return Ok(Some(found)),
                            (Want::Newest, Some(found))
                                if best.is_none_or(|b| found.timestamp > b.timestamp) =>
                            {
                                best = Some(found);
                            }
                            _ => {}
                        }
                        base = next;
                    }
                }
            }
            if next <= at {
                break;
            }
            at = next;
        }
        Ok(best)
    }
}

/// A batch and its place in the log.
struct Batch {
    bytes: Bytes,
    base: i64,
    term: u64,
}

/// Looks at the records of one batch from the offset `from` on, off the runtime's threads: it may have to be
/// expanded. A batch that cannot be read has nothing to find.
async fn look(batch: Batch, from: i64, want: Want) -> Option<Found> {
    let Batch { bytes, base, term } = batch;
    let from = i32::try_from(from.saturating_sub(base)).unwrap_or(i32::MAX);
    let search = move || {
        let records = RecordSet::open(&bytes, MAX_EXPANDED).ok()?;
        match want {
            Want::NotBefore(target) => records.first_not_before(target, from),
            Want::Newest => records.newest(from),
        }
        .ok()?
    };
    let (delta, timestamp) = tokio::task::spawn_blocking(search).await.ok()??;
    Some(Found { offset: base + i64::from(delta), timestamp, leader_epoch: leader_epoch(term) })
}
