//! The frame: the unit of everything on disk after a file's header page. Pure encoding.
//!
//! ```text
//!  0  header CRC   u32   CRC32C of the file's seed, the frame's offset, and bytes 4..64
//!  4  body CRC     u32   CRC32C of the body and its zero padding
//!  8  body length  u32
//! 12  type         u8
//! 13  kind         u8    the caller's (entries), or flags
//! 14  reserved     u16   zero
//! 16  count        u32   records
//! 20  batch start  u32   offset / 8 of the first frame of the same flush
//! 24  group        u64
//! 32  term         u64
//! 40  leader       u64
//! 48  index        u64
//! 56  base         u64
//! 64  body, zero padding to 8 bytes
//! ```
//!
//! All integers are little-endian. Two checksums, because a frame whose body alone is damaged still
//! says whose it is and where the next one begins; because a search for frames behind a hole then
//! costs 64 bytes a candidate whatever lengths it claims; and because the body's can be computed by the
//! appender, before the place of the frame is known. The header's is bound to the file (a random
//! salt) and to the offset: bytes left over from another file, or a frame hidden in somebody's
//! record, never pass for a frame.

use super::Body;

/// Length of a frame's header in bytes.
pub const HEADER_LEN: usize = 64;

/// Frames begin at multiples of this.
pub const ALIGN: u64 = 8;

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FrameType {
    /// An entry of a group's log.
    Entry = 1,
    /// A vote; `kind` 1: committed.
    Vote = 2,
    /// The newest committed id.
    Committed = 3,
    /// Entries from `index` on are void.
    Truncate = 4,
    /// Entries up to the id are gone; the next has base `base`.
    Purge = 5,
    /// The group is forgotten.
    Tombstone = 6,
    /// Application state of the group.
    AppState = 7,
    /// Opens a checkpoint: lists the groups.
    CheckpointHead = 8,
    /// State of one group.
    CheckpointGroup = 9,
    /// Ends a checkpoint: lists the groups again.
    CheckpointTail = 10,
    /// The index of a sealed file.
    Footer = 11,
    /// The last frame of a sealed file: `index` is the footer's offset.
    Trailer = 12,
    /// Everything before this frame is durable.
    Synced = 13,
}

impl FrameType {
    const ALL: [Self; 13] = [
        Self::Entry,
        Self::Vote,
        Self::Committed,
        Self::Truncate,
        Self::Purge,
        Self::Tombstone,
        Self::AppState,
        Self::CheckpointHead,
        Self::CheckpointGroup,
        Self::CheckpointTail,
        Self::Footer,
        Self::Trailer,
        Self::Synced,
    ];

    /// The type that `byte` stands for.
    pub fn from_u8(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte).checked_sub(1)?).copied()
    }

    /// Whether the frame changes one group.
    pub fn is_log(self) -> bool {
        (self as u8) < Self::CheckpointHead as u8
    }

    /// Whether the frame is part of a checkpoint.
    pub fn is_checkpoint(self) -> bool {
        matches!(self, Self::CheckpointHead | Self::CheckpointGroup | Self::CheckpointTail)
    }
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// CRC32C of the body and its padding.
    pub body_crc: u32,
    /// Length of the body.
    pub len: u32,
    /// What the frame says.
    pub frame: FrameType,
    /// The caller's (entries), or flags.
    pub kind: u8,
    /// Records.
    pub count: u32,
    /// Offset in the file of the first frame of the same flush.
    pub batch_start: u64,
    /// The group.
    pub group: u64,
    /// The term.
    pub term: u64,
    /// The leader.
    pub leader: u64,
    /// The index.
    pub index: u64,
    /// The base.
    pub base: u64,
}

impl Header {
    /// A header of `frame` about `group` with everything else zero and an empty body.
    pub fn new(frame: FrameType, group: u64) -> Self {
        Self {
            body_crc: 0,
            len: 0,
            frame,
            kind: 0,
            count: 0,
            batch_start: 0,
            group,
            term: 0,
            leader: 0,
            index: 0,
            base: 0,
        }
    }

    /// Length of the whole frame in the file.
    pub fn frame_len(&self) -> u64 {
        frame_len(self.len as usize)
    }

    /// Whether the frame, beginning at `offset`, lies within a file of `file_len` bytes and does not
    /// claim to be older than itself.
    pub fn fits(&self, offset: u64, file_len: u64) -> bool {
        self.batch_start <= offset
            && file_len.checked_sub(offset).is_some_and(|room| self.frame_len() <= room)
    }

    /// The bytes of the header in a file with `seed`, at `offset`.
    pub fn encode(&self, seed: u32, offset: u64) -> [u8; HEADER_LEN] {
        let mut out = [0; HEADER_LEN];
        out[4..8].copy_from_slice(&self.body_crc.to_le_bytes());
        out[8..12].copy_from_slice(&self.len.to_le_bytes());
        out[12] = self.frame as u8;
        out[13] = self.kind;
        out[16..20].copy_from_slice(&self.count.to_le_bytes());
        out[20..24].copy_from_slice(&((self.batch_start / ALIGN) as u32).to_le_bytes());
        out[24..32].copy_from_slice(&self.group.to_le_bytes());
        out[32..40].copy_from_slice(&self.term.to_le_bytes());
        out[40..48].copy_from_slice(&self.leader.to_le_bytes());
        out[48..56].copy_from_slice(&self.index.to_le_bytes());
        out[56..64].copy_from_slice(&self.base.to_le_bytes());
        let crc = header_crc(&out, seed, offset);
        out[0..4].copy_from_slice(&crc.to_le_bytes());
        out
    }

    /// The header that `bytes` hold, or `None` if they are not a header written at `offset` of a
    /// file with `seed`.
    pub fn decode(bytes: &[u8; HEADER_LEN], seed: u32, offset: u64) -> Option<Self> {
        let frame = FrameType::from_u8(bytes[12])?;
        if bytes[14..16] != [0, 0] || u32_at(bytes, 0) != header_crc(bytes, seed, offset) {
            return None;
        }
        Some(Self {
            body_crc: u32_at(bytes, 4),
            len: u32_at(bytes, 8),
            frame,
            kind: bytes[13],
            count: u32_at(bytes, 16),
            batch_start: u64::from(u32_at(bytes, 20)) * ALIGN,
            group: u64_at(bytes, 24),
            term: u64_at(bytes, 32),
            leader: u64_at(bytes, 40),
            index: u64_at(bytes, 48),
            base: u64_at(bytes, 56),
        })
    }
}

fn header_crc(bytes: &[u8; HEADER_LEN], seed: u32, offset: u64) -> u32 {
    let place = crc32c::crc32c_append(seed, &offset.to_le_bytes());
    crc32c::crc32c_append(place, &bytes[4..])
}

fn u32_at(bytes: &[u8; HEADER_LEN], at: usize) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|i| bytes[at + i]))
}

fn u64_at(bytes: &[u8; HEADER_LEN], at: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]))
}

/// Length of a frame with a body of `body_len` bytes.
pub fn frame_len(body_len: usize) -> u64 {
    (HEADER_LEN as u64 + body_len as u64).next_multiple_of(ALIGN)
}

/// The zero bytes behind a body of `body_len` bytes.
pub fn padding(body_len: usize) -> &'static [u8] {
    const ZEROS: [u8; ALIGN as usize] = [0; ALIGN as usize];
    &ZEROS[..(frame_len(body_len) - HEADER_LEN as u64) as usize - body_len]
}

/// CRC32C of a body and its padding, without gathering it.
pub fn body_crc(body: &Body) -> u32 {
    let crc = body.chunks().iter().fold(0, |crc, chunk| crc32c::crc32c_append(crc, chunk));
    crc32c::crc32c_append(crc, padding(body.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    fn header() -> Header {
        Header {
            body_crc: 7,
            len: 13,
            frame: FrameType::Purge,
            kind: 3,
            count: 99,
            batch_start: 4096,
            group: 1,
            term: 2,
            leader: 3,
            index: u64::MAX,
            base: 5,
        }
    }

    #[test]
    fn a_header_survives_the_round_trip() {
        assert_eq!(Header::decode(&header().encode(9, 4160), 9, 4160), Some(header()));
    }

    #[test]
    fn a_header_is_bound_to_its_file_and_its_place() {
        let bytes = header().encode(9, 4160);
        assert_eq!(Header::decode(&bytes, 8, 4160), None);
        assert_eq!(Header::decode(&bytes, 9, 4168), None);
    }

    #[test]
    fn zeros_are_no_header() {
        assert_eq!(Header::decode(&[0; HEADER_LEN], 0, 0), None);
    }

    proptest! {
        #[test]
        fn a_flipped_bit_spoils_a_header(bit in 0..HEADER_LEN * 8, seed: u32) {
            let mut bytes = header().encode(seed, 4160);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(Header::decode(&bytes, seed, 4160), None);
        }

        #[test]
        fn the_crc_of_a_rope_is_that_of_its_bytes(
            chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..5),
        ) {
            let rope = Body::from(chunks.into_iter().map(Bytes::from).collect::<Vec<_>>());
            prop_assert_eq!(body_crc(&rope), body_crc(&Body::from(rope.to_bytes())));
            prop_assert_eq!(frame_len(rope.len()) % ALIGN, 0);
        }
    }
}
