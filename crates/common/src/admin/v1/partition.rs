//! Partitions and their Raft groups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admin::change::OperationView;
use crate::admin::decimal;

/// `GET /admin/v1/partitions`. Query: `topic`, `node` (holds a replica), `leader`, `state` (repeatable by commas),
/// `sort` (`name`, `lag`, `bytes`, `rate`; `-` in front turns it round; `lag` is worst first), `limit` (1–10,000; 1,000
/// by default), `cursor`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Partitions {
    /// As asked for.
    pub partitions: Vec<PartitionView>,
    /// How many there are altogether, whatever the limit.
    pub total: u64,
    /// Ask again with it for the next ones; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Nodes that did not answer in time: of the partitions that they lead, only what all nodes know is told.
    #[serde(default)]
    pub missing_nodes: Vec<i32>,
}

/// How a partition is. The worst that is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartitionState {
    /// All replicas are in sync.
    Healthy,
    /// It is getting other replicas, and all that it shall keep are in sync.
    Moving,
    /// Some replica is not in sync.
    UnderReplicated,
    /// Fewer replicas are in sync than `min.insync.replicas`: `acks=all` is refused.
    UnderMinIsr,
    /// It has no leader: nothing is served.
    Leaderless,
}

/// A partition: what all nodes know, and what its leader adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PartitionView {
    /// Its topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// How it is.
    pub state: PartitionState,
    /// The broker that leads it, if one does.
    pub leader: Option<i32>,
    /// The leader's epoch, which is its Raft term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader_epoch: Option<i32>,
    /// The brokers that hold it, the preferred leader first.
    pub replicas: Vec<i32>,
    /// The replicas in sync, in the order of `replicas`.
    pub isr: Vec<i32>,
    /// The brokers that are to hold it and do not yet; empty unless it moves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adding: Vec<i32>,
    /// The brokers that will no longer hold it once the move is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removing: Vec<i32>,
    /// `min.insync.replicas` of its topic.
    pub min_isr: i32,
    /// The end of what consumers may read. Absent, like all that follows, while its leader does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub high_watermark: Option<i64>,
    /// The first offset that consumers may still read.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub log_start_offset: Option<i64>,
    /// Bytes of its record batches.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub bytes: Option<u64>,
    /// Records appended per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_per_second: Option<f64>,
    /// Bytes appended per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_per_second: Option<f64>,
    /// How far the worst follower trails, in bytes of the log.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub max_lag_bytes: Option<u64>,
    /// How long ago the worst follower last had the leader's whole log, in milliseconds; 0 if it has it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_lag_ms: Option<u64>,
    /// Its Raft group, as its leader sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raft: Option<RaftView>,
}

/// `GET /admin/v1/raft`: `__metadata` first, then those of the partitions, by topic and number. Query: `topic`, `limit`,
/// `cursor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RaftGroups {
    /// As asked for.
    pub groups: Vec<RaftView>,
    /// How many there are altogether, whatever the limit.
    pub total: u64,
    /// Ask again with it for the next ones; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Nodes that did not answer in time: the groups that they lead are missing.
    #[serde(default)]
    pub missing_nodes: Vec<i32>,
}

/// A Raft group as its leader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RaftView {
    /// `__metadata`, or `topic-partition`.
    pub name: String,
    /// Its number on the wire and in the WAL.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub group: u64,
    /// Its leader.
    pub leader: i32,
    /// The leader's term.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub term: u64,
    /// First index that the leader's log still has.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub first_index: u64,
    /// Last index of the leader's log.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub last_index: u64,
    /// Last index known to be committed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub committed_index: Option<u64>,
    /// Last index applied by the leader.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub applied_index: u64,
    /// Age of the leader's snapshot, in milliseconds: of the state that a replica is sent which lacks what is purged from
    /// the log. Absent while nothing has been purged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_age_ms: Option<u64>,
    /// When it was taken, by the leader's clock, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_at_ms: Option<i64>,
    /// All other members.
    pub followers: Vec<Follower>,
}

/// A follower or learner as its leader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Follower {
    /// The node.
    pub node_id: i32,
    /// Whether it votes; a learner does not.
    pub votes: bool,
    /// Last index known to be on its disk.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub match_index: Option<u64>,
    /// Entries of the leader's log that it is not known to have.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub trails_by: u64,
    /// Bytes of them.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub trails_by_bytes: u64,
    /// Milliseconds since the newest message that it has answered was sent; absent if it never has. Grows while the
    /// group is quiescent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acked_ms: Option<u64>,
}

/// `POST /admin/v1/partitions/{topic}/{partition}/leader`. The body may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferLeaderRequest {
    /// Who shall lead; absent: the preferred leader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i32>,
    /// Only tell what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What came of a [`TransferLeaderRequest`]: answered when the new leader leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferLeaderAnswer {
    /// What changed; for a dry run, what would.
    #[serde(flatten)]
    pub change: LeadershipMove,
    /// For people, such as that it led already.
    #[serde(default)]
    pub message: String,
}

/// A leadership that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeadershipMove {
    /// The topic.
    pub topic: String,
    /// The partition's number.
    pub partition: i32,
    /// Who led.
    pub from: Option<i32>,
    /// Who leads.
    pub to: i32,
}

/// `POST /admin/v1/partitions/{topic}/{partition}/replicas`: answered with an [`OperationView`] when the move has
/// started. `If-Match` with the leader epoch refuses (412) if the partition has another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveReplicasRequest {
    /// The brokers that shall hold it, the preferred leader first.
    pub replicas: Vec<i32>,
    /// Only tell what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answer to a [`MoveReplicasRequest`].
pub type MoveReplicasAnswer = OperationView;
