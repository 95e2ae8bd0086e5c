//! Shapes of the requests that create, change, place and describe topics and the cluster.
//!
//! Transcribed from Kafka 4.3.1's message definitions (`common/message/*.json` in kafka-clients).

use super::{
    BOOL, INT8, INT16, INT32, INT64, PARTITION, STRING, Schema, UUID, array, between, field, nullable_struct,
    schema, since, structs,
};

/// `CreateTopicsRequest.json`, versions 2 to 7.
pub(crate) const CREATE_TOPICS: Schema = schema(5, &[
    field("topics", structs(&[
        field("name", STRING),
        field("num_partitions", INT32),
        field("replication_factor", INT16),
        field("assignments", structs(&[
            field("partition_index", INT32),
            field("broker_ids", array(&INT32)),
        ])),
        field("configs", structs(&[
            field("name", STRING),
            field("value", STRING),
        ])),
    ])),
    field("timeout_ms", INT32),
    field("validate_only", BOOL),
]);

/// `DeleteTopicsRequest.json`, versions 1 to 6.
pub(crate) const DELETE_TOPICS: Schema = schema(4, &[
    since(6, "topics", structs(&[
        since(6, "name", STRING),
        since(6, "topic_id", UUID),
    ])),
    between(0, 5, "topic_names", array(&STRING)),
    field("timeout_ms", INT32),
]);

/// `CreatePartitionsRequest.json`, versions 0 to 3.
pub(crate) const CREATE_PARTITIONS: Schema = schema(2, &[
    field("topics", structs(&[
        field("name", STRING),
        field("count", INT32),
        field("assignments", structs(&[
            field("broker_ids", array(&INT32)),
        ])),
    ])),
    field("timeout_ms", INT32),
    field("validate_only", BOOL),
]);

/// `DescribeConfigsRequest.json`, versions 1 to 4.
pub(crate) const DESCRIBE_CONFIGS: Schema = schema(4, &[
    field("resources", structs(&[
        field("resource_type", INT8),
        field("resource_name", STRING),
        field("configuration_keys", array(&STRING)),
    ])),
    field("include_synonyms", BOOL),
    since(3, "include_documentation", BOOL),
]);

/// `DescribeClusterRequest.json`, versions 0 to 2.
pub(crate) const DESCRIBE_CLUSTER: Schema = schema(0, &[
    field("include_cluster_authorized_operations", BOOL),
    since(1, "endpoint_type", INT8),
    since(2, "include_fenced_brokers", BOOL),
]);

/// `DescribeTopicPartitionsRequest.json`, versions 0 to 0.
pub(crate) const DESCRIBE_TOPIC_PARTITIONS: Schema = schema(0, &[
    field("topics", structs(&[
        field("name", STRING),
    ])),
    field("response_partition_limit", INT32),
    field("cursor", nullable_struct(&[
        field("topic_name", STRING),
        field("partition_index", INT32),
    ])),
]);

/// `ListPartitionReassignmentsRequest.json`, versions 0 to 0.
pub(crate) const LIST_PARTITION_REASSIGNMENTS: Schema = schema(0, &[
    field("timeout_ms", INT32),
    field("topics", structs(&[
        field("name", STRING),
        field("partition_indexes", array(&PARTITION)),
    ])),
]);

/// `AlterPartitionReassignmentsRequest.json`, versions 0 to 1.
pub(crate) const ALTER_PARTITION_REASSIGNMENTS: Schema = schema(0, &[
    field("timeout_ms", INT32),
    since(1, "allow_replication_factor_change", BOOL),
    field("topics", structs(&[
        field("name", STRING),
        field("partitions", structs(&[
            field("partition_index", INT32),
            field("replicas", array(&INT32)),
        ])),
    ])),
]);

/// `ElectLeadersRequest.json`, versions 0 to 2.
pub(crate) const ELECT_LEADERS: Schema = schema(2, &[
    since(1, "election_type", INT8),
    field("topic_partitions", structs(&[
        field("topic", STRING),
        field("partitions", array(&PARTITION)),
    ])),
    field("timeout_ms", INT32),
]);

/// `DeleteRecordsRequest.json`, versions 0 to 2.
pub(crate) const DELETE_RECORDS: Schema = schema(2, &[
    field("topics", structs(&[
        field("name", STRING),
        field("partitions", structs(&[
            field("partition_index", INT32),
            field("offset", INT64),
        ])),
    ])),
    field("timeout_ms", INT32),
]);

/// `IncrementalAlterConfigsRequest.json`, versions 0 to 1.
pub(crate) const INCREMENTAL_ALTER_CONFIGS: Schema = schema(1, &[
    field("resources", structs(&[
        field("resource_type", INT8),
        field("resource_name", STRING),
        field("configs", structs(&[
            field("name", STRING),
            field("config_operation", INT8),
            field("value", STRING),
        ])),
    ])),
    field("validate_only", BOOL),
]);

/// `AlterConfigsRequest.json`, versions 0 to 2.
pub(crate) const ALTER_CONFIGS: Schema = schema(2, &[
    field("resources", structs(&[
        field("resource_type", INT8),
        field("resource_name", STRING),
        field("configs", structs(&[
            field("name", STRING),
            field("value", STRING),
        ])),
    ])),
    field("validate_only", BOOL),
]);

/// `AlterReplicaLogDirsRequest.json`, versions 1 to 2.
pub(crate) const ALTER_REPLICA_LOG_DIRS: Schema = schema(2, &[
    field("dirs", structs(&[
        field("path", STRING),
        field("topics", structs(&[
            field("name", STRING),
            field("partitions", array(&PARTITION)),
        ])),
    ])),
]);

/// `DescribeLogDirsRequest.json`, versions 1 to 4.
pub(crate) const DESCRIBE_LOG_DIRS: Schema = schema(2, &[
    field("topics", structs(&[
        field("topic", STRING),
        field("partitions", array(&PARTITION)),
    ])),
]);
