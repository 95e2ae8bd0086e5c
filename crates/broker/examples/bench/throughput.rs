//! Records per second and produce latency with acks=all, over few and many partitions.

use crate::cluster::{Cluster, Setup};
use crate::load::{self, Load, Outcome, Shape};
use crate::report::{ms, quantile, row, table, title};
use crate::{Result, raw_disk};

const TOPIC: &str = "throughput";

pub async fn run(setup: &Setup, sizes: &[i32], shape: Shape, seconds: u64) -> Result<()> {
    title("Throughput: acks=all, replication factor 3, min.insync.replicas 2, fsynced by a quorum");
    let mut rows = vec![row([
        "partitions",
        "records/s",
        "MB/s",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "max ms",
        "failed batches",
    ])];
    let mut used = Vec::new();
    for &partitions in sizes {
        let outcome = one(setup, partitions, shape, seconds).await?;
        rows.push(cells(partitions, &outcome));
        used.push(format!("  CPU with {partitions} partitions: {}", outcome.used));
    }
    table(&rows);
    println!("\n{}", used.join("\n"));
    println!(
        "\n  {} s each on a cluster of its own; {} producer(s), each with a connection to every node; records of {} B\n  \
         in batches of {}; a request carries a batch for each of up to {} partitions; {} requests in flight per\n  \
         connection in a closed loop. Latency is that of the whole request. MB is 10^6 bytes of record values.",
        seconds,
        shape.producers,
        load::RECORD_BYTES,
        shape.batch_records,
        shape.request_batches,
        shape.in_flight
    );
    Ok(())
}

async fn one(setup: &Setup, partitions: i32, shape: Shape, seconds: u64) -> Result<Outcome> {
    let mut cluster = Cluster::start(setup, 3).await?;
    cluster.create_topics(&[(TOPIC.to_owned(), partitions)]).await?;
    raw_disk::settle(&setup.data_dir).await?;
    let mut load = Load::start(&cluster, TOPIC, shape).await?;
    let measured = load.measure(&mut cluster, seconds).await?;
    load.stop().await?;
    cluster.check_running()?;
    Ok(measured)
}

fn cells(partitions: i32, outcome: &Outcome) -> Vec<String> {
    let records = outcome.records_per_second();
    let latency = |share| ms(quantile(&outcome.latencies, share));
    vec![
        partitions.to_string(),
        format!("{records:.0}"),
        format!("{:.1}", records * load::RECORD_BYTES as f64 / 1e6),
        format!("{:.0}", outcome.latencies.len() as f64 / outcome.elapsed.as_secs_f64()),
        latency(0.5),
        latency(0.99),
        latency(0.999),
        latency(1.0),
        outcome.failures(),
    ]
}
