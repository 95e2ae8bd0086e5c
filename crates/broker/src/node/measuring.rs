//! What this node measured, for Prometheus.
//!
//! Must never: take long for a node of many partitions. Only the first [`SHOWN`] are told one by one.

use std::sync::Arc;
use std::time::Duration;

use chronik_common::admin::v1::PartitionState;

use super::Node;
use super::surveying::usage;
use crate::admin::{
    FollowerLag, FsyncTimes, GroupMetrics, MetricsSnapshot, PartitionCounts, PartitionMetrics, PeerRpc,
    ProcessMetrics, WalMetrics,
};
use crate::coordinator::GroupReport;
use crate::metadata::MetadataImage;
use crate::partition::Partition;
use crate::raft::METADATA_GROUP;
use crate::survey::views;
use crate::wal::FSYNC_BUCKETS_US;

/// Partitions of which there are metrics, and committed offsets; the help of the families of what is omitted names the
/// number too.
const SHOWN: usize = 2000;
/// How long the coordinator has to tell of its groups.
const GROUPS_PATIENCE: Duration = Duration::from_secs(1);

impl Node {
    /// Everything that is measured.
    pub(super) async fn measure(&self) -> MetricsSnapshot {
        let (consumer_groups, consumer_groups_omitted) = self.group_metrics().await;
        let node = self.clone();
        // It looks at the disk and at every partition: not on a thread that serves others.
        let measured = tokio::task::spawn_blocking(move || node.measure_itself()).await.unwrap_or_default();
        MetricsSnapshot { consumer_groups, consumer_groups_omitted, ..measured }
    }

    /// But for the consumer groups, which their coordinator tells of. Reads `/proc` and asks the file system.
    fn measure_itself(&self) -> MetricsSnapshot {
        let image = self.inner.metadata.image();
        let groups = self.inner.groups.all();
        let led = groups.iter().filter(|g| g.leads().is_some()).count() as u64;
        let commits = self.inner.partitions.commits().snapshot();
        let wal = self.inner.groups.wal().stats();
        let disk = rustix::fs::statvfs(&self.inner.config.wal_dir).ok();
        let (partitions, omitted) = self.partition_metrics(&image);
        MetricsSnapshot {
            cluster_nodes: Some(image.brokers().len() as u64),
            leader_count: Some(led),
            follower_count: Some(groups.len() as u64 - led),
            commits: Some(commits.count),
            commit_latency: Some(commits),
            elections: Some(self.inner.liveness.elections_won()),
            snapshot_size_bytes: self.inner.groups.get(METADATA_GROUP).and_then(|g| g.snapshot_bytes()),
            rpc: self.rpc_metrics(),
            wal: Some(WalMetrics { flushes: wal.flushes, frames: wal.frames, bytes: wal.bytes }),
            wal_disk_bytes: Some(wal.disk_bytes),
            wal_relocated_bytes: Some(wal.relocated_bytes),
            wal_fsync: Some(FsyncTimes {
                limits_us: &FSYNC_BUCKETS_US,
                counts: wal.fsync_buckets.to_vec(),
                total: wal.fsync_total,
            }),
            replica_moves: Some(image.moves().count() as u64),
            partition_counts: Some(self.partition_counts()),
            damaged: Some(self.inner.partitions.damaged() as u64),
            disk_free_bytes: disk.as_ref().map(|d| d.f_bavail.saturating_mul(d.f_frsize)),
            disk_total_bytes: disk.as_ref().map(|d| d.f_blocks.saturating_mul(d.f_frsize)),
            kafka: Some(self.inner.traffic.report()),
            certificate_expires: self.inner.admin_tls.as_ref().map(|tls| tls.expires_ms() / 1000),
            process: process_metrics(),
            partitions_omitted: Some(omitted),
            partitions,
            ..MetricsSnapshot::default()
        }
    }

    fn rpc_metrics(&self) -> Vec<PeerRpc> {
        let peers = self.inner.groups.peers().meters();
        peers
            .into_iter()
            .map(|(peer, meter)| PeerRpc {
                peer,
                latency: Some(meter.latency()),
                errors: Some(meter.errors()),
            })
            .collect()
    }

    /// Of the groups that this node coordinates, and how many are left out. None while they are not known: a group's
    /// partition may be loading.
    async fn group_metrics(&self) -> (Vec<GroupMetrics>, Option<u64>) {
        let report = tokio::time::timeout(GROUPS_PATIENCE, self.inner.coordinator.report());
        let Ok(Ok(groups)) = report.await else { return (vec![], None) };
        let mut room = SHOWN;
        let mut shown = Vec::new();
        let mut omitted = 0;
        for GroupReport { group, members, offsets, .. } in groups {
            match room.checked_sub(offsets.len()) {
                Some(left) => {
                    room = left;
                    shown.push(GroupMetrics { group, members: members.len() as u64, committed: offsets });
                }
                None => omitted += 1,
            }
        }
        (shown, Some(omitted))
    }

    /// Of the whole cluster: what this node knows without asking others.
    fn partition_counts(&self) -> PartitionCounts {
        let mut counts = PartitionCounts::default();
        for partition in views::partitions(&self.own_picture()) {
            match partition.state {
                PartitionState::Leaderless => counts.leaderless += 1,
                PartitionState::UnderReplicated => counts.under_replicated += 1,
                PartitionState::UnderMinIsr => {
                    counts.under_replicated += 1;
                    counts.under_min_isr += 1;
                }
                PartitionState::Moving | PartitionState::Healthy => {}
            }
        }
        counts
    }

    /// Of the partitions on this node, by topic and number, and how many are left out.
    fn partition_metrics(&self, image: &MetadataImage) -> (Vec<PartitionMetrics>, u64) {
        let mut named: Vec<(Arc<str>, Arc<Partition>)> = self
            .inner
            .partitions
            .all()
            .into_iter()
            .filter_map(|partition| {
                Some((image.topic_by_id(&partition.topic())?.name.as_str().into(), partition))
            })
            .collect();
        named.sort_by(|(a, p), (b, q)| (a, p.index()).cmp(&(b, q.index())));
        let omitted = named.len().saturating_sub(SHOWN) as u64;
        named.truncate(SHOWN);
        let metrics = named.into_iter().filter_map(|(topic, partition)| self.metrics_of(topic, &partition));
        (metrics.collect(), omitted)
    }

    /// ISR and followers only where this node leads: nobody else knows them first hand.
    fn metrics_of(&self, topic: Arc<str>, partition: &Partition) -> Option<PartitionMetrics> {
        let group = partition.group()?;
        let leads = group.leads().is_some();
        let isr = self.leadership(partition.id()).filter(|_| leads).map(|l| l.isr.len() as u64);
        let replication = group.replication().filter(|_| leads).unwrap_or_default();
        let end = replication.last.map_or(0, |i| i + 1);
        let lag = |broker: i32, matched: Option<u64>| {
            let entries = end.saturating_sub(matched.map_or(0, |i| i + 1));
            let caught_up = || self.inner.liveness.caught_up(partition.id(), broker);
            FollowerLag {
                node_id: broker,
                entries: Some(entries),
                // A quiet group is looked at seldom: when it was seen last says nothing about who has everything now.
                ms: if entries == 0 {
                    Some(0)
                } else {
                    caught_up().map(|at| at.elapsed().as_millis() as u64)
                },
            }
        };
        let (log_start_offset, high_watermark) = partition.bounds();
        Some(PartitionMetrics {
            topic,
            partition: partition.index(),
            term: group.leader().map(|(term, _)| term),
            high_watermark: Some(high_watermark),
            log_start_offset: Some(log_start_offset),
            isr_size: isr,
            followers: replication.followers.iter().map(|f| lag(f.node.broker(), f.matched)).collect(),
        })
    }
}

/// From `/proc`; `None` where there is none.
fn process_metrics() -> Option<ProcessMetrics> {
    let usage = usage()?;
    // The directory itself is open while it is read.
    let open_fds = std::fs::read_dir("/proc/self/fd").ok().map(|fds| fds.count().saturating_sub(1) as u64);
    Some(ProcessMetrics {
        cpu: std::time::Duration::from_micros(usage.cpu_us),
        resident_bytes: usage.memory,
        open_fds,
    })
}
