//! What this node tells of the groups that it leads, and since when: so that who asks again is told only what changed, and
//! so that only groups are looked at in which something may have changed.
//!
//! Must never: look at a group. Who does says when a group has come to rest: until something happens in it, what is told of
//! it stays true.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::told::{GroupSurvey, NodeSurvey, SurveyRequest};
use crate::metadata::GroupId;

/// Groups at rest are looked at again one by one, all of them within so many looks: should a change ever not have been
/// noticed, it is then.
const TURNS: usize = 32;
/// So many groups that were led are known by name. Who asks after more have gone is told everything.
const GONE: usize = 1024;

/// What was last seen of each group, by version.
#[derive(Debug)]
pub struct Ledger {
    life: u64,
    version: u64,
    groups: BTreeMap<GroupId, Line>,
    /// Those in which something is under way.
    restless: HashSet<GroupId>,
    /// Those that are led no more, with the version of that.
    gone: VecDeque<(u64, GroupId)>,
    /// The last version of which it is not known any more which groups it let go.
    forgotten: u64,
    /// The groups at rest below it have been looked at again.
    turn: GroupId,
}

#[derive(Debug)]
struct Line {
    version: u64,
    told: GroupSurvey,
}

/// What is seen of a group.
#[derive(Debug)]
pub struct Seen {
    /// What is told of it.
    pub told: GroupSurvey,
    /// Whether that stays true until something happens in the group.
    pub is_at_rest: bool,
}

impl Ledger {
    /// Nothing has been seen yet. `life` tells it from those of the node's other lives, and is not 0.
    pub fn new(life: u64) -> Self {
        Self {
            life,
            version: 1,
            groups: BTreeMap::new(),
            restless: HashSet::new(),
            gone: VecDeque::new(),
            forgotten: 0,
            turn: 0,
        }
    }

    /// The groups to look at, once something has happened in those that `stirred`.
    pub fn due(&mut self, stirred: Vec<GroupId>) -> HashSet<GroupId> {
        let mut due: HashSet<GroupId> = stirred.into_iter().collect();
        due.extend(&self.restless);
        let some = self.groups.len().div_ceil(TURNS);
        let turn: Vec<GroupId> = self.groups.range(self.turn..).take(some).map(|(group, _)| *group).collect();
        self.turn = if turn.len() < some { 0 } else { turn.last().map_or(0, |last| last + 1) };
        due.extend(turn);
        due
    }

    /// All groups of which something is told.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> {
        self.groups.keys().copied()
    }

    /// The group has been looked at; `None` if this node does not lead it.
    pub fn note(&mut self, group: GroupId, seen: Option<Seen>) {
        let Some(Seen { told, is_at_rest }) = seen else { return self.let_go(group) };
        if is_at_rest {
            self.restless.remove(&group);
        } else {
            self.restless.insert(group);
        }
        if self.groups.get(&group).is_none_or(|line| line.told != told) {
            self.version += 1;
            self.groups.insert(group, Line { version: self.version, told });
        }
    }

    /// The group could not be looked at yet: it is to be looked at the next time, whatever happens in it.
    pub fn look_again(&mut self, group: GroupId) {
        self.restless.insert(group);
    }

    fn let_go(&mut self, group: GroupId) {
        self.restless.remove(&group);
        if self.groups.remove(&group).is_none() {
            return;
        }
        self.version += 1;
        self.gone.push_back((self.version, group));
        if self.gone.len() > GONE
            && let Some((version, _)) = self.gone.pop_front()
        {
            self.forgotten = version;
        }
    }

    /// Writes into the answer what the asking node does not know yet.
    pub fn tell(&self, asked: &SurveyRequest, answer: &mut NodeSurvey) {
        let knows_some = asked.life == self.life && (self.forgotten..=self.version).contains(&asked.version);
        let since = if knows_some { asked.version } else { 0 };
        (answer.life, answer.version, answer.since) = (self.life, self.version, since);
        answer.groups =
            self.groups.values().filter(|line| line.version > since).map(|line| line.told.clone()).collect();
        let gone = self.gone.iter().filter(|(version, _)| knows_some && *version > since);
        // One that is led again is told as well.
        answer.gone = gone.map(|(_, group)| *group).collect();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::known::Known;
    use super::*;

    const LIFE: u64 = 5;

    fn seen(group: GroupId, last: u64, is_at_rest: bool) -> Seen {
        Seen { told: GroupSurvey { group, last, ..GroupSurvey::default() }, is_at_rest }
    }

    fn told(ledger: &Ledger, version: u64) -> NodeSurvey {
        let mut answer = NodeSurvey::default();
        ledger.tell(&SurveyRequest { life: LIFE, version }, &mut answer);
        answer
    }

    fn names(answer: &NodeSurvey) -> Vec<GroupId> {
        answer.groups.iter().map(|g| g.group).collect()
    }

    #[test]
    fn who_asks_first_is_told_everything_and_then_what_changed() {
        let mut ledger = Ledger::new(LIFE);
        for group in 1..=3 {
            ledger.note(group, Some(seen(group, 10, true)));
        }
        let first = told(&ledger, 0);
        assert_eq!((names(&first), first.since, first.life), (vec![1, 2, 3], 0, LIFE));
        ledger.note(1, Some(seen(1, 10, true)));
        ledger.note(2, Some(seen(2, 11, true)));
        ledger.note(3, None);
        let next = told(&ledger, first.version);
        assert_eq!((names(&next), &next.gone[..], next.since), (vec![2], &[3][..], first.version));
        let last = told(&ledger, next.version);
        assert_eq!((names(&last), last.gone.len(), last.version), (vec![], 0, next.version));
    }

    #[test]
    fn who_was_told_by_another_life_or_too_long_ago_is_told_everything() {
        let mut ledger = Ledger::new(LIFE);
        ledger.note(1, Some(seen(1, 10, true)));
        let known = told(&ledger, 0).version;
        let mut answer = NodeSurvey::default();
        for (life, version) in [(LIFE + 1, known), (LIFE, known + 1)] {
            ledger.tell(&SurveyRequest { life, version }, &mut answer);
            assert_eq!((answer.since, names(&answer)), (0, vec![1]));
        }
        for group in 100..=100 + GONE as u64 {
            ledger.note(group, Some(seen(group, 1, true)));
            ledger.note(group, None);
        }
        assert_eq!(told(&ledger, known).since, 0, "one that has gone is not known by name any more");
    }

    #[test]
    fn groups_are_looked_at_while_they_are_restless_or_stirred_and_all_of_them_now_and_then() {
        let mut ledger = Ledger::new(LIFE);
        for group in 0..1000 {
            ledger.note(group, Some(seen(group, 1, group != 7)));
        }
        let mut looked = HashSet::new();
        for _ in 0..=TURNS {
            let due = ledger.due(vec![5, 5000]);
            assert!([5, 7, 5000].iter().all(|group| due.contains(group)));
            assert!(due.len() <= 3 + 1000_usize.div_ceil(TURNS));
            looked.extend(due);
        }
        assert!((0..1000).all(|group| looked.contains(&group)));
        ledger.note(7, Some(seen(7, 1, true)));
        ledger.look_again(5000);
        let due = ledger.due(vec![]);
        assert!(!due.contains(&7) && due.contains(&5000));
    }

    /// What is seen of some groups: `None` is not led.
    fn looks() -> impl Strategy<Value = Vec<Vec<(GroupId, Option<u64>)>>> {
        let look = prop::collection::vec((0..6_u64, prop::option::of(0..4_u64)), 0..5);
        prop::collection::vec(look, 1..20)
    }

    proptest! {
        /// However often it asks, a node that is told changes knows what one knows that is told everything.
        #[test]
        fn changes_say_the_same_as_everything(looks in looks(), asks in prop::collection::vec(any::<bool>(), 20)) {
            let mut ledger = Ledger::new(LIFE);
            let mut known: Option<Known> = None;
            for (look, asks) in looks.into_iter().zip(asks) {
                for (group, last) in look {
                    ledger.note(group, last.map(|last| seen(group, last, true)));
                }
                if asks {
                    let mut answer = NodeSurvey::default();
                    ledger.tell(&Known::request(known.as_ref()), &mut answer);
                    known = Known::after(known.as_ref(), answer, 0);
                    let everything = Known::after(None, told(&ledger, 0), 0).unwrap();
                    prop_assert_eq!(&known.as_ref().unwrap().groups, &everything.groups);
                }
            }
        }
    }
}
