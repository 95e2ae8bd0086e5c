//! Producers in an open loop: batches are sent when they are due, whatever became of those before, with acks=all.
//!
//! Latency counts from the moment at which a batch was due until it was accepted, however often it had to be sent: so a
//! stall is seen by every batch that was due meanwhile, as it is by clients. What is refused is sent again to the leader
//! that the metadata then names. It must never forget a batch: what is not accepted in time is counted as failed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::TopicName;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::Connection;
use crate::{Result, kafka};

pub const RECORD_BYTES: usize = 1024;
/// A batch that no leader has accepted this long after it was due has failed.
pub const GIVE_UP: Duration = Duration::from_secs(30);
/// Between a refusal and the next try; Kafka's clients begin with 100 ms (`retry.backoff.ms`).
pub const PAUSE: Duration = Duration::from_millis(10);
const TIMEOUT_MS: i32 = 30_000;

/// How much is sent, to each partition in turn.
#[derive(Clone, Copy)]
pub struct Pace {
    pub records_per_second: f64,
    pub batch_records: usize,
}

/// What became of the batches that were due while it was counted in. Clones are one tally.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<Counts>>);

#[derive(Clone, Default)]
pub struct Counts {
    /// Records in accepted batches.
    pub records: u64,
    /// From due to accepted, of each accepted batch.
    pub latencies: Vec<Duration>,
    /// From due to the first try: how far the load itself is behind.
    pub delays: Vec<Duration>,
    /// Batches that were never accepted.
    pub failed: u64,
    /// Answers that refused a batch, which was then sent again, by error.
    pub refusals: BTreeMap<String, u64>,
    pub slowest: Option<Slowest>,
}

/// How the accepted batch with the longest latency spent it.
#[derive(Clone)]
pub struct Slowest {
    pub partition: i32,
    pub latency: Duration,
    pub tries: u32,
    /// The longest of the times that a try took to be answered.
    pub longest_answer: Duration,
}

impl Tally {
    /// What has been counted so far, sorted.
    pub fn counts(&self) -> Counts {
        let mut counts = self.0.lock().clone();
        counts.latencies.sort_unstable();
        counts.delays.sort_unstable();
        counts
    }

    /// Records in accepted batches.
    pub fn records(&self) -> u64 {
        self.0.lock().records
    }
}

impl Counts {
    fn accept(&mut self, records: usize, batch: Slowest) {
        self.records += records as u64;
        self.latencies.push(batch.latency);
        if self.slowest.as_ref().is_none_or(|slowest| slowest.latency < batch.latency) {
            self.slowest = Some(batch);
        }
    }

    /// The refusals in words.
    pub fn refusals(&self) -> String {
        let each = self.refusals.iter().map(|(error, count)| format!("{count} {error}"));
        if self.refusals.is_empty() { "0".into() } else { each.collect::<Vec<_>>().join(", ") }
    }
}

/// A running load. Dropping it leaves what was sent unanswered.
pub struct Load {
    shared: Arc<Shared>,
    /// Only one: it sends what is due.
    pacing: JoinSet<Result<()>>,
}

struct Shared {
    topic: TopicName,
    pace: Pace,
    value: Vec<u8>,
    connections: BTreeMap<i32, Connection>,
    /// For questions about leaders: they shall not wait behind batches.
    asked: Connection,
    leaders: RwLock<BTreeMap<i32, i32>>,
    /// Who may ask for the leaders anew: one at a time.
    asking: Semaphore,
    tally: Mutex<Tally>,
    stop: AtomicBool,
}

impl Load {
    /// Starts sending to a topic, all of whose partitions have leaders, by connections to every node.
    pub async fn start(
        connections: BTreeMap<i32, Connection>,
        topic: &str,
        pace: Pace,
        tally: Tally,
    ) -> Result<Self> {
        let topic = kafka::topic_name(topic);
        let asked = connections.values().next().ok_or("there is no node")?.another().await?;
        let leaders = kafka::leaders(&asked, &topic).await?;
        let shared = Arc::new(Shared {
            topic,
            pace,
            value: kafka::random(RECORD_BYTES),
            connections,
            asked,
            leaders: RwLock::new(leaders),
            asking: Semaphore::new(1),
            tally: Mutex::new(tally),
            stop: false.into(),
        });
        let mut pacing = JoinSet::new();
        pacing.spawn(send_what_is_due(shared.clone()));
        Ok(Self { shared, pacing })
    }

    /// Counts what is due from now on in another tally.
    pub fn count_in(&self, tally: &Tally) {
        *self.shared.tally.lock() = tally.clone();
    }

    /// Waits for something else; fails if the load ends meanwhile.
    pub async fn during<T>(&mut self, other: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            outcome = other => outcome,
            Some(ended) = self.pacing.join_next() => {
                ended??;
                Err("the load has ended".into())
            }
        }
    }

    /// Lets it run for a time.
    pub async fn run_for(&mut self, time: Duration) -> Result<()> {
        self.during(async {
            tokio::time::sleep(time).await;
            Ok(())
        })
        .await
    }

    /// Sends no more, and waits until every batch is accepted or has failed.
    pub async fn stop(mut self) -> Result<()> {
        self.shared.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.pacing.join_next().await {
            ended??;
        }
        Ok(())
    }
}

async fn send_what_is_due(shared: Arc<Shared>) -> Result<()> {
    let Pace { records_per_second, batch_records } = shared.pace;
    let interval = Duration::from_secs_f64(batch_records as f64 / records_per_second);
    let partitions: Vec<i32> = shared.leaders.read().keys().copied().collect();
    let mut on_its_way = JoinSet::new();
    let mut due = Instant::now();
    for &partition in partitions.iter().cycle() {
        tokio::time::sleep_until(due).await;
        if shared.stop.load(Ordering::Relaxed) {
            break;
        }
        let tally = shared.tally.lock().clone();
        on_its_way.spawn(deliver(shared.clone(), tally, partition, due));
        while let Some(ended) = on_its_way.try_join_next() {
            ended??;
        }
        due += interval;
    }
    while let Some(ended) = on_its_way.join_next().await {
        ended??;
    }
    Ok(())
}

/// Sends one batch until it is accepted, or given up. An error only if a node has closed the connection.
async fn deliver(shared: Arc<Shared>, Tally(tally): Tally, partition: i32, due: Instant) -> Result<()> {
    let batch = kafka::batch_of(std::iter::repeat_n(&shared.value, shared.pace.batch_records))?;
    tally.lock().delays.push(due.elapsed());
    let (mut tries, mut longest_answer) = (0, Duration::ZERO);
    loop {
        let sent = Instant::now();
        let Ok(answer) = tokio::time::timeout_at(due + GIVE_UP, shared.send(partition, &batch)).await else {
            tally.lock().failed += 1;
            return Ok(());
        };
        let code = answer?;
        (tries, longest_answer) = (tries + 1, longest_answer.max(sent.elapsed()));
        if code == 0 {
            let slowest = Slowest { partition, latency: due.elapsed(), tries, longest_answer };
            tally.lock().accept(shared.pace.batch_records, slowest);
            return Ok(());
        }
        *tally.lock().refusals.entry(kafka::error_name(code)).or_default() += 1;
        tokio::time::sleep(PAUSE).await;
        shared.refresh().await?;
    }
}

impl Shared {
    /// Sends a batch once to the leader as far as it is known; the error code.
    async fn send(&self, partition: i32, batch: &Bytes) -> Result<i16> {
        let leader = self.leaders.read().get(&partition).copied();
        let leader = leader.and_then(|leader| self.connections.get(&leader));
        let Some(leader) = leader else { return Ok(ResponseError::LeaderNotAvailable.code()) };
        let answers = kafka::produce(leader, &self.topic, [partition], batch, TIMEOUT_MS).await?;
        Ok(answers.first().map_or(ResponseError::UnknownServerError.code(), |(_, code)| *code))
    }

    /// Asks for the leaders, unless somebody does so already.
    async fn refresh(&self) -> Result<()> {
        let Ok(_permit) = self.asking.try_acquire() else { return Ok(()) };
        let leaders = kafka::leaders(&self.asked, &self.topic).await?;
        *self.leaders.write() = leaders;
        Ok(())
    }
}
