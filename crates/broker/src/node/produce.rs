//! Appending on behalf of producers: here if this node leads the partition, else at the leader.
//!
//! Any node takes a produce request for any partition. A connection that keeps sending to the wrong node is told
//! the leader after a few detours, so that the client refreshes its metadata and stops paying for the extra hop.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use kafka_protocol::error::ResponseError;
use serde::{Deserialize, Serialize};

use super::Node;
use super::pipeline::Pipeline;
use crate::cluster::calls::Method;
use crate::cluster::now_ms;
use crate::kafka::backend::{Appended, Failure, ProduceOutcome, TopicInfo};
use crate::log::{BatchHeader, Limits, validate_produce};
use crate::metadata::{Topic, max_message_bytes, min_insync_replicas};
use crate::partition::{AppendError, NewBatch};
use crate::raft::GroupId;

/// A produce request passed from node to node.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Forwarded {
    pub(super) group: GroupId,
    pub(super) acks: i16,
    pub(super) timeout_ms: u64,
    /// See [`NewBatch`].
    #[serde(default)]
    pub(super) insists: bool,
}

/// Its answer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ForwardedOutcome {
    Appended { base_offset: i64, log_start_offset: i64 },
    Failed { code: i16, message: Option<String> },
}

/// What a producer asks to append.
pub(super) struct Offered {
    records: Bytes,
    acks: i16,
    /// See [`NewBatch`].
    insists: bool,
}

fn failed(error: ResponseError, message: impl Into<String>) -> Failure {
    Failure::new(error, message)
}

impl Node {
    /// See [`crate::kafka::Backend::produce`].
    pub(super) fn produce_records(
        &self,
        conn: &Arc<Pipeline>,
        topic: &Arc<TopicInfo>,
        partition: i32,
        records: Bytes,
        acks: i16,
        timeout: Duration,
    ) -> BoxFuture<'static, ProduceOutcome> {
        let Some(group) = self.group_of(topic, partition) else {
            let error = ResponseError::UnknownTopicOrPartition;
            let e = failed(error, format!("{}-{partition} does not exist", topic.name));
            return std::future::ready(ProduceOutcome { result: Err(e), leader: None }).boxed();
        };
        let sequenced = BatchHeader::parse(&records).ok().and_then(|header| header.sequenced());
        let insists = sequenced.is_some_and(|batch| conn.arrives(group, &batch));
        let outcome = self.append_anywhere(conn, group, Offered { records, acks, insists }, timeout);
        let (node, conn) = (self.clone(), conn.clone());
        async move {
            let outcome = outcome.await;
            match sequenced.filter(|_| is_out_of_order(&outcome)) {
                Some(batch) if conn.tells_out_of_order(group, batch) => outcome,
                Some(_) => node.send_again(group),
                None => {
                    conn.moves_on(group);
                    outcome
                }
            }
        }
        .boxed()
    }

    fn append_anywhere(
        &self,
        conn: &Pipeline,
        group: GroupId,
        offered: Offered,
        timeout: Duration,
    ) -> BoxFuture<'static, ProduceOutcome> {
        let outcome = |result, leader| ProduceOutcome { result, leader };
        if self.leads(group) {
            return self.append_here(group, offered, timeout).map(move |r| outcome(r, None)).boxed();
        }
        let hint = self.hint(group);
        match &hint {
            Some(leader) if leader.leader != self.id() && conn.may_detour(group) => {
                let leader = leader.leader;
                let forwarded = self.forward(leader, group, offered, timeout);
                forwarded.map(move |r| outcome(r, None)).boxed()
            }
            _ => {
                let e = failed(
                    ResponseError::NotLeaderOrFollower,
                    format!("node {} does not lead this partition", self.id()),
                );
                std::future::ready(outcome(Err(e), hint)).boxed()
            }
        }
    }

    /// For a batch that may be out of sequence through no fault of its producer: see [`super::pipeline`].
    fn send_again(&self, group: GroupId) -> ProduceOutcome {
        let e = failed(
            ResponseError::NotLeaderOrFollower,
            "batches before this one have not come to the leader: send them again, in order",
        );
        ProduceOutcome { result: Err(e), leader: self.hint(group) }
    }

    pub(super) fn leads(&self, group: GroupId) -> bool {
        self.inner.groups.get(group).is_some_and(|g| g.leads().is_some())
    }

    /// Appends at this node. Takes the batch's place in line before it returns.
    pub(super) fn append_here(
        &self,
        group: GroupId,
        offered: Offered,
        timeout: Duration,
    ) -> BoxFuture<'static, Result<Appended, Failure>> {
        let queued = self.validate(group, offered).map(|(partition, batch)| partition.append(batch));
        async move {
            match tokio::time::timeout(timeout, queued?).await {
                Ok(Ok(Ok(at))) => Ok(Appended {
                    base_offset: at.base_offset,
                    log_append_time: -1,
                    log_start_offset: at.log_start_offset,
                }),
                Ok(Ok(Err(e))) => Err(append_failure(e)),
                Ok(Err(_)) => Err(append_failure(AppendError::NotLeader)),
                Err(_) => Err(failed(
                    ResponseError::RequestTimedOut,
                    format!(
                        "not on the disks of a quorum within {} ms; it may still be committed",
                        timeout.as_millis()
                    ),
                )),
            }
        }
        .boxed()
    }

    /// Everything that refuses a batch before it is appended.
    fn validate(
        &self,
        group: GroupId,
        offered: Offered,
    ) -> Result<(Arc<crate::partition::Partition>, NewBatch), Failure> {
        let Offered { records, acks, insists } = offered;
        let image = self.inner.metadata.image();
        let found = image.partition_of_group(group).and_then(|p| image.topic_by_id(&p.topic));
        let topic =
            found.ok_or_else(|| failed(ResponseError::UnknownTopicOrPartition, "the topic was deleted"))?;
        let partition =
            self.inner.partitions.get(group).ok_or_else(|| append_failure(AppendError::NotLeader))?;
        let summary = validate_produce(&records, &self.limits(topic)).map_err(|e| {
            let error = ResponseError::try_from_code(e.kafka_code()).unwrap_or(ResponseError::CorruptMessage);
            failed(error, e.to_string())
        })?;
        if summary.transactional {
            return Err(failed(
                ResponseError::InvalidTxnState,
                "transactions are not supported by this version",
            ));
        }
        if acks == -1 {
            let wanted = min_insync_replicas(topic, self.topic_defaults());
            let isr = self.leadership(group).map_or(0, |l| l.isr.len());
            if (isr as i32) < wanted {
                return Err(failed(
                    ResponseError::NotEnoughReplicas,
                    format!(
                        "{isr} replicas are in sync, min.insync.replicas is {wanted}: nothing was appended"
                    ),
                ));
            }
        }
        Ok((partition, NewBatch { bytes: records, summary, only_in_term: None, insists }))
    }

    fn limits(&self, topic: &Topic) -> Limits {
        Limits {
            max_message_bytes: usize::try_from(max_message_bytes(topic, self.topic_defaults())).unwrap_or(0),
            // message.timestamp.after.max.ms, Kafka's default: an hour.
            timestamps: i64::MIN..=now_ms() + 3_600_000,
            ..Limits::default()
        }
    }

    fn forward(
        &self,
        leader: i32,
        group: GroupId,
        offered: Offered,
        timeout: Duration,
    ) -> impl Future<Output = Result<Appended, Failure>> + Send + 'static {
        let Offered { records, acks, insists } = offered;
        let header = Forwarded { group, acks, timeout_ms: timeout.as_millis() as u64, insists };
        let header = serde_json::to_vec(&header).unwrap_or_default();
        let answer = self.inner.caller.call(leader, Method::Produce, header.into(), vec![records]);
        async move {
            let lost = |why: String| failed(ResponseError::NotLeaderOrFollower, why);
            let waited = tokio::time::timeout(timeout + Duration::from_secs(1), answer).await;
            let bytes = waited
                .map_err(|_| {
                    failed(ResponseError::RequestTimedOut, format!("node {leader} did not answer in time"))
                })?
                .map_err(|e| lost(e.to_string()))?;
            match serde_json::from_slice(&bytes).map_err(|e| lost(e.to_string()))? {
                ForwardedOutcome::Appended { base_offset, log_start_offset } => {
                    Ok(Appended { base_offset, log_append_time: -1, log_start_offset })
                }
                ForwardedOutcome::Failed { code, message } => {
                    let error =
                        ResponseError::try_from_code(code).unwrap_or(ResponseError::UnknownServerError);
                    Err(Failure { error, message })
                }
            }
        }
    }

    /// Serves a produce request that another node passed on.
    pub(super) fn serve_produce(
        &self,
        header: &[u8],
        body: Vec<Bytes>,
    ) -> BoxFuture<'static, Result<Bytes, String>> {
        let header: Forwarded = match serde_json::from_slice(header) {
            Ok(header) => header,
            Err(e) => return std::future::ready(Err(format!("malformed produce call: {e}"))).boxed(),
        };
        let records = body.into_iter().next().unwrap_or_default();
        let result = if self.leads(header.group) {
            let offered = Offered { records, acks: header.acks, insists: header.insists };
            self.append_here(header.group, offered, Duration::from_millis(header.timeout_ms))
        } else {
            std::future::ready(Err(append_failure(AppendError::NotLeader))).boxed()
        };
        async move {
            let outcome = match result.await {
                Ok(at) => ForwardedOutcome::Appended {
                    base_offset: at.base_offset,
                    log_start_offset: at.log_start_offset,
                },
                Err(e) => ForwardedOutcome::Failed { code: e.error.code(), message: e.message },
            };
            serde_json::to_vec(&outcome).map(Bytes::from).map_err(|e| e.to_string())
        }
        .boxed()
    }
}

fn is_out_of_order(outcome: &ProduceOutcome) -> bool {
    matches!(&outcome.result, Err(Failure { error: ResponseError::OutOfOrderSequenceNumber, .. }))
}

fn append_failure(e: AppendError) -> Failure {
    let error = match e {
        AppendError::NotLeader => ResponseError::NotLeaderOrFollower,
        AppendError::Overloaded => ResponseError::RequestTimedOut,
        AppendError::Unavailable => ResponseError::KafkaStorageError,
        AppendError::OutOfOrderSequence { .. } => ResponseError::OutOfOrderSequenceNumber,
        AppendError::Fenced { .. } => ResponseError::InvalidProducerEpoch,
    };
    failed(error, e.to_string())
}
