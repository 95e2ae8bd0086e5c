//! What can be wrong with a record batch, and which error code tells a Kafka client so.
//!
//! The messages reach operators in logs and producers in the `error_message` of a Produce response: each says
//! what is wrong with which batch and what to do. Retriable codes only where sending the same records again
//! can help.

use thiserror::Error;

use super::compression::Codec;

/// Why bytes are not a batch that this broker takes or can read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BatchError {
    /// There are no bytes at all.
    #[error("the record set is empty; send exactly one record batch per partition")]
    Empty,
    /// The bytes end before the batch does.
    #[error("the record batch is cut off: {have} bytes of {need}; send it again")]
    Truncated {
        /// Bytes present.
        have: usize,
        /// Bytes that the format or the length field asks for.
        need: usize,
    },
    /// The length field cannot be that of a batch.
    #[error("the record batch claims a length of {0} bytes, less than its own header; send it again")]
    Length(i32),
    /// A message format other than v2.
    #[error("message format {0} is not supported; use a client that writes format 2 (Kafka 0.11 or newer)")]
    Magic(u8),
    /// More bytes than one batch.
    #[error("{0} bytes follow the record batch; send exactly one record batch per partition")]
    Trailing(usize),
    /// Larger than the topic allows.
    #[error("the record batch has {size} bytes, more than max.message.bytes = {max}; send smaller batches")]
    TooLarge {
        /// Bytes of the batch.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// The bytes are not those that the producer wrote.
    #[error(
        "the record batch is corrupt: CRC-32C {computed:#010x}, header says {stored:#010x}; send it again"
    )]
    Crc {
        /// What the header says.
        stored: u32,
        /// What the bytes give.
        computed: u32,
    },
    /// Record count and last offset delta disagree, or one is not positive.
    #[error("the record batch counts {count} records but its last offset delta is {last_offset_delta}")]
    Count {
        /// The record count of the header.
        count: i32,
        /// The last offset delta of the header.
        last_offset_delta: i32,
    },
    /// A control batch from a client.
    #[error("clients may not write control batches; only the transaction coordinator does")]
    Control,
    /// A compression codec that Kafka does not have.
    #[error("compression codec {0} is unknown; use none, gzip, snappy, lz4 or zstd")]
    Codec(u8),
    /// The producer claims the broker's timestamp type.
    #[error("the record batch is marked LogAppendTime; only the broker may set that")]
    LogAppendTime,
    /// A timestamp outside the topic's bounds.
    #[error("timestamp {timestamp} is outside {min}..={max}; check the producer's clock")]
    Timestamp {
        /// The offending timestamp, in ms since the epoch.
        timestamp: i64,
        /// Lowest allowed, in ms since the epoch.
        min: i64,
        /// Highest allowed, in ms since the epoch.
        max: i64,
    },
    /// Producer id, epoch and sequence do not go together.
    #[error("producer id {id}, epoch {epoch}, sequence {sequence} do not go together in a record batch")]
    Producer {
        /// Producer id.
        id: i64,
        /// Producer epoch.
        epoch: i16,
        /// Base sequence.
        sequence: i32,
    },
    /// A record inside the batch is malformed.
    #[error("record {index} of the batch is malformed: {what}")]
    Record {
        /// Its place in the batch, from 0.
        index: i32,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A record without a key for a compacted topic.
    #[error("record {index} has no key; records of a compacted topic need one")]
    MissingKey {
        /// Its place in the batch, from 0.
        index: i32,
    },
    /// The compressed records cannot be expanded.
    #[error("the {codec} records of the batch cannot be decompressed: {what}")]
    Decompress {
        /// The codec that the header names.
        codec: Codec,
        /// What the decoder said.
        what: String,
    },
    /// The records expand beyond the bound.
    #[error("the {codec} records of the batch expand to more than {max} bytes; send smaller batches")]
    Expanded {
        /// The codec that the header names.
        codec: Codec,
        /// The bound in bytes.
        max: usize,
    },
}

impl BatchError {
    /// The error code that a Produce response carries for it.
    pub fn kafka_code(&self) -> i16 {
        const CORRUPT_MESSAGE: i16 = 2;
        const MESSAGE_TOO_LARGE: i16 = 10;
        const INVALID_TIMESTAMP: i16 = 32;
        const UNSUPPORTED_FOR_MESSAGE_FORMAT: i16 = 43;
        const UNSUPPORTED_COMPRESSION_TYPE: i16 = 76;
        const INVALID_RECORD: i16 = 87;
        match self {
            Self::Magic(0 | 1) => UNSUPPORTED_FOR_MESSAGE_FORMAT,
            Self::Truncated { .. } | Self::Length(_) | Self::Magic(_) | Self::Crc { .. } => CORRUPT_MESSAGE,
            Self::TooLarge { .. } | Self::Expanded { .. } => MESSAGE_TOO_LARGE,
            Self::LogAppendTime | Self::Timestamp { .. } => INVALID_TIMESTAMP,
            Self::Codec(_) => UNSUPPORTED_COMPRESSION_TYPE,
            // Not CORRUPT_MESSAGE for a batch with a good CRC: clients retry that one for ever.
            Self::Empty
            | Self::Trailing(_)
            | Self::Count { .. }
            | Self::Control
            | Self::Producer { .. }
            | Self::Record { .. }
            | Self::MissingKey { .. }
            | Self::Decompress { .. } => INVALID_RECORD,
        }
    }
}
