//! The footer of a sealed file: which entries of which groups lie where. Pure encoding.
//!
//! It holds what was alive when the file was sealed. With the footers of the older files and the
//! checkpoint of the newest, start-up knows every entry without reading one.

use bytes::{BufMut, Bytes, BytesMut};

use super::codec::Cursor;
use super::stretch::{Run, Size, Slot, Stretch};
use super::{Body, GroupId};

const STRETCH: usize = 8 * 4 + 4 + 4;
const RUN: usize = 8 * 3;
const SLOT: usize = 13;

/// The body of the footer frame.
#[derive(Debug, Default)]
pub struct FooterBuilder {
    out: BytesMut,
}

impl FooterBuilder {
    /// Adds a stretch of `group`.
    pub fn add(&mut self, group: GroupId, stretch: &Stretch) {
        let out = &mut self.out;
        out.reserve(STRETCH + stretch.runs.len() * RUN + stretch.slots.len() * SLOT);
        out.put_u64_le(group);
        out.put_u64_le(stretch.first);
        out.put_u64_le(stretch.base);
        out.put_u64_le(stretch.end);
        out.put_u32_le(stretch.runs.len() as u32);
        for run in &stretch.runs {
            out.put_u64_le(run.first);
            out.put_u64_le(run.term);
            out.put_u64_le(run.leader);
        }
        out.put_u32_le(stretch.slots.len() as u32);
        for slot in &stretch.slots {
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
pub fn decode(body: &Bytes, file: u64) -> Option<Vec<(GroupId, Stretch)>> {
    let mut cursor = Cursor::new(body);
    let mut stretches = Vec::new();
    while let Some(group) = cursor.u64() {
        let stretch = decode_stretch(&mut cursor, file)?;
        if !is_sane(&stretch) {
            return None;
        }
        stretches.push((group, stretch));
    }
    cursor.rest().is_empty().then_some(stretches)
}

fn decode_stretch(cursor: &mut Cursor<'_>, file: u64) -> Option<Stretch> {
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
    let size = Size::of(&slots);
    Some(Stretch { file, first, base, end, runs, slots, size })
}

/// What the index relies on: entries, a run at the first of them, ascending runs and bases, no
/// overflow.
fn is_sane(stretch: &Stretch) -> bool {
    let last_base = stretch.slots.last().and_then(|slot| stretch.base.checked_add(u64::from(slot.base)));
    stretch.runs.first().is_some_and(|run| run.first == stretch.first)
        && stretch.runs.is_sorted_by(|a, b| a.first < b.first)
        && stretch.slots.is_sorted_by_key(|slot| slot.base)
        && stretch.slots.first().is_some_and(|slot| slot.base == 0)
        && last_base.is_some_and(|base| base <= stretch.end)
        && stretch.first.checked_add(stretch.slots.len() as u64).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stretch() -> Stretch {
        let slots = vec![
            Slot { offset: 512, base: 0, len: 9, kind: 1 },
            Slot { offset: 600, base: 4, len: 0, kind: 2 },
        ];
        Stretch {
            file: 4,
            first: 10,
            base: 100,
            end: 110,
            runs: vec![Run { first: 10, term: 1, leader: 2 }, Run { first: 11, term: 2, leader: 3 }],
            size: Size::of(&slots),
            slots,
        }
    }

    #[test]
    fn stretches_survive_the_round_trip() {
        let mut footer = FooterBuilder::default();
        footer.add(7, &stretch());
        footer.add(8, &stretch());
        assert_eq!(decode(&footer.finish().to_bytes(), 4), Some(vec![(7, stretch()), (8, stretch())]));
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic_and_yield_only_sane_stretches(
            patches in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..8), cut: usize,
        ) {
            let mut footer = FooterBuilder::default();
            footer.add(7, &stretch());
            let mut bytes = footer.finish().to_bytes().to_vec();
            for (at, byte) in patches {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            bytes.truncate(cut % (bytes.len() + 1));
            if let Some(stretches) = decode(&Bytes::from(bytes), 4) {
                prop_assert!(stretches.iter().all(|(_, stretch)| is_sane(stretch)));
            }
        }
    }
}
