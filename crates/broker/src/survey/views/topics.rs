//! Topics: sums over their partitions, and their settings.

use chronik_common::admin::v1::{PartitionState, PartitionView, TopicConfigEntry, TopicView};

use crate::metadata::{ConfigEntry, Topic, TopicDefaults, describe};
use crate::survey::Picture;

/// All topics, by name. `partitions` are the views of all partitions, by topic and number.
pub fn topics(picture: &Picture, partitions: &[PartitionView]) -> Vec<TopicView> {
    partitions
        .chunk_by(|a, b| a.topic == b.topic)
        .filter_map(|of_one| Some(topic(picture.image.topic(&of_one.first()?.topic)?, of_one)))
        .collect()
}

fn topic(topic: &Topic, partitions: &[PartitionView]) -> TopicView {
    let sick = |p: &&PartitionView| !matches!(p.state, PartitionState::Healthy | PartitionState::Moving);
    let records = |p: &PartitionView| Some(p.high_watermark? - p.log_start_offset?);
    TopicView {
        topic: topic.name.clone(),
        topic_id: topic.id.to_string(),
        internal: topic.internal,
        partitions: partitions.len() as u64,
        replication_factor: partitions.first().map_or(0, |p| p.replicas.len() as u64),
        state: partitions.iter().map(|p| p.state).max().unwrap_or(PartitionState::Healthy),
        unhealthy_partitions: partitions.iter().filter(sick).count() as u64,
        records: partitions.iter().filter_map(records).sum(),
        bytes: partitions.iter().filter_map(|p| p.bytes).sum(),
        records_per_second: total(partitions.iter().filter_map(|p| p.records_per_second)),
        bytes_per_second: total(partitions.iter().filter_map(|p| p.bytes_per_second)),
    }
}

/// The settings of a topic, by name.
pub fn topic_config(topic: &Topic, defaults: TopicDefaults) -> Vec<TopicConfigEntry> {
    let entry = |entry: ConfigEntry| TopicConfigEntry {
        origin: if entry.is_default() { "default" } else { "topic" }.to_owned(),
        name: entry.name.to_owned(),
        value: entry.value,
    };
    describe(topic, defaults).into_iter().map(entry).collect()
}

/// The sum; of nothing it is 0, where `Iterator::sum` gives -0.
fn total(rates: impl Iterator<Item = f64>) -> f64 {
    rates.fold(0.0, |sum, rate| sum + rate)
}
