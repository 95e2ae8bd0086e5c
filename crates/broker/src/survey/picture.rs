//! Everything that is known about the cluster at one moment.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chronik_common::config::HealthLimits;

use super::rates::Rates;
use super::told::{GroupSurvey, NodeSurvey};
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
    pub surveys: BTreeMap<BrokerId, (Arc<NodeSurvey>, i64)>,
    /// Registered nodes that did not answer in time.
    pub missing: Vec<BrokerId>,
    /// What changed since the picture before.
    pub rates: Arc<Rates>,
}

impl Picture {
    /// What its leader tells of the group, if that answered.
    pub fn groups(&self) -> HashMap<GroupId, (BrokerId, &GroupSurvey)> {
        let mut groups: HashMap<GroupId, (BrokerId, &GroupSurvey)> = HashMap::new();
        for (node, (survey, _)) in &self.surveys {
            for group in &survey.groups {
                // Of two that believe to lead, the one of the later term does.
                if groups.get(&group.group).is_none_or(|(_, known)| known.term < group.term) {
                    groups.insert(group.group, (*node, group));
                }
            }
        }
        groups
    }
}
