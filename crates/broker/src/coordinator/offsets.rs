//! The committed offsets of one group: the map that `OffsetFetch` reads and that commits and
//! tombstones change after they are stored.
//!
//! Must never be changed before the change is committed on a quorum.

use std::collections::BTreeMap;

use kafka_protocol::protocol::StrBytes;

use super::records::CommittedOffset;

/// A partition of a topic.
pub type TopicPartition = (StrBytes, i32);

/// Committed offsets by topic and partition.
#[derive(Debug, Default)]
pub struct Offsets {
    by_topic: BTreeMap<StrBytes, BTreeMap<i32, CommittedOffset>>,
}

impl Offsets {
    /// Whether nothing is committed.
    pub fn is_empty(&self) -> bool {
        self.by_topic.is_empty()
    }

    /// The committed offset of a partition.
    pub fn get(&self, topic: &StrBytes, partition: i32) -> Option<&CommittedOffset> {
        self.by_topic.get(topic)?.get(&partition)
    }

    /// Every topic with its partitions, ordered.
    pub fn topics(&self) -> impl Iterator<Item = (&StrBytes, &BTreeMap<i32, CommittedOffset>)> {
        self.by_topic.iter()
    }

    /// Every partition that has an offset.
    pub fn partitions(&self) -> impl Iterator<Item = TopicPartition> {
        self.by_topic
            .iter()
            .flat_map(|(topic, partitions)| partitions.keys().map(move |p| (topic.clone(), *p)))
    }

    /// Sets the offset of a partition, or forgets it.
    pub fn set(&mut self, (topic, partition): TopicPartition, offset: Option<CommittedOffset>) {
        match offset {
            Some(offset) => {
                self.by_topic.entry(topic).or_default().insert(partition, offset);
            }
            None => {
                if let Some(partitions) = self.by_topic.get_mut(&topic) {
                    partitions.remove(&partition);
                    if partitions.is_empty() {
                        self.by_topic.remove(&topic);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: i64) -> CommittedOffset {
        CommittedOffset {
            offset,
            leader_epoch: -1,
            metadata: StrBytes::new(),
            commit_timestamp_ms: 0,
            expire_timestamp_ms: None,
        }
    }

    #[test]
    fn the_last_commit_wins_and_the_last_tombstone_leaves_nothing() {
        let topic = StrBytes::from_static_str("t");
        let mut offsets = Offsets::default();
        offsets.set((topic.clone(), 0), Some(at(1)));
        offsets.set((topic.clone(), 0), Some(at(5)));
        offsets.set((topic.clone(), 1), Some(at(2)));
        assert_eq!(offsets.get(&topic, 0).unwrap().offset, 5);
        assert_eq!(offsets.partitions().count(), 2);
        offsets.set((topic.clone(), 0), None);
        assert!(offsets.get(&topic, 0).is_none());
        offsets.set((topic, 1), None);
        assert!(offsets.is_empty());
    }
}
