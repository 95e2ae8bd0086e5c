//! Fetch: record batches of many partitions in one answer, waiting for them if there are too few.
//!
//! Fetch sessions (KIP-227) are refused the way Kafka refuses them when it has no room for one: a full
//! request is answered without a session, and a request that presumes one learns that there is none and
//! sends a full one. A follower serves what it has; who may be read from is the node's business.

mod frame;

use std::{sync::Arc, time::Duration};

use futures::FutureExt;
use kafka_protocol::{
    error::ResponseError,
    messages::{
        FetchRequest, TopicName,
        fetch_request::{FetchPartition, FetchTopic},
    },
};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::frame::Framed;
use super::{
    super::{
        answer::Hold,
        backend::{Backend, ReadOutcome, ReadRequest, TopicInfo, Watch, WatchPoint},
        budget::{Budget, Share},
        request::Envelope,
        session::Session,
    },
    Pending, epoch, millis, now,
};

/// Topics are named by id from this version on (KIP-516).
const TOPIC_IDS: i16 = 13;

pub(super) fn start<B: Backend>(
    session: &mut Session<B>,
    envelope: Envelope,
    request: FetchRequest,
) -> Pending {
    // Epochs 0 and -1 are full requests, with or without the wish for a session.
    if request.session_epoch > 0 || request.session_epoch < -1 {
        return now(frame::refuse(envelope, ResponseError::FetchSessionIdNotFound));
    }
    let (before, turn) = session.fetch_turn();
    let fetch = Fetch::new(session, envelope, request);
    async move {
        before.over().await;
        let (framed, share) = fetch.run().await;
        framed.into_answer(Hold::new(share, turn))
    }
    .boxed()
}

/// One topic of the request, in its order.
struct Topic {
    name: TopicName,
    id: Uuid,
    found: Option<Arc<TopicInfo>>,
    /// How many of the partitions are this topic's.
    partitions: usize,
}

/// One partition of the request, in its order.
struct Partition {
    /// Index into the topics.
    topic: usize,
    read: ReadRequest,
}

struct Fetch<B> {
    node: Arc<B>,
    budget: Arc<Budget>,
    shutdown: CancellationToken,
    envelope: Envelope,
    topics: Vec<Topic>,
    partitions: Vec<Partition>,
    max_bytes: usize,
    min_bytes: usize,
    max_wait: Duration,
    read_committed: bool,
}

impl<B: Backend> Fetch<B> {
    fn new(session: &Session<B>, envelope: Envelope, request: FetchRequest) -> Self {
        let node = Arc::clone(&session.node);
        let read_committed = request.isolation_level == 1;
        let max_bytes = bytes(request.max_bytes).min(node.settings().fetch_max_bytes);
        let mut topics = Vec::with_capacity(request.topics.len());
        let mut partitions = Vec::new();
        for FetchTopic { topic: name, topic_id: id, partitions: asked, .. } in request.topics {
            let found = if envelope.version >= TOPIC_IDS { node.topic_by_id(id) } else { node.topic(&name) };
            let topic = topics.len();
            topics.push(Topic { name, id, found, partitions: asked.len() });
            partitions.extend(
                asked.iter().map(|asked| Partition { topic, read: read_request(asked, read_committed) }),
            );
        }
        Self {
            budget: Arc::clone(&session.budget),
            shutdown: session.shutdown.clone(),
            node,
            envelope,
            topics,
            partitions,
            max_bytes,
            min_bytes: bytes(request.min_bytes).min(max_bytes),
            max_wait: millis(request.max_wait_ms),
            read_committed,
        }
    }

    async fn run(self) -> (Framed, Option<Share>) {
        let deadline = Instant::now() + self.max_wait;
        let mut outcomes = vec![ReadOutcome::default(); self.partitions.len()];
        let mut share = self.read(0..self.partitions.len(), &mut outcomes).await;
        if !self.max_wait.is_zero() && !self.is_enough(&outcomes) {
            let mut watch = self.node.watch(self.watch_points(&outcomes));
            loop {
                let changed = tokio::select! {
                    changed = watch.changed() => changed,
                    () = sleep_until(deadline) => break,
                    () = self.shutdown.cancelled() => break,
                };
                drop(share.take());
                share = self.read(changed.into_iter(), &mut outcomes).await;
                if self.is_enough(&outcomes) {
                    break;
                }
            }
        }
        let framed = frame::frame(
            self.envelope,
            &self.node.cluster(),
            &self.topics,
            &self.partitions,
            &outcomes,
            self.read_committed,
        );
        (framed, share)
    }

    /// Reads these partitions (again), the first ones first, within what this answer and the node have
    /// room for. Whatever the room, the answer gets one batch, so that every consumer gets on.
    async fn read(&self, which: impl Iterator<Item = usize>, outcomes: &mut [ReadOutcome]) -> Option<Share> {
        let mut share = self.budget.answer(self.max_bytes);
        let room = share.as_ref().map_or(0, Share::bytes);
        let mut total: usize = outcomes.iter().map(ReadOutcome::size).sum();
        for index in which {
            let (Some(partition), Some(outcome)) = (self.partitions.get(index), outcomes.get_mut(index))
            else {
                continue;
            };
            total -= outcome.size();
            let request = ReadRequest {
                max_bytes: partition.read.max_bytes.min(room.saturating_sub(total)),
                at_least_one_batch: total == 0,
                ..partition.read
            };
            *outcome = self.read_one(partition.topic, request).await;
            total += outcome.size();
        }
        if let Some(share) = &mut share {
            share.keep(total);
        }
        share
    }

    async fn read_one(&self, topic: usize, request: ReadRequest) -> ReadOutcome {
        match self.topics.get(topic).and_then(|topic| topic.found.as_ref()) {
            Some(found) => self.node.read(Arc::clone(found), request).await,
            None if self.envelope.version >= TOPIC_IDS => ReadOutcome::failed(ResponseError::UnknownTopicId),
            None => ReadOutcome::failed(ResponseError::UnknownTopicOrPartition),
        }
    }

    /// Whether there is nothing to wait for: enough bytes, or something that the client must know now.
    fn is_enough(&self, outcomes: &[ReadOutcome]) -> bool {
        let total: usize = outcomes.iter().map(ReadOutcome::size).sum();
        outcomes.is_empty()
            || total >= self.min_bytes
            || outcomes.iter().any(|outcome| outcome.error.is_some() || outcome.diverging.is_some())
    }

    /// A watch point for each partition, in the same order.
    fn watch_points(&self, outcomes: &[ReadOutcome]) -> Vec<WatchPoint> {
        let seen = |outcome: &ReadOutcome| {
            if self.read_committed { outcome.last_stable_offset } else { outcome.high_watermark }
        };
        let topic_id = |partition: &Partition| {
            let topic = self.topics.get(partition.topic)?.found.as_ref()?;
            Some(topic.id)
        };
        self.partitions
            .iter()
            .zip(outcomes)
            .map(|(partition, outcome)| WatchPoint {
                // All are found: one that is not is an error, which is answered at once.
                topic_id: topic_id(partition).unwrap_or_default(),
                partition: partition.read.partition,
                seen: seen(outcome),
            })
            .collect()
    }
}

fn read_request(asked: &FetchPartition, read_committed: bool) -> ReadRequest {
    ReadRequest {
        partition: asked.partition,
        offset: asked.fetch_offset,
        max_bytes: bytes(asked.partition_max_bytes),
        at_least_one_batch: false,
        current_leader_epoch: epoch(asked.current_leader_epoch),
        last_fetched_epoch: epoch(asked.last_fetched_epoch),
        read_committed,
    }
}

/// A size as it stands on the wire; a negative one is none.
fn bytes(size: i32) -> usize {
    usize::try_from(size).unwrap_or(0)
}
