//! The description of this API: as an `OpenAPI` document for programs, as a page for people.
//!
//! Both are made of one table of routes ([`table`]) and of the schemas of the types on the wire. Must never: describe
//! what is not served, or hold a secret: the page needs no key.

mod document;
mod page;
mod table;
#[cfg(test)]
mod tests;

use axum::Json;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::response::Html;
use serde_json::Value;

use self::document::document;
use self::page::page;

/// The page loads nothing and runs nothing: it is text with its own style.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// `GET /admin/v1/openapi.json`.
pub(super) async fn openapi() -> Json<Value> {
    Json(document())
}

/// `GET /admin/docs`.
pub(super) async fn docs() -> ([(HeaderName, &'static str); 2], Html<String>) {
    let headers = [(CONTENT_SECURITY_POLICY, POLICY), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, Html(page(&document())))
}
