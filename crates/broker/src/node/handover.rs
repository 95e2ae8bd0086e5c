//! Before a node stops, it hands over what it leads: clients find another leader at once and lose no time.

use std::time::Duration;

use futures::StreamExt;
use tracing::{info, warn};

use super::Node;
use crate::cluster::leaders::heirs;
use crate::raft::METADATA_GROUP;

/// Hand-overs under way at a time.
const MAX_AT_ONCE: usize = 64;
/// For all of them; the rest is found by the others once this node is gone.
const WITHIN: Duration = Duration::from_secs(3);

impl Node {
    /// Hands leadership of all groups to replicas in sync, the metadata last.
    pub(super) async fn hand_everything_over(&self) {
        let (metadata, partitions): (Vec<_>, Vec<_>) = self
            .inner
            .groups
            .all()
            .into_iter()
            .filter(|g| g.leads().is_some() && g.voters().len() > 1)
            .partition(|g| g.id() == METADATA_GROUP);
        let count = partitions.len() + metadata.len();
        if count == 0 {
            return;
        }
        let image = &self.inner.metadata.image();
        let all = async {
            for groups in [partitions, metadata] {
                let hand_over = |group: std::sync::Arc<crate::raft::Group>| async move {
                    let heirs = heirs(&group, image, &self.inner.liveness);
                    heirs.is_empty() || group.hand_over(&heirs).await
                };
                let _: Vec<bool> = futures::stream::iter(groups)
                    .map(hand_over)
                    .buffer_unordered(MAX_AT_ONCE)
                    .collect()
                    .await;
            }
        };
        if tokio::time::timeout(WITHIN, all).await.is_ok() {
            info!(count, "handed leadership over");
        } else {
            warn!("could not hand over everything in time; the others will notice");
        }
    }
}
