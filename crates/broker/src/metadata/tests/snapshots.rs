//! What is written, and what of earlier versions is read.

use super::*;

#[test]
fn commands_and_outcomes_are_readable_json() {
    let command = create("orders", 7, 3, 3);
    let json = serde_json::to_string(&command).unwrap();
    assert_eq!(
        json,
        r#"{"type":"create_topic","name":"orders","id":"00000000-0000-0000-0000-000000000007","assignment":{"automatic":{"partitions":3,"replication_factor":3}},"config":{},"unavailable":[]}"#
    );
    assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), command);
    let applied = [cluster(3).apply(command), cluster(1).apply(set(1, "min.insync.replicas", Some("x")))];
    for result in applied.into_iter().chain([cluster(1).apply(create("a", 1, 1, 2))]) {
        let json = serde_json::to_string(&result).unwrap();
        assert_eq!(serde_json::from_str::<Result<Outcome, MetadataError>>(&json).unwrap(), result);
    }
}

#[test]
fn a_snapshot_that_contradicts_itself_is_refused() {
    let mut image = cluster(1);
    image.apply(create("a", 1, 1, 1)).unwrap();
    let good = serde_json::to_value(&image).unwrap();
    let mut ahead = good.clone();
    ahead["next_group"] = 1.into();
    let mut twice = good.clone();
    let topic = twice["topics"][0].clone();
    twice["topics"].as_array_mut().unwrap().push(topic);
    let mut shared = good.clone();
    let mut other = good["topics"][0].clone();
    other["name"] = "b".into();
    other["id"] = Uuid::from_u128(2).to_string().into();
    shared["topics"].as_array_mut().unwrap().push(other);
    for bad in [ahead, twice, shared] {
        assert!(serde_json::from_value::<MetadataImage>(bad).is_err());
    }
    assert_eq!(serde_json::from_value::<MetadataImage>(good).unwrap(), image);
}

/// Written by a version in which the cluster could not change its shape.
const OLD_SNAPSHOT: &str = r#"{
    "cluster_id": "c", "admin_key": "k", "next_group": 3, "next_producer_id": 1000,
    "brokers": [{
        "id": 1, "incarnation": 1, "directory_id": "00000000-0000-0000-0000-0000000003e9",
        "endpoints": {"kafka": "host1:9092", "wal": "host1:9291", "raft": "host1:5001", "admin": "host1:10000"},
        "rack": null, "version": "3.0.0"
    }],
    "topics": [{
        "name": "a", "id": "00000000-0000-0000-0000-000000000007", "internal": false,
        "partitions": [{"group": 2, "replicas": [{"broker": 1, "incarnation": 1}]}], "config": {}
    }]
}"#;

#[test]
fn snapshots_of_earlier_versions_are_read() {
    let mut image: MetadataImage = serde_json::from_str(OLD_SNAPSHOT).unwrap();
    let partition = partition(&image, 2);
    assert_eq!(partition.founders, partition.replicas);
    assert_eq!(partition.moving, None);
    assert!(!image.broker(1).unwrap().draining && !image.is_lost(&partition.replicas[0]));
    assert_eq!((image.invited().len(), image.operations().count(), image.moves().count()), (0, 0, 0));

    assert_eq!(image.apply(register(1)), Ok(Outcome::BrokerRegistered { incarnation: 1 }));
    image.apply(invite(2)).unwrap();
    let outcome = image.apply(register_as(2, 1, Standing::Member));
    assert_eq!(outcome, Ok(Outcome::BrokerRegistered { incarnation: 2 }));
    image.apply(start(rebalance())).unwrap();
    assert_eq!(image.running_operation().unwrap().id, 1);
}

#[test]
fn commands_of_earlier_versions_are_read() {
    let json = r#"{
        "type": "register_broker", "id": 1, "directory_id": "00000000-0000-0000-0000-0000000003e9",
        "endpoints": {"kafka": "host1:9092", "wal": "host1:9291", "raft": "host1:5001", "admin": "host1:10000"},
        "rack": null, "version": "3.0.0"
    }"#;
    assert_eq!(serde_json::from_str::<Command>(json).unwrap(), register(1));
    let json = r#"{
        "type": "create_partitions", "topic": "00000000-0000-0000-0000-000000000007", "total": 5, "replicas": null,
        "unavailable": []
    }"#;
    assert_eq!(serde_json::from_str::<Command>(json).unwrap(), grow(7, 5));
    let json = r#"{
        "type": "alter_topic_config", "topic": "00000000-0000-0000-0000-000000000007",
        "changes": {"retention.ms": "1"}
    }"#;
    assert_eq!(serde_json::from_str::<Command>(json).unwrap(), set(7, "retention.ms", Some("1")));
}

#[test]
fn partitions_that_never_moved_are_written_as_before() {
    let partition = Partition::new(2, vec![Replica { broker: 1, incarnation: 1 }]);
    let json = serde_json::to_string(&partition).unwrap();
    assert_eq!(json, r#"{"group":2,"replicas":[{"broker":1,"incarnation":1}]}"#);
    assert_eq!(serde_json::from_str::<Partition>(&json).unwrap(), partition);
}

#[test]
fn everything_about_a_changing_cluster_is_in_the_snapshot() {
    let mut image = cluster(4);
    image.apply(explicit("a", 1, &[&[1, 2, 3], &[1, 2, 3]])).unwrap();
    image.apply(invite(5)).unwrap();
    image.apply(register_as(2, 2, Standing::Member)).unwrap();
    image.apply(start(removal(3, false))).unwrap();
    image.apply(moves(&[move_to(1, &[1, 2, 4])])).unwrap();
    image.apply(moves(&[move_to(2, &[1, 2, 4])])).unwrap();
    let finish = finish(&image, 2);
    image.apply(finish).unwrap();
    image.apply(Command::CancelMoves { groups: vec![1] }).unwrap();
    let json = serde_json::to_string(&image).unwrap();
    let restored: MetadataImage = serde_json::from_str(&json).unwrap();
    assert_eq!(restored, image);
    assert_eq!(ids(&partition(&restored, 2).founders), [(1, 1), (2, 1), (3, 1)]);
    assert!(restored.is_retired(&directory(2, 1)));
}

#[test]
fn a_snapshot_may_not_use_numbers_that_are_not_given_out() {
    let mut image = cluster(2);
    image.apply(explicit("a", 1, &[&[1]])).unwrap();
    image.apply(moves(&[move_to(1, &[2])])).unwrap();
    image.apply(start(rebalance())).unwrap();
    let good = serde_json::to_value(&image).unwrap();
    for counter in ["next_group", "next_incarnation", "next_operation"] {
        let mut bad = good.clone();
        bad[counter] = 1.into();
        let error = serde_json::from_value::<MetadataImage>(bad).unwrap_err().to_string();
        assert!(error.contains("not given out yet"), "{counter}: {error}");
    }
}

#[test]
fn the_new_commands_and_refusals_are_readable_json() {
    let request = MoveRequest { renew: vec![2], ..move_to(7, &[1, 2]) };
    let json = serde_json::to_string(&moves(std::slice::from_ref(&request))).unwrap();
    assert_eq!(json, r#"{"type":"move_replicas","moves":[{"group":7,"replicas":[1,2],"renew":[2]}]}"#);
    assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), moves(&[request]));
    let altered = alter(7, 5, "retention.ms", None);
    let json = serde_json::to_string(&altered).unwrap();
    assert_eq!(
        json,
        r#"{"type":"alter_topic","topic":"00000000-0000-0000-0000-000000000007","total":5,"changes":{"retention.ms":null},"unavailable":[]}"#
    );
    assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), altered);
    let json = r#"{"type":"start_operation","kind":{"remove_node":{"node":4}},"now_ms":1000}"#;
    assert_eq!(serde_json::from_str::<Command>(json).unwrap(), start(removal(4, false)));
    let json = r#"{"type":"start_operation","kind":{"rebalance":{"reason":"asked for"}},"now_ms":1000}"#;
    assert_eq!(serde_json::from_str::<Command>(json).unwrap(), start(rebalance()));

    let mut image = cluster(2);
    let results = [
        image.apply(invite(3)),
        image.apply(Command::InviteBroker { id: 3, endpoints: endpoints("x") }),
        image.apply(Command::InviteBroker { id: 4, endpoints: own_endpoints(1) }),
        image.apply(start(removal(9, false))),
        image.apply(start(removal(2, false))),
        image.apply(start(rebalance())),
        image.apply(end(1, OperationResult::Failed { reason: "why".into() })),
        image.apply(Command::FinishMove { group: 1, target: vec![] }),
    ];
    for result in results {
        let json = serde_json::to_string(&result).unwrap();
        assert_eq!(serde_json::from_str::<Result<Outcome, MetadataError>>(&json).unwrap(), result);
    }
}
