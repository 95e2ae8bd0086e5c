//! `CreateTopics`.

use std::collections::HashMap;

use futures::FutureExt;
use kafka_protocol::{
    error::ResponseError,
    messages::{
        CreateTopicsRequest, CreateTopicsResponse, TopicName,
        create_topics_request::CreatableTopic,
        create_topics_response::{CreatableTopicConfigs, CreatableTopicResult},
    },
};

use super::{
    super::{
        backend::{Backend, ConfigEntry, CreatedTopic, Failure, NewTopic},
        names::check_topic_name,
        request::Envelope,
        session::Session,
    },
    Pending, failed, later, millis, text,
};

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: CreateTopicsRequest,
) -> Pending {
    let version = envelope.version;
    let mut times: HashMap<TopicName, usize> = HashMap::new();
    for topic in &request.topics {
        *times.entry(topic.name.clone()).or_default() += 1;
    }
    let mut sound = Vec::new();
    let mut checked = Vec::new();
    for topic in request.topics {
        let name = topic.name.clone();
        let occurrences = times.get(&name).copied().unwrap_or(1);
        // A topic named twice is answered once, as in Kafka.
        if occurrences > 1 && checked.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let result = check(topic, occurrences).map(|topic| sound.push(topic));
        checked.push((name, result));
    }
    let created = session.node.create_topics(sound, request.validate_only, millis(request.timeout_ms));
    later(
        envelope,
        created.map(move |created| {
            let mut created = created.into_iter();
            let results = checked.into_iter().map(|(name, result)| {
                let result = result.and_then(|()| created.next().unwrap_or_else(|| Err(unanswered())));
                respond(version, name, result)
            });
            CreateTopicsResponse::default().with_topics(results.collect())
        }),
    )
}

/// What can be told without knowing the cluster.
fn check(topic: CreatableTopic, occurrences: usize) -> Result<NewTopic, Failure> {
    let invalid = |message: &str| Failure::new(ResponseError::InvalidRequest, message);
    if occurrences > 1 {
        return Err(invalid("Duplicate topic name: name each topic once per request"));
    }
    check_topic_name(&topic.name)
        .map_err(|message| Failure::new(ResponseError::InvalidTopicException, message))?;
    let placed = !topic.assignments.is_empty();
    if placed && (topic.num_partitions != -1 || topic.replication_factor != -1) {
        return Err(invalid(
            "A manual partition assignment was specified: set numPartitions and replicationFactor to -1",
        ));
    }
    if topic.num_partitions < -1 || topic.num_partitions == 0 {
        let message = "Number of partitions must be larger than 0, or -1 for the broker's default";
        return Err(Failure::new(ResponseError::InvalidPartitions, message));
    }
    if topic.replication_factor < -1 || topic.replication_factor == 0 {
        let message = "Replication factor must be larger than 0, or -1 for the broker's default";
        return Err(Failure::new(ResponseError::InvalidReplicationFactor, message));
    }
    let assignment =
        |assignment: kafka_protocol::messages::create_topics_request::CreatableReplicaAssignment| {
            (assignment.partition_index, assignment.broker_ids.into_iter().map(|id| id.0).collect())
        };
    Ok(NewTopic {
        name: topic.name.to_string(),
        partitions: (topic.num_partitions > 0).then_some(topic.num_partitions),
        replication_factor: (topic.replication_factor > 0).then_some(topic.replication_factor),
        assignments: topic.assignments.into_iter().map(assignment).collect(),
        configs: topic
            .configs
            .into_iter()
            .map(|config| (config.name.to_string(), config.value.map(|value| value.to_string())))
            .collect(),
    })
}

/// A backend that answers fewer topics than it was asked for.
fn unanswered() -> Failure {
    Failure::new(ResponseError::UnknownServerError, "the topic was not answered: see the broker's log")
}

fn respond(version: i16, name: TopicName, result: Result<CreatedTopic, Failure>) -> CreatableTopicResult {
    /// The topic's configuration is answered from this version on (KIP-525).
    const CONFIGS: i16 = 5;
    let topic = CreatableTopicResult::default().with_name(name);
    match result {
        Ok(created) => {
            let topic = topic.with_topic_id(created.id);
            if version < CONFIGS {
                return topic;
            }
            topic
                .with_num_partitions(created.partitions)
                .with_replication_factor(created.replication_factor)
                .with_configs(Some(created.configs.into_iter().map(respond_config).collect()))
        }
        Err(failure) => {
            let (code, message) = failed(failure);
            topic.with_error_code(code).with_error_message(message).with_configs(None)
        }
    }
}

fn respond_config(entry: ConfigEntry) -> CreatableTopicConfigs {
    CreatableTopicConfigs::default()
        .with_name(text(entry.name))
        .with_value(entry.value.filter(|_| !entry.sensitive).map(text))
        .with_read_only(entry.read_only)
        .with_config_source(entry.source as i8)
        .with_is_sensitive(entry.sensitive)
}
