//! Entries that outlive their neighbours move to segments: nothing is lost on the way, whenever the
//! process dies, and the disk holds little more than what is alive.

use std::fs;
use std::path::Path;
use std::sync::{Arc, mpsc};

use super::damage::flip;
use super::support::*;
use crate::wal::file::file_name;
use crate::wal::read::fetch;
use crate::wal::reclaim::Step;
use crate::wal::segment::is_segment;
use crate::wal::{FileKind, GroupId, GroupLog, Options, Wal, WalError};

/// A WAL without damage that gives space back only when it is asked to.
fn by_hand(dir: &Path) -> Wal {
    let (wal, recovered) = Wal::open(dir, Options { reclaim_by_hand: true, ..tiny() }).unwrap();
    assert_eq!(recovered.corruptions, []);
    wal
}

/// Appends one entry of `size` bytes and commits it.
pub fn write(log: &GroupLog, size: usize) {
    let index = log.state().next_index();
    append(log, vec![entry(1, index, 1, &vec![index as u8; size])]);
    log.save_committed(id(1, index)).unwrap();
}

/// Forgets all but the last `kept` entries.
pub fn purge_all_but(log: &GroupLog, kept: u64) {
    let state = log.state();
    if let Some(last) = state.next_index().checked_sub(kept + 1).filter(|last| *last >= state.first_index()) {
        durably(|done| log.purge(id(1, last), state.end - kept, done));
    }
}

/// Writes about `files` files full of entries of `log`, and purges most of that.
pub fn churn(log: &GroupLog, files: usize) {
    for _ in 0..files * 11 {
        write(log, 6000);
    }
    purge_all_but(log, 2);
}

#[test]
fn a_quiet_group_does_not_hold_back_the_files_of_busy_ones() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    let quiet = wal.group(1);
    (0..3).for_each(|_| write(&quiet, 300));
    let before = contents(&quiet);
    for round in 0..40 {
        churn(&wal.group(2 + round % 5), 3);
        wal.reclaim().unwrap();
        let stats = wal.stats();
        assert!(stats.files <= 4 && stats.segments <= 12, "{stats:?}");
    }
    assert_eq!(contents(&quiet), before);
    assert!(is_segment(quiet.file_of(0).unwrap()));
    assert!(wal.stats().relocated_bytes < wal.stats().bytes / 4, "{:?}", wal.stats());
    let all = everything(&wal);
    drop((quiet, wal));
    // By hand again: the file that was the last one can be emptied now, while the files are counted.
    let wal = by_hand(dir.path());
    for _ in 0..2 {
        assert_eq!(everything(&wal), all);
        assert_eq!(wal.stats().segments, files_in(&dir.path().join("segments")).len() as u64);
        wal.reclaim().unwrap();
    }
}

/// The names of the files in `dir`.
pub fn files_in(dir: &Path) -> Vec<String> {
    let Ok(files) = fs::read_dir(dir) else { return vec![] };
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_group_that_writes_a_little_to_every_file_has_few_segments() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    let (slow, busy) = (wal.group(1), wal.group(2));
    for _ in 0..60 {
        write(&slow, 700);
        churn(&busy, 1);
        wal.reclaim().unwrap();
    }
    let of_slow = wal.space().files.iter().filter(|file| file.group == Some(1)).count();
    // An eighth of a file is the limit up to which they are merged.
    assert!((1..=16).contains(&of_slow), "{of_slow}");
    assert_eq!(contents(&slow).len(), 60);
    assert!(wal.stats().relocated_bytes < wal.stats().bytes / 4, "{:?}", wal.stats());
}

#[test]
fn what_is_not_committed_stays_where_it_is() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    let (uncommitted, busy) = (wal.group(1), wal.group(2));
    fill(&uncommitted, 1, 2);
    uncommitted.save_committed(id(1, 0)).unwrap();
    churn(&busy, 4);
    wal.reclaim().unwrap();
    assert!(wal.stats().files >= 4 && wal.stats().segments == 0, "{:?}", wal.stats());
    assert_eq!(wal.space().files[0].pinned_by[0].0, 1);
    uncommitted.save_committed(id(1, 1)).unwrap();
    wal.reclaim().unwrap();
    assert!(wal.stats().files <= 2 && wal.stats().segments >= 1, "{:?}", wal.stats());
}

#[test]
fn segments_go_when_their_entries_are_purged_voided_or_removed() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    let [purged, voided, removed] = [1, 2, 3].map(|group| wal.group(group));
    for log in [&purged, &voided, &removed] {
        (0..3).for_each(|_| write(log, 100));
    }
    churn(&wal.group(9), 2);
    wal.reclaim().unwrap();
    assert_eq!(wal.stats().segments, 3, "{:?}", wal.space());
    durably(|done| purged.purge(id(1, 1), 2, done));
    wal.reclaim().unwrap();
    assert_eq!(wal.stats().segments, 3, "one entry is alive");
    durably(|done| purged.purge(id(1, 2), 3, done));
    durably(|done| voided.truncate_after(None, done));
    durably(|done| removed.remove(done));
    wal.reclaim().unwrap();
    assert_eq!(wal.stats().segments, 0);
    assert_eq!(files_in(&dir.path().join("segments")), [""; 0]);
}

#[test]
fn a_moved_entry_that_is_replaced_all_the_same_is_replaced_after_a_restart_too() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    let (log, busy) = (wal.group(1), wal.group(2));
    (0..6).for_each(|_| write(&log, 200));
    churn(&busy, 2);
    wal.reclaim().unwrap();
    assert!(is_segment(log.file_of(5).unwrap()));
    durably(|done| log.truncate_after(Some(1), done));
    append(&log, vec![entry(2, 2, 1, b"two"), entry(2, 3, 1, b"three")]);
    log.save_committed(id(2, 3)).unwrap();
    let expected = contents(&log);
    assert_eq!(contents(&open_sound(copy_of(dir.path()).path()).group(1)), expected);
    // Now the replacements move as well, beside what is left of the segment, or with it.
    churn(&busy, 2);
    wal.reclaim().unwrap();
    assert!(is_segment(log.file_of(3).unwrap()));
    assert_eq!(contents(&log), expected);
    assert_eq!(contents(&open_sound(copy_of(dir.path()).path()).group(1)), expected);
}

#[test]
fn a_long_entry_is_moved_without_being_held_in_memory() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    let (log, busy) = (wal.group(1), wal.group(2));
    for size in [100, 3 << 20, (1 << 20) - 64, 5, 0] {
        write(&log, size);
    }
    let before = contents(&log);
    churn(&busy, 110);
    wal.reclaim().unwrap();
    assert!(is_segment(log.file_of(1).unwrap()), "{:#?}", wal.space());
    assert_eq!(contents(&log), before);
}

#[test]
fn readers_are_not_disturbed() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let (log, busy) = (wal.group(1), wal.group(2));
    (0..40).for_each(|_| write(&log, 500));
    let expected = contents(&log);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    assert_eq!(log.read(0..40, usize::MAX).unwrap()[..], expected[..]);
                }
            });
        }
        for _ in 0..10 {
            churn(&busy, 2);
            (0..20).for_each(|_| write(&log, 500));
            wal.reclaim().unwrap();
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert!(is_segment(log.file_of(60).unwrap()));
}

#[test]
fn a_read_that_was_planned_before_the_entries_moved_is_served_or_planned_again() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    let (log, busy) = (wal.group(1), wal.group(2));
    let plan_and_move = || {
        loop {
            write(&log, 100);
            churn(&busy, 2);
            let plan = log.plan(0..1, 1000).unwrap();
            let file = log.file_of(0);
            wal.reclaim().unwrap();
            if log.file_of(0) != file {
                return plan;
            }
        }
    };
    let expected = entry(1, 0, 1, &[0; 100]);
    assert_eq!(fetch(1, plan_and_move()).unwrap(), std::slice::from_ref(&expected), "the WAL file was open");
    let failed = fetch(1, plan_and_move()).unwrap_err();
    assert!(log.is_outdated(&failed), "the segment was not");
    assert_eq!(log.read(0..1, 1000).unwrap(), [expected]);
    fs::remove_file(&segments(dir.path())[0]).unwrap();
    assert!(matches!(log.read(0..1, 1000), Err(WalError::Io { .. })), "this one is simply not there");
}

#[test]
fn the_space_report_adds_up_and_names_who_pins_what() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    for group in 1..=7 {
        (0..group).for_each(|_| write(&wal.group(group), 100));
    }
    let space = wal.space();
    assert_eq!(space.files.len(), 1);
    assert_eq!(space.files[0].pinned_by, [7, 6, 5, 4, 3].map(|group| (group, 168 * group)));
    assert_eq!(space.files[0].live_bytes, 28 * 168);
    churn(&wal.group(8), 3);
    wal.reclaim().unwrap();
    let space = wal.space();
    let of_kind = |kind| space.files.iter().filter(move |file| file.kind == kind);
    assert_eq!(of_kind(FileKind::Segment).count(), 7, "{space:#?}");
    assert_eq!(space.disk_bytes, space.files.iter().map(|file| file.bytes_on_disk).sum::<u64>());
    assert_eq!(space.live_bytes, space.files.iter().map(|file| file.live_bytes).sum::<u64>());
    let stats = wal.stats();
    assert_eq!((stats.segments, stats.files), (7, of_kind(FileKind::Wal).count() as u64));
    assert_eq!(stats.disk_bytes + stats.segment_bytes, space.disk_bytes);
    let of_3 = of_kind(FileKind::Segment).find(|file| file.group == Some(3)).unwrap();
    assert_eq!((of_3.live_bytes, of_3.pinned_by.as_slice()), (3 * 168, &[(3, 3 * 168)][..]));
    assert_eq!(of_3.bytes_on_disk, fs::metadata(&of_3.path).unwrap().len());
    let of_segment = wal.checkpointed_states(of_3.seq, &[3].into()).unwrap();
    assert!(of_segment.is_empty());
}

#[test]
fn when_segments_cannot_be_written_all_else_goes_on() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    fs::write(dir.path().join("segments"), b"in the way").unwrap();
    write(&wal.group(1), 100);
    churn(&wal.group(2), 3);
    let files = wal.stats().files;
    wal.reclaim().unwrap();
    assert_eq!(wal.stats().files, files);
    assert_eq!(contents(&wal.group(1)).len(), 1);
    fs::remove_file(dir.path().join("segments")).unwrap();
    wal.reclaim().unwrap();
    assert!(wal.stats().files < files && wal.stats().segments > 0);
}

#[test]
fn a_slow_relocation_does_not_hold_up_the_end() {
    let dir = scratch();
    let (tell, told) = mpsc::channel();
    let watch = move |step| tell.send(step).unwrap();
    let watch_reclaim: Option<Arc<dyn Fn(Step) + Send + Sync>> = Some(Arc::new(watch));
    // At a byte a second, the second segment would take a quarter of an hour.
    let slow = Options { relocation_bytes_per_second: 1, watch_reclaim, ..tiny() };
    let (wal, _) = Wal::open(dir.path(), slow).unwrap();
    for group in [1, 2] {
        (0..5).for_each(|_| write(&wal.group(group), 100));
    }
    churn(&wal.group(9), 2);
    assert_eq!(told.recv().unwrap(), Step::Copied);
    let before = everything(&wal);
    drop(wal);
    assert_eq!(files_in(&dir.path().join("segments")), [""; 0]);
    assert_eq!(everything(&open_sound(dir.path())), before);
}

#[test]
fn an_entry_that_is_damaged_is_never_moved() {
    let dir = scratch();
    let wal = by_hand(dir.path());
    let log = wal.group(1);
    (0..3).for_each(|_| write(&log, 100));
    flip(&dir.path().join(file_name(1)), place(&wal, 1, 1) + 70, 3);
    churn(&wal.group(2), 3);
    let files = wal.stats().files;
    for _ in 0..3 {
        wal.reclaim().unwrap();
        assert_eq!((wal.stats().segments, files_in(&dir.path().join("segments")).len()), (0, 0));
        assert!(wal.stats().files >= files);
    }
    assert!(matches!(log.read(1..2, 1), Err(WalError::Corrupt { group: 1, index: 1, .. })));
    durably(|done| log.remove(done));
    wal.reclaim().unwrap();
    assert!(wal.stats().files < files);
}

/// Where the entry lies in its file.
fn place(wal: &Wal, group: GroupId, index: u64) -> u64 {
    let log = wal.inner.shared.groups.read()[&group].clone();
    let located = log.lock().durable.index.get(index);
    located.unwrap().offset
}
