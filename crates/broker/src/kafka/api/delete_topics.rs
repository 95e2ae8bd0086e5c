//! `DeleteTopics`, by name or, from version 6 on, by id.

use futures::FutureExt;
use kafka_protocol::{
    error::ResponseError,
    messages::{
        DeleteTopicsRequest, DeleteTopicsResponse, TopicName, delete_topics_request::DeleteTopicState,
        delete_topics_response::DeletableTopicResult,
    },
};

use super::{
    super::{
        backend::{Backend, DeletedTopic, Failure, TopicRef},
        request::Envelope,
        session::Session,
    },
    Pending, failed, later, millis, next_result, text,
};

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: DeleteTopicsRequest,
) -> Pending {
    let version = envelope.version;
    let by_name =
        request.topic_names.into_iter().map(|name| DeleteTopicState::default().with_name(Some(name)));
    let asked: Vec<DeleteTopicState> = by_name.chain(request.topics).collect();
    let refs: Vec<Result<TopicRef, Failure>> = asked.iter().map(topic_ref).collect();
    let sound = refs.iter().filter_map(|topic| topic.as_ref().ok().cloned()).collect();
    let deleted = session.node.delete_topics(sound, millis(request.timeout_ms));
    later(
        envelope,
        deleted.map(move |deleted| {
            let mut deleted = deleted.into_iter();
            let results = asked.into_iter().zip(refs).map(|(asked, topic)| {
                let result = topic.and_then(|_| next_result(&mut deleted));
                respond(version, asked, result)
            });
            DeleteTopicsResponse::default().with_responses(results.collect())
        }),
    )
}

fn topic_ref(asked: &DeleteTopicState) -> Result<TopicRef, Failure> {
    match (&asked.name, asked.topic_id.is_nil()) {
        (Some(name), true) => Ok(TopicRef::Name(name.to_string())),
        (None, false) => Ok(TopicRef::Id(asked.topic_id)),
        _ => Err(Failure::new(ResponseError::InvalidRequest, "name each topic either by name or by id")),
    }
}

fn respond(
    version: i16,
    asked: DeleteTopicState,
    result: Result<DeletedTopic, Failure>,
) -> DeletableTopicResult {
    /// Errors have words from this version on.
    const ERROR_MESSAGES: i16 = 5;
    /// Topics may be answered without a name from this version on.
    const NULL_NAMES: i16 = 6;
    match result {
        Ok(deleted) => DeletableTopicResult::default()
            .with_name(Some(TopicName(text(deleted.name))))
            .with_topic_id(deleted.id),
        Err(failure) => {
            let (code, message) = failed(failure);
            let name = if version < NULL_NAMES { Some(asked.name.unwrap_or_default()) } else { asked.name };
            DeletableTopicResult::default()
                .with_name(name)
                .with_topic_id(asked.topic_id)
                .with_error_code(code)
                .with_error_message(message.filter(|_| version >= ERROR_MESSAGES))
        }
    }
}
