//! How close the WAL comes to the disk: its flushes per second against plain writes of the same size, each with an
//! fdatasync, by as many writers at a time.
//!
//! Group commit makes flushes larger, not more: what counts is that the disk is never left waiting while there is
//! something to write.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::cluster::{Cluster, Setup};
use crate::load::{Load, RECORD_BYTES, Shape};
use crate::metrics::WalCounters;
use crate::raw_disk::{self, Preparation};
use crate::report::{ms, quantile, row, table, title, verdict};
use crate::{Result, wal_alone};

const TOPIC: &str = "flushes";
const GOAL: f64 = 1.3;
const RAW_TIME: Duration = Duration::from_secs(2);
const BLOCK: usize = 4096;
/// As many as there are nodes in the cluster, for they share this disk.
const WRITERS: [usize; 2] = [1, 3];

/// What the WALs of one or more nodes did.
struct Flushing {
    /// By each WAL on average.
    per_second: f64,
    frames: f64,
    bytes: f64,
    records: f64,
    /// What plain writers do, as many at a time and as much each time.
    disk: f64,
    remark: String,
}

pub async fn run(setup: &Setup, partitions: i32, seconds: u64) -> Result<()> {
    let directory = setup.directory()?;
    title("Flushes: the disk itself, sequential writes to a preallocated file, each with an fdatasync");
    raw(directory.path()).await?;

    title(&format!(
        "Flushes: the WAL against the disk, {partitions} partitions, records of {RECORD_BYTES} B"
    ));
    let full = Shape::kafka_producer();
    let single = Shape { batch_records: 1, ..full };
    let runs = [
        ("WAL alone, entries of 16 KiB", alone(directory.path(), partitions as u64, full, seconds).await?),
        ("WAL alone, entries of 1 KiB", alone(directory.path(), partitions as u64, single, seconds).await?),
        ("1 node, batches of 16", cluster(setup, 1, partitions, full, seconds).await?),
        ("1 node, single records", cluster(setup, 1, partitions, single, seconds).await?),
        ("3 nodes, batches of 16", cluster(setup, 3, partitions, full, seconds).await?),
        ("3 nodes, single records", cluster(setup, 3, partitions, single, seconds).await?),
    ];
    let head = [
        "",
        "flushes/s",
        "records/flush",
        "frames/flush",
        "bytes/flush",
        "MB/s",
        "disk's flushes/s",
        "ratio",
        "goal",
    ];
    let mut rows = vec![row(head)];
    for (name, run) in &runs {
        let ratio = run.disk / run.per_second;
        rows.push(vec![
            (*name).to_owned(),
            format!("{:.0}", run.per_second),
            format!("{:.1}", run.records),
            format!("{:.1}", run.frames),
            format!("{:.0}", run.bytes),
            format!("{:.1}", run.bytes * run.per_second / 1e6),
            format!("{:.0}", run.disk),
            format!("{ratio:.2}"),
            verdict(ratio <= GOAL).to_owned(),
        ]);
    }
    table(&rows);
    println!();
    for (name, run) in &runs {
        println!("  {name}: {}", run.remark);
    }
    println!(
        "\n  Flushes and MB are those of one WAL; the disk's are those of one of as many plain writers at a time, with\n  \
         flushes of that size. Goal: the disk makes at most {GOAL} times as many. A machine without idle CPU leaves\n  \
         its disk waiting, whoever writes."
    );
    Ok(())
}

async fn raw(directory: &Path) -> Result<()> {
    let mut rows = vec![row(["file", "writers", "bytes", "flushes/s each", "p50 ms", "p99 ms", "max ms"])];
    for (preparation, name) in
        [(Preparation::Written, "overwritten"), (Preparation::Allocated, "fallocated, as the WAL's")]
    {
        for bytes in [4 << 10, 64 << 10] {
            for writers in WRITERS {
                let rate = raw_disk::measure(directory, writers, bytes, preparation, RAW_TIME).await?;
                let times = [0.5, 0.99, 1.0].map(|share| ms(quantile(&rate.times, share)));
                let head = [name.to_owned(), writers.to_string(), bytes.to_string()];
                rows.push(head.into_iter().chain([format!("{:.0}", rate.per_second)]).chain(times).collect());
            }
        }
    }
    table(&rows);
    Ok(())
}

/// Entries of a batch's size, as many at a time as there are groups.
async fn alone(directory: &Path, groups: u64, shape: Shape, seconds: u64) -> Result<Flushing> {
    let wal_directory = tempfile::tempdir_in(directory)?;
    let entry = shape.batch_records * RECORD_BYTES;
    raw_disk::settle(directory).await?;
    let wal = wal_alone::measure(wal_directory.path(), groups, entry, Duration::from_secs(seconds)).await?;
    let seconds = wal.elapsed.as_secs_f64();
    let per_flush = |count: u64| count as f64 / wal.flushes.max(1) as f64;
    let bytes = per_flush(wal.bytes);
    Ok(Flushing {
        per_second: wal.flushes as f64 / seconds,
        frames: per_flush(wal.frames),
        bytes,
        records: per_flush(wal.entries) * shape.batch_records as f64,
        disk: disk(directory, 1, bytes).await?,
        remark: format!("{:.0} % of the time in fdatasync", 100.0 * wal.in_fsync.as_secs_f64() / seconds),
    })
}

async fn cluster(
    setup: &Setup,
    nodes: usize,
    partitions: i32,
    shape: Shape,
    seconds: u64,
) -> Result<Flushing> {
    let mut cluster = Cluster::start(setup, nodes).await?;
    cluster.create_topics(&[(TOPIC.to_owned(), partitions)]).await?;
    raw_disk::settle(&setup.data_dir).await?;
    let mut load = Load::start(&cluster, TOPIC, shape).await?;
    let before = sample(&cluster).await?;
    let outcome = load.measure(&mut cluster, seconds).await?;
    let after = sample(&cluster).await?;
    load.stop().await?;

    let wals = cluster.nodes.len();
    let (mut per_second, mut flushes, mut frames, mut bytes) = (0.0, 0, 0, 0);
    for ((started, before), (ended, after)) in before.iter().zip(&after) {
        let wal = after.since(*before);
        per_second += wal.flushes as f64 / (*ended - *started).as_secs_f64() / wals as f64;
        flushes += wal.flushes;
        frames += wal.frames;
        bytes += wal.bytes;
    }
    let per_flush = |count: u64| count as f64 / flushes.max(1) as f64;
    let (acknowledged, failed) = (outcome.records_per_second(), outcome.failures());
    let bytes = per_flush(bytes);
    let directory = setup.directory()?;
    Ok(Flushing {
        per_second,
        frames: per_flush(frames),
        bytes,
        // Every node writes every record once.
        records: acknowledged / per_second,
        // While the nodes are there, with nothing to do: removing their data would keep the disk busy.
        disk: disk(directory.path(), wals, bytes).await?,
        remark: format!(
            "{acknowledged:.0} records/s acknowledged, failed batches: {failed}; CPU: {}",
            outcome.used
        ),
    })
}

/// Flushes per second of plain writers to files as the WAL prepares them.
async fn disk(directory: &Path, writers: usize, bytes: f64) -> Result<f64> {
    let bytes = (bytes as usize).next_multiple_of(BLOCK);
    Ok(raw_disk::measure(directory, writers, bytes, Preparation::Allocated, RAW_TIME).await?.per_second)
}

/// The counters of every node, with the time at which it told them: under load it takes its time to.
async fn sample(cluster: &Cluster) -> Result<Vec<(Instant, WalCounters)>> {
    let mut samples = Vec::new();
    for node in &cluster.nodes {
        let counters = WalCounters::of(node).await?;
        samples.push((Instant::now(), counters));
    }
    Ok(samples)
}
