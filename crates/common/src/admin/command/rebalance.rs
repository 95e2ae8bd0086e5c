//! `rebalance`: spreads replicas and leaders evenly.

use clap::Args;

use super::follow::{FollowArgs, conclude};
use super::{CommandError, CommonArgs, HELP_END, Report, Session};
use crate::admin::change::RebalanceRequest;

/// The arguments of `rebalance`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = HELP_END)]
pub struct RebalanceArgs {
    /// Only this topic; may be repeated
    #[arg(long = "topic", value_name = "TOPIC")]
    pub topics: Vec<String>,

    /// Give every partition this many replicas
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i16).range(1..=255), conflicts_with = "leaders_only")]
    pub replication_factor: Option<i16>,

    /// Move leaderships only, no data
    #[arg(long)]
    pub leaders_only: bool,

    /// What to do with the operation once it runs.
    #[command(flatten)]
    pub follow: FollowArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl RebalanceArgs {
    pub(super) async fn run(self, session: &Session<'_>) -> Result<Report, CommandError> {
        let client = self.common.client(session.environment)?;
        let request = RebalanceRequest {
            topics: (!self.topics.is_empty()).then_some(self.topics),
            replication_factor: self.replication_factor,
            leaders_only: self.leaders_only,
            dry_run: self.follow.dry_run,
            reason: self.follow.reason.clone(),
        };
        let view = client.rebalance(&request).await?;
        conclude(view, &client, &self.follow, &self.common, session).await
    }
}
