//! Settings that come from outside the file: environment variables and flags.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use super::admin_tls::AdminTlsSettings;
use super::error::{ConfigError, ConfigErrorKind as Kind};
use super::layer::{Addresses, Layer, Located, Origin, Setting};
use super::log_format::log_format;
use super::section::parse;
use super::upkeep::UpkeepSettings;
use super::{ApiKey, NODE_IDS, Peer};
use crate::HostPort;

/// Environment variables by name. An empty one counts as unset.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process. Values that are not UTF-8 are made
    /// readable, and are then refused where they matter.
    pub fn of_process() -> Self {
        let readable = |s: std::ffi::OsString| s.to_string_lossy().into_owned();
        std::env::vars_os().map(|(name, value)| (readable(name), readable(value))).collect()
    }

    /// One variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn setting(&self, name: &'static str) -> Setting<String> {
        self.get(name).map(|value| Located::new(value.to_owned(), Origin::Variable(name)))
    }
}

impl Environment {
    /// The same with a variable that is set here if it is not set there.
    #[must_use]
    pub fn or(mut self, name: &str, value: impl Into<String>) -> Self {
        if self.get(name).is_none() {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// What was given on the command line.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// The file to read if neither `--config` nor `CHRONIK_CONFIG` names one;
    /// `None`: no file.
    pub default_config: Option<PathBuf>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--node-id`.
    pub node_id: Option<i32>,
    /// `--bind`, as `CHRONIK_BIND`.
    pub bind: Option<String>,
    /// `--advertise`, as `CHRONIK_ADVERTISE`.
    pub advertise: Option<String>,
}

impl Flags {
    /// The file to read, if any.
    pub fn config_file(&self, environment: &Environment) -> Option<PathBuf> {
        let named = environment.get("CHRONIK_CONFIG").map(PathBuf::from);
        self.config.clone().or(named).or_else(|| self.default_config.clone())
    }
}

pub(super) fn from_flags(flags: &Flags) -> Result<Layer, ConfigError> {
    let node_id = flags.node_id.map(|id| Located::new(id, Origin::Flag("--node-id")));
    if let Some(id) = &node_id
        && !NODE_IDS.contains(&i64::from(id.value))
    {
        return Err(out_of_range(&id.origin, &id.value.to_string(), &NODE_IDS));
    }
    let text = |value: &Option<String>, name| value.clone().map(|v| Located::new(v, Origin::Flag(name)));
    Ok(Layer {
        node_id,
        data_dir: flags.data_dir.clone().map(|path| Located::new(path, Origin::Flag("--data-dir"))),
        bind: host_for_all(text(&flags.bind, "--bind"))?,
        advertise: host_for_all(text(&flags.advertise, "--advertise"))?,
        ..Layer::default()
    })
}

pub(super) fn from_environment(environment: &Environment) -> Result<Layer, ConfigError> {
    if let Some(backend) = environment.setting("OBJECT_STORE_BACKEND") {
        let remedy = "unset it: backups to object storage are not there yet";
        return Err(ConfigError::new(
            Kind::NoEffect,
            &backend.origin,
            "it has no effect in this version",
            remedy,
        ));
    }
    Ok(Layer {
        node_id: number(environment.setting("CHRONIK_NODE_ID"))?,
        data_dir: environment
            .setting("CHRONIK_DATA_DIR")
            .map(|text| Located::new(PathBuf::from(text.value), text.origin)),
        replication_factor: number(environment.setting("CHRONIK_REPLICATION_FACTOR"))?,
        min_insync_replicas: number(environment.setting("CHRONIK_MIN_INSYNC_REPLICAS"))?,
        bind: host_for_all(environment.setting("CHRONIK_BIND"))?,
        advertise: host_for_all(environment.setting("CHRONIK_ADVERTISE"))?,
        peers: environment.setting("CHRONIK_CLUSTER_PEERS").map(peers).transpose()?,
        log_format: log_format(environment.setting("CHRONIK_LOG_FORMAT"))?,
        upkeep: UpkeepSettings::from_environment(environment)?,
        admin_api_key: environment.setting("CHRONIK_ADMIN_API_KEY").map(api_key).transpose()?,
        admin_tls: AdminTlsSettings::from_environment(environment),
        ..Layer::default()
    })
}

/// A node id, a replication factor: what is not more than there can be nodes.
fn number<T: TryFrom<i64>>(text: Setting<String>) -> Result<Setting<T>, ConfigError> {
    whole_number(text, NODE_IDS)
}

/// A number in a range, as whatever type holds it.
pub(super) fn whole_number<T: TryFrom<i64>>(
    text: Setting<String>,
    range: RangeInclusive<i64>,
) -> Result<Setting<T>, ConfigError> {
    let Some(text) = text else { return Ok(None) };
    let number = i64::from_str(text.value.trim()).ok().filter(|n| range.contains(n));
    match number.and_then(|n| T::try_from(n).ok()) {
        Some(number) => Ok(Some(Located::new(number, text.origin))),
        None => Err(out_of_range(&text.origin, &text.value, &range)),
    }
}

fn out_of_range(origin: &Origin, value: &str, range: &RangeInclusive<i64>) -> ConfigError {
    let remedy = format!("use a whole number from {} to {}", range.start(), range.end());
    ConfigError::new(Kind::BadValue, origin, format!("\"{value}\" is not possible"), remedy)
}

/// `true` or `false`.
pub(super) fn boolean(text: Setting<String>) -> Result<Setting<bool>, ConfigError> {
    text.map(|text| parse(text, "use true or false")).transpose()
}

/// `host`, or `host:port` with the port of Kafka.
fn host_for_all(text: Setting<String>) -> Result<Addresses, ConfigError> {
    let Some(text) = text else { return Ok(Addresses::default()) };
    if let Ok(kafka) = text.value.parse::<HostPort>() {
        let host = Some(Located::new(kafka.host.clone(), text.origin.clone()));
        return Ok(Addresses { host, kafka: Some(Located::new(kafka, text.origin)), ..Addresses::default() });
    }
    let bare = text.value.trim_start_matches('[').trim_end_matches(']');
    let host = HostPort::new(bare, 1).to_string().parse::<HostPort>();
    match host {
        Ok(HostPort { host, .. }) => {
            Ok(Addresses { host: Some(Located::new(host, text.origin)), ..Addresses::default() })
        }
        Err(_) => Err(ConfigError::new(
            Kind::BadValue,
            &text.origin,
            format!("\"{}\" is neither a host nor host:port", text.value),
            "use a host name or an IP address, if you like with the Kafka port",
        )),
    }
}

/// `host:kafka:wal:raft,…`, the ids counting from 1.
fn peers(text: Located<String>) -> Result<Located<Vec<Located<Peer>>>, ConfigError> {
    let entries: Vec<_> = text.value.split(',').map(str::trim).collect();
    if entries.len() as i64 > *NODE_IDS.end() {
        let problem = format!("{} peers are named", entries.len());
        let remedy = format!("a cluster has at most {} nodes", NODE_IDS.end());
        return Err(ConfigError::new(Kind::BadValue, &text.origin, problem, remedy));
    }
    let peers = (1..).zip(entries).map(|(id, entry)| match peer(id, entry) {
        Some(peer) => Ok(Located::new(peer, text.origin.clone())),
        None => Err(ConfigError::new(
            Kind::BadValue,
            &text.origin,
            format!("\"{entry}\" is not a peer"),
            "write each as host:kafka_port:wal_port:raft_port, separated by commas",
        )),
    });
    let peers = peers.collect::<Result<_, _>>()?;
    Ok(Located::new(peers, text.origin))
}

fn peer(id: i32, entry: &str) -> Option<Peer> {
    let mut parts = entry.rsplitn(4, ':');
    let (raft, wal, kafka, host) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let at = |port: &str| format!("{host}:{port}").parse().ok();
    Some(Peer { id, kafka: at(kafka)?, wal: at(wal)?, raft: at(raft)? })
}

fn api_key(text: Located<String>) -> Result<Located<ApiKey>, ConfigError> {
    parse(text, "use at least 8 printable ASCII characters without spaces")
}
