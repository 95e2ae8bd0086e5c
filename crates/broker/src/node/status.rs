//! What the admin API asks for. Everything is cluster-wide: it comes from the replicated metadata and from what the
//! nodes tell each other, so any surviving node answers.

use chronik_common::admin::{Health, Member, Members, NodeStatus, PartitionStatus, Reason, Role, Status};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Node, StartError};
use crate::log::epochs::leader_epoch;
use crate::metadata::{Broker, Partition, Topic};

impl Node {
    pub(super) fn health_report(&self) -> Health {
        let mut reasons = Vec::new();
        let mut reason = |code: &str, message: String| reasons.push(Reason { code: code.into(), message });
        if self.inner.metadata.leader().is_none() {
            reason("no_metadata_leader", "no node leads the metadata: a majority of the nodes must be up and reach each other".into());
        }
        let image = self.inner.metadata.image();
        let leaderless =
            image.topics().flat_map(|t| &t.partitions).filter(|p| self.leadership(p.group).is_none()).count();
        if leaderless > 0 {
            reason("leaderless_partitions", format!("{leaderless} partitions have no leader: a majority of their replicas must be up"));
        }
        let damaged = self.inner.partitions.all().iter().filter(|p| p.broken().is_some()).count();
        if damaged > 0 {
            reason("damaged_replicas", format!("{damaged} replicas on this node are damaged and serve nothing: see its log"));
        }
        Health { healthy: reasons.is_empty(), node_id: self.id(), reasons }
    }

    pub(super) fn status_report(&self) -> Status {
        let image = self.inner.metadata.image();
        let leader_id = self.inner.metadata.leader();
        Status {
            node_id: self.id(),
            leader_id,
            is_leader: leader_id == Some(self.id()),
            cluster_id: image.cluster_id().map(str::to_owned),
            nodes: image.brokers().values().map(|b| self.node_status(b)).collect(),
            partitions: image
                .topics()
                .flat_map(|t| (0..).zip(&t.partitions).map(move |(i, p)| (t, i, p)))
                .map(|(topic, index, partition)| self.partition_status(topic, index, partition))
                .collect(),
        }
    }

    fn node_status(&self, broker: &Broker) -> NodeStatus {
        NodeStatus {
            node_id: broker.id,
            kafka: broker.endpoints.kafka.clone(),
            wal: broker.endpoints.wal.clone(),
            raft: broker.endpoints.raft.clone(),
            admin: Some(broker.endpoints.admin.clone()),
            alive: self.inner.liveness.is_alive(broker.id),
            rack: broker.rack.clone(),
            version: broker.version.clone(),
        }
    }

    fn partition_status(&self, topic: &Topic, index: i32, partition: &Partition) -> PartitionStatus {
        let replicas: Vec<i32> = partition.replicas.iter().map(|r| r.broker).collect();
        let leadership = self.leadership(partition.group);
        let isr = leadership.as_ref().map(|l| replicas.iter().copied().filter(|b| l.isr.contains(b)).collect());
        PartitionStatus {
            topic: topic.name.clone(),
            partition: index,
            leader: leadership.as_ref().map(|l| l.leader),
            leader_epoch: leadership.map(|l| leader_epoch(l.term)),
            isr: isr.unwrap_or_default(),
            high_watermark: self.inner.partitions.get(partition.group).map(|p| p.bounds().1),
            replicas,
        }
    }

    pub(super) fn members_report(&self) -> Members {
        let image = self.inner.metadata.image();
        let leader_id = self.inner.metadata.leader();
        let member = |b: &Broker| Member {
            node_id: b.id,
            role: if leader_id == Some(b.id) { Role::Leader } else { Role::Follower },
            kafka: b.endpoints.kafka.clone(),
            wal: b.endpoints.wal.clone(),
            raft: b.endpoints.raft.clone(),
            admin: Some(b.endpoints.admin.clone()),
            alive: self.inner.liveness.is_alive(b.id),
        };
        Members {
            cluster_id: image.cluster_id().map(str::to_owned),
            leader_id,
            members: image.brokers().values().map(member).collect(),
        }
    }
}

pub(super) async fn serve(node: &Node, stop: &CancellationToken, tasks: &TaskTracker) -> Result<(), StartError> {
    let _ = (node, stop, tasks, node.inner.started);
    Ok(())
}
