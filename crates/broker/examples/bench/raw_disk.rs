//! What the disk itself does: writes of one size to the end of a file, each followed by fdatasync, nothing else.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FallocateFlags, fallocate};

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

/// Lets so many threads write at the same time, each to a file of its own.
pub async fn measure(
    directory: &Path,
    writers: usize,
    bytes: usize,
    preparation: Preparation,
    time: Duration,
) -> Result<Rate> {
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
    let files: Vec<Prepared> = (0..writers)
        .map(|i| Prepared::new(directory.join(format!("raw{i}")), preparation))
        .collect::<Result<_>>()?;
    let started = Instant::now();
    let times = std::thread::scope(|scope| {
        let threads: Vec<_> =
            files.iter().map(|file| scope.spawn(move || file.write(bytes, started + time))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a writer panicked")?)
            .collect::<Result<Vec<_>>>()
    })?;
    let elapsed = started.elapsed();
    let mut times: Vec<Duration> = times.into_iter().flatten().collect();
    times.sort_unstable();
    Ok(Rate { per_second: times.len() as f64 / writers as f64 / elapsed.as_secs_f64(), times })
}

/// A file of its own, removed in the end.
struct Prepared {
    path: PathBuf,
    file: File,
}

impl Prepared {
    /// As large as a WAL file. When it is full, writing starts over at its beginning.
    const SIZE: u64 = 256 << 20;

    fn new(path: PathBuf, preparation: Preparation) -> Result<Self> {
        let file = File::options().write(true).create(true).truncate(true).open(&path)?;
        fallocate(&file, FallocateFlags::empty(), 0, Self::SIZE)?;
        if preparation == Preparation::Written {
            let zeros = vec![0; 1 << 20];
            for offset in (0..Self::SIZE).step_by(zeros.len()) {
                file.write_all_at(&zeros, offset)?;
            }
        }
        file.sync_all()?;
        Ok(Self { path, file })
    }

    /// Writes until the deadline; how long each write with its fdatasync took.
    fn write(&self, bytes: usize, deadline: Instant) -> Result<Vec<Duration>> {
        let body = vec![0x5a; bytes];
        let mut times = Vec::new();
        let mut offset = 0;
        loop {
            let started = Instant::now();
            if started >= deadline {
                return Ok(times);
            }
            self.file.write_all_at(&body, offset)?;
            self.file.sync_data()?;
            times.push(started.elapsed());
            offset += bytes as u64;
            if offset + bytes as u64 > Self::SIZE {
                offset = 0;
            }
        }
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // The directory goes too.
        drop(std::fs::remove_file(&self.path));
    }
}
