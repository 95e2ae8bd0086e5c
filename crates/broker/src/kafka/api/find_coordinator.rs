//! `FindCoordinator`: which broker coordinates a group. One key below version 4, many from it on.

use futures::FutureExt;
use kafka_protocol::{
    error::ResponseError,
    messages::{
        BrokerId, FindCoordinatorRequest, FindCoordinatorResponse, find_coordinator_response::Coordinator,
    },
    protocol::StrBytes,
};

use super::{
    super::{
        answer::Answer,
        backend::{Backend, BrokerInfo, Failure},
        request::Envelope,
        session::Session,
    },
    Pending, failed, later, now, text,
};

/// Many keys per request from this version on (KIP-699).
const BATCHED: i16 = 4;
/// The key type of consumer groups.
const GROUP: i8 = 0;

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: FindCoordinatorRequest,
) -> Pending {
    let version = envelope.version;
    let keys = if version < BATCHED { vec![request.key] } else { request.coordinator_keys };
    if request.key_type != GROUP {
        let refusal = || Err(refuse(request.key_type));
        let found = keys.into_iter().map(|key| respond(key, refusal())).collect();
        return now(Answer::encode(envelope, &respond_all(version, found)));
    }
    let found = session.node.find_group_coordinators(keys.iter().map(ToString::to_string).collect());
    later(
        envelope,
        found.map(move |found| {
            let mut found = found.into_iter();
            let coordinators = keys.into_iter().map(|key| {
                let broker = found.next().unwrap_or_else(|| Err(ResponseError::UnknownServerError.into()));
                respond(key, broker)
            });
            respond_all(version, coordinators.collect())
        }),
    )
}

fn refuse(key_type: i8) -> Failure {
    let message = match key_type {
        1 => "transactions are not supported: produce without transactional.id".to_owned(),
        2 => "share groups are not supported: use a consumer group".to_owned(),
        other => format!("coordinator type {other} is not known"),
    };
    Failure::new(ResponseError::InvalidRequest, message)
}

fn respond(key: StrBytes, broker: Result<BrokerInfo, Failure>) -> Coordinator {
    let coordinator = Coordinator::default().with_key(key);
    match broker {
        Ok(broker) => coordinator
            .with_node_id(BrokerId(broker.id))
            .with_host(text(broker.host))
            .with_port(i32::from(broker.port)),
        Err(failure) => {
            let (code, message) = failed(failure);
            coordinator
                .with_error_code(code)
                .with_error_message(message)
                .with_node_id(BrokerId(-1))
                .with_port(-1)
        }
    }
}

fn respond_all(version: i16, coordinators: Vec<Coordinator>) -> FindCoordinatorResponse {
    /// Errors have words from this version on.
    const ERROR_MESSAGES: i16 = 1;
    let response = FindCoordinatorResponse::default();
    if version >= BATCHED {
        return response.with_coordinators(coordinators);
    }
    let Some(only) = coordinators.into_iter().next() else {
        return response.with_error_code(ResponseError::UnknownServerError.code());
    };
    response
        .with_error_code(only.error_code)
        .with_error_message(only.error_message.filter(|_| version >= ERROR_MESSAGES))
        .with_node_id(only.node_id)
        .with_host(only.host)
        .with_port(only.port)
}
