//! What a node measured, at the moment of the question.

use std::sync::Arc;
use std::time::Duration;

use chronik_common::Latency;

use crate::kafka::TrafficReport;

/// What a node measured, at the moment of the question. Leave out with `None`
/// or an empty list whatever is not measured.
#[derive(Debug, Clone, Default)]
pub struct MetricsSnapshot {
    /// Registered nodes.
    pub cluster_nodes: Option<u64>,
    /// Raft groups that this node leads.
    pub leader_count: Option<u64>,
    /// Raft groups in which this node follows.
    pub follower_count: Option<u64>,
    /// Entries committed by groups that this node led, since it started.
    pub commits: Option<u64>,
    /// Elections that this node won, since it started.
    pub elections: Option<u64>,
    /// From proposal to commit, where this node led.
    pub commit_latency: Option<Latency>,
    /// Size of the metadata snapshot in bytes, once there is one.
    pub snapshot_size_bytes: Option<u64>,
    /// Raft's calls to other nodes.
    pub rpc: Vec<PeerRpc>,
    /// The WAL.
    pub wal: Option<WalMetrics>,
    /// Size of the WAL's files now, preallocated space included.
    pub wal_disk_bytes: Option<u64>,
    /// Bytes copied out of mostly dead files, since this node started.
    pub wal_relocated_bytes: Option<u64>,
    /// How long flushes to disk took, since this node started.
    pub wal_fsync: Option<FsyncTimes>,
    /// Partitions that are being moved, in the whole cluster.
    pub replica_moves: Option<u64>,
    /// Partitions that are not as they should be, in the whole cluster.
    pub partition_counts: Option<PartitionCounts>,
    /// Damaged replicas on this node.
    pub damaged: Option<u64>,
    /// Bytes free on the file system of the WAL, for this node.
    pub disk_free_bytes: Option<u64>,
    /// Bytes of that file system.
    pub disk_total_bytes: Option<u64>,
    /// What Kafka clients ask of this node.
    pub kafka: Option<TrafficReport>,
    /// The consumer groups that this node coordinates; empty while they are not known.
    pub consumer_groups: Vec<GroupMetrics>,
    /// Groups that are left out of `consumer_groups`.
    pub consumer_groups_omitted: Option<u64>,
    /// When the admin API's certificate runs out, in seconds since 1970; `None` without TLS.
    pub certificate_expires: Option<i64>,
    /// What this process takes of the machine.
    pub process: Option<ProcessMetrics>,
    /// Partitions with a replica on this node that are left out of `partitions`.
    pub partitions_omitted: Option<u64>,
    /// Partitions with a replica on this node.
    pub partitions: Vec<PartitionMetrics>,
}

/// Partitions that are not as they should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartitionCounts {
    /// Nobody leads them.
    pub leaderless: u64,
    /// Somebody leads them, and not all replicas are in sync.
    pub under_replicated: u64,
    /// Of those, fewer replicas are in sync than writers ask for.
    pub under_min_isr: u64,
}

/// What this process takes of the machine.
#[derive(Debug, Clone, Copy)]
pub struct ProcessMetrics {
    /// Processor time since it started.
    pub cpu: Duration,
    /// Memory in RAM, in bytes.
    pub resident_bytes: u64,
    /// Open file descriptors.
    pub open_fds: Option<u64>,
}

/// Raft's calls to one other node.
#[derive(Debug, Clone)]
pub struct PeerRpc {
    /// The other node.
    pub peer: i32,
    /// From request to answer.
    pub latency: Option<Latency>,
    /// Calls that failed, since this node started.
    pub errors: Option<u64>,
}

/// A consumer group that this node coordinates.
#[derive(Debug, Clone)]
pub struct GroupMetrics {
    /// Its name.
    pub group: String,
    /// How many members it has.
    pub members: u64,
    /// Committed offsets by topic and partition.
    pub committed: Vec<(String, i32, i64)>,
}

/// The WAL since this node started.
#[derive(Debug, Clone, Copy, Default)]
pub struct WalMetrics {
    /// Times that it was flushed to disk.
    pub flushes: u64,
    /// Frames written.
    pub frames: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// How long flushes to disk took.
#[derive(Debug, Clone)]
pub struct FsyncTimes {
    /// Upper limits of the buckets, in microseconds, ascending.
    pub limits_us: &'static [u64],
    /// How many flushes are in each bucket alone; one more than there are
    /// limits, for those that took longer than all of them.
    pub counts: Vec<u64>,
    /// The time of all flushes together.
    pub total: Duration,
}

/// One replica on this node.
#[derive(Debug, Clone)]
pub struct PartitionMetrics {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition's number.
    pub partition: i32,
    /// The Raft term.
    pub term: Option<u64>,
    /// The end of what consumers may read.
    pub high_watermark: Option<i64>,
    /// The first offset that consumers may still read.
    pub log_start_offset: Option<i64>,
    /// Replicas in sync; known to the leader only.
    pub isr_size: Option<u64>,
    /// How far the others are behind; known to the leader only.
    pub followers: Vec<FollowerLag>,
}

/// How far a follower is behind its leader.
#[derive(Debug, Clone, Copy)]
pub struct FollowerLag {
    /// The follower.
    pub node_id: i32,
    /// Log entries that it has not yet.
    pub entries: Option<u64>,
    /// Milliseconds since it last had everything.
    pub ms: Option<u64>,
}
