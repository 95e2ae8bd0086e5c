//! `status`: the whole cluster.

use clap::Args;

use super::{CommandError, CommonArgs, HELP_END, Report, Session, present};
use crate::admin::render::{problems, render_status};

/// The exit code for a cluster that is unhealthy.
const UNHEALTHY: u8 = 10;

/// The arguments of `status`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = HELP_END)]
pub struct StatusArgs {
    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl StatusArgs {
    pub(super) async fn run(&self, session: &Session<'_>) -> Result<Report, CommandError> {
        let status = self.common.client(session.environment)?.status().await?;
        let exit_code = if problems(&status).is_empty() { 0 } else { UNHEALTHY };
        let text = present(
            self.common.output,
            "ClusterStatus",
            &status,
            |_| render_status(&status),
            || status.nodes.iter().map(|node| node.node_id.to_string()).collect(),
        )?;
        Ok(Report { text, exit_code })
    }
}
