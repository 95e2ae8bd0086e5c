//! The admin API as both sides see it: the types on the wire, a client that
//! fails over between nodes, and the commands built on it that `chronikctl`
//! and `chronik-server cluster` share.
//!
//! The shapes of the seeds are kept; fields may be added, never renamed or
//! removed. Text output may change, JSON is the contract.

mod client;
mod command;
mod problem;
mod render;
#[cfg(test)]
mod tests;
mod types;

pub use client::{AdminClient, AdminError, AdminUrl, Attempt, REQUEST_TIMEOUT};
pub use command::{CommandError, Output, Report, StatusRequest, status};
pub use problem::{PROBLEM_JSON, Problem};
pub use render::{problems, render_status};
pub use types::{Envelope, Health, Member, Members, NodeStatus, PartitionStatus, Reason, Role, Status};

/// The file in a node's data directory that keeps the admin API key.
pub const ADMIN_KEY_FILE: &str = "admin.key";
/// The request header that carries the admin API key.
pub const API_KEY_HEADER: &str = "x-api-key";
