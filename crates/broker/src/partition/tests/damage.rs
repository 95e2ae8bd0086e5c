//! A replica that cannot go on.

use super::*;

#[tokio::test]
async fn a_replica_that_cannot_apply_an_entry_serves_nothing_any_more() {
    let node = Node::start().await;
    node.append(&batch(1)).await.unwrap();
    let machine = PartitionMachine(node.partition.clone());
    assert_eq!(apply(&machine, 100, 5, &batch(1)), Reply::None, "offset 5 does not follow offset 0");
    assert!(node.partition.broken().is_some());
    assert_eq!(node.partition.ready_term(), None);
    assert_eq!(node.append(&batch(1)).await, Err(AppendError::Unavailable));
    let read = node.partition.read(0, 1, true).await;
    assert!(matches!(read, Err(ReadError::Unavailable(_))), "{read:?}");
    assert_eq!(node.partition.bounds(), (0, 1), "what was applied before stays as it was");
}

#[test]
fn a_state_that_cannot_be_read_is_an_error() {
    let machine = PartitionMachine(lone_partition());
    apply(&machine, 1, 0, &batch(1));
    let state = machine.encode();
    assert!(machine.restore(&state[..state.len() - 1]).is_err());
    machine.reset();
    assert_eq!(machine.0.bounds(), (0, 0));
    machine.restore(&state).unwrap();
    assert_eq!(machine.0.bounds(), (0, 1));
}
