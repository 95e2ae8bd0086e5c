//! Shapes of the consumer-group requests.
//!
//! Transcribed from Kafka 4.3.1's message definitions (`common/message/*.json` in kafka-clients).

use super::{
    BOOL, BYTES, INT8, INT32, INT64, NEVER_FLEXIBLE, PARTITION, STRING, Schema, array, between, field, schema, since,
    structs,
};

/// `FindCoordinatorRequest.json`, versions 0 to 6.
pub(crate) const FIND_COORDINATOR: Schema = schema(3, &[
    between(0, 3, "key", STRING),
    since(1, "key_type", INT8),
    since(4, "coordinator_keys", array(&STRING)),
]);

/// `JoinGroupRequest.json`, versions 0 to 9.
pub(crate) const JOIN_GROUP: Schema = schema(6, &[
    field("group_id", STRING),
    field("session_timeout_ms", INT32),
    since(1, "rebalance_timeout_ms", INT32),
    field("member_id", STRING),
    since(5, "group_instance_id", STRING),
    field("protocol_type", STRING),
    field("protocols", structs(&[
        field("name", STRING),
        field("metadata", BYTES),
    ])),
    since(8, "reason", STRING),
]);

/// `SyncGroupRequest.json`, versions 0 to 5.
pub(crate) const SYNC_GROUP: Schema = schema(4, &[
    field("group_id", STRING),
    field("generation_id", INT32),
    field("member_id", STRING),
    since(3, "group_instance_id", STRING),
    since(5, "protocol_type", STRING),
    since(5, "protocol_name", STRING),
    field("assignments", structs(&[
        field("member_id", STRING),
        field("assignment", BYTES),
    ])),
]);

/// `HeartbeatRequest.json`, versions 0 to 4.
pub(crate) const HEARTBEAT: Schema = schema(4, &[
    field("group_id", STRING),
    field("generation_id", INT32),
    field("member_id", STRING),
    since(3, "group_instance_id", STRING),
]);

/// `LeaveGroupRequest.json`, versions 0 to 5.
pub(crate) const LEAVE_GROUP: Schema = schema(4, &[
    field("group_id", STRING),
    between(0, 2, "member_id", STRING),
    since(3, "members", structs(&[
        since(3, "member_id", STRING),
        since(3, "group_instance_id", STRING),
        since(5, "reason", STRING),
    ])),
]);

/// `OffsetCommitRequest.json`, versions 2 to 9.
pub(crate) const OFFSET_COMMIT: Schema = schema(8, &[
    field("group_id", STRING),
    field("generation_id_or_member_epoch", INT32),
    field("member_id", STRING),
    since(7, "group_instance_id", STRING),
    between(2, 4, "retention_time_ms", INT64),
    field("topics", structs(&[
        field("name", STRING),
        field("partitions", structs(&[
            field("partition_index", INT32),
            field("committed_offset", INT64),
            since(6, "committed_leader_epoch", INT32),
            field("committed_metadata", STRING),
        ])),
    ])),
]);

/// `OffsetFetchRequest.json`, versions 1 to 9.
pub(crate) const OFFSET_FETCH: Schema = schema(6, &[
    between(0, 7, "group_id", STRING),
    between(0, 7, "topics", structs(&[
        between(0, 7, "name", STRING),
        between(0, 7, "partition_indexes", array(&PARTITION)),
    ])),
    since(8, "groups", structs(&[
        since(8, "group_id", STRING),
        since(9, "member_id", STRING),
        since(9, "member_epoch", INT32),
        since(8, "topics", structs(&[
            since(8, "name", STRING),
            since(8, "partition_indexes", array(&PARTITION)),
        ])),
    ])),
    since(7, "require_stable", BOOL),
]);

/// `DescribeGroupsRequest.json`, versions 0 to 6.
pub(crate) const DESCRIBE_GROUPS: Schema = schema(5, &[
    field("groups", array(&STRING)),
    since(3, "include_authorized_operations", BOOL),
]);

/// `ListGroupsRequest.json`, versions 0 to 5.
pub(crate) const LIST_GROUPS: Schema = schema(3, &[
    since(4, "states_filter", array(&STRING)),
    since(5, "types_filter", array(&STRING)),
]);

/// `DeleteGroupsRequest.json`, versions 0 to 2.
pub(crate) const DELETE_GROUPS: Schema = schema(2, &[
    field("groups_names", array(&STRING)),
]);

/// `OffsetDeleteRequest.json`, versions 0 to 0.
pub(crate) const OFFSET_DELETE: Schema = schema(NEVER_FLEXIBLE, &[
    field("group_id", STRING),
    field("topics", structs(&[
        field("name", STRING),
        field("partitions", structs(&[
            field("partition_index", INT32),
        ])),
    ])),
]);
