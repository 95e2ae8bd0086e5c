//! The cluster as the planner sees it: the metadata, who lives, and how large things are.

use std::collections::BTreeSet;

use chronik_common::admin::units::bytes;

use super::reports::Reports;
use crate::metadata::{BrokerId, MetadataImage, OperationKind, Partition, Replica, Topic};
use crate::planner::{self, Goal, Move, Plan};
use crate::raft::RaftNodeId;

/// Replicas of internal topics, once there are as many brokers.
const INTERNAL_REPLICATION: usize = 3;

/// The Raft id of a replica.
pub fn raft_id(replica: Replica) -> RaftNodeId {
    RaftNodeId::new(replica.broker, replica.incarnation)
}

/// The registered brokers.
pub fn brokers(image: &MetadataImage, is_alive: impl Fn(BrokerId) -> bool) -> Vec<planner::Broker> {
    let broker = |b: &crate::metadata::Broker| planner::Broker {
        id: b.id,
        rack: b.rack.clone(),
        alive: is_alive(b.id),
        draining: b.draining,
        drained: b.drained,
    };
    image.brokers().values().map(broker).collect()
}

/// Plans how to reach the goal from what the metadata says now. `rebalance` is the operation that a rebalance is planned
/// for (which topics, which replication factor); `reports` are what the nodes say about sizes and loads.
pub fn plan(
    image: &MetadataImage,
    is_alive: impl Fn(BrokerId) -> bool,
    goal: Goal,
    rebalance: Option<&OperationKind>,
    reports: &Reports,
) -> Plan {
    planner::plan(&view(image, is_alive, rebalance, reports), goal)
}

/// For people: what each node leads whose load changes by the moves, before and after. Empty if there is none.
pub fn load_told(view: &planner::View, moves: &[Move]) -> String {
    let led = planner::led(view, moves).into_iter().filter(|(_, led)| led.now != led.then);
    let told =
        led.map(|(id, led)| format!("node {id} leads {}/s, then {}/s", bytes(led.now), bytes(led.then)));
    told.collect::<Vec<_>>().join("; ")
}

/// The whole cluster, as a plan is made from.
pub fn view(
    image: &MetadataImage,
    is_alive: impl Fn(BrokerId) -> bool,
    rebalance: Option<&OperationKind>,
    reports: &Reports,
) -> planner::View {
    let brokers = brokers(image, is_alive);
    let targets = brokers.iter().filter(|b| b.alive && !b.draining).count();
    let selection = Selection::of(rebalance);
    let partitions = image
        .topics()
        .flat_map(|topic| topic.partitions.iter().map(move |p| (topic, p)))
        .map(|(topic, p)| planner::Partition {
            group: p.group,
            bytes: reports.bytes.get(&p.group).copied().unwrap_or(0),
            load: reports.load(p.group),
            replicas: p.target().iter().map(|r| planner_replica(image, *r)).collect(),
            fixed: is_under_way(image, p) || !selection.includes(topic),
            wanted: selection.factor(topic, p.target().len(), targets),
            allow_shrink: topic.internal,
        })
        .collect();
    planner::View { brokers, partitions }
}

fn planner_replica(image: &MetadataImage, replica: Replica) -> planner::Replica {
    planner::Replica { broker: replica.broker, lost: image.is_lost(&replica) }
}

/// Whether it is being moved to where it can arrive.
fn is_under_way(image: &MetadataImage, partition: &Partition) -> bool {
    partition.moving.is_some() && !partition.target().iter().any(|r| image.is_lost(r))
}

/// What a rebalance is about.
struct Selection<'a> {
    topics: Option<BTreeSet<&'a str>>,
    factor: Option<usize>,
    raise_internal: bool,
}

impl<'a> Selection<'a> {
    fn of(kind: Option<&'a OperationKind>) -> Self {
        match kind {
            Some(OperationKind::Rebalance { topics, replication_factor, leaders_only, .. }) => Self {
                topics: topics.as_ref().map(|t| t.iter().map(String::as_str).collect()),
                factor: replication_factor.and_then(|f| usize::try_from(f).ok()),
                raise_internal: !leaders_only,
            },
            _ => Self { topics: None, factor: None, raise_internal: false },
        }
    }

    fn includes(&self, topic: &Topic) -> bool {
        self.topics.as_ref().is_none_or(|t| t.contains(topic.name.as_str()))
    }

    /// Internal topics of a cluster that grew from one node are brought to what a cluster founded larger gives them.
    fn factor(&self, topic: &Topic, now: usize, brokers: usize) -> Option<usize> {
        if !self.includes(topic) {
            return None;
        }
        let internal = INTERNAL_REPLICATION.min(brokers);
        match self.factor {
            Some(factor) => Some(factor),
            None => (topic.internal && self.raise_internal && now < internal).then_some(internal),
        }
    }
}
