//! What is asked and answered about a partition's records.

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use uuid::Uuid;

use super::Failure;

/// Who leads a partition, told to a client that asked the wrong broker (KIP-951).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaderHint {
    /// Broker id of the leader.
    pub leader: i32,
    /// Its epoch.
    pub leader_epoch: i32,
}

/// How one partition of a Produce request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProduceOutcome {
    /// Where the records are, or why they are not.
    pub result: Result<Appended, Failure>,
    /// The leader, when this node is not the one that should have been asked.
    pub leader: Option<LeaderHint>,
}

/// Where appended records lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Offset of the first record.
    pub base_offset: i64,
    /// Milliseconds since the epoch if the topic stamps on append, else -1.
    pub log_append_time: i64,
    /// Log start offset of the partition.
    pub log_start_offset: i64,
}

/// What a Fetch asks of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadRequest {
    /// Partition index.
    pub partition: i32,
    /// First offset wanted.
    pub offset: i64,
    /// The most bytes to answer.
    pub max_bytes: usize,
    /// Answer the first batch even if it is larger than `max_bytes`, so that a consumer gets on.
    pub at_least_one_batch: bool,
    /// The leader epoch that the client believes in: a lower one is `FENCED_LEADER_EPOCH`, a higher one
    /// `UNKNOWN_LEADER_EPOCH`.
    pub current_leader_epoch: Option<i32>,
    /// The epoch of the last record that the client has: a divergence is answered in `diverging`.
    pub last_fetched_epoch: Option<i32>,
    /// Read up to the last stable offset instead of the high watermark.
    pub read_committed: bool,
}

/// What can be read of one partition now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOutcome {
    /// Why nothing can be read.
    pub error: Option<ResponseError>,
    /// High watermark, -1 if unknown.
    pub high_watermark: i64,
    /// Last stable offset, -1 if unknown.
    pub last_stable_offset: i64,
    /// Log start offset, -1 if unknown.
    pub log_start_offset: i64,
    /// The epoch and its end offset where the client's log leaves this one.
    pub diverging: Option<EpochEnd>,
    /// Whole record batches in order, as they go out: shared, never copied.
    pub records: Vec<Bytes>,
    /// The leader, with `NOT_LEADER_OR_FOLLOWER` and `FENCED_LEADER_EPOCH`.
    pub leader: Option<LeaderHint>,
}

impl ReadOutcome {
    /// Nothing but an error.
    pub fn failed(error: ResponseError) -> Self {
        Self {
            error: Some(error),
            high_watermark: -1,
            last_stable_offset: -1,
            log_start_offset: -1,
            ..Self::default()
        }
    }

    /// Record bytes.
    pub fn size(&self) -> usize {
        self.records.iter().map(Bytes::len).sum()
    }
}

/// A leader epoch and where it ends; both -1 if unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    /// Leader epoch.
    pub epoch: i32,
    /// The offset behind its last record.
    pub end_offset: i64,
}

/// A partition and how far a waiting Fetch has seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchPoint {
    /// Topic.
    pub topic_id: Uuid,
    /// Partition index.
    pub partition: i32,
    /// The high watermark (or last stable offset, for `read_committed`) of the last read.
    pub seen: i64,
}

/// Waits for news of the partitions that a Fetch found too little in.
pub trait Watch: Send + 'static {
    /// Resolves when a watched partition is beyond what was seen, or is no longer what it was (led from
    /// elsewhere, deleted), with the indexes of the points that may have changed. Each is told once per
    /// change; one too many does no harm, one too few leaves a consumer waiting until its deadline.
    /// Must be safe to drop and call again.
    fn changed(&mut self) -> impl Future<Output = Vec<usize>> + Send;
}

/// What `ListOffsets` looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The log start offset (-2, and -4 while nothing is tiered).
    Earliest,
    /// The high watermark, or the last stable offset for `read_committed` (-1).
    Latest,
    /// The first record with the largest timestamp (-3).
    MaxTimestamp,
    /// The first record at or after this many milliseconds.
    Timestamp(i64),
}

/// What `ListOffsets` asks of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetQuery {
    /// Partition index.
    pub partition: i32,
    /// What to look for.
    pub spec: OffsetSpec,
    /// See [`ReadRequest::current_leader_epoch`].
    pub current_leader_epoch: Option<i32>,
    /// See [`ReadRequest::read_committed`].
    pub read_committed: bool,
}

/// An offset that `ListOffsets` found; offset -1 if there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundOffset {
    /// Timestamp of the record, -1 for the ends of the log.
    pub timestamp: i64,
    /// Offset.
    pub offset: i64,
    /// Leader epoch of that offset, -1 if unknown.
    pub leader_epoch: i32,
}

/// The identity of an idempotent producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerIdentity {
    /// Producer id.
    pub id: i64,
    /// Producer epoch.
    pub epoch: i16,
}
