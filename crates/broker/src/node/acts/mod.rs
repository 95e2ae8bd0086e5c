//! What operators do to topics, partitions, nodes and consumer groups through the admin API: the door ([`Act`]), and
//! what its rooms share.
//!
//! - [`topics`]: on top of what Kafka's clients are offered, so that the rules are in one place;
//! - [`leadership`], [`moves`]: leaders and replicas of partitions;
//! - [`drain`]: keeping leaderships away from a node;
//! - [`groups`]: consumer groups, wherever their coordinator is, and [`offsets`]: where their offsets are reset to.
//!
//! Must never: refuse without the reason and what to do about it.

#![allow(clippy::result_large_err, reason = "a problem is what the API answers with, once")]

mod drain;
mod groups;
mod leadership;
mod moves;
mod offsets;
mod topics;

use chronik_common::admin::v1::{
    AlterTopicRequest, CreateTopicRequest, DeleteGroupRequest, DeleteTopicRequest, DrainAnswer, DrainRequest,
    GroupAnswer, GroupDetail, Groups, MoveReplicasRequest, ResetOffsetsAnswer, ResetOffsetsRequest,
    TopicAnswer, TransferLeaderAnswer, TransferLeaderRequest,
};
use chronik_common::admin::{OperationView, Problem};
use chronik_common::nearest;

use super::Node;
use crate::admin::{Act, Answer};
use crate::metadata::{MetadataImage, Partition, Topic};

impl Act for Node {
    fn create_topic(&self, request: CreateTopicRequest) -> Answer<TopicAnswer> {
        let node = self.clone();
        Box::pin(async move { node.create_as_asked(request).await })
    }

    fn alter_topic(&self, topic: String, request: AlterTopicRequest) -> Answer<TopicAnswer> {
        let node = self.clone();
        Box::pin(async move { node.alter_as_asked(topic, request).await })
    }

    fn delete_topic(&self, topic: String, request: DeleteTopicRequest) -> Answer<TopicAnswer> {
        let node = self.clone();
        Box::pin(async move { node.delete_as_asked(topic, request.dry_run).await })
    }

    fn transfer_leader(
        &self,
        topic: String,
        partition: i32,
        request: TransferLeaderRequest,
    ) -> Answer<TransferLeaderAnswer> {
        let node = self.clone();
        Box::pin(async move { node.transfer(topic, partition, request).await })
    }

    fn move_replicas(
        &self,
        topic: String,
        partition: i32,
        expected_epoch: Option<i32>,
        request: MoveReplicasRequest,
    ) -> Answer<OperationView> {
        let node = self.clone();
        Box::pin(async move { node.move_as_asked(&topic, partition, expected_epoch, request).await })
    }

    fn drain(&self, node: i32, drained: bool, request: DrainRequest) -> Answer<DrainAnswer> {
        let me = self.clone();
        Box::pin(async move { me.set_drained(node, drained, request.dry_run).await })
    }

    fn list_groups(&self) -> Answer<Groups> {
        let node = self.clone();
        Box::pin(async move { Ok(node.group_summaries().await) })
    }

    fn describe_group(&self, group: String) -> Answer<GroupDetail> {
        let node = self.clone();
        Box::pin(async move { node.group_detail(&group).await })
    }

    fn reset_offsets(&self, group: String, request: ResetOffsetsRequest) -> Answer<ResetOffsetsAnswer> {
        let node = self.clone();
        Box::pin(async move { node.reset(group, request).await })
    }

    fn delete_group(&self, group: String, request: DeleteGroupRequest) -> Answer<GroupAnswer> {
        let node = self.clone();
        Box::pin(async move { node.delete_consumers(group, request.dry_run).await })
    }
}

fn conflict(code: &str, detail: impl Into<String>, hint: impl Into<String>) -> Problem {
    Problem::new(409, code, "Conflict", detail, hint)
}

fn unprocessable(code: &str, detail: impl Into<String>, hint: impl Into<String>) -> Problem {
    Problem::new(422, code, "Unprocessable", detail, hint)
}

fn unavailable(code: &str, detail: impl Into<String>, hint: impl Into<String>) -> Problem {
    Problem::new(503, code, "Unavailable now", detail, hint)
}

fn unknown(code: &str, detail: String, similar: Option<&str>, list: &str) -> Problem {
    let suggestion = similar.map(|name| format!("did you mean '{name}'? ")).unwrap_or_default();
    Problem::new(404, code, "Not found", detail, format!("{suggestion}{list} lists all"))
}

fn unknown_topic(image: &MetadataImage, name: &str) -> Problem {
    let names: Vec<&str> = image.topics().map(|t| t.name.as_str()).collect();
    let detail = format!("topic '{}' does not exist", shortened(name));
    unknown("unknown_topic", detail, nearest(name, &names), "GET /admin/v1/topics")
}

/// A name from a caller, cut to what a person reads.
fn shortened(name: &str) -> String {
    name.chars().take(249).collect()
}

fn topic_named<'a>(image: &'a MetadataImage, name: &str) -> Result<&'a Topic, Problem> {
    image.topic(name).map(AsRef::as_ref).ok_or_else(|| unknown_topic(image, name))
}

fn partition_named<'a>(
    image: &'a MetadataImage,
    topic: &str,
    partition: i32,
) -> Result<&'a Partition, Problem> {
    let found = topic_named(image, topic)?;
    let index = usize::try_from(partition).ok();
    index.and_then(|index| found.partitions.get(index)).ok_or_else(|| {
        let last = found.partitions.len().saturating_sub(1);
        let detail = format!("topic '{topic}' has no partition {partition}: its partitions are 0 to {last}");
        unknown("unknown_partition", detail, None, "GET /admin/v1/partitions")
    })
}

fn brokers(partition: &Partition) -> Vec<i32> {
    partition.replicas.iter().map(|r| r.broker).collect()
}

fn listed(nodes: &[i32]) -> String {
    nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
