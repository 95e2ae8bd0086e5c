//! The admin API's client side: texts, JSON and behaviour towards nodes that
//! answer, refuse, or are gone.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::config::Environment;

fn node(id: i32, host: &str) -> NodeStatus {
    let at = |port: &str| format!("{host}:{port}").parse().unwrap();
    NodeStatus {
        node_id: id,
        kafka: at("9092"),
        wal: at("9291"),
        raft: at("5001"),
        admin: None,
        alive: true,
        rack: None,
        version: "3.0.0".into(),
    }
}

fn partition(index: i32, leader: Option<i32>, replicas: &[i32], isr: &[i32]) -> PartitionStatus {
    PartitionStatus {
        topic: "my-topic".into(),
        partition: index,
        leader,
        replicas: replicas.to_vec(),
        isr: isr.to_vec(),
        leader_epoch: Some(1),
        high_watermark: Some(9_007_199_254_740_993),
    }
}

/// The cluster of the seeds' manual.
fn healthy() -> Status {
    Status {
        node_id: 1,
        leader_id: Some(1),
        is_leader: true,
        cluster_id: Some("c".into()),
        nodes: (1..=3).map(|id| node(id, &format!("host{id}.example.com"))).collect(),
        partitions: vec![
            partition(0, Some(1), &[1, 2, 3], &[1, 2, 3]),
            partition(1, Some(2), &[2, 3, 1], &[2, 3, 1]),
            partition(2, Some(3), &[3, 1, 2], &[3, 1, 2]),
        ],
    }
}

fn wounded() -> Status {
    let mut status = healthy();
    status.leader_id = None;
    status.nodes[2].alive = false;
    status.partitions[1].isr = vec![2, 1];
    status.partitions[2] = partition(2, None, &[3, 1, 2], &[]);
    status
}

#[test]
fn a_healthy_cluster_looks_as_in_the_manual() {
    assert_eq!(
        render_status(&healthy()),
        "\
Chronik Cluster Status
======================

Nodes: 3
Leader: Node 1 (elected by Raft)

Node Details:
  Node 1: kafka=host1.example.com:9092, wal=host1.example.com:9291, raft=host1.example.com:5001
  Node 2: kafka=host2.example.com:9092, wal=host2.example.com:9291, raft=host2.example.com:5001
  Node 3: kafka=host3.example.com:9092, wal=host3.example.com:9291, raft=host3.example.com:5001

Partition Assignments:
  my-topic-0: leader=1, replicas=[1, 2, 3], ISR=[1, 2, 3]
  my-topic-1: leader=2, replicas=[2, 3, 1], ISR=[2, 3, 1]
  my-topic-2: leader=3, replicas=[3, 1, 2], ISR=[3, 1, 2]
"
    );
}

#[test]
fn a_wounded_cluster_says_what_is_wrong_worst_first() {
    let text = render_status(&wounded());
    let (_, below) = text.split_once("\nProblems:\n").unwrap();
    assert_eq!(
        below,
        "  the cluster has no leader: nothing can be created, moved or registered
  Node 3 is not heard from by Node 1
  my-topic-2 has no leader: it can be neither written nor read
  my-topic-1 is under-replicated: not in sync: 3
"
    );
    assert!(text.contains("Leader: none"));
    assert!(text.contains("raft=host3.example.com:5001 (not heard from)"));
    assert!(text.contains("my-topic-2: leader=none, replicas=[3, 1, 2], ISR=[]"));
}

#[test]
fn many_problems_are_counted() {
    let mut status = healthy();
    status.partitions = (0..1000).map(|n| partition(n, Some(1), &[1, 2], &[1])).collect();
    assert!(render_status(&status).ends_with("  … and 980 more\n"));
}

#[test]
fn json_keeps_the_shape_of_the_seeds_and_large_integers_whole() {
    let json = serde_json::to_value(healthy()).unwrap();
    for key in ["node_id", "leader_id", "is_leader", "nodes", "partitions"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert_eq!(json["nodes"][0]["kafka"], "host1.example.com:9092");
    assert_eq!(json["partitions"][0]["isr"], serde_json::json!([1, 2, 3]));
    assert_eq!(json["partitions"][0]["high_watermark"], "9007199254740993");
    assert_eq!(serde_json::from_value::<Status>(json).unwrap(), healthy());
}

#[test]
fn only_plain_addresses_are_admin_urls() {
    assert_eq!("host:1".parse::<AdminUrl>().unwrap().to_string(), "http://host:1");
    assert_eq!("http://[::1]:10001/".parse::<AdminUrl>().unwrap().to_string(), "http://[::1]:10001");
    for bad in ["https://host:1", "ftp://host", "http://host:1/admin", "http://host:1/?x", "http://", ""] {
        assert!(bad.parse::<AdminUrl>().is_err(), "{bad}");
    }
}

/// A node that gives every request the same answer.
struct FakeNode {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    last_request: Arc<Mutex<String>>,
}

impl FakeNode {
    async fn answering(status: &str, body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, last_request) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(String::new())));
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        let (count, seen) = (asked.clone(), last_request.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let byte = stream.read_u8().await.unwrap();
                    request.push(byte);
                }
                count.fetch_add(1, Ordering::SeqCst);
                *seen.lock().unwrap() = String::from_utf8(request).unwrap();
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(body.as_bytes()).await.unwrap();
            }
        });
        Self { address, asked, last_request }
    }

    async fn serving(status: &Status) -> Self {
        Self::answering("200 OK", serde_json::to_string(status).unwrap()).await
    }

    async fn refusing(status: u16, code: &str) -> Self {
        let problem = Problem::new(status, code, "Title", "the detail", "the hint");
        Self::answering(&format!("{status} X"), serde_json::to_string(&problem).unwrap()).await
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// An address where nobody listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn environment() -> Environment {
    [("CHRONIK_ADMIN_API_KEY", "correct-horse")].into_iter().collect()
}

fn request(admin: &[String]) -> StatusRequest {
    StatusRequest { admin: admin.to_vec(), ..StatusRequest::default() }
}

#[tokio::test]
async fn the_next_node_is_asked_when_one_is_gone_or_not_ready() {
    let starting = FakeNode::refusing(503, "starting").await;
    let good = FakeNode::serving(&healthy()).await;
    let report =
        status(&request(&[nobody().await, starting.url(), good.url()]), &environment()).await.unwrap();
    assert_eq!(report, Report { text: render_status(&healthy()), exit_code: 0 });
    assert_eq!((starting.asked(), good.asked()), (1, 1));
    assert!(good.last_request.lock().unwrap().contains("x-api-key: correct-horse\r\n"));
}

#[tokio::test]
async fn an_unhealthy_cluster_is_shown_and_exits_with_10() {
    let node = FakeNode::serving(&wounded()).await;
    let report = status(&request(&[node.url()]), &environment()).await.unwrap();
    assert_eq!(report, Report { text: render_status(&wounded()), exit_code: 10 });
}

#[tokio::test]
async fn json_comes_in_an_envelope() {
    let node = FakeNode::serving(&healthy()).await;
    let asked = StatusRequest { output: Output::Json, ..request(&[node.url()]) };
    let report = status(&asked, &environment()).await.unwrap();
    let envelope: Envelope<Status> = serde_json::from_str(&report.text).unwrap();
    assert_eq!((envelope.kind.as_str(), envelope.version, envelope.body), ("ClusterStatus", 1, healthy()));
}

#[tokio::test]
async fn a_wrong_key_is_not_tried_on_the_other_nodes() {
    let (strict, other) =
        (FakeNode::refusing(401, "unauthorized").await, FakeNode::serving(&healthy()).await);
    let error = status(&request(&[strict.url(), other.url()]), &environment()).await.unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert_eq!(
        error.to_string(),
        format!("{} does not accept the admin API key: the detail; the hint", strict.url())
    );
    assert_eq!(other.asked(), 0);
}

#[tokio::test]
async fn nobody_there_exits_with_3_and_names_everyone_tried() {
    let (one, two) = (nobody().await, nobody().await);
    let error = status(&request(&[one.clone(), two.clone()]), &environment()).await.unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains(&one) && error.to_string().contains(&two), "{error}");
    assert!(error.to_string().contains("Connection refused"), "{error}");
}

#[tokio::test]
async fn something_else_on_the_port_is_told_as_such() {
    let node = FakeNode::answering("200 OK", "<html>".into()).await;
    let error = status(&request(&[node.url()]), &environment()).await.unwrap_err();
    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().contains("cannot be understood"), "{error}");
}

#[tokio::test]
async fn an_unhealthy_nodes_health_is_an_answer() {
    let reasons = vec![Reason { code: "no_metadata_leader".into(), message: "x".into() }];
    let health = Health { healthy: false, node_id: 2, reasons };
    let node = FakeNode::answering("503 X", serde_json::to_string(&health).unwrap()).await;
    let client = AdminClient::new(vec![node.url().parse().unwrap()], None).unwrap();
    assert_eq!(client.health().await.unwrap(), health);
}

#[tokio::test]
async fn without_a_key_nobody_is_asked() {
    let node = FakeNode::serving(&healthy()).await;
    let error = status(&request(&[node.url()]), &Environment::default()).await.unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert_eq!(
        error.to_string(),
        "there is no admin API key; set CHRONIK_ADMIN_API_KEY or name a file with --api-key-file"
    );
    assert_eq!(node.asked(), 0);
}

#[tokio::test]
async fn the_key_and_the_nodes_are_found_through_the_configuration() {
    let node = FakeNode::serving(&healthy()).await;
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("node.toml");
    let text = format!("data_dir = {:?}\n[advertise]\nadmin = \"{}\"\n", dir.path(), node.address);
    std::fs::write(&config, text).unwrap();
    let asked = StatusRequest { config: Some(config), ..StatusRequest::default() };

    let error = status(&asked, &Environment::default()).await.unwrap_err();
    assert_eq!(error.exit_code(), 4, "{error}");
    assert!(error.to_string().contains("admin.key"), "{error}");

    std::fs::write(dir.path().join(ADMIN_KEY_FILE), "from-the-data-directory\n").unwrap();
    assert_eq!(status(&asked, &Environment::default()).await.unwrap().exit_code, 0);
    assert!(node.last_request.lock().unwrap().contains("x-api-key: from-the-data-directory\r\n"));
}

#[tokio::test]
async fn a_key_file_is_a_flag_and_beats_the_environment() {
    let node = FakeNode::serving(&healthy()).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from-the-file\n").unwrap();
    let asked = StatusRequest { api_key_file: Some(file.path().into()), ..request(&[node.url()]) };
    status(&asked, &environment()).await.unwrap();
    assert!(node.last_request.lock().unwrap().contains("x-api-key: from-the-file\r\n"));
}

#[tokio::test]
async fn usage_mistakes_exit_with_2() {
    let config = StatusRequest { config: Some("/nowhere".into()), ..StatusRequest::default() };
    assert_eq!(status(&config, &environment()).await.unwrap_err().exit_code(), 2);
    assert_eq!(status(&request(&["https://a:1".into()]), &environment()).await.unwrap_err().exit_code(), 2);
}

#[tokio::test]
async fn the_variable_may_name_several_nodes() {
    let node = FakeNode::serving(&healthy()).await;
    let urls = format!("{}, {}", nobody().await, node.url());
    let variables = [("CHRONIK_ADMIN_URL", urls.as_str()), ("CHRONIK_ADMIN_API_KEY", "correct-horse")];
    let report = status(&StatusRequest::default(), &variables.into_iter().collect()).await.unwrap();
    assert_eq!(report.exit_code, 0);
}
