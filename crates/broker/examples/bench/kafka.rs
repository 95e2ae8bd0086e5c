//! The few Kafka requests that every benchmark needs: who leads what, and writing to it.

use std::collections::BTreeMap;

use bytes::Bytes;
use chronik_broker::log::BatchBuilder;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::MetadataResponsePartition;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{MetadataRequest, ProduceRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

use crate::Result;
use crate::client::Connection;

const METADATA: i16 = 9;
const PRODUCE: i16 = 9;

pub fn topic_name(name: &str) -> TopicName {
    TopicName(StrBytes::from_string(name.to_owned()))
}

/// One batch of records of `value_bytes` random bytes each, stamped with the time of the run.
pub fn batch(records: usize, value_bytes: usize) -> Result<Bytes> {
    batch_of((0..records).map(|_| random(value_bytes)))
}

/// One batch of records with these values, stamped with the present time.
pub fn batch_of(values: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Bytes> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let now = i64::try_from(since.as_millis())?;
    let mut builder = BatchBuilder::new();
    for value in values {
        builder.push(now, None, Some(value.as_ref()));
    }
    Ok(builder.finish().ok_or("a batch needs a record")?)
}

pub fn random(bytes: usize) -> Vec<u8> {
    std::iter::repeat_with(rand::random::<u8>).take(bytes).collect()
}

/// The leader of each partition of a topic as a node sees it; partitions without one are absent.
pub async fn leaders(node: &Connection, topic: &TopicName) -> Result<BTreeMap<i32, i32>> {
    let partitions = partitions(node, topic).await?.into_iter();
    let led = partitions.filter(|partition| partition.error_code == 0 && partition.leader_id.0 >= 0);
    Ok(led.map(|partition| (partition.partition_index, partition.leader_id.0)).collect())
}

/// The partitions of a topic as a node sees them; none if it knows no such topic.
pub async fn partitions(node: &Connection, topic: &TopicName) -> Result<Vec<MetadataResponsePartition>> {
    let wanted = MetadataRequestTopic::default().with_name(Some(topic.clone()));
    let request =
        MetadataRequest::default().with_topics(Some(vec![wanted])).with_allow_auto_topic_creation(false);
    let answer = node.call(METADATA, &request).await?;
    Ok(answer.topics.into_iter().flat_map(|topic| topic.partitions).collect())
}

/// Produces the same batch to each of the partitions with acks=all; an error code for each that is in the answer.
pub async fn produce(
    node: &Connection,
    topic: &TopicName,
    partitions: impl IntoIterator<Item = i32>,
    batch: &Bytes,
    timeout_ms: i32,
) -> Result<Vec<(i32, i16)>> {
    let data = |index| PartitionProduceData::default().with_index(index).with_records(Some(batch.clone()));
    let topic = TopicProduceData::default()
        .with_name(topic.clone())
        .with_partition_data(partitions.into_iter().map(data).collect());
    let request =
        ProduceRequest::default().with_acks(-1).with_timeout_ms(timeout_ms).with_topic_data(vec![topic]);
    let answer = node.call(PRODUCE, &request).await?;
    let partitions = answer.responses.iter().flat_map(|topic| &topic.partition_responses);
    Ok(partitions.map(|partition| (partition.index, partition.error_code)).collect())
}

/// What Kafka calls an error.
pub fn error_name(code: i16) -> String {
    ResponseError::try_from_code(code).map_or_else(|| format!("error {code}"), |error| format!("{error:?}"))
}
