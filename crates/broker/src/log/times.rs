//! The sparse time index: in which stretch of the log to look for a timestamp.
//!
//! Timestamps come from producers and need not rise with the offsets. So the index keeps, for each stretch of
//! the log, the greatest timestamp in it: the first record that is not older than T lies in the first stretch
//! whose greatest timestamp is not less than T. The caller reads that stretch. The index must never point
//! behind such a record, and its size is bounded: when it is full, neighbours are merged and stretches become
//! twice as long.
//!
//! The stretches are also the steps in which retention deletes (see [`super::retention`]); that is why each
//! knows its size.

use std::ops::Range;

use bytes::BytesMut;

use super::wire::{DecodeError, Reader, put_i64, put_u64};

/// Bytes of log that a stretch covers at first.
pub const STRETCH_BYTES: u64 = 64 << 10;
/// Most stretches kept: 32 KiB of memory for a partition at worst.
pub const MAX_STRETCHES: usize = 1024;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeIndex {
    stretches: Vec<Stretch>,
    /// A stretch that has reached this size takes no more batches.
    stretch_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// Offset of its first record, where a batch begins (but for the first stretch, which the log start may
    /// cut).
    start: i64,
    /// Greatest timestamp in it.
    newest: i64,
    /// Base offset of the first batch with that timestamp.
    newest_batch: i64,
    /// Bytes of its batches. Where the log start cuts the first stretch, or an earlier version did not write
    /// it down, it is an estimate: only to be used for what need not be the same on every replica.
    bytes: u64,
}

/// A stretch of the log as retention sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Offset behind its last record.
    pub end: i64,
    /// Greatest timestamp in it, in ms since the epoch; `None` if no record has one. Where records at its
    /// head were deleted one by one, the greatest timestamp may have been one of theirs.
    pub newest: Option<i64>,
    /// Bytes of its batches.
    pub bytes: u64,
}

impl Stretch {
    fn lost_its_newest(&self) -> bool {
        self.newest_batch < self.start
    }
}

impl Default for TimeIndex {
    fn default() -> Self {
        Self { stretches: Vec::new(), stretch_bytes: STRETCH_BYTES }
    }
}

impl TimeIndex {
    /// Notes a batch: its greatest timestamp (ms since the epoch; negative: none) and its size in bytes.
    pub fn append(&mut self, base_offset: i64, max_timestamp: i64, bytes: u64) {
        if self.stretches.last().is_none_or(|last| last.bytes >= self.stretch_bytes) {
            self.make_room();
            self.stretches.push(Stretch {
                start: base_offset,
                newest: max_timestamp,
                newest_batch: base_offset,
                bytes: 0,
            });
        }
        if let Some(last) = self.stretches.last_mut() {
            last.bytes = last.bytes.saturating_add(bytes);
            if max_timestamp > last.newest {
                (last.newest, last.newest_batch) = (max_timestamp, base_offset);
            }
        }
    }

    /// Where its first stretch begins.
    pub(super) fn start(&self) -> Option<i64> {
        self.stretches.first().map(|first| first.start)
    }

    /// Bytes of the batches from the log start on.
    pub fn bytes(&self) -> u64 {
        self.stretches.iter().fold(0, |sum, stretch| sum.saturating_add(stretch.bytes))
    }

    /// The stretches in order, where `end_offset` is the end of the log.
    pub fn spans(&self, end_offset: i64) -> impl Iterator<Item = Span> {
        let ends = self.stretches.iter().skip(1).map(|next| next.start).chain([end_offset]);
        self.stretches.iter().zip(ends).map(|(stretch, end)| Span {
            end,
            newest: (stretch.newest >= 0).then_some(stretch.newest),
            bytes: stretch.bytes,
        })
    }

    /// The offsets among which the first record with a timestamp of at least `target` lies, if there is one.
    ///
    /// Only where records were deleted from a stretch may there be none in it: then ask again from its end,
    /// with [`TimeIndex::find_from`].
    pub fn find(&self, target: i64, end_offset: i64) -> Option<Range<i64>> {
        self.find_from(0, target, end_offset)
    }

    /// As [`TimeIndex::find`], for the stretches that begin at `from` or later.
    pub fn find_from(&self, from: i64, target: i64, end_offset: i64) -> Option<Range<i64>> {
        let skipped = self.stretches.partition_point(|stretch| stretch.start < from);
        let found = self.stretches.iter().skip(skipped).position(|stretch| stretch.newest >= target)?;
        self.range(skipped + found, end_offset)
    }

    /// The greatest timestamp, and the base offset of the first batch that has it (`ListOffsets` −3,
    /// KIP-734).
    ///
    /// `None` if there is no record with a timestamp. The stretch named by [`TimeIndex::unsure`] is left out.
    pub fn newest(&self) -> Option<(i64, i64)> {
        let known = self.stretches.iter().filter(|stretch| !stretch.lost_its_newest());
        // `max_by_key` would take the last of several.
        let newest =
            known.reduce(|best, stretch| if stretch.newest > best.newest { stretch } else { best })?;
        (newest.newest >= 0).then_some((newest.newest, newest.newest_batch))
    }

    /// The stretch at the log start, if the batch that was the newest in it has been deleted: how new its
    /// other records are, only reading them can tell.
    pub fn unsure(&self, end_offset: i64) -> Option<Range<i64>> {
        self.stretches.first().filter(|first| first.lost_its_newest())?;
        self.range(0, end_offset)
    }

    /// Forgets what lies before `log_start`, where `end_offset` is the end of the log.
    pub fn truncate_prefix(&mut self, log_start: i64, end_offset: i64) {
        if log_start >= end_offset {
            *self = Self::default();
            return;
        }
        let begun = self.stretches.partition_point(|stretch| stretch.start <= log_start);
        self.stretches.drain(..begun.saturating_sub(1));
        let end = self.range(0, end_offset).map_or(end_offset, |first| first.end);
        if let Some(first) = self.stretches.first_mut()
            && first.start < log_start
        {
            first.bytes = share(first.bytes, end.abs_diff(log_start), end.abs_diff(first.start));
            first.start = log_start;
        }
    }

    fn range(&self, at: usize, end_offset: i64) -> Option<Range<i64>> {
        let start = self.stretches.get(at)?.start;
        let end = self.stretches.get(at + 1).map_or(end_offset, |next| next.start);
        Some(start..end)
    }

    fn make_room(&mut self) {
        if self.stretches.len() < MAX_STRETCHES {
            return;
        }
        let merge = |pair: &[Stretch]| {
            let first = pair.first()?;
            let newer = pair.get(1).filter(|second| second.newest > first.newest).unwrap_or(first);
            let bytes = pair.iter().fold(0, |sum: u64, stretch| sum.saturating_add(stretch.bytes));
            Some(Stretch { start: first.start, bytes, ..*newer })
        };
        self.stretches = self.stretches.chunks(2).filter_map(merge).collect();
        self.stretch_bytes = self.stretch_bytes.saturating_mul(2);
    }

    pub(super) fn encode(&self, out: &mut BytesMut) {
        put_u64(out, self.stretch_bytes);
        put_u64(out, self.stretches.len() as u64);
        let mut before = (0, 0);
        for stretch in &self.stretches {
            put_i64(out, stretch.start.wrapping_sub(before.0));
            put_i64(out, stretch.newest.wrapping_sub(before.1));
            put_i64(out, stretch.newest_batch.wrapping_sub(stretch.start));
            put_u64(out, stretch.bytes);
            before = (stretch.start, stretch.newest);
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.part("the time index");
        let mut index = Self { stretches: Vec::new(), stretch_bytes: reader.u64()? };
        for _ in 0..reader.count(MAX_STRETCHES)? {
            index.decode_stretch(reader, Reader::u64)?;
        }
        Ok(index)
    }

    /// As version 1 of the partition state has it: only the size of the last stretch is there. The others
    /// are taken to be as large as a stretch is at least.
    pub(super) fn decode_v1(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.part("the time index");
        let (stretch_bytes, filled) = (reader.u64()?, reader.u64()?);
        let mut index = Self { stretches: Vec::new(), stretch_bytes };
        for _ in 0..reader.count(MAX_STRETCHES)? {
            index.decode_stretch(reader, |_| Ok(stretch_bytes))?;
        }
        if let Some(last) = index.stretches.last_mut() {
            last.bytes = filled;
        }
        Ok(index)
    }

    fn decode_stretch<'a>(
        &mut self,
        reader: &mut Reader<'a>,
        bytes: impl FnOnce(&mut Reader<'a>) -> Result<u64, DecodeError>,
    ) -> Result<(), DecodeError> {
        let before = self.stretches.last().map(|stretch| (stretch.start, stretch.newest));
        let start = before.map_or(0, |before| before.0).wrapping_add(reader.i64()?);
        let newest = before.map_or(0, |before| before.1).wrapping_add(reader.i64()?);
        let newest_batch = start.wrapping_add(reader.i64()?);
        reader.ensure(start >= 0 && before.is_none_or(|before| start > before.0))?;
        self.stretches.push(Stretch { start, newest, newest_batch, bytes: bytes(reader)? });
        Ok(())
    }
}

/// What `part` of `whole` has of `bytes`.
fn share(bytes: u64, part: u64, whole: u64) -> u64 {
    let share = u128::from(bytes) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_log_has_no_timestamps() {
        assert_eq!(TimeIndex::default().find(0, 0), None);
        assert_eq!(TimeIndex::default().newest(), None);
    }

    #[test]
    fn records_without_timestamp_do_not_count_as_newest() {
        let mut index = TimeIndex::default();
        index.append(0, -1, 100);
        assert_eq!(index.newest(), None);
    }

    #[test]
    fn the_first_of_equal_timestamps_is_the_newest() {
        let mut index = TimeIndex::default();
        for (offset, timestamp) in [(0, 5), (1, 9), (2, 9), (3, 7)] {
            index.append(offset, timestamp, STRETCH_BYTES);
        }
        assert_eq!(index.newest(), Some((9, 1)));
        assert_eq!(index.find(6, 4), Some(1..2));
        assert_eq!(index.find(10, 4), None);
    }

    #[test]
    fn a_full_index_becomes_coarser_and_keeps_its_bound() {
        let mut index = TimeIndex::default();
        for offset in 0..10 * MAX_STRETCHES as i64 {
            index.append(offset, offset, STRETCH_BYTES);
            assert!(index.stretches.len() <= MAX_STRETCHES);
        }
        assert!(index.stretches.len() > MAX_STRETCHES / 4);
        assert!(index.find(5_000, 10_240).unwrap().contains(&5_000));
    }

    #[test]
    fn sizes_are_kept_exactly_also_when_stretches_are_merged() {
        let mut index = TimeIndex::default();
        for offset in 0..3 * MAX_STRETCHES as i64 {
            index.append(offset, offset, STRETCH_BYTES + 1);
            assert_eq!(index.bytes(), (offset as u64 + 1) * (STRETCH_BYTES + 1));
        }
        assert_eq!(index.spans(99_999).map(|span| span.bytes).sum::<u64>(), index.bytes());
    }

    #[test]
    fn a_stretch_that_the_log_start_cuts_keeps_its_share_of_the_bytes() {
        let mut index = TimeIndex::default();
        index.append(0, 7, 1_000);
        index.truncate_prefix(25, 100);
        let rest = Span { end: 100, newest: Some(7), bytes: 750 };
        assert_eq!(index.spans(100).collect::<Vec<_>>(), [rest]);
    }

    /// A log of batches, each with the timestamps of its records.
    fn any_log() -> impl Strategy<Value = Vec<Vec<i64>>> {
        proptest::collection::vec(proptest::collection::vec(0i64..50, 1..5), 1..60)
    }

    proptest! {
        #[test]
        fn a_lookup_never_points_behind_the_first_match(
            batches in any_log(),
            batch_bytes in 1u64..100_000,
            cut in any::<prop::sample::Index>(),
            target in 0i64..55,
        ) {
            let (mut index, mut timestamps, mut bases) = (TimeIndex::default(), Vec::new(), Vec::new());
            for batch in &batches {
                let base = timestamps.len();
                index.append(base as i64, *batch.iter().max().unwrap(), batch_bytes);
                timestamps.extend_from_slice(batch);
                bases.resize(timestamps.len(), base as i64);
            }
            let end = timestamps.len() as i64;
            // Anywhere: also in the middle of a batch.
            let log_start = cut.index(timestamps.len());
            index.truncate_prefix(log_start as i64, end);

            let expected = (log_start..timestamps.len()).find(|at| timestamps[*at] >= target);
            let mut from = 0;
            let mut found = None;
            while let Some(range) = index.find_from(from, target, end) {
                found = range.clone().find(|at| timestamps[*at as usize] >= target);
                if found.is_some() {
                    break;
                }
                prop_assert!(range.start == log_start as i64, "only a truncated stretch may lack its newest");
                from = range.end;
            }
            prop_assert_eq!(found, expected.map(|at| at as i64));

            let first_of_newest = |(timestamp, at): &(i64, i64)| (*timestamp, -at);
            let unsure = index.unsure(end).into_iter().flatten().map(|at| (timestamps[at as usize], bases[at as usize]));
            let newest = index.newest().into_iter().chain(unsure).max_by_key(first_of_newest);
            let live = (log_start..timestamps.len()).map(|at| (timestamps[at], bases[at]));
            prop_assert_eq!(newest, live.max_by_key(first_of_newest));
        }
    }
}
