//! One write-ahead log for many logs: a sequence of preallocated files, one a node, in which numbered
//! groups keep numbered entries with opaque bodies; one writer, one fsync for whatever waits.
//!
//! It must never acknowledge what is not durable, never serve a byte that it has not verified or been
//! given, never skip damage in silence, and never make a caller wait for the disk, save a read of old
//! entries. It knows nothing of who votes, who leads, or what a body means.
//!
//! # On disk (format V3)
//!
//! `0000000000000001.wal`, `0000000000000002.wal`, … Each file is a header page (`file.rs`), a
//! checkpoint of all groups (`checkpoint.rs`), frames in the order in which they were asked for
//! (`frame.rs`), and, once sealed, a footer (`footer.rs`) and a trailer. `*.wal.new` is the next file,
//! prepared and not in use. `LOCK` keeps a second process out.
//!
//! `segments/<group>-<first index>-<number>.seg`: entries of one group that outlived their neighbours
//! in a WAL file, moved so that the file could be deleted (`policy.rs` says when). The same header page,
//! with the segment's number for the sequence number, the same frames, entries only, the same footer
//! and trailer. Segments are written once and never changed; `*.seg.new` is one that was not finished.
//! They say where entries are, and the WAL files alone say which of them are alive.
//!
//! What is durable when:
//!
//! - *append, vote, truncate, purge, remove*: nothing, until `done` is called; then all of it, and all
//!   that was asked for before, of every group (`writer.rs`).
//! - *commit point*: rides with the next flush; it may lag behind after a crash.
//! - *a new file*: it counts once its checkpoint is durable; until then the old one is the tail.
//! - *a segment*: from the moment at which it has its name. Until the name is durable, its entries are
//!   in the WAL files and segments that they come from, too.
//! - *a WAL file is deleted* only if it is the oldest, nothing in it is alive, and what killed it
//!   (purge, truncation, tombstone, newer checkpoint, a durable copy in a segment) is durable; *a
//!   segment*, whenever nothing in it is alive and the same holds.
//!
//! `recover.rs` says how start-up reads this, `scan.rs` how a torn tail is told from damage, `reclaim.rs`
//! what is on disk at each step of a relocation.

mod batch;
mod checkpoint;
mod codec;
mod contents;
mod error;
mod file;
mod footer;
pub mod forge;
mod frame;
mod group;
mod handle;
mod head;
mod index;
mod janitor;
mod options;
mod policy;
mod queue;
mod read;
mod reclaim;
mod recover;
mod relocate;
mod replay;
mod scan;
mod segment;
mod space;
mod stats;
mod stretch;
#[cfg(test)]
mod tests;
mod turns;
mod types;
mod writer;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};

pub use error::WalError;
pub use handle::{GroupLog, MAX_BODY};
pub use options::{OnFatal, Options};
pub use queue::Done;
pub use recover::{Corruption, TornTail};
pub use space::{FileKind, FileSpace, Space};
pub use stats::{FSYNC_BUCKETS_US, Stats};
pub use types::{Body, CheckpointSource, Entry, EntryHeader, GroupId, GroupState, LogId, Vote};

use file::WalFile;
use group::{Durable, Group};
use queue::Queue;
use reclaim::Reclaimer;
use segment::Segment;
use stats::Counters;
use turns::Turns;
use writer::Writer;

/// What start-up found.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The newest application state of each group that has one.
    pub app_states: HashMap<GroupId, Bytes>,
    /// The damage. The groups named are quarantined.
    pub corruptions: Vec<Corruption>,
    /// Whether the newest file ended in an unfinished write, which was cut off.
    pub torn_tail: Option<TornTail>,
}

/// What the handles, the writer and the readers share.
struct Shared {
    options: Options,
    queue: Queue,
    counters: Counters,
    /// The groups as callers see them.
    groups: RwLock<HashMap<GroupId, Arc<Group>>>,
    /// The groups that are alive as far as the disk knows. Changed by the writer only.
    live: RwLock<BTreeMap<GroupId, Arc<Group>>>,
    /// The WAL files; the last is being written. What an index refers to is in here or in `segments`.
    files: RwLock<BTreeMap<u64, Arc<WalFile>>>,
    segments: RwLock<BTreeMap<u64, Arc<Segment>>>,
    reclaim: Turns,
    source: RwLock<Option<Arc<dyn CheckpointSource>>>,
}

impl Shared {
    fn queue_limit(&self) -> u64 {
        self.options.queue_bytes.saturating_mul(4)
    }

    /// The file with this number, WAL file or segment.
    fn file(&self, number: u64) -> Option<Arc<WalFile>> {
        if segment::is_segment(number) {
            self.segments.read().get(&number).map(|segment| segment.file.clone())
        } else {
            self.files.read().get(&number).cloned()
        }
    }

    fn live_groups(&self) -> Vec<Arc<Group>> {
        self.live.read().values().cloned().collect()
    }

    /// Something may have died: space can perhaps be given back.
    fn want_reclaim(&self) {
        #[cfg(test)]
        if self.options.reclaim_by_hand {
            return;
        }
        self.reclaim.want();
    }
}

/// The WAL of a node. Cheap to clone; the last clone to go closes it.
#[derive(Clone)]
pub struct Wal {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    /// The writer, and the thread that gives space back.
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Held for its lock.
    _lock: File,
}

impl fmt::Debug for Wal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wal").field("options", &self.inner.shared.options).finish_non_exhaustive()
    }
}

impl Wal {
    /// Opens the WAL in `dir`, creating it if it is not there. `dir` must be on a local disk.
    ///
    /// Damage is no error: it is told in [`Recovered::corruptions`]. Afterwards nothing is left of a
    /// torn tail, and a new file has begun.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Recovered), WalError> {
        fs::create_dir_all(dir).map_err(WalError::io("create", dir))?;
        let lock = lock(dir)?;
        let image = recover::recover(dir)?;
        let recovered = Recovered {
            app_states: app_states(&image.groups),
            corruptions: image.corruptions,
            torn_tail: image.torn,
        };
        let groups: BTreeMap<_, _> =
            image.groups.into_iter().map(|(id, durable)| (id, Arc::new(Group::new(id, durable)))).collect();
        if let Some((seq, end)) = image.tail
            && let Some(tail) = image.files.get(&seq)
        {
            // A killed process may have written without syncing: first that becomes durable, then
            // the footer may say so.
            tail.sync()
                .and_then(|()| writer::seal(tail, end, end, &groups.values().cloned().collect::<Vec<_>>()))
                .map_err(WalError::io("seal", &tail.path))?;
        }
        let shared = Arc::new(Shared {
            options,
            queue: Queue::default(),
            counters: Counters::default(),
            groups: RwLock::new(groups.iter().map(|(id, group)| (*id, group.clone())).collect()),
            live: RwLock::new(groups),
            files: RwLock::new(image.files),
            segments: RwLock::new(image.segments),
            reclaim: Turns::default(),
            source: RwLock::default(),
        });
        let writer = Writer::start(shared.clone(), dir.to_path_buf(), image.next_seq)
            .map_err(WalError::io("begin a file in", dir))?;
        let reclaimer = Reclaimer::new(shared.clone(), dir);
        shared.want_reclaim();
        let wal = Self { inner: Arc::new(Inner { shared, threads: Mutex::default(), _lock: lock }) };
        wal.inner
            .start("wal-writer", move || run(writer))
            .map_err(WalError::io("start the writer of", dir))?;
        let reclaim = move || run_reclaimer(reclaimer);
        wal.inner.start("wal-reclaim", reclaim).map_err(WalError::io("start the reclaimer of", dir))?;
        Ok((wal, recovered))
    }

    /// Sets whom to ask for the state of the groups at each checkpoint.
    pub fn set_checkpoint_source(&self, source: Arc<dyn CheckpointSource>) {
        *self.inner.shared.source.write() = Some(source);
    }

    /// The groups of which something is known: on disk, or through a handle.
    pub fn groups(&self) -> Vec<GroupId> {
        self.inner.shared.groups.read().keys().copied().collect()
    }

    /// The log of a group, new and empty if there is none yet.
    pub fn group(&self, id: GroupId) -> GroupLog {
        let shared = &self.inner.shared;
        let found = shared.groups.read().get(&id).cloned();
        let create = || Arc::new(Group::new(id, Durable::default()));
        let group = found.unwrap_or_else(|| shared.groups.write().entry(id).or_insert_with(create).clone());
        GroupLog::new(shared.clone(), group)
    }

    /// Sequence number of the file that is being written.
    pub fn tail_file(&self) -> u64 {
        self.inner.shared.files.read().last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// The application states that the checkpoint at the head of `file` holds of `groups`: states
    /// that the groups had when that file was begun, or before. Reads the disk and verifies every
    /// frame of the checkpoint.
    ///
    /// Left out is a group that the checkpoint does not know, knows no state of, or quarantines. For the
    /// number of a segment nothing is given: it has no checkpoint.
    /// [`WalError::DamagedCheckpoint`]: nothing of it is given. [`WalError::NoSuchFile`]: it was deleted,
    /// perhaps because its entries have moved; look the entry up again.
    pub fn checkpointed_states(
        &self,
        file: u64,
        groups: &HashSet<GroupId>,
    ) -> Result<HashMap<GroupId, Bytes>, WalError> {
        match self.inner.shared.file(file) {
            None => Err(WalError::NoSuchFile { file }),
            Some(_) if segment::is_segment(file) => Ok(HashMap::new()),
            Some(file) => head::states(&file, groups),
        }
    }

    /// Counters.
    pub fn stats(&self) -> Stats {
        let shared = &self.inner.shared;
        let count = |sizes: Vec<u64>| (sizes.len() as u64, sizes.iter().sum());
        let (files, disk_bytes) = count(shared.files.read().values().map(|file| file.len()).collect());
        let segments = shared.segments.read().values().map(|segment| segment.file.len()).collect();
        let (segments, segment_bytes) = count(segments);
        Stats { files, disk_bytes, segments, segment_bytes, ..shared.counters.snapshot() }
    }

    /// What the disk is used for, and what pins it. Asks every group, reads no disk.
    pub fn space(&self) -> Space {
        Space::of(&self.inner.shared)
    }

    /// Gives space back now, and waits until nothing more can be: deletes what is dead, moves what
    /// survives in old files. That happens by itself after each file and after each purge. Must not
    /// be called from a callback. [`WalError::Closed`]: the WAL is closed or has failed.
    pub fn reclaim(&self) -> Result<(), WalError> {
        let shared = &self.inner.shared;
        let done = !shared.queue.has_failed() && shared.reclaim.want_and_wait();
        if done { Ok(()) } else { Err(WalError::Closed) }
    }

    /// Bytes of entries that wait for the disk.
    pub fn queued_bytes(&self) -> u64 {
        self.inner.shared.counters.queued_bytes.load(Relaxed)
    }

    /// Writes what waits, seals the file and ends the writer. Further changes are refused; reads
    /// still work. Must not be called from a callback. [`WalError::Closed`]: the WAL had failed.
    pub fn close(&self) -> Result<(), WalError> {
        self.inner.close();
        if self.inner.shared.queue.has_failed() { Err(WalError::Closed) } else { Ok(()) }
    }
}

impl Inner {
    fn start(&self, name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name(name.into()).spawn(work)?;
        self.threads.lock().push(thread);
        Ok(())
    }

    fn close(&self) {
        self.shared.queue.close();
        self.shared.reclaim.end();
        for thread in std::mem::take(&mut *self.threads.lock()) {
            // The last handle may be dropped by a callback, on the writer's own thread.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// Runs the writer. If it panics (a callback may), nothing would ever be answered again: fatal.
fn run(writer: Writer) {
    let shared = writer.shared();
    if catch_unwind(AssertUnwindSafe(|| writer.run())).is_err() {
        drop(shared.queue.fail());
        (shared.options.on_fatal)("WAL: the writer has panicked; nothing more is acknowledged");
    }
}

/// Runs the reclaimer. If it panics, space is not given back any more, and all else goes on.
fn run_reclaimer(reclaimer: Reclaimer) {
    let shared = reclaimer.shared();
    if catch_unwind(AssertUnwindSafe(|| reclaimer.run())).is_err() {
        tracing::error!("WAL: the reclaimer has panicked; no space is given back until the next start");
    }
    shared.reclaim.end();
}

fn app_states(groups: &BTreeMap<GroupId, Durable>) -> HashMap<GroupId, Bytes> {
    groups.iter().filter_map(|(id, group)| Some((*id, group.app.clone()?))).collect()
}

/// Takes the exclusive lock of the directory; it lasts as long as the file is open.
fn lock(dir: &Path) -> Result<File, WalError> {
    let path = dir.join("LOCK");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(WalError::io("open", &path))?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(WalError::Locked { dir: dir.to_path_buf() }),
        Err(error) => Err(WalError::Io { what: "lock", path, source: error.into() }),
    }
}
