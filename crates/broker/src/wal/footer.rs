//! The footer of a sealed file: which entries of which groups lie where. Pure encoding.
//!
//! It holds what was alive when the file was sealed. With the footers of the older files and the
//! checkpoint of the newest, start-up knows every entry without reading one.

use bytes::{BufMut, Bytes, BytesMut};

use super::codec::Cursor;
use super::index::{Run, Segment, Slot};
use super::{Body, GroupId};

const SEGMENT: usize = 8 * 4 + 4 + 4;
const RUN: usize = 8 * 3;
const SLOT: usize = 13;

/// The body of the footer frame.
#[derive(Debug, Default)]
pub struct FooterBuilder {
    out: BytesMut,
}

impl FooterBuilder {
    /// Adds a segment of `group`.
    pub fn add(&mut self, group: GroupId, segment: &Segment) {
        let out = &mut self.out;
        out.reserve(SEGMENT + segment.runs.len() * RUN + segment.slots.len() * SLOT);
        out.put_u64_le(group);
        out.put_u64_le(segment.first);
        out.put_u64_le(segment.base);
        out.put_u64_le(segment.end);
        out.put_u32_le(segment.runs.len() as u32);
        for run in &segment.runs {
            out.put_u64_le(run.first);
            out.put_u64_le(run.term);
            out.put_u64_le(run.leader);
        }
        out.put_u32_le(segment.slots.len() as u32);
        for slot in &segment.slots {
            out.put_u32_le(slot.offset);
            out.put_u32_le(slot.base);
            out.put_u32_le(slot.len);
            out.put_u8(slot.kind);
        }
    }

    /// The finished body.
    pub fn finish(self) -> Body {
        self.out.freeze().into()
    }
}

/// Reads the body of the footer of `file`. `None` if it makes no sense.
pub fn decode(body: &Bytes, file: u64) -> Option<Vec<(GroupId, Segment)>> {
    let mut cursor = Cursor::new(body);
    let mut segments = Vec::new();
    while let Some(group) = cursor.u64() {
        let segment = decode_segment(&mut cursor, file)?;
        if !is_sane(&segment) {
            return None;
        }
        segments.push((group, segment));
    }
    cursor.rest().is_empty().then_some(segments)
}

fn decode_segment(cursor: &mut Cursor<'_>, file: u64) -> Option<Segment> {
    let (first, base, end) = (cursor.u64()?, cursor.u64()?, cursor.u64()?);
    let count = cursor.count(RUN)?;
    let mut runs = Vec::with_capacity(count);
    for _ in 0..count {
        runs.push(Run { first: cursor.u64()?, term: cursor.u64()?, leader: cursor.u64()? });
    }
    let count = cursor.count(SLOT)?;
    let mut slots = Vec::with_capacity(count);
    for _ in 0..count {
        slots.push(Slot {
            offset: cursor.u32()?,
            base: cursor.u32()?,
            len: cursor.u32()?,
            kind: cursor.u8()?,
        });
    }
    Some(Segment { file, first, base, end, runs, slots })
}

/// What the index relies on: entries, a run at the first of them, ascending runs and bases, no
/// overflow.
fn is_sane(segment: &Segment) -> bool {
    let last_base = segment.slots.last().and_then(|slot| segment.base.checked_add(u64::from(slot.base)));
    segment.runs.first().is_some_and(|run| run.first == segment.first)
        && segment.runs.is_sorted_by(|a, b| a.first < b.first)
        && segment.slots.is_sorted_by_key(|slot| slot.base)
        && segment.slots.first().is_some_and(|slot| slot.base == 0)
        && last_base.is_some_and(|base| base <= segment.end)
        && segment.first.checked_add(segment.slots.len() as u64).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment() -> Segment {
        Segment {
            file: 4,
            first: 10,
            base: 100,
            end: 110,
            runs: vec![Run { first: 10, term: 1, leader: 2 }, Run { first: 11, term: 2, leader: 3 }],
            slots: vec![
                Slot { offset: 512, base: 0, len: 9, kind: 1 },
                Slot { offset: 600, base: 4, len: 0, kind: 2 },
            ],
        }
    }

    #[test]
    fn segments_survive_the_round_trip() {
        let mut footer = FooterBuilder::default();
        footer.add(7, &segment());
        footer.add(8, &segment());
        assert_eq!(decode(&footer.finish().to_bytes(), 4), Some(vec![(7, segment()), (8, segment())]));
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic_and_yield_only_sane_segments(
            patches in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..8), cut: usize,
        ) {
            let mut footer = FooterBuilder::default();
            footer.add(7, &segment());
            let mut bytes = footer.finish().to_bytes().to_vec();
            for (at, byte) in patches {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            bytes.truncate(cut % (bytes.len() + 1));
            if let Some(segments) = decode(&Bytes::from(bytes), 4) {
                prop_assert!(segments.iter().all(|(_, segment)| is_sane(segment)));
            }
        }
    }
}
