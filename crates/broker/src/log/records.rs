//! The records inside a batch: varint-coded, each with a timestamp delta, an offset delta, key, value and
//! headers.
//!
//! A walk allocates nothing per record and never trusts a length. It must stay off the path of Fetch.

use std::borrow::Cow;

use super::batch::{BatchHeader, HEADER_LEN};
use super::compression;
use super::error::BatchError;

/// One record of a batch; key and value point into the batch (or into its expansion).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its offset less the base offset of the batch.
    pub offset_delta: i32,
    /// In ms since the epoch; −1: none.
    pub timestamp: i64,
    /// The key; `None` is Kafka's null.
    pub key: Option<&'a [u8]>,
    /// The value; `None` is Kafka's null (a tombstone, in a compacted topic).
    pub value: Option<&'a [u8]>,
}

/// The records of one batch, expanded if they were compressed.
#[derive(Debug, Clone)]
pub struct RecordSet<'a> {
    header: BatchHeader,
    payload: Cow<'a, [u8]>,
}

impl<'a> RecordSet<'a> {
    /// Opens the batch at the start of `batch`; compressed records may expand to at most `max` bytes.
    ///
    /// # Errors
    /// Whatever [`BatchHeader::parse`] and [`compression::expand`] find. The CRC is not checked again.
    pub fn open(batch: &'a [u8], max: usize) -> Result<Self, BatchError> {
        let header = BatchHeader::parse(batch)?;
        let need = header.size;
        let payload = batch.get(HEADER_LEN..need).ok_or(BatchError::Truncated { have: batch.len(), need })?;
        Ok(Self { header, payload: compression::expand(header.codec()?, payload, max)? })
    }

    /// The header of the batch.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The records in order. The iterator ends after the first error.
    pub fn iter(&self) -> Records<'_> {
        Records { header: self.header, rest: &self.payload, next: 0 }
    }

    /// Offset delta and timestamp of the first record that is not older than `target` (`ListOffsets` by
    /// timestamp), of those whose offset delta is `from` or more: the others may be deleted.
    ///
    /// # Errors
    /// The first malformed record in front of it.
    pub fn first_not_before(&self, target: i64, from: i32) -> Result<Option<(i32, i64)>, BatchError> {
        for record in self {
            let record = record?;
            if record.timestamp >= target && record.offset_delta >= from {
                return Ok(Some((record.offset_delta, record.timestamp)));
            }
        }
        Ok(None)
    }

    /// Offset delta and timestamp of the newest record, the first of several (`ListOffsets` max timestamp,
    /// KIP-734), of those whose offset delta is `from` or more.
    ///
    /// # Errors
    /// The first malformed record.
    pub fn newest(&self, from: i32) -> Result<Option<(i32, i64)>, BatchError> {
        let mut newest: Option<(i32, i64)> = None;
        for record in self {
            let record = record?;
            if record.offset_delta < from {
                continue;
            }
            if newest.is_none_or(|(_, timestamp)| record.timestamp > timestamp) {
                newest = Some((record.offset_delta, record.timestamp));
            }
        }
        Ok(newest)
    }
}

impl<'a> IntoIterator for &'a RecordSet<'_> {
    type Item = Result<Record<'a>, BatchError>;
    type IntoIter = Records<'a>;

    fn into_iter(self) -> Records<'a> {
        self.iter()
    }
}

/// See [`RecordSet::iter`].
#[derive(Debug, Clone)]
pub struct Records<'a> {
    header: BatchHeader,
    rest: &'a [u8],
    next: i32,
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next;
        let read = if index < self.header.count {
            read_record(&mut self.rest, &self.header)
        } else if self.rest.is_empty() {
            return None;
        } else {
            Err("bytes are left behind the last record")
        };
        self.next = index.saturating_add(1);
        Some(read.map_err(|what| {
            self.rest = &[];
            self.next = self.header.count;
            BatchError::Record { index, what }
        }))
    }
}

fn read_record<'a>(rest: &mut &'a [u8], header: &BatchHeader) -> Result<Record<'a>, &'static str> {
    let length = usize::try_from(read_varint(rest)?).map_err(|_| "its length is negative")?;
    let (mut body, behind) = rest.split_at_checked(length).ok_or("it is longer than the batch")?;
    *rest = behind;
    take_byte(&mut body)?; // attributes: none are assigned
    let timestamp_delta = read_varlong(&mut body)?;
    let offset_delta = read_varint(&mut body)?;
    let key = read_nullable(&mut body)?;
    let value = read_nullable(&mut body)?;
    skip_headers(&mut body)?;
    if !body.is_empty() {
        return Err("bytes are left behind its headers");
    }
    let timestamp = if header.is_log_append_time() {
        header.max_timestamp
    } else {
        header.base_timestamp.saturating_add(timestamp_delta)
    };
    Ok(Record { offset_delta, timestamp, key, value })
}

fn read_nullable<'a>(bytes: &mut &'a [u8]) -> Result<Option<&'a [u8]>, &'static str> {
    match read_varint(bytes)? {
        -1 => Ok(None),
        length => take(bytes, length).map(Some),
    }
}

fn skip_headers(bytes: &mut &[u8]) -> Result<(), &'static str> {
    let count = read_varint(bytes)?;
    if count < 0 {
        return Err("its header count is negative");
    }
    for _ in 0..count {
        let key_length = read_varint(bytes)?;
        take(bytes, key_length)?;
        read_nullable(bytes)?;
    }
    Ok(())
}

fn take<'a>(bytes: &mut &'a [u8], length: i32) -> Result<&'a [u8], &'static str> {
    let length = usize::try_from(length).map_err(|_| "a length in it is negative")?;
    let (taken, rest) = bytes.split_at_checked(length).ok_or("a length in it is beyond its end")?;
    *bytes = rest;
    Ok(taken)
}

fn take_byte(bytes: &mut &[u8]) -> Result<u8, &'static str> {
    let (first, rest) = bytes.split_first().ok_or("it is cut off")?;
    *bytes = rest;
    Ok(*first)
}

fn read_varint(bytes: &mut &[u8]) -> Result<i32, &'static str> {
    i32::try_from(read_zigzag(bytes, 5)?).map_err(|_| "a 32-bit number in it is too large")
}

fn read_varlong(bytes: &mut &[u8]) -> Result<i64, &'static str> {
    read_zigzag(bytes, 10)
}

/// A zigzag varint as in Protocol Buffers. Longer codings of the same number exist; consumers refuse them.
fn read_zigzag(bytes: &mut &[u8], max_bytes: u32) -> Result<i64, &'static str> {
    let mut value = 0u64;
    for place in 0..max_bytes {
        let byte = take_byte(bytes)?;
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    Err("a number in it has too many bytes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::batch::{CRC_START, LENGTH_OVERHEAD};
    use crate::log::compression::tests::{COMPRESSED, compress};
    use crate::log::{BatchBuilder, Codec};

    /// What a client makes of an uncompressed batch when a codec is configured.
    fn recompress(batch: &[u8], codec: Codec) -> Vec<u8> {
        let mut out = batch[..HEADER_LEN].to_vec();
        out.extend(compress(codec, &batch[HEADER_LEN..]));
        out[22] |= codec as u8;
        let length = (out.len() - LENGTH_OVERHEAD) as u32;
        out[8..12].copy_from_slice(&length.to_be_bytes());
        let crc = crc32c::crc32c(&out[CRC_START..]);
        out[17..21].copy_from_slice(&crc.to_be_bytes());
        out
    }

    fn three_records() -> Vec<u8> {
        let mut builder = BatchBuilder::new();
        builder.push(500, Some(b"k"), Some(b"v"));
        builder.push(900, None, None);
        builder.push(700, Some(b""), Some(b""));
        builder.finish().unwrap().to_vec()
    }

    #[test]
    fn null_and_empty_are_different() {
        let batch = three_records();
        let set = RecordSet::open(&batch, 0).unwrap();
        let records: Vec<_> = set.iter().map(Result::unwrap).collect();
        assert_eq!(records[1], Record { offset_delta: 1, timestamp: 900, key: None, value: None });
        assert_eq!(records[2], Record { offset_delta: 2, timestamp: 700, key: Some(b""), value: Some(b"") });
    }

    #[test]
    fn records_are_found_by_timestamp() {
        let batch = three_records();
        let set = RecordSet::open(&batch, 0).unwrap();
        assert_eq!(set.first_not_before(0, 0), Ok(Some((0, 500))));
        assert_eq!(set.first_not_before(501, 0), Ok(Some((1, 900))));
        assert_eq!(set.first_not_before(901, 0), Ok(None));
        assert_eq!(set.newest(0), Ok(Some((1, 900))));
        assert_eq!((set.first_not_before(0, 1), set.newest(2)), (Ok(Some((1, 900))), Ok(Some((2, 700)))));
    }

    #[test]
    fn in_log_append_time_every_record_has_the_timestamp_of_the_batch() {
        let mut batch = three_records();
        batch[22] |= 0x08;
        let set = RecordSet::open(&batch, 0).unwrap();
        assert!(set.iter().all(|record| record.unwrap().timestamp == 900));
    }

    fn last_index_with_error(batch: &[u8]) -> i32 {
        match RecordSet::open(batch, 0).unwrap().iter().last().unwrap() {
            Err(BatchError::Record { index, .. }) => index,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_count_that_the_bytes_do_not_keep_is_an_error() {
        let mut batch = three_records();
        batch[60] = 4;
        assert_eq!(last_index_with_error(&batch), 3);
        batch[60] = 2;
        assert_eq!(last_index_with_error(&batch), 2);
    }

    #[test]
    fn varints_are_bounded() {
        let mut ten = &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01][..];
        assert_eq!(read_varlong(&mut ten), Ok(i64::MIN));
        let mut endless = &[0x80; 20][..];
        assert!(read_varlong(&mut endless).is_err());
        let mut wide = &[0xff, 0xff, 0xff, 0xff, 0x1f][..];
        assert!(read_varint(&mut wide).is_err());
        let mut overlong = &[0x80, 0x80, 0x80, 0x80, 0x80, 0x00][..];
        assert!(read_varint(&mut overlong).is_err());
    }

    type Given = (i64, Option<Vec<u8>>, Option<Vec<u8>>);

    fn any_record() -> impl Strategy<Value = Given> {
        let bytes = || proptest::option::of(proptest::collection::vec(any::<u8>(), 0..300));
        (0..1i64 << 42, bytes(), bytes())
    }

    proptest! {
        #[test]
        fn records_come_back_through_every_codec(given in proptest::collection::vec(any_record(), 1..20)) {
            let mut builder = BatchBuilder::new();
            for (timestamp, key, value) in &given {
                builder.push(*timestamp, key.as_deref(), value.as_deref());
            }
            let plain = builder.finish().unwrap();
            for codec in [Codec::None].into_iter().chain(COMPRESSED) {
                let batch = recompress(&plain, codec);
                let set = RecordSet::open(&batch, 1 << 20).unwrap();
                prop_assert_eq!(set.header().check_crc(&batch), Ok(()));
                let read: Vec<_> = set.iter().map(Result::unwrap).collect();
                prop_assert_eq!(read.len(), given.len());
                for (index, (record, (timestamp, key, value))) in read.iter().zip(&given).enumerate() {
                    prop_assert_eq!(record.offset_delta, index as i32);
                    prop_assert_eq!(record.timestamp, *timestamp);
                    prop_assert_eq!(record.key, key.as_deref());
                    prop_assert_eq!(record.value, value.as_deref());
                }
            }
        }

        #[test]
        fn arbitrary_records_never_panic(
            payload in proptest::collection::vec(any::<u8>(), 0..200),
            count in any::<i32>(),
        ) {
            let mut batch = three_records()[..HEADER_LEN].to_vec();
            batch[57..].copy_from_slice(&count.to_be_bytes());
            batch.extend(&payload);
            let length = (batch.len() - LENGTH_OVERHEAD) as u32;
            batch[8..12].copy_from_slice(&length.to_be_bytes());
            let seen = RecordSet::open(&batch, 0).unwrap().iter().count();
            prop_assert!(seen <= payload.len() + 1);
        }
    }
}
