//! Metadata: brokers, controller, topics and their partitions; topics that are missing are created
//! where the client and the broker allow it.

use std::sync::Arc;

use futures::FutureExt;
use kafka_protocol::{
    error::ResponseError,
    messages::{
        BrokerId, MetadataRequest, MetadataResponse, TopicName,
        metadata_request::MetadataRequestTopic,
        metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic},
    },
};
use uuid::Uuid;

use super::{
    super::{
        answer::Answer,
        backend::{Backend, BrokerInfo, ClusterInfo, PartitionInfo, TopicInfo},
        names::check_topic_name,
        request::Envelope,
        session::Session,
    },
    Pending, code, each_once, later, now,
    operations::{ALL_ON_CLUSTER, ALL_ON_TOPIC, authorized},
    text,
};

/// Topic ids may be asked for from this version on, and names answered as null.
const TOPIC_IDS: i16 = 12;

/// A topic as asked for: found, or why it is not.
enum Looked {
    Found(Arc<TopicInfo>),
    Failed { name: Option<TopicName>, id: Uuid, error: ResponseError },
}

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: MetadataRequest,
) -> Pending {
    let node = Arc::clone(&session.node);
    let version = envelope.version;
    let topic_operations = authorized(request.include_topic_authorized_operations, ALL_ON_TOPIC);
    let cluster_operations = authorized(request.include_cluster_authorized_operations, ALL_ON_CLUSTER);
    let respond = move |node: &B, topics: Vec<Looked>| {
        let topics = topics.into_iter().map(|topic| respond_topic(version, topic, topic_operations));
        respond(&node.cluster(), topics.collect(), cluster_operations)
    };

    let Some(asked) = asked_topics(version, request.topics) else {
        let topics = node.topics().into_iter().map(Looked::Found).collect();
        return now(Answer::encode(envelope, &respond(&node, topics)));
    };
    let may_create = node.settings().auto_create_topics && request.allow_auto_topic_creation;
    let topics: Vec<Looked> = asked.into_iter().map(|topic| look_up(&*node, version, topic)).collect();
    let missing: Vec<String> =
        if may_create { topics.iter().filter_map(creatable).collect() } else { Vec::new() };
    if missing.is_empty() {
        return now(Answer::encode(envelope, &respond(&node, topics)));
    }
    let created = node.auto_create(missing.clone());
    later(
        envelope,
        created.map(move |results| {
            let errors: Vec<(String, ResponseError)> = missing
                .into_iter()
                .zip(results)
                .filter_map(|(name, result)| Some((name, result.err()?)))
                .collect();
            let topics = topics.into_iter().map(|topic| after_creation(&*node, topic, &errors)).collect();
            respond(&node, topics)
        }),
    )
}

/// The topics asked for, each once; none for all. Version 0 knows no null and means all by an empty list.
fn asked_topics(
    version: i16,
    topics: Option<Vec<MetadataRequestTopic>>,
) -> Option<Vec<MetadataRequestTopic>> {
    let topics = topics.filter(|topics| version > 0 || !topics.is_empty())?;
    Some(each_once(topics, |topic| (topic.name.clone(), topic.topic_id)))
}

fn look_up<B: Backend>(node: &B, version: i16, asked: MetadataRequestTopic) -> Looked {
    let MetadataRequestTopic { name, topic_id: id, .. } = asked;
    let fail = |name, error| Looked::Failed { name, id, error };
    if !id.is_nil() {
        return match node.topic_by_id(id) {
            _ if version < TOPIC_IDS => fail(name, ResponseError::InvalidRequest),
            Some(topic) => Looked::Found(topic),
            None => fail(None, ResponseError::UnknownTopicId),
        };
    }
    let Some(name) = name else {
        return fail(None, ResponseError::InvalidRequest);
    };
    match node.topic(&name) {
        Some(topic) => Looked::Found(topic),
        None if check_topic_name(&name).is_err() => fail(Some(name), ResponseError::InvalidTopicException),
        None => fail(Some(name), ResponseError::UnknownTopicOrPartition),
    }
}

/// The name of a topic that is only missing.
fn creatable(topic: &Looked) -> Option<String> {
    match topic {
        Looked::Failed { name: Some(name), error: ResponseError::UnknownTopicOrPartition, .. } => {
            Some(name.to_string())
        }
        _ => None,
    }
}

/// Looks again. A topic that was created but is not known here yet has no leader yet either: the client
/// asks again.
fn after_creation<B: Backend>(node: &B, topic: Looked, errors: &[(String, ResponseError)]) -> Looked {
    let Some(missing) = creatable(&topic) else {
        return topic;
    };
    if let Some(found) = node.topic(&missing) {
        return Looked::Found(found);
    }
    let failed = errors.iter().find(|(name, _)| *name == missing);
    let error = failed.map_or(ResponseError::LeaderNotAvailable, |(_, error)| *error);
    Looked::Failed { name: Some(TopicName(text(missing))), id: Uuid::nil(), error }
}

fn respond(
    cluster: &ClusterInfo,
    topics: Vec<MetadataResponseTopic>,
    cluster_authorized_operations: i32,
) -> MetadataResponse {
    MetadataResponse::default()
        .with_brokers(cluster.brokers.iter().map(respond_broker).collect())
        .with_cluster_id(Some(text(&*cluster.cluster_id)))
        .with_controller_id(BrokerId(cluster.controller.unwrap_or(-1)))
        .with_topics(topics)
        .with_cluster_authorized_operations(cluster_authorized_operations)
}

fn respond_broker(broker: &BrokerInfo) -> MetadataResponseBroker {
    MetadataResponseBroker::default()
        .with_node_id(BrokerId(broker.id))
        .with_host(text(&*broker.host))
        .with_port(i32::from(broker.port))
        .with_rack(broker.rack.as_deref().map(text))
}

fn respond_topic(version: i16, topic: Looked, operations: i32) -> MetadataResponseTopic {
    match topic {
        Looked::Found(topic) => MetadataResponseTopic::default()
            .with_name(Some(TopicName(text(&*topic.name))))
            .with_topic_id(topic.id)
            .with_is_internal(topic.internal)
            .with_partitions(topic.partitions.iter().map(respond_partition).collect())
            .with_topic_authorized_operations(operations),
        Looked::Failed { name, id, error } => MetadataResponseTopic::default()
            .with_error_code(error.code())
            .with_name(if version < TOPIC_IDS { Some(name.unwrap_or_default()) } else { name })
            .with_topic_id(id)
            .with_topic_authorized_operations(operations),
    }
}

fn respond_partition(partition: &PartitionInfo) -> MetadataResponsePartition {
    let leaderless = partition.leader.is_none().then_some(ResponseError::LeaderNotAvailable);
    MetadataResponsePartition::default()
        .with_error_code(code(leaderless))
        .with_partition_index(partition.index)
        .with_leader_id(BrokerId(partition.leader.unwrap_or(-1)))
        .with_leader_epoch(partition.leader_epoch)
        .with_replica_nodes(brokers(&partition.replicas))
        .with_isr_nodes(brokers(&partition.isr))
        .with_offline_replicas(brokers(&partition.offline))
}

pub(super) fn brokers(ids: &[i32]) -> Vec<BrokerId> {
    ids.iter().copied().map(BrokerId).collect()
}
