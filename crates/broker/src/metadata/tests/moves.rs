//! Partitions move: which Raft ids their replicas have, and what ends a move.

use super::*;

/// Five brokers, topic `a` with one partition (group 1) on brokers 1, 2 and 3.
fn settled() -> MetadataImage {
    let mut image = cluster(5);
    image.apply(explicit("a", 1, &[&[1, 2, 3]])).unwrap();
    image
}

fn moving(to: &[BrokerId]) -> MetadataImage {
    let mut image = settled();
    image.apply(moves(&[move_to(1, to)])).unwrap();
    image
}

fn members(image: &MetadataImage) -> Vec<(BrokerId, u32)> {
    ids(&partition(image, 1).members().collect::<Vec<_>>())
}

fn target(image: &MetadataImage) -> Vec<(BrokerId, u32)> {
    ids(partition(image, 1).target())
}

fn renewing(brokers: &[BrokerId]) -> Command {
    moves(&[MoveRequest { renew: brokers.to_vec(), ..move_to(1, &[1, 2, 3]) }])
}

const CANCEL: fn() -> Command = || Command::CancelMoves { groups: vec![1] };

#[test]
fn who_stays_keeps_its_raft_id_and_who_is_added_gets_a_new_one() {
    let mut image = settled();
    let outcome = image.apply(moves(&[move_to(1, &[4, 1, 5])]));
    assert_eq!(outcome, Ok(Outcome::MovesStarted { groups: vec![1] }));
    assert_eq!(target(&image), [(4, 2), (1, 1), (5, 3)]);
    assert_eq!(ids(&partition(&image, 1).replicas), [(1, 1), (2, 1), (3, 1)]);
    assert_eq!(members(&image), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 3)]);
    assert_eq!(image.moves().collect::<Vec<_>>(), [1]);
}

#[test]
fn a_move_ends_when_the_membership_is_its_target() {
    let mut image = moving(&[4, 1, 5]);
    let finish = finish(&image, 1);
    for _ in 0..2 {
        assert_eq!(image.apply(finish.clone()), Ok(Outcome::MoveFinished));
    }
    let partition = partition(&image, 1);
    assert_eq!(ids(&partition.replicas), [(4, 2), (1, 1), (5, 3)]);
    assert_eq!(ids(&partition.founders), [(1, 1), (2, 1), (3, 1)], "the founders never change");
    assert_eq!((partition.moving.as_ref(), image.moves().count()), (None, 0));
}

#[test]
fn a_move_that_is_no_longer_wanted_cannot_end_the_one_that_is() {
    let mut image = moving(&[4, 2, 3]);
    let old = finish(&image, 1);
    image.apply(moves(&[move_to(1, &[5, 2, 3])])).unwrap();
    assert_eq!(refusal(&mut image, old.clone()), "stale_move");
    assert_eq!(
        text(&mut image, old),
        "partition a-0 has another target by now, or has been deleted; go by the newest metadata"
    );
    assert_eq!(refusal(&mut image, Command::FinishMove { group: 9, target: vec![] }), "stale_move");
}

#[test]
fn asking_for_what_is_there_changes_nothing() {
    let mut image = settled();
    let before = image.clone();
    assert_eq!(image.apply(moves(&[move_to(1, &[1, 2, 3])])), Ok(Outcome::MovesStarted { groups: vec![] }));
    assert_eq!(image, before);

    let mut image = moving(&[4, 2, 3]);
    let before = image.clone();
    assert_eq!(image.apply(moves(&[move_to(1, &[4, 2, 3])])), Ok(Outcome::MovesStarted { groups: vec![1] }));
    assert_eq!(image, before, "no new Raft id is drawn for a repeated proposal");
}

#[test]
fn another_order_alone_needs_no_move() {
    let mut image = settled();
    let outcome = image.apply(moves(&[move_to(1, &[3, 1, 2])]));
    assert_eq!(outcome, Ok(Outcome::MovesStarted { groups: vec![] }));
    assert_eq!(ids(&partition(&image, 1).replicas), [(3, 1), (1, 1), (2, 1)]);
    assert_eq!(image.load(3).leaders, 1);
    assert_eq!(image.moves().count(), 0);
}

#[test]
fn the_order_of_a_moving_partition_changes_with_its_move() {
    let mut image = moving(&[4, 2, 3]);
    image.apply(moves(&[move_to(1, &[3, 2, 1])])).unwrap();
    assert_eq!(target(&image), [(3, 1), (2, 1), (1, 1)]);
    assert_eq!(leaving(&image, 1), [(4, 2)], "it may be in the membership: the leader has to take it out");
}

#[test]
fn what_only_a_superseded_move_wanted_leaves() {
    let mut image = moving(&[4, 2, 3]);
    image.apply(moves(&[move_to(1, &[5, 2, 3])])).unwrap();
    assert_eq!((target(&image), leaving(&image, 1)), (vec![(5, 3), (2, 1), (3, 1)], vec![(4, 2)]));
    image.apply(moves(&[move_to(1, &[1, 2])])).unwrap();
    assert_eq!((target(&image), leaving(&image, 1)), (vec![(1, 1), (2, 1)], vec![(5, 3), (4, 2)]));
    assert_eq!(members(&image), [(1, 1), (2, 1), (3, 1), (5, 3), (4, 2)]);
    let finish = finish(&image, 1);
    image.apply(finish).unwrap();
    assert_eq!(members(&image), [(1, 1), (2, 1)]);
}

#[test]
fn a_replica_that_is_leaving_is_taken_back_while_it_has_its_log() {
    let mut image = moving(&[4, 2, 3]);
    image.apply(CANCEL()).unwrap();
    image.apply(moves(&[move_to(1, &[1, 4])])).unwrap();
    assert_eq!((target(&image), leaving(&image, 1)), (vec![(1, 1), (4, 2)], vec![]));
    let finish_it = finish(&image, 1);
    image.apply(finish_it).unwrap();
    image.apply(moves(&[move_to(1, &[1])])).unwrap();
    let finish_it = finish(&image, 1);
    image.apply(finish_it).unwrap();
    image.apply(moves(&[move_to(1, &[1, 4])])).unwrap();
    assert_eq!(target(&image), [(1, 1), (4, 3)], "but once it has left, its id is spent");
}

#[test]
fn a_cancelled_move_goes_back_to_where_the_partition_was() {
    let mut image = moving(&[4, 5, 3]);
    for _ in 0..2 {
        assert_eq!(image.apply(CANCEL()), Ok(Outcome::MovesCancelled { groups: vec![1] }));
    }
    assert_eq!((target(&image), leaving(&image, 1)), (vec![(1, 1), (2, 1), (3, 1)], vec![(4, 2), (5, 3)]));
    let finish = finish(&image, 1);
    image.apply(finish).unwrap();
    assert_eq!(members(&image), [(1, 1), (2, 1), (3, 1)]);
    assert_eq!(image.apply(CANCEL()), Ok(Outcome::MovesCancelled { groups: vec![] }));
    let unknown = Command::CancelMoves { groups: vec![9] };
    assert_eq!(image.apply(unknown), Ok(Outcome::MovesCancelled { groups: vec![] }));
}

#[test]
fn a_lost_replica_is_made_again_under_a_new_raft_id() {
    let mut image = settled();
    image.apply(register_as(2, 2, Standing::Member)).unwrap();
    image.apply(moves(&[move_to(1, &[1, 2, 3])])).unwrap();
    assert_eq!(target(&image), [(1, 1), (2, 3), (3, 1)]);
    assert_eq!(partition(&image, 1).replica_on(2), Some(Replica { broker: 2, incarnation: 3 }));
    assert_eq!(image.lost_groups().collect::<Vec<_>>(), [1], "until it has been made");
    let finish = finish(&image, 1);
    image.apply(finish).unwrap();
    assert_eq!(image.lost_groups().count(), 0);
}

#[test]
fn a_move_to_a_disk_that_is_lost_meanwhile_is_found() {
    let mut image = moving(&[4, 2, 3]);
    image.apply(register_as(4, 2, Standing::Member)).unwrap();
    assert_eq!(image.lost_groups().collect::<Vec<_>>(), [1]);
    image.apply(moves(&[move_to(1, &[4, 2, 3])])).unwrap();
    assert_eq!(target(&image), [(4, 4), (2, 1), (3, 1)]);
    assert_eq!(leaving(&image, 1), [(4, 2)]);
}

#[test]
fn a_damaged_replica_is_renewed_once_per_request() {
    let mut image = settled();
    for _ in 0..2 {
        image.apply(renewing(&[2])).unwrap();
        assert_eq!(target(&image), [(1, 1), (2, 2), (3, 1)]);
    }
    let finish = finish(&image, 1);
    image.apply(finish).unwrap();
    image.apply(renewing(&[2])).unwrap();
    assert_eq!(target(&image), [(1, 1), (2, 3), (3, 1)]);
}

#[test]
fn cancelling_does_not_bring_back_a_log_that_was_given_up() {
    let mut image = settled();
    image.apply(renewing(&[2])).unwrap();
    image.apply(CANCEL()).unwrap();
    assert_eq!(target(&image), [(1, 1), (2, 2), (3, 1)], "broker 2 runs its newest replica only");
    image.apply(moves(&[move_to(1, &[1, 3])])).unwrap();
    image.apply(CANCEL()).unwrap();
    assert_eq!(target(&image), [(1, 1), (2, 2), (3, 1)], "also when it was leaving in between");
}

#[test]
fn moves_are_started_all_or_none() {
    let mut image = cluster(4);
    image.apply(explicit("a", 1, &[&[1, 2, 3], &[1, 2, 3]])).unwrap();
    image.apply(start(removal(4, false))).unwrap();
    let refused = [
        (move_to(2, &[]), "partition a-1 would have no replica"),
        (move_to(2, &[1, 1]), "partition a-1 would have two replicas on one broker"),
        (move_to(2, &[9]), "partition a-1 cannot move to broker 9, which is not registered"),
        (move_to(2, &[4]), "partition a-1 cannot move to broker 4, which is being removed"),
        (
            MoveRequest { renew: vec![3], ..move_to(2, &[1, 2]) },
            "partition a-1 cannot renew its replica on broker 3, where it shall have none",
        ),
        (move_to(1, &[1, 2]), "partition a-0 is named twice"),
    ];
    for (bad, reason) in refused {
        let command = moves(&[move_to(1, &[1]), bad]);
        assert_eq!(refusal(&mut image, command.clone()), "invalid_replica_assignment");
        assert_eq!(text(&mut image, command), reason);
    }
}

#[test]
fn partitions_deleted_meanwhile_are_left_out() {
    let mut image = settled();
    let outcome = image.apply(moves(&[move_to(9, &[1]), move_to(1, &[1, 2])]));
    assert_eq!(outcome, Ok(Outcome::MovesStarted { groups: vec![1] }));
    image.apply(Command::DeleteTopic { id: Uuid::from_u128(1) }).unwrap();
    assert_eq!((image.moves().count(), image.load(1)), (0, Load::default()));
}

#[test]
fn a_broker_being_removed_keeps_what_it_has_until_it_has_moved() {
    let mut image = settled();
    image.apply(start(removal(3, false))).unwrap();
    image.apply(moves(&[move_to(1, &[3, 2, 4])])).unwrap();
    assert_eq!(target(&image), [(3, 1), (2, 1), (4, 2)]);
}

#[test]
fn moves_count_where_they_go_and_where_they_come_from() {
    let image = moving(&[4, 1]);
    let carries = |id| (image.load(id).leaders, image.load(id).replicas);
    assert_eq!([1, 2, 3, 4, 5].map(carries), [(0, 1), (0, 1), (0, 1), (1, 1), (0, 0)]);
    let on = |id| image.replicas_on(id).count();
    assert_eq!([1, 2, 3, 4, 5].map(on), [1, 1, 1, 1, 0]);
}

#[test]
fn a_moving_topic_can_still_grow_be_set_and_be_deleted() {
    let mut image = moving(&[1, 2, 3, 4]);
    let topic = |image: &MetadataImage| image.topic("a").unwrap().clone();
    assert_eq!(topic(&image).replication_factor(), 4, "as it shall be");
    image.apply(grow(1, 3)).unwrap();
    assert!(topic(&image).partitions[1..].iter().all(|p| p.replicas.len() == 4));
    image.apply(set(1, "min.insync.replicas", Some("1"))).unwrap();
    assert_eq!(image.moves().collect::<Vec<_>>(), [1], "the move goes on");
    image.apply(Command::DeleteTopic { id: Uuid::from_u128(1) }).unwrap();
    assert_eq!(image.moves().count(), 0);
}

#[test]
fn a_large_topic_moves_in_one_command() {
    let mut image = cluster(4);
    image.apply(explicit("a", 1, &vec![&[1, 2, 3][..]; 2_000])).unwrap();
    let requests: Vec<_> = (1..=2_000).map(|group| move_to(group, &[2, 3, 4])).collect();
    image.apply(moves(&requests)).unwrap();
    assert_eq!(image.moves().count(), 2_000);
    let drawn: BTreeSet<_> = image.moves().map(|g| partition(&image, g).target()[2].incarnation).collect();
    assert_eq!(drawn.len(), 2_000, "every new replica has its own incarnation");
    assert_eq!(image.load(4), Load { leaders: 0, replicas: 2_000 });
}
