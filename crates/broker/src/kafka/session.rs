//! What the handlers of one connection share.

use std::{net::SocketAddr, sync::Arc};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    backend::{Backend, Client},
    budget::Budget,
    request::Request,
};

/// One connection as its handlers see it.
#[derive(Debug)]
pub(crate) struct Session<B: Backend> {
    pub(crate) node: Arc<B>,
    /// What the node keeps for the connection.
    pub(crate) conn: Arc<B::Connection>,
    pub(crate) peer: SocketAddr,
    pub(crate) budget: Arc<Budget>,
    /// Ends waiting fetches early.
    pub(crate) shutdown: CancellationToken,
    last_fetch: Option<oneshot::Receiver<()>>,
}

/// A Fetch's place behind the one before it on its connection. It is over when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _over: oneshot::Sender<()>,
}

/// Resolves when the Fetch before has left the socket.
#[derive(Debug)]
pub(crate) struct Before(Option<oneshot::Receiver<()>>);

impl Before {
    pub(crate) async fn over(self) {
        if let Some(before) = self.0 {
            // Dropped, never sent: only its end counts.
            let _ = before.await;
        }
    }
}

impl<B: Backend> Session<B> {
    pub(crate) fn new(
        node: Arc<B>,
        peer: SocketAddr,
        budget: Arc<Budget>,
        shutdown: CancellationToken,
    ) -> Self {
        Self { node, conn: Arc::default(), peer, budget, shutdown, last_fetch: None }
    }

    /// Queues a Fetch behind the one before it. Their answers leave in order anyway; reading one only
    /// when the one before has left keeps a slow reader from piling up answers in memory.
    pub(crate) fn fetch_turn(&mut self) -> (Before, Turn) {
        let (over, next) = oneshot::channel();
        (Before(self.last_fetch.replace(next)), Turn { _over: over })
    }

    /// Who sent this request.
    pub(crate) fn client(&self, request: &Request) -> Client {
        let id = request.client_id.as_deref().unwrap_or_default().to_owned();
        Client { id, host: format!("/{}", self.peer.ip()) }
    }
}
