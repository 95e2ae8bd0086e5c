//! Bringing a node up and down.
//!
//! Up: data directory → WAL → peers → metadata group → registration → partitions → Kafka listener → admin API.
//! Each step needs the ones before it; the first three happen before anybody can talk to the node.
//!
//! Must never: serve clients before this node's own registration is committed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use chronik_common::HostPort;
use chronik_common::config::{Formation, NodeConfig};
use parking_lot::{Mutex, RwLock};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};
use uuid::Uuid;

use super::calls::Calls;
use super::groups::Store;
use super::{Inner, Node, Partitions, status};
use crate::cluster::calls::Caller;
use crate::cluster::identity::{self, AskedPeer, Identity, IdentityError};
use crate::cluster::metadata_log::MetadataState;
use crate::cluster::{MetadataLog, ProposalError};
use crate::coordinator::{Coordinator, CoordinatorConfig};
use crate::kafka;
use crate::metadata::{AdminKey, Command, Endpoints, MetadataError, Outcome};
use crate::raft::liveness::Liveness;
use crate::raft::transport::server::{Parts, Service, serve};
use crate::raft::transport::{PeerAddress, Peers};
use crate::raft::{GroupSpec, Groups, METADATA_GROUP, RaftNodeId, Timing, control_runtime};
use crate::wal::{Options, Wal, WalError};

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be bound.
    #[error(
        "cannot listen on {address} for {purpose}: {source}; another process may use the port, see `ss -ltnp`"
    )]
    Bind {
        /// The address.
        address: HostPort,
        /// What it is for.
        purpose: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The data directory cannot be used.
    #[error("{path}: {source}")]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The data directory is not this node's.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The WAL cannot be opened.
    #[error(transparent)]
    Wal(#[from] WalError),
    /// The metadata group cannot run.
    #[error("the metadata group cannot start: {0}")]
    Metadata(std::io::Error),
    /// The cluster refuses this node.
    #[error("the cluster refuses this node: {0}")]
    Refused(MetadataError),
    /// What this version cannot do.
    #[error("{0}")]
    Unsupported(String),
}

/// A node that runs.
pub struct Running {
    /// The node.
    pub node: Node,
    stop: CancellationToken,
    tasks: TaskTracker,
    wal: Wal,
}

impl Running {
    /// Ends the node: no new requests, running ones finish, the WAL is flushed and closed.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(Duration::from_secs(10), self.tasks.wait()).await.is_err() {
            warn!("some connections did not end in time");
        }
        for group in self.node.inner.groups.all() {
            group.shutdown().await;
        }
        if let Err(e) = self.wal.close() {
            error!("closing the WAL: {e}");
        }
    }
}

pub(super) async fn bind(address: &HostPort, purpose: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind((address.host.as_str(), address.port)).await.map_err(|source| StartError::Bind {
        address: address.clone(),
        purpose,
        source,
    })
}

/// Starts a node and returns when it serves clients.
pub async fn start(config: NodeConfig) -> Result<Running, StartError> {
    let founders = founders(&config)?;
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|source| StartError::DataDir { path: config.data_dir.clone(), source })?;
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let known = identity::load(&config.data_dir, config.node_id)?;
    let options = Options::with_file_size(config.wal_file_size);
    let (wal, recovered) = Wal::open(&config.wal_dir, options)?;
    for damage in &recovered.corruptions {
        error!("WAL corruption: {damage:?}; the groups that it touches are not served by this node");
    }

    if let Some(identity) = &known {
        let log = wal.group(METADATA_GROUP);
        let wal_is_empty = log.state().last.is_none() && !log.is_quarantined();
        identity::check_wal(&config.data_dir, &config.wal_dir, identity, wal_is_empty)?;
    }

    let timing = Timing {
        heartbeat: config.heartbeat_interval,
        election: config.election_timeout,
        replica_lag_max: config.replica_lag_time_max,
    };
    let me = config.node_id;
    let announced =
        Arc::new(ArcSwap::from_pointee(known.as_ref().map(|i| i.cluster_id.clone()).unwrap_or_default()));
    let parts = Arc::new(OnceLock::new());
    let service = Service {
        me,
        cluster_id: announced.clone(),
        fresh: !known.as_ref().is_some_and(|i| i.registered),
        stop: stop.clone(),
        parts: parts.clone(),
    };
    serve_peers(&config, &service, &stop, &tasks).await?;
    let identity = match known {
        Some(identity) => identity,
        None => found_or_join(&config, &founders, &announced).await?,
    };

    let liveness = Liveness::new(me, timing);
    let peers = Peers::new(me, identity.cluster_id.clone(), Arc::new(liveness.clone()));
    let groups = Groups::new(wal.clone(), peers.clone(), liveness.clone(), timing, recovered.app_states)
        .map_err(StartError::Metadata)?;
    let calls = Calls::default();
    drop(parts.set(Parts {
        groups: groups.clone(),
        calls: Arc::new(calls.clone()),
        events: Arc::new(liveness.clone()),
    }));
    for (id, address) in founders.iter().filter(|(id, _)| **id != me) {
        peers.connect(*id, address);
    }

    let metadata = start_metadata(&groups, &liveness, &peers, &founders, me).await?;
    drop(calls.metadata.set(metadata.clone()));
    let control = control_runtime().map_err(StartError::Metadata)?;
    tasks.spawn_on(liveness.clone().run(peers.clone(), stop.clone().cancelled_owned()), &control);
    register(&config, &identity, &metadata).await?;
    if !identity.registered {
        identity::store(&config.data_dir, &Identity { registered: true, ..identity.clone() })?;
    }

    let partitions = Partitions::new(me, groups.clone());
    let store = Store { metadata: metadata.clone(), partitions: partitions.clone() };
    let coordinator_config = CoordinatorConfig {
        initial_rebalance_delay: config.group_initial_rebalance_delay,
        ..CoordinatorConfig::default()
    };
    let node = Node {
        inner: Arc::new(Inner {
            metadata: metadata.clone(),
            groups,
            liveness: liveness.clone(),
            partitions: partitions.clone(),
            caller: Caller::new(peers),
            coordinator: Coordinator::new(Arc::new(store), coordinator_config),
            producer_ids: tokio::sync::Mutex::new(0..0),
            detours: Mutex::default(),
            topic_infos: RwLock::default(),
            config,
        }),
    };
    drop(calls.node.set(node.clone()));
    tasks.spawn(follow_metadata(node.clone(), stop.clone()));
    tasks.spawn(follow_leadership(node.clone(), stop.clone()));
    serve_clients(&node, &stop, &tasks).await?;
    status::serve(&node, &stop, &tasks).await?;
    info!(node = me, cluster = %identity.cluster_id, "serving");
    Ok(Running { node, stop, tasks, wal })
}

/// The voters of the metadata group, with their addresses.
fn founders(config: &NodeConfig) -> Result<BTreeMap<i32, PeerAddress>, StartError> {
    let own =
        || PeerAddress { raft: config.advertise.raft.to_string(), wal: config.advertise.wal.to_string() };
    match &config.formation {
        Formation::Standalone => Ok(BTreeMap::from([(config.node_id, own())])),
        Formation::Peers(peers) => Ok(peers
            .iter()
            .map(|p| (p.id, PeerAddress { raft: p.raft.to_string(), wal: p.wal.to_string() }))
            .collect()),
        Formation::Seeds(seeds) if seeds.is_empty() => Ok(BTreeMap::from([(config.node_id, own())])),
        Formation::Seeds(_) => Err(StartError::Unsupported(
            "joining a running cluster through seed_nodes is not possible in this version: list all nodes of the cluster in [[peers]] and start them together".into(),
        )),
    }
}

async fn serve_peers(
    config: &NodeConfig,
    service: &Service,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> Result<(), StartError> {
    let control = control_runtime().map_err(StartError::Metadata)?;
    let mut listeners = vec![(&config.bind.raft, "Raft", control)];
    if config.bind.wal != config.bind.raft {
        listeners.push((&config.bind.wal, "WAL replication", Handle::current()));
    }
    for (address, purpose, runtime) in listeners {
        let (service, stop) = (service.clone(), stop.clone());
        let address = address.clone();
        let bound = runtime.spawn(async move { bind(&address, purpose).await }).await;
        let listener = bound.map_err(|e| StartError::Metadata(std::io::Error::other(e)))??;
        let serving = async move {
            if let Err(e) = serve(listener, service, stop.cancelled_owned()).await {
                error!("the peer listener ended: {e}");
            }
        };
        tasks.spawn_on(serving, &runtime);
    }
    Ok(())
}

async fn found_or_join(
    config: &NodeConfig,
    founders: &BTreeMap<i32, PeerAddress>,
    announced: &ArcSwap<String>,
) -> Result<Identity, IdentityError> {
    let others: Vec<AskedPeer> = founders
        .iter()
        .filter(|(id, _)| **id != config.node_id)
        .map(|(id, address)| AskedPeer { id: *id, address: address.raft.clone() })
        .collect();
    identity::establish(&config.data_dir, config.node_id, &others, announced).await
}

async fn start_metadata(
    groups: &Groups,
    liveness: &Liveness,
    peers: &Peers,
    founders: &BTreeMap<i32, PeerAddress>,
    me: i32,
) -> Result<MetadataLog, StartError> {
    let state = Arc::new(MetadataState::default());
    let replica = |id: i32| RaftNodeId::new(id, crate::metadata::FIRST_INCARNATION);
    let spec = GroupSpec {
        id: METADATA_GROUP,
        me: replica(me),
        voters: founders.keys().map(|id| replica(*id)).collect(),
        app: state.clone(),
    };
    groups.start(spec).await.map_err(StartError::Metadata)?;
    Ok(MetadataLog::new(state, groups.clone(), liveness.clone(), Caller::new(peers.clone())))
}

/// Makes this node known to the cluster; waits for a metadata leader as long as it takes.
async fn register(
    config: &NodeConfig,
    identity: &Identity,
    metadata: &MetadataLog,
) -> Result<(), StartError> {
    propose_until_done(metadata, Command::SetClusterId { cluster_id: identity.cluster_id.clone() }).await?;
    let endpoints = Endpoints {
        kafka: config.advertise.kafka.clone(),
        wal: config.advertise.wal.clone(),
        raft: config.advertise.raft.clone(),
        admin: config.advertise.admin.clone(),
    };
    let command = Command::RegisterBroker {
        id: config.node_id,
        directory_id: identity.directory_id,
        endpoints,
        rack: config.rack.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    propose_until_done(metadata, command).await?;
    if config.admin_api_key.is_none() {
        let drawn = AdminKey::new(Uuid::new_v4().simple().to_string());
        if let Outcome::AdminKey { key } =
            propose_until_done(metadata, Command::SetAdminKey { key: drawn }).await?
        {
            keep_admin_key(config, &key)?;
        }
    }
    Ok(())
}

async fn propose_until_done(metadata: &MetadataLog, command: Command) -> Result<Outcome, StartError> {
    loop {
        match metadata.propose(command.clone(), Duration::from_secs(10)).await {
            Ok(outcome) => return Ok(outcome),
            Err(ProposalError::Refused(e)) => return Err(StartError::Refused(e)),
            Err(e @ ProposalError::TimedOut(_)) => warn!("waiting for quorum: {e}"),
        }
    }
}

/// The key is shown in the log once, when it first comes to this node, and kept in a file for its owner only.
fn keep_admin_key(config: &NodeConfig, key: &AdminKey) -> Result<(), StartError> {
    let path = config.data_dir.join("admin.key");
    if std::fs::read_to_string(&path).is_ok_and(|known| known.trim() == key.reveal()) {
        return Ok(());
    }
    identity::write_durably(&path, format!("{}\n", key.reveal()).as_bytes(), 0o600)
        .map_err(|source| StartError::DataDir { path, source })?;
    info!("Admin API key: {}", key.reveal());
    Ok(())
}

/// Keeps partitions and peers what the metadata says.
async fn follow_metadata(node: Node, stop: CancellationToken) {
    let mut changes = node.inner.metadata.changes();
    loop {
        changes.mark_unchanged();
        let image = node.inner.metadata.image();
        node.inner.partitions.reconcile(&image).await;
        node.forget_deleted_topics();
        node.tell_coordinator();
        tokio::select! {
            () = stop.cancelled() => return,
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

async fn follow_leadership(node: Node, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = node.inner.liveness.changed() => node.tell_coordinator(),
        }
    }
}

async fn serve_clients(node: &Node, stop: &CancellationToken, tasks: &TaskTracker) -> Result<(), StartError> {
    let listener = bind(&node.inner.config.bind.kafka, "Kafka clients").await?;
    let server = kafka::Server::new(Arc::new(node.clone()), kafka::Limits::default());
    tasks.spawn(server.serve(listener, stop.clone()));
    Ok(())
}
