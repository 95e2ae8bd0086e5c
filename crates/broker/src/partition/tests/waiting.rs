//! Who is woken, and for what.

use super::*;

#[test]
fn a_waiter_is_woken_once_for_all_moves_since_it_last_looked() {
    let machine = PartitionMachine(lone_partition());
    let waiter = Arc::new(Waiter::default());
    let _waiting = Waiting::new(machine.0.clone(), &waiter, 3, 0);
    assert_eq!(waiter.hits().now_or_never(), None);
    apply(&machine, 1, 0, &batch(1));
    apply(&machine, 2, 1, &batch(1));
    assert_eq!(waiter.hits().now_or_never(), Some(vec![3]));
    assert_eq!(waiter.hits().now_or_never(), None);
    apply(&machine, 3, 2, &batch(1));
    assert_eq!(waiter.hits().now_or_never(), Some(vec![3]));
}

#[test]
fn only_the_partitions_that_moved_are_named() {
    let machines = [(); 3].map(|()| PartitionMachine(lone_partition()));
    let waiter = Arc::new(Waiter::default());
    let _waiting: Vec<_> =
        (0..).zip(&machines).map(|(point, m)| Waiting::new(m.0.clone(), &waiter, point, 0)).collect();
    apply(&machines[2], 1, 0, &batch(1));
    apply(&machines[0], 1, 0, &batch(1));
    assert_eq!(waiter.hits().now_or_never(), Some(vec![2, 0]));
}

#[test]
fn a_registration_that_comes_after_the_move_is_news_at_once() {
    let machine = PartitionMachine(lone_partition());
    apply(&machine, 1, 0, &batch(2));
    let (late, current) = (Arc::new(Waiter::default()), Arc::new(Waiter::default()));
    let _waiting =
        [Waiting::new(machine.0.clone(), &late, 1, 1), Waiting::new(machine.0.clone(), &current, 1, 2)];
    assert_eq!(late.hits().now_or_never(), Some(vec![1]));
    assert_eq!(current.hits().now_or_never(), None);
}

#[test]
fn a_dropped_registration_wakes_nobody() {
    let machine = PartitionMachine(lone_partition());
    let waiter = Arc::new(Waiter::default());
    drop(Waiting::new(machine.0.clone(), &waiter, 1, 0));
    apply(&machine, 1, 0, &batch(1));
    assert_eq!(waiter.hits().now_or_never(), None);
}

#[test]
fn a_partition_that_goes_away_wakes_who_waits_for_it() {
    let partition = lone_partition();
    let waiter = Arc::new(Waiter::default());
    let _waiting = Waiting::new(partition.clone(), &waiter, 1, 0);
    partition.close();
    assert_eq!(waiter.hits().now_or_never(), Some(vec![1]));
}

#[tokio::test]
async fn a_fetch_sees_what_it_was_woken_for() {
    let node = Node::start().await;
    let waiter = Arc::new(Waiter::default());
    let _waiting = Waiting::new(node.partition.clone(), &waiter, 0, 0);
    let appended = node.queue(&batch(1));
    while node.partition.bounds().1 == 0 {
        let woken = tokio::time::timeout(Duration::from_secs(10), waiter.hits()).await;
        assert_eq!(woken.expect("to be woken within 10 s"), [0]);
    }
    assert_eq!(answer(appended).await, Ok(0));
}
