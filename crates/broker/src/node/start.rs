//! Bringing a node up and down.
//!
//! Up: data directory → WAL → peers → metadata group → registration → partitions → Kafka listener → admin API.
//! Each step needs the ones before it; the first three happen before anybody can talk to the node.
//!
//! Must never: serve clients before this node's own registration is committed, or say that it is healthy before its replicas
//! are open.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chronik_common::HostPort;
use chronik_common::config::{Formation, NodeConfig};
use parking_lot::{Mutex, RwLock};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};
use uuid::Uuid;

use super::calls::Calls;
use super::groups::Store;
use super::sights::watch_the_cluster;
use super::surveying::Observatory;
use super::{Inner, Node, Partitions, status, topic_defaults};
use crate::admin::{Api, Tls, TlsError};
use crate::cluster::admission::Doorkeeper;
use crate::cluster::calls::Caller;
use crate::cluster::controller::Controller;
use crate::cluster::identity::{self, Identity, IdentityError};
use crate::cluster::joining::{self, JoinError, Newcomer};
use crate::cluster::leaders::Leaders;
use crate::cluster::loads::Loads;
use crate::cluster::metadata_log::MetadataState;
use crate::cluster::mover::Mover;
use crate::cluster::{MetadataLog, ProposalError};
use crate::coordinator::{Coordinator, CoordinatorConfig};
use crate::kafka;
use crate::metadata::{AdminKey, Command, Endpoints, MetadataError, MetadataImage, Outcome, Standing};
use crate::raft::liveness::Liveness;
use crate::raft::transport::hello::Announced;
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
    /// It found no cluster, or was not let in.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// The admin API cannot speak TLS with the files of the configuration.
    #[error("[admin_tls]: {0}")]
    AdminTls(#[from] TlsError),
    /// The cluster has let this node's data directory go.
    #[error("{0}")]
    Retired(String),
    /// The cluster refuses this node.
    #[error("the cluster refuses this node: {0}")]
    Refused(MetadataError),
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
    /// Waits until a peer says that the cluster has let this node's data directory go, and gives the reason: the node must
    /// be stopped.
    pub async fn retirement(&self) -> String {
        self.node.inner.liveness.retirement().await
    }

    /// Ends the node: no new requests, running ones finish, the WAL is flushed and closed.
    pub async fn stop(self) {
        self.node.hand_everything_over().await;
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
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|source| StartError::DataDir { path: config.data_dir.clone(), source })?;
    let admin_tls = config.admin_tls.clone().map(Tls::open).transpose()?.map(Arc::new);
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let known = identity::load(&config.data_dir, config.node_id)?;
    let options = Options::with_file_size(config.wal_file_size);
    let (wal, recovered) = Wal::open(&config.wal_dir, options)?;
    for damage in &recovered.corruptions {
        error!("WAL corruption: {damage:?}; the groups that it touches are not served by this node");
    }

    let log = wal.group(METADATA_GROUP);
    let wal_is_empty = log.state().last.is_none() && !log.is_quarantined();
    identity::check_wal(&config.data_dir, &config.wal_dir, known.as_ref(), wal_is_empty)?;
    let directory_id = identity::directory_id(&config.data_dir, known.as_ref())?;

    let timing = Timing {
        heartbeat: config.heartbeat_interval,
        election: config.election_timeout,
        replica_lag_max: config.replica_lag_time_max,
        catch_up_rate: config.upkeep.replica_move_rate.unwrap_or(0),
    };
    let me = config.node_id;
    let announced =
        Announced::new(joining::introduction(me, directory_id, &config.formation, known.as_ref()));
    let doorkeeper = Arc::new(Doorkeeper::new(me, announced.clone()));
    let parts = Arc::new(OnceLock::new());
    let service = Service {
        me,
        announced: announced.clone(),
        admission: doorkeeper.clone(),
        stop: stop.clone(),
        parts: parts.clone(),
    };
    serve_peers(&config, &service, &stop, &tasks).await?;
    let (identity, members) = if let Some(identity) = known {
        (identity, configured_peers(&config))
    } else {
        let newcomer = newcomer(&config, directory_id);
        let entry = joining::enter(&config.data_dir, &newcomer, &config.formation, &announced).await?;
        (entry.identity, entry.members)
    };

    let liveness = Liveness::new(me, timing);
    let peers = Peers::new(me, identity.cluster_id.clone(), directory_id, Arc::new(liveness.clone()));
    let groups = Groups::new(wal.clone(), peers.clone(), liveness.clone(), timing, recovered.app_states)
        .map_err(StartError::Metadata)?;
    let calls = Calls::default();
    drop(parts.set(Parts {
        groups: groups.clone(),
        calls: Arc::new(calls.clone()),
        events: Arc::new(liveness.clone()),
    }));
    for (id, address) in &members {
        peers.connect(*id, address);
    }

    let metadata =
        start_metadata(&groups, &liveness, &peers, &founders(&config, &identity), &identity).await?;
    drop(calls.metadata.set(metadata.clone()));
    doorkeeper.open((metadata.clone(), liveness.clone()));
    tasks.spawn(follow_members(peers.clone(), metadata.clone(), stop.clone()));
    let control = control_runtime().map_err(StartError::Metadata)?;
    tasks.spawn_on(liveness.clone().run(peers.clone(), stop.clone().cancelled_owned()), &control);
    tokio::select! {
        registered = register(&config, &identity, &metadata) => registered?,
        reason = liveness.retirement() => return Err(StartError::Retired(reason)),
    }
    if !identity.registered {
        identity::store(&config.data_dir, &Identity { registered: true, ..identity.clone() })?;
        announced.formed();
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
            loads: Loads::default(),
            caller: Caller::new(peers),
            coordinator: Coordinator::new(Arc::new(store), coordinator_config),
            producer_ids: tokio::sync::Mutex::new(0..0),
            topic_infos: RwLock::default(),
            told: Mutex::default(),
            observatory: Observatory::default(),
            journal: Arc::default(),
            admin_tls: admin_tls.clone(),
            traffic: Arc::default(),
            config,
        }),
    };
    drop(calls.node.set(node.clone()));
    node.inner.partitions.reconcile(&node.inner.metadata.image()).await;
    tasks.spawn(follow_metadata(node.clone(), stop.clone()));
    tasks.spawn(follow_leadership(node.clone(), stop.clone()));
    tasks.spawn(watch_the_cluster(node.clone(), stop.clone()));
    look_after(&node, &stop, &tasks);
    serve_clients(&node, &stop, &tasks).await?;
    let api = Api::new(Arc::new(node.clone()), Some(&node.inner.config.data_dir)).with_tls(admin_tls);
    drop(calls.admin.set(api.clone()));
    status::serve(&node, &api, &stop, &tasks).await?;
    info!(node = me, cluster = %identity.cluster_id, "serving");
    Ok(Running { node, stop, tasks, wal })
}

/// Where the configuration says that the other nodes listen, for a node that knows who it is. Others are learnt from the
/// metadata.
fn configured_peers(config: &NodeConfig) -> BTreeMap<i32, PeerAddress> {
    let address =
        |raft: &HostPort, wal: &HostPort| PeerAddress { raft: raft.to_string(), wal: wal.to_string() };
    match &config.formation {
        Formation::Standalone => BTreeMap::new(),
        Formation::Peers(peers) => {
            let others = peers.iter().filter(|p| p.id != config.node_id);
            others.map(|p| (p.id, address(&p.raft, &p.wal))).collect()
        }
        Formation::Seeds(seeds) => seeds.iter().map(|s| (s.id, address(&s.address, &s.address))).collect(),
    }
}

/// The first voters of the metadata group; empty if this node is not one of them.
fn founders(config: &NodeConfig, identity: &Identity) -> Vec<i32> {
    match &config.formation {
        _ if !identity.is_founder() => Vec::new(),
        // Written by a build that took them from the configuration.
        Formation::Peers(peers) if identity.founders.is_empty() => peers.iter().map(|p| p.id).collect(),
        _ if identity.founders.is_empty() => vec![identity.node_id],
        _ => identity.founders.iter().map(|f| f.id).collect(),
    }
}

fn endpoints(config: &NodeConfig) -> Endpoints {
    Endpoints {
        kafka: config.advertise.kafka.clone(),
        wal: config.advertise.wal.clone(),
        raft: config.advertise.raft.clone(),
        admin: config.advertise.admin.clone(),
    }
}

fn newcomer(config: &NodeConfig, directory_id: Uuid) -> Newcomer {
    Newcomer {
        id: config.node_id,
        directory_id,
        endpoints: endpoints(config),
        rack: config.rack.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
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

async fn start_metadata(
    groups: &Groups,
    liveness: &Liveness,
    peers: &Peers,
    founders: &[i32],
    identity: &Identity,
) -> Result<MetadataLog, StartError> {
    let state = Arc::new(MetadataState::default());
    let replica = |id: i32| RaftNodeId::new(id, crate::metadata::FIRST_INCARNATION);
    let spec = GroupSpec {
        id: METADATA_GROUP,
        me: RaftNodeId::new(identity.node_id, identity.incarnation),
        founders: founders.iter().map(|id| replica(*id)).collect(),
        preference: Vec::new(),
        app: state.clone(),
    };
    groups.start(spec).await.map_err(StartError::Metadata)?;
    Ok(MetadataLog::new(state, groups.clone(), liveness.clone(), Caller::new(peers.clone())))
}

/// Between two complaints that the cluster does not answer.
const REGISTRATION_PATIENCE: Duration = Duration::from_secs(10);

/// Makes this node known to the cluster; waits for a metadata leader as long as it takes.
async fn register(
    config: &NodeConfig,
    identity: &Identity,
    metadata: &MetadataLog,
) -> Result<(), StartError> {
    propose_until_done(metadata, Command::SetClusterId { cluster_id: identity.cluster_id.clone() }).await?;
    let command = Command::RegisterBroker {
        id: config.node_id,
        directory_id: identity.directory_id,
        endpoints: endpoints(config),
        rack: config.rack.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        standing: if identity.is_founder() { Standing::Founder } else { Standing::Member },
    };
    propose_until_done(metadata, command).await?;
    let applied = |image: &MetadataImage| {
        image.broker(identity.node_id).is_some_and(|b| b.directory_id == identity.directory_id)
    };
    while !metadata.wait_for(Instant::now() + REGISTRATION_PATIENCE, applied).await {
        warn!("waiting for the metadata that says that this node is registered");
    }
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
        match metadata.propose(command.clone(), REGISTRATION_PATIENCE).await {
            Ok(outcome) => return Ok(outcome),
            Err(ProposalError::Refused(e)) => return Err(StartError::Refused(e)),
            Err(e @ (ProposalError::NoLeader(_) | ProposalError::TimedOut(_))) => {
                warn!("waiting for quorum: {e}");
            }
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

/// Starts what looks after the cluster and this node's disk.
fn look_after(node: &Node, stop: &CancellationToken, tasks: &TaskTracker) {
    let Inner { config, metadata, groups, liveness, caller, loads, .. } = &*node.inner;
    let upkeep = &config.upkeep;
    let mover = Mover::new(metadata.clone(), groups.clone(), liveness.clone(), topic_defaults(config));
    tasks.spawn(mover.run(stop.clone()));
    let controller = Controller::new(
        metadata.clone(),
        groups.clone(),
        liveness.clone(),
        caller.clone(),
        loads.clone(),
        upkeep.auto_rebalance,
        upkeep.leader_load_check_interval.filter(|_| upkeep.auto_leader_rebalance),
    );
    tasks.spawn(controller.run(stop.clone()));
    let leaders = Leaders {
        metadata: metadata.clone(),
        groups: groups.clone(),
        liveness: liveness.clone(),
        settled: upkeep.auto_leader_rebalance.then_some(upkeep.leader_rebalance_after),
    };
    tasks.spawn(leaders.run(stop.clone()));
    tasks.spawn(super::loads::run(node.clone(), stop.clone()));
    tasks.spawn(super::retention::run(node.clone(), stop.clone()));
    tasks.spawn(super::purge::run(node.clone(), stop.clone()));
    tasks.spawn(super::repair::run(node.clone(), stop.clone()));
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

/// Keeps the connections what the metadata says, from before this node is registered: on a restart it may only know
/// from its own log who the others are.
async fn follow_members(peers: Peers, metadata: MetadataLog, stop: CancellationToken) {
    let mut changes = metadata.changes();
    loop {
        changes.mark_unchanged();
        reconcile_peers(&peers, &metadata.image());
        tokio::select! {
            () = stop.cancelled() => return,
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

/// Connects to every broker that is a member or may become one, and lets go of those that were removed. The image may
/// be behind: peers that it has not heard of yet are left alone.
fn reconcile_peers(peers: &Peers, image: &MetadataImage) {
    let members = image.brokers().values().map(|b| (b.id, &b.endpoints));
    let invited = image.invited().iter().map(|(id, endpoints)| (*id, endpoints));
    for (id, endpoints) in members.chain(invited) {
        let Endpoints { raft, wal, .. } = endpoints;
        peers.connect(id, &PeerAddress { raft: raft.to_string(), wal: wal.to_string() });
    }
    let is_out =
        |id: &i32| !image.registered(*id) && !image.invited().contains_key(id) && image.was_removed(*id);
    peers.ids().into_iter().filter(is_out).for_each(|id| peers.disconnect(id));
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
    let server =
        kafka::Server::new(Arc::new(node.clone()), kafka::Limits::default(), node.inner.traffic.clone());
    tasks.spawn(server.serve(listener, stop.clone()));
    Ok(())
}
