//! Topics and brokers as clients see them: the metadata, with who lives and who leads now.

use std::sync::Arc;

use super::Node;
use super::reassign::reassignment;
use crate::kafka::backend::{BrokerInfo, ClusterInfo, LeaderHint, PartitionInfo, TopicInfo};
use crate::log::epochs::leader_epoch;
use crate::metadata::{Broker, Partition, Topic};
use crate::raft::GroupId;

/// A topic as clients see it, and the generations of metadata and leadership that it was made from.
pub(super) struct Cached {
    metadata: u64,
    leadership: u64,
    info: Arc<TopicInfo>,
}

impl Node {
    pub(super) fn cluster_info(&self) -> ClusterInfo {
        let image = self.inner.metadata.image();
        let alive = image.brokers().values().filter(|b| self.inner.liveness.is_alive(b.id));
        ClusterInfo {
            cluster_id: image.cluster_id().unwrap_or_default().to_owned(),
            controller: self.inner.metadata.leader(),
            brokers: alive.map(broker_info).collect(),
        }
    }

    /// Made anew only when metadata or leadership changed: a produce request must not cost as much as its topic has
    /// partitions.
    pub(super) fn topic_info(&self, topic: &Topic) -> Arc<TopicInfo> {
        let (metadata, leadership) = (self.inner.metadata.generation(), self.inner.liveness.generation());
        if let Some(cached) = self.inner.topic_infos.read().get(&topic.id)
            && (cached.metadata, cached.leadership) == (metadata, leadership)
        {
            return cached.info.clone();
        }
        let info = self.make_topic_info(topic);
        self.inner.topic_infos.write().insert(topic.id, Cached { metadata, leadership, info: info.clone() });
        info
    }

    /// Lets go of what deleted topics left.
    pub(super) fn forget_deleted_topics(&self) {
        let image = self.inner.metadata.image();
        self.inner.topic_infos.write().retain(|id, _| image.topic_by_id(id).is_some());
    }

    fn make_topic_info(&self, topic: &Topic) -> Arc<TopicInfo> {
        let partitions = (0..).zip(&topic.partitions).map(|(i, p)| self.partition_info(i, p)).collect();
        Arc::new(TopicInfo { name: topic.name.clone(), id: topic.id, internal: topic.internal, partitions })
    }

    fn partition_info(&self, index: i32, partition: &Partition) -> PartitionInfo {
        let replicas = match &partition.moving {
            None => partition.replicas.iter().map(|r| r.broker).collect(),
            Some(_) => reassignment(String::new(), index, partition).replicas,
        };
        let offline = replicas.iter().copied().filter(|b| !self.inner.liveness.is_alive(*b)).collect();
        match self.leadership(partition.group) {
            Some(l) => {
                // In the order of assignment, as Kafka shows it.
                let isr = replicas.iter().copied().filter(|b| l.isr.contains(b)).collect();
                let leader_epoch = leader_epoch(l.term);
                PartitionInfo { index, leader: Some(l.leader), leader_epoch, replicas, isr, offline }
            }
            None => {
                PartitionInfo { index, leader: None, leader_epoch: -1, replicas, isr: Vec::new(), offline }
            }
        }
    }

    /// The Raft group of a topic's partition.
    pub(super) fn group_of(&self, topic: &TopicInfo, partition: i32) -> Option<GroupId> {
        let image = self.inner.metadata.image();
        let index = usize::try_from(partition).ok()?;
        Some(image.topic_by_id(&topic.id)?.partitions.get(index)?.group)
    }

    /// Who leads the group, for a client that asked the wrong node.
    pub(super) fn hint(&self, group: GroupId) -> Option<LeaderHint> {
        self.leadership(group).map(|l| LeaderHint { leader: l.leader, leader_epoch: leader_epoch(l.term) })
    }
}

pub(super) fn broker_info(broker: &Broker) -> BrokerInfo {
    let kafka = &broker.endpoints.kafka;
    BrokerInfo { id: broker.id, host: kafka.host.clone(), port: kafka.port, rack: broker.rack.clone() }
}
