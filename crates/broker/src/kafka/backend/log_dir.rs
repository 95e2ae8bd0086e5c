//! What this node holds on its disk.

/// The directory that holds this node's replicas; a node has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDir {
    /// Absolute path.
    pub path: String,
    /// Size of the volume in bytes, -1 if unknown.
    pub total_bytes: i64,
    /// Bytes of the volume that can still be written, -1 if unknown.
    pub usable_bytes: i64,
    /// The replicas, also those that are only coming or going, ordered by topic name and partition.
    pub replicas: Vec<HeldReplica>,
}

/// A replica that this node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldReplica {
    /// Topic name.
    pub topic: String,
    /// Partition index.
    pub partition: i32,
    /// What it takes on disk, in bytes.
    pub bytes: i64,
    /// How many offsets it lacks to the high watermark.
    pub lag: i64,
}
