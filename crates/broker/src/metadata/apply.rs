//! How each [`Command`] changes the [`MetadataImage`].
//!
//! Every function checks first and changes afterwards, so that a refused
//! command leaves no trace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::command::{Assignment, Command, Outcome};
use super::error::MetadataError;
use super::image::{AdminKey, Broker, BrokerId, FIRST_INCARNATION, MetadataImage, Partition, Replica, Topic};
use super::placement::place;
use super::topic_config::{readable, validate_config};
use super::topic_name::{is_internal, validate_name};

/// Most partitions of one topic.
const MAX_PARTITIONS_PER_TOPIC: usize = 10_000;
/// Most partitions of the cluster: each is a Raft group on several brokers.
const MAX_PARTITIONS: usize = 200_000;
/// Most producer ids in one range.
const MAX_PRODUCER_ID_RANGE: u32 = 1_000_000;

type Applied = Result<Outcome, MetadataError>;

impl MetadataImage {
    /// Applies the next command of the log. Deterministic.
    ///
    /// # Errors
    /// The command is refused and the image unchanged.
    pub fn apply(&mut self, command: Command) -> Applied {
        match command {
            Command::SetClusterId { cluster_id } => Ok(self.set_cluster_id(cluster_id)),
            Command::RegisterBroker { id, directory_id, endpoints, rack, version } => {
                let incarnation = FIRST_INCARNATION;
                self.register_broker(Broker { id, incarnation, directory_id, endpoints, rack, version })
            }
            Command::CreateTopic { name, id, assignment, config, unavailable } => {
                self.create_topic(name, id, assignment, config, &unavailable)
            }
            Command::DeleteTopic { id } => self.delete_topic(id),
            Command::CreatePartitions { topic, total, replicas, unavailable } => {
                self.create_partitions(topic, total, replicas, &unavailable)
            }
            Command::AlterTopicConfig { topic, changes } => self.alter_topic_config(topic, changes),
            Command::AllocateProducerIds { count } => self.allocate_producer_ids(count),
            Command::SetAdminKey { key } => self.set_admin_key(key),
        }
    }

    fn set_cluster_id(&mut self, proposed: String) -> Outcome {
        Outcome::ClusterId { cluster_id: self.cluster_id.get_or_insert(proposed).clone() }
    }

    fn set_admin_key(&mut self, proposed: AdminKey) -> Applied {
        if proposed.reveal().is_empty() {
            return Err(MetadataError::InvalidRequest { reason: "the admin key is empty".into() });
        }
        Ok(Outcome::AdminKey { key: self.admin_key.get_or_insert(proposed).clone() })
    }

    fn register_broker(&mut self, mut broker: Broker) -> Applied {
        if let Some(known) = self.brokers.get(&broker.id) {
            if known.directory_id != broker.directory_id {
                return Err(MetadataError::BrokerIdTaken {
                    id: broker.id,
                    registered: known.directory_id,
                    offered: broker.directory_id,
                });
            }
            broker.incarnation = known.incarnation;
        }
        let incarnation = broker.incarnation;
        Arc::make_mut(&mut self.brokers).insert(broker.id, broker);
        Ok(Outcome::BrokerRegistered { incarnation })
    }

    fn create_topic(
        &mut self,
        name: String,
        id: Uuid,
        assignment: Assignment,
        config: BTreeMap<String, String>,
        unavailable: &BTreeSet<BrokerId>,
    ) -> Applied {
        if let Some(same) = self.topic_by_id(&id) {
            return if same.name == name {
                Ok(Outcome::TopicCreated(Topic::clone(same)))
            } else {
                Err(MetadataError::TopicIdTaken { id, owner: same.name.clone() })
            };
        }
        self.check_new_name(&name)?;
        validate_config(&config)?;
        let replicas = match assignment {
            Assignment::Automatic { partitions, replication_factor } => {
                let count = positive(partitions)?;
                self.check_partition_count(0, count)?;
                self.place_new(count, replication_factor, unavailable)?
            }
            Assignment::Explicit(replicas) => {
                self.check_partition_count(0, positive(replicas.len() as i32)?)?;
                let replication_factor = replicas.first().map_or(0, Vec::len);
                self.check_explicit(&replicas, replication_factor)?;
                replicas
            }
        };
        let internal = is_internal(&name);
        let partitions = self.open_partitions(replicas);
        let topic = Topic { name, id, internal, partitions, config };
        self.put_topic(topic.clone());
        Ok(Outcome::TopicCreated(topic))
    }

    fn delete_topic(&mut self, id: Uuid) -> Applied {
        let topic = self.remove_topic(&id).ok_or(MetadataError::UnknownTopic { id })?;
        Ok(Outcome::TopicDeleted(Arc::unwrap_or_clone(topic)))
    }

    fn create_partitions(
        &mut self,
        id: Uuid,
        total: i32,
        replicas: Option<Vec<Vec<BrokerId>>>,
        unavailable: &BTreeSet<BrokerId>,
    ) -> Applied {
        let mut topic = self.existing(id)?;
        let have = topic.partitions.len();
        let total = positive(total)?;
        if total <= have {
            return Err(MetadataError::InvalidPartitions {
                reason: format!(
                    "topic '{}' has {have} partitions already and cannot be set to {total}; partitions can \
                     only be added",
                    topic.name
                ),
            });
        }
        let wanted = total - have;
        self.check_partition_count(have, wanted)?;
        let replicas = match replicas {
            None => self.place_new(wanted, topic.replication_factor(), unavailable)?,
            Some(replicas) if replicas.len() == wanted => {
                self.check_explicit(&replicas, topic.replication_factor() as usize)?;
                replicas
            }
            Some(replicas) => {
                return Err(MetadataError::InvalidReplicaAssignment {
                    reason: format!("{wanted} new partitions but {} assignments", replicas.len()),
                });
            }
        };
        topic.partitions.extend(self.open_partitions(replicas));
        self.put_topic(topic.clone());
        Ok(Outcome::PartitionsCreated(topic))
    }

    fn alter_topic_config(&mut self, id: Uuid, changes: BTreeMap<String, Option<String>>) -> Applied {
        let mut topic = self.existing(id)?;
        for (name, value) in changes {
            match value {
                Some(value) => topic.config.insert(name, value),
                None => topic.config.remove(&name),
            };
        }
        validate_config(&topic.config)?;
        self.put_topic(topic.clone());
        Ok(Outcome::TopicConfigAltered(topic))
    }

    fn allocate_producer_ids(&mut self, count: u32) -> Applied {
        let first = self.next_producer_id;
        if !(1..=MAX_PRODUCER_ID_RANGE).contains(&count) {
            return Err(MetadataError::InvalidRequest {
                reason: format!("{count} producer ids asked for, not 1 to {MAX_PRODUCER_ID_RANGE}"),
            });
        }
        self.next_producer_id = first.checked_add(i64::from(count)).ok_or_else(|| {
            MetadataError::LimitReached { reason: "all producer ids have been given out".into() }
        })?;
        Ok(Outcome::ProducerIds { first, count })
    }

    fn existing(&self, id: Uuid) -> Result<Topic, MetadataError> {
        self.topic_by_id(&id).map(|t| Topic::clone(t)).ok_or(MetadataError::UnknownTopic { id })
    }

    fn check_new_name(&self, name: &str) -> Result<(), MetadataError> {
        let invalid = |reason| MetadataError::InvalidTopicName { name: readable(name), reason };
        validate_name(name).map_err(invalid)?;
        match self.colliding_topic(name) {
            None => Ok(()),
            Some(same) if same.name == name => Err(MetadataError::TopicExists { name: name.to_owned() }),
            Some(other) => Err(invalid(format!(
                "it collides with topic '{}': '.' and '_' look the same in metric names",
                other.name
            ))),
        }
    }

    fn check_partition_count(&self, have: usize, wanted: usize) -> Result<(), MetadataError> {
        if have.saturating_add(wanted) > MAX_PARTITIONS_PER_TOPIC {
            return Err(MetadataError::InvalidPartitions {
                reason: format!("a topic can have at most {MAX_PARTITIONS_PER_TOPIC} partitions"),
            });
        }
        if self.partition_count().saturating_add(wanted) > MAX_PARTITIONS {
            return Err(MetadataError::LimitReached {
                reason: format!(
                    "the cluster has {} partitions and can have at most {MAX_PARTITIONS}; delete topics first",
                    self.partition_count()
                ),
            });
        }
        Ok(())
    }

    fn place_new(
        &self,
        partitions: usize,
        replication_factor: i16,
        unavailable: &BTreeSet<BrokerId>,
    ) -> Result<Vec<Vec<BrokerId>>, MetadataError> {
        let invalid = |reason| MetadataError::InvalidReplicationFactor { reason };
        let wanted = usize::try_from(replication_factor)
            .ok()
            .filter(|rf| *rf > 0)
            .ok_or_else(|| invalid(format!("replication factor {replication_factor} is not at least 1")))?;
        place(self.candidates(unavailable), partitions, wanted).ok_or_else(|| {
            invalid(format!(
                "replication factor {wanted} is larger than the number of registered brokers, {}",
                self.brokers().len()
            ))
        })
    }

    fn check_explicit(
        &self,
        assignments: &[Vec<BrokerId>],
        replication_factor: usize,
    ) -> Result<(), MetadataError> {
        let fail = |reason| Err(MetadataError::InvalidReplicaAssignment { reason });
        for (index, replicas) in assignments.iter().enumerate() {
            if replicas.is_empty() {
                return fail(format!("assignment {index} names no replica"));
            }
            if replicas.len() != replication_factor {
                return fail(format!(
                    "assignment {index} names {} replicas, the others {replication_factor}; every partition of \
                     a topic has the same number",
                    replicas.len()
                ));
            }
            if let Some(id) = replicas.iter().find(|id| self.broker(**id).is_none()) {
                return fail(format!("assignment {index} names broker {id}, which is not registered"));
            }
            if replicas.iter().collect::<BTreeSet<_>>().len() < replicas.len() {
                return fail(format!("assignment {index} names a broker twice"));
            }
        }
        Ok(())
    }

    /// Gives each new partition its Raft group.
    fn open_partitions(&mut self, assignments: Vec<Vec<BrokerId>>) -> Vec<Partition> {
        let first = self.next_group;
        self.next_group += assignments.len() as u64;
        let replica = |broker| Replica {
            broker,
            incarnation: self.broker(broker).map_or(FIRST_INCARNATION, |b| b.incarnation),
        };
        (first..)
            .zip(assignments)
            .map(|(group, ids)| Partition { group, replicas: ids.into_iter().map(replica).collect() })
            .collect()
    }
}

/// A number of partitions.
fn positive(partitions: i32) -> Result<usize, MetadataError> {
    usize::try_from(partitions).ok().filter(|n| *n > 0).ok_or_else(|| MetadataError::InvalidPartitions {
        reason: format!("the number of partitions is {partitions}; it must be at least 1"),
    })
}
