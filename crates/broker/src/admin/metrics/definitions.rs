//! Every metric family: the table that the text, docs/metrics.md and the tests of dashboard and alerts are made from.

use std::fmt;

use prometheus_client::metrics::MetricType;

/// One metric family.
#[derive(Debug)]
pub struct Family {
    /// Its name, as a query of a gauge or counter has it. A histogram's queries put `_bucket`, `_sum` or `_count` behind.
    pub name: &'static str,
    /// How its values behave.
    pub kind: Kind,
    /// What distinguishes its values from each other.
    pub labels: &'static [&'static str],
    /// What is measured, and in which unit.
    pub help: &'static str,
}

/// How the values of a family behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Grows until the node restarts. Its name ends in `_total`.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by buckets.
    Histogram,
    /// Counts like a counter, under a name that does not say so.
    Untyped,
}

impl Family {
    /// The name as the encoder wants it: it puts `_total` behind a counter's itself.
    pub(super) fn stem(&self) -> &'static str {
        match self.kind {
            Kind::Counter => self.name.strip_suffix("_total").unwrap_or(self.name),
            _ => self.name,
        }
    }

    /// The names that queries use.
    pub fn series(&self) -> Vec<String> {
        match self.kind {
            Kind::Histogram => ["bucket", "sum", "count"].map(|part| format!("{}_{part}", self.name)).into(),
            _ => vec![self.name.to_owned()],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Untyped => "untyped",
        })
    }
}

impl From<Kind> for MetricType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter,
            Kind::Gauge => Self::Gauge,
            Kind::Histogram => Self::Histogram,
            Kind::Untyped => Self::Unknown,
        }
    }
}

/// Names each family for the rendering and puts it into the table.
macro_rules! families {
    ($($id:ident: $kind:ident $name:literal $labels:expr, $help:literal;)*) => {
        $(pub(super) const $id: Family =
            Family { name: $name, kind: Kind::$kind, labels: &$labels, help: $help };)*

        /// Every family that a node may show, in the order of the text.
        pub const FAMILIES: &[Family] = &[$($id),*];
    };
}

families! {
    CLUSTER_NODES: Gauge "chronik_cluster_nodes" [], "Registered nodes";
    LEADER_COUNT: Gauge "chronik_raft_leader_count" [], "Raft groups led by this node";
    FOLLOWER_COUNT: Gauge "chronik_raft_follower_count" [], "Raft groups followed by this node";
    COMMITS: Counter "chronik_raft_commits_total" [], "Entries committed by groups led by this node";
    ELECTIONS: Untyped "chronik_raft_election_count" [], "Elections won by this node since it started";
    COMMIT_LATENCY: Histogram "chronik_raft_commit_latency_ms" [], "Milliseconds from proposal to commit";
    SNAPSHOT_SIZE: Gauge "chronik_raft_snapshot_size_bytes" [],
        "Bytes of the metadata snapshot; there is none before the metadata log has been purged";
    LEADERLESS: Gauge "chronik_partitions_leaderless" [],
        "Partitions without a leader, in the whole cluster as this node knows it";
    UNDER_REPLICATED: Gauge "chronik_partitions_under_replicated" [],
        "Partitions with a leader and a replica that is not in sync, in the whole cluster as this node knows it";
    UNDER_MIN_ISR: Gauge "chronik_partitions_under_min_isr" [],
        "Partitions with a leader and fewer replicas in sync than min.insync.replicas, in the whole cluster as this \
         node knows it";
    REPLICA_MOVES: Gauge "chronik_replica_moves" [], "Partitions being moved, in the whole cluster";
    DAMAGED: Gauge "chronik_replicas_damaged" [], "Replicas on this node that are damaged and serve nothing";
    WAL_FLUSHES: Counter "chronik_wal_flushes_total" [], "Flushes of the WAL to disk";
    WAL_FRAMES: Counter "chronik_wal_frames_total" [], "Frames written to the WAL";
    WAL_WRITTEN: Counter "chronik_wal_written_bytes_total" [], "Bytes written to the WAL";
    WAL_DISK: Gauge "chronik_wal_disk_bytes" [], "Size of the WAL's files in bytes, preallocated space included";
    WAL_RELOCATED: Counter "chronik_wal_relocated_bytes_total" [], "Bytes copied out of mostly dead files of the WAL";
    WAL_FSYNC: Histogram "chronik_wal_fsync_seconds" [], "Seconds that a flush of the WAL to disk took";
    DISK_FREE: Gauge "chronik_disk_free_bytes" [], "Bytes free for this node on the file system of its WAL";
    DISK_TOTAL: Gauge "chronik_disk_total_bytes" [], "Bytes of the file system of this node's WAL";
    CERTIFICATE_EXPIRES: Gauge "chronik_admin_certificate_expiry_timestamp_seconds" [],
        "When the certificate of the admin API runs out, in seconds since 1970; absent without TLS";
    CPU: Counter "chronik_process_cpu_seconds_total" [], "Processor time used by this process, in seconds";
    RESIDENT: Gauge "chronik_process_resident_bytes" [], "Memory of this process that is in RAM, in bytes";
    OPEN_FDS: Gauge "chronik_process_open_fds" [], "File descriptors that this process has open";
    RPC_LATENCY: Histogram "chronik_raft_rpc_latency_ms" ["peer"],
        "Milliseconds from a Raft message to a peer until its answer; a message with log entries is answered when they \
         are on the peer's disk";
    RPC_ERRORS: Counter "chronik_raft_rpc_errors_total" ["peer"],
        "Raft messages to a peer that was not connected, refused them, or lost the connection before its answer";
    CONNECTIONS: Gauge "chronik_kafka_connections" [], "Open connections of Kafka clients to this node";
    RECEIVED: Counter "chronik_kafka_received_bytes_total" [], "Bytes of requests of Kafka clients";
    SENT: Counter "chronik_kafka_sent_bytes_total" [], "Bytes of answers to Kafka clients";
    REQUEST_LATENCY: Histogram "chronik_kafka_request_latency_ms" ["api"],
        "Milliseconds from the arrival of a request of this API until its answer is ready, the time that a fetch waits \
         for records or a member for its group included";
    GROUPS_OMITTED: Gauge "chronik_consumer_group_metrics_omitted" [],
        "Consumer groups coordinated by this node that the two families below leave out, because they hold no more than \
         2000 committed offsets";
    GROUP_MEMBERS: Gauge "chronik_consumer_group_members" ["group"],
        "Members of a consumer group, told by the node that coordinates it";
    GROUP_OFFSET: Gauge "chronik_consumer_group_committed_offset" ["group", "topic", "partition"],
        "Offset that a consumer group has committed, told by the node that coordinates it; chronik_high_watermark minus \
         this is its lag in records";
    PARTITIONS_OMITTED: Gauge "chronik_partition_metrics_omitted" [],
        "Partitions on this node that the families below leave out, because they hold no more than 2000";
    TERM: Gauge "chronik_raft_current_term" ["topic", "partition"], "Raft term";
    HIGH_WATERMARK: Gauge "chronik_high_watermark" ["topic", "partition"], "End of what consumers may read";
    LOG_START: Gauge "chronik_log_start_offset" ["topic", "partition"], "First offset that consumers may still read";
    ISR_SIZE: Gauge "chronik_raft_isr_size" ["topic", "partition"], "Replicas in sync, told by the leader";
    LAG_ENTRIES: Gauge "chronik_raft_follower_lag_entries" ["topic", "partition", "follower"],
        "Log entries that a follower has not yet, told by the leader";
    LAG_MS: Gauge "chronik_raft_follower_lag_ms" ["topic", "partition", "follower"],
        "Milliseconds since a follower last had everything, told by the leader; 0 if it has everything now";
}
