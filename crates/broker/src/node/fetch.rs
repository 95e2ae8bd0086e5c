//! Reading on behalf of consumers: from this node's own log, leader or not, up to the high watermark it knows.

use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use serde::{Deserialize, Serialize};
use tracing::warn;
use uuid::Uuid;

use super::Node;
use super::pipeline::Pipeline;
use crate::cluster::calls::Method;
use crate::kafka::backend::{
    EpochEnd, FoundOffset, OffsetQuery, OffsetSpec, ReadOutcome, ReadRequest, TopicInfo, Watch, WatchPoint,
};
use crate::log::epochs::leader_epoch;
use crate::partition::{Partition, ReadError, Waiter, Waiting};
use crate::raft::GroupId;

/// An offset look-up passed from node to node.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ForwardedLookup {
    group: GroupId,
    /// As in the protocol: -1 latest, -2 earliest, -3 greatest timestamp, else milliseconds.
    timestamp: i64,
    current_leader_epoch: Option<i32>,
}

/// Its answer: (timestamp, offset, leader epoch), or an error code.
type LookupAnswer = Result<(i64, i64, i32), i16>;

impl Node {
    pub(super) async fn read_records(&self, topic: &TopicInfo, request: ReadRequest) -> ReadOutcome {
        let Some(group) = self.group_of(topic, request.partition) else {
            return ReadOutcome::failed(ResponseError::UnknownTopicOrPartition);
        };
        let Some(partition) = self.inner.partitions.get(group) else {
            let leader = self.hint(group);
            return ReadOutcome { leader, ..ReadOutcome::failed(ResponseError::NotLeaderOrFollower) };
        };
        if let Some(error) = self.epoch_error(&partition, request.current_leader_epoch) {
            let leader = self.hint(group);
            return ReadOutcome { leader, ..ReadOutcome::failed(error) };
        }
        if let Some(diverging) = divergence(&partition, &request) {
            let (log_start_offset, high_watermark) = partition.bounds();
            return ReadOutcome {
                diverging: Some(diverging),
                high_watermark,
                last_stable_offset: high_watermark,
                log_start_offset,
                ..ReadOutcome::default()
            };
        }
        match partition.read(request.offset, request.max_bytes, request.at_least_one_batch).await {
            Ok(slice) => {
                partition.count_traffic(slice.size);
                ReadOutcome {
                    high_watermark: slice.high_watermark,
                    last_stable_offset: slice.high_watermark,
                    log_start_offset: slice.log_start_offset,
                    records: slice.pieces,
                    ..ReadOutcome::default()
                }
            }
            Err(e) => read_failure(&partition, request.offset, &e),
        }
    }

    /// Compares the epoch that a client believes in with the newest that this replica has seen.
    fn epoch_error(&self, partition: &Partition, believed: Option<i32>) -> Option<ResponseError> {
        let believed = believed?;
        let known = self.leadership(partition.id()).map_or(0, |l| l.term).max(partition.applied_term());
        match believed.cmp(&leader_epoch(known)) {
            std::cmp::Ordering::Less => Some(ResponseError::FencedLeaderEpoch),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(ResponseError::UnknownLeaderEpoch),
        }
    }

    pub(super) fn epoch_end(
        &self,
        topic: &TopicInfo,
        partition: i32,
        current_leader_epoch: Option<i32>,
        epoch: i32,
    ) -> Result<EpochEnd, ResponseError> {
        let group = self.group_of(topic, partition).ok_or(ResponseError::UnknownTopicOrPartition)?;
        let partition = self.inner.partitions.get(group).ok_or(ResponseError::NotLeaderOrFollower)?;
        if let Some(error) = self.epoch_error(&partition, current_leader_epoch) {
            return Err(error);
        }
        // A follower may not know yet where an epoch ended; a client that believed it would give up records.
        if partition.ready_term().is_none() {
            return Err(ResponseError::NotLeaderOrFollower);
        }
        let (epoch, end_offset) = partition.end_offset_for(epoch).unwrap_or((-1, -1));
        Ok(EpochEnd { epoch, end_offset })
    }

    pub(super) async fn find_offset(
        &self,
        conn: &Pipeline,
        topic: &TopicInfo,
        query: OffsetQuery,
    ) -> Result<FoundOffset, ResponseError> {
        let group = self.group_of(topic, query.partition).ok_or(ResponseError::UnknownTopicOrPartition)?;
        if self.leads(group) {
            return self.find_offset_here(group, query.spec, query.current_leader_epoch).await;
        }
        let leader = self
            .leadership(group)
            .filter(|l| l.leader != self.id())
            .ok_or(ResponseError::NotLeaderOrFollower)?;
        if !conn.may_detour(group) {
            return Err(ResponseError::NotLeaderOrFollower);
        }
        let lookup = ForwardedLookup {
            group,
            timestamp: to_timestamp(query.spec),
            current_leader_epoch: query.current_leader_epoch,
        };
        let header = serde_json::to_vec(&lookup).unwrap_or_default();
        let answer =
            self.inner.caller.call(leader.leader, Method::ListOffset, header.into(), Vec::new()).await;
        let bytes = answer.map_err(|_| ResponseError::NotLeaderOrFollower)?;
        let answer: LookupAnswer =
            serde_json::from_slice(&bytes).map_err(|_| ResponseError::UnknownServerError)?;
        match answer {
            Ok((timestamp, offset, leader_epoch)) => Ok(FoundOffset { timestamp, offset, leader_epoch }),
            Err(code) => Err(ResponseError::try_from_code(code).unwrap_or(ResponseError::UnknownServerError)),
        }
    }

    async fn find_offset_here(
        &self,
        group: GroupId,
        spec: OffsetSpec,
        current_leader_epoch: Option<i32>,
    ) -> Result<FoundOffset, ResponseError> {
        let partition = self.inner.partitions.get(group).ok_or(ResponseError::NotLeaderOrFollower)?;
        if let Some(error) = self.epoch_error(&partition, current_leader_epoch) {
            return Err(error);
        }
        // A leader that has not caught up with its own term does not know the high watermark yet.
        let term = partition.ready_term().ok_or(ResponseError::LeaderNotAvailable)?;
        let (log_start, high_watermark) = partition.bounds();
        let end = |offset| FoundOffset { timestamp: -1, offset, leader_epoch: leader_epoch(term) };
        let found = match spec {
            OffsetSpec::Earliest => return Ok(end(log_start)),
            OffsetSpec::Latest => return Ok(end(high_watermark)),
            OffsetSpec::MaxTimestamp => partition.newest().await,
            OffsetSpec::Timestamp(target) => partition.first_not_before(target).await,
        };
        let nothing = FoundOffset { timestamp: -1, offset: -1, leader_epoch: -1 };
        match found {
            Ok(Some(f)) => {
                Ok(FoundOffset { timestamp: f.timestamp, offset: f.offset, leader_epoch: f.leader_epoch })
            }
            Ok(None) => Ok(nothing),
            Err(e) => {
                warn!(group, "cannot look up an offset: {e}");
                Err(ResponseError::KafkaStorageError)
            }
        }
    }

    /// Serves a look-up that another node passed on.
    pub(super) async fn serve_lookup(&self, header: &[u8]) -> Result<Bytes, String> {
        let lookup: ForwardedLookup = serde_json::from_slice(header).map_err(|e| e.to_string())?;
        let found = if self.leads(lookup.group) {
            self.find_offset_here(lookup.group, from_timestamp(lookup.timestamp), lookup.current_leader_epoch)
                .await
        } else {
            Err(ResponseError::NotLeaderOrFollower)
        };
        let answer: LookupAnswer =
            found.map(|f| (f.timestamp, f.offset, f.leader_epoch)).map_err(|e| e.code());
        serde_json::to_vec(&answer).map(Bytes::from).map_err(|e| e.to_string())
    }

    pub(super) fn watch_points(&self, points: Vec<WatchPoint>) -> FetchWatch {
        let waiter = Arc::new(Waiter::default());
        let image = self.inner.metadata.image();
        let group = |topic: &Uuid, partition: i32| {
            let index = usize::try_from(partition).ok()?;
            Some(image.topic_by_id(topic)?.partitions.get(index)?.group)
        };
        let waiting = points
            .into_iter()
            .enumerate()
            .filter_map(|(i, point)| {
                let partition = self.inner.partitions.get(group(&point.topic_id, point.partition)?)?;
                Some(Waiting::new(partition, &waiter, i, point.seen))
            })
            .collect();
        FetchWatch { waiter, _waiting: waiting }
    }
}

fn read_failure(partition: &Partition, offset: i64, e: &ReadError) -> ReadOutcome {
    match e {
        // A follower may not know yet what the leader has committed, and so may a leader that is just taking
        // over. That is no reason to send a consumer to another offset: it waits.
        ReadError::OutOfRange { log_start_offset, high_watermark, .. }
            if offset > *high_watermark && partition.ready_term().is_none() =>
        {
            ReadOutcome {
                high_watermark: *high_watermark,
                last_stable_offset: *high_watermark,
                log_start_offset: *log_start_offset,
                ..ReadOutcome::default()
            }
        }
        ReadError::OutOfRange { log_start_offset, high_watermark, .. } => ReadOutcome {
            error: Some(ResponseError::OffsetOutOfRange),
            high_watermark: *high_watermark,
            last_stable_offset: *high_watermark,
            log_start_offset: *log_start_offset,
            ..ReadOutcome::default()
        },
        ReadError::Unavailable(_) | ReadError::Wal(_) => {
            warn!(group = partition.id(), offset, "cannot read: {e}");
            ReadOutcome::failed(ResponseError::KafkaStorageError)
        }
    }
}

/// A waiting fetch's registrations.
pub struct FetchWatch {
    waiter: Arc<Waiter>,
    _waiting: Vec<Waiting>,
}

impl Watch for FetchWatch {
    async fn changed(&mut self) -> Vec<usize> {
        self.waiter.hits().await
    }
}

/// Where a client's log leaves this one, if it does (KIP-595's truncation detection on Fetch).
fn divergence(partition: &Partition, request: &ReadRequest) -> Option<EpochEnd> {
    let fetched = request.last_fetched_epoch?;
    // Only a leader that has caught up with its own term knows where an epoch really ended.
    partition.ready_term()?;
    let (epoch, end_offset) = partition.end_offset_for(fetched)?;
    (epoch < fetched || end_offset < request.offset).then_some(EpochEnd { epoch, end_offset })
}

fn to_timestamp(spec: OffsetSpec) -> i64 {
    match spec {
        OffsetSpec::Latest => -1,
        OffsetSpec::Earliest => -2,
        OffsetSpec::MaxTimestamp => -3,
        OffsetSpec::Timestamp(ms) => ms,
    }
}

fn from_timestamp(timestamp: i64) -> OffsetSpec {
    match timestamp {
        -1 => OffsetSpec::Latest,
        -2 => OffsetSpec::Earliest,
        -3 => OffsetSpec::MaxTimestamp,
        ms => OffsetSpec::Timestamp(ms),
    }
}
