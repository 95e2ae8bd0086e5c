//! Deleting old records: what retention lets go in the partitions that this node leads, and what a client asks for
//! (`DeleteRecords`), here or at the partition's leader.
//!
//! Only the log start offset moves here, through the partition's log; files go when nothing in them is alive.
//!
//! Must never: touch a topic whose records are not to be deleted (internal or compacted), or propose for thousands of
//! partitions at once.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use kafka_protocol::error::ResponseError;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use uuid::Uuid;

use super::Node;
use crate::cluster::calls::Method;
use crate::cluster::now_ms;
use crate::kafka::backend::Failure;
use crate::log::Retention;
use crate::metadata::{Topic, deletes_records, retention_bytes, retention_ms};
use crate::partition::{DeleteError, Partition};
use crate::raft::GroupId;

/// Partitions whose log start is proposed at the same time.
const AT_ONCE: usize = 16;
/// How long retention waits for a quorum; the next round tries again.
const PATIENCE: Duration = Duration::from_secs(30);

/// A deletion passed from node to node.
#[derive(Debug, Serialize, Deserialize)]
struct ForwardedDeletion {
    group: GroupId,
    /// As in the protocol: -1 is the high watermark.
    offset: i64,
    timeout_ms: u64,
}

/// Its answer: the log start offset, or an error code with its message.
type DeletionAnswer = Result<i64, (i16, Option<String>)>;

/// Deletes what retention lets go, again and again, until the node stops.
pub(super) async fn run(node: Node, stop: CancellationToken) {
    let interval = node.inner.config.upkeep.retention_check_interval;
    let rounds = async {
        loop {
            tokio::time::sleep(interval).await;
            node.enforce_retention().await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = rounds => {}
    }
}

impl Node {
    async fn enforce_retention(&self) {
        let partitions = futures::stream::iter(self.inner.partitions.all());
        partitions.for_each_concurrent(AT_ONCE, |partition| self.delete_expired(partition)).await;
    }

    async fn delete_expired(&self, partition: Arc<Partition>) {
        // Most partitions have nothing to do: looking at thousands must not keep others from this thread.
        tokio::task::yield_now().await;
        let image = self.inner.metadata.image();
        let Some(topic) = image.topic_by_id(&partition.topic()) else { return };
        if partition.ready_term().is_none() {
            return;
        }
        let Some(offset) = partition.expired(self.retention(topic), now_ms()) else { return };
        let (topic, index) = (&topic.name, partition.index());
        match tokio::time::timeout(PATIENCE, partition.propose_log_start(offset)).await {
            Ok(Ok(log_start)) => debug!(topic, partition = index, log_start, "retention deleted records"),
            // The next leader looks for itself.
            Ok(Err(DeleteError::NotLeader)) => {}
            Ok(Err(e)) => warn!(topic, partition = index, "retention cannot delete records: {e}"),
            Err(_) => warn!(topic, partition = index, "retention cannot delete records: no quorum answers"),
        }
    }

    fn retention(&self, topic: &Topic) -> Retention {
        let defaults = self.topic_defaults();
        Retention { ms: retention_ms(topic, defaults), bytes: retention_bytes(topic, defaults) }
    }

    /// Deletes the records of a partition below `offset` (-1: the high watermark), here if this node leads it, else at
    /// the leader. Gives the log start offset once a quorum has it.
    pub(super) async fn delete_records(
        &self,
        topic: Uuid,
        partition: i32,
        offset: i64,
        timeout: Duration,
    ) -> Result<i64, Failure> {
        let image = self.inner.metadata.image();
        let found = usize::try_from(partition)
            .ok()
            .and_then(|index| image.topic_by_id(&topic)?.partitions.get(index))
            .ok_or_else(|| {
                let what = format!("partition {partition} of the topic does not exist");
                Failure::new(ResponseError::UnknownTopicOrPartition, what)
            })?;
        let group = found.group;
        if self.leads(group) {
            return self.delete_here(group, offset, timeout).await;
        }
        match self.leadership(group).filter(|known| known.leader != self.id()) {
            Some(known) => self.delete_there(known.leader, group, offset, timeout).await,
            None => Err(failure(DeleteError::NotLeader)),
        }
    }

    async fn delete_here(&self, group: GroupId, offset: i64, timeout: Duration) -> Result<i64, Failure> {
        let image = self.inner.metadata.image();
        let topic = image
            .partition_of_group(group)
            .and_then(|p| image.topic_by_id(&p.topic))
            .ok_or_else(|| Failure::new(ResponseError::UnknownTopicOrPartition, "the topic was deleted"))?;
        if topic.internal {
            let what = format!("{} is the broker's own: its records cannot be deleted", topic.name);
            return Err(Failure::new(ResponseError::InvalidTopicException, what));
        }
        if !deletes_records(topic) {
            let what = format!("{} is compacted: its records cannot be deleted", topic.name);
            return Err(Failure::new(ResponseError::PolicyViolation, what));
        }
        let partition = self.inner.partitions.get(group).ok_or_else(|| failure(DeleteError::NotLeader))?;
        let deleted = tokio::time::timeout(timeout, partition.propose_log_start(offset)).await;
        let timed_out = |_| {
            let waited = timeout.as_millis();
            let what = format!("no quorum answered within {waited} ms; the records may still be deleted");
            Failure::new(ResponseError::RequestTimedOut, what)
        };
        deleted.map_err(timed_out)?.map_err(failure)
    }

    async fn delete_there(
        &self,
        leader: i32,
        group: GroupId,
        offset: i64,
        timeout: Duration,
    ) -> Result<i64, Failure> {
        let deletion = ForwardedDeletion { group, offset, timeout_ms: timeout.as_millis() as u64 };
        let header = serde_json::to_vec(&deletion).unwrap_or_default();
        let answer = self.inner.caller.call(leader, Method::DeleteRecords, header.into(), Vec::new());
        let lost = |why: String| Failure::new(ResponseError::NotLeaderOrFollower, why);
        let waited = tokio::time::timeout(timeout + Duration::from_secs(1), answer).await;
        let bytes = waited
            .map_err(|_| {
                let what = format!("node {leader} did not answer in time");
                Failure::new(ResponseError::RequestTimedOut, what)
            })?
            .map_err(|e| lost(e.to_string()))?;
        let answer: DeletionAnswer = serde_json::from_slice(&bytes).map_err(|e| lost(e.to_string()))?;
        answer.map_err(|(code, message)| Failure {
            error: ResponseError::try_from_code(code).unwrap_or(ResponseError::UnknownServerError),
            message,
        })
    }

    /// Serves a deletion that another node passed on.
    pub(super) async fn serve_deletion(&self, header: &[u8]) -> Result<Bytes, String> {
        let asked: ForwardedDeletion =
            serde_json::from_slice(header).map_err(|e| format!("malformed deletion call: {e}"))?;
        let timeout = Duration::from_millis(asked.timeout_ms);
        let result = if self.leads(asked.group) {
            self.delete_here(asked.group, asked.offset, timeout).await
        } else {
            Err(failure(DeleteError::NotLeader))
        };
        let answer: DeletionAnswer = result.map_err(|e| (e.error.code(), e.message));
        serde_json::to_vec(&answer).map(Bytes::from).map_err(|e| e.to_string())
    }
}

fn failure(e: DeleteError) -> Failure {
    let error = match e {
        DeleteError::NotLeader => ResponseError::NotLeaderOrFollower,
        DeleteError::Unavailable => ResponseError::KafkaStorageError,
        DeleteError::OutOfRange { .. } => ResponseError::OffsetOutOfRange,
    };
    Failure::new(error, e.to_string())
}
