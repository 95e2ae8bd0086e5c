//! Draining nodes.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use chronik_common::admin::v1::{DrainAnswer, DrainRequest};

use super::number;
use crate::admin::audit::Audit;
use crate::admin::body::{RequestBody, read};
use crate::admin::refusal::Refusal;
use crate::admin::routes::Backend;

impl RequestBody for DrainRequest {
    const EXAMPLE: &str = r#"{"dry_run": true, "reason": "a new disk"}"#;
}

pub(super) async fn drain(
    backend: Backend,
    id: Path<String>,
    body: Body,
) -> Result<Json<DrainAnswer>, Refusal> {
    set(backend, &id, body, true).await
}

pub(super) async fn undrain(
    backend: Backend,
    id: Path<String>,
    body: Body,
) -> Result<Json<DrainAnswer>, Refusal> {
    set(backend, &id, body, false).await
}

async fn set(
    State(backend): Backend,
    id: &str,
    body: Body,
    drained: bool,
) -> Result<Json<DrainAnswer>, Refusal> {
    let node = number(id, "the id of a node")?;
    let request: DrainRequest = read(body).await?;
    let action = if drained { "node.drain" } else { "node.undrain" };
    let audit = Audit::new(action, format!("node {node}"), request.dry_run, request.reason.as_ref());
    audit.record(backend.drain(node, drained, request)).await.map(Json)
}
