//! One request of every API, with every field set that its version has.

mod admin;

use std::sync::LazyLock;

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    messages::{
        ApiVersionsRequest, BrokerId, DeleteGroupsRequest, DescribeGroupsRequest, FetchRequest,
        FindCoordinatorRequest, GroupId, HeartbeatRequest, InitProducerIdRequest, JoinGroupRequest,
        LeaveGroupRequest, ListGroupsRequest, ListOffsetsRequest, MetadataRequest, OffsetCommitRequest,
        OffsetDeleteRequest, OffsetFetchRequest, OffsetForLeaderEpochRequest, ProduceRequest, ProducerId,
        SyncGroupRequest, TopicName, fetch_request, join_group_request, leave_group_request,
        list_offsets_request, metadata_request, offset_commit_request, offset_delete_request,
        offset_fetch_request, offset_for_leader_epoch_request, produce_request, sync_group_request,
    },
    protocol::{Request, StrBytes},
};
use uuid::Uuid;

pub(crate) use self::admin::*;
use super::fake::TOPIC_ID;
use crate::kafka::versions::{Served, served};

pub(crate) fn s(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

pub(crate) fn topic_name(name: &str) -> TopicName {
    TopicName(s(name))
}

fn group() -> GroupId {
    GroupId(s("group"))
}

/// `value` if the version has the field, else what it is without.
fn when<T: Default>(has: bool, value: T) -> T {
    if has { value } else { T::default() }
}

/// A request body as a client encodes it.
pub(crate) struct Sample {
    pub(crate) served: &'static Served,
    pub(crate) version: i16,
    pub(crate) body: Bytes,
}

/// Every API in every version that is served.
pub(crate) static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let mut all = Vec::new();
    add(&mut all, produce);
    add(&mut all, fetch);
    add(&mut all, list_offsets);
    add(&mut all, metadata);
    add(&mut all, offset_commit);
    add(&mut all, offset_fetch);
    add(&mut all, find_coordinator);
    add(&mut all, join_group);
    add(&mut all, heartbeat);
    add(&mut all, leave_group);
    add(&mut all, sync_group);
    add(&mut all, describe_groups);
    add(&mut all, list_groups);
    add(&mut all, api_versions);
    add(&mut all, create_topics);
    add(&mut all, delete_topics);
    add(&mut all, delete_records);
    add(&mut all, init_producer_id);
    add(&mut all, offset_for_leader_epoch);
    add(&mut all, describe_configs);
    add(&mut all, alter_configs);
    add(&mut all, alter_replica_log_dirs);
    add(&mut all, describe_log_dirs);
    add(&mut all, create_partitions);
    add(&mut all, delete_groups);
    add(&mut all, elect_leaders);
    add(&mut all, incremental_alter_configs);
    add(&mut all, alter_partition_reassignments);
    add(&mut all, list_partition_reassignments);
    add(&mut all, offset_delete);
    add(&mut all, describe_cluster);
    add(&mut all, describe_topic_partitions);
    all
});

fn add<R: Request>(all: &mut Vec<Sample>, make: fn(i16) -> R) {
    let served = served(R::KEY).unwrap();
    for version in served.min..=served.max {
        let mut body = BytesMut::new();
        make(version).encode(&mut body, version).unwrap();
        all.push(Sample { served, version, body: body.freeze() });
    }
}

/// A record batch of one record, as far as the wire looks at it: length, magic, attributes, last delta.
pub(crate) fn batch(payload: &[u8]) -> Bytes {
    let mut batch = vec![0_u8; 61];
    batch[8..12].copy_from_slice(&(49 + payload.len() as i32).to_be_bytes());
    batch[16] = 2;
    batch.extend_from_slice(payload);
    batch.into()
}

pub(crate) fn produce(version: i16) -> ProduceRequest {
    produce_of(version, &[(0, batch(b"hello"))])
}

pub(crate) fn produce_of(version: i16, partitions: &[(i32, Bytes)]) -> ProduceRequest {
    let partitions = partitions.iter().map(|(index, records)| {
        produce_request::PartitionProduceData::default()
            .with_index(*index)
            .with_records(Some(records.clone()))
    });
    let topic = produce_request::TopicProduceData::default()
        .with_name(when(version <= 12, topic_name("topic")))
        .with_topic_id(when(version >= 13, TOPIC_ID))
        .with_partition_data(partitions.collect());
    ProduceRequest::default().with_acks(-1).with_timeout_ms(1_000).with_topic_data(vec![topic])
}

pub(crate) fn fetch(version: i16) -> FetchRequest {
    fetch_of(version, &[(0, 0)])
}

/// Partitions and offsets of "topic".
pub(crate) fn fetch_of(version: i16, partitions: &[(i32, i64)]) -> FetchRequest {
    let partitions = partitions.iter().map(|(index, offset)| {
        fetch_request::FetchPartition::default()
            .with_partition(*index)
            .with_current_leader_epoch(-1)
            .with_fetch_offset(*offset)
            .with_last_fetched_epoch(-1)
            .with_log_start_offset(-1)
            .with_partition_max_bytes(1 << 20)
            .with_replica_directory_id(when(version >= 17, Uuid::from_u128(7)))
            .with_high_watermark(if version >= 18 { 5 } else { i64::MAX })
    });
    let topic = fetch_request::FetchTopic::default()
        .with_topic(when(version <= 12, topic_name("topic")))
        .with_topic_id(when(version >= 13, TOPIC_ID))
        .with_partitions(partitions.collect());
    let forgotten = fetch_request::ForgottenTopic::default()
        .with_topic(when(version <= 12, topic_name("gone")))
        .with_topic_id(when(version >= 13, Uuid::from_u128(9)))
        .with_partitions(vec![1, 2, 3]);
    let mut request = FetchRequest::default()
        .with_max_wait_ms(0)
        .with_min_bytes(1)
        .with_max_bytes(50 << 20)
        .with_isolation_level(0)
        .with_session_id(0)
        .with_session_epoch(if version >= 7 { 0 } else { -1 })
        .with_topics(vec![topic])
        .with_forgotten_topics_data(when(version >= 7, vec![forgotten]))
        .with_rack_id(when(version >= 11, s("rack")));
    if version >= 12 {
        request.cluster_id = Some(s("cluster"));
    }
    if version >= 15 {
        let state =
            fetch_request::ReplicaState::default().with_replica_id(BrokerId(-1)).with_replica_epoch(3);
        request.replica_state = state;
    }
    request
}

pub(crate) fn list_offsets(version: i16) -> ListOffsetsRequest {
    list_offsets_at(version, -1)
}

pub(crate) fn list_offsets_at(version: i16, timestamp: i64) -> ListOffsetsRequest {
    let partition = list_offsets_request::ListOffsetsPartition::default()
        .with_partition_index(0)
        .with_current_leader_epoch(-1)
        .with_timestamp(timestamp);
    let topic = list_offsets_request::ListOffsetsTopic::default()
        .with_name(topic_name("topic"))
        .with_partitions(vec![partition]);
    ListOffsetsRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_topics(vec![topic])
        .with_timeout_ms(when(version >= 10, 1_000))
}

pub(crate) fn metadata(version: i16) -> MetadataRequest {
    let topic = metadata_request::MetadataRequestTopic::default().with_name(Some(topic_name("topic")));
    MetadataRequest::default()
        .with_topics(Some(vec![topic]))
        .with_allow_auto_topic_creation(version < 4)
        .with_include_cluster_authorized_operations((8..=10).contains(&version))
        .with_include_topic_authorized_operations(version >= 8)
}

pub(crate) fn offset_commit(version: i16) -> OffsetCommitRequest {
    let partition = offset_commit_request::OffsetCommitRequestPartition::default()
        .with_partition_index(0)
        .with_committed_offset(42)
        .with_committed_leader_epoch(if version >= 6 { 3 } else { -1 })
        .with_committed_metadata(Some(s("note")));
    let topic = offset_commit_request::OffsetCommitRequestTopic::default()
        .with_name(topic_name("topic"))
        .with_partitions(vec![partition]);
    OffsetCommitRequest::default()
        .with_group_id(group())
        .with_generation_id_or_member_epoch(1)
        .with_member_id(s("member"))
        .with_group_instance_id(when(version >= 7, Some(s("instance"))))
        .with_retention_time_ms(if version <= 4 { 1 } else { -1 })
        .with_topics(vec![topic])
}

pub(crate) fn offset_fetch(version: i16) -> OffsetFetchRequest {
    let request = OffsetFetchRequest::default().with_require_stable(version >= 7);
    if version <= 7 {
        let topic = offset_fetch_request::OffsetFetchRequestTopic::default()
            .with_name(topic_name("topic"))
            .with_partition_indexes(vec![0, 1]);
        return request.with_group_id(group()).with_topics(Some(vec![topic]));
    }
    let topic = offset_fetch_request::OffsetFetchRequestTopics::default()
        .with_name(topic_name("topic"))
        .with_partition_indexes(vec![0, 1]);
    let group = offset_fetch_request::OffsetFetchRequestGroup::default()
        .with_group_id(group())
        .with_member_id(when(version >= 9, Some(s("member"))))
        .with_member_epoch(if version >= 9 { 1 } else { -1 })
        .with_topics(Some(vec![topic]));
    request.with_groups(vec![group])
}

pub(crate) fn find_coordinator(version: i16) -> FindCoordinatorRequest {
    FindCoordinatorRequest::default()
        .with_key(when(version <= 3, s("group")))
        .with_coordinator_keys(when(version >= 4, vec![s("group"), s("other")]))
}

pub(crate) fn join_group(version: i16) -> JoinGroupRequest {
    let protocol = join_group_request::JoinGroupRequestProtocol::default()
        .with_name(s("range"))
        .with_metadata(Bytes::from_static(b"metadata"));
    JoinGroupRequest::default()
        .with_group_id(group())
        .with_session_timeout_ms(10_000)
        .with_rebalance_timeout_ms(if version >= 1 { 20_000 } else { -1 })
        .with_member_id(s("member"))
        .with_group_instance_id(when(version >= 5, Some(s("instance"))))
        .with_protocol_type(s("consumer"))
        .with_protocols(vec![protocol])
        .with_reason(when(version >= 8, Some(s("because"))))
}

pub(crate) fn heartbeat(version: i16) -> HeartbeatRequest {
    HeartbeatRequest::default()
        .with_group_id(group())
        .with_generation_id(1)
        .with_member_id(s("member"))
        .with_group_instance_id(when(version >= 3, Some(s("instance"))))
}

pub(crate) fn leave_group(version: i16) -> LeaveGroupRequest {
    let member = leave_group_request::MemberIdentity::default()
        .with_member_id(s("member"))
        .with_group_instance_id(Some(s("instance")))
        .with_reason(when(version >= 5, Some(s("because"))));
    LeaveGroupRequest::default()
        .with_group_id(group())
        .with_member_id(when(version <= 2, s("member")))
        .with_members(when(version >= 3, vec![member]))
}

pub(crate) fn sync_group(version: i16) -> SyncGroupRequest {
    let assignment = sync_group_request::SyncGroupRequestAssignment::default()
        .with_member_id(s("member"))
        .with_assignment(Bytes::from_static(b"assignment"));
    SyncGroupRequest::default()
        .with_group_id(group())
        .with_generation_id(1)
        .with_member_id(s("member"))
        .with_group_instance_id(when(version >= 3, Some(s("instance"))))
        .with_protocol_type(when(version >= 5, Some(s("consumer"))))
        .with_protocol_name(when(version >= 5, Some(s("range"))))
        .with_assignments(vec![assignment])
}

pub(crate) fn describe_groups(version: i16) -> DescribeGroupsRequest {
    DescribeGroupsRequest::default()
        .with_groups(vec![group(), GroupId(s("other"))])
        .with_include_authorized_operations(version >= 3)
}

pub(crate) fn list_groups(version: i16) -> ListGroupsRequest {
    ListGroupsRequest::default()
        .with_states_filter(when(version >= 4, vec![s("Stable")]))
        .with_types_filter(when(version >= 5, vec![s("classic")]))
}

pub(crate) fn api_versions(version: i16) -> ApiVersionsRequest {
    ApiVersionsRequest::default()
        .with_client_software_name(when(version >= 3, s("some-client")))
        .with_client_software_version(when(version >= 3, s("1.2.3")))
}

pub(crate) fn init_producer_id(version: i16) -> InitProducerIdRequest {
    InitProducerIdRequest::default()
        .with_transactional_id(None)
        .with_transaction_timeout_ms(60_000)
        .with_producer_id(ProducerId(if version >= 3 { 7 } else { -1 }))
        .with_producer_epoch(if version >= 3 { 2 } else { -1 })
}

pub(crate) fn offset_for_leader_epoch(version: i16) -> OffsetForLeaderEpochRequest {
    let partition = offset_for_leader_epoch_request::OffsetForLeaderPartition::default()
        .with_partition(0)
        .with_current_leader_epoch(-1)
        .with_leader_epoch(1);
    let topic = offset_for_leader_epoch_request::OffsetForLeaderTopic::default()
        .with_topic(topic_name("topic"))
        .with_partitions(vec![partition]);
    OffsetForLeaderEpochRequest::default()
        .with_replica_id(BrokerId(if version >= 3 { -1 } else { -2 }))
        .with_topics(vec![topic])
}

pub(crate) fn delete_groups(_version: i16) -> DeleteGroupsRequest {
    DeleteGroupsRequest::default().with_groups_names(vec![group(), GroupId(s("other"))])
}

pub(crate) fn offset_delete(_version: i16) -> OffsetDeleteRequest {
    let partition = offset_delete_request::OffsetDeleteRequestPartition::default().with_partition_index(1);
    let topic = offset_delete_request::OffsetDeleteRequestTopic::default()
        .with_name(topic_name("topic"))
        .with_partitions(vec![partition]);
    OffsetDeleteRequest::default().with_group_id(group()).with_topics(vec![topic])
}
