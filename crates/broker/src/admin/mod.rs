//! The admin HTTP API, as the seeds know it:
//!
//! | Route | Key | Answer |
//! |---|---|---|
//! | `GET /admin/health` | no | 200 or 503, with reasons |
//! | `GET /admin/status` | yes | the whole cluster |
//! | `GET /admin/cluster/members` | yes | the members of the metadata group |
//! | `GET /metrics` | no | Prometheus text: scrapers cannot send our header easily |
//!
//! A node that does not know the key yet refuses what needs one; nothing is
//! ever served unauthenticated for want of a key. Errors are problem details.
//!
//! This module knows HTTP and nothing of the broker: it asks a
//! [`AdminBackend`].

mod auth;
mod metrics;
mod routes;
mod server;
#[cfg(test)]
mod tests;

use chronik_common::admin::{Health, Members, Status};
use chronik_common::config::ApiKey;

pub use metrics::{FollowerLag, MetricsSnapshot, PartitionMetrics, PeerRpc, WalMetrics, render_metrics};
pub use server::serve;

/// What the API asks of the node. Every answer is made from memory, at once.
pub trait AdminBackend: Send + Sync + 'static {
    /// Whether this node may be used, and why not.
    fn health(&self) -> Health;
    /// The whole cluster as this node knows it.
    fn status(&self) -> Status;
    /// The members of the metadata group.
    fn members(&self) -> Members;
    /// The key that opens the API; `None` as long as it is not known.
    fn api_key(&self) -> Option<ApiKey>;
    /// Everything that is measured.
    fn metrics(&self) -> MetricsSnapshot;
}
