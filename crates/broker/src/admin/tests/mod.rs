//! The admin API over loopback, as `curl` and Prometheus see it.

mod access;
mod acts;
mod changes;
mod documented;
mod metrics;
mod observe;
mod questions;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chronik_common::admin::{
    Membership, OperationKind, OperationState, Problem, Reason, StorageFile, StorageFileKind,
};
use chronik_common::config::ApiKey;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::server::Limits;
use super::*;

/// More than any test takes.
const PATIENCE: Duration = Duration::from_mins(1);
const KEY: &str = "correct-horse";

/// A node whose health and knowledge of the key can be switched off, and that
/// notes which changes it was asked for.
#[derive(Default)]
struct FakeNode {
    unhealthy: AtomicBool,
    forgot_key: AtomicBool,
    /// Whether changes get no answer, ever.
    hangs: AtomicBool,
    asked: Mutex<Vec<String>>,
    access: access::FakeAccess,
    sight: observe::FakeSight,
}

impl FakeNode {
    /// Notes what was asked for. Node 9 and operation 9 are the ones that it does not
    /// know.
    fn changes<T: Send + 'static>(&self, asked: impl std::fmt::Debug, known: bool, answer: T) -> Answer<T> {
        self.asked.lock().unwrap().push(format!("{asked:?}"));
        if self.hangs.load(Ordering::SeqCst) {
            return Box::pin(std::future::pending());
        }
        let unknown = Problem::new(404, "unknown", "Not Found", "there is no 9", "ask for another");
        let answer = if known { Ok(answer) } else { Err(unknown) };
        Box::pin(std::future::ready(answer))
    }
}

fn operation(kind: OperationKind) -> OperationView {
    OperationView {
        operation_id: Some(7),
        kind,
        node_id: None,
        force: None,
        state: OperationState::Planning,
        percent: 0,
        partitions_total: 0,
        partitions_done: 0,
        bytes_total: 1 << 60,
        bytes_done: 0,
        eta_seconds: None,
        blocked_on: vec![],
        started_at_ms: 1,
        finished_at_ms: None,
        message: String::new(),
        plan: vec![],
        missing_nodes: vec![],
    }
}

impl AdminBackend for FakeNode {
    fn health(&self) -> Health {
        let healthy = !self.unhealthy.load(Ordering::SeqCst);
        let reason =
            Reason { code: "no_metadata_leader".into(), message: "the cluster has no leader".into() };
        Health { healthy, node_id: 1, reasons: if healthy { vec![] } else { vec![reason] } }
    }

    fn status(&self) -> Status {
        Status {
            node_id: 1,
            leader_id: Some(2),
            is_leader: false,
            cluster_id: None,
            nodes: vec![],
            partitions: vec![],
        }
    }

    fn members(&self) -> Members {
        Members { cluster_id: Some("c".into()), leader_id: Some(2), members: vec![] }
    }

    fn api_key(&self) -> Option<ApiKey> {
        (!self.forgot_key.load(Ordering::SeqCst)).then(|| KEY.parse().unwrap())
    }

    fn metrics(&self) -> BoxFuture<'static, MetricsSnapshot> {
        let measured = MetricsSnapshot { cluster_nodes: Some(3), ..MetricsSnapshot::default() };
        Box::pin(std::future::ready(measured))
    }

    fn add_node(&self, request: AddNodeRequest) -> Answer<AddNodeAnswer> {
        let node_id = request.node_id;
        let answer = AddNodeAnswer {
            node_id,
            state: Membership::Invited,
            message: "it may join".into(),
            next: "start it".into(),
        };
        self.changes(request, node_id != 9, answer)
    }

    fn remove_node(&self, request: RemoveNodeRequest) -> Answer<OperationView> {
        let known = request.node_id != 9;
        self.changes(request, known, operation(OperationKind::RemoveNode))
    }

    fn rebalance(&self, request: RebalanceRequest) -> Answer<OperationView> {
        self.changes(request, true, operation(OperationKind::Rebalance))
    }

    fn operations(&self) -> Answer<Operations> {
        let operations = vec![operation(OperationKind::Rebalance)];
        Box::pin(std::future::ready(Ok(Operations { operations })))
    }

    fn operation(&self, id: u64) -> Answer<OperationView> {
        self.changes(id, id != 9, operation(OperationKind::Rebalance))
    }

    fn cancel_operation(&self, id: u64) -> Answer<OperationView> {
        self.changes(id, id != 9, operation(OperationKind::Rebalance))
    }

    fn config(&self) -> ConfigView {
        ConfigView { node_id: self.node_id(), entries: vec![] }
    }

    fn storage(&self) -> Answer<StorageReport> {
        let file = StorageFile {
            file: "1.wal".into(),
            kind: StorageFileKind::Wal,
            bytes: 64,
            live_bytes: 9,
            pinned_by: vec![],
        };
        let report = StorageReport { node_id: 1, disk_bytes: 1 << 60, live_bytes: 9, files: vec![file] };
        Box::pin(std::future::ready(Ok(report)))
    }
}

struct Served {
    node: Arc<FakeNode>,
    address: SocketAddr,
    stop: CancellationToken,
    _stop_at_the_end: DropGuard,
}

async fn served() -> Served {
    // On a loaded machine a test may be slow to send; nobody is cut off for it.
    served_within(Limits { connections: 128, head: PATIENCE, connection: PATIENCE }).await
}

async fn served_within(limits: Limits) -> Served {
    let node = Arc::new(FakeNode::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let api = Api::new(node.clone(), None);
    tokio::spawn(api.serve_within(limits, listener, stop.clone()));
    Served { node, address, stop: stop.clone(), _stop_at_the_end: stop.drop_guard() }
}

struct Answered {
    status: u16,
    head: String,
    body: String,
}

impl Answered {
    fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).unwrap()
    }

    fn problem(&self) -> Problem {
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status);
        problem
    }
}

impl Served {
    async fn raw(&self, request: &[u8]) -> Answered {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that refuses may close before all is written.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
        Answered { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answered {
        let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = headers.concat();
        self.raw(format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n").as_bytes()).await
    }
    async fn get(&self, path: &str) -> Answered {
        self.ask("GET", path, &[("X-API-Key", KEY)]).await
    }

    async fn post(&self, path: &str, body: &str) -> Answered {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {KEY}\r\ncontent-length: {length}\r\n\r\n"
        );
        self.raw((head + body).as_bytes()).await
    }
}
