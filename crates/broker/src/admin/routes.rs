//! Which path is answered by what.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use chronik_common::admin::{Health, Members, PROBLEM_JSON, Problem, Status};
use chronik_common::nearest;

use super::AdminBackend;
use super::auth::require_key;
use super::metrics::render_metrics;

const HEALTH: &str = "/admin/health";
const STATUS: &str = "/admin/status";
const MEMBERS: &str = "/admin/cluster/members";
const METRICS: &str = "/metrics";
const ROUTES: [&str; 4] = [HEALTH, STATUS, MEMBERS, METRICS];

/// The media type of `OpenMetrics` text.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Backend = State<Arc<dyn AdminBackend>>;

/// All routes. Those behind the key are the default place for a new one.
pub(super) fn router(backend: Arc<dyn AdminBackend>) -> Router {
    let keyed = Router::new()
        .route(STATUS, get(status))
        .route(MEMBERS, get(members))
        .route_layer(middleware::from_fn_with_state(backend.clone(), require_key));
    let open = Router::new().route(HEALTH, get(health)).route(METRICS, get(metrics));
    keyed.merge(open).fallback(not_found).method_not_allowed_fallback(method_not_allowed).with_state(backend)
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

async fn metrics(State(backend): Backend) -> Result<Response, Refusal> {
    let text = render_metrics(backend.metrics()).map_err(|error| {
        let hint = "report this as a bug of Chronik";
        Refusal::from(Problem::new(500, "internal", "Internal Server Error", error.to_string(), hint))
    })?;
    Ok(([(CONTENT_TYPE, OPENMETRICS)], text).into_response())
}

async fn not_found(uri: Uri) -> Refusal {
    let path: String = uri.path().chars().take(200).collect();
    let suggestion =
        nearest(&path, &ROUTES).map(|route| format!("did you mean {route}? ")).unwrap_or_default();
    let hint = format!("{suggestion}the routes are {}", ROUTES.join(", "));
    Refusal::from(Problem::new(404, "not_found", "Not Found", format!("there is nothing at {path}"), hint))
}

async fn method_not_allowed() -> Refusal {
    let detail = "this route only answers questions";
    Refusal::from(Problem::new(405, "method_not_allowed", "Method Not Allowed", detail, "use GET"))
}

/// A problem as an HTTP response.
pub(super) struct Refusal(Box<Problem>);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let code = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (code, Json(self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if code == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if code == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        response
    }
}
