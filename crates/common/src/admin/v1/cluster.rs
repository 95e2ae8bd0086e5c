//! Nodes and their configuration.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::HostPort;
use crate::admin::decimal;
use crate::admin::types::{NodeState, Role};

use super::partition::LeadershipMove;

/// `GET /admin/v1/nodes`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Nodes {
    /// By id.
    pub nodes: Vec<NodeView>,
}

/// A node: what is agreed on about it, and what it says of itself. What only itself knows is absent while it does not
/// answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeView {
    /// Its id.
    pub node_id: i32,
    /// Where it is between being invited and being removed.
    pub state: NodeState,
    /// Whether leaderships are kept away from it, so that it can be stopped.
    #[serde(default)]
    pub drained: bool,
    /// Whether the node that answers hears from it.
    pub alive: bool,
    /// What it is in the metadata group; absent if it has not joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Where Kafka clients reach it.
    pub kafka: HostPort,
    /// Where nodes reach it with bulk traffic.
    pub wal: HostPort,
    /// Where nodes reach it with control traffic.
    pub raft: HostPort,
    /// Where its admin API is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<HostPort>,
    /// Its failure domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rack: Option<String>,
    /// The version of its software.
    #[serde(default)]
    pub version: String,
    /// Partitions that it leads.
    pub leaders: u64,
    /// Partitions that it holds.
    pub replicas: u64,
    /// Of these, partitions of which it is the preferred leader.
    pub preferred: u64,
    /// Partitions that it holds without being in sync.
    pub out_of_sync: u64,
    /// Bytes of record batches in the logs on it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub log_bytes: Option<u64>,
    /// Size of the WAL's files, in bytes, preallocated space included.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub wal_bytes: Option<u64>,
    /// Free bytes of the file system that the WAL is on.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub disk_free_bytes: Option<u64>,
    /// Size of that file system, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub disk_total_bytes: Option<u64>,
    /// Resident memory of the process, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub memory_bytes: Option<u64>,
    /// Processor time that the process uses, in percent of one core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<f64>,
    /// Seconds since its process started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uptime_seconds: Option<u64>,
    /// Its clock minus the answering node's, in milliseconds, good to half the time that the question took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// Bytes of record batches that producers append to partitions led by it, per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_in_per_second: Option<f64>,
    /// Records likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_in_per_second: Option<f64>,
    /// 99th percentile of the time that its disk needs for a flush, in microseconds, since it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fsync_p99_us: Option<u64>,
    /// When the certificate of its admin API runs out, in milliseconds since 1970; absent without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_expires_ms: Option<i64>,
}

/// `POST /admin/v1/nodes/{id}/drain` and `…/undrain`. The body may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrainRequest {
    /// Only tell what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What came of a [`DrainRequest`]. The leaderships move in the background; they are done when the node leads nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrainAnswer {
    /// The node.
    pub node_id: i32,
    /// Whether it is drained now; for a dry run, whether it would be.
    pub drained: bool,
    /// Leaderships that move (at most 1,000 are listed).
    pub moves: Vec<LeadershipMove>,
    /// How many move altogether.
    pub moves_total: u64,
    /// What will still be led by it, and why: partitions without another replica in sync.
    #[serde(default)]
    pub blocked_on: Vec<crate::admin::change::BlockedOn>,
}

/// `GET /admin/v1/nodes/{id}/config`: what a node was told before it started, secrets left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigView {
    /// The node.
    pub node_id: i32,
    /// By name.
    pub entries: Vec<ConfigEntry>,
}

/// One value of a node's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigEntry {
    /// Its name in the file.
    pub name: String,
    /// The value as text; absent if it is secret or not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Where it comes from: `flag --data-dir`, `CHRONIK_DATA_DIR`, `file /etc/chronik/node1.toml, line 3`, `default`.
    pub origin: String,
    /// Whether it is secret.
    #[serde(default)]
    pub secret: bool,
}
