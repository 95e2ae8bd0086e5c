//! What waits for a round is bounded.

use super::*;

const MAX_QUEUED: usize = 512 << 20;

#[tokio::test]
async fn a_node_whose_queues_are_full_refuses_and_appends_nothing() {
    let node = Node::start().await;
    node.partition.node.queued.store(MAX_QUEUED, Ordering::Relaxed);
    assert_eq!(node.append(&batch(1)).await, Err(AppendError::Overloaded));
    node.partition.node.queued.store(0, Ordering::Relaxed);
    assert_eq!(node.append(&batch(1)).await, Ok(0));
    assert_eq!(
        node.partition.node.queued.load(Ordering::Relaxed),
        0,
        "what is taken is not counted any more"
    );
}

#[tokio::test]
async fn batches_whose_producer_has_given_up_make_room_for_others() {
    let node = Node::start().await;
    let abandoned = batch(2);
    drop(node.queue(&abandoned));
    let kept = node.queue(&batch(1));
    let elsewhere = MAX_QUEUED - node.partition.node.queued.load(Ordering::Relaxed);
    node.partition.node.queued.fetch_add(elsewhere, Ordering::Relaxed);
    let late = node.queue(&batch(1));
    node.partition.node.queued.fetch_sub(elsewhere, Ordering::Relaxed);
    assert_eq!((answer(kept).await, answer(late).await), (Ok(0), Ok(1)));
    assert_eq!(node.partition.bounds().1, 2, "the abandoned batch was never written");
}
