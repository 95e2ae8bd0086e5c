//! Configuration, told as files, variables and what comes of them.

use std::path::PathBuf;

use super::section::SourceFile;
use super::*;

const PEERS: &str = r#"
[[peers]]
id = 1
kafka = "host1:9092"
wal = "host1:9291"
raft = "host1:5001"

[[peers]]
id = 2
kafka = "host2:9092"
wal = "host2:9291"
raft = "host2:5001"

[[peers]]
id = 3
kafka = "host3:9092"
wal = "host3:9291"
raft = "host3:5001"
"#;

/// What a file says together with an environment and flags.
fn settle(text: &str, environment: &[(&str, &str)], flags: &Flags) -> Result<NodeConfig, ConfigError> {
    let file = file::parse_file(&SourceFile { name: "node.toml".into(), text: text.into() })?;
    let environment = environment.iter().copied().collect();
    let outside = outside::from_flags(flags)?.over(outside::from_environment(&environment)?);
    resolve::resolve(outside.over(file))
}

fn from_file(text: &str) -> NodeConfig {
    settle(text, &[], &Flags::default()).unwrap()
}

fn refusal(text: &str) -> String {
    settle(text, &[], &Flags::default()).unwrap_err().to_string()
}

fn flat(head: &str) -> String {
    format!("{head}{PEERS}")
}

fn texts(addresses: &[HostPort]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

#[test]
fn without_any_configuration_one_node_runs_alone_on_localhost() {
    let config = from_file("");
    assert_eq!(config.formation, Formation::Standalone);
    assert_eq!((config.node_id, config.replication_factor, config.min_insync_replicas), (1, 1, 1));
    assert_eq!(config.data_dir, PathBuf::from("./data"));
    assert_eq!(config.wal_dir, PathBuf::from("./data/wal"));
    assert_eq!(config.bind.kafka.to_string(), "127.0.0.1:9092");
    assert_eq!(config.advertise.kafka.to_string(), "localhost:9092");
    assert_eq!(config.advertise.wal.to_string(), "localhost:9291");
    assert_eq!(config.advertise.raft.to_string(), "localhost:5001");
    assert_eq!(texts(&config.admin_addresses()), ["localhost:10001"]);
}

#[test]
fn the_flat_form_listens_everywhere_and_advertises_its_own_peer() {
    let config =
        from_file(&flat("enabled = true\nnode_id = 2\nreplication_factor = 3\nmin_insync_replicas = 2\n"));
    let Formation::Peers(peers) = &config.formation else { panic!("{:?}", config.formation) };
    assert_eq!(peers.iter().map(|p| p.id).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((config.node_id, config.replication_factor, config.min_insync_replicas), (2, 3, 2));
    assert_eq!(config.bind.kafka.to_string(), "0.0.0.0:9092");
    assert_eq!(config.bind.wal.to_string(), "0.0.0.0:9291");
    assert_eq!(config.bind.raft.to_string(), "0.0.0.0:5001");
    assert_eq!(texts(&config.bind.admin), ["0.0.0.0:10002"]);
    assert_eq!(config.advertise.kafka.to_string(), "host2:9092");
    assert_eq!(texts(&config.admin_addresses()), ["host2:10002", "host1:10001", "host3:10003"]);
}

#[test]
fn bind_and_advertise_speak_for_single_ports() {
    let config = from_file(&flat(
        "node_id = 1\n[bind]\nkafka = \"10.0.0.1:19092\"\nadmin = \"127.0.0.1:7000\"\n\
         [advertise]\nkafka = \"public:443\"\n",
    ));
    assert_eq!(config.bind.kafka.to_string(), "10.0.0.1:19092");
    assert_eq!(config.bind.wal.to_string(), "0.0.0.0:9291");
    assert_eq!(texts(&config.bind.admin), ["127.0.0.1:7000"]);
    assert_eq!(config.advertise.kafka.to_string(), "public:443");
    assert_eq!(config.advertise.wal.to_string(), "host1:9291");
    assert_eq!(config.advertise.admin.to_string(), "host1:7000");
}

#[test]
fn the_cluster_form_founds_or_joins() {
    let first = from_file(
        "[cluster]\nenabled = true\nnode_id = 1\nnode_addr = \"0.0.0.0:9093\"\n\
         advertised_node_addr = \"node1:9093\"\nseed_nodes = []\n",
    );
    assert_eq!(first.formation, Formation::Seeds(Vec::new()));
    assert_eq!(first.bind.wal, first.bind.raft, "one port serves both");
    assert_eq!(first.bind.raft.to_string(), "0.0.0.0:9093");
    assert_eq!(first.bind.kafka.to_string(), "0.0.0.0:9092");
    assert_eq!(texts(&first.bind.admin), ["0.0.0.0:10001", "0.0.0.0:8080"]);
    assert_eq!(first.advertise.raft.to_string(), "node1:9093");
    assert_eq!(first.advertise.kafka.to_string(), "node1:9092");
    assert_eq!(first.advertise.admin.to_string(), "node1:10001");

    let third = from_file(
        "[cluster]\nnode_id = 3\nadvertised_node_addr = \"node3:9093\"\n\
         seed_nodes = [\"1@node1:9093\", \"2@node2:9093\"]\n\
         [cluster.raft]\nelection_timeout_ms = 900\nheartbeat_interval_ms = 90\n\
         [cluster.storage]\nwal_dir = \"/fast/wal\"\nwal_segment_size = 67108864\n\
         [cluster.network]\ntls_enabled = false\n",
    );
    let Formation::Seeds(seeds) = &third.formation else { panic!("{:?}", third.formation) };
    assert_eq!(seeds.iter().map(ToString::to_string).collect::<Vec<_>>(), ["1@node1:9093", "2@node2:9093"]);
    assert_eq!((third.replication_factor, third.min_insync_replicas), (3, 2));
    assert_eq!(third.election_timeout, Duration::from_millis(900));
    assert_eq!(third.heartbeat_interval, Duration::from_millis(90));
    assert_eq!((third.wal_dir, third.wal_file_size), (PathBuf::from("/fast/wal"), 64 << 20));
}

#[test]
fn broker_settings_have_kafkas_names_and_defaults() {
    let config = from_file("");
    assert_eq!((config.num_partitions, config.auto_create_topics), (1, true));
    assert_eq!((config.message_max_bytes, config.offsets_topic_partitions), (1_048_588, 50));
    let config = from_file(
        "[broker]\nrack = \"a\"\nnum_partitions = 3\nauto_create_topics_enable = false\n\
         message_max_bytes = 1000\nreplica_lag_time_max_ms = 5000\noffsets_topic_num_partitions = 4\n\
         group_initial_rebalance_delay_ms = 0\n",
    );
    assert_eq!((config.rack.as_deref(), config.num_partitions), (Some("a"), 3));
    assert_eq!((config.auto_create_topics, config.message_max_bytes), (false, 1000));
    assert_eq!(config.replica_lag_time_max, Duration::from_secs(5));
    assert_eq!(config.offsets_topic_partitions, 4);
    assert_eq!(config.group_initial_rebalance_delay, Duration::ZERO);
}

#[test]
fn a_node_keeps_records_for_a_week_and_balances_by_itself_unless_told_otherwise() {
    let usual = Upkeep {
        log_retention_ms: Some(604_800_000),
        log_retention_bytes: None,
        retention_check_interval: Duration::from_mins(5),
        replica_move_rate: Some(16_777_216),
        auto_rebalance: true,
        auto_leader_rebalance: true,
        leader_rebalance_after: Duration::from_secs(30),
        leader_load_check_interval: Some(Duration::from_mins(1)),
    };
    assert_eq!(from_file("").upkeep, usual);
    let told = "log_retention_ms = -1\nlog_retention_bytes = 1000\nretention_check_interval_ms = 500\n\
                replica_move_rate = 0\nauto_rebalance = false\nauto_leader_rebalance = false\n\
                leader_rebalance_after_ms = 0\nleader_load_check_interval_ms = 0\n";
    let otherwise = Upkeep {
        log_retention_ms: None,
        log_retention_bytes: Some(1000),
        retention_check_interval: Duration::from_millis(500),
        replica_move_rate: None,
        auto_rebalance: false,
        auto_leader_rebalance: false,
        leader_rebalance_after: Duration::ZERO,
        leader_load_check_interval: None,
    };
    assert_eq!(from_file(told).upkeep, otherwise);
    let in_table = from_file(&format!("[cluster]\n{told}"));
    assert_eq!(in_table.upkeep, otherwise, "the [cluster] table takes them as well");
    assert_eq!(in_table.formation, Formation::Standalone, "and they name no nodes");

    let environment = [
        ("CHRONIK_LOG_RETENTION_MS", "-1"),
        ("CHRONIK_LOG_RETENTION_BYTES", "1000"),
        ("CHRONIK_RETENTION_CHECK_INTERVAL_MS", "500"),
        ("CHRONIK_REPLICA_MOVE_RATE", "0"),
        ("CHRONIK_AUTO_REBALANCE", "false"),
        ("CHRONIK_AUTO_LEADER_REBALANCE", "false"),
        ("CHRONIK_LEADER_REBALANCE_AFTER_MS", "0"),
        ("CHRONIK_LEADER_LOAD_CHECK_INTERVAL_MS", "0"),
    ];
    let file = "log_retention_ms = 5\nauto_rebalance = true\n";
    let config = settle(file, &environment, &Flags::default()).unwrap();
    assert_eq!(config.upkeep, otherwise, "the environment beats the file");
}

#[test]
fn one_limit_of_the_disks_takes_the_other_along() {
    let limits = |text: &str| {
        let HealthLimits { disk_low_percent, disk_full_percent } = from_file(text).health;
        (disk_low_percent, disk_full_percent)
    };
    assert_eq!(limits(""), (15, 5));
    assert_eq!(limits("[health]\ndisk_low_percent = 0\n"), (0, 0));
    assert_eq!(limits("[health]\ndisk_full_percent = 20\n"), (20, 20));
    assert_eq!(limits("[health]\ndisk_low_percent = 10\ndisk_full_percent = 2\n"), (10, 2));
}

#[test]
fn a_log_is_for_people_unless_programs_read_it() {
    assert_eq!(from_file("").log_format, LogFormat::Text);
    assert_eq!(from_file("log_format = \"json\"\n").log_format, LogFormat::Json);
    let environment = [("CHRONIK_LOG_FORMAT", "text")];
    let config = settle("log_format = \"json\"\n", &environment, &Flags::default()).unwrap();
    assert_eq!(config.log_format, LogFormat::Text);
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let file = flat("node_id = 1\ndata_dir = \"/file\"\nreplication_factor = 1\n");
    let environment =
        [("CHRONIK_NODE_ID", "2"), ("CHRONIK_DATA_DIR", "/env"), ("CHRONIK_MIN_INSYNC_REPLICAS", "1")];
    let flags = Flags { node_id: Some(3), ..Flags::default() };
    let config = settle(&file, &environment, &flags).unwrap();
    assert_eq!(config.node_id, 3);
    assert_eq!(config.data_dir, PathBuf::from("/env"));
    assert_eq!((config.replication_factor, config.min_insync_replicas), (1, 1));
}

#[test]
fn an_empty_variable_is_not_set() {
    let config = settle("node_id = 7\n", &[("CHRONIK_NODE_ID", "")], &Flags::default()).unwrap();
    assert_eq!(config.node_id, 7);
}

#[test]
fn peers_of_the_environment_count_from_one() {
    let environment = [
        ("CHRONIK_CLUSTER_PEERS", "a:9092:9291:5001, b:9092:9291:5001,[::1]:1:2:3"),
        ("CHRONIK_NODE_ID", "2"),
    ];
    let config = settle("", &environment, &Flags::default()).unwrap();
    let Formation::Peers(peers) = &config.formation else { panic!("{:?}", config.formation) };
    assert_eq!(peers[2].raft.to_string(), "[::1]:3");
    assert_eq!(config.advertise.kafka.to_string(), "b:9092");
    assert_eq!((config.replication_factor, config.min_insync_replicas), (3, 2));
}

#[test]
fn bind_and_advertise_of_the_environment_name_a_host_and_may_name_kafkas_port() {
    let with = |bind, advertise| {
        settle("", &[("CHRONIK_BIND", bind), ("CHRONIK_ADVERTISE", advertise)], &Flags::default()).unwrap()
    };
    let config = with("0.0.0.0", "public");
    assert_eq!(config.bind.kafka.to_string(), "0.0.0.0:9092");
    assert_eq!(texts(&config.bind.admin), ["0.0.0.0:10001"]);
    assert_eq!(config.advertise.kafka.to_string(), "public:9092");
    assert_eq!(config.advertise.raft.to_string(), "localhost:5001");
    let config = with("[::]:19092", "public:443");
    assert_eq!(config.bind.kafka.to_string(), "[::]:19092");
    assert_eq!(config.bind.wal.to_string(), "[::]:9291");
    assert_eq!(config.advertise.kafka.to_string(), "public:443");
}

#[test]
fn a_bound_host_of_the_environment_beats_single_ports_of_the_file() {
    let file = "[bind]\nkafka = \"10.0.0.1:9092\"\n";
    let config = settle(file, &[("CHRONIK_BIND", "10.0.0.2")], &Flags::default()).unwrap();
    assert_eq!(config.bind.kafka.to_string(), "10.0.0.2:9092");
}

#[test]
fn the_admin_key_is_never_printed() {
    let config = settle("", &[("CHRONIK_ADMIN_API_KEY", "correct-horse")], &Flags::default()).unwrap();
    assert_eq!(config.admin_api_key.as_ref().map(ApiKey::reveal), Some("correct-horse"));
    assert!(!format!("{config:?}").contains("horse"));
    let error = settle("", &[("CHRONIK_ADMIN_API_KEY", "with blank in it")], &Flags::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "CHRONIK_ADMIN_API_KEY: not a usable API key: it is not printable ASCII; \
         use at least 8 printable ASCII characters without spaces"
    );
}

#[test]
fn the_admin_api_speaks_tls_with_files_that_each_source_may_name() {
    assert_eq!(from_file("").admin_tls, None);
    let file = "[admin_tls]\ncert_file = \"c.pem\"\nkey_file = \"k.pem\"\n";
    let variables =
        [("CHRONIK_ADMIN_TLS_KEY_FILE", "/run/k"), ("CHRONIK_ADMIN_TLS_CLIENT_CA_FILE", "/run/ca")];
    let config = settle(file, &variables, &Flags::default()).unwrap();
    let files = AdminTls {
        cert_file: "c.pem".into(),
        key_file: "/run/k".into(),
        client_ca_file: Some("/run/ca".into()),
    };
    assert_eq!(config.admin_tls, Some(files));
    let view = config.view();
    let origin = |name: &str| &view.entries.iter().find(|entry| entry.name == name).unwrap().origin;
    assert_eq!(origin("admin_tls.cert_file"), "file node.toml, line 2");
    assert_eq!(origin("admin_tls.key_file"), "CHRONIK_ADMIN_TLS_KEY_FILE");
}

#[test]
fn every_mistake_in_a_file_names_line_key_and_remedy() {
    let one = "[[peers]]\nid = 1\nkafka = \"a:1\"\nwal = \"a:2\"\nraft = \"a:3\"\n";
    let cases = [
        "node_id = ".to_owned(),
        "node_idd = 1\n".to_owned(),
        "colour = 1\n".to_owned(),
        "node_id = \"1\"\n".to_owned(),
        "\n\nnode_id = 256\n".to_owned(),
        "data_dir = \"\"\n".to_owned(),
        "enabled = 1\n".to_owned(),
        "peers = 1\n".to_owned(),
        "[bind]\nkafka = \"9092\"\n".to_owned(),
        "[bind]\nkaffka = \"a:9092\"\n".to_owned(),
        flat("node_id = 4\n"),
        flat(""),
        flat("node_id = 1\nreplication_factor = 4\n"),
        flat("node_id = 1\nreplication_factor = 2\nmin_insync_replicas = 3\n"),
        flat("node_id = 1\nenabled = false\n"),
        "enabled = true\n".to_owned(),
        "replication_factor = 3\n".to_owned(),
        format!("node_id = 1\n{one}{one}"),
        format!("node_id = 1\n{one}{}", one.replace("id = 1", "id = 2")),
        "node_id = 1\n[[peers]]\nkafka = \"a:1\"\n".to_owned(),
        "node_id = 1\n[[peers]]\nid = 1\nkafka = \"a:1\"\nwal = \"a:2\"\n".to_owned(),
        format!("node_id = 1\n{}", one.replace("a:1", "0.0.0.0:1")),
        format!("node_id = 1\n{}", one.replace("a:2", "a:10001")),
        format!("{one}[cluster]\nnode_id = 1\nseed_nodes = []\n"),
        "node_id = 1\n[cluster]\nnode_id = 1\n".to_owned(),
        "[cluster]\nseed_nodes = []\nadvertised_node_addr = \"a:9093\"\n".to_owned(),
        "[cluster]\nnode_id = 1\n".to_owned(),
        "[cluster]\nnode_id = 1\nadvertised_node_addr = \"0.0.0.0:9093\"\n".to_owned(),
        "[cluster]\nnode_id = 1\nseed_nodes = [\n  \"node1:9093\"]\n".to_owned(),
        "[cluster]\nnode_id = 1\nadvertised_node_addr = \"a:9093\"\nseed_nodes = [\"1@a:9093\"]\n".to_owned(),
        "[cluster]\nnode_id = 1\ndiscovery_mode = \"dns\"\n".to_owned(),
        "[cluster.network]\ntls_enabled = true\n".to_owned(),
        "[cluster.network]\nconnect_timeout_ms = 5\n".to_owned(),
        "[cluster.raft]\nelection_timeout_ms = 200\nheartbeat_interval_ms = 100\n".to_owned(),
        "[cluster.storage]\nwal_segment_size = 1048576\n".to_owned(),
        "[cluster.storage]\nsnapshot_dir = \"x\"\n".to_owned(),
        "[advertise]\nkafka = \"0.0.0.0:9092\"\n".to_owned(),
        "[bind]\nkafka = \"a:1\"\nwal = \"a:1\"\n".to_owned(),
        "[broker]\nnum_partitions = 0\n".to_owned(),
        "log_retention_ms = 0\n".to_owned(),
        "log_retention_bytes = -2\n".to_owned(),
        "retention_check_interval_ms = 1\n".to_owned(),
        "auto_rebalance = \"yes\"\n".to_owned(),
        "auto_rebalance = true\n[cluster]\nauto_rebalance = true\n".to_owned(),
        "[cluster]\nreplica_move_rate = -1\n".to_owned(),
        "[admin_tls]\ncert_file = \"c.pem\"\n".to_owned(),
        "[admin_tls]\nkey_file = \"k.pem\"\n".to_owned(),
        "[admin_tls]\nclient_ca_file = \"ca.pem\"\n".to_owned(),
        "[admin_tls]\ncert_file = \"\"\n".to_owned(),
        "[admin_tls]\n".to_owned(),
        "log_format = \"xml\"\n".to_owned(),
        "[health]\ndisk_low_percent = 3\ndisk_full_percent = 4\n".to_owned(),
        "[admin_tls]\ncertfile = \"c.pem\"\n".to_owned(),
    ];
    let transcript: Vec<_> =
        cases.iter().map(|text| format!("{}\n=> {}\n", text.trim_end(), refusal(text))).collect();
    insta::assert_snapshot!(transcript.join("\n"));
}

#[test]
fn every_mistake_in_the_environment_names_the_variable() {
    let cases = [
        ("CHRONIK_NODE_ID", "zero"),
        ("CHRONIK_NODE_ID", "256"),
        ("CHRONIK_REPLICATION_FACTOR", "3"),
        ("CHRONIK_BIND", "a b"),
        ("CHRONIK_CLUSTER_PEERS", "a:1:2"),
        ("CHRONIK_CLUSTER_PEERS", "a:1:2:3"),
        ("CHRONIK_ADVERTISE", "0.0.0.0"),
        ("OBJECT_STORE_BACKEND", "s3"),
        ("CHRONIK_LOG_RETENTION_MS", "0"),
        ("CHRONIK_LOG_RETENTION_BYTES", "1 GB"),
        ("CHRONIK_REPLICA_MOVE_RATE", "-1"),
        ("CHRONIK_AUTO_REBALANCE", "yes"),
        ("CHRONIK_ADMIN_TLS_CERT_FILE", "c.pem"),
    ];
    let told = |(name, value)| {
        let error = settle("", &[(name, value)], &Flags::default()).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        format!("{name}={value}\n=> {error}\n")
    };
    insta::assert_snapshot!(cases.map(told).join("\n"));
}

#[test]
fn a_flag_is_named_as_it_is_typed() {
    let flags = Flags { node_id: Some(0), ..Flags::default() };
    let error = settle("", &[], &flags).unwrap_err();
    assert_eq!(error.to_string(), "--node-id: \"0\" is not possible; use a whole number from 1 to 255");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let flags = Flags { config: Some("/nowhere/node.toml".into()), ..Flags::default() };
    let error = load(&flags, &Environment::default()).unwrap_err();
    assert_eq!(error.kind, ConfigErrorKind::Unreadable);
    assert_eq!(
        error.to_string(),
        "/nowhere/node.toml: it cannot be read: No such file or directory (os error 2); \
         check the path and its permissions"
    );
}

#[test]
fn the_flag_names_the_file_before_the_variable_and_the_default() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (flag, variable) = (write("flag", "node_id = 5\n"), write("variable", "node_id = 6\n"));
    let fallback = write("default", "node_id = 7\n");
    let environment: Environment = [("CHRONIK_CONFIG", variable.to_str().unwrap())].into_iter().collect();
    let mut flags = Flags { config: Some(flag), default_config: Some(fallback), ..Flags::default() };
    assert_eq!(load(&flags, &environment).unwrap().node_id, 5);
    flags.config = None;
    assert_eq!(load(&flags, &environment).unwrap().node_id, 6);
    assert_eq!(load(&flags, &Environment::default()).unwrap().node_id, 7);
}
