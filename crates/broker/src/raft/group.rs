//! One Raft group on this node.
//!
//! Must never: lead without having applied everything committed before its term (a proposal is only accepted for
//! the term that its proposer believes in, and callers wait for [`Group::leads`] and the term's first entry).

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use openraft::ServerState;
use openraft::alias::InstantOf;
use openraft::async_runtime::WatchReceiver;
use openraft::errors::{ClientWriteError, ForwardReason};
use openraft::impls::ProgressResponder;
use openraft::metrics::WaitError;
use openraft::raft::TransferLeaderRequest;
use openraft::type_config::TypeConfigExt;
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::codec::vote_of;
use super::machine::Machine;
use super::membership::Members;
use super::types::{Command, CommittedLeaderId, GroupId, Raft, RaftNodeId, Reply, TypeConfig, Vote};
use crate::wal::{GroupLog, Vote as DurableVote};

/// Why a proposal was not committed by this node, as far as it knows.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProposeError {
    /// This node does not lead the group in that term. If the proposal had already been appended, it may still
    /// be committed by the next leader.
    #[error("this node does not lead group {group} in term {term}")]
    NotLeader {
        /// The group.
        group: GroupId,
        /// The term that was asked for.
        term: u64,
    },
    /// The group's task is gone: the node stops, or its storage failed.
    #[error("group {group} has stopped: {why}")]
    Stopped {
        /// The group.
        group: GroupId,
        /// What stopped it.
        why: String,
    },
}

/// The same moment by openraft's clock and by the standard library's, which is the same one but cannot be got at.
static MOMENT: LazyLock<(InstantOf<TypeConfig>, Instant)> =
    LazyLock::new(|| (TypeConfig::now(), Instant::now()));

/// When that was by the standard library's clock. It was after [`MOMENT`].
fn std_instant(at: InstantOf<TypeConfig>) -> Instant {
    let (theirs, ours) = *MOMENT;
    ours + (at - theirs)
}

/// The vote that this node last made durable while running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Voted {
    pub(super) term: u64,
    pub(super) node: RaftNodeId,
    /// Whether it is known to lead: a majority voted so.
    pub(super) leads: bool,
    pub(super) at: Instant,
}

impl Voted {
    pub(super) fn now(vote: &Vote) -> Self {
        let node = RaftNodeId::from_raw(vote.leader_id.voted_for);
        Self { term: vote.leader_id.term, node, leads: vote.committed, at: Instant::now() }
    }
}

/// How far a follower is, seen from the leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The replica.
    pub node: RaftNodeId,
    /// The last index known to be on its disk.
    pub matched: Option<u64>,
    /// When the newest message that it has answered was sent.
    pub acked: Option<Instant>,
    /// Whether it votes; a learner does not.
    pub votes: bool,
}

/// A leader's view of its group.
#[derive(Debug, Clone, Default)]
pub struct Replication {
    /// The last index of the leader's own log.
    pub last: Option<u64>,
    /// The last index that a quorum has.
    pub committed: Option<u64>,
    /// The last index that is applied here.
    pub applied: Option<u64>,
    /// All other members.
    pub followers: Vec<Progress>,
}

/// One Raft group on this node.
pub struct Group {
    id: GroupId,
    me: RaftNodeId,
    /// The brokers that should lead, the most preferred first.
    preference: ArcSwap<Vec<i32>>,
    pub(super) raft: Raft,
    pub(super) machine: Machine,
    log: GroupLog,
    voted: Arc<Mutex<Option<Voted>>>,
    pub(super) runtime: Handle,
    /// How long an election may take: after that a hand-over is taken to have failed.
    pub(super) patience: Duration,
}

/// What is needed to make a [`Group`].
pub(super) struct Parts {
    pub(super) id: GroupId,
    pub(super) me: RaftNodeId,
    pub(super) preference: Vec<i32>,
    pub(super) raft: Raft,
    pub(super) machine: Machine,
    pub(super) log: GroupLog,
    pub(super) voted: Arc<Mutex<Option<Voted>>>,
    pub(super) runtime: Handle,
    pub(super) patience: Duration,
}

impl Group {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { id, me, preference, raft, machine, log, voted, runtime, patience } = parts;
        // Before anything is sent.
        LazyLock::force(&MOMENT);
        let preference = ArcSwap::from_pointee(preference);
        Self { id, me, preference, raft, machine, log, voted, runtime, patience }
    }

    /// The group's id.
    pub fn id(&self) -> GroupId {
        self.id
    }

    /// This node's replica id in it.
    pub fn me(&self) -> RaftNodeId {
        self.me
    }

    /// The voters, as the newest entry about them in this node's log says; the preferred leader first.
    pub fn voters(&self) -> Vec<RaftNodeId> {
        let preference = self.preference.load();
        let rank = |v: &RaftNodeId| preference.iter().position(|b| *b == v.broker()).unwrap_or(usize::MAX);
        let mut voters: Vec<RaftNodeId> = self.members().voters().into_iter().collect();
        voters.sort_by_key(rank);
        voters
    }

    /// Says which brokers should lead, the most preferred first.
    pub fn prefer(&self, brokers: Vec<i32>) {
        if **self.preference.load() != brokers {
            self.preference.store(Arc::new(brokers));
        }
    }

    /// Who takes part, as the newest entry about it in this node's log says.
    pub fn members(&self) -> Members {
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow_watched();
        let stored = &metrics.membership_config;
        let membership = stored.membership();
        let id = |id: &u64| RaftNodeId::from_raw(*id);
        Members {
            voter_sets: membership
                .get_joint_config()
                .iter()
                .map(|set| set.iter().map(id).collect())
                .collect(),
            learners: membership.learner_ids().map(RaftNodeId::from_raw).collect(),
            committed: *stored.log_id() <= metrics.last_applied,
        }
    }

    /// Whether those of the voters that are heard are a majority: of both sets while the members change.
    pub fn is_majority(&self, heard: impl Fn(RaftNodeId) -> bool) -> bool {
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow_watched();
        let sets = metrics.membership_config.membership().get_joint_config();
        let of = |set: &BTreeSet<u64>| set.iter().filter(|id| heard(RaftNodeId::from_raw(**id))).count();
        sets.iter().all(|set| 2 * of(set) > set.len())
    }

    /// The snapshot that a replica too far behind is sent, in bytes; `None` while nothing has been purged.
    pub fn snapshot_bytes(&self) -> Option<u64> {
        self.machine.base_bytes()
    }

    /// When that snapshot's state was taken, in milliseconds since 1970.
    pub fn snapshot_at_ms(&self) -> Option<i64> {
        self.machine.base_taken_at_ms()
    }

    /// The group's log in the WAL.
    pub fn log(&self) -> &GroupLog {
        &self.log
    }

    /// The leader of the newest term that this node has a committed vote for, if any: (term, leader).
    pub fn leader(&self) -> Option<(u64, RaftNodeId)> {
        self.voted.lock().filter(|v| v.leads).map(|v| (v.term, v.node))
    }

    /// The other replica that this one has voted for while running, or knows to lead, and since when.
    pub(super) fn favours(&self) -> Option<(RaftNodeId, Instant)> {
        self.voted.lock().filter(|v| v.node != self.me).map(|v| (v.node, v.at))
    }

    /// The other replica that this one last followed, even before it was started again. What the leader claims to its peers
    /// would not do: one that was started again claims nothing. `None` once this replica has voted for somebody else.
    pub(super) fn followed(&self) -> Option<RaftNodeId> {
        self.vote_followed().map(|vote| RaftNodeId::from_raw(vote.leader))
    }

    /// The vote by which this replica follows another.
    fn vote_followed(&self) -> Option<DurableVote> {
        self.log.state().vote.filter(|v| v.committed && v.leader != self.me.raw())
    }

    /// The term that this node leads, if it does.
    pub fn leads(&self) -> Option<u64> {
        self.leader().filter(|(_, node)| *node == self.me).map(|(term, _)| term)
    }

    /// Proposes a command in the given term. The call hands it to Raft before its first suspension; the answer
    /// comes when it is committed and applied here.
    pub async fn propose(&self, term: u64, command: Command) -> Result<Reply, ProposeError> {
        let stopped = |why: String| ProposeError::Stopped { group: self.id, why };
        loop {
            let (responder, answer) = ProgressResponder::<TypeConfig, _>::complete_only();
            let write = self
                .raft
                .write(command.clone())
                .with_leader(CommittedLeaderId::new(term))
                .responder(responder);
            write.await.map_err(|e| stopped(e.to_string()))?;
            match answer.await {
                Ok(Ok(response)) => return Ok(response.data),
                Ok(Err(ClientWriteError::ForwardToLeader(forward)))
                    if matches!(forward.reason, ForwardReason::LeaseExpired)
                        && self.leads() == Some(term) =>
                {
                    self.renew_lease().await.map_err(stopped)?;
                }
                Ok(Err(_)) => return Err(ProposeError::NotLeader { group: self.id, term }),
                Err(_) => return Err(stopped("the proposal was dropped".into())),
            }
        }
    }

    /// An idle group is quiescent: its lease ran out some time after its last round, and nothing was appended. One
    /// heartbeat that a quorum answers renews it. More of them would not come back any sooner from nodes that are busy, so
    /// it is only repeated where that one may have been lost.
    async fn renew_lease(&self) -> Result<(), String> {
        let asked = TypeConfig::now();
        self.raft.trigger().heartbeat().await.map_err(|e| e.to_string())?;
        let acked = |m: &openraft::RaftMetrics<TypeConfig>| {
            m.last_quorum_acked.is_some_and(|at| at.into_inner() >= asked)
        };
        let renewed = self.raft.wait(Some(self.patience));
        match renewed.metrics(|m| m.state != ServerState::Leader || acked(m), "the lease is renewed").await {
            Err(WaitError::ShuttingDown) => Err("it shuts down".into()),
            // Renewed, or to be tried again if this node still leads.
            Ok(_) | Err(WaitError::Timeout(..)) => Ok(()),
        }
    }

    /// Starts an election here, unless a quorum still hears a leader (pre-vote).
    pub(super) fn elect(self: &Arc<Self>) {
        let group = self.clone();
        self.runtime.spawn(async move { drop(group.raft.trigger().elect(true).await) });
    }

    /// Starts an election here although the leader's lease may not have run out: for when its process is known to
    /// be gone. The lease only spares the group needless elections; votes and logs decide as ever.
    pub(super) fn take_over(self: &Arc<Self>) {
        let Some(vote) = self.vote_followed() else { return self.elect() };
        let from = vote_of(vote.term, vote.leader, true);
        let request = TransferLeaderRequest::new(from, self.me.raw(), None);
        let group = self.clone();
        self.runtime.spawn(async move { drop(group.raft.handle_transfer_leader(request).await) });
    }

    /// Tells the group that a broker can be reached again: replication to it goes on at once.
    pub(super) fn reachable(self: &Arc<Self>, broker: i32) {
        let members = self.members();
        let all = members.voters().into_iter().chain(members.learners);
        let targets: Vec<u64> = all.filter(|v| v.broker() == broker).map(RaftNodeId::raw).collect();
        let group = self.clone();
        self.runtime.spawn(async move { drop(group.raft.trigger().reset_backoff(targets).await) });
    }

    /// Tells the followers once that this node leads, and what is committed.
    pub(super) fn heartbeat(self: &Arc<Self>) {
        let group = self.clone();
        self.runtime.spawn(async move { drop(group.raft.trigger().heartbeat().await) });
    }

    /// How far every member is, if this node leads.
    pub fn replication(&self) -> Option<Replication> {
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow_watched();
        let followers = metrics.replication.as_ref()?;
        let acked =
            |id: u64| metrics.heartbeat.as_ref()?.get(&id)?.map(|sent| std_instant(sent.into_inner()));
        let membership = metrics.membership_config.membership();
        let votes = |id: u64| membership.get_joint_config().iter().any(|set| set.contains(&id));
        let followers = followers
            .iter()
            .filter(|(id, _)| **id != self.me.raw())
            .map(|(id, matched)| Progress {
                node: RaftNodeId::from_raw(*id),
                matched: matched.as_ref().map(|m| m.index),
                acked: acked(*id),
                votes: votes(*id),
            })
            .collect();
        let index = |id: &Option<super::types::LogId>| id.as_ref().map(|id| id.index);
        Some(Replication {
            last: metrics.last_log_index,
            committed: index(&metrics.cluster_committed),
            applied: index(&metrics.last_applied),
            followers,
        })
    }

    /// The state machine's state and position, for a WAL checkpoint.
    pub(super) fn checkpoint(&self) -> Bytes {
        self.machine.checkpoint()
    }

    /// Ends the group's tasks.
    pub async fn shutdown(&self) {
        drop(self.raft.shutdown().await);
    }
}
