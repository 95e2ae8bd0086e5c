//! Retention in a node that runs: alone, on free ports, with a WAL of its own.

use std::time::Instant;

use chronik_common::config::{Environment, Flags, load};
use tempfile::TempDir;

use super::*;
use crate::kafka::backend::NewTopic;
use crate::log::{BatchBuilder, Limits, validate_produce};
use crate::metadata::CONSUMER_OFFSETS;
use crate::node::{Running, start};
use crate::partition::NewBatch;

const PATIENTLY: Duration = Duration::from_secs(10);

struct Alone {
    running: Running,
    _dir: TempDir,
}

impl Alone {
    async fn start(retention_check_interval: Duration) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let flags = Flags { data_dir: Some(dir.path().to_owned()), ..Flags::default() };
        let mut config = load(&flags, &Environment::default()).unwrap();
        let bind = &mut config.bind;
        for address in [&mut bind.kafka, &mut bind.wal, &mut bind.raft].into_iter().chain(&mut bind.admin) {
            address.port = 0;
        }
        config.wal_file_size = 4 << 20;
        config.offsets_topic_partitions = 1;
        config.upkeep.retention_check_interval = retention_check_interval;
        Self { running: start(config).await.unwrap(), _dir: dir }
    }

    fn node(&self) -> &Node {
        &self.running.node
    }

    /// A topic of one partition.
    async fn topic(&self, name: &str, retention_ms: &str) -> Uuid {
        let new = NewTopic {
            name: name.to_owned(),
            partitions: Some(1),
            replication_factor: Some(1),
            assignments: Vec::new(),
            configs: vec![("retention.ms".to_owned(), Some(retention_ms.to_owned()))],
        };
        let topic = self.node().create(new, false, PATIENTLY).await.unwrap().id;
        // It is led a moment before it is among the node's partitions.
        let found = async {
            while self.find(topic).is_none() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENTLY, found).await.unwrap();
        topic
    }

    fn partition(&self, topic: Uuid) -> Arc<Partition> {
        self.find(topic).unwrap()
    }

    fn find(&self, topic: Uuid) -> Option<Arc<Partition>> {
        let image = self.node().inner.metadata.image();
        self.node().inner.partitions.get(image.topic_by_id(&topic)?.partitions[0].group)
    }

    /// Appends one record, large enough to be deleted by itself.
    async fn append(&self, topic: Uuid, timestamp: i64) {
        let mut builder = BatchBuilder::new();
        builder.push(timestamp, None, Some(&vec![b'x'; 64 << 10]));
        let bytes = builder.finish().unwrap();
        let summary = validate_produce(&bytes, &Limits::default()).unwrap();
        let batch = NewBatch { bytes, summary, only_in_term: None, insists: false };
        self.partition(topic).append(batch).await.unwrap().unwrap();
    }
}

fn code(result: Result<i64, Failure>) -> Result<i64, ResponseError> {
    result.map_err(|e| e.error)
}

#[tokio::test]
async fn a_round_deletes_what_is_old_where_the_topic_lets_it() {
    let alone = Alone::start(Duration::from_hours(1)).await;
    let (kept, limited) = (alone.topic("kept", "-1").await, alone.topic("limited", "60000").await);
    for topic in [kept, limited] {
        alone.append(topic, 1_000).await;
        alone.append(topic, now_ms()).await;
    }
    alone.node().enforce_retention().await;
    assert_eq!(alone.partition(kept).bounds(), (0, 2));
    assert_eq!(alone.partition(limited).bounds(), (1, 2));
    alone.running.stop().await;
}

#[tokio::test]
async fn rounds_come_by_themselves() {
    let alone = Alone::start(Duration::from_millis(20)).await;
    let topic = alone.topic("limited", "60000").await;
    alone.append(topic, 1_000).await;
    let deadline = Instant::now() + PATIENTLY;
    while alone.partition(topic).bounds() != (1, 1) {
        assert!(Instant::now() < deadline, "nothing is deleted");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    alone.running.stop().await;
}

#[tokio::test]
async fn records_are_deleted_when_a_client_asks_for_it() {
    let alone = Alone::start(Duration::from_hours(1)).await;
    let (topic, node) = (alone.topic("orders", "-1").await, alone.node());
    for timestamp in [1, 2, 3] {
        alone.append(topic, timestamp).await;
    }
    let delete = async |offset| code(node.delete_records(topic, 0, offset, PATIENTLY).await);
    assert_eq!(delete(1).await, Ok(1));
    assert_eq!(delete(4).await, Err(ResponseError::OffsetOutOfRange));
    assert_eq!(delete(-1).await, Ok(3));
    let elsewhere = node.delete_records(topic, 1, -1, PATIENTLY).await;
    assert_eq!(code(elsewhere), Err(ResponseError::UnknownTopicOrPartition));
    alone.running.stop().await;
}

#[tokio::test]
async fn the_brokers_own_topics_are_left_alone() {
    let alone = Alone::start(Duration::from_hours(1)).await;
    let offsets = alone.node().ensure_offsets_topic().await.unwrap();
    assert_eq!(offsets.name, CONSUMER_OFFSETS);
    alone.append(offsets.id, 1_000).await;
    alone.node().enforce_retention().await;
    let asked = alone.node().delete_records(offsets.id, 0, -1, PATIENTLY).await;
    assert_eq!(code(asked), Err(ResponseError::InvalidTopicException));
    assert_eq!(alone.partition(offsets.id).bounds(), (0, 1));
    alone.running.stop().await;
}

#[tokio::test]
async fn a_deletion_that_another_node_passed_on_is_answered_with_the_log_start_or_the_error() {
    let alone = Alone::start(Duration::from_hours(1)).await;
    let topic = alone.topic("orders", "-1").await;
    alone.append(topic, 1).await;
    let passed_on = async |group, offset| {
        let asked = ForwardedDeletion { group, offset, timeout_ms: 10_000 };
        let answer = alone.node().serve_deletion(&serde_json::to_vec(&asked).unwrap()).await.unwrap();
        let answer: DeletionAnswer = serde_json::from_slice(&answer).unwrap();
        answer.map_err(|(code, _)| code)
    };
    let group = alone.partition(topic).id();
    assert_eq!(passed_on(group, 1).await, Ok(1));
    assert_eq!(passed_on(group, 2).await, Err(ResponseError::OffsetOutOfRange.code()));
    assert_eq!(passed_on(group + 1, 1).await, Err(ResponseError::NotLeaderOrFollower.code()));
    assert!(alone.node().serve_deletion(b"nonsense").await.is_err());
    alone.running.stop().await;
}
