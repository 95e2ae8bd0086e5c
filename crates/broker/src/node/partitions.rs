//! The partitions on this node: started and ended as the metadata says.

use std::collections::HashMap;
use std::sync::Arc;

use chronik_common::LatencyHistogram;
use parking_lot::RwLock;
use tracing::{error, info};

use crate::metadata::{BrokerId, MetadataImage, Topic};
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

    /// How long rounds took from proposal to answer, over all partitions that this node led.
    pub fn commits(&self) -> &LatencyHistogram {
        &self.shared.commits
    }

    /// Starts what the image puts on this node and removes what it knows to be deleted. The image may be behind:
    /// groups that it has not heard of are left alone. One call at a time.
    pub async fn reconcile(&self, image: &MetadataImage) {
        for topic in image.topics() {
            for (index, partition) in (0..).zip(&topic.partitions) {
                if !partition.replicas.iter().any(|r| r.broker == self.me) {
                    continue;
                }
                if self.get(partition.group).is_none() {
                    self.start(topic, index, partition.group).await;
                }
            }
        }
        self.remove_deleted(image).await;
    }

    async fn start(&self, topic: &Topic, index: i32, group: GroupId) {
        let Some(assigned) = topic.partitions.get(index as usize) else { return };
        let voters: Vec<RaftNodeId> =
            assigned.replicas.iter().map(|r| RaftNodeId::new(r.broker, r.incarnation)).collect();
        let Some(me) = voters.iter().copied().find(|v| v.broker() == self.me) else { return };
        let partition = Partition::new(group, topic.id, index, self.shared.clone());
        let spec = GroupSpec { id: group, me, voters, app: Arc::new(PartitionMachine(partition.clone())) };
        match self.groups.start(spec).await {
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

    async fn remove_deleted(&self, image: &MetadataImage) {
        let stale: Vec<GroupId> =
            self.groups.wal().groups().into_iter().filter(|g| image.was_deleted(*g)).collect();
        for group in stale {
            self.failed.write().remove(&group);
            let removed = self.running.write().remove(&group);
            if let Some(partition) = removed {
                partition.close();
            }
            match self.groups.remove(group).await {
                Ok(()) => info!(group, "removed a deleted partition"),
                Err(e) => error!(group, "cannot remove a deleted partition: {e}"),
            }
        }
    }
}
