use super::*;

const P: GroupId = 7;

/// What is told of so many batches that are out of sequence, one after the other.
fn told(pipeline: &Pipeline, batches: usize) -> Vec<bool> {
    (0..batches).map(|_| pipeline.tells_out_of_order(P)).collect()
}

#[test]
fn what_may_have_been_in_flight_when_the_leader_changed_is_sent_again() {
    assert_eq!(told(&Pipeline::default(), 5), [false; 5]);
}

#[test]
fn a_client_that_stays_out_of_sequence_is_told() {
    assert_eq!(told(&Pipeline::default(), 7), [false, false, false, false, false, true, true]);
}

#[test]
fn whatever_else_is_answered_explains_the_next_gap() {
    let pipeline = Pipeline::default();
    told(&pipeline, 7);
    pipeline.moves_on(P);
    assert_eq!(told(&pipeline, 5), [false; 5]);
}

#[test]
fn partitions_have_nothing_to_do_with_one_another() {
    let pipeline = Pipeline::default();
    told(&pipeline, 5);
    pipeline.moves_on(P + 1);
    assert!(!pipeline.tells_out_of_order(P + 1));
    assert!(pipeline.tells_out_of_order(P));
}

#[test]
fn nothing_is_kept_of_a_partition_where_all_is_well() {
    let pipeline = Pipeline::default();
    told(&pipeline, 3);
    pipeline.moves_on(P);
    assert!(pipeline.lines.lock().is_empty());
}

#[test]
fn a_request_is_passed_on_a_few_times_only() {
    let pipeline = Pipeline::default();
    let passed_on = (0..20).filter(|_| pipeline.may_detour(P)).count();
    pipeline.moves_on(P);
    assert_eq!(passed_on, DETOURS as usize);
    assert!(!pipeline.may_detour(P), "not even after a batch was appended");
}
