//! Takes in how busy the partitions are that this node leads.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::Node;

const LOOK: Duration = Duration::from_secs(5);

/// Runs until `stop`.
pub(super) async fn run(node: Node, stop: CancellationToken) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut last = Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        let partitions = node.inner.partitions.all();
        let traffic = partitions.iter().map(|p| (p.id(), p.take_traffic()));
        node.inner.loads.take_in(last.elapsed(), traffic);
        last = Instant::now();
    }
}
