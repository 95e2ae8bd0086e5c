//! The command tree.

use std::path::PathBuf;

use chronik_common::admin::{Output, StatusRequest};
use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes:
   0  the cluster answered and is healthy
   1  a node refused, or gave an answer that cannot be understood
   2  wrong usage or configuration
   3  no node could be reached
   4  the admin API key is missing or wrong
  10  the cluster answered and is not healthy";

const ENVIRONMENT: &str = "\
Environment:
  CHRONIK_ADMIN_URL      admin APIs to ask, separated by commas
  CHRONIK_ADMIN_API_KEY  the admin API key
  CHRONIK_CONFIG         a node's configuration file, as for the server";

/// One tool for every question about a Chronik cluster.
#[derive(Debug, Parser)]
#[command(name = "chronikctl", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `chronikctl` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the nodes, the leader, every partition, and what is wrong
    #[command(after_help = format!("{ENVIRONMENT}\n\n{EXIT_CODES}"))]
    Status(StatusArgs),
}

/// The arguments of `chronikctl status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Admin API of a node, http://host:port; repeat it to name others to fall back on
    #[arg(long, value_name = "URL")]
    pub admin: Vec<String>,

    /// Find the nodes, and the key that this machine's node keeps, through a node's configuration
    #[arg(short, long, value_name = "FILE", conflicts_with = "admin")]
    pub config: Option<PathBuf>,

    /// File that holds the admin API key
    #[arg(long, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,

    /// How to show the answer
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

/// How to show an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people; it may change
    Table,
    /// One JSON object; fields are only ever added
    Json,
}

impl From<StatusArgs> for StatusRequest {
    fn from(arguments: StatusArgs) -> Self {
        Self {
            admin: arguments.admin,
            config: arguments.config,
            default_config: None,
            api_key_file: arguments.api_key_file,
            output: match arguments.output {
                Format::Table => Output::Table,
                Format::Json => Output::Json,
            },
        }
    }
}
