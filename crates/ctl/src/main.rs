//! `chronikctl`: one tool for every question about a Chronik cluster.

use std::process::ExitCode;

use chronik_common::config::Environment;
use chronik_ctl::{complete_if_asked, run};

fn main() -> ExitCode {
    let environment = Environment::of_process();
    // A shell that completes a line gets its candidates, and the process ends.
    complete_if_asked();
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(std::env::args_os(), environment)),
        Err(error) => {
            eprintln!("chronikctl: the system gives no event queue: {error}");
            ExitCode::from(1)
        }
    }
}
