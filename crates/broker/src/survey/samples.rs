//! A cluster of three nodes for tests: the topic `orders` with three partitions on all of them, led by nodes 1, 2 and 3.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chronik_common::config::HealthLimits;

use chronik_common::HostPort;
use uuid::Uuid;

use super::{FollowerSurvey, GroupSurvey, Known, NodeSurvey, Picture, Rates};
use crate::metadata::{
    Assignment, BrokerId, Command, Endpoints, GroupId, METADATA_GROUP, MetadataImage, Standing, TopicDefaults,
};
use crate::raft::liveness::Leadership;

/// The nodes.
pub(crate) const NODES: [BrokerId; 3] = [1, 2, 3];
/// Last index of every group.
pub(crate) const LAST: u64 = 99;

fn endpoints(id: BrokerId) -> Endpoints {
    let at = |port| HostPort::new(format!("host{id}"), port);
    Endpoints { kafka: at(9092), wal: at(9291), raft: at(5001), admin: at(10_000 + id as u16) }
}

/// The metadata.
pub(crate) fn image() -> MetadataImage {
    let mut image = MetadataImage::new();
    let register = |id: BrokerId| Command::RegisterBroker {
        id,
        directory_id: Uuid::from_u128(id as u128),
        endpoints: endpoints(id),
        rack: None,
        version: "3.0.0".into(),
        standing: Standing::Founder,
    };
    let orders = Command::CreateTopic {
        name: "orders".into(),
        id: Uuid::from_u128(100),
        assignment: Assignment::Explicit(vec![vec![1, 2, 3], vec![2, 3, 1], vec![3, 1, 2]]),
        config: BTreeMap::from([("retention.ms".to_owned(), "3600000".to_owned())]),
        unavailable: BTreeSet::new(),
    };
    for command in NODES.map(register).into_iter().chain([orders]) {
        image.apply(command).unwrap();
    }
    image
}

/// The groups of the topic's partitions.
pub(crate) fn groups(image: &MetadataImage) -> Vec<GroupId> {
    image.topic("orders").unwrap().partitions.iter().map(|p| p.group).collect()
}

fn known(node: BrokerId, leads: &[GroupId]) -> Known {
    let follower = |id: BrokerId| FollowerSurvey {
        node: id,
        votes: true,
        matched: Some(LAST),
        lacks_bytes: 0,
        acked_at_ms: Some(59_990),
        caught_up_at_ms: Some(59_995),
    };
    let group = |group: &GroupId| GroupSurvey {
        group: *group,
        term: 3,
        first: 10,
        last: LAST,
        committed: Some(LAST),
        applied: LAST,
        high_watermark: 1_000,
        log_start: 100,
        bytes: 90_000,
        snapshot_at_ms: Some(940_000),
        followers: NODES.into_iter().filter(|id| *id != node).map(follower).collect(),
    };
    let told = NodeSurvey {
        node,
        now_ms: 1_000_000,
        uptime_ms: 60_000,
        memory: Some(50 << 20),
        cpu_us: Some(1_000_000),
        wal_bytes: 1 << 30,
        disk_free: Some(80 << 30),
        disk_total: Some(100 << 30),
        fsync_p99_us: Some(2_000),
        damaged: 0,
        certificate_expires_ms: None,
        log_bytes: 270_000,
        groups: leads.iter().map(group).collect(),
        ..NodeSurvey::default()
    };
    Known::after(None, told, 1_000_000).unwrap()
}

/// Changes what is known of a node.
pub(crate) fn tell(picture: &mut Picture, node: BrokerId, change: impl FnOnce(&mut Known)) {
    change(Arc::make_mut(picture.surveys.get_mut(&node).unwrap()));
}

/// All is well.
pub(crate) fn picture() -> Picture {
    let image = image();
    let groups = groups(&image);
    let mut leaderships = HashMap::from([(METADATA_GROUP, leadership(1))]);
    let mut surveys = BTreeMap::new();
    for (node, group) in NODES.into_iter().zip(&groups) {
        leaderships.insert(*group, leadership(node));
        let mut leads = vec![*group];
        leads.extend((node == 1).then_some(METADATA_GROUP));
        surveys.insert(node, Arc::new(known(node, &leads)));
    }
    Picture {
        taken_at_ms: 1_000_000,
        me: 1,
        leader: Some(1),
        metadata_voters: NODES.into(),
        image: Arc::new(image),
        defaults: TopicDefaults {
            min_insync_replicas: 2,
            max_message_bytes: 1 << 20,
            retention_ms: None,
            retention_bytes: None,
        },
        limits: HealthLimits::default(),
        alive: NODES.into(),
        leaderships,
        surveys,
        missing: vec![],
        rates: Arc::new(Rates::default()),
        effort: Duration::ZERO,
    }
}

fn leadership(leader: BrokerId) -> Leadership {
    Leadership { leader, term: 3, isr: NODES.to_vec() }
}

/// Node 3 has died: what it led has no leader, and it is in sync nowhere.
pub(crate) fn without_node_3() -> Picture {
    let mut picture = picture();
    picture.alive.remove(&3);
    picture.surveys.remove(&3);
    picture.missing = vec![3];
    picture.leaderships.retain(|_, l| l.leader != 3);
    for leadership in picture.leaderships.values_mut() {
        leadership.isr = vec![1, 2];
    }
    picture
}
