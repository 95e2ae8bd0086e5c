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
//! (`frame.rs`), and, once sealed, a footer (`footer.rs`) and a trailer. `*.wal.new` is the next file, prepared and not in use. `LOCK` keeps a
//! second process out.
//!
//! What is durable when:
//!
//! - *append, vote, truncate, purge, remove*: nothing, until `done` is called; then all of it, and all
//!   that was asked for before, of every group (`writer.rs`).
//! - *commit point*: rides with the next flush; it may lag behind after a crash.
//! - *a new file*: it counts once its checkpoint is durable; until then the old one is the tail.
//! - *a file is deleted* only if it is the oldest, nothing in it is alive, and what killed it (purge,
//!   truncation, tombstone, newer checkpoint) is durable.
//!
//! `recover.rs` says how start-up reads this, `scan.rs` how a torn tail is told from damage.

mod batch;
mod checkpoint;
mod codec;
mod error;
mod file;
mod footer;
pub mod forge;
mod frame;
mod group;
mod handle;
mod index;
mod janitor;
mod options;
mod queue;
mod read;
mod recover;
mod replay;
mod scan;
mod stats;
#[cfg(test)]
mod tests;
mod types;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::{self, File};
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
pub use stats::{FSYNC_BUCKETS_US, Stats};
pub use types::{Body, CheckpointSource, Entry, EntryHeader, GroupId, GroupState, LogId, Vote};

use file::WalFile;
use group::{Durable, Group};
use queue::Queue;
use stats::Counters;
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
    groups: RwLock<HashMap<GroupId, Arc<Group>>>,
    files: RwLock<BTreeMap<u64, Arc<WalFile>>>,
    source: RwLock<Option<Arc<dyn CheckpointSource>>>,
}

impl Shared {
    fn queue_limit(&self) -> u64 {
        self.options.queue_bytes.saturating_mul(4)
    }
}

/// The WAL of a node. Cheap to clone; the last clone to go closes it.
#[derive(Clone)]
pub struct Wal {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
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
                .and_then(|()| writer::seal(tail, end, end, &groups))
                .map_err(WalError::io("seal", &tail.path))?;
        }
        let shared = Arc::new(Shared {
            options,
            queue: Queue::default(),
            counters: Counters::default(),
            groups: RwLock::new(groups.iter().map(|(id, group)| (*id, group.clone())).collect()),
            files: RwLock::new(image.files),
            source: RwLock::default(),
        });
        let writer = Writer::start(shared.clone(), dir.to_path_buf(), groups, image.next_seq)
            .map_err(WalError::io("begin a file in", dir))?;
        let thread = thread::Builder::new()
            .name("wal-writer".into())
            .spawn(move || run(writer))
            .map_err(WalError::io("start the writer of", dir))?;
        let inner = Inner { shared, writer: Mutex::new(Some(thread)), _lock: lock };
        Ok((Self { inner: Arc::new(inner) }, recovered))
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

    /// Counters.
    pub fn stats(&self) -> Stats {
        let shared = &self.inner.shared;
        let files = shared.files.read();
        let bytes = files.values().map(|file| file.len()).sum();
        shared.counters.snapshot(files.len() as u64, bytes)
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
    fn close(&self) {
        self.shared.queue.close();
        let writer = self.writer.lock().take();
        // The last handle may be dropped by a callback, on the writer's own thread.
        if let Some(writer) = writer.filter(|writer| writer.thread().id() != thread::current().id()) {
            let _ = writer.join();
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
