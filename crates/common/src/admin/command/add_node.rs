//! `add-node`: invites a node that has not started yet.

use clap::Args;

use super::{CommandError, CommonArgs, HELP_END, Report, Session, node_id, present};
use crate::HostPort;
use crate::admin::change::AddNodeRequest;
use crate::admin::render::render_added;

/// The arguments of `add-node`.
#[derive(Debug, Clone, Args)]
#[command(after_help = HELP_END)]
pub struct AddNodeArgs {
    /// Id of the new node, 1-255
    #[arg(value_name = "ID", value_parser = node_id())]
    pub node_id: i32,

    /// Where Kafka clients will reach it
    #[arg(long, value_name = "HOST:PORT")]
    pub kafka: HostPort,

    /// Where nodes will reach it with bulk traffic
    #[arg(long, value_name = "HOST:PORT")]
    pub wal: HostPort,

    /// Where nodes will reach it with Raft's control traffic
    #[arg(long, value_name = "HOST:PORT")]
    pub raft: HostPort,

    /// Where its admin API will be [default: port 10000 + ID on the host of --raft]
    #[arg(long, value_name = "HOST:PORT")]
    pub admin_addr: Option<HostPort>,

    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl AddNodeArgs {
    pub(super) async fn run(self, session: &Session<'_>) -> Result<Report, CommandError> {
        let request = AddNodeRequest {
            node_id: self.node_id,
            kafka_addr: self.kafka,
            wal_addr: self.wal,
            raft_addr: self.raft,
            admin_addr: self.admin_addr,
            reason: self.reason,
        };
        let answer = self.common.client(session.environment)?.add_node(&request).await?;
        let text = present(
            self.common.output,
            "NodeAdded",
            &answer,
            |_| render_added(&answer),
            || vec![self.node_id.to_string()],
        )?;
        Ok(Report { text, exit_code: 0 })
    }
}
