//! Topics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::partition::{PartitionState, PartitionView};
use crate::admin::decimal;

/// `GET /admin/v1/topics`. Query: `internal=true` shows internal topics too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Topics {
    /// By name.
    pub topics: Vec<TopicView>,
    /// Nodes that did not answer in time: sizes and rates of what they lead are missing in the sums.
    #[serde(default)]
    pub missing_nodes: Vec<i32>,
}

/// A topic in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TopicView {
    /// Its name.
    pub topic: String,
    /// Its id.
    pub topic_id: String,
    /// Whether it is one of the cluster's own.
    #[serde(default)]
    pub internal: bool,
    /// How many partitions it has.
    pub partitions: u64,
    /// Replicas of its first partition.
    pub replication_factor: u64,
    /// The worst of its partitions.
    pub state: PartitionState,
    /// Partitions that are not `healthy` or `moving`.
    pub unhealthy_partitions: u64,
    /// Records in it: high watermarks minus log start offsets.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub records: i64,
    /// Bytes of its record batches, each counted once.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub bytes: u64,
    /// Records appended per second.
    pub records_per_second: f64,
    /// Bytes appended per second.
    pub bytes_per_second: f64,
}

/// `GET /admin/v1/topics/{topic}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TopicDetail {
    /// The same as in the list.
    #[serde(flatten)]
    pub summary: TopicView,
    /// Its settings, by name.
    pub config: Vec<TopicConfigEntry>,
    /// Its partitions, by number.
    pub partition_views: Vec<PartitionView>,
}

/// A setting of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TopicConfigEntry {
    /// Kafka's name of it.
    pub name: String,
    /// Its value.
    pub value: String,
    /// `topic` if it is set on the topic, else `default`.
    pub origin: String,
}

/// `POST /admin/v1/topics`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTopicRequest {
    /// Its name.
    pub topic: String,
    /// How many partitions; absent: the node's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<i32>,
    /// How many replicas of each; absent: the node's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication_factor: Option<i16>,
    /// Settings that differ from the defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
    /// Only tell whether it could be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `PATCH /admin/v1/topics/{topic}`. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlterTopicRequest {
    /// How many partitions it shall have; never fewer than it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<i32>,
    /// Settings to set; `null` resets one to its default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, Option<String>>,
    /// Only tell whether it could be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `DELETE /admin/v1/topics/{topic}`. The body may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteTopicRequest {
    /// Only tell what would be deleted.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What came of a change of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TopicAnswer {
    /// The topic.
    pub topic: String,
    /// How many partitions it has (or would have, or had).
    pub partitions: u64,
    /// For people.
    pub message: String,
}
