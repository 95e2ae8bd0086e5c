//! A snapshot as `OpenMetrics` text, family by family in the order of the table.

use std::fmt;
use std::time::Duration;

use chronik_common::Latency;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::registry::Registry;

use super::definitions::{self as table, Family};
use super::sheet::{Histogram, Sheet};
use super::snapshot::{FollowerLag, FsyncTimes, MetricsSnapshot, PartitionMetrics};

/// Renders a snapshot as `OpenMetrics` text, off the runtime's threads: thousands of partitions take milliseconds.
///
/// # Errors
/// Formatting failed, which writing to memory does not do.
pub async fn metrics_text(snapshot: MetricsSnapshot) -> Result<String, fmt::Error> {
    tokio::task::spawn_blocking(move || render_metrics(snapshot)).await.unwrap_or(Err(fmt::Error))
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
        self.raft(&mut sheet)?;
        self.cluster(&mut sheet)?;
        self.wal(&mut sheet)?;
        self.machine(&mut sheet)?;
        self.rpc(&mut sheet)?;
        self.clients(&mut sheet)?;
        self.groups(&mut sheet)?;
        self.partitions(&mut sheet)
    }
}

impl MetricsSnapshot {
    fn raft(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        sheet.one(&table::CLUSTER_NODES, self.cluster_nodes)?;
        sheet.one(&table::LEADER_COUNT, self.leader_count)?;
        sheet.one(&table::FOLLOWER_COUNT, self.follower_count)?;
        sheet.one(&table::COMMITS, self.commits)?;
        sheet.one(&table::ELECTIONS, self.elections)?;
        sheet.histograms(&table::COMMIT_LATENCY, self.commit_latency.iter().map(|l| ([], l.into())))?;
        sheet.one(&table::SNAPSHOT_SIZE, self.snapshot_size_bytes)
    }

    fn cluster(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let counts = self.partition_counts;
        sheet.one(&table::LEADERLESS, counts.map(|c| c.leaderless))?;
        sheet.one(&table::UNDER_REPLICATED, counts.map(|c| c.under_replicated))?;
        sheet.one(&table::UNDER_MIN_ISR, counts.map(|c| c.under_min_isr))?;
        sheet.one(&table::REPLICA_MOVES, self.replica_moves)?;
        sheet.one(&table::DAMAGED, self.damaged)
    }

    fn wal(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let wal = self.wal;
        sheet.one(&table::WAL_FLUSHES, wal.map(|wal| wal.flushes))?;
        sheet.one(&table::WAL_FRAMES, wal.map(|wal| wal.frames))?;
        sheet.one(&table::WAL_WRITTEN, wal.map(|wal| wal.bytes))?;
        sheet.one(&table::WAL_DISK, self.wal_disk_bytes)?;
        sheet.one(&table::WAL_RELOCATED, self.wal_relocated_bytes)?;
        sheet.histograms(&table::WAL_FSYNC, self.wal_fsync.iter().map(|f| ([], f.into())))
    }

    fn machine(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let process = self.process;
        sheet.one(&table::DISK_FREE, self.disk_free_bytes)?;
        sheet.one(&table::DISK_TOTAL, self.disk_total_bytes)?;
        let expires = self.certificate_expires.and_then(|at| u64::try_from(at).ok());
        sheet.one(&table::CERTIFICATE_EXPIRES, expires)?;
        sheet.one(&table::CPU, process.map(|p| p.cpu.as_secs_f64()))?;
        sheet.one(&table::RESIDENT, process.map(|p| p.resident_bytes))?;
        sheet.one(&table::OPEN_FDS, process.and_then(|p| p.open_fds))
    }

    fn rpc(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let latencies =
            self.rpc.iter().filter_map(|rpc| Some(([rpc.peer.to_string()], rpc.latency.as_ref()?.into())));
        sheet.histograms(&table::RPC_LATENCY, latencies)?;
        sheet.each(
            &table::RPC_ERRORS,
            self.rpc.iter().filter_map(|rpc| Some(([rpc.peer.to_string()], rpc.errors?))),
        )
    }

    fn clients(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let kafka = self.kafka.as_ref();
        sheet.one(&table::CONNECTIONS, kafka.map(|k| k.connections))?;
        sheet.one(&table::RECEIVED, kafka.map(|k| k.received_bytes))?;
        sheet.one(&table::SENT, kafka.map(|k| k.sent_bytes))?;
        let requests = kafka.into_iter().flat_map(|k| &k.requests);
        sheet.histograms(&table::REQUEST_LATENCY, requests.map(|(api, taken)| ([api.clone()], taken.into())))
    }

    fn groups(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        sheet.one(&table::GROUPS_OMITTED, self.consumer_groups_omitted)?;
        let members = self.consumer_groups.iter().map(|g| ([g.group.clone()], g.members));
        sheet.each(&table::GROUP_MEMBERS, members)?;
        let committed = self.consumer_groups.iter().flat_map(|g| {
            g.committed.iter().filter_map(|(topic, partition, offset)| {
                let label = [g.group.clone(), topic.clone(), partition.to_string()];
                Some((label, u64::try_from(*offset).ok()?))
            })
        });
        sheet.each(&table::GROUP_OFFSET, committed)
    }

    fn partitions(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        sheet.one(&table::PARTITIONS_OMITTED, self.partitions_omitted)?;
        self.per_partition(sheet, &table::TERM, |p| p.term)?;
        self.per_partition(sheet, &table::HIGH_WATERMARK, |p| p.high_watermark?.try_into().ok())?;
        self.per_partition(sheet, &table::LOG_START, |p| p.log_start_offset?.try_into().ok())?;
        self.per_partition(sheet, &table::ISR_SIZE, |p| p.isr_size)?;
        self.per_follower(sheet, &table::LAG_ENTRIES, |lag| lag.entries)?;
        self.per_follower(sheet, &table::LAG_MS, |lag| lag.ms)
    }

    fn per_partition(
        &self,
        sheet: &mut Sheet<'_>,
        family: &Family,
        value: impl Fn(&PartitionMetrics) -> Option<u64>,
    ) -> fmt::Result {
        let label = |p: &PartitionMetrics| [p.topic.to_string(), p.partition.to_string()];
        sheet.each(family, self.partitions.iter().filter_map(|p| Some((label(p), value(p)?))))
    }

    fn per_follower(
        &self,
        sheet: &mut Sheet<'_>,
        family: &Family,
        value: impl Fn(&FollowerLag) -> Option<u64>,
    ) -> fmt::Result {
        let pairs = self.partitions.iter().flat_map(|p| p.followers.iter().map(move |lag| (p, lag)));
        let label = |p: &PartitionMetrics, lag: &FollowerLag| {
            [p.topic.to_string(), p.partition.to_string(), lag.node_id.to_string()]
        };
        sheet.each(family, pairs.filter_map(|(p, lag)| Some((label(p, lag), value(lag)?))))
    }
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
