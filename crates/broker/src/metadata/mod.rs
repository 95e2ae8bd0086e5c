//! The metadata group's state machine: which brokers, topics, partitions and
//! settings the cluster has agreed on.
//!
//! Everything here is pure. A [`Command`] is applied to a [`MetadataImage`] in
//! log order, on every broker, and must give the same image and the same
//! [`Outcome`] everywhere: no clock, no randomness, no I/O, no liveness.
//! Whatever needs chance (topic ids, keys) or knowledge of the moment (which
//! brokers are down) is put into the command by its proposer.
//!
//! What is not here: who leads a partition, and who is in its ISR. Those
//! belong to the partition's own Raft group.

mod apply;
mod command;
mod error;
mod image;
mod placement;
mod topic_config;
mod topic_name;

#[cfg(test)]
mod tests;

pub use command::{Assignment, Command, Outcome};
pub use error::MetadataError;
pub use image::{
    AdminKey, Broker, BrokerId, Endpoints, FIRST_INCARNATION, FIRST_PARTITION_GROUP, GroupId, METADATA_GROUP,
    MetadataImage, Partition, PartitionRef, Replica, Topic,
};
pub use placement::{Candidate, Load, place};
pub use topic_config::{
    ConfigEntry, ConfigError, ConfigSource, ConfigType, MAX_MESSAGE_BYTES_LIMIT, TopicDefaults, describe,
    max_message_bytes, min_insync_replicas, validate_config,
};
pub use topic_name::{CONSUMER_OFFSETS, MAX_TOPIC_NAME, TRANSACTION_STATE, is_internal, validate_name};
