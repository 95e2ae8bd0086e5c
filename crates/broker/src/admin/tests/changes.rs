//! Routes that change something.

use std::io;
use std::sync::LazyLock;

use super::body::MAX_BODY;
use super::*;

const ADD: &str =
    r#"{"node_id": 4, "kafka_addr": "host4:9092", "wal_addr": "host4:9291", "raft_addr": "host4:5001"}"#;

/// Every change, as a caller asks for it.
const CHANGES: [(&str, &str); 4] = [
    ("/admin/add-node", ADD),
    ("/admin/remove-node", r#"{"node_id": 4}"#),
    ("/admin/rebalance", ""),
    ("/admin/v1/operations/7/cancel", ""),
];

impl Served {
    /// What the node was asked for last.
    fn asked(&self) -> String {
        self.node.asked.lock().unwrap().pop().unwrap_or_default()
    }
}

#[tokio::test]
async fn a_node_is_invited_as_the_manual_says() {
    let served = served().await;
    let answer = served.post("/admin/add-node", ADD).await;
    assert_eq!(answer.status, 200);
    let json: serde_json::Value = answer.json();
    assert_eq!(
        json,
        serde_json::json!({"node_id": 4, "state": "invited", "message": "it may join", "next": "start it"})
    );
    let asked = served.asked();
    assert!(asked.contains("wal_addr: HostPort { host: \"host4\", port: 9291 }"), "{asked}");
    assert!(asked.contains("admin_addr: None"), "{asked}");
}

#[tokio::test]
async fn an_operation_is_accepted_and_a_dry_run_is_answered() {
    let served = served().await;
    for (path, body, status, kind) in [
        ("/admin/remove-node", r#"{"node_id": 4, "force": false}"#, 202, OperationKind::RemoveNode),
        ("/admin/remove-node", r#"{"node_id": 4, "dry_run": true}"#, 200, OperationKind::RemoveNode),
        ("/admin/rebalance", "", 202, OperationKind::Rebalance),
        ("/admin/rebalance", "{}", 202, OperationKind::Rebalance),
        ("/admin/rebalance", r#"{"topics": ["a"], "dry_run": true}"#, 200, OperationKind::Rebalance),
        ("/admin/v1/operations/7/cancel", "", 200, OperationKind::Rebalance),
        ("/admin/v1/operations/7/cancel", r#"{"reason": "too slow"}"#, 200, OperationKind::Rebalance),
    ] {
        let answer = served.post(path, body).await;
        assert_eq!(answer.status, status, "{path} {body}");
        assert_eq!(answer.json::<OperationView>(), operation(kind), "{path} {body}");
    }
}

#[tokio::test]
async fn a_problem_of_the_node_is_told_as_it_is() {
    let served = served().await;
    for (path, body) in [
        ("/admin/add-node", ADD.replace('4', "9")),
        ("/admin/remove-node", r#"{"node_id": 9}"#.into()),
        ("/admin/v1/operations/9/cancel", String::new()),
    ] {
        let answer = served.post(path, &body).await;
        assert_eq!((answer.status, answer.problem().detail.as_str()), (404, "there is no 9"), "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_understood_changes_nothing() {
    let served = served().await;
    for (path, body, status, said) in [
        ("/admin/remove-node", "", 422, "missing field `node_id`"),
        ("/admin/remove-node", "{", 400, "EOF while parsing"),
        ("/admin/remove-node", "node_id=4", 400, "expected ident"),
        ("/admin/remove-node", "\u{0}", 400, "expected value"),
        ("/admin/remove-node", r#"{"node_id": "4"}"#, 422, "invalid type: string"),
        ("/admin/remove-node", r#"{"node_id": 4294967296}"#, 422, "invalid value"),
        ("/admin/remove-node", r#"{"node_id": 4, "dry-run": true}"#, 422, "unknown field `dry-run`"),
        ("/admin/remove-node", r#"{"node_id": 4} {}"#, 400, "trailing characters"),
        ("/admin/remove-node", r#"{"node_id": 4, "node_id": 5}"#, 422, "duplicate field"),
        ("/admin/add-node", r#"{"node_id": 4, "kafka_addr": "host4"}"#, 422, "the port is missing"),
        ("/admin/rebalance", r#"{"topics": "orders"}"#, 422, "expected a sequence"),
        ("/admin/v1/operations/7/cancel", r#"{"force": true}"#, 422, "unknown field `force`"),
    ] {
        let answer = served.post(path, body).await;
        let problem = answer.problem();
        assert_eq!((answer.status, problem.code.as_str()), (status, "invalid_request"), "{path} {body}");
        assert!(problem.detail.contains(said), "{body}: {}", problem.detail);
        assert!(problem.hint.starts_with("send JSON such as {"), "{}", problem.hint);
        assert_eq!(served.asked(), "", "{path} {body}");
    }
    assert_eq!(served.post("/admin/v1/operations/x/cancel", "").await.status, 400);
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit_and_no_further() {
    let served = served().await;
    let padded = |size: usize| r#"{"node_id": 4}"#.to_owned() + &" ".repeat(size - 14);
    assert_eq!(served.post("/admin/remove-node", &padded(MAX_BODY)).await.status, 202);
    let answer = served.post("/admin/remove-node", &padded(MAX_BODY + 1)).await;
    assert_eq!((answer.status, answer.problem().code.as_str()), (413, "invalid_request"));
}

#[tokio::test]
async fn a_body_that_never_arrives_is_cut_off() {
    let served =
        served_within(Limits { connections: 2, head: PATIENCE, connection: Duration::from_millis(50) }).await;
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    let head = format!(
        "POST /admin/rebalance HTTP/1.1\r\nhost: x\r\nx-api-key: {KEY}\r\ncontent-length: 99\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(timeout(PATIENCE, slow.read_to_end(&mut Vec::new())).await.unwrap().unwrap(), 0);
    assert_eq!(served.asked(), "");
}

#[tokio::test]
async fn nobody_changes_anything_without_the_key() {
    let served = served().await;
    for (path, body) in CHANGES {
        let length = body.len().to_string();
        let headers = [("X-API-Key", "wrong"), ("content-length", length.as_str())];
        let answer = served.ask("POST", path, &headers).await;
        assert_eq!((answer.status, served.asked().as_str()), (401, ""), "{path}");
    }
    served.node.forgot_key.store(true, Ordering::SeqCst);
    for (path, body) in CHANGES {
        assert_eq!((served.post(path, body).await.status, served.asked().as_str()), (503, ""), "{path}");
    }
}

/// What this process logs, as text: of all tests, so each looks for its own.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A subscriber for one thread would miss lines: the first thread that comes
/// by decides for all of them whether a line is of interest.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let lines = tracing_subscriber::fmt().without_time().with_target(false).with_ansi(false);
    let writer = log.clone();
    let lines = lines.with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(lines).unwrap();
    log
});

impl Log {
    /// The lines in which a text occurs.
    fn lines(&self, text: &str) -> Vec<String> {
        let log = self.0.lock().unwrap();
        log.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn every_change_leaves_a_line_that_tells_what_why_and_with_which_result() {
    let log = &*LOG;
    let served = served().await;
    for (path, body, line) in [
        (
            "/admin/remove-node",
            r#"{"node_id": 9, "force": true, "reason": "its disk\nis full"}"#,
            r#"action="remove-node" object="node 9 by force" dry_run=false reason="its disk\nis full" result="unknown" key="bootstrap""#,
        ),
        (
            "/admin/rebalance",
            r#"{"topics": ["log-a", "log-b"], "dry_run": true}"#,
            r#"action="rebalance" object="topics log-a, log-b" dry_run=true reason="" result="ok" key="bootstrap""#,
        ),
        (
            "/admin/v1/operations/771/cancel",
            "",
            r#"action="cancel" object="operation 771" dry_run=false reason="" result="ok" key="bootstrap""#,
        ),
        (
            "/admin/add-node",
            &ADD.replace("\"node_id\": 4", "\"node_id\": 174"),
            r#"action="add-node" object="node 174" dry_run=false reason="" result="ok" key="bootstrap""#,
        ),
    ] {
        served.post(path, body).await;
        assert_eq!(log.lines(line), [format!(" INFO audit {line}")]);
    }
}

#[tokio::test]
async fn a_change_whose_caller_went_away_leaves_its_line_too() {
    let log = &*LOG;
    let served = served().await;
    served.node.hangs.store(true, Ordering::SeqCst);
    let mut caller = TcpStream::connect(served.address).await.unwrap();
    let head = format!(
        "POST /admin/v1/operations/772/cancel HTTP/1.1\r\nhost: x\r\nx-api-key: {KEY}\r\ncontent-length: 0\r\n\r\n"
    );
    caller.write_all(head.as_bytes()).await.unwrap();
    until(|| served.asked() == "772").await;
    drop(caller);
    until(|| !log.lines(r#"object="operation 772" dry_run=false reason="" result="abandoned""#).is_empty())
        .await;
}

async fn until(happened: impl Fn() -> bool) {
    let happened = async {
        while !happened() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, happened).await.unwrap();
}
