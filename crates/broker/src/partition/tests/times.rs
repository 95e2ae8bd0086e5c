//! Offsets by time.

use super::*;

#[tokio::test]
async fn an_offset_is_found_by_time_also_within_compressed_batches() {
    let node = Node::start().await;
    for batch in [timed(&[100, 110]), gzipped(&timed(&[120, 150, 130])), timed(&[140])] {
        node.append(&batch).await.unwrap();
    }
    let found = |offset, timestamp| Some(Found { offset, timestamp, leader_epoch: node.epoch() });
    let at = |target| node.partition.first_not_before(target);
    assert_eq!(at(0).await.unwrap(), found(0, 100));
    assert_eq!(at(101).await.unwrap(), found(1, 110));
    assert_eq!(at(111).await.unwrap(), found(2, 120));
    assert_eq!(at(125).await.unwrap(), found(3, 150), "the first in the log, not the closest in time");
    assert_eq!(at(150).await.unwrap(), found(3, 150));
    assert_eq!(at(151).await.unwrap(), None);
}

#[tokio::test]
async fn the_newest_record_is_the_first_with_the_greatest_timestamp() {
    let node = Node::start().await;
    assert_eq!(node.partition.newest().await.unwrap(), None);
    for batch in [timed(&[100]), gzipped(&timed(&[120, 150, 150])), timed(&[150, 140])] {
        node.append(&batch).await.unwrap();
    }
    let newest = Some(Found { offset: 2, timestamp: 150, leader_epoch: node.epoch() });
    assert_eq!(node.partition.newest().await.unwrap(), newest);
    let node = node.restart().await;
    assert_eq!(node.partition.newest().await.unwrap(), newest, "from the disk, in the old epoch");
}
