//! `ListPartitionReassignments`: nothing can be reassigned yet, so nothing is being reassigned.

use kafka_protocol::messages::{ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse};

use super::super::{answer::Answer, request::Envelope};

pub(super) fn answer(envelope: Envelope, _request: &ListPartitionReassignmentsRequest) -> Answer {
    Answer::encode(envelope, &ListPartitionReassignmentsResponse::default())
}
