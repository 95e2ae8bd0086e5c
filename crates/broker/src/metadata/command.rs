//! What can be written to the metadata log, and what comes back.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::image::{AdminKey, BrokerId, Endpoints, Topic};

/// A change of the cluster's metadata, as it is written to the log (JSON).
///
/// Every command may be proposed twice, because a proposer that lost its
/// answer tries again. The second application never does the work again: it
/// gives the same outcome, or an error that says that it is done.
/// [`Command::AllocateProducerIds`] is the exception; the range of the lost
/// answer is never used, which is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Gives the cluster its id. The first one wins.
    SetClusterId {
        /// The id that the proposer drew.
        cluster_id: String,
    },
    /// Adds a broker, or renews the addresses of a known one.
    RegisterBroker {
        /// The broker's configured `node_id`.
        id: BrokerId,
        /// Drawn when the data directory was created: two directories under
        /// one broker id are two different brokers.
        directory_id: Uuid,
        /// Where others reach it.
        endpoints: Endpoints,
        /// The failure domain, if it has been told.
        rack: Option<String>,
        /// The version of the software.
        version: String,
    },
    /// Creates a topic with all its partitions.
    CreateTopic {
        /// The topic's name.
        name: String,
        /// Drawn by the proposer; it also recognises a repeated proposal.
        id: Uuid,
        /// How many partitions and where.
        assignment: Assignment,
        /// Topic settings that differ from the defaults.
        #[serde(default)]
        config: BTreeMap<String, String>,
        /// Brokers that the proposer believes to be down: placed on last.
        #[serde(default)]
        unavailable: BTreeSet<BrokerId>,
    },
    /// Deletes a topic and its partitions.
    DeleteTopic {
        /// By id, so that a repeated proposal cannot delete a namesake that
        /// was created in between.
        id: Uuid,
    },
    /// Grows a topic to a number of partitions.
    CreatePartitions {
        /// Which topic.
        topic: Uuid,
        /// How many partitions it shall have afterwards.
        total: i32,
        /// The replicas of each new partition; `None`: placed automatically.
        #[serde(default)]
        replicas: Option<Vec<Vec<BrokerId>>>,
        /// Brokers that the proposer believes to be down: placed on last.
        #[serde(default)]
        unavailable: BTreeSet<BrokerId>,
    },
    /// Sets (`Some`) and resets (`None`) settings of a topic.
    AlterTopicConfig {
        /// Which topic.
        topic: Uuid,
        /// Setting by name.
        changes: BTreeMap<String, Option<String>>,
    },
    /// Reserves a range of producer ids for one broker to hand out.
    AllocateProducerIds {
        /// How many.
        count: u32,
    },
    /// Gives the cluster its admin API key. The first one wins.
    SetAdminKey {
        /// The key that the proposer drew or was configured with.
        key: AdminKey,
    },
}

/// Where the partitions of a new topic go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// Spread over the brokers by [`super::place`].
    Automatic {
        /// Number of partitions, at least 1.
        partitions: i32,
        /// Replicas of each partition, at least 1.
        replication_factor: i16,
    },
    /// The replicas of each partition, its preferred leader first.
    Explicit(Vec<Vec<BrokerId>>),
}

/// What an applied [`Command`] did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outcome {
    /// The cluster's id: the proposed one, or the one that was there first.
    ClusterId {
        /// The id in force.
        cluster_id: String,
    },
    /// The broker is registered.
    BrokerRegistered {
        /// Its part of the Raft node id (broker id, incarnation).
        incarnation: u32,
    },
    /// The topic exists as described.
    TopicCreated(Topic),
    /// The topic is gone; its groups are to be destroyed.
    TopicDeleted(Topic),
    /// The topic has this many partitions now.
    PartitionsCreated(Topic),
    /// The topic's settings are as described.
    TopicConfigAltered(Topic),
    /// Producer ids `first .. first + count` belong to the proposer.
    ProducerIds {
        /// The first id of the range.
        first: i64,
        /// How many.
        count: u32,
    },
    /// The admin key in force: the proposed one, or the one there first.
    AdminKey {
        /// The key in force.
        key: AdminKey,
    },
}
