//! The admin API of a node: one for all its listeners and for what its peers pass on, so that they share the audit log
//! and the count of failures.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::AdminBackend;
use super::auth::Door;
use super::forward;
use super::journal::Journal;
use super::routes::router;
use super::server::{LIMITS, Limits, serve_within};
use super::tls::Tls;

/// The admin API. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    router: Router,
    tls: Option<Arc<Tls>>,
}

impl Api {
    /// The API over a node, with its audit log in the data directory; `None`: in memory only.
    pub fn new(backend: Arc<dyn AdminBackend>, data_dir: Option<&Path>) -> Self {
        let journal = Journal::open(backend.node_id(), data_dir);
        let door = Door::new(backend.clone(), Arc::new(journal));
        Self { router: router(backend, door), tls: None }
    }

    /// The same API, which speaks nothing but TLS on its listeners.
    #[must_use]
    pub fn with_tls(self, tls: Option<Arc<Tls>>) -> Self {
        Self { tls, ..self }
    }

    /// Serves on a listener until `stop` is cancelled; then open connections are dropped.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        self.serve_within(LIMITS, listener, stop).await;
    }

    pub(super) async fn serve_within(self, limits: Limits, listener: TcpListener, stop: CancellationToken) {
        serve_within(limits, listener, self.tls, self.router, stop).await;
    }

    /// Answers a message that another node sent with [`Neighbours::pass_on`](super::Neighbours::pass_on).
    ///
    /// # Errors
    /// What is wrong with the message.
    pub async fn answer_peer(self, head: Bytes, body: Bytes) -> Result<Bytes, String> {
        forward::answer(self.router, &head, body).await
    }
}
