//! Server-sent events: how they are written, and how many streams there are.
//!
//! Must never: keep more for a slow reader than what fits its channel, or tell anything to whose key was revoked.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chronik_common::admin::Problem;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::admin::AdminBackend;
use crate::admin::caller::{self, BOOTSTRAP};
use crate::admin::refusal::Refusal;

/// Streams at one time. The rest of the connections is for questions.
pub(super) const MAX_STREAMS: usize = 64;
/// Messages that may wait for a reader.
const WAITING: usize = 4;
/// A reader that has taken nothing for this long is gone, or not worth its place.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Between signs of life.
pub(super) const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// Among the extensions of a request whose connection may live on: set when its answer is a stream.
#[derive(Debug, Clone, Default)]
pub(in crate::admin) struct Endless {
    is_stream: Arc<AtomicBool>,
    /// Cancelled when nothing more is put into the stream.
    over: CancellationToken,
}

impl Endless {
    /// Whether the answer is a stream.
    pub(in crate::admin) fn is_set(&self) -> bool {
        self.is_stream.load(Ordering::Acquire)
    }

    /// Waits until nothing more is put into the stream.
    pub(in crate::admin) async fn over(&self) {
        self.over.cancelled().await;
    }
}

/// One message: its name, its id if it has one, and its data as JSON.
pub(super) fn message(name: &str, id: Option<&str>, data: &impl Serialize) -> Bytes {
    let mut text = format!("event: {name}\n").into_bytes();
    if let Some(id) = id {
        text.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    text.extend_from_slice(b"data: ");
    // JSON of these types has no line breaks, and always can be made.
    if serde_json::to_writer(&mut text, data).is_err() {
        text.extend_from_slice(b"null");
    }
    text.extend_from_slice(b"\n\n");
    text.into()
}

/// A comment, which readers leave out.
pub(super) fn sign_of_life() -> Bytes {
    Bytes::from_static(b": alive\n\n")
}

/// Where the messages of a stream are put.
pub(super) struct Sink {
    messages: mpsc::Sender<Bytes>,
    right: Right,
    _place: OwnedSemaphorePermit,
    _over: DropGuard,
}

impl Sink {
    /// Puts one; `false`: the reader has gone, takes nothing, or has lost its right.
    pub(super) async fn put(&self, message: Bytes) -> bool {
        self.right.holds() && self.messages.send_timeout(message, WRITE_TIMEOUT).await.is_ok()
    }

    /// Whether the reader has gone.
    pub(super) async fn closed(&self) {
        self.messages.closed().await;
    }
}

/// By which right a stream goes on: its key, which may be revoked meanwhile.
struct Right {
    backend: Arc<dyn AdminBackend>,
    key_id: Option<String>,
}

impl Right {
    fn holds(&self) -> bool {
        self.key_id.as_deref().is_none_or(|id| id == BOOTSTRAP || self.backend.key(id).is_some())
    }
}

/// Takes one of the places.
pub(super) fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Refusal> {
    places.clone().try_acquire_owned().map_err(|_| {
        Problem::new(
            503,
            "too_many_streams",
            "Too many streams",
            format!("this node serves {MAX_STREAMS} streams already"),
            "ask another node, or close a dashboard",
        )
        .into()
    })
}

/// A stream as an answer to the caller of the running handler, and where its messages are put.
pub(super) fn answer(
    backend: &Arc<dyn AdminBackend>,
    place: OwnedSemaphorePermit,
    endless: &Endless,
) -> (Response, Sink) {
    let key_id = caller::current().map(|caller| caller.principal.key_id);
    let right = Right { backend: backend.clone(), key_id };
    endless.is_stream.store(true, Ordering::Release);
    let over = endless.over.clone().drop_guard();
    let (messages, receiver) = mpsc::channel(WAITING);
    let body = Body::from_stream(ReceiverStream::new(receiver).map(Ok::<_, Infallible>));
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    ((headers, body).into_response(), Sink { messages, right, _place: place, _over: over })
}
