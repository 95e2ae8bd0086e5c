//! The WAL by itself in this process, without Raft, Kafka and network: what its own work adds to the disk's.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chronik_broker::wal::{Body, Entry, LogId, Options, Stats, Wal};

use crate::Result;

/// What a WAL did in a measured time.
pub struct Measured {
    pub elapsed: Duration,
    pub flushes: u64,
    pub entries: u64,
    pub frames: u64,
    pub bytes: u64,
    pub in_fsync: Duration,
}

/// Appends entries to `groups` groups, each as soon as its last one is durable.
pub async fn measure(directory: &Path, groups: u64, entry_bytes: usize, time: Duration) -> Result<Measured> {
    let directory = directory.to_path_buf();
    tokio::task::spawn_blocking(move || measure_now(&directory, groups, entry_bytes, time)).await?
}

fn measure_now(directory: &Path, groups: u64, entry_bytes: usize, time: Duration) -> Result<Measured> {
    let (wal, _) = Wal::open(directory, Options::default())?;
    let logs: Vec<_> = (0..groups).map(|id| wal.group(id)).collect();
    let body = Bytes::from(vec![0x5a; entry_bytes]);
    let (durable, ready) = mpsc::channel();
    for group in 0..logs.len() {
        durable.send(Ok((group, 0)))?;
    }
    let (started, before) = (Instant::now(), wal.stats());
    while started.elapsed() < time {
        let (group, index) = ready.recv()??;
        let id = LogId { term: 1, leader: 1, index };
        let entry = Entry { id, kind: 0, count: 1, base: 0, body: Body::One(body.clone()) };
        let durable = durable.clone();
        // Once the measurement is over nobody is left to be told.
        let done = move |result: std::io::Result<()>| drop(durable.send(result.map(|()| (group, index + 1))));
        logs.get(group).ok_or("there is no such group")?.append(vec![entry], Box::new(done))?;
    }
    let (elapsed, Stats { flushes, frames, records, bytes, fsync_total, .. }) =
        (started.elapsed(), wal.stats());
    wal.close()?;
    Ok(Measured {
        elapsed,
        flushes: flushes - before.flushes,
        // Each entry counts as one record.
        entries: records - before.records,
        frames: frames - before.frames,
        bytes: bytes - before.bytes,
        in_fsync: fsync_total.saturating_sub(before.fsync_total),
    })
}
