//! Consecutive entries of one group in one file, 16 bytes each: what footers hold, and what a log's
//! index is made of. Pure.

use std::ops::Range;

use super::frame::{ALIGN, frame_len};
use super::{EntryHeader, LogId};

/// An entry in a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Offset of the frame in the file, divided by the frame alignment.
    pub offset: u32,
    /// Base, relative to the stretch's.
    pub base: u32,
    /// Length of the body.
    pub len: u32,
    /// The caller's kind.
    pub kind: u8,
}

/// Consecutive entries written by one leader in one term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Index of the first of them.
    pub first: u64,
    /// The term.
    pub term: u64,
    /// The leader.
    pub leader: u64,
}

/// Consecutive entries in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Sequence number of the file.
    pub file: u64,
    /// Index of the first entry.
    pub first: u64,
    /// Base of the first entry.
    pub base: u64,
    /// Base after the last entry.
    pub end: u64,
    /// Who wrote them; the first run begins at `first`.
    pub runs: Vec<Run>,
    /// The entries.
    pub slots: Vec<Slot>,
    /// How much they hold, all together.
    pub size: Size,
}

/// How much some entries hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Sum of the lengths of their bodies.
    pub bodies: u64,
    /// Sum of the lengths of their frames.
    pub frames: u64,
}

impl Size {
    /// The size of these entries.
    pub fn of(slots: &[Slot]) -> Self {
        slots.iter().fold(Self::default(), |sum, slot| sum.plus(slot.size()))
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { bodies: self.bodies + other.bodies, frames: self.frames + other.frames }
    }

    fn minus(self, other: Self) -> Self {
        Self { bodies: self.bodies - other.bodies, frames: self.frames - other.frames }
    }
}

impl Slot {
    fn size(&self) -> Size {
        Size { bodies: u64::from(self.len), frames: frame_len(self.len as usize) }
    }
}

/// An entry and its place on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    /// Sequence number of the file.
    pub file: u64,
    /// Offset of its frame.
    pub offset: u64,
    /// The entry without its body.
    pub header: EntryHeader,
}

impl Located {
    /// Where its frame ends.
    pub fn end(&self) -> u64 {
        self.offset + frame_len(self.header.body_len as usize)
    }
}

impl Stretch {
    /// A stretch to be filled from the entry at index `first` on, which has base `base`.
    pub fn empty(file: u64, first: u64, base: u64) -> Self {
        let (runs, slots) = (Vec::new(), Vec::new());
        Self { file, first, base, end: base, runs, slots, size: Size::default() }
    }

    /// How much the entries with an index in `range` hold. Entries are looked at only if the range
    /// ends within the stretch.
    pub fn size_of(&self, range: &Range<u64>) -> Size {
        if range.start <= self.first && self.next() <= range.end {
            return self.size;
        }
        let at = |index: u64| (index.clamp(self.first, self.next()) - self.first) as usize;
        Size::of(self.slots.get(at(range.start)..at(range.end)).unwrap_or_default())
    }

    /// Index after the last entry.
    pub fn next(&self) -> u64 {
        self.first + self.slots.len() as u64
    }

    /// The entry at `index`.
    pub fn get(&self, index: u64) -> Option<Located> {
        let at = usize::try_from(index.checked_sub(self.first)?).ok()?;
        let slot = self.slots.get(at)?;
        let run = self.runs[..self.runs.partition_point(|run| run.first <= index)].last()?;
        let base = self.base + u64::from(slot.base);
        let after = self.slots.get(at + 1).map_or(self.end, |next| self.base + u64::from(next.base));
        Some(Located {
            file: self.file,
            offset: u64::from(slot.offset) * ALIGN,
            header: EntryHeader {
                id: LogId { term: run.term, leader: run.leader, index },
                kind: slot.kind,
                base,
                count: (after - base) as u32,
                body_len: slot.len,
            },
        })
    }

    /// Voids entries from `index` on. Leaves at least the first: the caller drops empty stretches.
    pub fn truncate(&mut self, index: u64) {
        let keep = index.saturating_sub(self.first) as usize;
        if let Some(slot) = self.slots.get(keep) {
            self.end = self.base + u64::from(slot.base);
            self.size = self.size.minus(Size::of(&self.slots[keep..]));
            self.slots.truncate(keep);
            self.runs.truncate(self.runs.partition_point(|run| run.first < index));
        }
    }

    /// Whether an entry can be added behind the others.
    pub fn takes(&self, entry: &Located) -> bool {
        self.file == entry.file
            && self.next() == entry.header.id.index
            && self.end == entry.header.base
            && u32::try_from(self.end - self.base).is_ok()
    }

    /// Adds an entry that it takes.
    pub fn push(&mut self, entry: &Located) {
        let EntryHeader { id, kind, base, count, body_len } = entry.header;
        if self.runs.last().is_none_or(|run| (run.term, run.leader) != (id.term, id.leader)) {
            self.runs.push(Run { first: id.index, term: id.term, leader: id.leader });
        }
        let slot = Slot {
            offset: (entry.offset / ALIGN) as u32,
            base: (base - self.base) as u32,
            len: body_len,
            kind,
        };
        self.slots.push(slot);
        self.size = self.size.plus(slot.size());
        self.end = base + u64::from(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_takes_16_bytes() {
        assert_eq!(size_of::<Slot>(), 16);
    }
}
