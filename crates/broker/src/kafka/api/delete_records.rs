//! `DeleteRecords` (KIP-107): moves the start of partitions forward.

use std::sync::Arc;

use futures::{
    FutureExt,
    future::{Either, join_all, ready},
};
use kafka_protocol::{
    error::ResponseError,
    messages::{
        DeleteRecordsRequest, DeleteRecordsResponse,
        delete_records_request::DeleteRecordsPartition,
        delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult},
    },
};

use super::{
    super::{
        backend::{Backend, TopicInfo},
        request::Envelope,
        session::Session,
    },
    Pending, later, millis,
};

/// Stands for the high watermark.
const HIGH_WATERMARK: i64 = -1;

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: DeleteRecordsRequest,
) -> Pending {
    let timeout = millis(request.timeout_ms);
    let topics: Vec<_> = request
        .topics
        .into_iter()
        .map(|topic| {
            let found = session.node.topic(&topic.name);
            let partitions = topic.partitions.into_iter().map(|asked| {
                let (index, offset) = (asked.partition_index, asked.offset);
                let deleted = match check(found.clone(), &asked) {
                    Ok(topic) => Either::Left(session.node.delete_records(topic, index, offset, timeout)),
                    Err(error) => Either::Right(ready(Err(error))),
                };
                deleted.map(move |deleted| respond(index, deleted))
            });
            let name = topic.name;
            join_all(partitions).map(move |partitions| {
                DeleteRecordsTopicResult::default().with_name(name).with_partitions(partitions)
            })
        })
        .collect();
    later(envelope, join_all(topics).map(|topics| DeleteRecordsResponse::default().with_topics(topics)))
}

/// What can be told without asking the leader.
fn check(
    topic: Option<Arc<TopicInfo>>,
    asked: &DeleteRecordsPartition,
) -> Result<Arc<TopicInfo>, ResponseError> {
    let known = topic.filter(|topic| topic.partition(asked.partition_index).is_some());
    let topic = known.ok_or(ResponseError::UnknownTopicOrPartition)?;
    if topic.internal {
        return Err(ResponseError::InvalidTopicException);
    }
    if asked.offset < HIGH_WATERMARK {
        return Err(ResponseError::OffsetOutOfRange);
    }
    Ok(topic)
}

fn respond(index: i32, deleted: Result<i64, ResponseError>) -> DeleteRecordsPartitionResult {
    let (code, low_watermark) = match deleted {
        Ok(low_watermark) => (0, low_watermark),
        Err(error) => (error.code(), -1),
    };
    DeleteRecordsPartitionResult::default()
        .with_partition_index(index)
        .with_low_watermark(low_watermark)
        .with_error_code(code)
}
