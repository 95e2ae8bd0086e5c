//! When the controller spreads leaders by load without being asked, and what it leaves alone then.
//!
//! Load comes and goes, and each change of a leader is a moment in which a partition takes no writes. So it looks
//! seldom, only while the cluster is calm, changes little at a time, and leaves what it has changed alone for a while.
//! Whether anything is uneven enough is the planner's to say.
//!
//! Must never: read a clock. Each call is told what time it is.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::planner::{Goal, View};
use crate::raft::GroupId;

/// A few exchanges of leaders at a time.
pub(super) const A_FEW: Goal = Goal::EvenLoad { exchanges: 4 };
/// How long a partition that was given another leader keeps it.
const REST: Duration = Duration::from_mins(10);

/// The rhythm in which leaders are spread by load.
#[derive(Debug)]
pub(super) struct Rhythm {
    /// `None`: never.
    interval: Option<Duration>,
    /// When it looks next, once it has begun.
    next: Option<Instant>,
    /// Partitions that were given another leader, and when.
    changed: BTreeMap<GroupId, Instant>,
}

impl Rhythm {
    pub(super) fn new(interval: Option<Duration>) -> Self {
        Self { interval, next: None, changed: BTreeMap::new() }
    }

    /// Another one leads the metadata: it begins anew if it comes back.
    pub(super) fn forget(&mut self) {
        self.next = None;
        self.changed.clear();
    }

    /// Whether to look now: an interval after the first call, and then once in each interval.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let Some(interval) = self.interval else { return false };
        let due = self.next.is_some_and(|next| next <= now);
        if due || self.next.is_none() {
            self.next = Some(now + interval);
        }
        due
    }

    /// Whether a broker that has been up for so long has led for long enough to know how busy it is.
    pub(super) fn knows_its_load(&self, up: Duration) -> bool {
        self.interval.is_some_and(|interval| up >= 2 * interval)
    }

    /// Keeps the planner from what was changed lately.
    pub(super) fn spare(&mut self, view: &mut View, now: Instant) {
        self.changed.retain(|_, at| now.duration_since(*at) < REST);
        for partition in &mut view.partitions {
            partition.fixed |= self.changed.contains_key(&partition.group);
        }
    }

    /// Notes what is being changed.
    pub(super) fn changed(&mut self, groups: impl IntoIterator<Item = GroupId>, now: Instant) {
        self.changed.extend(groups.into_iter().map(|group| (group, now)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planner::{Broker, Partition, Replica, plan};

    const MINUTE: Duration = Duration::from_mins(1);

    fn every_minute() -> Rhythm {
        Rhythm::new(Some(MINUTE))
    }

    /// Three brokers; the first leads two busy partitions, the others idle ones.
    fn lopsided() -> View {
        let broker = |id| Broker { id, rack: None, alive: true, draining: false, drained: false };
        let partition = |(group, first, mib): (u64, i32, u64)| Partition {
            group,
            bytes: 0,
            load: mib << 20,
            replicas: (0..3).map(|n| Replica { broker: (first + n) % 3, lost: false }).collect(),
            fixed: false,
            wanted: None,
            allow_shrink: false,
        };
        let partitions = [(1, 0, 9), (2, 0, 9), (3, 1, 0), (4, 1, 0), (5, 2, 0), (6, 2, 0)];
        View { brokers: (0..3).map(broker).collect(), partitions: partitions.map(partition).into() }
    }

    #[test]
    fn it_looks_once_in_each_interval_and_not_at_once() {
        let (mut rhythm, start) = (every_minute(), Instant::now());
        let looks = (0..300).filter(|s| rhythm.is_due(start + Duration::from_secs(*s))).collect::<Vec<_>>();
        assert_eq!(looks, [60, 120, 180, 240]);
    }

    #[test]
    fn who_leads_the_metadata_again_waits_as_at_first() {
        let (mut rhythm, start) = (every_minute(), Instant::now());
        assert!(!rhythm.is_due(start) && rhythm.is_due(start + MINUTE));
        rhythm.forget();
        assert!(!rhythm.is_due(start + 5 * MINUTE) && rhythm.is_due(start + 6 * MINUTE));
    }

    #[test]
    fn without_an_interval_it_never_looks() {
        let (mut rhythm, start) = (Rhythm::new(None), Instant::now());
        assert!(!(0..100).any(|minute| rhythm.is_due(start + minute * MINUTE)));
    }

    #[test]
    fn one_that_has_just_come_up_does_not_know_its_load() {
        assert!(!every_minute().knows_its_load(MINUTE) && every_minute().knows_its_load(2 * MINUTE));
    }

    #[test]
    fn what_was_changed_is_left_alone_for_ten_minutes() {
        let (mut rhythm, start) = (every_minute(), Instant::now());
        let moved = plan(&lopsided(), A_FEW).moves;
        assert_eq!(moved.len(), 2);
        // Whatever is planned, these two are not touched, as if the change had been for nothing.
        rhythm.changed(moved.iter().map(|m| m.group), start);
        let planned_after = |rhythm: &mut Rhythm, minutes| {
            let mut view = lopsided();
            rhythm.spare(&mut view, start + minutes * MINUTE);
            plan(&view, A_FEW).moves
        };
        let is_one_of_them = |group| moved.iter().any(|m| m.group == group);
        assert!(!planned_after(&mut rhythm, 9).iter().any(|m| is_one_of_them(m.group)));
        assert_eq!(planned_after(&mut rhythm, 10), moved);
        assert!(rhythm.changed.is_empty(), "and forgotten then");
    }
}
