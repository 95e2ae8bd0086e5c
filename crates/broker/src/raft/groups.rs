//! All Raft groups of this node.
//!
//! Each group's tasks are pinned to one of a few single-threaded runtimes (measured: half the cost of a
//! work-stealing one at low load, and better batches); [`Groups::start`] is the one place that decides where.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use openraft::{Config, EmptyNode, SnapshotPolicy};
use parking_lot::{Mutex, RwLock};
use tokio::runtime::Handle;

use super::group::{Group, Leader, Parts, leader_of};
use super::liveness::Liveness;
use super::machine::{Machine, StateMachine};
use super::storage::{LogStore, VoteHook};
use super::transport::{Peers, network::Factory};
use super::types::{GroupId, Raft, RaftNodeId, Vote};
use crate::wal::{CheckpointSource, Wal};

/// The clocks of Raft on this node.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Peers say that they live this often.
    pub heartbeat: Duration,
    /// A peer unheard for this long is taken for dead, and a leader's lease lasts this long.
    pub election: Duration,
    /// A replica that has not been at the end of the leader's log for this long is out of sync
    /// (`replica.lag.time.max.ms`).
    pub replica_lag_max: Duration,
}

/// A group to start on this node.
pub struct GroupSpec {
    /// Its id.
    pub id: GroupId,
    /// This node's replica id in it.
    pub me: RaftNodeId,
    /// The voters that the group is founded with, the preferred leader first.
    pub voters: Vec<RaftNodeId>,
    /// What committed entries are applied to.
    pub app: Arc<dyn StateMachine>,
}

/// All Raft groups of this node. Cheap to clone.
#[derive(Clone)]
pub struct Groups {
    inner: Arc<Inner>,
}

struct Inner {
    wal: Wal,
    peers: Peers,
    liveness: Liveness,
    config: Arc<Config>,
    runtimes: Vec<Handle>,
    groups: RwLock<HashMap<GroupId, Arc<Group>>>,
    /// Checkpointed states found in the WAL, until their group is started.
    checkpoints: Mutex<HashMap<GroupId, Bytes>>,
}

impl Groups {
    /// No groups yet. `checkpoints` are the application states that the WAL's recovery found.
    pub fn new(
        wal: Wal,
        peers: Peers,
        liveness: Liveness,
        timing: Timing,
        checkpoints: HashMap<GroupId, Bytes>,
    ) -> io::Result<Self> {
        let config = config(timing).validate().map_err(|e| io::Error::other(format!("Raft timing: {e}")))?;
        let inner = Inner {
            wal: wal.clone(),
            peers,
            liveness: liveness.clone(),
            config: Arc::new(config),
            runtimes: start_runtimes()?,
            groups: RwLock::default(),
            checkpoints: Mutex::new(checkpoints),
        };
        let groups = Self { inner: Arc::new(inner) };
        wal.set_checkpoint_source(Arc::new(Checkpoints(Arc::downgrade(&groups.inner))));
        liveness.attach(groups.clone());
        Ok(groups)
    }

    /// The group, if it runs on this node.
    pub fn get(&self, id: GroupId) -> Option<Arc<Group>> {
        self.inner.groups.read().get(&id).cloned()
    }

    /// All groups that run on this node.
    pub fn all(&self) -> Vec<Arc<Group>> {
        self.inner.groups.read().values().cloned().collect()
    }

    /// Starts a group: goes on where its log ends, or founds it with the given voters.
    pub async fn start(&self, spec: GroupSpec) -> io::Result<Arc<Group>> {
        let runtime = self.inner.runtimes[spec.id as usize % self.inner.runtimes.len()].clone();
        let this = self.clone();
        let started = runtime.clone().spawn(async move { this.open(spec, runtime).await });
        let group = started.await.map_err(io::Error::other)??;
        self.inner.groups.write().insert(group.id(), group.clone());
        Ok(group)
    }

    async fn open(&self, spec: GroupSpec, runtime: Handle) -> io::Result<Arc<Group>> {
        let GroupSpec { id, me, voters, app } = spec;
        let log = self.inner.wal.group(id);
        let leader: Arc<Mutex<Option<Leader>>> = Arc::default();
        let machine = self.restore(id, app)?;
        let store = LogStore::new(log.clone(), self.vote_hook(id, me, leader.clone()));
        let factory = Factory { group: id, peers: self.inner.peers.clone() };
        let raft = Raft::new(me.raw(), self.inner.config.clone(), factory, store, machine.clone())
            .await
            .map_err(io::Error::other)?;
        raft.runtime_config().tick(false);
        if log.state().last.is_none() {
            #[allow(clippy::zero_sized_map_values, reason = "openraft asks for this map")]
            let members: BTreeMap<u64, EmptyNode> = voters.iter().map(|v| (v.raw(), EmptyNode {})).collect();
            raft.initialize(members).await.map_err(io::Error::other)?;
        }
        Ok(Arc::new(Group::new(Parts { id, me, voters, raft, machine, log, leader, runtime })))
    }

    /// The state machine at its checkpoint. A checkpoint may be ahead of the log: the leader applies what a quorum
    /// of others has on disk before its own disk has it. Such a state is dropped and built again from the log.
    fn restore(&self, id: GroupId, app: Arc<dyn StateMachine>) -> io::Result<Machine> {
        let checkpoint = self.inner.checkpoints.lock().remove(&id);
        let machine = Machine::open(app.clone(), checkpoint.as_deref())?;
        let last = self.inner.wal.group(id).state().last.map(|l| l.index);
        if machine.position() <= last { Ok(machine) } else { Machine::open(app, None) }
    }

    fn vote_hook(&self, id: GroupId, me: RaftNodeId, leader: Arc<Mutex<Option<Leader>>>) -> VoteHook {
        let liveness = self.inner.liveness.clone();
        Arc::new(move |vote: &Vote| {
            let now = leader_of(vote);
            let before = std::mem::replace(&mut *leader.lock(), now);
            let led = before.filter(|l| l.node == me);
            match now {
                Some(l) if l.node == me => liveness.leads(id, l.term),
                _ => {
                    if let Some(l) = led {
                        liveness.renounces(id, l.term);
                    }
                }
            }
        })
    }

    /// Ends a group's tasks; its log stays.
    pub async fn stop(&self, id: GroupId) {
        let group = self.inner.groups.write().remove(&id);
        if let Some(group) = group {
            group.shutdown().await;
            self.inner.liveness.forget(id);
        }
    }

    /// Ends a group and forgets its log: its topic was deleted.
    pub async fn remove(&self, id: GroupId) -> io::Result<()> {
        self.stop(id).await;
        let (tx, rx) = tokio::sync::oneshot::channel();
        self.inner.wal.group(id).remove(Box::new(move |r| drop(tx.send(r)))).map_err(io::Error::other)?;
        rx.await.map_err(io::Error::other)?
    }

    /// The node's WAL.
    pub fn wal(&self) -> &Wal {
        &self.inner.wal
    }
}

/// Gives the WAL each group's state for the head of a new file.
struct Checkpoints(std::sync::Weak<Inner>);

impl CheckpointSource for Checkpoints {
    fn app_state(&self, group: GroupId) -> Option<Bytes> {
        let inner = self.0.upgrade()?;
        let running = inner.groups.read().get(&group).cloned();
        match running {
            Some(group) => Some(group.checkpoint()),
            // Not started yet: what the last checkpoint said is still what is known.
            None => inner.checkpoints.lock().get(&group).cloned(),
        }
    }
}

/// openraft without its clocks: elections and heartbeats are the liveness driver's.
fn config(timing: Timing) -> Config {
    let election = timing.election.as_millis() as u64;
    Config {
        cluster_name: "chronik".into(),
        election_timeout_min: election,
        election_timeout_max: election + 1,
        // Also the time limit of votes and heartbeats.
        heartbeat_interval: election.saturating_sub(1).max(1),
        snapshot_policy: SnapshotPolicy::Never,
        max_in_snapshot_log_to_keep: u64::MAX,
        enable_pre_vote: Some(true),
        allow_log_reversion: Some(false),
        enable_leader_restore: Some(false),
        backoff: "20ms 50ms ...500ms".into(),
        ..Config::default()
    }
}

/// The runtime of what must not wait behind anything else: the liveness driver and the control streams. A thread of
/// its own, so that a node that is busy serving is not taken for dead.
pub fn control_runtime() -> io::Result<Handle> {
    static RUNTIME: OnceLock<Handle> = OnceLock::new();
    if let Some(handle) = RUNTIME.get() {
        return Ok(handle.clone());
    }
    let handle = start_runtime("control".into())?;
    Ok(RUNTIME.get_or_init(|| handle).clone())
}

/// A single-threaded runtime on a thread of its own, for as long as the process lives.
fn start_runtime(name: String) -> io::Result<Handle> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new().name(name).spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}

/// One single-threaded runtime per core.
fn start_runtimes() -> io::Result<Vec<Handle>> {
    static RUNTIMES: OnceLock<Vec<Handle>> = OnceLock::new();
    if let Some(handles) = RUNTIMES.get() {
        return Ok(handles.clone());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let handles =
        (0..cores).map(|core| start_runtime(format!("raft-{core}"))).collect::<io::Result<Vec<_>>>()?;
    Ok(RUNTIMES.get_or_init(|| handles).clone())
}
