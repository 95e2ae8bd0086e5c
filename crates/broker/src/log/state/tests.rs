//! What follows from a log, told as logs.

use proptest::prelude::*;

use super::*;
use crate::log::{BatchBuilder, Sequenced, Verdict};

fn batch(timestamps: &[i64], producer: Option<Sequenced>) -> Bytes {
    let mut builder = BatchBuilder::new();
    for timestamp in timestamps {
        builder.push(*timestamp, None, Some(b"value"));
    }
    let mut batch = BytesMut::from(&builder.finish().unwrap()[..]);
    if let Some(producer) = producer {
        batch[43..51].copy_from_slice(&producer.producer_id.to_be_bytes());
        batch[51..53].copy_from_slice(&producer.epoch.to_be_bytes());
        batch[53..57].copy_from_slice(&producer.first.to_be_bytes());
    }
    batch.freeze()
}

fn at(term: u64, index: u64) -> Position {
    Position { term, leader: 7, index }
}

fn entry<B>(position: Position, base: i64, count: u64, body: &[B]) -> AppliedEntry<'_, B> {
    AppliedEntry { position, base, count, body }
}

#[test]
fn applying_an_entry_advances_everything() {
    let producer = Sequenced { producer_id: 5, epoch: 0, first: 0, last: 1 };
    let body = [batch(&[10, 20], Some(producer)), batch(&[15], None)];
    let mut state = PartitionState::new();
    state.advance(at(2, 1)).unwrap();
    assert_eq!(state.apply(&entry(at(2, 2), 0, 3, &body)), Ok(0));
    assert_eq!((state.high_watermark(), state.log_start_offset()), (3, 0));
    assert_eq!(state.applied(), at(2, 2));
    assert_eq!(state.epochs().end_offset_for(2, 3), Some((2, 3)));
    assert_eq!(state.times().newest(), Some((20, 0)));
    let verdict = Verdict::Duplicate { base_offset: 0, timestamp: 20 };
    assert_eq!(state.producers().check(&producer), verdict);
}

#[test]
fn how_a_body_is_cut_into_pieces_does_not_matter() {
    let parts = [batch(&[10, 20], None), batch(&[15], None)];
    let (mut pieces, mut whole) = (PartitionState::new(), PartitionState::new());
    pieces.apply(&entry(at(1, 1), 0, 3, &parts)).unwrap();
    whole.apply(&entry(at(1, 1), 0, 3, &[parts.concat()])).unwrap();
    assert_eq!(pieces, whole);
}

#[test]
fn an_entry_that_does_not_fit_changes_nothing() {
    let body = [batch(&[10, 20], None)];
    let mut state = PartitionState::new();
    state.apply(&entry(at(1, 1), 0, 2, &body)).unwrap();
    let before = state.clone();

    let again = state.apply(&entry(at(1, 1), 2, 2, &body));
    assert_eq!(again, Err(ApplyError::NotNext { index: 1, applied: 1 }));
    let gap = state.apply(&entry(at(1, 2), 3, 2, &body));
    assert_eq!(gap, Err(ApplyError::Offset { index: 2, base: 3, end: 2 }));
    let short = state.apply(&entry(at(1, 2), 2, 3, &body));
    assert_eq!(short, Err(ApplyError::Count { index: 2, claimed: 3, found: 2 }));
    let torn = state.apply(&entry(at(1, 2), 2, 2, &[&body[0][..70]]));
    assert!(matches!(torn, Err(ApplyError::Batch { index: 2, .. })));
    assert_eq!(state, before);
}

#[test]
fn a_duplicate_that_reached_the_log_is_counted() {
    let producer = Sequenced { producer_id: 5, epoch: 0, first: 0, last: 0 };
    let body = [batch(&[10], Some(producer))];
    let mut state = PartitionState::new();
    assert_eq!(state.apply(&entry(at(1, 1), 0, 1, &body)), Ok(0));
    assert_eq!(state.apply(&entry(at(2, 2), 1, 1, &body)), Ok(1));
    assert_eq!((state.high_watermark(), state.out_of_sequence()), (2, 1));
}

#[test]
fn the_log_start_goes_forward_only_and_not_behind_the_high_watermark() {
    let mut state = PartitionState::new();
    state.apply(&entry(at(1, 1), 0, 2, &[batch(&[10, 20], None)])).unwrap();
    assert_eq!(state.advance_log_start(1), 1);
    assert_eq!(state.advance_log_start(0), 1);
    assert_eq!(state.advance_log_start(99), 2);
    assert_eq!(state.times().newest(), None);
    assert_eq!(state.epochs().end_offset_for(1, 2), Some((1, 2)));
}

#[test]
fn a_control_entry_moves_the_log_start_and_takes_up_no_offset() {
    let mut state = PartitionState::new();
    state.apply(&entry(at(1, 1), 0, 2, &[batch(&[10, 20], None)])).unwrap();
    assert_eq!(state.control(at(2, 2), &Control::LogStart(1).encode()), Ok(1));
    assert_eq!((state.log_start_offset(), state.high_watermark(), state.applied()), (1, 2, at(2, 2)));
    assert_eq!(state.epochs().end_offset_for(1, 2), Some((1, 2)), "it begins an epoch like any entry");
    assert_eq!(state.control(at(2, 3), &Control::LogStart(0).encode()), Ok(1), "never back");
    state.apply(&entry(at(2, 4), 2, 1, &[batch(&[30], None)])).unwrap();
    assert_eq!((state.log_start_offset(), state.high_watermark()), (1, 3));
}

#[test]
fn a_control_entry_that_is_not_understood_changes_nothing() {
    let mut state = PartitionState::new();
    state.apply(&entry(at(1, 1), 0, 2, &[batch(&[10, 20], None)])).unwrap();
    let before = state.clone();
    let unknown = state.control(at(1, 2), &[9, 9]).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "entry 2 cannot be applied: control entries of kind 9 are not known to this version: upgrade this node"
    );
    let again = state.control(at(1, 1), &Control::LogStart(1).encode());
    assert_eq!(again, Err(ApplyError::NotNext { index: 1, applied: 1 }));
    assert_eq!(state, before);
}

/// What version 1 wrote: three records, two stretches, of which the second has 100 bytes.
fn state_of_version_1() -> Vec<u8> {
    let mut out = BytesMut::new();
    let unsigned = |out: &mut BytesMut, values: &[u64]| values.iter().for_each(|value| put_u64(out, *value));
    let signed = |out: &mut BytesMut, values: &[i64]| values.iter().for_each(|value| put_i64(out, *value));
    out.put_u8(1);
    unsigned(&mut out, &[2, 0, 4]); // position
    signed(&mut out, &[0, 3]); // log start and end
    unsigned(&mut out, &[0, 1]); // batches out of sequence, number of epochs
    signed(&mut out, &[2, 0]); // epoch and where it begins
    signed(&mut out, &[0, 0]); // clocks of the producers
    unsigned(&mut out, &[0, 64 << 10, 100, 2]); // producers; size of stretches, of the last, their number
    signed(&mut out, &[0, 10, 0, 2, 10, 0]); // start, newest, its batch: each relative
    out.to_vec()
}

#[test]
fn a_state_of_version_1_is_read_with_stretches_as_small_as_they_can_be() {
    let state = PartitionState::decode(&state_of_version_1()).unwrap();
    assert_eq!((state.applied().index, state.log_start_offset(), state.high_watermark()), (4, 0, 3));
    let stretches: Vec<_> = state.times().spans(3).map(|s| (s.end, s.newest, s.bytes)).collect();
    assert_eq!(stretches, [(2, Some(10), 64 << 10), (3, Some(20), 100)]);
    let encoded = state.encode();
    assert_eq!(encoded[0], 2);
    assert_eq!(PartitionState::decode(&encoded), Ok(state));
}

#[derive(Debug, Clone)]
struct Given {
    term_step: u64,
    timestamps: Vec<i64>,
    producer: Option<(i64, i16, i32)>,
    log_start: Option<i64>,
}

fn any_given() -> impl Strategy<Value = Given> {
    let producer = proptest::option::of((0i64..4, 0i16..3, 0i32..4));
    (
        0u64..2,
        proptest::collection::vec(-1i64..1 << 42, 0..5),
        producer,
        proptest::option::weighted(0.1, 0i64..99),
    )
        .prop_map(|(term_step, timestamps, producer, log_start)| Given {
            term_step,
            timestamps,
            producer,
            log_start,
        })
}

fn state_of(history: &[Given]) -> PartitionState {
    let (mut state, mut term) = (PartitionState::new(), 1);
    for (index, given) in (1..).zip(history) {
        term += given.term_step;
        let count = given.timestamps.len();
        if count == 0 {
            state.advance(at(term, index)).unwrap();
            continue;
        }
        let last = count as i32 - 1;
        let producer = given.producer.map(|(producer_id, epoch, first)| Sequenced {
            producer_id,
            epoch,
            first,
            last: first + last,
        });
        let body = [batch(&given.timestamps, producer)];
        state.apply(&entry(at(term, index), state.high_watermark(), count as u64, &body)).unwrap();
        if let Some(offset) = given.log_start {
            state.advance_log_start(offset);
        }
    }
    state
}

proptest! {
    #[test]
    fn a_state_survives_its_encoding(history in proptest::collection::vec(any_given(), 0..60)) {
        let state = state_of(&history);
        let encoded = state.encode();
        prop_assert_eq!(PartitionState::decode(&encoded), Ok(state.clone()));
        prop_assert_eq!(state_of(&history).encode(), encoded, "equal states give equal bytes");
    }

    #[test]
    fn an_encoding_is_refused_unless_it_is_whole(history in proptest::collection::vec(any_given(), 0..10)) {
        let encoded = state_of(&history).encode();
        prop_assert!(PartitionState::decode(&[&encoded[..], &[0]].concat()).is_err());
        for length in 0..encoded.len() {
            prop_assert!(PartitionState::decode(&encoded[..length]).is_err());
        }
    }

    #[test]
    fn damaged_encodings_never_panic(
        history in proptest::collection::vec(any_given(), 0..20),
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut encoded = state_of(&history).encode().to_vec();
        for (at, byte) in hits {
            let at = at.index(encoded.len());
            encoded[at] = byte;
        }
        if let Ok(mut state) = PartitionState::decode(&encoded) {
            let _ = state.encode();
            let end = state.high_watermark();
            let position = Position { index: state.applied().index.saturating_add(1), ..state.applied() };
            let _ = state.apply(&entry(position, end, 1, &[batch(&[5], None)]));
            let _ = (state.times().find(0, end), state.times().newest(), state.advance_log_start(end - 1));
        }
    }

    #[test]
    fn arbitrary_bytes_are_no_state(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = PartitionState::decode(&bytes);
    }
}
