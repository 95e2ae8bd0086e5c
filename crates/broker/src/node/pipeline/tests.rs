use super::*;

const P: GroupId = 7;

/// One record of a producer.
fn batch(sequence: i32) -> Sequenced {
    Sequenced { producer_id: 1, epoch: 0, first: sequence, last: sequence }
}

/// What is told of so many batches that are out of sequence, one after the other.
fn told(pipeline: &Pipeline, batches: i32) -> Vec<bool> {
    (0..batches).map(|sequence| pipeline.tells_out_of_order(P, batch(sequence))).collect()
}

/// The batches that the producer insists on, of those that it sends: all are found to be out of sequence.
fn insisted_on(pipeline: &Pipeline, sent: &[i32]) -> Vec<i32> {
    let insists = |sequence: &&i32| {
        let insists = pipeline.arrives(P, &batch(**sequence));
        pipeline.tells_out_of_order(P, batch(**sequence));
        insists
    };
    sent.iter().filter(insists).copied().collect()
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
fn who_sends_a_batch_again_and_nothing_before_it_insists() {
    assert_eq!(insisted_on(&Pipeline::default(), &[7, 7]), [7]);
    assert_eq!(insisted_on(&Pipeline::default(), &[7, 8, 9, 7]), [7], "Java sends one, until it is answered");
    assert_eq!(
        insisted_on(&Pipeline::default(), &[7, 8, 9, 7, 8, 9]),
        [7],
        "others send all that were refused"
    );
}

#[test]
fn who_sends_what_is_before_it_does_not_insist() {
    let pipeline = Pipeline::default();
    assert!(insisted_on(&pipeline, &[1]).is_empty());
    assert!(!pipeline.arrives(P, &batch(0)));
    // Refused for another reason, or not answered yet: the one behind it has come in all the same.
    assert!(insisted_on(&pipeline, &[1]).is_empty());
    pipeline.moves_on(P);
    assert!(insisted_on(&pipeline, &[1]).is_empty());
}

#[test]
fn one_producer_does_not_insist_for_another() {
    for other in [Sequenced { producer_id: 2, ..batch(7) }, Sequenced { epoch: 1, ..batch(7) }] {
        let pipeline = Pipeline::default();
        pipeline.tells_out_of_order(P, batch(7));
        assert!(!pipeline.arrives(P, &other));
        assert!(!pipeline.arrives(P + 1, &batch(7)));
    }
}

#[test]
fn partitions_have_nothing_to_do_with_one_another() {
    let pipeline = Pipeline::default();
    told(&pipeline, 5);
    pipeline.moves_on(P + 1);
    assert!(!pipeline.tells_out_of_order(P + 1, batch(0)));
    assert!(pipeline.tells_out_of_order(P, batch(5)));
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
