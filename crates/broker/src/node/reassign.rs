//! Moving replicas and leaderships, on behalf of Kafka clients (KIP-455, KIP-460) and of the admin API. The metadata takes
//! the wish; the partitions' leaders carry it out.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use tokio::time::Instant;

use super::Node;
use crate::cluster::calls::Method;
use crate::cluster::reports;
use crate::cluster::view::raft_id;
use crate::kafka::backend::{Failure, HeldReplica, LogDir, Reassign, Reassignment, TopicInfo};
use crate::metadata::{BrokerId, Command, MetadataImage, MoveRequest, Outcome, Partition};
use crate::raft::{GroupId, RaftNodeId};

/// When a hand-over that shows no effect is asked for again: who was asked may just have stepped down, not
/// know the heir as a voter yet, or have found another heir because this one did not take it.
const AGAIN: Duration = Duration::from_secs(1);

impl Node {
    /// Changes go one after the other: each is refused or taken for itself.
    pub(super) async fn reassign(
        &self,
        changes: Vec<Reassign>,
        allow_replication_factor_change: bool,
        timeout: Duration,
    ) -> Vec<Result<(), Failure>> {
        let mut results = Vec::with_capacity(changes.len());
        for change in changes {
            results.push(self.reassign_one(change, allow_replication_factor_change, timeout).await);
        }
        results
    }

    async fn reassign_one(
        &self,
        change: Reassign,
        any_factor: bool,
        timeout: Duration,
    ) -> Result<(), Failure> {
        let unknown = || Failure::from(ResponseError::UnknownTopicOrPartition);
        let group = self.group_of(&change.topic, change.partition).ok_or_else(unknown)?;
        let image = self.inner.metadata.image();
        let (_, _, partition) = image.partition(group).ok_or_else(unknown)?;
        let command = match change.replicas {
            None => Command::CancelMoves { groups: vec![group] },
            Some(replicas) if !any_factor && replicas.len() != partition.target().len() => {
                let what = format!("{} replicas instead of {}", replicas.len(), partition.target().len());
                return Err(Failure::new(ResponseError::InvalidReplicationFactor, what));
            }
            Some(replicas) => {
                Command::MoveReplicas { moves: vec![MoveRequest { group, replicas, renew: vec![] }] }
            }
        };
        // This node may not have heard yet of what the command is about: the metadata decides.
        let outcome = self.inner.metadata.propose(command.clone(), timeout).await?;
        if outcome == (Outcome::MovesCancelled { groups: Vec::new() }) && partition.moving.is_none() {
            let what = "no reassignment of this partition is under way";
            return Err(Failure::new(ResponseError::NoReassignmentInProgress, what));
        }
        // The answer shall hold on this node: the client asks it next.
        let mut expected = (*image).clone();
        if expected.apply(command).is_err() {
            return Ok(());
        }
        let target = |image: &MetadataImage| image.partition(group).map(|(_, _, p)| brokers(p.target()));
        let wanted = target(&expected);
        let shown = |image: &MetadataImage| target(image).is_none_or(|now| Some(now) == wanted);
        self.inner.metadata.wait_for(Instant::now() + timeout, shown).await;
        Ok(())
    }

    pub(super) fn reassignments(&self) -> Vec<Reassignment> {
        let image = self.inner.metadata.image();
        let moving = image.moves().filter_map(|group| image.partition(group));
        let mut all: Vec<Reassignment> =
            moving.map(|(topic, index, p)| reassignment(topic.name.clone(), index, p)).collect();
        all.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        all
    }

    /// Hands leadership to the preferred replicas, wherever the leader is, and waits for it.
    pub(super) async fn elect_preferred(
        &self,
        partitions: Vec<(Arc<TopicInfo>, i32)>,
        timeout: Duration,
    ) -> Vec<Result<(), Failure>> {
        let deadline = Instant::now() + timeout;
        let elections = partitions.into_iter().map(|(topic, partition)| async move {
            let unknown = || Failure::from(ResponseError::UnknownTopicOrPartition);
            let group = self.group_of(&topic, partition).ok_or_else(unknown)?;
            self.elect_one(group, deadline).await
        });
        futures::future::join_all(elections).await
    }

    async fn elect_one(&self, group: GroupId, deadline: Instant) -> Result<(), Failure> {
        let preferred = self.preferred_replica(group).ok_or(ResponseError::UnknownTopicOrPartition)?;
        self.make_leader(group, preferred.broker(), deadline).await
    }

    /// Makes that broker lead the group, wherever the leader is, and waits until this node sees it lead. Asks only
    /// while the heir is seen in sync: a leader whose heir does not answer hands over to another replica, so asking
    /// for an heir that is gone would pass the leadership round among those that are left.
    pub(super) async fn make_leader(
        &self,
        group: GroupId,
        heir: BrokerId,
        deadline: Instant,
    ) -> Result<(), Failure> {
        loop {
            let asked = match self.leadership(group) {
                Some(now) if now.leader != heir && now.isr.contains(&heir) => {
                    self.ask_to_hand_over(now.leader, group, heir).await
                }
                _ => Ok(()),
            };
            let again = deadline.min(Instant::now() + AGAIN);
            if self.wait_for_leadership(group, again, |now| now.leader == heir).await {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let what = format!("broker {heir} did not take the leadership in time");
                return asked.and(Err(Failure::new(ResponseError::PreferredLeaderNotAvailable, what)));
            }
        }
    }

    fn preferred_replica(&self, group: GroupId) -> Option<RaftNodeId> {
        let image = self.inner.metadata.image();
        image.partition(group).and_then(|(_, _, p)| p.replicas.first()).copied().map(raft_id)
    }

    /// Hands a group that this node leads to its preferred replica.
    async fn hand_to_preferred(&self, group: GroupId) {
        if let Some(heir) = self.preferred_replica(group) {
            self.hand_to(group, heir.broker()).await;
        }
    }

    /// Hands a group that this node leads to its replica on that broker.
    async fn hand_to(&self, group: GroupId, heir: BrokerId) {
        if let Some(group) = self.inner.groups.get(group)
            && let Some(heir) = group.voters().into_iter().find(|voter| voter.broker() == heir)
            && heir != group.me()
        {
            group.hand_over(&[heir]).await;
        }
    }

    /// Asks the leader of a group, which may be this node, to hand it over to that broker. The heir is named: the
    /// leader may not have heard yet whom the metadata prefers now.
    async fn ask_to_hand_over(
        &self,
        leader: BrokerId,
        group: GroupId,
        heir: BrokerId,
    ) -> Result<(), Failure> {
        if leader == self.id() {
            self.hand_to(group, heir).await;
            return Ok(());
        }
        let header = [&group.to_be_bytes()[..], &heir.to_be_bytes()].concat().into();
        let asked = self.inner.caller.call(leader, Method::HandOver, header, Vec::new()).await;
        asked.map(drop).map_err(|e| Failure::new(ResponseError::NotLeaderOrFollower, e.to_string()))
    }

    /// Another node asks this one to hand over what it leads.
    pub(super) async fn serve_hand_over(&self, header: &[u8]) -> Result<Bytes, String> {
        let unreadable = || "no group is named, or no broker behind it".to_owned();
        let (group, heir) = header.split_first_chunk().ok_or_else(unreadable)?;
        let group = GroupId::from_be_bytes(*group);
        if heir.is_empty() {
            // So earlier versions ask for an election of the preferred replica.
            self.hand_to_preferred(group).await;
        } else {
            let heir = heir.try_into().map_err(|_| unreadable())?;
            self.hand_to(group, BrokerId::from_be_bytes(heir)).await;
        }
        Ok(Bytes::new())
    }

    /// Another node asks how large the groups here are.
    pub(super) fn serve_report(&self) -> Result<Bytes, String> {
        let report = reports::local(&self.inner.groups, &self.inner.metadata.image(), &self.inner.loads);
        serde_json::to_vec(&report).map(Bytes::from).map_err(|e| e.to_string())
    }

    /// What this node's replicas take on disk.
    pub(super) async fn log_dir_report(&self) -> LogDir {
        let path = self.inner.config.data_dir.clone();
        let volume = tokio::task::spawn_blocking({
            let path = path.clone();
            move || rustix::fs::statvfs(&path).ok()
        });
        let bytes = |blocks: u64, of: u64| i64::try_from(blocks.saturating_mul(of)).unwrap_or(i64::MAX);
        let (total_bytes, usable_bytes) = volume
            .await
            .ok()
            .flatten()
            .map_or((-1, -1), |v| (bytes(v.f_blocks, v.f_frsize), bytes(v.f_bavail, v.f_frsize)));
        let image = self.inner.metadata.image();
        let held = |p: &Arc<crate::partition::Partition>| {
            let topic = image.topic_by_id(&p.topic())?;
            let group = p.group()?;
            let state = group.log().state();
            let size = group.log().bytes(state.first_index()..state.next_index());
            Some(HeldReplica {
                topic: topic.name.clone(),
                partition: p.index(),
                bytes: size as i64,
                // A follower knows the high watermark only as far as it has it.
                lag: 0,
            })
        };
        let mut replicas: Vec<HeldReplica> = self.inner.partitions.all().iter().filter_map(held).collect();
        replicas.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        LogDir {
            path: std::path::absolute(&path).unwrap_or(path).display().to_string(),
            total_bytes,
            usable_bytes,
            replicas,
        }
    }
}

fn brokers(replicas: &[crate::metadata::Replica]) -> Vec<BrokerId> {
    replicas.iter().map(|r| r.broker).collect()
}

/// A partition that moves, as KIP-455 shows it.
pub(super) fn reassignment(topic: String, index: i32, partition: &Partition) -> Reassignment {
    let leaving = partition.moving.as_ref().map(|m| brokers(&m.leaving)).unwrap_or_default();
    Reassignment::new(topic, index, &brokers(&partition.replicas), &brokers(partition.target()), &leaving)
}
