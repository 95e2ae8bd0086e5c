//! The admin API as both sides see it: the types on the wire, a client that
//! fails over between nodes, and the commands built on it that `chronikctl`
//! and `chronik-server cluster` share.
//!
//! The shapes of the seeds are kept; fields may be added, never renamed or
//! removed. Text output may change, JSON is the contract.

mod change;
mod client;
pub mod command;
mod decimal;
mod problem;
mod render;
mod storage;
#[cfg(test)]
mod tests;
mod types;
pub mod v1;

pub use change::{
    AddNodeAnswer, AddNodeRequest, BlockedOn, CancelRequest, Membership, OperationKind, OperationState,
    OperationView, Operations, PlannedMove, RebalanceRequest, RemoveNodeRequest,
};
pub use client::{
    AdminClient, AdminError, AdminUrl, Attempt, ClientTls, EventItem, NodeBundle, Query, REQUEST_TIMEOUT,
    Subscription, Told, WatchItem,
};
pub use problem::{PROBLEM_JSON, Problem};
pub use render::{
    human_bytes, human_duration, problems, progress_line, render_added, render_operation, render_operations,
    render_plan, render_status, units,
};
pub use storage::{PinnedBy, StorageFile, StorageFileKind, StorageReport};
pub use types::{
    Envelope, Health, Member, Members, NodeState, NodeStatus, PartitionStatus, Reason, Role, Status,
};

/// The file in a node's data directory that keeps the admin API key.
pub const ADMIN_KEY_FILE: &str = "admin.key";
/// The request header that carries the admin API key.
pub const API_KEY_HEADER: &str = "x-api-key";
