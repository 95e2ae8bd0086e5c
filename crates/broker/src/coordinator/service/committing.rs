//! `OffsetCommit` 2–9, `OffsetFetch` 1–9, `OffsetDelete` 0.
//!
//! Versions 10 name topics by id; `kafka-protocol` 0.18 cannot decode their requests, so they are
//! not served.

use std::collections::BTreeMap;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::offset_commit_response::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use kafka_protocol::messages::offset_delete_response::{
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use kafka_protocol::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};
use kafka_protocol::messages::{
    OffsetCommitRequest, OffsetCommitResponse, OffsetDeleteRequest, OffsetDeleteResponse, OffsetFetchRequest,
    OffsetFetchResponse, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use tokio::sync::oneshot;

use super::{Coordinator, code, detached, detached_option};
use crate::coordinator::OffsetStore;
use crate::coordinator::records::CommittedOffset;
use crate::coordinator::shard::{Commit, FetchedTopic, Selection};

/// The first version of `OffsetFetch` that asks for several groups.
const FETCHES_GROUPS: i16 = 8;

impl<S: OffsetStore> Coordinator<S> {
    /// `OffsetCommit`: answers when the offsets are stored. `exists` says whether the cluster has a
    /// partition; others are answered `UNKNOWN_TOPIC_OR_PARTITION`.
    pub async fn offset_commit(
        &self,
        api_version: i16,
        request: OffsetCommitRequest,
        exists: impl Fn(&str, i32) -> bool,
    ) -> OffsetCommitResponse {
        let mut answers = Vec::with_capacity(request.topics.len());
        let mut offsets = Vec::new();
        let mut known = 0;
        for topic in &request.topics {
            let name = detached(&topic.name);
            let mut partitions = Vec::with_capacity(topic.partitions.len());
            for partition in &topic.partitions {
                let index = partition.partition_index;
                let metadata = partition.committed_metadata.clone().unwrap_or_default();
                let refused = if !exists(&name, index) {
                    Some(ResponseError::UnknownTopicOrPartition)
                } else if metadata.len() > self.config.offset_metadata_max_bytes {
                    Some(ResponseError::OffsetMetadataTooLarge)
                } else {
                    let offset = CommittedOffset {
                        offset: partition.committed_offset,
                        leader_epoch: partition.committed_leader_epoch,
                        metadata: detached(&metadata),
                        commit_timestamp_ms: 0,
                        expire_timestamp_ms: None,
                    };
                    offsets.push(((name.clone(), index), offset));
                    None
                };
                known += usize::from(refused != Some(ResponseError::UnknownTopicOrPartition));
                partitions.push((index, refused));
            }
            answers.push((topic.name.clone(), partitions));
        }
        let result =
            if known == 0 { Ok(()) } else { self.commit_offsets(api_version, &request, offsets).await };
        commit_response(answers, result)
    }

    async fn commit_offsets(
        &self,
        api_version: i16,
        request: &OffsetCommitRequest,
        offsets: Vec<((StrBytes, i32), CommittedOffset)>,
    ) -> Result<(), ResponseError> {
        let partition = self.partition_of(&request.group_id)?;
        let group = detached(&request.group_id);
        let commit = Commit {
            member_id: detached(&request.member_id),
            instance_id: detached_option(request.group_instance_id.as_ref()),
            generation: request.generation_id_or_member_epoch,
            knows_group_id_not_found: api_version >= 9,
            offsets,
            retention_ms: request.retention_time_ms,
        };
        self.ask(partition, move |shard, answer| shard.commit(&group, commit, answer)).await
    }

    /// Sets offsets of a group without members, for an operator: topic, partition, offset. Answers when they are stored.
    ///
    /// # Errors
    /// `UNKNOWN_MEMBER_ID` if the group has members, or why they cannot be stored now.
    pub async fn set_offsets(
        &self,
        group: String,
        offsets: Vec<(String, i32, i64)>,
    ) -> Result<(), ResponseError> {
        let group = StrBytes::from_string(group);
        let committed = |offset| CommittedOffset {
            offset,
            leader_epoch: -1,
            metadata: StrBytes::new(),
            commit_timestamp_ms: 0,
            expire_timestamp_ms: None,
        };
        let offsets = offsets
            .into_iter()
            .map(|(topic, partition, offset)| ((StrBytes::from_string(topic), partition), committed(offset)));
        let commit = Commit {
            member_id: StrBytes::new(),
            instance_id: None,
            generation: -1,
            knows_group_id_not_found: true,
            offsets: offsets.collect(),
            retention_ms: -1,
        };
        let partition = self.partition_of(&group)?;
        self.ask(partition, move |shard, answer| shard.commit(&group, commit, answer)).await
    }

    /// `OffsetFetch`. Topics `null` means every offset that the group has.
    pub async fn offset_fetch(&self, api_version: i16, request: OffsetFetchRequest) -> OffsetFetchResponse {
        if api_version >= FETCHES_GROUPS {
            return self.offset_fetch_groups(request).await;
        }
        let selection: Selection = request
            .topics
            .map(|topics| topics.iter().map(|t| (detached(&t.name), t.partition_indexes.clone())).collect());
        let asked = selection.clone();
        let result =
            self.in_group(&request.group_id, move |shard, group| Ok(shard.fetch(group, selection))).await;
        match result {
            Ok(topics) => OffsetFetchResponse::default().with_topics(fetched_topics(topics, 0)),
            // Version 1 has no error code but those of the partitions.
            Err(error) if api_version < 2 => {
                let none = |(topic, partitions): (StrBytes, Vec<i32>)| {
                    (topic, partitions.into_iter().map(|p| (p, None)).collect())
                };
                let topics = asked.unwrap_or_default().into_iter().map(none).collect();
                OffsetFetchResponse::default().with_topics(fetched_topics(topics, error.code()))
            }
            Err(error) => OffsetFetchResponse::default().with_error_code(error.code()),
        }
    }

    async fn offset_fetch_groups(&self, request: OffsetFetchRequest) -> OffsetFetchResponse {
        let mut groups = Vec::with_capacity(request.groups.len());
        for group in request.groups {
            let selection: Selection = group.topics.map(|topics| {
                topics.iter().map(|t| (detached(&t.name), t.partition_indexes.clone())).collect()
            });
            let result =
                self.in_group(&group.group_id, move |shard, id| Ok(shard.fetch(id, selection))).await;
            let answer = OffsetFetchResponseGroup::default().with_group_id(group.group_id);
            groups.push(match result {
                Ok(topics) => answer.with_topics(topics.into_iter().map(fetched_topic_of_group).collect()),
                Err(error) => answer.with_error_code(error.code()),
            });
        }
        OffsetFetchResponse::default().with_groups(groups)
    }

    /// `OffsetDelete`: answers when the tombstones are stored.
    pub async fn offset_delete(&self, request: OffsetDeleteRequest) -> OffsetDeleteResponse {
        if request.group_id.is_empty() {
            return OffsetDeleteResponse::default().with_error_code(ResponseError::InvalidGroupId.code());
        }
        let mut topics: BTreeMap<StrBytes, Vec<i32>> = BTreeMap::new();
        for topic in &request.topics {
            let partitions = topic.partitions.iter().map(|p| p.partition_index);
            topics.entry(detached(&topic.name)).or_default().extend(partitions);
        }
        let partitions =
            topics.iter().flat_map(|(topic, ps)| ps.iter().map(move |p| (topic.clone(), *p))).collect();
        let (stored, is_stored) = oneshot::channel();
        let subscribed = match self
            .in_group(&request.group_id, move |shard, group| shard.delete_offsets(group, partitions, stored))
            .await
        {
            Ok(subscribed) => subscribed,
            Err(error) => return OffsetDeleteResponse::default().with_error_code(error.code()),
        };
        if let Err(error) = is_stored.await.unwrap_or(Err(ResponseError::NotCoordinator)) {
            return OffsetDeleteResponse::default().with_error_code(error.code());
        }
        let answers = topics.into_iter().map(|(topic, partitions)| {
            let refused = subscribed.contains(&topic).then_some(ResponseError::GroupSubscribedToTopic);
            let answer = |p| {
                OffsetDeleteResponsePartition::default()
                    .with_partition_index(p)
                    .with_error_code(code(refused.map_or(Ok(()), Err)))
            };
            OffsetDeleteResponseTopic::default()
                .with_partitions(partitions.into_iter().map(answer).collect())
                .with_name(TopicName(topic))
        });
        OffsetDeleteResponse::default().with_topics(answers.collect())
    }
}

type CommitAnswers = Vec<(TopicName, Vec<(i32, Option<ResponseError>)>)>;

/// A failure of the group is the failure of every partition that the cluster has.
fn commit_response(answers: CommitAnswers, result: Result<(), ResponseError>) -> OffsetCommitResponse {
    let topics = answers.into_iter().map(|(name, partitions)| {
        let answer = |(index, refused): (i32, Option<ResponseError>)| {
            let outcome = match refused {
                Some(ResponseError::UnknownTopicOrPartition) => refused,
                _ => result.err().or(refused),
            };
            OffsetCommitResponsePartition::default()
                .with_partition_index(index)
                .with_error_code(code(outcome.map_or(Ok(()), Err)))
        };
        OffsetCommitResponseTopic::default()
            .with_name(name)
            .with_partitions(partitions.into_iter().map(answer).collect())
    });
    OffsetCommitResponse::default().with_topics(topics.collect())
}

/// An offset as it is answered: −1 means that nothing is committed.
fn offset_or_none(offset: Option<CommittedOffset>) -> (i64, i32, StrBytes) {
    offset.map_or((-1, -1, StrBytes::new()), |o| (o.offset, o.leader_epoch, o.metadata))
}

fn fetched_topics(topics: Vec<FetchedTopic>, error_code: i16) -> Vec<OffsetFetchResponseTopic> {
    let topic = |(name, partitions): FetchedTopic| {
        let partition = |(index, offset)| {
            let (offset, epoch, metadata) = offset_or_none(offset);
            OffsetFetchResponsePartition::default()
                .with_partition_index(index)
                .with_committed_offset(offset)
                .with_committed_leader_epoch(epoch)
                .with_metadata(Some(metadata))
                .with_error_code(error_code)
        };
        OffsetFetchResponseTopic::default()
            .with_name(TopicName(name))
            .with_partitions(partitions.into_iter().map(partition).collect())
    };
    topics.into_iter().map(topic).collect()
}

fn fetched_topic_of_group((name, partitions): FetchedTopic) -> OffsetFetchResponseTopics {
    let partition = |(index, offset)| {
        let (offset, epoch, metadata) = offset_or_none(offset);
        OffsetFetchResponsePartitions::default()
            .with_partition_index(index)
            .with_committed_offset(offset)
            .with_committed_leader_epoch(epoch)
            .with_metadata(Some(metadata))
    };
    OffsetFetchResponseTopics::default()
        .with_name(TopicName(name))
        .with_partitions(partitions.into_iter().map(partition).collect())
}
