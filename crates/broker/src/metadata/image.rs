//! The cluster as it has been agreed on, at one position of the metadata log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chronik_common::HostPort;
use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::placement::{Candidate, Load};
use super::topic_name::folded;

/// A broker's configured `node_id`.
pub type BrokerId = i32;
/// The number of a Raft group.
pub type GroupId = u64;

/// The Raft group that holds the metadata itself.
pub const METADATA_GROUP: GroupId = 0;
/// The first number that a partition gets. Numbers are never used twice.
pub const FIRST_PARTITION_GROUP: GroupId = 1;
/// The incarnation of a broker when it first registers.
pub const FIRST_INCARNATION: u32 = 1;

/// Where a broker is reached. These are the advertised addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Kafka clients.
    pub kafka: HostPort,
    /// Bulk traffic of other brokers.
    pub wal: HostPort,
    /// Control traffic of other brokers.
    pub raft: HostPort,
    /// The admin API.
    pub admin: HostPort,
}

/// A registered broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broker {
    /// Its configured `node_id`.
    pub id: BrokerId,
    /// Counts the logs this id has had: (id, incarnation) is the Raft node id
    /// and is never used again with another log.
    pub incarnation: u32,
    /// The data directory that registered.
    pub directory_id: Uuid,
    /// Where it is reached.
    pub endpoints: Endpoints,
    /// Its failure domain.
    pub rack: Option<String>,
    /// The version of its software.
    pub version: String,
}

/// A topic with its partitions, the position in the list being the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Its id (KIP-516).
    pub id: Uuid,
    /// Whether the broker itself writes it.
    pub internal: bool,
    /// The partitions.
    pub partitions: Vec<Partition>,
    /// Settings that differ from the defaults.
    pub config: BTreeMap<String, String>,
}

impl Topic {
    /// Replicas per partition.
    pub fn replication_factor(&self) -> i16 {
        self.partitions.first().map_or(0, |p| p.replicas.len() as i16)
    }
}

/// A partition and the Raft group behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// Its Raft group.
    pub group: GroupId,
    /// Its replicas, the preferred leader first.
    pub replicas: Vec<Replica>,
}

/// One replica: a Raft node id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Replica {
    /// The broker.
    pub broker: BrokerId,
    /// The broker's incarnation when the replica was placed.
    pub incarnation: u32,
}

/// A partition found by its Raft group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionRef {
    /// The topic.
    pub topic: Uuid,
    /// The partition's number.
    pub index: i32,
}

/// The key of the admin API. Shows itself to nobody by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AdminKey(String);

impl AdminKey {
    /// Wraps a key.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key itself, to compare with or to write to the key file.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminKey(…)")
    }
}

/// The metadata of the whole cluster.
///
/// Cloning costs a few pointers, and changing one topic among many costs the
/// logarithm of their number: an image is cloned, changed and published for
/// every command. Serialised, it is the snapshot; indexes are left out there
/// and rebuilt, and a snapshot that contradicts itself is refused.
#[derive(Debug, Clone, Default)]
pub struct MetadataImage {
    pub(super) cluster_id: Option<String>,
    pub(super) admin_key: Option<AdminKey>,
    pub(super) brokers: Arc<BTreeMap<BrokerId, Broker>>,
    pub(super) next_group: GroupId,
    pub(super) next_producer_id: i64,
    topics: RedBlackTreeMapSync<Uuid, Arc<Topic>>,
    names: RedBlackTreeMapSync<String, Uuid>,
    folded_names: RedBlackTreeMapSync<String, Uuid>,
    groups: RedBlackTreeMapSync<GroupId, (Uuid, i32)>,
    loads: BTreeMap<BrokerId, Load>,
}

impl MetadataImage {
    /// The metadata of a cluster in which nothing has happened.
    pub fn new() -> Self {
        Self { next_group: FIRST_PARTITION_GROUP, ..Self::default() }
    }

    /// The cluster's id, once it has one.
    pub fn cluster_id(&self) -> Option<&str> {
        self.cluster_id.as_deref()
    }

    /// The admin key, once the cluster has one.
    pub fn admin_key(&self) -> Option<&AdminKey> {
        self.admin_key.as_ref()
    }

    /// The registered brokers by id.
    pub fn brokers(&self) -> &BTreeMap<BrokerId, Broker> {
        &self.brokers
    }

    /// One broker.
    pub fn broker(&self, id: BrokerId) -> Option<&Broker> {
        self.brokers.get(&id)
    }

    /// All topics in order of name.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<Topic>> {
        self.names.values().filter_map(|id| self.topics.get(id))
    }

    /// How many topics there are.
    pub fn topic_count(&self) -> usize {
        self.topics.size()
    }

    /// How many partitions there are.
    pub fn partition_count(&self) -> usize {
        self.groups.size()
    }

    /// A topic by name.
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.get(self.names.get(name)?)
    }

    /// A topic by id.
    pub fn topic_by_id(&self, id: &Uuid) -> Option<&Arc<Topic>> {
        self.topics.get(id)
    }

    /// The topic that a name would be confused with: `a.b` and `a_b`.
    pub fn colliding_topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.get(self.folded_names.get(&folded(name))?)
    }

    /// The partition behind a Raft group.
    pub fn partition_of_group(&self, group: GroupId) -> Option<PartitionRef> {
        self.groups.get(&group).map(|&(topic, index)| PartitionRef { topic, index })
    }

    /// Whether the group belonged to a partition that has been deleted. False for a group that this image has not
    /// heard of yet: an image may be behind, and what it does not know it must not condemn. Group ids are never
    /// reused, so a group once deleted stays so.
    pub fn was_deleted(&self, group: GroupId) -> bool {
        (FIRST_PARTITION_GROUP..self.next_group).contains(&group) && self.partition_of_group(group).is_none()
    }

    /// What a broker carries.
    pub fn load(&self, broker: BrokerId) -> Load {
        self.loads.get(&broker).copied().unwrap_or_default()
    }

    /// The brokers as [`super::place`] wants them.
    pub(super) fn candidates(&self, unavailable: &BTreeSet<BrokerId>) -> Vec<Candidate<'_>> {
        self.brokers
            .values()
            .map(|b| Candidate {
                id: b.id,
                rack: b.rack.as_deref(),
                unavailable: unavailable.contains(&b.id),
                load: self.load(b.id),
            })
            .collect()
    }

    /// Adds a topic, or replaces the one of the same id.
    pub(super) fn put_topic(&mut self, topic: Topic) {
        self.remove_topic(&topic.id);
        for (index, partition) in (0..).zip(&topic.partitions) {
            self.groups.insert_mut(partition.group, (topic.id, index));
            self.count(partition, 1);
        }
        self.names.insert_mut(topic.name.clone(), topic.id);
        self.folded_names.insert_mut(folded(&topic.name), topic.id);
        self.topics.insert_mut(topic.id, Arc::new(topic));
    }

    /// Takes a topic out, with everything that refers to it.
    pub(super) fn remove_topic(&mut self, id: &Uuid) -> Option<Arc<Topic>> {
        let topic = self.topics.get(id).cloned()?;
        self.topics.remove_mut(id);
        self.names.remove_mut(&topic.name);
        self.folded_names.remove_mut(&folded(&topic.name));
        for partition in &topic.partitions {
            self.groups.remove_mut(&partition.group);
            self.count(partition, -1);
        }
        Some(topic)
    }

    fn count(&mut self, partition: &Partition, sign: i64) {
        for (position, replica) in partition.replicas.iter().enumerate() {
            let load = self.loads.entry(replica.broker).or_default();
            load.replicas = load.replicas.saturating_add_signed(sign);
            if position == 0 {
                load.leaders = load.leaders.saturating_add_signed(sign);
            }
        }
    }
}

/// The snapshot as it is written.
#[derive(Serialize)]
struct Written<'a> {
    cluster_id: Option<&'a str>,
    admin_key: Option<&'a AdminKey>,
    next_group: GroupId,
    next_producer_id: i64,
    brokers: Vec<&'a Broker>,
    topics: Vec<&'a Topic>,
}

/// The snapshot as it is read.
#[derive(Deserialize)]
struct Read {
    cluster_id: Option<String>,
    admin_key: Option<AdminKey>,
    next_group: GroupId,
    next_producer_id: i64,
    brokers: Vec<Broker>,
    topics: Vec<Topic>,
}

impl Serialize for MetadataImage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            cluster_id: self.cluster_id(),
            admin_key: self.admin_key(),
            next_group: self.next_group,
            next_producer_id: self.next_producer_id,
            brokers: self.brokers.values().collect(),
            topics: self.topics().map(AsRef::as_ref).collect(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MetadataImage {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Read::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

impl TryFrom<Read> for MetadataImage {
    type Error = String;

    fn try_from(read: Read) -> Result<Self, String> {
        let mut image = Self {
            cluster_id: read.cluster_id,
            admin_key: read.admin_key,
            next_group: read.next_group,
            next_producer_id: read.next_producer_id,
            brokers: Arc::new(read.brokers.into_iter().map(|b| (b.id, b)).collect()),
            ..Self::default()
        };
        let mut partitions = 0;
        for topic in read.topics {
            if image.topic_by_id(&topic.id).is_some() || image.colliding_topic(&topic.name).is_some() {
                return Err(format!("the snapshot holds topic '{}' twice", topic.name));
            }
            if let Some(p) = topic.partitions.iter().find(|p| p.group >= image.next_group) {
                return Err(format!(
                    "topic '{}' uses group {}, which is not given out yet",
                    topic.name, p.group
                ));
            }
            partitions += topic.partitions.len();
            image.put_topic(topic);
        }
        if image.partition_count() == partitions {
            Ok(image)
        } else {
            Err("the snapshot gives one Raft group to two partitions".into())
        }
    }
}

impl PartialEq for MetadataImage {
    fn eq(&self, other: &Self) -> bool {
        self.cluster_id == other.cluster_id
            && self.admin_key == other.admin_key
            && self.brokers == other.brokers
            && self.next_group == other.next_group
            && self.next_producer_id == other.next_producer_id
            && self.loads_in_use() == other.loads_in_use()
            && self.topics().eq(other.topics())
    }
}

impl MetadataImage {
    /// Loads without the brokers that carry nothing (any more).
    fn loads_in_use(&self) -> Vec<(BrokerId, Load)> {
        self.loads.iter().filter(|(_, load)| load.replicas > 0).map(|(id, load)| (*id, *load)).collect()
    }
}
