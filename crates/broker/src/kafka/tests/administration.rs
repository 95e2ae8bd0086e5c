//! What the handlers of reassignments, elections, configurations, log directories and record deletion make of
//! what the node says, and what they decide themselves.

use kafka_protocol::{
    error::ResponseError,
    messages::{
        AlterPartitionReassignmentsResponse, BrokerId, DeleteRecordsResponse, ElectLeadersResponse,
        ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
        list_partition_reassignments_request::ListPartitionReassignmentsTopics,
        metadata_request::MetadataRequestTopic,
    },
};

use super::{
    client::{Connection, Running},
    fake::ELSEWHERE,
    samples::*,
};
use crate::kafka::backend::{AlterConfig, ConfigChange, ConfigOp, ConfigResource};

const UNKNOWN: i16 = ResponseError::UnknownTopicOrPartition.code();
const INVALID_REQUEST: i16 = ResponseError::InvalidRequest.code();
const INVALID_CONFIG: i16 = ResponseError::InvalidConfig.code();

/// Partitions and error codes of the first topic.
fn reassigned(response: &AlterPartitionReassignmentsResponse) -> Vec<(i32, i16)> {
    let partitions = &response.responses[0].partitions;
    partitions.iter().map(|partition| (partition.partition_index, partition.error_code)).collect()
}

fn list(topics: Option<&[(&str, &[i32])]>) -> ListPartitionReassignmentsRequest {
    let topics = topics.map(|topics| {
        let topic = |(name, partitions): &(&str, &[i32])| {
            ListPartitionReassignmentsTopics::default()
                .with_name(topic_name(name))
                .with_partition_indexes(partitions.to_vec())
        };
        topics.iter().map(topic).collect()
    });
    ListPartitionReassignmentsRequest::default().with_topics(topics)
}

/// Topics and partitions.
fn listed(response: &ListPartitionReassignmentsResponse) -> Vec<(&str, Vec<i32>)> {
    let topics = response.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| partition.partition_index);
        (&**topic.name, partitions.collect())
    });
    topics.collect()
}

#[tokio::test]
async fn a_reassignment_is_started_listed_and_cancelled() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=1 {
        let moves = reassign(version, "topic", &[(0, Some(&[1])), (2, Some(&[3, 1]))]);
        let started = connection.call(version, &moves).await;
        // From version 1 on, these requests forbid another number of replicas.
        let refused = if version == 0 { 0 } else { ResponseError::InvalidReplicationFactor.code() };
        assert_eq!(reassigned(&started), [(0, refused), (2, 0)]);
        let response = connection.call(0, &list(None)).await;
        let [.., partition] = &response.topics[0].partitions[..] else { panic!("a reassignment") };
        assert_eq!(partition.replicas, [BrokerId(3), BrokerId(1), BrokerId(2)]);
        assert_eq!(partition.adding_replicas, [BrokerId(3)]);
        assert_eq!(partition.removing_replicas, [BrokerId(2)]);
        let cancelled = connection.call(version, &reassign(version, "topic", &[(0, None), (2, None)])).await;
        let none = if version == 0 { 0 } else { ResponseError::NoReassignmentInProgress.code() };
        assert_eq!(reassigned(&cancelled), [(0, none), (2, 0)]);
        assert!(connection.call(0, &list(None)).await.topics.is_empty());
    }
}

#[tokio::test]
async fn a_reassignment_that_changes_nothing_but_the_order_is_not_listed() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let response = connection.call(1, &reassign(1, "topic", &[(0, Some(&[2, 1]))])).await;
    assert_eq!(reassigned(&response), [(0, 0)]);
    assert!(connection.call(0, &list(None)).await.topics.is_empty());
}

#[tokio::test]
async fn each_reassignment_of_a_request_has_its_own_answer() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=1 {
        let request =
            reassign(version, "topic", &[(0, Some(&[1, 7])), (9, Some(&[1, 2])), (1, Some(&[2, 1]))]);
        let response = connection.call(version, &request).await;
        let unregistered = ResponseError::InvalidReplicaAssignment.code();
        assert_eq!(reassigned(&response), [(0, unregistered), (9, UNKNOWN), (1, 0)]);
        let messages: Vec<_> =
            response.responses[0].partitions.iter().map(|p| p.error_message.as_deref()).collect();
        assert_eq!(messages, [Some("broker 7 is not registered"), Some("there is no such partition"), None]);
        assert_eq!((response.error_code, response.allow_replication_factor_change), (0, version == 0));
        let unknown = connection.call(version, &reassign(version, "unknown", &[(0, None)])).await;
        assert_eq!(reassigned(&unknown), [(0, UNKNOWN)]);
    }
}

#[tokio::test]
async fn reassignments_are_listed_of_all_partitions_or_of_those_named() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let created = metadata(4)
        .with_topics(Some(vec![MetadataRequestTopic::default().with_name(Some(topic_name("another")))]))
        .with_allow_auto_topic_creation(true);
    connection.call(4, &created).await;
    connection.call(0, &reassign(0, "topic", &[(2, Some(&[2])), (0, Some(&[2, 3]))])).await;
    connection.call(0, &reassign(0, "another", &[(0, Some(&[1]))])).await;
    let mut ask = async |topics: Option<&[(&str, &[i32])]>| {
        let response = connection.call(0, &list(topics)).await;
        listed(&response)
            .into_iter()
            .map(|(name, partitions)| (name.to_owned(), partitions))
            .collect::<Vec<_>>()
    };
    let owned = |topics: &[(&str, &[i32])]| {
        topics.iter().map(|(name, partitions)| ((*name).to_owned(), partitions.to_vec())).collect::<Vec<_>>()
    };
    assert_eq!(ask(None).await, owned(&[("another", &[0]), ("topic", &[0, 2])]));
    assert_eq!(ask(Some(&[])).await, owned(&[]));
    let named: &[(&str, &[i32])] = &[("topic", &[2, 1, 2]), ("unknown", &[0]), ("topic", &[9])];
    assert_eq!(ask(Some(named)).await, owned(&[("topic", &[2])]));
}

/// Topics, partitions and error codes.
fn elected(response: &ElectLeadersResponse) -> Vec<(&str, i32, i16)> {
    let topics = response.replica_election_results.iter().flat_map(|topic| {
        topic
            .partition_result
            .iter()
            .map(|partition| (&**topic.topic, partition.partition_id, partition.error_code))
    });
    topics.collect()
}

#[tokio::test]
async fn a_preferred_election_is_held_where_another_broker_leads() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let not_needed = ResponseError::ElectionNotNeeded.code();
    for version in 0..=2 {
        let named = connection.call(version, &elect_leaders_of(version, "topic", &[0, 1, 9, 1])).await;
        assert_eq!(
            elected(&named),
            [("topic", 0, not_needed), ("topic", ELSEWHERE, 0), ("topic", 9, UNKNOWN)]
        );
        let unknown = connection.call(version, &elect_leaders_of(version, "unknown", &[0])).await;
        assert_eq!(elected(&unknown), [("unknown", 0, UNKNOWN)]);
        let all = elect_leaders(version).with_topic_partitions(None);
        assert_eq!(elected(&connection.call(version, &all).await), [("topic", ELSEWHERE, 0)]);
        let late = all.with_timeout_ms(0);
        let timed_out = ResponseError::RequestTimedOut.code();
        assert_eq!(elected(&connection.call(version, &late).await), [("topic", ELSEWHERE, timed_out)]);
    }
    let held = &running.node.admin().elected;
    assert_eq!(held.len(), 9);
    assert!(held.iter().all(|election| *election == ("topic".to_owned(), ELSEWHERE)));
}

#[tokio::test]
async fn an_unclean_election_is_never_held() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 1..=2 {
        let unclean = elect_leaders_of(version, "topic", &[1]).with_election_type(1);
        let named = connection.call(version, &unclean).await;
        assert_eq!(elected(&named), [("topic", 1, ResponseError::ElectionNotNeeded.code())]);
        let all = connection.call(version, &unclean.with_topic_partitions(None)).await;
        assert_eq!((all.error_code, elected(&all)), (0, vec![]));
        let other = connection.call(version, &elect_leaders(version).with_election_type(2)).await;
        assert_eq!((other.error_code, elected(&other)), (INVALID_REQUEST, vec![]));
    }
    assert!(running.node.admin().elected.is_empty());
}

/// Alters, and returns the error codes.
async fn alter(connection: &mut Connection, version: i16, resources: &[Operations<'_>]) -> Vec<i16> {
    let response = connection.call(version, &alter_incrementally(resources)).await;
    response.responses.iter().map(|resource| resource.error_code).collect()
}

#[tokio::test]
async fn configurations_are_altered_key_by_key() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=1 {
        let response = connection.call(version, &incremental_alter_configs(version)).await;
        let got: Vec<_> = response
            .responses
            .iter()
            .map(|r| (r.resource_type, &*r.resource_name, r.error_code, r.error_message.is_some()))
            .collect();
        let expected =
            [(2, "topic", 0, false), (4, "1", INVALID_CONFIG, true), (9, "what", INVALID_REQUEST, true)];
        assert_eq!(got, expected);
        let operations = vec![
            ("retention.ms".to_owned(), ConfigOp::Set("1000".to_owned())),
            ("segment.bytes".to_owned(), ConfigOp::Delete),
            ("cleanup.policy".to_owned(), ConfigOp::Append("compact".to_owned())),
        ];
        let expected = AlterConfig {
            resource: ConfigResource::Topic("topic".to_owned()),
            change: ConfigChange::Incremental(operations),
        };
        assert_eq!(std::mem::take(&mut running.node.admin().altered), [expected]);
        connection.call(version, &incremental_alter_configs(version).with_validate_only(true)).await;
        assert!(running.node.admin().altered.is_empty());
    }
}

#[tokio::test]
async fn changes_that_contradict_themselves_are_refused() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let set = ("retention.ms", 0, Some("1000"));
    let bad: [&[(&str, i8, Option<&str>)]; 4] = [
        &[("retention.ms", 0, None)],
        &[("cleanup.policy", 2, None)],
        &[("retention.ms", 4, Some("1000"))],
        &[set, ("retention.ms", 1, None)],
    ];
    for operations in bad {
        assert_eq!(alter(&mut connection, 1, &[(2, "topic", operations)]).await, [INVALID_REQUEST]);
    }
    let twice: [Operations; 3] = [(2, "topic", &[set]), (2, "other", &[set]), (2, "topic", &[])];
    assert_eq!(alter(&mut connection, 1, &twice).await, [INVALID_REQUEST, UNKNOWN]);
    assert!(running.node.admin().altered.is_empty());
}

#[tokio::test]
async fn throttles_are_removed_without_a_word_and_never_set() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let rates = [
        ("leader.replication.throttled.rate", 1, None),
        ("follower.replication.throttled.rate", 1, None),
        ("replica.alter.log.dirs.io.max.bytes.per.second", 1, None),
    ];
    let replicas = [
        ("leader.replication.throttled.replicas", 1, None),
        ("follower.replication.throttled.replicas", 3, Some("*")),
    ];
    // As `kafka-reassign-partitions --verify` does, also for topics and brokers that are gone.
    let removing: [Operations; 4] =
        [(4, "1", &rates), (4, "9", &rates), (2, "topic", &replicas), (2, "gone", &replicas)];
    assert_eq!(alter(&mut connection, 1, &removing).await, [0; 4]);
    for (kind, name, key, operation) in [
        (4, "1", "leader.replication.throttled.rate", 0),
        (2, "topic", "leader.replication.throttled.replicas", 2),
    ] {
        let response =
            connection.call(1, &alter_incrementally(&[(kind, name, &[(key, operation, Some("1"))])])).await;
        assert_eq!(response.responses[0].error_code, INVALID_CONFIG);
        assert!(response.responses[0].error_message.as_ref().unwrap().contains("--throttle"));
    }
    assert!(running.node.admin().altered.is_empty());
}

#[tokio::test]
async fn older_clients_replace_a_configuration_as_a_whole() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=2 {
        let response = connection.call(version, &alter_configs(version)).await;
        let resource = &response.responses[0];
        assert_eq!((resource.resource_type, &*resource.resource_name, resource.error_code), (2, "topic", 0));
        let entries = [("retention.ms", "1000"), ("segment.bytes", "2000")];
        let expected = AlterConfig {
            resource: ConfigResource::Topic("topic".to_owned()),
            change: ConfigChange::Replace(entries.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec()),
        };
        assert_eq!(std::mem::take(&mut running.node.admin().altered), [expected]);
        for (topic, configs, code) in [
            ("other", &[("retention.ms", Some("1"))][..], UNKNOWN),
            ("topic", &[("retention.ms", None)], INVALID_REQUEST),
            ("topic", &[("retention.ms", Some("1")), ("retention.ms", Some("2"))], INVALID_REQUEST),
            ("topic", &[("leader.replication.throttled.replicas", Some("*"))], INVALID_CONFIG),
        ] {
            let response = connection.call(version, &replace_configs(topic, configs)).await;
            assert_eq!(response.responses[0].error_code, code, "{topic} {configs:?}");
        }
        // No key at all: everything goes back to its default.
        let response = connection.call(version, &replace_configs("topic", &[])).await;
        assert_eq!(response.responses[0].error_code, 0);
        let altered = std::mem::take(&mut running.node.admin().altered);
        assert_eq!(altered[0].change, ConfigChange::Replace(vec![]));
    }
}

/// Partitions, low watermarks and error codes of the first topic.
fn deleted(response: &DeleteRecordsResponse) -> Vec<(i32, i64, i16)> {
    let partitions = &response.topics[0].partitions;
    partitions.iter().map(|p| (p.partition_index, p.low_watermark, p.error_code)).collect()
}

#[tokio::test]
async fn records_are_deleted_up_to_an_offset_or_the_high_watermark() {
    let running = Running::new().await;
    running.node.append(batch(b"one"));
    running.node.append(batch(b"two"));
    let mut connection = running.connect().await;
    let out_of_range = ResponseError::OffsetOutOfRange.code();
    let elsewhere = ResponseError::NotLeaderOrFollower.code();
    for version in 0..=2 {
        let asked = [(0, 1), (0, -1), (0, 3), (0, -2), (ELSEWHERE, 0), (9, 0)];
        let response = connection.call(version, &delete_records_of("topic", &asked)).await;
        let expected = [
            (0, 1, 0),
            (0, 2, 0),
            (0, -1, out_of_range),
            (0, -1, out_of_range),
            (ELSEWHERE, -1, elsewhere),
            (9, -1, UNKNOWN),
        ];
        assert_eq!(deleted(&response), expected);
        let unknown = connection.call(version, &delete_records_of("unknown", &[(0, 0)])).await;
        assert_eq!(deleted(&unknown), [(0, -1, UNKNOWN)]);
    }
}

#[tokio::test]
async fn records_of_internal_topics_are_never_deleted() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let created = metadata(4)
        .with_topics(Some(vec![MetadataRequestTopic::default().with_name(Some(topic_name("__internal")))]))
        .with_allow_auto_topic_creation(true);
    connection.call(4, &created).await;
    let response = connection.call(2, &delete_records_of("__internal", &[(0, -1)])).await;
    assert_eq!(deleted(&response), [(0, -1, ResponseError::InvalidTopicException.code())]);
}

#[tokio::test]
async fn the_log_directory_is_described_with_all_replicas_or_with_those_named() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 1..=4 {
        let response = connection.call(version, &describe_log_dirs(version)).await;
        let [dir] = &response.results[..] else { panic!("one directory") };
        assert_eq!((dir.error_code, &*dir.log_dir), (0, "/data"));
        let volume = if version >= 4 { (1 << 40, 1 << 39) } else { (-1, -1) };
        assert_eq!((dir.total_bytes, dir.usable_bytes), volume);
        let [topic] = &dir.topics[..] else { panic!("one topic") };
        let [replica] = &topic.partitions[..] else { panic!("one replica") };
        assert_eq!((&**topic.name, replica.partition_index), ("topic", 2));
        assert_eq!((replica.partition_size, replica.offset_lag, replica.is_future_key), (1_002, 2, false));

        let all = connection.call(version, &describe_log_dirs(version).with_topics(None)).await;
        let replicas: Vec<_> =
            all.results[0].topics.iter().map(|topic| (&**topic.name, topic.partitions.len())).collect();
        assert_eq!(replicas, [("other", 1), ("topic", 2)]);
        let none = connection.call(version, &describe_log_dirs(version).with_topics(Some(vec![]))).await;
        assert!(none.results[0].topics.is_empty());
    }
}

#[tokio::test]
async fn a_replica_can_only_be_put_where_it_is() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 1..=2 {
        let response = connection.call(version, &alter_replica_log_dirs(version)).await;
        let codes: Vec<Vec<_>> = response
            .results
            .iter()
            .map(|topic| topic.partitions.iter().map(|p| (p.partition_index, p.error_code)).collect())
            .collect();
        let (not_here, no_such) = (ResponseError::ReplicaNotAvailable, ResponseError::LogDirNotFound);
        assert_eq!(codes, [[(1, not_here.code()), (2, 0)], [(1, no_such.code()), (2, no_such.code())]]);
    }
}
