//! Retention: up to where a partition's records are old, or too many, and may go (Kafka's `retention.ms` and
//! `retention.bytes`).
//!
//! Kafka deletes whole segment files. Here the steps are the stretches of the time index: 64 KiB at least, and
//! no less than about a thousandth of the partition. Otherwise the rules are Kafka's:
//!
//! - By time, a stretch goes when its newest record is older than `retention.ms`, and only from the oldest
//!   stretch on: what lies behind a stretch that stays is not looked at. Hence a record with a timestamp in the
//!   future keeps what is behind it until its time has come and gone; what producers may claim is limited when
//!   they write (KIP-937). If all stretches go, the one being written included, so does every committed record.
//! - By size, the oldest stretch goes while what remains is not less than `retention.bytes`; what size leaves is
//!   then judged by time.
//! - Records without a timestamp go with the next stretch that has one, for they were written before it.
//!   (Kafka takes the file's modification time.) With nothing dated behind them only their size can end them.
//!
//! This is a decision of one leader at one moment, carried to the other replicas through the log; so here a
//! clock and estimates may be used. It must never name an offset beyond the high watermark.

use std::ops::Range;

use super::times::TimeIndex;

/// How long, and how much, a partition keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// The age at which records go, in ms; `None`: never.
    pub ms: Option<u64>,
    /// The bytes that must remain where older ones go; `None`: no limit.
    pub bytes: Option<u64>,
}

impl Retention {
    /// The offset that the log should start at, if that is not where it starts. `log` is the log start offset
    /// and the high watermark, `now_ms` the time in ms since the epoch.
    pub fn log_start(&self, times: &TimeIndex, log: Range<i64>, now_ms: i64) -> Option<i64> {
        let mut remaining = times.bytes();
        let mut start = None;
        for span in times.spans(log.end) {
            remaining = remaining.saturating_sub(span.bytes);
            let surplus = self.bytes.is_some_and(|keep| remaining >= keep);
            match span.newest {
                _ if surplus => start = Some(span.end),
                Some(newest) if self.is_old(now_ms.saturating_sub(newest)) => start = Some(span.end),
                Some(_) => break,
                // The next with a timestamp decides.
                None => {}
            }
        }
        start.filter(|offset| *offset > log.start)
    }

    fn is_old(&self, age_ms: i64) -> bool {
        self.ms.is_some_and(|ms| age_ms > i64::try_from(ms).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::times::STRETCH_BYTES;

    const AGE: Retention = Retention { ms: Some(100), bytes: None };
    const NOW: i64 = 1_000;

    /// A log of one record to a stretch.
    fn log_of(timestamps: &[i64]) -> TimeIndex {
        let mut times = TimeIndex::default();
        for (offset, timestamp) in (0..).zip(timestamps) {
            times.append(offset, *timestamp, STRETCH_BYTES);
        }
        times
    }

    fn due(retention: Retention, timestamps: &[i64]) -> Option<i64> {
        retention.log_start(&log_of(timestamps), 0..timestamps.len() as i64, NOW)
    }

    #[test]
    fn records_go_when_they_are_older_than_allowed_and_not_a_moment_before() {
        assert_eq!(due(AGE, &[899, 899, 900, 950]), Some(2));
        assert_eq!(due(AGE, &[900, 950]), None);
    }

    #[test]
    fn when_all_is_old_the_log_starts_at_the_high_watermark() {
        assert_eq!(due(AGE, &[1, 2, 3]), Some(3));
    }

    #[test]
    fn an_empty_log_and_a_log_that_is_kept_for_ever_stay() {
        assert_eq!(due(AGE, &[]), None);
        assert_eq!(due(Retention::default(), &[0, 0, 0]), None);
        assert_eq!(due(Retention { ms: Some(u64::MAX), bytes: Some(u64::MAX) }, &[0]), None);
    }

    #[test]
    fn what_is_behind_a_record_of_the_future_waits_for_it() {
        assert_eq!(due(AGE, &[1, 5_000, 1]), Some(1));
    }

    #[test]
    fn records_without_timestamp_go_with_the_next_that_has_one() {
        assert_eq!(due(AGE, &[-1, -1, 1, -1]), Some(3));
        assert_eq!(due(AGE, &[-1, -1, 950]), None);
        assert_eq!(due(AGE, &[-1]), None, "nothing says how old it is");
    }

    #[test]
    fn no_less_than_the_bytes_asked_for_remain() {
        let keep = |bytes| due(Retention { ms: None, bytes: Some(bytes) }, &[1, 2, 3, 4]);
        assert_eq!(keep(2 * STRETCH_BYTES), Some(2));
        assert_eq!(keep(2 * STRETCH_BYTES + 1), Some(1));
        assert_eq!(keep(4 * STRETCH_BYTES), None);
        assert_eq!(keep(0), Some(4));
    }

    #[test]
    fn the_stricter_of_the_two_rules_decides() {
        let both = |ms, stretches| Retention { ms: Some(ms), bytes: Some(stretches * STRETCH_BYTES) };
        assert_eq!(due(both(100, 1), &[1, 950, 950]), Some(2), "size");
        assert_eq!(due(both(10, 2), &[1, 950, 950]), Some(3), "age");
    }

    #[derive(Debug, Clone, Copy)]
    struct Batch {
        records: i64,
        timestamp: i64,
        bytes: u64,
    }

    fn any_log() -> impl Strategy<Value = Vec<Batch>> {
        let batch = (1i64..5, -1i64..1_200, 100u64..200_000);
        let batch = batch.prop_map(|(records, timestamp, bytes)| Batch { records, timestamp, bytes });
        proptest::collection::vec(batch, 0..120)
    }

    fn any_retention() -> impl Strategy<Value = Retention> {
        let (ms, bytes) = (proptest::option::of(0u64..1_200), proptest::option::of(0u64..12_000_000));
        (ms, bytes).prop_map(|(ms, bytes)| Retention { ms, bytes })
    }

    fn index_of(batches: &[Batch]) -> (TimeIndex, i64) {
        let (mut times, mut end) = (TimeIndex::default(), 0);
        for batch in batches {
            times.append(end, batch.timestamp, batch.bytes);
            end += batch.records;
        }
        (times, end)
    }

    /// Batches that begin at `offset` or later.
    fn from(batches: &[Batch], offset: i64) -> &[Batch] {
        let mut base = 0;
        let before = batches.iter().take_while(|batch| {
            let before = base < offset;
            base += batch.records;
            before
        });
        &batches[before.count()..]
    }

    proptest! {
        #[test]
        fn the_log_starts_behind_where_it_did_and_not_beyond_its_end(
            batches in any_log(),
            retention in any_retention(),
            start in any::<prop::sample::Index>(),
        ) {
            let (mut times, end) = index_of(&batches);
            let start = start.index(end as usize + 1) as i64;
            times.truncate_prefix(start, end);
            if let Some(offset) = retention.log_start(&times, start..end, NOW) {
                prop_assert!((start + 1..=end).contains(&offset));
            }
        }

        #[test]
        fn what_has_been_done_need_not_be_done_again(batches in any_log(), retention in any_retention()) {
            let (mut times, end) = index_of(&batches);
            if let Some(offset) = retention.log_start(&times, 0..end, NOW) {
                times.truncate_prefix(offset, end);
                prop_assert_eq!(retention.log_start(&times, offset..end, NOW), None);
            }
        }

        #[test]
        fn by_size_the_bytes_asked_for_remain_and_no_stretch_more(
            batches in any_log(),
            keep in 0u64..12_000_000,
        ) {
            let (mut times, end) = index_of(&batches);
            let retention = Retention { ms: None, bytes: Some(keep) };
            let size = |batches: &[Batch]| batches.iter().map(|batch| batch.bytes).sum::<u64>();
            let start = retention.log_start(&times, 0..end, NOW).unwrap_or(0);
            prop_assert!(start == 0 || size(from(&batches, start)) >= keep);
            times.truncate_prefix(start, end);
            prop_assert_eq!(times.bytes(), size(from(&batches, start)), "sizes are exact");
            let first = times.spans(end).next();
            prop_assert!(first.is_none_or(|first| times.bytes() - first.bytes < keep));
        }

        #[test]
        fn by_age_nothing_young_goes(batches in any_log(), ms in 0u64..1_200) {
            let (times, end) = index_of(&batches);
            let start = Retention { ms: Some(ms), bytes: None }.log_start(&times, 0..end, NOW).unwrap_or(0);
            let gone = &batches[..batches.len() - from(&batches, start).len()];
            prop_assert!(gone.iter().all(|batch| batch.timestamp < 0 || NOW - batch.timestamp > ms as i64));
        }

        #[test]
        fn what_has_a_timestamp_goes_in_the_end(batches in any_log(), ms in 0u64..1_200) {
            let (times, end) = index_of(&batches);
            let retention = Retention { ms: Some(ms), bytes: None };
            let dated = times.spans(end).filter(|span| span.newest.is_some()).last();
            let late = 1_201 + ms as i64;
            prop_assert_eq!(retention.log_start(&times, 0..end, late), dated.map(|span| span.end));
        }
    }
}
