//! What this node sees happen in the cluster: it looks when the metadata or a leadership changed, a moment later, so that
//! many changes at a time are one look.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Node;
use crate::cluster::now_ms;
use crate::survey::Glance;
use crate::survey::journal::differences;

/// From a change to the look at it.
const MOMENT: Duration = Duration::from_millis(100);

/// How late a change of leadership may be noticed.
const SOON: Duration = Duration::from_secs(2);

/// Notes what happens until the node stops.
pub(super) async fn watch_the_cluster(node: Node, stop: CancellationToken) {
    let mut metadata = node.inner.metadata.changes();
    let mut seen = node.inner.liveness.generation();
    let mut before = node.glance();
    let mut lost = HashSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = metadata.changed() => if changed.is_err() { return },
            () = node.inner.liveness.changed() => {}
            // A change that fell between two waits.
            () = tokio::time::sleep(SOON) => if seen == node.inner.liveness.generation() { continue },
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(MOMENT) => {}
        }
        seen = node.inner.liveness.generation();
        let after = node.glance();
        node.inner.journal.note(now_ms(), differences(&before, &after, &mut lost));
        before = after;
    }
}

impl Node {
    fn glance(&self) -> Glance {
        Glance {
            image: self.inner.metadata.image(),
            leaderships: self.inner.liveness.leaderships(),
            passages: self.inner.liveness.passages(),
            leader: self.inner.metadata.leader(),
        }
    }

    pub(super) fn seen(&self) -> Arc<crate::survey::Journal> {
        self.inner.journal.clone()
    }
}
