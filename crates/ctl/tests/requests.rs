//! What each command asks of a node: method, path and body, against a node that does what the test says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use chronik_common::admin::AdminClient;
use chronik_tui::act::{Act, Acts};

/// A node that gives these answers, the last one again and again.
struct FakeNode {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl FakeNode {
    fn answering(answers: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let answers: Vec<_> = answers.iter().map(|&(status, body)| (status, body.to_owned())).collect();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, mut seen) = (stream.unwrap(), seen.lock().unwrap());
                let (status, body) = answers.get(seen.len()).or(answers.last()).unwrap();
                seen.push(answer(&stream, *status, body));
            }
        });
        Self { url, requests }
    }

    /// Runs `chronikctl` against this node.
    fn ask(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_chronikctl"))
            .args(arguments)
            .env_clear()
            .env("CHRONIK_ADMIN_URL", &self.url)
            .env("CHRONIK_ADMIN_API_KEY", "correct-horse")
            .output()
            .unwrap()
    }

    /// The requests so far: method, path and body.
    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads a request and answers it: its first line and its body.
fn answer(mut stream: &TcpStream, status: u16, body: &str) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "the request ends early: {head}");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut sent = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut sent).unwrap();
    let length = body.len();
    let head_of_answer =
        format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all((head_of_answer + body).as_bytes()).unwrap();
    let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
    format!("{line} {}", String::from_utf8(sent).unwrap()).trim_end().to_owned()
}

fn problem(status: u16, code: &str) -> String {
    format!(r#"{{"status":{status},"code":"{code}","title":"T","detail":"the detail","hint":"the hint"}}"#)
}

const COMMANDS: &str = "\
health
node list
node describe 2
node drain 2 --dry-run
node drain 2 --reason patch
node undrain 2
topic list
topic list --internal
topic describe a.b
topic create orders --partitions 6 --replication-factor 3 --set retention.ms=1
topic alter orders --partitions 8
topic delete orders --yes
topic delete orders --dry-run
partition list --state under-replicated,leaderless --topic orders --node 3 --limit 5
partition describe a-b-3
partition transfer-leader orders-3 --to 2
partition transfer-leader orders-3 --dry-run
partition move orders-3 --replicas 2,3,4 --no-wait
group list
group describe my/group
group reset-offsets g --to-earliest --yes
group reset-offsets g --to-latest --topic orders --dry-run
group delete g --yes
raft list
raft describe __metadata
events --object orders-3 --limit 5
audit --object orders --limit 5
key list
key create ci --role read
key revoke 3f9a --yes
config view 2
config set retention.ms=1 --topic orders
";

/// The node refuses everything, so each command ends with its first request and exit code 1.
#[test]
fn every_command_asks_what_it_says() {
    let refusal = problem(409, "no_way");
    let mut table = String::new();
    for command in COMMANDS.lines() {
        let node = FakeNode::answering(&[(409, &refusal)]);
        let output = node.ask(&command.split(' ').collect::<Vec<_>>());
        let told = std::str::from_utf8(&output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}: {told}");
        assert!(told.contains("the detail; the hint"), "{command}: {told}");
        writeln!(table, "{command}\n  {}", node.requests().join("\n  ")).unwrap();
    }
    insta::assert_snapshot!("requests", table);
}

/// The exit code tells scripts what kind of failure it is.
/// A request without why it is made: the dashboard says that it was the dashboard.
fn without_reason(request: &str) -> String {
    let (line, body) = request.split_once(" {").unwrap();
    let mut body: serde_json::Value = serde_json::from_str(&format!("{{{body}")).unwrap();
    body.as_object_mut().unwrap().remove("reason");
    format!("{line} {body}")
}

/// What the dashboard prints under "same as" is the same.
#[tokio::test]
async fn the_dashboard_asks_for_what_its_command_asks_for() {
    let refusal = problem(409, "no_way");
    for act in [
        Act::TransferLeader { topic: "a-b".into(), partition: 3, to: 2 },
        Act::MoveReplicas { topic: "a-b".into(), partition: 3, replicas: vec![4, 2, 3] },
        Act::Drain(2),
        Act::Undrain(2),
        Act::RemoveNode(2),
        Act::CancelOperation(7),
    ] {
        let (command, dashboard) =
            (FakeNode::answering(&[(409, &refusal)]), FakeNode::answering(&[(409, &refusal)]));
        let line = act.command();
        let mut arguments: Vec<_> = line.split(' ').skip(1).collect();
        if matches!(act, Act::RemoveNode(_)) {
            arguments.push("--yes");
        }
        command.ask(&arguments);
        let key = "correct-horse".parse().unwrap();
        let client = AdminClient::new(vec![dashboard.url.parse().unwrap()], Some(key)).unwrap();
        let refused = Acts::perform(&client, act.clone()).await.unwrap_err();
        assert!(refused.contains("the detail"), "{line}: {refused}");
        let asked = |node: &FakeNode| without_reason(node.requests().first().unwrap());
        assert_eq!(asked(&dashboard), asked(&command), "{line}");

        // A cancellation has no plan but what it would stop.
        if !matches!(act, Act::CancelOperation(_)) {
            Acts::plan(&client, act).await.unwrap_err();
            let dry_run = without_reason(&dashboard.requests()[1]);
            assert_eq!(dry_run, asked(&dashboard).replace("\"dry_run\":false", "\"dry_run\":true"), "{line}");
            assert!(dry_run.contains("\"dry_run\":true"), "{line}: {dry_run}");
        }
    }
}

#[test]
fn a_key_that_is_not_accepted_exits_with_4() {
    for status in [401, 403] {
        let node = FakeNode::answering(&[(status, &problem(status, "unauthorized"))]);
        assert_eq!(node.ask(&["node", "list"]).status.code(), Some(4), "{status}");
        assert_eq!(node.ask(&["node", "drain", "2"]).status.code(), Some(4), "{status}");
    }
}

#[test]
fn without_a_quorum_a_question_is_put_again_for_what_one_node_knows() {
    for (command, answer, path) in [
        ("node list", r#"{"nodes":[]}"#, "nodes"),
        ("topic list", r#"{"topics":[]}"#, "topics"),
        ("group list", r#"{"groups":[]}"#, "groups"),
        ("key list", r#"{"keys":[]}"#, "keys"),
    ] {
        let node = FakeNode::answering(&[(503, &problem(503, "no_leader")), (200, answer)]);
        let output = node.ask(&command.split(' ').collect::<Vec<_>>());
        let told = std::str::from_utf8(&output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}: {told}");
        assert!(told.contains("may be stale"), "{command}: {told}");
        let asked = [format!("GET /admin/v1/{path}"), format!("GET /admin/v1/{path}?consistency=stale")];
        assert_eq!(node.requests(), asked);
    }
}

/// Nobody could tell whether it was made: a change waits for a quorum.
#[test]
fn without_a_quorum_no_change_is_made() {
    let changes = [
        "node drain 2",
        "topic create orders",
        "topic alter orders --partitions 8",
        "topic delete orders --yes",
        "partition transfer-leader orders-3 --to 2",
        "partition move orders-3 --replicas 2,3,4 --no-wait",
        "group reset-offsets g --to-earliest --yes",
        "group delete g --yes",
        "key create ci --role read",
        "key revoke 3f9a --yes",
        "config set retention.ms=1 --topic orders",
    ];
    for change in changes {
        let node = FakeNode::answering(&[(503, &problem(503, "no_leader"))]);
        let output = node.ask(&change.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(1), "{change}");
        assert!(output.stdout.is_empty(), "{change} claims: {}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(node.requests().len(), 1, "{change}");
    }
}

#[test]
fn an_unhealthy_cluster_exits_with_10() {
    for (verdict, code) in [("healthy", 0), ("degraded", 10), ("critical", 10)] {
        let health = format!(r#"{{"verdict":"{verdict}","node_id":1,"findings":[]}}"#);
        let node = FakeNode::answering(&[(200, &health)]);
        assert_eq!(node.ask(&["health"]).status.code(), Some(code), "{verdict}");
    }
}
