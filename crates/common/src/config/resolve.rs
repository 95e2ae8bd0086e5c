//! From what was set to what holds: defaults, and every check that needs more
//! than one value.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::error::{ConfigError, ConfigErrorKind as Kind};
use super::layer::{Layer, Located, Origin, Setting};
use super::log_format::LogFormat;
use super::shown::Origins;
use super::{Advertised, Formation, LEGACY_ADMIN_PORT, Listeners, NodeConfig, Peer, admin_port};
use crate::HostPort;

const KAFKA_PORT: u16 = 9092;
const WAL_PORT: u16 = 9291;
const RAFT_PORT: u16 = 5001;
const SEED_FORM_NODE_PORT: u16 = 9093;

const EVERYWHERE: &str = "0.0.0.0";
const LOOPBACK: &str = "127.0.0.1";

const USUAL_REPLICATION_FACTOR: i16 = 3;
const WAL_FILE_SIZE: u64 = 256 << 20;
const MESSAGE_MAX_BYTES: i32 = 1024 * 1024 + 12;
const ELECTION_TIMEOUT_MS: u64 = 500;
const HEARTBEAT_INTERVAL_MS: u64 = 100;

type Result<T, E = ConfigError> = std::result::Result<T, E>;

/// Settles every value.
pub(super) fn resolve(layer: Layer) -> Result<NodeConfig> {
    let formation = formation(&layer)?;
    let node_id = node_id(&layer, &formation)?;
    let (replication_factor, min_insync_replicas) = replication(&layer, &formation)?;
    let (election_timeout, heartbeat_interval) = timing(&layer)?;
    let (bind, advertise) = match &formation {
        Formation::Standalone => standalone_addresses(&layer, node_id),
        Formation::Peers(peers) => peer_addresses(&layer, node_id, peers)?,
        Formation::Seeds(_) => seed_form_addresses(&layer, node_id)?,
    };
    check_listeners(&layer, &bind, &formation)?;
    check_advertised(&layer, &advertise)?;
    let message_max_bytes = value(&layer.broker.message_max_bytes, MESSAGE_MAX_BYTES);
    let wal_file_size = wal_file_size(&layer, message_max_bytes)?;
    let data_dir = value(&layer.data_dir, PathBuf::from("./data"));
    let broker = &layer.broker;
    let origins = Origins::of(&layer);
    Ok(NodeConfig {
        node_id,
        rack: broker.rack.as_ref().map(|rack| rack.value.clone()),
        wal_dir: value(&layer.wal_dir, data_dir.join("wal")),
        data_dir,
        wal_file_size,
        replication_factor,
        min_insync_replicas,
        bind,
        advertise,
        formation,
        election_timeout,
        heartbeat_interval,
        replica_lag_time_max: Duration::from_millis(value(&broker.replica_lag_time_max_ms, 30_000)),
        num_partitions: value(&broker.num_partitions, 1),
        auto_create_topics: value(&broker.auto_create_topics, true),
        message_max_bytes,
        offsets_topic_partitions: value(&broker.offsets_topic_partitions, 50),
        group_initial_rebalance_delay: Duration::from_millis(value(
            &broker.group_initial_rebalance_delay_ms,
            3_000,
        )),
        upkeep: layer.upkeep.resolve(),
        log_format: value(&layer.log_format, LogFormat::default()),
        health: layer.health.resolve()?,
        admin_api_key: layer.admin_api_key.map(|key| key.value),
        admin_tls: layer.admin_tls.resolve()?,
        origins,
    })
}

/// What was set, or else the default.
#[expect(clippy::ref_option, reason = "it is called with fields of a layer that is still needed")]
fn value<T: Clone>(setting: &Setting<T>, default: T) -> T {
    setting.as_ref().map_or(default, |setting| setting.value.clone())
}

fn contradiction<T>(origin: &Origin, problem: String, remedy: impl Into<String>) -> Result<T> {
    Err(ConfigError::new(Kind::Contradiction, origin, problem, remedy))
}

fn formation(layer: &Layer) -> Result<Formation> {
    let off = layer.enabled.as_ref().filter(|enabled| !enabled.value);
    match (&layer.peers, &layer.seed_form, off) {
        (Some(_), _, Some(off)) | (_, Some(_), Some(off)) => contradiction(
            &off.origin,
            "the cluster is switched off but its nodes are named".into(),
            "set enabled = true, or remove the peers and [cluster] to run one node alone",
        ),
        (Some(peers), Some(seed_form), None) => contradiction(
            seed_form,
            format!("the nodes are also listed at {}", peers.origin),
            "use either [[peers]] or the [cluster] form",
        ),
        (Some(peers), None, None) => Ok(Formation::Peers(check_peers(&peers.value)?)),
        (None, Some(_), None) => Ok(Formation::Seeds(check_seeds(layer)?)),
        (None, None, _) => match &layer.enabled {
            Some(Located { value: true, origin }) => Err(ConfigError::new(
                Kind::Missing,
                origin,
                "the cluster is switched on but no node is named",
                "list every node under [[peers]], or remove enabled to run one node alone",
            )),
            _ => Ok(Formation::Standalone),
        },
    }
}

/// Unique ids, unique addresses; in order of id.
fn check_peers(peers: &[Located<Peer>]) -> Result<Vec<Peer>> {
    let mut by_id = BTreeMap::new();
    let mut owners = BTreeMap::new();
    for Located { value: peer, origin } in peers {
        if by_id.insert(peer.id, peer.clone()).is_some() {
            return contradiction(
                origin,
                format!("two peers have the id {}", peer.id),
                "give each its own id",
            );
        }
        for (service, address) in [("kafka", &peer.kafka), ("wal", &peer.wal), ("raft", &peer.raft)] {
            if is_everywhere(&address.host) {
                let problem =
                    format!("nobody can connect to {address}, the {service} address of peer {}", peer.id);
                let remedy = "name the host that others reach it by, and put where it listens under [bind]";
                return contradiction(origin, problem, remedy);
            }
            if let Some((id, other)) = owners.insert(address, (peer.id, service)) {
                let problem =
                    format!("{address} is both {other} of peer {id} and {service} of peer {}", peer.id);
                return contradiction(origin, problem, "give each service of each peer its own host:port");
            }
        }
    }
    Ok(by_id.into_values().collect())
}

fn check_seeds(layer: &Layer) -> Result<Vec<super::Seed>> {
    let mut known = BTreeMap::new();
    for Located { value: seed, origin } in &layer.seed_nodes {
        if layer.node_id.as_ref().is_some_and(|id| id.value == seed.id) {
            let remedy =
                "the first node has seed_nodes = [], every other names nodes that were started before it";
            return contradiction(origin, format!("node {} names itself as a seed", seed.id), remedy);
        }
        if known.insert(seed.id, seed.clone()).is_some() {
            return contradiction(
                origin,
                format!("two seeds have the id {}", seed.id),
                "give each its own id",
            );
        }
        if known.values().filter(|other| other.address == seed.address).count() > 1 {
            let problem = format!("two seeds have the address {}", seed.address);
            return contradiction(origin, problem, "give each its own address");
        }
    }
    Ok(known.into_values().collect())
}

fn node_id(layer: &Layer, formation: &Formation) -> Result<i32> {
    let missing = |origin: &Origin| {
        let remedy = "set node_id in the file, or CHRONIK_NODE_ID";
        ConfigError::new(Kind::Missing, origin, "it is not said which of the nodes this one is", remedy)
    };
    match (formation, &layer.node_id) {
        (Formation::Standalone, id) => Ok(value(id, 1)),
        (Formation::Seeds(_), Some(id)) => Ok(id.value),
        (Formation::Seeds(_), None) => Err(missing(layer.seed_form.as_ref().unwrap_or(&Origin::Nowhere))),
        (Formation::Peers(peers), Some(id)) => {
            if peers.iter().any(|peer| peer.id == id.value) {
                return Ok(id.value);
            }
            let ids: Vec<_> = peers.iter().map(|peer| peer.id.to_string()).collect();
            let problem = format!("node {} is not among the peers, which are {}", id.value, ids.join(", "));
            contradiction(&id.origin, problem, "use the id of a peer, or add this node under [[peers]]")
        }
        (Formation::Peers(_), None) => {
            Err(missing(layer.peers.as_ref().map_or(&Origin::Nowhere, |peers| &peers.origin)))
        }
    }
}

/// Replication factor and min ISR; min ISR defaults to a majority.
fn replication(layer: &Layer, formation: &Formation) -> Result<(i16, i32)> {
    let nodes = match formation {
        Formation::Standalone => Some(1),
        Formation::Peers(peers) => Some(peers.len() as i16),
        Formation::Seeds(_) => None,
    };
    let usual = nodes.map_or(USUAL_REPLICATION_FACTOR, |nodes| nodes.min(USUAL_REPLICATION_FACTOR));
    let factor = value(&layer.replication_factor, usual);
    if let (Some(nodes), Some(set)) = (nodes, &layer.replication_factor)
        && factor > nodes
    {
        let count = if nodes == 1 { "only one node".into() } else { format!("only {nodes} nodes") };
        let remedy = format!("set it to {nodes} or less, or add peers");
        return contradiction(&set.origin, format!("{factor} replicas but {count}"), remedy);
    }
    let min_insync = value(&layer.min_insync_replicas, i32::from(factor / 2 + 1));
    if let Some(set) = &layer.min_insync_replicas
        && min_insync > i32::from(factor)
    {
        let problem = format!("{min_insync} replicas in sync wanted but the replication factor is {factor}");
        return contradiction(&set.origin, problem, format!("set it to {factor} or less"));
    }
    Ok((factor, min_insync))
}

fn timing(layer: &Layer) -> Result<(Duration, Duration)> {
    let election = value(&layer.election_timeout_ms, ELECTION_TIMEOUT_MS);
    let heartbeat = value(&layer.heartbeat_interval_ms, HEARTBEAT_INTERVAL_MS);
    let set = layer.heartbeat_interval_ms.as_ref().map(|set| &set.origin);
    if let Some(origin) = set.or(layer.election_timeout_ms.as_ref().map(|set| &set.origin))
        && election < heartbeat * 3
    {
        let problem =
            format!("heartbeats every {heartbeat} ms are too rare for an election timeout of {election} ms");
        return contradiction(origin, problem, "make the timeout at least three times the interval");
    }
    Ok((Duration::from_millis(election), Duration::from_millis(heartbeat)))
}

fn wal_file_size(layer: &Layer, message_max_bytes: i32) -> Result<u64> {
    let size = value(&layer.wal_file_size, WAL_FILE_SIZE);
    let least = 2 * message_max_bytes as u64;
    match &layer.wal_file_size {
        Some(set) if size < least => contradiction(
            &set.origin,
            format!("a WAL file of {size} bytes is too small for record batches of {message_max_bytes}"),
            format!("make it at least {least}, or lower broker.message_max_bytes"),
        ),
        _ => Ok(size),
    }
}

fn standalone_addresses(layer: &Layer, node_id: i32) -> (Listeners, Advertised) {
    let host = value(&layer.bind.host, LOOPBACK.into());
    let bind = listeners(layer, &host, [KAFKA_PORT, WAL_PORT, RAFT_PORT], node_id);
    let reachable = |bound: &HostPort| {
        let anywhere = is_everywhere(&bound.host) || bound.host == LOOPBACK || bound.host == "::1";
        if anywhere { HostPort::new("localhost", bound.port) } else { bound.clone() }
    };
    let admin = bind.admin.first().map_or_else(|| HostPort::new("localhost", admin_port(node_id)), reachable);
    let default = Advertised {
        kafka: reachable(&bind.kafka),
        wal: reachable(&bind.wal),
        raft: reachable(&bind.raft),
        admin,
    };
    (bind, advertised(layer, default))
}

fn peer_addresses(layer: &Layer, node_id: i32, peers: &[Peer]) -> Result<(Listeners, Advertised)> {
    let missing = || ConfigError::new(Kind::Missing, &Origin::Nowhere, "this node is no peer", "add it");
    let own = peers.iter().find(|peer| peer.id == node_id).ok_or_else(missing)?;
    let host = value(&layer.bind.host, EVERYWHERE.into());
    let bind = listeners(layer, &host, [own.kafka.port, own.wal.port, own.raft.port], node_id);
    let default = Advertised {
        kafka: own.kafka.clone(),
        wal: own.wal.clone(),
        raft: own.raft.clone(),
        admin: own.raft.with_port(bind.admin.first().map_or_else(|| admin_port(node_id), |admin| admin.port)),
    };
    Ok((bind, advertised(layer, default)))
}

/// One port for everything between nodes; Kafka and admin beside it.
fn seed_form_addresses(layer: &Layer, node_id: i32) -> Result<(Listeners, Advertised)> {
    for (table, addresses) in [("bind", &layer.bind), ("advertise", &layer.advertise)] {
        if let Some(set) = addresses.wal.as_ref().or(addresses.raft.as_ref()) {
            let problem = format!("in the [cluster] form, [{table}] has only kafka and admin");
            return contradiction(
                &set.origin,
                problem,
                "set cluster.node_addr and cluster.advertised_node_addr",
            );
        }
    }
    let node = value(&layer.node_addr, HostPort::new(EVERYWHERE, SEED_FORM_NODE_PORT));
    let public = match (&layer.advertised_node_addr, is_everywhere(&node.host)) {
        (Some(public), _) => public.value.clone(),
        (None, false) => node.clone(),
        (None, true) => {
            let origin = layer.node_addr.as_ref().map(|set| &set.origin).or(layer.seed_form.as_ref());
            return Err(ConfigError::new(
                Kind::Missing,
                origin.unwrap_or(&Origin::Nowhere),
                "other nodes are not told where to reach this one",
                format!("set cluster.advertised_node_addr = \"<host name>:{}\"", node.port),
            ));
        }
    };
    let host = value(&layer.bind.host, node.host.clone());
    let mut bind = listeners(layer, &host, [KAFKA_PORT, node.port, node.port], node_id);
    if layer.bind.host.is_none() {
        (bind.wal, bind.raft) = (node.clone(), node);
    }
    if layer.bind.admin.is_none() {
        bind.admin.push(HostPort::new(host, LEGACY_ADMIN_PORT));
    }
    let default = Advertised {
        kafka: public.with_port(bind.kafka.port),
        admin: public.with_port(bind.admin.first().map_or_else(|| admin_port(node_id), |admin| admin.port)),
        wal: public.clone(),
        raft: public,
    };
    Ok((bind, advertised(layer, default)))
}

/// Where to listen: as set, else on `host` at the default ports.
fn listeners(layer: &Layer, host: &str, [kafka, wal, raft]: [u16; 3], node_id: i32) -> Listeners {
    let at = |set: &Setting<HostPort>, port| value(set, HostPort::new(host, port));
    Listeners {
        kafka: at(&layer.bind.kafka, kafka),
        wal: at(&layer.bind.wal, wal),
        raft: at(&layer.bind.raft, raft),
        admin: vec![at(&layer.bind.admin, admin_port(node_id))],
    }
}

/// What to advertise: as set, else `default`. A host without a port, as from
/// `CHRONIK_ADVERTISE`, is meant for Kafka clients.
fn advertised(layer: &Layer, default: Advertised) -> Advertised {
    let set = &layer.advertise;
    let kafka = match &set.host {
        Some(host) => HostPort::new(host.value.clone(), default.kafka.port),
        None => default.kafka,
    };
    Advertised {
        kafka: value(&set.kafka, kafka),
        wal: value(&set.wal, default.wal),
        raft: value(&set.raft, default.raft),
        admin: value(&set.admin, default.admin),
    }
}

fn is_everywhere(host: &str) -> bool {
    host == EVERYWHERE || host == "::" || host == "*"
}

/// No two services of this node on one port of one host.
fn check_listeners(layer: &Layer, bind: &Listeners, formation: &Formation) -> Result<()> {
    let shared = matches!(formation, Formation::Seeds(_));
    let mut services = vec![("Kafka", &bind.kafka), ("WAL", &bind.wal)];
    if !shared {
        services.push(("Raft", &bind.raft));
    }
    services.extend(bind.admin.iter().map(|admin| ("admin", admin)));
    for (position, (name, address)) in services.iter().enumerate() {
        let clash = |other: &&(&str, &HostPort)| {
            let same_host =
                other.1.host == address.host || is_everywhere(&other.1.host) || is_everywhere(&address.host);
            other.1.port == address.port && same_host
        };
        if let Some((other, _)) = services.iter().take(position).find(clash) {
            return contradiction(
                origin_of_ports(layer),
                format!("this node would listen on port {} for both {other} and {name}", address.port),
                "give one of them another port under [bind]",
            );
        }
    }
    Ok(())
}

/// The setting that most likely decided a port.
fn origin_of_ports(layer: &Layer) -> &Origin {
    let bind = &layer.bind;
    let bound =
        [&bind.kafka, &bind.wal, &bind.raft, &bind.admin].into_iter().flatten().map(|set| &set.origin);
    let others =
        [layer.peers.as_ref().map(|set| &set.origin), layer.node_addr.as_ref().map(|set| &set.origin)];
    bound.chain(others.into_iter().flatten()).next().unwrap_or(&Origin::Nowhere)
}

fn check_advertised(layer: &Layer, advertised: &Advertised) -> Result<()> {
    let set = &layer.advertise;
    let all = [
        (&advertised.kafka, set.kafka.as_ref().map(|s| &s.origin)),
        (&advertised.wal, set.wal.as_ref().map(|s| &s.origin)),
        (&advertised.raft, set.raft.as_ref().map(|s| &s.origin)),
        (&advertised.admin, set.admin.as_ref().map(|s| &s.origin)),
    ];
    let host = set.host.as_ref().map(|s| &s.origin);
    let otherwise = host.or(layer.advertised_node_addr.as_ref().map(|s| &s.origin));
    match all.into_iter().find(|(address, _)| is_everywhere(&address.host)) {
        None => Ok(()),
        Some((address, origin)) => contradiction(
            origin.or(otherwise).unwrap_or(&Origin::Nowhere),
            format!("{address} is where to listen, not an address that others can connect to"),
            "advertise a host name or an IP address",
        ),
    }
}
