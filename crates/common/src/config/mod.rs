//! Configuration: what a node is told before it starts.
//!
//! Sources, the first that speaks wins: flag, environment variable, file,
//! default. The result is one [`NodeConfig`] in which nothing is left open, or
//! one [`ConfigError`] that names the place, the mistake and the remedy.
//! A key that would have no effect is refused, never silently accepted.
//!
//! Reading the file and the environment happens in [`load`] and nowhere else;
//! everything behind it is pure.

mod admin_tls;
mod api_key;
mod error;
mod file;
mod health;
mod layer;
mod log_format;
mod outside;
#[cfg(test)]
mod reference;
mod resolve;
mod section;
mod shown;
#[cfg(test)]
mod tests;
mod upkeep;

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

pub use admin_tls::AdminTls;
pub use api_key::{ApiKey, ApiKeyError};
pub use error::{ConfigError, ConfigErrorKind};
pub use health::HealthLimits;
pub use layer::Origin;
pub use log_format::LogFormat;
pub use outside::{Environment, Flags};
pub use shown::Origins;
pub use upkeep::Upkeep;

use crate::HostPort;

/// The file that `chronik-server cluster` reads if none is named.
pub const CLUSTER_CONFIG_FILE: &str = "/etc/chronik/chronik.toml";
/// The ids that a node can have.
pub const NODE_IDS: RangeInclusive<i64> = 1..=255;
/// The largest `message_max_bytes`, in bytes. One record batch is one WAL
/// frame and one message between nodes, so it has to stay bounded.
pub const MAX_MESSAGE_BYTES_LIMIT: i32 = 64 * 1024 * 1024;
/// The admin API listens on this port plus the node's id.
pub const ADMIN_PORT_BASE: u16 = 10_000;
/// Where the `[cluster]` form serves the admin API as well.
pub const LEGACY_ADMIN_PORT: u16 = 8080;

/// Everything a node is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeConfig {
    /// This node's id, unique in the cluster.
    pub node_id: i32,
    /// The failure domain, if replicas are to be spread over such.
    pub rack: Option<String>,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where the WAL is kept; `data_dir/wal` unless set.
    pub wal_dir: PathBuf,
    /// Size to which WAL files are preallocated, in bytes.
    pub wal_file_size: u64,
    /// Replication factor of topics that do not say.
    pub replication_factor: i16,
    /// `min.insync.replicas` of topics that do not say.
    pub min_insync_replicas: i32,
    /// Where this node listens.
    pub bind: Listeners,
    /// What this node tells others about where to reach it.
    pub advertise: Advertised,
    /// How the node finds its cluster.
    pub formation: Formation,
    /// Without a sign of life for this long, a follower stands for election.
    pub election_timeout: Duration,
    /// How often a leader gives a sign of life.
    pub heartbeat_interval: Duration,
    /// A follower that is behind for longer is not in sync.
    pub replica_lag_time_max: Duration,
    /// Partitions of topics that do not say.
    pub num_partitions: i32,
    /// Whether asking for a topic that does not exist creates it.
    pub auto_create_topics: bool,
    /// The largest record batch of topics that do not say, in bytes.
    pub message_max_bytes: i32,
    /// Partitions of `__consumer_offsets` when it is created.
    pub offsets_topic_partitions: i32,
    /// How long an empty group waits for more members before it balances.
    pub group_initial_rebalance_delay: Duration,
    /// Retention, moving replicas, spreading leadership.
    pub upkeep: Upkeep,
    /// For whom the log is written.
    pub log_format: LogFormat,
    /// From where on the cluster is not called healthy.
    pub health: HealthLimits,
    /// The admin API key, if one was given; otherwise the cluster draws one.
    pub admin_api_key: Option<ApiKey>,
    /// The files with which the admin API speaks TLS; `None`: it speaks plain HTTP.
    pub admin_tls: Option<AdminTls>,
    /// Who set what, to be shown with the values: see [`NodeConfig::view`].
    pub origins: Origins,
}

/// Where a node listens. In the `[cluster]` form `wal` and `raft` are the same
/// address: one port serves both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listeners {
    /// For Kafka clients.
    pub kafka: HostPort,
    /// For bulk traffic of other nodes.
    pub wal: HostPort,
    /// For control traffic of other nodes.
    pub raft: HostPort,
    /// For the admin API: one address, in the `[cluster]` form two.
    pub admin: Vec<HostPort>,
}

/// Where a node says that it can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advertised {
    /// By Kafka clients.
    pub kafka: HostPort,
    /// By other nodes, for bulk traffic.
    pub wal: HostPort,
    /// By other nodes, for control traffic.
    pub raft: HostPort,
    /// By `chronikctl` and other nodes.
    pub admin: HostPort,
}

/// How a node finds its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formation {
    /// It is the cluster.
    Standalone,
    /// Every node knows all nodes, in order of id, itself among them.
    Peers(Vec<Peer>),
    /// It joins through any of these nodes; the one that names none founds the
    /// cluster.
    Seeds(Vec<Seed>),
}

/// A node of the flat form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its id.
    pub id: i32,
    /// Where Kafka clients reach it.
    pub kafka: HostPort,
    /// Where nodes reach it with bulk traffic.
    pub wal: HostPort,
    /// Where nodes reach it with control traffic.
    pub raft: HostPort,
}

/// A node of the `[cluster]` form, written `id@host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// Its id.
    pub id: i32,
    /// Where nodes reach it, for all traffic.
    pub address: HostPort,
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.address)
    }
}

impl FromStr for Seed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, address) = text.split_once('@').ok_or_else(|| format!("\"{text}\" has no node id"))?;
        let id = id.parse().ok().filter(|id| NODE_IDS.contains(&i64::from(*id)));
        let id = id.ok_or_else(|| format!("\"{text}\" has no node id from 1 to 255"))?;
        let address = address.parse().map_err(|error: crate::HostPortError| error.to_string())?;
        Ok(Self { id, address })
    }
}

impl NodeConfig {
    /// Where the admin APIs of the cluster's known nodes are by convention,
    /// this node's first: what `chronikctl --config FILE` asks, one after the
    /// other.
    pub fn admin_addresses(&self) -> Vec<HostPort> {
        let conventional = |id: i32, host: &HostPort| host.with_port(admin_port(id));
        let others: Vec<_> = match &self.formation {
            Formation::Standalone => Vec::new(),
            Formation::Peers(peers) => {
                let others = peers.iter().filter(|peer| peer.id != self.node_id);
                others.map(|peer| conventional(peer.id, &peer.raft)).collect()
            }
            Formation::Seeds(seeds) => {
                seeds.iter().map(|seed| conventional(seed.id, &seed.address)).collect()
            }
        };
        std::iter::once(self.advertise.admin.clone()).chain(others).collect()
    }
}

/// The admin port of a node by convention.
pub fn admin_port(node_id: i32) -> u16 {
    ADMIN_PORT_BASE.saturating_add(u16::try_from(node_id).unwrap_or(0))
}

/// Reads the file that flags and environment name, if any, and settles every
/// value.
///
/// # Errors
/// The first mistake found.
pub fn load(flags: &Flags, environment: &Environment) -> Result<NodeConfig, ConfigError> {
    let below = match flags.config_file(environment) {
        Some(path) => file::read(&path)?,
        None => layer::Layer::default(),
    };
    resolve::resolve(outside::from_flags(flags)?.over(outside::from_environment(environment)?).over(below))
}
