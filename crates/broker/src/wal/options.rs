//! How a WAL is set up.

use std::fmt;
use std::sync::Arc;

/// Called once, on the writer thread, when a write or an fsync has failed.
pub type OnFatal = Arc<dyn Fn(&str) + Send + Sync>;

/// Options of a WAL. `Options::default()` is right for production.
#[derive(Clone)]
pub struct Options {
    /// Size of a file in bytes. Clamped to 64 KiB ..= 4 GiB.
    pub file_size: u64,
    /// How much of the newest entries is kept in memory, over all groups, in bytes.
    pub cache_bytes: u64,
    /// How much callers should let wait for the disk, in bytes. At four times this, appends are
    /// refused with [`WalError::Busy`](super::WalError::Busy).
    pub queue_bytes: u64,
    /// How many bytes may be moved to segments in a second; 0: as many as the disk takes.
    pub relocation_bytes_per_second: u64,
    /// What to do when a write or an fsync fails: after that nothing can be promised any more. The
    /// default prints the message and ends the process with status 70. If it returns, all that
    /// waits is answered with an error and the WAL is closed.
    pub on_fatal: OnFatal,
    /// Makes the next fsync fail.
    #[cfg(test)]
    pub(super) fault: Arc<std::sync::atomic::AtomicBool>,
    /// Space is given back only when [`Wal::reclaim`](super::Wal::reclaim) is called.
    #[cfg(test)]
    pub(super) reclaim_by_hand: bool,
    /// Called after each step of giving space back.
    #[cfg(test)]
    pub(super) watch_reclaim: Option<Arc<dyn Fn(super::reclaim::Step) + Send + Sync>>,
}

impl Default for Options {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            file_size: 256 * MIB,
            cache_bytes: 8 * MIB,
            queue_bytes: 256 * MIB,
            relocation_bytes_per_second: 0,
            on_fatal: Arc::new(end_process),
            #[cfg(test)]
            fault: Arc::default(),
            #[cfg(test)]
            reclaim_by_hand: false,
            #[cfg(test)]
            watch_reclaim: None,
        }
    }
}

impl Options {
    /// The defaults, with files of this size in bytes.
    pub fn with_file_size(file_size: u64) -> Self {
        Self { file_size, ..Self::default() }
    }

    /// `file_size` within its limits.
    pub(super) fn clamped_file_size(&self) -> u64 {
        self.file_size.clamp(64 << 10, 4 << 30).next_multiple_of(4096)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("file_size", &self.file_size)
            .field("cache_bytes", &self.cache_bytes)
            .field("queue_bytes", &self.queue_bytes)
            .field("relocation_bytes_per_second", &self.relocation_bytes_per_second)
            .finish_non_exhaustive()
    }
}

fn end_process(message: &str) {
    eprintln!("{message}");
    std::process::exit(70);
}
