//! Requests that create, change, place and describe topics and the cluster.

use kafka_protocol::messages::{
    AlterConfigsRequest, AlterPartitionReassignmentsRequest, AlterReplicaLogDirsRequest, BrokerId,
    CreatePartitionsRequest, CreateTopicsRequest, DeleteRecordsRequest, DeleteTopicsRequest,
    DescribeClusterRequest, DescribeConfigsRequest, DescribeLogDirsRequest, DescribeTopicPartitionsRequest,
    ElectLeadersRequest, IncrementalAlterConfigsRequest, ListPartitionReassignmentsRequest,
    alter_configs_request, alter_partition_reassignments_request, alter_replica_log_dirs_request,
    create_partitions_request, create_topics_request, delete_records_request, delete_topics_request,
    describe_configs_request, describe_log_dirs_request, describe_topic_partitions_request,
    elect_leaders_request, incremental_alter_configs_request, list_partition_reassignments_request,
};

use super::{TOPIC_ID, s, topic_name, when};

pub(crate) fn create_topics(_version: i16) -> CreateTopicsRequest {
    let assignment = create_topics_request::CreatableReplicaAssignment::default()
        .with_partition_index(0)
        .with_broker_ids(vec![BrokerId(1), BrokerId(2)]);
    let config = create_topics_request::CreatableTopicConfig::default()
        .with_name(s("retention.ms"))
        .with_value(Some(s("1000")));
    let topic = |name: &str| create_topics_request::CreatableTopic::default().with_name(topic_name(name));
    let placed = topic("placed")
        .with_num_partitions(-1)
        .with_replication_factor(-1)
        .with_assignments(vec![assignment]);
    let plain = topic("new").with_num_partitions(3).with_replication_factor(1).with_configs(vec![config]);
    CreateTopicsRequest::default().with_topics(vec![plain, placed]).with_timeout_ms(1_000)
}

pub(crate) fn delete_topics(version: i16) -> DeleteTopicsRequest {
    let by_name = delete_topics_request::DeleteTopicState::default().with_name(Some(topic_name("gone")));
    let by_id = delete_topics_request::DeleteTopicState::default().with_name(None).with_topic_id(TOPIC_ID);
    DeleteTopicsRequest::default()
        .with_topics(when(version >= 6, vec![by_name, by_id]))
        .with_topic_names(when(version <= 5, vec![topic_name("topic"), topic_name("gone")]))
        .with_timeout_ms(1_000)
}

pub(crate) fn describe_configs(version: i16) -> DescribeConfigsRequest {
    let resource = |kind: i8, name: &str, keys| {
        describe_configs_request::DescribeConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(s(name))
            .with_configuration_keys(keys)
    };
    DescribeConfigsRequest::default()
        .with_resources(vec![
            resource(2, "topic", Some(vec![s("retention.ms")])),
            resource(4, "1", None),
            resource(9, "what", None),
        ])
        .with_include_synonyms(true)
        .with_include_documentation(version >= 3)
}

pub(crate) fn create_partitions(_version: i16) -> CreatePartitionsRequest {
    let placed = create_partitions_request::CreatePartitionsAssignment::default()
        .with_broker_ids(vec![BrokerId(1), BrokerId(2)]);
    let topic = |name: &str, assignments| {
        create_partitions_request::CreatePartitionsTopic::default()
            .with_name(topic_name(name))
            .with_count(4)
            .with_assignments(assignments)
    };
    CreatePartitionsRequest::default()
        .with_topics(vec![topic("topic", Some(vec![placed])), topic("gone", None)])
        .with_timeout_ms(1_000)
}

pub(crate) fn list_partition_reassignments(_version: i16) -> ListPartitionReassignmentsRequest {
    let topic = list_partition_reassignments_request::ListPartitionReassignmentsTopics::default()
        .with_name(topic_name("topic"))
        .with_partition_indexes(vec![0, 1]);
    ListPartitionReassignmentsRequest::default().with_timeout_ms(1_000).with_topics(Some(vec![topic]))
}

pub(crate) fn describe_cluster(version: i16) -> DescribeClusterRequest {
    DescribeClusterRequest::default()
        .with_include_cluster_authorized_operations(true)
        .with_endpoint_type(1)
        .with_include_fenced_brokers(version >= 2)
}

pub(crate) fn describe_topic_partitions(_version: i16) -> DescribeTopicPartitionsRequest {
    let topic =
        |name: &str| describe_topic_partitions_request::TopicRequest::default().with_name(topic_name(name));
    let cursor = describe_topic_partitions_request::Cursor::default()
        .with_topic_name(topic_name("topic"))
        .with_partition_index(1);
    DescribeTopicPartitionsRequest::default()
        .with_topics(vec![topic("topic"), topic("unknown")])
        .with_response_partition_limit(10)
        .with_cursor(Some(cursor))
}

pub(crate) fn delete_records(_version: i16) -> DeleteRecordsRequest {
    delete_records_of("topic", &[(0, -1), (1, 5), (0, 7)])
}

/// Partitions of a topic, and offsets.
pub(crate) fn delete_records_of(topic: &str, partitions: &[(i32, i64)]) -> DeleteRecordsRequest {
    let partitions = partitions.iter().map(|(index, offset)| {
        delete_records_request::DeleteRecordsPartition::default()
            .with_partition_index(*index)
            .with_offset(*offset)
    });
    let topic = delete_records_request::DeleteRecordsTopic::default()
        .with_name(topic_name(topic))
        .with_partitions(partitions.collect());
    DeleteRecordsRequest::default().with_topics(vec![topic]).with_timeout_ms(1_000)
}

pub(crate) fn elect_leaders(version: i16) -> ElectLeadersRequest {
    elect_leaders_of(version, "topic", &[0, 1, 9])
}

pub(crate) fn elect_leaders_of(_version: i16, topic: &str, partitions: &[i32]) -> ElectLeadersRequest {
    let topic = elect_leaders_request::TopicPartitions::default()
        .with_topic(topic_name(topic))
        .with_partitions(partitions.to_vec());
    ElectLeadersRequest::default().with_topic_partitions(Some(vec![topic])).with_timeout_ms(1_000)
}

pub(crate) fn alter_partition_reassignments(version: i16) -> AlterPartitionReassignmentsRequest {
    reassign(version, "topic", &[(0, Some(&[2, 1])), (1, None), (9, Some(&[1]))])
}

/// Partitions of a topic, and the brokers that shall have them.
pub(crate) fn reassign(
    version: i16,
    topic: &str,
    partitions: &[(i32, Option<&[i32]>)],
) -> AlterPartitionReassignmentsRequest {
    let partitions = partitions.iter().map(|(index, replicas)| {
        alter_partition_reassignments_request::ReassignablePartition::default()
            .with_partition_index(*index)
            .with_replicas(replicas.map(|ids| ids.iter().map(|id| BrokerId(*id)).collect()))
    });
    let topic = alter_partition_reassignments_request::ReassignableTopic::default()
        .with_name(topic_name(topic))
        .with_partitions(partitions.collect());
    AlterPartitionReassignmentsRequest::default()
        .with_timeout_ms(1_000)
        .with_allow_replication_factor_change(version == 0)
        .with_topics(vec![topic])
}

pub(crate) fn incremental_alter_configs(_version: i16) -> IncrementalAlterConfigsRequest {
    let operations = [
        ("retention.ms", 0, Some("1000")),
        ("segment.bytes", 1, None),
        ("cleanup.policy", 2, Some("compact")),
        ("follower.replication.throttled.replicas", 3, Some("0:1")),
    ];
    alter_incrementally(&[(2, "topic", &operations), (4, "1", &operations[..1]), (9, "what", &[])])
}

/// A resource's type and name, and keys with their operations.
pub(crate) type Operations<'a> = (i8, &'a str, &'a [(&'a str, i8, Option<&'a str>)]);

pub(crate) fn alter_incrementally(resources: &[Operations]) -> IncrementalAlterConfigsRequest {
    let config = |(name, operation, value): &(&str, i8, Option<&str>)| {
        incremental_alter_configs_request::AlterableConfig::default()
            .with_name(s(name))
            .with_config_operation(*operation)
            .with_value(value.map(s))
    };
    let resources = resources.iter().map(|(kind, name, configs)| {
        incremental_alter_configs_request::AlterConfigsResource::default()
            .with_resource_type(*kind)
            .with_resource_name(s(name))
            .with_configs(configs.iter().map(config).collect())
    });
    IncrementalAlterConfigsRequest::default().with_resources(resources.collect())
}

pub(crate) fn alter_configs(_version: i16) -> AlterConfigsRequest {
    replace_configs("topic", &[("retention.ms", Some("1000")), ("segment.bytes", Some("2000"))])
}

/// The whole configuration of a topic.
pub(crate) fn replace_configs(topic: &str, configs: &[(&str, Option<&str>)]) -> AlterConfigsRequest {
    let configs = configs.iter().map(|(name, value)| {
        alter_configs_request::AlterableConfig::default().with_name(s(name)).with_value(value.map(s))
    });
    let resource = alter_configs_request::AlterConfigsResource::default()
        .with_resource_type(2)
        .with_resource_name(s(topic))
        .with_configs(configs.collect());
    AlterConfigsRequest::default().with_resources(vec![resource])
}

pub(crate) fn describe_log_dirs(_version: i16) -> DescribeLogDirsRequest {
    let topic = |name: &str, partitions: &[i32]| {
        describe_log_dirs_request::DescribableLogDirTopic::default()
            .with_topic(topic_name(name))
            .with_partitions(partitions.to_vec())
    };
    DescribeLogDirsRequest::default().with_topics(Some(vec![topic("topic", &[1, 2]), topic("gone", &[0])]))
}

pub(crate) fn alter_replica_log_dirs(_version: i16) -> AlterReplicaLogDirsRequest {
    let dir = |path: &str| {
        let topic = alter_replica_log_dirs_request::AlterReplicaLogDirTopic::default()
            .with_name(topic_name("topic"))
            .with_partitions(vec![1, 2]);
        alter_replica_log_dirs_request::AlterReplicaLogDir::default()
            .with_path(s(path))
            .with_topics(vec![topic])
    };
    AlterReplicaLogDirsRequest::default().with_dirs(vec![dir("/data"), dir("/elsewhere")])
}
