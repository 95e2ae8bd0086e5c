//! Both forms of the configuration file, as one [`Layer`].
//!
//! The flat form lists every node under `[[peers]]`. The older `[cluster]`
//! form knows this node's address and those of a few seed nodes. The tables
//! `[cluster.raft]`, `[cluster.storage]`, `[bind]`, `[advertise]`, `[admin_tls]`,
//! `[health]` and `[broker]` may accompany either.

use std::path::{Path, PathBuf};

use super::admin_tls::AdminTlsSettings;
use super::error::{ConfigError, ConfigErrorKind as Kind};
use super::health::HealthSettings;
use super::layer::{Addresses, BrokerSettings, Layer, Located, Origin, Setting};
use super::log_format::log_format;
use super::section::{Section, SourceFile, parse};
use super::upkeep::UpkeepSettings;
use super::{MAX_MESSAGE_BYTES_LIMIT, NODE_IDS, Peer, Seed};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const NO_TLS: &str = "remove it: connections between nodes are not encrypted yet";
const REMOVE: &str = "remove it";

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Layer, ConfigError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let origin = Origin::File { file: name.clone(), line: 0, key: String::new() };
        let problem = format!("it cannot be read: {error}");
        ConfigError::new(Kind::Unreadable, &origin, problem, "check the path and its permissions")
    })?;
    parse_file(&SourceFile { name, text })
}

pub(super) fn parse_file(file: &SourceFile) -> Result<Layer, ConfigError> {
    let mut root = file.parse()?;
    let mut layer = Layer {
        enabled: root.boolean("enabled")?,
        node_id: node_id(&mut root)?,
        data_dir: path(&mut root, "data_dir")?,
        replication_factor: root.number("replication_factor", 1..=255)?,
        min_insync_replicas: root.number("min_insync_replicas", 1..=255)?,
        log_format: log_format(root.text("log_format")?)?,
        upkeep: UpkeepSettings::from_section(&mut root)?,
        ..Layer::default()
    };
    if let Some(section) = root.table("bind")? {
        layer.bind = addresses(section)?;
    }
    if let Some(section) = root.table("advertise")? {
        layer.advertise = addresses(section)?;
    }
    if let Some(sections) = root.tables("peers")? {
        let peers = sections.value.into_iter().map(peer).collect::<Result<_, _>>()?;
        layer.peers = Some(Located::new(peers, sections.origin));
    }
    if let Some(section) = root.table("cluster")? {
        cluster(section, &mut layer)?;
    }
    let admin_tls = root.origin_of("admin_tls");
    if let Some(section) = root.table("admin_tls")? {
        layer.admin_tls = AdminTlsSettings::from_section(section, admin_tls)?;
    }
    if let Some(section) = root.table("health")? {
        layer.health = HealthSettings::from_section(section)?;
    }
    if let Some(section) = root.table("broker")? {
        layer.broker = broker(section)?;
    }
    root.finish()?;
    Ok(layer)
}

fn node_id(section: &mut Section<'_>) -> Result<Setting<i32>, ConfigError> {
    section.number("node_id", NODE_IDS)
}

fn path(section: &mut Section<'_>, key: &'static str) -> Result<Setting<PathBuf>, ConfigError> {
    Ok(section.text(key)?.map(|text| Located::new(PathBuf::from(text.value), text.origin)))
}

fn addresses(mut section: Section<'_>) -> Result<Addresses, ConfigError> {
    let addresses = Addresses {
        host: None,
        kafka: section.address("kafka")?,
        wal: section.address("wal")?,
        raft: section.address("raft")?,
        admin: section.address("admin")?,
    };
    section.finish()?;
    Ok(addresses)
}

fn peer(mut section: Section<'_>) -> Result<Located<Peer>, ConfigError> {
    let id = section.number("id", NODE_IDS)?;
    let id: Located<i32> = section.required("id", id)?;
    let mut address = |key| {
        let setting = section.address(key)?;
        let told = || format!("peer {} has no {key} address", id.value);
        setting.map(|address| address.value).ok_or_else(|| {
            ConfigError::new(Kind::Missing, &id.origin, told(), format!("add {key} = \"host:port\""))
        })
    };
    let peer = Peer { id: id.value, kafka: address("kafka")?, wal: address("wal")?, raft: address("raft")? };
    section.finish()?;
    Ok(Located::new(peer, id.origin))
}

/// The `[cluster]` table. Its tables tune either form, and so do the keys that
/// may also stand at the top; its own keys make the file one of the seed form.
fn cluster(mut section: Section<'_>, layer: &mut Layer) -> Result<(), ConfigError> {
    let own = ["node_id", "node_addr", "advertised_node_addr", "seed_nodes"];
    layer.seed_form = own.iter().find_map(|key| section.origin_of(key));
    layer.enabled = either("enabled", layer.enabled.take(), section.boolean("enabled")?)?;
    layer.node_id = either("node_id", layer.node_id.take(), node_id(&mut section)?)?;
    let upkeep = UpkeepSettings::from_section(&mut section)?;
    layer.upkeep = std::mem::take(&mut layer.upkeep).with_cluster_table(upkeep)?;
    layer.node_addr = section.address("node_addr")?;
    layer.advertised_node_addr = section.address("advertised_node_addr")?;
    let form = "write it as \"id@host:port\"";
    layer.seed_nodes = section
        .texts("seed_nodes")?
        .into_iter()
        .map(|text| parse::<Seed>(text, form))
        .collect::<Result<_, _>>()?;
    if let Some(mode) = section.text("discovery_mode")?
        && mode.value != "static"
    {
        let problem = format!("discovery mode \"{}\" does not exist yet", mode.value);
        return Err(ConfigError::new(Kind::BadValue, &mode.origin, problem, "use \"static\" or remove it"));
    }
    if let Some(section) = section.table("raft")? {
        raft(section, layer)?;
    }
    if let Some(section) = section.table("storage")? {
        storage(section, layer)?;
    }
    if let Some(section) = section.table("network")? {
        network(section)?;
    }
    section.finish()
}

/// A key that may stand at the top or in `[cluster]`, but not in both.
pub(super) fn either<T>(key: &str, top: Setting<T>, inner: Setting<T>) -> Result<Setting<T>, ConfigError> {
    match (&top, &inner) {
        (Some(_), Some(inner)) => Err(ConfigError::new(
            Kind::Contradiction,
            &inner.origin,
            format!("{key} is also set at the top of the file"),
            "keep one of the two",
        )),
        _ => Ok(top.or(inner)),
    }
}

fn raft(mut section: Section<'_>, layer: &mut Layer) -> Result<(), ConfigError> {
    layer.election_timeout_ms = section.number("election_timeout_ms", 50..=60_000)?;
    layer.heartbeat_interval_ms = section.number("heartbeat_interval_ms", 10..=10_000)?;
    let later = ["snapshot_log_size_threshold", "max_entries_per_batch", "snapshot_interval_secs"];
    section.without_effect(&later, REMOVE)?;
    section.finish()
}

fn storage(mut section: Section<'_>, layer: &mut Layer) -> Result<(), ConfigError> {
    layer.wal_dir = path(&mut section, "wal_dir")?;
    layer.wal_file_size = section.number("wal_segment_size", 1 << 20..=4 << 30)?;
    section.without_effect(&["snapshot_dir"], "remove it: this version takes no snapshots")?;
    section.finish()
}

/// Nothing in `[cluster.network]` acts yet, but files say `tls_enabled =
/// false`, and that is true.
fn network(mut section: Section<'_>) -> Result<(), ConfigError> {
    for key in ["tls_enabled", "verify_peer"] {
        if let Some(Located { value: true, origin }) = section.boolean(key)? {
            return Err(ConfigError::new(Kind::NoEffect, &origin, "TLS is not there yet", NO_TLS));
        }
    }
    section.without_effect(&["tls_cert_path", "tls_key_path", "tls_ca_path"], NO_TLS)?;
    section.without_effect(&["connect_timeout_ms", "request_timeout_ms"], REMOVE)?;
    section.finish()
}

fn broker(mut section: Section<'_>) -> Result<BrokerSettings, ConfigError> {
    let settings = BrokerSettings {
        rack: section.text("rack")?,
        num_partitions: section.number("num_partitions", 1..=10_000)?,
        auto_create_topics: section.boolean("auto_create_topics_enable")?,
        message_max_bytes: section.number("message_max_bytes", 1..=i64::from(MAX_MESSAGE_BYTES_LIMIT))?,
        replica_lag_time_max_ms: section.number("replica_lag_time_max_ms", 100..=DAY_MS)?,
        offsets_topic_partitions: section.number("offsets_topic_num_partitions", 1..=1_000)?,
        group_initial_rebalance_delay_ms: section.number("group_initial_rebalance_delay_ms", 0..=600_000)?,
    };
    section.finish()?;
    Ok(settings)
}
