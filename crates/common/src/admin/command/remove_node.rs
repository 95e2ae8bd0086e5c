//! `remove-node`: moves everything off a node and takes it out of the cluster.

use clap::Args;

use super::follow::{FollowArgs, conclude};
use super::{CommandError, CommonArgs, Console, HELP_END, Report, Session, node_id};
use crate::admin::change::RemoveNodeRequest;

/// The arguments of `remove-node`.
#[derive(Debug, Clone, Args)]
#[command(after_help = HELP_END)]
pub struct RemoveNodeArgs {
    /// Id of the node to remove
    #[arg(value_name = "ID", value_parser = node_id())]
    pub node_id: i32,

    /// Remove it first and restore its replicas from the others: for a node that is dead and stays so
    #[arg(long)]
    pub force: bool,

    /// Do not ask on a terminal whether --force is meant
    #[arg(short, long)]
    pub yes: bool,

    /// What to do with the operation once it runs.
    #[command(flatten)]
    pub follow: FollowArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl RemoveNodeArgs {
    pub(super) async fn run(self, session: &Session<'_>) -> Result<Report, CommandError> {
        let client = self.common.client(session.environment)?;
        if self.force && !self.yes && !self.follow.dry_run && session.console.is_attended() {
            confirm(self.node_id, session.console)?;
        }
        let request = RemoveNodeRequest {
            node_id: self.node_id,
            force: self.force,
            dry_run: self.follow.dry_run,
            reason: self.follow.reason.clone(),
        };
        let view = client.remove_node(&request).await?;
        conclude(view, &client, &self.follow, &self.common, session).await
    }
}

/// The id has to be typed: a habit of typing "y" removes the wrong node.
fn confirm(node_id: i32, console: &dyn Console) -> Result<(), CommandError> {
    let question = format!(
        "Node {node_id} will be removed at once, before its data is copied from anywhere. If it still runs, what only \
         it has is lost.\nType its id to go on: "
    );
    let typed = console.ask(&question).map_err(|error| CommandError::NotConfirmed(error.to_string()))?;
    if typed.trim() == node_id.to_string() {
        return Ok(());
    }
    Err(CommandError::NotConfirmed(format!("\"{}\" is not the id of node {node_id}", typed.trim())))
}
