//! The table of all settings in `docs/configuration.md`, held against the code that reads them.
//!
//! `UPDATE=1 cargo test -p chronik-common config::reference` writes it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::section::SourceFile;
use super::{Environment, Flags, NodeConfig, file, outside, resolve};

const BEGIN: &str = "<!-- settings: generated, see crates/common/src/config/reference.rs -->\n";
const END: &str = "<!-- end of settings -->\n";
/// What the file of a node alone cannot set.
const ELSEWHERE: [&str; 3] = ["admin_api_key", "cluster.seed_nodes", "peers"];

/// What a setting takes.
#[derive(Clone, Copy)]
enum Takes {
    Number(i64, i64),
    /// From −1 on, but not 0.
    Limit,
    Boolean,
    Text,
    Address,
    Format,
    List,
}

impl Takes {
    fn told(self) -> String {
        match self {
            Self::Number(least, i64::MAX) => format!("number from {least}"),
            Self::Number(least, most) => format!("number, {least} to {most}"),
            Self::Limit => "number from 1, or -1 for no limit".into(),
            Self::Boolean => "true or false".into(),
            Self::Text => "text".into(),
            Self::Address => "host:port".into(),
            Self::Format => "text or json".into(),
            Self::List => "list".into(),
        }
    }

    /// Values just outside, as TOML.
    fn refused(self) -> Vec<String> {
        match self {
            Self::Number(least, most) => [least.checked_sub(1), most.checked_add(1)]
                .into_iter()
                .flatten()
                .map(|n| n.to_string())
                .collect(),
            Self::Limit => vec!["0".into(), "-2".into()],
            Self::Boolean | Self::Address | Self::Format => vec!["\"perhaps\"".into()],
            Self::Text | Self::List => vec!["7".into()],
        }
    }
}

struct Setting {
    name: &'static str,
    takes: Takes,
    /// Where the default depends on something, on what; else it is that of a node alone.
    default: Option<&'static str>,
    variable: Option<&'static str>,
    /// As TOML; without the quotes, as a variable holds it.
    example: &'static str,
    meaning: &'static str,
}

const fn setting(
    name: &'static str,
    takes: Takes,
    variable: Option<&'static str>,
    example: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting { name, takes, default: None, variable, example, meaning }
}

const fn by(default: &'static str, setting: Setting) -> Setting {
    Setting { default: Some(default), ..setting }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const PORT_OF_PEER: &str = "the port of this node in `peers`, on every interface; alone, on 127.0.0.1";
const ITSELF: &str = "this node in `peers`";

#[rustfmt::skip]
const SETTINGS: [Setting; 40] = [
    by("drawn by the cluster", setting("admin_api_key", Takes::Text, Some("CHRONIK_ADMIN_API_KEY"), "correct-horse", "The first API key, of role admin; 8 to 1024 printable characters. Never in the file.")),
    by("none: plain HTTP", setting("admin_tls.cert_file", Takes::Text, Some("CHRONIK_ADMIN_TLS_CERT_FILE"), "\"/etc/chronik/admin.pem\"", "The admin API's certificate, then those that lead to its authority; PEM. See security.md.")),
    by("none", setting("admin_tls.client_ca_file", Takes::Text, Some("CHRONIK_ADMIN_TLS_CLIENT_CA_FILE"), "\"/etc/chronik/clients.pem\"", "The authorities of which clients of the admin API must show a certificate; PEM.")),
    by("none", setting("admin_tls.key_file", Takes::Text, Some("CHRONIK_ADMIN_TLS_KEY_FILE"), "\"/etc/chronik/admin.key\"", "The private key of the certificate; PEM.")),
    by("10000 + `node_id`, on the host of `advertise.raft`", setting("advertise.admin", Takes::Address, None, "\"n1:10001\"", "Where operators and other nodes reach the admin API.")),
    by(ITSELF, setting("advertise.kafka", Takes::Address, Some("CHRONIK_ADVERTISE"), "\"n1:9092\"", "What Kafka clients are told.")),
    by(ITSELF, setting("advertise.raft", Takes::Address, None, "\"n1:5001\"", "Where other nodes send Raft's control traffic.")),
    by(ITSELF, setting("advertise.wal", Takes::Address, None, "\"n1:9291\"", "Where other nodes send records.")),
    setting("auto_leader_rebalance", Takes::Boolean, Some("CHRONIK_AUTO_LEADER_REBALANCE"), "true", "A preferred leader gets its partitions back."),
    setting("auto_rebalance", Takes::Boolean, Some("CHRONIK_AUTO_REBALANCE"), "true", "Replicas and leaders are spread again after a node has joined."),
    by("10000 + `node_id`, on the host of `bind.raft`", setting("bind.admin", Takes::Address, Some("CHRONIK_BIND"), "\"0.0.0.0:10001\"", "Where the admin API listens.")),
    by(PORT_OF_PEER, setting("bind.kafka", Takes::Address, Some("CHRONIK_BIND"), "\"0.0.0.0:9092\"", "Where Kafka clients are served.")),
    by(PORT_OF_PEER, setting("bind.raft", Takes::Address, Some("CHRONIK_BIND"), "\"0.0.0.0:5001\"", "Where Raft's control traffic arrives.")),
    by(PORT_OF_PEER, setting("bind.wal", Takes::Address, Some("CHRONIK_BIND"), "\"0.0.0.0:9291\"", "Where records of other nodes arrive.")),
    setting("broker.auto_create_topics_enable", Takes::Boolean, None, "false", "Asking for a topic that does not exist creates it."),
    setting("broker.group_initial_rebalance_delay_ms", Takes::Number(0, 600_000), None, "3000", "How long an empty group waits for more members before it balances, in ms."),
    setting("broker.message_max_bytes", Takes::Number(1, super::MAX_MESSAGE_BYTES_LIMIT as i64), None, "1048588", "The largest record batch of topics that do not say, in bytes."),
    setting("broker.num_partitions", Takes::Number(1, 10_000), None, "1", "Partitions of topics that do not say."),
    setting("broker.offsets_topic_num_partitions", Takes::Number(1, 1_000), None, "50", "Partitions of `__consumer_offsets` when it is created."),
    by("none", setting("broker.rack", Takes::Text, None, "\"a\"", "The rack or zone; replicas are spread over racks.")),
    setting("broker.replica_lag_time_max_ms", Takes::Number(100, DAY_MS), None, "30000", "A follower that is behind for longer is not in sync, in ms."),
    setting("cluster.raft.election_timeout_ms", Takes::Number(50, 60_000), None, "500", "How long a leader may be silent before a follower stands for election, in ms."),
    setting("cluster.raft.heartbeat_interval_ms", Takes::Number(10, 10_000), None, "100", "How often a leader gives a sign of life, in ms."),
    by("none", setting("cluster.seed_nodes", Takes::List, None, "", "The `[cluster]` form: `\"id@host:port\"` of nodes to join through; empty for the first.")),
    by("`wal` in `data_dir`", setting("cluster.storage.wal_dir", Takes::Text, None, "\"/fast/wal\"", "Where the write-ahead log is.")),
    setting("cluster.storage.wal_segment_size", Takes::Number(1 << 20, 4 << 30), None, "268435456", "Size of a file of the write-ahead log, in bytes."),
    setting("data_dir", Takes::Text, Some("CHRONIK_DATA_DIR"), "\"/var/lib/chronik\"", "Where everything is kept."),
    setting("health.disk_full_percent", Takes::Number(0, 100), None, "3", "Less of a node's disk free than this, in percent, and the cluster is critical."),
    setting("health.disk_low_percent", Takes::Number(0, 100), None, "10", "Less of a node's disk free than this, in percent, and the cluster is degraded; 0: never for that."),
    setting("leader_load_check_interval_ms", Takes::Number(0, DAY_MS), Some("CHRONIK_LEADER_LOAD_CHECK_INTERVAL_MS"), "60000", "How often leaders are spread by load, a few at a time and only with `auto_leader_rebalance`, in ms; 0 for never."),
    setting("leader_rebalance_after_ms", Takes::Number(0, DAY_MS), Some("CHRONIK_LEADER_REBALANCE_AFTER_MS"), "30000", "How long a preferred leader must have been alive and in sync before it leads again, in ms."),
    setting("log_format", Takes::Format, Some("CHRONIK_LOG_FORMAT"), "\"json\"", "`text` for people, `json` for programs: one object a line."),
    setting("log_retention_bytes", Takes::Limit, Some("CHRONIK_LOG_RETENTION_BYTES"), "-1", "Bytes beyond which a partition's oldest records are deleted, in topics that do not say."),
    setting("log_retention_ms", Takes::Limit, Some("CHRONIK_LOG_RETENTION_MS"), "604800000", "Age at which records are deleted, in topics that do not say, in ms."),
    by("a majority of `replication_factor`", setting("min_insync_replicas", Takes::Number(1, 255), Some("CHRONIK_MIN_INSYNC_REPLICAS"), "1", "Fewer replicas in sync than this, and acks=all is refused, in topics that do not say.")),
    by("1 alone", setting("node_id", Takes::Number(1, 255), Some("CHRONIK_NODE_ID"), "1", "Which of the nodes this one is.")),
    by("none: a node alone", setting("peers", Takes::List, Some("CHRONIK_CLUSTER_PEERS"), "n1:9092:9291:5001", "All nodes: `[[peers]]` tables with `id`, `kafka`, `wal`, `raft`; the variable is `host:kafka:wal:raft,…` with ids from 1.")),
    setting("replica_move_rate", Takes::Number(0, i64::MAX), Some("CHRONIK_REPLICA_MOVE_RATE"), "16777216", "Bytes a second that this node may send to replicas that catch up; 0 for no limit."),
    by("3, or the number of nodes if fewer", setting("replication_factor", Takes::Number(1, 255), Some("CHRONIK_REPLICATION_FACTOR"), "1", "Replicas of topics that do not say.")),
    setting("retention_check_interval_ms", Takes::Number(100, DAY_MS), Some("CHRONIK_RETENTION_CHECK_INTERVAL_MS"), "300000", "How often a leader looks for records to delete, in ms."),
];

/// What holds with a file's text and variables.
fn configured(text: &str, variables: &[(&str, &str)]) -> Result<NodeConfig, super::ConfigError> {
    let below = file::parse_file(&SourceFile { name: "node.toml".into(), text: text.into() })?;
    let environment: Environment = variables.iter().copied().collect();
    let outside = outside::from_environment(&environment)?;
    resolve::resolve(outside::from_flags(&Flags::default())?.over(outside).over(below))
}

fn in_file(name: &str, value: &str) -> String {
    match name.rsplit_once('.') {
        // None of its keys makes sense alone.
        Some((table @ "admin_tls", key)) => {
            let needed = ["cert_file", "key_file"].into_iter().filter(|needed| *needed != key);
            needed.fold(format!("[{table}]\n{key} = {value}\n"), |file, key| file + key + " = \"n.pem\"\n")
        }
        Some((table, key)) => format!("[{table}]\n{key} = {value}\n"),
        None => format!("{name} = {value}\n"),
    }
}

fn origin(config: &NodeConfig, name: &str) -> String {
    let view = config.view();
    view.entries.into_iter().find(|entry| entry.name == name).map(|entry| entry.origin).unwrap_or_default()
}

fn table() -> String {
    let alone = configured("", &[]).unwrap().view();
    let mut table =
        String::from("| Setting | Takes | Default | Variable | Meaning |\n|---|---|---|---|---|\n");
    for setting in &SETTINGS {
        let of_alone = || alone.entries.iter().find(|entry| entry.name == setting.name)?.value.clone();
        let default = setting
            .default
            .map_or_else(|| format!("`{}`", of_alone().expect(setting.name)), ToOwned::to_owned);
        let variable = setting.variable.map_or_else(String::new, |name| format!("`{name}`"));
        let Setting { name, takes, meaning, .. } = setting;
        writeln!(table, "| `{name}` | {} | {default} | {variable} | {meaning} |", takes.told()).unwrap();
    }
    table
}

#[test]
fn every_setting_is_described_and_nothing_else() {
    let peers = configured("", &[("CHRONIK_CLUSTER_PEERS", "a:1:2:3"), ("CHRONIK_NODE_ID", "1")]);
    let seeds = configured("[cluster]\nnode_id = 1\nnode_addr = \"a:9093\"\nseed_nodes = []\n", &[]);
    let tls = configured(&in_file("admin_tls.client_ca_file", "\"ca.pem\""), &[]);
    let shown = [peers, seeds, tls].map(|config| config.unwrap().view().entries).into_iter().flatten();
    let shown: BTreeSet<_> = shown.map(|entry| entry.name).collect();
    let described: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.name.to_owned()).collect();
    assert_eq!(described, shown);
}

#[test]
fn the_file_sets_what_the_reference_says() {
    for Setting { name, example, .. } in SETTINGS.iter().filter(|s| !ELSEWHERE.contains(&s.name)) {
        let config =
            configured(&in_file(name, example), &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(origin(&config, name).starts_with("file node.toml"), "{name}");
    }
}

#[test]
fn the_variables_set_what_the_reference_says() {
    for Setting { name, variable, example, .. } in &SETTINGS {
        let Some(variable) = variable else { continue };
        let value = match *variable {
            "CHRONIK_BIND" | "CHRONIK_ADVERTISE" => "n1",
            _ => example.trim_matches('"'),
        };
        let file = if name.starts_with("admin_tls.") { in_file(name, "\"n.pem\"") } else { String::new() };
        let config = configured(&file, &[("CHRONIK_NODE_ID", "1"), (variable, value)])
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(origin(&config, name), *variable, "{name}");
    }
}

#[test]
fn what_is_outside_a_range_is_refused() {
    for Setting { name, takes, .. } in SETTINGS.iter().filter(|s| !ELSEWHERE.contains(&s.name)) {
        for value in takes.refused() {
            assert!(configured(&in_file(name, &value), &[]).is_err(), "{name} = {value}");
        }
    }
}

#[test]
fn the_documented_table_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).expect("the page has a place for the table");
    let (written, tail) = rest.split_once(END).expect("the table has an end");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{head}{BEGIN}\n{}\n{END}{tail}", table())).unwrap();
        return;
    }
    assert!(
        written == format!("\n{}\n", table()),
        "write it by UPDATE=1 cargo test -p chronik-common reference"
    );
}
