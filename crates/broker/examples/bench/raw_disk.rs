//! What the disk itself does: writes of one size to the end of a file, each followed by fdatasync, nothing else.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FallocateFlags, fallocate, syncfs};

use crate::Result;

/// How the file is prepared before it is written to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Preparation {
    /// Space allocated by fallocate, as the WAL does it: the first write to a block also changes metadata.
    Allocated,
    /// Written with zeros and synced before: no metadata changes any more.
    Written,
}

/// What each writer did on average.
pub struct Rate {
    /// Writes made durable per second, by one writer.
    pub per_second: f64,
    /// How long the writes and their fdatasync took, sorted.
    pub times: Vec<Duration>,
}

/// Waits until the file system has written what it holds back and has given the space of deleted files back to the
/// disk (TRIM): gigabytes of that would fall into whatever is measured next.
pub async fn settle(directory: &Path) -> Result<()> {
    let directory = File::open(directory)?;
    Ok(tokio::task::spawn_blocking(move || syncfs(directory)).await??)
}

/// Lets so many threads write at the same time, each to a file of its own.
pub async fn measure(
    directory: &Path,
    writers: usize,
    bytes: usize,
    preparation: Preparation,
    time: Duration,
) -> Result<Rate> {
    settle(directory).await?;
    let directory = directory.to_path_buf();
    tokio::task::spawn_blocking(move || measure_now(&directory, writers, bytes, preparation, time)).await?
}

fn measure_now(
    directory: &Path,
    writers: usize,
    bytes: usize,
    preparation: Preparation,
    time: Duration,
) -> Result<Rate> {
    let file = |i| Prepared::new(directory.join(format!("raw{i}")), preparation);
    let files = (0..writers).map(file).collect::<Result<Vec<_>>>()?;
    let deadline = Instant::now() + time;
    let done = std::thread::scope(|scope| {
        let threads: Vec<_> = files.iter().map(|file| scope.spawn(|| file.write(bytes, deadline))).collect();
        let joined = threads.into_iter().map(|thread| thread.join().map_err(|_| "a writer panicked")?);
        joined.collect::<Result<Vec<_>>>()
    })?;
    let rate = |times: &Vec<Duration>| times.len() as f64 / times.iter().sum::<Duration>().as_secs_f64();
    let per_second = done.iter().map(rate).sum::<f64>() / writers as f64;
    let mut times: Vec<Duration> = done.into_iter().flatten().collect();
    times.sort_unstable();
    Ok(Rate { per_second, times })
}

/// A file of its own, removed in the end.
struct Prepared {
    path: PathBuf,
    file: File,
    preparation: Preparation,
    size: u64,
}

impl Prepared {
    fn new(path: PathBuf, preparation: Preparation) -> Result<Self> {
        let size = match preparation {
            // No block of it is ever written twice.
            Preparation::Allocated => 2 << 30,
            Preparation::Written => 256 << 20,
        };
        let file = File::options().write(true).create(true).truncate(true).open(&path)?;
        fallocate(&file, FallocateFlags::empty(), 0, size)?;
        if preparation == Preparation::Written {
            let zeros = vec![0; 1 << 20];
            for offset in (0..size).step_by(zeros.len()) {
                file.write_all_at(&zeros, offset)?;
            }
        }
        file.sync_all()?;
        Ok(Self { path, file, preparation, size })
    }

    /// Writes until the deadline; how long each write with its fdatasync took.
    fn write(&self, bytes: usize, deadline: Instant) -> Result<Vec<Duration>> {
        let body = vec![0x5a; bytes];
        let mut times = Vec::new();
        let mut offset = 0;
        loop {
            let started = Instant::now();
            let full = offset + bytes as u64 > self.size;
            if started >= deadline || (full && self.preparation == Preparation::Allocated) {
                return Ok(times);
            }
            if full {
                offset = 0;
            }
            self.file.write_all_at(&body, offset)?;
            self.file.sync_data()?;
            times.push(started.elapsed());
            offset += bytes as u64;
        }
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // The directory goes too.
        drop(std::fs::remove_file(&self.path));
    }
}
