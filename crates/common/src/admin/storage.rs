//! What one node's WAL holds on disk, and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decimal;

/// `GET /admin/v1/storage`: this node's WAL, and no other node's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StorageReport {
    /// The node that answers.
    pub node_id: i32,
    /// Size of all files, preallocated space included.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub disk_bytes: u64,
    /// How much of it is still needed.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub live_bytes: u64,
    /// The files, oldest first.
    pub files: Vec<StorageFile>,
}

/// A file of the WAL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StorageFile {
    /// Its name.
    pub file: String,
    /// What it is for.
    pub kind: StorageFileKind,
    /// Its size.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub bytes: u64,
    /// How much of it is still needed.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub live_bytes: u64,
    /// What keeps it from being deleted, the most bytes first.
    #[serde(default)]
    pub pinned_by: Vec<PinnedBy>,
}

/// What a file of the WAL is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StorageFileKind {
    /// Written by all groups, in order of time.
    Wal,
    /// Holds what one group still needs of files that are gone.
    Segment,
}

/// A partition that still needs a part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PinnedBy {
    /// Its topic; `__cluster_metadata` stands for the metadata group.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// How much it needs.
    #[serde(with = "decimal")]
    #[schema(value_type = String)]
    pub bytes: u64,
}
