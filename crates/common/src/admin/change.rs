//! Requests that change the shape of the cluster, and the operations that
//! carry them out.
//!
//! Requests refuse unknown fields: a misspelt `dry_run` must not become a
//! real run.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decimal;
use crate::HostPort;

/// `POST /admin/add-node`: lets a node join that has not started yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddNodeRequest {
    /// The new node's id, 1–255.
    pub node_id: i32,
    /// Where Kafka clients will reach it.
    pub kafka_addr: HostPort,
    /// Where nodes will reach it with bulk traffic.
    pub wal_addr: HostPort,
    /// Where nodes will reach it with control traffic.
    pub raft_addr: HostPort,
    /// Where its admin API will be; absent: port `10000 + node_id` on the host
    /// of `raft_addr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_addr: Option<HostPort>,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What came of an [`AddNodeRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddNodeAnswer {
    /// The node.
    pub node_id: i32,
    /// What it is now.
    pub state: Membership,
    /// The same for people.
    pub message: String,
    /// What to do next, such as the node to start and how; may be empty.
    #[serde(default)]
    pub next: String,
}

/// How far a node has come into the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// It may join, and has not started yet.
    Invited,
    /// It has joined.
    Member,
}

/// `POST /admin/remove-node`: moves everything off a node and removes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveNodeRequest {
    /// The node to remove.
    pub node_id: i32,
    /// Remove it first and restore its replicas from the others: for a node
    /// that is dead and will not come back.
    #[serde(default)]
    pub force: bool,
    /// Only tell what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `POST /admin/rebalance`: spreads replicas and leaders evenly. All fields
/// may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RebalanceRequest {
    /// Only these topics; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topics: Option<Vec<String>>,
    /// Give every one of these topics this many replicas; absent: as many as
    /// it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication_factor: Option<i16>,
    /// Move leaderships only, no data.
    #[serde(default)]
    pub leaders_only: bool,
    /// Only tell what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `POST /admin/v1/operations/{id}/cancel`. The body may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelRequest {
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `GET /admin/v1/operations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Operations {
    /// The running one, then the newest finished ones, newest first. Their
    /// plans are left out.
    pub operations: Vec<OperationView>,
}

/// An operation: what it is, how far it has come, what stops it. For a dry
/// run: what it would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OperationView {
    /// Its id; absent for a dry run, which starts nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub operation_id: Option<u64>,
    /// What it does.
    pub kind: OperationKind,
    /// The node that is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<i32>,
    /// Whether the node is removed by force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
    /// Where it is; a dry run is always `planning`.
    pub state: OperationState,
    /// How much is done, 0–100; 100 only once `state` is `done`.
    pub percent: u8,
    /// Partitions that have to change.
    pub partitions_total: u64,
    /// Those of them that have changed.
    pub partitions_done: u64,
    /// Bytes that have to be copied.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub bytes_total: u64,
    /// Those of them that have been copied.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub bytes_done: u64,
    /// Seconds until it is done, if it goes on as it does; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_seconds: Option<u64>,
    /// What it waits for; for a dry run, what it would wait for.
    #[serde(default)]
    pub blocked_on: Vec<BlockedOn>,
    /// When it started, in milliseconds since 1970.
    pub started_at_ms: i64,
    /// When it ended, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at_ms: Option<i64>,
    /// What it is doing or what came of it, for people.
    #[serde(default)]
    pub message: String,
    /// What is under way; for a dry run, what would be done.
    #[serde(default)]
    pub plan: Vec<PlannedMove>,
    /// For a dry run: nodes that are down or did not answer in time. The plan does without the sizes and loads that they
    /// alone know; of a rebalance, `message` says what comes of that.
    #[serde(default)]
    pub missing_nodes: Vec<i32>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// It moves everything off a node and removes it.
    RemoveNode,
    /// It spreads replicas and leaders evenly.
    Rebalance,
    /// It gives partitions the replicas that were asked for.
    MoveReplicas,
}

/// Where an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// What has to move is being worked out.
    Planning,
    /// Replicas are being moved.
    Moving,
    /// Nothing is left on the node; it is being taken out of the cluster.
    Removing,
    /// It ended as it should.
    Done,
    /// It ended otherwise; the message says why.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
}

impl OperationState {
    /// Whether the operation has ended, in one way or another.
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// Something that an operation waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockedOn {
    /// What cannot go on, such as a partition.
    pub object: String,
    /// Why not.
    pub reason: String,
}

/// A partition that changes its replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedMove {
    /// Its topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// The brokers that hold it, the preferred leader first.
    pub from: Vec<i32>,
    /// The brokers that will hold it, the preferred leader first.
    pub to: Vec<i32>,
    /// What has to be copied for it.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub bytes: u64,
    /// Why it moves.
    pub reason: String,
}
