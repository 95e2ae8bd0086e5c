//! What a handler may know of the cluster, its topics, its settings and its client.

use uuid::Uuid;

/// A live broker, as clients reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerInfo {
    /// Broker id.
    pub id: i32,
    /// Advertised host.
    pub host: String,
    /// Advertised port.
    pub port: u16,
    /// Rack, if configured.
    pub rack: Option<String>,
}

/// The cluster as this node knows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterInfo {
    /// Cluster id.
    pub cluster_id: String,
    /// The broker that leads the metadata group, if known.
    pub controller: Option<i32>,
    /// The live brokers.
    pub brokers: Vec<BrokerInfo>,
}

impl ClusterInfo {
    /// The live broker of this id.
    pub fn broker(&self, id: i32) -> Option<&BrokerInfo> {
        self.brokers.iter().find(|broker| broker.id == id)
    }
}

/// One partition as this node knows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionInfo {
    /// Partition index.
    pub index: i32,
    /// The live leader, if there is one.
    pub leader: Option<i32>,
    /// Leader epoch.
    pub leader_epoch: i32,
    /// All replicas, the preferred leader first. While they are being reassigned, those being added and those
    /// being removed too, as in [`Reassignment::replicas`](super::Reassignment::replicas).
    pub replicas: Vec<i32>,
    /// Replicas in sync.
    pub isr: Vec<i32>,
    /// Replicas whose broker is not alive.
    pub offline: Vec<i32>,
}

/// One topic as this node knows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicInfo {
    /// Name.
    pub name: String,
    /// Topic id, never nil.
    pub id: Uuid,
    /// Whether it belongs to the broker (`__consumer_offsets`).
    pub internal: bool,
    /// Partitions, by ascending index.
    pub partitions: Vec<PartitionInfo>,
}

impl TopicInfo {
    /// The partition of this index.
    pub fn partition(&self, index: i32) -> Option<&PartitionInfo> {
        let at = self.partitions.binary_search_by_key(&index, |partition| partition.index).ok()?;
        self.partitions.get(at)
    }
}

/// The broker settings that the wire layer itself acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `auto.create.topics.enable`.
    pub auto_create_topics: bool,
    /// `fetch.max.bytes`: the most record bytes in one Fetch answer, whatever the client asks.
    pub fetch_max_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { auto_create_topics: true, fetch_max_bytes: 55 << 20 }
    }
}

/// Who asks, for the group coordinator's records and for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The client id that the client gives itself, empty if none.
    pub id: String,
    /// Its address, in Kafka's form: `/127.0.0.1`.
    pub host: String,
}
