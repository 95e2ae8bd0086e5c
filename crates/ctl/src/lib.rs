//! `chronikctl` as a library: the command tree, from which parser, help, man
//! pages and completions are made.
//!
//! The commands themselves are in [`chronik_common::admin::command`], where a
//! server binary can use them too.

mod cli;

use std::process::ExitCode;

use chronik_common::config::Environment;

pub use cli::Cli;

/// Runs a command and tells the result: data on standard output, errors on
/// standard error, the kind of failure in the exit code.
pub async fn run(cli: Cli, environment: &Environment) -> ExitCode {
    cli.command.run("chronikctl", environment).await
}
