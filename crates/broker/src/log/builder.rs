//! Record batches that the broker itself writes, such as those of `__consumer_offsets`.
//!
//! Small, uncompressed, no headers. Batches of clients are never rebuilt.

use bytes::{BufMut, Bytes, BytesMut};

use super::batch::{CRC_START, HEADER_LEN, LENGTH_OVERHEAD, MAGIC};

/// Collects records and closes them into one batch.
#[derive(Debug, Default, Clone)]
pub struct BatchBuilder {
    records: BytesMut,
    count: i32,
    base_timestamp: i64,
    max_timestamp: i64,
}

impl BatchBuilder {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a record; `timestamp` is in ms since the epoch, `None` is Kafka's null.
    pub fn push(&mut self, timestamp: i64, key: Option<&[u8]>, value: Option<&[u8]>) {
        if self.count == 0 {
            (self.base_timestamp, self.max_timestamp) = (timestamp, timestamp);
        }
        self.max_timestamp = self.max_timestamp.max(timestamp);

        let timestamp_delta = timestamp.wrapping_sub(self.base_timestamp);
        let length = 1 // attributes
            + varint_len(timestamp_delta)
            + varint_len(self.count.into())
            + nullable_len(key)
            + nullable_len(value)
            + 1; // the header count, 0
        put_varint(&mut self.records, length as i64);
        self.records.put_u8(0);
        put_varint(&mut self.records, timestamp_delta);
        put_varint(&mut self.records, self.count.into());
        put_nullable(&mut self.records, key);
        put_nullable(&mut self.records, value);
        put_varint(&mut self.records, 0);
        self.count += 1;
    }

    /// Number of records so far.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there is no record yet.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes that the batch has if it is finished now.
    pub fn size(&self) -> usize {
        HEADER_LEN + self.records.len()
    }

    /// The batch, with base offset 0 and no leader epoch; `None` if there is no record, for there is no such
    /// batch.
    pub fn finish(self) -> Option<Bytes> {
        if self.is_empty() {
            return None;
        }
        let mut batch = BytesMut::with_capacity(self.size());
        batch.put_i64(0); // base offset
        batch.put_i32((self.size() - LENGTH_OVERHEAD) as i32);
        batch.put_i32(-1); // partition leader epoch
        batch.put_u8(MAGIC);
        batch.put_u32(0); // CRC, below
        batch.put_i16(0); // attributes
        batch.put_i32(self.count - 1); // last offset delta
        batch.put_i64(self.base_timestamp);
        batch.put_i64(self.max_timestamp);
        batch.put_i64(-1); // producer id
        batch.put_i16(-1); // producer epoch
        batch.put_i32(-1); // base sequence
        batch.put_i32(self.count);
        batch.put(self.records);
        let crc = crc32c::crc32c(&batch[CRC_START..]);
        batch[CRC_START - 4..CRC_START].copy_from_slice(&crc.to_be_bytes());
        Some(batch.freeze())
    }
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn varint_len(value: i64) -> usize {
    let bits = u64::BITS - (zigzag(value) | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

fn put_varint(out: &mut BytesMut, value: i64) {
    let mut rest = zigzag(value);
    while rest >= 0x80 {
        out.put_u8(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.put_u8(rest as u8);
}

fn nullable_len(bytes: Option<&[u8]>) -> usize {
    bytes.map_or(1, |bytes| varint_len(bytes.len() as i64) + bytes.len())
}

fn put_nullable(out: &mut BytesMut, bytes: Option<&[u8]>) {
    put_varint(out, bytes.map_or(-1, |bytes| bytes.len() as i64));
    out.extend_from_slice(bytes.unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Limits, validate_produce};

    #[test]
    fn nothing_makes_no_batch() {
        assert_eq!(BatchBuilder::new().finish(), None);
    }

    #[test]
    fn a_built_batch_passes_the_checks_for_clients() {
        let mut builder = BatchBuilder::new();
        builder.push(1_700_000_000_000, Some(b"group"), Some(b"offset"));
        builder.push(1_600_000_000_000, Some(b"group"), None);
        let size = builder.size();
        let batch = builder.finish().unwrap();
        assert_eq!(batch.len(), size);
        let summary = validate_produce(&batch, &Limits::default()).unwrap();
        assert_eq!((summary.count, summary.max_timestamp), (2, 1_700_000_000_000));
    }

    #[test]
    fn the_bytes_are_those_that_kafka_writes() {
        let mut builder = BatchBuilder::new();
        builder.push(0, Some(b"k"), Some(b"v"));
        let batch = builder.finish().unwrap();
        // length 8, attributes, timestamp delta, offset delta, key (1) 'k', value (1) 'v', no headers
        assert_eq!(&batch[HEADER_LEN..], &[16, 0, 0, 0, 2, b'k', 2, b'v', 0]);
    }
}
