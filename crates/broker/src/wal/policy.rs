//! When entries are moved, and which. Pure.
//!
//! A WAL file can be deleted only when it is the oldest and nothing in it is alive. What survives in
//! the oldest file is moved to segments
//!
//! - when that is less than half of the file: half of the space comes back at once, or
//! - when more is dead in the files behind it than is alive in all of them: then it holds back more
//!   than it costs to move all.
//!
//! So WAL files take at most twice what is alive in them, and the oldest file; and a byte is moved out of
//! a WAL file at most once, and only if it outlives its neighbours.
//!
//! Segments of about the same size are merged, four to one, when the next one is written: so a group
//! has a few segments for every fourfold of its data, and a byte is copied again about once for every
//! fourfold; above a limit not at all. Segments hold dead bytes as well, when their beginning is purged:
//! the one that has most of them is written anew when more is dead than alive in all segments.

/// A sealed WAL file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileUse {
    /// Its sequence number.
    pub seq: u64,
    /// Its length.
    pub bytes: u64,
    /// Length of the frames in it that are alive.
    pub live: u64,
    /// How many groups they belong to.
    pub groups: u64,
    /// Whether they may all be moved.
    pub movable: bool,
}

/// A segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentUse {
    /// Its number.
    pub number: u64,
    /// Its length.
    pub bytes: u64,
    /// Length of the frames in it that are alive.
    pub live: u64,
    /// Whether they may be moved.
    pub movable: bool,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// What is alive in this WAL file, the oldest, is moved to segments.
    Empty(u64),
    /// What is alive in this segment is moved to a new one.
    Rewrite(u64),
}

/// So many segments of about the same size become one.
const FAN_IN: usize = 4;

/// What a segment takes besides its frames: header page, footer, trailer.
const SEGMENT_COST: u64 = 4096 + 256;

impl FileUse {
    /// What it would take to hold in segments what is alive.
    fn cost(&self) -> u64 {
        self.live + self.groups * SEGMENT_COST
    }
}

impl SegmentUse {
    fn dead(&self) -> u64 {
        self.bytes.saturating_sub(self.live + SEGMENT_COST)
    }
}

/// What is to be done next, given the sealed files, oldest first, and the segments. `slack`: so much
/// may be dead in segments whatever is alive.
pub fn plan(files: &[FileUse], segments: &[SegmentUse], slack: u64) -> Option<Plan> {
    empty(files).map(Plan::Empty).or_else(|| rewrite(segments, slack).map(Plan::Rewrite))
}

fn empty(files: &[FileUse]) -> Option<u64> {
    let (oldest, behind) = files.split_first()?;
    let sparse = oldest.cost() < oldest.bytes / 2;
    let alive: u64 = files.iter().map(FileUse::cost).sum();
    let held_back: u64 = behind.iter().map(|file| file.bytes.saturating_sub(file.cost())).sum();
    (oldest.movable && (sparse || held_back > alive)).then_some(oldest.seq)
}

fn rewrite(segments: &[SegmentUse], slack: u64) -> Option<u64> {
    let dead: u64 = segments.iter().map(SegmentUse::dead).sum();
    let alive: u64 = segments.iter().map(|segment| segment.live + SEGMENT_COST).sum();
    let candidates = segments.iter().filter(|segment| segment.movable && segment.dead() > segment.live);
    let worst = candidates.max_by_key(|segment| segment.dead())?;
    (dead > alive + slack).then_some(worst.number)
}

/// How many of the newest segments of a group a new one with `new` live bytes takes in. `sizes`: the
/// live bytes of the group's segments in order. No segment grows beyond `limit` in that way.
pub fn absorbed(sizes: &[u64], new: u64, limit: u64) -> usize {
    let (mut total, mut taken) = (new, 0);
    loop {
        let mut grown = total;
        let similar = sizes[..sizes.len() - taken].iter().rev().take_while(|size| {
            let fits = tier(**size) <= tier(total) && grown.saturating_add(**size) <= limit;
            grown += if fits { **size } else { 0 };
            fits
        });
        let similar = similar.count();
        if similar < FAN_IN - 1 {
            return taken;
        }
        (total, taken) = (grown, taken + similar);
    }
}

/// Sizes of one tier differ by less than a factor of [`FAN_IN`].
fn tier(size: u64) -> u32 {
    size.max(1).ilog(FAN_IN as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIB: u64 = 1 << 20;

    fn file(seq: u64, live: u64) -> FileUse {
        FileUse { seq, bytes: MIB, live, groups: 1, movable: true }
    }

    #[test]
    fn the_oldest_file_is_emptied_when_less_than_half_of_it_is_alive() {
        assert_eq!(plan(&[file(1, MIB / 4), file(2, MIB)], &[], 0), Some(Plan::Empty(1)));
        assert_eq!(plan(&[file(1, MIB / 2), file(2, MIB / 4)], &[], 0), None);
        assert_eq!(plan(&[], &[], 0), None);
    }

    #[test]
    fn a_file_whose_survivors_would_take_more_room_in_segments_stays() {
        let many_groups = FileUse { bytes: 100 << 10, groups: 20, ..file(1, 5 << 10) };
        assert_eq!(plan(&[many_groups], &[], 0), None);
    }

    #[test]
    fn a_full_oldest_file_is_emptied_when_it_holds_back_more_than_is_alive() {
        let mut files = vec![file(1, MIB)];
        assert_eq!(plan(&files, &[], 0), None);
        files.push(file(2, 0));
        assert_eq!(plan(&files, &[], 0), None);
        files.push(file(3, 0));
        assert_eq!(plan(&files, &[], 0), Some(Plan::Empty(1)));
    }

    #[test]
    fn what_may_not_be_moved_stays() {
        let stuck = FileUse { movable: false, ..file(1, 10) };
        assert_eq!(plan(&[stuck, file(2, 0), file(3, 0)], &[], 0), None);
        let stuck = SegmentUse { number: 9, bytes: MIB, live: 10, movable: false };
        assert_eq!(plan(&[], &[stuck], 0), None);
    }

    #[test]
    fn the_segment_with_most_dead_bytes_is_rewritten_when_most_of_all_is_dead() {
        let segment = |number, live| SegmentUse { number, bytes: MIB, live, movable: true };
        let segments = [segment(1, MIB / 4), segment(2, MIB / 8), segment(3, MIB / 2)];
        assert_eq!(plan(&[], &segments, 0), Some(Plan::Rewrite(2)));
        assert_eq!(plan(&[], &segments, 4 * MIB), None);
        assert_eq!(plan(&[], &[segment(1, MIB / 4), segment(2, MIB), segment(3, MIB)], 0), None);
    }

    #[test]
    fn four_segments_of_about_the_same_size_become_one() {
        assert_eq!(absorbed(&[9, 9], 9, 1000), 0);
        assert_eq!(absorbed(&[9, 9, 9], 9, 1000), 3);
        assert_eq!(absorbed(&[900, 5, 15, 9], 9, 1000), 3);
        assert_eq!(absorbed(&[20, 9, 9], 9, 1000), 0, "one is much larger");
        assert_eq!(absorbed(&[2, 1, 3], 9, 1000), 3, "much smaller ones count");
    }

    #[test]
    fn merging_goes_on_while_the_result_finds_its_like() {
        assert_eq!(absorbed(&[40, 50, 40, 9, 9, 9], 9, 1000), 6);
        assert_eq!(absorbed(&[40, 50, 40, 9, 9, 9], 9, 100), 3, "up to the limit");
        assert_eq!(absorbed(&[9, 9, 9], 9, 30), 0);
    }

    proptest! {
        /// Files are written, each with some share that stays alive for ever; the plan is followed.
        #[test]
        fn disk_use_stays_near_twice_what_is_alive(shares in prop::collection::vec(0..=100u64, 1..120)) {
            let (mut files, mut segments, mut moved) = (Vec::new(), 0, 0);
            for (share, seq) in shares.into_iter().zip(1..) {
                files.push(file(seq, MIB * share / 100));
                while files.first().is_some_and(|oldest| oldest.live == 0)
                    || plan(&files, &[], 0).is_some_and(|plan| plan == Plan::Empty(files[0].seq))
                {
                    let oldest = files.remove(0);
                    moved += oldest.live;
                    segments += oldest.live;
                }
                let alive: u64 = files.iter().map(FileUse::cost).sum();
                let on_disk = files.len() as u64 * MIB;
                prop_assert!(on_disk <= 2 * alive + 2 * MIB, "{on_disk} on disk, {alive} alive");
                prop_assert!(moved <= seq * MIB);
            }
            prop_assert_eq!(moved, segments);
        }

        #[test]
        fn a_group_has_few_segments_and_its_bytes_are_copied_few_times(
            sizes in prop::collection::vec(1..5000u64, 1..200),
        ) {
            let total: u64 = sizes.iter().sum();
            let (mut segments, mut copied): (Vec<u64>, u64) = (Vec::new(), 0);
            for new in sizes {
                let kept = segments.len() - absorbed(&segments, new, u64::MAX);
                let merged = segments.split_off(kept).iter().sum::<u64>() + new;
                copied += merged;
                segments.push(merged);
            }
            let tiers = u64::from(tier(total)) + 1;
            prop_assert!(segments.len() as u64 <= 3 * tiers, "{segments:?}");
            prop_assert!(copied <= 4 * total * tiers, "{copied} for {total}");
        }
    }
}
