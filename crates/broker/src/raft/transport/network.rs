//! openraft's network traits over the shared links.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::{FutureExt, Stream, StreamExt};
use openraft::OptionalSend;
use openraft::base::{BoxFuture, BoxStream};
use openraft::errors::{NetworkError, RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::{RPCOption, RaftNetworkFactory, RaftNetworkV2};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, StreamAppendResult, TransferLeaderRequest,
    TransferLeaderResponse, VoteRequest, VoteResponse,
};
use prost::Message;
use tokio::sync::oneshot;

use super::link::{Link, LinkError};
use super::notices::Notices;
use super::wire::{self, append_reply::Status, envelope::Body};
use super::{Class, Peers};
use crate::raft::codec::{entry_to_wire, id_from_wire, id_to_wire, vote_from_wire, vote_to_wire};
use crate::raft::machine::Learners;
use crate::raft::throttle::Throttle;
use crate::raft::types::{GroupId, LogId, METADATA_GROUP, RaftNodeId, Snapshot, TypeConfig, Vote};

/// `Append` messages to one follower of one group under way at a time.
const PIPELINE: usize = 64;

/// Makes a group's connections to its other members.
#[derive(Clone)]
pub(crate) struct Factory {
    pub(crate) group: GroupId,
    pub(crate) peers: Peers,
    /// Who does not vote: what it is sent is throttled.
    pub(crate) learners: Learners,
    pub(crate) throttle: Arc<Throttle>,
}

/// A group's connection to one member.
pub(crate) struct Network {
    group: GroupId,
    target: RaftNodeId,
    peers: Peers,
    learners: Learners,
    throttle: Arc<Throttle>,
    /// The stream for log entries; votes always take the control stream.
    appends: Class,
}

impl RaftNetworkFactory<TypeConfig> for Factory {
    type Network = Network;

    async fn new_client(&mut self, target: u64, _node: &openraft::EmptyNode) -> Network {
        self.network(target, if self.group == METADATA_GROUP { Class::Control } else { Class::Bulk })
    }

    async fn new_heartbeat_client(&mut self, target: u64, _node: &openraft::EmptyNode) -> Network {
        self.network(target, Class::Control)
    }
}

impl Factory {
    fn network(&self, target: u64, appends: Class) -> Network {
        Network {
            group: self.group,
            target: RaftNodeId::from_raw(target),
            peers: self.peers.clone(),
            learners: self.learners.clone(),
            throttle: self.throttle.clone(),
            appends,
        }
    }
}

type RpcError = RPCError<TypeConfig>;

fn unreachable_peer(e: &LinkError) -> RpcError {
    RPCError::Unreachable(Unreachable::new(e))
}

fn malformed(e: &io::Error) -> RpcError {
    RPCError::Network(NetworkError::new(e))
}

impl Network {
    fn link(&self, class: Class) -> Result<Link, RpcError> {
        let broker = self.target.broker();
        self.peers.link(broker, class).ok_or_else(|| unreachable_peer(&LinkError::Down(broker)))
    }

    async fn ask(&self, class: Class, body: Body, option: &RPCOption) -> Result<Body, RpcError> {
        let answer = self.link(class)?.request(self.group, self.target.raw(), body, None);
        match tokio::time::timeout(option.hard_ttl(), answer).await {
            Ok(Ok(Ok(body))) => Ok(body),
            Ok(Ok(Err(e))) => Err(unreachable_peer(&e)),
            Ok(Err(_)) | Err(_) => Err(unreachable_peer(&LinkError::Broken(self.target.broker()))),
        }
    }

    async fn ask_vote(
        &self,
        rpc: VoteRequest<TypeConfig>,
        pre_vote: bool,
        option: &RPCOption,
    ) -> Result<VoteResponse<TypeConfig>, RpcError> {
        let body = Body::Vote(wire::Vote {
            vote: Some(vote_to_wire(&rpc.vote)),
            last: rpc.last_log_id.as_ref().map(id_to_wire),
            leadership_transfer: rpc.leadership_transfer,
            pre_vote,
        });
        match self.ask(Class::Control, body, option).await? {
            Body::VoteReply(r) => {
                let vote = vote_from_wire(r.vote).map_err(|e| malformed(&e))?;
                Ok(VoteResponse::new(vote, id_from_wire(r.last), r.granted))
            }
            _ => Err(unexpected()),
        }
    }
}

fn unexpected() -> RpcError {
    malformed(&io::Error::new(io::ErrorKind::InvalidData, "an answer of another kind than the request"))
}

fn append_to_wire(rpc: AppendEntriesRequest<TypeConfig>) -> wire::Append {
    wire::Append {
        vote: Some(vote_to_wire(&rpc.vote)),
        prev: rpc.prev_log_id.as_ref().map(id_to_wire),
        commit: rpc.leader_commit.as_ref().map(id_to_wire),
        entries: rpc.entries.into_iter().map(entry_to_wire).collect(),
    }
}

fn append_reply(body: Body) -> Result<AppendEntriesResponse<TypeConfig>, RpcError> {
    let Body::AppendReply(reply) = body else { return Err(unexpected()) };
    Ok(match reply.status() {
        Status::Success => AppendEntriesResponse::Success,
        Status::Partial => AppendEntriesResponse::PartialSuccess(id_from_wire(reply.matched)),
        Status::Conflict => AppendEntriesResponse::Conflict,
        Status::HigherVote => {
            AppendEntriesResponse::HigherVote(vote_from_wire(reply.vote).map_err(|e| malformed(&e))?)
        }
    })
}

impl RaftNetworkV2<TypeConfig> for Network {
    type SnapshotData = Bytes;

    async fn append_entries(
        &mut self,
        rpc: AppendEntriesRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<AppendEntriesResponse<TypeConfig>, RpcError> {
        append_reply(self.ask(self.appends, Body::Append(append_to_wire(rpc)), &option).await?)
    }

    fn stream_append<'s, S>(
        &'s mut self,
        input: S,
        _option: RPCOption,
    ) -> BoxFuture<'s, Result<BoxStream<'s, Result<StreamAppendResult<TypeConfig>, RpcError>>, RpcError>>
    where
        S: Stream<Item = AppendEntriesRequest<TypeConfig>> + OptionalSend + Unpin + 'static,
    {
        Box::pin(async move {
            let line = Line {
                group: self.group,
                to: self.target.raw(),
                link: self.link(self.appends)?,
                learners: self.learners.clone(),
                throttle: self.throttle.clone(),
            };
            let pipeline = Pipeline {
                peer: self.target.broker(),
                line,
                input: Some(Notices::new(input, self.appends == Class::Bulk)),
                admitting: None,
                under_way: VecDeque::new(),
                failed: false,
            };
            Ok(Box::pin(pipeline) as BoxStream<'s, _>)
        })
    }

    async fn vote(
        &mut self,
        rpc: VoteRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<VoteResponse<TypeConfig>, RpcError> {
        self.ask_vote(rpc, false, &option).await
    }

    async fn pre_vote(
        &mut self,
        rpc: VoteRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<VoteResponse<TypeConfig>, RpcError> {
        self.ask_vote(rpc, true, &option).await
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: Snapshot,
        cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        option: RPCOption,
    ) -> Result<SnapshotResponse<TypeConfig>, StreamingError<TypeConfig>> {
        let message = wire::Snapshot::decode(snapshot.snapshot)
            .map_err(|e| StreamingError::Network(NetworkError::new(&e)))?;
        let message = wire::Snapshot { vote: Some(vote_to_wire(&vote)), ..message };
        self.throttle.admit(message.encoded_len()).await;
        let answer = self.ask(self.appends, Body::Snapshot(message), &option);
        let answer = tokio::select! {
            answer = answer => answer.map_err(StreamingError::from)?,
            closed = cancel => return Err(StreamingError::Closed(closed)),
        };
        match answer {
            Body::SnapshotReply(reply) => {
                let vote =
                    vote_from_wire(reply.vote).map_err(|e| StreamingError::Network(NetworkError::new(&e)))?;
                Ok(SnapshotResponse::new(vote))
            }
            _ => Err(unexpected().into()),
        }
    }

    async fn transfer_leader(
        &mut self,
        req: TransferLeaderRequest<TypeConfig>,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse<TypeConfig>, RpcError> {
        let body = Body::TransferLeader(wire::TransferLeader {
            from: Some(vote_to_wire(req.from_leader())),
            to: *req.to_node_id(),
            last: req.last_log_id().map(id_to_wire),
        });
        match self.ask(Class::Control, body, &option).await? {
            // A refusal means that the transfer does not happen; see `Group::hand_over` for what follows.
            Body::TransferLeaderReply(_) => Ok(Ok(())),
            _ => Err(unexpected()),
        }
    }
}

/// Sends `Append` messages as they come, without waiting for answers, and yields the answers in order.
struct Pipeline<S> {
    peer: i32,
    line: Line,
    input: Option<Notices<S>>,
    /// A message that waits for room in the link's byte budget.
    admitting: Option<Pin<Box<dyn Future<Output = UnderWay> + Send>>>,
    under_way: VecDeque<UnderWay>,
    failed: bool,
}

/// The way to one member.
#[derive(Clone)]
struct Line {
    group: GroupId,
    to: u64,
    link: Link,
    learners: Learners,
    throttle: Arc<Throttle>,
}

struct UnderWay {
    prev: Option<LogId>,
    last: Option<LogId>,
    answer: oneshot::Receiver<Result<Body, LinkError>>,
}

impl<S> Unpin for Pipeline<S> {}

impl<S: Stream<Item = AppendEntriesRequest<TypeConfig>> + Unpin> Pipeline<S> {
    /// Takes in what the input and the budget allow now.
    fn admit(&mut self, cx: &mut Context<'_>) {
        loop {
            if let Some(admitting) = &mut self.admitting {
                let Poll::Ready(under_way) = admitting.poll_unpin(cx) else { return };
                self.under_way.push_back(under_way);
                self.admitting = None;
            }
            if self.under_way.len() >= PIPELINE {
                return;
            }
            let Some(input) = &mut self.input else { return };
            match input.poll_next_unpin(cx) {
                Poll::Pending => return,
                Poll::Ready(None) => self.input = None,
                Poll::Ready(Some(rpc)) => self.admitting = Some(send(self.line.clone(), rpc)),
            }
        }
    }
}

fn send(line: Line, rpc: AppendEntriesRequest<TypeConfig>) -> Pin<Box<dyn Future<Output = UnderWay> + Send>> {
    let prev = rpc.prev_log_id;
    let last = rpc.entries.last().map(|e| e.log_id).or(prev);
    let message = append_to_wire(rpc);
    Box::pin(async move {
        let size = message.encoded_len();
        let Line { group, to, link, learners, throttle } = line;
        if learners.read().contains(&to) {
            throttle.admit(size).await;
        }
        let budget = link.reserve(size).await;
        UnderWay { prev, last, answer: link.request(group, to, Body::Append(message), budget) }
    })
}

impl<S: Stream<Item = AppendEntriesRequest<TypeConfig>> + Unpin> Stream for Pipeline<S> {
    type Item = Result<StreamAppendResult<TypeConfig>, RpcError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.failed {
            return Poll::Ready(None);
        }
        this.admit(cx);
        let Some(front) = this.under_way.front_mut() else {
            let done = this.input.is_none() && this.admitting.is_none();
            return if done { Poll::Ready(None) } else { Poll::Pending };
        };
        let Poll::Ready(answer) = front.answer.poll_unpin(cx) else { return Poll::Pending };
        let Some(UnderWay { prev, last, .. }) = this.under_way.pop_front() else { return Poll::Ready(None) };
        let result = match answer {
            // Nothing precedes the start of a log, so nothing can conflict there.
            Ok(Ok(body)) => append_reply(body)
                .and_then(|reply| match reply {
                    AppendEntriesResponse::Conflict if prev.is_none() => Err(unexpected()),
                    reply => Ok(reply),
                })
                .map(|reply| {
                    let partial = matches!(&reply, AppendEntriesResponse::PartialSuccess(m) if *m != last);
                    (reply.into_stream_result(prev, last), partial)
                }),
            Ok(Err(e)) => Err(unreachable_peer(&e)),
            Err(_) => Err(unreachable_peer(&LinkError::Broken(this.peer))),
        };
        // After anything but full success the follower may lack what the later messages build on: start over.
        this.failed = !matches!(&result, Ok((Ok(_), false)));
        Poll::Ready(Some(result.map(|(r, _)| r)))
    }
}
