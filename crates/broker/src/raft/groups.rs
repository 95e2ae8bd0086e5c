//! All Raft groups of this node.
//!
//! Each group's tasks are pinned to one of a few single-threaded runtimes (measured: half the cost of a
//! work-stealing one at low load, and better batches); [`Groups::start`] is the one place that decides where.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use openraft::{Config, EmptyNode, SnapshotPolicy};
use parking_lot::{Mutex, RwLock};
use tokio::runtime::Handle;

use super::codec::decode_checkpoint;
use super::group::{Group, Parts, Voted};
use super::liveness::Liveness;
use super::machine::{Machine, StateMachine};
use super::stirred::Stirred;
use super::storage::{LogStore, VoteHook, durable};
use super::throttle::Throttle;
use super::transport::{Peers, network::Factory, wire};
use super::types::{GroupId, Raft, RaftNodeId, Vote};
use crate::wal::{CheckpointSource, GroupLog, Wal};

/// The clocks and rates of Raft on this node.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Peers say that they live this often.
    pub heartbeat: Duration,
    /// A peer unheard for this long is taken for dead.
    pub election: Duration,
    /// A replica that has not been at the end of the leader's log for this long is out of sync
    /// (`replica.lag.time.max.ms`).
    pub replica_lag_max: Duration,
    /// Bytes per second that this node sends to replicas that catch up; 0: as many as it can.
    pub catch_up_rate: u64,
}

/// A group to start on this node.
pub struct GroupSpec {
    /// Its id.
    pub id: GroupId,
    /// This node's replica id in it.
    pub me: RaftNodeId,
    /// The voters that the group was founded with. If this node is one of them and its log is empty, it founds the group;
    /// anybody else waits until the group's leader adds it.
    pub founders: Vec<RaftNodeId>,
    /// The brokers that should lead, the most preferred first.
    pub preference: Vec<i32>,
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
    throttle: Arc<Throttle>,
    patience: Duration,
    groups: RwLock<HashMap<GroupId, Arc<Group>>>,
    stirred: Arc<Stirred>,
    /// Counts groups that started or stopped.
    generation: AtomicU64,
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
            throttle: Arc::new(Throttle::new(timing.catch_up_rate)),
            patience: timing.election,
            groups: RwLock::default(),
            stirred: Arc::default(),
            generation: AtomicU64::new(0),
            checkpoints: Mutex::new(checkpoints),
        };
        let groups = Self { inner: Arc::new(inner) };
        wal.set_checkpoint_source(Arc::new(Checkpoints(Arc::downgrade(&groups.inner))));
        liveness.attach(groups.clone());
        Ok(groups)
    }

    /// The links that the groups talk over.
    pub fn peers(&self) -> &Peers {
        &self.inner.peers
    }

    /// The group, if it runs on this node.
    pub fn get(&self, id: GroupId) -> Option<Arc<Group>> {
        self.inner.groups.read().get(&id).cloned()
    }

    /// All groups that run on this node.
    pub fn all(&self) -> Vec<Arc<Group>> {
        self.inner.groups.read().values().cloned().collect()
    }

    /// The groups in whose log, vote or state something changed since this was last asked, and those that have stopped; `None`
    /// if they are too many to name.
    pub fn stirred(&self) -> Option<Vec<GroupId>> {
        self.inner.stirred.take()
    }

    /// A number that is another one after any group has started or stopped here.
    pub fn generation(&self) -> u64 {
        self.inner.generation.load(Ordering::Acquire)
    }

    /// Starts a group: goes on where its log ends, or founds it with the given voters.
    pub async fn start(&self, spec: GroupSpec) -> io::Result<Arc<Group>> {
        let runtime = self.inner.runtimes[spec.id as usize % self.inner.runtimes.len()].clone();
        let this = self.clone();
        let started = runtime.clone().spawn(async move { this.open(spec, runtime).await });
        let group = started.await.map_err(io::Error::other)??;
        self.inner.groups.write().insert(group.id(), group.clone());
        self.inner.generation.fetch_add(1, Ordering::Release);
        Ok(group)
    }

    async fn open(&self, spec: GroupSpec, runtime: Handle) -> io::Result<Arc<Group>> {
        let GroupSpec { id, me, founders, preference, app } = spec;
        let log = self.inner.wal.group(id);
        let voted: Arc<Mutex<Option<Voted>>> = Arc::default();
        let (log, checkpoint) = self.own_log(log, me, founders.contains(&me)).await?;
        let stirred = self.inner.stirred.mark(id);
        let machine = Machine::open(me, app, log.clone(), checkpoint, stirred.clone())?;
        if log.state().last.is_none() {
            machine.claim_log().await?;
        }
        let store =
            LogStore::new(log.clone(), self.vote_hook(id, me, voted.clone()), machine.clone(), stirred);
        let factory = Factory {
            group: id,
            peers: self.inner.peers.clone(),
            learners: machine.learners(),
            throttle: self.inner.throttle.clone(),
        };
        let raft = Raft::new(me.raw(), self.inner.config.clone(), factory, store, machine.clone())
            .await
            .map_err(io::Error::other)?;
        raft.runtime_config().tick(false);
        if log.state().last.is_none() && founders.contains(&me) {
            #[allow(clippy::zero_sized_map_values, reason = "openraft asks for this map")]
            let members: BTreeMap<u64, EmptyNode> =
                founders.iter().map(|v| (v.raw(), EmptyNode {})).collect();
            raft.initialize(members).await.map_err(io::Error::other)?;
        }
        let patience = self.inner.patience;
        Ok(Arc::new(Group::new(Parts { id, me, preference, raft, machine, log, voted, runtime, patience })))
    }

    /// The log, if it is this replica's. What an earlier replica of this node left is removed: a Raft id never meets the
    /// log of another.
    async fn own_log(
        &self,
        log: GroupLog,
        me: RaftNodeId,
        is_founder: bool,
    ) -> io::Result<(GroupLog, Option<wire::Snapshot>)> {
        let id = log.id();
        let checkpoint = self.inner.checkpoints.lock().remove(&id);
        let checkpoint = checkpoint.map(|bytes| decode_checkpoint(&bytes)).transpose()?;
        let owner = checkpoint.as_ref().map(|c| c.replica).filter(|replica| *replica != 0);
        let is_ours = owner.map_or(is_founder, |owner| owner == me.raw());
        let is_empty = checkpoint.is_none() && log.state().last.is_none() && log.state().vote.is_none();
        if is_ours || (is_empty && !log.is_quarantined()) {
            return Ok((log, checkpoint));
        }
        durable(|done| log.remove(done)).await?;
        Ok((self.inner.wal.group(id), None))
    }

    /// Whose log the WAL holds for this group, as far as it says: a founder's may be unmarked.
    pub fn owner(&self, id: GroupId) -> Option<RaftNodeId> {
        if let Some(group) = self.get(id) {
            return Some(group.me());
        }
        let checkpoint = self.inner.checkpoints.lock().get(&id).cloned()?;
        let replica = decode_checkpoint(&checkpoint).ok()?.replica;
        (replica != 0).then(|| RaftNodeId::from_raw(replica))
    }

    fn vote_hook(&self, id: GroupId, me: RaftNodeId, voted: Arc<Mutex<Option<Voted>>>) -> VoteHook {
        let liveness = self.inner.liveness.clone();
        Arc::new(move |vote: &Vote| {
            let now = Voted::now(vote);
            let before = voted.lock().replace(now);
            if now.leads && now.node == me {
                liveness.leads(id, now.term);
            } else if let Some(led) = before.filter(|before| before.leads && before.node == me) {
                liveness.renounces(id, led.term);
            }
        })
    }

    /// Ends a group's tasks; its log stays.
    pub async fn stop(&self, id: GroupId) {
        let group = self.inner.groups.write().remove(&id);
        if let Some(group) = group {
            self.inner.generation.fetch_add(1, Ordering::Release);
            group.shutdown().await;
            self.inner.liveness.forget(id);
            self.inner.stirred.mark(id).set();
        }
    }

    /// Ends a group and forgets its log: its topic was deleted, or the replica has left.
    pub async fn remove(&self, id: GroupId) -> io::Result<()> {
        self.stop(id).await;
        self.inner.checkpoints.lock().remove(&id);
        durable(|done| self.inner.wal.group(id).remove(done)).await
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

/// How many election timeouts the lease of a leader lasts, as openraft counts it. A leader whose lease has run out must hear a
/// quorum before it proposes, which is a round more: with a longer lease, partitions that are written to every second or
/// two are spared it. No election waits for it where the voters agree that they do not hear the leader.
const LEASE: u64 = 4;

/// openraft without its clocks: elections and heartbeats are the liveness driver's.
fn config(timing: Timing) -> Config {
    let election = timing.election.as_millis() as u64;
    Config {
        cluster_name: "chronik".into(),
        election_timeout_min: election,
        // The lease, and nothing else.
        election_timeout_max: election * LEASE,
        // Also the time limit of votes and heartbeats.
        heartbeat_interval: election.saturating_sub(1).max(1),
        snapshot_policy: SnapshotPolicy::Never,
        max_in_snapshot_log_to_keep: u64::MAX,
        // For a whole snapshot to be sent and installed.
        install_snapshot_timeout: 60_000,
        enable_pre_vote: Some(true),
        allow_log_reversion: Some(false),
        enable_leader_restore: Some(false),
        backoff: "20ms 50ms ...500ms".into(),
        // Statistics that are not compiled in.
        log_stage_capacity: Some(1),
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
