//! What is known of each node: put together from what it has told, all of it once and then what changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::told::{GroupSurvey, NodeSurvey, SurveyRequest};
use crate::metadata::{BrokerId, GroupId};

/// What is known of the nodes that answered.
pub type Surveys = BTreeMap<BrokerId, Arc<Known>>;

/// What one node has told up to now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Of itself, as of its last answer; the groups are elsewhere.
    pub node: NodeSurvey,
    /// Of the groups that it leads. One of which nothing new was told is the same object as before.
    pub groups: HashMap<GroupId, Arc<GroupSurvey>>,
    /// Its clock minus this node's, in milliseconds.
    pub clock_offset_ms: i64,
}

impl Known {
    /// What is known once the node has answered: `told` after `before`. `here_ms` is what this node's clock showed then.
    /// `None` if what it told are changes of something else.
    pub fn after(before: Option<&Self>, mut told: NodeSurvey, here_ms: i64) -> Option<Self> {
        let mut groups = match (told.since, before) {
            (0, _) => HashMap::with_capacity(told.groups.len()),
            (since, Some(known)) if (known.node.life, known.node.version) == (told.life, since) => {
                known.groups.clone()
            }
            _ => return None,
        };
        for group in std::mem::take(&mut told.gone) {
            groups.remove(&group);
        }
        for told in std::mem::take(&mut told.groups) {
            groups.insert(told.group, Arc::new(told));
        }
        Some(Self { clock_offset_ms: told.now_ms - here_ms, node: told, groups })
    }

    /// What to ask the node for next.
    pub fn request(known: Option<&Self>) -> SurveyRequest {
        known.map_or_else(SurveyRequest::default, |known| SurveyRequest {
            life: known.node.life,
            version: known.node.version,
        })
    }

    /// How long ago that was in milliseconds, by the node's uptime.
    pub fn ago(&self, at_ms: u64) -> u64 {
        self.node.uptime_ms.saturating_sub(at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(group: GroupId, last: u64) -> GroupSurvey {
        GroupSurvey { group, last, ..GroupSurvey::default() }
    }

    fn answer(since: u64, version: u64, groups: Vec<GroupSurvey>, gone: Vec<GroupId>) -> NodeSurvey {
        NodeSurvey { life: 5, since, version, groups, gone, now_ms: 1_000, ..NodeSurvey::default() }
    }

    fn lasts(known: &Known) -> BTreeMap<GroupId, u64> {
        known.groups.iter().map(|(id, told)| (*id, told.last)).collect()
    }

    #[test]
    fn changes_are_taken_into_what_was_told_before() {
        assert_eq!(Known::request(None), SurveyRequest { life: 0, version: 0 });
        let first = answer(0, 7, vec![group(1, 10), group(2, 20), group(3, 30)], vec![]);
        let known = Known::after(None, first, 900).unwrap();
        assert_eq!((known.clock_offset_ms, known.node.groups.len()), (100, 0));
        assert_eq!(Known::request(Some(&known)), SurveyRequest { life: 5, version: 7 });
        let changes = answer(7, 9, vec![group(2, 21), group(4, 40)], vec![3]);
        let next = Known::after(Some(&known), changes, 1_000).unwrap();
        assert_eq!(lasts(&next), BTreeMap::from([(1, 10), (2, 21), (4, 40)]));
        assert!(Arc::ptr_eq(&known.groups[&1], &next.groups[&1]), "nothing new was told of it");
    }

    #[test]
    fn a_complete_answer_replaces_what_was_known() {
        let known = Known::after(None, answer(0, 7, vec![group(1, 10)], vec![]), 0).unwrap();
        let next = Known::after(Some(&known), answer(0, 2, vec![group(2, 20)], vec![]), 0).unwrap();
        assert_eq!(lasts(&next), BTreeMap::from([(2, 20)]));
    }

    #[test]
    fn changes_of_something_else_are_worth_nothing() {
        let known = Known::after(None, answer(0, 7, vec![group(1, 10)], vec![]), 0).unwrap();
        assert_eq!(Known::after(None, answer(7, 8, vec![], vec![]), 0), None);
        assert_eq!(Known::after(Some(&known), answer(6, 8, vec![], vec![]), 0), None);
        let other_life = NodeSurvey { life: 6, ..answer(7, 8, vec![], vec![]) };
        assert_eq!(Known::after(Some(&known), other_life, 0), None);
    }
}
