//! The admin API under `/admin/v1`: what it is asked and what it answers.
//!
//! One definition for the server, the client, the dashboard and the `OpenAPI` document. Fields are only ever added.
//! Whole numbers that may pass 2^53 are strings in JSON. Requests refuse unknown fields: a misspelt `dry_run` must not
//! become a real run.
//!
//! Must never: hold anything but data.

mod access;
mod cluster;
mod consumer;
mod debug;
mod event;
mod health;
mod partition;
mod topic;
mod watch;

pub use access::{AuditEntry, AuditLog, CreateKeyRequest, KeyView, Keys, NewKey, RevokeKeyRequest, Role};
pub use cluster::{ConfigEntry, ConfigView, DrainAnswer, DrainRequest, NodeView, Nodes};
pub use consumer::{
    DeleteGroupRequest, GroupAnswer, GroupDetail, GroupMember, GroupPartition, GroupSummary, Groups,
    OffsetChange, ResetOffsetsAnswer, ResetOffsetsRequest, ResetTo,
};
pub use debug::DebugBundle;
pub use event::{Event, EventKind, Events};
pub use health::{Finding, HealthReport, Severity, Verdict};
pub use partition::{
    Follower, LeadershipMove, MoveReplicasAnswer, MoveReplicasRequest, PartitionState, PartitionView,
    Partitions, RaftGroups, RaftView, TransferLeaderAnswer, TransferLeaderRequest,
};
pub use topic::{
    AlterTopicRequest, CreateTopicRequest, DeleteTopicRequest, TopicAnswer, TopicConfigEntry, TopicDetail,
    TopicView, Topics,
};
pub use watch::{Delta, Snapshot};
