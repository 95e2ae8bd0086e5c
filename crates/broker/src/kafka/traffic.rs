//! What clients ask of this node, counted: connections, bytes, and how long requests of each API take.
//!
//! A request costs a few relaxed additions. Nothing is counted per record.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use chronik_common::{Latency, LatencyHistogram};
use kafka_protocol::messages::ApiKey;

use super::answer::Answer;
use super::versions::SERVED;

/// Where each API stands in the table, by its key.
static PLACES: LazyLock<Vec<Option<usize>>> = LazyLock::new(|| {
    let last = SERVED.iter().map(|served| served.api as usize).max().unwrap_or(0);
    (0..=last).map(|key| SERVED.iter().position(|served| served.api as usize == key)).collect()
});

/// The counters of one node.
#[derive(Debug)]
pub struct Traffic {
    open: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    /// In the order of the table of served APIs.
    requests: Vec<LatencyHistogram>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            open: AtomicU64::new(0),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            requests: SERVED.iter().map(|_| LatencyHistogram::default()).collect(),
        }
    }
}

/// What was counted up to a moment.
#[derive(Debug, Clone, Default)]
pub struct TrafficReport {
    /// Open connections.
    pub connections: u64,
    /// Bytes of requests that arrived.
    pub received_bytes: u64,
    /// Bytes of answers.
    pub sent_bytes: u64,
    /// How long the requests of each API that was asked for took, from their arrival to their answer.
    pub requests: Vec<(String, Latency)>,
}

/// A connection that is open until this is dropped.
pub(super) struct Open(Arc<Traffic>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

/// A request that has arrived and is not answered yet.
pub(super) struct Arrived {
    traffic: Arc<Traffic>,
    api: ApiKey,
    at: Instant,
}

impl Arrived {
    /// The answer is ready to leave.
    pub(super) fn answered(self, answer: &Answer) {
        if let Answer::Frame { pieces, .. } = answer {
            let bytes: usize = pieces.iter().map(bytes::Bytes::len).sum();
            self.traffic.sent.fetch_add(bytes as u64, Relaxed);
        }
        let place = PLACES.get(self.api as usize).copied().flatten();
        if let Some(requests) = place.and_then(|place| self.traffic.requests.get(place)) {
            requests.record(self.at.elapsed());
        }
    }
}

impl Traffic {
    pub(super) fn opened(self: &Arc<Self>) -> Open {
        self.open.fetch_add(1, Relaxed);
        Open(Arc::clone(self))
    }

    /// A request of so many bytes.
    pub(super) fn arrived(self: &Arc<Self>, api: ApiKey, bytes: usize) -> Arrived {
        self.received.fetch_add(bytes as u64, Relaxed);
        Arrived { traffic: Arc::clone(self), api, at: Instant::now() }
    }

    /// What has been counted so far.
    pub fn report(&self) -> TrafficReport {
        let requests = SERVED
            .iter()
            .zip(&self.requests)
            .map(|(served, taken)| (format!("{:?}", served.api), taken.snapshot()));
        TrafficReport {
            connections: self.open.load(Relaxed),
            received_bytes: self.received.load(Relaxed),
            sent_bytes: self.sent.load(Relaxed),
            requests: requests.filter(|(_, taken)| taken.count > 0).collect(),
        }
    }
}
