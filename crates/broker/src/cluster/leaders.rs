//! Preferred leaders: what this node leads in the place of another is handed back once that one has been up for a while.
//! And the other way round: while this node is drained, it hands over whatever it leads, the metadata last.
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
use crate::raft::{Group, GroupId, Groups, METADATA_GROUP, RaftNodeId};

const LOOK: Duration = Duration::from_secs(1);
/// Leaderships handed back at a time: each is a moment in which a partition takes no writes.
const MAX_AT_ONCE: usize = 16;
/// Leaderships that a drained node hands over at a time: somebody waits to stop it.
const MAX_RELIEVED: usize = 64;

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
            if is_drained(&image, self.liveness.me()) {
                if self.relieve(&image).await {
                    tick.reset_immediately();
                }
                continue;
            }
            let rebalancing = image
                .running_operation()
                .is_some_and(|op| matches!(op.kind, OperationKind::Rebalance { .. }));
            let settled = if rebalancing { Some(Duration::ZERO) } else { self.settled };
            if let Some(settled) = settled {
                self.restore(&image, settled).await;
            }
        }
    }

    /// Hands over what this node leads although it is drained, as far as another is in sync. Tells whether anything
    /// was handed over, so that there may be more.
    async fn relieve(&self, image: &MetadataImage) -> bool {
        let led = self.groups.all().into_iter().filter(|g| g.leads().is_some());
        let (metadata, partitions): (Vec<_>, Vec<_>) = led.partition(|g| g.id() == METADATA_GROUP);
        for groups in [partitions, metadata] {
            let relief = groups.into_iter().filter_map(|group| {
                let mut heirs = heirs(&group, image, &self.liveness);
                heirs.retain(|heir| !is_drained(image, heir.broker()));
                (!heirs.is_empty()).then_some(async move { group.hand_over(&heirs).await })
            });
            let handed = futures::future::join_all(relief.take(MAX_RELIEVED)).await;
            if handed.contains(&true) {
                debug!(count = handed.len(), "handed leaderships over: this node is drained");
                return true;
            }
        }
        false
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
        let staying = image.brokers().values().filter(|b| !b.draining && !b.drained);
        staying.filter_map(|b| Some((b.id, self.liveness.alive_for(b.id)?))).collect()
    }
}

/// Whether leaderships are kept away from the broker.
pub fn is_drained(image: &MetadataImage, broker: BrokerId) -> bool {
    image.broker(broker).is_some_and(|b| b.drained)
}

/// Who can take a group over that this node leads: the voters in sync and alive, the preferred leader first, those that
/// are drained last.
pub fn heirs(group: &Group, image: &MetadataImage, liveness: &Liveness) -> Vec<RaftNodeId> {
    let isr = liveness.leadership(group.id()).map(|l| l.isr).unwrap_or_default();
    let preferred = image.partition(group.id()).map(|(_, _, p)| p.target().to_vec()).unwrap_or_default();
    let preferred: Vec<RaftNodeId> = preferred.into_iter().map(raft_id).collect();
    let can_lead = |v: &RaftNodeId| isr.contains(&v.broker()) && liveness.is_alive(v.broker());
    let mut heirs: Vec<RaftNodeId> =
        group.voters().into_iter().filter(|v| *v != group.me() && can_lead(v)).collect();
    heirs.sort_by_key(|heir| {
        let place = preferred.iter().position(|p| p == heir).unwrap_or(usize::MAX);
        (is_drained(image, heir.broker()), place)
    });
    heirs
}

/// A partition that is led by another than its preferred leader.
struct Seen {
    group: GroupId,
    leader: BrokerId,
    replicas: Vec<BrokerId>,
    isr: Vec<BrokerId>,
}
