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
use crate::usage::{Usage, Used};
use crate::{Result, kafka};

pub const RECORD_BYTES: usize = 1024;
const WARM_UP: Duration = Duration::from_secs(2);
const TIMEOUT_MS: i32 = 30_000;

#[derive(Clone, Copy)]
pub struct Shape {
    /// Each has a connection to every node.
    pub producers: usize,
    pub batch_records: usize,
    /// The most batches in a request, each for another partition.
    pub request_batches: usize,
    /// Requests on a connection that are not answered yet.
    pub in_flight: usize,
}

impl Shape {
    /// The defaults of Kafka's producer: batch.size is 16 KiB, max.request.size 1 MiB, and
    /// max.in.flight.requests.per.connection 5.
    pub const fn kafka_producer() -> Self {
        Self { producers: 1, batch_records: 16, request_batches: 64, in_flight: 5 }
    }
}

/// What was answered within the measured time.
pub struct Outcome {
    pub elapsed: Duration,
    pub records: u64,
    pub used: Used,
    /// Batches that were refused, by error code.
    pub failed: BTreeMap<i16, u64>,
    /// Of requests without a failed batch, sorted.
    pub latencies: Vec<Duration>,
}

/// What has been answered so far.
#[derive(Default)]
struct Tally {
    batches: u64,
    failed: BTreeMap<i16, u64>,
    latencies: Vec<Duration>,
}

impl Outcome {
    pub fn records_per_second(&self) -> f64 {
        self.records as f64 / self.elapsed.as_secs_f64()
    }

    /// The failed batches in words.
    pub fn failures(&self) -> String {
        let each = self.failed.iter().map(|(code, count)| format!("{count} {}", kafka::error_name(*code)));
        if self.failed.is_empty() { "0".into() } else { each.collect::<Vec<_>>().join(", ") }
    }
}

impl Tally {
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
    shape: Shape,
    topic: TopicName,
    batch: Bytes,
    /// The partitions that each node leads.
    led: RwLock<BTreeMap<i32, Arc<[i32]>>>,
    /// Who may ask for the leaders anew: one at a time.
    asking: Semaphore,
    /// There while it is measured.
    tally: Mutex<Option<Tally>>,
    stop: std::sync::atomic::AtomicBool,
}

impl Load {
    /// Starts producing to a topic and returns when the load has warmed up.
    pub async fn start(cluster: &Cluster, topic: &str, shape: Shape) -> Result<Self> {
        let shared = Arc::new(Shared {
            shape,
            topic: kafka::topic_name(topic),
            batch: kafka::batch(shape.batch_records, RECORD_BYTES)?,
            led: RwLock::default(),
            asking: Semaphore::new(1),
            tally: Mutex::default(),
            stop: false.into(),
        });
        let mut load = Self { shared, tasks: tokio::task::JoinSet::new() };
        for producer in 0..shape.producers {
            let connections = cluster.connect().await?;
            load.shared.refresh(connections.values().next().ok_or("there is no node")?).await?;
            for (node, connection) in connections {
                let cursor = Arc::new(Mutex::new(producer * shape.request_batches));
                for _ in 0..shape.in_flight {
                    let (shared, cursor) = (load.shared.clone(), cursor.clone());
                    load.tasks.spawn(produce(shared, node, connection.clone(), cursor));
                }
            }
        }
        load.run_for(WARM_UP).await?;
        Ok(load)
    }

    /// Measures for a time; the load goes on.
    pub async fn measure(&mut self, cluster: &mut Cluster, seconds: u64) -> Result<Outcome> {
        let before = Usage::now(cluster)?;
        let started = Instant::now();
        *self.shared.tally.lock() = Some(Tally::default());
        self.run_for(Duration::from_secs(seconds)).await?;
        let tally = self.shared.tally.lock().take();
        let elapsed = started.elapsed();
        let used = Usage::now(cluster)?.since(&before);
        let Tally { batches, failed, mut latencies } = tally.unwrap_or_default();
        latencies.sort_unstable();
        Ok(Outcome {
            elapsed,
            records: batches * self.shared.shape.batch_records as u64,
            used,
            failed,
            latencies,
        })
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
        let Ok(_permit) = self.asking.try_acquire() else {
            tokio::task::yield_now().await;
            return Ok(());
        };
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
        let count = led.len().min(self.shape.request_batches);
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
        if let Some(tally) = shared.tally.lock().as_mut() {
            tally.add(&answers, expected, sent.elapsed());
        }
        if answers.iter().any(|(_, code)| *code != 0) {
            shared.refresh(&connection).await?;
        }
    }
    Ok(())
}
