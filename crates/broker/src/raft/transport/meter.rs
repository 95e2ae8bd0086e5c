//! How Raft's calls to one peer go: how long their answers take, and how many have none.
//!
//! Must never: allocate or lock. Every message of every group passes here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chronik_common::{Latency, LatencyHistogram};

/// Counts the calls of all groups to one peer, over both of its links.
#[derive(Default)]
pub struct RpcMeter {
    latency: LatencyHistogram,
    errors: AtomicU64,
}

impl RpcMeter {
    /// An answer came that long after the call.
    pub(super) fn answered(&self, after: Duration) {
        self.latency.record(after);
    }

    /// A call could not be sent, was refused, or lost its connection.
    pub(super) fn failed(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    /// How long answers took.
    pub fn latency(&self) -> Latency {
        self.latency.snapshot()
    }

    /// Calls without an answer that could be used.
    pub fn errors(&self) -> u64 {
        self.errors.load(Ordering::Relaxed)
    }
}
