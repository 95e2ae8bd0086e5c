//! The gate of the log: what a Produce request may append to a partition.
//!
//! It looks at everything that the broker must be able to rely on later, and changes nothing. It must refuse
//! whatever could make a replica, a consumer or the time index fail once the bytes are in the log.

use std::ops::RangeInclusive;

use super::batch::BatchHeader;
use super::compression::Codec;
use super::error::BatchError;
use super::producers::Sequenced;
use super::records::RecordSet;

/// "No timestamp"; exempt from timestamp bounds, as in Kafka.
const NO_TIMESTAMP: i64 = -1;

/// What the topic allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// `max.message.bytes`: the greatest batch, as it is sent, in bytes.
    pub max_message_bytes: usize,
    /// The greatest expansion of a compressed batch that has to be looked into, in bytes.
    pub max_expanded_bytes: usize,
    /// Allowed timestamps in ms since the epoch: the broker's clock less `message.timestamp.before.max.ms` to
    /// the clock plus `message.timestamp.after.max.ms` (1 h by default).
    pub timestamps: RangeInclusive<i64>,
    /// Whether records need a key (`cleanup.policy=compact`). Only then are compressed batches expanded.
    pub require_keys: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_message_bytes: 1_048_588, // Kafka's default
            max_expanded_bytes: 64 << 20,
            timestamps: i64::MIN..=i64::MAX,
            require_keys: false,
        }
    }
}

/// A batch that may be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSummary {
    /// Bytes of the batch.
    pub size: usize,
    /// Number of records, at least 1.
    pub count: u32,
    /// Timestamp of the first record, in ms since the epoch; −1: none.
    pub base_timestamp: i64,
    /// Greatest timestamp, in ms since the epoch, as the header says; −1: none.
    pub max_timestamp: i64,
    /// The compression codec. Refuse [`Codec::Zstd`] below Produce 7 (KIP-110).
    pub codec: Codec,
    /// Whether the batch belongs to a transaction.
    pub transactional: bool,
    /// Producer id, or −1.
    pub producer_id: i64,
    /// Producer epoch, or −1.
    pub producer_epoch: i16,
    /// Sequence number of the first record, or −1.
    pub base_sequence: i32,
    /// Sequence number of the last record, or −1.
    pub last_sequence: i32,
}

impl BatchSummary {
    /// What an idempotence check needs (KIP-98); `None` if the producer is not idempotent.
    pub fn sequenced(&self) -> Option<Sequenced> {
        (self.producer_id >= 0).then_some(Sequenced {
            producer_id: self.producer_id,
            epoch: self.producer_epoch,
            first: self.base_sequence,
            last: self.last_sequence,
        })
    }
}

/// Judges the record set that a Produce request (version 3 or newer) carries for one partition.
///
/// The cheap checks come first and the CRC before any look at records. Records of an uncompressed batch are
/// walked, as Kafka does; those of a compressed one only if keys are required.
///
/// # Errors
/// The first violation found; [`BatchError::kafka_code`] is the answer to the client.
pub fn validate_produce(bytes: &[u8], limits: &Limits) -> Result<BatchSummary, BatchError> {
    if bytes.is_empty() {
        return Err(BatchError::Empty);
    }
    let header = BatchHeader::parse(bytes)?;
    if header.size > limits.max_message_bytes {
        return Err(BatchError::TooLarge { size: header.size, max: limits.max_message_bytes });
    }
    if bytes.len() > header.size {
        return Err(BatchError::Trailing(bytes.len() - header.size));
    }
    header.check_crc(bytes)?;

    let count = header.offsets()?;
    if i64::from(header.count) != i64::from(count) {
        return Err(BatchError::Count { count: header.count, last_offset_delta: header.last_offset_delta });
    }
    if header.is_control() {
        return Err(BatchError::Control);
    }
    let codec = header.codec()?;
    check_producer(&header)?;
    if header.is_log_append_time() {
        return Err(BatchError::LogAppendTime);
    }
    check_timestamp(header.max_timestamp, limits)?;
    if codec == Codec::None || limits.require_keys {
        check_records(bytes, limits)?;
    }
    Ok(BatchSummary {
        size: header.size,
        count,
        base_timestamp: header.base_timestamp,
        max_timestamp: header.max_timestamp,
        codec,
        transactional: header.is_transactional(),
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
        last_sequence: if header.has_producer() { header.last_sequence() } else { -1 },
    })
}

fn check_producer(header: &BatchHeader) -> Result<(), BatchError> {
    let (id, epoch, sequence) = (header.producer_id, header.producer_epoch, header.base_sequence);
    let coherent = if header.has_producer() {
        epoch >= 0 && sequence >= 0
    } else {
        id == -1 && !header.is_transactional()
    };
    if coherent { Ok(()) } else { Err(BatchError::Producer { id, epoch, sequence }) }
}

fn check_timestamp(timestamp: i64, limits: &Limits) -> Result<(), BatchError> {
    if timestamp == NO_TIMESTAMP || limits.timestamps.contains(&timestamp) {
        return Ok(());
    }
    let (min, max) = limits.timestamps.clone().into_inner();
    Err(BatchError::Timestamp { timestamp, min, max })
}

fn check_records(batch: &[u8], limits: &Limits) -> Result<(), BatchError> {
    let set = RecordSet::open(batch, limits.max_expanded_bytes)?;
    for (index, record) in (0..).zip(&set) {
        let record = record?;
        if record.offset_delta != index {
            return Err(BatchError::Record { index, what: "its offset delta is not its place in the batch" });
        }
        if limits.require_keys && record.key.is_none() {
            return Err(BatchError::MissingKey { index });
        }
        check_timestamp(record.timestamp, limits)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::BatchBuilder;
    use crate::log::batch::CRC_START;

    fn valid() -> Vec<u8> {
        let mut builder = BatchBuilder::new();
        builder.push(1_000, Some(b"key"), Some(b"value"));
        builder.push(1_005, None, Some(b"value"));
        builder.finish().unwrap().to_vec()
    }

    /// A batch that a producer (and not the network) made different: the CRC fits.
    fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut batch = valid();
        batch[at..at + bytes.len()].copy_from_slice(bytes);
        seal(&mut batch);
        batch
    }

    fn seal(batch: &mut [u8]) {
        let crc = crc32c::crc32c(&batch[CRC_START..]);
        batch[CRC_START - 4..CRC_START].copy_from_slice(&crc.to_be_bytes());
    }

    fn code(bytes: &[u8], limits: &Limits) -> i16 {
        validate_produce(bytes, limits).map_or_else(|error| error.kafka_code(), |_| 0)
    }

    fn default_code(bytes: &[u8]) -> i16 {
        code(bytes, &Limits::default())
    }

    #[test]
    fn a_sound_batch_is_summarised() {
        let summary = validate_produce(&valid(), &Limits::default()).unwrap();
        assert_eq!((summary.count, summary.base_timestamp, summary.max_timestamp), (2, 1_000, 1_005));
        assert_eq!((summary.codec, summary.transactional), (Codec::None, false));
        assert_eq!(summary.sequenced(), None);
        assert_eq!(summary.last_sequence, -1);
    }

    #[test]
    fn an_idempotent_batch_says_its_sequences() {
        let mut producer = [0; 14];
        producer[..8].copy_from_slice(&42i64.to_be_bytes());
        producer[8..10].copy_from_slice(&3i16.to_be_bytes());
        producer[10..].copy_from_slice(&i32::MAX.to_be_bytes());
        let summary = validate_produce(&with(43, &producer), &Limits::default()).unwrap();
        let sequenced = Sequenced { producer_id: 42, epoch: 3, first: i32::MAX, last: 0 };
        assert_eq!(summary.sequenced(), Some(sequenced));
    }

    #[test]
    fn exactly_one_batch_is_taken() {
        assert_eq!(validate_produce(&[], &Limits::default()), Err(BatchError::Empty));
        assert_eq!(default_code(&[valid(), valid()].concat()), 87);
        assert_eq!(default_code(&valid()[..70]), 2);
    }

    #[test]
    fn old_formats_have_their_own_error() {
        assert_eq!(default_code(&with(16, &[1])), 43);
        assert_eq!(default_code(&with(16, &[0])[..30]), 43);
        assert_eq!(default_code(&with(16, &[3])), 2);
    }

    #[test]
    fn a_batch_may_be_as_large_as_the_topic_says_and_no_larger() {
        let size = valid().len();
        assert_eq!(code(&valid(), &Limits { max_message_bytes: size, ..Limits::default() }), 0);
        assert_eq!(code(&valid(), &Limits { max_message_bytes: size - 1, ..Limits::default() }), 10);
    }

    #[test]
    fn headers_that_contradict_themselves_are_refused() {
        assert_eq!(default_code(&with(23, &5i32.to_be_bytes())), 87, "last offset delta");
        assert_eq!(default_code(&with(57, &0i32.to_be_bytes())), 87, "no records");
        assert_eq!(default_code(&with(21, &0x20i16.to_be_bytes())), 87, "control");
        assert_eq!(default_code(&with(21, &0x10i16.to_be_bytes())), 87, "transactional without a producer");
        assert_eq!(default_code(&with(21, &0x08i16.to_be_bytes())), 32, "log append time");
        assert_eq!(default_code(&with(21, &0x05i16.to_be_bytes())), 76, "codec");
        assert_eq!(default_code(&with(43, &7i64.to_be_bytes())), 87, "producer without epoch");
    }

    #[test]
    fn timestamps_are_bounded_and_none_is_allowed() {
        let limits = |timestamps| Limits { timestamps, ..Limits::default() };
        assert_eq!(code(&valid(), &limits(1_000..=1_005)), 0);
        assert_eq!(code(&valid(), &limits(1_000..=1_004)), 32);
        assert_eq!(code(&valid(), &limits(1_001..=1_005)), 32);
        let mut none = BatchBuilder::new();
        none.push(-1, None, None);
        assert_eq!(code(&none.finish().unwrap(), &limits(1_000..=1_005)), 0);
    }

    #[test]
    fn compacted_topics_need_keys() {
        let limits = Limits { require_keys: true, ..Limits::default() };
        assert_eq!(validate_produce(&valid(), &limits), Err(BatchError::MissingKey { index: 1 }));
    }

    #[test]
    fn uncompressed_records_are_looked_at() {
        // The first record starts behind the header: length, attributes, timestamp delta, offset delta.
        assert_eq!(default_code(&with(64, &[2])), 87, "offset delta");
        assert_eq!(default_code(&with(61, &[0x7f])), 87, "length");
    }

    proptest! {
        #[test]
        fn any_flipped_bit_behind_the_crc_is_noticed(at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let mut batch = valid();
            let at = CRC_START - 4 + at.index(batch.len() - CRC_START + 4);
            batch[at] ^= 1 << bit;
            let error = validate_produce(&batch, &Limits::default()).unwrap_err();
            prop_assert!(matches!(error, BatchError::Crc { .. }), "{}", error);
        }

        #[test]
        fn hostile_batches_with_a_good_crc_never_panic(
            hits in proptest::collection::vec((21usize..80, any::<u8>()), 0..12),
            require_keys in any::<bool>(),
        ) {
            let mut batch = valid();
            for (at, byte) in hits {
                if let Some(hit) = batch.get_mut(at) {
                    *hit = byte;
                }
            }
            seal(&mut batch);
            let limits = Limits { require_keys, ..Limits::default() };
            if let Ok(summary) = validate_produce(&batch, &limits) {
                prop_assert!(summary.count >= 1);
            }
        }
    }
}
