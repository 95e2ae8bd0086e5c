//! Calls that another node must answer: the leader of a partition, the coordinator of a group, the node in question.
//!
//! A handler that finds that node `n` must act passes its request on, body and all, before it does anything else (the
//! acting node writes the audit log):
//!
//! ```ignore
//! if leader != backend.node_id() {
//!     return forward::to(&*backend, leader, Call::new(&method, &uri).json(&request)).await;
//! }
//! ```
//!
//! The peer runs its own handlers with the caller's key and role, which this node has checked: nodes trust each other
//! here as for every other call between them. Status, body and the headers in [`CARRIED`] come back;
//! `X-Chronik-Served-By` names the node that acted. [`gather`] asks several nodes the same question.
//!
//! Must never: pass on what another node passed on.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chronik_common::admin::Problem;
use futures::future::{BoxFuture, join_all};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::AdminBackend;
use super::body::MAX_BODY;
use super::caller::{self, Principal};
use super::refusal::Refusal;

/// Names the node whose handler made the answer.
pub(super) const SERVED_BY: HeaderName = HeaderName::from_static("x-chronik-served-by");
/// Headers of an answer that are carried back.
const CARRIED: [HeaderName; 3] = [CONTENT_TYPE, ETAG, RETRY_AFTER];
/// Longest wait for another node. Shorter than the life of the caller's connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest wait for one of several nodes: the others' answers wait for it.
const GATHERING: Duration = Duration::from_secs(2);
/// Largest answer that is carried back, in bytes.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// What the admin API knows of the other nodes.
pub trait Neighbours: Send + Sync + 'static {
    /// This node's id.
    fn node_id(&self) -> i32;
    /// The members of the cluster by id, this node among them, and whether each is alive.
    fn members_alive(&self) -> Vec<(i32, bool)>;
    /// Sends a message to another node's [`Api::answer_peer`](super::Api::answer_peer) and gives its answer, or why
    /// there is none.
    fn pass_on(&self, node: i32, head: Bytes, body: Bytes) -> BoxFuture<'static, Result<Bytes, String>>;
}

/// A request of the admin API, as it is passed on.
#[derive(Debug, Clone)]
pub(super) struct Call {
    method: String,
    path_and_query: String,
    body: Bytes,
}

impl Call {
    /// The request without its body.
    pub(super) fn new(method: &Method, uri: &Uri) -> Self {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Self { method: method.to_string(), path_and_query: path.to_owned(), body: Bytes::new() }
    }

    /// The same with a body. Types of the admin API can always be written as JSON; one that cannot is sent without.
    #[cfg_attr(
        not(test),
        allow(
            dead_code,
            reason = "for writes that another node carries out; so far only questions are passed on"
        )
    )]
    pub(super) fn json(self, body: &impl Serialize) -> Self {
        Self { body: serde_json::to_vec(body).unwrap_or_default().into(), ..self }
    }
}

/// What travels before the body.
#[derive(Serialize, Deserialize)]
struct Head {
    method: String,
    path: String,
    principal: Principal,
}

/// What travels back. Bodies of the admin API are text.
#[derive(Serialize, Deserialize)]
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Marks a request that another node has authenticated. It is put among the extensions here, where nothing from the
/// network can put it.
#[derive(Clone)]
pub(super) struct Forwarded(pub Principal);

/// Lets another node answer, on behalf of the same caller. Problems: `wrong_node` (503) if the request was passed on
/// already, `node_unreachable` (503) if the node does not answer.
pub(super) async fn to(backend: &dyn AdminBackend, node: i32, call: Call) -> Result<Response, Refusal> {
    let reply = ask(backend, node, call, PATIENCE).await?;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, reply.body).into_response();
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(SERVED_BY, HeaderValue::from(node));
    Ok(response)
}

/// What several nodes said, and who did not say anything that can be used.
pub(super) struct Gathered<T> {
    /// In order of the nodes.
    pub answers: Vec<(i32, T)>,
    /// Members that are dead, did not answer in time, or answered with a problem.
    pub missing: Vec<i32>,
}

/// Asks all other members the same question. A request that was passed on asks nobody: the asking node asks all.
pub(super) async fn gather<T: DeserializeOwned>(backend: &dyn AdminBackend, call: Call) -> Gathered<T> {
    let mut gathered = Gathered { answers: Vec::new(), missing: Vec::new() };
    if is_forwarded() {
        return gathered;
    }
    let others = backend.members_alive().into_iter().filter(|(node, _)| *node != backend.node_id());
    let asked = others.map(|(node, alive)| {
        let call = call.clone();
        async move {
            let reply = if alive { ask(backend, node, call, GATHERING).await.ok() } else { None };
            let reply = reply.filter(|reply| reply.status == 200);
            (node, reply.and_then(|reply| serde_json::from_str(&reply.body).ok()))
        }
    });
    for (node, answer) in join_all(asked).await {
        match answer {
            Some(answer) => gathered.answers.push((node, answer)),
            None => gathered.missing.push(node),
        }
    }
    gathered
}

/// Whether another node passed on the request that is being handled.
pub(super) fn is_forwarded() -> bool {
    caller::current().is_some_and(|caller| caller.forwarded)
}

async fn ask(
    backend: &dyn AdminBackend,
    node: i32,
    call: Call,
    patience: Duration,
) -> Result<Reply, Refusal> {
    let caller = caller::current().filter(|caller| !caller.forwarded);
    let Some(caller) = caller else {
        return Err(unavailable(
            "wrong_node",
            format!("node {node} must act, and the request has been passed on once"),
        ));
    };
    let head = Head { method: call.method, path: call.path_and_query, principal: caller.principal };
    let head =
        serde_json::to_vec(&head).map_err(|error| unavailable("node_unreachable", error.to_string()))?;
    let answer = match timeout(patience, backend.pass_on(node, head.into(), call.body)).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("it did not answer within {patience:?}")),
    };
    answer
        .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()))
        .map_err(|why| unavailable("node_unreachable", format!("node {node} must answer this: {why}")))
}

fn unavailable(code: &str, detail: String) -> Refusal {
    let hint = "ask again in a moment; GET /admin/status tells which nodes are alive";
    Problem::new(503, code, "Service Unavailable", detail, hint).into()
}

/// Answers what another node passed on, with this node's own handlers.
pub(super) async fn answer(router: Router, head: &[u8], body: Bytes) -> Result<Bytes, String> {
    let head: Head = serde_json::from_slice(head).map_err(|error| error.to_string())?;
    if body.len() > MAX_BODY {
        return Err(format!("the body is larger than {MAX_BODY} bytes"));
    }
    let mut request = Request::builder()
        .method(head.method.as_str())
        .uri(head.path)
        .body(Body::from(body))
        .map_err(|error| error.to_string())?;
    request.extensions_mut().insert(Forwarded(head.principal));
    let Ok(response) = TowerToHyperService::new(router).call(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MAX_ANSWER).await;
    let body = body.map_err(|_| format!("the answer is larger than {MAX_ANSWER} bytes"))?;
    let text = |name: HeaderName| {
        let value = parts.headers.get(&name)?.to_str().ok()?.to_owned();
        Some((name.to_string(), value))
    };
    let reply = Reply {
        status: parts.status.as_u16(),
        headers: CARRIED.into_iter().filter_map(text).collect(),
        body: String::from_utf8(body.into()).map_err(|error| error.to_string())?,
    };
    serde_json::to_vec(&reply).map(Bytes::from).map_err(|error| error.to_string())
}
