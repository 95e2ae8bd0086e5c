//! `chronik-server`: the broker's command line.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use chronik_broker::node::{self, StartError};
use chronik_common::admin::command::ClusterCommand;
use chronik_common::config::{CLUSTER_CONFIG_FILE, Environment, Flags, LogFormat, NodeConfig, load};
use clap::{Args, Parser, Subcommand};
use tracing::{error, info};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit code of a node that was removed from its cluster or replaced: to start it again is of no use.
const RETIRED: u8 = 3;

/// A Kafka-compatible streaming broker, clustered by Raft.
#[derive(Parser)]
#[command(name = "chronik-server", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one, parsed once")]
enum Command {
    /// Start this node. Without any configuration: a standalone node on localhost:9092.
    Start(StartArgs),
    /// Start a cluster node from /etc/chronik/chronik.toml, or ask or change a running cluster.
    Cluster {
        #[command(subcommand)]
        command: Option<ClusterCommand>,
    },
    /// Print the version.
    Version,
}

#[derive(Args, Default)]
struct StartArgs {
    /// The configuration file (TOML).
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where this node keeps its data.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// This node's id.
    #[arg(long, value_name = "ID")]
    node_id: Option<i32>,
    /// The host, or host:port for Kafka clients, to listen on.
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// The host, or host:port for Kafka clients, that others are told.
    #[arg(long, value_name = "ADDRESS")]
    advertise: Option<String>,
}

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return fail(1, &format!("cannot start the runtime: {e}")),
    };
    runtime.block_on(run(Cli::parse().command))
}

async fn run(command: Command) -> ExitCode {
    match command {
        Command::Version => {
            println!("chronik-server {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Command::Start(args) => start(args, None).await,
        Command::Cluster { command: None } => {
            start(StartArgs::default(), Some(CLUSTER_CONFIG_FILE.into())).await
        }
        Command::Cluster { command: Some(command) } => {
            command.run("chronik-server cluster", &Environment::of_process()).await
        }
    }
}

fn fail(code: u8, message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(code)
}

async fn start(args: StartArgs, default_config: Option<PathBuf>) -> ExitCode {
    let StartArgs { config, data_dir, node_id, bind, advertise } = args;
    let flags = Flags { config, default_config, data_dir, node_id, bind, advertise };
    match load(&flags, &Environment::of_process()) {
        Ok(config) => serve(config).await,
        Err(e) => fail(e.exit_code(), &e.to_string()),
    }
}

/// Whatever is logged from now on goes to standard output.
fn write_log(format: LogFormat) {
    // openraft speaks at `info` of each of thousands of groups; what matters of it is said here.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,openraft=error"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    match format {
        LogFormat::Text => log.with_ansi(std::io::stdout().is_terminal()).init(),
        LogFormat::Json => {
            log.json().flatten_event(true).with_current_span(false).with_span_list(false).init();
        }
    }
}

async fn serve(config: NodeConfig) -> ExitCode {
    write_log(config.log_format);
    info!(node = config.node_id, data_dir = %config.data_dir.display(), "chronik-server {}", env!("CARGO_PKG_VERSION"));
    let running = tokio::select! {
        started = node::start(config) => match started {
            Ok(running) => running,
            Err(e) => {
                error!("cannot start: {e}");
                return if matches!(e, StartError::Retired(_)) { RETIRED.into() } else { ExitCode::FAILURE };
            }
        },
        () = terminated() => return ExitCode::SUCCESS,
    };
    tokio::select! {
        () = terminated() => info!("stopping"),
        reason = running.retirement() => error!("stopping: {reason}"),
    }
    running.stop().await;
    ExitCode::SUCCESS
}

/// Resolves at SIGTERM or SIGINT.
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
}
