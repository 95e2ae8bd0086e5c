//! What this node's WAL holds on disk, and what keeps it there.

use chronik_common::admin::{PinnedBy, StorageFile, StorageFileKind, StorageReport};

use super::Node;
use crate::metadata::MetadataImage;
use crate::raft::{GroupId, METADATA_GROUP};
use crate::wal::{FileKind, FileSpace};

/// What the metadata group is called among topics, as in Kafka.
const METADATA_TOPIC: &str = "__cluster_metadata";

impl Node {
    pub(super) async fn storage_report(&self) -> StorageReport {
        let wal = self.inner.groups.wal().clone();
        let image = self.inner.metadata.image();
        // It asks every group: not on a thread that serves others.
        let space = tokio::task::spawn_blocking(move || wal.space()).await;
        let node_id = self.id();
        match space {
            Ok(space) => StorageReport {
                node_id,
                disk_bytes: space.disk_bytes,
                live_bytes: space.live_bytes,
                files: space.files.iter().map(|file| storage_file(&image, file)).collect(),
            },
            Err(_) => StorageReport { node_id, disk_bytes: 0, live_bytes: 0, files: Vec::new() },
        }
    }
}

fn storage_file(image: &MetadataImage, file: &FileSpace) -> StorageFile {
    StorageFile {
        file: file.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        kind: match file.kind {
            FileKind::Wal => StorageFileKind::Wal,
            FileKind::Segment => StorageFileKind::Segment,
        },
        bytes: file.bytes_on_disk,
        live_bytes: file.live_bytes,
        pinned_by: file.pinned_by.iter().map(|(group, bytes)| pinned_by(image, *group, *bytes)).collect(),
    }
}

fn pinned_by(image: &MetadataImage, group: GroupId, bytes: u64) -> PinnedBy {
    let (topic, partition) = match image.partition(group) {
        Some((topic, index, _)) => (topic.name.clone(), index),
        None if group == METADATA_GROUP => (METADATA_TOPIC.to_owned(), 0),
        None => (format!("(removed group {group})"), 0),
    };
    PinnedBy { topic, partition, bytes }
}
