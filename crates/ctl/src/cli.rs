//! The command tree.

use chronik_common::admin::command::{ClusterCommand, EXIT_CODES};
use clap::Parser;

/// One tool for every question about a Chronik cluster.
#[derive(Debug, Parser)]
#[command(name = "chronikctl", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: ClusterCommand,
}
