//! Cut anywhere, or with any sectors of the last flush lost, the WAL recovers to a prefix of what was
//! asked for, and to no less than what was acknowledged.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use proptest::prelude::*;

use super::model::{Model, Op, change};
use super::support::*;
use crate::wal::{GroupId, Vote, Wal};

/// A WAL that is still open, what it held after each single frame, and what was durable where.
struct History {
    dir: tempfile::TempDir,
    wal: Wal,
    /// Content after each frame.
    states: Vec<BTreeMap<GroupId, Content>>,
    /// How many frames were acknowledged when the WAL ended at (file, offset).
    acknowledged: Vec<((u64, u64), usize)>,
}

fn history(ops: &[Op]) -> History {
    let dir = scratch();
    let wal = open_sound(dir.path());
    let mut model = Model::default();
    let mut states = vec![model.content()];
    // Keeps the oldest file alive: nothing is deleted that an earlier end of the WAL would need.
    let pin = entry(0, 0, 1, b"pin");
    model.append(9, &pin);
    states.push(model.content());
    append(&wal.group(9), vec![pin]);
    let mut acknowledged = vec![(end_of(dir.path()), 1)];
    for op in ops {
        match *op {
            Op::Append { group, .. } => {
                let entries = model.entries(op);
                for entry in &entries {
                    model.append(group, entry);
                    states.push(model.content());
                }
                append(&wal.group(group), entries);
            }
            Op::Truncate { group, keep } => {
                let last_kept = model.last_kept(group, keep);
                model.truncate(group, last_kept);
                durably(|done| wal.group(group).truncate_after(last_kept, done));
            }
            Op::Vote { group, term } => {
                let vote = Vote { term, leader: 1, committed: false };
                model.vote(group, vote);
                durably(|done| wal.group(group).save_vote(vote, done));
            }
            _ => {}
        }
        states.push(model.content());
        acknowledged.push((end_of(dir.path()), states.len() - 1));
    }
    History { dir, wal, states, acknowledged }
}

/// Recovers `dir` and checks that it holds what was there after at least `least` frames.
fn assert_prefix(history: &History, dir: &Path, least: usize) {
    let (wal, recovered) = open(dir);
    assert_eq!(recovered.corruptions, []);
    let found = everything(&wal);
    assert!(history.states[least..].contains(&found), "not a state after {least} frames or more: {found:?}");
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn any_byte_prefix_recovers_to_a_prefix(
        ops in prop::collection::vec(change(), 1..40),
        cuts in prop::collection::vec((any::<u64>(), any::<bool>()), 4),
    ) {
        let history = history(&ops);
        let (end_file, end_offset) = end_of(history.dir.path());
        for (cut, zeros) in cuts {
            let copy = copy_of(history.dir.path());
            let all = files(copy.path());
            let file = cut as usize % all.len();
            for later in &all[file + 1..] {
                fs::remove_file(later).unwrap();
            }
            let seq = end_file + 1 + file as u64 - all.len() as u64;
            let len = if seq == end_file { end_offset } else { fs::metadata(&all[file]).unwrap().len() };
            let offset = (cut / 7) % (len + 1);
            let raw = OpenOptions::new().write(true).open(&all[file]).unwrap();
            raw.set_len(offset).unwrap();
            if zeros {
                raw.set_len(len + 5000).unwrap();
            }
            let acknowledged = history.acknowledged.iter().filter(|(end, _)| *end <= (seq, offset));
            let least = acknowledged.map(|(_, frames)| *frames).max().unwrap_or(0);
            assert_prefix(&history, copy.path(), least);
        }
    }

    #[test]
    fn sectors_lost_in_the_last_flush_are_a_torn_tail(
        ops in prop::collection::vec(change(), 1..10),
        sizes in prop::collection::vec(0..3000usize, 1..20),
        lost in prop::collection::vec(any::<bool>(), 200),
    ) {
        let mut history = history(&ops);
        let least = history.states.len() - 1;
        prop_assume!(has_room_for_mark(history.dir.path()));
        wait_for_mark(history.dir.path());
        let before = copy_of(history.dir.path());
        // A flush of many entries; none of it counts as acknowledged.
        let log = history.wal.group(5);
        let entries: Vec<_> = sizes.iter().zip(0..).map(|(size, i)| entry(1, i, 1, &vec![9; *size])).collect();
        append(&log, entries.clone());
        for count in 1..=entries.len() {
            let mut state = history.states[least].clone();
            let kept = contents(&log)[..count].to_vec();
            let last = &kept[count - 1];
            let ended = crate::wal::GroupState {
                last: Some(last.id), end: last.base + 1, ..Default::default()
            };
            state.insert(5, (ended, kept));
            history.states.push(state);
        }
        let (file, end) = end_of(history.dir.path());
        prop_assume!(file == end_of(before.path()).0);
        // The old content comes back in some of the sectors that the flush wrote.
        let torn = copy_of(history.dir.path());
        let (old, new) = (files(before.path()), files(torn.path()));
        let old = fs::read(old.last().unwrap()).unwrap();
        let raw = OpenOptions::new().write(true).open(new.last().unwrap()).unwrap();
        raw.write_all_at(&old[end as usize..], end).unwrap();
        let from = end_of(before.path()).1 / 512;
        for (sector, lost) in (from..=end / 512).zip(lost.iter().cycle()) {
            if *lost {
                let at = (sector * 512) as usize;
                raw.write_all_at(&old[at..(at + 512).min(old.len())], at as u64).unwrap();
            }
        }
        assert_prefix(&history, torn.path(), least);
    }
}
