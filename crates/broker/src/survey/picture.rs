//! Everything that is known about the cluster at one moment.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chronik_common::config::HealthLimits;

use super::known::{Known, Surveys};
use super::rates::Rates;
use super::told::GroupSurvey;
use crate::metadata::{BrokerId, GroupId, MetadataImage, TopicDefaults};
use crate::raft::liveness::Leadership;

/// The cluster as one node sees it.
#[derive(Clone)]
pub struct Picture {
    /// When it was taken, in milliseconds since 1970.
    pub taken_at_ms: i64,
    /// The node that took it.
    pub me: BrokerId,
    /// The leader of the metadata group, if there is one.
    pub leader: Option<BrokerId>,
    /// The voters of the metadata group.
    pub metadata_voters: BTreeSet<BrokerId>,
    /// What is agreed on.
    pub image: Arc<MetadataImage>,
    /// What topics are set to that do not say.
    pub defaults: TopicDefaults,
    /// From where on the cluster is not called healthy.
    pub limits: HealthLimits,
    /// The nodes that are heard.
    pub alive: BTreeSet<BrokerId>,
    /// Who leads which group; those that nobody alive leads are not in it.
    pub leaderships: HashMap<GroupId, Leadership>,
    /// What is known of the nodes that answered.
    pub surveys: Surveys,
    /// Registered nodes that did not answer in time.
    pub missing: Vec<BrokerId>,
    /// What changed since the picture before.
    pub rates: Arc<Rates>,
    /// Processor time that it took this node to ask all others.
    pub effort: Duration,
}

/// What the leader of a group told of it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The leader.
    pub by: &'a Known,
    /// What it told.
    pub group: &'a Arc<GroupSurvey>,
}

impl Picture {
    /// What its leader tells of each group, if that answered.
    pub fn groups(&self) -> HashMap<GroupId, Told<'_>> {
        let mut groups: HashMap<GroupId, Told<'_>> = HashMap::new();
        for by in self.surveys.values() {
            for (id, group) in &by.groups {
                // Of two that believe to lead, the one of the later term does.
                if groups.get(id).is_none_or(|known| known.group.term < group.term) {
                    groups.insert(*id, Told { by, group });
                }
            }
        }
        groups
    }

    /// What its leader tells of one group, if that answered.
    pub fn group(&self, group: GroupId) -> Option<Told<'_>> {
        let told = self.surveys.values().filter_map(|by| Some(Told { by, group: by.groups.get(&group)? }));
        told.max_by_key(|told| told.group.term)
    }

    /// What the leader that is known here tells of the group, if it answered. What it told in an earlier term is not how the
    /// group is.
    pub fn told_by_leader(&self, group: GroupId) -> Option<Told<'_>> {
        let leadership = self.leaderships.get(&group)?;
        let by = self.surveys.get(&leadership.leader)?;
        let group = by.groups.get(&group).filter(|told| told.term >= leadership.term)?;
        Some(Told { by, group })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::samples::{NODES, picture, tell};

    #[test]
    fn of_two_nodes_that_believe_to_lead_a_group_the_one_of_the_later_term_does() {
        let mut picture = picture();
        let group = GroupSurvey::clone(picture.surveys[&NODES[0]].groups.values().next().unwrap());
        let later = GroupSurvey { term: group.term + 1, ..group.clone() };
        tell(&mut picture, NODES[1], |known| drop(known.groups.insert(group.group, Arc::new(later))));
        for told in [picture.group(group.group), picture.groups().get(&group.group).copied()] {
            assert_eq!(
                told.map(|told| (told.by.node.node, told.group.term)),
                Some((NODES[1], group.term + 1))
            );
        }
    }
}
