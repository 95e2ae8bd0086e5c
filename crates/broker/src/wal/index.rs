//! Where the entries of one group lie on disk. Pure and compact: 16 bytes an entry, terms as runs.
//!
//! The index is a list of segments, one per stretch of consecutive entries in one file, so that a
//! file's share can be written to its footer, and could be dropped and read back, as a whole.
//! Adding an entry voids everything at its index and behind: **the live entry at an index is the
//! last one written there**. That one rule makes footers of different files mergeable.

use std::collections::VecDeque;
use std::ops::Range;

use super::frame::ALIGN;
use super::{EntryHeader, LogId};

/// An entry in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Offset of the frame in the file, divided by the frame alignment.
    pub offset: u32,
    /// Base, relative to the segment's.
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
pub struct Segment {
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

impl Segment {
    /// Index after the last entry.
    pub fn next(&self) -> u64 {
        self.first + self.slots.len() as u64
    }

    fn get(&self, index: u64) -> Option<Located> {
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

    /// Voids entries from `index` on. Leaves at least the first: the caller drops empty segments.
    fn truncate(&mut self, index: u64) {
        let keep = index.saturating_sub(self.first) as usize;
        if let Some(slot) = self.slots.get(keep) {
            self.end = self.base + u64::from(slot.base);
            self.slots.truncate(keep);
            self.runs.truncate(self.runs.partition_point(|run| run.first < index));
        }
    }

    /// Whether an entry can be added behind the others.
    fn takes(&self, entry: &Located) -> bool {
        self.file == entry.file
            && self.next() == entry.header.id.index
            && self.end == entry.header.base
            && u32::try_from(self.end - self.base).is_ok()
    }

    fn push(&mut self, entry: &Located) {
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
        self.end = base + u64::from(count);
    }
}

/// Where a group's entries lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogIndex {
    segments: VecDeque<Segment>,
}

impl LogIndex {
    /// Adds an entry; it voids what was at its index and behind.
    pub fn push(&mut self, entry: &Located) {
        self.truncate(entry.header.id.index);
        if let Some(last) = self.segments.back_mut()
            && last.takes(entry)
        {
            return last.push(entry);
        }
        let EntryHeader { id, base, .. } = entry.header;
        let mut segment =
            Segment { file: entry.file, first: id.index, base, end: base, runs: vec![], slots: vec![] };
        segment.push(entry);
        self.segments.push_back(segment);
    }

    /// Adds a segment written later than all others.
    pub fn extend(&mut self, segment: Segment) {
        self.truncate(segment.first);
        self.segments.push_back(segment);
    }

    /// Voids entries from `index` on.
    pub fn truncate(&mut self, index: u64) {
        while self.segments.back().is_some_and(|segment| segment.first >= index) {
            self.segments.pop_back();
        }
        if let Some(last) = self.segments.back_mut() {
            last.truncate(index);
        }
    }

    /// Forgets the segments that end before `first`.
    pub fn purge(&mut self, first: u64) {
        while self.segments.front().is_some_and(|segment| segment.next() <= first) {
            self.segments.pop_front();
        }
    }

    /// The entry at `index`.
    pub fn get(&self, index: u64) -> Option<Located> {
        let after = self.segments.partition_point(|segment| segment.first <= index);
        self.segments.get(after.checked_sub(1)?)?.get(index)
    }

    /// The last entry whose base is at most `offset`.
    pub fn locate(&self, offset: u64) -> Option<u64> {
        let after = self.segments.partition_point(|segment| segment.base <= offset);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        let relative = offset - segment.base;
        let slot = segment.slots.partition_point(|slot| u64::from(slot.base) <= relative).checked_sub(1)?;
        Some(segment.first + slot as u64)
    }

    /// Whether all entries of `range` are there.
    pub fn covers(&self, range: Range<u64>) -> bool {
        let mut next = range.start;
        for segment in &self.segments {
            if segment.first <= next {
                next = next.max(segment.next());
            }
        }
        next >= range.end
    }

    /// The oldest file that holds an entry.
    pub fn oldest_file(&self) -> Option<u64> {
        self.segments.front().map(|segment| segment.file)
    }

    /// The segments in `file`.
    pub fn in_file(&self, file: u64) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(move |segment| segment.file == file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(file: u64, index: u64, term: u64, base: u64, count: u32) -> Located {
        Located {
            file,
            offset: 4096 + index * 72,
            header: EntryHeader {
                id: LogId { term, leader: term, index },
                kind: 1,
                base,
                count,
                body_len: 8,
            },
        }
    }

    fn index_of(entries: &[Located]) -> LogIndex {
        let mut index = LogIndex::default();
        for entry in entries {
            index.push(entry);
        }
        index
    }

    #[test]
    fn entries_are_found_with_their_terms_and_bases() {
        let entries =
            [entry(1, 5, 1, 50, 2), entry(1, 6, 2, 52, 0), entry(2, 7, 2, 52, 9), entry(2, 8, 3, 61, 1)];
        let index = index_of(&entries);
        for entry in entries {
            assert_eq!(index.get(entry.header.id.index), Some(entry));
        }
        assert_eq!(index.get(4), None);
        assert_eq!(index.get(9), None);
        assert!(index.covers(5..9));
        assert!(!index.covers(4..9));
        assert!(!index.covers(5..10));
    }

    #[test]
    fn a_later_entry_voids_what_was_at_its_index_and_behind() {
        let mut index = index_of(&[entry(1, 0, 1, 0, 1), entry(1, 1, 1, 1, 1), entry(1, 2, 1, 2, 1)]);
        index.push(&entry(2, 1, 4, 1, 7));
        assert_eq!(index.get(0), Some(entry(1, 0, 1, 0, 1)));
        assert_eq!(index.get(1), Some(entry(2, 1, 4, 1, 7)));
        assert_eq!(index.get(2), None);
        assert!(index.covers(0..2));
    }

    #[test]
    fn an_offset_is_found_past_entries_without_records() {
        let index = index_of(&[
            entry(1, 0, 1, 0, 0),
            entry(1, 1, 1, 0, 5),
            entry(1, 2, 1, 5, 0),
            entry(2, 3, 1, 5, 5),
        ]);
        assert_eq!(index.locate(0), Some(1));
        assert_eq!(index.locate(4), Some(1));
        assert_eq!(index.locate(5), Some(3));
        assert_eq!(index.locate(9), Some(3));
    }

    #[test]
    fn bases_beyond_32_bits_open_a_new_segment() {
        let big = u32::MAX;
        let entries = [
            entry(1, 0, 1, 0, big),
            entry(1, 1, 1, u64::from(big), big),
            entry(1, 2, 1, 2 * u64::from(big), 1),
        ];
        let index = index_of(&entries);
        assert_eq!(index.get(2), Some(entries[2]));
        assert_eq!(index.get(1), Some(entries[1]));
        assert_eq!(index.in_file(1).count(), 2);
    }

    #[test]
    fn a_slot_takes_16_bytes() {
        assert_eq!(size_of::<Slot>(), 16);
    }

    #[test]
    fn purging_forgets_whole_segments_only() {
        let mut index = index_of(&[entry(1, 0, 1, 0, 1), entry(1, 1, 1, 1, 1), entry(2, 2, 1, 2, 1)]);
        index.purge(1);
        assert_eq!(index.oldest_file(), Some(1));
        index.purge(2);
        assert_eq!(index.oldest_file(), Some(2));
        index.purge(3);
        assert_eq!(index.oldest_file(), None);
    }
}
