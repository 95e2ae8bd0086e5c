//! Consumer groups: `__consumer_offsets` as the coordinator's store, and where each group's coordinator is.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use tracing::error;

use super::{Node, Partitions, view::broker_info};
use crate::cluster::MetadataLog;
use crate::coordinator::{OffsetRecord, OffsetStore};
use crate::kafka::backend::{BrokerInfo, Failure};
use crate::log::{BatchBuilder, Limits, RecordSet, batches, validate_produce};
use crate::metadata::CONSUMER_OFFSETS;
use crate::partition::{AppendError, NewBatch, Partition};

/// `__consumer_offsets` on this node.
#[derive(Clone)]
pub struct Store {
    pub(super) metadata: MetadataLog,
    pub(super) partitions: Partitions,
}

/// Read at a time when a partition is loaded.
const REPLAY_BYTES: usize = 1024 * 1024;

impl Store {
    fn partition(&self, index: u32) -> Option<Arc<Partition>> {
        let group = self.metadata.group_of(CONSUMER_OFFSETS, i32::try_from(index).ok()?)?;
        self.partitions.get(group)
    }
}

fn not_coordinator() -> i16 {
    ResponseError::NotCoordinator.code()
}

impl OffsetStore for Store {
    fn partitions(&self) -> u32 {
        self.metadata.image().topic(CONSUMER_OFFSETS).map_or(0, |t| t.partitions.len() as u32)
    }

    async fn append(&self, partition: u32, term: u64, records: Vec<OffsetRecord>) -> Result<(), i16> {
        let partition = self.partition(partition).ok_or_else(not_coordinator)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        let mut batch = BatchBuilder::new();
        for (key, value) in &records {
            batch.push(now, Some(key), value.as_deref());
        }
        let Some(bytes) = batch.finish() else { return Ok(()) };
        let limits = Limits { max_message_bytes: usize::MAX, ..Limits::default() };
        let summary = validate_produce(&bytes, &limits).map_err(|e| {
            error!("a batch of offsets is not valid: {e}");
            ResponseError::UnknownServerError.code()
        })?;
        match partition.append(NewBatch { bytes, summary, only_in_term: Some(term), insists: false }).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(AppendError::NotLeader)) => Err(not_coordinator()),
            Ok(Err(_)) | Err(_) => Err(ResponseError::CoordinatorNotAvailable.code()),
        }
    }

    async fn replay(
        &self,
        partition: u32,
        visit: &mut (dyn FnMut(Bytes, Option<Bytes>) + Send),
    ) -> Result<(), i16> {
        let partition = self.partition(partition).ok_or_else(not_coordinator)?;
        let (mut at, end) = partition.bounds();
        while at < end {
            let slice = partition.read(at, REPLAY_BYTES, true).await.map_err(|e| {
                error!(group = partition.id(), "cannot load consumer groups: {e}");
                ResponseError::KafkaStorageError.code()
            })?;
            let before = at;
            for pair in slice.pieces.chunks(2) {
                at += visit_batch(&pair.concat(), visit);
            }
            if at == before {
                error!(
                    group = partition.id(),
                    offset = at,
                    "cannot load consumer groups: an unreadable batch"
                );
                return Err(ResponseError::KafkaStorageError.code());
            }
        }
        Ok(())
    }

    fn leads(&self, partition: u32) -> Option<u64> {
        self.partition(partition)?.ready_term()
    }
}

/// Gives the batch's records to `visit`; returns how many offsets it takes.
fn visit_batch(batch: &[u8], visit: &mut (dyn FnMut(Bytes, Option<Bytes>) + Send)) -> i64 {
    let mut offsets = 0;
    for (header, range) in batches(batch).flatten() {
        offsets += header.offsets().map_or(0, i64::from);
        let Ok(records) = RecordSet::open(&batch[range], usize::MAX) else { continue };
        for record in records.iter().flatten() {
            let key = Bytes::copy_from_slice(record.key.unwrap_or_default());
            visit(key, record.value.map(Bytes::copy_from_slice));
        }
    }
    offsets
}

impl Node {
    pub(super) async fn group_coordinators(&self, groups: Vec<String>) -> Vec<Result<BrokerInfo, Failure>> {
        let topic = match self.ensure_offsets_topic().await {
            Ok(topic) => topic,
            Err(e) => {
                let e = Failure { error: ResponseError::CoordinatorNotAvailable, message: e.message };
                return groups.iter().map(|_| Err(e.clone())).collect();
            }
        };
        let image = self.inner.metadata.image();
        let coordinator = |group: &String| {
            let index = self.inner.coordinator.partition_for(group)?;
            let raft_group = topic.partitions.get(index as usize)?.group;
            let leader = self.leadership(raft_group)?.leader;
            image.broker(leader).map(broker_info)
        };
        let unavailable = || {
            Failure::new(
                ResponseError::CoordinatorNotAvailable,
                "the group's partition of __consumer_offsets has no leader now",
            )
        };
        groups.iter().map(|g| coordinator(g).ok_or_else(unavailable)).collect()
    }

    /// Loads or drops groups at once when the leadership of their partition moved.
    pub(super) fn tell_coordinator(&self) {
        let count = self.inner.metadata.image().topic(CONSUMER_OFFSETS).map_or(0, |t| t.partitions.len());
        (0..count as u32).for_each(|p| self.inner.coordinator.leadership_changed(p));
    }
}
