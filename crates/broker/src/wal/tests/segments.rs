//! Segments that are damaged, missing, left over, or found in the midst of a relocation.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::damage::flip;
use super::relocation::{churn, files_in, purge_all_but, write};
use super::support::*;
use crate::wal::reclaim::Step;
use crate::wal::segment::is_segment;
use crate::wal::{GroupId, Options, Wal, WalError};

/// A group in segments only, with the WAL closed: its content and the directory.
fn in_segments() -> (TempDir, BTreeMap<GroupId, Content>) {
    let dir = scratch();
    let wal = open_sound(dir.path());
    for group in [1, 2] {
        (0..5).for_each(|_| write(&wal.group(group), 100));
    }
    churn(&wal.group(9), 2);
    wal.reclaim().unwrap();
    assert!(is_segment(wal.group(1).file_of(4).unwrap()));
    let content = everything(&wal);
    drop(wal);
    (dir, content)
}

#[test]
fn a_missing_segment_quarantines_its_group_and_no_other() {
    let (dir, content) = in_segments();
    fs::remove_file(&segments(dir.path())[0]).unwrap();
    let (wal, recovered) = open(dir.path());
    assert_eq!(recovered.corruptions[0].groups, [1]);
    assert!(wal.group(1).is_quarantined());
    assert_eq!(contents(&wal.group(2)), content[&2].1);
}

#[test]
fn an_unreadable_segment_quarantines_its_group_until_that_is_removed() {
    let (dir, content) = in_segments();
    let path = segments(dir.path())[0].clone();
    flip(&path, 20, 0);
    flip(&path, 2048 + 20, 0);
    for _ in 0..2 {
        let (wal, recovered) = open(dir.path());
        let named: Vec<_> = recovered.corruptions.iter().filter(|report| report.file == path).collect();
        assert!(matches!(&named[..], [report] if report.groups.is_empty() || report.groups == [1]));
        assert!(recovered.corruptions.iter().any(|report| report.groups == [1]));
        assert!(wal.group(1).is_quarantined());
        assert_eq!(contents(&wal.group(2)), content[&2].1);
        wal.reclaim().unwrap();
        assert!(path.exists(), "it may still be needed to find out what was in it");
    }
    let (wal, _) = open(dir.path());
    durably(|done| wal.group(1).remove(done));
    wal.reclaim().unwrap();
    assert!(!path.exists());
    drop(wal);
    open_sound(dir.path());
}

#[test]
fn a_damaged_segment_footer_is_told_and_made_up_for_by_a_scan() {
    let (dir, content) = in_segments();
    let path = segments(dir.path())[0].clone();
    flip(&path, fs::metadata(&path).unwrap().len() - 70, 0);
    let (wal, recovered) = open(dir.path());
    assert_eq!(recovered.corruptions.len(), 1);
    assert_eq!((&recovered.corruptions[0].file, recovered.corruptions[0].groups.len()), (&path, 0));
    assert_eq!(everything(&wal), content);
}

#[test]
fn a_segment_without_footer_and_with_a_damaged_entry_quarantines_its_group() {
    let (dir, content) = in_segments();
    let path = segments(dir.path())[0].clone();
    flip(&path, fs::metadata(&path).unwrap().len() - 70, 0);
    flip(&path, 4096 + 70, 0);
    let (wal, recovered) = open(dir.path());
    assert!(recovered.corruptions.iter().all(|report| report.file == path && report.groups == [1]));
    assert!(wal.group(1).is_quarantined());
    assert_eq!(contents(&wal.group(2)), content[&2].1);
}

#[test]
fn every_flipped_bit_of_a_segment_is_noticed_or_irrelevant_and_never_served() {
    let (dir, content) = in_segments();
    let path = segments(dir.path())[0].clone();
    let len = fs::metadata(&path).unwrap().len();
    for offset in (0..64).chain((64..4096).step_by(509)).chain((4096..len).step_by(3)) {
        flip(&path, offset, (offset % 8) as u8);
        let copy = copy_of(dir.path());
        let (wal, recovered) = open(copy.path());
        assert_eq!(contents(&wal.group(2)), content[&2].1);
        let read = wal.group(1).read(0..5, usize::MAX);
        match read {
            Ok(entries) => assert_eq!(entries, content[&1].1, "at {offset}"),
            Err(WalError::Corrupt { group: 1, .. }) => {}
            Err(WalError::Quarantined { group: 1 }) => {
                assert!(recovered.corruptions.iter().any(|report| report.groups == [1]));
            }
            Err(error) => panic!("at {offset}: {error}"),
        }
        flip(&path, offset, (offset % 8) as u8);
    }
}

#[test]
fn segments_without_any_wal_file_put_everyone_under_suspicion() {
    let (dir, _) = in_segments();
    for file in files(dir.path()) {
        fs::remove_file(file).unwrap();
    }
    let (wal, recovered) = open(dir.path());
    assert_eq!(recovered.corruptions[0].groups, [1, 2]);
    assert!(recovered.corruptions[0].may_hide_groups);
    assert!(wal.group(1).is_quarantined());
}

#[test]
fn a_group_begun_anew_never_gets_the_old_segments_back() {
    let (dir, content) = in_segments();
    let old = segments(dir.path());
    let kept = copy_of(dir.path());
    let wal = open_sound(dir.path());
    durably(|done| wal.group(1).remove(done));
    (0..3).for_each(|_| write(&wal.group(1), 50));
    wal.reclaim().unwrap();
    churn(&wal.group(9), 2);
    wal.reclaim().unwrap();
    let expected = everything(&wal);
    assert!(is_segment(wal.group(1).file_of(2).unwrap()));
    assert_ne!(expected[&1], content[&1]);
    drop(wal);
    // The disk forgot that they were deleted.
    for path in old.iter().filter(|path| !path.exists()) {
        fs::copy(kept.path().join("segments").join(path.file_name().unwrap()), path).unwrap();
    }
    let wal = open_sound(dir.path());
    assert_eq!(everything(&wal), expected);
    wal.reclaim().unwrap();
    assert_eq!(segments(dir.path()).len() as u64, wal.stats().segments);
    drop(wal);
    assert_eq!(everything(&open_sound(dir.path())), expected);
}

/// What a crash after each step would leave.
type Crashes = Arc<Mutex<Vec<(Step, TempDir)>>>;

/// Gives space back by hand, and remembers the directory after each step.
fn watched(dir: &Path, crashes: &Crashes) -> Options {
    let (dir, crashes) = (dir.to_path_buf(), crashes.clone());
    let watch = move |step| crashes.lock().unwrap().push((step, copy_of(&dir)));
    Options { reclaim_by_hand: true, watch_reclaim: Some(Arc::new(watch)), ..tiny() }
}

/// Opens what a crash left, and checks that nothing is missing: at once, after space was given back,
/// and after another start.
fn assert_holds(dir: &Path, expected: &BTreeMap<GroupId, Content>, what: &str) {
    let wal = open_sound(dir);
    assert_eq!(everything(&wal), *expected, "{what}");
    wal.reclaim().unwrap();
    assert_eq!(everything(&wal), *expected, "{what}, then reclaimed");
    drop(wal);
    assert_eq!(everything(&open_sound(dir)), *expected, "{what}, then reclaimed and opened again");
}

#[test]
fn a_crash_after_any_step_of_a_relocation_loses_nothing() {
    let dir = scratch();
    let crashes = Crashes::default();
    let (wal, _) = Wal::open(dir.path(), watched(dir.path(), &crashes)).unwrap();
    let mut steps = Vec::new();
    for round in 0..6u64 {
        for group in 1..4 {
            (0..group).for_each(|_| write(&wal.group(group), 50));
        }
        purge_all_but(&wal.group(1), 7);
        if round == 4 {
            durably(|done| wal.group(3).remove(done));
            write(&wal.group(3), 10);
        }
        churn(&wal.group(9), 2);
        let before = copy_of(dir.path());
        wal.reclaim().unwrap();
        let expected = everything(&wal);
        let mut earlier = copy_of(before.path());
        for (step, crash) in std::mem::take(&mut *crashes.lock().unwrap()) {
            let what = format!("round {round}, {step:?}");
            let lost = lost_directory_updates(earlier.path(), crash.path());
            steps.push(step);
            assert_holds(copy_of(crash.path()).path(), &expected, &what);
            for (name, without) in lost {
                assert_holds(without.path(), &expected, &format!("{what}, but not of {name}"));
            }
            if step == Step::FileDeleted {
                // Segments that should be gone are harmless.
                let haunted = copy_of(crash.path());
                for old in segments(before.path()) {
                    fs::copy(&old, haunted.path().join("segments").join(old.file_name().unwrap())).unwrap();
                }
                assert_holds(haunted.path(), &expected, &format!("{what}, with all old segments"));
            }
            earlier = crash;
        }
    }
    for step in [
        Step::Copied,
        Step::Named,
        Step::NamesDurable,
        Step::Installed,
        Step::SegmentDeleted,
        Step::FileDeleted,
    ] {
        assert!(steps.contains(&step), "{step:?} never came");
    }
}

/// The directory `after`, once for each file that is there and was not `before`, or the other way
/// round, with that undone: the disk had not got to it.
fn lost_directory_updates(before: &Path, after: &Path) -> Vec<(String, TempDir)> {
    let mut lost = Vec::new();
    for part in ["", "segments"] {
        let (old, new) = (files_in(&before.join(part)), files_in(&after.join(part)));
        for name in old.iter().filter(|name| !new.contains(name) && name.as_str() != "segments") {
            let undone = copy_of(after);
            fs::copy(before.join(part).join(name), undone.path().join(part).join(name)).unwrap();
            lost.push((name.clone(), undone));
        }
        for name in new.iter().filter(|name| part == "segments" && !old.contains(name)) {
            let undone = copy_of(after);
            fs::remove_file(undone.path().join(part).join(name)).unwrap();
            lost.push((name.clone(), undone));
        }
    }
    lost
}
