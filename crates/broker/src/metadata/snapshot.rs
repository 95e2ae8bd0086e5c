//! The image as it is stored: the snapshot of the metadata group.
//!
//! Indexes are left out and built again. What earlier versions wrote is read; what contradicts itself is refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::broker::{Broker, BrokerId, Endpoints, FIRST_INCARNATION};
use super::image::{AdminKey, MetadataImage, Topic};
use super::key::AccessKey;
use super::operation::Operation;
use super::partition::GroupId;

/// The snapshot as it is written.
#[derive(Serialize)]
struct Written<'a> {
    cluster_id: Option<&'a str>,
    admin_key: Option<&'a AdminKey>,
    keys: Vec<&'a AccessKey>,
    next_group: GroupId,
    next_incarnation: u32,
    next_operation: u64,
    next_producer_id: i64,
    brokers: Vec<&'a Broker>,
    invited: &'a BTreeMap<BrokerId, Endpoints>,
    retired: &'a BTreeMap<Uuid, BrokerId>,
    operations: Vec<&'a Operation>,
    topics: Vec<&'a Topic>,
}

/// The snapshot as it is read. What has a default is missing in snapshots of versions that could not change the
/// cluster's shape.
#[derive(Deserialize)]
struct Read {
    cluster_id: Option<String>,
    admin_key: Option<AdminKey>,
    #[serde(default)]
    keys: Vec<AccessKey>,
    next_group: GroupId,
    #[serde(default = "first_drawn_incarnation")]
    next_incarnation: u32,
    #[serde(default = "first_operation")]
    next_operation: u64,
    next_producer_id: i64,
    brokers: Vec<Broker>,
    #[serde(default)]
    invited: BTreeMap<BrokerId, Endpoints>,
    #[serde(default)]
    retired: BTreeMap<Uuid, BrokerId>,
    #[serde(default)]
    operations: Vec<Operation>,
    topics: Vec<Topic>,
}

fn first_drawn_incarnation() -> u32 {
    FIRST_INCARNATION + 1
}

fn first_operation() -> u64 {
    1
}

impl Serialize for MetadataImage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            cluster_id: self.cluster_id(),
            admin_key: self.admin_key(),
            keys: self.keys.values().collect(),
            next_group: self.next_group,
            next_incarnation: self.next_incarnation,
            next_operation: self.next_operation,
            next_producer_id: self.next_producer_id,
            brokers: self.brokers.values().collect(),
            invited: &self.invited,
            retired: &self.retired,
            operations: self.operations().collect(),
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
        check_counters(&read)?;
        let mut image = Self::new();
        image.cluster_id = read.cluster_id;
        image.admin_key = read.admin_key;
        image.keys = Arc::new(read.keys.into_iter().map(|k| (k.id.clone(), k)).collect());
        image.next_group = read.next_group;
        image.next_incarnation = read.next_incarnation;
        image.next_operation = read.next_operation;
        image.next_producer_id = read.next_producer_id;
        image.brokers = Arc::new(read.brokers.into_iter().map(|b| (b.id, b)).collect());
        image.invited = Arc::new(read.invited);
        image.retired = Arc::new(read.retired);
        image.operations = Arc::new(read.operations.into_iter().map(|o| (o.id, o)).collect());
        let mut partitions = 0;
        for topic in read.topics {
            if image.topic_by_id(&topic.id).is_some() || image.colliding_topic(&topic.name).is_some() {
                return Err(format!("the snapshot holds topic '{}' twice", topic.name));
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

/// What is numbered by a counter is below it: a number given out again would give two logs one name.
fn check_counters(read: &Read) -> Result<(), String> {
    if let Some(broker) = read.brokers.iter().find(|b| b.incarnation >= read.next_incarnation) {
        return Err(not_given_out(format!("broker {}", broker.id), "incarnation", broker.incarnation));
    }
    if let Some(operation) = read.operations.iter().find(|o| o.id >= read.next_operation) {
        return Err(not_given_out("an operation".into(), "number", operation.id));
    }
    for topic in &read.topics {
        for partition in &topic.partitions {
            let name = || format!("topic '{}'", topic.name);
            if partition.group >= read.next_group {
                return Err(not_given_out(name(), "group", partition.group));
            }
            if let Some(replica) = partition.members().find(|r| r.incarnation >= read.next_incarnation) {
                return Err(not_given_out(name(), "incarnation", replica.incarnation));
            }
        }
    }
    Ok(())
}

fn not_given_out(object: String, what: &str, number: impl std::fmt::Display) -> String {
    format!("the snapshot contradicts itself: {object} uses {what} {number}, which is not given out yet")
}
