//! The coordinator of a node: finds the shard of a group, starts it under the current leader term,
//! and ends it when leadership is lost. The APIs are in the files beside this one.

mod administration;
mod committing;
mod membership;
mod reporting;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

pub use self::reporting::{GroupReport, MemberReport};
use super::group::Ticket;
use super::shard::{self, Answer, Operation, Shard};
use super::{CoordinatorConfig, OffsetStore};

/// Operations that may wait for one shard; a sender beyond waits for room.
const OPERATIONS: usize = 256;

struct Handle {
    term: u64,
    operations: mpsc::Sender<Operation>,
}

/// The consumer-group coordinator of this node. It answers for the groups whose partition of
/// `__consumer_offsets` this node leads, and with `NOT_COORDINATOR` for all others.
///
/// Every method may be dropped while it waits. The request then runs its course, as that of a client
/// that lost its connection: a member that waited stays until its session ends.
pub struct Coordinator<S> {
    store: Arc<S>,
    config: Arc<CoordinatorConfig>,
    shards: Mutex<HashMap<u32, Handle>>,
    tickets: AtomicU64,
}

impl<S: OffsetStore> Coordinator<S> {
    /// A coordinator over `store`. Partitions are loaded when they are first needed.
    pub fn new(store: Arc<S>, config: CoordinatorConfig) -> Self {
        Self {
            store,
            config: Arc::new(config),
            shards: Mutex::new(HashMap::new()),
            tickets: AtomicU64::new(0),
        }
    }

    /// The partition of `__consumer_offsets` whose leader coordinates the group, as in Kafka;
    /// `None` while the topic does not exist.
    pub fn partition_for(&self, group_id: &str) -> Option<u32> {
        java_hash(group_id).checked_rem(self.store.partitions())
    }

    /// Tells that the leader of a partition of `__consumer_offsets` may have changed: the groups
    /// are loaded, or dropped and their waiting clients sent away, at once rather than at the next
    /// request. Must be called within a tokio runtime.
    pub fn leadership_changed(&self, partition: u32) {
        let _ = self.shard(partition);
    }

    /// The shard's task under the current term, started if need be.
    fn shard(&self, partition: u32) -> Result<mpsc::Sender<Operation>, ResponseError> {
        let mut shards = self.shards.lock();
        let Some(term) = self.store.leads(partition) else {
            // Closing the channel ends the task, which sends away whoever waits on it.
            shards.remove(&partition);
            return Err(ResponseError::NotCoordinator);
        };
        if let Some(handle) = shards.get(&partition)
            && handle.term == term
            && !handle.operations.is_closed()
        {
            return Ok(handle.operations.clone());
        }
        let (operations, receiver) = mpsc::channel(OPERATIONS);
        tokio::spawn(shard::run(self.store.clone(), partition, term, self.config.clone(), receiver));
        shards.insert(partition, Handle { term, operations: operations.clone() });
        Ok(operations)
    }

    fn partition_of(&self, group_id: &StrBytes) -> Result<u32, ResponseError> {
        // Stored with a 16-bit length.
        if group_id.len() > i16::MAX as usize {
            return Err(ResponseError::InvalidGroupId);
        }
        self.partition_for(group_id).ok_or(ResponseError::CoordinatorNotAvailable)
    }

    /// Runs `operation` in the shard and waits for its answer.
    async fn ask<T: Send + 'static>(
        &self,
        partition: u32,
        operation: impl FnOnce(&mut Shard, Answer<T>) + Send + 'static,
    ) -> Result<T, ResponseError> {
        let (answer, answered) = oneshot::channel();
        let operation: Operation = Box::new(move |shard| match shard {
            Ok(shard) => operation(shard, answer),
            Err(error) => {
                let _ = answer.send(Err(error));
            }
        });
        // A task that ended in this very moment drops the operation or its answer.
        let gone = ResponseError::NotCoordinator;
        self.shard(partition)?.send(operation).await.map_err(|_| gone)?;
        answered.await.unwrap_or(Err(gone))
    }

    /// Runs `operation` in the shard of the group and returns what it returns.
    async fn in_group<T: Send + 'static>(
        &self,
        group_id: &StrBytes,
        operation: impl FnOnce(&mut Shard, &StrBytes) -> Result<T, ResponseError> + Send + 'static,
    ) -> Result<T, ResponseError> {
        let partition = self.partition_of(group_id)?;
        let group_id = detached(group_id);
        self.ask(partition, move |shard, answer| {
            let _ = answer.send(operation(shard, &group_id));
        })
        .await
    }

    fn next_ticket(&self) -> Ticket {
        Ticket(self.tickets.fetch_add(1, Ordering::Relaxed))
    }
}

/// Java's `String.hashCode` over UTF-16 units, made non-negative as Kafka's `Utils.abs` does.
fn java_hash(text: &str) -> u32 {
    let hash =
        text.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    if hash == i32::MIN { 0 } else { hash.unsigned_abs() }
}

/// A copy that does not hold the frame it was decoded from: what is kept for hours must not pin
/// the bytes of a whole request.
fn detached(text: &StrBytes) -> StrBytes {
    StrBytes::from_string(text.as_str().to_owned())
}

fn detached_option(text: Option<&StrBytes>) -> Option<StrBytes> {
    text.map(detached)
}

fn detached_bytes(bytes: &Bytes) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

fn code(result: Result<(), ResponseError>) -> i16 {
    result.err().map_or(0, |error| error.code())
}
