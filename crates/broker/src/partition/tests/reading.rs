//! Reading for consumers.

use super::*;

/// A partition with three batches of two records, as they are served: the first in an entry of its own, the
/// others in one together.
async fn three_batches() -> (Node, [Vec<u8>; 3]) {
    let node = Node::start().await;
    let batches = [timed(&[1, 2]), timed(&[3, 4]), timed(&[5, 6])];
    node.append(&batches[0]).await.unwrap();
    let shared = [node.queue(&batches[1]), node.queue(&batches[2])];
    for receiver in shared {
        answer(receiver).await.unwrap();
    }
    assert_eq!(node.entries().len(), 2);
    let epoch = node.epoch();
    let served = std::array::from_fn(|i| served(&batches[i], 2 * i as i64, epoch));
    (node, served)
}

#[tokio::test]
async fn an_offset_within_a_batch_gives_the_batch_that_holds_it() {
    let (node, [first, second, third]) = three_batches().await;
    let all = usize::MAX;
    for offset in [0, 1] {
        assert_eq!(node.read(offset, all).await, [&first[..], &second, &third].concat());
    }
    for offset in [2, 3] {
        assert_eq!(node.read(offset, all).await, [&second[..], &third].concat());
    }
    for offset in [4, 5] {
        assert_eq!(node.read(offset, all).await, third);
    }
}

#[tokio::test]
async fn no_more_than_max_bytes_are_read_but_one_batch_at_least() {
    let (node, [first, second, third]) = three_batches().await;
    let all = [&first[..], &second, &third].concat();
    for max_bytes in 0..=all.len() {
        let read = node.read(0, max_bytes).await;
        assert!(all.starts_with(&read) && read.len() <= max_bytes.max(first.len()), "{max_bytes}");
        assert!(read.len() >= first.len(), "{max_bytes}");
    }
    assert_eq!(node.read(0, all.len()).await, all);
    // Within one entry, every batch that fits is given.
    assert_eq!(node.read(2, second.len() + third.len() - 1).await, second);
    assert_eq!(node.read(2, second.len() + third.len()).await, [&second[..], &third].concat());

    let unforced = node.partition.read(0, first.len() - 1, false).await.unwrap();
    assert_eq!((unforced.pieces.len(), unforced.size), (0, 0));
    let unforced = node.partition.read(0, first.len(), false).await.unwrap();
    assert_eq!(unforced.size, first.len());
}

#[tokio::test]
async fn the_high_watermark_gives_nothing_and_what_is_beyond_is_out_of_range() {
    let (node, _) = three_batches().await;
    let end = node.partition.read(6, usize::MAX, true).await.unwrap();
    assert_eq!((end.log_start_offset, end.high_watermark, end.size), (0, 6, 0));
    for offset in [-1, 7, i64::MAX] {
        let error = node.partition.read(offset, usize::MAX, true).await.unwrap_err();
        let ReadError::OutOfRange { offset: asked, log_start_offset: 0, high_watermark: 6 } = error else {
            panic!("{error:?}")
        };
        assert_eq!(asked, offset);
    }
}

#[tokio::test]
async fn the_disk_gives_the_same_bytes_as_memory() {
    let (node, [first, second, third]) = three_batches().await;
    let node = node.restart().await;
    let log = node.partition.group().unwrap().log();
    assert!(!log.is_hot(log.locate(0).unwrap()), "a restart leaves nothing in memory");
    assert_eq!(node.read(0, usize::MAX).await, [&first[..], &second, &third].concat());
    assert_eq!(node.read(3, second.len()).await, second);
}

#[tokio::test]
async fn a_partition_without_a_group_serves_nothing() {
    let partition = lone_partition();
    let machine = PartitionMachine(partition.clone());
    apply(&machine, 1, 0, &batch(1));
    let read = partition.read(0, 1, true).await;
    assert!(matches!(read, Err(ReadError::Unavailable(_))), "{read:?}");
}
