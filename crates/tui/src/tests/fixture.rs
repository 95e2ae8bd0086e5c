//! A cluster that is the same every time.

use std::sync::Arc;

use chronik_common::admin::v1::{
    Event as JournalEvent, EventKind, Finding, Follower, GroupSummary, HealthReport, NodeView,
    PartitionState, PartitionView, RaftView, Severity, Snapshot, Verdict,
};
use chronik_common::admin::{BlockedOn, NodeState, OperationKind, OperationState, OperationView};

use crate::event::{Event, Key, Link};
use crate::state::{Action, State};
use crate::views::View;

pub(super) const NOW: i64 = 1_764_316_800_000;

pub(super) fn snapshot(partitions: i32) -> Snapshot {
    let finding = Finding {
        code: "leaderless_partitions".into(),
        severity: Severity::Critical,
        message: "1 partition has no leader".into(),
        objects: vec!["orders-3".into()],
        count: 1,
        next: Some("partition list --state leaderless".into()),
    };
    Snapshot {
        taken_at_ms: NOW,
        node_id: 1,
        cluster_id: Some("c".into()),
        leader_id: Some(1),
        health: HealthReport { verdict: Verdict::Critical, node_id: 1, findings: vec![finding] },
        nodes: (1..=3).map(node).collect(),
        partitions: (0..partitions).map(partition).map(Arc::new).collect(),
        metadata_raft: Some(raft("__metadata", 0)),
        groups: vec![group("billing", 1200, 3), group("search", 0, 1)],
        operations: vec![operation()],
        missing_nodes: vec![],
    }
}

fn node(id: i32) -> NodeView {
    let at = |port: u16| format!("host{id}:{port}").parse().unwrap();
    NodeView {
        node_id: id,
        state: NodeState::Active,
        drained: id == 2,
        alive: id != 3,
        role: None,
        kafka: at(9092),
        wal: at(9291),
        raft: at(5001),
        admin: None,
        rack: None,
        version: "0.1.0".into(),
        leaders: 4,
        replicas: 12,
        preferred: 4,
        out_of_sync: u64::from(id == 3) * 2,
        log_bytes: Some(1 << 30),
        wal_bytes: Some(1 << 31),
        disk_free_bytes: Some(1 << 35),
        disk_total_bytes: Some(1 << 36),
        memory_bytes: Some(100 << 20),
        cpu_percent: Some(12.4),
        uptime_seconds: Some(3_600),
        clock_offset_ms: Some(0),
        certificate_expires_ms: None,
        bytes_in_per_second: Some(1_048_576.0 * f64::from(id)),
        records_in_per_second: Some(1000.0),
        fsync_p99_us: Some(800),
    }
}

/// Of eight partitions, number 3 has no leader and number 5 lacks a replica.
pub(super) fn partition(index: i32) -> PartitionView {
    let (topic, number) = if index % 2 == 1 { ("orders", index) } else { ("clicks", index) };
    let (state, leader, isr) = match index % 8 {
        3 => (PartitionState::Leaderless, None, vec![]),
        5 => (PartitionState::UnderReplicated, Some(1), vec![1, 2]),
        _ => (PartitionState::Healthy, Some(1), vec![1, 2, 3]),
    };
    PartitionView {
        topic: topic.into(),
        partition: number,
        state,
        leader,
        leader_epoch: Some(7),
        replicas: vec![1, 2, 3],
        isr,
        adding: vec![],
        removing: vec![],
        min_isr: 2,
        high_watermark: Some(1000),
        log_start_offset: Some(0),
        bytes: Some(1 << 20),
        records_per_second: Some(10.0),
        bytes_per_second: Some(2048.0),
        max_lag_bytes: Some(if index % 8 == 5 { 5000 } else { 0 }),
        max_lag_ms: Some(0),
        raft: leader.map(|_| raft(&format!("{topic}-{number}"), u64::from(index % 8 == 5) * 61)),
    }
}

fn raft(name: &str, trails_by: u64) -> RaftView {
    let follower = |node_id, trails_by| Follower {
        node_id,
        votes: true,
        match_index: Some(1041 - trails_by),
        trails_by,
        trails_by_bytes: trails_by * 100,
        acked_ms: Some(3),
    };
    RaftView {
        name: name.into(),
        group: 7,
        leader: 1,
        term: 7,
        first_index: 1,
        last_index: 1041,
        committed_index: Some(1041),
        applied_index: 1041,
        snapshot_age_ms: None,
        snapshot_at_ms: Some(NOW - 90_000),
        followers: vec![follower(2, 0), follower(3, trails_by)],
    }
}

pub(super) fn group(name: &str, lag: i64, members: u64) -> GroupSummary {
    GroupSummary {
        group: name.into(),
        state: "Stable".into(),
        coordinator: 1,
        members,
        topics: vec!["orders".into()],
        lag: Some(lag),
        max_lag: Some(lag),
    }
}

fn operation() -> OperationView {
    OperationView {
        operation_id: Some(7),
        kind: OperationKind::RemoveNode,
        node_id: Some(3),
        force: Some(false),
        state: OperationState::Moving,
        percent: 40,
        partitions_total: 10,
        partitions_done: 4,
        bytes_total: 1000,
        bytes_done: 400,
        eta_seconds: Some(125),
        blocked_on: vec![BlockedOn { object: "orders-3".into(), reason: "no leader".into() }],
        started_at_ms: NOW - 60_000,
        finished_at_ms: None,
        message: "moving replicas".into(),
        plan: vec![],
        missing_nodes: vec![],
    }
}

pub(super) fn happened(number: i64, kind: EventKind, object: &str) -> Event {
    Event::Journal(JournalEvent {
        id: format!("a-{number}"),
        at_ms: NOW + number * 1000,
        kind,
        object: object.into(),
        message: format!("{object} changed"),
    })
}

/// A dashboard of eight partitions that is connected.
pub(super) fn dashboard(view: View, armed: bool) -> State {
    let mut state = State::new(view, armed);
    state.on(Event::Resize(120, 40));
    state.on(Event::Tick(NOW));
    state.on(Event::Link(Link::Connected("http://host1:10001".into())));
    for number in 0..5 {
        state.on(happened(number, EventKind::LeaderChanged, "orders-5"));
    }
    state.on(happened(5, EventKind::NodeDown, "node 3"));
    state.on(Event::Snapshot(Box::new(snapshot(8))));
    state
}

/// Types letters.
pub(super) fn types(state: &mut State, text: &str) -> Vec<Action> {
    text.chars().flat_map(|letter| state.on(Event::Key(Key::Char(letter)))).collect()
}
