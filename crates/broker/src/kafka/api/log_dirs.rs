//! `DescribeLogDirs` and `AlterReplicaLogDirs` (KIP-113): what lies in this node's log directory.
//!
//! A node has one directory, so that nothing can be moved. Kafka's reassignment tool nevertheless names the
//! directories of the assignment that it found, and asks for them when that assignment is restored.

use std::collections::HashSet;

use futures::FutureExt;
use kafka_protocol::{
    error::ResponseError,
    messages::{
        AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse, DescribeLogDirsRequest,
        DescribeLogDirsResponse, TopicName,
        alter_replica_log_dirs_request::AlterReplicaLogDirTopic,
        alter_replica_log_dirs_response::{AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult},
        describe_log_dirs_request::DescribableLogDirTopic,
        describe_log_dirs_response::{DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic},
    },
};

use super::{
    super::{
        backend::{Backend, HeldReplica, LogDir},
        request::Envelope,
        session::Session,
    },
    Pending, code, later, text,
};

pub(super) fn describe<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: DescribeLogDirsRequest,
) -> Pending {
    let described = session.node.log_dir().map(move |mut dir| {
        // Null asks for all.
        if let Some(topics) = &request.topics {
            let asked = asked(topics);
            dir.replicas.retain(|replica| asked.contains(&(&*replica.topic, replica.partition)));
        }
        let topics = dir.replicas.chunk_by(|one, next| one.topic == next.topic).map(respond_topic);
        let result = DescribeLogDirsResult::default()
            .with_topics(topics.collect())
            .with_log_dir(text(dir.path))
            .with_total_bytes(dir.total_bytes)
            .with_usable_bytes(dir.usable_bytes);
        DescribeLogDirsResponse::default().with_results(vec![result])
    });
    later(envelope, described)
}

fn asked(topics: &[DescribableLogDirTopic]) -> HashSet<(&str, i32)> {
    let partitions = topics.iter().map(|topic| topic.partitions.iter().map(|index| (&**topic.topic, *index)));
    partitions.flatten().collect()
}

fn respond_topic(replicas: &[HeldReplica]) -> DescribeLogDirsTopic {
    let name = replicas.first().map(|first| TopicName(text(&*first.topic))).unwrap_or_default();
    let partition = |replica: &HeldReplica| {
        DescribeLogDirsPartition::default()
            .with_partition_index(replica.partition)
            .with_partition_size(replica.bytes)
            .with_offset_lag(replica.lag)
    };
    DescribeLogDirsTopic::default().with_name(name).with_partitions(replicas.iter().map(partition).collect())
}

pub(super) fn alter<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: AlterReplicaLogDirsRequest,
) -> Pending {
    let altered = session.node.log_dir().map(move |dir| {
        let held = held(&dir);
        let results = request.dirs.into_iter().flat_map(|asked| {
            let is_ours = *asked.path == *dir.path;
            asked.topics.into_iter().map(move |topic| (is_ours, topic))
        });
        let results = results.map(|(is_ours, topic)| respond_move(&held, is_ours, topic));
        AlterReplicaLogDirsResponse::default().with_results(results.collect())
    });
    later(envelope, altered)
}

fn held(dir: &LogDir) -> HashSet<(&str, i32)> {
    dir.replicas.iter().map(|replica| (&*replica.topic, replica.partition)).collect()
}

fn respond_move(
    held: &HashSet<(&str, i32)>,
    to_our_dir: bool,
    topic: AlterReplicaLogDirTopic,
) -> AlterReplicaLogDirTopicResult {
    let partitions = topic.partitions.iter().map(|index| {
        let error = if !to_our_dir {
            Some(ResponseError::LogDirNotFound)
        } else if !held.contains(&(&**topic.name, *index)) {
            // The tool asks again: the replica may be on its way.
            Some(ResponseError::ReplicaNotAvailable)
        } else {
            None
        };
        AlterReplicaLogDirPartitionResult::default().with_partition_index(*index).with_error_code(code(error))
    });
    let partitions = partitions.collect();
    AlterReplicaLogDirTopicResult::default().with_topic_name(topic.name).with_partitions(partitions)
}
