//! The metadata state machine, told as what operators and clients see. Here: the commands that the tests share.

use std::collections::{BTreeMap, BTreeSet};

use chronik_common::HostPort;
use uuid::Uuid;

use super::*;

mod brokers;
mod histories;
mod keys;
mod moves;
mod operations;
mod snapshots;
mod topics;

fn endpoints(host: &str) -> Endpoints {
    let at = |port| HostPort::new(host, port);
    Endpoints { kafka: at(9092), wal: at(9291), raft: at(5001), admin: at(10_000) }
}

fn own_endpoints(id: BrokerId) -> Endpoints {
    endpoints(&format!("host{id}"))
}

/// A broker with its first data directory.
fn register(id: BrokerId) -> Command {
    register_as(id, 1, Standing::Founder)
}

/// A broker with its data directory number `disk`.
fn register_as(id: BrokerId, disk: u128, standing: Standing) -> Command {
    Command::RegisterBroker {
        id,
        directory_id: directory(id, disk),
        endpoints: own_endpoints(id),
        rack: None,
        version: "3.0.0".into(),
        standing,
    }
}

fn directory(id: BrokerId, disk: u128) -> Uuid {
    Uuid::from_u128(1000 * disk + id as u128)
}

fn invite(id: BrokerId) -> Command {
    Command::InviteBroker { id, endpoints: own_endpoints(id) }
}

fn move_to(group: GroupId, replicas: &[BrokerId]) -> MoveRequest {
    MoveRequest { group, replicas: replicas.to_vec(), renew: Vec::new() }
}

fn moves(moves: &[MoveRequest]) -> Command {
    Command::MoveReplicas { moves: moves.to_vec() }
}

/// The end of the move that the partition is on.
fn finish(image: &MetadataImage, group: GroupId) -> Command {
    Command::FinishMove { group, target: partition(image, group).target().to_vec() }
}

fn start(kind: OperationKind) -> Command {
    Command::StartOperation { kind, now_ms: 1_000, partitions: 0 }
}

fn removal(node: BrokerId, force: bool) -> OperationKind {
    OperationKind::RemoveNode { node, force }
}

fn rebalance() -> OperationKind {
    OperationKind::Rebalance {
        topics: None,
        replication_factor: None,
        leaders_only: false,
        reason: "asked for".into(),
    }
}

fn end(id: u64, result: OperationResult) -> Command {
    Command::FinishOperation { id, result, now_ms: 2_000 }
}

fn create(name: &str, id: u128, partitions: i32, replication_factor: i16) -> Command {
    Command::CreateTopic {
        name: name.into(),
        id: Uuid::from_u128(id),
        assignment: Assignment::Automatic { partitions, replication_factor },
        config: BTreeMap::new(),
        unavailable: BTreeSet::new(),
    }
}

fn explicit(name: &str, id: u128, replicas: &[&[BrokerId]]) -> Command {
    Command::CreateTopic {
        name: name.into(),
        id: Uuid::from_u128(id),
        assignment: Assignment::Explicit(replicas.iter().map(|r| r.to_vec()).collect()),
        config: BTreeMap::new(),
        unavailable: BTreeSet::new(),
    }
}

fn grow(id: u128, total: i32) -> Command {
    Command::CreatePartitions {
        topic: Uuid::from_u128(id),
        total,
        replicas: None,
        unavailable: BTreeSet::new(),
    }
}

fn set(id: u128, name: &str, value: Option<&str>) -> Command {
    Command::AlterTopicConfig {
        topic: Uuid::from_u128(id),
        changes: BTreeMap::from([(name.into(), value.map(Into::into))]),
    }
}

/// Partitions and a setting in one.
fn alter(id: u128, total: i32, name: &str, value: Option<&str>) -> Command {
    Command::AlterTopic {
        topic: Uuid::from_u128(id),
        total,
        changes: BTreeMap::from([(name.into(), value.map(Into::into))]),
        unavailable: BTreeSet::new(),
    }
}

fn cluster(brokers: BrokerId) -> MetadataImage {
    let mut image = MetadataImage::new();
    for id in 1..=brokers {
        image.apply(register(id)).unwrap();
    }
    image
}

fn assignments(topic: &Topic) -> Vec<Vec<BrokerId>> {
    topic.partitions.iter().map(|p| p.replicas.iter().map(|r| r.broker).collect()).collect()
}

fn code(image: &mut MetadataImage, command: Command) -> i16 {
    image.apply(command).unwrap_err().kafka_code()
}

/// The stable name of the refusal.
fn refusal(image: &mut MetadataImage, command: Command) -> &'static str {
    let before = image.clone();
    let error = image.apply(command).unwrap_err();
    assert_eq!(*image, before, "a refused command leaves no trace");
    error.code()
}

fn text(image: &mut MetadataImage, command: Command) -> String {
    image.apply(command).unwrap_err().to_string()
}

fn partition(image: &MetadataImage, group: GroupId) -> &Partition {
    image.partition(group).unwrap().2
}

/// Replicas as `(broker, incarnation)`.
fn ids(replicas: &[Replica]) -> Vec<(BrokerId, u32)> {
    replicas.iter().map(|r| (r.broker, r.incarnation)).collect()
}

fn leaving(image: &MetadataImage, group: GroupId) -> Vec<(BrokerId, u32)> {
    partition(image, group).moving.as_ref().map_or(Vec::new(), |m| ids(&m.leaving))
}
