//! What is refused and what is planned, told without a cluster.

use std::collections::{BTreeMap, BTreeSet};

use chronik_common::HostPort;
use kafka_protocol::error::ResponseError;
use uuid::Uuid;

use super::drain::{relief, returns};
use super::leadership::Heir;
use super::moves::check_epoch;
use super::topics::refused;
use super::*;
use crate::kafka::backend::Failure;
use crate::metadata::{Assignment, Command, Endpoints, Standing};
use crate::raft::liveness::Leadership;

/// Three nodes and the topic `orders`, one partition for each list of replicas. The first has group 1.
fn cluster(replicas: &[&[i32]]) -> MetadataImage {
    let mut image = MetadataImage::new();
    for id in 1..=3 {
        let at = |port| HostPort::new(format!("host{id}"), port);
        let endpoints = Endpoints { kafka: at(9092), wal: at(9291), raft: at(5001), admin: at(10_000) };
        let directory_id = Uuid::from_u128(id as u128);
        let (rack, version, standing) = (None, "3".into(), Standing::Founder);
        image
            .apply(Command::RegisterBroker { id, directory_id, endpoints, rack, version, standing })
            .unwrap();
    }
    let create = Command::CreateTopic {
        name: "orders".into(),
        id: Uuid::from_u128(9),
        assignment: Assignment::Explicit(replicas.iter().map(|r| r.to_vec()).collect()),
        config: BTreeMap::new(),
        unavailable: BTreeSet::new(),
    };
    image.apply(create).unwrap();
    image
}

#[expect(clippy::unnecessary_wraps, reason = "as it is looked up")]
fn led(leader: i32, isr: &[i32]) -> Option<Leadership> {
    Some(Leadership { leader, term: 5, isr: isr.to_vec() })
}

#[test]
fn a_drained_nodes_leaderships_go_to_the_next_replica_in_sync() {
    let image = cluster(&[&[1, 2, 3], &[1, 2, 3], &[2, 1, 3]]);
    let leadership = |group| match group {
        1 => led(1, &[1, 2, 3]),
        2 => led(1, &[1, 3]),
        _ => led(2, &[1, 2]),
    };
    let moved = relief(&image, 1, leadership, |_| true);
    let to = moved.moves.iter().map(|m| (m.partition, m.from, m.to)).collect::<Vec<_>>();
    assert_eq!(to, [(0, Some(1), 2), (1, Some(1), 3)]);
    assert_eq!(moved.blocked_on, []);
}

#[test]
fn what_nobody_else_can_lead_stays_and_is_told() {
    let told = |image: &MetadataImage| {
        let leadership = |group| if group == 2 { led(1, &[1, 3]) } else { led(1, &[1]) };
        let moved = relief(image, 1, leadership, |node| node != 3);
        assert_eq!(moved.moves, []);
        moved.blocked_on.iter().map(|b| format!("{}: {}", b.object, b.reason)).collect::<Vec<_>>()
    };
    let stuck = "no other replica is in sync on a node that may lead";
    assert_eq!(
        told(&cluster(&[&[1, 2], &[1, 3]])),
        [format!("orders-0: {stuck}"), format!("orders-1: {stuck}")]
    );
    let alone = "orders-0: it has no other replica; move one to another node first";
    assert_eq!(told(&cluster(&[&[1]])), [alone]);
}

#[test]
fn an_undrained_node_gets_back_what_it_is_the_preferred_leader_of() {
    let image = cluster(&[&[1, 2], &[2, 1], &[1, 3]]);
    let leadership = |group| if group == 3 { led(3, &[3]) } else { led(2, &[1, 2]) };
    let back = returns(&image, 1, leadership, true);
    assert_eq!(back.moves.iter().map(|m| (m.partition, m.to)).collect::<Vec<_>>(), [(0, 1)]);
    assert_eq!(back.blocked_on.iter().map(|b| b.object.as_str()).collect::<Vec<_>>(), ["orders-2"]);
    assert_eq!(returns(&image, 1, leadership, false).moves, []);
}

#[test]
fn who_cannot_lead_is_refused_with_the_reason() {
    let heir =
        Heir { name: "orders-0", node: 2, replicas: &[1, 2, 3], isr: &[1, 2], alive: true, drained: false };
    assert_eq!(heir.check(), Ok(()));
    let refusals = [
        Heir { node: 4, ..heir },
        Heir { node: 3, ..heir },
        Heir { alive: false, ..heir },
        Heir { drained: true, ..heir },
    ];
    let told = refusals.iter().map(|heir| {
        let Problem { status, code, detail, hint, .. } = heir.check().unwrap_err();
        format!("{status} {code}: {detail}; {hint}")
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "422 not_a_replica: node 4 does not hold orders-0: the nodes that do are 1, 2, 3; \
             choose one of these, or move a replica to the node first",
            "409 not_in_sync: node 3 is not in sync for orders-0: the nodes that are: 1, 2; \
             wait until it has caught up, or choose one that is in sync",
            "409 node_down: node 2 is down; choose another replica, or start the node",
            "409 node_drained: node 2 is drained: leaderships are kept away from it; \
             choose another replica, or undrain node 2",
        ]
    );
}

#[test]
fn a_move_that_was_decided_by_an_older_epoch_is_refused() {
    assert_eq!(check_epoch("orders-0", Some(5), None), Ok(()));
    assert_eq!(check_epoch("orders-0", Some(5), Some(5)), Ok(()));
    for now in [Some(6), None] {
        let problem = check_epoch("orders-0", now, Some(5)).unwrap_err();
        assert_eq!((problem.status, problem.code.as_str()), (412, "epoch_mismatch"));
    }
}

#[test]
fn names_that_are_not_known_are_answered_with_the_nearest_one() {
    let image = cluster(&[&[1]]);
    let problem = topic_named(&image, "order").unwrap_err();
    assert_eq!((problem.status, problem.code.as_str()), (404, "unknown_topic"));
    assert_eq!(problem.hint, "did you mean 'orders'? GET /admin/v1/topics lists all");
    for partition in [-1, 1] {
        let problem = partition_named(&image, "orders", partition).unwrap_err();
        assert_eq!((problem.status, problem.code.as_str()), (404, "unknown_partition"));
    }
}

#[test]
fn what_kafka_calls_a_code_http_calls_a_status() {
    for (error, status, code) in [
        (ResponseError::TopicAlreadyExists, 409, "topic_exists"),
        (ResponseError::InvalidTopicException, 422, "invalid_topic_name"),
        (ResponseError::InvalidPartitions, 422, "invalid_partitions"),
        (ResponseError::InvalidReplicationFactor, 422, "invalid_replication_factor"),
        (ResponseError::InvalidConfig, 422, "invalid_config"),
        (ResponseError::PolicyViolation, 409, "limit_reached"),
        (ResponseError::NotController, 503, "no_leader"),
        (ResponseError::RequestTimedOut, 504, "timed_out"),
        (ResponseError::InvalidRequest, 422, "invalid_request"),
    ] {
        let problem = refused(&Failure::new(error, "why"));
        assert_eq!((problem.status, problem.code.as_str(), problem.detail.as_str()), (status, code, "why"));
    }
}
