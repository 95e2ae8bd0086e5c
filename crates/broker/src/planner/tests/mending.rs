//! Repair and drain by example.

use super::*;

fn repaired(brokers: Vec<Broker>, partition: Partition) -> Plan {
    plan(&View { brokers, partitions: vec![partition] }, Goal::Repair)
}

fn blocked(plan: &Plan) -> Option<Reason> {
    assert_eq!(plan.moves, []);
    plan.blockers.first().map(|b| b.reason)
}

#[test]
fn a_sound_cluster_needs_no_repair() {
    let view = View { brokers: brokers(3), partitions: partitions(&[&[1, 2, 3], &[1, 2, 3]]) };
    assert_eq!(plan(&view, Goal::Repair), Plan::default());
}

#[test]
fn a_broker_that_is_down_may_come_back_and_is_not_repaired() {
    let mut down = brokers(4);
    down[1].alive = false;
    assert_eq!(repaired(down, partition(1, &[1, 2, 3])), Plan::default());
}

#[test]
fn a_broker_that_is_back_with_an_empty_disk_gets_its_replica_anew() {
    let plan = repaired(brokers(4), damaged(&[2, 1, 3], &[2]));
    let renewed = Move {
        group: 1,
        from: vec![2, 1, 3],
        to: vec![2, 1, 3],
        renew: vec![2],
        bytes: 10,
        why: Why::Repair,
    };
    assert_eq!(plan, Plan { moves: vec![renewed], blockers: vec![] });
}

#[test]
fn the_replica_of_a_broker_that_is_gone_goes_to_the_rack_that_is_used_least() {
    let brokers = in_racks(&["a", "b", "a", "b", "c"]);
    let plan = repaired(brokers, partition(1, &[1, 2, 9]));
    assert_eq!((&plan.moves[0].to, &plan.moves[0].renew), (&vec![1, 2, 5], &vec![]));
}

#[test]
fn in_equal_racks_it_goes_to_the_broker_with_the_fewest_replicas_then_the_fewest_bytes() {
    let mut view =
        View { brokers: brokers(5), partitions: partitions(&[&[1, 2, 9], &[3], &[4], &[5], &[3]]) };
    view.partitions[2].bytes = 20;
    let plan = plan(&view, Goal::Repair);
    assert_eq!(plan.moves[0].to, [1, 2, 5]);
}

#[test]
fn a_broker_that_is_down_or_drained_gets_nothing_not_even_its_own_replica_back() {
    let mut brokers = brokers(6);
    brokers[2].draining = true;
    brokers[3].alive = false;
    brokers[4].draining = true;
    assert_eq!(repaired(brokers, damaged(&[1, 2, 3], &[3])).moves[0].to, [1, 2, 6]);
}

#[test]
fn with_nowhere_to_go_a_lost_replica_stays_where_it_is() {
    assert_eq!(blocked(&repaired(brokers(2), partition(1, &[1, 2, 9]))), Some(Reason::NoBroker));
}

#[test]
fn a_partition_that_may_shrink_drops_a_replica_that_is_gone_for_good_but_waits_for_one_that_is_not() {
    let may_shrink = |p: Partition| Partition { allow_shrink: true, ..p };
    assert_eq!(repaired(brokers(2), may_shrink(partition(1, &[9, 1, 2]))).moves[0].to, [1, 2]);

    let mut restarting = brokers(3);
    restarting[0].alive = false;
    let plan = repaired(restarting, may_shrink(damaged(&[1, 2, 3], &[1])));
    assert_eq!(blocked(&plan), Some(Reason::NoBroker));
}

#[test]
fn without_a_majority_nothing_can_be_repaired() {
    let reason = blocked(&repaired(brokers(5), damaged(&[1, 2, 3], &[1, 2])));
    assert_eq!(reason, Some(Reason::NoQuorum { sound: 1, of: 3 }));
    assert_eq!(reason.unwrap().to_string(), "no quorum: 1 of 3 replicas are up and have their data");

    let mut one_down = brokers(5);
    one_down[1].alive = false;
    let reason = blocked(&repaired(one_down, damaged(&[1, 2, 3], &[3])));
    assert_eq!(reason, Some(Reason::NoQuorum { sound: 1, of: 3 }));

    // Half is no majority.
    let reason = blocked(&repaired(brokers(5), damaged(&[1, 2], &[1])));
    assert_eq!(reason, Some(Reason::NoQuorum { sound: 1, of: 2 }));
}

#[test]
fn what_is_lost_altogether_is_reported_as_such() {
    assert_eq!(blocked(&repaired(brokers(5), damaged(&[1, 2], &[1, 2]))), Some(Reason::AllLost));
    assert_eq!(blocked(&repaired(brokers(5), partition(1, &[7, 8]))), Some(Reason::AllLost));
}

#[test]
fn a_partition_that_is_moving_already_is_left_alone() {
    let moving = Partition { fixed: true, ..partition(1, &[1, 2, 9]) };
    assert_eq!(repaired(brokers(5), moving), Plan::default());
}

#[test]
fn a_drained_broker_is_replaced_in_its_place() {
    let view = View { brokers: brokers(4), partitions: partitions(&[&[1, 2, 3], &[1, 3, 4]]) };
    let plan = plan(&view, Goal::Drain(2));
    assert_eq!(plan.moves.len(), 1);
    assert_eq!((&plan.moves[0].to, plan.moves[0].bytes, plan.moves[0].why), (&vec![1, 4, 3], 10, Why::Drain));
}

#[test]
fn a_drained_leader_is_followed_by_the_broker_that_leads_least() {
    let view = View { brokers: brokers(4), partitions: partitions(&[&[1, 2, 3], &[2], &[4], &[4]]) };
    assert_eq!(plan(&view, Goal::Drain(1)).moves[0].to, [3, 2, 4]);
}

#[test]
fn leaderships_of_a_drained_broker_are_shared_out() {
    let view = View { brokers: brokers(4), partitions: (1..=30).map(|g| partition(g, &[1, 2, 3])).collect() };
    let after = carried_out(&view, &plan(&view, Goal::Drain(1)));
    for id in 2..=4 {
        assert_eq!(after.partitions.iter().filter(|p| ids(p)[0] == id).count(), 10);
    }
}

#[test]
fn a_drain_with_nowhere_to_go_names_the_partitions_that_stay() {
    let mut view = View { brokers: brokers(3), partitions: partitions(&[&[1, 2, 3], &[1, 2], &[3, 2, 1]]) };
    view.partitions[2].allow_shrink = true;
    let plan = plan(&view, Goal::Drain(1));
    assert_eq!(plan.blockers, [Blocker { group: 1, reason: Reason::NoBroker }]);
    let to: Vec<_> = plan.moves.iter().map(|m| (m.group, m.to.clone())).collect();
    assert_eq!(to, [(2, vec![2, 3]), (3, vec![3, 2])]);
}

#[test]
fn a_drain_replaces_lost_replicas_of_the_same_partition_too() {
    let view = View { brokers: brokers(6), partitions: vec![partition(1, &[1, 2, 3, 4, 9])] };
    let plan = plan(&view, Goal::Drain(2));
    assert_eq!(plan.moves[0].to, [1, 5, 3, 4, 6]);
    assert_eq!(plan.moves[0].bytes, 20);
}

#[test]
fn the_last_replica_is_never_dropped_nor_the_last_majority() {
    let only = Partition { allow_shrink: true, ..partition(1, &[1]) };
    let view = View { brokers: brokers(1), partitions: vec![only] };
    assert_eq!(blocked(&plan(&view, Goal::Drain(1))), Some(Reason::NoBroker));

    let mut view = View { brokers: brokers(3), partitions: vec![partition(1, &[1, 2, 3])] };
    view.partitions[0].allow_shrink = true;
    view.brokers[2].alive = false;
    let reason = blocked(&plan(&view, Goal::Drain(1)));
    assert_eq!(reason, Some(Reason::NoQuorum { sound: 1, of: 2 }));
}

#[test]
fn a_broker_that_is_down_can_be_drained_as_long_as_the_others_have_a_majority() {
    let mut view = View { brokers: brokers(4), partitions: vec![partition(1, &[1, 2, 3])] };
    view.brokers[0].alive = false;
    assert_eq!(plan(&view, Goal::Drain(1)).moves[0].to, [4, 2, 3]);
}
