//! Topics with mixed retention and what writes to them: one is kept to its bytes, one to an age, one forever, and one is
//! deleted and created again and again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::Connection;
use crate::cluster::Cluster;
use crate::paced::{Load, Pace, RECORD_BYTES, Tally};
use crate::{Result, kafka, topics};

const PARTITIONS: i32 = 3;
const BATCH_RECORDS: usize = 16;
const MIB: f64 = (1 << 20) as f64;
/// In each partition of the topic that is kept to its bytes.
const KEPT_BYTES: i64 = 2 << 20;
/// The age at which records of another topic go. It stands for a day.
pub const KEPT_TIME: Duration = Duration::from_secs(5);
/// How long a topic lives that is deleted.
pub const LIFE: Duration = Duration::from_secs(10);
/// To the topic that is kept forever: rarely, but often enough to be in every WAL file.
const RARE_RECORDS_PER_SECOND: f64 = 5.0;
/// How long a new topic may be without leaders.
const LEADERS_WITHIN: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// What a topic does with its records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    Bytes,
    Time,
    Forever,
    UntilDeleted,
}

impl Kept {
    pub const ALL: [Self; 4] = [Self::Bytes, Self::Time, Self::Forever, Self::UntilDeleted];

    pub fn topic(self) -> &'static str {
        match self {
            Self::Bytes => "kept-bytes",
            Self::Time => "kept-time",
            Self::Forever => "kept-forever",
            Self::UntilDeleted => "deleted-often",
        }
    }

    fn config(self) -> Vec<(&'static str, i64)> {
        match self {
            Self::Bytes => vec![("retention.bytes", KEPT_BYTES)],
            Self::Time => vec![("retention.ms", KEPT_TIME.as_millis() as i64)],
            Self::Forever => vec![("retention.ms", -1)],
            Self::UntilDeleted => vec![],
        }
    }

    /// Its part of so many bytes a second.
    fn pace(self, bytes_per_second: f64) -> Pace {
        let share = match self {
            Self::Bytes => 1.0 / 2.0,
            Self::Time => 1.0 / 3.0,
            Self::UntilDeleted => 1.0 / 6.0,
            Self::Forever => {
                return Pace { records_per_second: RARE_RECORDS_PER_SECOND, batch_records: 1 };
            }
        };
        let records_per_second = bytes_per_second * share / RECORD_BYTES as f64;
        Pace { records_per_second, batch_records: BATCH_RECORDS }
    }

    /// What it keeps on average, in bytes, if retention had nothing to wait for.
    fn retained(self, bytes_per_second: f64) -> f64 {
        let Pace { records_per_second, .. } = self.pace(bytes_per_second);
        let bytes_per_second = records_per_second * RECORD_BYTES as f64;
        match self {
            Self::Bytes => (KEPT_BYTES * i64::from(PARTITIONS)) as f64,
            Self::Time => bytes_per_second * KEPT_TIME.as_secs_f64(),
            Self::UntilDeleted => bytes_per_second * LIFE.as_secs_f64() / 2.0,
            // Little, and all that is ever written to it.
            Self::Forever => 0.0,
        }
    }
}

/// What all topics together keep of so many MiB a second, in bytes.
pub fn retained(mib_per_second: u32) -> f64 {
    Kept::ALL.into_iter().map(|kept| kept.retained(f64::from(mib_per_second) * MIB)).sum()
}

/// Everything that writes.
pub struct Mixed {
    pub tallies: BTreeMap<Kept, Tally>,
    writing: JoinSet<Result<()>>,
    stop: watch::Sender<bool>,
}

impl Mixed {
    pub async fn start(cluster: &Cluster, mib_per_second: u32) -> Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let (mut tallies, mut writing) = (BTreeMap::new(), JoinSet::new());
        for kept in Kept::ALL {
            let tally = Tally::default();
            let topic = Topic {
                kept,
                pace: kept.pace(f64::from(mib_per_second) * MIB),
                connections: cluster.connect().await?,
                tally: tally.clone(),
            };
            tallies.insert(kept, tally);
            writing.spawn(topic.write_until(stopped.clone()));
        }
        Ok(Self { tallies, writing, stop })
    }

    /// Records that were accepted so far, in bytes of values.
    pub fn written(&self) -> u64 {
        self.tallies.values().map(Tally::records).sum::<u64>() * RECORD_BYTES as u64
    }

    /// Fails if a writer has ended by itself.
    pub fn check_running(&mut self) -> Result<()> {
        match self.writing.try_join_next() {
            Some(ended) => ended?.and(Err("a writer has ended".into())),
            None => Ok(()),
        }
    }

    /// Sends no more, and waits until every batch is accepted or has failed.
    pub async fn stop(&mut self) -> Result<()> {
        self.stop.send_replace(true);
        while let Some(ended) = self.writing.join_next().await {
            ended??;
        }
        Ok(())
    }
}

struct Topic {
    kept: Kept,
    pace: Pace,
    connections: BTreeMap<i32, Connection>,
    tally: Tally,
}

impl Topic {
    async fn write_until(self, mut stopped: watch::Receiver<bool>) -> Result<()> {
        let name = self.kept.topic();
        let any = self.connections.values().next().ok_or("there is no node")?;
        let life = if self.kept == Kept::UntilDeleted { LIFE } else { Duration::MAX };
        loop {
            topics::create(any, name, PARTITIONS, &self.kept.config()).await?;
            wait_for_leaders(any, name).await?;
            let mut load = Load::start(self.connections.clone(), name, self.pace, self.tally.clone()).await?;
            let ended = tokio::select! {
                ended = stopped.wait_for(|stopped| *stopped) => ended.is_ok(),
                outlived = load.run_for(life) => { outlived?; false }
            };
            load.stop().await?;
            if ended {
                return Ok(());
            }
            topics::delete(any, name).await?;
        }
    }
}

async fn wait_for_leaders(node: &Connection, topic: &str) -> Result<()> {
    let deadline = Instant::now() + LEADERS_WITHIN;
    let name = kafka::topic_name(topic);
    while kafka::leaders(node, &name).await?.len() < PARTITIONS as usize {
        if Instant::now() > deadline {
            return Err(format!("{topic} has no leaders after {} s", LEADERS_WITHIN.as_secs()).into());
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}
