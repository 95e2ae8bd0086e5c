//! Which leaderships go back to their preferred leaders now.
//!
//! After a restart, a broker follows everywhere; this gives it its share back. It decides by facts that the caller
//! has at hand and never touches the order of replicas.

use std::collections::BTreeMap;
use std::time::Duration;

/// Who leads a partition, and who should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leadership<'a> {
    /// The partition's Raft group.
    pub group: u64,
    /// Its leader, if it has one.
    pub leader: Option<i32>,
    /// Its replicas, the preferred leader first.
    pub replicas: &'a [i32],
    /// The replicas that are in sync.
    pub isr: &'a [i32],
}

/// A leadership that changes hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handover {
    /// The partition's Raft group.
    pub group: u64,
    /// The leader now.
    pub from: i32,
    /// The preferred leader.
    pub to: i32,
}

/// At most `limit` leaderships to be handed to the preferred leader, the lowest groups first.
///
/// The preferred leader must be in sync, and have been up for at least `settled` so that one that keeps failing does
/// not get leaderships in between. `up_for` says how long each broker has been up; those that are down, or must not
/// lead (being drained), are absent. Leave out partitions that are being moved.
pub fn leadership_moves<'a>(
    partitions: impl IntoIterator<Item = Leadership<'a>>,
    up_for: &BTreeMap<i32, Duration>,
    settled: Duration,
    limit: usize,
) -> Vec<Handover> {
    let mut handovers: Vec<_> = partitions
        .into_iter()
        .filter_map(|p| {
            let (from, to) = (p.leader?, *p.replicas.first()?);
            let ready = p.isr.contains(&to) && up_for.get(&to).is_some_and(|up| *up >= settled);
            (from != to && ready).then_some(Handover { group: p.group, from, to })
        })
        .collect();
    handovers.sort_unstable_by_key(|h| h.group);
    handovers.truncate(limit);
    handovers
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTLED: Duration = Duration::from_mins(1);

    fn led(group: u64, leader: impl Into<Option<i32>>, isr: &'static [i32]) -> Leadership<'static> {
        Leadership { group, leader: leader.into(), replicas: &[1, 2, 3], isr }
    }

    fn up(seconds: &[(i32, u64)]) -> BTreeMap<i32, Duration> {
        seconds.iter().map(|(id, s)| (*id, Duration::from_secs(*s))).collect()
    }

    fn moved(partitions: &[Leadership<'_>], up_for: &[(i32, u64)], limit: usize) -> Vec<u64> {
        let moves = leadership_moves(partitions.iter().copied(), &up(up_for), SETTLED, limit);
        assert!(moves.iter().all(|m| m.to == 1 && m.from != 1));
        moves.iter().map(|m| m.group).collect()
    }

    #[test]
    fn a_preferred_leader_that_is_back_and_in_sync_leads_again() {
        assert_eq!(moved(&[led(5, 2, &[2, 1])], &[(1, 60), (2, 900)], 9), [5]);
    }

    #[test]
    fn one_that_is_out_of_sync_or_just_up_or_down_has_to_wait() {
        assert_eq!(moved(&[led(5, 2, &[2, 3])], &[(1, 900)], 9), [0u64; 0]);
        assert_eq!(moved(&[led(5, 2, &[1, 2])], &[(1, 59)], 9), [0u64; 0]);
        assert_eq!(moved(&[led(5, 2, &[1, 2])], &[(2, 900)], 9), [0u64; 0]);
    }

    #[test]
    fn a_partition_led_by_it_or_by_nobody_is_left_alone() {
        assert_eq!(moved(&[led(5, 1, &[1]), led(6, None, &[1])], &[(1, 900)], 9), [0u64; 0]);
    }

    #[test]
    fn a_few_at_a_time_change_hands() {
        let partitions: Vec<_> = (0..10).rev().map(|group| led(group, 3, &[1, 2, 3])).collect();
        assert_eq!(moved(&partitions, &[(1, 900)], 3), [0, 1, 2]);
        assert_eq!(moved(&partitions, &[(1, 900)], 0), [0u64; 0]);
    }
}
