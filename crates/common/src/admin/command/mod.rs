//! The commands that `chronikctl` and `chronik-server cluster` share, from the
//! command line to the exit code. One definition gives both programs their
//! parser and their help.
//!
//! Answers go to standard output and everything else to standard error. No
//! command decides anything about the cluster: the nodes do.

mod add_node;
mod connection;
mod console;
mod error;
mod follow;
mod operation;
mod present;
mod rebalance;
mod remove_node;
mod status;
mod wait;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::{Environment, NODE_IDS};
use clap::Subcommand;
use clap::builder::RangedI64ValueParser;

pub use add_node::AddNodeArgs;
pub use connection::{CommonArgs, Output};
pub use console::{Console, Terminal};
pub use error::CommandError;
pub use follow::{FollowArgs, conclude};
pub use operation::{CancelArgs, ListArgs, OperationCommand, ShowArgs, WatchArgs};
pub use present::present;
pub use rebalance::RebalanceArgs;
pub use remove_node::RemoveNodeArgs;
pub use status::StatusArgs;

macro_rules! exit_codes {
    () => {
        "\
Exit codes:
    0  the cluster answered and is healthy; the operation is done
    1  a node refused; the operation failed or was cancelled; an answer was lost or cannot be understood
    2  wrong usage or configuration
    3  no node could be reached
    4  the admin API key is missing or wrong
   10  the cluster answered and is not healthy; a dry run found something in the way
   11  --timeout is over, and the operation goes on
  130  interrupted, and the operation goes on"
    };
}

/// The exit codes of all commands, for the end of a help text.
pub const EXIT_CODES: &str = exit_codes!();

/// The variables and exit codes, for the end of a command's help text.
pub const HELP_END: &str = concat!(
    "\
Environment:
  CHRONIK_ADMIN_URL      admin APIs to ask, separated by commas
  CHRONIK_ADMIN_API_KEY  the admin API key
  CHRONIK_ADMIN_CA_FILE, CHRONIK_ADMIN_CERT_FILE, CHRONIK_ADMIN_KEY_FILE
                         as --ca-file, --cert-file and --key-file
  CHRONIK_CONFIG         a node's configuration file, as for the server

",
    exit_codes!()
);

/// A command about a cluster.
#[derive(Debug, Clone, Subcommand)]
pub enum ClusterCommand {
    /// Show the nodes, the leader, every partition, and what is wrong
    Status(StatusArgs),
    /// Invite a node that has not started yet
    AddNode(AddNodeArgs),
    /// Move everything off a node, take it out of the cluster, and wait until that is done
    RemoveNode(RemoveNodeArgs),
    /// Spread replicas and leaders evenly over the nodes, and wait until that is done
    Rebalance(RebalanceArgs),
    /// List, show, wait for or cancel what the cluster is busy with
    Operation {
        /// What to do with it.
        #[command(subcommand)]
        command: OperationCommand,
    },
}

/// What a command gets from around it.
pub struct Session<'s> {
    /// How the person calls this program, such as `chronik-server cluster`.
    pub program: &'s str,
    /// The variables.
    pub environment: &'s Environment,
    /// Whom to tell and ask.
    pub console: &'s dyn Console,
}

/// What a command prints on standard output, and its exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The text, ending with a newline.
    pub text: String,
    /// See [`EXIT_CODES`].
    pub exit_code: u8,
}

impl ClusterCommand {
    /// Does it.
    ///
    /// # Errors
    /// What kept it from being done; [`CommandError::exit_code`] is for the
    /// shell.
    pub async fn answer(self, session: &Session<'_>) -> Result<Report, CommandError> {
        match self {
            Self::Status(args) => args.run(session).await,
            Self::AddNode(args) => args.run(session).await,
            Self::RemoveNode(args) => args.run(session).await,
            Self::Rebalance(args) => args.run(session).await,
            Self::Operation { command } => command.run(session).await,
        }
    }

    /// The arguments that every command has.
    pub fn common(&self) -> &CommonArgs {
        match self {
            Self::Status(args) => &args.common,
            Self::AddNode(args) => &args.common,
            Self::RemoveNode(args) => &args.common,
            Self::Rebalance(args) => &args.common,
            Self::Operation { command } => command.common(),
        }
    }

    /// Does it for the process: data on standard output, errors on standard
    /// error, the kind of failure in the exit code.
    pub async fn run(self, program: &str, environment: &Environment) -> ExitCode {
        let terminal = Terminal::of_process();
        let output = self.common().output;
        let answer = self.answer(&Session { program, environment, console: &terminal }).await;
        deliver(program, answer, output, &terminal)
    }
}

/// Ends a process with what came of its command: data on standard output,
/// errors on standard error and in the form that was asked for, the kind of
/// failure in the exit code.
pub fn deliver(
    program: &str,
    answer: Result<Report, CommandError>,
    output: Output,
    terminal: &Terminal,
) -> ExitCode {
    terminal.clear();
    let name = program.split(' ').next().unwrap_or(program);
    match answer {
        Ok(report) => print(name, &report),
        Err(error) => {
            eprint!("{}", error.told(name, output));
            ExitCode::from(error.exit_code())
        }
    }
}

/// A reader that goes away early, as `head` does, is no failure.
fn print(name: &str, report: &Report) -> ExitCode {
    match io::stdout().lock().write_all(report.text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("{name}: the answer cannot be written: {error}");
            ExitCode::from(1)
        }
        _ => ExitCode::from(report.exit_code),
    }
}

/// Node ids on the command line.
pub fn node_id() -> RangedI64ValueParser<i32> {
    RangedI64ValueParser::new().range(NODE_IDS)
}
