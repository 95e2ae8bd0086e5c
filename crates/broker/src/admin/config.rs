//! What a node was told before it started. Only that node knows, so it is asked.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chronik_common::admin::Problem;

use super::forward::{self, Call};
use super::refusal::Refusal;
use super::routes::Backend;

/// `GET /admin/v1/nodes/{id}/config`. Problems: `unknown_node` (404), and those of [`forward::to`].
pub(super) async fn node_config(
    State(backend): Backend,
    Path(id): Path<String>,
    method: Method,
    uri: Uri,
) -> Result<Response, Refusal> {
    let hint = "GET /admin/status lists the nodes";
    let Ok(id) = id.parse::<i32>() else {
        let detail = "the id of a node is a whole number";
        return Err(Refusal::invalid_request(StatusCode::BAD_REQUEST, detail, hint));
    };
    if id == backend.node_id() {
        return Ok(Json(backend.config()).into_response());
    }
    if !backend.members_alive().iter().any(|(member, _)| *member == id) {
        let detail = format!("no node has the id {id}");
        return Err(Problem::new(404, "unknown_node", "Not Found", detail, hint).into());
    }
    forward::to(&*backend, id, Call::new(&method, &uri)).await
}
