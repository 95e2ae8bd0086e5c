//! Accepts connections, not more than the limit, and ends them when the node stops.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    backend::Backend,
    budget::Budget,
    connection::{self, Closed},
    quiet::Quiet,
    session::Session,
    traffic::Traffic,
};

/// What clients may take. Every figure is a bound on memory or time.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections; further ones wait in the kernel's queue.
    pub max_connections: usize,
    /// `socket.request.max.bytes`: the largest frame.
    pub max_request_bytes: usize,
    /// Bytes of all requests being read or served on this node.
    pub request_budget: usize,
    /// Record bytes of all answers that have not left this node.
    pub answer_budget: usize,
    /// Requests of one connection that run at the same time.
    pub max_in_flight: usize,
    /// How long the bytes of a frame that has begun may stay away. It is also all that a frame may take to
    /// arrive, beside a second for every 256 KiB that came.
    pub frame_timeout: Duration,
    /// `connections.max.idle.ms`.
    pub idle_timeout: Duration,
    /// How long running requests may go on once the node stops.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_request_bytes: 100 << 20,
            request_budget: 512 << 20,
            answer_budget: 512 << 20,
            max_in_flight: 64,
            frame_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_mins(10),
            drain_timeout: Duration::from_secs(5),
        }
    }
}

/// The Kafka side of a node, for any number of listeners.
#[derive(Debug)]
pub struct Server<B> {
    node: Arc<B>,
    limits: Limits,
    budget: Arc<Budget>,
    connections: Arc<Semaphore>,
    traffic: Arc<Traffic>,
    log: Quiet,
}

impl<B: Backend> Server<B> {
    /// A server in front of `node` that counts what is asked.
    pub fn new(node: Arc<B>, limits: Limits, traffic: Arc<Traffic>) -> Arc<Self> {
        Arc::new(Self {
            node,
            budget: Arc::new(Budget::new(limits.request_budget, limits.answer_budget)),
            connections: Arc::new(Semaphore::new(limits.max_connections.min(Semaphore::MAX_PERMITS))),
            limits,
            traffic,
            log: Quiet::new(),
        })
    }

    /// Accepts until `shutdown`, then waits until every connection has ended (at most the drain
    /// timeout). Dropped, it ends them all at once.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, shutdown: CancellationToken) {
        let mut open = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => break,
                // Ended connections leave the set as they end.
                Some(ended) = open.join_next(), if !open.is_empty() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a connection ended by a bug");
                    }
                    continue;
                }
                accepted = self.accept(&listener) => accepted,
            };
            let Some((stream, peer, place)) = accepted else {
                continue;
            };
            let server = Arc::clone(&self);
            let shutdown = shutdown.clone();
            open.spawn(async move {
                server.connection(stream, peer, shutdown).await;
                drop(place);
            });
        }
        while open.join_next().await.is_some() {}
    }

    async fn accept(
        &self,
        listener: &TcpListener,
    ) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
        // The semaphore is never closed.
        let place = Arc::clone(&self.connections).acquire_owned().await.ok()?;
        match listener.accept().await {
            Ok((stream, peer)) => Some((stream, peer, place)),
            Err(error) => {
                self.tell(|held_back| tracing::warn!(%error, held_back, "cannot accept a connection"));
                if out_of_descriptors(&error) {
                    // Trying again at once would spin until someone closes a file.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                None
            }
        }
    }

    async fn connection(&self, stream: TcpStream, peer: SocketAddr, shutdown: CancellationToken) {
        if let Err(error) = set_options(&stream) {
            tracing::debug!(%peer, %error, "connection closed: cannot set socket options");
            return;
        }
        let _open = self.traffic.opened();
        let session = Session::new(Arc::clone(&self.node), peer, Arc::clone(&self.budget), shutdown);
        match connection::serve(stream, session, &self.limits, &self.traffic).await {
            Ok(()) | Err(Closed::Idle | Closed::Shutdown) => {}
            Err(closed) => {
                self.tell(
                    |held_back| tracing::info!(%peer, reason = %closed, held_back, "connection closed"),
                );
            }
        }
    }

    fn tell(&self, log: impl FnOnce(u64)) {
        if let Some(held_back) = self.log.may_log(Instant::now()) {
            log(held_back);
        }
    }

    #[cfg(test)]
    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    #[cfg(test)]
    pub(crate) fn open_connections(&self) -> usize {
        self.limits.max_connections - self.connections.available_permits()
    }
}

/// Small answers leave at once, and a peer whose machine is gone is noticed.
fn set_options(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    SockRef::from(stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(Duration::from_mins(1)))
}

fn out_of_descriptors(error: &io::Error) -> bool {
    /// `ENFILE` and `EMFILE`.
    const CODES: [i32; 2] = [23, 24];
    error.raw_os_error().is_some_and(|code| CODES.contains(&code))
}
