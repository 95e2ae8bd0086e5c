//! Segments: files that hold consecutive entries of one group, copied from elsewhere in the WAL.
//! Their names, and which of them counts where two hold the same entries. Pure.
//!
//! A segment is immutable and complete from the moment at which it has its name. It says nothing of
//! the group's state: whether an entry in it is alive is for the WAL files alone to say.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::GroupId;
use super::file::{FIRST_SEGMENT, WalFile};
use super::index::LogIndex;

/// The numbers of segments.
const NUMBERS: Range<u64> = FIRST_SEGMENT..2 * FIRST_SEGMENT;

/// What the name of a segment file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The group.
    pub group: GroupId,
    /// Index of the first entry.
    pub first: u64,
    /// Number of the segment: later ones have higher ones.
    pub number: u64,
}

/// A segment on disk.
#[derive(Debug)]
pub struct Segment {
    /// What its name tells.
    pub name: Name,
    /// The file.
    pub file: Arc<WalFile>,
}

/// Whether a file's number is that of a segment.
pub fn is_segment(file: u64) -> bool {
    file >= FIRST_SEGMENT
}

/// The directory of the segments in the WAL directory `dir`.
pub fn directory(dir: &Path) -> PathBuf {
    dir.join("segments")
}

impl Name {
    /// Name of the file.
    pub fn file_name(&self) -> String {
        let Self { group, first, number } = self;
        format!("{group:016x}-{first:016x}-{number:016x}.seg")
    }

    /// What the name of a file says, if it is that of a segment.
    pub fn parse(file_name: &str) -> Option<Self> {
        let mut parts = file_name.strip_suffix(".seg")?.split('-');
        let mut part = || u64::from_str_radix(parts.next()?, 16).ok();
        let name = Self { group: part()?, first: part()?, number: part()? };
        (name.file_name() == file_name && NUMBERS.contains(&name.number)).then_some(name)
    }

    /// What the path of a segment says.
    pub fn of(path: &Path) -> Option<Self> {
        Self::parse(path.file_name()?.to_str()?)
    }
}

/// One index out of those of all segments of a group, oldest segment first.
///
/// What a segment holds was alive when it got its name, so where two overlap the newer one counts. A
/// newer one that begins within an older one replaces all the rest of it: either it copied that, or
/// that was void.
pub fn layered(segments: Vec<LogIndex>) -> LogIndex {
    let mut layers: Vec<LogIndex> = Vec::with_capacity(segments.len());
    for newer in segments {
        let Some(range) = newer.range() else { continue };
        for older in &mut layers {
            if older.range().is_some_and(|older| older.start < range.end && range.start < older.end) {
                older.truncate(range.start);
            }
        }
        layers.push(newer);
    }
    layers.sort_by_key(|layer| layer.range().map(|range| range.start));
    let mut all = LogIndex::default();
    layers.into_iter().flat_map(LogIndex::into_stretches).for_each(|stretch| all.extend(stretch));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wal::stretch::Located;
    use crate::wal::{EntryHeader, LogId};

    #[test]
    fn names_tell_group_first_index_and_number() {
        let name = Name { group: 7, first: 0xabc, number: FIRST_SEGMENT + 5 };
        assert_eq!(Name::parse(&name.file_name()), Some(name));
        for foreign in [
            "0000000000000001.wal",
            "0000000000000007-0000000000000abc-0000000000000005.seg",
            "0000000000000007-0000000000000abc-0010000000000005.seg.new",
            "0000000000000007-0000000000000ABC-0010000000000005.seg",
            "0000000000000007-0000000000000abc-0010000000000005-0000000000000001.seg",
            "0000000000000007-0000000000000abc.seg",
            "0000000000000007-0000000000000abc-0020000000000000.seg",
        ] {
            assert_eq!(Name::parse(foreign), None, "{foreign}");
        }
    }

    /// The index of a segment with these entries, written in `term`.
    fn segment(number: u64, term: u64, entries: Range<u64>) -> LogIndex {
        let mut index = LogIndex::default();
        for at in entries {
            let id = LogId { term, leader: 1, index: at };
            let header = EntryHeader { id, kind: 0, base: at, count: 1, body_len: 0 };
            index.push(&Located { file: FIRST_SEGMENT + number, offset: 4096 + 64 * at, header });
        }
        index
    }

    /// Number of the segment and term of each entry.
    fn holders(index: &LogIndex) -> Vec<Option<(u64, u64)>> {
        let end = index.range().map_or(0, |range| range.end);
        let at = |index: Option<Located>| index.map(|at| (at.file - FIRST_SEGMENT, at.header.id.term));
        (0..end).map(|entry| at(index.get(entry))).collect()
    }

    #[test]
    fn neighbours_are_put_in_order_whichever_is_newer() {
        let all = layered(vec![segment(1, 1, 2..4), segment(2, 1, 0..2)]);
        assert_eq!(holders(&all), [2, 2, 1, 1].map(|number| Some((number, 1))));
        assert!(all.covers(0..4));
    }

    #[test]
    fn parts_of_a_merged_segment_that_were_not_deleted_yet_do_not_hide_its_end() {
        let all = layered(vec![segment(1, 1, 0..2), segment(2, 1, 2..3), segment(3, 1, 0..5)]);
        assert_eq!(holders(&all), vec![Some((3, 1)); 5]);
    }

    #[test]
    fn a_segment_of_entries_that_were_replaced_never_counts_over_what_replaced_them() {
        let deeper = layered(vec![segment(1, 1, 3..6), segment(2, 2, 1..5)]);
        assert_eq!(holders(&deeper), [None, Some((2, 2)), Some((2, 2)), Some((2, 2)), Some((2, 2))]);
        let within = layered(vec![segment(1, 1, 0..9), segment(2, 2, 2..4)]);
        assert_eq!(holders(&within), [Some((1, 1)), Some((1, 1)), Some((2, 2)), Some((2, 2))]);
    }
}
