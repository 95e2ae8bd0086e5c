//! Creating, altering and deleting topics.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chronik_common::admin::v1::{AlterTopicRequest, CreateTopicRequest, DeleteTopicRequest, TopicAnswer};

use crate::admin::audit::Audit;
use crate::admin::body::{RequestBody, read};
use crate::admin::refusal::Refusal;
use crate::admin::routes::Backend;

impl RequestBody for CreateTopicRequest {
    const EXAMPLE: &str = r#"{"topic": "orders", "partitions": 6, "replication_factor": 3, "config": {"retention.ms": "3600000"}}"#;
}

impl RequestBody for AlterTopicRequest {
    const EXAMPLE: &str =
        r#"{"partitions": 12, "config": {"retention.ms": "3600000", "retention.bytes": null}}"#;
}

impl RequestBody for DeleteTopicRequest {
    const EXAMPLE: &str = r#"{"dry_run": true, "reason": "not needed any more"}"#;
}

pub(super) async fn create(
    State(backend): Backend,
    body: Body,
) -> Result<(StatusCode, Json<TopicAnswer>), Refusal> {
    let request: CreateTopicRequest = read(body).await?;
    let dry_run = request.dry_run;
    let object = format!("topic {}", request.topic);
    let audit = Audit::new("topic.create", object, dry_run, request.reason.as_ref());
    let answer = audit.record(backend.create_topic(request)).await?;
    Ok((if dry_run { StatusCode::OK } else { StatusCode::CREATED }, Json(answer)))
}

pub(super) async fn alter(
    State(backend): Backend,
    Path(topic): Path<String>,
    body: Body,
) -> Result<Json<TopicAnswer>, Refusal> {
    let request: AlterTopicRequest = read(body).await?;
    let object = format!("topic {topic}");
    let audit = Audit::new("topic.alter", object, request.dry_run, request.reason.as_ref());
    audit.record(backend.alter_topic(topic, request)).await.map(Json)
}

pub(super) async fn delete(
    State(backend): Backend,
    Path(topic): Path<String>,
    body: Body,
) -> Result<Json<TopicAnswer>, Refusal> {
    let request: DeleteTopicRequest = read(body).await?;
    let object = format!("topic {topic}");
    let audit = Audit::new("topic.delete", object, request.dry_run, request.reason.as_ref());
    audit.record(backend.delete_topic(topic, request)).await.map(Json)
}
