//! What a node tells of itself and of the Raft groups that it leads, as it goes over the wire.
//!
//! Thousands of partitions are told at a time, so it is binary and without names: who asks has the metadata.

use std::collections::BTreeMap;
use std::sync::Arc;

use prost::Message;

use crate::metadata::BrokerId;

/// What the nodes that answered tell, and their clocks minus the asking one's in milliseconds.
pub type Surveys = BTreeMap<BrokerId, (Arc<NodeSurvey>, i64)>;

/// One node's answer.
#[derive(Clone, PartialEq, Message)]
pub struct NodeSurvey {
    /// The node.
    #[prost(int32, tag = "1")]
    pub node: i32,
    /// Its clock, in milliseconds since 1970.
    #[prost(int64, tag = "2")]
    pub now_ms: i64,
    /// Milliseconds since its process started.
    #[prost(uint64, tag = "3")]
    pub uptime_ms: u64,
    /// Resident memory, in bytes.
    #[prost(uint64, optional, tag = "4")]
    pub memory: Option<u64>,
    /// Processor time used since its process started, in microseconds.
    #[prost(uint64, optional, tag = "5")]
    pub cpu_us: Option<u64>,
    /// Size of the WAL's files, in bytes.
    #[prost(uint64, tag = "6")]
    pub wal_bytes: u64,
    /// Free bytes of the file system that the WAL is on.
    #[prost(uint64, optional, tag = "7")]
    pub disk_free: Option<u64>,
    /// Size of that file system, in bytes.
    #[prost(uint64, optional, tag = "8")]
    pub disk_total: Option<u64>,
    /// 99th percentile of the time of a flush, in microseconds; absent before the first.
    #[prost(uint64, optional, tag = "9")]
    pub fsync_p99_us: Option<u64>,
    /// Replicas on it that are damaged and serve nothing.
    #[prost(uint64, tag = "10")]
    pub damaged: u64,
    /// Bytes of record batches in the logs on it, led or not.
    #[prost(uint64, tag = "11")]
    pub log_bytes: u64,
    /// When the admin API's certificate runs out, in milliseconds since 1970; absent without TLS.
    #[prost(int64, optional, tag = "13")]
    pub certificate_expires_ms: Option<i64>,
    /// The groups that it leads.
    #[prost(message, repeated, tag = "12")]
    pub groups: Vec<GroupSurvey>,
}

/// A Raft group, told by its leader.
#[derive(Clone, PartialEq, Message)]
pub struct GroupSurvey {
    /// The group.
    #[prost(uint64, tag = "1")]
    pub group: u64,
    /// The term that it is led in.
    #[prost(uint64, tag = "2")]
    pub term: u64,
    /// First index that the log still has.
    #[prost(uint64, tag = "3")]
    pub first: u64,
    /// Last index of the log.
    #[prost(uint64, tag = "4")]
    pub last: u64,
    /// Last index known to be committed.
    #[prost(uint64, optional, tag = "5")]
    pub committed: Option<u64>,
    /// Last index applied.
    #[prost(uint64, tag = "6")]
    pub applied: u64,
    /// The high watermark; 0 for the metadata.
    #[prost(int64, tag = "7")]
    pub high_watermark: i64,
    /// The log start offset; 0 for the metadata.
    #[prost(int64, tag = "8")]
    pub log_start: i64,
    /// Bytes of its record batches.
    #[prost(uint64, tag = "9")]
    pub bytes: u64,
    /// Age of the state that a replica too far behind is sent, in milliseconds; absent while nothing has been purged.
    #[prost(uint64, optional, tag = "11")]
    pub snapshot_age_ms: Option<u64>,
    /// All other members.
    #[prost(message, repeated, tag = "10")]
    pub followers: Vec<FollowerSurvey>,
}

/// A member of a group, told by the leader.
#[derive(Clone, PartialEq, Message)]
pub struct FollowerSurvey {
    /// The node.
    #[prost(int32, tag = "1")]
    pub node: i32,
    /// Whether it votes.
    #[prost(bool, tag = "2")]
    pub votes: bool,
    /// Last index known to be on its disk.
    #[prost(uint64, optional, tag = "3")]
    pub matched: Option<u64>,
    /// Bytes of the leader's log behind that index.
    #[prost(uint64, tag = "4")]
    pub lacks_bytes: u64,
    /// Milliseconds since the newest message that it has answered was sent.
    #[prost(uint64, optional, tag = "5")]
    pub acked_ms: Option<u64>,
    /// Milliseconds since it was last seen to have the leader's whole log.
    #[prost(uint64, optional, tag = "6")]
    pub behind_ms: Option<u64>,
}
