//! Whether disk use stays flat while many times more is written than is retained, with mixed retention.

use std::time::{Duration, Instant};

use chronik_common::admin::StorageFileKind;
use clap::Args;

use crate::Result;
use crate::cluster::{Cluster, Setup};
use crate::disk::Disk;
use crate::mixed::{self, Kept, Mixed};
use crate::node::Settings;
use crate::paced::{GIVE_UP, RECORD_BYTES};
use crate::report::{row, table, title, verdict};

const MIB: f64 = (1 << 20) as f64;
const GIB: f64 = (1 << 30) as f64;
/// Small: what is dead is soon a whole file.
const WAL_FILE: u64 = 4 << 20;
const CHECK_INTERVAL_MS: u64 = 500;
const SAMPLE_INTERVAL: Duration = Duration::from_secs(1);
const ROWS: usize = 12;
/// The part of the run in which what is retained is still growing.
const WARM_UP: f64 = 0.2;
/// The most disk use in the second half of the run, over that in the first half.
const GOAL: f64 = 1.2;
/// Writers that get nothing done for this long are stuck.
const STUCK: Duration = Duration::from_mins(1);

#[derive(Args)]
pub struct Options {
    /// retention: how many times what is retained is written.
    #[arg(long, default_value_t = 34, value_parser = clap::value_parser!(u32).range(5..))]
    turnover: u32,
    /// retention: MiB per second that are written, to all topics together.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    retention_load: u32,
}

/// One moment of the run.
struct Sample {
    at: Duration,
    /// Of records, by now.
    written: u64,
    /// Between log start and log end of all partitions, replicas counted once.
    retained: u64,
    /// Of each node.
    disks: Vec<Disk>,
}

pub async fn run(setup: &Setup, options: &Options) -> Result<()> {
    let goal = mixed::retained(options.retention_load) * f64::from(options.turnover);
    title(&format!(
        "Retention: {:.2} GiB through topics that keep about {:.0} MiB, {} MiB/s, WAL files of {} MiB, three nodes",
        goal / GIB,
        mixed::retained(options.retention_load) / MIB,
        options.retention_load,
        WAL_FILE >> 20
    ));
    let settings = Settings {
        wal_segment_size: Some(WAL_FILE),
        retention_check_interval_ms: Some(CHECK_INTERVAL_MS),
        ..Settings::default()
    };
    let mut cluster = Cluster::start_with(setup, 3, settings).await?;
    let mut load = Mixed::start(&cluster, options.retention_load).await?;
    let samples = watch(&mut cluster, &mut load, goal as u64).await?;
    load.stop().await?;
    cluster.check_running()?;
    let forever = check_nothing_is_lost(&cluster, &load).await?;

    print_table(&samples);
    print_pins(samples.last().ok_or("the run was too short")?);
    print_verdict(&samples)?;
    print_writers(&load, forever);
    println!(
        "\n  A record that is kept for {} s stands for one that is kept for a day. Disk is what all blocks in a node's\n  \
         data directory take, preallocated ones included; retained is what consumers may read, in bytes of values.\n  \
         Every {} ms a leader looks for records to delete; files go some seconds later. Failed: a batch that was not\n  \
         accepted within {} s.",
        mixed::KEPT_TIME.as_secs(),
        CHECK_INTERVAL_MS,
        GIVE_UP.as_secs()
    );
    Ok(())
}

/// Samples until so many bytes are written.
async fn watch(cluster: &mut Cluster, load: &mut Mixed, goal: u64) -> Result<Vec<Sample>> {
    let started = Instant::now();
    let mut progress = (0, started);
    let mut samples = Vec::new();
    let mut tick = tokio::time::interval(SAMPLE_INTERVAL);
    loop {
        tick.tick().await;
        load.check_running()?;
        cluster.check_running()?;
        let written = load.written();
        if written >= goal {
            return Ok(samples);
        }
        if written > progress.0 {
            progress = (written, Instant::now());
        } else if progress.1.elapsed() > STUCK {
            return Err(format!("no record was accepted for {} s", STUCK.as_secs()).into());
        }
        let mut disks = Vec::new();
        for node in &cluster.nodes {
            disks.push(Disk::of(node).await?);
        }
        let retained = retained(cluster, &Kept::ALL).await?;
        samples.push(Sample { at: started.elapsed(), written, retained, disks });
    }
}

/// What consumers may read of these topics, in bytes.
async fn retained(cluster: &Cluster, topics: &[Kept]) -> Result<u64> {
    let status = cluster.nodes.first().ok_or("there is no node")?.status().await?;
    let ours = status.partitions.iter().filter(|p| topics.iter().any(|kept| kept.topic() == p.topic));
    let records = ours.filter_map(|p| p.high_watermark?.checked_sub(p.log_start_offset?));
    Ok(u64::try_from(records.sum::<i64>())? * RECORD_BYTES as u64)
}

/// Waits until the topic that is kept forever holds every acknowledged record at the node that is asked, or has lost
/// some; how many it holds. A batch that was committed and refused all the same is there twice.
async fn check_nothing_is_lost(cluster: &Cluster, load: &Mixed) -> Result<u64> {
    let acknowledged = load.tallies.get(&Kept::Forever).ok_or("it is written to")?.records();
    let deadline = Instant::now() + GIVE_UP;
    loop {
        let there = retained(cluster, &[Kept::Forever]).await? / RECORD_BYTES as u64;
        if there >= acknowledged {
            return Ok(there);
        }
        if Instant::now() > deadline {
            let topic = Kept::Forever.topic();
            return Err(
                format!("{topic}: {acknowledged} records acknowledged, only {there} are there").into()
            );
        }
        tokio::time::sleep(SAMPLE_INTERVAL).await;
    }
}

fn mib(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / MIB)
}

fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn disk_bytes(samples: &[Sample]) -> impl Iterator<Item = u64> {
    samples.iter().flat_map(|sample| &sample.disks).map(|disk| disk.bytes)
}

fn print_table(samples: &[Sample]) {
    let mut rows = vec![row([
        "until s",
        "GiB written",
        "disk MiB min",
        "median",
        "max",
        "live MiB",
        "retained MiB",
        "most WAL files",
        "most segments",
    ])];
    for part in samples.chunks(samples.len().div_ceil(ROWS).max(1)) {
        let Some(last) = part.last() else { continue };
        let disks = || part.iter().flat_map(|sample| &sample.disks);
        rows.push(vec![
            last.at.as_secs().to_string(),
            format!("{:.2}", last.written as f64 / GIB),
            mib(disk_bytes(part).min().unwrap_or_default()),
            mib(median(disk_bytes(part))),
            mib(disk_bytes(part).max().unwrap_or_default()),
            mib(median(disks().map(|disk| disk.live_bytes))),
            mib(median(part.iter().map(|sample| sample.retained))),
            disks().map(|disk| disk.wal_files).max().unwrap_or_default().to_string(),
            disks().map(|disk| disk.segments).max().unwrap_or_default().to_string(),
        ]);
    }
    println!("  Per node, over samples of every {} s of all nodes:\n", SAMPLE_INTERVAL.as_secs());
    table(&rows);
}

/// Who needs what of the fullest node.
fn print_pins(sample: &Sample) {
    let Some(disk) = sample.disks.iter().max_by_key(|disk| disk.bytes) else { return };
    let (wal, segments) = (disk.pinned(StorageFileKind::Wal), disk.pinned(StorageFileKind::Segment));
    let mut rows = vec![row(["topic", "MiB in WAL files", "MiB in segments"])];
    let mut names: Vec<&str> = wal.keys().chain(segments.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let bytes = [&wal, &segments].map(|pinned| mib(pinned.get(name).copied().unwrap_or_default()));
        rows.push([name.to_owned()].into_iter().chain(bytes).collect());
    }
    println!("\n  What pins files at the end, on the node with the most disk in use:\n");
    table(&rows);
}

fn print_verdict(samples: &[Sample]) -> Result<()> {
    let warm_up = (samples.len() as f64 * WARM_UP) as usize;
    let (first, second) = samples[warm_up..].split_at((samples.len() - warm_up) / 2);
    let highest = |half: &[Sample]| disk_bytes(half).max().ok_or("the run was too short");
    let (before, after) = (highest(first)?, highest(second)?);
    let ratio = after as f64 / before as f64;
    let (disk, most_disk) = (median(disk_bytes(second)) as f64, after as f64);
    let retained = median(second.iter().map(|sample| sample.retained)).max(1) as f64;
    let written = samples.last().map_or(0, |sample| sample.written);
    println!(
        "\n  Written: {:.2} GiB, {:.1} times what is retained (median {:.1} MiB)",
        written as f64 / GIB,
        written as f64 / retained,
        retained / MIB
    );
    println!(
        "  Most disk of a node, after a warm-up of {:.0} % of the run: {} MiB in the first half, {} MiB in the second: \
         {ratio:.2} times\n  Goal, at most {GOAL} times: {}",
        WARM_UP * 100.0,
        mib(before),
        mib(after),
        verdict(ratio <= GOAL)
    );
    println!(
        "  Disk of a node per retained byte, in the second half: median {:.2}, most {:.2}",
        disk / retained,
        most_disk / retained
    );
    Ok(())
}

fn print_writers(load: &Mixed, forever: u64) {
    for (kept, tally) in &load.tallies {
        let counts = tally.counts();
        println!(
            "  {}: {:.1} MiB accepted, failed batches: {}, refused: {}",
            kept.topic(),
            counts.records as f64 * RECORD_BYTES as f64 / MIB,
            counts.failed,
            counts.refusals()
        );
    }
    println!("  {} holds all of its records: {forever}", Kept::Forever.topic());
}
