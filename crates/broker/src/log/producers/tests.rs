use super::*;

fn batch(epoch: i16, first: i32, last: i32) -> Sequenced {
    Sequenced { producer_id: 1, epoch, first, last }
}

/// A producer that has written `batches`, at offsets 100, 101, ….
fn after(batches: &[Sequenced]) -> Producers {
    let mut producers = Producers::default();
    for (offset, batch) in (100..).zip(batches) {
        producers.record(batch, offset, 1_000);
    }
    producers
}

#[test]
fn a_producer_that_is_not_known_begins_at_zero_or_has_to_insist() {
    let producers = Producers::default();
    assert_eq!(producers.check(&batch(3, 0, 76)), Verdict::Accept);
    assert_eq!(producers.check(&batch(3, 77, 80)), Verdict::UnknownProducer);
}

#[test]
fn where_a_producer_insisted_to_begin_it_goes_on() {
    let mut producers = Producers::default();
    assert!(producers.record(&batch(3, 77, 80), 100, 1_000));
    assert_eq!(producers.check(&batch(3, 81, 81)), Verdict::Accept);
    assert_eq!(producers.check(&batch(3, 0, 76)), Verdict::OutOfOrder { expected: 81 });
}

#[test]
fn sequences_must_follow_one_another() {
    let producers = after(&[batch(0, 0, 4)]);
    assert_eq!(producers.check(&batch(0, 5, 5)), Verdict::Accept);
    assert_eq!(producers.check(&batch(0, 6, 6)), Verdict::OutOfOrder { expected: 5 });
    assert_eq!(producers.check(&batch(0, 3, 4)), Verdict::OutOfOrder { expected: 5 });
}

#[test]
fn sequences_wrap_behind_the_greatest() {
    let producers = after(&[batch(0, i32::MAX - 1, i32::MAX)]);
    assert_eq!(producers.check(&batch(0, 0, 2)), Verdict::Accept);
    assert_eq!(producers.check(&batch(0, 1, 2)), Verdict::OutOfOrder { expected: 0 });
}

#[test]
fn the_last_five_batches_are_known_again() {
    let written: Vec<_> = (0..6).map(|sequence| batch(0, sequence, sequence)).collect();
    let producers = after(&written);
    for sequence in 1..6 {
        let verdict = Verdict::Duplicate { base_offset: 100 + i64::from(sequence), timestamp: 1_000 };
        assert_eq!(producers.check(&batch(0, sequence, sequence)), verdict);
    }
    assert_eq!(producers.check(&batch(0, 0, 0)), Verdict::OutOfOrder { expected: 6 });
}

#[test]
fn a_new_epoch_begins_at_zero_and_fences_the_old_one() {
    let mut producers = after(&[batch(0, 0, 4)]);
    assert_eq!(producers.check(&batch(1, 5, 5)), Verdict::OutOfOrder { expected: 0 });
    assert_eq!(producers.check(&batch(1, 0, 0)), Verdict::Accept);
    assert!(producers.record(&batch(1, 0, 0), 105, 1_000));
    assert_eq!(producers.check(&batch(0, 5, 5)), Verdict::Fenced { epoch: 1 });
    assert_eq!(producers.check(&batch(0, 0, 4)), Verdict::Fenced { epoch: 1 }, "even a repeated one");
}

#[test]
fn a_violation_in_the_log_is_noticed_and_leaves_a_defined_state() {
    let mut producers = after(&[batch(1, 0, 4)]);
    let before = producers.clone();
    assert!(!producers.record(&batch(1, 0, 4), 105, 1_000));
    assert!(!producers.record(&batch(0, 5, 5), 106, 1_000));
    assert_eq!(producers, before);
    assert!(!producers.record(&batch(1, 9, 9), 107, 1_000));
    assert_eq!(producers.check(&batch(1, 10, 10)), Verdict::Accept);
}

/// Producer 2 writes one batch at each of these times.
fn pass(producers: &mut Producers, times: impl Iterator<Item = i64>) {
    for (sequence, time) in (0..).zip(times) {
        let batch = Sequenced { producer_id: 2, epoch: 0, first: sequence, last: sequence };
        producers.record(&batch, 1_000 + i64::from(sequence), time);
    }
}

#[test]
fn producers_expire_by_the_time_of_the_log() {
    let mut producers = after(&[batch(0, 0, 0)]);
    let minutes = |range: std::ops::Range<i64>| range.map(|minute| 1_000 + minute * 60_000);
    pass(&mut producers, minutes(0..24 * 60 - 1));
    assert!(producers.get(1).is_some());
    pass(&mut producers, minutes(24 * 60 - 1..24 * 60 + 20));
    assert!(producers.get(1).is_none());
    assert!(producers.get(2).is_some());
}

#[test]
fn one_timestamp_from_a_broken_clock_expires_nobody() {
    let mut producers = after(&[batch(0, 0, 0)]);
    pass(&mut producers, [i64::MAX, i64::MIN, -1, 0].into_iter());
    assert_eq!(producers.len(), 2);
}

#[test]
fn the_number_of_producers_is_bounded_and_the_idle_go_first() {
    let mut producers = Producers::default();
    for id in 0..2 * MAX_PRODUCERS as i64 {
        let batch = Sequenced { producer_id: id, epoch: 0, first: 0, last: 0 };
        producers.record(&batch, id, 1_000);
        assert!(producers.len() <= MAX_PRODUCERS);
        assert!(producers.get(id).is_some());
    }
    assert!(producers.len() > MAX_PRODUCERS / 2);
    assert!(producers.get(0).is_none());
    let goes_on = Sequenced { producer_id: 0, epoch: 0, first: 1, last: 1 };
    assert_eq!(producers.check(&goes_on), Verdict::Accept, "one of many that were forgotten");
}
