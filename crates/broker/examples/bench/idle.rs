//! What a node costs that has many partitions and nothing to do.

use std::time::{Duration, Instant};

use crate::cluster::{Cluster, Setup};
use crate::metrics::WalCounters;
use crate::report::{row, table, title, verdict};
use crate::usage::Usage;
use crate::{Result, kafka, process};

const TOPIC_PARTITIONS: i32 = 100;
const GOAL_CPU: f64 = 5.0;
const GOAL_BYTES: u64 = 300_000_000;
/// Without a frame written to any WAL for this long, the cluster is idle.
const QUIET: Duration = Duration::from_secs(5);
const QUIET_LIMIT: Duration = Duration::from_mins(2);

pub async fn run(setup: &Setup, partitions: i32, seconds: u64) -> Result<()> {
    title(&format!("Idle: {partitions} partitions with three replicas, one record each"));
    let mut cluster = Cluster::start(setup, 3).await?;
    let topics: Vec<(String, i32)> = (0..partitions)
        .step_by(TOPIC_PARTITIONS as usize)
        .map(|first| (format!("idle-{first}"), TOPIC_PARTITIONS.min(partitions - first)))
        .collect();
    let empty = resident(&mut cluster)?;
    let started = Instant::now();
    cluster.create_topics(&topics).await?;
    println!("  created, all replicas in sync: {:.1} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    fill(&cluster, &topics).await?;
    println!(
        "  a record written to each, one partition after the other: {:.1} s",
        started.elapsed().as_secs_f64()
    );
    let waited = wait_quiet(&cluster).await?;
    println!("  no WAL writes for {} s: after {:.1} s\n", QUIET.as_secs(), waited.as_secs_f64());

    let before = Usage::now(&mut cluster)?;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let used = Usage::now(&mut cluster)?.since(&before);
    let full = resident(&mut cluster)?;

    let mut rows = vec![row(["node", "CPU % of a core", "RSS MB", "RSS MB before the topics", "goal"])];
    for (i, node) in cluster.nodes.iter().enumerate() {
        let cpu = used.nodes[i];
        let met = cpu < GOAL_CPU && full[i] < GOAL_BYTES;
        let megabytes = |bytes: u64| format!("{:.0}", bytes as f64 / 1e6);
        let cells = [node.id.to_string(), format!("{cpu:.2}"), megabytes(full[i]), megabytes(empty[i])];
        rows.push(cells.into_iter().chain([verdict(met).to_owned()]).collect());
    }
    table(&rows);
    println!("\n  CPU: {used}");
    println!(
        "  CPU over {seconds} s in which nobody asked anything. Goal: under {GOAL_CPU} % and under {} MB.",
        GOAL_BYTES / 1_000_000
    );
    Ok(())
}

/// Writes one record to every partition, at its leader.
async fn fill(cluster: &Cluster, topics: &[(String, i32)]) -> Result<()> {
    let connections = cluster.connect().await?;
    let any = connections.values().next().ok_or("there is no node")?;
    let batch = kafka::batch(1, 100)?;
    for (name, partitions) in topics {
        let topic = kafka::topic_name(name);
        let leaders = kafka::leaders(any, &topic).await?;
        for partition in 0..*partitions {
            let leader = leaders.get(&partition).and_then(|leader| connections.get(leader));
            let leader = leader.ok_or_else(|| format!("{name}-{partition} has no leader"))?;
            let answers = kafka::produce(leader, &topic, [partition], &batch, 30_000).await?;
            if let Some((_, code)) = answers.iter().find(|(_, code)| *code != 0) {
                return Err(format!("{name}-{partition}: {}", kafka::error_name(*code)).into());
            }
        }
    }
    Ok(())
}

/// Waits until no WAL is written any more; how long that took, the quiet time not counted.
async fn wait_quiet(cluster: &Cluster) -> Result<Duration> {
    let started = Instant::now();
    let mut seen = frames(cluster).await?;
    let mut since = Instant::now();
    while since.elapsed() < QUIET {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = frames(cluster).await?;
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
        if started.elapsed() > QUIET_LIMIT {
            return Err(
                format!("the nodes still write to their WALs after {} s", QUIET_LIMIT.as_secs()).into()
            );
        }
    }
    Ok(since - started)
}

async fn frames(cluster: &Cluster) -> Result<u64> {
    let mut frames = 0;
    for node in &cluster.nodes {
        frames += WalCounters::of(node).await?.frames;
    }
    Ok(frames)
}

fn resident(cluster: &mut Cluster) -> Result<Vec<u64>> {
    cluster.nodes.iter_mut().map(|node| process::resident_bytes(node.pid()?)).collect()
}
