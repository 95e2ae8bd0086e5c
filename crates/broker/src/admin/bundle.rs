//! The debug bundle of this node: all that it knows of itself in one document, to be kept or sent to somebody.
//!
//! Must never: contain a secret. It is put together from answers that have none.

use axum::Json;
use axum::extract::State;
use chronik_common::admin::Problem;
use chronik_common::admin::v1::DebugBundle;
use chronik_common::now_ms;

use super::caller;
use super::metrics::metrics_text;
use super::routes::Backend;

/// Entries of the audit log in a bundle.
const AUDIT_ENTRIES: usize = 200;

/// `GET /admin/v1/debug/bundle`. What cannot be had is missing, and the bundle says why: it is asked for when something
/// is wrong.
pub(super) async fn debug_bundle(State(backend): Backend) -> Json<DebugBundle> {
    let mut problems = Vec::new();
    let operations = backend.operations().await.map_err(|problem| problems.push(problem)).ok();
    let storage = backend.storage().await.map_err(|problem| problems.push(problem)).ok();
    let metrics = metrics_text(backend.metrics().await).await.unwrap_or_else(|error| {
        let hint = "report this as a bug of Chronik";
        problems.push(Problem::new(500, "internal", "Internal Server Error", error.to_string(), hint));
        String::new()
    });
    Json(DebugBundle {
        node_id: backend.node_id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at_ms: now_ms(),
        health: backend.health(),
        status: backend.status(),
        members: backend.members(),
        config: backend.config(),
        operations,
        storage,
        audit: caller::current().map(|c| c.journal.newest(AUDIT_ENTRIES, |_| true)).unwrap_or_default(),
        metrics,
        problems,
    })
}
