//! The cluster as the last snapshot and the deltas after it tell it, and what follows from them.
//!
//! What is derived is worked out when all that came at once is known, never while drawing.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chronik_common::admin::v1::{Delta, GroupSummary, PartitionState, PartitionView, RaftView, Snapshot};

/// Points of throughput that are kept, one a snapshot or delta.
const HISTORY: usize = 240;

/// The cluster.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// As the server tells it; absent before the first snapshot.
    pub cluster: Option<Snapshot>,
    /// By name.
    pub topics: Vec<Topic>,
    /// Indexes of the partitions whose Raft group is known.
    pub raft: Vec<usize>,
    /// Bytes appended per second in the whole cluster, oldest first.
    pub bytes_in: VecDeque<u64>,
    /// By how much the lag of each consumer group grows, in records per second.
    pub lag_rates: HashMap<String, f64>,
    /// When the consumer groups last changed.
    groups_at_ms: i64,
}

/// A topic, summed up over its partitions.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// The worst state of its partitions.
    pub state: PartitionState,
    /// How many partitions it has.
    pub partitions: u64,
    /// Those that are neither healthy nor moving.
    pub unhealthy: u64,
    /// Bytes of its record batches, as far as they are known.
    pub bytes: u64,
    /// Bytes appended per second.
    pub bytes_per_second: f64,
}

impl Topic {
    fn of(first: &PartitionView) -> Self {
        let mut topic = Self {
            name: first.topic.clone(),
            state: first.state,
            partitions: 0,
            unhealthy: 0,
            bytes: 0,
            bytes_per_second: 0.0,
        };
        topic.add(first);
        topic
    }

    fn add(&mut self, partition: &PartitionView) {
        self.state = self.state.max(partition.state);
        self.partitions += 1;
        self.unhealthy += u64::from(partition.state > PartitionState::Moving);
        self.bytes = self.bytes.saturating_add(partition.bytes.unwrap_or(0));
        self.bytes_per_second += partition.bytes_per_second.unwrap_or(0.0);
    }
}

impl Model {
    /// Takes a snapshot in place of all that was known; see [`Self::derive`].
    pub fn replace(&mut self, mut snapshot: Snapshot) {
        snapshot.partitions.sort_by(|a, b| key(a).cmp(&key(b)));
        self.rate_groups(&snapshot.groups, snapshot.taken_at_ms);
        self.cluster = Some(snapshot);
        self.rate_cluster();
    }

    /// Takes what changed; see [`Self::derive`]. Without a snapshot there is nothing to change.
    pub fn apply(&mut self, delta: Delta) {
        if let Some(groups) = &delta.groups {
            self.rate_groups(groups, delta.taken_at_ms);
        }
        let Some(cluster) = &mut self.cluster else { return };
        cluster.taken_at_ms = delta.taken_at_ms;
        cluster.leader_id = delta.leader_id;
        cluster.missing_nodes = delta.missing_nodes;
        set(&mut cluster.health, delta.health);
        set(&mut cluster.nodes, delta.nodes);
        set(&mut cluster.groups, delta.groups);
        set(&mut cluster.operations, delta.operations);
        if delta.metadata_raft.is_some() {
            cluster.metadata_raft = delta.metadata_raft;
        }
        update(&mut cluster.partitions, delta.partitions, &delta.gone_partitions);
        self.rate_cluster();
    }

    /// The partitions, by topic and number.
    pub fn partitions(&self) -> &[Arc<PartitionView>] {
        self.cluster.as_ref().map_or(&[], |cluster| &cluster.partitions)
    }

    /// A partition, if there is one of that number.
    pub fn partition(&self, topic: &str, partition: i32) -> Option<&PartitionView> {
        let list = self.partitions();
        let at = list.binary_search_by(|other| key(other).cmp(&(topic, partition)));
        at.ok().map(|index| &*list[index])
    }

    /// The Raft groups in the order in which they are shown: the metadata's, then those of `raft`.
    pub fn raft_group(&self, index: usize) -> Option<&RaftView> {
        let metadata = self.cluster.as_ref().and_then(|cluster| cluster.metadata_raft.as_ref());
        match (metadata, index) {
            (Some(metadata), 0) => Some(metadata),
            (Some(_), index) => self.partition_raft(index - 1),
            (None, index) => self.partition_raft(index),
        }
    }

    /// How old the group's snapshot is, in seconds, if it has one.
    pub fn snapshot_age(&self, group: &RaftView) -> Option<u64> {
        let age_ms = self.cluster.as_ref()?.taken_at_ms.saturating_sub(group.snapshot_at_ms?);
        // The clocks of two nodes differ a little.
        Some(u64::try_from(age_ms).unwrap_or(0) / 1000)
    }

    /// How many Raft groups are known.
    pub fn raft_groups(&self) -> usize {
        let metadata = self.cluster.as_ref().is_some_and(|cluster| cluster.metadata_raft.is_some());
        self.raft.len() + usize::from(metadata)
    }

    fn partition_raft(&self, index: usize) -> Option<&RaftView> {
        self.partitions().get(*self.raft.get(index)?)?.raft.as_ref()
    }

    fn rate_groups(&mut self, groups: &[GroupSummary], at_ms: i64) {
        let before: HashMap<&str, i64> = self
            .cluster
            .iter()
            .flat_map(|cluster| &cluster.groups)
            .filter_map(|group| Some((group.group.as_str(), group.lag?)))
            .collect();
        let seconds = at_ms.saturating_sub(self.groups_at_ms) as f64 / 1000.0;
        if self.groups_at_ms > 0 && seconds > 0.0 {
            let rate = |group: &GroupSummary| {
                let grown = group.lag?.saturating_sub(*before.get(group.group.as_str())?);
                Some((group.group.clone(), grown as f64 / seconds))
            };
            self.lag_rates = groups.iter().filter_map(rate).collect();
        }
        self.groups_at_ms = at_ms;
    }

    /// Works out the topics and the Raft groups: needed after one or several snapshots and deltas were taken.
    pub fn derive(&mut self) {
        let Some(cluster) = &self.cluster else { return };
        let mut raft = Vec::new();
        let mut topics: Vec<Topic> = Vec::new();
        for (index, partition) in cluster.partitions.iter().enumerate() {
            if partition.raft.is_some() {
                raft.push(index);
            }
            // A topic's partitions are next to each other.
            match topics.last_mut().filter(|topic| topic.name == partition.topic) {
                Some(topic) => topic.add(partition),
                None => topics.push(Topic::of(partition)),
            }
        }
        self.topics = topics;
        self.raft = raft;
    }

    fn rate_cluster(&mut self) {
        let Some(cluster) = &self.cluster else { return };
        let bytes_in: f64 = cluster.nodes.iter().filter_map(|node| node.bytes_in_per_second).sum();
        self.bytes_in.push_back(bytes_in.max(0.0) as u64);
        if self.bytes_in.len() > HISTORY {
            self.bytes_in.pop_front();
        }
    }
}

fn key(partition: &PartitionView) -> (&str, i32) {
    (&partition.topic, partition.partition)
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// Changes a list that is in order, and stays so. New partitions come many at a time: they are sorted in once.
fn update(list: &mut Vec<Arc<PartitionView>>, changed: Vec<Arc<PartitionView>>, gone: &[(String, i32)]) {
    if !gone.is_empty() {
        let gone: std::collections::HashSet<(&str, i32)> =
            gone.iter().map(|(topic, partition)| (topic.as_str(), *partition)).collect();
        list.retain(|partition| !gone.contains(&key(partition)));
    }
    let known = list.len();
    // They come in order: where many have changed, the next is the one after the last.
    let mut next = 0;
    for partition in changed {
        let at = match list[..known].get(next) {
            Some(other) if key(other) == key(&partition) => Ok(next),
            _ => list[..known].binary_search_by(|other| key(other).cmp(&key(&partition))),
        };
        match at {
            Ok(index) => {
                list[index] = partition;
                next = index + 1;
            }
            Err(_) => list.push(partition),
        }
    }
    if list.len() > known {
        list.sort_by(|a, b| key(a).cmp(&key(b)));
    }
}
