//! Groups as operators see them: members, what they were assigned, and what is committed.

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;
use serde::{Deserialize, Serialize};

use super::Coordinator;
use crate::coordinator::OffsetStore;
use crate::coordinator::group::Member;
use crate::coordinator::records::assigned_partitions;
use crate::coordinator::shard::Entry;

/// A group as its coordinator knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupReport {
    /// Its name.
    pub group: String,
    /// Kafka's name of its state.
    pub state: String,
    /// The assignment protocol; empty if the members have not agreed on one.
    pub protocol: String,
    /// Its members.
    pub members: Vec<MemberReport>,
    /// Committed offsets: topic, partition, offset; ordered.
    pub offsets: Vec<(String, i32, i64)>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberReport {
    /// Drawn by the coordinator.
    pub member_id: String,
    /// `group.instance.id`, if it is static.
    pub instance_id: Option<String>,
    /// `client.id`.
    pub client_id: String,
    /// Where it connects from.
    pub host: String,
    /// What it was assigned, as far as that can be read: topic and partition.
    pub assignment: Vec<(String, i32)>,
}

impl<S: OffsetStore> Coordinator<S> {
    /// The groups of every partition that this node leads.
    ///
    /// # Errors
    /// That of a partition whose groups cannot be loaded: some would be missing.
    pub async fn report(&self) -> Result<Vec<GroupReport>, ResponseError> {
        for partition in 0..self.store.partitions() {
            // All of them load at the same time, before the first is asked.
            self.leadership_changed(partition);
        }
        let mut groups = Vec::new();
        for partition in 0..self.store.partitions() {
            let told = self.ask(partition, |shard, answer| {
                let _ = answer.send(Ok(shard.groups().map(reported).collect::<Vec<_>>()));
            });
            match told.await {
                Ok(told) => groups.extend(told),
                Err(ResponseError::NotCoordinator) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(groups)
    }

    /// One group of a partition that this node leads; `None` if there is no such group.
    ///
    /// # Errors
    /// `NOT_COORDINATOR` and what else keeps the coordinator from knowing.
    pub async fn report_one(&self, group: &str) -> Result<Option<GroupReport>, ResponseError> {
        let id = StrBytes::from_string(group.to_owned());
        self.in_group(&id, |shard, id| Ok(shard.group(id).map(reported))).await
    }
}

fn reported(entry: &Entry) -> GroupReport {
    let group = &entry.group;
    let topics = entry.offsets.topics();
    let offsets = topics.flat_map(|(topic, of)| of.iter().map(|(p, at)| (topic.to_string(), *p, at.offset)));
    GroupReport {
        group: group.id().to_string(),
        state: group.state().name().to_owned(),
        protocol: group.protocol_name().map(ToString::to_string).unwrap_or_default(),
        members: group.members().iter().map(member).collect(),
        offsets: offsets.collect(),
    }
}

fn member(member: &Member) -> MemberReport {
    MemberReport {
        member_id: member.id.to_string(),
        instance_id: member.instance_id.as_ref().map(ToString::to_string),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        assignment: assignment(&member.assignment),
    }
}

/// Other protocols than `consumer` have assignments of their own: these are not shown.
fn assignment(bytes: &Bytes) -> Vec<(String, i32)> {
    let topics = assigned_partitions(bytes).unwrap_or_default();
    topics.into_iter().map(|(topic, partition)| (topic.to_string(), partition)).collect()
}
