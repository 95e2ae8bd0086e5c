//! How close the WAL comes to the disk: its flushes per second under load against plain writes with fdatasync.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::cluster::{Cluster, Setup};
use crate::load::{BATCH_RECORDS, Load, RECORD_BYTES, Shape};
use crate::metrics::WalCounters;
use crate::raw_disk::{self, Preparation};
use crate::report::{ms, quantile, row, table, title, verdict};
use crate::{Result, process, wal_alone};

const TOPIC: &str = "flushes";
const GOAL: f64 = 1.3;
const RAW_TIME: Duration = Duration::from_secs(2);
const BLOCK: u64 = 4096;
/// As many as there are nodes, for they share this disk.
const NODES: usize = 3;

pub async fn run(setup: &Setup, partitions: i32, shape: Shape) -> Result<()> {
    title("Flushes: fdatasync of the disk itself, sequential writes to a preallocated file");
    let directory = setup.directory()?;
    raw(directory.path(), &[4 << 10, 64 << 10]).await?;

    title(&format!(
        "Flushes: the WAL alone in one process, {partitions} groups that wait for their entry of 16 KiB"
    ));
    alone(directory.path(), partitions as u64, shape.seconds).await?;

    title(&format!("Flushes: the WALs of three nodes under load, {partitions} partitions"));
    let bytes = cluster(setup, partitions, shape).await?;

    title("Flushes: the disk itself again, with writes of that size");
    let goal = raw(directory.path(), &[bytes.mean]).await?;
    let ratio = goal / bytes.per_second;
    println!(
        "\n  Three plain writers make {goal:.0} flushes/s each, the WALs of three nodes {:.0}: {ratio:.2} times as many.\n  \
         Goal, within {GOAL} times: {}.",
        bytes.per_second,
        verdict(ratio <= GOAL)
    );
    Ok(())
}

/// Measures and prints; the rate of three writers at the last size, in the file as the WAL prepares it.
async fn raw(directory: &Path, sizes: &[usize]) -> Result<f64> {
    let mut rows = vec![row(["file", "writers", "bytes", "flushes/s each", "p50 ms", "p99 ms", "max ms"])];
    let mut last = 0.0;
    for (preparation, name) in [(Preparation::Written, "overwritten"), (Preparation::Allocated, "fallocated")]
    {
        for &bytes in sizes {
            for writers in [1, NODES] {
                let rate = raw_disk::measure(directory, writers, bytes, preparation, RAW_TIME).await?;
                let times = [0.5, 0.99, 1.0].map(|share| ms(quantile(&rate.times, share)));
                let head = [name.to_owned(), writers.to_string(), bytes.to_string()];
                rows.push(head.into_iter().chain([format!("{:.0}", rate.per_second)]).chain(times).collect());
                last = rate.per_second;
            }
        }
    }
    table(&rows);
    Ok(last)
}

async fn alone(directory: &Path, groups: u64, seconds: u64) -> Result<()> {
    let time = Duration::from_secs(seconds.min(5));
    let wal = wal_alone::measure(directory, groups, BATCH_RECORDS * RECORD_BYTES, time).await?;
    let bytes = (wal.bytes / wal.flushes.max(1)).next_multiple_of(BLOCK) as usize;
    let raw = raw_disk::measure(directory, 1, bytes, Preparation::Allocated, RAW_TIME).await?;
    let seconds = wal.elapsed.as_secs_f64();
    let rate = wal.flushes as f64 / seconds;
    println!(
        "  {rate:.0} flushes/s of {bytes} B and {:.1} frames, {:.0} MB/s, {:.0} % of the time in fdatasync.\n  \
         One plain writer of that size makes {:.0} flushes/s: {:.2} times as many.",
        wal.frames as f64 / wal.flushes.max(1) as f64,
        wal.bytes as f64 / 1e6 / seconds,
        100.0 * wal.in_fsync.as_secs_f64() / seconds,
        raw.per_second,
        raw.per_second / rate
    );
    Ok(())
}

/// What the WALs of the nodes did on average.
struct Flushes {
    per_second: f64,
    /// Bytes of a flush, in whole blocks.
    mean: usize,
}

async fn cluster(setup: &Setup, partitions: i32, shape: Shape) -> Result<Flushes> {
    let mut cluster = Cluster::start(setup).await?;
    cluster.create_topics(&[(TOPIC.to_owned(), partitions)]).await?;
    let mut load = Load::start(&cluster, TOPIC, shape).await?;
    let before = sample(&mut cluster).await?;
    let (outcome, elapsed) = load.measure(shape.seconds).await?;
    let after = sample(&mut cluster).await?;
    load.stop().await?;

    let acknowledged = outcome.records() as f64 / elapsed.as_secs_f64();
    let mut rows = vec![row([
        "node",
        "flushes/s",
        "records/flush",
        "frames/flush",
        "bytes/flush",
        "MB/s",
        "CPU % of a core",
    ])];
    let (mut per_second, mut flushes, mut bytes) = (0.0, 0, 0);
    for (node, (before, after)) in cluster.nodes.iter().zip(before.iter().zip(&after)) {
        let wal = after.wal.since(before.wal);
        let seconds = (after.at - before.at).as_secs_f64();
        let rate = wal.flushes as f64 / seconds;
        let per_flush = |count: u64| count as f64 / wal.flushes.max(1) as f64;
        rows.push(vec![
            node.id.to_string(),
            format!("{rate:.0}"),
            // Every node writes every record once.
            format!("{:.1}", acknowledged / rate),
            format!("{:.1}", per_flush(wal.frames)),
            format!("{:.0}", per_flush(wal.bytes)),
            format!("{:.1}", wal.bytes as f64 / 1e6 / seconds),
            format!("{:.0}", 100.0 * after.cpu.saturating_sub(before.cpu).as_secs_f64() / seconds),
        ]);
        per_second += rate / NODES as f64;
        flushes += wal.flushes;
        bytes += wal.bytes;
    }
    table(&rows);
    println!(
        "\n  {acknowledged:.0} records/s of {RECORD_BYTES} B acknowledged; failed batches: {}.",
        outcome.failures()
    );
    let mean = (bytes / flushes.max(1)).next_multiple_of(BLOCK) as usize;
    Ok(Flushes { per_second, mean })
}

struct Sample {
    at: Instant,
    wal: WalCounters,
    cpu: Duration,
}

async fn sample(cluster: &mut Cluster) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for node in &mut cluster.nodes {
        // A node under load takes its time to answer: the clock is read when it has.
        let wal = WalCounters::of(node).await?;
        samples.push(Sample { at: Instant::now(), wal, cpu: process::cpu_time(node.pid()?)? });
    }
    Ok(samples)
}
