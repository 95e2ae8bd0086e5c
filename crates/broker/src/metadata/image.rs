//! The cluster as it has been agreed on, at one position of the metadata log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::broker::{Broker, BrokerId, Endpoints, FIRST_INCARNATION};
use super::key::AccessKey;
use super::operation::Operation;
use super::partition::{FIRST_PARTITION_GROUP, GroupId, Partition, Replica};
use super::placement::{Candidate, Load};
use super::topic_name::folded;

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
    /// Replicas per partition, as it shall be once the first partition has moved.
    pub fn replication_factor(&self) -> i16 {
        self.partitions.first().map_or(0, |p| p.target().len() as i16)
    }
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
    pub(super) keys: Arc<BTreeMap<String, AccessKey>>,
    pub(super) brokers: Arc<BTreeMap<BrokerId, Broker>>,
    pub(super) invited: Arc<BTreeMap<BrokerId, Endpoints>>,
    pub(super) retired: Arc<BTreeMap<Uuid, BrokerId>>,
    pub(super) operations: Arc<BTreeMap<u64, Operation>>,
    pub(super) next_group: GroupId,
    pub(super) next_incarnation: u32,
    pub(super) next_operation: u64,
    pub(super) next_producer_id: i64,
    topics: RedBlackTreeMapSync<Uuid, Arc<Topic>>,
    names: RedBlackTreeMapSync<String, Uuid>,
    folded_names: RedBlackTreeMapSync<String, Uuid>,
    groups: RedBlackTreeMapSync<GroupId, (Uuid, i32)>,
    moving: RedBlackTreeSetSync<GroupId>,
    loads: BTreeMap<BrokerId, Load>,
}

impl MetadataImage {
    /// The metadata of a cluster in which nothing has happened.
    pub fn new() -> Self {
        Self {
            next_group: FIRST_PARTITION_GROUP,
            next_incarnation: FIRST_INCARNATION + 1,
            next_operation: 1,
            ..Self::default()
        }
    }

    /// The cluster's id, once it has one.
    pub fn cluster_id(&self) -> Option<&str> {
        self.cluster_id.as_deref()
    }

    /// The admin key, once the cluster has one.
    pub fn admin_key(&self) -> Option<&AdminKey> {
        self.admin_key.as_ref()
    }

    /// The API keys by id, without the admin key.
    pub fn keys(&self) -> &BTreeMap<String, AccessKey> {
        &self.keys
    }

    /// The registered brokers by id.
    pub fn brokers(&self) -> &BTreeMap<BrokerId, Broker> {
        &self.brokers
    }

    /// One broker.
    pub fn broker(&self, id: BrokerId) -> Option<&Broker> {
        self.brokers.get(&id)
    }

    /// Whether a broker of that id is registered.
    pub fn registered(&self, id: BrokerId) -> bool {
        self.brokers.contains_key(&id)
    }

    /// The brokers that may register but have not yet, with the addresses that they were invited under.
    pub fn invited(&self) -> &BTreeMap<BrokerId, Endpoints> {
        &self.invited
    }

    /// Whether the data directory was that of a broker that has been removed or replaced. It must never serve again.
    pub fn is_retired(&self, directory: &Uuid) -> bool {
        self.retired.contains_key(directory)
    }

    /// The operation that is being carried out. At most one is.
    pub fn running_operation(&self) -> Option<&Operation> {
        self.operations.values().next_back().filter(|o| o.is_running())
    }

    /// One operation. Those that ended long ago are forgotten.
    pub fn operation(&self, id: u64) -> Option<&Operation> {
        self.operations.get(&id)
    }

    /// The operations that are remembered, the oldest first.
    pub fn operations(&self) -> impl DoubleEndedIterator<Item = &Operation> {
        self.operations.values()
    }

    /// Whether a broker of this id was removed, or got another disk, at some time.
    pub fn was_removed(&self, id: BrokerId) -> bool {
        self.retired.values().any(|broker| *broker == id)
    }

    /// Whether this image has come to where the incarnation was drawn. What it says of a replica with a later one is
    /// out of date.
    pub fn has_drawn(&self, incarnation: u32) -> bool {
        incarnation < self.next_incarnation
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

    /// The partition behind a Raft group, with its topic and number.
    pub fn partition(&self, group: GroupId) -> Option<(&Topic, i32, &Partition)> {
        let &(topic, index) = self.groups.get(&group)?;
        let topic = self.topics.get(&topic)?;
        Some((topic, index, topic.partitions.get(index as usize)?))
    }

    /// The partition behind a Raft group as messages name it.
    pub(super) fn name_of(&self, group: GroupId) -> String {
        match self.partition(group) {
            Some((topic, index, _)) => format!("{}-{index}", topic.name),
            None => format!("of group {group}"),
        }
    }

    /// Whether the replica's disk is gone for good: its broker has been removed, or has come back with another disk.
    pub fn is_lost(&self, replica: &Replica) -> bool {
        self.broker(replica.broker).is_none_or(|b| replica.incarnation < b.incarnation)
    }

    /// The groups of the partitions that are moving. Costs nothing for those that are not.
    pub fn moves(&self) -> impl Iterator<Item = GroupId> + '_ {
        self.moving.iter().copied()
    }

    /// The groups of the partitions that have a lost replica, or are moving to one. Looks at every partition.
    pub fn lost_groups(&self) -> impl Iterator<Item = GroupId> + '_ {
        self.partitions()
            .filter(|p| p.replicas.iter().chain(p.target()).any(|r| self.is_lost(r)))
            .map(|p| p.group)
    }

    /// The groups of the partitions that have, get or give up a replica on the broker: while there is one, the broker
    /// cannot be removed. Looks at every partition; [`MetadataImage::load`] does not.
    pub fn replicas_on(&self, broker: BrokerId) -> impl Iterator<Item = GroupId> + '_ {
        self.partitions().filter(move |p| p.involves(broker)).map(|p| p.group)
    }

    fn partitions(&self) -> impl Iterator<Item = &Partition> {
        self.topics().flat_map(|topic| &topic.partitions)
    }

    /// What a broker carries, moves being seen as planned: a partition counts once for each broker that holds or
    /// shall hold a replica of it, and leads from where it is moving to.
    pub fn load(&self, broker: BrokerId) -> Load {
        self.loads.get(&broker).copied().unwrap_or_default()
    }

    /// The brokers that stay, as [`super::place`] wants them.
    pub(super) fn candidates(&self, unavailable: &BTreeSet<BrokerId>) -> Vec<Candidate<'_>> {
        self.brokers
            .values()
            .filter(|b| !b.draining)
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
            self.index(partition);
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
            self.unindex(partition);
        }
        Some(topic)
    }

    /// Puts changed partitions in the place of those with the same groups. Copies each topic once.
    pub(super) fn put_partitions(&mut self, changed: impl IntoIterator<Item = Partition>) {
        let mut by_topic: BTreeMap<Uuid, Vec<(usize, Partition)>> = BTreeMap::new();
        for partition in changed {
            if let Some(&(topic, index)) = self.groups.get(&partition.group) {
                by_topic.entry(topic).or_default().push((index as usize, partition));
            }
        }
        for (id, partitions) in by_topic {
            let Some(mut topic) = self.topics.get(&id).map(|t| Topic::clone(t)) else { continue };
            for (index, partition) in partitions {
                self.unindex(&topic.partitions[index]);
                self.index(&partition);
                topic.partitions[index] = partition;
            }
            self.topics.insert_mut(id, Arc::new(topic));
        }
    }

    fn index(&mut self, partition: &Partition) {
        self.count(partition, 1);
        if partition.moving.is_some() {
            self.moving.insert_mut(partition.group);
        }
    }

    fn unindex(&mut self, partition: &Partition) {
        self.count(partition, -1);
        self.moving.remove_mut(&partition.group);
    }

    fn count(&mut self, partition: &Partition, sign: i64) {
        let holders: BTreeSet<_> =
            partition.replicas.iter().chain(partition.target()).map(|r| r.broker).collect();
        for broker in holders {
            let load = self.loads.entry(broker).or_default();
            load.replicas = load.replicas.saturating_add_signed(sign);
        }
        if let Some(leader) = partition.target().first() {
            let load = self.loads.entry(leader.broker).or_default();
            load.leaders = load.leaders.saturating_add_signed(sign);
        }
    }
}

impl PartialEq for MetadataImage {
    fn eq(&self, other: &Self) -> bool {
        self.cluster_id == other.cluster_id
            && self.admin_key == other.admin_key
            && self.keys == other.keys
            && self.brokers == other.brokers
            && self.invited == other.invited
            && self.retired == other.retired
            && self.operations == other.operations
            && self.next_incarnation == other.next_incarnation
            && self.next_operation == other.next_operation
            && self.moving == other.moving
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
