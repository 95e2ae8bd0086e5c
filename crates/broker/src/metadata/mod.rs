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
mod broker;
mod command;
mod error;
mod image;
mod key;
mod operation;
mod partition;
mod placement;
mod snapshot;
mod topic_config;
mod topic_name;

#[cfg(test)]
mod tests;

pub use broker::{Broker, BrokerId, Endpoints, FIRST_INCARNATION, Standing};
pub use command::{Assignment, Command, MoveRequest, Outcome};
pub use error::MetadataError;
pub use image::{AdminKey, MetadataImage, PartitionRef, Topic};
pub use key::{AccessKey, MAX_KEYS};
pub use operation::{Operation, OperationKind, OperationResult, OperationState};
pub use partition::{FIRST_PARTITION_GROUP, GroupId, METADATA_GROUP, Move, Partition, Replica};
pub use placement::{Candidate, Load, place};
pub use topic_config::{
    ConfigEntry, ConfigError, ConfigSource, ConfigType, MAX_MESSAGE_BYTES_LIMIT, TopicDefaults,
    deletes_records, describe, max_message_bytes, min_insync_replicas, retention_bytes, retention_ms,
    validate_config,
};
pub use topic_name::{CONSUMER_OFFSETS, MAX_TOPIC_NAME, TRANSACTION_STATE, is_internal, validate_name};
