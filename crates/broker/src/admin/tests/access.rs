//! Keys, roles, the audit log, and what one node passes on to another.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bytes::Bytes;
use chronik_common::admin::v1::{AuditLog, DebugBundle, KeyView, Keys, NewKey};
use futures::future::BoxFuture;

use super::*;

/// Keys in memory, and one neighbour, node 2.
#[derive(Default)]
pub(super) struct FakeAccess {
    keys: Mutex<BTreeMap<String, StoredKey>>,
    neighbour: OnceLock<Api>,
    node_id: OnceLock<i32>,
}

impl KeyStore for FakeNode {
    fn key(&self, id: &str) -> Option<StoredKey> {
        self.access.keys.lock().unwrap().get(id).cloned()
    }

    fn keys(&self) -> Vec<KeyView> {
        self.access.keys.lock().unwrap().values().map(|key| key.view.clone()).collect()
    }

    fn create_key(&self, key: StoredKey) -> Answer<()> {
        self.access.keys.lock().unwrap().insert(key.view.id.clone(), key);
        Box::pin(std::future::ready(Ok(())))
    }

    fn revoke_key(&self, id: String) -> Answer<()> {
        self.access.keys.lock().unwrap().remove(&id);
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Neighbours for FakeNode {
    fn node_id(&self) -> i32 {
        *self.access.node_id.get_or_init(|| 1)
    }

    fn members_alive(&self) -> Vec<(i32, bool)> {
        vec![(1, true), (2, self.access.neighbour.get().is_some())]
    }

    fn pass_on(&self, node: i32, head: Bytes, body: Bytes) -> BoxFuture<'static, Result<Bytes, String>> {
        match self.access.neighbour.get().cloned() {
            Some(api) if node == 2 => Box::pin(api.answer_peer(head, body)),
            _ => Box::pin(std::future::ready(Err(format!("node {node} is not connected")))),
        }
    }
}

impl Served {
    /// Starts node 2 beside this one.
    fn with_neighbour(&self) -> Arc<FakeNode> {
        let neighbour = Arc::new(FakeNode::default());
        neighbour.access.node_id.set(2).unwrap();
        assert!(self.node.access.neighbour.set(Api::new(neighbour.clone(), None)).is_ok());
        neighbour
    }

    async fn send(&self, method: &str, path: &str, key: &str, body: &str) -> Answered {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-length: {length}\r\n\r\n"
        );
        self.raw((head + body).as_bytes()).await
    }

    /// A new key of a role, with its secret.
    pub(super) async fn key_for(&self, role: &str) -> NewKey {
        let answer = self.post("/admin/v1/keys", &format!(r#"{{"name": "n", "role": "{role}"}}"#)).await;
        assert_eq!(answer.status, 201);
        answer.json()
    }
}

#[tokio::test]
async fn a_key_opens_what_its_role_allows_and_nothing_more() {
    let served = served().await;
    for (role, statuses) in
        [("read", [200, 403, 403, 403]), ("operator", [200, 202, 403, 403]), ("admin", [200, 202, 200, 200])]
    {
        let NewKey { secret, .. } = served.key_for(role).await;
        for ((method, path), status) in [
            ("GET", "/admin/status"),
            ("POST", "/admin/rebalance"),
            ("GET", "/admin/v1/keys"),
            ("GET", "/admin/v1/audit"),
        ]
        .into_iter()
        .zip(statuses)
        {
            let answer = served.send(method, path, &secret, "").await;
            assert_eq!(answer.status, status, "{role}: {method} {path}");
            if status == 403 {
                assert_eq!(answer.problem().code, "forbidden");
                assert!(answer.problem().detail.starts_with("this needs the role "));
            }
        }
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_and_so_is_a_key_with_another_secret() {
    let served = served().await;
    let NewKey { key, secret } = served.key_for("read").await;
    let other = served.key_for("read").await;
    let mixed = format!("{}.{}", key.id, other.secret.split_once('.').unwrap().1);
    for wrong in [&key.id, &format!("{}.", key.id), &mixed, &secret[..secret.len() - 1], "unknown.0"] {
        assert_eq!(served.send("GET", "/admin/status", wrong, "").await.status, 401, "{wrong}");
    }
    assert_eq!(served.send("GET", "/admin/status", &secret, "").await.status, 200);
    let path = format!("/admin/v1/keys/{}", key.id);
    assert_eq!(served.send("DELETE", &path, KEY, r#"{"reason": "leaked"}"#).await.status, 200);
    assert_eq!(served.send("GET", "/admin/status", &secret, "").await.status, 401);
    assert_eq!(served.send("DELETE", &path, KEY, "").await.problem().code, "unknown_key");
    assert_eq!(
        served.send("DELETE", "/admin/v1/keys/bootstrap", KEY, "").await.problem().code,
        "bootstrap_key"
    );
}

#[tokio::test]
async fn a_secret_is_shown_once_and_only_its_hash_is_kept() {
    let served = served().await;
    let NewKey { key, secret } = served.key_for("operator").await;
    let secret = secret.split_once('.').unwrap().1;
    assert_eq!(secret.len(), 64);
    let listed = served.get("/admin/v1/keys").await;
    assert!(!listed.body.contains(secret) && !listed.body.contains(KEY));
    let ids: Vec<_> = listed.json::<Keys>().keys.into_iter().map(|key| key.id).collect();
    assert_eq!(ids, ["bootstrap", key.id.as_str()]);
    let stored = served.node.key(&key.id).unwrap();
    assert_eq!((stored.view.created_by.as_deref(), stored.hash.len()), (Some("bootstrap"), 64));
    assert_ne!(stored.hash, secret);
}

#[tokio::test]
async fn who_fails_too_often_has_to_wait_and_a_valid_key_never_does() {
    let served = served().await;
    let mut answer = served.send("GET", "/admin/status", "wrong-key", "").await;
    while answer.status == 401 {
        answer = served.send("GET", "/admin/status", "wrong-key", "").await;
    }
    assert_eq!((answer.status, answer.problem().code.as_str()), (429, "too_many_failures"));
    assert!(answer.head.contains("retry-after: 1"), "{}", answer.head);
    assert_eq!(served.get("/admin/status").await.status, 200);
}

#[tokio::test]
async fn the_audit_log_tells_who_did_what_and_is_gathered_from_all_nodes() {
    let served = served().await;
    let operator = served.key_for("operator").await;
    let body = r#"{"node_id": 9, "dry_run": true, "reason": "its disk is full"}"#;
    served.send("POST", "/admin/remove-node", &operator.secret, body).await;
    served.send("POST", "/admin/rebalance", KEY, "").await;
    let log: AuditLog = served.get("/admin/v1/audit?limit=2").await.json();
    let told: Vec<_> =
        log.entries.iter().map(|e| (e.key_id.as_str(), e.action.as_str(), e.result.as_str())).collect();
    assert_eq!(told, [("bootstrap", "rebalance", "ok"), (&*operator.key.id, "remove-node", "unknown")]);
    assert_eq!((log.entries[0].operation_id, log.entries[1].operation_id), (Some(7), None));
    assert_eq!((log.entries[1].dry_run, log.entries[1].reason.as_str()), (true, "its disk is full"));
    assert_eq!(log.missing_nodes, [2], "node 2 does not answer");

    let _neighbour = served.with_neighbour();
    let found: AuditLog = served.get("/admin/v1/audit?object=node%209").await.json();
    assert_eq!((found.entries.len(), found.missing_nodes.len()), (1, 0));
    let future: AuditLog = served.get("/admin/v1/audit?since_ms=99999999999999").await.json();
    assert_eq!(future.entries, []);
    assert_eq!(served.get("/admin/v1/audit?limt=2").await.problem().code, "invalid_request");
}

/// What node 1 answers if node `to` must.
async fn passed_on(served: &Served, to: i32, forwarded: bool, path: &str, body: &str) -> (u16, String) {
    use super::super::caller::{Caller, Principal, on_behalf};
    use super::super::forward::{self, Call};
    use super::super::journal::Journal;
    use axum::http::Method;
    use axum::response::IntoResponse;
    let principal = Principal { key_id: "k1".into(), role: chronik_common::admin::v1::Role::Operator };
    let caller = Caller { principal, forwarded, journal: Arc::new(Journal::open(1, None)) };
    let call = Call::new(&Method::POST, &path.parse().unwrap());
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let call = if body.is_null() { call } else { call.json(&body) };
    let node = served.node.clone();
    let answer = async move { forward::to(&*node, to, call).await.into_response() };
    let response = on_behalf(caller, answer).await;
    if let Some(node) = response.headers().get("x-chronik-served-by") {
        return (response.status().as_u16(), format!("by {}", node.to_str().unwrap()));
    }
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    let problem: Problem = serde_json::from_slice(&body).unwrap();
    (problem.status, problem.code)
}

#[tokio::test]
async fn a_request_is_answered_by_the_node_that_must_act() {
    let served = served().await;
    let rebalance = "/admin/rebalance";
    let unreachable = passed_on(&served, 2, false, rebalance, "null").await;
    assert_eq!(unreachable, (503, "node_unreachable".into()));
    let neighbour = served.with_neighbour();
    let answer = passed_on(&served, 2, false, rebalance, r#"{"topics": ["orders"]}"#).await;
    assert_eq!(answer, (202, "by 2".into()));
    assert!(neighbour.asked.lock().unwrap()[0].contains(r#"topics: Some(["orders"])"#));
    assert!(served.node.asked.lock().unwrap().is_empty());
    // The peer's own problems come back as they are; the caller's role counts there too.
    assert_eq!(passed_on(&served, 2, false, "/admin/v1/operations/9/cancel", "null").await.0, 404);
    assert_eq!(passed_on(&served, 2, false, "/admin/v1/keys", "null").await.0, 403);
    assert_eq!(passed_on(&served, 2, true, rebalance, "null").await, (503, "wrong_node".into()));
}

#[tokio::test]
async fn the_configuration_is_that_of_the_node_in_the_path() {
    let served = served().await;
    let _neighbour = served.with_neighbour();
    for (id, served_by) in [(1, "x-chronik-served-by: 1"), (2, "x-chronik-served-by: 2")] {
        let answer = served.get(&format!("/admin/v1/nodes/{id}/config")).await;
        assert_eq!((answer.status, answer.json::<ConfigView>().node_id), (200, id));
        assert!(answer.head.contains(served_by), "{}", answer.head);
    }
    let unknown = served.get("/admin/v1/nodes/9/config").await.problem();
    assert_eq!((unknown.status, unknown.code.as_str()), (404, "unknown_node"));
    assert_eq!(served.get("/admin/v1/nodes/x/config").await.problem().code, "invalid_request");
}

#[tokio::test]
async fn a_debug_bundle_holds_what_helps_and_no_secret() {
    let served = served().await;
    let NewKey { key, secret } = served.key_for("admin").await;
    let hash = served.node.key(&key.id).unwrap().hash;
    let answer = served.send("GET", "/admin/v1/debug/bundle", &secret, "").await;
    assert_eq!(answer.status, 200);
    let bundle: DebugBundle = answer.json();
    assert_eq!((bundle.node_id, bundle.audit.len(), bundle.problems.len()), (1, 1, 0));
    assert!(bundle.metrics.contains("chronik_cluster_nodes 3"));
    assert!(bundle.storage.is_some() && bundle.operations.is_some());
    for secret in [KEY, secret.split_once('.').unwrap().1, &hash] {
        assert!(!answer.body.contains(secret));
    }
}

#[tokio::test]
async fn a_write_that_is_repeated_under_its_key_is_done_once() {
    let served = served().await;
    let send = async |idempotency_key: &str, body: &str| {
        let length = body.len();
        let head = format!(
            "POST /admin/rebalance HTTP/1.1\r\nhost: x\r\nx-api-key: {KEY}\r\n\
             idempotency-key: {idempotency_key}\r\ncontent-length: {length}\r\n\r\n"
        );
        served.raw((head + body).as_bytes()).await
    };
    let first = send("a", "{}").await;
    let again = send("a", "{}").await;
    assert_eq!((first.status, &first.body), (202, &again.body));
    assert_eq!((again.status, served.node.asked.lock().unwrap().len()), (202, 1));
    assert!(again.head.contains("content-type: application/json"), "{}", again.head);
    let reused = send("a", r#"{"dry_run": true}"#).await;
    assert_eq!((reused.status, reused.problem().code.as_str()), (422, "idempotency_key_reused"));
    assert_eq!(send("b", "{}").await.status, 202);
    assert_eq!(send(&"k".repeat(201), "{}").await.status, 400);
    assert_eq!(served.node.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_from_the_network_passes_for_a_forwarded_request() {
    let served = served().await;
    for header in ["forwarded", "x-forwarded", "x-chronik-served-by", "principal"] {
        let answer = served.ask("GET", "/admin/status", &[(header, "bootstrap")]).await;
        assert_eq!(answer.status, 401, "{header}");
    }
}
