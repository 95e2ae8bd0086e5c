//! Whatever is asked for, in whatever order, over restarts and kills: the WAL equals a simple model.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use tempfile::TempDir;

use super::support::*;
use crate::wal::frame::frame_len;
use crate::wal::{Entry, FileKind, GroupId, GroupState, LogId, Options, Vote, Wal};

/// A request. Numbers are taken modulo what makes sense in the model's state.
#[derive(Clone, Debug)]
pub enum Op {
    Append {
        group: GroupId,
        entries: u64,
        count: u32,
        size: usize,
        new_term: bool,
    },
    Truncate {
        group: GroupId,
        keep: u64,
    },
    Purge {
        group: GroupId,
        upto: u64,
        beyond: bool,
    },
    Vote {
        group: GroupId,
        term: u64,
    },
    Commit {
        group: GroupId,
    },
    Remove {
        group: GroupId,
    },
    /// Fills a file, and purges all of it but `kept` entries.
    Churn {
        group: GroupId,
        kept: usize,
    },
    Reclaim,
    Restart,
    Kill,
    /// A kill after so many steps of giving space back.
    KillInReclaim {
        steps: usize,
    },
}

/// Requests that change what a group holds.
pub fn change() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (0..3u64, 1..6u64, 0..4u32, 0..6000usize, any::<bool>())
            .prop_map(|(group, entries, count, size, new_term)| Op::Append { group, entries, count, size, new_term }),
        2 => (0..3u64, any::<u64>()).prop_map(|(group, keep)| Op::Truncate { group, keep }),
        2 => (0..3u64, 1..9u64).prop_map(|(group, term)| Op::Vote { group, term }),
    ]
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        10 => change(),
        2 => (0..3u64, any::<u64>(), prop::bool::weighted(0.2))
            .prop_map(|(group, upto, beyond)| Op::Purge { group, upto, beyond }),
        4 => (0..3u64).prop_map(|group| Op::Commit { group }),
        1 => (0..3u64).prop_map(|group| Op::Remove { group }),
        3 => (0..4u64, 0..4usize).prop_map(|(group, kept)| Op::Churn { group, kept }),
        3 => Just(Op::Reclaim),
        3 => (0..12usize).prop_map(|steps| Op::KillInReclaim { steps }),
        1 => Just(Op::Restart),
        1 => Just(Op::Kill),
    ]
}

/// What a WAL should hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    pub groups: BTreeMap<GroupId, Content>,
    term: u64,
}

impl Model {
    /// The entries that an `Append` means.
    pub fn entries(&mut self, op: &Op) -> Vec<Entry> {
        let Op::Append { group, entries, count, size, new_term } = *op else { return vec![] };
        self.term += u64::from(new_term);
        let (state, _) = self.groups.entry(group).or_default();
        let first = state.next_index();
        (first..first + entries)
            .map(|index| entry(self.term, index, count, &vec![index as u8; size]))
            .collect()
    }

    pub fn append(&mut self, group: GroupId, entry: &Entry) {
        let (state, entries) = self.groups.entry(group).or_default();
        entries.push(Entry { base: state.end, ..entry.clone() });
        state.last = Some(entry.id);
        state.end += u64::from(entry.count);
    }

    /// The index behind which an `Op::Truncate` voids all.
    pub fn last_kept(&mut self, group: GroupId, keep: u64) -> Option<u64> {
        let (_, entries) = self.groups.entry(group).or_default();
        let kept = keep as usize % (entries.len() + 1);
        kept.checked_sub(1).map(|last| entries[last].id.index)
    }

    pub fn truncate(&mut self, group: GroupId, last_kept: Option<u64>) {
        let (state, entries) = self.groups.entry(group).or_default();
        entries.retain(|entry| Some(entry.id.index) <= last_kept);
        state.last = entries.last().map(|entry| entry.id).or(state.purged);
        state.end = entries.last().map_or(state.purged_base, |entry| entry.base + u64::from(entry.count));
    }

    fn purge(&mut self, group: GroupId, upto: crate::wal::LogId, base: u64) {
        let (state, entries) = self.groups.entry(group).or_default();
        entries.retain(|entry| entry.id.index > upto.index);
        (state.purged, state.purged_base) = (Some(upto), base);
        if entries.is_empty() {
            (state.last, state.end) = (Some(upto), base);
        }
    }

    pub fn vote(&mut self, group: GroupId, vote: Vote) {
        self.groups.entry(group).or_default().0.vote = Some(vote);
    }

    /// Everything but the groups of which nothing is known.
    pub fn content(&self) -> BTreeMap<GroupId, Content> {
        let mut groups = self.groups.clone();
        groups.retain(|_, (state, _)| *state != GroupState::default());
        groups
    }
}

/// Sums agree with the entries, whichever are asked for.
fn assert_sizes(wal: &Wal, model: &Model) {
    for (group, (_, entries)) in &model.groups {
        let log = wal.group(*group);
        for skipped in [0, entries.len() / 3, entries.len() / 2] {
            let rest = &entries[skipped..entries.len() - skipped / 2];
            let Some((first, last)) = rest.first().zip(rest.last()) else { continue };
            let bytes: usize = rest.iter().map(|entry| entry.body.len()).sum();
            assert_eq!(log.bytes(first.id.index..last.id.index + 1), bytes as u64);
        }
        assert_eq!(log.bytes(0..u64::MAX), log.bytes(log.state().first_index()..log.state().next_index()));
    }
}

/// The directory of the run, and what a kill in the midst of giving space back would leave of it.
#[derive(Default)]
struct Crash {
    dir: PathBuf,
    steps: usize,
    left: Option<TempDir>,
}

/// Space is given back only when asked for, and `crash` happens on the way.
fn by_hand(crash: &Arc<Mutex<Crash>>) -> Options {
    let crash = crash.clone();
    let watch = move |_| {
        let mut crash = crash.lock().unwrap();
        if crash.steps == 1 {
            crash.left = Some(copy_of(&crash.dir));
        }
        crash.steps = crash.steps.saturating_sub(1);
    };
    Options { reclaim_by_hand: true, watch_reclaim: Some(Arc::new(watch)), ..tiny() }
}

fn open_with(dir: &Path, options: &Options) -> Wal {
    let (wal, recovered) = Wal::open(dir, options.clone()).unwrap();
    assert_eq!(recovered.corruptions, []);
    wal
}

/// With all committed, little more is on disk than what is alive.
fn assert_little_space(wal: &Wal, model: &Model) {
    for (group, (state, _)) in &model.groups {
        if let Some(last) = state.last {
            wal.group(*group).save_committed(last).unwrap();
        }
    }
    wal.reclaim().unwrap();
    let space = wal.space();
    let file = tiny().file_size;
    let segments = space.files.iter().filter(|file| file.kind == FileKind::Segment).count() as u64;
    assert!(space.disk_bytes <= 2 * space.live_bytes + segments * 8192 + 4 * file, "{space:#?}");
    let kept = model.groups.values().flat_map(|(_, entries)| entries);
    assert_eq!(space.live_bytes, kept.map(|entry| frame_len(entry.body.len())).sum::<u64>());
}

fn run(ops: Vec<Op>, in_background: bool) {
    let mut dir = scratch();
    let crash = Arc::new(Mutex::new(Crash::default()));
    let options = if in_background { tiny() } else { by_hand(&crash) };
    let mut wal = open_with(dir.path(), &options);
    let mut model = Model::default();
    let mut commits = BTreeSet::new();
    for op in ops {
        match op {
            Op::Append { group, .. } => {
                let entries = model.entries(&op);
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
            Op::Purge { group, upto, beyond } => {
                let (state, entries) = model.groups.entry(group).or_default();
                let (upto, base) = if beyond || entries.is_empty() {
                    (id(9, state.next_index() + upto % 10), state.end + 5)
                } else {
                    let last = &entries[upto as usize % entries.len()];
                    (last.id, last.base + u64::from(last.count))
                };
                model.purge(group, upto, base);
                durably(|done| wal.group(group).purge(upto, base, done));
            }
            Op::Vote { group, term } => {
                let vote = Vote { term, leader: group, committed: term % 2 == 0 };
                model.vote(group, vote);
                durably(|done| wal.group(group).save_vote(vote, done));
            }
            Op::Commit { group } => {
                let (state, _) = model.groups.entry(group).or_default();
                if let Some(last) = state.last {
                    state.committed = Some(last);
                    commits.insert((group, last));
                    wal.group(group).save_committed(last).unwrap();
                }
            }
            Op::Remove { group } => {
                model.groups.remove(&group);
                commits.retain(|(of, _)| *of != group);
                durably(|done| wal.group(group).remove(done));
            }
            Op::Churn { group, kept } => {
                for _ in 0..10 {
                    let state = model.groups.entry(group).or_default().0;
                    let id = LogId { term: model.term, leader: 1, index: state.next_index() };
                    let entry = Entry { id, ..entry(0, 0, 1, &[7; 6000]) };
                    model.append(group, &entry);
                    append(&wal.group(group), vec![entry]);
                }
                let (_, entries) = &model.groups[&group];
                let last = &entries[entries.len() - 1 - kept];
                let (upto, base) = (last.id, last.base + u64::from(last.count));
                model.purge(group, upto, base);
                durably(|done| wal.group(group).purge(upto, base, done));
            }
            Op::Reclaim => wal.reclaim().unwrap(),
            Op::Restart => {
                drop(wal);
                wal = open_with(dir.path(), &options);
            }
            Op::Kill | Op::KillInReclaim { .. } => {
                if let Op::KillInReclaim { steps } = op {
                    *crash.lock().unwrap() = Crash { dir: dir.path().to_path_buf(), steps, left: None };
                }
                if in_background || matches!(op, Op::KillInReclaim { .. }) {
                    wal.reclaim().unwrap();
                }
                let left = std::mem::take(&mut *crash.lock().unwrap()).left;
                let copy = left.unwrap_or_else(|| copy_of(dir.path()));
                drop(wal);
                dir = copy;
                wal = open_with(dir.path(), &options);
                // Commit points may lag behind.
                for (group, (state, _)) in &mut model.groups {
                    let found = wal.group(*group).state().committed;
                    assert!(found.is_none_or(|found| commits.contains(&(*group, found))));
                    state.committed = found;
                }
            }
        }
        assert_eq!(everything(&wal), model.content());
        assert_sizes(&wal, &model);
    }
    assert_little_space(&wal, &model);
    drop(wal);
    let mut found = everything(&open_sound(dir.path()));
    let mut expected = model.content();
    found.values_mut().chain(expected.values_mut()).for_each(|(state, _)| state.committed = None);
    assert_eq!(found, expected);
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn the_wal_equals_the_model(ops in prop::collection::vec(any_op(), 1..60), in_background: bool) {
        run(ops, in_background);
    }
}
