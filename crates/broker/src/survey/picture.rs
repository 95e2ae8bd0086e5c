//! Everything that is known about the cluster at one moment.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chronik_common::config::HealthLimits;

use super::rates::Rates;
use super::told::{GroupSurvey, Surveys};
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
    /// What the nodes that answered tell, and their clocks minus the own one in milliseconds.
    pub surveys: Surveys,
    /// Registered nodes that did not answer in time.
    pub missing: Vec<BrokerId>,
    /// What changed since the picture before.
    pub rates: Arc<Rates>,
    /// Processor time that it took this node to ask all others.
    pub effort: Duration,
}

impl Picture {
    /// What its leader tells of each group, if that answered.
    pub fn groups(&self) -> HashMap<GroupId, (BrokerId, &GroupSurvey)> {
        let told = self.surveys.values().map(|(survey, _)| survey.groups.len()).sum();
        let mut groups: HashMap<GroupId, (BrokerId, &GroupSurvey)> = HashMap::with_capacity(told);
        for (node, group) in self.told() {
            // Of two that believe to lead, the one of the later term does.
            if groups.get(&group.group).is_none_or(|(_, known)| known.term < group.term) {
                groups.insert(group.group, (node, group));
            }
        }
        groups
    }

    /// What its leader tells of one group, if that answered.
    pub fn group(&self, group: GroupId) -> Option<(BrokerId, &GroupSurvey)> {
        self.told().filter(|(_, told)| told.group == group).max_by_key(|(_, told)| told.term)
    }

    fn told(&self) -> impl Iterator<Item = (BrokerId, &GroupSurvey)> {
        self.surveys.iter().flat_map(|(node, (survey, _))| survey.groups.iter().map(|group| (*node, group)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::samples::{NODES, picture};

    #[test]
    fn of_two_nodes_that_believe_to_lead_a_group_the_one_of_the_later_term_does() {
        let mut picture = picture();
        let group = picture.surveys[&NODES[0]].0.groups[0].clone();
        let (other, _) = picture.surveys.get_mut(&NODES[1]).unwrap();
        Arc::make_mut(other).groups.push(GroupSurvey { term: group.term + 1, ..group.clone() });
        for told in [picture.group(group.group), picture.groups().get(&group.group).copied()] {
            assert_eq!(told.map(|(node, told)| (node, told.term)), Some((NODES[1], group.term + 1)));
        }
    }
}
