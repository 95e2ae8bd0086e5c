//! Preferred leaders: what this node leads in the place of another is handed back once that one has been up for a while.
//!
//! Must never: touch a partition that is being moved, or leave one without a leader (see [`Group::hand_over`]).
//!
//! [`Group::hand_over`]: crate::raft::Group::hand_over

use std::collections::BTreeMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::MetadataLog;
use super::view::raft_id;
use crate::metadata::{BrokerId, MetadataImage, OperationKind};
use crate::planner::{Leadership, leadership_moves};
use crate::raft::liveness::Liveness;
use crate::raft::{GroupId, Groups, METADATA_GROUP};

const LOOK: Duration = Duration::from_secs(1);
/// Leaderships handed back at a time: each is a moment in which a partition takes no writes.
const MAX_AT_ONCE: usize = 16;

/// Hands leaderships back.
pub struct Leaders {
    /// The cluster's metadata.
    pub metadata: MetadataLog,
    /// The groups of this node.
    pub groups: Groups,
    /// Who lives and leads.
    pub liveness: Liveness,
    /// How long the preferred leader must have been up; `None`: only a rebalance hands leaderships back.
    pub settled: Option<Duration>,
}

impl Leaders {
    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut tick = tokio::time::interval(LOOK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => {}
            }
            let image = self.metadata.image();
            let rebalancing = image
                .running_operation()
                .is_some_and(|op| matches!(op.kind, OperationKind::Rebalance { .. }));
            let settled = if rebalancing { Some(Duration::ZERO) } else { self.settled };
            if let Some(settled) = settled {
                self.restore(&image, settled).await;
            }
        }
    }

    async fn restore(&self, image: &MetadataImage, settled: Duration) {
        let mut stand_ins = Vec::new();
        for group in self.groups.all() {
            if group.id() != METADATA_GROUP
                && group.leads().is_some()
                && let Some(seen) = self.seen(image, group.id())
            {
                stand_ins.push(seen);
            }
        }
        let partitions = stand_ins.iter().map(|s| Leadership {
            group: s.group,
            leader: Some(s.leader),
            replicas: &s.replicas,
            isr: &s.isr,
        });
        let moves = leadership_moves(partitions, &self.up_for(image), settled, MAX_AT_ONCE);
        let handing = moves.into_iter().map(|handover| async move {
            let replica = image.partition(handover.group)?.2.replica_on(handover.to)?;
            let group = self.groups.get(handover.group)?;
            let gone = group.hand_over(&[raft_id(replica)]).await;
            debug!(
                group = handover.group,
                to = handover.to,
                gone,
                "handed leadership to the preferred leader"
            );
            Some(())
        });
        futures::future::join_all(handing).await;
    }

    fn seen(&self, image: &MetadataImage, group: GroupId) -> Option<Seen> {
        let (_, _, partition) = image.partition(group)?;
        if partition.moving.is_some() {
            return None;
        }
        let replicas: Vec<BrokerId> = partition.replicas.iter().map(|r| r.broker).collect();
        let leadership = self.liveness.leadership(group)?;
        (replicas.first() != Some(&leadership.leader)).then_some(Seen {
            group,
            leader: leadership.leader,
            replicas,
            isr: leadership.isr,
        })
    }

    fn up_for(&self, image: &MetadataImage) -> BTreeMap<BrokerId, Duration> {
        let staying = image.brokers().values().filter(|b| !b.draining);
        staying.filter_map(|b| Some((b.id, self.liveness.alive_for(b.id)?))).collect()
    }
}

/// A partition that is led by another than its preferred leader.
struct Seen {
    group: GroupId,
    leader: BrokerId,
    replicas: Vec<BrokerId>,
    isr: Vec<BrokerId>,
}
