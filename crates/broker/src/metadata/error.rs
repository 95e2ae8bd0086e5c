//! Why a command was refused. Part of the log's answer, so it is data: the
//! same on every broker, and it travels from the leader to the proposer.

use chronik_common::HostPort;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::broker::BrokerId;
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
    /// Another API key has the id that the proposer drew.
    #[error("another API key has the id {id}; create it again")]
    KeyExists {
        /// The id.
        id: String,
    },
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
    /// The broker is neither a member nor invited.
    #[error(
        "node {id} is not a member of this cluster (the members are {}) and has not been invited; \
         invite it first: chronikctl add-node {id}",
        listed(members)
    )]
    NotInvited {
        /// The broker id.
        id: BrokerId,
        /// Who is a member.
        members: Vec<BrokerId>,
    },
    /// The data directory is that of a removed or replaced broker.
    #[error(
        "data directory {directory} was that of node {owner}, which has since been removed from the cluster or \
         replaced; it must never serve again: start node {id} with an empty data directory"
    )]
    DirectoryRetired {
        /// The broker id that asked.
        id: BrokerId,
        /// The directory that it asked with.
        directory: Uuid,
        /// Whose directory it was.
        owner: BrokerId,
    },
    /// No broker of that id is registered.
    #[error("no node has the id {id}; the nodes are {}", listed(known))]
    UnknownBroker {
        /// The broker id.
        id: BrokerId,
        /// Those that are registered.
        known: Vec<BrokerId>,
    },
    /// The broker id is in use under other addresses.
    #[error(
        "node {id} {} with other addresses (Raft at {raft}); use an unused node id, or {} first",
        if *.invited { "has been invited" } else { "is a member of the cluster" },
        if *.invited { "cancel that invitation" } else { "remove that node" }
    )]
    BrokerExists {
        /// The broker id.
        id: BrokerId,
        /// Whether it is only invited.
        invited: bool,
        /// Where other nodes reach it with control traffic.
        raft: HostPort,
    },
    /// An address belongs to another broker.
    #[error("node {id} cannot have the address {address}: it is node {owner}'s; give every node its own")]
    AddressTaken {
        /// The broker id that asked.
        id: BrokerId,
        /// The address.
        address: HostPort,
        /// The broker, or invited broker, that has it.
        owner: BrokerId,
    },
    /// The broker cannot be removed while partitions name it.
    #[error(
        "node {id} still holds replicas of {partitions} partition(s), {example} among them; \
         it can be removed once they have moved"
    )]
    BrokerInUse {
        /// The broker id.
        id: BrokerId,
        /// How many partitions name it.
        partitions: u64,
        /// One of them.
        example: String,
    },
    /// Nobody decided (any more) that the broker shall go.
    #[error("node {id} is not being removed; start its removal first: chronikctl remove-node {id}")]
    BrokerNotDraining {
        /// The broker id.
        id: BrokerId,
    },
    /// A cluster has at least one broker.
    #[error("node {id} is the last one and cannot be removed; add another node first")]
    LastBroker {
        /// The broker id.
        id: BrokerId,
    },
    /// A topic would have more replicas than there are brokers.
    #[error(
        "without node {id}, {remaining} node(s) would remain, but topic '{topic}' has replication factor \
         {replication_factor}; add a node first, or lower the topic's replication factor"
    )]
    TooFewBrokers {
        /// The broker that was to be removed.
        id: BrokerId,
        /// How many would remain.
        remaining: u64,
        /// The topic with the highest replication factor.
        topic: String,
        /// That factor.
        replication_factor: u64,
    },
    /// Another operation is being carried out.
    #[error(
        "operation {operation} ({what}) is running, and only one does at a time; wait for it or cancel it"
    )]
    OperationRunning {
        /// Its number.
        operation: u64,
        /// What it does.
        what: String,
    },
    /// The operation is not known (any more).
    #[error("no operation has the number {id}; those that ended long ago are forgotten")]
    UnknownOperation {
        /// The number.
        id: u64,
    },
    /// The move is not the one that was asked about (any more).
    #[error(
        "partition {partition} has another target by now, or has been deleted; go by the newest metadata"
    )]
    StaleMove {
        /// The partition's group.
        group: u64,
        /// The partition as people know it.
        partition: String,
    },
    /// A topic of that name does not exist.
    #[error("topic '{name}' does not exist")]
    UnknownTopicName {
        /// The name, cut to a readable length.
        name: String,
    },
    /// A value that no correct proposer sends.
    #[error("{reason}")]
    InvalidRequest {
        /// What is wrong with it.
        reason: String,
    },
}

/// What the protocols of clients make of an error.
struct Codes {
    name: &'static str,
    http: u16,
    kafka: i16,
}

impl MetadataError {
    /// A name of the kind of error that never changes.
    pub fn code(&self) -> &'static str {
        self.codes().name
    }

    /// The status of an HTTP response that says the same.
    pub fn http_status(&self) -> u16 {
        self.codes().http
    }

    /// The error code of the Kafka protocol that says the same.
    pub fn kafka_code(&self) -> i16 {
        self.codes().kafka
    }

    fn codes(&self) -> Codes {
        let (name, http, kafka) = match self {
            Self::TopicExists { .. } => ("topic_exists", 409, 36),
            Self::TopicIdTaken { .. } => ("topic_id_taken", 409, 42),
            Self::InvalidTopicName { .. } => ("invalid_topic_name", 400, 17),
            Self::UnknownTopic { .. } => ("unknown_topic", 404, 100),
            Self::UnknownTopicName { .. } => ("unknown_topic", 404, 3),
            Self::InvalidPartitions { .. } => ("invalid_partitions", 400, 37),
            Self::InvalidReplicationFactor { .. } => ("invalid_replication_factor", 400, 38),
            Self::InvalidReplicaAssignment { .. } => ("invalid_replica_assignment", 400, 39),
            Self::InvalidConfig(_) => ("invalid_config", 400, 40),
            Self::KeyExists { .. } => ("key_exists", 409, 42),
            Self::LimitReached { .. } => ("limit_reached", 409, 44),
            Self::BrokerIdTaken { .. } => ("node_id_taken", 409, 101),
            Self::NotInvited { .. } => ("not_invited", 409, 102),
            Self::DirectoryRetired { .. } => ("directory_retired", 409, 101),
            Self::UnknownBroker { .. } => ("unknown_node", 404, 102),
            Self::BrokerExists { .. } => ("node_exists", 409, 101),
            Self::AddressTaken { .. } => ("address_taken", 409, 101),
            Self::BrokerInUse { .. } => ("broker_in_use", 409, 42),
            Self::BrokerNotDraining { .. } => ("node_not_being_removed", 409, 42),
            Self::LastBroker { .. } | Self::TooFewBrokers { .. } => ("too_few_nodes", 409, 38),
            Self::OperationRunning { .. } => ("operation_running", 409, 60),
            Self::UnknownOperation { .. } => ("unknown_operation", 404, 42),
            Self::StaleMove { .. } => ("stale_move", 409, 85),
            Self::InvalidRequest { .. } => ("invalid_request", 400, 42),
        };
        Codes { name, http, kafka }
    }
}

pub(super) fn listed(ids: &[BrokerId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
