//! Varint coding for snapshots of the partition state.
//!
//! Reading never panics and never allocates more than the bytes at hand could hold.

use bytes::{BufMut, BytesMut};
use thiserror::Error;

/// Why bytes are not a partition state. Fetch the state from another replica.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Written by a newer version.
    #[error("partition state of version {0} is not known; upgrade this node or fetch the state from a peer")]
    Version(u8),
    /// The bytes end too early.
    #[error("partition state is cut off in {0}; fetch it from a peer")]
    CutOff(&'static str),
    /// A value that no partition state has.
    #[error("partition state is damaged: {0}; fetch it from a peer")]
    Damaged(&'static str),
}

pub(super) fn put_u64(out: &mut BytesMut, mut value: u64) {
    while value >= 0x80 {
        out.put_u8(value as u8 | 0x80);
        value >>= 7;
    }
    out.put_u8(value as u8);
}

pub(super) fn put_i64(out: &mut BytesMut, value: i64) {
    put_u64(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// Reads what the `put_` functions wrote.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// What is being read, for errors.
    part: &'static str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, part: "its header" }
    }

    pub(super) fn part(&mut self, part: &'static str) {
        self.part = part;
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecodeError> {
        let (first, rest) = self.rest.split_first().ok_or(DecodeError::CutOff(self.part))?;
        self.rest = rest;
        Ok(*first)
    }

    pub(super) fn u64(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DecodeError::Damaged(self.part))
    }

    pub(super) fn i64(&mut self) -> Result<i64, DecodeError> {
        let coded = self.u64()?;
        Ok((coded >> 1) as i64 ^ -((coded & 1) as i64))
    }

    /// A number that fits the narrower type.
    pub(super) fn narrow<T: TryFrom<i64>>(&mut self) -> Result<T, DecodeError> {
        T::try_from(self.i64()?).map_err(|_| DecodeError::Damaged(self.part))
    }

    /// A count of items, of which each takes at least one byte.
    pub(super) fn count(&mut self, max: usize) -> Result<usize, DecodeError> {
        let count = usize::try_from(self.u64()?).unwrap_or(usize::MAX);
        if count > max { Err(DecodeError::Damaged(self.part)) } else { Ok(count) }
    }

    pub(super) fn ensure(&self, sound: bool) -> Result<(), DecodeError> {
        if sound { Ok(()) } else { Err(DecodeError::Damaged(self.part)) }
    }

    pub(super) fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Damaged("bytes are left behind its end")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(unsigned in any::<u64>(), signed in any::<i64>()) {
            let mut out = BytesMut::new();
            put_u64(&mut out, unsigned);
            put_i64(&mut out, signed);
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.u64(), Ok(unsigned));
            prop_assert_eq!(reader.i64(), Ok(signed));
            prop_assert_eq!(reader.finish(), Ok(()));
        }
    }
}
