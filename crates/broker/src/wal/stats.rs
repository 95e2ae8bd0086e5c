//! Counters of the WAL, cheap enough to be read at any time.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper limits of the fsync time buckets, in microseconds; a last bucket takes the rest.
pub const FSYNC_BUCKETS_US: [u64; 15] =
    [50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 102_400, 204_800, 409_600, 819_200];

/// A snapshot of the counters; all since the WAL was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Writes made durable: one `pwritev` and one `fdatasync` each.
    pub flushes: u64,
    /// Frames written.
    pub frames: u64,
    /// Records in the entries written (sum of their counts).
    pub records: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Time spent in fsync.
    pub fsync_total: Duration,
    /// The longest fsync.
    pub fsync_max: Duration,
    /// How many fsyncs took at most [`FSYNC_BUCKETS_US`]; the last: longer than all of those.
    pub fsync_buckets: [u64; 16],
    /// Bytes that wait for the disk now.
    pub queued_bytes: u64,
    /// WAL files on disk now.
    pub files: u64,
    /// Their size now, preallocated space included.
    pub disk_bytes: u64,
    /// Segments on disk now.
    pub segments: u64,
    /// Their size now.
    pub segment_bytes: u64,
    /// Bytes written to segments.
    pub relocated_bytes: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub flushes: AtomicU64,
    pub frames: AtomicU64,
    pub records: AtomicU64,
    pub bytes: AtomicU64,
    fsync_ns: AtomicU64,
    fsync_max_ns: AtomicU64,
    fsync_buckets: [AtomicU64; 16],
    pub queued_bytes: AtomicU64,
    pub relocated_bytes: AtomicU64,
}

impl Counters {
    pub(super) fn fsync(&self, took: Duration) {
        let ns = took.as_nanos() as u64;
        self.fsync_ns.fetch_add(ns, Relaxed);
        self.fsync_max_ns.fetch_max(ns, Relaxed);
        let bucket = FSYNC_BUCKETS_US.partition_point(|limit| limit * 1000 < ns);
        self.fsync_buckets[bucket].fetch_add(1, Relaxed);
    }

    /// The counters, without what is on disk now.
    pub(super) fn snapshot(&self) -> Stats {
        Stats {
            flushes: self.flushes.load(Relaxed),
            frames: self.frames.load(Relaxed),
            records: self.records.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            fsync_total: Duration::from_nanos(self.fsync_ns.load(Relaxed)),
            fsync_max: Duration::from_nanos(self.fsync_max_ns.load(Relaxed)),
            fsync_buckets: std::array::from_fn(|i| self.fsync_buckets[i].load(Relaxed)),
            queued_bytes: self.queued_bytes.load(Relaxed),
            relocated_bytes: self.relocated_bytes.load(Relaxed),
            ..Stats::default()
        }
    }
}
