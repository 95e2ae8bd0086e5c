//! Leaders and replicas of partitions.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, StatusCode};
use chronik_common::admin::OperationView;
use chronik_common::admin::v1::{MoveReplicasRequest, TransferLeaderAnswer, TransferLeaderRequest};

use super::number;
use crate::admin::audit::Audit;
use crate::admin::body::{RequestBody, read};
use crate::admin::refusal::Refusal;
use crate::admin::routes::Backend;

impl RequestBody for TransferLeaderRequest {
    const EXAMPLE: &str = r#"{"to": 2, "dry_run": true}"#;
}

impl RequestBody for MoveReplicasRequest {
    const EXAMPLE: &str = r#"{"replicas": [2, 3, 4], "dry_run": true}"#;
}

pub(super) async fn transfer_leader(
    State(backend): Backend,
    Path((topic, partition)): Path<(String, String)>,
    body: Body,
) -> Result<Json<TransferLeaderAnswer>, Refusal> {
    let partition = number(&partition, "a partition's number")?;
    let request: TransferLeaderRequest = read(body).await?;
    let object = format!("partition {topic}-{partition}");
    let audit = Audit::new("leader.transfer", object, request.dry_run, request.reason.as_ref());
    audit.record(backend.transfer_leader(topic, partition, request)).await.map(Json)
}

pub(super) async fn move_replicas(
    State(backend): Backend,
    Path((topic, partition)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<OperationView>), Refusal> {
    let partition = number(&partition, "a partition's number")?;
    let expected_epoch = expected_epoch(&headers)?;
    let request: MoveReplicasRequest = read(body).await?;
    let dry_run = request.dry_run;
    let object = format!("partition {topic}-{partition}");
    let audit = Audit::new("replicas.move", object, dry_run, request.reason.as_ref());
    let answer =
        audit.record_operation(backend.move_replicas(topic, partition, expected_epoch, request)).await?;
    Ok((if dry_run { StatusCode::OK } else { StatusCode::ACCEPTED }, Json(answer)))
}

/// The leader epoch in `If-Match`, in quotes as an entity tag is, or without.
fn expected_epoch(headers: &HeaderMap) -> Result<Option<i32>, Refusal> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let epoch = value.to_str().ok().and_then(|text| text.trim_matches('"').parse().ok());
    epoch.map(Some).ok_or_else(|| {
        let detail = "If-Match is not a leader epoch";
        let hint = "send the partition's leader_epoch in quotes, such as If-Match: \"5\"";
        Refusal::invalid_request(StatusCode::BAD_REQUEST, detail, hint)
    })
}
