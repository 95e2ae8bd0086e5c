//! Which groups speak to a follower whose node is back. An idle group would have nothing to say to it, and it would not
//! learn what was committed while it was away.
//!
//! They do so some at a time, who has waited longest first: thousands of heartbeats at once are answered late by nodes that
//! are busy, and would be sent again meanwhile.
//!
//! Must never: do I/O or read a clock.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::raft::types::GroupId;

/// Groups that wait for an answer at a time.
const AT_A_TIME: usize = 256;

/// The groups that have spoken and not been answered.
pub(super) struct Returns {
    /// From one heartbeat of a group to the next.
    patience: Duration,
    spoke: HashMap<GroupId, Instant>,
}

impl Returns {
    /// No group waits for a follower yet.
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, spoke: HashMap::new() }
    }

    /// Of the groups that wait for a follower, those that speak now. What waits no longer is forgotten.
    pub(super) fn next(&mut self, waiting: &[GroupId], now: Instant) -> Vec<GroupId> {
        let spoke = std::mem::take(&mut self.spoke);
        self.spoke = waiting.iter().filter_map(|group| Some((*group, *spoke.get(group)?))).collect();
        let is_patient = |spoke: &Instant| now.duration_since(*spoke) < self.patience;
        let under_way = self.spoke.values().filter(|spoke| is_patient(spoke)).count();
        let mut idle: Vec<(Option<Instant>, GroupId)> =
            waiting.iter().map(|group| (self.spoke.get(group).copied(), *group)).collect();
        idle.retain(|(spoke, _)| !spoke.as_ref().is_some_and(is_patient));
        idle.sort_unstable();
        idle.truncate(AT_A_TIME.saturating_sub(under_way));
        self.spoke.extend(idle.iter().map(|(_, group)| (*group, now)));
        idle.into_iter().map(|(_, group)| group).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(200);
    const MOMENT: Duration = Duration::from_millis(1);

    #[test]
    fn a_group_speaks_at_once_and_again_after_a_while_without_an_answer() {
        let (mut returns, start) = (Returns::new(PATIENCE), Instant::now());
        assert_eq!(returns.next(&[7], start), [7]);
        assert!(returns.next(&[7], start + PATIENCE.saturating_sub(MOMENT)).is_empty());
        assert_eq!(returns.next(&[7], start + PATIENCE), [7]);
    }

    #[test]
    fn a_group_that_was_answered_meanwhile_speaks_at_once_the_next_time() {
        let (mut returns, start) = (Returns::new(PATIENCE), Instant::now());
        assert_eq!(returns.next(&[7], start), [7]);
        assert!(returns.next(&[], start).is_empty());
        assert_eq!(returns.next(&[7], start), [7]);
    }

    #[test]
    fn thousands_speak_some_at_a_time_and_nobody_is_passed_over() {
        let (mut returns, start) = (Returns::new(PATIENCE), Instant::now());
        let waiting: Vec<GroupId> = (0..1000).collect();
        let mut spoke: Vec<GroupId> = Vec::new();
        for round in 0..4 {
            let now = start + PATIENCE * round;
            spoke.extend(returns.next(&waiting, now));
            assert!(returns.next(&waiting, now).is_empty(), "nobody has answered");
        }
        spoke.truncate(waiting.len());
        spoke.sort_unstable();
        assert_eq!(spoke, waiting);
    }
}
