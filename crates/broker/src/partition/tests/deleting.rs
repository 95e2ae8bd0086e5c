//! Deleting the oldest records, while producers and consumers go on.

use super::*;
use crate::log::{Control, Retention};
use crate::partition::DeleteError;

fn state_of(node: &Node) -> (i64, i64) {
    node.partition.bounds()
}

/// Lets go of the WAL's entries in front of the one that holds the log start.
async fn purge(node: &Node) {
    let log = node.partition.group().unwrap().log();
    let first = log.locate(node.partition.bounds().0 as u64).unwrap();
    let kept = log.headers(first..first + 1).unwrap()[0].base;
    let upto = log.id_at(first - 1).unwrap().unwrap();
    let (done, purged) = tokio::sync::oneshot::channel();
    log.purge(upto, kept, Box::new(move |result| drop(done.send(result)))).unwrap();
    purged.await.unwrap().unwrap();
}

#[tokio::test]
async fn deleted_records_are_out_of_range_and_the_rest_is_as_it_was() {
    let node = Node::start().await;
    let batches = [batch(2), batch(2), batch(2)];
    for batch in &batches {
        node.append(batch).await.unwrap();
    }
    assert_eq!(node.partition.propose_log_start(2).await, Ok(2));
    assert_eq!(state_of(&node), (2, 6));
    let gone = node.partition.read(1, usize::MAX, true).await;
    assert!(matches!(gone, Err(ReadError::OutOfRange { offset: 1, log_start_offset: 2, .. })), "{gone:?}");
    let rest = [served(&batches[1], 2, node.epoch()), served(&batches[2], 4, node.epoch())].concat();
    assert_eq!(node.read(2, usize::MAX).await, rest);
    assert_eq!(node.append(&batch(1)).await, Ok(6), "a deletion takes up no offset");
}

#[tokio::test]
async fn a_log_start_within_a_batch_still_gives_the_batch() {
    let node = Node::start().await;
    let whole = batch(4);
    node.append(&whole).await.unwrap();
    assert_eq!(node.partition.propose_log_start(3).await, Ok(3));
    assert_eq!(node.read(3, usize::MAX).await, served(&whole, 0, node.epoch()));
}

#[tokio::test]
async fn all_of_it_is_up_to_the_high_watermark_and_nothing_is_beyond() {
    let node = Node::start().await;
    assert_eq!(node.partition.propose_log_start(-1).await, Ok(0), "an empty log has nothing to delete");
    node.append(&batch(3)).await.unwrap();
    for offset in [4, i64::MAX, -2, i64::MIN] {
        let refused = node.partition.propose_log_start(offset).await;
        let expected = DeleteError::OutOfRange { offset, log_start_offset: 0, high_watermark: 3 };
        assert_eq!(refused, Err(expected));
    }
    assert_eq!(node.partition.propose_log_start(-1).await, Ok(3));
    assert_eq!(state_of(&node), (3, 3));
    assert_eq!(node.read(3, usize::MAX).await, b"");
    assert_eq!(node.append(&batch(1)).await, Ok(3));
}

#[tokio::test]
async fn the_log_start_does_not_go_back_and_says_where_it_is() {
    let node = Node::start().await;
    node.append(&batch(3)).await.unwrap();
    assert_eq!(node.partition.propose_log_start(2).await, Ok(2));
    let before = node.partition.group().unwrap().log().state();
    assert_eq!(node.partition.propose_log_start(1).await, Ok(2));
    assert_eq!(node.partition.group().unwrap().log().state(), before, "nothing was proposed");
}

#[tokio::test]
async fn a_deletion_during_a_round_disturbs_neither() {
    let node = Node::start().await;
    node.append(&sequenced(9, 0, 0, 2)).await.unwrap();
    for sequence in (2..40).step_by(2) {
        let round = node.queue(&sequenced(9, 0, sequence, 2));
        let (deleted, appended) =
            tokio::join!(node.partition.propose_log_start(i64::from(sequence) - 1), answer(round));
        assert_eq!(deleted, Ok(i64::from(sequence) - 1));
        assert_eq!(appended, Ok(i64::from(sequence)));
    }
    assert_eq!(node.append(&sequenced(9, 0, 38, 2)).await, Ok(38), "still known as a duplicate");
    let rest = [36, 38].map(|at| served(&sequenced(9, 0, at, 2), i64::from(at), node.epoch()));
    assert_eq!(node.read(37, usize::MAX).await, rest.concat(), "what is between records is not seen");
    assert_eq!(node.partition.first_not_before(0).await.unwrap().map(|found| found.offset), Some(37));
    assert_eq!(state_of(&node), (37, 40));
}

#[tokio::test]
async fn producers_are_remembered_when_all_their_records_are_deleted() {
    let node = Node::start().await;
    node.append(&sequenced(9, 0, 0, 2)).await.unwrap();
    node.partition.propose_log_start(-1).await.unwrap();
    assert_eq!(node.append(&sequenced(9, 0, 0, 2)).await, Ok(0), "a duplicate");
    assert_eq!(node.append(&sequenced(9, 0, 2, 1)).await, Ok(2));
}

#[tokio::test]
async fn a_restart_finds_the_log_start_where_it_was() {
    let node = Node::start().await;
    node.append(&batch(5)).await.unwrap();
    node.append(&batch(5)).await.unwrap();
    node.partition.propose_log_start(6).await.unwrap();
    let known = node.known();
    let node = node.restart().await;
    assert_eq!((state_of(&node), node.known()), ((6, 10), known));
}

#[tokio::test]
async fn a_log_whose_head_is_purged_serves_the_rest() {
    let node = Node::start().await;
    for timestamps in [[100, 110], [300, 120], [130, 140]] {
        node.append(&timed(&timestamps)).await.unwrap();
    }
    node.partition.propose_log_start(3).await.unwrap();
    purge(&node).await;
    let log = node.partition.group().unwrap().log();
    assert_eq!((log.locate(1), log.locate(3).is_some()), (None, true));
    let read = [served(&timed(&[300, 120]), 2, node.epoch()), served(&timed(&[130, 140]), 4, node.epoch())];
    assert_eq!(node.read(3, usize::MAX).await, read.concat());
    let found = |offset, timestamp| Some(Found { offset, timestamp, leader_epoch: node.epoch() });
    assert_eq!(node.partition.first_not_before(0).await.unwrap(), found(3, 120));
    assert_eq!(node.partition.first_not_before(121).await.unwrap(), found(4, 130));
    assert_eq!(node.partition.first_not_before(141).await.unwrap(), None, "300 is deleted");
    assert_eq!(node.partition.newest().await.unwrap(), found(5, 140));
    assert_eq!(node.append(&batch(1)).await, Ok(6));
}

#[tokio::test]
async fn what_was_deleted_while_it_was_looked_for_is_out_of_range() {
    let node = Node::start().await;
    node.append(&batch(2)).await.unwrap();
    node.append(&batch(2)).await.unwrap();
    node.partition.propose_log_start(2).await.unwrap();
    purge(&node).await;
    // As a reader that took the bounds before all that.
    let read = node.partition.entries(0..4, 1 << 20).await;
    assert!(matches!(read, Err(ReadError::OutOfRange { offset: 0, log_start_offset: 2, .. })), "{read:?}");
}

#[tokio::test]
async fn what_has_expired_is_named_until_it_is_deleted() {
    let node = Node::start().await;
    for timestamp in [1_000, 2_000] {
        node.append(&timed(&[timestamp])).await.unwrap();
        // Its own stretch of the time index.
        node.append(&large(64 << 10)).await.unwrap();
    }
    let size = node.partition.log_bytes();
    assert!(size > 128 << 10, "{size}");
    let retention = Retention { ms: Some(500), bytes: None };
    assert_eq!(node.partition.expired(retention, 1_500), None);
    assert_eq!(node.partition.expired(retention, 1_501), Some(2));
    assert_eq!(node.partition.propose_log_start(2).await, Ok(2));
    assert_eq!(node.partition.expired(retention, 1_501), None);
    assert_eq!(node.partition.log_bytes(), size / 2);
    assert_eq!(node.partition.expired(retention, 2_501), Some(4));
}

#[tokio::test]
async fn a_partition_that_is_not_led_here_deletes_nothing() {
    assert_eq!(lone_partition().propose_log_start(-1).await, Err(DeleteError::NotLeader));
    let node = Node::start().await;
    node.groups.stop(GROUP).await;
    assert_eq!(node.partition.propose_log_start(-1).await, Ok(0), "nothing to propose");
    let node = Node::start().await;
    node.append(&batch(1)).await.unwrap();
    node.groups.stop(GROUP).await;
    assert_eq!(node.partition.propose_log_start(-1).await, Err(DeleteError::NotLeader));
}

#[test]
fn a_control_entry_of_a_newer_version_takes_the_replica_out_of_service() {
    let machine = PartitionMachine(lone_partition());
    apply(&machine, 1, 0, &batch(2));
    let control = |index, body| {
        let command = Command { count: 0, base: 2, body: Body::One(body) };
        machine.apply(&Applied { index, term: 1, payload: Payload::Data(&command) })
    };
    assert_eq!(control(2, Control::LogStart(1).encode()), Reply::None);
    assert_eq!((machine.0.bounds(), machine.0.broken()), ((1, 2), None));
    control(3, Bytes::from_static(&[77]));
    assert_eq!(
        machine.0.broken(),
        Some(
            "entry 4 cannot be applied: control entries of kind 77 are not known to this version: upgrade this node"
        )
    );
    control(4, Control::LogStart(2).encode());
    assert_eq!(machine.0.bounds(), (1, 2), "nothing is applied any more");
}
