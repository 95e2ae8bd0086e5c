//! What each handler makes of what the node says, in words that clients of each version know.

use kafka_protocol::{
    error::ResponseError,
    messages::{
        BrokerId, DescribeTopicPartitionsRequest, InitProducerIdRequest, ProduceRequest, ProduceResponse,
        TransactionalId, create_topics_request::CreatableTopic, metadata_request::MetadataRequestTopic,
        produce_response::PartitionProduceResponse,
    },
};
use uuid::Uuid;

use super::{
    client::Running,
    fake::{ELSEWHERE, FORBIDDEN, Fake, TOPIC_ID},
    samples::*,
};
use crate::kafka::{Limits, backend::Settings};

fn produced(response: &ProduceResponse) -> &PartitionProduceResponse {
    &response.responses[0].partition_responses[0]
}

#[tokio::test]
async fn produce_says_where_the_records_are() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 3..=13 {
        let response = connection.call(version, &produce(version)).await;
        let partition = produced(&response);
        assert_eq!((partition.error_code, partition.index), (0, 0));
        assert_eq!((partition.base_offset, partition.log_append_time_ms), (i64::from(version) - 3, -1));
        if version >= 13 {
            assert_eq!(response.responses[0].topic_id, TOPIC_ID);
        } else {
            assert_eq!(&**response.responses[0].name, "topic");
        }
    }
}

#[tokio::test]
async fn produce_to_the_wrong_broker_names_the_right_one_from_version_10_on() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 3..=13 {
        let response = connection.call(version, &produce_of(version, &[(ELSEWHERE, batch(b"x"))])).await;
        let partition = produced(&response);
        assert_eq!(partition.error_code, ResponseError::NotLeaderOrFollower.code());
        assert_eq!(partition.error_message.is_some(), version >= 8);
        if version < 10 {
            assert!(response.node_endpoints.is_empty());
        } else {
            assert_eq!(
                (partition.current_leader.leader_id, partition.current_leader.leader_epoch),
                (BrokerId(2), 5)
            );
            assert_eq!((&*response.node_endpoints[0].host, response.node_endpoints[0].port), ("host2", 9093));
        }
    }
}

#[tokio::test]
async fn produce_refuses_what_the_protocol_refuses() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let mut ask = async |version: i16, change: fn(&mut ProduceRequest)| {
        let mut request = produce(version);
        change(&mut request);
        produced(&connection.call(version, &request).await).error_code
    };
    assert_eq!(ask(9, |r| r.acks = 2).await, ResponseError::InvalidRequiredAcks.code());
    assert_eq!(
        ask(9, |r| r.transactional_id = Some(TransactionalId(s("tx")))).await,
        ResponseError::InvalidRequest.code()
    );
    assert_eq!(
        ask(9, |r| r.topic_data[0].name = topic_name("unknown")).await,
        ResponseError::UnknownTopicOrPartition.code()
    );
    assert_eq!(
        ask(13, |r| r.topic_data[0].topic_id = Uuid::from_u128(99)).await,
        ResponseError::UnknownTopicId.code()
    );
    assert_eq!(
        ask(9, |r| r.topic_data[0].partition_data[0].records = None).await,
        ResponseError::InvalidRecord.code()
    );
    let zstd = |r: &mut ProduceRequest| {
        let mut records = batch(b"compressed").to_vec();
        records[22] = 4;
        r.topic_data[0].partition_data[0].records = Some(records.into());
    };
    assert_eq!(ask(6, zstd).await, ResponseError::UnsupportedCompressionType.code());
    assert_eq!(running.node.produced().len(), 0);
    assert_eq!(ask(7, zstd).await, 0);
}

fn asks_for(names: &[&str]) -> Vec<MetadataRequestTopic> {
    names.iter().map(|name| MetadataRequestTopic::default().with_name(Some(topic_name(name)))).collect()
}

#[tokio::test]
async fn metadata_tells_brokers_controller_and_partitions() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=13 {
        let response = connection.call(version, &metadata(version)).await;
        assert_eq!(response.brokers.len(), 2);
        assert_eq!((&*response.brokers[1].host, response.brokers[1].port), ("host2", 9093));
        assert_eq!(response.brokers[1].rack.is_some(), version >= 1);
        if version >= 1 {
            assert_eq!(response.controller_id, BrokerId(2));
        }
        assert_eq!(response.cluster_id.as_deref(), (version >= 2).then_some("cluster"));
        let [topic] = &response.topics[..] else { panic!("one topic") };
        assert_eq!((topic.error_code, topic.name.as_ref().unwrap().to_string()), (0, "topic".to_owned()));
        assert_eq!(topic.topic_id == TOPIC_ID, version >= 10);
        let leaders: Vec<i32> = topic.partitions.iter().map(|partition| partition.leader_id.0).collect();
        assert_eq!(leaders, [1, 2, 1]);
        assert_eq!(topic.partitions[0].isr_nodes, [BrokerId(1), BrokerId(2)]);
        let (cluster, topic) = (response.cluster_authorized_operations, topic.topic_authorized_operations);
        assert_eq!(cluster, if (8..=10).contains(&version) { 8096 } else { i32::MIN });
        assert_eq!(topic, if version >= 8 { 3576 } else { i32::MIN });
    }
}

#[tokio::test]
async fn metadata_of_all_topics_is_asked_by_null_or_in_version_0_by_an_empty_list() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=13 {
        let all = metadata(version).with_topics(if version == 0 { Some(vec![]) } else { None });
        assert_eq!(connection.call(version, &all).await.topics.len(), 1);
        if version > 0 {
            let none = metadata(version).with_topics(Some(vec![]));
            assert_eq!(connection.call(version, &none).await.topics.len(), 0);
        }
    }
}

#[tokio::test]
async fn metadata_by_id_is_answered_from_version_12_on() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let by_id = |id| Some(vec![MetadataRequestTopic::default().with_name(None).with_topic_id(id)]);
    for version in 10..=13 {
        let known = connection.call(version, &metadata(version).with_topics(by_id(TOPIC_ID))).await;
        let unknown =
            connection.call(version, &metadata(version).with_topics(by_id(Uuid::from_u128(5)))).await;
        if version < 12 {
            assert_eq!(known.topics[0].error_code, ResponseError::InvalidRequest.code());
        } else {
            assert_eq!(known.topics[0].name.as_ref().unwrap().to_string(), "topic");
            assert_eq!(
                (unknown.topics[0].error_code, &unknown.topics[0].name),
                (ResponseError::UnknownTopicId.code(), &None)
            );
            assert_eq!(unknown.topics[0].topic_id, Uuid::from_u128(5));
        }
    }
}

#[tokio::test]
async fn metadata_creates_missing_topics_where_both_sides_allow_it() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let names = ["topic", "new", "new", "not/valid", FORBIDDEN];
    let asking = metadata(4).with_topics(Some(asks_for(&names)));
    let refused = connection.call(4, &asking.clone().with_allow_auto_topic_creation(false)).await;
    let errors = |response: &kafka_protocol::messages::MetadataResponse| {
        response.topics.iter().map(|topic| topic.error_code).collect::<Vec<_>>()
    };
    let unknown = ResponseError::UnknownTopicOrPartition.code();
    let invalid = ResponseError::InvalidTopicException.code();
    assert_eq!(errors(&refused), [0, unknown, invalid, unknown]);
    let created = connection.call(4, &asking.with_allow_auto_topic_creation(true)).await;
    assert_eq!(errors(&created), [0, 0, invalid, ResponseError::PolicyViolation.code()]);
    assert_eq!(created.topics[1].partitions.len(), 1);
    // Before version 4 the client cannot forbid it.
    let created = connection.call(0, &metadata(0).with_topics(Some(asks_for(&["newer"])))).await;
    assert_eq!(errors(&created), [0]);
}

#[tokio::test]
async fn metadata_creates_nothing_where_the_broker_does_not_allow_it() {
    let node = Fake::with_settings(Settings { auto_create_topics: false, ..Settings::default() });
    let running = Running::with(node, Limits::default()).await;
    let mut connection = running.connect().await;
    let response = connection.call(1, &metadata(1).with_topics(Some(asks_for(&["new"])))).await;
    assert_eq!(response.topics[0].error_code, ResponseError::UnknownTopicOrPartition.code());
}

#[tokio::test]
async fn list_offsets_knows_the_special_timestamps_of_each_version() {
    let running = Running::new().await;
    running.node.append(batch(b"one"));
    let mut connection = running.connect().await;
    let unsupported = ResponseError::UnsupportedVersion.code();
    for version in 1..=10 {
        let expected = [
            (-1, 0, 1),
            (-2, 0, 0),
            (-3, if version >= 7 { 0 } else { unsupported }, if version >= 7 { 1 } else { -1 }),
            (-4, if version >= 8 { 0 } else { unsupported }, if version >= 8 { 0 } else { -1 }),
            (-5, if version >= 9 { 0 } else { unsupported }, -1),
            (-6, unsupported, -1),
            (1234, 0, 0),
        ];
        for (timestamp, code, offset) in expected {
            let response = connection.call(version, &list_offsets_at(version, timestamp)).await;
            let partition = &response.topics[0].partitions[0];
            assert_eq!((partition.error_code, partition.offset), (code, offset), "v{version} {timestamp}");
        }
    }
    let mut twice = list_offsets(7);
    let again = twice.topics[0].partitions[0].clone();
    twice.topics[0].partitions.push(again);
    let response = connection.call(7, &twice).await;
    let codes: Vec<i16> =
        response.topics[0].partitions.iter().map(|partition| partition.error_code).collect();
    assert_eq!(codes, [ResponseError::InvalidRequest.code(); 2]);
}

#[tokio::test]
async fn create_topics_checks_each_topic_and_answers_all_in_order() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let topic = |name: &str| {
        CreatableTopic::default()
            .with_name(topic_name(name))
            .with_num_partitions(1)
            .with_replication_factor(1)
    };
    let mut request = create_topics(7);
    request.topics.extend([
        topic("twice"),
        topic("twice"),
        topic("not/valid"),
        topic("no-partitions").with_num_partitions(0),
        topic("no-replicas").with_replication_factor(-2),
        topic(FORBIDDEN),
        topic("last"),
    ]);
    for version in 2..=7 {
        let response = connection.call(version, &request).await;
        let got: Vec<_> = response.topics.iter().map(|topic| (&**topic.name, topic.error_code)).collect();
        let expected = [
            ("new", 0),
            ("placed", 0),
            ("twice", ResponseError::InvalidRequest.code()),
            ("not/valid", ResponseError::InvalidTopicException.code()),
            ("no-partitions", ResponseError::InvalidPartitions.code()),
            ("no-replicas", ResponseError::InvalidReplicationFactor.code()),
            (FORBIDDEN, ResponseError::PolicyViolation.code()),
            ("last", 0),
        ];
        assert_eq!(got, expected);
        if version >= 5 {
            assert_eq!((response.topics[0].num_partitions, response.topics[0].replication_factor), (3, 1));
            assert_eq!(response.topics[0].configs.as_ref().unwrap().len(), 1);
            assert_eq!(response.topics[6].error_message.as_deref(), Some("may not be created"));
        }
        assert_eq!(response.topics[0].topic_id.is_nil(), version < 7);
    }
}

#[tokio::test]
async fn names_of_any_length_are_answered_in_every_version() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let long = "x".repeat(i16::MAX as usize);
    for version in 2..=7 {
        let mut request = create_topics(version);
        request.topics[0].name = topic_name(&long);
        let response = connection.call(version, &request).await;
        assert_eq!(response.topics[0].error_code, ResponseError::InvalidTopicException.code());
    }
    for version in 1..=4 {
        let mut request = describe_configs(version);
        request.resources[1].resource_name = s(&long);
        let response = connection.call(version, &request).await;
        assert_eq!(response.results[1].error_code, ResponseError::InvalidRequest.code());
    }
}

#[tokio::test]
async fn delete_topics_goes_by_name_or_id() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 1..=6 {
        let response = connection.call(version, &delete_topics(version)).await;
        let codes: Vec<i16> = response.responses.iter().map(|topic| topic.error_code).collect();
        let unknown = ResponseError::UnknownTopicOrPartition.code();
        if version < 6 {
            assert_eq!(codes, [0, unknown]);
        } else {
            assert_eq!(codes, [unknown, 0]);
            assert_eq!(response.responses[1].name.as_ref().unwrap().to_string(), "topic");
            assert_eq!(response.responses[1].topic_id, TOPIC_ID);
        }
    }
    let mut neither = delete_topics(6);
    neither.topics[0].name = None;
    let response = connection.call(6, &neither).await;
    let codes: Vec<i16> = response.responses.iter().map(|topic| topic.error_code).collect();
    assert_eq!(codes, [ResponseError::InvalidRequest.code(), 0]);
}

#[tokio::test]
async fn create_partitions_answers_each_topic() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=3 {
        let response = connection.call(version, &create_partitions(version)).await;
        let codes: Vec<i16> = response.results.iter().map(|topic| topic.error_code).collect();
        assert_eq!(codes, [0, ResponseError::UnknownTopicOrPartition.code()]);
    }
}

#[tokio::test]
async fn describe_configs_shows_what_is_asked_and_never_a_secret() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 1..=4 {
        let response = connection.call(version, &describe_configs(version)).await;
        let [topic, broker, unknown] = &response.results[..] else { panic!("three results") };
        assert_eq!(topic.configs.len(), 1);
        let retention = &topic.configs[0];
        assert_eq!((&*retention.name, retention.value.as_deref()), ("retention.ms", Some("value")));
        assert_eq!((retention.config_source, retention.synonyms.len()), (1, 1));
        assert_eq!(retention.config_type, if version >= 3 { 5 } else { 0 });
        assert_eq!(retention.documentation.as_deref() == Some("what it is for"), version >= 3);
        let secret = &broker.configs[1];
        assert_eq!((secret.is_sensitive, &secret.value, &secret.synonyms[0].value), (true, &None, &None));
        assert_eq!(unknown.error_code, ResponseError::InvalidRequest.code());
    }
    let plain = connection.call(2, &describe_configs(2).with_include_synonyms(false)).await;
    assert!(plain.results[0].configs[0].synonyms.is_empty());
}

#[tokio::test]
async fn describe_cluster_has_brokers_and_no_controllers() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=2 {
        let response = connection.call(version, &describe_cluster(version)).await;
        assert_eq!(
            (response.error_code, &*response.cluster_id, response.controller_id),
            (0, "cluster", BrokerId(2))
        );
        assert_eq!((response.brokers.len(), response.cluster_authorized_operations), (2, 8096));
        if version >= 1 {
            let controllers =
                connection.call(version, &describe_cluster(version).with_endpoint_type(2)).await;
            assert_eq!(controllers.error_code, ResponseError::MismatchedEndpointType.code());
        }
    }
}

#[tokio::test]
async fn describe_topic_partitions_goes_page_by_page() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let mut request = DescribeTopicPartitionsRequest::default().with_response_partition_limit(2);
    let first = connection.call(0, &request).await;
    assert_eq!(first.topics[0].partitions.iter().map(|p| p.partition_index).collect::<Vec<_>>(), [0, 1]);
    assert!(first.topics[0].partitions.iter().all(|p| p.eligible_leader_replicas == Some(vec![])));
    assert!(first.topics[0].partitions.iter().all(|p| p.last_known_elr == Some(vec![])));
    let next = first.next_cursor.unwrap();
    assert_eq!((&**next.topic_name, next.partition_index), ("topic", 2));
    let cursor = kafka_protocol::messages::describe_topic_partitions_request::Cursor::default()
        .with_topic_name(next.topic_name)
        .with_partition_index(next.partition_index);
    request = request.with_cursor(Some(cursor));
    let second = connection.call(0, &request).await;
    assert_eq!(second.topics[0].partitions.iter().map(|p| p.partition_index).collect::<Vec<_>>(), [2]);
    assert!(second.next_cursor.is_none());

    let named = connection.call(0, &describe_topic_partitions(0)).await;
    let codes: Vec<i16> = named.topics.iter().map(|topic| topic.error_code).collect();
    assert_eq!(codes, [0, ResponseError::UnknownTopicOrPartition.code()]);
}

#[tokio::test]
async fn find_coordinator_answers_one_key_or_many() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=6 {
        let response = connection.call(version, &find_coordinator(version)).await;
        if version < 4 {
            assert_eq!((response.error_code, response.node_id, &*response.host), (0, BrokerId(2), "host2"));
        } else {
            let [known, unknown] = &response.coordinators[..] else { panic!("two coordinators") };
            assert_eq!((&*known.key, known.node_id, known.port), ("group", BrokerId(2), 9093));
            assert_eq!(unknown.error_code, ResponseError::CoordinatorNotAvailable.code());
        }
        if version >= 1 {
            let transaction = connection.call(version, &find_coordinator(version).with_key_type(1)).await;
            let code = transaction.coordinators.first().map_or(transaction.error_code, |c| c.error_code);
            assert_eq!(code, ResponseError::InvalidRequest.code());
        }
    }
}

#[tokio::test]
async fn init_producer_id_serves_idempotent_producers_only() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=5 {
        let response = connection.call(version, &init_producer_id(version)).await;
        assert_eq!((response.error_code, response.producer_id.0, response.producer_epoch), (0, 4711, 0));
        let transactional: InitProducerIdRequest =
            init_producer_id(version).with_transactional_id(Some(TransactionalId(s("tx"))));
        let response = connection.call(version, &transactional).await;
        assert_eq!((response.error_code, response.producer_id.0), (ResponseError::InvalidRequest.code(), -1));
    }
}

#[tokio::test]
async fn offset_for_leader_epoch_tells_where_an_epoch_ends() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 2..=4 {
        let response = connection.call(version, &offset_for_leader_epoch(version)).await;
        let end = &response.topics[0].partitions[0];
        assert_eq!((end.error_code, end.leader_epoch, end.end_offset), (0, 1, 99));
    }
}

#[tokio::test]
async fn group_requests_pass_through_with_who_sent_them() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let joined = connection.call(5, &join_group(5)).await;
    assert_eq!((joined.generation_id, &*joined.member_id), (1, "member"));
    let synced = connection.call(3, &sync_group(3)).await;
    assert_eq!(synced.assignment, "assignment");
    let beat = connection.call(4, &heartbeat(4)).await;
    assert_eq!(beat.error_code, ResponseError::RebalanceInProgress.code());
    let left = connection.call(1, &leave_group(1)).await;
    assert_eq!(left.error_code, ResponseError::UnknownMemberId.code());
    connection.call(8, &offset_commit(8)).await;
    connection.call(7, &offset_fetch(7)).await;
    connection.call(0, &offset_delete(0)).await;
    connection.call(5, &describe_groups(5)).await;
    connection.call(4, &list_groups(4)).await;
    connection.call(2, &delete_groups(2)).await;
    let through = running.node.groups();
    let apis: Vec<_> = through.iter().map(|(_, version, api)| (*version, *api)).collect();
    let expected = [
        (5, "join"),
        (3, "sync"),
        (4, "heartbeat"),
        (1, "leave"),
        (8, "commit"),
        (7, "fetch"),
        (0, "delete offsets"),
        (5, "describe"),
        (4, "list"),
        (2, "delete"),
    ];
    assert_eq!(apis, expected);
    assert!(through.iter().all(|(client, _, _)| client.id == "test-client" && client.host == "/127.0.0.1"));
}
