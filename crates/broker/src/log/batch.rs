//! The header of a Kafka record batch (magic 2) and the walk over stored batches.
//!
//! A batch is opaque to the broker but for its first 61 bytes. Two fields of these are the broker's, not the
//! producer's: the base offset (bytes 0..8) and the partition leader epoch (bytes 12..16). Both lie outside
//! the CRC, and both are known only once the batch has its place in the log; so the stored bytes keep what
//! the producer sent, and [`patched_prefix`] yields the true first 16 bytes for Fetch. Nothing here copies
//! records.

use std::ops::Range;

use bytes::Buf;

use super::compression::Codec;
use super::error::BatchError;
use super::producers::Sequenced;

/// Bytes of a batch header; the records follow.
pub const HEADER_LEN: usize = 61;
/// Bytes in front of what the length field counts: the base offset and the length itself.
pub const LENGTH_OVERHEAD: usize = 12;
/// Bytes that [`patched_prefix`] replaces.
pub const PREFIX_LEN: usize = 16;
/// The CRC-32C covers everything from here to the end of the batch.
pub const CRC_START: usize = 21;
/// The only batch format that is stored.
pub const MAGIC: u8 = 2;

const MAGIC_AT: usize = 16;
const CODEC_MASK: i16 = 0x07;
const LOG_APPEND_TIME: i16 = 0x08;
const TRANSACTIONAL: i16 = 0x10;
const CONTROL: i16 = 0x20;

/// The fields of a batch header, as stored (that is: as the producer sent them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHeader {
    /// Bytes of the whole batch, header included.
    pub size: usize,
    /// Base offset as stored; the true one comes from the log entry.
    pub base_offset: i64,
    /// Partition leader epoch as stored; the true one is the entry's term.
    pub leader_epoch: i32,
    /// CRC-32C of the bytes from [`CRC_START`] on.
    pub crc: u32,
    /// Codec, timestamp type and flags.
    pub attributes: i16,
    /// Offset of the last record less that of the first.
    pub last_offset_delta: i32,
    /// Timestamp of the first record, in ms since the epoch; −1: none.
    pub base_timestamp: i64,
    /// Greatest timestamp of the records, in ms since the epoch; −1: none.
    pub max_timestamp: i64,
    /// Producer id; −1: not idempotent.
    pub producer_id: i64,
    /// Producer epoch; −1: not idempotent.
    pub producer_epoch: i16,
    /// Sequence number of the first record; −1: not idempotent.
    pub base_sequence: i32,
    /// Number of records.
    pub count: i32,
}

impl BatchHeader {
    /// Reads the header at the start of `bytes` and makes sure that the whole batch is there.
    ///
    /// # Errors
    /// [`BatchError::Truncated`], [`BatchError::Length`] and [`BatchError::Magic`]; nothing else is judged
    /// here.
    pub fn parse(bytes: &[u8]) -> Result<Self, BatchError> {
        let have = bytes.len();
        // The magic comes first: batches of old formats are shorter than a v2 header.
        let magic = *bytes.get(MAGIC_AT).ok_or(BatchError::Truncated { have, need: HEADER_LEN })?;
        if magic != MAGIC {
            return Err(BatchError::Magic(magic));
        }
        let header = bytes.first_chunk::<HEADER_LEN>();
        let mut fields: &[u8] = header.ok_or(BatchError::Truncated { have, need: HEADER_LEN })?;

        let base_offset = fields.get_i64();
        let length = fields.get_i32();
        let size = usize::try_from(length).unwrap_or(0).saturating_add(LENGTH_OVERHEAD);
        if size < HEADER_LEN {
            return Err(BatchError::Length(length));
        }
        if have < size {
            return Err(BatchError::Truncated { have, need: size });
        }
        let leader_epoch = fields.get_i32();
        fields.advance(1); // the magic
        Ok(Self {
            size,
            base_offset,
            leader_epoch,
            crc: fields.get_u32(),
            attributes: fields.get_i16(),
            last_offset_delta: fields.get_i32(),
            base_timestamp: fields.get_i64(),
            max_timestamp: fields.get_i64(),
            producer_id: fields.get_i64(),
            producer_epoch: fields.get_i16(),
            base_sequence: fields.get_i32(),
            count: fields.get_i32(),
        })
    }

    /// The compression codec.
    ///
    /// # Errors
    /// [`BatchError::Codec`] for a number that Kafka has not assigned.
    pub fn codec(&self) -> Result<Codec, BatchError> {
        let id = (self.attributes & CODEC_MASK) as u8;
        Codec::from_id(id).ok_or(BatchError::Codec(id))
    }

    /// Whether the broker's clock, not the producer's, stamped the records.
    pub fn is_log_append_time(&self) -> bool {
        self.attributes & LOG_APPEND_TIME != 0
    }

    /// Whether the batch belongs to a transaction.
    pub fn is_transactional(&self) -> bool {
        self.attributes & TRANSACTIONAL != 0
    }

    /// Whether the batch holds a transaction marker.
    pub fn is_control(&self) -> bool {
        self.attributes & CONTROL != 0
    }

    /// Whether an idempotent producer wrote the batch.
    pub fn has_producer(&self) -> bool {
        self.producer_id >= 0
    }

    /// Offsets that the batch takes up in the log.
    ///
    /// # Errors
    /// [`BatchError::Count`] if the header gives none.
    pub fn offsets(&self) -> Result<u32, BatchError> {
        let bad = BatchError::Count { count: self.count, last_offset_delta: self.last_offset_delta };
        u32::try_from(self.last_offset_delta).map(|delta| delta + 1).map_err(|_| bad)
    }

    /// Sequence number of the last record. It wraps to 0 behind `i32::MAX`, as Kafka's does.
    pub fn last_sequence(&self) -> i32 {
        advance_sequence(self.base_sequence, self.last_offset_delta)
    }

    /// What an idempotence check needs (KIP-98); `None` if the producer is not idempotent, and for control
    /// batches, which carry a producer id and no sequence.
    pub fn sequenced(&self) -> Option<Sequenced> {
        (self.has_producer() && self.base_sequence >= 0 && !self.is_control()).then(|| Sequenced {
            producer_id: self.producer_id,
            epoch: self.producer_epoch,
            first: self.base_sequence,
            last: self.last_sequence(),
        })
    }

    /// Checks the CRC of `batch`, the bytes that this header was read from.
    ///
    /// # Errors
    /// [`BatchError::Truncated`] or [`BatchError::Crc`].
    pub fn check_crc(&self, batch: &[u8]) -> Result<(), BatchError> {
        let need = self.size;
        let covered = batch.get(CRC_START..need).ok_or(BatchError::Truncated { have: batch.len(), need })?;
        let computed = crc32c::crc32c(covered);
        if computed == self.crc { Ok(()) } else { Err(BatchError::Crc { stored: self.crc, computed }) }
    }
}

/// The sequence number `by` records behind `sequence`; both not negative.
pub(super) fn advance_sequence(sequence: i32, by: i32) -> i32 {
    const WRAP: i64 = i32::MAX as i64 + 1;
    ((i64::from(sequence) + i64::from(by)).rem_euclid(WRAP)) as i32
}

/// The batches of an entry body (or of a part of it that starts and ends between batches), in order.
///
/// Each item is a header and the range of the batch in `bytes`. After an error the iterator ends: behind a
/// bad length nothing can be found.
pub fn batches(bytes: &[u8]) -> Batches<'_> {
    Batches { bytes, at: 0 }
}

/// See [`batches`].
#[derive(Debug, Clone)]
pub struct Batches<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for Batches<'_> {
    type Item = Result<(BatchHeader, Range<usize>), BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        match BatchHeader::parse(rest) {
            Ok(header) => {
                let range = self.at..self.at + header.size;
                self.at = range.end;
                Some(Ok((header, range)))
            }
            Err(error) => {
                self.at = self.bytes.len();
                Some(Err(error))
            }
        }
    }
}

/// The first 16 bytes of `batch` with the offset and epoch that it has in the log.
///
/// Fetch sends these, then `batch[16..]` from the shared buffer; the CRC stays valid.
///
/// # Errors
/// [`BatchError::Truncated`] if `batch` is shorter than that.
pub fn patched_prefix(
    batch: &[u8],
    base_offset: i64,
    leader_epoch: i32,
) -> Result<[u8; PREFIX_LEN], BatchError> {
    let stored = batch.first_chunk::<PREFIX_LEN>();
    let mut prefix = *stored.ok_or(BatchError::Truncated { have: batch.len(), need: PREFIX_LEN })?;
    prefix[..8].copy_from_slice(&base_offset.to_be_bytes());
    prefix[12..].copy_from_slice(&leader_epoch.to_be_bytes());
    Ok(prefix)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::BatchBuilder;

    fn batch_of(values: &[&str]) -> Vec<u8> {
        let mut builder = BatchBuilder::new();
        for (at, value) in values.iter().enumerate() {
            builder.push(1_000 + at as i64, None, Some(value.as_bytes()));
        }
        builder.finish().unwrap().to_vec()
    }

    #[test]
    fn a_header_says_what_the_builder_wrote() {
        let batch = batch_of(&["a", "b", "c"]);
        let header = BatchHeader::parse(&batch).unwrap();
        assert_eq!(header.size, batch.len());
        assert_eq!((header.count, header.last_offset_delta, header.offsets()), (3, 2, Ok(3)));
        assert_eq!((header.base_timestamp, header.max_timestamp), (1_000, 1_002));
        assert_eq!((header.producer_id, header.producer_epoch, header.base_sequence), (-1, -1, -1));
        assert_eq!(header.codec(), Ok(Codec::None));
        assert_eq!(header.check_crc(&batch), Ok(()));
    }

    #[test]
    fn concatenated_batches_are_walked_one_by_one() {
        let (first, second) = (batch_of(&["a"]), batch_of(&["b", "c"]));
        let body = [first.clone(), second.clone()].concat();
        let ranges: Vec<_> = batches(&body).map(|batch| batch.unwrap().1).collect();
        assert_eq!(ranges, vec![0..first.len(), first.len()..body.len()]);
    }

    #[test]
    fn the_walk_ends_at_the_first_batch_that_is_cut_off() {
        let mut body = [batch_of(&["a"]), batch_of(&["b"])].concat();
        body.pop();
        let found: Vec<_> = batches(&body).collect();
        assert_eq!(found.len(), 2);
        assert!(matches!(found[1], Err(BatchError::Truncated { .. })));
    }

    #[test]
    fn patching_offset_and_epoch_leaves_the_crc_valid() {
        let batch = batch_of(&["a", "b"]);
        let prefix = patched_prefix(&batch, 1 << 40, 17).unwrap();
        let sent = [&prefix[..], &batch[PREFIX_LEN..]].concat();
        let header = BatchHeader::parse(&sent).unwrap();
        assert_eq!((header.base_offset, header.leader_epoch), (1 << 40, 17));
        assert_eq!(header.check_crc(&sent), Ok(()));
        assert_eq!(patched_prefix(&batch[..15], 0, 0), Err(BatchError::Truncated { have: 15, need: 16 }));
    }

    #[test]
    fn sequences_wrap_to_zero_behind_the_greatest() {
        assert_eq!(advance_sequence(5, 3), 8);
        assert_eq!(advance_sequence(i32::MAX, 0), i32::MAX);
        assert_eq!(advance_sequence(i32::MAX, 1), 0);
        assert_eq!(advance_sequence(i32::MAX - 1, 3), 1);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for found in batches(&bytes).flatten() {
                prop_assert!(found.1.end <= bytes.len());
            }
            if let Some(magic) = bytes.get_mut(MAGIC_AT) {
                *magic = MAGIC;
            }
            if let Ok(header) = BatchHeader::parse(&bytes) {
                let _ = (header.codec(), header.offsets(), header.last_sequence(), header.check_crc(&bytes));
            }
        }
    }
}
