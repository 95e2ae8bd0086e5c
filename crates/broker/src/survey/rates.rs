//! What two surveys of a node say about the time between them.

use std::collections::HashMap;
use std::sync::Arc;

use super::known::{Known, Surveys};
use super::told::GroupSurvey;
use crate::metadata::{BrokerId, GroupId};

/// Shorter than this, the time between two surveys says little.
const SHORTEST_MS: u64 = 200;

/// What is appended, per second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Flow {
    /// Records.
    pub records: f64,
    /// Bytes of record batches.
    pub bytes: f64,
}

/// What the nodes' processors and partitions did, per second.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    /// Processor time in percent of one core, by node.
    pub cpu_percent: HashMap<BrokerId, f64>,
    /// What is appended, by group.
    pub flows: HashMap<GroupId, Flow>,
}

impl Rates {
    /// What the surveys of all nodes say.
    pub fn between(before: &Surveys, after: &Surveys) -> Self {
        let mut rates = Self::default();
        for (node, after) in after {
            if let Some(before) = before.get(node) {
                rates.add(before, after);
            }
        }
        rates
    }

    /// Takes in two surveys of one node. Nothing follows from surveys of two lives of its process, nor from two that are
    /// hardly apart.
    fn add(&mut self, before: &Known, after: &Known) {
        let (was, is) = (&before.node, &after.node);
        let elapsed = is.uptime_ms.checked_sub(was.uptime_ms).filter(|ms| *ms >= SHORTEST_MS);
        let Some(seconds) = elapsed.filter(|_| was.life == is.life).map(|ms| ms as f64 / 1000.0) else {
            return;
        };
        if let (Some(earlier), Some(later)) = (was.cpu_us, is.cpu_us) {
            let used = later.saturating_sub(earlier) as f64 / 1e6;
            self.cpu_percent.insert(is.node, used / seconds * 100.0);
        }
        self.flows.reserve(after.groups.len());
        for (group, later) in &after.groups {
            let Some(earlier) = before.groups.get(group) else { continue };
            if Arc::ptr_eq(earlier, later) {
                self.flows.insert(*group, Flow::default());
            } else if earlier.term == later.term {
                self.flows.insert(*group, flow(earlier, later, seconds));
            }
        }
    }
}

/// Where records were deleted meanwhile, the bytes are those of as many records as came, of the size that the log's have.
fn flow(before: &GroupSurvey, after: &GroupSurvey, seconds: f64) -> Flow {
    let records = (after.high_watermark - before.high_watermark).max(0) as f64;
    let bytes = if after.log_start == before.log_start {
        after.bytes.saturating_sub(before.bytes) as f64
    } else {
        let held = (after.high_watermark - after.log_start).max(1) as f64;
        records * after.bytes as f64 / held
    };
    Flow { records: records / seconds, bytes: bytes / seconds }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::told::NodeSurvey;

    fn survey(uptime_ms: u64, cpu_us: u64, group: GroupSurvey) -> Known {
        let cpu_us = Some(cpu_us);
        let told = NodeSurvey { node: 1, uptime_ms, cpu_us, groups: vec![group], ..NodeSurvey::default() };
        Known::after(None, told, 0).unwrap()
    }

    fn group(high_watermark: i64, log_start: i64, bytes: u64) -> GroupSurvey {
        GroupSurvey { group: 7, term: 3, high_watermark, log_start, bytes, ..GroupSurvey::default() }
    }

    fn rates(before: &Known, after: &Known) -> Rates {
        let mut rates = Rates::default();
        rates.add(before, after);
        rates
    }

    #[test]
    fn growth_is_divided_by_the_time_between() {
        let rates = rates(&survey(1000, 0, group(10, 0, 100)), &survey(3000, 500_000, group(30, 0, 500)));
        assert_eq!(rates.flows[&7], Flow { records: 10.0, bytes: 200.0 });
        assert!((rates.cpu_percent[&1] - 25.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_flows_where_nothing_new_was_told() {
        let before = survey(1000, 0, group(10, 0, 100));
        let mut after = before.clone();
        after.node.uptime_ms = 2000;
        assert_eq!(rates(&before, &after).flows[&7], Flow::default());
    }

    #[test]
    fn deleted_records_do_not_hide_those_that_came() {
        let rates = rates(&survey(1000, 0, group(100, 0, 1000)), &survey(2000, 0, group(200, 150, 500)));
        assert_eq!(rates.flows[&7], Flow { records: 100.0, bytes: 1000.0 });
    }

    #[test]
    fn a_restart_or_no_time_between_says_nothing() {
        for (before, after) in [(5000, 1000), (1000, 1100)] {
            let rates = rates(&survey(before, 9, group(1, 0, 1)), &survey(after, 10, group(2, 0, 2)));
            assert!(rates.flows.is_empty() && rates.cpu_percent.is_empty());
        }
    }

    #[test]
    fn a_group_led_in_another_term_is_another_leader_s_to_count() {
        let other = GroupSurvey { term: 4, ..group(30, 0, 500) };
        assert!(rates(&survey(1000, 0, group(10, 0, 100)), &survey(3000, 0, other)).flows.is_empty());
    }
}
