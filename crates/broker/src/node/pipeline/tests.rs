use super::Ending::{Appended, Failed, OutOfOrder};
use super::*;

const P: GroupId = 7;

/// Five batches in flight.
fn five(pipeline: &Pipeline) -> [Ticket; 5] {
    std::array::from_fn(|_| pipeline.begin(P))
}

#[test]
fn a_gap_that_the_client_made_is_told() {
    let pipeline = Pipeline::default();
    let [first, second, ..] = five(&pipeline);
    assert!(!pipeline.end(P, first, Appended));
    assert!(!pipeline.end(P, second, OutOfOrder));
}

#[test]
fn behind_a_batch_that_failed_nothing_in_flight_with_it_is_out_of_order() {
    let pipeline = Pipeline::default();
    let [first, rest @ ..] = five(&pipeline);
    pipeline.end(P, first, Failed);
    for ticket in rest {
        assert!(pipeline.end(P, ticket, OutOfOrder));
    }
    let next = pipeline.begin(P);
    assert!(!pipeline.end(P, next, OutOfOrder), "sent by who knows of the failure");
}

#[test]
fn what_waits_before_it_may_still_fail() {
    let pipeline = Pipeline::default();
    let [first, second, third, ..] = five(&pipeline);
    assert!(pipeline.end(P, third, OutOfOrder));
    assert!(!pipeline.end(P, first, OutOfOrder), "nothing is before the first");
    assert!(!pipeline.end(P, second, Appended));
}

#[test]
fn a_success_ends_the_time_of_excuses() {
    let pipeline = Pipeline::default();
    let [first, second, third, ..] = five(&pipeline);
    pipeline.end(P, first, Failed);
    pipeline.end(P, second, Appended);
    assert!(!pipeline.end(P, third, OutOfOrder));
}

#[test]
fn a_success_of_an_earlier_batch_does_not() {
    let pipeline = Pipeline::default();
    let [first, second, third, ..] = five(&pipeline);
    pipeline.end(P, second, Failed);
    pipeline.end(P, first, Appended);
    assert!(pipeline.end(P, third, OutOfOrder));
}

#[test]
fn partitions_have_nothing_to_do_with_one_another() {
    let pipeline = Pipeline::default();
    let (here, there) = (pipeline.begin(P), pipeline.begin(P + 1));
    pipeline.end(P, here, Failed);
    assert!(!pipeline.end(P + 1, there, OutOfOrder));
}

#[test]
fn nothing_is_kept_of_a_partition_that_is_at_rest() {
    let pipeline = Pipeline::default();
    for ticket in five(&pipeline) {
        pipeline.end(P, ticket, Appended);
    }
    assert!(pipeline.lines.lock().is_empty());
}

#[test]
fn hundreds_in_flight_are_more_than_is_watched_and_do_no_harm() {
    let pipeline = Pipeline::default();
    let tickets: Vec<_> = (0..300).map(|_| pipeline.begin(P)).collect();
    for ticket in &tickets[..290] {
        assert!(!pipeline.end(P, *ticket, Appended));
    }
    assert!(pipeline.end(P, tickets[299], OutOfOrder), "nine are unanswered before it");
}

#[test]
fn a_request_is_passed_on_a_few_times_only() {
    let pipeline = Pipeline::default();
    let passed_on = (0..20).filter(|_| pipeline.may_detour(P)).count();
    assert_eq!(passed_on, DETOURS as usize);
}
