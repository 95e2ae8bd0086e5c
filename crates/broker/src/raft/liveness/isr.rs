//! Which replicas are in sync with this node, in the groups that it leads.
//!
//! A follower is in sync while it is alive and was at the end of the leader's log within `replica.lag.time.max.ms`.
//! At the end means: it has what the log's end was at the look before, so that a follower that keeps up with a
//! busy log counts as caught up although it is always a few records behind. Only voters count: a learner is none of
//! those whose acknowledgement a record waits for.
//!
//! What a follower had before its node went away proves nothing: the node may be back with an empty disk, or the others have
//! moved on. It is in sync again once it has answered something that was sent since it could be reached again, and was
//! at the end of the log since then.
//!
//! Must never: do I/O, read a clock, or decide what is committed: that takes a quorum of voters, in the ISR or not.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::raft::group::Replication;
use crate::raft::types::GroupId;

/// When the followers were last caught up, for every group that this node leads.
pub(super) struct IsrRecords {
    me: i32,
    lag_max: Duration,
    /// How long a new leader takes a follower for in sync that has not answered it yet.
    grace: Duration,
    of: HashMap<GroupId, Record>,
}

/// A leader's record of one group, for one term.
struct Record {
    term: u64,
    /// Since when this node leads in it, as far as it knows.
    since: Instant,
    /// Who has been reachable since then without a break had its part in what was committed before, and counts as caught
    /// up then. Not so who came back later: that may be the lost leader itself, on an empty disk.
    led_before: Instant,
    caught_up: HashMap<i32, Instant>,
    /// The log's end at the last look: who has it now was caught up then.
    last: Option<u64>,
}

impl Record {
    fn new(term: u64, led_before: Instant, now: Instant) -> Self {
        Self { term, since: now, led_before, caught_up: HashMap::new(), last: None }
    }
}

impl IsrRecords {
    /// Broker `me` leads nothing yet. A follower not caught up for more than `lag_max` is out of sync, and so is one that
    /// has left a new leader without any answer for more than `grace`.
    pub(super) fn new(me: i32, lag_max: Duration, grace: Duration) -> Self {
        Self { me, lag_max, grace, of: HashMap::new() }
    }

    /// This node leads the group from now on; until `led_before` somebody else did, or nobody was missed yet.
    pub(super) fn begin(&mut self, group: GroupId, term: u64, led_before: Instant, now: Instant) {
        self.of.insert(group, Record::new(term, led_before, now));
    }

    /// Looks at the replication of a group that this node leads in that term. `reachable_since` says since when a broker
    /// has been alive and reachable without a break, if it is now. Gives the ISR in ascending order.
    pub(super) fn look(
        &mut self,
        group: GroupId,
        term: u64,
        replication: &Replication,
        now: Instant,
        reachable_since: impl Fn(i32) -> Option<Instant>,
    ) -> Vec<i32> {
        let record = self.of.entry(group).or_insert_with(|| Record::new(term, now, now));
        if record.term != term {
            *record = Record::new(term, now, now);
        }
        let led_for = now.duration_since(record.since);
        let mut isr = vec![self.me];
        for follower in replication.followers.iter().filter(|f| f.votes) {
            let broker = follower.node.broker();
            // A new leader has not seen how far its followers are: it gives them the lag time to show up.
            let caught_up = record.caught_up.entry(broker).or_insert(record.led_before);
            if record.last.is_some() && follower.matched >= record.last {
                *caught_up = now;
            }
            let is_in_sync = reachable_since(broker).is_some_and(|back| {
                let answers = match follower.acked {
                    Some(sent) => sent >= back,
                    None => led_for <= self.grace && back <= record.led_before,
                };
                answers && back <= *caught_up
            });
            if is_in_sync && now.duration_since(*caught_up) <= self.lag_max {
                isr.push(broker);
            }
        }
        record.last = replication.last;
        isr.sort_unstable();
        isr
    }

    /// When the follower of a group that this node leads was last caught up. Of one that never was since this node leads: when
    /// the leader before was lost.
    pub(super) fn caught_up(&self, group: GroupId, broker: i32) -> Option<Instant> {
        self.of.get(&group)?.caught_up.get(&broker).copied()
    }

    /// This node does not lead the group any more.
    pub(super) fn forget(&mut self, group: GroupId) {
        self.of.remove(&group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::group::Progress;
    use crate::raft::types::RaftNodeId;

    const GROUP: GroupId = 7;
    const ME: i32 = 2;
    const LAG_MAX: Duration = Duration::from_secs(10);
    const GRACE: Duration = Duration::from_secs(1);
    const MOMENT: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_hours(1);

    /// A leader with the brokers 1 and 3 as followers; all are alive unless said otherwise.
    struct Leader {
        records: IsrRecords,
        term: u64,
        /// For how long broker 3 has been reachable.
        reachable: Option<Duration>,
        /// How long ago the message was sent that broker 3 answered last.
        acked: Option<Duration>,
    }

    impl Leader {
        fn new() -> Self {
            let records = IsrRecords::new(ME, LAG_MAX, GRACE);
            Self { records, term: 1, reachable: Some(LONG), acked: Some(MOMENT) }
        }

        /// The ISR when this node's log ends at `last`, and that of the followers at `matched`.
        fn look(&mut self, last: u64, matched: [u64; 2], now: Instant) -> Vec<i32> {
            let progress = |broker, matched, acked: Option<Duration>| Progress {
                node: RaftNodeId::new(broker, 1),
                matched: (matched > 0).then_some(matched),
                acked: acked.map(|ago| now.checked_sub(ago).unwrap()),
                votes: true,
            };
            let followers = vec![progress(3, matched[1], self.acked), progress(1, matched[0], Some(MOMENT))];
            let replication = Replication { last: Some(last), followers, ..Replication::default() };
            let reachable = self.reachable;
            let since = |broker| {
                let up = if broker == 3 { reachable } else { Some(LONG) };
                up.map(|up| now.checked_sub(up).unwrap())
            };
            self.records.look(GROUP, self.term, &replication, now, since)
        }
    }

    #[test]
    fn a_new_leader_gives_its_followers_the_lag_time_to_show_up() {
        let (mut leader, start) = (Leader::new(), Instant::now());
        assert_eq!(leader.look(100, [0, 0], start), [1, 2, 3]);
        assert_eq!(leader.look(100, [0, 0], start + LAG_MAX), [1, 2, 3]);
        assert_eq!(leader.look(100, [0, 100], start + LAG_MAX + MOMENT), [2, 3]);
    }

    #[test]
    fn a_follower_that_does_not_catch_up_within_the_lag_time_is_out_until_it_does() {
        let (mut leader, start) = (Leader::new(), Instant::now());
        leader.look(100, [100, 100], start);
        assert_eq!(leader.look(200, [100, 200], start + MOMENT), [1, 2, 3], "caught up a moment ago");
        let later = start + MOMENT + LAG_MAX;
        assert_eq!(leader.look(200, [199, 200], later), [1, 2, 3]);
        assert_eq!(leader.look(200, [199, 200], later + MOMENT), [2, 3]);
        assert_eq!(leader.look(200, [200, 200], later + MOMENT), [1, 2, 3]);
    }

    #[test]
    fn a_follower_always_behind_but_never_by_more_than_one_look_stays_in_sync() {
        let (mut leader, mut now) = (Leader::new(), Instant::now());
        for end in [100, 200, 300, 400, 500] {
            assert_eq!(leader.look(end, [end - 100, end], now), [1, 2, 3]);
            now += LAG_MAX;
        }
    }

    #[test]
    fn a_dead_follower_is_out_of_sync_at_once() {
        let (mut leader, start) = (Leader::new(), Instant::now());
        leader.look(100, [100, 100], start);
        leader.reachable = None;
        assert_eq!(leader.look(100, [100, 100], start + MOMENT), [1, 2]);
    }

    #[test]
    fn a_follower_that_is_back_is_in_sync_once_it_has_answered_again() {
        let (mut leader, start) = (Leader::new(), Instant::now());
        assert_eq!(leader.look(100, [100, 100], start), [1, 2, 3]);
        (leader.reachable, leader.acked) = (Some(2 * MOMENT), Some(3 * MOMENT));
        assert_eq!(leader.look(100, [100, 100], start + MOMENT), [1, 2], "its disk may be another one");
        leader.acked = Some(2 * MOMENT);
        assert_eq!(leader.look(100, [100, 100], start + MOMENT), [1, 2, 3]);
    }

    #[test]
    fn a_follower_that_is_back_is_in_sync_once_it_has_caught_up_again() {
        let (mut leader, start) = (Leader::new(), Instant::now());
        leader.look(100, [100, 100], start);
        (leader.reachable, leader.acked) = (Some(2 * MOMENT), Some(MOMENT));
        let back = start + 3 * MOMENT;
        assert_eq!(leader.look(200, [200, 150], back), [1, 2, 3], "it has what was there at the look before");
        assert_eq!(leader.look(300, [300, 150], back + MOMENT), [1, 2, 3], "caught up a moment ago");
        (leader.reachable, leader.acked) = (Some(Duration::ZERO), Some(Duration::ZERO));
        assert_eq!(
            leader.look(400, [400, 250], back + 2 * MOMENT),
            [1, 2],
            "away again, and the others went on"
        );
        leader.reachable = Some(MOMENT);
        assert_eq!(leader.look(400, [400, 399], back + 3 * MOMENT), [1, 2]);
        assert_eq!(leader.look(400, [400, 400], back + 4 * MOMENT), [1, 2, 3]);
    }

    #[test]
    fn a_follower_that_leaves_a_new_leader_without_an_answer_is_soon_out() {
        let (mut leader, start) = (Leader::new(), Instant::now());
        leader.acked = None;
        assert_eq!(leader.look(100, [0, 100], start), [1, 2, 3]);
        assert_eq!(leader.look(100, [0, 100], start + GRACE), [1, 2, 3]);
        assert_eq!(leader.look(100, [0, 100], start + GRACE + MOMENT), [1, 2]);
    }

    #[test]
    fn a_new_leader_gives_no_grace_to_who_came_back_after_its_election() {
        let (mut leader, start) = (Leader::new(), Instant::now());
        (leader.reachable, leader.acked) = (None, None);
        assert_eq!(leader.look(100, [0, 100], start), [1, 2]);
        leader.reachable = Some(MOMENT);
        assert_eq!(leader.look(100, [0, 100], start + 2 * MOMENT), [1, 2]);
    }

    #[test]
    fn a_new_leader_gives_no_grace_to_who_came_back_while_nobody_led() {
        let (mut leader, lost) = (Leader::new(), Instant::now());
        let start = lost + GRACE;
        leader.acked = None;
        leader.records.begin(GROUP, leader.term, lost, start);
        leader.reachable = Some(GRACE.saturating_sub(MOMENT));
        assert_eq!(
            leader.look(100, [0, 0], start),
            [1, 2],
            "it was away when the leader was lost, or was the leader"
        );
        leader.reachable = Some(GRACE);
        assert_eq!(leader.look(100, [0, 0], start), [1, 2, 3]);
    }

    #[test]
    fn each_term_starts_a_new_record() {
        let (mut leader, start) = (Leader::new(), Instant::now());
        leader.look(100, [0, 100], start);
        let late = start + LAG_MAX + MOMENT;
        assert_eq!(leader.look(100, [0, 100], late), [2, 3]);
        leader.term = 2;
        assert_eq!(leader.look(100, [0, 100], late), [1, 2, 3]);
    }

    #[test]
    fn a_group_that_is_forgotten_starts_a_new_record() {
        let (mut leader, start) = (Leader::new(), Instant::now());
        leader.look(100, [0, 100], start);
        let late = start + LAG_MAX + MOMENT;
        leader.records.forget(GROUP);
        assert_eq!(leader.look(100, [0, 100], late), [1, 2, 3]);
    }
}
