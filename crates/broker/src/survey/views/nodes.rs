//! Nodes: what is agreed on about them, and what they tell of themselves.

use std::collections::HashMap;

use chronik_common::admin::v1::NodeView;
use chronik_common::admin::{NodeState, Role};

use crate::metadata::{Broker, BrokerId, Endpoints};
use crate::survey::Picture;
use crate::survey::rates::Flow;

/// What the partitions say about a node.
#[derive(Default)]
struct Share {
    leaders: u64,
    replicas: u64,
    preferred: u64,
    out_of_sync: u64,
    flow: Flow,
}

/// The registered and the invited nodes, by id.
pub fn nodes(picture: &Picture) -> Vec<NodeView> {
    let shares = shares(picture);
    let nothing = Share::default();
    let registered = picture
        .image
        .brokers()
        .values()
        .map(|broker| member(picture, broker, shares.get(&broker.id).unwrap_or(&nothing)));
    let invited = picture.image.invited().iter().map(|(id, endpoints)| stranger(*id, endpoints));
    let mut nodes: Vec<NodeView> = registered.chain(invited).collect();
    nodes.sort_by_key(|node| node.node_id);
    nodes
}

fn shares(picture: &Picture) -> HashMap<BrokerId, Share> {
    let mut shares: HashMap<BrokerId, Share> = HashMap::new();
    for partition in picture.image.topics().flat_map(|t| &t.partitions) {
        let leadership = picture.leaderships.get(&partition.group);
        for (place, replica) in partition.replicas.iter().enumerate() {
            let share = shares.entry(replica.broker).or_default();
            share.replicas += 1;
            share.preferred += u64::from(place == 0);
            share.out_of_sync += u64::from(leadership.is_none_or(|l| !l.isr.contains(&replica.broker)));
        }
        if let Some(leadership) = leadership {
            let share = shares.entry(leadership.leader).or_default();
            share.leaders += 1;
            if let Some(flow) = picture.rates.flows.get(&partition.group) {
                share.flow.records += flow.records;
                share.flow.bytes += flow.bytes;
            }
        }
    }
    shares
}

fn member(picture: &Picture, broker: &Broker, share: &Share) -> NodeView {
    let told = picture.surveys.get(&broker.id);
    let survey = told.map(|known| &known.node);
    let Endpoints { kafka, wal, raft, admin } = broker.endpoints.clone();
    NodeView {
        node_id: broker.id,
        state: if broker.draining { NodeState::Draining } else { NodeState::Active },
        drained: broker.drained,
        alive: picture.alive.contains(&broker.id),
        role: Some(match () {
            () if picture.leader == Some(broker.id) => Role::Leader,
            () if picture.metadata_voters.contains(&broker.id) => Role::Follower,
            () => Role::Learner,
        }),
        kafka,
        wal,
        raft,
        admin: Some(admin),
        rack: broker.rack.clone(),
        version: broker.version.clone(),
        leaders: share.leaders,
        replicas: share.replicas,
        preferred: share.preferred,
        out_of_sync: share.out_of_sync,
        log_bytes: survey.map(|s| s.log_bytes),
        wal_bytes: survey.map(|s| s.wal_bytes),
        disk_free_bytes: survey.and_then(|s| s.disk_free),
        disk_total_bytes: survey.and_then(|s| s.disk_total),
        memory_bytes: survey.and_then(|s| s.memory),
        cpu_percent: picture.rates.cpu_percent.get(&broker.id).copied(),
        uptime_seconds: survey.map(|s| s.uptime_ms / 1000),
        clock_offset_ms: told.filter(|_| broker.id != picture.me).map(|known| known.clock_offset_ms),
        bytes_in_per_second: survey.map(|_| share.flow.bytes),
        records_in_per_second: survey.map(|_| share.flow.records),
        fsync_p99_us: survey.and_then(|s| s.fsync_p99_us),
        certificate_expires_ms: survey.and_then(|s| s.certificate_expires_ms),
    }
}

/// A node that may join and has not started yet.
fn stranger(id: BrokerId, endpoints: &Endpoints) -> NodeView {
    let Endpoints { kafka, wal, raft, admin } = endpoints.clone();
    NodeView {
        node_id: id,
        state: NodeState::Invited,
        drained: false,
        alive: false,
        role: None,
        kafka,
        wal,
        raft,
        admin: Some(admin),
        rack: None,
        version: String::new(),
        leaders: 0,
        replicas: 0,
        preferred: 0,
        out_of_sync: 0,
        log_bytes: None,
        wal_bytes: None,
        disk_free_bytes: None,
        disk_total_bytes: None,
        memory_bytes: None,
        cpu_percent: None,
        uptime_seconds: None,
        clock_offset_ms: None,
        bytes_in_per_second: None,
        records_in_per_second: None,
        fsync_p99_us: None,
        certificate_expires_ms: None,
    }
}
