//! Nodes with one Raft group between them, in one process.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chronik_broker::log::{BatchBuilder, Limits, validate_produce};
use chronik_broker::partition::{AppendError, AppendedAt, NewBatch, Partition, PartitionMachine};
use chronik_broker::raft::liveness::Liveness;
use chronik_broker::raft::transport::hello::{self, Announced, Introduction, Verdict};
use chronik_broker::raft::transport::server::{BoxFuture, CallHandler, Parts, Service, serve};
use chronik_broker::raft::transport::{Admission, PeerAddress, Peers, Standing};
use chronik_broker::raft::{Group, GroupId, GroupSpec, Groups, RaftNodeId, Timing};
use chronik_broker::wal::{Options, Wal};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot::Receiver;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const GROUP: GroupId = 7;
pub(crate) const CLUSTER: &str = "test";
pub(crate) const TIMING: Timing = Timing {
    heartbeat: Duration::from_millis(50),
    election: Duration::from_secs(3),
    replica_lag_max: Duration::from_secs(10),
    catch_up_rate: 0,
};
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Looks again and again until there is something.
pub(crate) async fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub(crate) async fn until(what: &str, so: impl Fn() -> bool) {
    wait_for(what, || so().then_some(())).await;
}

/// No higher layer: nothing is called.
pub(crate) struct NoCalls;

impl CallHandler for NoCalls {
    fn call(&self, _: i32, _: u32, _: Bytes, _: Vec<Bytes>) -> BoxFuture<Result<Bytes, String>> {
        Box::pin(std::future::ready(Err("nothing is served here".into())))
    }
}

/// Everybody may take part.
struct OpenDoor;

impl Admission for OpenDoor {
    fn join(&self, _: Bytes, _: String) -> BoxFuture<Verdict> {
        Box::pin(std::future::ready(Verdict::Later("nobody joins here".into())))
    }

    fn standing(&self, _: i32, _: &str) -> Standing {
        Standing::Good
    }
}

fn introduction() -> Introduction {
    let cluster = hello::Cluster { id: CLUSTER.to_owned(), founders: Vec::new(), formed: true };
    Introduction { directory_id: Uuid::nil(), peers: Vec::new(), cluster: Some(cluster) }
}

/// A node that runs.
pub(crate) struct Node {
    pub(crate) id: i32,
    pub(crate) partition: Arc<Partition>,
    pub(crate) peers: Peers,
    pub(crate) groups: Groups,
    pub(crate) liveness: Liveness,
    pub(crate) wal: Wal,
    pub(crate) runtime: Option<Runtime>,
}

impl Node {
    pub(crate) async fn start(
        me: RaftNodeId,
        dir: PathBuf,
        addresses: Addresses,
        listener: TcpListener,
    ) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut node = runtime.spawn(Self::bring_up(me, dir, addresses, listener)).await.unwrap();
        node.runtime = Some(runtime);
        node
    }

    pub(crate) async fn bring_up(
        me: RaftNodeId,
        dir: PathBuf,
        addresses: Addresses,
        listener: TcpListener,
    ) -> Self {
        let id = me.broker();
        let (wal, recovered) = Wal::open(&dir, Options::with_file_size(1 << 20)).unwrap();
        let liveness = Liveness::new(id, TIMING);
        let peers = Peers::new(id, CLUSTER.into(), Uuid::nil(), Arc::new(liveness.clone()));
        let groups =
            Groups::new(wal.clone(), peers.clone(), liveness.clone(), TIMING, recovered.app_states).unwrap();
        let parts =
            Parts { groups: groups.clone(), calls: Arc::new(NoCalls), events: Arc::new(liveness.clone()) };
        let service = Service {
            me: id,
            announced: Announced::new(introduction()),
            admission: Arc::new(OpenDoor),
            stop: CancellationToken::new(),
            parts: Arc::new(OnceLock::from(parts)),
        };
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(async move { serve(listener, service, std::future::pending()).await.unwrap() });
        for (peer, address) in &addresses {
            peers.connect(*peer, &PeerAddress { raft: address.to_string(), wal: address.to_string() });
        }
        let partition = Partition::new(GROUP, Uuid::nil(), 0, Arc::default());
        let spec = GroupSpec {
            id: GROUP,
            me,
            founders: [1, 2, 3].map(replica).into(),
            preference: vec![1, 2, 3],
            app: Arc::new(PartitionMachine(partition.clone())),
        };
        partition.attach(groups.start(spec).await.unwrap());
        tokio::spawn(liveness.clone().run(peers.clone(), std::future::pending()));
        Self { id, partition, peers, groups, liveness, wal, runtime: None }
    }

    pub(crate) fn group(&self) -> &Arc<Group> {
        self.partition.group().unwrap()
    }

    /// Batches above the high watermark included.
    pub(crate) fn log_end(&self) -> i64 {
        self.group().log().state().end as i64
    }

    pub(crate) fn high_watermark(&self) -> i64 {
        self.partition.bounds().1
    }

    pub(crate) fn queue(
        &self,
        bytes: &Bytes,
        only_in_term: Option<u64>,
    ) -> Receiver<Result<AppendedAt, AppendError>> {
        let summary = validate_produce(bytes, &Limits::default()).unwrap();
        self.partition.append(NewBatch { bytes: bytes.clone(), summary, only_in_term, insists: false })
    }

    pub(crate) async fn append(&self, bytes: &Bytes) -> Result<i64, AppendError> {
        answer(self.queue(bytes, None)).await
    }

    pub(crate) async fn read_all(&self) -> Vec<u8> {
        self.partition.read(0, usize::MAX, true).await.unwrap().pieces.concat()
    }

    /// The broker ids in sync, as this node knows them.
    pub(crate) fn isr(&self) -> Vec<i32> {
        self.liveness.leadership(GROUP).map(|l| l.isr).unwrap_or_default()
    }

    /// Ends it as the end of its process would, but for an orderly end of its WAL.
    pub(crate) async fn kill(mut self) {
        self.end_runtime();
        self.groups.stop(GROUP).await;
        self.wal.close().unwrap();
    }

    pub(crate) fn end_runtime(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.end_runtime();
    }
}

pub(crate) async fn answer(receiver: Receiver<Result<AppendedAt, AppendError>>) -> Result<i64, AppendError> {
    let answer = tokio::time::timeout(PATIENCE, receiver).await;
    answer.expect("an answer in time").unwrap().map(|at| at.base_offset)
}

pub(crate) fn replica(broker: i32) -> RaftNodeId {
    RaftNodeId::new(broker, 1)
}

pub(crate) fn batch(value: &str) -> Bytes {
    let mut builder = BatchBuilder::new();
    builder.push(1_000, None, Some(value.as_bytes()));
    builder.finish().unwrap()
}

pub(crate) type Addresses = HashMap<i32, SocketAddr>;

/// The founders 1, 2 and 3 and whoever joined, those that are down excepted.
pub(crate) struct Cluster {
    pub(crate) dir: TempDir,
    pub(crate) addresses: Addresses,
    pub(crate) nodes: Vec<Node>,
}

impl Cluster {
    pub(crate) async fn start() -> Self {
        let listeners = [1, 2, 3].map(|id| (id, TcpListener::bind("127.0.0.1:0").unwrap()));
        let addresses = listeners.iter().map(|(id, l)| (*id, l.local_addr().unwrap())).collect();
        let mut cluster = Self { dir: tempfile::tempdir().unwrap(), addresses, nodes: Vec::new() };
        for (id, listener) in listeners {
            cluster.start_node(replica(id), listener).await;
        }
        until("all are in sync", || cluster.nodes.iter().all(|n| n.isr() == [1, 2, 3])).await;
        until("no election is under way", || cluster.all_follow_one()).await;
        cluster
    }

    /// Whether all nodes have voted in the same term, and for a leader that is ready.
    pub(crate) fn all_follow_one(&self) -> bool {
        let votes: Vec<_> = self.nodes.iter().map(|n| n.group().log().state().vote).collect();
        let agreed = votes.iter().all(|vote| *vote == votes[0] && vote.is_some_and(|v| v.committed));
        agreed && self.nodes.iter().any(|n| n.partition.ready_term() == votes[0].map(|v| v.term))
    }

    pub(crate) fn node(&self, id: i32) -> &Node {
        self.nodes.iter().find(|n| n.id == id).unwrap()
    }

    /// The node that leads and is ready to.
    pub(crate) async fn leader(&self) -> &Node {
        wait_for("someone leads", || self.nodes.iter().find(|n| n.partition.ready_term().is_some())).await
    }

    /// The ids of the leader and the two others.
    pub(crate) async fn roles(&self) -> (i32, i32, i32) {
        let leader = self.leader().await.id;
        let mut others = [1, 2, 3].into_iter().filter(|id| *id != leader);
        (leader, others.next().unwrap(), others.next().unwrap())
    }

    pub(crate) async fn start_node(&mut self, me: RaftNodeId, listener: TcpListener) {
        let dir = self.dir.path().join(me.to_string());
        self.nodes.push(Node::start(me, dir, self.addresses.clone(), listener).await);
    }

    /// Starts a node that is not among the founders; the others learn its address.
    pub(crate) async fn join(&mut self, me: RaftNodeId) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        self.addresses.insert(me.broker(), address);
        for node in &self.nodes {
            let address = PeerAddress { raft: address.to_string(), wal: address.to_string() };
            let _context = node.runtime.as_ref().unwrap().enter();
            node.peers.connect(me.broker(), &address);
        }
        self.start_node(me, listener).await;
    }

    pub(crate) async fn revive(&mut self, id: i32) {
        // What the killed node left in this process still holds the lock of its WAL.
        std::fs::remove_file(self.dir.path().join(replica(id).to_string()).join("LOCK")).unwrap();
        let listener = wait_for("its port is free", || TcpListener::bind(self.addresses[&id]).ok()).await;
        self.start_node(replica(id), listener).await;
    }

    pub(crate) async fn kill(&mut self, id: i32) {
        let at = self.nodes.iter().position(|n| n.id == id).unwrap();
        self.nodes.swap_remove(at).kill().await;
    }

    /// Hands leadership over; gives the new term. A transfer may come to nothing (the old leader may win it back): then
    /// it is asked for again.
    pub(crate) async fn transfer(&self, from: &Node, to: &Node) -> u64 {
        let mut asked_in = None;
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(term) = to.partition.ready_term() {
                return term;
            }
            let leads = from.partition.ready_term();
            if leads.is_some() && leads != asked_in {
                from.group().transfer_leader(to.group().me());
                asked_in = leads;
            }
            assert!(Instant::now() < deadline, "node {} does not lead within {PATIENCE:?}", to.id);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until all nodes that run know everything committed.
    pub(crate) async fn settle(&self, high_watermark: i64) {
        until("all have applied all", || self.nodes.iter().all(|n| n.high_watermark() == high_watermark))
            .await;
    }

    pub(crate) async fn assert_equal_logs(&self) {
        let expected = self.nodes[0].read_all().await;
        for node in &self.nodes {
            assert_eq!(node.read_all().await, expected, "node {}", node.id);
        }
    }
}
