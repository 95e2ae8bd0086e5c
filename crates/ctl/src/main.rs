//! `chronikctl`: one tool for every question about a Chronik cluster.

use std::process::ExitCode;

use chronik_common::config::Environment;
use chronik_ctl::{Cli, run};
use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(Cli::parse(), &Environment::of_process()).await
}
