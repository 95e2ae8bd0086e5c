//! Problems as HTTP responses.

use axum::Json;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chronik_common::admin::{PROBLEM_JSON, Problem};

/// A problem as an HTTP response.
pub(super) struct Refusal {
    problem: Box<Problem>,
    /// For 405: what the route can do instead.
    allow: Option<&'static str>,
    /// In seconds, for 429 and 503: when to ask again.
    retry_after: u64,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), allow: None, retry_after: 1 }
    }
}

impl Refusal {
    /// The code for programs.
    pub(super) fn code(&self) -> &str {
        &self.problem.code
    }

    /// A body or path that is not what the route needs.
    pub(super) fn invalid_request(
        status: StatusCode,
        detail: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let title = status.canonical_reason().unwrap_or("Bad Request");
        Problem::new(status.as_u16(), "invalid_request", title, detail, hint).into()
    }

    /// A caller who has failed too often, and may try again after that many seconds.
    pub(super) fn too_many_failures(retry_after: u64) -> Self {
        let detail = "too many requests with a wrong key came from this address";
        let hint = format!(
            "wait {retry_after} s, then send a key that is valid; a valid key is never refused for this"
        );
        let problem = Problem::new(429, "too_many_failures", "Too Many Requests", detail, hint);
        Self { problem: Box::new(problem), allow: None, retry_after }
    }

    /// A method that the route does not have.
    pub(super) fn method_not_allowed(detail: &str, allow: &'static str) -> Self {
        let hint = format!("use {allow}");
        let problem = Problem::new(405, "method_not_allowed", "Method Not Allowed", detail, hint);
        Self { problem: Box::new(problem), allow: Some(allow), retry_after: 1 }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let code = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (code, Json(self.problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if code == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&code) {
            headers.insert(RETRY_AFTER, HeaderValue::from(self.retry_after));
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}
