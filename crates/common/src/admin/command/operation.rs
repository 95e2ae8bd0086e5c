//! `operation`: what the cluster is busy with.

use clap::{Args, Subcommand};

use super::follow::{show, watch};
use super::{CommandError, CommonArgs, HELP_END, Report, Session, present};
use crate::admin::change::CancelRequest;
use crate::admin::render::{render_operation, render_operations};
use crate::now_ms;

/// What can be asked about operations.
#[derive(Debug, Clone, Subcommand)]
pub enum OperationCommand {
    /// Show the running operation and the latest finished ones
    List(ListArgs),
    /// Show one operation: how far it is, what it waits for, what is under way
    Show(ShowArgs),
    /// Wait for the end of an operation
    Watch(WatchArgs),
    /// Stop an operation where it is; what was moved stays moved
    Cancel(CancelArgs),
}

/// The arguments of `operation list`.
#[derive(Debug, Clone, Args)]
#[command(after_help = HELP_END)]
pub struct ListArgs {
    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `operation show`.
#[derive(Debug, Clone, Args)]
#[command(after_help = HELP_END)]
pub struct ShowArgs {
    /// Id of the operation
    pub id: u64,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `operation watch`.
#[derive(Debug, Clone, Args)]
#[command(after_help = HELP_END)]
pub struct WatchArgs {
    /// Id of the operation
    pub id: u64,

    /// Stop waiting after this many seconds; the operation goes on
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `operation cancel`.
#[derive(Debug, Clone, Args)]
#[command(after_help = HELP_END)]
pub struct CancelArgs {
    /// Id of the operation
    pub id: u64,

    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl OperationCommand {
    pub(super) fn common(&self) -> &CommonArgs {
        match self {
            Self::List(args) => &args.common,
            Self::Show(args) => &args.common,
            Self::Watch(args) => &args.common,
            Self::Cancel(args) => &args.common,
        }
    }

    pub(super) async fn run(self, session: &Session<'_>) -> Result<Report, CommandError> {
        match self {
            Self::List(args) => args.run(session).await,
            Self::Show(args) => args.run(session).await,
            Self::Watch(args) => args.run(session).await,
            Self::Cancel(args) => args.run(session).await,
        }
    }
}

impl ListArgs {
    async fn run(self, session: &Session<'_>) -> Result<Report, CommandError> {
        let operations = self.common.client(session.environment)?.operations().await?;
        let text = present(
            self.common.output,
            "Operations",
            &operations,
            |_| render_operations(&operations, now_ms()),
            || operations.operations.iter().filter_map(|o| o.operation_id).map(|id| id.to_string()).collect(),
        )?;
        Ok(Report { text, exit_code: 0 })
    }
}

impl ShowArgs {
    async fn run(self, session: &Session<'_>) -> Result<Report, CommandError> {
        let view = self.common.client(session.environment)?.operation(self.id).await?;
        Ok(Report { text: show(view, self.common.output, render_operation)?, exit_code: 0 })
    }
}

impl WatchArgs {
    async fn run(self, session: &Session<'_>) -> Result<Report, CommandError> {
        let client = self.common.client(session.environment)?;
        let view = client.operation(self.id).await?;
        watch(view, &client, self.timeout, &self.common, session).await
    }
}

impl CancelArgs {
    async fn run(self, session: &Session<'_>) -> Result<Report, CommandError> {
        let client = self.common.client(session.environment)?;
        let view = client.cancel_operation(self.id, &CancelRequest { reason: self.reason }).await?;
        Ok(Report { text: show(view, self.common.output, render_operation)?, exit_code: 0 })
    }
}
