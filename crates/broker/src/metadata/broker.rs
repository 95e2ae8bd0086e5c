//! The members of the cluster: what is agreed on about each broker.
//!
//! Must never: know whether a broker is alive. That is seen, not agreed on.

use chronik_common::HostPort;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A broker's configured `node_id`.
pub type BrokerId = i32;

/// The incarnation of a founder of the cluster. Every later one is drawn from the image's counter.
pub const FIRST_INCARNATION: u32 = 1;

/// Where a broker is reached. These are the advertised addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Kafka clients.
    pub kafka: HostPort,
    /// Bulk traffic of other brokers.
    pub wal: HostPort,
    /// Control traffic of other brokers.
    pub raft: HostPort,
    /// The admin API.
    pub admin: HostPort,
}

impl Endpoints {
    /// All four.
    pub fn all(&self) -> [&HostPort; 4] {
        [&self.kafka, &self.wal, &self.raft, &self.admin]
    }

    /// An address that both claim. No two listeners can have one, whatever they listen for.
    pub fn shared_with(&self, other: &Self) -> Option<&HostPort> {
        self.all().into_iter().find(|address| other.all().contains(address))
    }
}

/// A registered broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broker {
    /// Its configured `node_id`.
    pub id: BrokerId,
    /// Counts the logs this id has had: (id, incarnation) is the Raft node id
    /// and is never used again with another log.
    pub incarnation: u32,
    /// The data directory that registered.
    pub directory_id: Uuid,
    /// Where it is reached.
    pub endpoints: Endpoints,
    /// Its failure domain.
    pub rack: Option<String>,
    /// The version of its software.
    pub version: String,
    /// Being removed: nothing new is placed on it and nothing is moved to it.
    #[serde(default)]
    pub draining: bool,
    /// Leaderships are kept away from it, so that it can be stopped; its replicas stay. Holds until it is taken back,
    /// whatever the broker does in between.
    #[serde(default)]
    pub drained: bool,
}

/// By what right a broker registers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The configuration of the cluster's first start names it. Its disk cannot be replaced under its id.
    #[default]
    Founder,
    /// It was a member, or has been invited.
    Member,
    /// Its configuration lets it join without an invitation.
    SelfInvited,
}
