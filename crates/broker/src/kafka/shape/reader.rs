//! A cursor over untrusted bytes that answers with an error where they end.

use super::Malformed;

/// Reads big-endian integers and Kafka lengths from the front of a slice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Bytes not yet read.
    pub(crate) const fn left(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn skip(&mut self, field: &'static str, size: u64) -> Result<(), Malformed> {
        let left = self.left();
        let rest = usize::try_from(size).ok().and_then(|size| self.bytes.get(size..));
        self.bytes = rest.ok_or(Malformed::Truncated { field, needed: size, left })?;
        Ok(())
    }

    pub(crate) fn i8(&mut self, field: &'static str) -> Result<i8, Malformed> {
        Ok(i8::from_be_bytes(self.take(field)?))
    }

    pub(crate) fn i16(&mut self, field: &'static str) -> Result<i16, Malformed> {
        Ok(i16::from_be_bytes(self.take(field)?))
    }

    pub(crate) fn i32(&mut self, field: &'static str) -> Result<i32, Malformed> {
        Ok(i32::from_be_bytes(self.take(field)?))
    }

    /// A 16-bit length: -1 is null.
    pub(crate) fn i16_length(&mut self, field: &'static str) -> Result<Option<u64>, Malformed> {
        length(field, i64::from(self.i16(field)?))
    }

    /// A 32-bit length or count: -1 is null.
    pub(crate) fn i32_length(&mut self, field: &'static str) -> Result<Option<u64>, Malformed> {
        length(field, i64::from(self.i32(field)?))
    }

    /// A compact length or count, one more than it says: 0 is null.
    pub(crate) fn compact_length(&mut self, field: &'static str) -> Result<Option<u64>, Malformed> {
        length(field, i64::from(self.unsigned_varint(field)?) - 1)
    }

    /// Seven bits a byte, the lowest first. Stricter than the decoder, which cuts off what does not fit
    /// into 32 bits and reads on: there the two would part ways.
    pub(crate) fn unsigned_varint(&mut self, field: &'static str) -> Result<u32, Malformed> {
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.take(field)?;
            if shift == 28 && byte > 0x0F {
                break;
            }
            value |= u32::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed::BadLength { field })
    }

    /// Skips tagged fields that nobody knows; returns their number.
    pub(crate) fn skip_tagged_fields(&mut self, field: &'static str) -> Result<u32, Malformed> {
        let count = self.unsigned_varint(field)?;
        for _ in 0..count {
            let _tag = self.unsigned_varint(field)?;
            let length = self.unsigned_varint(field)?;
            self.skip(field, u64::from(length))?;
        }
        Ok(count)
    }

    fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Malformed> {
        let left = self.left();
        let (taken, rest) =
            self.bytes.split_first_chunk().ok_or(Malformed::Truncated { field, needed: N as u64, left })?;
        self.bytes = rest;
        Ok(*taken)
    }
}

fn length(field: &'static str, length: i64) -> Result<Option<u64>, Malformed> {
    match length {
        -1 => Ok(None),
        _ => u64::try_from(length).map(Some).map_err(|_| Malformed::BadLength { field }),
    }
}
