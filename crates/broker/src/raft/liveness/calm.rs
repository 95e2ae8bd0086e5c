//! Whose ISR is looked at when: all groups at every heartbeat while peers come and go, else one after the other.
//!
//! A look costs microseconds, and nearly always finds what the one before has found: with thousands of groups that is most
//! of what an idle node does. Three things change an ISR: a peer that comes or goes, which is noticed here; a change of the
//! voters, which whoever makes it tells ([`Liveness::voters_changed`]); and a follower that falls behind or catches up
//! again, which may be noticed within [`TURNS`] heartbeats.
//!
//! [`Liveness::voters_changed`]: super::Liveness::voters_changed
//!
//! Must never: let a peer's coming or going wait.

use std::time::Duration;

use crate::raft::types::GroupId;

/// So many heartbeats pass until every group has been looked at.
const TURNS: u64 = 8;

/// Which groups to look at, as heartbeats pass.
pub(super) struct Calm {
    /// A peer that is back for longer has answered wherever it can.
    settled_after: Duration,
    heartbeats: u64,
    /// Who was reachable at the last heartbeat.
    reachable: Vec<bool>,
}

/// The groups of one heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Every group.
    All,
    /// Those of one remainder.
    Some(u64),
}

impl Turn {
    /// Whether the group is one of them.
    pub(super) fn includes(self, group: GroupId) -> bool {
        match self {
            Self::All => true,
            Self::Some(remainder) => group % TURNS == remainder,
        }
    }
}

impl Calm {
    /// Nobody was reachable before. Calm returns when all peers have been there for `settled_after`.
    pub(super) fn new(settled_after: Duration) -> Self {
        Self { settled_after, heartbeats: 0, reachable: Vec::new() }
    }

    /// The groups to look at now, given for how long each peer has been reachable without a break, if it is.
    pub(super) fn next_turn(&mut self, reachable_for: Vec<Option<Duration>>) -> Turn {
        self.heartbeats += 1;
        let reachable: Vec<bool> = reachable_for.iter().map(Option::is_some).collect();
        let changed = std::mem::replace(&mut self.reachable, reachable) != self.reachable;
        let newcomer = reachable_for.into_iter().flatten().any(|since| since < self.settled_after);
        if changed || newcomer { Turn::All } else { Turn::Some(self.heartbeats % TURNS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTLED: Duration = Duration::from_secs(2);
    const LONG: Option<Duration> = Some(Duration::from_hours(1));

    /// In a cluster that has been calm for long.
    fn calm() -> Calm {
        let mut calm = Calm::new(SETTLED);
        assert_eq!(calm.next_turn(vec![LONG, LONG]), Turn::All);
        calm
    }

    #[test]
    fn in_calm_every_group_has_its_turn_once_in_eight_heartbeats() {
        let mut calm = calm();
        let mut looked_at = [0; 20];
        for _ in 0..TURNS {
            let turn = calm.next_turn(vec![LONG, LONG]);
            (0..20).filter(|group| turn.includes(*group)).for_each(|group| looked_at[group as usize] += 1);
        }
        assert_eq!(looked_at, [1; 20]);
    }

    #[test]
    fn when_a_peer_goes_all_groups_are_looked_at_once() {
        let mut calm = calm();
        assert_eq!(calm.next_turn(vec![LONG, None]), Turn::All);
        assert_ne!(calm.next_turn(vec![LONG, None]), Turn::All);
    }

    #[test]
    fn when_a_peer_comes_all_groups_are_looked_at_until_it_had_time_to_answer() {
        let mut calm = calm();
        assert_eq!(calm.next_turn(vec![LONG, Some(Duration::ZERO)]), Turn::All);
        assert_eq!(calm.next_turn(vec![LONG, Some(SETTLED / 2)]), Turn::All);
        assert_ne!(calm.next_turn(vec![LONG, Some(SETTLED)]), Turn::All);
    }

    #[test]
    fn a_peer_that_was_away_between_two_heartbeats_is_noticed() {
        let mut calm = calm();
        assert_eq!(calm.next_turn(vec![Some(Duration::from_millis(30)), LONG]), Turn::All);
    }

    #[test]
    fn a_peer_that_is_new_in_the_cluster_is_noticed() {
        let mut calm = calm();
        assert_eq!(calm.next_turn(vec![LONG, LONG, None]), Turn::All);
    }
}
