//! Raft groups as their leaders see them.

use chronik_common::admin::v1::{Follower, RaftView};

use super::partitions::name_of;
use crate::raft::METADATA_GROUP;
use crate::survey::picture::Told;
use crate::survey::told::{FollowerSurvey, GroupSurvey};
use crate::survey::{Known, Picture};

/// What the metadata group is called.
pub const METADATA_NAME: &str = "__metadata";

/// All groups whose leaders answered: the metadata first, then by topic and number.
pub fn raft_groups(picture: &Picture) -> Vec<RaftView> {
    let told = picture.groups();
    let mut groups: Vec<(Option<(String, i32)>, RaftView)> = told
        .iter()
        .filter_map(|(group, told)| {
            if *group == METADATA_GROUP {
                return Some((None, raft_view(METADATA_NAME.to_owned(), *told)));
            }
            let (topic, index, _) = picture.image.partition(*group)?;
            let view = raft_view(name_of(picture, *group)?, *told);
            Some((Some((topic.name.clone(), index)), view))
        })
        .collect();
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    groups.into_iter().map(|(_, view)| view).collect()
}

/// The metadata group, if its leader answered.
pub fn metadata_raft(picture: &Picture) -> Option<RaftView> {
    Some(raft_view(METADATA_NAME.to_owned(), picture.group(METADATA_GROUP)?))
}

/// Whether there is a group of that name, led or not.
pub fn is_group(picture: &Picture, name: &str) -> bool {
    let partition = || {
        let (topic, index) = name.rsplit_once('-')?;
        picture.image.topic(topic)?.partitions.get(index.parse::<usize>().ok()?)
    };
    name == METADATA_NAME || partition().is_some()
}

pub(super) fn raft_view(name: String, Told { by, group: told }: Told<'_>) -> RaftView {
    let mut followers: Vec<Follower> = told.followers.iter().map(|f| follower(f, told, by)).collect();
    followers.sort_by_key(|f| f.node_id);
    RaftView {
        name,
        group: told.group,
        leader: by.node.node,
        term: told.term,
        first_index: told.first,
        last_index: told.last,
        committed_index: told.committed,
        applied_index: told.applied,
        snapshot_at_ms: told.snapshot_at_ms,
        snapshot_age_ms: told
            .snapshot_at_ms
            .map(|at| u64::try_from(by.node.now_ms.saturating_sub(at)).unwrap_or(0)),
        followers,
    }
}

fn follower(told: &FollowerSurvey, group: &GroupSurvey, by: &Known) -> Follower {
    let next = told.matched.map_or(group.first, |m| m + 1);
    Follower {
        node_id: told.node,
        votes: told.votes,
        match_index: told.matched,
        trails_by: (group.last + 1).saturating_sub(next),
        trails_by_bytes: told.lacks_bytes,
        acked_ms: told.acked_at_ms.map(|at| by.ago(at)),
    }
}
