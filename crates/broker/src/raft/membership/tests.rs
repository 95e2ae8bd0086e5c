use super::*;

fn id(broker: i32) -> RaftNodeId {
    RaftNodeId::new(broker, 1)
}

fn ids(brokers: &[i32]) -> BTreeSet<RaftNodeId> {
    brokers.iter().map(|b| id(*b)).collect()
}

fn members(voters: &[i32], learners: &[i32]) -> Members {
    Members { voter_sets: vec![ids(voters)], learners: ids(learners), committed: true }
}

/// The step of leader 1, when all but `behind` have caught up.
fn step_of(me: i32, members: &Members, goal: &[i32], behind: &[i32]) -> Step {
    let voters: Vec<_> = goal.iter().map(|b| id(*b)).collect();
    let goal = Goal { voters: &voters, learners: &BTreeSet::new(), min_in_sync: 2 };
    next_step(id(me), members, &goal, |r| !behind.contains(&r.broker()))
}

#[test]
fn a_newcomer_learns_then_catches_up_then_votes() {
    let goal = [1, 2, 4];
    assert_eq!(step_of(1, &members(&[1, 2, 3], &[]), &goal, &[4]), Step::AddLearners(ids(&[4])));
    assert_eq!(step_of(1, &members(&[1, 2, 3], &[4]), &goal, &[4]), Step::Await(ids(&[4])));
    assert_eq!(step_of(1, &members(&[1, 2, 3], &[4]), &goal, &[]), Step::ChangeVoters(ids(&[1, 2, 4])));
    assert_eq!(step_of(1, &members(&[1, 2, 4], &[]), &goal, &[]), Step::Done);
}

#[test]
fn a_leader_that_shall_leave_hands_over_first_and_to_the_preferred_one() {
    assert_eq!(step_of(1, &members(&[1, 2, 3], &[4]), &[3, 2, 4], &[]), Step::HandOver(vec![id(3), id(2)]));
    assert_eq!(step_of(1, &members(&[1, 2, 3], &[4]), &[3, 2, 4], &[3]), Step::HandOver(vec![id(2)]));
}

#[test]
fn when_nobody_stays_the_newcomers_vote_beside_the_others_before_one_of_them_leads() {
    assert_eq!(step_of(1, &members(&[1], &[2]), &[2], &[]), Step::ChangeVoters(ids(&[1, 2])));
    assert_eq!(step_of(1, &members(&[1, 2], &[]), &[2], &[]), Step::HandOver(vec![id(2)]));
    assert_eq!(step_of(2, &members(&[1, 2], &[]), &[2], &[]), Step::ChangeVoters(ids(&[2])));
}

#[test]
fn a_joint_change_that_another_leader_left_is_finished() {
    let joint = Members { voter_sets: vec![ids(&[1, 2, 3]), ids(&[1, 2, 4])], ..Members::default() };
    assert_eq!(step_of(2, &joint, &[1, 2, 4], &[]), Step::ChangeVoters(ids(&[1, 2, 4])));
}

#[test]
fn a_cancelled_change_goes_back_and_drops_what_was_added() {
    let joint = Members { voter_sets: vec![ids(&[1, 2, 3]), ids(&[1, 2, 4])], ..Members::default() };
    assert_eq!(step_of(1, &joint, &[1, 2, 3], &[]), Step::ChangeVoters(ids(&[1, 2, 3])));
    assert_eq!(step_of(1, &members(&[1, 2, 3], &[4]), &[1, 2, 3], &[]), Step::DropLearners(ids(&[4])));
}

#[test]
fn a_change_that_is_not_committed_is_not_done() {
    let open = Members { committed: false, ..members(&[1, 2, 4], &[]) };
    assert_eq!(step_of(1, &open, &[1, 2, 4], &[]), Step::ChangeVoters(ids(&[1, 2, 4])));
}

#[test]
fn a_dead_voter_that_stays_does_not_hold_up_the_change_as_long_as_enough_others_have_the_log() {
    assert_eq!(
        step_of(1, &members(&[1, 2, 3], &[4]), &[1, 3, 4], &[3]),
        Step::ChangeVoters(ids(&[1, 3, 4])),
        "1 and 4 are two of three"
    );
    assert_eq!(step_of(1, &members(&[1, 2, 3], &[4]), &[1, 2, 3, 4], &[2, 3]), Step::Await(ids(&[2, 3])));
}

#[test]
fn no_change_leaves_fewer_in_sync_than_asked_for() {
    let voters = [id(1), id(2), id(4)];
    let goal = Goal { voters: &voters, learners: &BTreeSet::new(), min_in_sync: 3 };
    let step = next_step(id(1), &members(&[1, 2, 3], &[4]), &goal, |r| r != id(2));
    assert_eq!(step, Step::Await(ids(&[2])));
}

#[test]
fn learners_that_are_wanted_are_added_and_kept_whether_they_keep_up_or_not() {
    let voters = [id(1), id(2)];
    let goal = Goal { voters: &voters, learners: &ids(&[8, 9]), min_in_sync: 1 };
    let step = |learners| next_step(id(1), &members(&[1, 2], learners), &goal, |r| r.broker() < 8);
    assert_eq!(step(&[8]), Step::AddLearners(ids(&[9])));
    assert_eq!(step(&[8, 9]), Step::Done);
    assert_eq!(step(&[7, 8, 9]), Step::DropLearners(ids(&[7])));
}

/// From any state a group can be in, following the steps reaches the goal.
#[test]
fn every_way_ends() {
    use proptest::prelude::*;
    let set = || prop::collection::btree_set(1..6i32, 1..4);
    proptest!(|(from in set(), joint in prop::option::of(set()), learners in set(), goal in set())| {
        let brokers = |s: &BTreeSet<i32>| s.iter().map(|b| id(*b)).collect::<BTreeSet<_>>();
        let mut voter_sets = vec![brokers(&from)];
        voter_sets.extend(joint.as_ref().map(brokers));
        let mut now = Members { voter_sets, learners: BTreeSet::new(), committed: joint.is_none() };
        now.learners = &brokers(&learners) - &now.voters();
        let mut me = *now.voters().first().unwrap();
        let target: Vec<_> = goal.iter().map(|b| id(*b)).collect();
        let wanted = Goal { voters: &target, learners: &BTreeSet::new(), min_in_sync: 1 };
        for _ in 0..8 {
            match next_step(me, &now, &wanted, |_| true) {
                Step::Done => {
                    prop_assert_eq!(now.voters(), brokers(&goal));
                    prop_assert!(now.learners.is_empty());
                    return Ok(());
                }
                Step::AddLearners(new) => now.learners.extend(new),
                Step::HandOver(heirs) => me = heirs[0],
                Step::ChangeVoters(voters) => {
                    prop_assert!(voters.contains(&me));
                    now.learners = &now.learners - &voters;
                    now.voter_sets = vec![voters];
                    now.committed = true;
                }
                Step::DropLearners(gone) => now.learners = &now.learners - &gone,
                Step::Await(behind) => prop_assert!(false, "{:?} are not behind", behind),
            }
        }
        prop_assert!(false, "it does not end: {:?}", now);
    });
}
