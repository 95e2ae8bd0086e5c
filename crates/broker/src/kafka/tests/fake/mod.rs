//! A node that keeps its records in memory: one broker, topic "topic" with three partitions, one of them led elsewhere.

mod admin;
mod node;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use kafka_protocol::error::ResponseError;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;
use uuid::Uuid;

use self::admin::Admin;
pub(crate) use self::node::Node;
use crate::kafka::backend::*;

pub(crate) const TOPIC_ID: Uuid = Uuid::from_u128(0x1234);
/// A partition of "topic" that another broker leads.
pub(crate) const ELSEWHERE: i32 = 1;
/// A topic that may not be created.
pub(crate) const FORBIDDEN: &str = "forbidden";

pub(crate) struct Fake {
    state: Mutex<State>,
    /// Counts appends, to wake watchers.
    appends: watch::Sender<u64>,
    settings: Settings,
    admin: Mutex<Admin>,
}

struct State {
    topics: Vec<(Arc<TopicInfo>, Vec<Log>)>,
    waiting: usize,
    produced: Vec<(String, i32, i16, Bytes)>,
    groups: Vec<(Client, i16, &'static str)>,
}

#[derive(Default)]
struct Log {
    batches: Vec<(i64, Bytes)>,
    end: i64,
}

fn topic(name: &str, id: Uuid, partitions: i32) -> (Arc<TopicInfo>, Vec<Log>) {
    let partition = |index| PartitionInfo {
        index,
        leader: Some(if index == ELSEWHERE { 2 } else { 1 }),
        leader_epoch: 5,
        replicas: vec![1, 2],
        isr: vec![1, 2],
        offline: vec![],
    };
    let info = TopicInfo {
        name: name.to_owned(),
        id,
        internal: name.starts_with("__"),
        partitions: (0..partitions).map(partition).collect(),
    };
    (Arc::new(info), (0..partitions).map(|_| Log::default()).collect())
}

impl Fake {
    pub(crate) fn new() -> Arc<Self> {
        Self::with_settings(Settings::default())
    }

    pub(crate) fn with_settings(settings: Settings) -> Arc<Self> {
        let state =
            State { topics: vec![topic("topic", TOPIC_ID, 3)], waiting: 0, produced: vec![], groups: vec![] };
        let (appends, admin) = (watch::Sender::new(0), Mutex::default());
        Arc::new(Self { state: Mutex::new(state), appends, settings, admin })
    }

    /// Appends to partition 0 of "topic", as a producer at another node would.
    pub(crate) fn append(&self, records: Bytes) {
        self.append_to("topic", 0, records);
    }

    fn append_to(&self, topic: &str, partition: i32, records: Bytes) -> i64 {
        let mut state = self.state.lock();
        let (_, logs) = state.topics.iter_mut().find(|(info, _)| info.name == topic).unwrap();
        let log = &mut logs[partition as usize];
        let base = log.end;
        let mut records = BytesMut::from(&records[..]);
        if let Some(base_offset) = records.get_mut(..8) {
            base_offset.copy_from_slice(&base.to_be_bytes());
        }
        log.batches.push((base, records.freeze()));
        log.end += 1;
        drop(state);
        self.appends.send_modify(|appends| *appends += 1);
        base
    }

    /// What was produced: topic, partition, acks, records, in the order of the calls.
    pub(crate) fn produced(&self) -> Vec<(String, i32, i16, Bytes)> {
        self.state.lock().produced.clone()
    }

    /// Fetches that are waiting now.
    pub(crate) fn waiting(&self) -> usize {
        self.state.lock().waiting
    }

    /// The group requests that came through: who, version, API.
    pub(crate) fn groups(&self) -> Vec<(Client, i16, &'static str)> {
        self.state.lock().groups.clone()
    }

    /// What was made of the administrative requests.
    pub(crate) fn admin(&self) -> MutexGuard<'_, Admin> {
        self.admin.lock()
    }

    fn note(&self, client: Client, version: i16, api: &'static str) {
        self.state.lock().groups.push((client, version, api));
    }

    fn read_now(&self, topic: &TopicInfo, request: &ReadRequest) -> ReadOutcome {
        let state = self.state.lock();
        let (_, logs) = state.topics.iter().find(|(info, _)| info.id == topic.id).unwrap();
        let Some(log) = logs.get(request.partition as usize) else {
            return ReadOutcome::failed(ResponseError::UnknownTopicOrPartition);
        };
        if request.partition == ELSEWHERE {
            let leader = Some(LeaderHint { leader: 2, leader_epoch: 5 });
            return ReadOutcome { leader, ..ReadOutcome::failed(ResponseError::NotLeaderOrFollower) };
        }
        match request.current_leader_epoch {
            Some(..=4) => return ReadOutcome::failed(ResponseError::FencedLeaderEpoch),
            Some(6..) => return ReadOutcome::failed(ResponseError::UnknownLeaderEpoch),
            _ => {}
        }
        if request.last_fetched_epoch.is_some_and(|epoch| epoch < 5) {
            let diverging = Some(EpochEnd { epoch: 4, end_offset: 0 });
            return ReadOutcome {
                diverging,
                high_watermark: log.end,
                last_stable_offset: log.end,
                ..ReadOutcome::default()
            };
        }
        if request.offset < 0 || request.offset > log.end {
            return ReadOutcome::failed(ResponseError::OffsetOutOfRange);
        }
        let mut records: Vec<Bytes> = vec![];
        let mut size = 0;
        for (_, batch) in log.batches.iter().filter(|(base, _)| *base >= request.offset) {
            let first = records.is_empty() && request.at_least_one_batch;
            if size + batch.len() > request.max_bytes && !first {
                break;
            }
            size += batch.len();
            records.push(batch.clone());
        }
        ReadOutcome {
            high_watermark: log.end,
            last_stable_offset: log.end,
            records,
            ..ReadOutcome::default()
        }
    }
}

pub(crate) struct FakeWatch {
    node: Arc<Fake>,
    points: Vec<WatchPoint>,
    appends: watch::Receiver<u64>,
}

impl Drop for FakeWatch {
    fn drop(&mut self) {
        self.node.state.lock().waiting -= 1;
    }
}

impl Watch for FakeWatch {
    async fn changed(&mut self) -> Vec<usize> {
        loop {
            self.appends.borrow_and_update();
            let news: Vec<usize> = {
                let state = self.node.state.lock();
                let end = |point: &WatchPoint| {
                    let (_, logs) = state.topics.iter().find(|(info, _)| info.id == point.topic_id).unwrap();
                    logs[point.partition as usize].end
                };
                let ends: Vec<i64> = self.points.iter().map(end).collect();
                let moved = self.points.iter_mut().zip(ends).enumerate();
                moved
                    .filter_map(|(index, (point, end))| {
                        (std::mem::replace(&mut point.seen, end) < end).then_some(index)
                    })
                    .collect()
            };
            if !news.is_empty() {
                return news;
            }
            self.appends.changed().await.unwrap();
        }
    }
}
