//! Produce: hands each partition's record batches to the node, in the order of the requests, as slices
//! of the frame they came in.
//!
//! Whether the batches are sound is the log's business (it checks what it stores). Here only what
//! depends on the protocol is refused: unknown topics, unknown acks, transactions, and a compression
//! that the request's version does not know.

use std::sync::Arc;

use bytes::Bytes;
use futures::{
    FutureExt,
    future::{Either, join_all, ready},
};
use kafka_protocol::{
    error::ResponseError,
    messages::{
        BrokerId, ProduceRequest, ProduceResponse, TopicName,
        produce_request::{PartitionProduceData, TopicProduceData},
        produce_response::{LeaderIdAndEpoch, NodeEndpoint, PartitionProduceResponse, TopicProduceResponse},
    },
};
use uuid::Uuid;

use super::{
    super::{
        answer::Answer,
        backend::{Backend, ClusterInfo, Failure, ProduceOutcome, TopicInfo},
        request::Envelope,
        session::Session,
    },
    Pending, failed, millis, text,
};

/// Leader hints (KIP-951) are understood from this version on.
const LEADER_HINTS: i16 = 10;
/// Topics are named by id from this version on (KIP-516).
const TOPIC_IDS: i16 = 13;
/// Zstandard may be used from this version on (KIP-110).
const ZSTD: i16 = 7;

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: ProduceRequest,
) -> Pending {
    let ProduceRequest { acks, timeout_ms, topic_data, transactional_id, .. } = request;
    let refusal = refuse(acks, transactional_id.is_some());
    let topics: Vec<_> = topic_data
        .into_iter()
        .map(|TopicProduceData { name, topic_id, partition_data, .. }| {
            let topic = find(&*session.node, envelope.version, &name, topic_id);
            let partitions =
                partition_data.into_iter().map(|PartitionProduceData { index, records, .. }| {
                    let checked = refusal
                        .clone()
                        .map_or(Ok(()), Err)
                        .and_then(|()| Ok((topic.clone()?, check_records(envelope.version, records)?)));
                    let outcome = match checked {
                        Ok((topic, records)) => Either::Left(session.node.produce(
                            &session.conn,
                            topic,
                            index,
                            records,
                            acks,
                            millis(timeout_ms),
                        )),
                        Err(failure) => {
                            Either::Right(ready(ProduceOutcome { result: Err(failure), leader: None }))
                        }
                    };
                    outcome.map(move |outcome| (index, outcome))
                });
            join_all(partitions).map(move |partitions| (name, topic_id, partitions))
        })
        .collect();

    let node = Arc::clone(&session.node);
    async move {
        let topics = join_all(topics).await;
        if acks == 0 {
            let failed =
                topics.iter().any(|(_, _, partitions)| partitions.iter().any(|(_, o)| o.result.is_err()));
            // There is no response to carry the error: a closed connection makes the client look again.
            return if failed { Answer::Close } else { Answer::Nothing };
        }
        Answer::encode(envelope, &respond(envelope.version, &node.cluster(), topics))
    }
    .boxed()
}

/// What is wrong with a request as a whole.
fn refuse(acks: i16, transactional: bool) -> Option<Failure> {
    if !matches!(acks, -1..=1) {
        return Some(Failure::new(
            ResponseError::InvalidRequiredAcks,
            format!("acks={acks} is not known: use all (-1), 1 or 0"),
        ));
    }
    transactional.then(|| {
        Failure::new(
            ResponseError::InvalidRequest,
            "transactions are not supported: produce without transactional.id",
        )
    })
}

fn find<B: Backend>(
    node: &B,
    version: i16,
    name: &TopicName,
    topic_id: Uuid,
) -> Result<Arc<TopicInfo>, Failure> {
    if version >= TOPIC_IDS {
        node.topic_by_id(topic_id).ok_or_else(|| ResponseError::UnknownTopicId.into())
    } else {
        node.topic(name).ok_or_else(|| ResponseError::UnknownTopicOrPartition.into())
    }
}

/// Kafka's `ProduceRequest.validateRecords`, as far as it depends on the version.
fn check_records(version: i16, records: Option<Bytes>) -> Result<Bytes, Failure> {
    /// Where a batch (magic 2) keeps its attributes, and the codec in their low bits.
    const ATTRIBUTES_LOW: usize = 22;
    const CODEC: u8 = 0x07;
    const CODEC_ZSTD: u8 = 4;
    let records = records.filter(|records| !records.is_empty()).ok_or_else(|| {
        Failure::new(ResponseError::InvalidRecord, "a partition needs at least one record batch")
    })?;
    if version < ZSTD && records.get(ATTRIBUTES_LOW).is_some_and(|low| low & CODEC == CODEC_ZSTD) {
        return Err(Failure::new(
            ResponseError::UnsupportedCompressionType,
            format!("Produce version {version} may not carry zstd: it needs version {ZSTD}"),
        ));
    }
    Ok(records)
}

type TopicOutcome = (TopicName, Uuid, Vec<(i32, ProduceOutcome)>);

fn respond(version: i16, cluster: &ClusterInfo, topics: Vec<TopicOutcome>) -> ProduceResponse {
    let mut leaders = Vec::new();
    let responses = topics
        .into_iter()
        .map(|(name, topic_id, partitions)| {
            let partitions = partitions.into_iter().map(|(index, outcome)| {
                let hint = outcome.leader.filter(|_| version >= LEADER_HINTS && outcome.result.is_err());
                let mut partition = respond_partition(version, index, outcome);
                if let Some(hint) = hint {
                    leaders.push(hint.leader);
                    partition.current_leader = LeaderIdAndEpoch::default()
                        .with_leader_id(BrokerId(hint.leader))
                        .with_leader_epoch(hint.leader_epoch);
                }
                partition
            });
            let partition_responses = partitions.collect();
            TopicProduceResponse::default()
                .with_name(name)
                .with_topic_id(topic_id)
                .with_partition_responses(partition_responses)
        })
        .collect();
    leaders.sort_unstable();
    leaders.dedup();
    let endpoint = |id: &i32| {
        let broker = cluster.broker(*id)?;
        Some(
            NodeEndpoint::default()
                .with_node_id(BrokerId(broker.id))
                .with_host(text(&*broker.host))
                .with_port(i32::from(broker.port))
                .with_rack(broker.rack.as_deref().map(text)),
        )
    };
    ProduceResponse::default()
        .with_responses(responses)
        .with_node_endpoints(leaders.iter().filter_map(endpoint).collect())
}

fn respond_partition(version: i16, index: i32, outcome: ProduceOutcome) -> PartitionProduceResponse {
    /// Errors have words from this version on (KIP-467).
    const ERROR_MESSAGES: i16 = 8;
    let partition = PartitionProduceResponse::default().with_index(index);
    match outcome.result {
        Ok(appended) => partition
            .with_base_offset(appended.base_offset)
            .with_log_append_time_ms(appended.log_append_time)
            .with_log_start_offset(appended.log_start_offset),
        Err(failure) => {
            let (code, message) = failed(failure);
            partition
                .with_error_code(code)
                .with_base_offset(-1)
                .with_log_append_time_ms(-1)
                .with_log_start_offset(-1)
                .with_error_message(message.filter(|_| version >= ERROR_MESSAGES))
        }
    }
}
