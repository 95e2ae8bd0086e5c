//! `AlterPartitionReassignments` (KIP-455): starts moving partitions to other brokers, or cancels that.

use futures::FutureExt;
use kafka_protocol::messages::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse,
    alter_partition_reassignments_response::{ReassignablePartitionResponse, ReassignableTopicResponse},
};

use super::{
    super::{
        backend::{Backend, Failure, Reassign},
        request::Envelope,
        session::Session,
    },
    Pending, failed, later, millis, next_result, unknown_partition,
};

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: AlterPartitionReassignmentsRequest,
) -> Pending {
    // Version 0 cannot forbid it, and is decoded so.
    let may_change_factor = request.allow_replication_factor_change;
    let mut changes = Vec::new();
    let mut checked = Vec::with_capacity(request.topics.len());
    for topic in request.topics {
        let found = session.node.topic(&topic.name);
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for asked in topic.partitions {
            let partition = asked.partition_index;
            let known = found.clone().filter(|topic| topic.partition(partition).is_some());
            let result = known.ok_or_else(unknown_partition).map(|topic| {
                let replicas = asked.replicas.map(|ids| ids.into_iter().map(|id| id.0).collect());
                changes.push(Reassign { topic, partition, replicas });
            });
            partitions.push((partition, result));
        }
        checked.push((topic.name, partitions));
    }
    let altered = session.node.alter_reassignments(changes, may_change_factor, millis(request.timeout_ms));
    later(
        envelope,
        altered.map(move |altered| {
            let mut altered = altered.into_iter();
            let responses = checked.into_iter().map(|(name, partitions)| {
                let partitions = partitions.into_iter().map(|(partition, result)| {
                    respond(partition, result.and_then(|()| next_result(&mut altered)))
                });
                let partitions = partitions.collect();
                ReassignableTopicResponse::default().with_name(name).with_partitions(partitions)
            });
            AlterPartitionReassignmentsResponse::default()
                .with_allow_replication_factor_change(may_change_factor)
                .with_responses(responses.collect())
        }),
    )
}

fn respond(partition: i32, result: Result<(), Failure>) -> ReassignablePartitionResponse {
    let (code, message) = result.map_or_else(failed, |()| (0, None));
    ReassignablePartitionResponse::default()
        .with_partition_index(partition)
        .with_error_code(code)
        .with_error_message(message)
}
