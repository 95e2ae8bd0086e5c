//! Completion: scripts for shells, and live candidates from the cluster.
//!
//! A shell waits while candidates are looked for, so looking never takes
//! longer than [`PATIENCE`], and failing is no more than having none.

use std::collections::BTreeSet;
use std::time::Duration;

use chronik_common::admin::command::{CommandError, CommonArgs, Report};
use chronik_common::admin::{AdminClient, AdminError};
use chronik_common::config::Environment;
use clap::{Args, CommandFactory};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::{CompleteEnv, Shell};

use crate::call::help_end;
use crate::cli::Cli;
use crate::contexts::{File, choose, overlay};

/// How long a shell may be kept waiting.
const PATIENCE: Duration = Duration::from_millis(300);

/// The arguments of `completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&[
    "completions bash > /etc/bash_completion.d/chronikctl",
    "completions zsh > ~/.zfunc/_chronikctl",
]))]
pub struct CompletionsArgs {
    /// For which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

impl CompletionsArgs {
    pub(crate) fn run(&self) -> Result<Report, CommandError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "chronikctl", &mut script);
        let text = String::from_utf8(script).map_err(|error| CommandError::Internal(error.to_string()))?;
        Ok(Report { text, exit_code: 0 })
    }
}

/// Answers a shell that asks through `COMPLETE`, and then ends the process.
pub fn complete_if_asked() {
    CompleteEnv::with_factory(with_all_candidates).complete();
}

/// The commands that the server has too do not know this module.
fn with_all_candidates() -> clap::Command {
    Cli::command().mut_subcommand("remove-node", |command| command.mut_arg("node_id", |id| id.add(nodes())))
}

/// Ids of nodes.
pub(crate) fn nodes() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        live(async |client| {
            // What the node knows itself: it has no time to ask others.
            Ok(client.status().await?.nodes.into_iter().map(|node| node.node_id.to_string()).collect())
        })
    })
}

/// Names of topics.
pub(crate) fn topics() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        live(async |client| {
            let partitions = client.status().await?.partitions.into_iter();
            let topics = partitions.map(|partition| partition.topic).filter(|topic| !topic.starts_with("__"));
            Ok(topics.collect::<BTreeSet<_>>().into_iter().collect())
        })
    })
}

/// Partitions, such as `orders-3`.
pub(crate) fn partitions() -> ArgValueCandidates {
    ArgValueCandidates::new(|| live(partition_names))
}

/// Raft groups: the metadata's, and each partition's.
pub(crate) fn raft_groups() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        live(async |client| {
            let mut names = partition_names(client).await?;
            names.insert(0, "__metadata".to_owned());
            Ok(names)
        })
    })
}

async fn partition_names(client: &AdminClient) -> Result<Vec<String>, AdminError> {
    let partitions = client.status().await?.partitions.into_iter();
    Ok(partitions.map(|partition| format!("{}-{}", partition.topic, partition.partition)).collect())
}

/// Names of consumer groups.
pub(crate) fn groups() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        live(async |client| Ok(client.groups().await?.groups.into_iter().map(|group| group.group).collect()))
    })
}

/// Names of contexts.
pub(crate) fn contexts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let contexts = File::of(&Environment::of_process()).and_then(|file| file.read().ok());
        candidates(contexts.unwrap_or_default().contexts.into_keys().collect())
    })
}

fn live(ask: impl AsyncFnOnce(&AdminClient) -> Result<Vec<String>, AdminError>) -> Vec<CompletionCandidate> {
    let names = client().and_then(|client| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, ask(&client)).await });
        answer.ok()?.ok()
    });
    candidates(names.unwrap_or_default())
}

/// A client as a command without flags would have it.
fn client() -> Option<AdminClient> {
    let environment = Environment::of_process();
    let named = environment.get("CHRONIK_ADMIN_URL").or(environment.get("CHRONIK_CONFIG")).is_some();
    let contexts = File::of(&environment).map(|file| file.read()).transpose().ok()?.unwrap_or_default();
    let environment = match choose(&contexts, None, environment.get("CHRONIK_CONTEXT"), named).ok()? {
        Some(in_use) => overlay(environment, &in_use).ok()?,
        None => environment,
    };
    CommonArgs::default().client(&environment).ok()
}

fn candidates(names: Vec<String>) -> Vec<CompletionCandidate> {
    names.into_iter().map(CompletionCandidate::new).collect()
}
