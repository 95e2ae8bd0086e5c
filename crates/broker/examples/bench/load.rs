//! Producers that keep every leader of a topic busy, as a saturated Kafka producer does: requests that carry one full
//! batch for each of several partitions, five in flight per connection, acks=all.
//!
//! The loop is closed: a request is sent when an earlier one is answered, so latencies are those of a saturated
//! cluster, and a stall delays requests that are then not counted as waiting.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kafka_protocol::messages::TopicName;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Semaphore;

use crate::client::Connection;
use crate::cluster::Cluster;
use crate::{Result, kafka};

pub const RECORD_BYTES: usize = 1024;
/// 16 KiB, the default batch.size of Kafka's producer.
pub const BATCH_RECORDS: usize = 16;
/// 1 MiB, the default max.request.size of Kafka's producer.
pub const REQUEST_BATCHES: usize = 64;
/// max.in.flight.requests.per.connection of Kafka's producer.
pub const IN_FLIGHT: usize = 5;
const WARM_UP: Duration = Duration::from_secs(2);
const TIMEOUT_MS: i32 = 30_000;

#[derive(Clone, Copy)]
pub struct Shape {
    /// How long is measured, after the warm-up.
    pub seconds: u64,
    /// Producers, each with a connection to every node.
    pub producers: usize,
}

/// What was answered within the measured time.
#[derive(Default)]
pub struct Outcome {
    pub batches: u64,
    /// Batches that were refused, by error code.
    pub failed: BTreeMap<i16, u64>,
    /// Of requests without a failed batch, sorted.
    pub latencies: Vec<Duration>,
}

impl Outcome {
    pub fn records(&self) -> u64 {
        self.batches * BATCH_RECORDS as u64
    }

    /// The failed batches in words.
    pub fn failures(&self) -> String {
        let each = self.failed.iter().map(|(code, count)| format!("{count} {}", kafka::error_name(*code)));
        if self.failed.is_empty() { "0".into() } else { each.collect::<Vec<_>>().join(", ") }
    }

    fn add(&mut self, answers: &[(i32, i16)], expected: usize, latency: Duration) {
        let failed = answers.iter().filter(|(_, code)| *code != 0);
        let mut lost = expected - answers.len();
        for (_, code) in failed {
            *self.failed.entry(*code).or_default() += 1;
            lost += 1;
        }
        self.batches += (expected - lost) as u64;
        if lost == 0 {
            self.latencies.push(latency);
        }
    }
}

/// A running load.
pub struct Load {
    shared: Arc<Shared>,
    tasks: tokio::task::JoinSet<Result<()>>,
}

struct Shared {
    topic: TopicName,
    batch: Bytes,
    /// The partitions that each node leads.
    led: RwLock<BTreeMap<i32, Arc<[i32]>>>,
    /// Who may ask for the leaders anew: one at a time.
    asking: Semaphore,
    /// Present while it is measured.
    outcome: Mutex<Option<Outcome>>,
    stop: std::sync::atomic::AtomicBool,
}

impl Load {
    /// Starts producing to a topic and returns when the load has warmed up.
    pub async fn start(cluster: &Cluster, topic: &str, shape: Shape) -> Result<Self> {
        let shared = Arc::new(Shared {
            topic: kafka::topic_name(topic),
            batch: kafka::batch(BATCH_RECORDS, RECORD_BYTES)?,
            led: RwLock::default(),
            asking: Semaphore::new(1),
            outcome: Mutex::default(),
            stop: false.into(),
        });
        let mut load = Self { shared, tasks: tokio::task::JoinSet::new() };
        for producer in 0..shape.producers {
            let connections = cluster.connect().await?;
            load.shared.refresh(connections.values().next().ok_or("there is no node")?).await?;
            for (node, connection) in connections {
                let cursor = Arc::new(Mutex::new(producer * REQUEST_BATCHES));
                for _ in 0..IN_FLIGHT {
                    let (shared, cursor) = (load.shared.clone(), cursor.clone());
                    load.tasks.spawn(produce(shared, node, connection.clone(), cursor));
                }
            }
        }
        load.run_for(WARM_UP).await?;
        Ok(load)
    }

    /// Measures for a time; the load goes on.
    pub async fn measure(&mut self, seconds: u64) -> Result<(Outcome, Duration)> {
        *self.shared.outcome.lock() = Some(Outcome::default());
        let started = Instant::now();
        self.run_for(Duration::from_secs(seconds)).await?;
        let outcome = self.shared.outcome.lock().take();
        let elapsed = started.elapsed();
        let mut outcome = outcome.unwrap_or_default();
        outcome.latencies.sort_unstable();
        Ok((outcome, elapsed))
    }

    /// Sends no more and waits for the answers.
    pub async fn stop(mut self) -> Result<()> {
        self.shared.stop.store(true, std::sync::atomic::Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }

    /// Lets time pass; a producer that ends meanwhile has failed.
    async fn run_for(&mut self, time: Duration) -> Result<()> {
        tokio::select! {
            () = tokio::time::sleep(time) => Ok(()),
            Some(ended) = self.tasks.join_next() => ended?.and(Err("a producer has ended".into())),
        }
    }
}

impl Shared {
    async fn refresh(&self, node: &Connection) -> Result<()> {
        // Whoever finds another asking will see the answer.
        let Ok(_permit) = self.asking.try_acquire() else { return Ok(tokio::task::yield_now().await) };
        let mut led: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
        for (partition, leader) in kafka::leaders(node, &self.topic).await? {
            led.entry(leader).or_default().push(partition);
        }
        *self.led.write() = led.into_iter().map(|(node, partitions)| (node, partitions.into())).collect();
        Ok(())
    }

    /// The next partitions of a node in turn, as many as fit into a request.
    fn next(&self, node: i32, cursor: &Mutex<usize>) -> Vec<i32> {
        let Some(led) = self.led.read().get(&node).cloned() else { return Vec::new() };
        let count = led.len().min(REQUEST_BATCHES);
        let mut cursor = cursor.lock();
        let first = *cursor % led.len().max(1);
        *cursor = first + count;
        led.iter().cycle().skip(first).take(count).copied().collect()
    }
}

/// One of the requests in flight on a connection, over and over.
async fn produce(
    shared: Arc<Shared>,
    node: i32,
    connection: Connection,
    cursor: Arc<Mutex<usize>>,
) -> Result<()> {
    while !shared.stop.load(std::sync::atomic::Ordering::Relaxed) {
        let partitions = shared.next(node, &cursor);
        if partitions.is_empty() {
            // This node leads nothing: until that changes there is nothing to send to it.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        }
        let expected = partitions.len();
        let sent = Instant::now();
        let answers =
            kafka::produce(&connection, &shared.topic, partitions, &shared.batch, TIMEOUT_MS).await?;
        if let Some(outcome) = shared.outcome.lock().as_mut() {
            outcome.add(&answers, expected, sent.elapsed());
        }
        if answers.iter().any(|(_, code)| *code != 0) {
            shared.refresh(&connection).await?;
        }
    }
    Ok(())
}
