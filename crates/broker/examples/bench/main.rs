//! A small benchmark of a real cluster on the machine at hand: how long a killed leader is missed, what an idle node
//! costs, how close the WAL comes to the disk, what acks=all produces, what clients notice of replicas that move, and
//! whether the disk stays bounded under days' worth of writes.
//!
//! `cargo run --release -p chronik-broker --example bench -- [failover|idle|flushes|throughput|moves|retention|all]`
//!
//! It starts the nodes itself, on free ports of localhost and with data in a directory of its own, and ends and
//! removes both. All nodes, the load and the disk are those of one machine: the numbers compare versions of Chronik
//! on that machine, they do not promise anything about another. It must never hide a failed produce.

// Counters of a run of minutes are far below 2^52, where a float begins to round.
#![allow(clippy::cast_precision_loss)]

mod client;
mod cluster;
mod disk;
mod failover;
mod flushes;
mod idle;
mod kafka;
mod load;
mod machine;
mod metrics;
mod mixed;
mod mover;
mod moves;
mod node;
mod paced;
mod process;
mod raw_disk;
mod report;
mod retention;
mod throughput;
mod topics;
mod usage;
mod wal_alone;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

/// Everything here ends a benchmark in the same way: with the sentence that it says.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures a Chronik cluster on this machine.
#[derive(Parser)]
#[command(name = "bench")]
struct Options {
    /// What to measure.
    #[arg(value_enum, default_value = "all")]
    what: What,
    /// The chronik-server to measure [default: the release build of this repository].
    #[arg(long, value_name = "PATH")]
    server: Option<PathBuf>,
    /// Where the nodes keep their data while it runs: this disk is measured.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data_dir: PathBuf,
    /// failover: how often a leader is lost, in each of two ways.
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// failover: partitions of the topic.
    #[arg(long, default_value_t = 30)]
    partitions: i32,
    /// idle: partitions, in topics of 100.
    #[arg(long, default_value_t = 1000)]
    idle_partitions: i32,
    /// idle: for how many seconds CPU time is counted.
    #[arg(long, default_value_t = 30)]
    idle_seconds: u64,
    /// throughput: partitions, one run for each.
    #[arg(long, value_delimiter = ',', default_value = "1,10,100,1000")]
    sizes: Vec<i32>,
    /// flushes: partitions that the load goes to.
    #[arg(long, default_value_t = 100)]
    flush_partitions: i32,
    /// throughput and flushes: for how many seconds each run is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// throughput: producers, each with a connection to every node.
    #[arg(long, default_value_t = 1)]
    producers: usize,
    #[command(flatten)]
    moves: moves::Options,
    #[command(flatten)]
    retention: retention::Options,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// From the loss of a leader to the first accepted produce on each of its partitions.
    Failover,
    /// CPU and memory of nodes that have nothing to do.
    Idle,
    /// Flushes of the WAL against the disk's own rate.
    Flushes,
    /// Records per second and latency with acks=all.
    Throughput,
    /// Latency of clients while replicas move against that at rest.
    Moves,
    /// Disk use under days' worth of writes with mixed retention.
    Retention,
    /// All of them.
    All,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return fail(&format!("cannot start the runtime: {e}")),
    };
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = run(&options) => outcome,
            // Dropping the run kills the nodes and removes their data.
            name = interrupted() => Err(format!("ended by {name}").into()),
        }
    });
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => fail(&e.to_string()),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::FAILURE
}

async fn run(options: &Options) -> Result<()> {
    let setup = cluster::Setup::new(options.server.as_deref(), &options.data_dir)?;
    machine::print(&setup)?;
    let wanted = |what| options.what == what || options.what == What::All;
    if wanted(What::Failover) {
        failover::run(&setup, options.rounds, options.partitions).await?;
    }
    if wanted(What::Idle) {
        idle::run(&setup, options.idle_partitions, options.idle_seconds).await?;
    }
    let shape = load::Shape { producers: options.producers, ..load::Shape::kafka_producer() };
    if wanted(What::Flushes) {
        flushes::run(&setup, options.flush_partitions, options.seconds).await?;
    }
    if wanted(What::Throughput) {
        throughput::run(&setup, &options.sizes, shape, options.seconds).await?;
    }
    if wanted(What::Moves) {
        moves::run(&setup, &options.moves).await?;
    }
    if wanted(What::Retention) {
        retention::run(&setup, &options.retention).await?;
    }
    Ok(())
}

async fn interrupted() -> &'static str {
    let wait = |kind| async move {
        match signal(kind) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => "SIGINT",
        () = wait(SignalKind::terminate()) => "SIGTERM",
        () = wait(SignalKind::hangup()) => "SIGHUP",
    }
}
