//! Where entries lie, how much they hold, and what the heads of files say: what retention asks for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use bytes::Bytes;

use super::damage::flip;
use super::support::*;
use crate::wal::file::{PAGE, file_name};
use crate::wal::{CheckpointSource, GroupId, Vote, WalError};

#[test]
fn an_entry_has_a_file_once_it_is_durable_and_until_it_is_purged() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let log = wal.group(1);
    let (go, wait) = mpsc::channel::<()>();
    let vote = Vote { term: 1, leader: 1, committed: false };
    // Holds the writer until told otherwise.
    wal.group(9).save_vote(vote, Box::new(move |_| assert!(wait.recv().is_err()))).unwrap();
    let (tell, told) = mpsc::channel();
    log.append(vec![entry(1, 0, 1, b"abc")], Box::new(move |result| tell.send(result).unwrap())).unwrap();
    assert_eq!((log.file_of(0), log.bytes(0..1)), (None, 3));
    drop(go);
    told.recv().unwrap().unwrap();
    assert_eq!(log.file_of(0), Some(wal.tail_file()));
    assert_eq!(log.file_of(1), None);

    for index in 1..40 {
        append(&log, vec![entry(1, index, 1, &[0; 5000])]);
    }
    let files: Vec<_> = (0..40).map(|index| log.file_of(index).unwrap()).collect();
    assert!(files.is_sorted());
    assert!(files[0] < wal.tail_file());
    assert_eq!(files[39], wal.tail_file());
    durably(|done| log.purge(id(1, 4), 5, done));
    assert_eq!((log.file_of(4), log.file_of(5)), (None, Some(files[5])));
    durably(|done| log.truncate_after(Some(20), done));
    assert_eq!((log.file_of(20), log.file_of(21)), (Some(files[20]), None));
    assert_eq!(log.bytes(0..u64::MAX), 16 * 5000);
    durably(|done| log.remove(done));
    assert_eq!((log.file_of(20), log.bytes(0..u64::MAX)), (None, 0));
}

/// Says how often it has been asked.
#[derive(Default)]
struct Counting(AtomicU64);

impl CheckpointSource for Counting {
    fn app_state(&self, group: GroupId) -> Option<Bytes> {
        (group == 1).then(|| Bytes::from(self.0.fetch_add(1, Ordering::Relaxed).to_string()))
    }
}

fn states(pairs: &[(GroupId, &'static str)]) -> HashMap<GroupId, Bytes> {
    pairs.iter().map(|(group, state)| (*group, Bytes::from_static(state.as_bytes()))).collect()
}

#[test]
fn the_head_of_every_file_tells_the_states_of_its_time() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    wal.set_checkpoint_source(Arc::new(Counting::default()));
    let groups = HashSet::from([1, 2, 3, 4]);
    let first = wal.tail_file();
    assert_eq!(wal.checkpointed_states(first, &groups).unwrap(), states(&[]));
    fill(&wal.group(3), 1, 1);
    durably(|done| wal.group(2).save_app_state(Bytes::from_static(b"told"), done));
    for index in 0..30 {
        append(&wal.group(1), vec![entry(1, index, 1, &[0; 5000])]);
    }
    assert!(wal.tail_file() >= first + 2);
    assert_eq!(wal.checkpointed_states(first, &groups).unwrap(), states(&[]), "the first file began empty");
    let asked = |file| wal.checkpointed_states(file, &groups).unwrap();
    assert_eq!(asked(first + 1), states(&[(1, "0"), (2, "told")]));
    assert_eq!(asked(first + 2), states(&[(1, "1"), (2, "told")]), "the source knows nothing of group 2");
    let only_2 = wal.checkpointed_states(wal.tail_file(), &HashSet::from([2])).unwrap();
    assert_eq!(only_2, states(&[(2, "told")]));
    drop(wal);

    // And after a restart, before anybody is asked again.
    let wal = open_sound(dir.path());
    assert_eq!(wal.checkpointed_states(first + 2, &groups).unwrap(), states(&[(1, "1"), (2, "told")]));
    let newest = wal.checkpointed_states(wal.tail_file(), &groups).unwrap();
    assert_eq!(newest, wal.checkpointed_states(wal.tail_file() - 1, &groups).unwrap());
    let nowhere = wal.checkpointed_states(99, &groups);
    assert!(matches!(nowhere, Err(WalError::NoSuchFile { file: 99 })));
}

#[test]
fn a_damaged_checkpoint_gives_no_state_at_all() {
    let dir = scratch();
    let wal = open_sound(dir.path());
    for group in 1..4 {
        durably(|done| wal.group(group).save_app_state(Bytes::from_static(b"state"), done));
    }
    drop(wal);
    let wal = open_sound(dir.path());
    let (file, groups) = (wal.tail_file(), HashSet::from([1]));
    assert_eq!(wal.checkpointed_states(file, &groups).unwrap(), states(&[(1, "state")]));
    let path = dir.path().join(file_name(file));
    let tail = end_of(dir.path()).1;
    for offset in [PAGE + 3, PAGE + 70, PAGE + 300, tail - 2] {
        flip(&path, offset, 1);
        let refused = wal.checkpointed_states(file, &groups);
        assert!(matches!(refused, Err(WalError::DamagedCheckpoint { file }) if file == path), "{offset}");
        flip(&path, offset, 1);
    }
    assert_eq!(wal.checkpointed_states(file, &groups).unwrap(), states(&[(1, "state")]));
}
