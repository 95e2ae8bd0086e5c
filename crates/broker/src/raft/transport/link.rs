//! The requesting side of a peer stream.
//!
//! A link connects by itself, again and again. While it is down, requests fail at once (openraft backs off and
//! comes back); when it breaks, everything unanswered fails. Small messages that wait together travel in one
//! frame. Requests are sent in the order given. A link ends when it is closed or its last handle is dropped, whatever
//! it is doing then.
//!
//! Must never: hold more than its byte budget of unsent requests, or answer a request twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use prost::Message;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::Endpoint;
use tonic::{Code, Status};
use tracing::{debug, info, warn};
use uuid::Uuid;

use super::meter::RpcMeter;
use super::wire::envelope::Body;
use super::wire::peer_client::PeerClient;
use super::wire::{Envelope, Frame};
use super::{Class, MAX_FRAME_BYTES, PROTOCOL, handshake};

/// Frames are filled up to this size while messages wait.
pub const FRAME_BYTES: usize = 1024 * 1024;
const FRAME_ENVELOPES: usize = 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const RECONNECT_MIN: Duration = Duration::from_millis(20);
const RECONNECT_MAX: Duration = Duration::from_millis(500);

/// Why a request has no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LinkError {
    /// The peer is not connected now; the link keeps trying by itself.
    #[error("node {0} is not connected")]
    Down(i32),
    /// The stream broke before the answer came: the peer may or may not have acted.
    #[error("the connection to node {0} broke before its answer")]
    Broken(i32),
    /// The peer answered that it cannot process the request.
    #[error("node {0} refused: {1}")]
    Refused(i32, String),
}

/// Whom a link connects to, and as whom.
#[derive(Debug, Clone)]
pub struct Target {
    /// This node's broker id.
    pub me: i32,
    /// The peer's broker id.
    pub peer: i32,
    /// `host:port`.
    pub address: String,
    /// The cluster both must belong to.
    pub cluster_id: String,
    /// This node's data directory.
    pub directory_id: Uuid,
    /// Which stream this is.
    pub class: Class,
}

/// Told what a link goes through. Not told of its end.
pub type OnEvent = Arc<dyn Fn(LinkEvent) + Send + Sync>;

/// What a link goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// It came up or went down.
    Changed(LinkState),
    /// The peer says that the cluster has let this node's data directory go, and why.
    Retired(String),
}

/// How a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// The stream is open.
    Up,
    /// The stream ended.
    Broken,
    /// The peer's port refuses connections: no process listens there.
    Refused,
}

type Answer = oneshot::Sender<Result<Body, LinkError>>;

/// A request without an answer.
struct Pending {
    answer: Answer,
    /// When it was made, if it is one of Raft's: only those are measured.
    measured_since: Option<Instant>,
}

struct Outgoing {
    envelope: Envelope,
    size: usize,
    /// Held until the message has been handed to the transport.
    _budget: Option<OwnedSemaphorePermit>,
}

#[derive(Default)]
struct Shared {
    up: bool,
    next_id: u64,
    pending: HashMap<u64, Pending>,
}

/// A stream to one peer. Cheap to clone.
#[derive(Clone)]
pub struct Link {
    peer: i32,
    shared: Arc<Mutex<Shared>>,
    meter: Arc<RpcMeter>,
    queue: mpsc::UnboundedSender<Outgoing>,
    budget: Arc<Semaphore>,
    budget_bytes: usize,
    closed: CancellationToken,
    /// Closes the link with its last handle.
    _last: Arc<DropGuard>,
}

impl Link {
    /// Starts the link's task on the given runtime; it ends when the link is closed or all handles are dropped.
    /// What becomes of Raft's requests is counted in `meter`.
    pub fn start(
        target: Target,
        budget_bytes: usize,
        meter: Arc<RpcMeter>,
        on_event: OnEvent,
        runtime: &Handle,
    ) -> Self {
        let closed = CancellationToken::new();
        let (queue, rx) = mpsc::unbounded_channel();
        let shared = Arc::new(Mutex::new(Shared::default()));
        let link = Self {
            peer: target.peer,
            shared: shared.clone(),
            meter: meter.clone(),
            queue,
            budget: Arc::new(Semaphore::new(budget_bytes)),
            budget_bytes,
            _last: Arc::new(closed.clone().drop_guard()),
            closed: closed.clone(),
        };
        runtime.spawn(Runner { target, shared, meter, on_event }.run(rx, closed));
        link
    }

    /// Ends the link for all its handles: what has no answer fails, and so does whatever is requested afterwards.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// True while the stream is open.
    pub fn is_up(&self) -> bool {
        self.shared.lock().up
    }

    /// Waits until there is room for a message of `size` bytes among the unsent ones.
    pub async fn reserve(&self, size: usize) -> Option<OwnedSemaphorePermit> {
        let permits = size.min(self.budget_bytes) as u32;
        self.budget.clone().acquire_many_owned(permits).await.ok()
    }

    /// Sends a request; the receiver gives the answer. The order of calls is the order on the wire. A Raft message is
    /// meant for one replica `to` of the group; for others it is 0.
    pub fn request(
        &self,
        group: u64,
        to: u64,
        body: Body,
        budget: Option<OwnedSemaphorePermit>,
    ) -> oneshot::Receiver<Result<Body, LinkError>> {
        let (tx, rx) = oneshot::channel();
        let is_raft = to != 0;
        let mut shared = self.shared.lock();
        if !shared.up {
            if is_raft {
                self.meter.failed();
            }
            drop(tx.send(Err(LinkError::Down(self.peer))));
            return rx;
        }
        shared.next_id += 1;
        let id = shared.next_id;
        let measured_since = is_raft.then(Instant::now);
        shared.pending.insert(id, Pending { answer: tx, measured_since });
        // Queued under the lock, so that a link that goes down finds every request either here or in `pending`.
        self.enqueue(Envelope { id, group, to, body: Some(body) }, budget);
        rx
    }

    /// Sends a message that is not answered. Dropped if the link is down.
    pub fn notify(&self, group: u64, body: Body) {
        if self.is_up() {
            self.enqueue(Envelope { id: 0, group, to: 0, body: Some(body) }, None);
        }
    }

    fn enqueue(&self, envelope: Envelope, budget: Option<OwnedSemaphorePermit>) {
        let size = envelope.encoded_len();
        drop(self.queue.send(Outgoing { envelope, size, _budget: budget }));
    }
}

struct Runner {
    target: Target,
    shared: Arc<Mutex<Shared>>,
    meter: Arc<RpcMeter>,
    on_event: OnEvent,
}

impl Runner {
    /// Whatever it is doing when the link is closed, it ends at once and without a word.
    async fn run(self, mut queue: mpsc::UnboundedReceiver<Outgoing>, closed: CancellationToken) {
        closed.run_until_cancelled(self.keep_connected(&mut queue)).await;
        self.fail_all(&mut queue);
    }

    async fn keep_connected(&self, queue: &mut mpsc::UnboundedReceiver<Outgoing>) {
        let mut pause = RECONNECT_MIN;
        let mut complaint = String::new();
        loop {
            match self.connect().await {
                Ok((frames, answers)) => {
                    pause = RECONNECT_MIN;
                    complaint.clear();
                    self.converse(queue, frames, answers).await;
                }
                Err(e) => {
                    self.tell(&e);
                    if complaint != e.what {
                        info!(peer = self.target.peer, address = %self.target.address, class = %self.target.class, "cannot connect yet: {}", e.what);
                        complaint = e.what;
                    }
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RECONNECT_MAX);
        }
    }

    fn tell(&self, e: &ConnectError) {
        match e.kind {
            ErrorKind::PortClosed => (self.on_event)(LinkEvent::Changed(LinkState::Refused)),
            ErrorKind::Retired => (self.on_event)(LinkEvent::Retired(e.what.clone())),
            ErrorKind::Other => {}
        }
    }

    async fn connect(&self) -> Result<(mpsc::Sender<Frame>, tonic::Streaming<Frame>), ConnectError> {
        let channel = endpoint(&self.target.address)?.connect().await.map_err(ConnectError::from)?;
        let mut client = PeerClient::new(channel)
            .max_decoding_message_size(MAX_FRAME_BYTES)
            .max_encoding_message_size(MAX_FRAME_BYTES);
        let (frames, rx) = mpsc::channel(2);
        let mut request = tonic::Request::new(tokio_stream::wrappers::ReceiverStream::new(rx));
        let meta = request.metadata_mut();
        for (key, value) in [
            (handshake::CLUSTER, self.target.cluster_id.clone()),
            (handshake::FROM, self.target.me.to_string()),
            (handshake::TO, self.target.peer.to_string()),
            (handshake::CLASS, self.target.class.to_string()),
            (handshake::DIRECTORY, self.target.directory_id.to_string()),
            (handshake::SPEAKS, PROTOCOL.to_string()),
        ] {
            meta.insert(key, value.parse().map_err(|_| ConnectError::new(format!("{key} is not ASCII")))?);
        }
        let response = tokio::time::timeout(CONNECT_TIMEOUT, client.link(request))
            .await
            .map_err(|_| ConnectError::new("the handshake timed out".into()))?
            .map_err(ConnectError::from)?;
        let speaks = handshake::protocol(response.metadata());
        handshake::check_protocol(self.target.me, self.target.peer, speaks).map_err(ConnectError::new)?;
        Ok((frames, response.into_inner()))
    }

    /// Sends and receives until the stream ends either way.
    async fn converse(
        &self,
        queue: &mut mpsc::UnboundedReceiver<Outgoing>,
        frames: mpsc::Sender<Frame>,
        mut answers: tonic::Streaming<Frame>,
    ) {
        self.shared.lock().up = true;
        (self.on_event)(LinkEvent::Changed(LinkState::Up));
        debug!(peer = self.target.peer, class = %self.target.class, "connected");
        let send = async {
            while let Some(first) = queue.recv().await {
                if frames.send(pack(first, queue)).await.is_err() {
                    return;
                }
            }
        };
        let receive = async {
            loop {
                match answers.message().await {
                    Ok(Some(frame)) => self.deliver(frame),
                    Ok(None) => return,
                    Err(status) => {
                        debug!(peer = self.target.peer, "stream ended: {}", status.message());
                        self.tell(&status.into());
                        return;
                    }
                }
            }
        };
        tokio::select! { () = send => {}, () = receive => {} }
        self.fail_all(queue);
        (self.on_event)(LinkEvent::Changed(LinkState::Broken));
    }

    fn deliver(&self, frame: Frame) {
        for Envelope { id, body, .. } in frame.envelopes {
            let Some(pending) = self.shared.lock().pending.remove(&id) else { continue };
            let result = match body {
                Some(Body::Failure(what)) => Err(LinkError::Refused(self.target.peer, what)),
                Some(body) => Ok(body),
                None => Err(LinkError::Refused(self.target.peer, "an answer of an unknown kind".into())),
            };
            match pending.measured_since {
                Some(since) if result.is_ok() => self.meter.answered(since.elapsed()),
                Some(_) => self.meter.failed(),
                None => {}
            }
            drop(pending.answer.send(result));
        }
    }

    fn fail_all(&self, queue: &mut mpsc::UnboundedReceiver<Outgoing>) {
        let pending = {
            let mut shared = self.shared.lock();
            shared.up = false;
            while queue.try_recv().is_ok() {}
            std::mem::take(&mut shared.pending)
        };
        if !pending.is_empty() {
            warn!(peer = self.target.peer, class = %self.target.class, unanswered = pending.len(), "connection lost");
        }
        for (_, Pending { answer, measured_since }) in pending {
            if measured_since.is_some() {
                self.meter.failed();
            }
            drop(answer.send(Err(LinkError::Broken(self.target.peer))));
        }
    }
}

/// One frame of whatever waits, in order.
fn pack(first: Outgoing, queue: &mut mpsc::UnboundedReceiver<Outgoing>) -> Frame {
    let mut size = first.size;
    let mut envelopes = vec![first.envelope];
    while size < FRAME_BYTES && envelopes.len() < FRAME_ENVELOPES {
        let Ok(next) = queue.try_recv() else { break };
        size += next.size;
        envelopes.push(next.envelope);
    }
    Frame { envelopes }
}

/// The transport settings of every connection between nodes.
pub(crate) fn endpoint(address: &str) -> Result<Endpoint, ConnectError> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))
        .map_err(|e| ConnectError::new(format!("{address}: {e}")))?;
    Ok(endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        .initial_stream_window_size(8 * 1024 * 1024)
        .initial_connection_window_size(16 * 1024 * 1024)
        .http2_keep_alive_interval(Duration::from_secs(2))
        .keep_alive_timeout(Duration::from_secs(2)))
}

/// Why a connection could not be made, or ended.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(crate) struct ConnectError {
    what: String,
    kind: ErrorKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ErrorKind {
    /// No process listens there.
    PortClosed,
    /// The peer does not talk to this node's data directory any more.
    Retired,
    Other,
}

impl ConnectError {
    fn new(what: String) -> Self {
        Self { what, kind: ErrorKind::Other }
    }
}

impl From<Status> for ConnectError {
    fn from(status: Status) -> Self {
        let kind = match status.code() {
            Code::PermissionDenied => ErrorKind::Retired,
            _ => ErrorKind::Other,
        };
        Self { what: status.message().to_owned(), kind }
    }
}

impl From<tonic::transport::Error> for ConnectError {
    /// The innermost cause says what happened.
    fn from(e: tonic::transport::Error) -> Self {
        let mut kind = ErrorKind::Other;
        let mut what = e.to_string();
        let mut source = std::error::Error::source(&e);
        while let Some(cause) = source {
            let io = cause.downcast_ref::<std::io::Error>();
            if io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused) {
                kind = ErrorKind::PortClosed;
            }
            what = cause.to_string();
            source = cause.source();
        }
        Self { what, kind }
    }
}
