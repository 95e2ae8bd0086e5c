//! Which brokers hold the replicas of new partitions.
//!
//! Greedy, one partition after the other: the leader goes where the fewest
//! leaders are, each follower goes to a rack that the partition has least
//! used, and there to the broker with the fewest replicas. Ties fall to the
//! next broker in id order after the leader, so that three brokers get
//! `[1, 2, 3]`, `[2, 3, 1]`, `[3, 1, 2]`.

use super::broker::BrokerId;

/// How much a broker carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Partitions whose preferred leader it is.
    pub leaders: u64,
    /// Replicas, the preferred leaders among them.
    pub replicas: u64,
}

/// A broker that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The broker's id.
    pub id: BrokerId,
    /// Its failure domain. Brokers without one share one.
    pub rack: Option<&'a str>,
    /// Believed to be down: taken only when nobody else is left.
    pub unavailable: bool,
    /// What it carries before this placement.
    pub load: Load,
}

/// Replicas for `partitions` new partitions, the preferred leader first.
///
/// `brokers` is in ascending order of id. Returns `None` if there are fewer
/// brokers than `replication_factor`, or if that is zero.
pub fn place(
    mut brokers: Vec<Candidate<'_>>,
    partitions: usize,
    replication_factor: usize,
) -> Option<Vec<Vec<BrokerId>>> {
    if replication_factor == 0 || brokers.len() < replication_factor {
        return None;
    }
    (0..partitions).map(|_| place_one(&mut brokers, replication_factor)).collect()
}

/// Chooses the replicas of one partition and books them in the loads.
fn place_one(brokers: &mut [Candidate<'_>], replication_factor: usize) -> Option<Vec<BrokerId>> {
    let leader = (0..brokers.len()).min_by_key(|&i| {
        let b = &brokers[i];
        (b.unavailable, b.load.leaders, b.load.replicas, b.id)
    })?;
    let mut chosen = vec![leader];
    while chosen.len() < replication_factor {
        chosen.push(next_follower(brokers, leader, &chosen)?);
    }
    brokers[leader].load.leaders += 1;
    for &i in &chosen {
        brokers[i].load.replicas += 1;
    }
    Some(chosen.into_iter().map(|i| brokers[i].id).collect())
}

/// The best broker that is not among `chosen` yet.
fn next_follower(brokers: &[Candidate<'_>], leader: usize, chosen: &[usize]) -> Option<usize> {
    (0..brokers.len()).filter(|i| !chosen.contains(i)).min_by_key(|&i| {
        let b = &brokers[i];
        let rack_used = chosen.iter().filter(|&&c| brokers[c].rack == b.rack).count();
        let steps_after_leader = (i + brokers.len() - leader) % brokers.len();
        (b.unavailable, rack_used, b.load.replicas, steps_after_leader)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn brokers(racks: &[Option<&'static str>]) -> Vec<Candidate<'static>> {
        (1..)
            .zip(racks)
            .map(|(id, rack)| Candidate { id, rack: *rack, unavailable: false, load: Load::default() })
            .collect()
    }

    #[test]
    fn three_brokers_take_turns_as_in_the_manual() {
        let placed = place(brokers(&[None; 3]), 3, 3).unwrap();
        assert_eq!(placed, [[1, 2, 3], [2, 3, 1], [3, 1, 2]]);
    }

    #[test]
    fn existing_leaders_count() {
        let mut candidates = brokers(&[None; 3]);
        candidates[0].load = Load { leaders: 2, replicas: 2 };
        let leaders: Vec<_> = place(candidates, 4, 1).unwrap().into_iter().flatten().collect();
        assert_eq!(leaders, [2, 3, 2, 3]);
    }

    #[test]
    fn racks_are_used_before_a_second_broker_of_one_rack() {
        let racks = [Some("a"), Some("a"), Some("b"), Some("b"), Some("c"), Some("c")];
        for replicas in place(brokers(&racks), 60, 3).unwrap() {
            let used: BTreeSet<_> = replicas.iter().map(|id| racks[*id as usize - 1]).collect();
            assert_eq!(used.len(), 3, "{replicas:?}");
        }
    }

    #[test]
    fn a_broker_that_is_down_is_taken_last() {
        let mut candidates = brokers(&[None; 4]);
        candidates[1].unavailable = true;
        assert!(place(candidates.clone(), 9, 3).unwrap().iter().flatten().all(|id| *id != 2));
        for replicas in place(candidates, 9, 4).unwrap() {
            assert_eq!(replicas.last(), Some(&2));
        }
    }

    #[test]
    fn more_replicas_than_brokers_cannot_be_placed() {
        assert_eq!(place(brokers(&[None; 2]), 1, 3), None);
        assert_eq!(place(brokers(&[None; 2]), 1, 0), None);
    }

    proptest! {
        #[test]
        fn replicas_are_distinct_and_leaders_even(count in 1usize..12, partitions in 0usize..80, rf in 1usize..6) {
            prop_assume!(rf <= count);
            let placed = place(brokers(&vec![None; count]), partitions, rf).unwrap();
            let mut leaders = vec![0u64; count + 1];
            let mut held = vec![0u64; count + 1];
            for replicas in &placed {
                prop_assert_eq!(replicas.iter().collect::<BTreeSet<_>>().len(), rf);
                leaders[replicas[0] as usize] += 1;
                for id in replicas {
                    held[*id as usize] += 1;
                }
            }
            let spread = |n: &[u64]| n[1..].iter().max().unwrap() - n[1..].iter().min().unwrap();
            prop_assert!(spread(&leaders) <= 1, "leaders {:?}", leaders);
            prop_assert!(spread(&held) <= 2, "replicas {:?}", held);
        }
    }
}
