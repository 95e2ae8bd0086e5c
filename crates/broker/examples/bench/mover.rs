//! Moves all partitions of a topic without a pause: as soon as one has arrived, it is sent on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kafka_protocol::messages::TopicName;

use crate::client::Connection;
use crate::{Result, topics};

/// Between two looks: little against the time of a move.
const POLL: Duration = Duration::from_millis(50);
/// A move that takes longer than this is stuck.
const STUCK: Duration = Duration::from_mins(3);

/// Moves the partitions of one topic.
pub struct Mover {
    /// The node that is asked.
    pub node: Connection,
    pub topic: TopicName,
    pub partitions: i32,
    /// All nodes of the cluster: one more at least than there are replicas.
    pub nodes: Vec<i32>,
}

/// What was moved.
pub struct Moved {
    /// From the first wish until the last move had ended.
    pub elapsed: Duration,
    /// Of values of the records in the replicas that were made.
    pub bytes: u64,
    /// How long each replica took, sorted: as many as were made.
    pub times: Vec<Duration>,
}

struct UnderWay {
    target: Vec<i32>,
    since: Instant,
}

impl Mover {
    /// Moves for a time, and then waits for the moves that have begun. `partition_bytes` tells how large a partition is
    /// at present.
    pub async fn keep_moving(&self, time: Duration, partition_bytes: impl Fn() -> u64) -> Result<Moved> {
        let started = Instant::now();
        let mut under_way: BTreeMap<i32, UnderWay> = BTreeMap::new();
        let (mut bytes, mut times) = (0, Vec::new());
        loop {
            for arrived in self.take_arrived(&mut under_way).await? {
                bytes += partition_bytes();
                times.push(arrived);
            }
            if started.elapsed() < time {
                self.begin(&mut under_way).await?;
            } else if under_way.is_empty() {
                times.sort_unstable();
                return Ok(Moved { elapsed: started.elapsed(), bytes, times });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// How long those moves took that have ended; fails if one is stuck, or has ended elsewhere than was asked for.
    async fn take_arrived(&self, under_way: &mut BTreeMap<i32, UnderWay>) -> Result<Vec<Duration>> {
        let moving = topics::moving(&self.node, &self.topic, self.partitions).await?;
        let placed = topics::placements(&self.node, &self.topic).await?;
        let mut arrived = Vec::new();
        for (partition, UnderWay { target, since }) in under_way.extract_if(.., |p, _| !moving.contains(p)) {
            if placed.get(&partition) != Some(&target) {
                let at = placed.get(&partition);
                return Err(format!("partition {partition} was moved to {target:?}, but is at {at:?}").into());
            }
            arrived.push(since.elapsed());
        }
        match under_way.iter().find(|(_, one)| one.since.elapsed() > STUCK) {
            Some((partition, UnderWay { target, .. })) => {
                let seconds = STUCK.as_secs();
                Err(format!("partition {partition} has not arrived at {target:?} after {seconds} s").into())
            }
            None => Ok(arrived),
        }
    }

    /// Sends every partition on that rests.
    async fn begin(&self, under_way: &mut BTreeMap<i32, UnderWay>) -> Result<()> {
        let mut wishes = topics::placements(&self.node, &self.topic).await?;
        wishes.retain(|partition, _| !under_way.contains_key(partition));
        for replicas in wishes.values_mut() {
            self.step_on(replicas);
        }
        if wishes.is_empty() {
            return Ok(());
        }
        let since = Instant::now();
        for partition in topics::move_replicas(&self.node, &self.topic, &wishes).await? {
            let target = wishes.remove(&partition).ok_or("only what was asked for is moved")?;
            under_way.insert(partition, UnderWay { target, since });
        }
        Ok(())
    }

    /// The preferred leader leaves; a node that holds nothing of the partition comes.
    fn step_on(&self, replicas: &mut Vec<i32>) {
        let free = self.nodes.iter().copied().find(|node| !replicas.contains(node));
        replicas.extend(free);
        replicas.remove(0);
    }
}
