//! Which path is answered by what.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router, middleware};
use chronik_common::admin::{Health, Members, OperationView, Operations, Problem, Status, StorageReport};
use chronik_common::nearest;

use super::AdminBackend;
use super::audit::audit;
use super::auth::{Door, require_key};
use super::bundle::debug_bundle;
use super::changes::{add_node, cancel_operation, rebalance, remove_node};
use super::config::node_config;
use super::idempotency::once;
use super::keys::{create_key, list_keys, revoke_key};
use super::metrics::metrics_text;
use super::openapi::{docs, openapi};
use super::refusal::Refusal;
use super::v1;

const HEALTH: &str = "/admin/health";
const STATUS: &str = "/admin/status";
const MEMBERS: &str = "/admin/cluster/members";
const ADD_NODE: &str = "/admin/add-node";
const REMOVE_NODE: &str = "/admin/remove-node";
const REBALANCE: &str = "/admin/rebalance";
const OPERATIONS: &str = "/admin/v1/operations";
const OPERATION: &str = "/admin/v1/operations/{id}";
const CANCEL: &str = "/admin/v1/operations/{id}/cancel";
const STORAGE: &str = "/admin/v1/storage";
const NODE_CONFIG: &str = "/admin/v1/nodes/{id}/config";
const KEYS: &str = "/admin/v1/keys";
const KEY: &str = "/admin/v1/keys/{id}";
const AUDIT: &str = "/admin/v1/audit";
const DEBUG_BUNDLE: &str = "/admin/v1/debug/bundle";
const OPENAPI: &str = "/admin/v1/openapi.json";
const DOCS: &str = "/admin/docs";
const METRICS: &str = "/metrics";

/// For those who ask for something else.
pub(super) const ROUTES: [&str; 18] = [
    HEALTH,
    STATUS,
    MEMBERS,
    ADD_NODE,
    REMOVE_NODE,
    REBALANCE,
    OPERATIONS,
    OPERATION,
    CANCEL,
    STORAGE,
    NODE_CONFIG,
    KEYS,
    KEY,
    AUDIT,
    DEBUG_BUNDLE,
    OPENAPI,
    DOCS,
    METRICS,
];

/// The media type of `OpenMetrics` text.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) type Backend = State<Arc<dyn AdminBackend>>;

/// All routes. Those behind the key are the default place for a new one.
pub(super) fn router(backend: Arc<dyn AdminBackend>, door: Door) -> Router {
    let changes = Router::new()
        .route(ADD_NODE, post(add_node))
        .route(REMOVE_NODE, post(remove_node))
        .route(REBALANCE, post(rebalance))
        .route(CANCEL, post(cancel_operation))
        .method_not_allowed_fallback(changes_something);
    let questions = Router::new()
        .route(STATUS, get(status))
        .route(MEMBERS, get(members))
        .route(OPERATIONS, get(operations))
        .route(OPERATION, get(operation))
        .route(STORAGE, get(storage))
        .route(AUDIT, get(audit))
        .route(DEBUG_BUNDLE, get(debug_bundle))
        .route(NODE_CONFIG, get(node_config))
        .route(OPENAPI, get(openapi))
        .method_not_allowed_fallback(answers_questions);
    let keys = Router::new()
        .route(KEYS, get(list_keys).post(create_key))
        .method_not_allowed_fallback(lists_and_creates);
    let key = Router::new().route(KEY, delete(revoke_key)).method_not_allowed_fallback(revokes);
    let open = Router::new()
        .route(HEALTH, get(health))
        .route(METRICS, get(metrics))
        .route(DOCS, get(docs))
        .method_not_allowed_fallback(answers_questions);
    let v1 = v1::routes().merge(v1::sights()).method_not_allowed_fallback(has_other_methods);
    let keyed = changes.merge(questions).merge(keys).merge(key).merge(v1);
    let keyed = keyed
        .route_layer(middleware::from_fn_with_state(Arc::default(), once))
        .route_layer(middleware::from_fn_with_state(door, require_key));
    keyed.merge(open).fallback(not_found).with_state(backend)
}

async fn health(State(backend): Backend) -> (StatusCode, Json<Health>) {
    let health = backend.health();
    let code = if health.healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(health))
}

async fn status(State(backend): Backend) -> Json<Status> {
    Json(backend.status())
}

async fn members(State(backend): Backend) -> Json<Members> {
    Json(backend.members())
}

async fn operations(State(backend): Backend) -> Result<Json<Operations>, Refusal> {
    Ok(Json(backend.operations().await?))
}

async fn operation(State(backend): Backend, Path(id): Path<String>) -> Result<Json<OperationView>, Refusal> {
    Ok(Json(backend.operation(operation_id(&id)?).await?))
}

async fn storage(State(backend): Backend) -> Result<Json<StorageReport>, Refusal> {
    Ok(Json(backend.storage().await?))
}

async fn metrics(State(backend): Backend) -> Result<Response, Refusal> {
    let broken = |error: &dyn std::error::Error| {
        let hint = "report this as a bug of Chronik";
        Refusal::from(Problem::new(500, "internal", "Internal Server Error", error.to_string(), hint))
    };
    let text = metrics_text(backend.metrics().await).await.map_err(|e| broken(&e))?;
    Ok(([(CONTENT_TYPE, OPENMETRICS)], text).into_response())
}

/// The id of an operation in a path.
pub(super) fn operation_id(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| {
        let detail = "the id of an operation is a whole number";
        Refusal::invalid_request(StatusCode::BAD_REQUEST, detail, format!("GET {OPERATIONS} lists them"))
    })
}

async fn not_found(uri: Uri) -> Refusal {
    let path: String = uri.path().chars().take(200).collect();
    let routes = [&ROUTES[..], &v1::ACTS, &v1::SIGHTS].concat();
    let suggestion =
        nearest(&path, &routes).map(|route| format!("did you mean {route}? ")).unwrap_or_default();
    let hint = format!("{suggestion}the routes are {}", routes.join(", "));
    Refusal::from(Problem::new(404, "not_found", "Not Found", format!("there is nothing at {path}"), hint))
}

async fn answers_questions() -> Refusal {
    Refusal::method_not_allowed("this route only answers questions", "GET, HEAD")
}

/// Which ones is in the header `Allow`, which axum adds.
async fn has_other_methods() -> Refusal {
    let (title, detail) = ("Method Not Allowed", "this route has other methods");
    Problem::new(405, "method_not_allowed", title, detail, "see the header Allow").into()
}

async fn changes_something() -> Refusal {
    Refusal::method_not_allowed("this route changes something", "POST")
}

async fn lists_and_creates() -> Refusal {
    Refusal::method_not_allowed("this route lists and creates", "GET, HEAD, POST")
}

async fn revokes() -> Refusal {
    Refusal::method_not_allowed("this route only revokes", "DELETE")
}
