//! The admin API's client side: texts, JSON and behaviour towards nodes that
//! answer, refuse, or are gone.

mod change;
mod fake;
mod question;
mod render;
mod status;
mod stream;

use clap::Parser;

use self::fake::{FakeConsole, FakeNode, Reply, nobody};
use super::command::{ClusterCommand, CommandError, Report, Session};
use super::*;
use crate::config::Environment;

fn node(id: i32, host: &str) -> NodeStatus {
    let at = |port: &str| format!("{host}:{port}").parse().unwrap();
    NodeStatus {
        node_id: id,
        kafka: at("9092"),
        wal: at("9291"),
        raft: at("5001"),
        admin: None,
        alive: true,
        rack: None,
        version: "3.0.0".into(),
        state: NodeState::Active,
    }
}

fn partition(index: i32, leader: Option<i32>, replicas: &[i32], isr: &[i32]) -> PartitionStatus {
    PartitionStatus {
        topic: "my-topic".into(),
        partition: index,
        leader,
        replicas: replicas.to_vec(),
        isr: isr.to_vec(),
        leader_epoch: Some(1),
        high_watermark: Some(9_007_199_254_740_993),
        log_start_offset: Some(5),
        adding: vec![],
        removing: vec![],
    }
}

/// The cluster of the seeds' manual.
fn healthy() -> Status {
    Status {
        node_id: 1,
        leader_id: Some(1),
        is_leader: true,
        cluster_id: Some("c".into()),
        nodes: (1..=3).map(|id| node(id, &format!("host{id}.example.com"))).collect(),
        partitions: vec![
            partition(0, Some(1), &[1, 2, 3], &[1, 2, 3]),
            partition(1, Some(2), &[2, 3, 1], &[2, 3, 1]),
            partition(2, Some(3), &[3, 1, 2], &[3, 1, 2]),
        ],
    }
}

fn wounded() -> Status {
    let mut status = healthy();
    status.leader_id = None;
    status.nodes[2].alive = false;
    status.partitions[1].isr = vec![2, 1];
    status.partitions[2] = partition(2, None, &[3, 1, 2], &[]);
    status
}

/// The removal of node 4, half way.
fn removal() -> OperationView {
    OperationView {
        operation_id: Some(7),
        kind: OperationKind::RemoveNode,
        node_id: Some(4),
        force: Some(false),
        state: OperationState::Moving,
        percent: 42,
        partitions_total: 12,
        partitions_done: 5,
        bytes_total: 3 << 30,
        bytes_done: 5 << 28,
        eta_seconds: Some(125),
        blocked_on: vec![BlockedOn {
            object: "my-topic-0".into(),
            reason: "Node 5 is not heard from".into(),
        }],
        started_at_ms: 1_000,
        finished_at_ms: None,
        message: "moving partitions off node 4".into(),
        plan: vec![
            PlannedMove {
                topic: "my-topic".into(),
                partition: 0,
                from: vec![4, 1, 2],
                to: vec![5, 1, 2],
                bytes: 1 << 30,
                reason: "node 4 leaves".into(),
            },
            PlannedMove {
                topic: "my-topic".into(),
                partition: 11,
                from: vec![1, 2, 4],
                to: vec![1, 2, 3],
                bytes: 512,
                reason: "node 4 leaves".into(),
            },
        ],
        missing_nodes: vec![],
    }
}

/// The same at its end.
fn removed() -> OperationView {
    OperationView {
        state: OperationState::Done,
        percent: 100,
        partitions_done: 12,
        bytes_done: 3 << 30,
        eta_seconds: None,
        blocked_on: vec![],
        finished_at_ms: Some(73_500),
        message: "node 4 is removed; it is safe to shut it down".into(),
        plan: vec![],
        ..removal()
    }
}

fn environment() -> Environment {
    [("CHRONIK_ADMIN_API_KEY", "correct-horse")].into_iter().collect()
}

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: ClusterCommand,
}

/// Runs a command line as `chronikctl`, with the key in the environment.
async fn run(line: &str, console: &FakeConsole) -> Result<Report, CommandError> {
    run_with(line, &environment(), console).await
}

async fn run_with(
    line: &str,
    environment: &Environment,
    console: &FakeConsole,
) -> Result<Report, CommandError> {
    let command = Cli::try_parse_from(format!("chronikctl {line}").split(' ')).unwrap().command;
    command.answer(&Session { program: "chronikctl", environment, console }).await
}

/// `--admin` for each address.
fn admin(urls: &[String]) -> String {
    urls.iter().flat_map(|url| [" --admin ", url]).collect()
}
