//! What a node has on its disk, as the file system counts it and as the node itself explains it.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use chronik_common::admin::{StorageFileKind, StorageReport};

use crate::Result;
use crate::node::Node;

/// The unit of `st_blocks`, whatever the file system's own blocks are.
const BLOCK: u64 = 512;

/// At one moment.
pub struct Disk {
    /// Bytes of all blocks in the data directory, preallocated ones included.
    pub bytes: u64,
    pub wal_files: usize,
    pub segments: usize,
    /// How much of WAL files and segments is still needed.
    pub live_bytes: u64,
    report: StorageReport,
}

impl Disk {
    pub async fn of(node: &Node) -> Result<Self> {
        let report = node.storage().await?;
        let directory = node.data_dir();
        let bytes = tokio::task::spawn_blocking(move || bytes_below(&directory)).await??;
        let count = |kind| report.files.iter().filter(|file| file.kind == kind).count();
        Ok(Self {
            bytes,
            wal_files: count(StorageFileKind::Wal),
            segments: count(StorageFileKind::Segment),
            live_bytes: report.live_bytes,
            report,
        })
    }

    /// The bytes that each topic still needs of files of this kind.
    pub fn pinned(&self, kind: StorageFileKind) -> BTreeMap<&str, u64> {
        let mut pinned = BTreeMap::new();
        let files = self.report.files.iter().filter(|file| file.kind == kind);
        for holder in files.flat_map(|file| &file.pinned_by) {
            *pinned.entry(holder.topic.as_str()).or_default() += holder.bytes;
        }
        pinned
    }
}

/// Files may go while they are counted.
fn bytes_below(directory: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path())?,
            Ok(metadata) => metadata.blocks() * BLOCK,
            Err(e) if e.kind() == ErrorKind::NotFound => 0,
            Err(e) => return Err(e.into()),
        };
    }
    Ok(bytes)
}
