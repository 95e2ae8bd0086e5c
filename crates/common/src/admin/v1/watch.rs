//! What dashboards are sent: everything once, then what changed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cluster::NodeView;
use super::consumer::GroupSummary;
use super::health::HealthReport;
use super::partition::{PartitionView, RaftView};
use crate::admin::change::OperationView;

/// `GET /admin/v1/watch` sends it first, as the server-sent event `snapshot`, and again whenever a client was too slow
/// for the deltas. What grows although nothing happens is absent from its partitions: `max_lag_ms`, `acked_ms` and
/// `snapshot_age_ms`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Snapshot {
    /// When it was taken, in milliseconds since 1970.
    pub taken_at_ms: i64,
    /// The node that answers.
    pub node_id: i32,
    /// The cluster's id, once it has one.
    pub cluster_id: Option<String>,
    /// The leader of the metadata group, if there is one.
    pub leader_id: Option<i32>,
    /// Is it well?
    pub health: HealthReport,
    /// By id.
    pub nodes: Vec<NodeView>,
    /// By topic and number.
    #[schema(value_type = Vec<PartitionView>)]
    pub partitions: Vec<Arc<PartitionView>>,
    /// The metadata's Raft group, if its leader answers. Those of the partitions are in `partitions`.
    pub metadata_raft: Option<RaftView>,
    /// By name.
    pub groups: Vec<GroupSummary>,
    /// The running one, then the newest finished ones.
    pub operations: Vec<OperationView>,
    /// Nodes that did not answer in time.
    #[serde(default)]
    pub missing_nodes: Vec<i32>,
}

/// What changed since the snapshot or delta before it: the server-sent event `delta`, at most one a second and at least one
/// every five. Sent even if nothing changed, as a sign of life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delta {
    /// When the new state was taken, in milliseconds since 1970.
    pub taken_at_ms: i64,
    /// The leader of the metadata group, if there is one.
    pub leader_id: Option<i32>,
    /// If it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthReport>,
    /// All of them, if any changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Vec<NodeView>>,
    /// Those that are new or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<PartitionView>)]
    pub partitions: Vec<Arc<PartitionView>>,
    /// Those that are gone: topic and number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_partitions: Vec<(String, i32)>,
    /// If it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_raft: Option<RaftView>,
    /// All of them, if any changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<GroupSummary>>,
    /// All of them, if any changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<Vec<OperationView>>,
    /// Nodes that did not answer in time.
    #[serde(default)]
    pub missing_nodes: Vec<i32>,
}
