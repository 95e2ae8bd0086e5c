//! How long the partitions of a killed leader take no writes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kafka_protocol::messages::TopicName;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::Connection;
use crate::cluster::{Cluster, Setup};
use crate::report::{ms, quantile, row, table, title, verdict};
use crate::{Result, kafka};

const TOPIC: &str = "failover";
const GOAL: Duration = Duration::from_secs(1);
/// A partition that takes no write for this long is reported as down.
const GIVE_UP: Duration = Duration::from_secs(30);
/// Between two tries, and between two looks at the metadata: little against what is measured.
const PAUSE: Duration = Duration::from_millis(5);
const PRODUCE_TIMEOUT_MS: i32 = 1000;

/// The leaders as the survivors tell them; the newest answer of any of them.
type Leaders = watch::Receiver<BTreeMap<i32, i32>>;

/// How a leader is lost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// kill -9: the kernel closes its connections and refuses new ones, so that its peers are told.
    Killed,
    /// SIGSTOP: nobody is told anything, as when a machine loses its power. This is beyond the goal.
    Silent,
}

pub async fn run(setup: &Setup, rounds: u32, partitions: i32) -> Result<()> {
    title(&format!(
        "Failover: kill -9 of a leader, {rounds} times, {partitions} partitions with three replicas"
    ));
    lose_leaders(setup, rounds, partitions, Loss::Killed).await?;
    title(&format!("Failover: the same with a leader that falls silent (SIGSTOP), {rounds} times"));
    lose_leaders(setup, rounds, partitions, Loss::Silent).await
}

async fn lose_leaders(setup: &Setup, rounds: u32, partitions: i32, loss: Loss) -> Result<()> {
    let mut cluster = Cluster::start(setup, 3).await?;
    cluster.create_topics(&[(TOPIC.to_owned(), partitions)]).await?;
    let mut rows = vec![row([
        "round",
        "node",
        "partitions led",
        "min ms",
        "median ms",
        "max ms",
        "ms until ISR is full again",
    ])];
    let mut all = Vec::new();
    let mut down = 0;
    for round in 1..=rounds {
        let (victim, led) = choose(&cluster).await?;
        let outages = lose_and_probe(&mut cluster, loss, victim, &led).await?;
        let mut sorted: Vec<Duration> = outages.iter().flatten().copied().collect();
        sorted.sort_unstable();
        down += outages.len() - sorted.len();
        let restarted = Instant::now();
        let node = cluster.node_mut(victim)?;
        node.kill()?;
        node.wait()?;
        cluster.restart(victim)?;
        cluster.wait_in_sync(partitions as usize).await?;
        let healed = format!("{:.0}", restarted.elapsed().as_secs_f64() * 1000.0);
        let quantiles = [0.0, 0.5, 1.0].map(|share| ms(quantile(&sorted, share)));
        let head = [round.to_string(), victim.to_string(), led.len().to_string()];
        rows.push(head.into_iter().chain(quantiles).chain([healed]).collect());
        all.extend(sorted);
    }
    table(&rows);
    all.sort_unstable();
    let worst = all.last().copied();
    println!(
        "\n  {} outages: median {} ms, p99 {} ms, worst {} ms; still down after {} s: {down}",
        all.len() + down,
        ms(quantile(&all, 0.5)),
        ms(quantile(&all, 0.99)),
        ms(worst),
        GIVE_UP.as_secs()
    );
    println!(
        "  Goal, the worst under {} s: {}. From the loss to the first acks=all produce that any node accepts, tried\n  \
         every {} ms at the leader that the survivors' metadata names. All partitions were written to just before.",
        GOAL.as_secs(),
        verdict(down == 0 && worst.is_some_and(|worst| worst < GOAL)),
        PAUSE.as_millis()
    );
    Ok(())
}

/// The node that leads the most partitions, and which those are.
async fn choose(cluster: &Cluster) -> Result<(i32, Vec<i32>)> {
    let any = cluster.nodes.first().ok_or("there is no node")?.connect().await?;
    let mut led: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for (partition, leader) in kafka::leaders(&any, &kafka::topic_name(TOPIC)).await? {
        led.entry(leader).or_default().push(partition);
    }
    Ok(led.into_iter().max_by_key(|(_, partitions)| partitions.len()).ok_or("nobody leads anything")?)
}

/// Loses a node; for each of the partitions how long it took no writes, none if it was given up.
async fn lose_and_probe(
    cluster: &mut Cluster,
    loss: Loss,
    victim: i32,
    led: &[i32],
) -> Result<Vec<Option<Duration>>> {
    let mut survivors = cluster.connect().await?;
    let victim_connection = survivors.remove(&victim).ok_or("the node to be killed is one of the cluster")?;
    let survivors = Arc::new(survivors);
    let (told, leaders) = watch::channel(BTreeMap::new());
    let told = Arc::new(told);
    let topic = kafka::topic_name(TOPIC);
    let batch = kafka::batch(1, 100)?;

    write_now(&victim_connection, &topic, led, &batch).await?;

    let node = cluster.node_mut(victim)?;
    let lost = Instant::now();
    match loss {
        Loss::Killed => node.kill()?,
        Loss::Silent => node.pause()?,
    }
    let mut watching = JoinSet::new();
    for survivor in survivors.values() {
        watching.spawn(watch(survivor.clone(), topic.clone(), victim, told.clone()));
    }
    let mut probing = JoinSet::new();
    for &partition in led {
        let accepted =
            until_accepted(survivors.clone(), leaders.clone(), topic.clone(), partition, batch.clone());
        let limited = async move { tokio::time::timeout(GIVE_UP, accepted).await.ok().map(|at| at - lost) };
        probing.spawn(limited);
    }
    let outages = probing.join_all().await;
    watching.abort_all();
    Ok(outages)
}

/// Writes to each partition: leaders that are in use are harder to depose than idle ones.
async fn write_now(leader: &Connection, topic: &TopicName, led: &[i32], batch: &Bytes) -> Result<()> {
    let answers = kafka::produce(leader, topic, led.iter().copied(), batch, PRODUCE_TIMEOUT_MS).await?;
    match answers.iter().find(|(_, code)| *code != 0) {
        Some((partition, code)) => {
            Err(format!("partition {partition} before the loss: {}", kafka::error_name(*code)).into())
        }
        None => Ok(()),
    }
}

/// Asks a survivor again and again who leads what.
async fn watch(
    survivor: Connection,
    topic: TopicName,
    victim: i32,
    told: Arc<watch::Sender<BTreeMap<i32, i32>>>,
) -> Result<()> {
    loop {
        let mut leaders = kafka::leaders(&survivor, &topic).await?;
        leaders.retain(|_, leader| *leader != victim);
        told.send_modify(|known| known.extend(leaders));
        tokio::time::sleep(PAUSE).await;
    }
}

/// When the first produce to a partition was accepted.
async fn until_accepted(
    survivors: Arc<BTreeMap<i32, Connection>>,
    mut leaders: Leaders,
    topic: TopicName,
    partition: i32,
    batch: Bytes,
) -> Instant {
    loop {
        let known = leaders.wait_for(|leaders| leaders.contains_key(&partition)).await;
        let leader = known.ok().and_then(|leaders| survivors.get(leaders.get(&partition)?).cloned());
        if let Some(leader) = leader
            && let Ok(answers) =
                kafka::produce(&leader, &topic, [partition], &batch, PRODUCE_TIMEOUT_MS).await
            && answers == [(partition, 0)]
        {
            return Instant::now();
        }
        tokio::time::sleep(PAUSE).await;
    }
}
