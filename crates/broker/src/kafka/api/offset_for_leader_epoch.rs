//! `OffsetForLeaderEpoch` (KIP-101, KIP-320): where an epoch ends, so that a client notices truncation.

use futures::{
    FutureExt,
    future::{Either, join_all, ready},
};
use kafka_protocol::{
    error::ResponseError,
    messages::{
        OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse,
        offset_for_leader_epoch_response::{EpochEndOffset, OffsetForLeaderTopicResult},
    },
};

use super::{
    super::{
        backend::{Backend, EpochEnd},
        request::Envelope,
        session::Session,
    },
    Pending, epoch, later,
};

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: OffsetForLeaderEpochRequest,
) -> Pending {
    let topics: Vec<_> = request
        .topics
        .into_iter()
        .map(|topic| {
            let found = session.node.topic(&topic.topic);
            let partitions = topic.partitions.into_iter().map(|asked| {
                let end = match found.clone() {
                    Some(found) => Either::Left(session.node.offset_for_leader_epoch(
                        found,
                        asked.partition,
                        epoch(asked.current_leader_epoch),
                        asked.leader_epoch,
                    )),
                    None => Either::Right(ready(Err(ResponseError::UnknownTopicOrPartition))),
                };
                end.map(move |end| respond(asked.partition, end))
            });
            let name = topic.topic;
            join_all(partitions).map(move |partitions| {
                OffsetForLeaderTopicResult::default().with_topic(name).with_partitions(partitions)
            })
        })
        .collect();
    later(
        envelope,
        join_all(topics).map(|topics| OffsetForLeaderEpochResponse::default().with_topics(topics)),
    )
}

fn respond(partition: i32, end: Result<EpochEnd, ResponseError>) -> EpochEndOffset {
    let (code, end) = match end {
        Ok(end) => (0, end),
        Err(error) => (error.code(), EpochEnd { epoch: -1, end_offset: -1 }),
    };
    EpochEndOffset::default()
        .with_partition(partition)
        .with_error_code(code)
        .with_leader_epoch(end.epoch)
        .with_end_offset(end.end_offset)
}
