//! One behaviour a test.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use bytes::Bytes;

use super::support::*;
use crate::wal::{Body, CheckpointSource, Entry, GroupId, GroupState, Options, Vote, Wal, WalError};

#[test]
fn an_entry_is_readable_at_once_and_after_a_restart() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(7);
    let body = Body::from(vec![Bytes::from_static(b"ab"), Bytes::from_static(b"cde")]);
    let first = Entry { id: id(1, 0), kind: 9, count: 3, base: 99, body };
    let (tell, told) = mpsc::channel();
    log.append(vec![first.clone()], Box::new(move |result| tell.send(result).unwrap())).unwrap();
    let expected = vec![Entry { base: 0, ..first }];
    assert_eq!(contents(&log), expected);
    told.recv().unwrap().unwrap();
    append(&log, vec![entry(1, 1, 2, b"x")]);
    assert_eq!(log.state().end, 5);
    wal.close().unwrap();
    drop((log, wal));

    let wal = open_sound(dir.path());
    let log = wal.group(7);
    assert_eq!(contents(&log), [expected[0].clone(), Entry { base: 3, ..entry(1, 1, 2, b"x") }]);
    assert!(!log.is_hot(0));
    assert_eq!(log.state().last, Some(id(1, 1)));
}

#[test]
fn a_gap_is_refused_and_changes_nothing() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    let refused = log.append(vec![entry(1, 1, 1, b"")], Box::new(|_| {}));
    assert!(matches!(refused, Err(WalError::NotContiguous { group: 1, expected: 0, got: 1 })));
    let refused = log.append(vec![entry(1, 0, 1, b""), entry(1, 2, 1, b"")], Box::new(|_| {}));
    assert!(matches!(refused, Err(WalError::NotContiguous { expected: 1, got: 2, .. })));
    assert_eq!(log.state(), GroupState::default());
}

#[test]
fn votes_commits_and_purges_survive_a_restart() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    fill(&log, 1, 10);
    let vote = Vote { term: 4, leader: 2, committed: true };
    log.save_committed(id(1, 8)).unwrap();
    durably(|done| log.save_vote(vote, done));
    durably(|done| log.purge(id(1, 3), 4, done));
    let state = log.state();
    assert_eq!((state.vote, state.committed), (Some(vote), Some(id(1, 8))));
    assert_eq!((state.purged, state.purged_base, state.end), (Some(id(1, 3)), 4, 10));
    assert!(matches!(log.read(3..5, 100), Err(WalError::Purged { index: 3, first: 4, .. })));
    assert_eq!(log.id_at(3).unwrap(), Some(id(1, 3)));
    assert!(matches!(log.id_at(2), Err(WalError::Purged { .. })));
    let before = everything(&wal);
    wal.close().unwrap();
    drop((log, wal));
    assert_eq!(everything(&open_sound(dir.path())), before);
}

#[test]
fn a_purge_beyond_the_end_restarts_the_log_there() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    fill(&log, 1, 3);
    durably(|done| log.purge(id(5, 99), 1000, done));
    assert_eq!(log.state().last, Some(id(5, 99)));
    append(&log, vec![entry(5, 100, 7, b"later")]);
    assert_eq!(log.state().end, 1007);
    assert_eq!(log.locate(1006), Some(100));
    assert_eq!(log.locate(999), None);
    let copy = copy_of(dir.path());
    assert_eq!(everything(&open_sound(copy.path())), everything(&wal));
}

#[test]
fn a_purge_that_contradicts_the_log_is_refused() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    fill(&log, 1, 3);
    assert!(matches!(log.purge(id(2, 1), 2, Box::new(|_| {})), Err(WalError::Invalid { .. })));
    assert!(matches!(log.purge(id(1, 1), 3, Box::new(|_| {})), Err(WalError::Invalid { .. })));
    durably(|done| log.purge(id(1, 1), 2, done));
    // Again: nothing to do, and still answered.
    durably(|done| log.purge(id(1, 1), 2, done));
}

#[test]
fn truncated_entries_are_replaced_across_files() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    for index in 0..40 {
        append(&log, vec![entry(1, index, 2, &[1; 5000])]);
    }
    durably(|done| log.truncate_after(Some(9), done));
    assert_eq!((log.state().last, log.state().end), (Some(id(1, 9)), 20));
    for index in 10..30 {
        append(&log, vec![entry(2, index, 3, &[2; 5000])]);
    }
    assert!(wal.stats().files > 3);
    assert_eq!(log.locate(20), Some(10));
    assert_eq!(log.id_at(10).unwrap(), Some(id(2, 10)));
    let before = everything(&wal);
    assert_eq!(before[&1].1.len(), 30);
    assert_eq!(everything(&open_sound(copy_of(dir.path()).path())), before);
    durably(|done| log.truncate_after(None, done));
    assert_eq!(log.state().last, None);
    assert_eq!(everything(&open_sound(copy_of(dir.path()).path())), everything(&wal));
}

#[test]
fn a_removed_group_is_forgotten_and_can_begin_anew() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let old = wal.group(1);
    fill(&old, 1, 5);
    durably(|done| old.remove(done));
    assert!(matches!(old.append(vec![entry(1, 5, 1, b"")], Box::new(|_| {})), Err(WalError::Removed { .. })));
    assert_eq!(wal.groups(), Vec::<GroupId>::new());
    let new = wal.group(1);
    assert_eq!(new.state(), GroupState::default());
    fill(&new, 9, 2);
    let copy = copy_of(dir.path());
    let again = open_sound(copy.path());
    assert_eq!(everything(&again), everything(&wal));
    assert_eq!(again.group(1).state().last, Some(id(9, 1)));
}

#[test]
fn reads_respect_the_limit_but_never_stall() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    append(&log, (0..10).map(|index| entry(1, index, 1, &[0; 100])).collect());
    assert_eq!(log.read(2..10, 250).unwrap().len(), 2);
    assert_eq!(log.read(2..10, 0).unwrap().len(), 1);
    assert_eq!(log.read(10..12, 100).unwrap().len(), 0);
    assert_eq!(log.read(5..5, 100).unwrap().len(), 0);
    assert_eq!(log.headers(8..99).unwrap().len(), 2);
    assert_eq!(log.headers(0..1).unwrap()[0].body_len, 100);
}

#[test]
fn the_hot_tail_is_bounded_and_the_rest_comes_from_disk() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    for index in 0..50 {
        append(&log, vec![entry(1, index, 1, &[index as u8; 1000])]);
    }
    assert!(!log.is_hot(40));
    assert!(log.is_hot(49));
    let all = contents(&log);
    assert_eq!(all.len(), 50);
    assert!(
        all.iter().zip(0u8..).all(|(entry, index)| entry.body.to_bytes().iter().all(|byte| *byte == index))
    );
}

#[test]
fn an_entry_larger_than_a_file_gets_room() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    fill(&log, 1, 3);
    append(&log, vec![entry(1, 3, 1, &vec![7; 300 << 10]), entry(1, 4, 1, b"after")]);
    fill(&log, 1, 3);
    assert_eq!(everything(&open_sound(copy_of(dir.path()).path())), everything(&wal));
}

#[test]
fn dead_files_are_deleted_from_the_head() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let (pinning, log) = (wal.group(1), wal.group(2));
    fill(&pinning, 1, 1);
    for index in 0..60 {
        append(&log, vec![entry(1, index, 1, &[0; 5000])]);
    }
    let files = wal.stats().files;
    assert!(files >= 5);
    durably(|done| log.purge(id(1, 58), 59, done));
    wal.reclaim().unwrap();
    // At least: how full a file is depends on how the flushes fall, so the purge may have begun another.
    assert!(wal.stats().files >= files, "the first file holds an entry of group 1 that is not committed");
    durably(|done| pinning.remove(done));
    wal.reclaim().unwrap();
    assert!(wal.stats().files <= 2);
    let before = everything(&wal);
    wal.close().unwrap();
    drop((log, pinning, wal));
    let wal = open_sound(dir.path());
    assert_eq!(everything(&wal), before);
}

#[test]
fn a_file_in_which_only_purged_entries_are_not_voided_is_dead() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    fill(&log, 1, 10);
    durably(|done| log.purge(id(1, 5), 6, done));
    durably(|done| log.truncate_after(Some(5), done));
    let space = wal.space();
    assert_eq!((space.live_bytes, space.files[0].pinned_by.len()), (0, 0));
}

#[test]
fn a_second_process_is_kept_out() {
    let dir = scratch();
    let _wal = open_sound(dir.path());
    assert!(matches!(Wal::open(dir.path(), tiny()), Err(WalError::Locked { .. })));
}

#[test]
fn commit_points_alone_cause_no_flush_and_are_written_at_close() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    fill(&log, 1, 3);
    let flushes = wal.stats().flushes;
    log.save_committed(id(1, 0)).unwrap();
    log.save_committed(id(1, 1)).unwrap();
    assert_eq!(wal.stats().flushes, flushes);
    wal.close().unwrap();
    drop((log, wal));
    assert_eq!(open_sound(dir.path()).group(1).state().committed, Some(id(1, 1)));
}

#[test]
fn callbacks_come_in_order() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let (tell, told) = mpsc::channel();
    for index in 0..100 {
        let tell = tell.clone();
        let done = Box::new(move |result: std::io::Result<()>| tell.send((index, result.is_ok())).unwrap());
        wal.group(index % 3).append(vec![entry(1, index / 3, 1, &[0; 2000])], done).unwrap();
    }
    drop(tell);
    assert!(told.into_iter().eq((0..100).map(|index| (index, true))));
}

#[test]
fn after_a_failed_fsync_nothing_is_acknowledged() {
    let dir = scratch();
    let (tell, told) = mpsc::channel();
    let on_fatal = Arc::new(move |message: &str| tell.send(message.to_owned()).unwrap());
    let options = Options { on_fatal, ..tiny() };
    let fault = options.fault.clone();
    let (wal, _) = Wal::open(dir.path(), options).unwrap();
    let log = wal.group(1);
    fill(&log, 1, 1);
    fault.store(true, Ordering::Relaxed);
    let (answer, answered) = mpsc::channel();
    log.append(vec![entry(1, 1, 1, b"lost")], Box::new(move |result| answer.send(result).unwrap())).unwrap();
    assert!(answered.recv().unwrap().is_err());
    assert!(told.recv().unwrap().contains("injected fault"));
    assert!(matches!(log.append(vec![entry(1, 2, 1, b"")], Box::new(|_| {})), Err(WalError::Closed)));
    assert!(matches!(wal.close(), Err(WalError::Closed)));
}

#[test]
fn a_panic_in_a_callback_is_fatal_and_hangs_nobody() {
    let dir = scratch();
    let (tell, told) = mpsc::channel();
    let on_fatal = Arc::new(move |message: &str| tell.send(message.to_owned()).unwrap());
    let (wal, _) = Wal::open(dir.path(), Options { on_fatal, ..tiny() }).unwrap();
    let log = wal.group(1);
    log.append(vec![entry(1, 0, 1, b"")], Box::new(|_| panic!("in a callback, on purpose"))).unwrap();
    assert!(told.recv().unwrap().contains("panicked"));
    assert!(matches!(log.append(vec![entry(1, 1, 1, b"")], Box::new(|_| {})), Err(WalError::Closed)));
    assert!(wal.close().is_err());
}

#[test]
fn many_threads_append_to_many_groups_through_many_files() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    std::thread::scope(|scope| {
        for group in 0..6 {
            let log = wal.group(group);
            scope.spawn(move || {
                for index in 0..60 {
                    append(&log, vec![entry(1, index, 1, &[group as u8; 1500])]);
                }
            });
        }
    });
    assert!(wal.stats().files > 5);
    let before = everything(&wal);
    assert!(before.values().all(|(state, entries)| state.end == 60 && entries.len() == 60));
    assert_eq!(everything(&open_sound(copy_of(dir.path()).path())), before);
}

#[test]
fn far_too_much_in_the_queue_is_refused() {
    let dir = scratch();
    let options = Options { queue_bytes: 1000, ..tiny() };
    let (wal, _) = Wal::open(dir.path(), options).unwrap();
    let (go, wait) = mpsc::channel::<()>();
    // Holds the writer until told otherwise.
    wal.group(9)
        .save_vote(
            Vote { term: 1, leader: 1, committed: false },
            Box::new(move |_| assert!(wait.recv().is_err())),
        )
        .unwrap();
    let log = wal.group(1);
    log.append(vec![entry(1, 0, 1, &[0; 5000])], Box::new(|_| {})).unwrap();
    assert!(matches!(
        log.append(vec![entry(1, 1, 1, b"")], Box::new(|_| {})),
        Err(WalError::Busy { limit: 4000, .. })
    ));
    assert_eq!(log.state().last, Some(id(1, 0)));
    drop(go);
}

struct Fixed;

impl CheckpointSource for Fixed {
    fn app_state(&self, group: GroupId) -> Option<Bytes> {
        (group == 1).then(|| Bytes::from_static(b"from the source"))
    }
}

#[test]
fn application_state_is_found_again_however_it_was_given() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    wal.set_checkpoint_source(Arc::new(Fixed));
    let (asked, told) = (wal.group(1), wal.group(2));
    fill(&asked, 1, 1);
    durably(|done| told.save_app_state(Bytes::from_static(b"told"), done));
    for index in 1..30 {
        append(&asked, vec![entry(1, index, 1, &[0; 5000])]);
    }
    drop((asked, told, wal));
    for _ in 0..3 {
        let (_wal, recovered) = open(dir.path());
        assert_eq!(recovered.app_states[&1], "from the source");
        assert_eq!(recovered.app_states[&2], "told");
    }
}

#[test]
fn readers_see_a_consistent_log_while_it_is_written_and_purged() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut seen = 0;
                while seen < 400 {
                    let state = log.state();
                    let Ok(entries) = log.read(state.first_index()..state.next_index(), 20_000) else {
                        continue;
                    };
                    for entry in &entries {
                        assert_eq!(entry.body.to_bytes()[..8], entry.id.index.to_le_bytes());
                        assert_eq!(entry.base, entry.id.index);
                    }
                    seen = state.next_index();
                }
            });
        }
        for index in 0..400u64 {
            let mut body = index.to_le_bytes().to_vec();
            body.resize(900, 0);
            append(&log, vec![entry(1, index, 1, &body)]);
            if index % 50 == 49 {
                durably(|done| log.purge(id(1, index - 40), index - 39, done));
            }
        }
    });
}
