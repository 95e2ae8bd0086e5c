//! A flipped bit is told, or it hit what nobody needs; never is it served.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;

use super::model::{Model, Op, change};
use super::relocation::churn;
use super::support::*;
use crate::wal::file::{PAGE, file_name, parse_name};
use crate::wal::forge::{Forged, forge};
use crate::wal::frame::{FrameType, frame_len};
use crate::wal::segment;
use crate::wal::{Entry, GroupId, GroupLog, Vote, WalError};

/// With `moved`, the first entries of group 2 are in a segment.
fn build(dir: &Path, ops: &[Op], moved: bool) -> BTreeMap<GroupId, Content> {
    let wal = open_sound(dir);
    let mut model = Model::default();
    if moved {
        let op = Op::Append { group: 2, entries: 3, count: 1, size: 300, new_term: false };
        let entries = model.entries(&op);
        for entry in &entries {
            model.append(2, entry);
        }
        append(&wal.group(2), entries);
        wal.group(2).save_committed(id(0, 2)).unwrap();
        churn(&wal.group(9), 2);
        wal.reclaim().unwrap();
        assert_eq!(wal.stats().segments, 1);
    }
    for op in ops {
        match *op {
            Op::Append { group, .. } => {
                let entries = model.entries(op);
                for entry in &entries {
                    model.append(group, entry);
                }
                append(&wal.group(group), entries);
            }
            Op::Truncate { group, keep } => {
                let last_kept = model.last_kept(group, keep);
                model.truncate(group, last_kept);
                durably(|done| wal.group(group).truncate_after(last_kept, done));
            }
            _ => {}
        }
    }
    if !has_room_for_mark(dir) {
        let vote = Vote { term: 1, leader: 1, committed: false };
        durably(|done| wal.group(0).save_vote(vote, done));
    }
    let content = everything(&wal);
    wait_for_mark(dir);
    content
}

pub fn flip(path: &Path, offset: u64, bit: u8) {
    let raw = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    raw.read_exact_at(&mut byte, offset).unwrap();
    raw.write_all_at(&[byte[0] ^ 1 << bit], offset).unwrap();
}

/// Every entry, or the error that its read gives.
fn read_each(log: &GroupLog) -> Vec<Result<Entry, WalError>> {
    let state = log.state();
    let indexes = state.first_index()..state.next_index();
    indexes.map(|index| log.read(index..index + 1, 0).map(|mut found| found.remove(0))).collect()
}

fn check(ops: &[Op], moved: bool, clean: bool, place: u64, bit: u8) {
    let dir = scratch();
    let expected = build(dir.path(), ops, moved);
    let copy = copy_of(dir.path());
    if clean {
        drop(open_sound(copy.path()));
    }
    let all = [segments(copy.path()), files(copy.path())].concat();
    let path = &all[place as usize % all.len()];
    let offset = (place / 7) % std::fs::metadata(path).unwrap().len();
    flip(path, offset, bit);

    let (wal, recovered) = open(copy.path());
    let mut noticed = recovered.torn_tail.is_some() || !recovered.corruptions.is_empty();
    for (group, (state, entries)) in &expected {
        let log = wal.group(*group);
        if log.is_quarantined() {
            assert!(recovered.corruptions.iter().any(|corruption| corruption.groups.contains(group)));
            assert!(matches!(log.read(0..1, 1), Err(WalError::Quarantined { .. })));
            continue;
        }
        assert_eq!(log.state(), *state);
        let found = read_each(&log);
        assert_eq!(found.len(), entries.len());
        for (found, expected) in found.into_iter().zip(entries) {
            match found {
                Ok(found) => assert_eq!(found, *expected),
                Err(error) => {
                    assert!(matches!(error, WalError::Corrupt { .. }), "{error}");
                    noticed = true;
                }
            }
        }
    }
    let needed = noticed || !holds_live_bytes(&dir, path, offset, clean);
    assert!(needed, "a flip at {offset} of {} went unnoticed", path.display());
}

/// Whether the byte belongs to an entry that is alive.
fn holds_live_bytes(dir: &TempDir, path: &Path, offset: u64, clean: bool) -> bool {
    let copy = copy_of(dir.path());
    if clean {
        drop(open_sound(copy.path()));
    }
    let image = crate::wal::recover::recover(copy.path()).unwrap();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap();
    let number = segment::Name::parse(name).map(|name| name.number).or(parse_name(name)).unwrap();
    image.groups.values().any(|group| {
        (group.state.first_index()..group.state.next_index()).any(|index| {
            let located = group.index.get(index).unwrap();
            let end = located.offset + crate::wal::frame::frame_len(located.header.body_len as usize);
            located.file == number && (located.offset..end).contains(&offset)
        })
    })
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_flipped_bit_is_noticed_or_irrelevant_and_never_served(
        ops in prop::collection::vec(change(), 1..25), moved: bool, clean: bool, place: u64, bit in 0..8u8,
    ) {
        check(&ops, moved, clean, place, bit);
    }
}

/// One group with three entries, acknowledged one by one, the process then killed.
fn three_entries() -> TempDir {
    let dir = scratch();
    let wal = open_sound(dir.path());
    fill(&wal.group(8), 1, 1);
    for _ in 0..3 {
        fill(&wal.group(1), 1, 1);
    }
    wait_for_mark(dir.path());
    copy_of(dir.path())
}

fn frame_of(dir: &Path, group: GroupId, index: u64) -> (std::path::PathBuf, u64) {
    let image = crate::wal::recover::recover(dir).unwrap();
    let located = image.groups[&group].index.get(index).unwrap();
    (dir.join(file_name(located.file)), located.offset)
}

#[test]
fn damage_before_acknowledged_frames_names_file_offset_and_group_and_spares_the_others() {
    for at in [3, 30, 70] {
        let dir = three_entries();
        let (path, offset) = frame_of(dir.path(), 1, 1);
        flip(&path, offset + at, 2);
        let (wal, recovered) = open(dir.path());
        let [corruption] = recovered.corruptions.as_slice() else { panic!("{recovered:?}") };
        assert_eq!((&corruption.file, corruption.offset), (&path, offset));
        assert_eq!(corruption.groups, [1]);
        assert!(wal.group(1).is_quarantined());
        assert_eq!(contents(&wal.group(8)).len(), 1);
        fill(&wal.group(8), 1, 1);
    }
}

#[test]
fn damage_in_the_last_acknowledged_frame_is_no_torn_tail() {
    let dir = three_entries();
    let (path, offset) = frame_of(dir.path(), 1, 2);
    flip(&path, offset + 66, 0);
    let (_wal, recovered) = open(dir.path());
    assert_eq!(recovered.corruptions[0].groups, [1]);
    assert_eq!(recovered.torn_tail, None);
}

#[test]
fn where_a_lost_frame_cannot_be_told_every_group_is_quarantined() {
    let dir = three_entries();
    let (path, offset) = frame_of(dir.path(), 1, 1);
    for at in [5, 25, 41] {
        flip(&path, offset + at, 1);
    }
    let (wal, recovered) = open(dir.path());
    assert_eq!(recovered.corruptions[0].groups, [1, 8]);
    assert!(recovered.corruptions[0].may_hide_groups);
    assert!(wal.group(8).is_quarantined());
}

#[test]
fn quarantine_lasts_until_the_group_is_removed() {
    let dir = three_entries();
    let (path, offset) = frame_of(dir.path(), 1, 1);
    flip(&path, offset + 64, 1);
    for _ in 0..2 {
        let (wal, recovered) = open(dir.path());
        assert_eq!(recovered.corruptions.len(), 1);
        let refused = wal.group(1).append(vec![entry(1, 3, 1, b"")], Box::new(|_| {}));
        assert!(matches!(refused, Err(WalError::Quarantined { group: 1 })));
    }
    let (wal, _) = open(dir.path());
    durably(|done| wal.group(1).remove(done));
    fill(&wal.group(1), 7, 2);
    drop(wal);
    assert_eq!(open_sound(dir.path()).group(1).state().last, Some(id(7, 1)));
}

#[test]
fn damage_found_by_a_read_is_not_served() {
    let dir = three_entries();
    drop(open_sound(dir.path()));
    let (path, offset) = frame_of(dir.path(), 1, 1);
    flip(&path, offset + 64, 0);
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    let error = log.read(0..3, usize::MAX).unwrap_err();
    assert!(matches!(error, WalError::Corrupt { group: 1, index: 1, offset: at, .. } if at == offset));
    assert_eq!(log.read(2..3, 100).unwrap().len(), 1);
}

#[test]
fn a_missing_file_quarantines_the_groups_whose_entries_were_in_it() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    for index in 0..20 {
        append(&wal.group(1), vec![entry(1, index, 1, &[0; 9000])]);
    }
    fill(&wal.group(2), 1, 1);
    drop(wal);
    std::fs::remove_file(&files(dir.path())[1]).unwrap();
    let (wal, recovered) = open(dir.path());
    assert_eq!(recovered.corruptions[0].groups, [1]);
    assert_eq!(contents(&wal.group(2)).len(), 1);
}

/// Two groups over several files, closed in order.
fn several_files() -> (TempDir, BTreeMap<GroupId, Content>) {
    let dir = scratch();
    let wal = open_sound(dir.path());
    for index in 0..20 {
        append(&wal.group(1), vec![entry(1, index, 1, &[1; 9000])]);
        fill(&wal.group(2), 1, 1);
    }
    durably(|done| wal.group(1).save_vote(Vote { term: 3, leader: 1, committed: true }, done));
    let content = everything(&wal);
    drop(wal);
    (dir, content)
}

#[test]
fn a_damaged_footer_is_told_and_made_up_for_by_a_scan() {
    let (dir, content) = several_files();
    let path = &files(dir.path())[1];
    flip(path, std::fs::metadata(path).unwrap().len() - 70, 0);
    let (wal, recovered) = open(dir.path());
    assert_eq!(recovered.corruptions.len(), 1);
    assert_eq!(recovered.corruptions[0].groups, Vec::<GroupId>::new());
    assert_eq!(everything(&wal), content);
}

#[test]
fn a_file_whose_checkpoint_was_never_finished_is_as_if_it_had_not_been_begun() {
    let (dir, content) = several_files();
    let next = end_of(dir.path()).0 + 1;
    // Begun, with its header page and the first frame of a checkpoint.
    forge(dir.path(), next, vec![checkpoint_head(&[1, 2])], &[0; 500]).unwrap();
    let next = dir.path().join(file_name(next));
    let (wal, recovered) = open(dir.path());
    assert_eq!((recovered.corruptions, recovered.torn_tail.unwrap().file), (vec![], next));
    assert_eq!(everything(&wal), content);
}

fn checkpoint_head(groups: &[u64]) -> Forged {
    let body = groups.iter().flat_map(|group| group.to_le_bytes()).collect();
    let nothing = Forged { frame: FrameType::CheckpointHead as u8, ..Forged::default() };
    Forged { body, ..nothing }
}

#[test]
fn a_group_lost_from_the_newest_checkpoint_is_quarantined_and_no_other() {
    let (dir, content) = several_files();
    drop(open_sound(dir.path()));
    // Only the newest file has the state of the vote; its second frame is the checkpoint of group 1.
    let newest = files(dir.path()).pop().unwrap();
    let group_1 = PAGE + frame_len(2 * 8);
    flip(&newest, group_1 + 70, 3);
    let (wal, recovered) = open(dir.path());
    let affected: BTreeSet<_> =
        recovered.corruptions.iter().flat_map(|report| report.groups.clone()).collect();
    assert_eq!(affected, BTreeSet::from([1]));
    assert!(wal.group(1).is_quarantined());
    assert_eq!(contents(&wal.group(2)), content[&2].1);
}

#[test]
fn an_unreadable_newest_file_leaves_nobody_above_suspicion() {
    let (dir, _) = several_files();
    let newest = files(dir.path()).pop().unwrap();
    flip(&newest, 20, 0);
    flip(&newest, 2048 + 20, 0);
    let (wal, recovered) = open(dir.path());
    assert_eq!(recovered.corruptions[0].groups, [1, 2]);
    assert!(recovered.corruptions[0].may_hide_groups);
    assert!(wal.group(1).is_quarantined() && wal.group(2).is_quarantined());
}
