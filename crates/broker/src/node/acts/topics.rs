//! Topics, created, altered and deleted by the rules that Kafka's clients meet too.

use chronik_common::admin::Problem;
use chronik_common::admin::v1::{AlterTopicRequest, CreateTopicRequest, TopicAnswer};
use kafka_protocol::error::ResponseError;

use super::{topic_named, unknown_topic, unprocessable};
use crate::kafka::backend::{Failure, NewTopic, TopicRef};
use crate::metadata::Command;
use crate::node::Node;
use crate::node::operations::TIMEOUT;

impl Node {
    pub(super) async fn create_as_asked(&self, request: CreateTopicRequest) -> Result<TopicAnswer, Problem> {
        let CreateTopicRequest { topic, partitions, replication_factor, config, dry_run, .. } = request;
        let new = NewTopic {
            name: topic.clone(),
            partitions,
            replication_factor,
            assignments: Vec::new(),
            configs: config.into_iter().map(|(name, value)| (name, Some(value))).collect(),
        };
        let created = self.create(new, dry_run, TIMEOUT).await.map_err(|e| self.topic_problem(&topic, &e))?;
        let what = if dry_run { "would be created, nothing was done" } else { "was created" };
        let (partitions, factor) = (created.partitions, created.replication_factor);
        Ok(TopicAnswer {
            message: format!("topic '{topic}' {what}: partitions {partitions}, replicas of each {factor}"),
            topic,
            partitions: u64::try_from(partitions).unwrap_or(0),
        })
    }

    /// One command carries all that is asked for, so that nothing is ever half done.
    pub(super) async fn alter_as_asked(
        &self,
        topic: String,
        request: AlterTopicRequest,
    ) -> Result<TopicAnswer, Problem> {
        let AlterTopicRequest { partitions, config: changes, dry_run, .. } = request;
        let id = topic_named(&self.inner.metadata.image(), &topic)?.id;
        if partitions.is_none() && changes.is_empty() {
            let hint = "name the number of partitions, or settings, that the topic shall have";
            return Err(unprocessable("invalid_request", "nothing is to be changed", hint));
        }
        let command = match partitions {
            Some(total) => Command::AlterTopic { topic: id, total, changes, unavailable: self.unavailable() },
            // Older nodes know this one too.
            None => Command::AlterTopicConfig { topic: id, changes },
        };
        let altered =
            self.change(command, dry_run, TIMEOUT).await.map_err(|e| self.topic_problem(&topic, &e))?;
        let what = if dry_run { "would be altered, nothing was done" } else { "is as asked for" };
        let message = format!("topic '{topic}' {what}");
        Ok(TopicAnswer { topic, partitions: altered.partitions.len() as u64, message })
    }

    pub(super) async fn delete_as_asked(&self, topic: String, dry_run: bool) -> Result<TopicAnswer, Problem> {
        let image = self.inner.metadata.image();
        let partitions = topic_named(&image, &topic)?.partitions.len() as u64;
        if !dry_run {
            let named = TopicRef::Name(topic.clone());
            self.delete(named, TIMEOUT).await.map_err(|e| self.topic_problem(&topic, &e))?;
        }
        let what = if dry_run { "would be deleted, nothing was done" } else { "was deleted" };
        let message = format!("topic '{topic}' {what}: partitions {partitions}");
        Ok(TopicAnswer { topic, partitions, message })
    }

    fn topic_problem(&self, topic: &str, failure: &Failure) -> Problem {
        match failure.error {
            ResponseError::UnknownTopicOrPartition | ResponseError::UnknownTopicId => {
                unknown_topic(&self.inner.metadata.image(), topic)
            }
            _ => refused(failure),
        }
    }
}

/// What Kafka's clients are told by a code, as the admin API tells it.
pub(super) fn refused(failure: &Failure) -> Problem {
    use ResponseError as Kafka;
    let (status, code, hint) = match failure.error {
        Kafka::TopicAlreadyExists => (409, "topic_exists", "alter it with PATCH, or choose another name"),
        Kafka::InvalidTopicException => {
            (422, "invalid_topic_name", "use up to 249 letters, digits, '.', '_' and '-'")
        }
        Kafka::InvalidPartitions => {
            (422, "invalid_partitions", "a topic has at least one partition and never gets fewer")
        }
        Kafka::InvalidReplicationFactor => (
            422,
            "invalid_replication_factor",
            "there can be no more replicas than nodes: see GET /admin/v1/nodes",
        ),
        Kafka::InvalidReplicaAssignment => (
            422,
            "invalid_replica_assignment",
            "name members of the cluster, each once: see GET /admin/v1/nodes",
        ),
        Kafka::InvalidConfig => {
            (422, "invalid_config", "GET /admin/v1/topics/{topic} shows every setting and its value")
        }
        Kafka::PolicyViolation => (409, "limit_reached", "delete what is not needed any more"),
        Kafka::RequestTimedOut => (504, "timed_out", "look whether it was done before you ask again"),
        Kafka::NotController => {
            (503, "no_leader", "see GET /admin/health; ask again once a majority of the nodes is up")
        }
        _ => (422, "invalid_request", "see GET /admin/status for the cluster as it is"),
    };
    let detail = failure.message.clone().unwrap_or_else(|| failure.error.to_string());
    Problem::new(status, code, "Refused", detail, hint)
}
