//! Rebalance by example.

use super::*;

const REBALANCE: Goal = Goal::Rebalance { leaders_only: false };
const LEADERS_ONLY: Goal = Goal::Rebalance { leaders_only: true };
const GIB: u64 = 1 << 30;

fn wanting(factor: usize, replicas: &[i32]) -> Partition {
    Partition { wanted: Some(factor), ..partition(1, replicas) }
}

fn rebalanced(brokers: Vec<Broker>, partitions: Vec<Partition>) -> Plan {
    plan(&View { brokers, partitions }, REBALANCE)
}

#[test]
fn a_balanced_cluster_plans_nothing() {
    let even = partitions(&[&[1, 2, 3], &[2, 3, 1], &[3, 1, 2]]);
    assert_eq!(rebalanced(brokers(3), even), Plan::default());
}

#[test]
fn a_higher_replication_factor_adds_replicas_in_other_racks() {
    let plan = rebalanced(in_racks(&["a", "a", "b", "b", "c"]), vec![wanting(3, &[1])]);
    assert_eq!((plan.moves[0].to.as_slice(), plan.moves[0].bytes), (&[1, 3, 5][..], 20));
    assert_eq!(plan.moves[0].why, Why::ReplicationFactor);
}

#[test]
fn a_lower_replication_factor_drops_replicas_that_share_a_rack_or_are_down() {
    let racks = in_racks(&["a", "a", "b", "c"]);
    let plan = rebalanced(racks.clone(), vec![wanting(3, &[3, 1, 2, 4])]);
    assert_eq!((plan.moves[0].to.as_slice(), plan.moves[0].bytes), (&[3, 1, 4][..], 0));

    let mut one_down = racks;
    one_down[3].alive = false;
    assert_eq!(rebalanced(one_down, vec![wanting(3, &[3, 1, 2, 4])]).moves[0].to, [3, 1, 2]);
}

#[test]
fn a_replication_factor_is_reached_as_a_whole_or_not_at_all() {
    let plan = rebalanced(brokers(2), vec![wanting(3, &[1])]);
    assert_eq!(plan.blockers, [Blocker { group: 1, reason: Reason::NoBroker }]);
    assert_eq!(plan.moves, []);
}

#[test]
fn a_lower_replication_factor_drops_what_is_lost_and_a_higher_one_waits_for_repair() {
    let lower = Partition { wanted: Some(2), ..partition(1, &[1, 9, 3]) };
    assert_eq!(rebalanced(brokers(3), vec![lower]).moves[0].to, [1, 3]);

    let higher = Partition { wanted: Some(5), ..partition(1, &[1, 9, 3]) };
    let plan = rebalanced(brokers(6), vec![higher]);
    assert_eq!(plan.blockers, [Blocker { group: 1, reason: Reason::Unrepaired }]);
    assert_eq!(plan.moves, []);
}

#[test]
fn a_partition_without_a_majority_keeps_its_replication_factor() {
    let mut down = brokers(4);
    down[0].alive = false;
    let plan = rebalanced(down, vec![wanting(3, &[1, 2])]);
    assert_eq!(plan.blockers, [Blocker { group: 1, reason: Reason::NoQuorum { sound: 1, of: 2 } }]);
}

#[test]
fn replicas_that_share_a_rack_move_to_another() {
    let plan = rebalanced(in_racks(&["a", "a", "b"]), partitions(&[&[1, 2]]));
    assert_eq!((plan.moves[0].to.as_slice(), plan.moves[0].why), (&[1, 3][..], Why::Racks));
}

#[test]
fn no_rack_keeps_a_majority_that_another_could_break() {
    let racks = in_racks(&["a", "a", "a", "b", "b", "c", "c"]);
    let plan = rebalanced(racks, partitions(&[&[1, 2, 3, 4, 6]]));
    assert_eq!(plan.moves[0].to.iter().filter(|id| **id <= 3).count(), 2);
}

#[test]
fn racks_that_forbid_the_direct_way_are_gone_around() {
    // Broker 1 has two replicas more than 3, but all of its partitions have one in rack c: broker 2 has to pass one on.
    let view = View {
        brokers: in_racks(&["a", "a", "c", "c", "b"]),
        partitions: partitions(&[&[1, 4], &[1, 4], &[1, 3], &[2, 5], &[2, 5]]),
    };
    let plan = plan(&view, REBALANCE);
    assert_eq!(plan.moves.iter().filter(|m| m.why == Why::Replicas).count(), 2);
    let after = carried_out(&view, &plan);
    assert_eq!(spreads(&after)[0], 0);
}

#[test]
fn partitions_of_a_topic_do_not_all_move_to_the_new_broker() {
    let view =
        View { brokers: brokers(4), partitions: (1..=120).map(|g| partition(g, &[1, 2, 3])).collect() };
    let plan = plan(&view, REBALANCE);
    let moved = |groups: std::ops::RangeInclusive<u64>| {
        plan.moves.iter().filter(|m| groups.contains(&m.group) && m.to.contains(&4)).count()
    };
    assert_eq!(moved(1..=120), 90);
    assert!((26..=34).contains(&moved(1..=40)), "{} of the 40 partitions of the first topic", moved(1..=40));
}

#[test]
fn moves_that_even_out_the_counts_even_out_the_bytes_too() {
    let mut view = View { brokers: brokers(2), partitions: (1..=40).map(|g| partition(g, &[1])).collect() };
    for partition in &mut view.partitions {
        partition.bytes = partition.group * GIB;
    }
    let plan = plan(&view, REBALANCE);
    assert_eq!(plan.moves.len(), 20);
    let [replicas, _, bytes] = spreads(&carried_out(&view, &plan));
    assert_eq!(replicas, 0);
    assert!(bytes < 40 * GIB, "{bytes}");
}

#[test]
fn a_full_broker_exchanges_large_replicas_for_small_ones() {
    let mut view = View { brokers: brokers(2), partitions: partitions(&[&[1], &[1], &[2], &[2]]) };
    for (partition, gib) in view.partitions.iter_mut().zip([50, 50, 1, 2]) {
        partition.bytes = gib * GIB;
    }
    let plan = plan(&view, REBALANCE);
    assert_eq!(plan.moves.iter().map(|m| m.why).collect::<Vec<_>>(), [Why::Bytes, Why::Bytes]);
    assert_eq!(plan.bytes(), 51 * GIB);
    assert_eq!(spreads(&carried_out(&view, &plan)), [0, 0, GIB]);
}

#[test]
fn bytes_are_not_copied_for_a_small_gain() {
    let sizes = |sizes: [u64; 4]| {
        let mut partitions = partitions(&[&[1], &[1], &[2], &[2]]);
        for (partition, size) in partitions.iter_mut().zip(sizes) {
            partition.bytes = size;
        }
        rebalanced(brokers(2), partitions)
    };
    assert_eq!(sizes([11 * GIB, 11 * GIB, 10 * GIB, 10 * GIB]), Plan::default(), "nearly even");
    assert_eq!(sizes([5000, 5000, 1, 1]), Plan::default(), "hardly any bytes");
    assert_eq!(sizes([10 * GIB, 10 * GIB, 8 * GIB, 8 * GIB]), Plan::default(), "18 GiB copied to shift 2");
}

#[test]
fn preferred_leaders_are_spread_by_order_alone() {
    let view = View { brokers: brokers(3), partitions: (1..=9).map(|g| partition(g, &[1, 2, 3])).collect() };
    for goal in [REBALANCE, LEADERS_ONLY] {
        let plan = plan(&view, goal);
        assert_eq!((plan.moves.len(), plan.bytes()), (6, 0));
        assert!(plan.moves.iter().all(|m| m.why == Why::Leaders));
        assert_eq!(spreads(&carried_out(&view, &plan)), [0, 0, 0]);
    }
}

#[test]
fn leaderships_are_handed_on_along_a_chain() {
    let view = View { brokers: brokers(3), partitions: partitions(&[&[1, 2], &[1, 2], &[2, 3]]) };
    let after = carried_out(&view, &plan(&view, LEADERS_ONLY));
    assert_eq!(spreads(&after)[1], 0);
}

#[test]
fn leaders_only_copies_nothing_however_uneven_the_replicas() {
    let view = View { brokers: brokers(9), partitions: vec![wanting(3, &[1, 2]), partition(2, &[1, 2])] };
    let plan = plan(&view, LEADERS_ONLY);
    assert_eq!((plan.moves.len(), plan.bytes()), (1, 0));
}

#[test]
fn nothing_moves_to_or_off_a_broker_that_is_down_or_drained() {
    for change in [|b: &mut Broker| b.alive = false, |b: &mut Broker| b.draining = true] {
        let mut view =
            View { brokers: brokers(5), partitions: (1..=12).map(|g| partition(g, &[1, 2, 3])).collect() };
        change(&mut view.brokers[0]);
        let plan = plan(&view, REBALANCE);
        assert!(!plan.moves.is_empty());
        assert!(plan.moves.iter().all(|m| m.to.contains(&1)));
    }
}

#[test]
fn partitions_that_are_fixed_count_but_do_not_move() {
    let mut view = View { brokers: brokers(2), partitions: partitions(&[&[1], &[1], &[1], &[2]]) };
    view.partitions[0].fixed = true;
    view.partitions[1].fixed = true;
    assert_eq!(plan(&view, REBALANCE).moves.iter().map(|m| m.group).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_replica_that_is_listed_twice_does_no_harm() {
    let view = View { brokers: in_racks(&["a", "b"]), partitions: partitions(&[&[1, 1], &[1, 1, 1]]) };
    assert!(plan(&view, REBALANCE).moves.iter().all(|m| m.to == [2]));
}

#[test]
fn a_drained_broker_neither_gains_nor_loses_preferred_leaders() {
    let mut brokers = brokers(3);
    brokers[2].drained = true;
    let view = View { brokers, partitions: partitions(&[&[1, 2, 3], &[1, 2, 3], &[1, 3, 2], &[3, 1, 2]]) };
    let plan = plan(&view, LEADERS_ONLY);
    let after = carried_out(&view, &plan);
    let leaders: Vec<i32> = after.partitions.iter().map(|p| ids(p)[0]).collect();
    assert_eq!(leaders.iter().filter(|id| **id == 3).count(), 1, "{leaders:?}");
    assert_eq!(plan.moves.len(), 1);
}
