//! The coordinator over a `__consumer_offsets` in memory: what clients see, what is in the log,
//! and what happens when the leader changes.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use bytes::BytesMut;
use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use kafka_protocol::messages::offset_delete_request::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use kafka_protocol::messages::{
    DeleteGroupsRequest, DescribeGroupsRequest, GroupId, HeartbeatRequest, JoinGroupRequest,
    JoinGroupResponse, LeaveGroupRequest, ListGroupsRequest, OffsetCommitRequest, OffsetDeleteRequest,
    OffsetFetchRequest, SyncGroupRequest, SyncGroupResponse, TopicName,
};
use kafka_protocol::protocol::Encodable;
use tokio::sync::Semaphore;

use super::*;
use crate::coordinator::OffsetRecord;

/// `__consumer_offsets` with one log that several coordinators can share, as nodes do.
#[derive(Default)]
struct Log {
    records: Mutex<Vec<(u32, OffsetRecord)>>,
    batches: AtomicU64,
}

/// A node's view of it: does it lead, and does the quorum answer?
struct Node {
    log: Arc<Log>,
    /// 0: does not lead.
    term: AtomicU64,
    /// Appends and replays wait for a permit.
    appends: Semaphore,
    replays: Semaphore,
    append_error: Mutex<Option<ResponseError>>,
    topic_exists: AtomicBool,
}

const PARTITIONS: u32 = 3;

impl Node {
    fn leading(log: &Arc<Log>, term: u64) -> Arc<Self> {
        Arc::new(Self {
            log: log.clone(),
            term: AtomicU64::new(term),
            appends: Semaphore::new(1_000_000),
            replays: Semaphore::new(1_000_000),
            append_error: Mutex::new(None),
            topic_exists: AtomicBool::new(true),
        })
    }

    fn set_term(&self, term: u64) {
        // An append is entirely before or after the change.
        let _log = self.log.records.lock();
        self.term.store(term, Ordering::SeqCst);
    }
}

impl OffsetStore for Node {
    fn partitions(&self) -> u32 {
        if self.topic_exists.load(Ordering::SeqCst) { PARTITIONS } else { 0 }
    }

    async fn append(&self, partition: u32, term: u64, records: Vec<OffsetRecord>) -> Result<(), i16> {
        self.appends.acquire().await.map_err(|_| -1i16)?.forget();
        if let Some(error) = *self.append_error.lock() {
            return Err(error.code());
        }
        let mut log = self.log.records.lock();
        if self.leads(partition) != Some(term) {
            return Err(ResponseError::NotCoordinator.code());
        }
        self.log.batches.fetch_add(1, Ordering::SeqCst);
        log.extend(records.into_iter().map(|record| (partition, record)));
        Ok(())
    }

    async fn replay(
        &self,
        partition: u32,
        visit: &mut (dyn FnMut(Bytes, Option<Bytes>) + Send),
    ) -> Result<(), i16> {
        self.replays.acquire().await.map_err(|_| -1i16)?.forget();
        for (at, (key, value)) in self.log.records.lock().iter() {
            if *at == partition {
                visit(key.clone(), value.clone());
            }
        }
        Ok(())
    }

    fn leads(&self, _: u32) -> Option<u64> {
        Some(self.term.load(Ordering::SeqCst)).filter(|term| *term > 0)
    }
}

fn coordinator(node: &Arc<Node>) -> Arc<Coordinator<Node>> {
    let config =
        CoordinatorConfig { initial_rebalance_delay: Duration::ZERO, ..CoordinatorConfig::default() };
    Arc::new(Coordinator::new(node.clone(), config))
}

fn single_node() -> (Arc<Node>, Arc<Coordinator<Node>>) {
    let node = Node::leading(&Arc::default(), 1);
    let coordinator = coordinator(&node);
    (node, coordinator)
}

fn text(s: &str) -> StrBytes {
    StrBytes::from_string(s.to_owned())
}

fn group(s: &str) -> GroupId {
    GroupId(text(s))
}

fn topic(s: &str) -> TopicName {
    TopicName(text(s))
}

fn join(member_id: &StrBytes) -> JoinGroupRequest {
    // What a consumer that is subscribed to topic "t" sends: version 0, one topic, no user data.
    let subscription = b"\0\0\0\0\0\x01\0\x01t\xff\xff\xff\xff";
    JoinGroupRequest::default()
        .with_group_id(group("g"))
        .with_session_timeout_ms(10_000)
        .with_rebalance_timeout_ms(10_000)
        .with_member_id(member_id.clone())
        .with_protocol_type(text("consumer"))
        .with_protocols(vec![
            JoinGroupRequestProtocol::default()
                .with_name(text("range"))
                .with_metadata(Bytes::from_static(subscription)),
        ])
}

async fn join_as(c: &Coordinator<Node>, version: i16, member_id: &StrBytes) -> JoinGroupResponse {
    let response = c.join_group("client", "/10.0.0.1", version, join(member_id)).await;
    encodes(&response, version);
    response
}

fn sync(joined: &JoinGroupResponse, assignment: &'static str) -> SyncGroupRequest {
    SyncGroupRequest::default()
        .with_group_id(group("g"))
        .with_generation_id(joined.generation_id)
        .with_member_id(joined.member_id.clone())
        .with_assignments(vec![
            SyncGroupRequestAssignment::default()
                .with_member_id(joined.member_id.clone())
                .with_assignment(Bytes::from_static(assignment.as_bytes())),
        ])
}

fn heartbeat(joined: &JoinGroupResponse) -> HeartbeatRequest {
    HeartbeatRequest::default()
        .with_group_id(group("g"))
        .with_generation_id(joined.generation_id)
        .with_member_id(joined.member_id.clone())
}

/// One member in a stable group, as kcat would join: `JoinGroup` and `SyncGroup` version 0.
async fn one_member(c: &Coordinator<Node>) -> (JoinGroupResponse, SyncGroupResponse) {
    let joined = join_as(c, 0, &StrBytes::new()).await;
    assert_eq!(joined.error_code, 0);
    let synced = c.sync_group(0, sync(&joined, "p0")).await;
    encodes(&synced, 0);
    (joined, synced)
}

fn commit(generation: i32, member_id: &StrBytes, partition: i32, offset: i64) -> OffsetCommitRequest {
    OffsetCommitRequest::default()
        .with_group_id(group("g"))
        .with_generation_id_or_member_epoch(generation)
        .with_member_id(member_id.clone())
        .with_topics(vec![OffsetCommitRequestTopic::default().with_name(topic("t")).with_partitions(vec![
                OffsetCommitRequestPartition::default()
                    .with_partition_index(partition)
                    .with_committed_offset(offset)
                    .with_committed_metadata(Some(text("note"))),
            ])])
}

/// Commits as a simple consumer does; returns the partition's error code.
async fn commit_simple(c: &Coordinator<Node>, version: i16, partition: i32, offset: i64) -> i16 {
    let response =
        c.offset_commit(version, commit(-1, &StrBytes::new(), partition, offset), |_, _| true).await;
    encodes(&response, version);
    response.topics[0].partitions[0].error_code
}

/// Every (partition, offset) of topic "t", by the question for all topics.
async fn committed(c: &Coordinator<Node>) -> Vec<(i32, i64)> {
    let request = OffsetFetchRequest::default().with_group_id(group("g")).with_topics(None);
    let response = c.offset_fetch(5, request).await;
    assert_eq!(response.error_code, 0);
    response
        .topics
        .iter()
        .flat_map(|t| t.partitions.iter().map(|p| (p.partition_index, p.committed_offset)))
        .collect()
}

fn encodes(message: &impl Encodable, version: i16) {
    let mut bytes = BytesMut::new();
    message.encode(&mut bytes, version).unwrap_or_else(|error| panic!("version {version}: {error}"));
}

/// Lets other tasks run until `condition` holds.
async fn until(condition: impl Fn() -> bool) {
    tokio::time::timeout(Duration::from_secs(10), async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .expect("the condition holds in time");
}

/// The node took up what `waiting` asks for; it is not answered yet.
async fn started<T: Send + 'static>(
    waiting: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    let handle = tokio::spawn(waiting);
    tokio::task::yield_now().await;
    handle
}

#[test]
fn groups_are_spread_as_in_kafka() {
    // Values of Java's String.hashCode.
    assert_eq!(java_hash(""), 0);
    assert_eq!(java_hash("my-group"), 1_906_497_762);
    assert_eq!(java_hash("polygenelubricants"), 0, "Integer.MIN_VALUE has no absolute value");
    assert_eq!(java_hash("\u{1F980}"), 1_772_802);
}

#[tokio::test]
async fn a_consumer_of_the_oldest_versions_joins_commits_and_leaves() {
    let (_, c) = single_node();
    let (joined, synced) = one_member(&c).await;
    assert_eq!(joined.leader, joined.member_id);
    assert_eq!(joined.members.len(), 1);
    assert!(joined.member_id.starts_with("client-"));
    assert_eq!(&synced.assignment[..], b"p0");
    assert_eq!(c.heartbeat(heartbeat(&joined)).await.error_code, 0);

    let request = commit(joined.generation_id, &joined.member_id, 0, 42);
    let response = c.offset_commit(2, request, |_, _| true).await;
    assert_eq!(response.topics[0].partitions[0].error_code, 0);

    let wanted = OffsetFetchRequestTopic::default().with_name(topic("t")).with_partition_indexes(vec![0, 1]);
    let request = OffsetFetchRequest::default().with_group_id(group("g")).with_topics(Some(vec![wanted]));
    let response = c.offset_fetch(1, request).await;
    encodes(&response, 1);
    let partitions = &response.topics[0].partitions;
    assert_eq!((partitions[0].committed_offset, partitions[0].metadata.as_deref()), (42, Some("note")));
    assert_eq!((partitions[1].committed_offset, partitions[1].error_code), (-1, 0));

    let leave =
        LeaveGroupRequest::default().with_group_id(group("g")).with_member_id(joined.member_id.clone());
    let response = c.leave_group(0, leave.clone()).await;
    encodes(&response, 0);
    assert_eq!(response.error_code, 0);
    assert_eq!(c.leave_group(0, leave).await.error_code, ResponseError::UnknownMemberId.code());
    assert_eq!(c.heartbeat(heartbeat(&joined)).await.error_code, ResponseError::UnknownMemberId.code());
}

#[tokio::test]
async fn a_consumer_of_the_newest_versions_joins_in_two_steps() {
    let (_, c) = single_node();
    let first = join_as(&c, 9, &StrBytes::new()).await;
    assert_eq!(first.error_code, ResponseError::MemberIdRequired.code());
    let joined = join_as(&c, 9, &first.member_id).await;
    assert_eq!((joined.error_code, joined.generation_id), (0, 1));
    assert_eq!(joined.protocol_type.as_deref(), Some("consumer"));

    let unnamed = c.sync_group(5, sync(&joined, "p0")).await;
    assert_eq!(unnamed.error_code, ResponseError::InconsistentGroupProtocol.code());
    let named = sync(&joined, "p0")
        .with_protocol_type(Some(text("consumer")))
        .with_protocol_name(Some(text("range")));
    let synced = c.sync_group(5, named).await;
    encodes(&synced, 5);
    assert_eq!((synced.error_code, &synced.assignment[..]), (0, &b"p0"[..]));

    let leave = LeaveGroupRequest::default().with_group_id(group("g")).with_members(vec![
        MemberIdentity::default().with_member_id(joined.member_id.clone()),
        MemberIdentity::default().with_member_id(text("stranger")),
    ]);
    let left = c.leave_group(5, leave).await;
    encodes(&left, 5);
    let codes: Vec<_> = left.members.iter().map(|m| m.error_code).collect();
    assert_eq!(codes, [0, ResponseError::UnknownMemberId.code()]);
}

#[tokio::test]
async fn a_second_member_makes_the_first_join_again() {
    let (_, c) = single_node();
    let (first, _) = one_member(&c).await;
    let newcomer = {
        let c = c.clone();
        started(async move { join_as(&c, 3, &StrBytes::new()).await }).await
    };
    tokio::time::timeout(Duration::from_secs(10), async {
        while c.heartbeat(heartbeat(&first)).await.error_code != ResponseError::RebalanceInProgress.code() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the heartbeat tells of the rebalance");
    let first = join_as(&c, 3, &first.member_id).await;
    let second = newcomer.await.unwrap();
    assert_eq!((first.generation_id, second.generation_id), (2, 2));
    assert_eq!((first.members.len(), second.members.len()), (2, 0));
    assert_eq!(second.leader, first.member_id);

    let leader_syncs = sync(&first, "p0");
    let (a, b) = tokio::join!(c.sync_group(3, leader_syncs), c.sync_group(3, sync(&second, "ignored")));
    assert_eq!((&a.assignment[..], b.error_code, b.assignment.len()), (&b"p0"[..], 0, 0));
}

#[tokio::test]
async fn a_simple_consumer_commits_without_a_group_and_null_topics_fetch_everything() {
    let (_, c) = single_node();
    for version in 2..=9 {
        assert_eq!(commit_simple(&c, version, i32::from(version), 100).await, 0);
    }
    assert_eq!(commit_simple(&c, 2, 2, 7).await, 0);
    let everything = committed(&c).await;
    assert_eq!(everything.len(), 8);
    assert_eq!(everything[0], (2, 7));

    let all = OffsetFetchRequestGroup::default().with_group_id(group("g")).with_topics(None);
    let some = OffsetFetchRequestGroup::default().with_group_id(group("other")).with_topics(Some(vec![
        OffsetFetchRequestTopics::default().with_name(topic("t")).with_partition_indexes(vec![2]),
    ]));
    for version in 8..=9 {
        let request = OffsetFetchRequest::default().with_groups(vec![all.clone(), some.clone()]);
        let response = c.offset_fetch(version, request).await;
        encodes(&response, version);
        assert_eq!(response.groups[0].topics[0].partitions.len(), 8);
        assert_eq!(response.groups[1].topics[0].partitions[0].committed_offset, -1);
    }
}

#[tokio::test]
async fn what_cannot_be_committed_is_refused_partition_by_partition() {
    let (node, c) = single_node();
    let mut request = commit(-1, &StrBytes::new(), 0, 5);
    let long = request.topics[0].partitions[0]
        .clone()
        .with_partition_index(1)
        .with_committed_metadata(Some(text(&"x".repeat(4097))));
    let unknown = request.topics[0].partitions[0].clone().with_partition_index(9);
    request.topics[0].partitions.extend([long, unknown]);
    let response = c.offset_commit(8, request, |_, partition| partition < 9).await;
    let codes: Vec<_> = response.topics[0].partitions.iter().map(|p| p.error_code).collect();
    let expected =
        [0, ResponseError::OffsetMetadataTooLarge.code(), ResponseError::UnknownTopicOrPartition.code()];
    assert_eq!(codes, expected);
    assert_eq!(committed(&c).await, [(0, 5)]);

    *node.append_error.lock() = Some(ResponseError::NotEnoughReplicas);
    assert_eq!(commit_simple(&c, 8, 0, 6).await, ResponseError::CoordinatorNotAvailable.code());
    assert_eq!(committed(&c).await, [(0, 5)], "what is not stored is not seen");
}

#[tokio::test]
async fn commits_of_members_are_fenced_by_generation() {
    let (_, c) = single_node();
    let commit_at = async |version: i16, generation: i32, member: &StrBytes| {
        let response = c.offset_commit(version, commit(generation, member, 0, 1), |_, _| true).await;
        response.topics[0].partitions[0].error_code
    };
    let nobody = text("nobody");
    assert_eq!(commit_at(8, 3, &nobody).await, ResponseError::IllegalGeneration.code());
    assert_eq!(commit_at(9, 3, &nobody).await, ResponseError::GroupIdNotFound.code());
    let (joined, _) = one_member(&c).await;
    assert_eq!(commit_at(8, 1, &nobody).await, ResponseError::UnknownMemberId.code());
    assert_eq!(commit_at(8, 0, &joined.member_id).await, ResponseError::IllegalGeneration.code());
    assert_eq!(commit_at(8, -1, &StrBytes::new()).await, ResponseError::UnknownMemberId.code());
    assert_eq!(commit_at(8, 1, &joined.member_id).await, 0);
}

#[tokio::test]
async fn a_commit_is_answered_and_seen_only_when_it_is_stored() {
    let (node, c) = single_node();
    assert_eq!(commit_simple(&c, 8, 0, 1).await, 0);
    node.appends.forget_permits(usize::MAX);
    let waiting = {
        let c = c.clone();
        started(async move { commit_simple(&c, 8, 0, 2).await }).await
    };
    assert_eq!(committed(&c).await, [(0, 1)]);
    assert!(!waiting.is_finished());
    node.appends.add_permits(1);
    assert_eq!(waiting.await.unwrap(), 0);
    assert_eq!(committed(&c).await, [(0, 2)]);
}

#[tokio::test]
async fn commits_that_arrive_during_an_append_share_the_next_one() {
    let (node, c) = single_node();
    assert_eq!(commit_simple(&c, 8, 0, 1).await, 0);
    node.appends.forget_permits(usize::MAX);
    let before = node.log.batches.load(Ordering::SeqCst);
    let waiting: Vec<_> = (0..50)
        .map(|partition| {
            let c = c.clone();
            tokio::spawn(async move { commit_simple(&c, 8, partition, 9).await })
        })
        .collect();
    // Each asks once the ones before are queued, so this returns when all of them are.
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    committed(&c).await;
    node.appends.add_permits(100);
    for commit in waiting {
        assert_eq!(commit.await.unwrap(), 0);
    }
    assert_eq!(node.log.batches.load(Ordering::SeqCst) - before, 2);
    assert_eq!(committed(&c).await.len(), 50);
}

#[tokio::test]
async fn an_append_that_takes_too_long_fails_its_commits() {
    let node = Node::leading(&Arc::default(), 1);
    let config =
        CoordinatorConfig { append_timeout: Duration::from_millis(20), ..CoordinatorConfig::default() };
    let c = Coordinator::new(node.clone(), config);
    node.appends.forget_permits(usize::MAX);
    let (a, b) = tokio::join!(commit_simple(&c, 8, 0, 1), commit_simple(&c, 8, 1, 1));
    let unavailable = ResponseError::CoordinatorNotAvailable.code();
    assert_eq!((a, b), (unavailable, unavailable));
    node.appends.add_permits(10);
    assert_eq!(commit_simple(&c, 8, 0, 3).await, 0);
}

#[tokio::test]
async fn another_node_takes_over_groups_and_offsets() {
    let log = Arc::default();
    let (old, new) = (Node::leading(&log, 1), Node::leading(&log, 0));
    let (a, b) = (coordinator(&old), coordinator(&new));
    let (joined, _) = one_member(&a).await;
    assert_eq!(a.offset_commit(8, commit(1, &joined.member_id, 0, 42), |_, _| true).await.topics.len(), 1);
    let not_coordinator = ResponseError::NotCoordinator.code();
    assert_eq!(b.heartbeat(heartbeat(&joined)).await.error_code, not_coordinator);

    old.set_term(0);
    new.set_term(2);
    assert_eq!(a.heartbeat(heartbeat(&joined)).await.error_code, not_coordinator);
    assert_eq!(commit_simple(&a, 8, 0, 1).await, not_coordinator);
    assert_eq!(b.heartbeat(heartbeat(&joined)).await.error_code, 0);
    assert_eq!(committed(&b).await, [(0, 42)]);
    assert_eq!(&b.sync_group(3, sync(&joined, "")).await.assignment[..], b"p0");
    let described =
        b.describe_groups(5, DescribeGroupsRequest::default().with_groups(vec![group("g")])).await;
    assert_eq!(described.groups[0].group_state.as_str(), "Stable");
    assert_eq!(described.groups[0].members[0].client_host.as_str(), "/10.0.0.1");
}

#[tokio::test]
async fn a_node_that_led_before_reads_what_others_wrote_since() {
    let log = Arc::default();
    let (one, two) = (Node::leading(&log, 1), Node::leading(&log, 0));
    let (a, b) = (coordinator(&one), coordinator(&two));
    assert_eq!(commit_simple(&a, 8, 0, 1).await, 0);
    one.set_term(0);
    two.set_term(2);
    assert_eq!(commit_simple(&b, 8, 0, 2).await, 0);
    two.set_term(0);
    one.set_term(3);
    assert_eq!(committed(&a).await, [(0, 2)]);
}

#[tokio::test]
async fn whoever_waits_is_sent_away_when_leadership_is_lost() {
    let (node, c) = single_node();
    let (_first, _) = one_member(&c).await;
    let joining = {
        let c = c.clone();
        tokio::spawn(async move { join_as(&c, 3, &StrBytes::new()).await })
    };
    let described = || DescribeGroupsRequest::default().with_groups(vec![group("g")]);
    while c.describe_groups(5, described()).await.groups[0].members.len() < 2 {
        tokio::task::yield_now().await;
    }
    node.set_term(0);
    let told = c.partition_for("g").unwrap();
    c.leadership_changed(told);
    assert_eq!(joining.await.unwrap().error_code, ResponseError::NotCoordinator.code());
}

#[tokio::test]
async fn whoever_waits_is_sent_away_even_if_nobody_tells_the_coordinator() {
    let node = Node::leading(&Arc::default(), 1);
    let config = CoordinatorConfig {
        initial_rebalance_delay: Duration::ZERO,
        append_timeout: Duration::from_hours(1),
        ..CoordinatorConfig::default()
    };
    let c = Arc::new(Coordinator::new(node.clone(), config));
    node.appends.forget_permits(usize::MAX);
    let joined = join_as(&c, 3, &StrBytes::new()).await;
    let syncing = {
        let (c, request) = (c.clone(), sync(&joined, "p0"));
        started(async move { c.sync_group(3, request).await }).await
    };
    node.set_term(7);
    // Its session, of 10 s, would also notice; the check does it earlier.
    let response = tokio::time::timeout(Duration::from_secs(5), syncing).await.unwrap().unwrap();
    assert_eq!(response.error_code, ResponseError::NotCoordinator.code());
}

#[tokio::test]
async fn while_a_partition_loads_requests_are_told_to_come_again() {
    let node = Node::leading(&Arc::default(), 1);
    let config = CoordinatorConfig { load_grace: Duration::from_millis(10), ..CoordinatorConfig::default() };
    let c = Coordinator::new(node.clone(), config);
    node.replays.forget_permits(usize::MAX);
    let loading = ResponseError::CoordinatorLoadInProgress.code();
    assert_eq!(commit_simple(&c, 8, 0, 1).await, loading);
    assert_eq!(join_as(&c, 3, &StrBytes::new()).await.error_code, loading);
    let request = HeartbeatRequest::default().with_group_id(group("g")).with_member_id(text("m"));
    assert_eq!(c.heartbeat(request).await.error_code, 0, "the member may be there");
    node.replays.add_permits(10);
    let loaded = async {
        while commit_simple(&c, 8, 0, 1).await == loading {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), loaded).await.expect("it loads");
}

#[tokio::test]
async fn without_the_topic_there_is_no_coordinator() {
    let (node, c) = single_node();
    node.topic_exists.store(false, Ordering::SeqCst);
    assert_eq!(c.partition_for("g"), None);
    let unavailable = ResponseError::CoordinatorNotAvailable.code();
    assert_eq!(join_as(&c, 3, &StrBytes::new()).await.error_code, unavailable);
    let request = OffsetFetchRequest::default().with_group_id(group("g")).with_topics(Some(vec![
        OffsetFetchRequestTopic::default().with_name(topic("t")).with_partition_indexes(vec![0]),
    ]));
    let v1 = c.offset_fetch(1, request.clone()).await;
    encodes(&v1, 1);
    assert_eq!(v1.topics[0].partitions[0].error_code, unavailable);
    assert_eq!(c.offset_fetch(2, request).await.error_code, unavailable);
}

#[tokio::test]
async fn requests_that_no_group_can_serve_are_refused() {
    let (_, c) = single_node();
    let nobody = StrBytes::new();
    let code_of = async |request: JoinGroupRequest| c.join_group("c", "/h", 5, request).await.error_code;
    assert_eq!(code_of(join(&nobody).with_group_id(group(""))).await, ResponseError::InvalidGroupId.code());
    let enormous = "g".repeat(40_000);
    assert_eq!(
        code_of(join(&nobody).with_group_id(group(&enormous))).await,
        ResponseError::InvalidGroupId.code()
    );
    for timeout in [-1, 5_999, 1_800_001] {
        let request = join(&nobody).with_session_timeout_ms(timeout);
        assert_eq!(code_of(request).await, ResponseError::InvalidSessionTimeout.code());
    }
    let invalid = ResponseError::InvalidGroupId.code();
    assert_eq!(c.sync_group(3, SyncGroupRequest::default()).await.error_code, invalid);
    assert_eq!(c.heartbeat(HeartbeatRequest::default()).await.error_code, invalid);
    assert_eq!(c.leave_group(3, LeaveGroupRequest::default()).await.error_code, invalid);
    assert_eq!(c.offset_delete(OffsetDeleteRequest::default()).await.error_code, invalid);
    let unknown = ResponseError::UnknownMemberId.code();
    assert_eq!(join_as(&c, 5, &text("stranger")).await.error_code, unknown);
    let joined = JoinGroupResponse::default().with_member_id(text("stranger"));
    assert_eq!(c.sync_group(3, sync(&joined, "")).await.error_code, unknown);
    assert_eq!(c.heartbeat(heartbeat(&joined)).await.error_code, unknown);
}

#[tokio::test]
async fn a_client_that_goes_away_while_it_waits_disturbs_nobody() {
    let (_, c) = single_node();
    let (first, _) = one_member(&c).await;
    let nobody = StrBytes::new();
    let impatient = tokio::time::timeout(Duration::from_millis(20), join_as(&c, 3, &nobody));
    assert!(impatient.await.is_err());
    let first = join_as(&c, 3, &first.member_id).await;
    assert_eq!((first.error_code, first.members.len()), (0, 2));
}

#[tokio::test]
async fn groups_are_listed_described_and_deleted() {
    let (node, c) = single_node();
    let (joined, _) = one_member(&c).await;
    let other = commit(-1, &StrBytes::new(), 0, 1).with_group_id(group("simple"));
    c.offset_commit(8, other, |_, _| true).await;

    for version in 0..=5 {
        let listed = c.list_groups(ListGroupsRequest::default()).await;
        encodes(&listed, version);
        assert_eq!(listed.groups.len(), 2);
    }
    let stable = c.list_groups(ListGroupsRequest::default().with_states_filter(vec![text("stable")])).await;
    assert_eq!((stable.groups.len(), stable.groups[0].group_id.as_str()), (1, "g"));
    let none = c.list_groups(ListGroupsRequest::default().with_types_filter(vec![text("consumer")])).await;
    assert_eq!(none.groups.len(), 0);

    for version in 0..=6 {
        let request =
            DescribeGroupsRequest::default().with_groups(vec![group("g"), group("simple"), group("no")]);
        let described = c.describe_groups(version, request).await;
        encodes(&described, version);
        let states: Vec<_> = described.groups.iter().map(|g| g.group_state.as_str()).collect();
        assert_eq!(states, ["Stable", "Empty", "Dead"]);
        assert_eq!(described.groups[0].members[0].member_id, joined.member_id);
        let missing = if version >= 6 { ResponseError::GroupIdNotFound.code() } else { 0 };
        assert_eq!(described.groups[2].error_code, missing);
    }

    let request =
        DeleteGroupsRequest::default().with_groups_names(vec![group("g"), group("simple"), group("no")]);
    let deleted = c.delete_groups(request).await;
    encodes(&deleted, 2);
    let codes: Vec<_> = deleted.results.iter().map(|r| r.error_code).collect();
    assert_eq!(codes, [ResponseError::NonEmptyGroup.code(), 0, ResponseError::GroupIdNotFound.code()]);
    let after = coordinator(&Node::leading(&node.log, 2));
    assert_eq!(
        after.list_groups(ListGroupsRequest::default()).await.groups.len(),
        1,
        "a tombstone is stored"
    );
}

#[tokio::test]
async fn deleting_a_group_deletes_the_offsets_that_are_still_being_stored() {
    let (node, c) = single_node();
    assert_eq!(commit_simple(&c, 8, 0, 1).await, 0);
    node.appends.forget_permits(usize::MAX);
    let committing = {
        let c = c.clone();
        started(async move { commit_simple(&c, 8, 1, 1).await }).await
    };
    committed(&c).await;
    let deleting = {
        let c = c.clone();
        started(async move {
            c.delete_groups(DeleteGroupsRequest::default().with_groups_names(vec![group("g")])).await
        })
        .await
    };
    committed(&c).await;
    node.appends.add_permits(10);
    assert_eq!(committing.await.unwrap(), 0);
    assert_eq!(deleting.await.unwrap().results[0].error_code, 0);
    assert_eq!(committed(&c).await, []);
    let after = coordinator(&Node::leading(&node.log, 2));
    assert_eq!(committed(&after).await, []);
}

#[tokio::test]
async fn offsets_of_subscribed_topics_stay_and_others_can_be_deleted() {
    let (_, c) = single_node();
    let (joined, _) = one_member(&c).await;
    for name in ["t", "u"] {
        let mut request = commit(1, &joined.member_id, 0, 5);
        request.topics[0].name = topic(name);
        c.offset_commit(8, request, |_, _| true).await;
    }
    let delete = |name: &str| {
        OffsetDeleteRequestTopic::default()
            .with_name(topic(name))
            .with_partitions(vec![OffsetDeleteRequestPartition::default().with_partition_index(0)])
    };
    let request =
        OffsetDeleteRequest::default().with_group_id(group("g")).with_topics(vec![delete("t"), delete("u")]);
    let response = c.offset_delete(request.clone()).await;
    encodes(&response, 0);
    let codes: Vec<_> = response.topics.iter().map(|t| t.partitions[0].error_code).collect();
    assert_eq!(codes, [ResponseError::GroupSubscribedToTopic.code(), 0]);
    assert_eq!(committed(&c).await, [(0, 5)]);
    let unknown = c.offset_delete(request.with_group_id(group("no"))).await;
    assert_eq!(unknown.error_code, ResponseError::GroupIdNotFound.code());
}

#[tokio::test]
async fn records_that_cannot_be_read_do_not_hide_the_others() {
    let (node, c) = single_node();
    assert_eq!(commit_simple(&c, 8, 0, 1).await, 0);
    let partition = c.partition_for("g").unwrap();
    for key in [&b""[..], b"\0\x63new", b"\0\x01\0\x7f"] {
        let record = (Bytes::from_static(key), Some(Bytes::from_static(b"\0\x03")));
        node.log.records.lock().push((partition, record));
    }
    assert_eq!(commit_simple(&c, 8, 1, 2).await, 0);
    let after = coordinator(&Node::leading(&node.log, 2));
    assert_eq!(committed(&after).await, [(0, 1), (1, 2)]);
}

#[tokio::test]
async fn a_group_that_holds_nothing_is_forgotten() {
    let (node, c) = single_node();
    let request = join(&StrBytes::new()).with_protocols(vec![]);
    assert_eq!(
        c.join_group("c", "/h", 3, request).await.error_code,
        ResponseError::InconsistentGroupProtocol.code()
    );
    assert_eq!(c.list_groups(ListGroupsRequest::default()).await.groups.len(), 0);
    assert!(node.log.records.lock().is_empty());
}

#[tokio::test]
async fn tasks_end_with_the_coordinator() {
    let (node, c) = single_node();
    assert_eq!(commit_simple(&c, 8, 0, 1).await, 0);
    drop(c);
    until(|| Arc::strong_count(&node) == 1).await;
}

/// Consumers commit through whichever node leads while leadership moves back and forth.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_offset_is_lost_while_leadership_moves() {
    let log = Arc::default();
    let nodes = [Node::leading(&log, 1), Node::leading(&log, 0)];
    let coordinators = [coordinator(&nodes[0]), coordinator(&nodes[1])];
    let done = Arc::new(AtomicBool::new(false));
    let consumers: Vec<_> = (0..6)
        .map(|consumer| {
            let (coordinators, done) = (coordinators.clone(), done.clone());
            tokio::spawn(async move {
                let (mut acknowledged, mut offset, mut node) = (-1, 0, 0);
                while !done.load(Ordering::SeqCst) {
                    offset += 1;
                    if commit_simple(&coordinators[node], 8, consumer, offset).await == 0 {
                        acknowledged = offset;
                    } else {
                        node = 1 - node;
                        tokio::task::yield_now().await;
                    }
                }
                (consumer, acknowledged)
            })
        })
        .collect();
    for term in 2..40 {
        let before = log.batches.load(Ordering::SeqCst);
        until(|| log.batches.load(Ordering::SeqCst) > before + 3).await;
        nodes[term as usize % 2].set_term(0);
        nodes[(term as usize + 1) % 2].set_term(term);
    }
    done.store(true, Ordering::SeqCst);
    let stored = {
        let mut acknowledged = Vec::new();
        for consumer in consumers {
            acknowledged.push(consumer.await.unwrap());
        }
        let leader = Node::leading(&log, 100);
        (acknowledged, committed(&coordinator(&leader)).await)
    };
    for (consumer, acknowledged) in stored.0 {
        assert!(acknowledged > 0, "consumer {consumer} never got through");
        let found = stored.1.iter().find(|(p, _)| *p == consumer).map_or(-1, |(_, offset)| *offset);
        assert!(found >= acknowledged, "consumer {consumer}: {acknowledged} acknowledged, {found} stored");
    }
}

#[tokio::test]
async fn commits_beyond_the_queue_of_a_partition_are_refused_until_there_is_room() {
    let node = Node::leading(&Arc::default(), 1);
    let c = Arc::new(Coordinator::new(
        node.clone(),
        CoordinatorConfig { max_queued_bytes: 100, ..CoordinatorConfig::default() },
    ));
    node.appends.forget_permits(usize::MAX);
    let waiting: Vec<_> = (0..10)
        .map(|partition| {
            let c = c.clone();
            tokio::spawn(async move { commit_simple(&c, 8, partition, 9).await })
        })
        .collect();
    until(|| waiting.iter().any(tokio::task::JoinHandle::is_finished)).await;
    node.appends.add_permits(100);
    let mut codes = Vec::new();
    for commit in waiting {
        codes.push(commit.await.unwrap());
    }
    let accepted = codes.iter().filter(|code| **code == 0).count();
    let refused = codes.iter().filter(|code| **code == ResponseError::CoordinatorNotAvailable.code()).count();
    assert!((2..8).contains(&accepted) && accepted + refused == 10, "{codes:?}");
    assert_eq!(committed(&c).await.len(), accepted);
    assert_eq!(commit_simple(&c, 8, 0, 10).await, 0);
}
