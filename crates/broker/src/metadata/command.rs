//! What can be written to the metadata log, and what comes back.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::broker::{BrokerId, Endpoints, Standing};
use super::image::{AdminKey, Topic};
use super::key::AccessKey;
use super::operation::{Operation, OperationKind, OperationResult};
use super::partition::{GroupId, Replica};

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
        /// By what right it registers.
        #[serde(default)]
        standing: Standing,
    },
    /// Lets a broker register that is no founder.
    InviteBroker {
        /// Its `node_id`.
        id: BrokerId,
        /// Where it will be reached. It may say otherwise when it registers.
        endpoints: Endpoints,
    },
    /// Takes an invitation back. Nothing happens if there is none.
    CancelInvitation {
        /// Whose.
        id: BrokerId,
    },
    /// Takes a broker that is being removed, and holds nothing any more, out of the cluster for good.
    RemoveBroker {
        /// Which one.
        id: BrokerId,
    },
    /// Keeps leaderships away from a broker, or lets them come back.
    SetDrained {
        /// Which one.
        id: BrokerId,
        /// Whether it shall lead nothing.
        drained: bool,
    },
    /// Sets where the replicas of partitions shall be. All of the moves, or none if one is refused.
    MoveReplicas {
        /// At most one per partition. Partitions that do not exist any more are left out.
        moves: Vec<MoveRequest>,
    },
    /// Says that the membership of a partition's Raft group is what its move wanted. Proposed by its leader.
    FinishMove {
        /// The partition.
        group: GroupId,
        /// What the membership is.
        target: Vec<Replica>,
    },
    /// Sends moving partitions back to the replicas that they had. [`Command::FinishMove`] ends this move as well.
    CancelMoves {
        /// The partitions; those that do not move are left out.
        groups: Vec<GroupId>,
    },
    /// Starts a change of the cluster's shape. One runs at a time.
    StartOperation {
        /// What it is to achieve.
        kind: OperationKind,
        /// The proposer's clock, in milliseconds since 1970.
        now_ms: i64,
        /// How many partitions the proposer's plan moves. Not asked of the removal of a node: it moves what the node
        /// holds.
        #[serde(default)]
        partitions: u64,
    },
    /// Ends an operation.
    FinishOperation {
        /// Which one.
        id: u64,
        /// How it ended. The first end wins.
        result: OperationResult,
        /// The proposer's clock, in milliseconds since 1970.
        now_ms: i64,
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
    /// Grows a topic to a number of partitions, unless it has as many, and changes its settings: both or nothing.
    AlterTopic {
        /// Which topic.
        topic: Uuid,
        /// How many partitions it shall have afterwards. The new ones are placed automatically.
        total: i32,
        /// Setting by name, as in [`Command::AlterTopicConfig`].
        changes: BTreeMap<String, Option<String>>,
        /// Brokers that the proposer believes to be down: placed on last.
        unavailable: BTreeSet<BrokerId>,
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
    /// Adds an API key.
    CreateKey {
        /// With an id that the proposer drew; it also recognises a repeated proposal.
        key: AccessKey,
    },
    /// Takes an API key away. Nothing happens if there is none.
    RevokeKey {
        /// Its id.
        id: String,
    },
}

/// Where the replicas of one partition shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveRequest {
    /// The partition.
    pub group: GroupId,
    /// The brokers, the preferred leader first. One that holds a replica keeps it, unless the replica is lost.
    pub replicas: Vec<BrokerId>,
    /// Those of `replicas` whose replica is damaged and is to be made again under a new Raft id. No effect while such a
    /// new one is under way, so that a repeated proposal does not make another.
    #[serde(default)]
    pub renew: Vec<BrokerId>,
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
    /// The broker may register, or has already.
    BrokerInvited,
    /// The broker has no invitation (any more).
    InvitationCancelled,
    /// The broker is not a member (any more).
    BrokerRemoved,
    /// The broker is drained as asked.
    DrainedSet,
    /// The replicas are assigned.
    MovesStarted {
        /// Of the partitions asked for, those that have to move. The others have only got another order.
        groups: Vec<GroupId>,
    },
    /// The partition's replicas are those of the target.
    MoveFinished,
    /// The moves have been turned back.
    MovesCancelled {
        /// Of the partitions asked for, those that are moving.
        groups: Vec<GroupId>,
    },
    /// The operation, running.
    OperationStarted(Operation),
    /// The operation, ended: now, or before.
    OperationFinished(Operation),
    /// The topic exists as described.
    TopicCreated(Topic),
    /// The topic is gone; its groups are to be destroyed.
    TopicDeleted(Topic),
    /// The topic has this many partitions now.
    PartitionsCreated(Topic),
    /// The topic's settings are as described.
    TopicConfigAltered(Topic),
    /// The topic's partitions and settings are as described.
    TopicAltered(Topic),
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
    /// The API key is valid.
    KeyCreated,
    /// The API key is not valid (any more).
    KeyRevoked,
}
