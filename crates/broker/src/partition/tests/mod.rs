//! The partition over a real Raft group of one voter: WAL, openraft and state machine as in a node, nothing faked.
//!
//! The tests run on one thread. What a test does between two `await`s therefore happens within one round: that is
//! how "at the same time" is said here.

mod appending;
mod damage;
mod deleting;
mod idempotence;
mod memory;
mod reading;
mod restarting;
mod times;
mod waiting;

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
    catch_up_rate: 0,
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
        let peers = Peers::new(1, "test".into(), Uuid::nil(), Arc::new(liveness.clone()));
        let groups =
            Groups::new(wal.clone(), peers.clone(), liveness.clone(), TIMING, recovered.app_states).unwrap();
        let partition = lone_partition();
        let me = RaftNodeId::new(1, 1);
        let app = Arc::new(PartitionMachine(partition.clone()));
        partition.attach(
            groups
                .start(GroupSpec { id: GROUP, me, founders: vec![me], preference: vec![1], app })
                .await
                .unwrap(),
        );
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
    NewBatch { bytes: bytes.clone(), summary, only_in_term, insists: false }
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

/// Applies one batch as the entry of that index.
fn apply(machine: &PartitionMachine, index: u64, base: u64, batch: &Bytes) -> Reply {
    let count = new_batch(batch, None).summary.count;
    let command = Command { count, base, body: Body::One(batch.clone()) };
    let reply = machine.apply(&Applied { index, term: 1, payload: Payload::Data(&command) });
    machine.settled();
    reply
}
