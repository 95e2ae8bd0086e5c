//! Consumer groups.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use chronik_common::admin::v1::{
    DeleteGroupRequest, GroupAnswer, GroupDetail, Groups, ResetOffsetsAnswer, ResetOffsetsRequest,
};

use crate::admin::audit::Audit;
use crate::admin::body::{RequestBody, read};
use crate::admin::refusal::Refusal;
use crate::admin::routes::Backend;

impl RequestBody for DeleteGroupRequest {
    const EXAMPLE: &str = r#"{"dry_run": true, "reason": "not needed any more"}"#;
}

impl RequestBody for ResetOffsetsRequest {
    const EXAMPLE: &str = r#"{"topics": ["orders"], "to": "earliest", "dry_run": true}"#;
}

pub(super) async fn list(State(backend): Backend) -> Result<Json<Groups>, Refusal> {
    Ok(Json(backend.list_groups().await?))
}

pub(super) async fn describe(
    State(backend): Backend,
    Path(group): Path<String>,
) -> Result<Json<GroupDetail>, Refusal> {
    Ok(Json(backend.describe_group(group).await?))
}

pub(super) async fn reset_offsets(
    State(backend): Backend,
    Path(group): Path<String>,
    body: Body,
) -> Result<Json<ResetOffsetsAnswer>, Refusal> {
    let request: ResetOffsetsRequest = read(body).await?;
    let object = format!("group {group}");
    let audit = Audit::new("group.reset_offsets", object, request.dry_run, request.reason.as_ref());
    audit.record(backend.reset_offsets(group, request)).await.map(Json)
}

pub(super) async fn delete(
    State(backend): Backend,
    Path(group): Path<String>,
    body: Body,
) -> Result<Json<GroupAnswer>, Refusal> {
    let request: DeleteGroupRequest = read(body).await?;
    let object = format!("group {group}");
    let audit = Audit::new("group.delete", object, request.dry_run, request.reason.as_ref());
    audit.record(backend.delete_group(group, request)).await.map(Json)
}
