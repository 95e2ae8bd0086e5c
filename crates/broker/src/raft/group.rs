//! One Raft group on this node.
//!
//! Must never: lead without having applied everything committed before its term (a proposal is only accepted for
//! the term that its proposer believes in, and callers wait for [`Group::leads`] and the term's first entry).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use openraft::Instant as _;
use openraft::async_runtime::WatchReceiver;
use openraft::errors::{ClientWriteError, ForwardReason};
use openraft::impls::ProgressResponder;
use openraft::raft::{AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest, VoteRequest};
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::codec::{entry_from_wire, id_from_wire, id_to_wire, vote_from_wire, vote_of, vote_to_wire};
use super::machine::Machine;
use super::transport::wire::{self, append_reply::Status, envelope::Body};
use super::types::{Command, CommittedLeaderId, GroupId, Raft, RaftNodeId, Reply, TypeConfig, Vote};
use crate::wal::GroupLog;

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

/// The vote that this node last made durable while running, as far as it concerns leadership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leader {
    pub(super) term: u64,
    pub(super) node: RaftNodeId,
}

/// How far a follower is, seen from the leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The replica.
    pub node: RaftNodeId,
    /// The last index known to be on its disk.
    pub matched: Option<u64>,
    /// How long ago the newest message that it has answered was sent.
    pub acked: Option<Duration>,
}

/// A leader's view of its group.
#[derive(Debug, Clone, Default)]
pub struct Replication {
    /// The last index of the leader's own log.
    pub last: Option<u64>,
    /// All other members.
    pub followers: Vec<Progress>,
}

/// One Raft group on this node.
pub struct Group {
    id: GroupId,
    me: RaftNodeId,
    voters: Vec<RaftNodeId>,
    pub(super) raft: Raft,
    machine: Machine,
    log: GroupLog,
    leader: Arc<Mutex<Option<Leader>>>,
    runtime: Handle,
}

/// What is needed to make a [`Group`].
pub(super) struct Parts {
    pub(super) id: GroupId,
    pub(super) me: RaftNodeId,
    pub(super) voters: Vec<RaftNodeId>,
    pub(super) raft: Raft,
    pub(super) machine: Machine,
    pub(super) log: GroupLog,
    pub(super) leader: Arc<Mutex<Option<Leader>>>,
    pub(super) runtime: Handle,
}

impl Group {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { id, me, voters, raft, machine, log, leader, runtime } = parts;
        Self { id, me, voters, raft, machine, log, leader, runtime }
    }

    /// The group's id.
    pub fn id(&self) -> GroupId {
        self.id
    }

    /// This node's replica id in it.
    pub fn me(&self) -> RaftNodeId {
        self.me
    }

    /// The voters, the preferred leader first.
    pub fn voters(&self) -> &[RaftNodeId] {
        &self.voters
    }

    /// The group's log in the WAL.
    pub fn log(&self) -> &GroupLog {
        &self.log
    }

    /// The leader of the newest term that this node has a committed vote for, if any: (term, leader).
    pub fn leader(&self) -> Option<(u64, RaftNodeId)> {
        self.leader.lock().map(|l| (l.term, l.node))
    }

    /// The term that this node leads, if it does.
    pub fn leads(&self) -> Option<u64> {
        self.leader().filter(|(_, node)| *node == self.me).map(|(term, _)| term)
    }

    /// Proposes a command in the given term. The call hands it to Raft before its first suspension; the answer
    /// comes when it is committed and applied here.
    pub async fn propose(&self, term: u64, command: Command) -> Result<Reply, ProposeError> {
        let stopped = |why: String| ProposeError::Stopped { group: self.id, why };
        let mut pause = Duration::from_millis(1);
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
                    // An idle group is quiescent: its lease ran out with its last round, and nothing was appended.
                    // One heartbeat to a quorum renews it.
                    self.raft.trigger().heartbeat().await.map_err(|e| stopped(e.to_string()))?;
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(50));
                }
                Ok(Err(_)) => return Err(ProposeError::NotLeader { group: self.id, term }),
                Err(_) => return Err(stopped("the proposal was dropped".into())),
            }
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
        let Some(vote) = self.log.state().vote.filter(|v| v.committed && v.leader != self.me.raw()) else {
            return self.elect();
        };
        let from = vote_of(vote.term, vote.leader, true);
        let request = TransferLeaderRequest::new(from, self.me.raw(), None);
        let group = self.clone();
        self.runtime.spawn(async move { drop(group.raft.handle_transfer_leader(request).await) });
    }

    /// Tells the group that a broker can be reached again: replication to it goes on at once.
    pub(super) fn reachable(self: &Arc<Self>, broker: i32) {
        let targets: Vec<u64> =
            self.voters.iter().filter(|v| v.broker() == broker).map(|v| v.raw()).collect();
        let group = self.clone();
        self.runtime.spawn(async move { drop(group.raft.trigger().reset_backoff(targets).await) });
    }

    /// Tells the followers once that this node leads, and what is committed.
    pub(super) fn heartbeat(self: &Arc<Self>) {
        let group = self.clone();
        self.runtime.spawn(async move { drop(group.raft.trigger().heartbeat().await) });
    }

    /// Hands leadership over to another voter that is alive and caught up; it happens in the background.
    ///
    /// If the other does not take it, openraft leaves this leader in transfer, where it refuses proposals until its
    /// term ends. Whoever offers this to an operator must watch for that and start an election.
    pub fn transfer_leader(self: &Arc<Self>, to: RaftNodeId) {
        let group = self.clone();
        self.runtime.spawn(async move { drop(group.raft.trigger().transfer_leader(to.raw()).await) });
    }

    /// How far every member is, if this node leads.
    pub fn replication(&self) -> Option<Replication> {
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow_watched();
        let followers = metrics.replication.as_ref()?;
        let acked = |id: u64| metrics.heartbeat.as_ref()?.get(&id)?.map(|sent| sent.elapsed());
        let followers = followers
            .iter()
            .filter(|(id, _)| **id != self.me.raw())
            .map(|(id, matched)| Progress {
                node: RaftNodeId::from_raw(*id),
                matched: matched.as_ref().map(|m| m.index),
                acked: acked(*id),
            })
            .collect();
        Some(Replication { last: metrics.last_log_index, followers })
    }

    /// The state machine's state and position, for a WAL checkpoint.
    pub(super) fn checkpoint(&self) -> Bytes {
        self.machine.checkpoint()
    }

    /// Ends the group's tasks.
    pub async fn shutdown(&self) {
        drop(self.raft.shutdown().await);
    }

    /// Processes a peer's message.
    pub(super) async fn handle(&self, message: Body) -> Result<Body, String> {
        match message {
            Body::Append(append) => self.handle_append(append).await,
            Body::Vote(vote) => self.handle_vote(vote).await,
            Body::TransferLeader(transfer) => self.handle_transfer(transfer).await,
            _ => Err("a message of this kind is not for a group".into()),
        }
    }

    async fn handle_append(&self, append: wire::Append) -> Result<Body, String> {
        let entries: io::Result<Vec<_>> = append.entries.into_iter().map(entry_from_wire).collect();
        let rpc = AppendEntriesRequest {
            vote: vote_from_wire(append.vote).map_err(text)?,
            prev_log_id: id_from_wire(append.prev),
            entries: entries.map_err(text)?,
            leader_commit: id_from_wire(append.commit),
        };
        let mut reply = wire::AppendReply::default();
        match self.raft.append_entries(rpc).await.map_err(text)? {
            AppendEntriesResponse::Success => reply.set_status(Status::Success),
            AppendEntriesResponse::PartialSuccess(matched) => {
                reply.set_status(Status::Partial);
                reply.matched = matched.as_ref().map(id_to_wire);
            }
            AppendEntriesResponse::Conflict => reply.set_status(Status::Conflict),
            AppendEntriesResponse::HigherVote(vote) => {
                reply.set_status(Status::HigherVote);
                reply.vote = Some(vote_to_wire(&vote));
            }
        }
        Ok(Body::AppendReply(reply))
    }

    async fn handle_vote(&self, vote: wire::Vote) -> Result<Body, String> {
        let mut rpc = VoteRequest::new(vote_from_wire(vote.vote).map_err(text)?, id_from_wire(vote.last));
        rpc.leadership_transfer = vote.leadership_transfer;
        let answer = if vote.pre_vote { self.raft.pre_vote(rpc).await } else { self.raft.vote(rpc).await };
        let answer = answer.map_err(text)?;
        Ok(Body::VoteReply(wire::VoteReply {
            vote: Some(vote_to_wire(&answer.vote)),
            last: answer.last_log_id.as_ref().map(id_to_wire),
            granted: answer.vote_granted,
        }))
    }

    async fn handle_transfer(&self, transfer: wire::TransferLeader) -> Result<Body, String> {
        let from = vote_from_wire(transfer.from).map_err(text)?;
        let rpc = TransferLeaderRequest::new(from, transfer.to, id_from_wire(transfer.last));
        let answer = self.raft.handle_transfer_leader(rpc).await.map_err(text)?;
        Ok(Body::TransferLeaderReply(wire::TransferLeaderReply { accepted: answer.is_ok() }))
    }
}

fn text(e: impl std::fmt::Display) -> String {
    e.to_string()
}

/// What a durable vote says about leadership.
pub(super) fn leader_of(vote: &Vote) -> Option<Leader> {
    vote.committed
        .then(|| Leader { term: vote.leader_id.term, node: RaftNodeId::from_raw(vote.leader_id.voted_for) })
}
