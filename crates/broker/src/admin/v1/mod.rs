//! Routes under `/admin/v1` that change topics, partitions, nodes and consumer groups, one file per kind of object:
//!
//! | Route | Answer |
//! |---|---|
//! | `POST /admin/v1/topics` | 201; 200 for a dry run |
//! | `PATCH`, `DELETE /admin/v1/topics/{topic}` | 200 |
//! | `POST /admin/v1/partitions/{topic}/{partition}/leader` | 200 once the new leader leads |
//! | `POST /admin/v1/partitions/{topic}/{partition}/replicas` | 202: the operation; 200 for a dry run: its plan |
//! | `POST /admin/v1/nodes/{id}/drain`, `…/undrain` | 200: what moves, in the background |
//! | `GET /admin/v1/groups`, `…/groups/{group}` | 200 |
//! | `POST /admin/v1/groups/{group}/reset-offsets` | 200 |
//! | `DELETE /admin/v1/groups/{group}` | 200 |
//!
//! What they need of the node is the trait [`Act`]. Must never: know anything of the broker.

mod act;
mod cluster;
mod consumer;
mod observe;
mod partition;
mod topic;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, patch, post};

pub use act::Act;
pub use observe::Observe;
pub(super) use observe::{Endless, SIGHTS, routes as sights};

use super::AdminBackend;
use super::refusal::Refusal;

const TOPICS: &str = "/admin/v1/topics";
const TOPIC: &str = "/admin/v1/topics/{topic}";
const LEADER: &str = "/admin/v1/partitions/{topic}/{partition}/leader";
const REPLICAS: &str = "/admin/v1/partitions/{topic}/{partition}/replicas";
const DRAIN: &str = "/admin/v1/nodes/{id}/drain";
const UNDRAIN: &str = "/admin/v1/nodes/{id}/undrain";
const GROUPS: &str = "/admin/v1/groups";
const GROUP: &str = "/admin/v1/groups/{group}";
const RESET_OFFSETS: &str = "/admin/v1/groups/{group}/reset-offsets";

/// The paths of these routes.
pub(super) const ACTS: [&str; 9] =
    [TOPICS, TOPIC, LEADER, REPLICAS, DRAIN, UNDRAIN, GROUPS, GROUP, RESET_OFFSETS];

/// These routes, without what answers other methods.
pub(super) fn routes() -> Router<Arc<dyn AdminBackend>> {
    Router::new()
        .route(TOPICS, post(topic::create))
        .route(TOPIC, patch(topic::alter).delete(topic::delete))
        .route(LEADER, post(partition::transfer_leader))
        .route(REPLICAS, post(partition::move_replicas))
        .route(DRAIN, post(cluster::drain))
        .route(UNDRAIN, post(cluster::undrain))
        .route(GROUPS, get(consumer::list))
        .route(GROUP, get(consumer::describe).delete(consumer::delete))
        .route(RESET_OFFSETS, post(consumer::reset_offsets))
}

/// A whole number in a path.
fn number(text: &str, what: &str) -> Result<i32, Refusal> {
    text.parse().ok().filter(|number| *number >= 0).ok_or_else(|| {
        let detail = format!("{what} is a whole number from 0 on");
        Refusal::invalid_request(StatusCode::BAD_REQUEST, detail, "see GET /admin/status for what there is")
    })
}
