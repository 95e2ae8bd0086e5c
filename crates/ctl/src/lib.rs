//! `chronikctl` as a library: the command tree, from which parser, help, man
//! pages and completions are made, and what each command does.
//!
//! Commands only translate between the command line and
//! [`chronik_common::admin`]; whatever else a server binary could use too
//! belongs there.

mod cli;

use std::io::{self, Write};
use std::process::ExitCode;

use chronik_common::admin::{self, CommandError, Report};
use chronik_common::config::Environment;

pub use cli::{Cli, Command, Format, StatusArgs};

/// Runs a command and tells the result: data on standard output, errors on
/// standard error, the kind of failure in the exit code.
pub async fn run(cli: Cli, environment: &Environment) -> ExitCode {
    let result = match cli.command {
        Command::Status(arguments) => admin::status(&arguments.into(), environment).await,
    };
    match result {
        Ok(report) => print(&report),
        Err(error) => fail(&error),
    }
}

/// A reader that goes away early, as `head` does, is no failure.
fn print(report: &Report) -> ExitCode {
    match io::stdout().lock().write_all(report.text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("chronikctl: the answer cannot be written: {error}");
            ExitCode::from(1)
        }
        _ => ExitCode::from(report.exit_code),
    }
}

fn fail(error: &CommandError) -> ExitCode {
    eprintln!("chronikctl: {error}");
    ExitCode::from(error.exit_code())
}
