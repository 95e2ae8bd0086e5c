//! `CreatePartitions`.

use futures::FutureExt;
use kafka_protocol::messages::{
    CreatePartitionsRequest, CreatePartitionsResponse,
    create_partitions_response::CreatePartitionsTopicResult,
};

use super::{
    super::{
        backend::{Backend, MorePartitions},
        request::Envelope,
        session::Session,
    },
    Pending, failed, later, millis, next_result,
};

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: CreatePartitionsRequest,
) -> Pending {
    let names: Vec<_> = request.topics.iter().map(|topic| topic.name.clone()).collect();
    let topics = request
        .topics
        .into_iter()
        .map(|topic| MorePartitions {
            topic: topic.name.to_string(),
            count: topic.count,
            assignments: topic.assignments.map(|partitions| {
                let brokers = partitions.into_iter().map(|partition| partition.broker_ids);
                brokers.map(|ids| ids.into_iter().map(|id| id.0).collect()).collect()
            }),
        })
        .collect();
    let created = session.node.create_partitions(topics, request.validate_only, millis(request.timeout_ms));
    later(
        envelope,
        created.map(move |created| {
            let mut created = created.into_iter();
            let results = names.into_iter().map(|name| {
                let result = next_result(&mut created);
                let (code, message) = result.map_or_else(failed, |()| (0, None));
                CreatePartitionsTopicResult::default()
                    .with_name(name)
                    .with_error_code(code)
                    .with_error_message(message)
            });
            CreatePartitionsResponse::default().with_results(results.collect())
        }),
    )
}
