//! `InitProducerId` for idempotent producers. Transactions are refused: they are not there yet.

use futures::FutureExt;
use kafka_protocol::{
    error::ResponseError,
    messages::{InitProducerIdRequest, InitProducerIdResponse, ProducerId},
};

use super::{
    super::{
        answer::Answer,
        backend::{Backend, ProducerIdentity},
        request::Envelope,
        session::Session,
    },
    Pending, later, now,
};

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: &InitProducerIdRequest,
) -> Pending {
    if request.transactional_id.is_some() {
        return now(Answer::encode(envelope, &respond(Err(ResponseError::InvalidRequest))));
    }
    // An idempotent producer that comes back with an old id gets a new one, as in Kafka.
    later(envelope, session.node.init_producer_id().map(respond))
}

fn respond(identity: Result<ProducerIdentity, ResponseError>) -> InitProducerIdResponse {
    match identity {
        Ok(identity) => InitProducerIdResponse::default()
            .with_producer_id(ProducerId(identity.id))
            .with_producer_epoch(identity.epoch),
        Err(error) => InitProducerIdResponse::default()
            .with_error_code(error.code())
            .with_producer_id(ProducerId(-1))
            .with_producer_epoch(-1),
    }
}
