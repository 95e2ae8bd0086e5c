//! Kafka's primitive types as they are stored in `__consumer_offsets`: big-endian integers and
//! length-prefixed strings, in the fixed and in the compact (flexible, KIP-482) form.
//!
//! Must never panic or allocate by a length that it has not checked against the bytes at hand.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::protocol::StrBytes;

/// Why bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end inside of a field.
    #[error("the bytes end inside of field {0}")]
    Truncated(&'static str),
    /// A length is negative where none may be.
    #[error("field {0} has a negative length")]
    NegativeLength(&'static str),
    /// A string is not UTF-8.
    #[error("field {0} is not UTF-8")]
    NotUtf8(&'static str),
    /// A variable-length integer is longer than 5 bytes.
    #[error("field {0} has a malformed variable-length integer")]
    BadVarint(&'static str),
    /// A string or byte array is longer than its length prefix can say.
    #[error("field {0} is too long to be stored")]
    TooLong(&'static str),
}

/// Reads fields one after another. Every field is named in the error.
pub struct Reader {
    bytes: Bytes,
    compact: bool,
}

impl Reader {
    /// Reads `bytes` in the fixed form.
    pub fn new(bytes: Bytes) -> Self {
        Self { bytes, compact: false }
    }

    /// Lengths are compact and structs end with tagged fields from here on, if `compact`.
    pub fn set_compact(&mut self, compact: bool) {
        self.compact = compact;
    }

    fn need(&self, length: usize, field: &'static str) -> Result<(), WireError> {
        if self.bytes.remaining() < length { Err(WireError::Truncated(field)) } else { Ok(()) }
    }

    /// A 16-bit integer.
    pub fn i16(&mut self, field: &'static str) -> Result<i16, WireError> {
        self.need(2, field)?;
        Ok(self.bytes.get_i16())
    }

    /// A 32-bit integer.
    pub fn i32(&mut self, field: &'static str) -> Result<i32, WireError> {
        self.need(4, field)?;
        Ok(self.bytes.get_i32())
    }

    /// A 64-bit integer.
    pub fn i64(&mut self, field: &'static str) -> Result<i64, WireError> {
        self.need(8, field)?;
        Ok(self.bytes.get_i64())
    }

    fn varint(&mut self, field: &'static str) -> Result<u32, WireError> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            self.need(1, field)?;
            let byte = self.bytes.get_u8();
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(WireError::BadVarint(field))
    }

    /// The length of a string, `None` for null.
    fn string_length(&mut self, field: &'static str) -> Result<Option<usize>, WireError> {
        if self.compact {
            return Ok((self.varint(field)? as usize).checked_sub(1));
        }
        Ok(usize::try_from(self.i16(field)?).ok())
    }

    /// The length of a byte array or an array, `None` for null.
    fn array_length(&mut self, field: &'static str) -> Result<Option<usize>, WireError> {
        if self.compact {
            return Ok((self.varint(field)? as usize).checked_sub(1));
        }
        Ok(usize::try_from(self.i32(field)?).ok())
    }

    fn take(&mut self, length: usize, field: &'static str) -> Result<Bytes, WireError> {
        self.need(length, field)?;
        Ok(self.bytes.split_to(length))
    }

    /// A string that may be null.
    pub fn nullable_string(&mut self, field: &'static str) -> Result<Option<StrBytes>, WireError> {
        let Some(length) = self.string_length(field)? else { return Ok(None) };
        let bytes = self.take(length, field)?;
        StrBytes::from_utf8(bytes).map(Some).map_err(|_| WireError::NotUtf8(field))
    }

    /// A string.
    pub fn string(&mut self, field: &'static str) -> Result<StrBytes, WireError> {
        self.nullable_string(field)?.ok_or(WireError::NegativeLength(field))
    }

    /// A byte array.
    pub fn bytes(&mut self, field: &'static str) -> Result<Bytes, WireError> {
        let length = self.array_length(field)?.ok_or(WireError::NegativeLength(field))?;
        self.take(length, field)
    }

    /// The number of elements that follow. The caller reads them one by one and allocates as they
    /// come, never by this number.
    pub fn count(&mut self, field: &'static str) -> Result<usize, WireError> {
        self.array_length(field)?.ok_or(WireError::NegativeLength(field))
    }

    /// Skips the tagged fields at the end of a struct; there are none in the fixed form.
    pub fn skip_tags(&mut self, field: &'static str) -> Result<(), WireError> {
        if !self.compact {
            return Ok(());
        }
        let count = self.varint(field)?;
        for _ in 0..count {
            self.varint(field)?;
            let length = self.varint(field)? as usize;
            self.take(length, field)?;
        }
        Ok(())
    }
}

/// Writes fields one after another, in the fixed form.
#[derive(Default)]
pub struct Writer {
    bytes: BytesMut,
}

impl Writer {
    /// What was written.
    pub fn finish(self) -> Bytes {
        self.bytes.freeze()
    }

    /// A 16-bit integer.
    pub fn i16(&mut self, value: i16) {
        self.bytes.put_i16(value);
    }

    /// A 32-bit integer.
    pub fn i32(&mut self, value: i32) {
        self.bytes.put_i32(value);
    }

    /// A 64-bit integer.
    pub fn i64(&mut self, value: i64) {
        self.bytes.put_i64(value);
    }

    /// A string.
    pub fn string(&mut self, value: &str, field: &'static str) -> Result<(), WireError> {
        let length = i16::try_from(value.len()).map_err(|_| WireError::TooLong(field))?;
        self.bytes.put_i16(length);
        self.bytes.put_slice(value.as_bytes());
        Ok(())
    }

    /// A string that may be null.
    pub fn nullable_string(&mut self, value: Option<&str>, field: &'static str) -> Result<(), WireError> {
        if let Some(value) = value {
            self.string(value, field)
        } else {
            self.bytes.put_i16(-1);
            Ok(())
        }
    }

    /// A byte array.
    pub fn bytes(&mut self, value: &[u8], field: &'static str) -> Result<(), WireError> {
        self.count(value.len(), field)?;
        self.bytes.put_slice(value);
        Ok(())
    }

    /// The number of elements of an array.
    pub fn count(&mut self, count: usize, field: &'static str) -> Result<(), WireError> {
        self.bytes.put_i32(i32::try_from(count).map_err(|_| WireError::TooLong(field))?);
        Ok(())
    }
}
