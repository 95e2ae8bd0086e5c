//! Routes that change the cluster. Every change that is asked for is noted by its [`Audit`].

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chronik_common::admin::{
    AddNodeAnswer, AddNodeRequest, CancelRequest, OperationView, RebalanceRequest, RemoveNodeRequest,
};

use super::audit::Audit;
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
    started(dry_run, audit.record_operation(backend.remove_node(request)).await)
}

pub(super) async fn rebalance(State(backend): Backend, body: Body) -> Result<Response, Refusal> {
    let request: RebalanceRequest = read(body).await?;
    let dry_run = request.dry_run;
    let object = match &request.topics {
        Some(topics) => format!("topics {}", topics.join(", ")),
        None => "all topics".to_owned(),
    };
    let audit = Audit::new("rebalance", object, dry_run, request.reason.as_ref());
    started(dry_run, audit.record_operation(backend.rebalance(request)).await)
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
