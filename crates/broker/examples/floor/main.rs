//! What the processor alone costs: the floor under Chronik's numbers, without a disk and without a network.
//!
//! `cargo run --release -p chronik-broker --example floor -- [--groups 1,100,1000] [--seconds 5]`
//!
//! CRC-32C over blocks as large as a small batch and a large one; and rounds of openraft, three replicas of each group in
//! this process and on one thread, with logs in memory and messages that are function calls: the time that a round costs
//! all three together, and the memory that a replica takes, when it is made and when it has worked. Each group has one
//! proposal under way at a time.

#![allow(clippy::cast_precision_loss)]

mod memory;
mod raft;

use std::time::{Duration, Instant};

use clap::Parser;

use memory::resident_kib;
use raft::Group;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Everything here ends the program in the same way: with the sentence that it says.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures what the processor alone costs.
#[derive(Parser)]
struct Options {
    /// Numbers of Raft groups, one measure for each.
    #[arg(long, value_delimiter = ',', default_value = "1,100,1000")]
    groups: Vec<u64>,
    /// How long each measure takes.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let time = Duration::from_secs(options.seconds);
    for size in [1 << 10, 16 << 10, 1 << 20] {
        println!("CRC-32C, {} KiB a block: {:.1} GB/s", size >> 10, crc_rate(size, time / 5) / 1e9);
    }
    for count in options.groups {
        // A runtime of its own, as each of a node's has: the groups end with it.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(rounds(count, time))?;
    }
    Ok(())
}

/// Bytes a second.
fn crc_rate(size: usize, time: Duration) -> f64 {
    let block = vec![7; size];
    let (begun, mut bytes, mut crc) = (Instant::now(), 0, 0);
    while begun.elapsed() < time {
        for _ in 0..(1 << 20) / size {
            crc = crc32c::crc32c_append(crc, &block);
            bytes += size;
        }
    }
    std::hint::black_box(crc);
    bytes as f64 / begun.elapsed().as_secs_f64()
}

async fn rounds(count: u64, time: Duration) -> Result<()> {
    let before = resident_kib()?;
    let mut groups = Vec::new();
    for id in 0..count {
        groups.push(Group::found(id).await?);
    }
    let made = resident_kib()?;
    let begun = Instant::now();
    let work = groups.iter().map(|group| async {
        let mut rounds = 0_u64;
        while begun.elapsed() < time {
            group.round().await?;
            rounds += 1;
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(rounds)
    });
    let done: u64 = futures::future::try_join_all(work).await?.into_iter().sum();
    let took = begun.elapsed();
    let replicas = count * 3;
    let each = |from: u64, to: u64| to.saturating_sub(from) / replicas;
    println!(
        "openraft, {count} groups: {:.1} µs a round, {:.0} rounds a second; {} kB a replica when made, {} kB after {} rounds each",
        took.as_secs_f64() * 1e6 / done as f64,
        done as f64 / took.as_secs_f64(),
        each(before, made),
        each(before, resident_kib()?),
        done / count,
    );
    for group in groups {
        group.end().await;
    }
    Ok(())
}
