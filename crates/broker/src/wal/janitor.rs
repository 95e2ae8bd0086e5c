//! Work beside the writer: the next file is made in the background, so that a rotation finds it ready.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use super::file::{WalFile, file_name};

enum Job {
    Prepare(u64),
    Delete(PathBuf),
}

/// The background thread. Dropping it ends the thread and deletes a file prepared in vain.
#[derive(Debug)]
pub struct Janitor {
    jobs: Option<Sender<Job>>,
    prepared: Receiver<io::Result<WalFile>>,
    asked: bool,
    thread: Option<JoinHandle<()>>,
}

/// Name of a file that is not in use yet.
pub fn prepared_path(dir: &Path, seq: u64) -> PathBuf {
    dir.join(file_name(seq) + ".new")
}

impl Janitor {
    /// Starts the thread, for files of `size` bytes in `dir`.
    pub fn start(dir: &Path, size: u64) -> io::Result<Self> {
        // One job a file: the channels hold no more than there are files.
        let (jobs, todo) = mpsc::channel();
        let (results, prepared) = mpsc::channel();
        let dir = dir.to_path_buf();
        let work = move || {
            for job in todo {
                match job {
                    Job::Prepare(seq) => {
                        let _ = results.send(WalFile::create(&prepared_path(&dir, seq), seq, size));
                    }
                    Job::Delete(path) => {
                        if let Err(error) = fs::remove_file(&path) {
                            tracing::warn!(file = %path.display(), %error, "cannot delete an unused WAL file");
                        }
                    }
                }
            }
        };
        let thread = thread::Builder::new().name("wal-janitor".into()).spawn(work)?;
        Ok(Self { jobs: Some(jobs), prepared, asked: false, thread: Some(thread) })
    }

    fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }

    /// Asks for file `seq`, to be taken later.
    pub fn prepare(&mut self, seq: u64) {
        self.asked = true;
        self.send(Job::Prepare(seq));
    }

    /// Takes the file that was asked for; waits until it is made.
    pub fn take(&mut self) -> io::Result<WalFile> {
        self.asked = false;
        self.prepared.recv().map_err(|_| io::Error::other("the WAL's background thread has ended"))?
    }

    /// Deletes a file that was prepared, some time.
    fn delete(&self, path: &Path) {
        self.send(Job::Delete(path.to_path_buf()));
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        if self.asked
            && let Ok(unused) = self.take()
        {
            self.delete(&unused.path);
        }
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
