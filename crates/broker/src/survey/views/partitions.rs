//! Partitions: what all nodes know, and what the leader of each adds.

use chronik_common::admin::v1::{PartitionState, PartitionView};

use super::raft::raft_view;
use crate::log::epochs::leader_epoch;
use crate::metadata::{BrokerId, GroupId, Partition, Topic, min_insync_replicas};
use crate::raft::liveness::Leadership;
use crate::survey::Picture;
use crate::survey::told::GroupSurvey;

/// All partitions, by topic and number.
pub fn partitions(picture: &Picture) -> Vec<PartitionView> {
    let told = picture.groups();
    let mut topics: Vec<_> = picture.image.topics().collect();
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    let mut views = Vec::with_capacity(topics.iter().map(|topic| topic.partitions.len()).sum());
    for topic in topics {
        let numbered = (0..).zip(&topic.partitions);
        views.extend(numbered.map(|(index, partition)| {
            view(picture, topic, index, partition, told.get(&partition.group).copied())
        }));
    }
    views
}

fn view(
    picture: &Picture,
    topic: &Topic,
    index: i32,
    partition: &Partition,
    told: Option<(BrokerId, &GroupSurvey)>,
) -> PartitionView {
    let replicas: Vec<BrokerId> = partition.replicas.iter().map(|r| r.broker).collect();
    let target: Vec<BrokerId> = partition.target().iter().map(|r| r.broker).collect();
    let leadership = picture.leaderships.get(&partition.group);
    let isr: Vec<BrokerId> =
        replicas.iter().copied().filter(|b| leadership.is_some_and(|l| l.isr.contains(b))).collect();
    let min_isr = min_insync_replicas(topic, picture.defaults);
    let adding: Vec<BrokerId> = target.iter().copied().filter(|b| !replicas.contains(b)).collect();
    let removing: Vec<BrokerId> = replicas.iter().copied().filter(|b| !target.contains(b)).collect();
    let staying = replicas.iter().filter(|b| !removing.contains(b));
    let lacks_some = staying.clone().any(|b| !isr.contains(b));
    let state = match leadership {
        None => PartitionState::Leaderless,
        Some(_) if (isr.len() as i32) < min_isr => PartitionState::UnderMinIsr,
        Some(_) if lacks_some => PartitionState::UnderReplicated,
        Some(_) if partition.moving.is_some() => PartitionState::Moving,
        Some(_) => PartitionState::Healthy,
    };
    // What a leader of an earlier term tells is not how the partition is.
    let told = told.filter(|(node, group)| leadership.is_some_and(|l| is_by(l, *node, group)));
    let flow = told.and_then(|_| picture.rates.flows.get(&partition.group));
    let voters = told.iter().flat_map(|(_, g)| &g.followers).filter(|f| f.votes);
    PartitionView {
        topic: topic.name.clone(),
        partition: index,
        state,
        leader: leadership.map(|l| l.leader),
        leader_epoch: leadership.map(|l| leader_epoch(l.term)),
        replicas,
        isr,
        adding,
        removing,
        min_isr,
        high_watermark: told.map(|(_, g)| g.high_watermark),
        log_start_offset: told.map(|(_, g)| g.log_start),
        bytes: told.map(|(_, g)| g.bytes),
        records_per_second: flow.map(|f| f.records),
        bytes_per_second: flow.map(|f| f.bytes),
        max_lag_bytes: told.map(|_| voters.clone().map(|f| f.lacks_bytes).max().unwrap_or(0)),
        max_lag_ms: told.and_then(|(_, g)| max_lag_ms(g)),
        raft: told.map(|(node, g)| raft_view(name(&topic.name, index), node, g)),
    }
}

/// Of the voters that lack something; unknown as long as one of them has never had the whole log.
fn max_lag_ms(group: &GroupSurvey) -> Option<u64> {
    let voters = group.followers.iter().filter(|f| f.votes);
    let lags: Option<Vec<u64>> =
        voters.map(|f| if f.matched == Some(group.last) { Some(0) } else { f.behind_ms }).collect();
    lags.map(|lags| lags.into_iter().max().unwrap_or(0))
}

fn is_by(leadership: &Leadership, node: BrokerId, group: &GroupSurvey) -> bool {
    leadership.leader == node && leadership.term <= group.term
}

/// Leaves out what grows although nothing happens: the time since a quiescent follower answered.
pub fn forget_ages(partition: &mut PartitionView) {
    for follower in partition.raft.iter_mut().flat_map(|raft| &mut raft.followers) {
        follower.acked_ms = None;
    }
}

/// What a partition is called in lists of objects.
pub(super) fn name(topic: &str, index: i32) -> String {
    format!("{topic}-{index}")
}

/// The name of the partition of a group.
pub(super) fn name_of(picture: &Picture, group: GroupId) -> Option<String> {
    picture.image.partition(group).map(|(topic, index, _)| name(&topic.name, index))
}
