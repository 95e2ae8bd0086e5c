//! Connections of the admin API, all bounded: how many there are, how long
//! each lives, how long it takes to agree on TLS, how large a head it may send. Only routes that change something
//! read a body, of at most [`MAX_BODY`](super::body::MAX_BODY) bytes and within
//! the life of the connection.

use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::auth::PeerAddress;
use super::tls::Tls;
use super::v1::Endless;

/// Largest request head, in bytes.
const MAX_HEAD: usize = 16 * 1024;
/// Pause after a failed accept: without file descriptors the next one fails
/// at once too.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How much strangers may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Connections served at one time; more wait in the kernel's backlog.
    pub connections: usize,
    /// Time to send the request head, and before it as much to agree on TLS.
    pub head: Duration,
    /// Time for a whole connection, which carries one request.
    pub connection: Duration,
}

pub(super) const LIMITS: Limits =
    Limits { connections: 128, head: Duration::from_secs(5), connection: Duration::from_secs(30) };

/// Serves on a listener until `stop` is cancelled; then open connections are dropped.
pub(super) async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    router: Router,
    stop: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < limits.connections => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(serve_one(stream, peer.ip(), tls.clone(), router.clone(), limits));
                }
                Err(error) => pause(&error).await,
            },
        }
    }
}

async fn pause(error: &io::Error) {
    tracing::warn!(%error, "the admin API cannot accept a connection; it tries again");
    sleep(ACCEPT_PAUSE).await;
}

/// Waits until a stream is over, and then as long as its last messages may take.
async fn outlived(stream: &Endless, limit: Duration) {
    stream.over().await;
    sleep(limit).await;
}

async fn serve_one(stream: TcpStream, peer: IpAddr, tls: Option<Arc<Tls>>, router: Router, limits: Limits) {
    let Some(tls) = tls else { return answer(stream, peer, router, limits).await };
    match timeout(limits.head, tls.accept(stream)).await {
        Ok(Ok(stream)) => answer(stream, peer, router, limits).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a client of the admin API does not agree on TLS"),
        Err(_) => tracing::debug!(%peer, "a client of the admin API took too long to agree on TLS"),
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: IpAddr,
    router: Router,
    limits: Limits,
) {
    let router = TowerToHyperService::new(router);
    let endless = Endless::default();
    let is_endless = endless.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(PeerAddress(peer));
        request.extensions_mut().insert(endless.clone());
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(MAX_HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = match timeout(limits.connection, &mut connection).await {
        Ok(ended) => ended,
        // A stream lasts as long as its reader takes what it is sent; how many there are is limited there.
        Err(_) if is_endless.is_set() => tokio::select! {
            ended = &mut connection => ended,
            () = outlived(&is_endless, limits.head) => return tracing::debug!("a stream's reader takes nothing"),
        },
        Err(_) => return tracing::debug!("a connection of the admin API took too long"),
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection of the admin API ended");
    }
}
