//! Shapes of the requests that move records and describe where they are.
//!
//! Transcribed from Kafka 4.3.1's message definitions (`common/message/*.json` in kafka-clients).

use super::{
    BOOL, BYTES, INT8, INT16, INT32, INT64, Kind, STRING, Schema, UUID, array, between, field, schema, since,
    structs, tagged,
};

/// `ProduceRequest.json`, versions 3 to 13.
pub(crate) const PRODUCE: Schema = schema(9, &[
    field("transactional_id", STRING),
    field("acks", INT16),
    field("timeout_ms", INT32),
    field("topic_data", structs(&[
        between(0, 12, "name", STRING),
        since(13, "topic_id", UUID),
        field("partition_data", structs(&[
            field("index", INT32),
            field("records", BYTES),
        ])),
    ])),
]);

/// `FetchRequest.json`, versions 4 to 18.
pub(crate) const FETCH: Schema = schema(12, &[
    between(0, 14, "replica_id", INT32),
    field("max_wait_ms", INT32),
    field("min_bytes", INT32),
    field("max_bytes", INT32),
    field("isolation_level", INT8),
    since(7, "session_id", INT32),
    since(7, "session_epoch", INT32),
    field("topics", structs(&[
        between(0, 12, "topic", STRING),
        since(13, "topic_id", UUID),
        field("partitions", structs(&[
            field("partition", INT32),
            since(9, "current_leader_epoch", INT32),
            field("fetch_offset", INT64),
            since(12, "last_fetched_epoch", INT32),
            since(5, "log_start_offset", INT64),
            field("partition_max_bytes", INT32),
            tagged(0, 17, "replica_directory_id", UUID),
            tagged(1, 18, "high_watermark", INT64),
        ])),
    ])),
    since(7, "forgotten_topics_data", structs(&[
        between(7, 12, "topic", STRING),
        since(13, "topic_id", UUID),
        since(7, "partitions", array(&INT32)),
    ])),
    since(11, "rack_id", STRING),
    tagged(0, 12, "cluster_id", STRING),
    tagged(1, 15, "replica_state", Kind::Struct(&[
        since(15, "replica_id", INT32),
        since(15, "replica_epoch", INT64),
    ])),
]);

/// `ListOffsetsRequest.json`, versions 1 to 10.
pub(crate) const LIST_OFFSETS: Schema = schema(6, &[
    field("replica_id", INT32),
    since(2, "isolation_level", INT8),
    field("topics", structs(&[
        field("name", STRING),
        field("partitions", structs(&[
            field("partition_index", INT32),
            since(4, "current_leader_epoch", INT32),
            field("timestamp", INT64),
        ])),
    ])),
    since(10, "timeout_ms", INT32),
]);

/// `OffsetForLeaderEpochRequest.json`, versions 2 to 4.
pub(crate) const OFFSET_FOR_LEADER_EPOCH: Schema = schema(4, &[
    since(3, "replica_id", INT32),
    field("topics", structs(&[
        field("topic", STRING),
        field("partitions", structs(&[
            field("partition", INT32),
            field("current_leader_epoch", INT32),
            field("leader_epoch", INT32),
        ])),
    ])),
]);

/// `MetadataRequest.json`, versions 0 to 13.
pub(crate) const METADATA: Schema = schema(9, &[
    field("topics", structs(&[
        since(10, "topic_id", UUID),
        field("name", STRING),
    ])),
    since(4, "allow_auto_topic_creation", BOOL),
    between(8, 10, "include_cluster_authorized_operations", BOOL),
    since(8, "include_topic_authorized_operations", BOOL),
]);

/// `ApiVersionsRequest.json`, versions 0 to 4.
pub(crate) const API_VERSIONS: Schema = schema(3, &[
    since(3, "client_software_name", STRING),
    since(3, "client_software_version", STRING),
]);

/// `InitProducerIdRequest.json`, versions 0 to 5.
pub(crate) const INIT_PRODUCER_ID: Schema = schema(2, &[
    field("transactional_id", STRING),
    field("transaction_timeout_ms", INT32),
    since(3, "producer_id", INT64),
    since(3, "producer_epoch", INT16),
]);
