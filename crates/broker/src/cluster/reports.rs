//! What each node tells about the groups that it runs: how large they are, how busy those that it leads are, and how far
//! replicas that are being added have come. Asked for when a plan is made or an operation is looked at; nothing is kept.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use serde::{Deserialize, Serialize};

use super::calls::{Caller, Method};
use super::loads::Loads;
use crate::metadata::{BrokerId, MetadataImage};
use crate::raft::liveness::Liveness;
use crate::raft::{Group, GroupId, Groups, Progress};

const TIMEOUT: Duration = Duration::from_secs(2);

/// One node's report.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    groups: Vec<GroupReport>,
    /// Its part of the groups' loads, in bytes per second; idle ones are left out.
    #[serde(default)]
    loads: Vec<(GroupId, u64)>,
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
    loads: HashMap<GroupId, u64>,
    /// Members that are down, and were not asked.
    pub down: Vec<BrokerId>,
    /// Members that are alive and did not answer.
    pub silent: Vec<BrokerId>,
}

/// This node's own report.
pub fn local(groups: &Groups, image: &MetadataImage, loads: &Loads) -> Report {
    let moving: HashSet<GroupId> = image.moves().collect();
    let groups = groups.all().iter().map(|g| report(g, moving.contains(&g.id()))).collect();
    Report { groups, loads: loads.all() }
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

/// Asks all members that are alive. Who does not answer in time is named.
pub async fn collect(
    groups: &Groups,
    loads: &Loads,
    caller: &Caller,
    image: &MetadataImage,
    liveness: &Liveness,
) -> Reports {
    let others = image.brokers().keys().copied().filter(|n| *n != caller.me());
    let (asked, down): (Vec<_>, Vec<_>) = others.partition(|n| liveness.is_alive(*n));
    let calls = asked.iter().map(|node| {
        tokio::time::timeout(TIMEOUT, caller.call(*node, Method::Report, Bytes::new(), Vec::new()))
    });
    let mut reports = Reports { down, ..Reports::default() };
    reports.add(local(groups, image, loads));
    for (node, answer) in asked.iter().zip(join_all(calls).await) {
        match answer.map(|answer| answer.map(|bytes| serde_json::from_slice(&bytes))) {
            Ok(Ok(Ok(report))) => reports.add(report),
            _ => reports.silent.push(*node),
        }
    }
    reports
}

impl Reports {
    /// What the leader of the group takes in and gives out, in bytes per second. 0 for all groups if a node did not
    /// answer: what it leads would be taken for idle, and it would be given more.
    pub fn load(&self, group: GroupId) -> u64 {
        if self.silent.is_empty() { self.loads.get(&group).copied().unwrap_or(0) } else { 0 }
    }

    /// Members that have said nothing, by id.
    pub fn missing(&self) -> Vec<BrokerId> {
        let mut missing = [&*self.down, &*self.silent].concat();
        missing.sort_unstable();
        missing
    }

    /// For people: what of the loads is not known, and what comes of that; nothing if all is known.
    pub fn unknown_told(&self) -> Vec<String> {
        let told = |nodes: &[BrokerId], one: &str, several: &str| match nodes {
            [] => None,
            [node] => Some(format!("node {node} {one}")),
            nodes => {
                let ids: Vec<String> = nodes.iter().map(ToString::to_string).collect();
                Some(format!("nodes {} {several}", ids.join(", ")))
            }
        };
        let silent = told(
            &self.silent,
            "did not say how busy it is: no load is known, leaders are spread by number alone",
            "did not say how busy they are: no load is known, leaders are spread by number alone",
        );
        let down = told(
            &self.down,
            "is down: the load of partitions while it led them is not counted",
            "are down: the load of partitions while they led them is not counted",
        );
        [silent, down].into_iter().flatten().collect()
    }

    fn add(&mut self, report: Report) {
        for GroupReport { group, bytes, members } in report.groups {
            let known = self.bytes.entry(group).or_default();
            *known = bytes.max(*known);
            if !members.is_empty() {
                self.behind.insert(group, members);
            }
        }
        for (group, load) in report.loads {
            let known = self.loads.entry(group).or_default();
            *known = known.saturating_add(load);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(loads: &[(GroupId, u64)]) -> Report {
        Report { groups: Vec::new(), loads: loads.to_vec() }
    }

    #[test]
    fn the_load_of_a_group_is_what_all_nodes_measured_together() {
        let mut reports = Reports::default();
        reports.add(report(&[(7, 300), (8, 50)]));
        reports.add(report(&[(7, 100)]));
        assert_eq!([7, 8, 9].map(|group| reports.load(group)), [400, 50, 0]);
    }

    #[test]
    fn while_a_node_is_silent_no_load_is_known() {
        let mut reports = Reports { silent: vec![2], ..Reports::default() };
        reports.add(report(&[(7, 300)]));
        assert_eq!(reports.load(7), 0);
        assert_eq!(
            reports.unknown_told(),
            ["node 2 did not say how busy it is: no load is known, leaders are spread by number alone"]
        );
    }

    #[test]
    fn while_a_node_is_down_the_loads_are_what_the_others_measured() {
        let mut reports = Reports { down: vec![2], ..Reports::default() };
        reports.add(report(&[(7, 300)]));
        assert_eq!(reports.load(7), 300);
        assert_eq!(
            reports.unknown_told(),
            ["node 2 is down: the load of partitions while it led them is not counted"]
        );
    }

    #[test]
    fn all_that_say_nothing_are_named() {
        assert_eq!(Reports::default().unknown_told(), Vec::<String>::new());
        let reports = Reports { down: vec![2, 5], silent: vec![1, 4], ..Reports::default() };
        assert_eq!(reports.missing(), [1, 2, 4, 5]);
        assert_eq!(
            reports.unknown_told(),
            [
                "nodes 1, 4 did not say how busy they are: no load is known, leaders are spread by number alone",
                "nodes 2, 5 are down: the load of partitions while they led them is not counted",
            ]
        );
    }

    #[test]
    fn a_report_survives_the_way_and_one_without_loads_is_understood() {
        let sent = serde_json::to_vec(&report(&[(7, 300)])).unwrap();
        assert_eq!(serde_json::from_slice::<Report>(&sent).unwrap().loads, [(7, 300)]);
        assert_eq!(serde_json::from_str::<Report>(r#"{"groups":[]}"#).unwrap().loads, []);
    }
}
