//! Topics: creating, growing, configuring and deleting them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::Applied;
use crate::metadata::broker::{BrokerId, FIRST_INCARNATION};
use crate::metadata::command::{Assignment, Outcome};
use crate::metadata::error::MetadataError;
use crate::metadata::image::{MetadataImage, Topic};
use crate::metadata::partition::{Partition, Replica};
use crate::metadata::placement::place;
use crate::metadata::topic_config::{readable, validate_config};
use crate::metadata::topic_name::{is_internal, validate_name};

/// Most partitions of one topic.
const MAX_PARTITIONS_PER_TOPIC: usize = 10_000;
/// Most partitions of the cluster: each is a Raft group on several brokers.
const MAX_PARTITIONS: usize = 200_000;

impl MetadataImage {
    pub(super) fn create_topic(
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

    pub(super) fn delete_topic(&mut self, id: Uuid) -> Applied {
        let topic = self.remove_topic(&id).ok_or(MetadataError::UnknownTopic { id })?;
        Ok(Outcome::TopicDeleted(Arc::unwrap_or_clone(topic)))
    }

    pub(super) fn create_partitions(
        &mut self,
        id: Uuid,
        total: i32,
        replicas: Option<Vec<Vec<BrokerId>>>,
        unavailable: &BTreeSet<BrokerId>,
    ) -> Applied {
        let mut topic = self.existing(id)?;
        let replicas = self.place_more(&topic, total, replicas, unavailable)?;
        topic.partitions.extend(self.open_partitions(replicas));
        self.put_topic(topic.clone());
        Ok(Outcome::PartitionsCreated(topic))
    }

    pub(super) fn alter_topic_config(
        &mut self,
        id: Uuid,
        changes: BTreeMap<String, Option<String>>,
    ) -> Applied {
        let mut topic = self.existing(id)?;
        change_settings(&mut topic, changes)?;
        self.put_topic(topic.clone());
        Ok(Outcome::TopicConfigAltered(topic))
    }

    pub(super) fn alter_topic(
        &mut self,
        id: Uuid,
        total: i32,
        changes: BTreeMap<String, Option<String>>,
        unavailable: &BTreeSet<BrokerId>,
    ) -> Applied {
        let mut topic = self.existing(id)?;
        change_settings(&mut topic, changes)?;
        // Repeated, it has them.
        if usize::try_from(total) != Ok(topic.partitions.len()) {
            let replicas = self.place_more(&topic, total, None, unavailable)?;
            topic.partitions.extend(self.open_partitions(replicas));
        }
        self.put_topic(topic.clone());
        Ok(Outcome::TopicAltered(topic))
    }

    /// Where the partitions go that the topic lacks.
    fn place_more(
        &self,
        topic: &Topic,
        total: i32,
        replicas: Option<Vec<Vec<BrokerId>>>,
        unavailable: &BTreeSet<BrokerId>,
    ) -> Result<Vec<Vec<BrokerId>>, MetadataError> {
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
        match replicas {
            None => self.place_new(wanted, topic.replication_factor(), unavailable),
            Some(replicas) if replicas.len() == wanted => {
                self.check_explicit(&replicas, topic.replication_factor() as usize)?;
                Ok(replicas)
            }
            Some(replicas) => Err(MetadataError::InvalidReplicaAssignment {
                reason: format!("{wanted} new partitions but {} assignments", replicas.len()),
            }),
        }
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
            let draining = self.brokers().values().filter(|b| b.draining).count();
            let registered = self.brokers().len();
            invalid(if draining == 0 {
                format!(
                    "replication factor {wanted} is larger than the number of registered brokers, {registered}"
                )
            } else {
                format!(
                    "replication factor {wanted} is larger than the number of brokers to place on, {}: \
                     {draining} of the {registered} registered brokers are being removed",
                    registered - draining
                )
            })
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
            if let Some(id) = replicas.iter().find(|id| self.broker(**id).is_some_and(|b| b.draining)) {
                return fail(format!("assignment {index} names broker {id}, which is being removed"));
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
            .map(|(group, ids)| Partition::new(group, ids.into_iter().map(replica).collect()))
            .collect()
    }
}

fn change_settings(
    topic: &mut Topic,
    changes: BTreeMap<String, Option<String>>,
) -> Result<(), MetadataError> {
    for (name, value) in changes {
        match value {
            Some(value) => topic.config.insert(name, value),
            None => topic.config.remove(&name),
        };
    }
    Ok(validate_config(&topic.config)?)
}

/// A number of partitions.
fn positive(partitions: i32) -> Result<usize, MetadataError> {
    usize::try_from(partitions).ok().filter(|n| *n > 0).ok_or_else(|| MetadataError::InvalidPartitions {
        reason: format!("the number of partitions is {partitions}; it must be at least 1"),
    })
}
