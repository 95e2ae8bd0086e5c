//! The task of one partition under one leader term: takes operations one by one, keeps one append
//! under way, fires timers, and ends when this node no longer leads.
//!
//! Must never wake up while it has no operation, no append, no timer and nobody waiting.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kafka_protocol::ResponseError;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Shard, as_coordinator_error};
use crate::coordinator::{CoordinatorConfig, OffsetRecord, OffsetStore};

/// Something to do with the shard, or the reason why it cannot be done.
pub type Operation = Box<dyn FnOnce(Result<&mut Shard, ResponseError>) + Send>;

type Append = Pin<Box<dyn Future<Output = Result<(), ResponseError>> + Send>>;

/// How often the task asks whether it still leads while clients wait on it.
const LEADERSHIP_CHECK: Duration = Duration::from_millis(500);

/// Runs the partition until leadership under `term` is lost or `operations` is closed.
pub async fn run<S: OffsetStore>(
    store: Arc<S>,
    partition: u32,
    term: u64,
    config: Arc<CoordinatorConfig>,
    mut operations: mpsc::Receiver<Operation>,
) {
    let leads = || store.leads(partition) == Some(term);
    let mut shard = match load_while_refusing(&*store, partition, &config, &mut operations).await {
        Ok(shard) => shard,
        Err(error) => {
            tracing::warn!(partition, %error, "could not load consumer groups; the next request tries again");
            refuse_all(&mut operations, error);
            return;
        }
    };
    let mut append: Option<Append> = None;
    loop {
        if append.is_none()
            && let Some(records) = shard.queue.next_batch()
        {
            append = Some(start_append(store.clone(), partition, term, records, config.append_timeout));
        }
        let wake_at = wake_at(&shard);
        tokio::select! {
            operation = operations.recv() => match operation {
                Some(operation) if leads() => operation(Ok(&mut shard)),
                Some(operation) => {
                    operation(Err(ResponseError::NotCoordinator));
                    break;
                }
                None => break,
            },
            result = ended(&mut append) => {
                append = None;
                if result == Err(ResponseError::NotCoordinator) || !leads() {
                    // Stored or not, the next leader knows; this one cannot say.
                    break;
                }
                shard.append_ended(result);
            }
            () = sleep_until(wake_at) => {
                if !leads() {
                    break;
                }
                shard.tick();
            }
        }
    }
    tracing::info!(partition, term, "no longer coordinator of this partition");
    shard.abandon();
    refuse_all(&mut operations, ResponseError::NotCoordinator);
}

/// Loads, and tells requests that would wait too long to come again.
async fn load_while_refusing<S: OffsetStore>(
    store: &S,
    partition: u32,
    config: &CoordinatorConfig,
    operations: &mut mpsc::Receiver<Operation>,
) -> Result<Shard, ResponseError> {
    let mut loading = std::pin::pin!(super::load::load(store, partition, config));
    if let Ok(result) = tokio::time::timeout(config.load_grace, &mut loading).await {
        return result;
    }
    loop {
        tokio::select! {
            result = &mut loading => return result,
            operation = operations.recv() => match operation {
                Some(operation) => operation(Err(ResponseError::CoordinatorLoadInProgress)),
                None => return Err(ResponseError::NotCoordinator),
            },
        }
    }
}

fn refuse_all(operations: &mut mpsc::Receiver<Operation>, error: ResponseError) {
    operations.close();
    while let Ok(operation) = operations.try_recv() {
        operation(Err(error));
    }
}

fn wake_at(shard: &Shard) -> Option<Instant> {
    let check = shard.has_parked_requests().then(|| Instant::now() + LEADERSHIP_CHECK);
    shard.next_wakeup().into_iter().chain(check).min()
}

fn start_append<S: OffsetStore>(
    store: Arc<S>,
    partition: u32,
    term: u64,
    records: Vec<OffsetRecord>,
    timeout: Duration,
) -> Append {
    Box::pin(async move {
        match tokio::time::timeout(timeout, store.append(partition, term, records)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(code)) => {
                Err(ResponseError::try_from_code(code).unwrap_or(ResponseError::UnknownServerError))
            }
            Err(_) => Err(ResponseError::RequestTimedOut),
        }
    })
}

/// The error of a store as a client of the coordinator must see it.
pub(super) fn coordinator_error(code: i16) -> ResponseError {
    as_coordinator_error(ResponseError::try_from_code(code).unwrap_or(ResponseError::UnknownServerError))
}

async fn ended(append: &mut Option<Append>) -> Result<(), ResponseError> {
    match append {
        Some(append) => append.await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
