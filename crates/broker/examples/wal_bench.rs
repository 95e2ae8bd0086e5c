//! Measures the WAL beside the disk that it is on.
//!
//! `wal_bench DIR [WRITERS] [RECORD_BYTES] [SECONDS]`: that many threads, each with its own group and
//! with eight entries under way; in turns with it, raw `fdatasync`s of a preallocated file in the same
//! directory, each of as many bytes as a flush had on average. Prints flushes a second, records a
//! flush, and the ratio.

#![allow(clippy::cast_precision_loss)]

use std::error::Error;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chronik_broker::wal::{Body, Entry, GroupLog, LogId, Options, Wal};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Entries of a writer that wait for the disk at once.
const UNDER_WAY: u64 = 8;
/// The disk changes its pace: load and raw syncs take turns.
const TURNS: u32 = 10;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| args.get(at).map_or(Ok(default), |arg| arg.parse());
    let dir = args.first().ok_or("usage: wal_bench DIR [WRITERS] [RECORD_BYTES] [SECONDS]")?;
    let (writers, size, seconds) = (number(1, 16)?, number(2, 1024)? as usize, number(3, 10)?);
    let turn = Duration::from_secs(seconds) / TURNS / 2;
    let dir = Path::new(dir).join("wal_bench");
    fs::create_dir_all(&dir)?;

    let (wal, _) = Wal::open(&dir.join("wal"), Options::default())?;
    let raw = Raw::create(&dir.join("raw"))?;
    let (mut load_time, mut raw_rate) = (Duration::ZERO, 0.0);
    for _ in 0..TURNS {
        load_time += load(&wal, writers, size, turn)?;
        let stats = wal.stats();
        raw_rate += raw.syncs((stats.bytes / stats.flushes.max(1)) as usize, turn)? / f64::from(TURNS);
    }
    let stats = wal.stats();
    wal.close()?;
    let each = |sum: u64| sum as f64 / stats.flushes.max(1) as f64;
    let flushes = stats.flushes as f64 / load_time.as_secs_f64();
    println!("raw fdatasync:    {raw_rate:>10.0} /s, of as many bytes as a flush");
    println!("flushes:          {flushes:>10.0} /s");
    println!("raw / flushes:    {:>10.2}", raw_rate / flushes);
    println!("records:          {:>10.0} /s", each(stats.records) * flushes);
    println!("records a flush:  {:>10.1}", each(stats.records));
    println!("bytes:            {:>10.1} MB/s", each(stats.bytes) * flushes / 1e6);
    println!(
        "fsync mean, max:  {:>10.2?} {:.2?}",
        stats.fsync_total / stats.flushes.max(1) as u32,
        stats.fsync_max
    );
    fs::remove_dir_all(&dir)?;
    Ok(())
}

/// A preallocated file.
struct Raw(File);

impl Raw {
    const LEN: u64 = 256 << 20;

    fn create(path: &Path) -> Result<Self> {
        let file = File::create(path)?;
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, Self::LEN)?;
        file.sync_all()?;
        Ok(Self(file))
    }

    /// How many writes of `size` bytes, each made durable, the disk takes in a second.
    fn syncs(&self, size: usize, time: Duration) -> Result<f64> {
        let (bytes, begun) = (vec![7; size], Instant::now());
        let mut syncs = 0;
        while begun.elapsed() < time {
            self.0.write_all_at(&bytes, syncs * size as u64 % (Self::LEN - size as u64))?;
            self.0.sync_data()?;
            syncs += 1;
        }
        Ok(syncs as f64 / begun.elapsed().as_secs_f64())
    }
}

fn load(wal: &Wal, writers: u64, size: usize, time: Duration) -> Result<Duration> {
    let body = Bytes::from(vec![7; size]);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|group| {
                let (log, body) = (wal.group(group), body.clone());
                scope.spawn(move || write(&log, &body, begun + time))
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a writer panicked")?)
    })?;
    Ok(begun.elapsed())
}

fn write(log: &GroupLog, body: &Bytes, end: Instant) -> Result<()> {
    let (tell, told) = mpsc::channel();
    let mut under_way = 0;
    while Instant::now() < end {
        let id = LogId { term: 1, leader: 1, index: log.state().next_index() };
        let entry = Entry { id, kind: 0, count: 1, base: 0, body: Body::One(body.clone()) };
        let tell = tell.clone();
        log.append(vec![entry], Box::new(move |result| drop(tell.send(result))))?;
        under_way += 1;
        if under_way == UNDER_WAY {
            told.recv()??;
            under_way -= 1;
        }
    }
    drop(tell);
    told.into_iter().try_for_each(|result| Ok(result?))
}
