//! What is measured, and how Prometheus reads it.
//!
//! The names are those that dashboards and runbooks of the seeds use. A metric
//! appears only if the node measured it: nothing is made up to fill a panel.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chronik_common::Latency;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::sheet::{BARE, Histogram, Sheet};

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
    /// Elections in which this node stood, since it started.
    pub elections: Option<u64>,
    /// From proposal to commit, where this node led.
    pub commit_latency: Option<Latency>,
    /// Size of the newest metadata snapshot, in bytes.
    pub snapshot_size_bytes: Option<u64>,
    /// Calls to other nodes.
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
    /// Partitions with a replica on this node.
    pub partitions: Vec<PartitionMetrics>,
}

/// Calls to one other node.
#[derive(Debug, Clone)]
pub struct PeerRpc {
    /// The other node.
    pub peer: i32,
    /// From request to answer.
    pub latency: Option<Latency>,
    /// Calls that failed, since this node started.
    pub errors: Option<u64>,
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

/// Renders a snapshot as `OpenMetrics` text.
///
/// # Errors
/// Formatting failed, which writing to memory does not do.
pub fn render_metrics(snapshot: MetricsSnapshot) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(snapshot));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

impl Collector for MetricsSnapshot {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut sheet = Sheet(encoder);
        self.node(&mut sheet)?;
        self.storage(&mut sheet)?;
        self.rpc(&mut sheet)?;
        self.partitions(&mut sheet)
    }
}

impl MetricsSnapshot {
    fn node(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        sheet.gauge("chronik_cluster_nodes", "Registered nodes", self.cluster_nodes)?;
        sheet.gauge("chronik_raft_leader_count", "Raft groups led by this node", self.leader_count)?;
        sheet.gauge(
            "chronik_raft_follower_count",
            "Raft groups followed by this node",
            self.follower_count,
        )?;
        sheet.counter(
            "chronik_raft_commits",
            "Entries committed by groups led by this node",
            self.commits,
        )?;
        // The name is the dashboards'; it is a count that only grows.
        let help = "Elections in which this node stood";
        sheet.family(
            "chronik_raft_election_count",
            help,
            MetricType::Unknown,
            self.elections.map(|n| (BARE, n)),
        )?;
        let help = "Milliseconds from proposal to commit";
        sheet.histograms(
            "chronik_raft_commit_latency_ms",
            help,
            self.commit_latency.iter().map(|l| (BARE, l.into())),
        )?;
        let help = "Size of the newest metadata snapshot in bytes";
        sheet.gauge("chronik_raft_snapshot_size_bytes", help, self.snapshot_size_bytes)?;
        let help = "Partitions being moved, in the whole cluster";
        sheet.gauge("chronik_replica_moves", help, self.replica_moves)
    }

    fn storage(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let wal = self.wal;
        sheet.counter("chronik_wal_flushes", "Flushes of the WAL to disk", wal.map(|wal| wal.flushes))?;
        sheet.counter("chronik_wal_frames", "Frames written to the WAL", wal.map(|wal| wal.frames))?;
        sheet.counter("chronik_wal_written_bytes", "Bytes written to the WAL", wal.map(|wal| wal.bytes))?;
        let help = "Size of the WAL's files in bytes, preallocated space included";
        sheet.gauge("chronik_wal_disk_bytes", help, self.wal_disk_bytes)?;
        let help = "Bytes copied out of mostly dead files of the WAL";
        sheet.counter("chronik_wal_relocated_bytes", help, self.wal_relocated_bytes)?;
        let help = "Seconds that a flush of the WAL to disk took";
        sheet.histograms("chronik_wal_fsync_seconds", help, self.wal_fsync.iter().map(|f| (BARE, f.into())))
    }

    fn rpc(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let label = |rpc: &PeerRpc| Some([("peer", rpc.peer.to_string())]);
        let latencies = self.rpc.iter().filter_map(|rpc| Some((label(rpc), rpc.latency.as_ref()?.into())));
        sheet.histograms("chronik_raft_rpc_latency_ms", "Milliseconds from call to answer", latencies)?;
        let errors = self.rpc.iter().filter_map(|rpc| Some((label(rpc), rpc.errors?)));
        sheet.family("chronik_raft_rpc_errors", "Failed calls to other nodes", MetricType::Counter, errors)
    }

    fn partitions(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        self.per_partition(sheet, "chronik_raft_current_term", "Raft term", |p| p.term)?;
        let help = "End of what consumers may read";
        self.per_partition(sheet, "chronik_high_watermark", help, |p| p.high_watermark?.try_into().ok())?;
        let help = "First offset that consumers may still read";
        self.per_partition(sheet, "chronik_log_start_offset", help, |p| p.log_start_offset?.try_into().ok())?;
        let help = "Replicas in sync, told by the leader";
        self.per_partition(sheet, "chronik_raft_isr_size", help, |p| p.isr_size)?;
        let help = "Log entries that a follower has not yet, told by the leader";
        self.per_follower(sheet, "chronik_raft_follower_lag_entries", help, |lag| lag.entries)?;
        let help = "Milliseconds since a follower last had everything, told by the leader";
        self.per_follower(sheet, "chronik_raft_follower_lag_ms", help, |lag| lag.ms)
    }

    fn per_partition(
        &self,
        sheet: &mut Sheet<'_>,
        name: &str,
        help: &str,
        value: impl Fn(&PartitionMetrics) -> Option<u64>,
    ) -> fmt::Result {
        let values = self.partitions.iter().filter_map(|p| Some((Some(partition_labels(p)), value(p)?)));
        sheet.family(name, help, MetricType::Gauge, values)
    }

    fn per_follower(
        &self,
        sheet: &mut Sheet<'_>,
        name: &str,
        help: &str,
        value: impl Fn(&FollowerLag) -> Option<u64>,
    ) -> fmt::Result {
        let pairs = self.partitions.iter().flat_map(|p| p.followers.iter().map(move |lag| (p, lag)));
        let values = pairs.filter_map(|(p, lag)| {
            let [topic, partition] = partition_labels(p);
            Some((Some([topic, partition, ("follower", lag.node_id.to_string())]), value(lag)?))
        });
        sheet.family(name, help, MetricType::Gauge, values)
    }
}

fn partition_labels(p: &PartitionMetrics) -> [(&'static str, String); 2] {
    [("topic", p.topic.to_string()), ("partition", p.partition.to_string())]
}

impl From<&Latency> for Histogram {
    fn from(latency: &Latency) -> Self {
        Self { sum: latency.sum_ms, count: latency.count, buckets: latency.buckets.clone() }
    }
}

impl From<&FsyncTimes> for Histogram {
    fn from(times: &FsyncTimes) -> Self {
        let seconds = |micros: &u64| Duration::from_micros(*micros).as_secs_f64();
        let bounds = times.limits_us.iter().map(seconds).chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(times.counts.iter().copied()).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        Self { sum: times.total.as_secs_f64(), count, buckets }
    }
}
