//! What operators are shown of a cluster that is well, and of one that is not.

use chronik_common::admin::v1::{PartitionState, Severity, Verdict};
use chronik_common::config::HealthLimits;

use super::*;
use crate::survey::Picture;
use crate::survey::samples::{LAST, groups, picture, tell, without_node_3};
use crate::survey::told::{GroupSurvey, NodeSurvey};

fn states(picture: &Picture) -> Vec<PartitionState> {
    partitions(picture).iter().map(|p| p.state).collect()
}

fn report(picture: &Picture) -> chronik_common::admin::v1::HealthReport {
    health(picture, &nodes(picture), &partitions(picture), None)
}

fn codes(picture: &Picture) -> Vec<String> {
    report(picture).findings.into_iter().map(|f| f.code).collect()
}

/// Changes what a node tells.
fn told(picture: &mut Picture, node: i32, change: impl FnOnce(&mut NodeSurvey)) {
    tell(picture, node, |known| change(&mut known.node));
}

#[test]
fn a_healthy_cluster_has_no_findings() {
    let picture = picture();
    assert_eq!(states(&picture), [PartitionState::Healthy; 3]);
    let report = report(&picture);
    assert_eq!((report.verdict, report.findings.len()), (Verdict::Healthy, 0));
}

#[test]
fn a_dead_node_leaves_its_partitions_leaderless_and_the_others_under_replicated() {
    let picture = without_node_3();
    assert_eq!(
        states(&picture),
        [PartitionState::UnderReplicated, PartitionState::UnderReplicated, PartitionState::Leaderless]
    );
    let report = report(&picture);
    assert_eq!(report.verdict, Verdict::Critical);
    let found: Vec<_> = report.findings.iter().map(|f| (f.code.as_str(), f.severity, f.count)).collect();
    assert_eq!(
        found,
        [
            ("leaderless_partitions", Severity::Critical, 1),
            ("under_replicated_partitions", Severity::Warning, 2),
            ("node_down", Severity::Warning, 1),
        ]
    );
    assert_eq!(report.findings[0].objects, ["orders-2"]);
    assert_eq!(report.findings[0].next.as_deref(), Some("partition list --state leaderless"));
    assert_eq!(report.findings[2].objects, ["node 3"]);
}

#[test]
fn below_min_insync_replicas_is_worse_than_under_replicated() {
    let mut picture = picture();
    let group = groups(&picture.image)[0];
    picture.leaderships.get_mut(&group).unwrap().isr = vec![1];
    assert_eq!(states(&picture)[0], PartitionState::UnderMinIsr);
    assert_eq!(codes(&picture), ["under_min_isr_partitions"]);
}

#[test]
fn a_partition_s_numbers_are_its_leader_s() {
    let view = partitions(&picture()).remove(1);
    assert_eq!((view.leader, view.leader_epoch, view.isr), (Some(2), Some(3), vec![2, 3, 1]));
    assert_eq!(
        (view.high_watermark, view.log_start_offset, view.bytes),
        (Some(1_000), Some(100), Some(90_000))
    );
    assert_eq!((view.max_lag_bytes, view.max_lag_ms), (Some(0), Some(0)));
}

#[test]
fn a_follower_that_trails_is_seen_with_entries_bytes_and_time() {
    let mut picture = picture();
    let group = groups(&picture.image)[0];
    tell(&mut picture, 1, |known| {
        let mut told = GroupSurvey::clone(&known.groups[&group]);
        let follower = &mut told.followers[1];
        (follower.matched, follower.lacks_bytes) = (Some(LAST - 9), 700);
        follower.caught_up_at_ms = Some(known.node.uptime_ms - 4_000);
        known.groups.insert(group, told.into());
    });
    let view = partitions(&picture).remove(0);
    assert_eq!((view.max_lag_bytes, view.max_lag_ms), (Some(700), Some(4_000)));
    let raft = view.raft.unwrap();
    let trails: Vec<_> = raft.followers.iter().map(|f| (f.node_id, f.trails_by)).collect();
    assert_eq!(trails, [(2, 0), (3, 9)]);
}

#[test]
fn what_a_deposed_leader_tells_is_not_believed() {
    let mut picture = picture();
    let group = groups(&picture.image)[0];
    let leadership = picture.leaderships.get_mut(&group).unwrap();
    (leadership.leader, leadership.term) = (2, 4);
    let view = partitions(&picture).remove(0);
    assert_eq!((view.leader, view.high_watermark), (Some(2), None));
    assert!(view.raft.is_none());
}

#[test]
fn nodes_are_counted_what_they_lead_hold_and_lack() {
    let picture = without_node_3();
    let counts: Vec<_> = nodes(&picture)
        .iter()
        .map(|n| {
            (n.node_id, n.alive, n.leaders, n.replicas, n.preferred, n.out_of_sync, n.wal_bytes.is_some())
        })
        .collect();
    assert_eq!(
        counts,
        [(1, true, 1, 3, 1, 1, true), (2, true, 1, 3, 1, 1, true), (3, false, 0, 3, 1, 3, false)]
    );
}

#[test]
fn a_topic_is_as_bad_as_its_worst_partition() {
    let picture = without_node_3();
    let topic = topics(&picture, &partitions(&picture)).remove(0);
    assert_eq!((topic.state, topic.unhealthy_partitions), (PartitionState::Leaderless, 3));
    assert_eq!((topic.records, topic.bytes), (1_800, 180_000), "of those whose leaders answer");
    assert!(topic.records_per_second.is_sign_positive(), "nobody reads -0 records a second");
}

#[test]
fn settings_say_whether_they_are_the_topic_s_own() {
    let picture = picture();
    let config = topic_config(picture.image.topic("orders").unwrap(), picture.defaults);
    let origin =
        |name: &str| config.iter().find(|e| e.name == name).map(|e| (e.value.as_str(), e.origin.as_str()));
    assert_eq!(origin("retention.ms"), Some(("3600000", "topic")));
    assert_eq!(origin("min.insync.replicas"), Some(("2", "default")));
}

#[test]
fn ages_are_those_of_the_moment_at_which_the_leader_told() {
    let raft = metadata_raft(&picture()).unwrap();
    assert_eq!((raft.snapshot_at_ms, raft.snapshot_age_ms), (Some(940_000), Some(60_000)));
    assert_eq!(raft.followers.iter().map(|f| f.acked_ms).collect::<Vec<_>>(), [Some(10); 2]);
}

#[test]
fn raft_groups_begin_with_the_metadata() {
    let names: Vec<String> = raft_groups(&picture()).into_iter().map(|g| g.name).collect();
    assert_eq!(names, ["__metadata", "orders-0", "orders-1", "orders-2"]);
}

#[test]
fn disks_clocks_damage_and_the_metadata_are_looked_at() {
    let with = |change: &dyn Fn(&mut Picture)| {
        let mut picture = picture();
        change(&mut picture);
        codes(&picture)
    };
    assert_eq!(with(&|p| told(p, 2, |s| s.disk_free = Some(10 << 30))), ["disk_low"]);
    assert_eq!(with(&|p| told(p, 2, |s| s.disk_free = Some(1 << 30))), ["disk_full"]);
    assert_eq!(with(&|p| told(p, 2, |s| s.damaged = 3)), ["damaged_replicas"]);
    let at = |days: i64| Some(picture().taken_at_ms + days * 86_400_000);
    assert_eq!(with(&|p| told(p, 2, |s| s.certificate_expires_ms = at(15))), [""; 0]);
    assert_eq!(with(&|p| told(p, 2, |s| s.certificate_expires_ms = at(13))), ["certificate_expiring"]);
    assert_eq!(with(&|p| told(p, 2, |s| s.certificate_expires_ms = at(-1))), ["certificate_expired"]);
    let never = HealthLimits { disk_low_percent: 0, disk_full_percent: 0 };
    let full_and_not_minded = |p: &mut Picture| {
        told(p, 2, |s| s.disk_free = Some(0));
        p.limits = never;
    };
    assert_eq!(with(&full_and_not_minded), [""; 0]);
    assert_eq!(with(&|p| tell(p, 2, |known| known.clock_offset_ms = -5_000)), ["clock_skew"]);
    assert_eq!(with(&|p| p.leader = None), ["no_metadata_leader"]);
}
