//! Which APIs and versions are served: one table for `ApiVersions`, the guard and the dispatcher.
//!
//! Only what works stands here. Upper ends are Kafka 4.3's or, where lower, what `kafka-protocol` can
//! decode. A line added here needs an arm in [`super::api::start`].

use kafka_protocol::messages::ApiKey;

use super::shape::{Schema, admin, data, groups};

/// One API and its versions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Served {
    pub(crate) api: ApiKey,
    /// Lowest version that is served.
    pub(crate) min: i16,
    /// Highest version that is served.
    pub(crate) max: i16,
    /// How its request looks.
    pub(crate) schema: &'static Schema,
}

const fn serve(api: ApiKey, min: i16, max: i16, schema: &'static Schema) -> Served {
    Served { api, min, max, schema }
}

/// The table.
pub(crate) const SERVED: &[Served] = &[
    serve(ApiKey::Produce, 3, 13, &data::PRODUCE),
    serve(ApiKey::Fetch, 4, 18, &data::FETCH),
    serve(ApiKey::ListOffsets, 1, 10, &data::LIST_OFFSETS),
    serve(ApiKey::Metadata, 0, 13, &data::METADATA),
    serve(ApiKey::OffsetCommit, 2, 9, &groups::OFFSET_COMMIT),
    serve(ApiKey::OffsetFetch, 1, 9, &groups::OFFSET_FETCH),
    serve(ApiKey::FindCoordinator, 0, 6, &groups::FIND_COORDINATOR),
    serve(ApiKey::JoinGroup, 0, 9, &groups::JOIN_GROUP),
    serve(ApiKey::Heartbeat, 0, 4, &groups::HEARTBEAT),
    serve(ApiKey::LeaveGroup, 0, 5, &groups::LEAVE_GROUP),
    serve(ApiKey::SyncGroup, 0, 5, &groups::SYNC_GROUP),
    serve(ApiKey::DescribeGroups, 0, 6, &groups::DESCRIBE_GROUPS),
    serve(ApiKey::ListGroups, 0, 5, &groups::LIST_GROUPS),
    serve(ApiKey::ApiVersions, 0, 4, &data::API_VERSIONS),
    serve(ApiKey::CreateTopics, 2, 7, &admin::CREATE_TOPICS),
    serve(ApiKey::DeleteTopics, 1, 6, &admin::DELETE_TOPICS),
    serve(ApiKey::DeleteRecords, 0, 2, &admin::DELETE_RECORDS),
    serve(ApiKey::InitProducerId, 0, 5, &data::INIT_PRODUCER_ID),
    serve(ApiKey::OffsetForLeaderEpoch, 2, 4, &data::OFFSET_FOR_LEADER_EPOCH),
    serve(ApiKey::DescribeConfigs, 1, 4, &admin::DESCRIBE_CONFIGS),
    serve(ApiKey::AlterConfigs, 0, 2, &admin::ALTER_CONFIGS),
    serve(ApiKey::AlterReplicaLogDirs, 1, 2, &admin::ALTER_REPLICA_LOG_DIRS),
    serve(ApiKey::DescribeLogDirs, 1, 4, &admin::DESCRIBE_LOG_DIRS),
    serve(ApiKey::CreatePartitions, 0, 3, &admin::CREATE_PARTITIONS),
    serve(ApiKey::DeleteGroups, 0, 2, &groups::DELETE_GROUPS),
    serve(ApiKey::ElectLeaders, 0, 2, &admin::ELECT_LEADERS),
    serve(ApiKey::IncrementalAlterConfigs, 0, 1, &admin::INCREMENTAL_ALTER_CONFIGS),
    serve(ApiKey::AlterPartitionReassignments, 0, 1, &admin::ALTER_PARTITION_REASSIGNMENTS),
    serve(ApiKey::ListPartitionReassignments, 0, 0, &admin::LIST_PARTITION_REASSIGNMENTS),
    serve(ApiKey::OffsetDelete, 0, 0, &groups::OFFSET_DELETE),
    serve(ApiKey::DescribeCluster, 0, 2, &admin::DESCRIBE_CLUSTER),
    serve(ApiKey::DescribeTopicPartitions, 0, 0, &admin::DESCRIBE_TOPIC_PARTITIONS),
];

impl Served {
    /// The lowest version that `ApiVersions` names. Produce says 0 and serves from 3 on, as Kafka 4 does:
    /// librdkafka before 2.8 takes a higher minimum for "no compression here" (KAFKA-18659).
    pub(crate) fn advertised_min(&self) -> i16 {
        if matches!(self.api, ApiKey::Produce) { 0 } else { self.min }
    }

    /// Whether this version can be answered.
    pub(crate) fn has(&self, version: i16) -> bool {
        (self.min..=self.max).contains(&version)
    }
}

/// The line of an API key as it stands on the wire.
pub(crate) fn served(api_key: i16) -> Option<&'static Served> {
    SERVED.iter().find(|served| served.api as i16 == api_key)
}
