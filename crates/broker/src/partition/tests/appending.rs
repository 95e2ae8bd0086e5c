//! Appending: order, offsets, rounds, terms.

use super::*;

#[tokio::test]
async fn batches_get_consecutive_offsets_in_the_order_of_the_calls() {
    let node = Node::start().await;
    let receivers: Vec<_> = [2, 1, 3].map(|records| node.queue(&batch(records))).into();
    let mut offsets = Vec::new();
    for receiver in receivers {
        offsets.push(answer(receiver).await);
    }
    assert_eq!(offsets, [Ok(0), Ok(2), Ok(3)]);
    assert_eq!(node.append(&batch(1)).await, Ok(6));
    assert_eq!(node.partition.bounds(), (0, 7));
}

#[tokio::test]
async fn an_answered_batch_is_readable_with_its_base_offset_and_leader_epoch() {
    let node = Node::start().await;
    let (first, second) = (batch(2), batch(1));
    assert_eq!(node.partition.bounds(), (0, 0));
    node.append(&first).await.unwrap();
    assert_eq!(node.read(0, 1 << 20).await, served(&first, 0, node.epoch()));
    let epoch = node.epoch();

    let node = node.restart().await;
    assert!(node.epoch() > epoch, "each leadership is a new epoch");
    node.append(&second).await.unwrap();
    let both = [served(&first, 0, epoch), served(&second, 2, node.epoch())].concat();
    assert_eq!(node.read(0, 1 << 20).await, both);
}

#[tokio::test]
async fn what_is_queued_during_a_round_shares_the_next_entry() {
    let node = Node::start().await;
    let first = node.queue(&batch(1));
    until("the first round is under way", || node.partition.node.queued.load(Ordering::Relaxed) == 0).await;
    let others = [2, 3].map(|records| node.queue(&batch(records)));
    answer(first).await.unwrap();
    for other in others {
        answer(other).await.unwrap();
    }
    let entries: Vec<_> = node.entries().iter().map(|entry| (entry.base, entry.count)).collect();
    assert_eq!(entries, [(0, 1), (1, 5)]);
}

#[tokio::test]
async fn an_entry_is_closed_before_it_grows_beyond_a_mebibyte() {
    let node = Node::start().await;
    let receivers = [600, 300, 300, 900].map(|kib| node.queue(&large(kib << 10)));
    for (offset, receiver) in (0..).zip(receivers) {
        assert_eq!(answer(receiver).await, Ok(offset));
    }
    let counts: Vec<_> = node.entries().iter().map(|entry| entry.count).collect();
    assert_eq!(counts, [2, 1, 1]);
}

#[tokio::test]
async fn a_batch_for_another_term_is_refused_and_takes_no_offset() {
    let node = Node::start().await;
    let before = node.partition.group().unwrap().log().state();
    let stale = node.partition.append(new_batch(&batch(3), Some(node.term() - 1)));
    assert_eq!(answer(stale).await, Err(AppendError::NotLeader));
    assert_eq!(node.partition.group().unwrap().log().state(), before, "nothing was appended");

    let stale = node.partition.append(new_batch(&batch(3), Some(node.term() + 1)));
    let current = node.partition.append(new_batch(&batch(1), Some(node.term())));
    assert_eq!(answer(stale).await, Err(AppendError::NotLeader));
    assert_eq!(answer(current).await, Ok(0));
}

#[tokio::test]
async fn what_passes_through_the_leader_is_counted_until_it_is_taken_in() {
    let node = Node::start().await;
    let (one, other) = (batch(2), batch(3));
    node.append(&one).await.unwrap();
    node.append(&other).await.unwrap();
    let stale = node.partition.append(new_batch(&one, Some(node.term() + 1)));
    assert_eq!(answer(stale).await, Err(AppendError::NotLeader), "and not counted");
    node.partition.count_traffic(1000);
    assert_eq!(node.partition.take_traffic(), (one.len() + other.len() + 1000) as u64);
    assert_eq!(node.partition.take_traffic(), 0);

    let led_by_nobody = lone_partition();
    led_by_nobody.count_traffic(1000);
    assert_eq!(led_by_nobody.take_traffic(), 0);
}

#[tokio::test]
async fn a_group_that_has_stopped_is_led_elsewhere() {
    let node = Node::start().await;
    node.groups.stop(GROUP).await;
    assert_eq!(node.append(&batch(1)).await, Err(AppendError::NotLeader));
}

#[tokio::test]
async fn a_partition_that_has_not_started_leads_nothing() {
    let partition = lone_partition();
    let refused = answer(partition.append(new_batch(&batch(1), None))).await;
    assert_eq!(refused, Err(AppendError::NotLeader));
    assert_eq!(partition.ready_term(), None);
}
