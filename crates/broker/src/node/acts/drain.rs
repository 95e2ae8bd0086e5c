//! Keeping leaderships away from a node, so that it can be stopped without anybody noticing.
//!
//! The flag is agreed on in the metadata; the node itself then hands over what it leads
//! ([`crate::cluster::leaders`]). What moves is told from what is known here now.

use chronik_common::admin::v1::{DrainAnswer, LeadershipMove};
use chronik_common::admin::{BlockedOn, Problem};
use tokio::time::Instant;

use super::brokers;
use crate::metadata::{BrokerId, Command, MetadataError, MetadataImage};
use crate::node::Node;
use crate::node::operations::{TIMEOUT, problem, refusal};
use crate::raft::GroupId;
use crate::raft::liveness::Leadership;

/// Leaderships listed in an answer.
const MOVES_SHOWN: usize = 1000;
/// Obstacles listed in an answer.
const BLOCKERS_SHOWN: usize = 50;

/// The leaderships that move, and what stands in the way of others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Relief {
    pub(super) moves: Vec<LeadershipMove>,
    pub(super) blocked_on: Vec<BlockedOn>,
}

impl Node {
    pub(super) async fn set_drained(
        &self,
        node: BrokerId,
        drained: bool,
        dry_run: bool,
    ) -> Result<DrainAnswer, Problem> {
        let image = self.inner.metadata.image();
        if !image.registered(node) {
            let known = image.brokers().keys().copied().collect();
            return Err(refusal(&MetadataError::UnknownBroker { id: node, known }));
        }
        let leadership = |group| self.leadership(group);
        let may_lead =
            |b: BrokerId| self.inner.liveness.is_alive(b) && image.broker(b).is_some_and(|b| !b.drained);
        let relief = if drained {
            relief(&image, node, leadership, may_lead)
        } else {
            returns(&image, node, leadership, self.inner.liveness.is_alive(node))
        };
        if !dry_run {
            let command = Command::SetDrained { id: node, drained };
            self.inner.metadata.propose(command, TIMEOUT).await.map_err(|e| problem(&e))?;
            let shown = |image: &MetadataImage| image.broker(node).is_none_or(|b| b.drained == drained);
            self.inner.metadata.wait_for(Instant::now() + TIMEOUT, shown).await;
        }
        Ok(answer(node, drained, relief))
    }
}

fn answer(node: BrokerId, drained: bool, relief: Relief) -> DrainAnswer {
    let Relief { mut moves, mut blocked_on } = relief;
    let moves_total = moves.len() as u64;
    moves.truncate(MOVES_SHOWN);
    blocked_on.truncate(BLOCKERS_SHOWN);
    DrainAnswer { node_id: node, drained, moves, moves_total, blocked_on }
}

/// What a node leads now: where it goes once the node is drained.
pub(super) fn relief(
    image: &MetadataImage,
    node: BrokerId,
    leadership: impl Fn(GroupId) -> Option<Leadership>,
    may_lead: impl Fn(BrokerId) -> bool,
) -> Relief {
    let mut relief = Relief::default();
    for topic in image.topics() {
        for (index, partition) in (0..).zip(&topic.partitions) {
            let Some(led) = leadership(partition.group).filter(|l| l.leader == node) else { continue };
            let replicas = brokers(partition);
            let heir = replicas.iter().copied().find(|b| *b != node && led.isr.contains(b) && may_lead(*b));
            if let Some(to) = heir {
                let topic = topic.name.clone();
                relief.moves.push(LeadershipMove { topic, partition: index, from: Some(node), to });
            } else {
                let reason = if replicas.len() < 2 {
                    "it has no other replica; move one to another node first"
                } else {
                    "no other replica is in sync on a node that may lead"
                };
                let object = format!("{}-{index}", topic.name);
                relief.blocked_on.push(BlockedOn { object, reason: reason.into() });
            }
        }
    }
    relief
}

/// What a node gets back once it is not drained any more: the partitions that it is the preferred leader of, as far as it is
/// in sync.
pub(super) fn returns(
    image: &MetadataImage,
    node: BrokerId,
    leadership: impl Fn(GroupId) -> Option<Leadership>,
    alive: bool,
) -> Relief {
    let mut relief = Relief::default();
    for topic in image.topics() {
        for (index, partition) in (0..).zip(&topic.partitions) {
            let preferred = partition.replicas.first().is_some_and(|r| r.broker == node);
            let Some(led) = leadership(partition.group).filter(|l| preferred && l.leader != node) else {
                continue;
            };
            if alive && led.isr.contains(&node) {
                let (topic, from) = (topic.name.clone(), Some(led.leader));
                relief.moves.push(LeadershipMove { topic, partition: index, from, to: node });
            } else {
                let object = format!("{}-{index}", topic.name);
                let reason = format!("node {node} is not in sync there");
                relief.blocked_on.push(BlockedOn { object, reason });
            }
        }
    }
    relief
}
