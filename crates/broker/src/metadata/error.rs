//! Why a command was refused. Part of the log's answer, so it is data: the
//! same on every broker, and it travels from the leader to the proposer.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::image::BrokerId;
use super::topic_config::ConfigError;

/// A refused command. The image is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MetadataError {
    /// A topic of that name exists.
    #[error("topic '{name}' already exists")]
    TopicExists {
        /// The name.
        name: String,
    },
    /// Another topic has the id that the proposer drew.
    #[error("topic id {id} already belongs to topic '{owner}'; propose again with a new id")]
    TopicIdTaken {
        /// The id.
        id: Uuid,
        /// Its topic.
        owner: String,
    },
    /// The name breaks Kafka's rules.
    #[error("topic name '{name}' is invalid: {reason}")]
    InvalidTopicName {
        /// The name, cut to a readable length.
        name: String,
        /// Which rule.
        reason: String,
    },
    /// The topic does not exist (any more).
    #[error("no topic has the id {id}; it may have been deleted")]
    UnknownTopic {
        /// The id.
        id: Uuid,
    },
    /// The number of partitions cannot be had.
    #[error("{reason}")]
    InvalidPartitions {
        /// Why.
        reason: String,
    },
    /// The replication factor cannot be had.
    #[error("{reason}")]
    InvalidReplicationFactor {
        /// Why.
        reason: String,
    },
    /// The explicit assignment is inconsistent.
    #[error("{reason}")]
    InvalidReplicaAssignment {
        /// Why.
        reason: String,
    },
    /// A topic setting was refused.
    #[error(transparent)]
    InvalidConfig(#[from] ConfigError),
    /// A limit that protects the cluster.
    #[error("{reason}")]
    LimitReached {
        /// Which limit, and what to do.
        reason: String,
    },
    /// The broker id belongs to another data directory.
    #[error(
        "broker id {id} is registered by another data directory (it is {registered}, this one is {offered}); \
         start this node with an unused node_id, or with the data directory that it had"
    )]
    BrokerIdTaken {
        /// The broker id.
        id: BrokerId,
        /// The directory that has it.
        registered: Uuid,
        /// The directory that asked.
        offered: Uuid,
    },
    /// A value that no correct proposer sends.
    #[error("{reason}")]
    InvalidRequest {
        /// What is wrong with it.
        reason: String,
    },
}

impl MetadataError {
    /// The error code of the Kafka protocol that says the same.
    pub fn kafka_code(&self) -> i16 {
        match self {
            Self::TopicExists { .. } => 36,
            Self::InvalidTopicName { .. } => 17,
            Self::UnknownTopic { .. } => 100,
            Self::InvalidPartitions { .. } => 37,
            Self::InvalidReplicationFactor { .. } => 38,
            Self::InvalidReplicaAssignment { .. } => 39,
            Self::InvalidConfig(_) => 40,
            Self::LimitReached { .. } => 44,
            Self::BrokerIdTaken { .. } => 101,
            Self::TopicIdTaken { .. } | Self::InvalidRequest { .. } => 42,
        }
    }
}
