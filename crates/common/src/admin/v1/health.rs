//! Is the cluster well, and if not: why, where, and what to do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /admin/v1/health`: the whole cluster, as the answering node sees it. Needs no more than the role `read`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthReport {
    /// The worst of the findings.
    pub verdict: Verdict,
    /// The node that answers.
    pub node_id: i32,
    /// Worst first.
    pub findings: Vec<Finding>,
}

/// How the cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing to do.
    Healthy,
    /// It serves, with less redundancy or room than it should have.
    Degraded,
    /// Something is not served, or is about to be lost.
    Critical,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know; does not change the verdict.
    Info,
    /// Makes the cluster `degraded`.
    Warning,
    /// Makes it `critical`.
    Critical,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// A stable code: `no_metadata_leader`, `leaderless_partitions`, `under_min_isr_partitions`,
    /// `under_replicated_partitions`, `damaged_replicas`, `node_down`, `node_drained`, `disk_full`, `disk_low`, `clock_skew`,
    /// `certificate_expired`, `certificate_expiring`, `version_mismatch`, `operation_blocked`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// The same for people.
    pub message: String,
    /// What is affected, such as `orders-3` or `node 2`; at most 20.
    #[serde(default)]
    pub objects: Vec<String>,
    /// How many are affected altogether.
    pub count: u64,
    /// The command to run next, without the name of the program in front: `partition list --state leaderless`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
