//! The partitions on this node: started and ended as the metadata says.

use std::collections::HashMap;
use std::sync::Arc;

use chronik_common::LatencyHistogram;
use parking_lot::RwLock;
use tracing::{error, info};

use crate::cluster::view::raft_id;
use crate::metadata::{self, BrokerId, MetadataImage, Topic};
use crate::partition::{NodeWide, Partition, PartitionMachine};
use crate::raft::{GroupId, GroupSpec, Groups, RaftNodeId};

/// All partitions on this node. Cheap to clone.
#[derive(Clone)]
pub struct Partitions {
    me: BrokerId,
    groups: Groups,
    running: Arc<RwLock<HashMap<GroupId, Arc<Partition>>>>,
    /// Replicas that could not be started, and why.
    failed: Arc<RwLock<HashMap<GroupId, String>>>,
    shared: Arc<NodeWide>,
}

impl Partitions {
    /// None yet.
    pub fn new(me: BrokerId, groups: Groups) -> Self {
        Self { me, groups, running: Arc::default(), failed: Arc::default(), shared: Arc::default() }
    }

    /// The partition of that group, if it runs on this node.
    pub fn get(&self, group: GroupId) -> Option<Arc<Partition>> {
        self.running.read().get(&group).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Partition>> {
        self.running.read().values().cloned().collect()
    }

    /// How many replicas on this node serve nothing because they are damaged.
    pub fn damaged(&self) -> usize {
        let broken = self.running.read().values().filter(|p| p.broken().is_some()).count();
        broken + self.failed.read().len()
    }

    /// Those that could not be started because their log is damaged.
    pub fn quarantined(&self) -> Vec<GroupId> {
        let failed: Vec<GroupId> = self.failed.read().keys().copied().collect();
        failed.into_iter().filter(|group| self.groups.wal().group(*group).is_quarantined()).collect()
    }

    /// How long rounds took from proposal to answer, over all partitions that this node led.
    pub fn commits(&self) -> &LatencyHistogram {
        &self.shared.commits
    }

    /// Starts what the image puts on this node, and removes what it knows to be deleted or to have left. The image may
    /// be behind: what it has not heard of yet is left alone. One call at a time.
    pub async fn reconcile(&self, image: &MetadataImage) {
        for topic in image.topics() {
            for (index, partition) in (0..).zip(&topic.partitions) {
                if let Some(replica) = partition.replica_on(self.me).filter(|r| !image.is_lost(r)) {
                    self.keep(topic, index, partition, raft_id(replica)).await;
                }
            }
        }
        for group in self.groups.wal().groups() {
            if image.was_deleted(group) {
                self.remove(group, "its topic was deleted").await;
            } else if self.has_left(image, group) {
                self.remove(group, "it was moved to other nodes").await;
            }
        }
    }

    /// Whether this node's replica of the group, as old as its log is, is one that the image knows and that is none of
    /// the partition's any more. Raft ids are never drawn twice: it stays so.
    fn has_left(&self, image: &MetadataImage, group: GroupId) -> bool {
        let Some((_, _, partition)) = image.partition(group) else { return false };
        if partition.replica_on(self.me).is_some_and(|r| !image.is_lost(&r)) {
            return false;
        }
        let founder = || partition.founders.iter().find(|r| r.broker == self.me).copied().map(raft_id);
        self.groups.owner(group).or_else(founder).is_some_and(|owner| image.has_drawn(owner.incarnation()))
    }

    /// Makes sure that this node runs that replica of the partition, and no earlier one.
    async fn keep(&self, topic: &Topic, index: i32, partition: &metadata::Partition, me: RaftNodeId) {
        let preference: Vec<BrokerId> = partition.target().iter().map(|r| r.broker).collect();
        let running = self.get(partition.group).and_then(|p| p.group().cloned());
        match running {
            Some(group) if group.me() == me => group.prefer(preference),
            Some(_) => {
                self.remove(partition.group, "another replica takes its place on this node").await;
                self.start(topic, index, partition, me, preference).await;
            }
            None => self.start(topic, index, partition, me, preference).await,
        }
    }

    async fn start(
        &self,
        topic: &Topic,
        index: i32,
        assigned: &metadata::Partition,
        me: RaftNodeId,
        preference: Vec<BrokerId>,
    ) {
        let group = assigned.group;
        let founders = assigned.founders.iter().copied().map(raft_id).collect();
        let partition = Partition::new(group, topic.id, index, self.shared.clone());
        let app = Arc::new(PartitionMachine(partition.clone()));
        match self.groups.start(GroupSpec { id: group, me, founders, preference, app }).await {
            Ok(raft) => {
                partition.attach(raft);
                self.failed.write().remove(&group);
                self.running.write().insert(group, partition);
            }
            Err(e) => {
                self.failed.write().insert(group, e.to_string());
                error!(topic = %topic.name, partition = index, group, "this replica cannot start and serves nothing: {e}");
            }
        }
    }

    async fn remove(&self, group: GroupId, why: &str) {
        self.failed.write().remove(&group);
        let removed = self.running.write().remove(&group);
        if let Some(partition) = removed {
            partition.close();
        }
        match self.groups.remove(group).await {
            Ok(()) => info!(group, "removed a replica: {why}"),
            Err(e) => error!(group, "cannot remove a replica ({why}): {e}"),
        }
    }
}
