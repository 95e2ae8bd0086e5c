//! One source of settings, and how sources are laid over each other.
//!
//! Every value remembers where it comes from, so that a contradiction found
//! only after merging can still be blamed on a line or a variable.

use std::fmt;
use std::path::PathBuf;

use super::admin_tls::AdminTlsSettings;
use super::health::HealthSettings;
use super::log_format::LogFormat;
use super::upkeep::UpkeepSettings;
use super::{ApiKey, Peer, Seed};
use crate::HostPort;

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file.
    File {
        /// The file as it was named.
        file: String,
        /// Counted from 1; 0 for the file as a whole.
        line: usize,
        /// The full key, `cluster.raft.election_timeout_ms`; empty if none.
        key: String,
    },
    /// In an environment variable.
    Variable(&'static str),
    /// In a flag of the command line.
    Flag(&'static str),
    /// Nowhere: a value that is needed was not set.
    Nowhere,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, line: 0, .. } => f.write_str(file),
            Self::File { file, line, key } if key.is_empty() => write!(f, "{file}, line {line}"),
            Self::File { file, line, key } => write!(f, "{file}, line {line}, {key}"),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
            Self::Nowhere => f.write_str("configuration"),
        }
    }
}

/// A value with its origin.
#[derive(Debug, Clone)]
pub(super) struct Located<T> {
    pub value: T,
    pub origin: Origin,
}

impl<T> Located<T> {
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// A setting that may or may not have been made.
pub(super) type Setting<T> = Option<Located<T>>;

/// Addresses as far as they were given.
#[derive(Debug, Clone, Default)]
pub(super) struct Addresses {
    /// From `CHRONIK_BIND` and its like: a host for what has no own address.
    pub host: Setting<String>,
    pub kafka: Setting<HostPort>,
    pub wal: Setting<HostPort>,
    pub raft: Setting<HostPort>,
    pub admin: Setting<HostPort>,
}

impl Addresses {
    /// A host given above stands for all addresses given below.
    fn over(self, lower: Self) -> Self {
        if self.host.is_some() {
            return self;
        }
        Self {
            host: lower.host,
            kafka: self.kafka.or(lower.kafka),
            wal: self.wal.or(lower.wal),
            raft: self.raft.or(lower.raft),
            admin: self.admin.or(lower.admin),
        }
    }
}

/// Everything that one source sets.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub enabled: Setting<bool>,
    pub node_id: Setting<i32>,
    pub data_dir: Setting<PathBuf>,
    pub wal_dir: Setting<PathBuf>,
    pub wal_file_size: Setting<u64>,
    pub replication_factor: Setting<i16>,
    pub min_insync_replicas: Setting<i32>,
    pub bind: Addresses,
    pub advertise: Addresses,
    pub peers: Setting<Vec<Located<Peer>>>,
    /// The first key that makes the file one of the `[cluster]` form.
    pub seed_form: Option<Origin>,
    pub node_addr: Setting<HostPort>,
    pub advertised_node_addr: Setting<HostPort>,
    pub seed_nodes: Vec<Located<Seed>>,
    pub election_timeout_ms: Setting<u64>,
    pub heartbeat_interval_ms: Setting<u64>,
    pub admin_api_key: Setting<ApiKey>,
    pub admin_tls: AdminTlsSettings,
    pub upkeep: UpkeepSettings,
    pub log_format: Setting<LogFormat>,
    pub health: HealthSettings,
    pub broker: BrokerSettings,
}

/// The `[broker]` table: settings under Kafka's names.
#[derive(Debug, Clone, Default)]
pub(super) struct BrokerSettings {
    pub rack: Setting<String>,
    pub num_partitions: Setting<i32>,
    pub auto_create_topics: Setting<bool>,
    pub message_max_bytes: Setting<i32>,
    pub replica_lag_time_max_ms: Setting<u64>,
    pub offsets_topic_partitions: Setting<i32>,
    pub group_initial_rebalance_delay_ms: Setting<u64>,
}

impl Layer {
    /// This layer, with `lower` showing through where it says nothing.
    pub fn over(self, lower: Self) -> Self {
        Self {
            enabled: self.enabled.or(lower.enabled),
            node_id: self.node_id.or(lower.node_id),
            data_dir: self.data_dir.or(lower.data_dir),
            wal_dir: self.wal_dir.or(lower.wal_dir),
            wal_file_size: self.wal_file_size.or(lower.wal_file_size),
            replication_factor: self.replication_factor.or(lower.replication_factor),
            min_insync_replicas: self.min_insync_replicas.or(lower.min_insync_replicas),
            bind: self.bind.over(lower.bind),
            advertise: self.advertise.over(lower.advertise),
            peers: self.peers.or(lower.peers),
            seed_form: self.seed_form.or(lower.seed_form),
            node_addr: self.node_addr.or(lower.node_addr),
            advertised_node_addr: self.advertised_node_addr.or(lower.advertised_node_addr),
            seed_nodes: if self.seed_nodes.is_empty() { lower.seed_nodes } else { self.seed_nodes },
            election_timeout_ms: self.election_timeout_ms.or(lower.election_timeout_ms),
            heartbeat_interval_ms: self.heartbeat_interval_ms.or(lower.heartbeat_interval_ms),
            admin_api_key: self.admin_api_key.or(lower.admin_api_key),
            admin_tls: self.admin_tls.over(lower.admin_tls),
            upkeep: self.upkeep.over(lower.upkeep),
            log_format: self.log_format.or(lower.log_format),
            // Only files have these tables.
            health: lower.health,
            broker: lower.broker,
        }
    }
}
