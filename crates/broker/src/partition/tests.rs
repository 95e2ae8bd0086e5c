//! The partition over a real Raft group of one voter: WAL, openraft and state machine as in a node, nothing faked.
//!
//! The tests run on one thread. What a test does between two `await`s therefore happens within one round: that is
//! how "at the same time" is said here.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures::FutureExt;
use tempfile::TempDir;
use tokio::sync::oneshot::Receiver;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    AppendError, AppendedAt, Found, NewBatch, Partition, PartitionMachine, ReadError, Waiter, Waiting,
};
use crate::log::{BatchBuilder, Limits, Producers, TimeIndex, Verdict, validate_produce};
use crate::raft::liveness::Liveness;
use crate::raft::transport::Peers;
use crate::raft::{
    Applied, Command, GroupId, GroupSpec, Groups, Payload, RaftNodeId, Reply, StateMachine, Timing,
};
use crate::wal::{Body, EntryHeader, Options, Wal};

const GROUP: GroupId = 7;
const TIMING: Timing = Timing {
    heartbeat: Duration::from_millis(20),
    election: Duration::from_millis(200),
    replica_lag_max: Duration::from_secs(10),
};
const LARGE_FILES: u64 = 8 << 20;
/// The smallest that the WAL makes.
const SMALL_FILES: u64 = 64 << 10;

/// A node with one partition, which it leads.
struct Node {
    dir: TempDir,
    file_size: u64,
    wal: Wal,
    groups: Groups,
    partition: Arc<Partition>,
    had_checkpoint: bool,
    stop: CancellationToken,
}

impl Node {
    async fn start() -> Self {
        Self::open(tempfile::tempdir().unwrap(), LARGE_FILES).await
    }

    async fn open(dir: TempDir, file_size: u64) -> Self {
        let (wal, recovered) = Wal::open(dir.path(), Options::with_file_size(file_size)).unwrap();
        assert!(recovered.corruptions.is_empty());
        let had_checkpoint = recovered.app_states.contains_key(&GROUP);
        let liveness = Liveness::new(1, TIMING);
        let peers = Peers::new(1, "test".into(), Arc::new(liveness.clone()));
        let groups =
            Groups::new(wal.clone(), peers.clone(), liveness.clone(), TIMING, recovered.app_states).unwrap();
        let partition = lone_partition();
        let me = RaftNodeId::new(1, 1);
        let app = Arc::new(PartitionMachine(partition.clone()));
        partition.attach(groups.start(GroupSpec { id: GROUP, me, voters: vec![me], app }).await.unwrap());
        let stop = CancellationToken::new();
        tokio::spawn(liveness.run(peers, stop.clone().cancelled_owned()));
        until("it leads", || partition.ready_term().is_some()).await;
        Self { dir, file_size, wal, groups, partition, had_checkpoint, stop }
    }

    /// Ends it and starts it again from what is on its disk.
    async fn restart(self) -> Self {
        self.stop.cancel();
        self.groups.stop(GROUP).await;
        self.wal.close().unwrap();
        // The groups and the liveness driver hold one another, and the WAL, for the life of the process, and the
        // process holds the lock.
        std::fs::remove_file(self.dir.path().join("LOCK")).unwrap();
        Self::open(self.dir, self.file_size).await
    }

    fn term(&self) -> u64 {
        self.partition.ready_term().unwrap()
    }

    fn epoch(&self) -> i32 {
        self.term() as i32
    }

    fn queue(&self, bytes: &Bytes) -> Receiver<Result<AppendedAt, AppendError>> {
        self.partition.append(new_batch(bytes, None))
    }

    async fn append(&self, bytes: &Bytes) -> Result<i64, AppendError> {
        answer(self.queue(bytes)).await
    }

    /// The log's entries with records.
    fn entries(&self) -> Vec<EntryHeader> {
        let mut all = self.partition.group().unwrap().log().headers(0..u64::MAX).unwrap();
        all.retain(|entry| entry.count > 0);
        all
    }

    async fn read(&self, offset: i64, max_bytes: usize) -> Vec<u8> {
        self.partition.read(offset, max_bytes, true).await.unwrap().pieces.concat()
    }

    fn known(&self) -> Known {
        let state = self.partition.state.lock();
        let end = state.high_watermark();
        Known { end, producers: state.producers().clone(), times: state.times().clone() }
    }
}

/// What must be the same after a restart.
#[derive(Debug, PartialEq)]
struct Known {
    end: i64,
    producers: Producers,
    times: TimeIndex,
}

fn lone_partition() -> Arc<Partition> {
    Partition::new(GROUP, Uuid::nil(), 0, Arc::default())
}

/// Looks again and again until it is so.
async fn until(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !so() {
        assert!(Instant::now() < deadline, "not within 10 s: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn answer(receiver: Receiver<Result<AppendedAt, AppendError>>) -> Result<i64, AppendError> {
    let answer = tokio::time::timeout(Duration::from_secs(10), receiver).await;
    answer.expect("an answer within 10 s").unwrap().map(|at| at.base_offset)
}

fn new_batch(bytes: &Bytes, only_in_term: Option<u64>) -> NewBatch {
    let summary = validate_produce(bytes, &Limits::default()).unwrap();
    NewBatch { bytes: bytes.clone(), summary, only_in_term }
}

fn timed(timestamps: &[i64]) -> Bytes {
    let mut builder = BatchBuilder::new();
    for timestamp in timestamps {
        builder.push(*timestamp, None, Some(b"value"));
    }
    builder.finish().unwrap()
}

/// A batch of that many records.
fn batch(records: usize) -> Bytes {
    timed(&vec![1_000; records])
}

/// A batch of one record with a value of that many bytes.
fn large(bytes: usize) -> Bytes {
    let mut builder = BatchBuilder::new();
    builder.push(1_000, None, Some(&vec![b'x'; bytes]));
    builder.finish().unwrap()
}

/// The batch of an idempotent producer.
fn sequenced(producer: i64, epoch: i16, sequence: i32, records: usize) -> Bytes {
    let mut bytes = BytesMut::from(&batch(records)[..]);
    bytes[43..51].copy_from_slice(&producer.to_be_bytes());
    bytes[51..53].copy_from_slice(&epoch.to_be_bytes());
    bytes[53..57].copy_from_slice(&sequence.to_be_bytes());
    sealed(bytes)
}

/// The batch with its records compressed by gzip.
fn gzipped(plain: &Bytes) -> Bytes {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&plain[61..]).unwrap();
    let mut bytes = BytesMut::from(&plain[..61]);
    bytes[22] |= 1;
    bytes.extend_from_slice(&packer.finish().unwrap());
    sealed(bytes)
}

/// The batch with the length and the CRC that belong to it.
fn sealed(mut bytes: BytesMut) -> Bytes {
    let length = (bytes.len() - 12) as u32;
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    let crc = crc32c::crc32c(&bytes[21..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes.freeze()
}

/// The batch as a consumer gets it.
fn served(batch: &Bytes, base_offset: i64, leader_epoch: i32) -> Vec<u8> {
    let mut bytes = batch.to_vec();
    bytes[..8].copy_from_slice(&base_offset.to_be_bytes());
    bytes[12..16].copy_from_slice(&leader_epoch.to_be_bytes());
    bytes
}

mod appending {
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
        until("the first round is under way", || node.partition.node.queued.load(Ordering::Relaxed) == 0)
            .await;
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
    async fn a_stopped_group_answers_that_it_is_not_served() {
        let node = Node::start().await;
        node.groups.stop(GROUP).await;
        assert_eq!(node.append(&batch(1)).await, Err(AppendError::Unavailable));
    }

    #[tokio::test]
    async fn a_partition_that_has_not_started_serves_nothing() {
        let partition = lone_partition();
        let refused = answer(partition.append(new_batch(&batch(1), None))).await;
        assert_eq!(refused, Err(AppendError::Unavailable));
        assert_eq!(partition.ready_term(), None);
    }
}

mod memory {
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
}

mod idempotence {
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
}

mod reading {
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
            let ReadError::OutOfRange { offset: asked, log_start_offset: 0, high_watermark: 6 } = error
            else {
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
}

mod times {
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
}

/// Applies one batch as the entry of that index.
fn apply(machine: &PartitionMachine, index: u64, base: u64, batch: &Bytes) -> Reply {
    let count = new_batch(batch, None).summary.count;
    let command = Command { count, base, body: Body::One(batch.clone()) };
    let reply = machine.apply(&Applied { index, term: 1, payload: Payload::Data(&command) });
    machine.settled();
    reply
}

mod waiting {
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
}

mod damage {
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
}

mod restarting {
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
}
