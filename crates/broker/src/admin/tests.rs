//! The admin API over loopback, as `curl` and Prometheus see it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chronik_common::LatencyHistogram;
use chronik_common::admin::{Health, Members, Problem, Reason, Status};
use chronik_common::config::ApiKey;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::server::{Limits, serve_within};
use super::*;

/// More than any test takes.
const PATIENCE: Duration = Duration::from_mins(1);
const KEY: &str = "correct-horse";

/// A node whose health and knowledge of the key can be switched off.
struct FakeNode {
    healthy: AtomicBool,
    knows_key: AtomicBool,
}

impl AdminBackend for FakeNode {
    fn health(&self) -> Health {
        let healthy = self.healthy.load(Ordering::SeqCst);
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
        self.knows_key.load(Ordering::SeqCst).then(|| KEY.parse().unwrap())
    }

    fn metrics(&self) -> MetricsSnapshot {
        MetricsSnapshot { cluster_nodes: Some(3), ..MetricsSnapshot::default() }
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
    let node = Arc::new(FakeNode { healthy: AtomicBool::new(true), knows_key: AtomicBool::new(true) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(serve_within(limits, listener, node.clone(), stop.clone()));
    Served { node, address, stop: stop.clone(), _stop_at_the_end: stop.drop_guard() }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
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
    async fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that refuses may close before all is written.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = headers.concat();
        self.raw(format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n").as_bytes()).await
    }
}

#[tokio::test]
async fn health_is_open_and_says_why_not() {
    let served = served().await;
    let answer = served.ask("GET", "/admin/health", &[]).await;
    assert_eq!((answer.status, answer.json::<Health>().healthy), (200, true));
    served.node.healthy.store(false, Ordering::SeqCst);
    let answer = served.ask("GET", "/admin/health", &[]).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json::<Health>().reasons[0].code, "no_metadata_leader");
}

#[tokio::test]
async fn both_headers_carry_the_key() {
    let served = served().await;
    for header in [
        ("X-API-Key", KEY),
        ("Authorization", "Bearer correct-horse"),
        ("authorization", "bearer correct-horse"),
    ] {
        let answer = served.ask("GET", "/admin/status", &[header]).await;
        assert_eq!((answer.status, answer.json::<Status>().leader_id), (200, Some(2)), "{header:?}");
    }
    let answer = served.ask("GET", "/admin/cluster/members", &[("X-API-Key", KEY)]).await;
    assert_eq!(answer.json::<Members>().cluster_id.as_deref(), Some("c"));
}

#[tokio::test]
async fn without_the_right_key_nothing_is_told() {
    let served = served().await;
    for path in ["/admin/status", "/admin/cluster/members"] {
        for headers in [
            &[][..],
            &[("X-API-Key", "")],
            &[("X-API-Key", "correct-hors")],
            &[("X-API-Key", "correct-horsf")],
            &[("X-API-Key", "correct-horse!")],
            &[("Authorization", "Bearer ")],
            &[("Authorization", "Basic correct-horse")],
            &[("Authorization", "é")],
            &[("X-API-Key", "wrong"), ("Authorization", "Bearer correct-horse")],
        ] {
            let answer = served.ask("GET", path, headers).await;
            assert_eq!((answer.status, answer.problem().code.as_str()), (401, "unauthorized"), "{headers:?}");
            assert!(answer.head.contains("www-authenticate: bearer"));
        }
    }
}

#[tokio::test]
async fn as_long_as_the_key_is_unknown_nobody_gets_in() {
    let served = served().await;
    served.node.knows_key.store(false, Ordering::SeqCst);
    for headers in [&[][..], &[("X-API-Key", "")], &[("X-API-Key", KEY)]] {
        let answer = served.ask("GET", "/admin/status", headers).await;
        assert_eq!((answer.status, answer.problem().code.as_str()), (503, "key_unknown"));
    }
    assert_eq!(served.ask("GET", "/admin/health", &[]).await.status, 200);
}

#[tokio::test]
async fn an_unknown_path_is_told_the_nearest_route() {
    let served = served().await;
    let answer = served.ask("GET", "/admin/stauts", &[]).await;
    assert_eq!(answer.status, 404);
    let hint = answer.problem().hint;
    assert!(hint.starts_with("did you mean /admin/status? the routes are /admin/health, "), "{hint}");
    let answer = served.ask("GET", "/favicon.ico", &[]).await;
    assert!(answer.problem().hint.starts_with("the routes are "));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_one() {
    let served = served().await;
    for path in ["/admin/health", "/admin/status"] {
        let answer = served.ask("POST", path, &[("X-API-Key", KEY), ("content-length", "0")]).await;
        assert_eq!((answer.status, answer.problem().code.as_str()), (405, "method_not_allowed"), "{path}");
        assert!(answer.head.contains("allow: get, head"));
    }
    let answer = served.ask("HEAD", "/admin/health", &[]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[tokio::test]
async fn an_endless_head_is_refused() {
    let served = served().await;
    let request = format!("GET /admin/health HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(100_000));
    assert!([0, 431].contains(&served.raw(request.as_bytes()).await.status));
    assert_eq!(served.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS \r\n\r\n").await.status, 400);
    assert_eq!(served.ask("GET", "/admin/health", &[]).await.status, 200);
}

#[tokio::test]
async fn a_body_that_nobody_asked_for_is_not_waited_for() {
    let served = served().await;
    let answer = served.ask("GET", "/admin/health", &[("content-length", "99999999999")]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn who_sends_nothing_is_cut_off_and_lets_others_in() {
    let head = Duration::from_millis(500);
    let served = served_within(Limits { connections: 2, head, connection: PATIENCE }).await;
    let mut silent = [
        TcpStream::connect(served.address).await.unwrap(),
        TcpStream::connect(served.address).await.unwrap(),
    ];
    // Both places are taken; the third waits until one of them is cut off.
    let answer = timeout(PATIENCE, served.ask("GET", "/admin/health", &[])).await.unwrap();
    assert_eq!(answer.status, 200);
    for stream in &mut silent {
        timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_takes_too_long_is_dropped() {
    let served =
        served_within(Limits { connections: 2, head: PATIENCE, connection: Duration::from_millis(50) }).await;
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    slow.write_all(b"GET /admin/hea").await.unwrap();
    assert_eq!(timeout(PATIENCE, slow.read_to_end(&mut Vec::new())).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn after_the_stop_nobody_listens() {
    let served = served().await;
    assert_eq!(served.ask("GET", "/admin/health", &[]).await.status, 200);
    served.stop.cancel();
    let gone = async {
        while TcpStream::connect(served.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, gone).await.unwrap();
}

#[tokio::test]
async fn metrics_are_open_and_in_openmetrics_text() {
    let answer = served().await.ask("GET", "/metrics", &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: application/openmetrics-text; version=1.0.0"));
    assert_eq!(
        answer.body,
        "# HELP chronik_cluster_nodes Registered nodes\n# TYPE chronik_cluster_nodes gauge\n\
         chronik_cluster_nodes 3\n# EOF\n"
    );
}

#[test]
fn nothing_measured_is_nothing_shown() {
    assert_eq!(render_metrics(MetricsSnapshot::default()).unwrap(), "# EOF\n");
}

#[test]
fn everything_measured_has_the_name_that_dashboards_know() {
    let latency = LatencyHistogram::default();
    latency.record(Duration::from_millis(3));
    let snapshot = MetricsSnapshot {
        cluster_nodes: Some(3),
        leader_count: Some(1),
        follower_count: Some(2),
        commits: Some(7),
        elections: Some(4),
        commit_latency: Some(latency.snapshot()),
        snapshot_size_bytes: Some(99),
        rpc: vec![PeerRpc { peer: 2, latency: Some(latency.snapshot()), errors: Some(5) }],
        wal: Some(WalMetrics { flushes: 1, frames: 2, bytes: 3 }),
        partitions: vec![PartitionMetrics {
            topic: "a\"b".into(),
            partition: 0,
            term: Some(6),
            high_watermark: Some(1 << 60),
            isr_size: Some(3),
            followers: vec![FollowerLag { node_id: 2, entries: Some(8), ms: None }],
        }],
    };
    let text = render_metrics(snapshot).unwrap();
    for line in [
        "chronik_cluster_nodes 3",
        "chronik_raft_leader_count 1",
        "chronik_raft_follower_count 2",
        "chronik_raft_commits_total 7",
        "chronik_raft_election_count 4",
        "chronik_raft_commit_latency_ms_sum 3.0",
        "chronik_raft_commit_latency_ms_count 1",
        "chronik_raft_commit_latency_ms_bucket{le=\"2.5\"} 0",
        "chronik_raft_commit_latency_ms_bucket{le=\"5.0\"} 1",
        "chronik_raft_commit_latency_ms_bucket{le=\"+Inf\"} 1",
        "chronik_raft_snapshot_size_bytes 99",
        "chronik_raft_rpc_latency_ms_bucket{le=\"5.0\",peer=\"2\"} 1",
        "chronik_raft_rpc_errors_total{peer=\"2\"} 5",
        "chronik_wal_flushes_total 1",
        "chronik_wal_frames_total 2",
        "chronik_wal_written_bytes_total 3",
        "chronik_raft_current_term{topic=\"a\\\"b\",partition=\"0\"} 6",
        "chronik_high_watermark{topic=\"a\\\"b\",partition=\"0\"} 1152921504606846976",
        "chronik_raft_isr_size{topic=\"a\\\"b\",partition=\"0\"} 3",
        "chronik_raft_follower_lag_entries{topic=\"a\\\"b\",partition=\"0\",follower=\"2\"} 8",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("follower_lag_ms"), "it was not measured");
}
