//! Partitions: what all nodes know, and what the leader of each adds.

use chronik_common::admin::v1::{PartitionState, PartitionView};

use super::raft::raft_view;
use crate::log::epochs::leader_epoch;
use crate::metadata::{BrokerId, GroupId, Partition, Topic, min_insync_replicas};
use crate::survey::Picture;
use crate::survey::picture::Told;
use crate::survey::told::FollowerSurvey;

/// All partitions, by topic and number.
pub fn partitions(picture: &Picture) -> Vec<PartitionView> {
    each(picture).map(|(topic, index, partition)| view(picture, topic, index, partition)).collect()
}

/// The partitions of the metadata with their topics and numbers, in that order.
pub fn each(picture: &Picture) -> impl Iterator<Item = (&Topic, i32, &Partition)> {
    let mut topics: Vec<&Topic> = picture.image.topics().map(|topic| &**topic).collect();
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    topics.into_iter().flat_map(|topic| {
        (0..).zip(&topic.partitions).map(move |(index, partition)| (topic, index, partition))
    })
}

/// One of them.
pub fn view(picture: &Picture, topic: &Topic, index: i32, partition: &Partition) -> PartitionView {
    let told = picture.told_by_leader(partition.group);
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
    let flow = told.and_then(|_| picture.rates.flows.get(&partition.group));
    let voters = told.iter().flat_map(|told| &told.group.followers).filter(|f| f.votes);
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
        high_watermark: told.map(|told| told.group.high_watermark),
        log_start_offset: told.map(|told| told.group.log_start),
        bytes: told.map(|told| told.group.bytes),
        records_per_second: flow.map(|f| f.records),
        bytes_per_second: flow.map(|f| f.bytes),
        max_lag_bytes: told.map(|_| voters.clone().map(|f| f.lacks_bytes).max().unwrap_or(0)),
        max_lag_ms: told.and_then(max_lag_ms),
        raft: told.map(|told| raft_view(name(&topic.name, index), told)),
    }
}

/// Of the voters that lack something; unknown as long as one of them has never had the whole log.
fn max_lag_ms(Told { by, group }: Told<'_>) -> Option<u64> {
    let voters = group.followers.iter().filter(|f| f.votes);
    let lag = |f: &FollowerSurvey| {
        if f.matched == Some(group.last) { Some(0) } else { f.caught_up_at_ms.map(|at| by.ago(at)) }
    };
    voters.map(lag).try_fold(0, |most, lag| Some(most.max(lag?)))
}

/// Leaves out what grows although nothing happens: the time since a quiescent follower answered, or had everything, and the
/// age of a snapshot.
pub fn forget_ages(partition: &mut PartitionView) {
    partition.max_lag_ms = None;
    let Some(raft) = &mut partition.raft else { return };
    raft.snapshot_age_ms = None;
    for follower in &mut raft.followers {
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
