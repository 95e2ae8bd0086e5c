//! Where the entries of one group lie on disk. Pure and compact: 16 bytes an entry, terms as runs.
//!
//! The index is a list of stretches, one for consecutive entries in one file, so that a file's share
//! can be written to its footer, and could be dropped and read back, as a whole.
//! Adding an entry voids everything at its index and behind: **the live entry at an index is the
//! last one written there**. That one rule makes footers of different files mergeable.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use super::stretch::{Located, Size, Stretch};

/// Where a group's entries lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogIndex {
    stretches: VecDeque<Stretch>,
}

impl LogIndex {
    /// Adds an entry; it voids what was at its index and behind.
    pub fn push(&mut self, entry: &Located) {
        self.truncate(entry.header.id.index);
        if let Some(last) = self.stretches.back_mut()
            && last.takes(entry)
        {
            return last.push(entry);
        }
        let (id, base) = (entry.header.id, entry.header.base);
        let mut stretch = Stretch::empty(entry.file, id.index, base);
        stretch.push(entry);
        self.stretches.push_back(stretch);
    }

    /// Adds a stretch written later than all others.
    pub fn extend(&mut self, stretch: Stretch) {
        self.truncate(stretch.first);
        self.stretches.push_back(stretch);
    }

    /// Voids entries from `index` on.
    pub fn truncate(&mut self, index: u64) {
        while self.stretches.back().is_some_and(|stretch| stretch.first >= index) {
            self.stretches.pop_back();
        }
        if let Some(last) = self.stretches.back_mut() {
            last.truncate(index);
        }
    }

    /// Forgets the stretches that end before `first`.
    pub fn purge(&mut self, first: u64) {
        while self.stretches.front().is_some_and(|stretch| stretch.next() <= first) {
            self.stretches.pop_front();
        }
    }

    /// The entry at `index`.
    pub fn get(&self, index: u64) -> Option<Located> {
        let after = self.stretches.partition_point(|stretch| stretch.first <= index);
        self.stretches.get(after.checked_sub(1)?)?.get(index)
    }

    /// The last entry whose base is at most `offset`.
    pub fn locate(&self, offset: u64) -> Option<u64> {
        let after = self.stretches.partition_point(|stretch| stretch.base <= offset);
        let stretch = self.stretches.get(after.checked_sub(1)?)?;
        let relative = offset - stretch.base;
        let slot = stretch.slots.partition_point(|slot| u64::from(slot.base) <= relative).checked_sub(1)?;
        Some(stretch.first + slot as u64)
    }

    /// From the first entry to the end of the last; `None` without entries.
    pub fn range(&self) -> Option<Range<u64>> {
        Some(self.stretches.front()?.first..self.stretches.back()?.next())
    }

    /// The stretches, in order.
    pub fn stretches(&self) -> impl DoubleEndedIterator<Item = &Stretch> {
        self.stretches.iter()
    }

    /// The stretches, in order.
    pub fn into_stretches(self) -> VecDeque<Stretch> {
        self.stretches
    }

    /// Points the entries that `copies` holds to there, as far as they still lie in the files `from`:
    /// meanwhile they may have been voided, replaced or purged. False if none of them does.
    pub fn relocate(&mut self, from: &BTreeSet<u64>, mut copies: Self) -> bool {
        let Some(range) = copies.range() else { return false };
        let copied = |stretch: &Stretch| {
            from.contains(&stretch.file) && stretch.first < range.end && range.start < stretch.next()
        };
        let Some(start) = self.stretches.iter().position(copied) else { return false };
        let mut rest = self.stretches.split_off(start);
        let mut end = range.start;
        while let Some(stretch) = rest.pop_front_if(|stretch| copied(stretch)) {
            end = stretch.next();
        }
        copies.truncate(end);
        self.stretches.append(&mut copies.stretches);
        self.stretches.append(&mut rest);
        true
    }

    /// Whether all entries of `range` are there.
    pub fn covers(&self, range: Range<u64>) -> bool {
        let mut next = range.start;
        for stretch in &self.stretches {
            if stretch.first <= next {
                next = next.max(stretch.next());
            }
        }
        next >= range.end
    }

    /// How much the entries with an index in `range` hold.
    pub fn size_of(&self, range: &Range<u64>) -> Size {
        let first = self.stretches.partition_point(|stretch| stretch.next() <= range.start);
        let within = self.stretches.range(first..).take_while(|stretch| stretch.first < range.end);
        within.fold(Size::default(), |sum, stretch| sum.plus(stretch.size_of(range)))
    }

    /// The stretches in `file`.
    pub fn in_file(&self, file: u64) -> impl Iterator<Item = &Stretch> {
        self.stretches.iter().filter(move |stretch| stretch.file == file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wal::{EntryHeader, LogId};

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
    fn bases_beyond_32_bits_open_a_new_stretch() {
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
    fn sizes_follow_what_is_added_and_voided() {
        let mut index = index_of(&[entry(1, 0, 1, 0, 1), entry(1, 1, 1, 1, 1), entry(2, 2, 1, 2, 1)]);
        let sizes = |index: &LogIndex| {
            let all = [0..3, 0..2, 1..3, 2..9, 3..9, 1..1];
            all.map(|range| index.size_of(&range).bodies / 8)
        };
        assert_eq!(sizes(&index), [3, 2, 2, 1, 0, 0]);
        assert_eq!(index.size_of(&(0..3)).frames, 3 * 72);
        index.truncate(1);
        assert_eq!(sizes(&index), [1, 1, 0, 0, 0, 0]);
    }

    /// The files that hold the entries, in order.
    fn files(index: &LogIndex) -> Vec<u64> {
        index.stretches().map(|stretch| stretch.file).collect()
    }

    #[test]
    fn purging_forgets_whole_stretches_only() {
        let mut index = index_of(&[entry(1, 0, 1, 0, 1), entry(1, 1, 1, 1, 1), entry(2, 2, 1, 2, 1)]);
        index.purge(1);
        assert_eq!(files(&index), [1, 2]);
        index.purge(2);
        assert_eq!(files(&index), [2]);
        index.purge(3);
        assert_eq!(files(&index), [0; 0]);
    }

    /// Entries with these indexes in this file.
    fn in_file(file: u64, indexes: Range<u64>) -> Vec<Located> {
        indexes.map(|index| entry(file, index, 1, index, 1)).collect()
    }

    #[test]
    fn copied_entries_are_found_where_they_were_copied_to() {
        let mut index = index_of(&[in_file(1, 0..3), in_file(2, 3..5), in_file(3, 5..9)].concat());
        assert!(index.relocate(&BTreeSet::from([1, 2]), index_of(&in_file(50, 0..5))));
        assert_eq!(files(&index), [50, 3]);
        assert!(index.covers(0..9));
        assert!(!index.relocate(&BTreeSet::from([1, 2]), index_of(&in_file(51, 0..5))));
    }

    #[test]
    fn what_was_purged_voided_or_replaced_while_it_was_copied_stays_so() {
        let copies = || index_of(&in_file(50, 0..6));
        let original = || index_of(&[in_file(1, 0..2), in_file(2, 2..6)].concat());
        let from = BTreeSet::from([1, 2]);

        let mut truncated = original();
        truncated.truncate(4);
        assert!(truncated.relocate(&from, copies()));
        assert_eq!((files(&truncated), truncated.range()), (vec![50], Some(0..4)));

        let mut replaced = original();
        for entry in in_file(9, 1..3) {
            replaced.push(&entry);
        }
        assert!(replaced.relocate(&from, copies()));
        assert_eq!((files(&replaced), replaced.range()), (vec![50, 9], Some(0..3)));
        assert_eq!(replaced.get(1), Some(entry(9, 1, 1, 1, 1)));

        let mut purged = original();
        purged.purge(2);
        assert!(purged.relocate(&from, copies()));
        assert_eq!(purged.get(3), Some(entry(50, 3, 1, 3, 1)));

        let mut begun_anew = index_of(&in_file(9, 0..3));
        assert!(!begun_anew.relocate(&from, copies()));
        assert_eq!(files(&begun_anew), [9]);
    }
}
