//! Which brokers vote in the metadata group.
//!
//! All of them as long as they are few; beyond that more voters would only make every commit wait for more nodes.
//! Membership changes are not free either: a choice once made is kept.

use super::Broker;

/// Voters of the metadata group at most. Seven survive the loss of three.
pub const MAX_METADATA_VOTERS: usize = 7;

/// The brokers that should be voters, in ascending order of id.
///
/// `current` are the voters now: they stay unless they are being drained or no longer registered, even while they are
/// down. A broker that is down is not made one. Among equals, racks are spread.
pub fn metadata_voters(brokers: &[Broker], current: &[i32]) -> Vec<i32> {
    let mut left: Vec<&Broker> =
        brokers.iter().filter(|b| !b.draining && (b.alive || current.contains(&b.id))).collect();
    let mut chosen: Vec<&Broker> = Vec::new();
    while chosen.len() < MAX_METADATA_VOTERS
        && let Some(best) = left.iter().copied().min_by_key(|b| {
            let rack_use = chosen.iter().filter(|c| c.rack == b.rack).count();
            (!current.contains(&b.id), rack_use, !b.alive, b.id)
        })
    {
        left.retain(|b| b.id != best.id);
        chosen.push(best);
    }
    let mut voters: Vec<i32> = chosen.into_iter().map(|b| b.id).collect();
    voters.sort_unstable();
    voters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broker(id: i32) -> Broker {
        Broker { id, rack: None, alive: true, draining: false, drained: false }
    }

    fn brokers(ids: std::ops::RangeInclusive<i32>) -> Vec<Broker> {
        ids.map(broker).collect()
    }

    fn in_rack(id: i32, rack: &str) -> Broker {
        Broker { rack: Some(rack.into()), ..broker(id) }
    }

    #[test]
    fn in_a_small_cluster_every_broker_votes_be_they_odd_or_even() {
        assert_eq!(metadata_voters(&brokers(1..=4), &[1, 2, 3]), [1, 2, 3, 4]);
    }

    #[test]
    fn in_a_large_cluster_seven_vote_and_a_new_broker_changes_nothing() {
        assert_eq!(metadata_voters(&brokers(1..=9), &[]), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(metadata_voters(&brokers(1..=10), &[2, 4, 5, 6, 8, 9, 10]), [2, 4, 5, 6, 8, 9, 10]);
    }

    #[test]
    fn voters_that_are_drained_or_gone_are_replaced_in_the_racks_used_least() {
        let mut all: Vec<_> = (1..=8).map(|id| in_rack(id, "a")).collect();
        all.push(in_rack(9, "b"));
        all[1].draining = true;
        assert_eq!(metadata_voters(&all, &[1, 2, 3, 4, 5, 6, 7]), [1, 3, 4, 5, 6, 7, 9]);
        all.remove(1);
        assert_eq!(metadata_voters(&all, &[1, 2, 3, 4, 5, 6, 7]), [1, 3, 4, 5, 6, 7, 9]);
    }

    #[test]
    fn a_voter_that_is_down_stays_one_but_a_broker_that_is_down_does_not_become_one() {
        let mut all = brokers(1..=4);
        all[2].alive = false;
        assert_eq!(metadata_voters(&all, &[1, 2, 3]), [1, 2, 3, 4]);
        assert_eq!(metadata_voters(&all, &[1, 2]), [1, 2, 4]);
    }

    #[test]
    fn too_many_voters_become_fewer_over_all_racks() {
        let all: Vec<_> = (1..=9).map(|id| in_rack(id, if id <= 6 { "a" } else { "b" })).collect();
        let current: Vec<i32> = (1..=9).collect();
        assert_eq!(metadata_voters(&all, &current), [1, 2, 3, 4, 7, 8, 9]);
    }
}
