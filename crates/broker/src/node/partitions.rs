//! The partitions on this node: started and ended as the metadata says.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chronik_common::LatencyHistogram;
use parking_lot::RwLock;
use tracing::{error, info};

use crate::metadata::{BrokerId, MetadataImage, Topic};
use crate::partition::{NodeWide, Partition, PartitionMachine};
use crate::raft::{GroupId, GroupSpec, Groups, METADATA_GROUP, RaftNodeId};

/// All partitions on this node. Cheap to clone.
#[derive(Clone)]
pub struct Partitions {
    me: BrokerId,
    groups: Groups,
    running: Arc<RwLock<HashMap<GroupId, Arc<Partition>>>>,
    shared: Arc<NodeWide>,
}

impl Partitions {
    /// None yet.
    pub fn new(me: BrokerId, groups: Groups) -> Self {
        Self { me, groups, running: Arc::default(), shared: Arc::default() }
    }

    /// The partition of that group, if it runs on this node.
    pub fn get(&self, group: GroupId) -> Option<Arc<Partition>> {
        self.running.read().get(&group).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Partition>> {
        self.running.read().values().cloned().collect()
    }

    /// How long rounds took from proposal to answer, over all partitions that this node led.
    pub fn commits(&self) -> &LatencyHistogram {
        &self.shared.commits
    }

    /// Starts what the image puts on this node and ends what it does not. One call at a time.
    pub async fn reconcile(&self, image: &MetadataImage) {
        let mut wanted = HashSet::new();
        for topic in image.topics() {
            for (index, partition) in (0..).zip(&topic.partitions) {
                if !partition.replicas.iter().any(|r| r.broker == self.me) {
                    continue;
                }
                wanted.insert(partition.group);
                if self.get(partition.group).is_none() {
                    self.start(topic, index, partition.group).await;
                }
            }
        }
        self.remove_unwanted(&wanted).await;
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
                self.running.write().insert(group, partition);
            }
            Err(e) => {
                error!(topic = %topic.name, partition = index, group, "this replica cannot start and serves nothing: {e}");
            }
        }
    }

    async fn remove_unwanted(&self, wanted: &HashSet<GroupId>) {
        let stale: Vec<GroupId> = self
            .groups
            .wal()
            .groups()
            .into_iter()
            .filter(|g| *g != METADATA_GROUP && !wanted.contains(g))
            .collect();
        for group in stale {
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
