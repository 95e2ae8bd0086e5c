//! When to run for the groups of this node that nobody alive leads.
//!
//! The voters that are alive take their turns half an election timeout apart, in the order of the group's voters, so
//! that one candidate at a time runs. Who has just voted for another waits an election timeout for the word that it leads:
//! on a busy machine that comes late, and one who runs meanwhile takes the lead from it again.
//!
//! The lease of a lost leader is not waited for: the first try takes over when its process is gone, when a majority of the
//! voters does not hear it, or when it lives and has not said for half an election timeout that it leads. If that fails
//! (this log lacks something that another has), ordinary elections follow, with pauses that grow.
//!
//! A node that led thousands of groups leaves thousands of orphans. They are run for some at a time, who has waited longest
//! first: all at once would keep each other waiting, and the signs of life too, until the next node is taken for dead.
//!
//! Must never: do I/O, read a clock, or decide who leads. It proposes candidates; Raft's votes decide.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::raft::groups::Timing;
use crate::raft::types::{GroupId, RaftNodeId};

/// Elections of this node under way at a time.
const AT_A_TIME: usize = 256;

/// How this node runs for a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Candidacy {
    /// Although the leader's lease may not have run out.
    TakeOver,
    /// Unless a quorum still hears a leader.
    Elect,
}

/// The groups of this node without a live leader.
pub(super) struct Orphans {
    timing: Timing,
    of: HashMap<GroupId, Orphan>,
}

struct Orphan {
    since: Instant,
    last_try: Option<Instant>,
    next_try: Instant,
    /// Of an election from the next, without its random part.
    pause: Duration,
    took_over: bool,
}

impl Orphan {
    fn new(now: Instant, timing: &Timing) -> Self {
        Self { since: now, last_try: None, next_try: now, pause: timing.heartbeat, took_over: false }
    }

    /// Whether an election may still be won. One that takes long does not keep others waiting for longer than this.
    fn is_run_for(&self, now: Instant, timing: &Timing) -> bool {
        now < self.next_try && self.last_try.is_some_and(|begun| now < begun + timing.election / 2)
    }
}

impl Orphans {
    /// No group lacks a leader yet.
    pub(super) fn new(timing: Timing) -> Self {
        Self { timing, of: HashMap::new() }
    }

    /// These groups lack a leader. All others have one, or have left this node.
    pub(super) fn are(&mut self, orphaned: &HashSet<GroupId>, now: Instant) {
        self.of.retain(|group, _| orphaned.contains(group));
        for group in orphaned {
            self.of.entry(*group).or_insert_with(|| Orphan::new(now, &self.timing));
        }
    }

    /// How many groups may be run for besides those for which it is done already.
    pub(super) fn room(&self, now: Instant) -> usize {
        let under_way = self.of.values().filter(|orphan| orphan.is_run_for(now, &self.timing)).count();
        AT_A_TIME.saturating_sub(under_way)
    }

    /// Since when it has been the group's turn, or when it will be: who comes first is run for first.
    pub(super) fn due(&self, group: GroupId) -> Option<Instant> {
        self.of.get(&group).map(|orphan| orphan.next_try)
    }

    /// Since when the group has lacked a leader, if it does.
    pub(super) fn since(&self, group: GroupId) -> Option<Instant> {
        self.of.get(&group).map(|orphan| orphan.since)
    }

    /// Whether the group has lacked a leader for half an election timeout.
    pub(super) fn is_missed(&self, group: GroupId, now: Instant) -> bool {
        self.of.get(&group).is_some_and(|orphan| now >= orphan.since + self.timing.election / 2)
    }

    /// Whether some group lacks a leader.
    pub(super) fn any(&self) -> bool {
        !self.of.is_empty()
    }

    /// Nobody alive leads the group: whether this node, which has that [`rank`] in it, runs for it now. `heir_since`:
    /// when this replica voted for another that is alive. `jitter` (0 to 1) varies the pause between ordinary elections,
    /// so that two candidates do not meet again and again.
    pub(super) fn candidacy(
        &mut self,
        group: GroupId,
        rank: Option<u32>,
        leader_is_gone: bool,
        heir_since: Option<Instant>,
        now: Instant,
        jitter: f64,
    ) -> Option<Candidacy> {
        let Timing { heartbeat, election, .. } = self.timing;
        let orphan = self.of.entry(group).or_insert_with(|| Orphan::new(now, &self.timing));
        let since = heir_since.map_or(orphan.since, |voted| orphan.since.max(voted + election));
        if now < since + election / 2 * rank? {
            return None;
        }
        let candidacy = if !orphan.took_over && leader_is_gone {
            orphan.took_over = true;
            orphan.next_try = now + heartbeat;
            Candidacy::TakeOver
        } else if now >= orphan.next_try {
            orphan.next_try = now + orphan.pause + orphan.pause.mul_f64(jitter);
            orphan.pause = (orphan.pause * 2).min(election);
            Candidacy::Elect
        } else {
            return None;
        };
        orphan.last_try = Some(now);
        Some(candidacy)
    }
}

/// The replica's place among a group's voters that are alive.
pub(super) fn rank(voters: &[RaftNodeId], me: RaftNodeId, is_alive: impl Fn(i32) -> bool) -> Option<u32> {
    let alive = voters.iter().filter(|v| is_alive(v.broker()));
    alive.enumerate().find(|(_, v)| **v == me).map(|(rank, _)| rank as u32)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const GROUP: GroupId = 7;
    const HEARTBEAT: Duration = Duration::from_millis(100);
    const ELECTION: Duration = Duration::from_secs(1);
    const MOMENT: Duration = Duration::from_millis(1);
    const FIRST: Option<u32> = Some(0);
    const TAKE_OVER: Option<Candidacy> = Some(Candidacy::TakeOver);
    const ELECT: Option<Candidacy> = Some(Candidacy::Elect);

    fn orphans() -> (Orphans, Instant) {
        let timing =
            Timing { heartbeat: HEARTBEAT, election: ELECTION, replica_lag_max: ELECTION, catch_up_rate: 0 };
        (Orphans::new(timing), Instant::now())
    }

    /// What a node does whose group's leader is silent, but perhaps there.
    fn leader_silent(orphans: &mut Orphans, rank: Option<u32>, now: Instant) -> Option<Candidacy> {
        orphans.candidacy(GROUP, rank, false, None, now, 0.5)
    }

    fn leader_silent_of(group: GroupId, orphans: &mut Orphans, now: Instant) -> Option<Candidacy> {
        orphans.candidacy(group, FIRST, false, None, now, 0.5)
    }

    /// What a node does whose group's leader's port refuses connections.
    fn leader_gone(orphans: &mut Orphans, rank: Option<u32>, now: Instant) -> Option<Candidacy> {
        orphans.candidacy(GROUP, rank, true, None, now, 0.5)
    }

    fn voters() -> [RaftNodeId; 3] {
        [3, 1, 2].map(|broker| RaftNodeId::new(broker, 1))
    }

    #[test]
    fn the_first_voter_alive_runs_at_once() {
        let (mut orphans, start) = orphans();
        assert_eq!(leader_silent(&mut orphans, FIRST, start), ELECT);
    }

    #[test]
    fn each_further_voter_waits_half_an_election_timeout_more() {
        for place in 1..4 {
            let (mut orphans, start) = orphans();
            let wait = ELECTION / 2 * place;
            assert_eq!(leader_silent(&mut orphans, Some(place), start), None);
            assert_eq!(leader_silent(&mut orphans, Some(place), start + wait.saturating_sub(MOMENT)), None);
            assert_eq!(leader_silent(&mut orphans, Some(place), start + wait), ELECT);
        }
    }

    #[test]
    fn a_node_that_is_no_voter_never_runs_but_its_wait_counts_if_it_becomes_one() {
        let (mut orphans, start) = orphans();
        assert_eq!(leader_silent(&mut orphans, None, start), None);
        assert_eq!(leader_silent(&mut orphans, None, start + ELECTION * 10), None);
        assert_eq!(leader_silent(&mut orphans, Some(2), start + ELECTION * 10), ELECT);
    }

    #[test]
    fn an_election_is_tried_again_after_a_heartbeat_and_a_random_part_of_one() {
        let (mut orphans, start) = orphans();
        assert_eq!(leader_silent(&mut orphans, FIRST, start), ELECT);
        let pause = HEARTBEAT + HEARTBEAT / 2;
        assert_eq!(leader_silent(&mut orphans, FIRST, start + pause.saturating_sub(MOMENT)), None);
        assert_eq!(leader_silent(&mut orphans, FIRST, start + pause), ELECT);
    }

    #[test]
    fn the_pauses_between_elections_double_up_to_the_election_timeout() {
        let (mut orphans, start) = orphans();
        let mut now = start;
        for pause in [1, 2, 4, 8, 10, 10].map(|heartbeats| HEARTBEAT * heartbeats) {
            assert_eq!(leader_silent(&mut orphans, FIRST, now), ELECT);
            now += pause + pause / 2;
            assert_eq!(leader_silent(&mut orphans, FIRST, now.checked_sub(MOMENT).unwrap()), None);
        }
    }

    #[test]
    fn who_voted_for_another_waits_an_election_timeout_for_its_word_and_then_its_turn() {
        for leader_is_gone in [false, true] {
            for place in 0..2 {
                let (mut orphans, start) = orphans();
                let voted = Some(start + HEARTBEAT);
                let mut at = |now| orphans.candidacy(GROUP, Some(place), leader_is_gone, voted, now, 0.5);
                let turn = start + HEARTBEAT + ELECTION + ELECTION / 2 * place;
                assert_eq!(at(start + HEARTBEAT), None);
                assert_eq!(at(turn.checked_sub(MOMENT).unwrap()), None);
                assert_eq!(at(turn), if leader_is_gone { TAKE_OVER } else { ELECT });
            }
        }
    }

    #[test]
    fn a_vote_of_long_ago_holds_nobody_up() {
        let (mut orphans, start) = orphans();
        let later = start + ELECTION;
        assert_eq!(orphans.candidacy(GROUP, FIRST, true, Some(start), later, 0.5), TAKE_OVER);
    }

    #[test]
    fn a_leader_that_is_gone_is_taken_over_from_once_and_then_elections_follow() {
        let (mut orphans, start) = orphans();
        assert_eq!(leader_gone(&mut orphans, FIRST, start), TAKE_OVER);
        assert_eq!(leader_gone(&mut orphans, FIRST, start + HEARTBEAT.saturating_sub(MOMENT)), None);
        assert_eq!(leader_gone(&mut orphans, FIRST, start + HEARTBEAT), ELECT);
        assert_eq!(leader_gone(&mut orphans, FIRST, start + HEARTBEAT * 3), ELECT);
    }

    #[test]
    fn a_take_over_waits_for_its_turn_but_for_no_pause() {
        let (mut orphans, start) = orphans();
        assert_eq!(leader_gone(&mut orphans, Some(1), start), None);
        assert_eq!(leader_silent(&mut orphans, Some(1), start + ELECTION / 2), ELECT);
        assert_eq!(leader_gone(&mut orphans, Some(1), start + ELECTION / 2), TAKE_OVER);
    }

    #[test]
    fn a_group_that_had_a_leader_meanwhile_is_a_new_orphan() {
        let (mut orphans, start) = orphans();
        assert_eq!(leader_gone(&mut orphans, FIRST, start), TAKE_OVER);
        orphans.are(&HashSet::from([GROUP]), start);
        assert_eq!(leader_gone(&mut orphans, FIRST, start), None);
        orphans.are(&HashSet::new(), start);
        assert_eq!(leader_gone(&mut orphans, FIRST, start), TAKE_OVER);
    }

    #[test]
    fn a_group_is_missed_once_it_has_lacked_a_leader_for_half_an_election_timeout() {
        let (mut orphans, start) = orphans();
        assert!(!orphans.is_missed(GROUP, start + ELECTION), "nobody has looked yet");
        leader_silent(&mut orphans, FIRST, start);
        assert_eq!(orphans.since(GROUP), Some(start));
        assert!(!orphans.is_missed(GROUP, start + (ELECTION / 2).saturating_sub(MOMENT)));
        assert!(orphans.is_missed(GROUP, start + ELECTION / 2));
    }

    #[test]
    fn some_are_run_for_at_a_time_and_who_has_waited_longest_comes_first() {
        let (mut orphans, start) = orphans();
        let many: HashSet<GroupId> = (0..1000).collect();
        let mut now = start;
        let mut elected = HashSet::new();
        for _ in 0..4 {
            orphans.are(&many, now);
            let mut waiting: Vec<GroupId> = many.iter().copied().collect();
            waiting.sort_unstable_by_key(|group| (orphans.due(*group), *group));
            let room = orphans.room(now);
            assert_eq!(room, AT_A_TIME);
            let turn = waiting[..room].iter().filter(|g| leader_silent_of(**g, &mut orphans, now) == ELECT);
            elected.extend(turn.copied().collect::<Vec<_>>());
            assert_eq!(orphans.room(now), 0);
            // Nobody wins: each holds its place until its next try.
            now += HEARTBEAT + HEARTBEAT / 2;
        }
        assert_eq!(elected, many);
    }

    #[test]
    fn who_is_led_again_makes_room_at_once() {
        let (mut orphans, start) = orphans();
        orphans.are(&HashSet::from([1, 2]), start);
        for group in [1, 2] {
            assert_eq!(leader_silent_of(group, &mut orphans, start), ELECT);
        }
        assert_eq!(orphans.room(start), AT_A_TIME - 2);
        orphans.are(&HashSet::from([2]), start);
        assert_eq!(orphans.room(start), AT_A_TIME - 1);
    }

    #[test]
    fn an_election_that_takes_long_keeps_its_place_for_half_an_election_timeout() {
        let (mut orphans, start) = orphans();
        while orphans.of.get(&GROUP).is_none_or(|orphan| orphan.pause < ELECTION) {
            let now = orphans.due(GROUP).unwrap_or(start);
            assert_eq!(leader_silent(&mut orphans, FIRST, now), ELECT);
        }
        let now = orphans.due(GROUP).unwrap();
        assert_eq!(leader_silent(&mut orphans, FIRST, now), ELECT);
        assert_eq!(orphans.room(now + (ELECTION / 2).saturating_sub(MOMENT)), AT_A_TIME - 1);
        assert_eq!(orphans.room(now + ELECTION / 2), AT_A_TIME);
        assert!(orphans.due(GROUP).unwrap() > now + ELECTION / 2);
    }

    #[test]
    fn groups_are_planned_each_for_itself() {
        let (mut orphans, start) = orphans();
        for group in 0..3 {
            assert_eq!(orphans.candidacy(group, FIRST, true, None, start, 0.0), TAKE_OVER);
        }
    }

    #[test]
    fn the_rank_counts_the_voters_alive_in_the_order_of_the_group() {
        let [a, b, c] = voters();
        assert_eq!([a, b, c].map(|v| rank(&voters(), v, |_| true)), [Some(0), Some(1), Some(2)]);
        let without_a = |broker| broker != a.broker();
        assert_eq!([b, c].map(|v| rank(&voters(), v, without_a)), [Some(0), Some(1)]);
    }

    #[test]
    fn who_is_no_voter_or_one_of_an_earlier_incarnation_has_no_rank() {
        assert_eq!(rank(&voters(), RaftNodeId::new(4, 1), |_| true), None);
        assert_eq!(rank(&voters(), RaftNodeId::new(3, 2), |_| true), None);
    }
}
