//! What a restart must not change.

use super::*;

#[tokio::test]
async fn the_state_is_as_it_was_before() {
    let node = Node::start().await;
    assert_eq!(node.append(&sequenced(9, 3, 0, 2)).await, Ok(0));
    assert_eq!(node.append(&timed(&[5_000])).await, Ok(2));
    let (known, first) = (node.known(), node.epoch());

    let node = node.restart().await;
    assert_eq!(node.known(), known);
    assert_eq!(node.append(&sequenced(9, 3, 0, 2)).await, Ok(0), "still a duplicate");
    assert_eq!(node.append(&sequenced(9, 2, 2, 1)).await, Err(AppendError::Fenced { epoch: 3 }));
    assert_eq!(node.append(&sequenced(9, 3, 2, 1)).await, Ok(3), "goes on where it was");
    let (known, second) = (node.known(), node.epoch());

    let node = node.restart().await;
    assert_eq!(node.known(), known);
    assert_eq!(node.partition.end_offset_for(first), Some((first, 3)));
    assert_eq!(node.partition.end_offset_for(second), Some((second, 4)));
    assert_eq!(node.partition.end_offset_for(node.epoch() + 1), None, "an epoch yet to come");
}

#[tokio::test]
async fn the_state_comes_from_the_checkpoint_once_the_wal_has_begun_another_file() {
    let node = Node::open(tempfile::tempdir().unwrap(), SMALL_FILES).await;
    assert!(!node.had_checkpoint);
    assert_eq!(node.append(&sequenced(9, 0, 0, 1)).await, Ok(0));
    let first = node.epoch();
    let filler = large(8 << 10);
    for offset in 1..40 {
        assert_eq!(node.append(&filler).await, Ok(offset));
    }
    assert_eq!(node.append(&sequenced(9, 0, 1, 1)).await, Ok(40));
    assert!(node.wal.stats().files >= 4, "{:?}", node.wal.stats());
    let (known, log) = (node.known(), node.read(0, usize::MAX).await);

    let node = node.restart().await;
    assert!(node.had_checkpoint);
    assert_eq!(node.known(), known);
    assert_eq!(node.read(0, usize::MAX).await, log);
    let duplicate = node.partition.state.lock().producers().check(&{
        let summary = new_batch(&sequenced(9, 0, 0, 1), None).summary;
        summary.sequenced().unwrap()
    });
    assert_eq!(duplicate, Verdict::Duplicate { base_offset: 0, timestamp: 1_000 });
    assert_eq!(node.append(&batch(1)).await, Ok(41));
    assert_eq!(node.partition.end_offset_for(first), Some((first, 41)));
}
