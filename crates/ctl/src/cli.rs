//! The command tree, and how a command line becomes an exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use chronik_common::admin::command::{
    ClusterCommand, CommandError, EXIT_CODES, OperationCommand, Output, Report, Session, Terminal, deliver,
};
use chronik_common::config::Environment;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::audit::AuditArgs;
use crate::bundle::DebugCommand;
use crate::call::Call;
use crate::complete::{self, CompletionsArgs};
use crate::config::ConfigCommand;
use crate::context::{ContextCommand, WHICH_ONE};
use crate::contexts::{Contexts, File, InUse, choose, overlay};
use crate::doctor::DoctorArgs;
use crate::events::EventsArgs;
use crate::group::GroupCommand;
use crate::guard::{self, Risk};
use crate::health::HealthArgs;
use crate::key::KeyCommand;
use crate::node::NodeCommand;
use crate::partition::PartitionCommand;
use crate::raft::RaftCommand;
use crate::top::TopArgs;
use crate::topic::TopicCommand;

/// How a person calls this program.
const PROGRAM: &str = "chronikctl";

/// One tool for every question about a Chronik cluster.
#[derive(Debug, Parser)]
#[command(name = "chronikctl", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Cli {
    /// The context to use, instead of the one that the variable or the file names
    #[arg(long, global = true, value_name = "NAME", add = complete::contexts())]
    pub context: Option<String>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A command of `chronikctl`.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Those that `chronik-server cluster` has too.
    #[command(flatten)]
    Cluster(ClusterCommand),
    /// Tell whether the cluster is well, and if not: why, where, and what to do
    Health(HealthArgs),
    /// Watch the whole cluster on a live dashboard
    Top(TopArgs),
    /// List, describe, drain and undrain nodes
    #[command(subcommand)]
    Node(NodeCommand),
    /// List, describe, create, alter and delete topics
    #[command(subcommand)]
    Topic(TopicCommand),
    /// List and describe partitions, transfer their leadership, move their replicas
    #[command(subcommand)]
    Partition(PartitionCommand),
    /// List, describe, reset and delete consumer groups
    #[command(subcommand)]
    Group(GroupCommand),
    /// List and describe Raft groups: who trails the leader, and by how much
    #[command(subcommand)]
    Raft(RaftCommand),
    /// Show what happened in the cluster
    Events(EventsArgs),
    /// Show who asked for which change, and what came of it
    Audit(AuditArgs),
    /// List, create and revoke API keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Show configuration and where it comes from; set settings of topics
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Name clusters, and choose the one to ask
    #[command(subcommand, after_help = WHICH_ONE)]
    Context(ContextCommand),
    /// Check configuration, ports, peers, versions, clocks and disks, and say what to do
    Doctor(DoctorArgs),
    /// Collect what helps those who help
    #[command(subcommand)]
    Debug(DebugCommand),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// Runs a command line and tells the result: data on standard output, errors
/// on standard error, the kind of failure in the exit code.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitCode {
    let matches = Cli::command().get_matches_from(arguments);
    let (output, nodes_are_named) = common_flags(&matches);
    let terminal = Terminal::of_process();
    let answer = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli.answer(nodes_are_named, environment, &terminal).await,
        Err(error) => error.exit(),
    };
    deliver(PROGRAM, answer, output, &terminal)
}

/// What the innermost command was told about its output, and whether flags
/// name the nodes to ask.
fn common_flags(matches: &ArgMatches) -> (Output, bool) {
    let mut leaf = matches;
    while let Some((_, below)) = leaf.subcommand() {
        leaf = below;
    }
    let output = leaf.try_get_one::<Output>("output").ok().flatten().copied().unwrap_or_default();
    let is_flag = |id: &str| {
        leaf.try_contains_id(id).unwrap_or(false) && leaf.value_source(id) == Some(ValueSource::CommandLine)
    };
    (output, is_flag("admin") || is_flag("config"))
}

impl Cli {
    async fn answer(
        self,
        nodes_are_named: bool,
        environment: Environment,
        terminal: &Terminal,
    ) -> Result<Report, CommandError> {
        // These ask no cluster: a context that cannot be used must not keep one from repairing it.
        let local = matches!(self.command, Command::Context(_) | Command::Completions(_));
        let in_use = if local { None } else { self.context_in_use(nodes_are_named, &environment)? };
        let environment = match &in_use {
            Some(in_use) => overlay(environment, in_use)?,
            None => environment,
        };
        let session = Session { program: PROGRAM, environment: &environment, console: terminal };
        self.command.answer(&Call { session: &session, in_use: in_use.as_ref() }).await
    }

    fn context_in_use(
        &self,
        nodes_are_named: bool,
        environment: &Environment,
    ) -> Result<Option<InUse>, CommandError> {
        let contexts = match File::of(environment) {
            Some(file) => file.read()?,
            None => Contexts::default(),
        };
        let named = nodes_are_named
            || environment.get("CHRONIK_ADMIN_URL").is_some()
            || environment.get("CHRONIK_CONFIG").is_some();
        choose(&contexts, self.context.as_deref(), environment.get("CHRONIK_CONTEXT"), named)
    }
}

impl Command {
    async fn answer(self, call: &Call<'_>) -> Result<Report, CommandError> {
        match self {
            Self::Cluster(command) => {
                guard_cluster(&command, call)?;
                command.answer(call.session).await
            }
            Self::Health(args) => args.run(call).await,
            Self::Top(args) => args.run(call).await,
            Self::Node(command) => command.run(call).await,
            Self::Topic(command) => command.run(call).await,
            Self::Partition(command) => command.run(call).await,
            Self::Group(command) => command.run(call).await,
            Self::Raft(command) => command.run(call).await,
            Self::Events(args) => args.run(call).await,
            Self::Audit(args) => args.run(call).await,
            Self::Key(command) => command.run(call).await,
            Self::Config(command) => command.run(call).await,
            Self::Context(command) => command.run(call),
            Self::Doctor(args) => args.run(call).await,
            Self::Debug(command) => command.run(call).await,
            Self::Completions(args) => args.run(),
        }
    }
}

/// The commands of the seeds run in scripts and are not asked about, unless
/// the context says so; those without `--yes` are confirmed by `--context`.
fn guard_cluster(command: &ClusterCommand, call: &Call<'_>) -> Result<(), CommandError> {
    let (effect, yes, dry_run) = match command {
        ClusterCommand::AddNode(args) => (format!("invite node {}", args.node_id), true, false),
        ClusterCommand::RemoveNode(args) => {
            (format!("remove node {}", args.node_id), args.yes, args.follow.dry_run)
        }
        ClusterCommand::Rebalance(args) => ("rebalance the cluster".to_owned(), true, args.follow.dry_run),
        ClusterCommand::Operation { command: OperationCommand::Cancel(args) } => {
            (format!("cancel operation {}", args.id), true, false)
        }
        ClusterCommand::Status(_) | ClusterCommand::Operation { .. } => return Ok(()),
    };
    guard::pass(call.in_use, call.session.console, &effect, Risk::Harmless, yes, dry_run)
}
