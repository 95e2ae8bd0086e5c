//! One connection: requests start in the order in which they come, run concurrently, and are answered
//! in that order.
//!
//! All of it is one task that owns the socket, the running requests and the answers not yet written, so
//! that the end of the connection is the end of everything that was done for it. It never reads further
//! while the limit of running requests is reached, and never waits for anything without also watching
//! what else can happen.

use std::{io, pin::pin, sync::Arc};

use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, Fuse},
    stream::FuturesOrdered,
};
use tokio::{
    io::AsyncRead,
    net::TcpStream,
    time::{Instant, sleep_until},
};

use super::{
    answer::Answer,
    api,
    backend::Backend,
    budget::{Budget, Room, Share},
    frame::{FrameError, FrameReader},
    listener::Limits,
    outbox::Outbox,
    request::Incoming,
    session::Session,
    shape::Malformed,
    traffic::{Arrived, Traffic},
};

/// Answers are gathered into one write up to this size; while more wait for the client to read them,
/// nothing further is read from it.
const GATHER: usize = 256 * 1024;

/// Why a connection was closed from this side.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Closed {
    /// The bytes are not Kafka requests that are served here.
    #[error("malformed request: {0}")]
    Malformed(#[from] Malformed),
    /// The stream of bytes ended or broke the frame's rules.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The socket takes no more answers.
    #[error("cannot write: {0}")]
    Write(io::Error),
    /// A request asked for it by failing where no response may be sent (acks=0).
    #[error("a request without a response failed")]
    ByRequest,
    /// Nothing was read or written for `connections.max.idle.ms`.
    #[error("idle")]
    Idle,
    /// The node stops, and running requests took longer than they are given.
    #[error("shutting down")]
    Shutdown,
}

/// A request as the reading side hands it over.
struct Received {
    incoming: Incoming,
    /// Bytes of its frame.
    bytes: usize,
    /// Room in the budget, until the request is answered.
    held: (Room, Option<Share>),
}

/// Serves a connection until one side ends it.
///
/// # Errors
/// When it was this side, with the reason.
pub(crate) async fn serve<B: Backend>(
    mut stream: TcpStream,
    mut session: Session<B>,
    limits: &Limits,
    traffic: &Arc<Traffic>,
) -> Result<(), Closed> {
    let (reading, mut writing) = stream.split();
    let reader = FrameReader::new(
        reading,
        limits.max_request_bytes,
        limits.frame_timeout,
        Arc::clone(&session.budget),
    );
    // Once begun it is polled until it is done: it may hold room in the budget, be next in line for more,
    // or be out of time, whatever becomes of the answers meanwhile.
    let mut receiving = pin!(Fuse::terminated());
    let mut reader = Some(reader);
    let shutdown = session.shutdown.clone();
    let mut running: FuturesOrdered<BoxFuture<'static, Answer>> = FuturesOrdered::new();
    let mut outbox = Outbox::default();
    let mut deadline = Instant::now() + limits.idle_timeout;
    // Once set, nothing more is read: what runs is answered, if it is done in time, and this returned.
    let mut ending: Option<Closed> = None;

    loop {
        let reading = ending.is_none();
        if running.is_empty()
            && outbox.is_empty()
            && let Some(closed) = ending.take()
        {
            return Err(closed);
        }
        if reading
            && running.len() < limits.max_in_flight
            && outbox.bytes() < GATHER
            && let Some(reader) = reader.take()
        {
            receiving.set(receive(reader, Arc::clone(&session.budget)).fuse());
        }
        let closed = tokio::select! {
            biased;
            () = shutdown.cancelled(), if reading => Some(Closed::Shutdown),
            written = outbox.write(&mut writing), if !outbox.is_empty() => {
                written.map_err(Closed::Write)?;
                if reading {
                    deadline = Instant::now() + limits.idle_timeout;
                }
                None
            }
            Some(answer) = running.next(), if !running.is_empty() => {
                gather(answer, &mut running, &mut outbox)
            }
            received = &mut receiving => {
                deadline = Instant::now() + limits.idle_timeout;
                match received {
                    // The peer is gone, or will send no more: whoever waits for news waits in vain.
                    Ok(None) => return Ok(()),
                    Err(closed) => Some(closed),
                    Ok(Some((Received { incoming, bytes, held }, back))) => {
                        reader = Some(back);
                        let arrived = traffic.arrived(incoming.api(), bytes);
                        match api::start(&mut session, incoming) {
                            Ok(answer) => {
                                running.push_back(keep_until_answered(answer, held, arrived));
                                None
                            }
                            Err(malformed) => Some(malformed.into()),
                        }
                    }
                }
            }
            () = sleep_until(deadline) => match ending {
                Some(closed) => return Err(closed),
                None if running.is_empty() || !outbox.is_empty() => return Err(Closed::Idle),
                None => {
                    deadline = Instant::now() + limits.idle_timeout;
                    None
                }
            },
        };
        if reading && closed.is_some() {
            // A frame that has not arrived will not be served: its room goes back now.
            receiving.set(Fuse::terminated());
            deadline = Instant::now() + limits.drain_timeout;
        }
        ending = ending.or(closed);
    }
}

/// Puts an answer, and those behind it that are ready too, into the outbox.
fn gather(
    answer: Answer,
    running: &mut FuturesOrdered<BoxFuture<'static, Answer>>,
    outbox: &mut Outbox,
) -> Option<Closed> {
    let mut next = Some(answer);
    while let Some(answer) = next {
        match answer {
            Answer::Frame { pieces, hold } => outbox.push(pieces, hold),
            Answer::Nothing => {}
            Answer::Close => {
                // What was answered before still leaves; what comes after does not.
                running.clear();
                return Some(Closed::ByRequest);
            }
        }
        next = if outbox.bytes() < GATHER { running.next().now_or_never().flatten() } else { None };
    }
    None
}

/// The next request, and the reader for the one after it; none when the peer has closed.
async fn receive<R: AsyncRead + Unpin>(
    mut reader: FrameReader<R>,
    budget: Arc<Budget>,
) -> Result<Option<(Received, FrameReader<R>)>, Closed> {
    let Some(frame) = reader.next().await? else {
        return Ok(None);
    };
    let bytes = frame.bytes.len();
    let incoming = Incoming::parse(frame.bytes)?;
    let decoded = match &incoming {
        Incoming::Request(request) => budget.decoded(request.elements).await,
        Incoming::ApiVersionsTooNew { .. } => None,
    };
    Ok(Some((Received { incoming, bytes, held: (frame.room, decoded) }, reader)))
}

fn keep_until_answered(
    answer: BoxFuture<'static, Answer>,
    held: (Room, Option<Share>),
    arrived: Arrived,
) -> BoxFuture<'static, Answer> {
    async move {
        let answer = answer.await;
        arrived.answered(&answer);
        drop(held);
        answer
    }
    .boxed()
}
