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
    future::BoxFuture,
    stream::{self, FuturesOrdered},
};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until},
};

use super::{
    answer::Answer,
    api,
    backend::Backend,
    budget::{Budget, Share},
    frame::{FrameError, FrameReader},
    listener::Limits,
    outbox::Outbox,
    request::Incoming,
    session::Session,
    shape::Malformed,
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
    /// Room in the budget, until the request is answered.
    shares: [Option<Share>; 2],
}

/// Serves a connection until one side ends it.
///
/// # Errors
/// When it was this side, with the reason.
pub(crate) async fn serve<B: Backend>(
    mut stream: TcpStream,
    mut session: Session<B>,
    limits: &Limits,
) -> Result<(), Closed> {
    let (reading, mut writing) = stream.split();
    let reader = FrameReader::new(
        reading,
        limits.max_request_bytes,
        limits.frame_timeout,
        Arc::clone(&session.budget),
    );
    let mut requests =
        pin!(stream::unfold((reader, Arc::clone(&session.budget)), |(mut reader, budget)| async {
            Some((receive(&mut reader, &budget).await.transpose()?, (reader, budget)))
        }));
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
            received = requests.next(), if reading && running.len() < limits.max_in_flight && outbox.bytes() < GATHER => {
                deadline = Instant::now() + limits.idle_timeout;
                match received {
                    // The peer is gone, or will send no more: whoever waits for news waits in vain.
                    None => return Ok(()),
                    Some(Err(closed)) => Some(closed),
                    Some(Ok(Received { incoming, shares })) => match api::start(&mut session, incoming) {
                        Ok(answer) => {
                            running.push_back(keep_until_answered(answer, shares));
                            None
                        }
                        Err(malformed) => Some(malformed.into()),
                    },
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

async fn receive<R: tokio::io::AsyncRead + Unpin>(
    reader: &mut FrameReader<R>,
    budget: &Budget,
) -> Result<Option<Received>, Closed> {
    let Some(frame) = reader.next().await? else {
        return Ok(None);
    };
    let incoming = Incoming::parse(frame.bytes)?;
    let decoded = match &incoming {
        Incoming::Request(request) => budget.decoded(request.elements).await,
        Incoming::ApiVersionsTooNew { .. } => None,
    };
    Ok(Some(Received { incoming, shares: [frame.share, decoded] }))
}

fn keep_until_answered(
    answer: BoxFuture<'static, Answer>,
    shares: [Option<Share>; 2],
) -> BoxFuture<'static, Answer> {
    async move {
        let answer = answer.await;
        drop(shares);
        answer
    }
    .boxed()
}
