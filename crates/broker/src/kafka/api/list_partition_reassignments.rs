//! `ListPartitionReassignments` (KIP-455): which partitions are being moved, from where and to where.

use std::collections::HashSet;

use kafka_protocol::messages::{
    BrokerId, ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse, TopicName,
    list_partition_reassignments_request::ListPartitionReassignmentsTopics,
    list_partition_reassignments_response::{OngoingPartitionReassignment, OngoingTopicReassignment},
};

use super::{
    super::{
        answer::Answer,
        backend::{Backend, Reassignment},
        request::Envelope,
        session::Session,
    },
    text,
};

pub(super) fn answer<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: &ListPartitionReassignmentsRequest,
) -> Answer {
    let mut listed = session.node.list_reassignments();
    // Clients take what neither gains nor loses a replica for something that cannot be cancelled.
    listed.retain(Reassignment::is_in_progress);
    // Null asks for all.
    if let Some(topics) = &request.topics {
        let asked = asked(topics);
        listed.retain(|reassignment| asked.contains(&(&*reassignment.topic, reassignment.partition)));
    }
    let topics = listed.chunk_by(|one, next| one.topic == next.topic).map(respond_topic);
    Answer::encode(envelope, &ListPartitionReassignmentsResponse::default().with_topics(topics.collect()))
}

fn asked(topics: &[ListPartitionReassignmentsTopics]) -> HashSet<(&str, i32)> {
    let partitions =
        topics.iter().map(|topic| topic.partition_indexes.iter().map(|index| (&**topic.name, *index)));
    partitions.flatten().collect()
}

fn respond_topic(reassignments: &[Reassignment]) -> OngoingTopicReassignment {
    let name = reassignments.first().map(|first| TopicName(text(&*first.topic))).unwrap_or_default();
    OngoingTopicReassignment::default()
        .with_name(name)
        .with_partitions(reassignments.iter().map(respond_partition).collect())
}

fn respond_partition(reassignment: &Reassignment) -> OngoingPartitionReassignment {
    OngoingPartitionReassignment::default()
        .with_partition_index(reassignment.partition)
        .with_replicas(broker_ids(&reassignment.replicas))
        .with_adding_replicas(broker_ids(&reassignment.adding))
        .with_removing_replicas(broker_ids(&reassignment.removing))
}

fn broker_ids(ids: &[i32]) -> Vec<BrokerId> {
    ids.iter().map(|id| BrokerId(*id)).collect()
}
