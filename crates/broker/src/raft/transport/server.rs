//! The answering side of peer streams.
//!
//! Messages of a stream are *started* in the order received (an `Append` is handed to its group before the next
//! message is looked at) and answered when done, in any order.
//!
//! Must never: take part in a conversation with a node of another cluster, with one that means another node, with one
//! that speaks another protocol, or with a data directory that the cluster has let go.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::metadata::MetadataMap;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};
use tracing::{debug, warn};

use super::hello::{Announced, Introduction, Verdict};
use super::link::{FRAME_BYTES, LinkState};
use super::wire::envelope::Body;
use super::wire::peer_server::{Peer, PeerServer};
use super::wire::{CallReply, Envelope, Frame, Gossip, HelloReply, HelloRequest, JoinReply, JoinRequest};
use super::{Class, MAX_FRAME_BYTES, PROTOCOL, handshake};
use crate::raft::{Groups, RaftNodeId};

/// Requests of one stream in progress at a time, and their bytes. Further ones wait in the stream: back-pressure by
/// flow control. What a peer sends sits in the WAL's queue until the disk has taken it.
const MAX_IN_PROGRESS: usize = 4096;
const MAX_IN_PROGRESS_BYTES: usize = 64 * 1024 * 1024;

/// What a peer may send in one piece of HTTP/2: a whole frame of messages, rather than 64 pieces of 16 KiB, which are the default.
const HTTP2_FRAME_BYTES: u32 = FRAME_BYTES as u32;

/// A future that the caller may keep.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Serves requests of higher layers (forwarded produce, metadata proposals, ...).
pub trait CallHandler: Send + Sync + 'static {
    /// Starts the request before it returns; the future gives the answer, or why there is none.
    fn call(
        &self,
        from: i32,
        method: u32,
        header: Bytes,
        body: Vec<Bytes>,
    ) -> BoxFuture<Result<Bytes, String>>;
}

/// Decides who may take part in the cluster.
pub trait Admission: Send + Sync + 'static {
    /// Registers a node with the cluster. `registration` is the metadata command that does it; `cluster_id` is the
    /// cluster that it means to join, empty if it does not know.
    fn join(&self, registration: Bytes, cluster_id: String) -> BoxFuture<Verdict>;
    /// How the cluster stands to that data directory of that node. Who is not known is good: this node may be behind.
    fn standing(&self, node: i32, directory_id: &str) -> Standing;
}

/// How the cluster stands to a data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may take part.
    Good,
    /// It must never take part again, and why: its node was removed, or runs with another directory now.
    Retired(String),
}

/// Told what the streams show about the peers.
pub trait PeerEvents: Send + Sync + 'static {
    /// A stream to the peer came up or went down.
    fn link_changed(&self, peer: i32, class: Class, state: LinkState);
    /// The peer opened a control stream: a new session, whose first gossip is complete.
    fn session_started(&self, peer: i32);
    /// The peer's control stream ended.
    fn session_ended(&self, peer: i32);
    /// The peer is alive and says this.
    fn gossip(&self, peer: i32, gossip: Gossip);
    /// The peer says that the cluster has let this node's data directory go, and why: this node must stop. Told again
    /// at every try to talk to the peer.
    fn retired(&self, peer: i32, reason: &str);
    /// This node has nothing to do with the peer any more ([`super::Peers::disconnect`]).
    fn disconnected(&self, peer: i32);
}

/// What the service answers with.
#[derive(Clone)]
pub struct Service {
    /// This node's broker id.
    pub me: i32,
    /// What this node says about itself.
    pub announced: Announced,
    /// Who may take part.
    pub admission: Arc<dyn Admission>,
    /// Ends all streams when the node stops.
    pub stop: CancellationToken,
    /// The parts that exist only once the node has joined.
    pub parts: Arc<std::sync::OnceLock<Parts>>,
}

/// What requests are handed to.
pub struct Parts {
    /// All Raft groups of this node.
    pub groups: Groups,
    /// Higher layers.
    pub calls: Arc<dyn CallHandler>,
    /// The liveness driver.
    pub events: Arc<dyn PeerEvents>,
}

/// Serves the peer protocol on a bound listener until the future `stop` resolves.
pub async fn serve(
    listener: tokio::net::TcpListener,
    service: Service,
    stop: impl Future<Output = ()>,
) -> Result<(), tonic::transport::Error> {
    let service = PeerServer::new(service)
        .max_decoding_message_size(MAX_FRAME_BYTES)
        .max_encoding_message_size(MAX_FRAME_BYTES);
    tonic::transport::Server::builder()
        .initial_stream_window_size(8 * 1024 * 1024)
        .initial_connection_window_size(16 * 1024 * 1024)
        .max_frame_size(HTTP2_FRAME_BYTES)
        .add_service(service)
        .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), stop)
        .await
}

#[tonic::async_trait]
impl Peer for Service {
    async fn hello(&self, request: Request<HelloRequest>) -> Result<Response<HelloReply>, Status> {
        let hello = request.into_inner();
        let from = hello.node_id as i32;
        handshake::check_protocol(self.me, from, hello.protocol).map_err(Status::failed_precondition)?;
        Ok(Response::new(self.introduce(from)?))
    }

    async fn join(&self, request: Request<JoinRequest>) -> Result<Response<JoinReply>, Status> {
        let JoinRequest { registration, protocol, cluster_id } = request.into_inner();
        if protocol != PROTOCOL {
            let verdict = Verdict::Refused(format!(
                "node {} speaks protocol {PROTOCOL}, the node that asks to join {protocol}: upgrade the older one",
                self.me
            ));
            return Ok(Response::new(verdict.into()));
        }
        Ok(Response::new(self.admission.join(registration, cluster_id).await.into()))
    }

    type LinkStream = ReceiverStream<Result<Frame, Status>>;

    async fn link(&self, request: Request<Streaming<Frame>>) -> Result<Response<Self::LinkStream>, Status> {
        let Sender { id: from, directory, class } = self.check(request.metadata())?;
        if self.parts.get().is_none() {
            return Err(self.still_starting());
        }
        let (out, rx) = mpsc::channel(2);
        let session = Session { service: self.clone(), from, directory, class };
        tokio::spawn(session.run(request.into_inner(), out));
        let mut response = Response::new(ReceiverStream::new(rx));
        response.metadata_mut().insert(handshake::SPEAKS, PROTOCOL.into());
        Ok(response)
    }
}

/// Who opens a stream.
pub(super) struct Sender {
    id: i32,
    directory: String,
    class: Class,
}

impl Service {
    fn still_starting(&self) -> Status {
        Status::unavailable(format!("node {} is still starting", self.me))
    }

    fn introduce(&self, to: i32) -> Result<HelloReply, Status> {
        let introduction = self.announced.get();
        let Introduction { directory_id, peers, cluster } = &*introduction;
        if cluster.is_none() && !peers.contains(&to) {
            return Err(Status::unavailable(format!(
                "node {} has no cluster yet, and its configuration does not name node {to}",
                self.me
            )));
        }
        let cluster = cluster.as_ref();
        Ok(HelloReply {
            node_id: self.me as u32,
            cluster_id: cluster.map(|c| c.id.clone()).unwrap_or_default(),
            directory_id: directory_id.to_string(),
            founders: cluster.map(|c| c.founders.iter().map(Into::into).collect()).unwrap_or_default(),
            formed: cluster.is_some_and(|c| c.formed),
            protocol: PROTOCOL,
        })
    }

    pub(super) fn check(&self, said: &MetadataMap) -> Result<Sender, Status> {
        let value = |key| handshake::value(said, key);
        let introduction = self.announced.get();
        let Some(ours) = &introduction.cluster else {
            return Err(self.still_starting());
        };
        let from = value(handshake::FROM).parse().map_err(|_| Status::invalid_argument("no sender"))?;
        if value(handshake::CLUSTER) != ours.id {
            return Err(Status::failed_precondition(format!(
                "node {} belongs to cluster {}, not to cluster {}: check the peers' addresses",
                self.me,
                ours.id,
                value(handshake::CLUSTER)
            )));
        }
        if value(handshake::TO) != self.me.to_string() {
            return Err(Status::failed_precondition(format!(
                "this is node {}, not node {}: check the peers' addresses",
                self.me,
                value(handshake::TO)
            )));
        }
        if from == self.me {
            return Err(Status::failed_precondition(format!("two nodes claim the id {from}")));
        }
        handshake::check_protocol(self.me, from, handshake::protocol(said))
            .map_err(Status::failed_precondition)?;
        let directory = value(handshake::DIRECTORY).to_owned();
        self.check_standing(from, &directory)?;
        let class = if value(handshake::CLASS) == "control" { Class::Control } else { Class::Bulk };
        Ok(Sender { id: from, directory, class })
    }

    /// A node may be removed, or replaced, while it talks: looked at again with every gossip.
    pub(super) fn check_signs_of_life(
        &self,
        node: i32,
        directory: &str,
        frame: &Frame,
    ) -> Result<(), Status> {
        if frame.envelopes.iter().any(|e| matches!(e.body, Some(Body::Gossip(_)))) {
            self.check_standing(node, directory)?;
        }
        Ok(())
    }

    /// The other side recognises a retirement by the code.
    fn check_standing(&self, node: i32, directory: &str) -> Result<(), Status> {
        match self.admission.standing(node, directory) {
            Standing::Good => Ok(()),
            Standing::Retired(reason) => Err(Status::permission_denied(reason)),
        }
    }
}

/// One incoming stream.
struct Session {
    service: Service,
    from: i32,
    directory: String,
    class: Class,
}

/// Requests in progress.
#[derive(Default)]
struct Pending {
    /// Each gives its answer and the size of the request.
    work: FuturesUnordered<BoxFuture<(Envelope, usize)>>,
    bytes: usize,
}

impl Pending {
    fn has_room(&self) -> bool {
        self.work.len() < MAX_IN_PROGRESS && self.bytes < MAX_IN_PROGRESS_BYTES
    }

    fn push(&mut self, work: BoxFuture<(Envelope, usize)>, size: usize) {
        self.bytes += size;
        self.work.push(work);
    }

    fn done(&mut self, (answer, size): (Envelope, usize)) -> Envelope {
        self.bytes = self.bytes.saturating_sub(size);
        answer
    }
}

impl Session {
    async fn run(self, inbound: Streaming<Frame>, out: mpsc::Sender<Result<Frame, Status>>) {
        let Some(parts) = self.service.parts.get() else { return };
        if self.class == Class::Control {
            parts.events.session_started(self.from);
        }
        self.converse(parts, inbound, out).await;
        if self.class == Class::Control {
            parts.events.session_ended(self.from);
        }
        debug!(peer = self.from, class = %self.class, "incoming stream ended");
    }

    async fn converse(
        &self,
        parts: &Parts,
        mut inbound: Streaming<Frame>,
        out: mpsc::Sender<Result<Frame, Status>>,
    ) {
        let mut pending = Pending::default();
        loop {
            tokio::select! {
                Some(done) = pending.work.next(), if !pending.work.is_empty() => {
                    let frame = collect_answers(done, &mut pending).await;
                    if out.send(Ok(frame)).await.is_err() {
                        return;
                    }
                }
                () = self.service.stop.cancelled() => return,
                message = inbound.message(), if pending.has_room() => match message {
                    Ok(Some(frame)) => {
                        if let Err(retired) = self.service.check_signs_of_life(self.from, &self.directory, &frame) {
                            drop(out.send(Err(retired)).await);
                            return;
                        }
                        for envelope in frame.envelopes {
                            self.start(parts, envelope, &mut pending);
                        }
                    }
                    Ok(None) | Err(_) => return,
                },
            }
        }
    }

    /// Hands the message on, in order; what is not done at once is polled with the others.
    fn start(&self, parts: &Parts, envelope: Envelope, pending: &mut Pending) {
        let size = prost::Message::encoded_len(&envelope);
        let Envelope { id, group, to, body } = envelope;
        let Some(body) = body else {
            warn!(peer = self.from, "ignored a message of an unknown kind");
            return;
        };
        let work: BoxFuture<Result<Body, String>> = match body {
            Body::Gossip(gossip) => {
                parts.events.gossip(self.from, gossip);
                return;
            }
            Body::Call(call) => {
                let answer = parts.calls.call(self.from, call.method, call.header, call.body);
                Box::pin(async move { Ok(Body::CallReply(CallReply { payload: answer.await? })) })
            }
            other => match parts.groups.get(group) {
                // A vote or an acknowledgement counts for one replica; its successor on this node is another one.
                Some(group) if group.me().raw() != to => Box::pin(std::future::ready(Err(format!(
                    "the replica of group {} here is {}, not {}",
                    group.id(),
                    group.me(),
                    RaftNodeId::from_raw(to)
                )))),
                Some(group) => Box::pin(async move { group.handle(other).await }),
                None => Box::pin(std::future::ready(Err(format!("group {group} is not on this node")))),
            },
        };
        let mut work: BoxFuture<(Envelope, usize)> = Box::pin(async move {
            let body = work.await.unwrap_or_else(Body::Failure);
            (Envelope { id, group, to: 0, body: Some(body) }, size)
        });
        // The first poll happens here, so that messages reach their groups in the order received; and without
        // tokio's cooperative budget, which could otherwise make a later message overtake.
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(&mut tokio::task::unconstrained(&mut work)).poll(&mut context) {
            Poll::Ready(done) => pending.push(Box::pin(std::future::ready(done)), size),
            Poll::Pending => pending.push(work, size),
        }
    }
}

async fn collect_answers(first: (Envelope, usize), pending: &mut Pending) -> Frame {
    let first = pending.done(first);
    let mut size = size_of_answer(&first);
    let mut envelopes = vec![first];
    while size < FRAME_BYTES {
        match futures::poll!(pending.work.next()) {
            Poll::Ready(Some(done)) => {
                let answer = pending.done(done);
                size += size_of_answer(&answer);
                envelopes.push(answer);
            }
            _ => break,
        }
    }
    envelopes.retain(|e| e.id != 0);
    Frame { envelopes }
}

fn size_of_answer(envelope: &Envelope) -> usize {
    prost::Message::encoded_len(envelope)
}
