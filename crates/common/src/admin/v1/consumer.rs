//! Consumer groups.

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::admin::decimal;

/// `GET /admin/v1/groups`: the groups of all coordinators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Groups {
    /// By name.
    pub groups: Vec<GroupSummary>,
    /// Nodes that did not answer in time: the groups that they coordinate are missing.
    #[serde(default)]
    pub missing_nodes: Vec<i32>,
}

/// A consumer group in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupSummary {
    /// Its name.
    pub group: String,
    /// Kafka's name of its state, such as `Stable`.
    pub state: String,
    /// Its coordinator.
    pub coordinator: i32,
    /// How many members it has.
    pub members: u64,
    /// Topics of which it has committed offsets, by name.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Records that it has not consumed yet, over all partitions of which it has committed an offset; absent if none.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub lag: Option<i64>,
    /// The most of one partition.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub max_lag: Option<i64>,
}

/// `GET /admin/v1/groups/{group}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupDetail {
    /// The same as in the list.
    #[serde(flatten)]
    pub summary: GroupSummary,
    /// The assignment protocol that the members agreed on.
    #[serde(default)]
    pub protocol: String,
    /// Its members.
    pub members_detail: Vec<GroupMember>,
    /// Its partitions, by topic and number: those with a committed offset.
    pub partitions: Vec<GroupPartition>,
}

/// A member of a consumer group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupMember {
    /// Drawn by the coordinator.
    pub member_id: String,
    /// `group.instance.id`, if it is static.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// `client.id`.
    pub client_id: String,
    /// Where it connects from.
    pub host: String,
    /// `topic-partition` of what it was assigned.
    #[serde(default)]
    pub assignment: Vec<String>,
}

/// How far a group has come in one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupPartition {
    /// The topic.
    pub topic: String,
    /// The partition's number.
    pub partition: i32,
    /// The committed offset.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub committed: i64,
    /// The end of what the group may read; absent while the partition has no leader that answers.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub high_watermark: Option<i64>,
    /// `high_watermark` − `committed`, at least 0.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub lag: Option<i64>,
    /// The member that reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_id: Option<String>,
}

/// `POST /admin/v1/groups/{group}/reset-offsets`. The group must have no members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetOffsetsRequest {
    /// Only these topics; absent: all of which it has offsets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topics: Option<Vec<String>>,
    /// Only these partitions of the one topic named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<Vec<i32>>,
    /// Where to.
    pub to: ResetTo,
    /// Only tell what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where offsets are reset to. Results are clamped to what the log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetTo {
    /// The log start offset.
    Earliest,
    /// The high watermark.
    Latest,
    /// This offset.
    Offset(#[serde(with = "decimal")] i64),
    /// This many records forward (or back, if negative).
    ShiftBy(#[serde(with = "decimal")] i64),
    /// The first record at or after this time, in milliseconds since 1970; the high watermark if there is none.
    TimestampMs(#[serde(with = "decimal")] i64),
}

// By hand: the derive knows no types of its own for what a variant holds.
impl PartialSchema for ResetTo {
    fn schema() -> RefOr<Schema> {
        let named = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["earliest", "latest"]));
        let counted = ["offset", "shift_by", "timestamp_ms"].map(|name| {
            let number = ObjectBuilder::new().schema_type(Type::String);
            ObjectBuilder::new().schema_type(Type::Object).property(name, number).required(name)
        });
        let all = OneOfBuilder::new().description(Some(
            "Where offsets are reset to; results are clamped to what the log holds. Numbers are strings; timestamp_ms \
             is in milliseconds since 1970.",
        ));
        counted.into_iter().fold(all.item(named), OneOfBuilder::item).into()
    }
}

impl ToSchema for ResetTo {}

/// `DELETE /admin/v1/groups/{group}`. The group must have no members. The body may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteGroupRequest {
    /// Only tell whether it could be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What came of a [`ResetOffsetsRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResetOffsetsAnswer {
    /// The group.
    pub group: String,
    /// What changed; for a dry run, what would.
    pub changes: Vec<OffsetChange>,
}

/// A committed offset that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OffsetChange {
    /// The topic.
    pub topic: String,
    /// The partition's number.
    pub partition: i32,
    /// What was committed, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "decimal::option")]
    #[schema(value_type = Option<String>)]
    pub from: Option<i64>,
    /// What is committed now.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub to: i64,
}

/// The answer to `DELETE /admin/v1/groups/{group}`, whose body is a [`DeleteTopicRequest`](super::DeleteTopicRequest).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupAnswer {
    /// The group.
    pub group: String,
    /// For people.
    pub message: String,
}
