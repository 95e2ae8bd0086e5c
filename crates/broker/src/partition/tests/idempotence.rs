//! Sequences of producers, against the log and within a round.

use super::*;

#[tokio::test]
async fn a_duplicate_gets_the_first_offset_and_is_not_written() {
    let node = Node::start().await;
    node.append(&batch(4)).await.unwrap();
    assert_eq!(node.append(&sequenced(9, 0, 0, 2)).await, Ok(4));
    assert_eq!(node.append(&sequenced(9, 0, 2, 1)).await, Ok(6));
    assert_eq!(node.append(&sequenced(9, 0, 0, 2)).await, Ok(4));
    assert_eq!(node.partition.bounds().1, 7);
}

#[tokio::test]
async fn a_duplicate_in_the_same_round_waits_for_it_and_gets_the_same_offset() {
    let node = Node::start().await;
    let batches = [batch(4), sequenced(9, 0, 0, 2), sequenced(9, 0, 0, 2), sequenced(9, 0, 2, 1)];
    let mut receivers = batches.map(|batch| node.queue(&batch));
    tokio::task::yield_now().await;
    assert!(receivers[2].try_recv().is_err(), "no answer before the commit");
    let [_, original, duplicate, next] = receivers;
    assert_eq!((answer(original).await, answer(duplicate).await), (Ok(4), Ok(4)));
    assert_eq!(answer(next).await, Ok(6));
    assert_eq!(node.entries().len(), 1);
    assert_eq!(node.partition.bounds().1, 7);
}

#[tokio::test]
async fn a_gap_is_out_of_order_against_the_log_and_against_the_round() {
    let node = Node::start().await;
    let [begun, gap, next] = [(0, 2), (5, 1), (2, 1)].map(|(s, n)| node.queue(&sequenced(9, 0, s, n)));
    assert_eq!(answer(begun).await, Ok(0));
    assert_eq!(answer(gap).await, Err(AppendError::OutOfOrderSequence { expected: 2 }));
    assert_eq!(answer(next).await, Ok(2));
    let refused = node.append(&sequenced(9, 0, 7, 1)).await;
    assert_eq!(refused, Err(AppendError::OutOfOrderSequence { expected: 3 }));
    assert_eq!(node.partition.bounds().1, 3);
}

#[tokio::test]
async fn the_second_batch_is_not_taken_when_the_first_was_refused() {
    let node = Node::start().await;
    let [second, first, second_again] =
        [(2, 1), (0, 2), (2, 1)].map(|(s, n)| node.queue(&sequenced(9, 0, s, n)));
    assert_eq!(answer(second).await, Err(AppendError::OutOfOrderSequence { expected: 0 }));
    assert_eq!((answer(first).await, answer(second_again).await), (Ok(0), Ok(2)));
}

#[tokio::test]
async fn who_is_not_known_and_insists_begins_anywhere() {
    let node = Node::start().await;
    let insisting = |sequence| NewBatch { insists: true, ..new_batch(&sequenced(9, 0, sequence, 1), None) };
    assert_eq!(answer(node.partition.append(insisting(77))).await, Ok(0));
    assert_eq!(node.append(&sequenced(9, 0, 78, 1)).await, Ok(1));
    let gap = answer(node.partition.append(insisting(99))).await;
    assert_eq!(gap, Err(AppendError::OutOfOrderSequence { expected: 79 }), "it is known now");
}

#[tokio::test]
async fn an_older_epoch_is_fenced_by_the_log_and_by_the_round() {
    let node = Node::start().await;
    let [newer, older] = [1, 0].map(|epoch| node.queue(&sequenced(9, epoch, 0, 1)));
    assert_eq!(answer(newer).await, Ok(0));
    assert_eq!(answer(older).await, Err(AppendError::Fenced { epoch: 1 }));
    assert_eq!(node.append(&sequenced(9, 0, 0, 1)).await, Err(AppendError::Fenced { epoch: 1 }));
    assert_eq!(node.partition.bounds().1, 1);
}

#[tokio::test]
async fn producers_do_not_disturb_one_another() {
    let node = Node::start().await;
    let receivers = [(1, 0), (2, 0), (1, 1), (2, 1)].map(|(p, s)| node.queue(&sequenced(p, 0, s, 1)));
    for (offset, receiver) in (0..).zip(receivers) {
        assert_eq!(answer(receiver).await, Ok(offset));
    }
}
