//! The admin HTTP API, as the seeds know it:
//!
//! | Route | Key | Answer |
//! |---|---|---|
//! | `GET /admin/health` | no | 200 or 503, with reasons |
//! | `GET /admin/status` | yes | the whole cluster |
//! | `GET /admin/cluster/members` | yes | the members of the metadata group |
//! | `POST /admin/add-node` | yes | 200: the node may join |
//! | `POST /admin/remove-node` | yes | 202: the operation; 200 for a dry run: its plan |
//! | `POST /admin/rebalance` | yes | the same |
//! | `GET /admin/v1/operations` | yes | the running operation and the latest ones |
//! | `GET /admin/v1/operations/{id}` | yes | one operation, with what is under way |
//! | `POST /admin/v1/operations/{id}/cancel` | yes | 200: the operation |
//! | `GET /admin/v1/storage` | yes | what this node's WAL holds, and why |
//! | under `/admin/v1` | yes | changes of topics, partitions, nodes and groups: see [`v1`] |
//! | `GET /admin/v1/nodes/{id}/config` | read | what that node was told, and by whom |
//! | `GET /admin/v1/keys` | admin | the API keys without their secrets |
//! | `POST /admin/v1/keys` | admin | 201: a new key; its secret is shown this once |
//! | `DELETE /admin/v1/keys/{id}` | admin | 200: the key that is refused from now on |
//! | `GET /admin/v1/audit` | admin | the writes that all nodes remember |
//! | `GET /admin/v1/debug/bundle` | admin | all that this node knows of itself, without secrets |
//! | `GET /admin/v1/openapi.json` | read | this API for programs |
//! | `GET /admin/docs` | no | this API for people |
//! | `GET /metrics` | no | Prometheus text: scrapers cannot send our header easily |
//!
//! A node that does not know the key yet refuses what needs one; nothing is
//! ever served unauthenticated for want of a key. What a key may do its role
//! says: questions need `read`, changes `operator`, the rest `admin`. Errors are problem details.
//! Every change leaves one line in the log, whatever came of it.
//!
//! This module knows HTTP and nothing of the broker: it asks a
//! [`AdminBackend`].

mod api;
mod audit;
mod auth;
mod body;
mod bundle;
mod caller;
mod changes;
mod config;
mod forward;
mod idempotency;
mod journal;
mod keys;
mod limiter;
mod metrics;
mod openapi;
mod refusal;
mod routes;
mod server;
#[cfg(test)]
mod tests;
mod tls;
mod v1;

use chronik_common::admin::v1::ConfigView;
use chronik_common::admin::{
    AddNodeAnswer, AddNodeRequest, Health, Members, OperationView, Operations, Problem, RebalanceRequest,
    RemoveNodeRequest, Status, StorageReport,
};
use chronik_common::config::ApiKey;
use futures::future::BoxFuture;

pub use api::Api;
pub use forward::Neighbours;
pub use keys::{KeyStore, StoredKey};
pub use metrics::{
    FAMILIES, Family, FollowerLag, FsyncTimes, GroupMetrics, Kind, MetricsSnapshot, PartitionCounts,
    PartitionMetrics, PeerRpc, ProcessMetrics, WalMetrics, render_metrics,
};
pub use tls::{Tls, TlsError};
pub use v1::{Act, Observe};

/// An answer that takes time: the node may have to ask the one that leads.
/// The [`Problem`] is what the caller is told, with its HTTP status and code.
pub type Answer<T> = BoxFuture<'static, Result<T, Problem>>;

/// What the API asks of the node. Any node may be asked anything.
///
/// Plain answers are made from memory, at once. An [`Answer`] is dropped if
/// the caller goes away first: what the node has proposed by then goes on, so
/// every change must be one that may be asked for again.
pub trait AdminBackend: Act + Observe + KeyStore + Neighbours + Send + Sync + 'static {
    /// Whether this node may be used, and why not.
    fn health(&self) -> Health;
    /// The whole cluster as this node knows it.
    fn status(&self) -> Status;
    /// The members of the metadata group.
    fn members(&self) -> Members;
    /// The key that opens the API; `None` as long as it is not known.
    fn api_key(&self) -> Option<ApiKey>;
    /// Everything that is measured.
    fn metrics(&self) -> BoxFuture<'static, MetricsSnapshot>;
    /// Invites a node. Problems: `node_exists`, `address_taken` (409),
    /// `no_leader` (503).
    fn add_node(&self, request: AddNodeRequest) -> Answer<AddNodeAnswer>;
    /// Starts the removal of a node, or plans it. Problems: `unknown_node`
    /// (404), `operation_running`, `too_few_nodes`, `quorum_at_risk` (409),
    /// `no_leader` (503).
    fn remove_node(&self, request: RemoveNodeRequest) -> Answer<OperationView>;
    /// Starts a rebalance, or plans it. Problems: `operation_running`,
    /// `too_few_nodes` (409), `no_leader` (503).
    fn rebalance(&self, request: RebalanceRequest) -> Answer<OperationView>;
    /// The running operation, then the newest finished ones.
    fn operations(&self) -> Answer<Operations>;
    /// One operation. Problem: `unknown_operation` (404).
    fn operation(&self, id: u64) -> Answer<OperationView>;
    /// Ends an operation where it is; one that has ended stays as it is.
    /// Problems: `unknown_operation` (404), `no_leader` (503).
    fn cancel_operation(&self, id: u64) -> Answer<OperationView>;
    /// What this node was told before it started, without secrets.
    fn config(&self) -> ConfigView;
    /// What this node's WAL holds.
    fn storage(&self) -> Answer<StorageReport>;
}
