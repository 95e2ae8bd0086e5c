//! The answering side of peer streams.
//!
//! Messages of a stream are *started* in the order received (an `Append` is handed to its group before the next
//! message is looked at) and answered when done, in any order.
//!
//! Must never: take part in a conversation with a node of another cluster or with one that means another node.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};
use tracing::{debug, warn};

use super::link::{FRAME_BYTES, LinkState};
use super::wire::envelope::Body;
use super::wire::peer_server::{Peer, PeerServer};
use super::wire::{CallReply, Envelope, Frame, Gossip, HelloReply, HelloRequest};
use super::{Class, MAX_FRAME_BYTES, handshake};
use crate::raft::Groups;

/// Requests of one stream in progress at a time, and their bytes. Further ones wait in the stream: back-pressure by
/// flow control. What a peer sends sits in the WAL's queue until the disk has taken it.
const MAX_IN_PROGRESS: usize = 4096;
const MAX_IN_PROGRESS_BYTES: usize = 64 * 1024 * 1024;

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
    /// Whether this node knows `node` under another data directory than `directory_id`; `None` while it does not know
    /// yet what it will know.
    fn registered_elsewhere(&self, node: i32, directory_id: &str) -> Option<bool>;
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
}

/// What the service answers with.
#[derive(Clone)]
pub struct Service {
    /// This node's broker id.
    pub me: i32,
    /// The cluster's id; empty until this node has founded or joined one.
    pub cluster_id: Arc<arc_swap::ArcSwap<String>>,
    /// Whether this node's own registration has never been committed: then it knows nobody, and says so at once.
    pub fresh: bool,
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
        .add_service(service)
        .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), stop)
        .await
}

#[tonic::async_trait]
impl Peer for Service {
    async fn hello(&self, request: Request<HelloRequest>) -> Result<Response<HelloReply>, Status> {
        let hello = request.into_inner();
        let known = self
            .parts
            .get()
            .and_then(|p| p.calls.registered_elsewhere(hello.node_id as i32, &hello.directory_id));
        let elsewhere = match known {
            Some(elsewhere) => elsewhere,
            None if self.fresh => false,
            None => return Err(Status::unavailable("this node is still starting")),
        };
        Ok(Response::new(HelloReply {
            node_id: self.me as u32,
            cluster_id: self.cluster_id.load().to_string(),
            registered_elsewhere: elsewhere,
        }))
    }

    type LinkStream = ReceiverStream<Result<Frame, Status>>;

    async fn link(&self, request: Request<Streaming<Frame>>) -> Result<Response<Self::LinkStream>, Status> {
        let (from, class) = self.check(&request)?;
        if self.parts.get().is_none() {
            return Err(Status::unavailable("this node is still starting"));
        }
        let (out, rx) = mpsc::channel(2);
        let session = Session { service: self.clone(), from, class };
        tokio::spawn(session.run(request.into_inner(), out));
        Ok(Response::new(ReceiverStream::new(rx)))
    }
}

impl Service {
    fn check<T>(&self, request: &Request<T>) -> Result<(i32, Class), Status> {
        let value = |key| request.metadata().get(key).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let ours = self.cluster_id.load();
        if ours.is_empty() {
            return Err(Status::unavailable("this node is still starting"));
        }
        if value(handshake::CLUSTER) != ours.as_str() {
            return Err(Status::failed_precondition(format!(
                "node {} belongs to cluster {ours}, not to cluster {}: check the peers' addresses",
                self.me,
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
        let from = value(handshake::FROM).parse().map_err(|_| Status::invalid_argument("no sender"))?;
        if from == self.me {
            return Err(Status::failed_precondition(format!("two nodes claim the id {from}")));
        }
        Ok((from, if value(handshake::CLASS) == "control" { Class::Control } else { Class::Bulk }))
    }
}

/// One incoming stream.
struct Session {
    service: Service,
    from: i32,
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
        let Envelope { id, group, body } = envelope;
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
                Some(group) => Box::pin(async move { group.handle(other).await }),
                None => Box::pin(std::future::ready(Err(format!("group {group} is not on this node")))),
            },
        };
        let mut work: BoxFuture<(Envelope, usize)> = Box::pin(async move {
            let body = work.await.unwrap_or_else(Body::Failure);
            (Envelope { id, group, body: Some(body) }, size)
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
