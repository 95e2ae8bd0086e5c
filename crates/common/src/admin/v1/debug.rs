//! What a node hands to whoever has to find out what is wrong with it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AuditEntry, ConfigView};
use crate::admin::{Health, Members, Operations, Problem, Status, StorageReport};

/// `GET /admin/v1/debug/bundle`: one node, at one moment, without secrets.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DebugBundle {
    /// The node.
    pub node_id: i32,
    /// The version of its software.
    pub version: String,
    /// When, by its clock, in milliseconds since 1970.
    pub at_ms: i64,
    /// Whether it may be used, and why not.
    pub health: Health,
    /// The cluster as this node knows it: who is alive, who leads what.
    pub status: Status,
    /// The members of the metadata group.
    pub members: Members,
    /// What it was told before it started, secrets without their value.
    pub config: ConfigView,
    /// The operations; absent if they could not be had, which `problems` tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<Operations>,
    /// What its WAL holds; absent if that could not be had, which `problems` tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageReport>,
    /// The newest writes that it was asked for, newest first.
    pub audit: Vec<AuditEntry>,
    /// The answer of `/metrics`.
    pub metrics: String,
    /// Why something is missing.
    #[serde(default)]
    pub problems: Vec<Problem>,
}
