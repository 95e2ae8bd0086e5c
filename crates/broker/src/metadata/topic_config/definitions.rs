//! The table of settings: names, types, values, documentation.

use super::{ConfigType, MAX_MESSAGE_BYTES_LIMIT};

pub(super) const MIN_INSYNC_REPLICAS: &str = "min.insync.replicas";
pub(super) const MAX_MESSAGE_BYTES: &str = "max.message.bytes";
pub(super) const RETENTION_MS: &str = "retention.ms";
pub(super) const RETENTION_BYTES: &str = "retention.bytes";
pub(super) const CLEANUP_POLICY: &str = "cleanup.policy";
pub(super) const DELETE: &str = "delete";

/// What values a setting takes.
#[derive(Clone, Copy)]
pub(super) enum Accepts {
    /// A whole number in a range.
    Number { min: i64, max: i64 },
    /// A fraction from 0 to 1.
    Ratio,
    /// true or false.
    Boolean,
    /// One value, because it describes what the broker does anyway.
    Only { value: &'static str, otherwise: &'static str },
}

pub(super) struct Definition {
    pub(super) name: &'static str,
    pub(super) kind: ConfigType,
    pub(super) accepts: Accepts,
    pub(super) documentation: &'static str,
}

const FROM_0: Accepts = Accepts::Number { min: 0, max: i64::MAX };
const FROM_1: Accepts = Accepts::Number { min: 1, max: i64::MAX };
const UNLIMITED_OR_MORE: Accepts = Accepts::Number { min: -1, max: i64::MAX };

/// Every setting that is true of any topic, in the order in which they are
/// described.
pub(super) const DEFINITIONS: [Definition; 8] = [
    Definition {
        name: CLEANUP_POLICY,
        kind: ConfigType::List,
        accepts: Accepts::Only { value: DELETE, otherwise: "compaction is not there yet; use 'delete'" },
        documentation: "How old records go: whole, from the oldest on.",
    },
    Definition {
        name: "compression.type",
        kind: ConfigType::String,
        accepts: Accepts::Only {
            value: "producer",
            otherwise: "batches are stored as the producer compressed them; use 'producer' and set the \
                        compression on the producer",
        },
        documentation: "Batches are stored as the producer compressed them.",
    },
    Definition {
        name: MAX_MESSAGE_BYTES,
        kind: ConfigType::Int,
        accepts: Accepts::Number { min: 0, max: MAX_MESSAGE_BYTES_LIMIT as i64 },
        documentation: "The largest record batch that is accepted, in bytes, after compression.",
    },
    Definition {
        name: "message.timestamp.type",
        kind: ConfigType::String,
        accepts: Accepts::Only {
            value: "CreateTime",
            otherwise: "timestamps are the producer's; use 'CreateTime'",
        },
        documentation: "Whose clock stamps the records: the producer's.",
    },
    Definition {
        name: MIN_INSYNC_REPLICAS,
        kind: ConfigType::Int,
        accepts: Accepts::Number { min: 1, max: i32::MAX as i64 },
        documentation: "How many replicas must be in sync for a produce with acks=all to be accepted. \
                        More than the replication factor counts as the replication factor.",
    },
    Definition {
        name: RETENTION_BYTES,
        kind: ConfigType::Long,
        accepts: UNLIMITED_OR_MORE,
        documentation: "The bytes of a partition that are kept where its oldest records are deleted; -1: \
                        size deletes nothing. Records go in steps of 64 KiB or about a thousandth of the \
                        partition, whichever is more.",
    },
    Definition {
        name: RETENTION_MS,
        kind: ConfigType::Long,
        accepts: UNLIMITED_OR_MORE,
        documentation: "The age in ms, by the records' timestamps, at which records are deleted; -1: age \
                        deletes nothing. Records go in steps of 64 KiB or about a thousandth of the \
                        partition, whichever is more, once the newest of the step is that old.",
    },
    Definition {
        name: "unclean.leader.election.enable",
        kind: ConfigType::Boolean,
        accepts: Accepts::Only {
            value: "false",
            otherwise: "a replica that lacks acknowledged records is never elected; use 'false'",
        },
        documentation: "Whether a replica that lacks acknowledged records may lead: never.",
    },
];

const ON_FILES: &str = "Accepted and without effect: it tunes the segment files of a Kafka broker, and this one \
                        has none. When records are deleted, retention.ms and retention.bytes say.";
const ON_FLUSHING: &str = "Accepted and without effect: every record is on the disks of a quorum before it is \
                           acknowledged.";
const ON_COMPACTION: &str =
    "Accepted and without effect: it acts on compacted topics only, and this one is not.";

/// Settings that are accepted although they change nothing; described where
/// they are set.
pub(super) const HINTS: [Definition; 13] = [
    hint("delete.retention.ms", ConfigType::Long, FROM_0, ON_COMPACTION),
    hint("file.delete.delay.ms", ConfigType::Long, FROM_0, ON_FILES),
    hint("flush.messages", ConfigType::Long, FROM_1, ON_FLUSHING),
    hint("flush.ms", ConfigType::Long, FROM_0, ON_FLUSHING),
    hint("index.interval.bytes", ConfigType::Int, FROM_0, ON_FILES),
    hint("max.compaction.lag.ms", ConfigType::Long, FROM_1, ON_COMPACTION),
    hint("min.cleanable.dirty.ratio", ConfigType::Double, Accepts::Ratio, ON_COMPACTION),
    hint("min.compaction.lag.ms", ConfigType::Long, FROM_0, ON_COMPACTION),
    hint("preallocate", ConfigType::Boolean, Accepts::Boolean, ON_FILES),
    hint("segment.bytes", ConfigType::Int, Accepts::Number { min: 14, max: i32::MAX as i64 }, ON_FILES),
    hint("segment.index.bytes", ConfigType::Int, Accepts::Number { min: 4, max: i32::MAX as i64 }, ON_FILES),
    hint("segment.jitter.ms", ConfigType::Long, FROM_0, ON_FILES),
    hint("segment.ms", ConfigType::Long, FROM_1, ON_FILES),
];

const fn hint(
    name: &'static str,
    kind: ConfigType,
    accepts: Accepts,
    documentation: &'static str,
) -> Definition {
    Definition { name, kind, accepts, documentation }
}

/// Kafka's other topic settings, to tell a setting without effect from a typo.
pub(super) const WITHOUT_EFFECT: [&str; 12] = [
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.zstd.level",
    "follower.replication.throttled.replicas",
    "leader.replication.throttled.replicas",
    "local.retention.bytes",
    "local.retention.ms",
    "message.downconversion.enable",
    "message.format.version",
    "message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms",
    "message.timestamp.difference.max.ms",
];
