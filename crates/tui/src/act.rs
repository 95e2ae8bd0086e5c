//! Changes of the cluster that the dashboard can ask for, and how they are made.

use chronik_common::admin::v1::{DrainAnswer, DrainRequest, MoveReplicasRequest, TransferLeaderRequest};
use chronik_common::admin::{AdminClient, CancelRequest, OperationView, RemoveNodeRequest, render_plan};
use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};

use crate::state::join;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Another leader for a partition.
    TransferLeader {
        /// The topic.
        topic: String,
        /// The partition's number.
        partition: i32,
        /// Who shall lead.
        to: i32,
    },
    /// Other replicas for a partition.
    MoveReplicas {
        /// The topic.
        topic: String,
        /// The partition's number.
        partition: i32,
        /// The nodes that shall hold it, the preferred leader first.
        replicas: Vec<i32>,
    },
    /// Leaderships away from a node.
    Drain(i32),
    /// Leaderships back to a node.
    Undrain(i32),
    /// A node out of the cluster, after everything has moved off it.
    RemoveNode(i32),
    /// An operation ended where it is.
    CancelOperation(u64),
}

impl Act {
    /// The same as a command line.
    pub fn command(&self) -> String {
        match self {
            Self::TransferLeader { topic, partition, to } => {
                format!("chronikctl partition transfer-leader {topic}-{partition} --to {to}")
            }
            Self::MoveReplicas { topic, partition, replicas } => {
                format!("chronikctl partition move {topic}-{partition} --replicas {}", join(replicas))
            }
            Self::Drain(node) => format!("chronikctl node drain {node}"),
            Self::Undrain(node) => format!("chronikctl node undrain {node}"),
            Self::RemoveNode(node) => format!("chronikctl remove-node {node}"),
            Self::CancelOperation(id) => format!("chronikctl operation cancel {id}"),
        }
    }

    /// The same in words, as a title.
    pub fn title(&self) -> String {
        match self {
            Self::TransferLeader { topic, partition, to } => {
                format!("Transfer leadership of {topic}-{partition} to node {to}")
            }
            Self::MoveReplicas { topic, partition, replicas } => {
                format!("Move {topic}-{partition} to the nodes {}", join(replicas))
            }
            Self::Drain(node) => format!("Drain node {node}"),
            Self::Undrain(node) => format!("Undrain node {node}"),
            Self::RemoveNode(node) => format!("Remove node {node}"),
            Self::CancelOperation(id) => format!("Cancel operation {id}"),
        }
    }
}

/// Who makes changes.
pub trait Acts: Send + Sync {
    /// What the change would do, a line each. Changes nothing.
    fn plan(&self, act: Act) -> BoxFuture<'_, Result<Vec<String>, String>>;
    /// Makes the change, and tells what came of it.
    fn perform(&self, act: Act) -> BoxFuture<'_, Result<String, String>>;
}

impl Acts for AdminClient {
    fn plan(&self, act: Act) -> BoxFuture<'_, Result<Vec<String>, String>> {
        async move {
            if let Act::CancelOperation(id) = act {
                // A cancellation has no dry run: what it would stop is the plan.
                let operation = self.operation(id).await.map_err(|error| error.to_string())?;
                return Ok(stopped(&operation));
            }
            carry_out(self, &act, true).await
        }
        .boxed()
    }

    fn perform(&self, act: Act) -> BoxFuture<'_, Result<String, String>> {
        async move {
            let lines = carry_out(self, &act, false).await?;
            Ok(lines.into_iter().next().unwrap_or_else(|| act.title()))
        }
        .boxed()
    }
}

const REASON: &str = "chronikctl top";

async fn carry_out(client: &AdminClient, act: &Act, dry_run: bool) -> Result<Vec<String>, String> {
    let reason = Some(REASON.to_owned());
    let lines = match act {
        Act::TransferLeader { topic, partition, to } => {
            let request = TransferLeaderRequest { to: Some(*to), dry_run, reason };
            client.transfer_leader(topic, *partition, &request).await.map(|answer| {
                let from = answer.change.from.map_or("nobody".into(), |from| format!("node {from}"));
                vec![format!("leader: {from} -> node {}", answer.change.to), answer.message]
            })
        }
        Act::Drain(node) => {
            client.drain(*node, &DrainRequest { dry_run, reason }).await.map(|answer| drained(&answer))
        }
        Act::Undrain(node) => {
            client.undrain(*node, &DrainRequest { dry_run, reason }).await.map(|answer| drained(&answer))
        }
        Act::RemoveNode(node) => {
            let request = RemoveNodeRequest { node_id: *node, force: false, dry_run, reason };
            client.remove_node(&request).await.map(|view| planned_or_started(&view, dry_run))
        }
        Act::MoveReplicas { topic, partition, replicas } => {
            let request = MoveReplicasRequest { replicas: replicas.clone(), dry_run, reason };
            let answer = client.move_replicas(topic, *partition, &request).await;
            answer.map(|view| planned_or_started(&view, dry_run))
        }
        Act::CancelOperation(id) => {
            client.cancel_operation(*id, &CancelRequest { reason }).await.map(|view| vec![started(&view)])
        }
    };
    lines.map_err(|error| error.to_string())
}

fn drained(answer: &DrainAnswer) -> Vec<String> {
    let mut lines = vec![format!("node {}: {} leaderships move", answer.node_id, answer.moves_total)];
    lines.extend(answer.blocked_on.iter().map(|block| format!("! {} stays: {}", block.object, block.reason)));
    lines.extend(answer.moves.iter().map(|change| {
        let from = change.from.map_or("-".into(), |from| from.to_string());
        format!("{}-{}: {from} -> {}", change.topic, change.partition, change.to)
    }));
    lines
}

fn planned_or_started(view: &OperationView, dry_run: bool) -> Vec<String> {
    if dry_run { render_plan(view).lines().map(str::to_owned).collect() } else { vec![started(view)] }
}

fn started(view: &OperationView) -> String {
    let id = view.operation_id.map_or_else(String::new, |id| format!("operation {id}: "));
    format!("{id}{}", view.message)
}

fn stopped(view: &OperationView) -> Vec<String> {
    vec![
        format!("It stops with {} of {} partitions done.", view.partitions_done, view.partitions_total),
        view.message.clone(),
    ]
}
