//! Routes that change topics, partitions, nodes and consumer groups, and the fake node's answers to them.

use chronik_common::admin::v1::{
    AlterTopicRequest, CreateTopicRequest, DeleteGroupRequest, DeleteTopicRequest, DrainAnswer, DrainRequest,
    GroupAnswer, GroupDetail, GroupSummary, Groups, LeadershipMove, MoveReplicasRequest, ResetOffsetsAnswer,
    ResetOffsetsRequest, ResetTo, TopicAnswer, TransferLeaderAnswer, TransferLeaderRequest,
};

use super::*;

fn topic(topic: String) -> TopicAnswer {
    TopicAnswer { topic, partitions: 6, message: "as asked for".into() }
}

fn group(group: &str) -> GroupSummary {
    GroupSummary {
        group: group.into(),
        state: "Empty".into(),
        coordinator: 2,
        members: 0,
        topics: vec!["orders".into()],
        lag: Some(1 << 60),
        max_lag: None,
    }
}

impl Act for FakeNode {
    fn create_topic(&self, request: CreateTopicRequest) -> Answer<TopicAnswer> {
        let answer = topic(request.topic.clone());
        self.changes(request, true, answer)
    }

    fn alter_topic(&self, name: String, request: AlterTopicRequest) -> Answer<TopicAnswer> {
        self.changes(request, name != "9", topic(name))
    }

    fn delete_topic(&self, name: String, request: DeleteTopicRequest) -> Answer<TopicAnswer> {
        self.changes(request, name != "9", topic(name))
    }

    fn transfer_leader(
        &self,
        topic: String,
        partition: i32,
        request: TransferLeaderRequest,
    ) -> Answer<TransferLeaderAnswer> {
        let change = LeadershipMove { topic, partition, from: Some(1), to: request.to.unwrap_or(3) };
        let answer = TransferLeaderAnswer { change, message: "it leads".into() };
        self.changes(request, partition != 9, answer)
    }

    fn move_replicas(
        &self,
        topic: String,
        partition: i32,
        expected_epoch: Option<i32>,
        request: MoveReplicasRequest,
    ) -> Answer<OperationView> {
        let asked = (topic, partition, expected_epoch, request);
        self.changes(asked, partition != 9, operation(OperationKind::MoveReplicas))
    }

    fn drain(&self, node: i32, drained: bool, request: DrainRequest) -> Answer<DrainAnswer> {
        let answer =
            DrainAnswer { node_id: node, drained, moves: vec![], moves_total: 0, blocked_on: vec![] };
        self.changes((drained, request), node != 9, answer)
    }

    fn list_groups(&self) -> Answer<Groups> {
        let groups = Groups { groups: vec![group("billing")], missing_nodes: vec![3] };
        Box::pin(std::future::ready(Ok(groups)))
    }

    fn describe_group(&self, name: String) -> Answer<GroupDetail> {
        let answer = GroupDetail {
            summary: group(&name),
            protocol: "range".into(),
            members_detail: vec![],
            partitions: vec![],
        };
        self.changes(&name, name != "9", answer)
    }

    fn reset_offsets(&self, name: String, request: ResetOffsetsRequest) -> Answer<ResetOffsetsAnswer> {
        let known = name != "9";
        self.changes(request, known, ResetOffsetsAnswer { group: name, changes: vec![] })
    }

    fn delete_group(&self, name: String, request: DeleteGroupRequest) -> Answer<GroupAnswer> {
        let known = name != "9";
        self.changes(request, known, GroupAnswer { group: name, message: "it was deleted".into() })
    }
}

impl Served {
    async fn act(&self, method: &str, path: &str, headers: &str, body: &str) -> Answered {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {KEY}\r\n{headers}content-length: {length}\r\n\r\n"
        );
        self.raw((head + body).as_bytes()).await
    }

    fn asked_last(&self) -> String {
        self.node.asked.lock().unwrap().pop().unwrap_or_default()
    }
}

#[tokio::test]
async fn each_change_is_answered_with_the_status_that_says_what_came_of_it() {
    let served = served().await;
    let leader = "/admin/v1/partitions/orders/2/leader";
    let replicas = "/admin/v1/partitions/orders/2/replicas";
    for (method, path, body, status) in [
        ("POST", "/admin/v1/topics", r#"{"topic": "orders"}"#, 201),
        ("POST", "/admin/v1/topics", r#"{"topic": "orders", "dry_run": true}"#, 200),
        ("PATCH", "/admin/v1/topics/orders", r#"{"partitions": 12}"#, 200),
        ("DELETE", "/admin/v1/topics/orders", "", 200),
        ("POST", leader, "", 200),
        ("POST", leader, r#"{"to": 2}"#, 200),
        ("POST", replicas, r#"{"replicas": [2, 3]}"#, 202),
        ("POST", replicas, r#"{"replicas": [2, 3], "dry_run": true}"#, 200),
        ("POST", "/admin/v1/nodes/2/drain", "", 200),
        ("POST", "/admin/v1/nodes/2/undrain", "", 200),
        ("GET", "/admin/v1/groups", "", 200),
        ("GET", "/admin/v1/groups/billing", "", 200),
        ("POST", "/admin/v1/groups/billing/reset-offsets", r#"{"to": "earliest"}"#, 200),
        ("DELETE", "/admin/v1/groups/billing", "", 200),
    ] {
        let answer = served.act(method, path, "", body).await;
        assert_eq!(answer.status, status, "{method} {path} {body}: {}", answer.body);
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_and_what_is_not_understood_is_not_asked_for() {
    let served = served().await;
    for (method, path, body) in [
        ("PATCH", "/admin/v1/topics/9", "{}"),
        ("DELETE", "/admin/v1/topics/9", ""),
        ("POST", "/admin/v1/partitions/orders/9/leader", ""),
        ("POST", "/admin/v1/partitions/orders/9/replicas", r#"{"replicas": [1]}"#),
        ("POST", "/admin/v1/nodes/9/drain", ""),
        ("GET", "/admin/v1/groups/9", ""),
        ("POST", "/admin/v1/groups/9/reset-offsets", r#"{"to": "latest"}"#),
        ("DELETE", "/admin/v1/groups/9", ""),
    ] {
        assert_eq!(served.act(method, path, "", body).await.status, 404, "{method} {path}");
        served.asked_last();
    }
    for (method, path, body, status) in [
        ("POST", "/admin/v1/topics", "", 422),
        ("POST", "/admin/v1/topics", r#"{"topic": "orders", "dry-run": true}"#, 422),
        ("PATCH", "/admin/v1/topics/orders", r#"{"partitions": "6"}"#, 422),
        ("POST", "/admin/v1/partitions/orders/x/leader", "", 400),
        ("POST", "/admin/v1/partitions/orders/-1/leader", "", 400),
        ("POST", "/admin/v1/nodes/two/drain", "", 400),
        ("POST", "/admin/v1/groups/billing/reset-offsets", r#"{"to": "somewhere"}"#, 422),
        ("POST", "/admin/v1/groups/billing/reset-offsets", r#"{"to": {"offset": 5.5}}"#, 422),
    ] {
        let answer = served.act(method, path, "", body).await;
        assert_eq!(
            (answer.status, answer.problem().code.as_str()),
            (status, "invalid_request"),
            "{path} {body}"
        );
        assert_eq!(served.asked_last(), "", "{path} {body}");
    }
}

#[tokio::test]
async fn a_move_may_be_bound_to_the_leader_epoch_that_it_was_decided_by() {
    let served = served().await;
    let path = "/admin/v1/partitions/orders/2/replicas";
    let body = r#"{"replicas": [2, 3]}"#;
    for (header, epoch) in [("", "None"), ("if-match: \"5\"\r\n", "Some(5)"), ("if-match: 5\r\n", "Some(5)")]
    {
        assert_eq!(served.act("POST", path, header, body).await.status, 202);
        let asked = served.asked_last();
        assert!(asked.starts_with(&format!("(\"orders\", 2, {epoch}, ")), "{asked}");
    }
    let answer = served.act("POST", path, "if-match: \"five\"\r\n", body).await;
    assert_eq!((answer.status, served.asked_last().as_str()), (400, ""));
}

#[tokio::test]
async fn drain_and_undrain_are_two_routes_of_one_change() {
    let served = served().await;
    for (path, drained) in [("/admin/v1/nodes/2/drain", true), ("/admin/v1/nodes/2/undrain", false)] {
        let answer: DrainAnswer = served.act("POST", path, "", r#"{"dry_run": true}"#).await.json();
        assert_eq!((answer.node_id, answer.drained), (2, drained));
        assert!(served.asked_last().contains("dry_run: true"));
    }
}

#[tokio::test]
async fn offsets_are_reset_to_a_place_and_large_numbers_are_text() {
    let served = served().await;
    for (json, to) in [
        (r#""latest""#, ResetTo::Latest),
        (r#"{"offset": "1152921504606846976"}"#, ResetTo::Offset(1 << 60)),
        (r#"{"shift_by": "-5"}"#, ResetTo::ShiftBy(-5)),
        (r#"{"timestamp_ms": "1700000000000"}"#, ResetTo::TimestampMs(1_700_000_000_000)),
    ] {
        let body = format!("{{\"to\": {json}}}");
        let answer = served.act("POST", "/admin/v1/groups/billing/reset-offsets", "", &body).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.body);
        let asked = served.asked_last();
        assert!(asked.contains(&format!("{to:?}")), "{asked}");
    }
    let groups: serde_json::Value = served.get("/admin/v1/groups").await.json();
    assert_eq!(groups["groups"][0]["lag"], "1152921504606846976");
    assert_eq!(groups["missing_nodes"], serde_json::json!([3]));
}

#[tokio::test]
async fn nobody_acts_without_the_key_and_other_methods_are_named() {
    let served = served().await;
    let answer = served.ask("DELETE", "/admin/v1/topics/orders", &[("X-API-Key", "wrong")]).await;
    assert_eq!((answer.status, served.asked_last().as_str()), (401, ""));
    let answer = served.act("PUT", "/admin/v1/topics/orders", "", "").await;
    assert_eq!((answer.status, answer.problem().code.as_str()), (405, "method_not_allowed"));
    assert!(answer.head.contains("allow: patch,delete"), "{}", answer.head);
}
