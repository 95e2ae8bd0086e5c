//! What clients notice of replicas that move: produce latency at rest, while every partition moves, and afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use tokio::task::JoinSet;

use crate::client::Connection;
use crate::cluster::{Cluster, Setup};
use crate::mover::{Moved, Mover};
use crate::node::Settings;
use crate::paced::{self, Counts, GIVE_UP, Load, Pace, RECORD_BYTES, Slowest, Tally};
use crate::report::{ms, quantile, row, table, title};
use crate::usage::{Usage, Used};
use crate::{Result, kafka, raw_disk};

const TOPIC: &str = "moves";
/// One more than there are replicas: each move has somewhere to go.
const NODES: usize = 4;
/// What a producer with a linger of a few milliseconds has together.
const BATCH_RECORDS: usize = 4;
/// Records in a batch that fills the partitions before.
const FILL_RECORDS: usize = 256;
const FILL_TIMEOUT_MS: i32 = 30_000;
const WARM_UP: Duration = Duration::from_secs(3);
const MIB: u64 = 1 << 20;

#[derive(Args)]
pub struct Options {
    /// moves: partitions of the topic, three replicas each.
    #[arg(long, default_value_t = 12)]
    move_partitions: i32,
    /// moves: MiB of records in all partitions together before the first move.
    #[arg(long, default_value_t = 256)]
    move_data: u64,
    /// moves: records of 1 KiB that are written meanwhile.
    #[arg(long, default_value_t = 2000)]
    records_per_second: u32,
    /// moves: seconds of each of three phases: at rest, while replicas move, and after.
    #[arg(long, default_value_t = 15)]
    move_seconds: u64,
    /// moves: `replica_move_rate` of the second run in MiB/s; the first has the default.
    #[arg(long, default_value_t = 8)]
    move_rate: u64,
}

/// What was measured in a part of the run.
struct Phase {
    name: &'static str,
    counts: Counts,
    used: Used,
}

struct Outcome {
    phases: Vec<Phase>,
    moved: Moved,
}

pub async fn run(setup: &Setup, options: &Options) -> Result<()> {
    let throttled = Settings { replica_move_rate: Some(options.move_rate * MIB), ..Settings::default() };
    let runs = [
        ("at the default move rate".to_owned(), Settings::default()),
        (format!("with replica_move_rate = {} MiB/s", options.move_rate), throttled),
    ];
    for (how, settings) in runs {
        title(&format!(
            "Moves {how}: {} partitions with {} MiB on {NODES} nodes, {} records/s, acks=all",
            options.move_partitions, options.move_data, options.records_per_second
        ));
        print(&one(setup, options, settings).await?);
    }
    println!(
        "\n  While replicas move, every partition does, all the time: its preferred leader leaves, a node without a copy\n  \
         comes, and once it has arrived the next move begins. The phase lasts until the last move has ended. The loop is\n  \
         open: {} records/s in batches of {BATCH_RECORDS}, each a request of its own, over one connection to each node;\n  \
         latency is from the moment a batch was due until it was accepted, refusals included, which are sent again to the\n  \
         new leader after {} ms; \"sent late\" is the load's own part of it. Failed: not accepted within {} s.",
        options.records_per_second,
        paced::PAUSE.as_millis(),
        GIVE_UP.as_secs()
    );
    Ok(())
}

async fn one(setup: &Setup, options: &Options, settings: Settings) -> Result<Outcome> {
    let mut cluster = Cluster::start_with(setup, NODES, settings).await?;
    cluster.create_topics(&[(TOPIC.to_owned(), options.move_partitions)]).await?;
    let connections = cluster.connect().await?;
    let filled = fill(&connections, options.move_data * MIB).await?;
    cluster.wait_in_sync(options.move_partitions as usize).await?;
    raw_disk::settle(&setup.data_dir).await?;

    let mover = Mover {
        node: connections.values().next().ok_or("there is no node")?.clone(),
        topic: kafka::topic_name(TOPIC),
        partitions: options.move_partitions,
        nodes: connections.keys().copied().collect(),
    };
    let time = Duration::from_secs(options.move_seconds);
    let pace =
        Pace { records_per_second: f64::from(options.records_per_second), batch_records: BATCH_RECORDS };
    let [warm_up, rest, moving, after] = std::array::from_fn(|_| Tally::default());
    let mut load = Load::start(connections, TOPIC, pace, warm_up.clone()).await?;
    load.run_for(WARM_UP).await?;

    let mut usage = vec![Usage::now(&mut cluster)?];
    load.count_in(&rest);
    load.run_for(time).await?;
    usage.push(Usage::now(&mut cluster)?);

    let written = || filled + warm_up.records() + rest.records() + moving.records();
    let partition_bytes = || written() * RECORD_BYTES as u64 / options.move_partitions as u64;
    load.count_in(&moving);
    let moved = load.during(mover.keep_moving(time, partition_bytes)).await?;
    usage.push(Usage::now(&mut cluster)?);

    load.count_in(&after);
    load.run_for(time).await?;
    usage.push(Usage::now(&mut cluster)?);
    load.stop().await?;
    cluster.check_running()?;

    check_nothing_is_lost(&cluster, written() + after.records()).await?;
    let tallies = [("at rest", rest), ("replicas move", moving), ("after", after)];
    let phases = tallies.into_iter().zip(usage.windows(2));
    let phases = phases.map(|((name, tally), used)| Phase {
        name,
        counts: tally.counts(),
        used: used[1].since(&used[0]),
    });
    Ok(Outcome { phases: phases.collect(), moved })
}

/// Writes so many bytes of records, evenly to all partitions; how many records that were.
async fn fill(connections: &BTreeMap<i32, Connection>, bytes: u64) -> Result<u64> {
    let topic = kafka::topic_name(TOPIC);
    let leaders = kafka::leaders(connections.values().next().ok_or("there is no node")?, &topic).await?;
    let batch = kafka::batch(FILL_RECORDS, RECORD_BYTES)?;
    let batches = bytes.div_ceil((FILL_RECORDS * RECORD_BYTES * leaders.len()) as u64);
    let mut writing: JoinSet<Result<()>> = JoinSet::new();
    for (&partition, leader) in &leaders {
        let leader = connections.get(leader).ok_or("a leader is one of the nodes")?.clone();
        let (topic, batch) = (topic.clone(), batch.clone());
        writing.spawn(async move {
            for _ in 0..batches {
                let answers = kafka::produce(&leader, &topic, [partition], &batch, FILL_TIMEOUT_MS).await?;
                if let Some((_, code)) = answers.iter().find(|(_, code)| *code != 0) {
                    let name = kafka::error_name(*code);
                    return Err(format!("{TOPIC}-{partition} cannot be filled: {name}").into());
                }
            }
            Ok(())
        });
    }
    while let Some(written) = writing.join_next().await {
        written??;
    }
    Ok(batches * (FILL_RECORDS * leaders.len()) as u64)
}

/// Compares what was acknowledged with what the partitions' logs hold. A batch that was committed and refused all the
/// same is there twice, so there may be more.
async fn check_nothing_is_lost(cluster: &Cluster, acknowledged: u64) -> Result<()> {
    let mut ends: BTreeMap<i32, i64> = BTreeMap::new();
    for node in &cluster.nodes {
        for partition in node.status().await?.partitions.iter().filter(|p| p.topic == TOPIC) {
            let end = ends.entry(partition.partition).or_default();
            *end = partition.high_watermark.unwrap_or_default().max(*end);
        }
    }
    let there: i64 = ends.values().sum();
    if there < i64::try_from(acknowledged)? {
        return Err(format!("{acknowledged} records were acknowledged, but only {there} are there").into());
    }
    println!("  {acknowledged} records acknowledged, and {there} are there\n");
    Ok(())
}

fn print(Outcome { phases, moved }: &Outcome) {
    let head = [
        "phase",
        "batches",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "max ms",
        "sent late p99 ms",
        "failed",
        "refused",
    ];
    let mut rows = vec![row(head)];
    for Phase { name, counts, .. } in phases {
        let latency = [0.5, 0.99, 0.999, 1.0].map(|share| ms(quantile(&counts.latencies, share)));
        let sent = counts.latencies.len() as u64 + counts.failed;
        let late = ms(quantile(&counts.delays, 0.99));
        let tail = [late, counts.failed.to_string(), counts.refusals()];
        rows.push([(*name).to_owned(), sent.to_string()].into_iter().chain(latency).chain(tail).collect());
    }
    table(&rows);
    println!();
    for Phase { name, counts, used } in phases {
        println!("  CPU {name}: {used}");
        if let Some(Slowest { partition, latency, tries, longest_answer }) = &counts.slowest {
            println!(
                "  Slowest batch {name}: {} ms, to partition {partition}; tries: {tries}; one was answered after {} ms",
                ms(Some(*latency)),
                ms(Some(*longest_answer))
            );
        }
    }
    let seconds = moved.elapsed.as_secs_f64();
    let mib = moved.bytes as f64 / MIB as f64;
    let [fastest, median, slowest] =
        [0.0, 0.5, 1.0].map(|share| quantile(&moved.times, share).unwrap_or_default().as_secs_f64());
    println!(
        "  Moved: {} replicas, {mib:.0} MiB of records in {seconds:.1} s ({:.1} MiB/s); each took {fastest:.1} to \
         {slowest:.1} s, median {median:.1} s",
        moved.times.len(),
        mib / seconds,
    );
    let p99 = |phase: &Phase| quantile(&phase.counts.latencies, 0.99).map(|latency| latency.as_secs_f64());
    let p99s: Vec<f64> = phases.iter().filter_map(p99).collect();
    if let [rest, moving, after] = p99s[..] {
        println!(
            "  p99 while replicas move: {:.2} times that at rest; after: {:.2} times",
            moving / rest,
            after / rest
        );
    }
}
