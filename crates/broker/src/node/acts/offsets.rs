//! Where committed offsets are reset to, and how far behind a group is.
//!
//! Must never: invent a lag or an offset where the log's bounds are not known.

use chronik_common::admin::v1::{GroupPartition, ResetTo};

/// What a partition's log holds, as its leader says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) log_start: i64,
    pub(super) high_watermark: i64,
}

impl Bounds {
    fn clamp(self, offset: i64) -> i64 {
        offset.clamp(self.log_start, self.high_watermark.max(self.log_start))
    }
}

/// Where the offset goes; nothing if it is counted from a committed one and there is none. `found` is the offset that
/// belongs to the time asked for, if there is a record that young.
pub(super) fn destination(
    to: ResetTo,
    committed: Option<i64>,
    bounds: Bounds,
    found: Option<i64>,
) -> Option<i64> {
    let offset = match to {
        ResetTo::Earliest => bounds.log_start,
        ResetTo::Latest => bounds.high_watermark,
        ResetTo::Offset(offset) => offset,
        ResetTo::ShiftBy(by) => committed?.saturating_add(by),
        ResetTo::TimestampMs(_) => found.unwrap_or(bounds.high_watermark),
    };
    Some(bounds.clamp(offset))
}

/// Records between a committed offset and the end of what may be read.
pub(super) fn lag(committed: i64, high_watermark: i64) -> i64 {
    high_watermark.saturating_sub(committed).max(0)
}

/// All records that are not consumed yet, and the most of one partition. Nothing if any partition's end is not known: a
/// sum without it would look better than things are.
pub(super) fn lags(partitions: &[GroupPartition]) -> (Option<i64>, Option<i64>) {
    let each: Option<Vec<i64>> = partitions.iter().map(|p| p.lag).collect();
    let each = each.filter(|each| !each.is_empty());
    let sum = each.as_ref().map(|each| each.iter().fold(0i64, |sum, lag| sum.saturating_add(*lag)));
    (sum, each.and_then(|each| each.into_iter().max()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { log_start: 10, high_watermark: 100 };

    fn partition(lag: Option<i64>) -> GroupPartition {
        GroupPartition {
            topic: "t".into(),
            partition: 0,
            committed: 0,
            high_watermark: lag,
            lag,
            member_id: None,
        }
    }

    #[test]
    fn an_offset_goes_where_it_is_asked_to_as_far_as_the_log_reaches() {
        for (to, destined) in [
            (ResetTo::Earliest, 10),
            (ResetTo::Latest, 100),
            (ResetTo::Offset(42), 42),
            (ResetTo::Offset(0), 10),
            (ResetTo::Offset(i64::MAX), 100),
            (ResetTo::ShiftBy(-20), 30),
            (ResetTo::ShiftBy(-1000), 10),
            (ResetTo::ShiftBy(i64::MAX), 100),
            (ResetTo::TimestampMs(7), 77),
        ] {
            assert_eq!(destination(to, Some(50), BOUNDS, Some(77)), Some(destined), "{to:?}");
        }
    }

    #[test]
    fn a_time_that_is_younger_than_all_records_is_the_end() {
        assert_eq!(destination(ResetTo::TimestampMs(7), None, BOUNDS, None), Some(100));
    }

    #[test]
    fn nothing_is_shifted_that_was_never_committed() {
        assert_eq!(destination(ResetTo::ShiftBy(1), None, BOUNDS, None), None);
    }

    #[test]
    fn an_empty_log_has_one_place_only() {
        let empty = Bounds { log_start: 5, high_watermark: 5 };
        assert_eq!(destination(ResetTo::Offset(9), None, empty, None), Some(5));
    }

    #[test]
    fn lag_is_never_negative_and_never_a_guess() {
        assert_eq!((lag(3, 10), lag(10, 3)), (7, 0));
        assert_eq!(lags(&[partition(Some(3)), partition(Some(9))]), (Some(12), Some(9)));
        assert_eq!(lags(&[partition(Some(3)), partition(None)]), (None, None));
        assert_eq!(lags(&[]), (None, None));
    }
}
