//! The Kafka requests that create, move and delete topics, and that tell where their replicas are.
//!
//! Each is made at one node, and what it answers holds there: who asks that node next is told of nothing older.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::alter_partition_reassignments_request::{
    ReassignablePartition, ReassignableTopic,
};
use kafka_protocol::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::list_partition_reassignments_request::ListPartitionReassignmentsTopics;
use kafka_protocol::messages::{
    AlterPartitionReassignmentsRequest, BrokerId, CreateTopicsRequest, DeleteTopicsRequest,
    ListPartitionReassignmentsRequest, TopicName,
};
use kafka_protocol::protocol::StrBytes;

use crate::Result;
use crate::client::Connection;
use crate::kafka::{self, error_name, topic_name};

const CREATE_TOPICS: i16 = 7;
const DELETE_TOPICS: i16 = 6;
const ALTER_PARTITION_REASSIGNMENTS: i16 = 0;
const LIST_PARTITION_REASSIGNMENTS: i16 = 0;
/// In `CreateTopics`: what the brokers' configuration says (KIP-464).
const REPLICATION_OF_THE_CLUSTER: i16 = -1;
const TIMEOUT_MS: i32 = 30_000;

/// Creates a topic with as many replicas as the cluster's configuration says.
pub async fn create(node: &Connection, name: &str, partitions: i32, config: &[(&str, i64)]) -> Result<()> {
    let config = config.iter().map(|(key, value)| {
        CreatableTopicConfig::default()
            .with_name(StrBytes::from_string((*key).to_owned()))
            .with_value(Some(StrBytes::from_string(value.to_string())))
    });
    let topic = CreatableTopic::default()
        .with_name(topic_name(name))
        .with_num_partitions(partitions)
        .with_replication_factor(REPLICATION_OF_THE_CLUSTER)
        .with_configs(config.collect());
    let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(TIMEOUT_MS);
    let answer = node.call(CREATE_TOPICS, &request).await?;
    match answer.topics.iter().find(|topic| topic.error_code != 0) {
        Some(topic) => Err(format!("cannot create {name}: {}", error_name(topic.error_code)).into()),
        None => Ok(()),
    }
}

pub async fn delete(node: &Connection, name: &str) -> Result<()> {
    let topic = DeleteTopicState::default().with_name(Some(topic_name(name)));
    let request = DeleteTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(TIMEOUT_MS);
    let answer = node.call(DELETE_TOPICS, &request).await?;
    match answer.responses.iter().find(|topic| topic.error_code != 0) {
        Some(topic) => Err(format!("cannot delete {name}: {}", error_name(topic.error_code)).into()),
        None => Ok(()),
    }
}

/// The brokers that hold each partition, the preferred leader first.
pub async fn placements(node: &Connection, topic: &TopicName) -> Result<BTreeMap<i32, Vec<i32>>> {
    let partitions = kafka::partitions(node, topic).await?.into_iter();
    let brokers = |ids: Vec<BrokerId>| ids.into_iter().map(|id| id.0).collect();
    Ok(partitions.map(|p| (p.partition_index, brokers(p.replica_nodes))).collect())
}

/// Asks to move partitions to these brokers (KIP-455); the partitions for which that has begun. The others are to be
/// asked for again: the cluster was not able to take the wish just now.
pub async fn move_replicas(
    node: &Connection,
    topic: &TopicName,
    wishes: &BTreeMap<i32, Vec<i32>>,
) -> Result<BTreeSet<i32>> {
    let partition = |(index, replicas): (&i32, &Vec<i32>)| {
        let replicas = replicas.iter().copied().map(BrokerId).collect();
        ReassignablePartition::default().with_partition_index(*index).with_replicas(Some(replicas))
    };
    let wanted = ReassignableTopic::default()
        .with_name(topic.clone())
        .with_partitions(wishes.iter().map(partition).collect());
    let request =
        AlterPartitionReassignmentsRequest::default().with_timeout_ms(TIMEOUT_MS).with_topics(vec![wanted]);
    let answer = node.call(ALTER_PARTITION_REASSIGNMENTS, &request).await?;
    let mut begun = BTreeSet::new();
    for partition in answer.responses.iter().flat_map(|topic| &topic.partitions) {
        match ResponseError::try_from_code(partition.error_code) {
            None => drop(begun.insert(partition.partition_index)),
            Some(ResponseError::NotController | ResponseError::RequestTimedOut) => {}
            Some(error) => {
                let index = partition.partition_index;
                return Err(format!("the move of partition {index} is refused: {error:?}").into());
            }
        }
    }
    Ok(begun)
}

/// The partitions of a topic that are being moved.
pub async fn moving(node: &Connection, topic: &TopicName, partitions: i32) -> Result<BTreeSet<i32>> {
    let wanted = ListPartitionReassignmentsTopics::default()
        .with_name(topic.clone())
        .with_partition_indexes((0..partitions).collect());
    let request = ListPartitionReassignmentsRequest::default()
        .with_timeout_ms(TIMEOUT_MS)
        .with_topics(Some(vec![wanted]));
    let answer = node.call(LIST_PARTITION_REASSIGNMENTS, &request).await?;
    if answer.error_code != 0 {
        return Err(format!("cannot list what is moved: {}", error_name(answer.error_code)).into());
    }
    Ok(answer.topics.iter().flat_map(|topic| &topic.partitions).map(|p| p.partition_index).collect())
}
