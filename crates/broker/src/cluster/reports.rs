//! What each node tells about the groups that it runs: how large they are, and how far replicas that are being added
//! have come. Asked for when a plan is made or an operation is looked at; nothing is kept.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use serde::{Deserialize, Serialize};

use super::calls::{Caller, Method};
use crate::metadata::{BrokerId, MetadataImage};
use crate::raft::liveness::Liveness;
use crate::raft::{Group, GroupId, Groups, Progress};

const TIMEOUT: Duration = Duration::from_secs(2);

/// One node's report.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    groups: Vec<GroupReport>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct GroupReport {
    group: GroupId,
    /// Bytes of its log on this node.
    bytes: u64,
    /// Where this node leads and the partition moves: how many bytes each member still lacks; none once it votes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    members: Vec<(BrokerId, u64)>,
}

/// What all nodes that answered know.
#[derive(Debug, Clone, Default)]
pub struct Reports {
    /// Bytes of each group's log, as the node that has most of it says.
    pub bytes: HashMap<GroupId, u64>,
    /// Of partitions that move: how many bytes each member still lacks. Who is not in it has nothing yet.
    pub behind: HashMap<GroupId, Vec<(BrokerId, u64)>>,
}

/// This node's own report.
pub fn local(groups: &Groups, image: &MetadataImage) -> Report {
    let moving: HashSet<GroupId> = image.moves().collect();
    Report { groups: groups.all().iter().map(|g| report(g, moving.contains(&g.id()))).collect() }
}

fn report(group: &Group, moves: bool) -> GroupReport {
    let log = group.log();
    let state = log.state();
    let (first, next) = (state.first_index(), state.next_index());
    let lacks = |follower: &Progress| {
        let from = follower.matched.map_or(first, |m| (m + 1).max(first));
        if follower.votes { 0 } else { log.bytes(from..next) }
    };
    let mut members = Vec::new();
    if let Some(replication) = group.replication().filter(|_| moves && group.leads().is_some()) {
        members.push((group.me().broker(), 0));
        members.extend(replication.followers.iter().map(|f| (f.node.broker(), lacks(f))));
    }
    GroupReport { group: group.id(), bytes: log.bytes(first..next), members }
}

/// Asks all members that are alive. Who does not answer in time is left out.
pub async fn collect(
    groups: &Groups,
    caller: &Caller,
    image: &MetadataImage,
    liveness: &Liveness,
) -> Reports {
    let others = image.brokers().keys().copied().filter(|n| *n != caller.me() && liveness.is_alive(*n));
    let calls = others.map(|node| {
        tokio::time::timeout(TIMEOUT, caller.call(node, Method::Report, Bytes::new(), Vec::new()))
    });
    let mut reports = Reports::default();
    reports.add(local(groups, image));
    for answer in join_all(calls).await {
        if let Ok(Ok(bytes)) = answer
            && let Ok(report) = serde_json::from_slice(&bytes)
        {
            reports.add(report);
        }
    }
    reports
}

impl Reports {
    fn add(&mut self, report: Report) {
        for GroupReport { group, bytes, members } in report.groups {
            let known = self.bytes.entry(group).or_default();
            *known = bytes.max(*known);
            if !members.is_empty() {
                self.behind.insert(group, members);
            }
        }
    }
}
