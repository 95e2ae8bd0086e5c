//! What the admin API answers to questions about the cluster and its nodes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decimal;
use crate::HostPort;

/// `GET /admin/health`: may this node be used?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Whether it may. The HTTP status says the same: 200 or 503.
    pub healthy: bool,
    /// The node that answers.
    pub node_id: i32,
    /// Why not; empty if healthy.
    #[serde(default)]
    pub reasons: Vec<Reason>,
}

/// One reason for not being healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// A stable code, such as `no_metadata_leader`.
    pub code: String,
    /// The same for people, naming the affected object.
    pub message: String,
}

/// `GET /admin/status`: the whole cluster, from any node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// The node that answers.
    pub node_id: i32,
    /// The leader of the metadata group, if there is one.
    pub leader_id: Option<i32>,
    /// Whether the node that answers is that leader.
    pub is_leader: bool,
    /// The cluster's id, once it has one.
    #[serde(default)]
    pub cluster_id: Option<String>,
    /// All nodes, registered or invited, by id.
    pub nodes: Vec<NodeStatus>,
    /// All partitions, by topic and number.
    pub partitions: Vec<PartitionStatus>,
}

/// A node in [`Status`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeStatus {
    /// Its id.
    pub node_id: i32,
    /// Where Kafka clients reach it.
    pub kafka: HostPort,
    /// Where nodes reach it with bulk traffic.
    pub wal: HostPort,
    /// Where nodes reach it with control traffic.
    pub raft: HostPort,
    /// Where its admin API is.
    #[serde(default)]
    pub admin: Option<HostPort>,
    /// Whether the node that answers hears from it.
    pub alive: bool,
    /// Its failure domain.
    #[serde(default)]
    pub rack: Option<String>,
    /// The version of its software.
    #[serde(default)]
    pub version: String,
    /// Where it is between being invited and being removed.
    #[serde(default)]
    pub state: NodeState,
}

/// Where a node is between being invited and being removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// It takes part, dead or alive.
    #[default]
    Active,
    /// It is being removed: its replicas move away, and none is placed on it.
    Draining,
    /// `add-node` named it, and it has not started yet.
    Invited,
}

/// A partition in [`Status`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartitionStatus {
    /// Its topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// The broker that leads it, if one does.
    pub leader: Option<i32>,
    /// The brokers that hold it, the preferred leader first.
    pub replicas: Vec<i32>,
    /// The replicas in sync, in the order of `replicas`.
    pub isr: Vec<i32>,
    /// The leader's epoch, which is its Raft term.
    #[serde(default)]
    pub leader_epoch: Option<i32>,
    /// The end of what consumers may read; a string in JSON, because it may
    /// pass 2^53. Absent where the node that answers does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub high_watermark: Option<i64>,
    /// The first offset that consumers may still read; written and absent
    /// as `high_watermark` is.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub log_start_offset: Option<i64>,
    /// The brokers that are to hold it and are not all caught up yet; empty
    /// unless the partition is being moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adding: Vec<i32>,
    /// The brokers that will no longer hold it once the move is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removing: Vec<i32>,
}

/// `GET /admin/cluster/members`: who takes part in the metadata group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Members {
    /// The cluster's id, once it has one.
    pub cluster_id: Option<String>,
    /// The leader of the metadata group, if there is one.
    pub leader_id: Option<i32>,
    /// All members, by id.
    pub members: Vec<Member>,
}

/// One of the [`Members`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// Its id.
    pub node_id: i32,
    /// What it is in the metadata group.
    pub role: Role,
    /// Where Kafka clients reach it.
    pub kafka: HostPort,
    /// Where nodes reach it with bulk traffic.
    pub wal: HostPort,
    /// Where nodes reach it with control traffic.
    pub raft: HostPort,
    /// Where its admin API is.
    #[serde(default)]
    pub admin: Option<HostPort>,
    /// Whether the node that answers hears from it.
    pub alive: bool,
}

/// What a member is in a Raft group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RaftRole)]
pub enum Role {
    /// It decides the order of the log.
    Leader,
    /// It votes.
    Follower,
    /// It receives the log but does not vote.
    Learner,
}

/// What commands print as JSON: the answer, with its kind and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Which type the rest is.
    pub kind: String,
    /// Grows when a field changes its meaning.
    pub version: u32,
    /// The answer.
    #[serde(flatten)]
    pub body: T,
}
