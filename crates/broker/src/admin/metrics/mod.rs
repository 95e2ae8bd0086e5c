//! What is measured, and how Prometheus reads it.
//!
//! - [`definitions`]: the one table of all families: names, types, labels and meaning.
//! - [`snapshot`]: what a node measured.
//! - [`rendering`]: one as the other says, written on a [`sheet`].
//!
//! Many names are those that dashboards and runbooks of the seeds use.
//!
//! Must never: show what is not in the table, or what the node has not measured. Nothing is made up to fill a panel.

mod definitions;
mod rendering;
mod sheet;
mod snapshot;

pub use definitions::{FAMILIES, Family, Kind};
pub use rendering::{metrics_text, render_metrics};
pub use snapshot::{
    FollowerLag, FsyncTimes, GroupMetrics, MetricsSnapshot, PartitionCounts, PartitionMetrics, PeerRpc,
    ProcessMetrics, WalMetrics,
};
