//! Requests with a few bytes changed, through guard, decoder and handler: an answer or an error, never a
//! panic.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::ApiKey;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use super::{
    fake::{Fake, Node},
    samples::SAMPLES,
};
use crate::kafka::{answer::Answer, api, budget::Budget, request::Incoming, session::Session};

/// A frame whose body has some bytes replaced.
fn frame() -> impl Strategy<Value = Bytes> {
    let byte = prop_oneof![Just(0_u8), Just(1), Just(0xFF), Just(0x7F), any::<u8>()];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), byte), 0..4);
    (0..SAMPLES.len(), changes).prop_map(|(index, changes)| {
        let sample = &SAMPLES[index];
        let mut frame = BytesMut::new();
        frame.put_i16(sample.served.api as i16);
        frame.put_i16(sample.version);
        frame.put_i32(1);
        frame.put_i16(-1);
        if sample.served.schema.is_flexible(sample.version) {
            frame.put_u8(0);
        }
        let body = frame.len();
        frame.put_slice(&sample.body);
        for (at, byte) in changes.into_iter().filter(|_| !sample.body.is_empty()) {
            frame[body + at.index(sample.body.len())] = byte;
        }
        frame.freeze()
    })
}

async fn answer(frame: Bytes) -> Option<Answer> {
    let node = Arc::new(Node(Fake::new()));
    let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    // Stopping already: a fetch that would wait does not.
    let shutdown = CancellationToken::new();
    shutdown.cancel();
    let budget = Arc::new(Budget::new(1 << 20, 1 << 20));
    let mut session = Session::new(node, peer, budget, shutdown);
    let incoming = Incoming::parse(frame).ok()?;
    Some(api::start(&mut session, incoming).ok()?.await)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn a_request_with_changed_bytes_is_answered_or_refused(frame in frame()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let produce = frame.starts_with(&[0, ApiKey::Produce as u8]);
        match runtime.block_on(answer(frame)) {
            Some(Answer::Frame { pieces, .. }) => {
                let answer = pieces.concat();
                let length = i32::from_be_bytes(*answer.first_chunk().unwrap());
                prop_assert_eq!(length as usize, answer.len() - 4);
            }
            // Without acks. Elsewhere it would be a response that cannot be encoded.
            Some(Answer::Nothing | Answer::Close) => prop_assert!(produce),
            None => {}
        }
    }
}
