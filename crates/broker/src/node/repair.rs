//! Replacing this node's damaged replicas.
//!
//! A replica whose log is damaged on disk serves nothing, votes for nothing and cannot be mended: what it acknowledged
//! may be among what is lost. While the others of its partition have a leader, this node asks for another replica in its
//! place, on the same disk under a new Raft id; that one begins empty and learns everything from the leader, as the
//! replica of a node that was just added does.
//!
//! Must never: give up a damaged log while no leader is known. It may hold the only copy that is left.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Node;
use crate::metadata::{Command, MetadataImage, MoveRequest};
use crate::raft::GroupId;

/// How often damaged replicas are looked for.
const LOOK: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(10);

/// Runs until `stop`.
pub(super) async fn run(node: Node, stop: CancellationToken) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        let image = node.inner.metadata.image();
        for group in node.inner.partitions.quarantined() {
            if let Some(request) = node.renewal(&image, group) {
                node.renew(request).await;
            }
        }
    }
}

impl Node {
    /// The request for another replica in place of this node's damaged one, if the others can do without it.
    fn renewal(&self, image: &MetadataImage, group: GroupId) -> Option<MoveRequest> {
        let (_, _, partition) = image.partition(group)?;
        let led = self.leadership(group).is_some_and(|l| l.leader != self.id());
        let holds = partition.target().iter().any(|r| r.broker == self.id());
        let replicas = partition.target().iter().map(|r| r.broker).collect();
        (led && holds && partition.moving.is_none()).then(|| MoveRequest {
            group,
            replicas,
            renew: vec![self.id()],
        })
    }

    async fn renew(&self, request: MoveRequest) {
        let group = request.group;
        match self.inner.metadata.propose(Command::MoveReplicas { moves: vec![request] }, TIMEOUT).await {
            Ok(_) => info!(group, "a new replica takes the place of the damaged one on this node"),
            Err(e) => warn!(group, "the damaged replica on this node is not replaced yet: {e}"),
        }
    }
}
