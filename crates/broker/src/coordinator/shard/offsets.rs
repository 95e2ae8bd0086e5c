//! Offsets of the groups of one partition: committing, fetching, deleting; and deleting groups,
//! whose offsets go with them.

use std::collections::BTreeSet;

use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;

use super::queue::{OffsetChange, Then};
use super::{Answer, Shard};
use crate::coordinator::group::State;
use crate::coordinator::offsets::TopicPartition;
use crate::coordinator::records::{CommittedOffset, Key, RecordError, subscribed_topics};

/// An `OffsetCommit` whose partitions all may be committed.
pub struct Commit {
    /// The member; empty for a simple consumer.
    pub member_id: StrBytes,
    /// Its instance id, if it is static.
    pub instance_id: Option<StrBytes>,
    /// Its generation; negative for a simple consumer.
    pub generation: i32,
    /// The client knows `GROUP_ID_NOT_FOUND` (version 9 on).
    pub knows_group_id_not_found: bool,
    /// What it commits; the commit timestamps are set here.
    pub offsets: Vec<(TopicPartition, CommittedOffset)>,
    /// How long the offsets are to be kept, in milliseconds; negative: as the broker likes.
    pub retention_ms: i64,
}

/// The partitions that an `OffsetFetch` asks for; `None`: all that have an offset.
pub type Selection = Option<Vec<(StrBytes, Vec<i32>)>>;
/// A topic's partitions with their offsets; `None`: nothing is committed.
pub type FetchedTopic = (StrBytes, Vec<(i32, Option<CommittedOffset>)>);

impl Shard {
    /// `OffsetCommit`: answers when the offsets are stored.
    pub fn commit(&mut self, group: &StrBytes, commit: Commit, answer: Answer<()>) {
        match self.prepare_commit(group, commit) {
            Err(error) => {
                let _ = answer.send(Err(error));
            }
            Ok(changes) => self.change_offsets(group, changes, answer),
        }
        self.reschedule(group);
    }

    fn prepare_commit(
        &mut self,
        group: &StrBytes,
        commit: Commit,
    ) -> Result<Vec<OffsetChange>, ResponseError> {
        if !self.groups.contains_key(group) && commit.generation >= 0 {
            return Err(if commit.knows_group_id_not_found {
                ResponseError::GroupIdNotFound
            } else {
                ResponseError::IllegalGeneration
            });
        }
        let now = self.now();
        if self.queue.waiting_bytes() > self.max_queued_bytes {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        let group = &mut self.entry(group).group;
        group.validate_commit(&commit.member_id, commit.instance_id.as_ref(), commit.generation)?;
        group.committed(&commit.member_id, now);
        let expire_timestamp_ms =
            (commit.retention_ms >= 0).then(|| now.unix_ms.saturating_add(commit.retention_ms));
        let stamped =
            |offset| CommittedOffset { commit_timestamp_ms: now.unix_ms, expire_timestamp_ms, ..offset };
        Ok(commit.offsets.into_iter().map(|(partition, offset)| (partition, Some(stamped(offset)))).collect())
    }

    fn change_offsets(&mut self, group: &StrBytes, changes: Vec<OffsetChange>, answer: Answer<()>) {
        if changes.is_empty() {
            let _ = answer.send(Ok(()));
            return;
        }
        let record = |((topic, partition), offset): &OffsetChange| {
            let key = Key::Offset { group: group.clone(), topic: topic.clone(), partition: *partition };
            Ok((key.encode()?, offset.as_ref().map(CommittedOffset::encode).transpose()?))
        };
        match changes.iter().map(record).collect::<Result<Vec<_>, RecordError>>() {
            Ok(records) => {
                self.queue.push(records, Then::Offsets { group: group.clone(), changes, reply: answer });
            }
            Err(error) => {
                tracing::warn!(%group, %error, "offsets cannot be stored");
                let _ = answer.send(Err(ResponseError::InvalidCommitOffsetSize));
            }
        }
    }

    /// `OffsetFetch`. A group that does not exist has committed nothing.
    pub fn fetch(&self, group: &StrBytes, selection: Selection) -> Vec<FetchedTopic> {
        let offsets = self.groups.get(group).map(|entry| &entry.offsets);
        match selection {
            Some(topics) => topics
                .into_iter()
                .map(|(topic, partitions)| {
                    let at = |p: i32| (p, offsets.and_then(|o| o.get(&topic, p)).cloned());
                    let partitions = partitions.into_iter().map(at).collect();
                    (topic, partitions)
                })
                .collect(),
            None => offsets
                .into_iter()
                .flat_map(super::super::offsets::Offsets::topics)
                .map(|(topic, partitions)| {
                    (topic.clone(), partitions.iter().map(|(p, o)| (*p, Some(o.clone()))).collect())
                })
                .collect(),
        }
    }

    /// `DeleteGroups`, for one group: it and its offsets are gone once the tombstones are stored.
    pub fn delete_group(&mut self, group: &StrBytes, answer: Answer<()>) {
        let Some(entry) = self.groups.get_mut(group) else {
            let _ = answer.send(Err(ResponseError::GroupIdNotFound));
            return;
        };
        if let Err(error) = entry.group.begin_delete() {
            let _ = answer.send(Err(error));
            return;
        }
        let mut partitions: BTreeSet<TopicPartition> = entry.offsets.partitions().collect();
        partitions.extend(self.queue.partitions_of(group));
        let keys = partitions
            .into_iter()
            .map(|(topic, partition)| Key::Offset { group: group.clone(), topic, partition })
            .chain([Key::Group { group: group.clone() }]);
        match keys.map(|key| Ok((key.encode()?, None))).collect::<Result<Vec<_>, RecordError>>() {
            Ok(records) => {
                self.queue.push(records, Then::DeleteGroup { group: group.clone(), reply: answer });
            }
            Err(error) => {
                tracing::error!(%group, %error, "the group cannot be deleted");
                if let Some(entry) = self.groups.get_mut(group) {
                    entry.group.abort_delete();
                }
                let _ = answer.send(Err(ResponseError::UnknownServerError));
            }
        }
    }

    /// `OffsetDelete`: forgets the offsets of those partitions to whose topics nobody in the group is
    /// subscribed, and answers at once which topics are. `stored` hears when the rest is stored.
    ///
    /// # Errors
    /// `GROUP_ID_NOT_FOUND`, or `NON_EMPTY_GROUP` for a group whose protocol is not `consumer`.
    pub fn delete_offsets(
        &mut self,
        group: &StrBytes,
        partitions: Vec<TopicPartition>,
        stored: Answer<()>,
    ) -> Result<BTreeSet<StrBytes>, ResponseError> {
        let entry = self.groups.get(group).ok_or(ResponseError::GroupIdNotFound)?;
        let consumers = entry.group.protocol_type().is_some_and(|t| t == "consumer");
        let subscribed: BTreeSet<StrBytes> = match entry.group.state() {
            State::Dead => return Err(ResponseError::GroupIdNotFound),
            State::Empty => BTreeSet::new(),
            _ if !consumers => return Err(ResponseError::NonEmptyGroup),
            _ => {
                let members = entry.group.members();
                let all = members.iter().map(|m| {
                    let protocol = m.protocols.first().map(|p| &p.metadata);
                    protocol.and_then(subscribed_topics)
                });
                match all.collect::<Option<Vec<_>>>() {
                    Some(topics) => topics.into_iter().flatten().collect(),
                    // Somebody's subscription cannot be read: they may be subscribed to anything.
                    None => partitions.iter().map(|(topic, _)| topic.clone()).collect(),
                }
            }
        };
        let queued: BTreeSet<TopicPartition> = self.queue.partitions_of(group).into_iter().collect();
        let changes = partitions
            .into_iter()
            .filter(|p| !subscribed.contains(&p.0))
            .filter(|p| entry.offsets.get(&p.0, p.1).is_some() || queued.contains(p))
            .map(|partition| (partition, None))
            .collect();
        self.change_offsets(group, changes, stored);
        Ok(subscribed)
    }
}
