//! In front of Raft: everything that arrives for a partition while a round is under way becomes one entry of the
//! next round. A Raft round costs about the same whatever it carries, so rounds are the thing to save.
//!
//! One round of a partition is under way at a time, run by one task that lives as long as there is something
//! queued. Sequence numbers of idempotent producers are judged when the entry is made, against the applied state
//! and the batches before it in the same entry: nothing else of this term can be uncommitted then.
//!
//! The queues of all partitions together are bounded in bytes. In health they are nearly empty; they fill when a
//! quorum is lost and producers time out and try again. Then batches whose producer has given up are let go (it
//! was told that they may or may not be written), and what is still too much is refused.
//!
//! Must never: answer before the entry is committed and applied, or reorder the batches of a producer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::Partition;
use crate::log::{BatchSummary, Sequenced, Tail, Verdict};
use crate::raft::{Command, Group, ProposeError, Reply};
use crate::wal::Body;

/// An entry takes in batches up to this size; a single larger batch still makes an entry.
const ENTRY_BYTES: usize = 1024 * 1024;
/// Bytes that may wait for a round, over all partitions of the node.
const MAX_QUEUED: usize = 512 * 1024 * 1024;
/// How long a new leader may take to apply the first entry of its term before waiting producers are sent away.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// A validated batch to append.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// The batch as the producer sent it.
    pub bytes: Bytes,
    /// What validation found in it.
    pub summary: BatchSummary,
    /// Append it in this term or not at all.
    pub only_in_term: Option<u64>,
    /// Its producer may begin with it, whatever its sequence number: nothing before it is on its way.
    pub insists: bool,
}

/// Where a batch went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendedAt {
    /// Offset of its first record.
    pub base_offset: i64,
    /// The partition's log start offset.
    pub log_start_offset: i64,
}

/// Why a batch was not appended, as far as this node knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// This node does not lead the partition (any more). The batch may have been committed by the next leader.
    #[error("this node does not lead the partition")]
    NotLeader,
    /// Too much waits for this node's disk or quorum. Nothing was appended.
    #[error("too many batches wait for a quorum: try again later")]
    Overloaded,
    /// This replica is damaged.
    #[error("this node's replica of the partition is damaged and serves nothing")]
    Unavailable,
    /// Batches of the producer are missing before this one.
    #[error("the producer's batches before this one are missing: expected sequence number {expected}")]
    OutOfOrderSequence {
        /// The sequence number that would be next.
        expected: i32,
    },
    /// A newer instance of the producer has taken over.
    #[error("a producer with the newer epoch {epoch} has taken over")]
    Fenced {
        /// The newer epoch.
        epoch: i16,
    },
}

type Answer = oneshot::Sender<Result<AppendedAt, AppendError>>;

struct Queued {
    batch: NewBatch,
    answer: Answer,
}

#[derive(Default)]
pub(super) struct Queue {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Queued>,
    running: bool,
}

impl Partition {
    /// Queues a batch; the receiver gives the answer once it is committed (or not). Calls keep their order.
    pub fn append(self: &Arc<Self>, batch: NewBatch) -> oneshot::Receiver<Result<AppendedAt, AppendError>> {
        let (answer, receiver) = oneshot::channel();
        let size = batch.bytes.len();
        let start = {
            let mut inner = self.queue.inner.lock();
            if self.node.queued.load(Ordering::Relaxed) + size > MAX_QUEUED {
                self.let_go_of_abandoned(&mut inner);
                if self.node.queued.load(Ordering::Relaxed) + size > MAX_QUEUED {
                    reply(answer, Err(AppendError::Overloaded));
                    return receiver;
                }
            }
            self.node.queued.fetch_add(size, Ordering::Relaxed);
            inner.waiting.push_back(Queued { batch, answer });
            !std::mem::replace(&mut inner.running, true)
        };
        if start {
            tokio::spawn(run(self.clone()));
        }
        receiver
    }

    fn let_go_of_abandoned(&self, inner: &mut Inner) {
        inner.waiting.retain(|queued| {
            let wanted = !queued.answer.is_closed();
            if !wanted {
                self.node.queued.fetch_sub(queued.batch.bytes.len(), Ordering::Relaxed);
            }
            wanted
        });
    }

    /// The next batches that fit into one entry; none ends the run.
    fn take_queued(&self) -> Vec<Queued> {
        let mut inner = self.queue.inner.lock();
        let mut bytes = 0;
        let mut taken = Vec::new();
        while let Some(next) = inner.waiting.front() {
            let size = next.batch.bytes.len();
            if !taken.is_empty() && bytes + size > ENTRY_BYTES {
                break;
            }
            bytes += size;
            taken.extend(inner.waiting.pop_front());
        }
        inner.running = !taken.is_empty();
        self.node.queued.fetch_sub(bytes, Ordering::Relaxed);
        taken
    }

    /// Waits until this node serves as leader.
    pub(super) async fn ready(&self) -> Result<(Arc<Group>, u64), AppendError> {
        let group = self.group.get().ok_or(AppendError::NotLeader)?;
        let wait = async {
            loop {
                let applied = self.applied.notified();
                if self.broken().is_some() {
                    return Err(AppendError::Unavailable);
                }
                if let Some(term) = self.ready_term() {
                    return Ok((group.clone(), term));
                }
                if group.leads().is_none() {
                    return Err(AppendError::NotLeader);
                }
                applied.await;
            }
        };
        tokio::time::timeout(READY_WITHIN, wait).await.unwrap_or(Err(AppendError::NotLeader))
    }
}

/// The asker may be gone: then nobody is told.
fn reply(answer: Answer, result: Result<AppendedAt, AppendError>) {
    let _ = answer.send(result);
}

async fn run(partition: Arc<Partition>) {
    loop {
        let batches = partition.take_queued();
        if batches.is_empty() {
            return;
        }
        match partition.ready().await {
            Ok((group, term)) => one_round(&partition, &group, term, batches).await,
            Err(e) => {
                for queued in batches {
                    reply(queued.answer, Err(e));
                }
            }
        }
    }
}

/// One entry: what is in it, and who waits for it.
#[derive(Default)]
struct Round {
    chunks: Vec<Bytes>,
    count: u32,
    bytes: usize,
    /// Who is answered with the offset this many records into the entry.
    answers: Vec<(u32, Answer)>,
    tail: Tail,
}

impl Round {
    /// Takes the batch in, or answers it at once.
    fn admit(&mut self, partition: &Partition, term: u64, queued: Queued) {
        let Queued { batch, answer } = queued;
        if batch.only_in_term.is_some_and(|only| only != term) {
            return reply(answer, Err(AppendError::NotLeader));
        }
        let state = partition.state.lock();
        let base = state.high_watermark() + i64::from(self.count);
        let Some(sequenced) = batch.summary.sequenced() else {
            drop(state);
            return self.take(batch, answer, None, base);
        };
        match self.tail.check(state.producers(), &sequenced) {
            Verdict::UnknownProducer if !batch.insists => {
                reply(answer, Err(AppendError::OutOfOrderSequence { expected: 0 }));
            }
            Verdict::Accept | Verdict::UnknownProducer => {
                drop(state);
                self.take(batch, answer, Some(sequenced), base);
            }
            Verdict::Duplicate { base_offset, .. } => {
                let log_start_offset = state.log_start_offset();
                reply(answer, Ok(AppendedAt { base_offset, log_start_offset }));
            }
            Verdict::DuplicateInFlight { base_offset } => {
                let into = (base_offset - state.high_watermark()) as u32;
                self.answers.push((into, answer));
            }
            Verdict::OutOfOrder { expected } => {
                reply(answer, Err(AppendError::OutOfOrderSequence { expected }));
            }
            Verdict::Fenced { epoch } => reply(answer, Err(AppendError::Fenced { epoch })),
        }
    }

    fn take(&mut self, batch: NewBatch, answer: Answer, sequenced: Option<Sequenced>, base: i64) {
        if let Some(sequenced) = sequenced {
            self.tail.push(sequenced, base);
        }
        self.answers.push((self.count, answer));
        self.count += batch.summary.count;
        self.bytes += batch.bytes.len();
        self.chunks.push(batch.bytes);
    }
}

async fn one_round(partition: &Arc<Partition>, group: &Arc<Group>, term: u64, batches: Vec<Queued>) {
    let mut round = Round::default();
    for queued in batches {
        round.admit(partition, term, queued);
    }
    if round.chunks.is_empty() {
        return;
    }
    let body = if round.chunks.len() == 1 {
        Body::One(round.chunks.swap_remove(0))
    } else {
        Body::Many(round.chunks.into())
    };
    let proposed = Instant::now();
    let result = match group.propose(term, Command { count: round.count, base: 0, body }).await {
        Ok(Reply::BaseOffset(base)) => {
            partition.node.commits.record(proposed.elapsed());
            partition.count_traffic(round.bytes);
            Ok(base as i64)
        }
        Ok(_) => Err(AppendError::Unavailable),
        // A group also stops because its replica has moved away: others lead it.
        Err(ProposeError::Stopped { .. }) if partition.broken().is_some() => Err(AppendError::Unavailable),
        Err(ProposeError::NotLeader { .. } | ProposeError::Stopped { .. }) => Err(AppendError::NotLeader),
    };
    let log_start_offset = partition.bounds().0;
    for (into, answer) in round.answers {
        let at = result.map(|base| AppendedAt { base_offset: base + i64::from(into), log_start_offset });
        reply(answer, at);
    }
}
