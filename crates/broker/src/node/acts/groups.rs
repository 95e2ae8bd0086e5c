//! Consumer groups of the whole cluster: asked about at their coordinators, changed by them, and measured by the leaders
//! of the partitions that they read.
//!
//! One call between nodes carries all of it ([`Call`]), as JSON: it is asked by people, not per record.
//!
//! Must never: invent a lag. What a leader did not say is absent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use bytes::Bytes;
use chronik_common::admin::Problem;
use chronik_common::admin::v1::{
    GroupAnswer, GroupDetail, GroupMember, GroupPartition, GroupSummary, Groups, OffsetChange,
    ResetOffsetsAnswer, ResetOffsetsRequest, ResetTo,
};
use chronik_common::nearest;
use futures::future::join_all;
use kafka_protocol::error::ResponseError;
use serde::{Deserialize, Serialize};

use super::offsets::{Bounds, destination, lag, lags};
use super::{conflict, partition_named, shortened, topic_named, unavailable, unknown, unprocessable};
use crate::cluster::calls::Method;
use crate::coordinator::{GroupReport, MemberReport};
use crate::kafka::backend::{OffsetQuery, OffsetSpec};
use crate::metadata::{BrokerId, CONSUMER_OFFSETS, MetadataImage};
use crate::node::Node;
use crate::node::pipeline::Pipeline;
use crate::raft::GroupId;

/// For a node that does not answer.
const WITHIN: Duration = Duration::from_secs(2);

/// What one node asks of another.
#[derive(Debug, Serialize, Deserialize)]
enum Call {
    /// All groups that it coordinates.
    List,
    /// One group that it coordinates.
    Describe(String),
    /// Set offsets of a group: topic, partition, offset.
    SetOffsets(String, Vec<(String, i32, i64)>),
    /// Delete a group.
    Delete(String),
    /// The log start offset and the high watermark of those of these partitions that it leads.
    Bounds(Vec<GroupId>),
}

/// The answer to a [`Call`].
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    Groups(Vec<GroupReport>),
    Changed,
    Bounds(Vec<(GroupId, i64, i64)>),
    /// A code of the Kafka protocol.
    Refused(i16),
}

/// Bounds of partitions, by their Raft group.
type Known = HashMap<GroupId, Bounds>;

impl Node {
    /// The groups of all coordinators that answer, with their lags.
    pub(in crate::node) async fn group_summaries(&self) -> Groups {
        let image = self.inner.metadata.image();
        let asked = image.brokers().keys().copied().map(|node| async move {
            let alive = self.inner.liveness.is_alive(node);
            (node, if alive { self.ask_about_groups(node, Call::List).await } else { None })
        });
        let (mut found, mut missing_nodes) = (Vec::new(), Vec::new());
        for (node, reply) in join_all(asked).await {
            match reply {
                Some(Reply::Groups(reports)) => {
                    found.extend(reports.into_iter().map(|report| (node, report)));
                }
                _ => missing_nodes.push(node),
            }
        }
        let bounds = self.bounds_of(&image, found.iter().map(|(_, report)| report)).await;
        let summary = |(node, report): &(BrokerId, GroupReport)| {
            summary(report, *node, &partitions(&image, report, &bounds))
        };
        let mut groups: Vec<GroupSummary> = found.iter().map(summary).collect();
        groups.sort_by(|a, b| a.group.cmp(&b.group));
        Groups { groups, missing_nodes }
    }

    pub(super) async fn group_detail(&self, group: &str) -> Result<GroupDetail, Problem> {
        let image = self.inner.metadata.image();
        let (coordinator, report) = self.group_report(group).await?;
        let bounds = self.bounds_of(&image, [&report]).await;
        let partitions = partitions(&image, &report, &bounds);
        Ok(GroupDetail {
            summary: summary(&report, coordinator, &partitions),
            protocol: report.protocol,
            members_detail: report.members.into_iter().map(member).collect(),
            partitions,
        })
    }

    pub(super) async fn reset(
        &self,
        group: String,
        request: ResetOffsetsRequest,
    ) -> Result<ResetOffsetsAnswer, Problem> {
        let ResetOffsetsRequest { topics, partitions, to, dry_run, .. } = request;
        let image = self.inner.metadata.image();
        let (coordinator, report) = self.group_report(&group).await?;
        require_empty(&report)?;
        let selected = selection(&image, &report, topics.as_deref(), partitions.as_deref(), to)?;
        let raft_groups: Vec<GroupId> = selected.iter().map(|s| s.group).collect();
        let bounds = self.gather_bounds(&raft_groups).await;
        let mut changes = Vec::with_capacity(selected.len());
        for one in selected {
            let name = format!("{}-{}", one.topic, one.partition);
            let Some(known) = bounds.get(&one.group).copied() else {
                let detail =
                    format!("the leader of {name} does not answer, so that the end of its log is not known");
                return Err(unavailable("leaderless", detail, "see GET /admin/health, and ask again"));
            };
            let found = match to {
                ResetTo::TimestampMs(time) => self.offset_at(&image, &one, time).await?,
                _ => None,
            };
            let Some(offset) = destination(to, one.committed, known, found) else {
                let detail =
                    format!("group '{group}' has not committed an offset of {name} that could be shifted");
                return Err(conflict(
                    "nothing_committed",
                    detail,
                    "reset it to earliest, latest or an offset",
                ));
            };
            changes.push(OffsetChange {
                topic: one.topic,
                partition: one.partition,
                from: one.committed,
                to: offset,
            });
        }
        if !dry_run && !changes.is_empty() {
            let offsets = changes.iter().map(|c| (c.topic.clone(), c.partition, c.to)).collect();
            self.change_group(coordinator, &group, Call::SetOffsets(group.clone(), offsets)).await?;
        }
        Ok(ResetOffsetsAnswer { group, changes })
    }

    pub(super) async fn delete_consumers(
        &self,
        group: String,
        dry_run: bool,
    ) -> Result<GroupAnswer, Problem> {
        let (coordinator, report) = self.group_report(&group).await?;
        require_empty(&report)?;
        let offsets = report.offsets.len();
        if dry_run {
            let message =
                format!("group '{group}' and its {offsets} offsets would be deleted, nothing was done");
            return Ok(GroupAnswer { group, message });
        }
        self.change_group(coordinator, &group, Call::Delete(group.clone())).await?;
        Ok(GroupAnswer { message: format!("group '{group}' and its {offsets} offsets were deleted"), group })
    }

    /// What the group's coordinator knows of it, and who that is.
    async fn group_report(&self, group: &str) -> Result<(BrokerId, GroupReport), Problem> {
        let image = self.inner.metadata.image();
        if image.topic(CONSUMER_OFFSETS).is_none() {
            return Err(self.unknown_group(group).await);
        }
        let coordinator = self.coordinator_of(&image, group).ok_or_else(no_coordinator)?;
        match self.ask_about_groups(coordinator, Call::Describe(group.to_owned())).await {
            Some(Reply::Groups(reports)) => match reports.into_iter().next() {
                Some(report) => Ok((coordinator, report)),
                None => Err(self.unknown_group(group).await),
            },
            _ => Err(no_coordinator()),
        }
    }

    fn coordinator_of(&self, image: &MetadataImage, group: &str) -> Option<BrokerId> {
        let index = self.inner.coordinator.partition_for(group)?;
        let partition = image.topic(CONSUMER_OFFSETS)?.partitions.get(index as usize)?;
        self.leadership(partition.group).map(|l| l.leader)
    }

    async fn unknown_group(&self, group: &str) -> Problem {
        let known = self.group_summaries().await;
        let names: Vec<&str> = known.groups.iter().map(|g| g.group.as_str()).collect();
        let detail = format!("group '{}' does not exist", shortened(group));
        unknown("unknown_group", detail, nearest(group, &names), "GET /admin/v1/groups")
    }

    async fn change_group(&self, coordinator: BrokerId, group: &str, call: Call) -> Result<(), Problem> {
        match self.ask_about_groups(coordinator, call).await {
            Some(Reply::Changed) => Ok(()),
            Some(Reply::Refused(code)) => match ResponseError::try_from_code(code) {
                Some(ResponseError::NonEmptyGroup | ResponseError::UnknownMemberId) => Err(not_empty(group)),
                Some(ResponseError::GroupIdNotFound) => Err(self.unknown_group(group).await),
                _ => Err(no_coordinator()),
            },
            _ => Err(no_coordinator()),
        }
    }

    /// The bounds of all partitions in which these groups have committed offsets.
    async fn bounds_of(
        &self,
        image: &MetadataImage,
        groups: impl IntoIterator<Item = &GroupReport>,
    ) -> Known {
        let offsets = groups.into_iter().flat_map(|g| &g.offsets);
        let read: BTreeSet<GroupId> =
            offsets.filter_map(|(topic, p, _)| raft_group(image, topic, *p)).collect();
        self.gather_bounds(&read.into_iter().collect::<Vec<_>>()).await
    }

    /// Asks each leader once about all that it leads.
    async fn gather_bounds(&self, groups: &[GroupId]) -> Known {
        let mut led: BTreeMap<BrokerId, Vec<GroupId>> = BTreeMap::new();
        for group in groups {
            if let Some(leadership) = self.leadership(*group) {
                led.entry(leadership.leader).or_default().push(*group);
            }
        }
        let asked =
            led.into_iter().map(|(leader, groups)| self.ask_about_groups(leader, Call::Bounds(groups)));
        let mut known = Known::new();
        for reply in join_all(asked).await {
            if let Some(Reply::Bounds(bounds)) = reply {
                let each = bounds.into_iter();
                known.extend(
                    each.map(|(group, log_start, high_watermark)| {
                        (group, Bounds { log_start, high_watermark })
                    }),
                );
            }
        }
        known
    }

    /// The offset of the first record at or after a time; nothing if there is none.
    async fn offset_at(
        &self,
        image: &MetadataImage,
        one: &Selected,
        time: i64,
    ) -> Result<Option<i64>, Problem> {
        let info = self.topic_info(topic_named(image, &one.topic)?);
        let query = OffsetQuery {
            partition: one.partition,
            spec: OffsetSpec::Timestamp(time),
            current_leader_epoch: None,
            read_committed: false,
        };
        match self.find_offset(&Pipeline::default(), &info, query).await {
            Ok(found) => Ok((found.offset >= 0).then_some(found.offset)),
            Err(e) => {
                let detail = format!("the offset in {}-{} was not found: {e}", one.topic, one.partition);
                Err(unavailable("leaderless", detail, "see GET /admin/health, and ask again"))
            }
        }
    }

    /// Asks a node, which may be this one. Nothing if it does not answer in time.
    async fn ask_about_groups(&self, node: BrokerId, call: Call) -> Option<Reply> {
        let answered = async {
            if node == self.id() {
                return Some(self.answer_group_call(call).await);
            }
            let header = serde_json::to_vec(&call).ok()?.into();
            let bytes = self.inner.caller.call(node, Method::Groups, header, Vec::new()).await.ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        tokio::time::timeout(WITHIN, answered).await.ok().flatten()
    }

    /// Another node asks.
    pub(in crate::node) async fn serve_group_call(&self, header: &[u8]) -> Result<Bytes, String> {
        let call: Call = serde_json::from_slice(header).map_err(|e| e.to_string())?;
        let reply = self.answer_group_call(call).await;
        serde_json::to_vec(&reply).map(Bytes::from).map_err(|e| e.to_string())
    }

    async fn answer_group_call(&self, call: Call) -> Reply {
        let coordinator = &self.inner.coordinator;
        let answered = match call {
            Call::List => coordinator.report().await.map(Reply::Groups),
            Call::Describe(group) => {
                coordinator.report_one(&group).await.map(|found| Reply::Groups(found.into_iter().collect()))
            }
            Call::SetOffsets(group, offsets) => {
                coordinator.set_offsets(group, offsets).await.map(|()| Reply::Changed)
            }
            Call::Delete(group) => coordinator.delete_group_named(group).await.map(|()| Reply::Changed),
            Call::Bounds(groups) => Ok(Reply::Bounds(self.bounds_here(&groups))),
        };
        answered.unwrap_or_else(|error| Reply::Refused(error.code()))
    }

    fn bounds_here(&self, groups: &[GroupId]) -> Vec<(GroupId, i64, i64)> {
        let here = groups.iter().filter_map(|group| {
            let partition = self.inner.partitions.get(*group)?;
            // A leader that has not caught up with its own term does not know the high watermark yet.
            partition.ready_term()?;
            let (log_start, high_watermark) = partition.bounds();
            Some((*group, log_start, high_watermark))
        });
        here.collect()
    }
}

/// A partition whose offset is reset.
struct Selected {
    topic: String,
    partition: i32,
    group: GroupId,
    committed: Option<i64>,
}

/// The partitions that a reset is about: those with an offset, or all of the topics that are named.
fn selection(
    image: &MetadataImage,
    report: &GroupReport,
    topics: Option<&[String]>,
    partitions: Option<&[i32]>,
    to: ResetTo,
) -> Result<Vec<Selected>, Problem> {
    let committed: BTreeMap<(&str, i32), i64> =
        report.offsets.iter().map(|(topic, p, offset)| ((topic.as_str(), *p), *offset)).collect();
    let asked: Vec<(&str, i32)> = match (topics, partitions) {
        (None, None) => {
            committed.keys().copied().filter(|(t, p)| raft_group(image, t, *p).is_some()).collect()
        }
        (Some([topic]), Some(partitions)) => partitions.iter().map(|p| (topic.as_str(), *p)).collect(),
        (_, Some(_)) => {
            let detail = "partitions belong to one topic, and not exactly one is named";
            return Err(unprocessable("invalid_request", detail, "name the topic in \"topics\""));
        }
        (Some(topics), None) => {
            let mut all = Vec::new();
            for topic in topics {
                let count = topic_named(image, topic)?.partitions.len();
                let each = (0i32..).take(count).map(|partition| (topic.as_str(), partition));
                // What was never committed cannot be shifted, and was not named either.
                let wanted =
                    |at: &(&str, i32)| !matches!(to, ResetTo::ShiftBy(_)) || committed.contains_key(at);
                all.extend(each.filter(wanted));
            }
            all
        }
    };
    let each_once: BTreeSet<(&str, i32)> = asked.into_iter().collect();
    let select = |(topic, partition): (&str, i32)| {
        let group = partition_named(image, topic, partition)?.group;
        let committed = committed.get(&(topic, partition)).copied();
        Ok(Selected { topic: topic.to_owned(), partition, group, committed })
    };
    each_once.into_iter().map(select).collect()
}

fn raft_group(image: &MetadataImage, topic: &str, partition: i32) -> Option<GroupId> {
    Some(image.topic(topic)?.partitions.get(usize::try_from(partition).ok()?)?.group)
}

fn partitions(image: &MetadataImage, report: &GroupReport, bounds: &Known) -> Vec<GroupPartition> {
    let reader = |topic: &str, partition: i32| {
        let reads = |m: &&MemberReport| m.assignment.iter().any(|(t, p)| t == topic && *p == partition);
        report.members.iter().find(reads).map(|m| m.member_id.clone())
    };
    let shown = report.offsets.iter().map(|(topic, partition, committed)| {
        let known = raft_group(image, topic, *partition).and_then(|group| bounds.get(&group));
        let high_watermark = known.map(|b| b.high_watermark);
        GroupPartition {
            topic: topic.clone(),
            partition: *partition,
            committed: *committed,
            high_watermark,
            lag: high_watermark.map(|end| lag(*committed, end)),
            member_id: reader(topic, *partition),
        }
    });
    shown.collect()
}

fn summary(report: &GroupReport, coordinator: BrokerId, partitions: &[GroupPartition]) -> GroupSummary {
    let (lag, max_lag) = lags(partitions);
    let topics: BTreeSet<&String> = partitions.iter().map(|p| &p.topic).collect();
    GroupSummary {
        group: report.group.clone(),
        state: report.state.clone(),
        coordinator,
        members: report.members.len() as u64,
        topics: topics.into_iter().cloned().collect(),
        lag,
        max_lag,
    }
}

fn member(member: MemberReport) -> GroupMember {
    let MemberReport { member_id, instance_id, client_id, host, assignment } = member;
    let assignment =
        assignment.into_iter().map(|(topic, partition)| format!("{topic}-{partition}")).collect();
    GroupMember { member_id, instance_id, client_id, host, assignment }
}

fn require_empty(report: &GroupReport) -> Result<(), Problem> {
    if report.members.is_empty() { Ok(()) } else { Err(not_empty(&report.group)) }
}

fn not_empty(group: &str) -> Problem {
    let detail = format!("group '{group}' has members");
    conflict(
        "group_not_empty",
        detail,
        "stop its consumers, wait until their sessions have ended, and ask again",
    )
}

fn no_coordinator() -> Problem {
    let detail = "the coordinator of the group does not answer";
    let hint = "see GET /admin/health for partitions of __consumer_offsets without a leader, and ask again";
    unavailable("coordinator_unavailable", detail, hint)
}
