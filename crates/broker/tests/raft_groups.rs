//! Three nodes in one process: partitions replicated by real Raft groups over real loopback streams.
//!
//! Each node has a runtime of its own. Killing a node drops the runtime, and with it every task and socket, as the end
//! of its process would.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use chronik_broker::log::{BatchBuilder, Limits, validate_produce};
use chronik_broker::partition::{AppendError, AppendedAt, NewBatch, Partition, PartitionMachine, ReadError};
use chronik_broker::raft::liveness::Liveness;
use chronik_broker::raft::transport::server::{BoxFuture, CallHandler, Parts, Service, serve};
use chronik_broker::raft::transport::wire::peer_client::PeerClient;
use chronik_broker::raft::transport::{PeerAddress, Peers};
use chronik_broker::raft::{
    Command, Group, GroupId, GroupSpec, Groups, ProposeError, RaftNodeId, Reply, Timing,
};
use chronik_broker::wal::{Body, Options, Wal};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot::Receiver;
use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;
use uuid::Uuid;

const GROUP: GroupId = 7;
const CLUSTER: &str = "test";
const TIMING: Timing = Timing {
    heartbeat: Duration::from_millis(50),
    election: Duration::from_secs(3),
    replica_lag_max: Duration::from_secs(10),
};
const PATIENCE: Duration = Duration::from_secs(20);

/// Looks again and again until there is something.
async fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn until(what: &str, so: impl Fn() -> bool) {
    wait_for(what, || so().then_some(())).await;
}

/// No higher layer: nothing is called.
struct NoCalls;

impl CallHandler for NoCalls {
    fn call(&self, _: i32, _: u32, _: Bytes, _: Vec<Bytes>) -> BoxFuture<Result<Bytes, String>> {
        Box::pin(std::future::ready(Err("nothing is served here".into())))
    }

    fn registered_elsewhere(&self, _: i32, _: &str) -> Option<bool> {
        Some(false)
    }
}

/// A node that runs.
struct Node {
    id: i32,
    partition: Arc<Partition>,
    groups: Groups,
    liveness: Liveness,
    wal: Wal,
    runtime: Option<Runtime>,
}

impl Node {
    async fn start(id: i32, dir: PathBuf, addresses: Addresses, listener: TcpListener) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut node = runtime.spawn(Self::bring_up(id, dir, addresses, listener)).await.unwrap();
        node.runtime = Some(runtime);
        node
    }

    async fn bring_up(id: i32, dir: PathBuf, addresses: Addresses, listener: TcpListener) -> Self {
        let (wal, recovered) = Wal::open(&dir, Options::with_file_size(1 << 20)).unwrap();
        let liveness = Liveness::new(id, TIMING);
        let peers = Peers::new(id, CLUSTER.into(), Arc::new(liveness.clone()));
        let groups =
            Groups::new(wal.clone(), peers.clone(), liveness.clone(), TIMING, recovered.app_states).unwrap();
        let parts =
            Parts { groups: groups.clone(), calls: Arc::new(NoCalls), events: Arc::new(liveness.clone()) };
        let service = Service {
            me: id,
            cluster_id: Arc::new(ArcSwap::from_pointee(CLUSTER.to_owned())),
            fresh: false,
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
            me: replica(id),
            voters: [1, 2, 3].map(replica).into(),
            app: Arc::new(PartitionMachine(partition.clone())),
        };
        partition.attach(groups.start(spec).await.unwrap());
        tokio::spawn(liveness.clone().run(peers, std::future::pending()));
        Self { id, partition, groups, liveness, wal, runtime: None }
    }

    fn group(&self) -> &Arc<Group> {
        self.partition.group().unwrap()
    }

    /// Batches above the high watermark included.
    fn log_end(&self) -> i64 {
        self.group().log().state().end as i64
    }

    fn high_watermark(&self) -> i64 {
        self.partition.bounds().1
    }

    fn queue(&self, bytes: &Bytes, only_in_term: Option<u64>) -> Receiver<Result<AppendedAt, AppendError>> {
        let summary = validate_produce(bytes, &Limits::default()).unwrap();
        self.partition.append(NewBatch { bytes: bytes.clone(), summary, only_in_term })
    }

    async fn append(&self, bytes: &Bytes) -> Result<i64, AppendError> {
        answer(self.queue(bytes, None)).await
    }

    async fn read_all(&self) -> Vec<u8> {
        self.partition.read(0, usize::MAX, true).await.unwrap().pieces.concat()
    }

    /// The broker ids in sync, as this node knows them.
    fn isr(&self) -> Vec<i32> {
        self.liveness.leadership(GROUP).map(|l| l.isr).unwrap_or_default()
    }

    /// Ends it as the end of its process would, but for an orderly end of its WAL.
    async fn kill(mut self) {
        self.end_runtime();
        self.groups.stop(GROUP).await;
        self.wal.close().unwrap();
    }

    fn end_runtime(&mut self) {
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

async fn answer(receiver: Receiver<Result<AppendedAt, AppendError>>) -> Result<i64, AppendError> {
    let answer = tokio::time::timeout(PATIENCE, receiver).await;
    answer.expect("an answer in time").unwrap().map(|at| at.base_offset)
}

fn replica(broker: i32) -> RaftNodeId {
    RaftNodeId::new(broker, 1)
}

fn batch(value: &str) -> Bytes {
    let mut builder = BatchBuilder::new();
    builder.push(1_000, None, Some(value.as_bytes()));
    builder.finish().unwrap()
}

type Addresses = HashMap<i32, SocketAddr>;

/// Nodes 1, 2 and 3, those that are down excepted.
struct Cluster {
    dir: TempDir,
    addresses: Addresses,
    nodes: Vec<Node>,
}

impl Cluster {
    async fn start() -> Self {
        let listeners = [1, 2, 3].map(|id| (id, TcpListener::bind("127.0.0.1:0").unwrap()));
        let addresses = listeners.iter().map(|(id, l)| (*id, l.local_addr().unwrap())).collect();
        let mut cluster = Self { dir: tempfile::tempdir().unwrap(), addresses, nodes: Vec::new() };
        for (id, listener) in listeners {
            cluster.start_node(id, listener).await;
        }
        until("all are in sync", || cluster.nodes.iter().all(|n| n.isr() == [1, 2, 3])).await;
        until("no election is under way", || cluster.all_follow_one()).await;
        cluster
    }

    /// Whether all nodes have voted in the same term, and for a leader that is ready.
    fn all_follow_one(&self) -> bool {
        let votes: Vec<_> = self.nodes.iter().map(|n| n.group().log().state().vote).collect();
        let agreed = votes.iter().all(|vote| *vote == votes[0] && vote.is_some_and(|v| v.committed));
        agreed && self.nodes.iter().any(|n| n.partition.ready_term() == votes[0].map(|v| v.term))
    }

    fn node(&self, id: i32) -> &Node {
        self.nodes.iter().find(|n| n.id == id).unwrap()
    }

    /// The node that leads and is ready to.
    async fn leader(&self) -> &Node {
        wait_for("someone leads", || self.nodes.iter().find(|n| n.partition.ready_term().is_some())).await
    }

    /// The ids of the leader and the two others.
    async fn roles(&self) -> (i32, i32, i32) {
        let leader = self.leader().await.id;
        let mut others = [1, 2, 3].into_iter().filter(|id| *id != leader);
        (leader, others.next().unwrap(), others.next().unwrap())
    }

    async fn start_node(&mut self, id: i32, listener: TcpListener) {
        let dir = self.dir.path().join(id.to_string());
        self.nodes.push(Node::start(id, dir, self.addresses.clone(), listener).await);
    }

    async fn revive(&mut self, id: i32) {
        // What the killed node left in this process still holds the lock of its WAL.
        std::fs::remove_file(self.dir.path().join(id.to_string()).join("LOCK")).unwrap();
        let listener = wait_for("its port is free", || TcpListener::bind(self.addresses[&id]).ok()).await;
        self.start_node(id, listener).await;
    }

    async fn kill(&mut self, id: i32) {
        let at = self.nodes.iter().position(|n| n.id == id).unwrap();
        self.nodes.swap_remove(at).kill().await;
    }

    /// Hands leadership over; gives the new term. A transfer may come to nothing (the old leader may win it back): then
    /// it is asked for again.
    async fn transfer(&self, from: &Node, to: &Node) -> u64 {
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
    async fn settle(&self, high_watermark: i64) {
        until("all have applied all", || self.nodes.iter().all(|n| n.high_watermark() == high_watermark))
            .await;
    }

    async fn assert_equal_logs(&self) {
        let expected = self.nodes[0].read_all().await;
        for node in &self.nodes {
            assert_eq!(node.read_all().await, expected, "node {}", node.id);
        }
    }
}

#[tokio::test]
async fn what_is_answered_comes_to_all_three_with_the_same_bytes() {
    let cluster = Cluster::start().await;
    let leader = cluster.leader().await;
    for (offset, value) in (0..).zip(["a", "b", "c"]) {
        assert_eq!(leader.append(&batch(value)).await, Ok(offset));
    }
    cluster.settle(3).await;
    cluster.assert_equal_logs().await;
    for node in &cluster.nodes {
        let leadership = node.liveness.leadership(GROUP).unwrap();
        assert_eq!((leadership.leader, Some(leadership.term)), (leader.id, leader.group().leads()));
        assert_eq!(node.partition.ready_term().is_some(), node.id == leader.id, "one serves");
    }
}

#[tokio::test]
async fn a_follower_appends_nothing_for_its_clients() {
    let cluster = Cluster::start().await;
    let (_, follower, _) = cluster.roles().await;
    assert_eq!(cluster.node(follower).append(&batch("a")).await, Err(AppendError::NotLeader));
    assert!(cluster.nodes.iter().all(|n| n.log_end() == 0));
}

#[tokio::test]
async fn without_a_quorum_nothing_is_answered_or_shown_until_it_is_back() {
    let mut cluster = Cluster::start().await;
    let (leader, second, third) = cluster.roles().await;
    cluster.kill(second).await;
    assert_eq!(cluster.node(leader).append(&batch("a")).await, Ok(0), "two of three are a quorum");
    cluster.kill(third).await;

    let node = cluster.node(leader);
    let mut waiting = node.queue(&batch("b"), None);
    until("it is in the leader's log", || node.log_end() == 2).await;
    assert!(waiting.try_recv().is_err());
    assert_eq!(node.high_watermark(), 1);
    assert_eq!(node.read_all().await.len(), batch("a").len());
    assert!(matches!(node.partition.read(2, 1, true).await, Err(ReadError::OutOfRange { .. })));

    cluster.revive(third).await;
    let first = answer(waiting).await;
    let leader = cluster.leader().await;
    // Leadership may have moved while there was no quorum: then the answer is that nobody knows.
    let end = match first {
        Ok(1) | Err(AppendError::NotLeader) => leader.append(&batch("c")).await.unwrap() + 1,
        other => panic!("{other:?}"),
    };
    cluster.settle(end).await;
    cluster.assert_equal_logs().await;
}

#[tokio::test]
async fn an_old_term_is_refused_after_a_transfer_of_leadership() {
    let cluster = Cluster::start().await;
    let (old, new, _) = cluster.roles().await;
    let (old, new) = (cluster.node(old), cluster.node(new));
    let old_term = old.partition.ready_term().unwrap();
    assert_eq!(old.append(&batch("a")).await, Ok(0));
    cluster.settle(1).await;

    let new_term = cluster.transfer(old, new).await;
    until("the old one knows", || old.group().leads().is_none()).await;
    assert!(new_term > old_term);

    let command = Command { count: 1, base: 0, body: Body::One(batch("late")) };
    for node in [old, new] {
        let refused = node.group().propose(old_term, command.clone()).await;
        assert!(
            matches!(refused, Err(ProposeError::NotLeader { group: GROUP, term }) if term == old_term),
            "node {}: {refused:?}",
            node.id
        );
        assert_eq!(answer(node.queue(&batch("late"), Some(old_term))).await, Err(AppendError::NotLeader));
    }
    assert_eq!(new.group().propose(new_term, command).await.unwrap(), Reply::BaseOffset(1));
    cluster.settle(2).await;
    cluster.assert_equal_logs().await;
    for node in &cluster.nodes {
        let ends = [old_term, new_term].map(|term| node.partition.end_offset_for(term as i32));
        assert_eq!(ends, [Some((old_term as i32, 1)), Some((new_term as i32, 2))]);
    }
}

#[tokio::test]
async fn a_follower_that_was_away_catches_up_from_its_own_log_on() {
    let mut cluster = Cluster::start().await;
    let (leader, _, away) = cluster.roles().await;
    assert_eq!(cluster.node(leader).append(&batch("before")).await, Ok(0));
    cluster.settle(1).await;
    cluster.kill(away).await;
    for offset in 1..20 {
        assert_eq!(cluster.node(leader).append(&batch("meanwhile")).await, Ok(offset));
    }
    until("it is out of sync", || !cluster.node(leader).isr().contains(&away)).await;

    cluster.revive(away).await;
    assert!(cluster.node(away).log_end() >= 1, "it has kept its log");
    cluster.settle(20).await;
    cluster.assert_equal_logs().await;
    until("it is in sync again", || cluster.nodes.iter().all(|n| n.isr() == [1, 2, 3])).await;
}

#[tokio::test]
async fn when_the_leader_dies_another_goes_on_with_all_that_was_answered() {
    let mut cluster = Cluster::start().await;
    let (dead, ..) = cluster.roles().await;
    let old_term = cluster.node(dead).partition.ready_term().unwrap();
    for offset in 0..5 {
        assert_eq!(cluster.node(dead).append(&batch("a")).await, Ok(offset));
    }
    cluster.kill(dead).await;
    let leader = cluster.leader().await;
    assert!(leader.partition.ready_term().unwrap() > old_term);
    assert_eq!(leader.append(&batch("b")).await, Ok(5));

    cluster.revive(dead).await;
    cluster.settle(6).await;
    cluster.assert_equal_logs().await;
}

#[tokio::test]
async fn a_stream_of_a_stranger_is_refused() {
    let cluster = Cluster::start().await;
    let endpoint = Endpoint::from_shared(format!("http://{}", cluster.addresses[&1])).unwrap();
    let mut client = PeerClient::new(endpoint.connect().await.unwrap());
    let mut open = async |cluster_id: &'static str, from: &'static str, to: &'static str| {
        let mut request = tonic::Request::new(tokio_stream::pending());
        let fields = [
            ("chronik-cluster", cluster_id),
            ("chronik-from", from),
            ("chronik-to", to),
            ("chronik-class", "bulk"),
        ];
        for (key, value) in fields {
            request.metadata_mut().insert(key, value.parse().unwrap());
        }
        client.link(request).await.map(drop).map_err(|status| status.message().to_owned())
    };
    assert!(open("another", "2", "1").await.unwrap_err().contains("belongs to cluster test"));
    assert!(open(CLUSTER, "2", "3").await.unwrap_err().contains("this is node 1, not node 3"));
    assert!(open(CLUSTER, "1", "1").await.unwrap_err().contains("two nodes claim the id 1"));
    assert_eq!(open(CLUSTER, "2", "1").await, Ok(()));
}
