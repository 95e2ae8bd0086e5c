//! Whatever is asked for, in whatever order, over restarts and kills: the WAL equals a simple model.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::support::*;
use crate::wal::{Entry, GroupId, GroupState, Vote};

/// A request. Numbers are taken modulo what makes sense in the model's state.
#[derive(Clone, Debug)]
pub enum Op {
    Append { group: GroupId, entries: u64, count: u32, size: usize, new_term: bool },
    Truncate { group: GroupId, keep: u64 },
    Purge { group: GroupId, upto: u64, beyond: bool },
    Vote { group: GroupId, term: u64 },
    Commit { group: GroupId },
    Remove { group: GroupId },
    Restart,
    Kill,
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
        1 => (0..3u64).prop_map(|group| Op::Commit { group }),
        1 => (0..3u64).prop_map(|group| Op::Remove { group }),
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

fn run(ops: Vec<Op>) {
    let mut dir = scratch();
    let mut wal = open_sound(dir.path());
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
            Op::Restart => {
                drop(wal);
                wal = open_sound(dir.path());
            }
            Op::Kill => {
                let copy = copy_of(dir.path());
                drop(wal);
                dir = copy;
                wal = open_sound(dir.path());
                // Commit points may lag behind.
                for (group, (state, _)) in &mut model.groups {
                    let found = wal.group(*group).state().committed;
                    assert!(found.is_none_or(|found| commits.contains(&(*group, found))));
                    state.committed = found;
                }
            }
        }
        assert_eq!(everything(&wal), model.content());
    }
    drop(wal);
    assert_eq!(everything(&open_sound(dir.path())), model.content());
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn the_wal_equals_the_model(ops in prop::collection::vec(any_op(), 1..60)) {
        run(ops);
    }
}
