//! What a correct client sends passes; nothing else makes the decoder panic or take memory.

use bytes::Bytes;
use kafka_protocol::messages::{ApiKey, RequestKind};
use proptest::prelude::*;

use super::{MAX_ELEMENTS, Malformed};
use crate::kafka::{
    request::Incoming,
    tests::samples::SAMPLES,
    versions::{SERVED, served},
};

fn decode(api: ApiKey, version: i16, body: &Bytes) -> bool {
    let mut rest = body.clone();
    RequestKind::decode(api, &mut rest, version).is_ok_and(|_| rest.is_empty())
}

#[test]
fn every_request_of_a_correct_client_passes_in_every_version() {
    for sample in SAMPLES.iter() {
        let checked = sample.served.schema.check(sample.version, &sample.body);
        assert!(checked.is_ok(), "{:?} v{}: {checked:?}", sample.served.api, sample.version);
        assert!(decode(sample.served.api, sample.version, &sample.body));
    }
}

#[test]
fn every_api_that_is_served_has_samples_and_a_schema_as_flexible_as_the_decoder_takes_it() {
    for served in SERVED {
        for version in served.min..=served.max {
            assert!(SAMPLES.iter().any(|s| s.served.api == served.api && s.version == version));
            let flexible = served.api.request_header_version(version) == 2;
            assert_eq!(served.schema.is_flexible(version), flexible, "{:?} v{version}", served.api);
        }
    }
}

#[test]
fn a_request_cut_short_anywhere_is_refused() {
    for sample in SAMPLES.iter() {
        for end in 0..sample.body.len() {
            let cut = sample.body.slice(..end);
            assert!(
                sample.served.schema.check(sample.version, &cut).is_err(),
                "{:?} at {end}",
                sample.served.api
            );
        }
    }
}

#[test]
fn five_bytes_cannot_ask_for_two_billion_topics() {
    let metadata = served(ApiKey::Metadata as i16).unwrap();
    let error = metadata.schema.check(0, &[0x7F, 0xFF, 0xFF, 0xFF, 0]).unwrap_err();
    assert_eq!(error, Malformed::Truncated { field: "topics", needed: 0x7FFF_FFFF, left: 1 });
    let error = metadata.schema.check(9, &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F]).unwrap_err();
    assert_eq!(error, Malformed::Truncated { field: "topics", needed: 0xFFFF_FFFE, left: 0 });
}

#[test]
fn a_frame_full_of_tiny_elements_is_refused() {
    let delete_groups = served(ApiKey::DeleteGroups as i16).unwrap();
    let count = MAX_ELEMENTS + 1;
    let mut body = count.to_be_bytes().to_vec();
    body.resize(4 + 2 * count as usize, 0);
    let error = delete_groups.schema.check(0, &body).unwrap_err();
    assert_eq!(error, Malformed::TooManyElements { limit: MAX_ELEMENTS });
}

#[test]
fn a_frame_full_of_partitions_that_each_have_an_answer_is_refused() {
    let elect_leaders = served(ApiKey::ElectLeaders as i16).unwrap();
    for (count, passes) in [(MAX_ELEMENTS - 1, true), (MAX_ELEMENTS, false)] {
        // One topic, which is an element too, of so many partitions; no timeout.
        let mut body = vec![0, 0, 0, 1, 0, 1, b'a'];
        body.extend(count.to_be_bytes());
        body.resize(body.len() + 4 * count as usize + 4, 0);
        let elements = elect_leaders.schema.check(0, &body);
        assert_eq!(
            elements,
            if passes { Ok(MAX_ELEMENTS) } else { Err(Malformed::TooManyElements { limit: MAX_ELEMENTS }) }
        );
    }
}

#[test]
fn lengths_below_null_and_varints_beyond_32_bits_are_refused() {
    let find = served(ApiKey::FindCoordinator as i16).unwrap();
    let error = find.schema.check(0, &[0xFF, 0xFE]).unwrap_err();
    assert_eq!(error, Malformed::BadLength { field: "key" });
    let error = find.schema.check(3, &[0xFF, 0xFF, 0xFF, 0xFF, 0x1F, 0, 0]).unwrap_err();
    assert_eq!(error, Malformed::BadLength { field: "key" });
}

#[test]
fn a_known_tag_that_lies_about_its_length_is_refused() {
    // Fetch 12: five fixed fields and a session, no topics, no forgotten ones, no rack, and tag 0
    // (cluster id) of an announced length that its content does not have.
    let fetch = served(ApiKey::Fetch as i16).unwrap();
    let mut body = vec![0; 4 + 4 + 4 + 4 + 1 + 4 + 4];
    body.extend([1, 1, 1]);
    body.extend([1, 0, 3, 2, b'x', 0]);
    assert_eq!(fetch.schema.check(12, &body).unwrap_err(), Malformed::BadTag { field: "cluster_id" });
}

fn any_served() -> impl Strategy<Value = (ApiKey, i16)> {
    prop::sample::select(SERVED).prop_flat_map(|served| (Just(served.api), served.min..=served.max))
}

/// A valid body with some of its bytes replaced, and cut off or extended.
fn mutated() -> impl Strategy<Value = (ApiKey, i16, Vec<u8>)> {
    let mutation =
        (any::<prop::sample::Index>(), prop_oneof![Just(0_u8), Just(0xFF), Just(0x7F), any::<u8>()]);
    let index = 0..SAMPLES.len();
    (index, prop::collection::vec(mutation, 1..6), prop::option::of(any::<prop::sample::Index>())).prop_map(
        |(index, mutations, cut)| {
            let sample = &SAMPLES[index];
            let mut body = sample.body.to_vec();
            body.push(0);
            for (at, byte) in mutations {
                let at = at.index(body.len());
                body[at] = byte;
            }
            let end = cut.map_or(body.len() - 1, |cut| cut.index(body.len()) + 1);
            body.truncate(end);
            (sample.served.api, sample.version, body)
        },
    )
}

/// Guard, then decoder: no panic, and no more elements than bytes.
fn survives(api: ApiKey, version: i16, body: Vec<u8>) {
    let body = Bytes::from(body);
    let served = served(api as i16).unwrap();
    if let Ok(elements) = served.schema.check(version, &body) {
        assert!(elements as usize <= body.len());
        let mut rest = body;
        if RequestKind::decode(api, &mut rest, version).is_ok() {
            // The guard and the decoder agree on where the request ends, hence on every length in it.
            assert!(rest.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn arbitrary_bodies_are_survived(
        (api, version) in any_served(),
        body in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(0xFF), any::<u8>()], 0..200),
    ) {
        survives(api, version, body);
    }

    #[test]
    fn mutated_requests_are_survived((api, version, body) in mutated()) {
        survives(api, version, body);
    }

    #[test]
    fn arbitrary_frames_are_survived(frame in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = Incoming::parse(Bytes::from(frame));
    }
}
