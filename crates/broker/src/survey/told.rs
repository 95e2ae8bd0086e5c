//! What a node tells of itself and of the Raft groups that it leads, as it goes over the wire.
//!
//! Thousands of partitions are told at a time, so it is binary and without names: who asks has the metadata. Who has been
//! told before is told what changed since.
//!
//! Must never: tell an age. What grows although nothing happens would change all the time; times are told instead.

use prost::Message;

/// What the asking node has been told already.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SurveyRequest {
    /// By which life of the asked node's process; 0: nothing.
    #[prost(uint64, tag = "1")]
    pub life: u64,
    /// Up to which version.
    #[prost(uint64, tag = "2")]
    pub version: u64,
}

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
    /// The groups that it leads: all of them, or those of which something changed since `since`.
    #[prost(message, repeated, tag = "12")]
    pub groups: Vec<GroupSurvey>,
    /// Tells this life of its process from others.
    #[prost(uint64, tag = "14")]
    pub life: u64,
    /// Counts the changes of what it tells of its groups.
    #[prost(uint64, tag = "15")]
    pub version: u64,
    /// What changed after this version is told; 0: everything is told.
    #[prost(uint64, tag = "16")]
    pub since: u64,
    /// The groups that it has ceased to lead since then.
    #[prost(uint64, repeated, tag = "17")]
    pub gone: Vec<u64>,
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
    /// When the state was taken that a replica too far behind is sent, in milliseconds since 1970; absent while nothing has
    /// been purged.
    #[prost(int64, optional, tag = "12")]
    pub snapshot_at_ms: Option<i64>,
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
    /// The leader's uptime, in milliseconds, when the newest message was sent that it has answered.
    #[prost(uint64, optional, tag = "7")]
    pub acked_at_ms: Option<u64>,
    /// The leader's uptime, in milliseconds, when it was last seen to have the leader's whole log. Absent if it has it now.
    #[prost(uint64, optional, tag = "8")]
    pub caught_up_at_ms: Option<u64>,
}
