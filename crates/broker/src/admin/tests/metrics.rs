//! Which metrics there are, and under which names.

use chronik_common::LatencyHistogram;

use super::*;
use crate::kafka::TrafficReport;

#[test]
fn nothing_measured_is_nothing_shown() {
    assert_eq!(render_metrics(MetricsSnapshot::default()).unwrap(), "# EOF\n");
}

/// A node that measured everything there is.
fn everything() -> MetricsSnapshot {
    let latency = LatencyHistogram::default();
    latency.record(Duration::from_millis(3));
    MetricsSnapshot {
        cluster_nodes: Some(3),
        leader_count: Some(1),
        follower_count: Some(2),
        commits: Some(7),
        elections: Some(4),
        commit_latency: Some(latency.snapshot()),
        snapshot_size_bytes: Some(99),
        rpc: vec![PeerRpc { peer: 2, latency: Some(latency.snapshot()), errors: Some(5) }],
        wal: Some(WalMetrics { flushes: 1, frames: 2, bytes: 3 }),
        wal_disk_bytes: Some(10),
        wal_relocated_bytes: Some(12),
        wal_fsync: Some(FsyncTimes {
            limits_us: &[50, 400],
            counts: vec![1, 2, 3],
            total: Duration::from_millis(1500),
        }),
        replica_moves: Some(13),
        partition_counts: Some(PartitionCounts { leaderless: 21, under_replicated: 22, under_min_isr: 23 }),
        damaged: Some(24),
        disk_free_bytes: Some(25),
        disk_total_bytes: Some(26),
        kafka: Some(TrafficReport {
            connections: 31,
            received_bytes: 32,
            sent_bytes: 33,
            requests: vec![("Fetch".into(), latency.snapshot())],
        }),
        consumer_groups: vec![GroupMetrics {
            group: "billing".into(),
            members: 34,
            committed: vec![("orders".into(), 2, 35)],
        }],
        consumer_groups_omitted: Some(36),
        certificate_expires: Some(37),
        process: Some(ProcessMetrics {
            cpu: Duration::from_millis(1250),
            resident_bytes: 27,
            open_fds: Some(28),
        }),
        partitions_omitted: Some(29),
        partitions: vec![PartitionMetrics {
            topic: "a\"b".into(),
            partition: 0,
            term: Some(6),
            high_watermark: Some(1 << 60),
            log_start_offset: Some(15),
            isr_size: Some(3),
            followers: vec![FollowerLag { node_id: 2, entries: Some(8), ms: Some(9) }],
        }],
    }
}

#[test]
fn everything_measured_has_the_name_that_dashboards_know() {
    let text = render_metrics(everything()).unwrap();
    for line in [
        "chronik_cluster_nodes 3",
        "chronik_raft_leader_count 1",
        "chronik_raft_follower_count 2",
        "chronik_raft_commits_total 7",
        "chronik_raft_election_count 4",
        "chronik_raft_commit_latency_ms_sum 3.0",
        "chronik_raft_commit_latency_ms_count 1",
        "chronik_raft_commit_latency_ms_bucket{le=\"2.5\"} 0",
        "chronik_raft_commit_latency_ms_bucket{le=\"5.0\"} 1",
        "chronik_raft_commit_latency_ms_bucket{le=\"+Inf\"} 1",
        "chronik_raft_snapshot_size_bytes 99",
        "chronik_raft_rpc_latency_ms_bucket{le=\"5.0\",peer=\"2\"} 1",
        "chronik_raft_rpc_errors_total{peer=\"2\"} 5",
        "chronik_wal_flushes_total 1",
        "chronik_wal_frames_total 2",
        "chronik_wal_written_bytes_total 3",
        "chronik_wal_disk_bytes 10",
        "chronik_wal_relocated_bytes_total 12",
        "chronik_wal_fsync_seconds_sum 1.5",
        "chronik_wal_fsync_seconds_count 6",
        "chronik_wal_fsync_seconds_bucket{le=\"0.00005\"} 1",
        "chronik_wal_fsync_seconds_bucket{le=\"0.0004\"} 3",
        "chronik_wal_fsync_seconds_bucket{le=\"+Inf\"} 6",
        "chronik_replica_moves 13",
        "chronik_log_start_offset{topic=\"a\\\"b\",partition=\"0\"} 15",
        "chronik_raft_current_term{topic=\"a\\\"b\",partition=\"0\"} 6",
        "chronik_high_watermark{topic=\"a\\\"b\",partition=\"0\"} 1152921504606846976",
        "chronik_raft_isr_size{topic=\"a\\\"b\",partition=\"0\"} 3",
        "chronik_raft_follower_lag_entries{topic=\"a\\\"b\",partition=\"0\",follower=\"2\"} 8",
        "chronik_raft_follower_lag_ms{topic=\"a\\\"b\",partition=\"0\",follower=\"2\"} 9",
        "chronik_partitions_leaderless 21",
        "chronik_partitions_under_replicated 22",
        "chronik_partitions_under_min_isr 23",
        "chronik_replicas_damaged 24",
        "chronik_disk_free_bytes 25",
        "chronik_disk_total_bytes 26",
        "chronik_process_cpu_seconds_total 1.25",
        "chronik_process_resident_bytes 27",
        "chronik_process_open_fds 28",
        "chronik_partition_metrics_omitted 29",
        "chronik_kafka_connections 31",
        "chronik_kafka_received_bytes_total 32",
        "chronik_kafka_sent_bytes_total 33",
        "chronik_kafka_request_latency_ms_count{api=\"Fetch\"} 1",
        "chronik_consumer_group_members{group=\"billing\"} 34",
        "chronik_consumer_group_committed_offset{group=\"billing\",topic=\"orders\",partition=\"2\"} 35",
        "chronik_consumer_group_metrics_omitted 36",
        "chronik_admin_certificate_expiry_timestamp_seconds 37",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
}

#[test]
fn the_table_has_every_family_in_the_order_of_the_text() {
    let text = render_metrics(everything()).unwrap();
    let shown: Vec<_> = text.lines().filter_map(|l| l.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let stem = |f: &'static Family| {
        if f.kind == Kind::Counter { f.name.strip_suffix("_total") } else { Some(f.name) }
    };
    let defined: Vec<_> =
        FAMILIES.iter().map(|f| stem(f).expect("a counter's name ends in _total")).collect();
    assert_eq!(shown, defined);
}

#[test]
fn every_family_has_the_labels_of_the_table() {
    let text = render_metrics(everything()).unwrap();
    for family in FAMILIES {
        for series in family.series() {
            let found = text
                .lines()
                .find(|l| l.split(['{', ' ']).next() == Some(&series))
                .unwrap_or_else(|| panic!("{series}"));
            let count = found.matches("=\"").count() - usize::from(series.ends_with("_bucket"));
            assert_eq!(count, family.labels.len(), "{found}");
            assert!(family.labels.iter().all(|label| found.contains(&format!("{label}=\""))), "{found}");
        }
    }
}
