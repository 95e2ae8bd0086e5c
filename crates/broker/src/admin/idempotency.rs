//! `Idempotency-Key`: a write that is sent again under the same key gets the first answer again and does nothing.
//!
//! Answers are remembered for ten minutes, per API key, in the memory of the node that answered: whoever repeats a
//! request must ask the same node, and a restart forgets. That is why every change is also made so that it may be asked
//! for again. Problems of the kind 429 and 5xx are not remembered: they say "ask again".
//!
//! Must never: run two requests under one key at a time, or grow beyond [`MAX_ANSWERS`] answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chronik_common::admin::Problem;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use super::body::MAX_BODY;
use super::caller::Principal;
use super::refusal::Refusal;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key, in bytes.
const MAX_KEY: usize = 200;
/// How long an answer is remembered.
const REMEMBERED_FOR: Duration = Duration::from_mins(10);
/// Answers remembered at one time.
const MAX_ANSWERS: usize = 500;
/// Largest answer that is remembered, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// An API key's id, and what its holder called the request.
type Name = (String, String);
/// Of method, path and body.
type Fingerprint = [u8; 32];

/// An answer, to be given again.
#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// The answers that are remembered. Pure: the caller brings the clock.
#[derive(Default)]
pub(super) struct Answers(HashMap<Name, Entry>);

struct Entry {
    fingerprint: Fingerprint,
    since: Instant,
    /// `None` while the first request runs.
    answer: Option<Answer>,
}

/// What is known of a name.
enum Known {
    /// Nothing: from now on, that its request runs.
    New,
    Running,
    Answered(Answer),
    /// It is the name of another request.
    Other,
}

impl Answers {
    fn begin(&mut self, name: &Name, fingerprint: Fingerprint, now: Instant) -> Known {
        let fresh = |entry: &Entry| {
            entry.answer.is_none() || now.saturating_duration_since(entry.since) < REMEMBERED_FOR
        };
        match self.0.get(name).filter(|entry| fresh(entry)) {
            Some(entry) if entry.fingerprint != fingerprint => return Known::Other,
            Some(Entry { answer: Some(answer), .. }) => return Known::Answered(answer.clone()),
            Some(_) => return Known::Running,
            None => {}
        }
        if self.0.len() >= MAX_ANSWERS {
            self.0.retain(|_, entry| fresh(entry));
            self.forget_oldest();
        }
        self.0.insert(name.clone(), Entry { fingerprint, since: now, answer: None });
        Known::New
    }

    /// Those that run are bounded by the number of connections, and stay.
    fn forget_oldest(&mut self) {
        while self.0.len() >= MAX_ANSWERS {
            let answered = self.0.iter().filter(|(_, entry)| entry.answer.is_some());
            let Some(oldest) = answered.min_by_key(|(_, entry)| entry.since).map(|(name, _)| name.clone())
            else {
                return;
            };
            self.0.remove(&oldest);
        }
    }

    /// The request has its answer; `None`: it may be made again.
    fn end(&mut self, name: &Name, answer: Option<Answer>, now: Instant) {
        match (answer, self.0.get_mut(name)) {
            (Some(answer), Some(entry)) => {
                entry.since = now;
                entry.answer = Some(answer);
            }
            _ => drop(self.0.remove(name)),
        }
    }
}

/// Ends the request even if its caller goes away first.
struct Running {
    answers: Arc<Mutex<Answers>>,
    name: Name,
    answer: Option<Answer>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.answers.lock().end(&self.name, self.answer.take(), Instant::now());
    }
}

/// Runs a write once per key. What has no key, and every question, passes.
pub(super) async fn once(
    State(answers): State<Arc<Mutex<Answers>>>,
    request: Request,
    next: Next,
) -> Response {
    let asks = [Method::GET, Method::HEAD].contains(request.method());
    let key = request.headers().get(IDEMPOTENCY_KEY).filter(|_| !asks).cloned();
    match (key, request.extensions().get::<Principal>().cloned()) {
        (Some(key), Some(principal)) => match key.to_str() {
            Ok(key) if (1..=MAX_KEY).contains(&key.len()) => {
                let name = (principal.key_id, key.to_owned());
                run(answers, name, request, next).await.unwrap_or_else(IntoResponse::into_response)
            }
            _ => {
                let detail = format!("an Idempotency-Key is 1 to {MAX_KEY} characters of printable ASCII");
                let hint = "draw a random one, such as a UUID, for each request";
                Refusal::invalid_request(StatusCode::BAD_REQUEST, detail, hint).into_response()
            }
        },
        _ => next.run(request).await,
    }
}

async fn run(
    answers: Arc<Mutex<Answers>>,
    name: Name,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| {
        let detail = format!("the body does not arrive or is larger than {MAX_BODY} bytes");
        Refusal::invalid_request(StatusCode::PAYLOAD_TOO_LARGE, detail, "send a smaller body")
    })?;
    let fingerprint = fingerprint(&parts.method, &parts.uri.to_string(), &body);
    let known = answers.lock().begin(&name, fingerprint, Instant::now());
    match known {
        Known::New => {}
        Known::Answered(Answer { status, headers, body }) => {
            return Ok((status, headers, body).into_response());
        }
        Known::Running => {
            return Err(conflict("idempotency_key_running", "its first request has no answer yet"));
        }
        Known::Other => {
            let detail = "this Idempotency-Key was sent with another request before";
            let hint = "draw a new key for each request; repeat a key only with the same path and body";
            return Err(
                Problem::new(422, "idempotency_key_reused", "Unprocessable Content", detail, hint).into()
            );
        }
    }
    let mut running = Running { answers, name, answer: None };
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let answer = Answer { status: parts.status, headers: parts.headers.clone(), body: body.clone() };
    let ask_again = parts.status.is_server_error() || parts.status == StatusCode::TOO_MANY_REQUESTS;
    running.answer = (!ask_again && body.len() <= MAX_ANSWER).then_some(answer);
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn conflict(code: &str, detail: &str) -> Refusal {
    Problem::new(409, code, "Conflict", detail, "wait a moment, then repeat it for its answer").into()
}

fn fingerprint(method: &Method, path: &str, body: &[u8]) -> Fingerprint {
    let head = format!("{method} {path}\n");
    Sha256::new().chain_update(head).chain_update(body).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(key: &str) -> Name {
        ("k1".into(), key.into())
    }

    #[expect(clippy::unnecessary_wraps, reason = "as the store takes it")]
    fn answer() -> Option<Answer> {
        Some(Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from_static(b"{}") })
    }

    fn told(known: &Known) -> &'static str {
        match known {
            Known::New => "new",
            Known::Running => "running",
            Known::Answered(_) => "answered",
            Known::Other => "other",
        }
    }

    #[test]
    fn an_answer_is_given_again_for_ten_minutes_to_the_same_request_only() {
        let start = Instant::now();
        let mut answers = Answers::default();
        let begin = |answers: &mut Answers, n: &Name, f, at| told(&answers.begin(n, [f; 32], at));
        assert_eq!(begin(&mut answers, &name("a"), 1, start), "new");
        assert_eq!(begin(&mut answers, &name("a"), 1, start + 2 * REMEMBERED_FOR), "running");
        answers.end(&name("a"), answer(), start);
        assert_eq!(begin(&mut answers, &name("a"), 1, start), "answered");
        assert_eq!(begin(&mut answers, &name("a"), 2, start), "other");
        assert_eq!(begin(&mut answers, &("k2".into(), "a".into()), 2, start), "new");
        assert_eq!(begin(&mut answers, &name("a"), 2, start + REMEMBERED_FOR), "new");
        answers.end(&name("a"), None, start);
        assert_eq!(begin(&mut answers, &name("a"), 3, start), "new");
    }

    #[test]
    fn the_oldest_answers_are_forgotten_first() {
        let start = Instant::now();
        let mut answers = Answers::default();
        for n in 0..=MAX_ANSWERS {
            let at = start + Duration::from_millis(n as u64);
            answers.begin(&name(&n.to_string()), [0; 32], at);
            answers.end(&name(&n.to_string()), answer(), at);
        }
        assert_eq!(answers.0.len(), MAX_ANSWERS);
        assert_eq!(told(&answers.begin(&name("0"), [0; 32], start)), "new");
        assert_eq!(told(&answers.begin(&name("2"), [0; 32], start)), "answered");
    }
}
