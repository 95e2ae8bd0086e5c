//! `ListOffsets`: the ends of a partition, or the first offset at a time.

use std::collections::HashSet;

use futures::{
    FutureExt,
    future::{Either, join_all, ready},
};
use kafka_protocol::{
    error::ResponseError,
    messages::{
        ListOffsetsRequest, ListOffsetsResponse,
        list_offsets_request::ListOffsetsPartition,
        list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
    },
};

use super::{
    super::{
        backend::{Backend, FoundOffset, OffsetQuery, OffsetSpec},
        request::Envelope,
        session::Session,
    },
    Pending, epoch, later,
};

const NOT_FOUND: FoundOffset = FoundOffset { timestamp: -1, offset: -1, leader_epoch: -1 };

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: ListOffsetsRequest,
) -> Pending {
    let version = envelope.version;
    let read_committed = request.isolation_level == 1;
    let mut seen = HashSet::new();
    let mut twice = HashSet::new();
    for topic in &request.topics {
        for partition in &topic.partitions {
            if !seen.insert((&*topic.name, partition.partition_index)) {
                twice.insert((topic.name.clone(), partition.partition_index));
            }
        }
    }
    drop(seen);
    let topics: Vec<_> = request
        .topics
        .into_iter()
        .map(|topic| {
            let found = session.node.topic(&topic.name);
            let name = topic.name;
            let partitions = topic.partitions.into_iter().map(|partition| {
                let index = partition.partition_index;
                let looked_up = if twice.contains(&(name.clone(), index)) {
                    Either::Right(ready(Err(ResponseError::InvalidRequest)))
                } else {
                    match (spec(version, partition.timestamp), found.clone()) {
                        (Err(answer), _) => Either::Right(ready(answer)),
                        (Ok(_), None) => Either::Right(ready(Err(ResponseError::UnknownTopicOrPartition))),
                        (Ok(spec), Some(found)) => {
                            let query = query(&partition, spec, read_committed);
                            Either::Left(session.node.list_offset(&session.conn, found, query))
                        }
                    }
                };
                looked_up.map(move |result| respond(version, index, result))
            });
            join_all(partitions).map(move |partitions| {
                ListOffsetsTopicResponse::default().with_name(name).with_partitions(partitions)
            })
        })
        .collect();
    later(envelope, join_all(topics).map(|topics| ListOffsetsResponse::default().with_topics(topics)))
}

fn query(partition: &ListOffsetsPartition, spec: OffsetSpec, read_committed: bool) -> OffsetQuery {
    OffsetQuery {
        partition: partition.partition_index,
        spec,
        current_leader_epoch: epoch(partition.current_leader_epoch),
        read_committed,
    }
}

/// What a timestamp asks for; the answer itself where none needs to be looked up.
fn spec(version: i16, timestamp: i64) -> Result<OffsetSpec, Result<FoundOffset, ResponseError>> {
    match timestamp {
        -1 => Ok(OffsetSpec::Latest),
        -2 => Ok(OffsetSpec::Earliest),
        -3 if version >= 7 => Ok(OffsetSpec::MaxTimestamp),
        // Nothing is tiered: the local log begins where the log begins, and the tier has no end.
        -4 if version >= 8 => Ok(OffsetSpec::Earliest),
        -5 if version >= 9 => Err(Ok(NOT_FOUND)),
        0.. => Ok(OffsetSpec::Timestamp(timestamp)),
        _ => Err(Err(ResponseError::UnsupportedVersion)),
    }
}

fn respond(
    version: i16,
    index: i32,
    result: Result<FoundOffset, ResponseError>,
) -> ListOffsetsPartitionResponse {
    /// The epoch of the offset is answered from this version on (KIP-320).
    const LEADER_EPOCH: i16 = 4;
    let (code, found) = match result {
        Ok(found) => (0, found),
        Err(error) => (error.code(), NOT_FOUND),
    };
    ListOffsetsPartitionResponse::default()
        .with_partition_index(index)
        .with_error_code(code)
        .with_timestamp(found.timestamp)
        .with_offset(found.offset)
        .with_leader_epoch(if version >= LEADER_EPOCH { found.leader_epoch } else { -1 })
}
