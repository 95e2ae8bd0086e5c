//! Operations: when one may start, what it changes at once, and how it ends.

use super::*;

fn started(image: &mut MetadataImage, kind: OperationKind) -> Operation {
    match image.apply(start(kind)) {
        Ok(Outcome::OperationStarted(operation)) => operation,
        other => panic!("not started: {other:?}"),
    }
}

fn to_factor(replication_factor: i16) -> OperationKind {
    OperationKind::Rebalance {
        topics: None,
        replication_factor: Some(replication_factor),
        leaders_only: false,
        reason: String::new(),
    }
}

fn of_topic(name: &str) -> OperationKind {
    OperationKind::Rebalance {
        topics: Some(vec![name.into()]),
        replication_factor: None,
        leaders_only: false,
        reason: String::new(),
    }
}

#[test]
fn a_node_that_is_being_removed_gets_nothing_new() {
    let mut image = cluster(4);
    image.apply(create("a", 1, 4, 3)).unwrap();
    let operation = started(&mut image, removal(4, false));
    assert_eq!((operation.id, operation.started_ms, operation.partitions_total), (1, 1_000, 3));
    assert!(image.broker(4).unwrap().draining);
    assert_eq!(image.running_operation(), Some(&operation));
    image.apply(create("b", 2, 12, 3)).unwrap();
    image.apply(grow(1, 12)).unwrap();
    assert_eq!(image.load(4).replicas, 3);
}

#[test]
fn a_refused_placement_says_how_many_brokers_are_being_removed() {
    let mut image = cluster(3);
    image.apply(start(removal(3, false))).unwrap();
    assert_eq!(
        text(&mut image, create("a", 1, 1, 3)),
        "replication factor 3 is larger than the number of brokers to place on, 2: \
         1 of the 3 registered brokers are being removed"
    );
    assert_eq!(
        text(&mut image, explicit("a", 1, &[&[1, 3]])),
        "assignment 0 names broker 3, which is being removed"
    );
}

#[test]
fn one_operation_runs_at_a_time() {
    let mut image = cluster(3);
    let first = started(&mut image, removal(3, false));
    assert_eq!(started(&mut image, removal(3, false)), first, "a repeated proposal starts nothing");
    assert_eq!(refusal(&mut image, start(removal(2, true))), "operation_running");
    assert_eq!(
        text(&mut image, start(rebalance())),
        "operation 1 (the removal of node 3) is running, and only one does at a time; wait for it or cancel it"
    );
    image.apply(end(1, OperationResult::Cancelled)).unwrap();
    assert_eq!(started(&mut image, rebalance()).id, 2);
}

#[test]
fn the_removal_of_a_dead_node_ends_what_would_keep_it_waiting() {
    for running in [rebalance(), removal(3, false)] {
        let mut image = cluster(4);
        let first = started(&mut image, running);
        let second = started(&mut image, removal(3, true));
        assert_eq!(image.running_operation().map(|op| op.id), Some(second.id));
        assert!(image.broker(3).is_none(), "it is out at once");
        let ended = image.operation(first.id).unwrap();
        assert_eq!(ended.finished_ms, Some(second.started_ms));
        let reason =
            "it gave way to the forced removal of node 3; what has begun to move moves on".to_owned();
        assert_eq!(ended.state, OperationResult::Failed { reason }.into());
    }
}

#[test]
fn a_removal_that_is_refused_ends_nothing() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 1, 3)).unwrap();
    let first = started(&mut image, rebalance());
    let before = image.clone();
    assert_eq!(refusal(&mut image, start(removal(3, true))), "too_few_nodes");
    assert_eq!((image.running_operation(), &image), (Some(&first), &before));
}

#[test]
fn a_removal_that_does_not_end_well_gives_the_node_back() {
    for result in [OperationResult::Cancelled, OperationResult::Failed { reason: "no disk".into() }] {
        let mut image = cluster(3);
        image.apply(start(removal(3, false))).unwrap();
        assert_eq!(refusal(&mut image, end(1, OperationResult::Done)), "invalid_request");
        image.apply(end(1, result.clone())).unwrap();
        assert!(!image.broker(3).unwrap().draining);
        let operation = image.operation(1).unwrap();
        assert_eq!((operation.state.clone(), operation.finished_ms), (result.into(), Some(2_000)));
        assert_eq!(image.running_operation(), None);
        assert_eq!(refusal(&mut image, Command::RemoveBroker { id: 3 }), "node_not_being_removed");
    }
}

#[test]
fn the_first_end_of_an_operation_wins() {
    let mut image = cluster(3);
    image.apply(start(rebalance())).unwrap();
    let done = image.apply(end(1, OperationResult::Done));
    assert_eq!(image.apply(end(1, OperationResult::Cancelled)), done);
    assert_eq!(refusal(&mut image, end(2, OperationResult::Done)), "unknown_operation");
}

#[test]
fn only_the_newest_ended_operations_are_remembered() {
    let mut image = cluster(3);
    for id in 1..=25 {
        assert_eq!(started(&mut image, rebalance()).id, id);
        image.apply(end(id, OperationResult::Done)).unwrap();
    }
    image.apply(start(removal(3, false))).unwrap();
    assert_eq!(image.operations().map(|o| o.id).collect::<Vec<_>>(), (6..=26).collect::<Vec<_>>());
    assert!(image.operation(5).is_none());
}

#[test]
fn a_node_that_the_topics_need_is_not_removed() {
    let mut image = cluster(3);
    image.apply(create("narrow", 1, 1, 2)).unwrap();
    image.apply(start(removal(3, false))).unwrap();
    image.apply(end(1, OperationResult::Cancelled)).unwrap();
    image.apply(create("wide", 2, 1, 3)).unwrap();
    for force in [false, true] {
        assert_eq!(refusal(&mut image, start(removal(3, force))), "too_few_nodes");
        assert_eq!(
            text(&mut image, start(removal(3, force))),
            "without node 3, 2 node(s) would remain, but topic 'wide' has replication factor 3; add a node first, or \
             lower the topic's replication factor"
        );
    }
    assert_eq!(text(&mut image, start(removal(9, false))), "no node has the id 9; the nodes are 1, 2, 3");
    assert_eq!(refusal(&mut cluster(1), start(removal(1, true))), "too_few_nodes");
}

#[test]
fn internal_topics_shrink_when_a_node_is_gone_for_good() {
    let mut image = cluster(3);
    image.apply(create(CONSUMER_OFFSETS, 1, 1, 3)).unwrap();
    assert_eq!(refusal(&mut image, start(removal(3, false))), "too_few_nodes");
    image.apply(start(removal(3, true))).unwrap();
    assert!(!image.registered(3));
}

#[test]
fn a_forced_removal_takes_the_node_out_at_once_and_runs_on() {
    let mut image = cluster(4);
    image.apply(explicit("a", 1, &[&[1, 2, 4], &[1, 2, 3]])).unwrap();
    let operation = started(&mut image, removal(4, true));
    assert_eq!(operation.partitions_total, 1);
    assert!(!image.registered(4) && image.is_retired(&directory(4, 1)));
    assert_eq!(started(&mut image, removal(4, true)), operation, "also for a repeated proposal");
    assert_eq!(image.lost_groups().collect::<Vec<_>>(), [1]);
    image.apply(moves(&[move_to(1, &[1, 2, 3])])).unwrap();
    let finish = finish(&image, 1);
    image.apply(finish).unwrap();
    assert_eq!(image.lost_groups().count(), 0);
    image.apply(end(1, OperationResult::Done)).unwrap();
    assert_eq!(image.operation(1).unwrap().state, OperationState::Done);
}

#[test]
fn a_rebalance_is_of_topics_and_factors_that_there_can_be() {
    let mut image = cluster(3);
    assert_eq!(refusal(&mut image, start(of_topic("a"))), "unknown_topic");
    for factor in [0, -1, 4] {
        assert_eq!(refusal(&mut image, start(to_factor(factor))), "invalid_replication_factor");
    }
    let contradictory = OperationKind::Rebalance {
        topics: None,
        replication_factor: Some(3),
        leaders_only: true,
        reason: String::new(),
    };
    assert_eq!(refusal(&mut image, start(contradictory)), "invalid_request");
    let command = Command::StartOperation { kind: to_factor(3), now_ms: 5, partitions: 17 };
    image.apply(command).unwrap();
    assert_eq!(image.running_operation().unwrap().partitions_total, 17);
}

fn move_of(group: GroupId, replicas: &[BrokerId]) -> OperationKind {
    OperationKind::MoveReplicas { group, partition: format!("a-{}", group - 1), replicas: replicas.to_vec() }
}

#[test]
fn a_move_that_is_asked_for_begins_with_its_operation() {
    let mut image = cluster(4);
    image.apply(explicit("a", 1, &[&[1, 2, 3]])).unwrap();
    let operation = started(&mut image, move_of(1, &[4, 2, 3]));
    assert_eq!((operation.partitions_total, operation.is_running()), (1, true));
    assert_eq!(operation.kind.to_string(), "the move of a-0 to nodes 4, 2, 3");
    let target: Vec<_> = partition(&image, 1).target().iter().map(|r| r.broker).collect();
    assert_eq!(target, [4, 2, 3]);
    let before = image.clone();
    assert_eq!(started(&mut image, move_of(1, &[4, 2, 3])), operation, "also for a repeated proposal");
    assert_eq!(image, before);
    assert_eq!(refusal(&mut image, start(move_of(1, &[1, 2, 4]))), "operation_running");
}

#[test]
fn a_move_to_where_nothing_can_be_starts_no_operation() {
    let mut image = cluster(3);
    image.apply(explicit("a", 1, &[&[1, 2]])).unwrap();
    for replicas in [&[][..], &[1, 1], &[1, 9]] {
        assert_eq!(refusal(&mut image, start(move_of(1, replicas))), "invalid_replica_assignment");
    }
    assert_eq!(refusal(&mut image, start(move_of(7, &[1]))), "invalid_request");
    assert_eq!(image.running_operation(), None);
}
