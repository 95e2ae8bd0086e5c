//! Who may ask. Fails closed: without a known key nobody may.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chronik_common::admin::{API_KEY_HEADER, Problem};
use chronik_common::config::ApiKey;
use subtle::ConstantTimeEq;

use super::AdminBackend;
use super::refusal::Refusal;

/// Lets a request pass only with the key.
pub(super) async fn require_key(
    State(backend): State<Arc<dyn AdminBackend>>,
    request: Request,
    next: Next,
) -> Response {
    match check(request.headers(), backend.api_key()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn check(headers: &HeaderMap, key: Option<ApiKey>) -> Result<(), Refusal> {
    let Some(key) = key else {
        return Err(Problem::new(
            503,
            "key_unknown",
            "Service Unavailable",
            "this node does not know the cluster's admin API key yet",
            "wait until it has joined the cluster, or ask another node",
        )
        .into());
    };
    let Some(offered) = offered(headers) else {
        return Err(unauthorized("no key was sent"));
    };
    // The comparison takes the same time wherever the first difference is.
    if bool::from(offered.ct_eq(key.reveal().as_bytes())) {
        Ok(())
    } else {
        Err(unauthorized("the key is wrong"))
    }
}

/// The key from `X-API-Key`, else from `Authorization: Bearer`.
fn offered(headers: &HeaderMap) -> Option<&[u8]> {
    if let Some(key) = headers.get(API_KEY_HEADER) {
        return Some(key.as_bytes());
    }
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, key) = value.split_at_checked("bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(key)
}

fn unauthorized(detail: &str) -> Refusal {
    Problem::new(
        401,
        "unauthorized",
        "Unauthorized",
        detail,
        "send the header X-API-Key; the key is in CHRONIK_ADMIN_API_KEY, in admin.key in the data directory, or in \
         the node's log after \"Admin API key:\"",
    )
    .into()
}
