//! What the admin API asks for. Everything is cluster-wide: it comes from the replicated metadata and from what the
//! nodes tell each other, so any surviving node answers.

use std::sync::Arc;

use chronik_common::admin::v1::ConfigView;
use chronik_common::admin::{
    AddNodeAnswer, AddNodeRequest, Health, Member, Members, NodeState, NodeStatus, OperationView, Operations,
    PartitionStatus, Reason, RebalanceRequest, RemoveNodeRequest, Role, Status, StorageReport,
};
use chronik_common::config::ApiKey;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::start::bind;
use super::{Node, StartError};
use crate::admin::{AdminBackend, Answer, Api, MetricsSnapshot, Observe};
use crate::log::epochs::leader_epoch;
use crate::metadata::{Broker, MetadataImage, Partition, Topic};
use crate::raft::{METADATA_GROUP, RaftNodeId};
use crate::survey::{Journal, Picture};

impl Node {
    pub(super) fn health_report(&self) -> Health {
        let mut reasons = Vec::new();
        let mut reason = |code: &str, message: String| reasons.push(Reason { code: code.into(), message });
        if self.inner.metadata.leader().is_none() {
            reason(
                "no_metadata_leader",
                "no node leads the metadata: a majority of the nodes must be up and reach each other".into(),
            );
        }
        let image = self.inner.metadata.image();
        let leaderless =
            image.topics().flat_map(|t| &t.partitions).filter(|p| self.leadership(p.group).is_none()).count();
        if leaderless > 0 {
            reason(
                "leaderless_partitions",
                format!("{leaderless} partitions have no leader: a majority of their replicas must be up"),
            );
        }
        let damaged = self.inner.partitions.damaged();
        if damaged > 0 {
            reason(
                "damaged_replicas",
                format!("{damaged} replicas on this node are damaged and serve nothing: see its log"),
            );
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
            nodes: self.node_statuses(&image),
            partitions: image
                .topics()
                .flat_map(|t| (0..).zip(&t.partitions).map(move |(i, p)| (t, i, p)))
                .map(|(topic, index, partition)| self.partition_status(topic, index, partition))
                .collect(),
        }
    }

    /// The members, and those that may become some.
    fn node_statuses(&self, image: &MetadataImage) -> Vec<NodeStatus> {
        let invited = image.invited().iter().map(|(id, endpoints)| NodeStatus {
            node_id: *id,
            kafka: endpoints.kafka.clone(),
            wal: endpoints.wal.clone(),
            raft: endpoints.raft.clone(),
            admin: Some(endpoints.admin.clone()),
            alive: false,
            rack: None,
            version: String::new(),
            state: NodeState::Invited,
        });
        let mut nodes: Vec<NodeStatus> =
            image.brokers().values().map(|b| self.node_status(b)).chain(invited).collect();
        nodes.sort_by_key(|n| n.node_id);
        nodes
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
            state: if broker.draining { NodeState::Draining } else { NodeState::Active },
        }
    }

    fn partition_status(&self, topic: &Topic, index: i32, partition: &Partition) -> PartitionStatus {
        let replicas: Vec<i32> = partition.replicas.iter().map(|r| r.broker).collect();
        let target: Vec<i32> = partition.target().iter().map(|r| r.broker).collect();
        let leadership = self.leadership(partition.group);
        let isr =
            leadership.as_ref().map(|l| replicas.iter().copied().filter(|b| l.isr.contains(b)).collect());
        let bounds = self.inner.partitions.get(partition.group).map(|p| p.bounds());
        PartitionStatus {
            topic: topic.name.clone(),
            partition: index,
            leader: leadership.as_ref().map(|l| l.leader),
            leader_epoch: leadership.map(|l| leader_epoch(l.term)),
            isr: isr.unwrap_or_default(),
            high_watermark: bounds.map(|b| b.1),
            log_start_offset: bounds.map(|b| b.0),
            adding: target.iter().copied().filter(|b| !replicas.contains(b)).collect(),
            removing: replicas.iter().copied().filter(|b| !target.contains(b)).collect(),
            replicas,
        }
    }

    pub(super) fn members_report(&self) -> Members {
        let image = self.inner.metadata.image();
        let leader_id = self.inner.metadata.leader();
        let group = self.inner.groups.get(METADATA_GROUP).map(|g| g.members()).unwrap_or_default();
        let voters = group.voters();
        let role = |b: &Broker| match () {
            () if leader_id == Some(b.id) => Role::Leader,
            () if voters.contains(&RaftNodeId::new(b.id, b.incarnation)) => Role::Follower,
            () => Role::Learner,
        };
        let member = |b: &Broker| Member {
            node_id: b.id,
            role: role(b),
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

/// Serves the admin API on every configured address.
pub(super) async fn serve(
    node: &Node,
    api: &Api,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> Result<(), StartError> {
    for address in &node.inner.config.bind.admin {
        let listener = bind(address, "the admin API").await?;
        tasks.spawn(api.clone().serve(listener, stop.clone()));
    }
    Ok(())
}

impl Observe for Node {
    fn picture(&self) -> Answer<Arc<Picture>> {
        let node = self.clone();
        Box::pin(async move { Ok(node.picture().await) })
    }

    fn journal(&self) -> Arc<Journal> {
        self.seen()
    }
}

impl AdminBackend for Node {
    fn health(&self) -> Health {
        self.health_report()
    }

    fn status(&self) -> Status {
        self.status_report()
    }

    fn members(&self) -> Members {
        self.members_report()
    }

    fn api_key(&self) -> Option<ApiKey> {
        let configured = self.inner.config.admin_api_key.clone();
        configured.or_else(|| self.inner.metadata.image().admin_key()?.reveal().parse().ok())
    }

    fn add_node(&self, request: AddNodeRequest) -> Answer<AddNodeAnswer> {
        let node = self.clone();
        Box::pin(async move { node.invite(request).await })
    }

    fn remove_node(&self, request: RemoveNodeRequest) -> Answer<OperationView> {
        let node = self.clone();
        Box::pin(async move { node.remove(request).await })
    }

    fn rebalance(&self, request: RebalanceRequest) -> Answer<OperationView> {
        let node = self.clone();
        Box::pin(async move { node.spread(request).await })
    }

    fn operations(&self) -> Answer<Operations> {
        let node = self.clone();
        Box::pin(async move { Ok(node.list_operations().await) })
    }

    fn operation(&self, id: u64) -> Answer<OperationView> {
        let node = self.clone();
        Box::pin(async move { node.one_operation(id).await })
    }

    fn cancel_operation(&self, id: u64) -> Answer<OperationView> {
        let node = self.clone();
        Box::pin(async move { node.cancel(id).await })
    }

    fn config(&self) -> ConfigView {
        self.inner.config.view()
    }

    fn storage(&self) -> Answer<StorageReport> {
        let node = self.clone();
        Box::pin(async move { Ok(node.storage_report().await) })
    }

    fn metrics(&self) -> BoxFuture<'static, MetricsSnapshot> {
        let node = self.clone();
        Box::pin(async move { node.measure().await })
    }
}
