//! The metadata group: the cluster's metadata as a replicated state machine.
//!
//! The image is immutable and shared; each applied command publishes a new one. Any node may propose: what
//! reaches a node that does not lead the group is passed to the one that does.
//!
//! Must never: change an image other than by applying the group's log.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::error;

use super::calls::{self, CallError, Caller};
use crate::metadata::{Command, MetadataError, MetadataImage, Outcome};
use crate::raft::liveness::Liveness;
use crate::raft::{
    self, Applied, GroupId, Groups, METADATA_GROUP, Payload, ProposeError, RaftNodeId, Reply, StateMachine,
};
use crate::wal::Body;

/// The state machine: the newest image, and word of each change.
pub struct MetadataState {
    image: ArcSwap<MetadataImage>,
    /// Images are made one at a time.
    applying: Mutex<()>,
    version: watch::Sender<u64>,
}

impl Default for MetadataState {
    fn default() -> Self {
        Self {
            image: ArcSwap::from_pointee(MetadataImage::new()),
            applying: Mutex::new(()),
            version: watch::Sender::new(0),
        }
    }
}

impl MetadataState {
    /// The newest image.
    pub fn image(&self) -> Arc<MetadataImage> {
        self.image.load_full()
    }

    /// Sees a new value after each change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    fn publish(&self, image: MetadataImage) {
        self.image.store(Arc::new(image));
        self.version.send_modify(|v| *v += 1);
    }
}

impl StateMachine for MetadataState {
    fn apply(&self, entry: &Applied<'_>) -> Reply {
        let Payload::Data(command) = entry.payload else { return Reply::None };
        let _one_at_a_time = self.applying.lock();
        let result: Result<Outcome, MetadataError> = match serde_json::from_slice(&command.body.to_bytes()) {
            Ok(command) => {
                let mut image = (*self.image()).clone();
                let result = image.apply(command);
                if result.is_ok() {
                    self.publish(image);
                }
                result
            }
            // Written by a newer version: the same refusal on every node of this version.
            Err(e) => Err(MetadataError::InvalidRequest { reason: format!("not a command known here: {e}") }),
        };
        Reply::Bytes(encode(&result))
    }

    /// Metadata holds no records.
    fn end_offset(&self) -> u64 {
        0
    }

    fn reset(&self) {
        self.publish(MetadataImage::new());
    }

    fn encode(&self) -> Bytes {
        encode(&*self.image())
    }

    fn restore(&self, state: &[u8]) -> io::Result<()> {
        self.publish(serde_json::from_slice(state)?);
        Ok(())
    }
}

/// As it is written to the log and between nodes.
pub(super) fn encode(value: &impl Serialize) -> Bytes {
    match serde_json::to_vec(value) {
        Ok(bytes) => bytes.into(),
        Err(e) => {
            error!("cannot encode metadata: {e}");
            Bytes::new()
        }
    }
}

/// Why a proposal has no outcome.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProposalError {
    /// The metadata refuses it.
    #[error(transparent)]
    Refused(#[from] MetadataError),
    /// Nobody led the metadata group all the time: nothing was proposed.
    #[error("there was no metadata leader for {0:?}: check that a majority of the nodes is up")]
    NoLeader(Duration),
    /// It was proposed, and no answer came in time. It may still be carried out.
    #[error("the metadata leader did not answer within {0:?}: it may still be carried out")]
    TimedOut(Duration),
}

/// The metadata of the cluster, on this node. Cheap to clone.
#[derive(Clone)]
pub struct MetadataLog {
    state: Arc<MetadataState>,
    groups: Groups,
    liveness: Liveness,
    caller: Caller,
}

/// A proposal's answer between nodes.
#[derive(Serialize, Deserialize)]
enum Answer {
    Done(Result<Outcome, MetadataError>),
    NotLeader,
}

const RETRY_PAUSE: Duration = Duration::from_millis(20);

impl MetadataLog {
    /// The log of a metadata group that `groups` runs with this state.
    pub fn new(state: Arc<MetadataState>, groups: Groups, liveness: Liveness, caller: Caller) -> Self {
        Self { state, groups, liveness, caller }
    }

    /// The newest image.
    pub fn image(&self) -> Arc<MetadataImage> {
        self.state.image()
    }

    /// Sees a new value after each change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.state.changes()
    }

    /// A number that is another one after each change.
    pub fn generation(&self) -> u64 {
        *self.state.version.borrow()
    }

    /// The broker that leads the metadata group now; `None` as well where this node does not hear a majority of the
    /// voters: a leader that lost them does not know it yet, and can carry nothing out.
    pub fn leader(&self) -> Option<i32> {
        let claimed = self.liveness.leadership(METADATA_GROUP).map(|l| l.leader);
        claimed.filter(|_| self.hears_a_majority())
    }

    fn hears_a_majority(&self) -> bool {
        let heard =
            |voter: RaftNodeId| voter.broker() == self.caller.me() || self.liveness.is_alive(voter.broker());
        self.groups.get(METADATA_GROUP).is_none_or(|group| group.is_majority(heard))
    }

    /// Proposes a command through whichever node leads, and waits until the leader has applied it. This node may apply
    /// it later: who needs that waits with [`MetadataLog::wait_for`].
    /// Commands may be carried out twice when an answer is lost; they are made for that.
    pub async fn propose(&self, command: Command, timeout: Duration) -> Result<Outcome, ProposalError> {
        let deadline = Instant::now() + timeout;
        let body = encode(&command);
        let mut was_proposed = false;
        while Instant::now() < deadline {
            if let Some(leader) = self.leader() {
                was_proposed = true;
                let attempt = self.attempt(leader, body.clone());
                if let Ok(Some(result)) = tokio::time::timeout_at(deadline, attempt).await {
                    return Ok(result?);
                }
            }
            tokio::time::sleep_until(deadline.min(Instant::now() + RETRY_PAUSE)).await;
        }
        Err(if was_proposed { ProposalError::TimedOut(timeout) } else { ProposalError::NoLeader(timeout) })
    }

    async fn attempt(&self, leader: i32, body: Bytes) -> Option<Result<Outcome, MetadataError>> {
        if leader == self.caller.me() {
            return self.propose_here(body).await;
        }
        let answer = self.caller.call(leader, calls::Method::ProposeMetadata, Bytes::new(), vec![body]).await;
        match answer
            .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|e| CallError::Malformed(e.to_string())))
        {
            Ok(Answer::Done(result)) => Some(result),
            Ok(Answer::NotLeader) | Err(_) => None,
        }
    }

    async fn propose_here(&self, body: Bytes) -> Option<Result<Outcome, MetadataError>> {
        let group = self.groups.get(METADATA_GROUP)?;
        let term = group.leads()?;
        let command = raft::Command { count: 0, base: 0, body: Body::One(body) };
        match group.propose(term, command).await {
            Ok(Reply::Bytes(bytes)) => serde_json::from_slice(&bytes).ok(),
            Ok(_) | Err(ProposeError::NotLeader { .. } | ProposeError::Stopped { .. }) => None,
        }
    }

    /// Serves a proposal that another node passed on.
    pub async fn serve(&self, body: Bytes) -> Bytes {
        match self.propose_here(body).await {
            Some(result) => encode(&Answer::Done(result)),
            None => encode(&Answer::NotLeader),
        }
    }

    /// Waits until `ready` holds for the image, at most until the deadline. True if it does.
    pub async fn wait_for(&self, deadline: Instant, ready: impl Fn(&MetadataImage) -> bool) -> bool {
        let mut changes = self.changes();
        loop {
            if ready(&self.image()) {
                return true;
            }
            if !matches!(tokio::time::timeout_at(deadline, changes.changed()).await, Ok(Ok(()))) {
                return ready(&self.image());
            }
        }
    }

    /// The Raft group that partition `index` of the topic is, if it exists.
    pub fn group_of(&self, topic: &str, index: i32) -> Option<GroupId> {
        let image = self.image();
        let partition = image.topic(topic)?.partitions.get(usize::try_from(index).ok()?)?.group;
        Some(partition)
    }
}
