//! Routes that change the cluster. Every change that is asked for leaves one
//! line in the log: what, of which object, why, and what came of it.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chronik_common::admin::{
    AddNodeAnswer, AddNodeRequest, CancelRequest, OperationView, RebalanceRequest, RemoveNodeRequest,
};

use super::Answer;
use super::body::read;
use super::refusal::Refusal;
use super::routes::{Backend, operation_id};

pub(super) async fn add_node(State(backend): Backend, body: Body) -> Result<Json<AddNodeAnswer>, Refusal> {
    let request: AddNodeRequest = read(body).await?;
    let audit = Audit::new("add-node", format!("node {}", request.node_id), false, request.reason.as_ref());
    audit.record(backend.add_node(request)).await.map(Json)
}

pub(super) async fn remove_node(State(backend): Backend, body: Body) -> Result<Response, Refusal> {
    let request: RemoveNodeRequest = read(body).await?;
    let dry_run = request.dry_run;
    let how = if request.force { " by force" } else { "" };
    let object = format!("node {}{how}", request.node_id);
    let audit = Audit::new("remove-node", object, dry_run, request.reason.as_ref());
    started(dry_run, audit.record(backend.remove_node(request)).await)
}

pub(super) async fn rebalance(State(backend): Backend, body: Body) -> Result<Response, Refusal> {
    let request: RebalanceRequest = read(body).await?;
    let dry_run = request.dry_run;
    let object = match &request.topics {
        Some(topics) => format!("topics {}", topics.join(", ")),
        None => "all topics".to_owned(),
    };
    let audit = Audit::new("rebalance", object, dry_run, request.reason.as_ref());
    started(dry_run, audit.record(backend.rebalance(request)).await)
}

pub(super) async fn cancel_operation(
    State(backend): Backend,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<OperationView>, Refusal> {
    let id = operation_id(&id)?;
    let request: CancelRequest = read(body).await?;
    let audit = Audit::new("cancel", format!("operation {id}"), false, request.reason.as_ref());
    audit.record(backend.cancel_operation(id)).await.map(Json)
}

/// 202 for an operation that goes on after the answer, 200 for a mere plan.
fn started(dry_run: bool, answer: Result<OperationView, Refusal>) -> Result<Response, Refusal> {
    let status = if dry_run { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(answer?)).into_response())
}

/// The line in the log. It is written when this is dropped, so that a change
/// whose caller goes away before the answer has one too.
pub(super) struct Audit {
    action: &'static str,
    object: String,
    dry_run: bool,
    reason: Option<String>,
    /// `ok`, or the code of the problem.
    result: String,
}

impl Audit {
    pub(super) fn new(action: &'static str, object: String, dry_run: bool, reason: Option<&String>) -> Self {
        Self { action, object, dry_run, reason: reason.cloned(), result: "abandoned".into() }
    }

    pub(super) async fn record<T>(mut self, answer: Answer<T>) -> Result<T, Refusal> {
        let answer = answer.await.map_err(Refusal::from);
        answer.as_ref().err().map_or("ok", Refusal::code).clone_into(&mut self.result);
        answer
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        let Self { action, object, dry_run, reason, result } = self;
        // Debug format keeps whatever callers write on one line.
        tracing::info!(action, ?object, dry_run, reason = ?reason.as_deref().unwrap_or_default(), result, "audit");
    }
}
