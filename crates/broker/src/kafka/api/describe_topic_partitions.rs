//! `DescribeTopicPartitions` (KIP-966): topics page by page, for describing very large clusters.

use std::{collections::BTreeSet, sync::Arc};

use kafka_protocol::{
    error::ResponseError,
    messages::{
        BrokerId, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, TopicName,
        describe_topic_partitions_request,
        describe_topic_partitions_response::{
            Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
        },
    },
    protocol::StrBytes,
};

use super::{
    super::{
        answer::Answer,
        backend::{Backend, PartitionInfo, TopicInfo},
        names::check_topic_name,
        request::Envelope,
        session::Session,
    },
    code,
    metadata::brokers,
    operations::ALL_ON_TOPIC,
    text,
};

/// Kafka's `max.request.partition.size.limit`.
const PAGE: usize = 2000;

pub(super) fn answer<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: DescribeTopicPartitionsRequest,
) -> Answer {
    let node = &*session.node;
    let named: BTreeSet<StrBytes> = request.topics.into_iter().map(|topic| topic.name.0).collect();
    let topics: Vec<(StrBytes, Option<Arc<TopicInfo>>)> = if named.is_empty() {
        node.topics().into_iter().map(|topic| (text(&*topic.name), Some(topic))).collect()
    } else {
        named.into_iter().map(|name| (name.clone(), node.topic(&name))).collect()
    };
    let limit = usize::try_from(request.response_partition_limit).unwrap_or(0).clamp(1, PAGE);
    let response = match start_of_page(request.cursor) {
        Ok(start) => page(topics, &start, limit),
        Err(error) => refuse(topics, error),
    };
    Answer::encode(envelope, &response)
}

/// Topic and partition at which the page begins.
type Start = (StrBytes, i32);

fn start_of_page(cursor: Option<describe_topic_partitions_request::Cursor>) -> Result<Start, ResponseError> {
    match cursor {
        None => Ok(Start::default()),
        Some(cursor) if cursor.partition_index < 0 => Err(ResponseError::InvalidRequest),
        Some(cursor) => Ok((cursor.topic_name.0, cursor.partition_index)),
    }
}

fn page(
    topics: Vec<(StrBytes, Option<Arc<TopicInfo>>)>,
    (start_topic, start_partition): &Start,
    limit: usize,
) -> DescribeTopicPartitionsResponse {
    let mut response = DescribeTopicPartitionsResponse::default();
    let mut room = limit;
    for (name, topic) in topics.into_iter().filter(|(name, _)| name >= start_topic) {
        let Some(topic) = topic else {
            response.topics.push(missing(name));
            continue;
        };
        let first = if name == *start_topic { *start_partition } else { 0 };
        if room == 0 {
            return response.with_next_cursor(Some(cursor(name, first)));
        }
        let mut rest = topic.partitions.iter().filter(|partition| partition.index >= first);
        let partitions: Vec<_> = rest.by_ref().take(room).map(respond_partition).collect();
        room -= partitions.len();
        response.topics.push(respond_topic(&topic, partitions));
        if let Some(next) = rest.next() {
            return response.with_next_cursor(Some(cursor(name, next.index)));
        }
    }
    response
}

fn refuse(
    topics: Vec<(StrBytes, Option<Arc<TopicInfo>>)>,
    error: ResponseError,
) -> DescribeTopicPartitionsResponse {
    let topics = topics.into_iter().map(|(name, _)| missing(name).with_error_code(error.code()));
    DescribeTopicPartitionsResponse::default().with_topics(topics.collect())
}

fn cursor(topic: StrBytes, partition: i32) -> Cursor {
    Cursor::default().with_topic_name(TopicName(topic)).with_partition_index(partition)
}

fn missing(name: StrBytes) -> DescribeTopicPartitionsResponseTopic {
    let error = match check_topic_name(&name) {
        Ok(()) => ResponseError::UnknownTopicOrPartition,
        Err(_) => ResponseError::InvalidTopicException,
    };
    DescribeTopicPartitionsResponseTopic::default()
        .with_error_code(error.code())
        .with_name(Some(TopicName(name)))
        .with_topic_authorized_operations(ALL_ON_TOPIC)
}

fn respond_topic(
    topic: &TopicInfo,
    partitions: Vec<DescribeTopicPartitionsResponsePartition>,
) -> DescribeTopicPartitionsResponseTopic {
    DescribeTopicPartitionsResponseTopic::default()
        .with_name(Some(TopicName(text(&*topic.name))))
        .with_topic_id(topic.id)
        .with_is_internal(topic.internal)
        .with_partitions(partitions)
        .with_topic_authorized_operations(ALL_ON_TOPIC)
}

fn respond_partition(partition: &PartitionInfo) -> DescribeTopicPartitionsResponsePartition {
    let leaderless = partition.leader.is_none().then_some(ResponseError::LeaderNotAvailable);
    DescribeTopicPartitionsResponsePartition::default()
        .with_error_code(code(leaderless))
        .with_partition_index(partition.index)
        .with_leader_id(BrokerId(partition.leader.unwrap_or(-1)))
        .with_leader_epoch(partition.leader_epoch)
        .with_replica_nodes(brokers(&partition.replicas))
        .with_isr_nodes(brokers(&partition.isr))
        // There are none; Java's client 4.3 fails on the nulls that the schema allows.
        .with_eligible_leader_replicas(Some(Vec::new()))
        .with_last_known_elr(Some(Vec::new()))
        .with_offline_replicas(brokers(&partition.offline))
}
