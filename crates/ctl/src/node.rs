//! `node`: the nodes of the cluster, and keeping leaderships away from one.

use chronik_common::admin::command::{CommandError, CommonArgs, Report, node_id};
use chronik_common::admin::units::{bytes, duration};
use chronik_common::admin::v1::{DrainAnswer, DrainRequest, NodeView};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::call::{Call, answer, help_end};
use crate::complete;
use crate::guard::{ChangeArgs, Risk};
use crate::table::{Column, facts, known, line, number, render, text, word};

/// What can be done with nodes.
#[derive(Debug, Clone, Subcommand)]
pub enum NodeCommand {
    /// List the nodes: state, version, what they lead and hold, how full they are
    List(ListArgs),
    /// Show everything about one node
    Describe(DescribeArgs),
    /// Move all leaderships off a node and keep them away, so that it can be stopped
    Drain(DrainArgs),
    /// Let leaderships back to a node
    Undrain(DrainArgs),
}

/// The arguments of `node list`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["node list", "node list -o wide"]))]
pub struct ListArgs {
    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `node describe`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["node describe 2"]))]
pub struct DescribeArgs {
    /// Id of the node
    #[arg(value_name = "ID", value_parser = node_id(), add = complete::nodes())]
    pub node_id: i32,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `node drain` and `node undrain`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&[
    "node drain 2 --dry-run", "node drain 2 --reason \"kernel update\"", "node undrain 2",
]))]
pub struct DrainArgs {
    /// Id of the node
    #[arg(value_name = "ID", value_parser = node_id(), add = complete::nodes())]
    pub node_id: i32,

    /// How careful to be.
    #[command(flatten)]
    pub change: ChangeArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The exit code of a drain that cannot be completed, for want of replicas in
/// sync.
const IN_THE_WAY: u8 = 10;

impl NodeCommand {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        match self {
            Self::List(args) => args.run(call).await,
            Self::Describe(args) => args.run(call).await,
            Self::Drain(args) => args.run(call, true).await,
            Self::Undrain(args) => args.run(call, false).await,
        }
    }
}

impl ListArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let nodes = client.nodes().await?;
        call.warn_if_stale(&client);
        let names = || nodes.nodes.iter().map(|node| node.node_id.to_string()).collect();
        answer(&self.common, "Nodes", &nodes, |width| list(&nodes.nodes, width), names)
    }
}

impl DescribeArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let node = client.node(self.node_id).await?;
        call.warn_if_stale(&client);
        let body = Body { node: &node };
        answer(&self.common, "Node", &body, |_| describe(&node), || vec![node.node_id.to_string()])
    }
}

/// A node under a name: its version would hide the envelope's.
#[derive(Serialize)]
struct Body<'n> {
    node: &'n NodeView,
}

impl DrainArgs {
    async fn run(self, call: &Call<'_>, drain: bool) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let id = self.node_id;
        let verb = if drain { "move all leaderships off" } else { "let leaderships back to" };
        call.pass(&self.change, &format!("{verb} node {id}"), Risk::Harmless)?;
        let request = DrainRequest { dry_run: self.change.dry_run, reason: self.change.reason };
        let drained =
            if drain { client.drain(id, &request).await? } else { client.undrain(id, &request).await? };
        let names = || vec![id.to_string()];
        let report =
            answer(&self.common, "NodeDrain", &drained, |_| render_drain(&drained, request.dry_run), names)?;
        let exit_code = if drained.blocked_on.is_empty() { 0 } else { IN_THE_WAY };
        Ok(Report { exit_code, ..report })
    }
}

const LIST: [Column; 14] = [
    number("ID", 0),
    text("STATE", 0),
    text("ROLE", 2),
    number("LEADERS", 1),
    number("REPLICAS", 1),
    number("OUT OF SYNC", 1),
    number("LOG", 3),
    number("DISK FREE", 2),
    number("MEMORY", 5),
    number("CPU", 4),
    number("UP", 5),
    text("RACK", 6),
    text("VERSION", 4),
    text("KAFKA", 7),
];

fn list(nodes: &[NodeView], width: Option<u16>) -> String {
    let rows: Vec<_> = nodes
        .iter()
        .map(|node| {
            vec![
                node.node_id.to_string(),
                state(node),
                known(node.role, word),
                node.leaders.to_string(),
                node.replicas.to_string(),
                node.out_of_sync.to_string(),
                known(node.log_bytes, bytes),
                known(node.disk_free_bytes, bytes),
                known(node.memory_bytes, bytes),
                known(node.cpu_percent, |percent| format!("{percent:.0} %")),
                known(node.uptime_seconds, duration),
                known(node.rack.as_ref(), ToString::to_string),
                node.version.clone(),
                node.kafka.to_string(),
            ]
        })
        .collect();
    render(&LIST, &rows, width)
}

/// The state in words, the worst first.
fn state(node: &NodeView) -> String {
    let mut words = vec![word(node.state)];
    if !node.alive {
        words.insert(0, "down".into());
    }
    if node.drained {
        words.push("drained".into());
    }
    words.retain(|word| word != "active");
    if words.is_empty() { "active".into() } else { words.join(",") }
}

fn describe(node: &NodeView) -> String {
    let disk = known(node.disk_free_bytes.zip(node.disk_total_bytes), |(free, total)| {
        format!("{} free of {}", bytes(free), bytes(total))
    });
    facts(&[
        ("Node", node.node_id.to_string()),
        ("State", state(node)),
        ("Role", known(node.role, word)),
        ("Version", node.version.clone()),
        ("Rack", known(node.rack.as_ref(), ToString::to_string)),
        ("Kafka", node.kafka.to_string()),
        ("WAL", node.wal.to_string()),
        ("Raft", node.raft.to_string()),
        ("Admin", known(node.admin.as_ref(), ToString::to_string)),
        ("Leads", format!("{} (preferred leader of {})", node.leaders, node.preferred)),
        ("Holds", format!("{} ({} out of sync)", node.replicas, node.out_of_sync)),
        ("Log", known(node.log_bytes, bytes)),
        ("WAL files", known(node.wal_bytes, bytes)),
        ("Disk", disk),
        ("Memory", known(node.memory_bytes, bytes)),
        ("CPU", known(node.cpu_percent, |percent| format!("{percent:.0} % of a core"))),
        ("Up for", known(node.uptime_seconds, duration)),
        ("Clock", known(node.clock_offset_ms, |ms| format!("{ms:+} ms"))),
        ("Bytes in", known(node.bytes_in_per_second, |rate| format!("{}/s", whole_bytes(rate)))),
        ("Records in", known(node.records_in_per_second, |rate| format!("{rate:.0}/s"))),
        ("Flush p99", known(node.fsync_p99_us, |us| format!("{us} us"))),
    ])
}

/// A rate of bytes, without its fraction.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
pub(crate) fn whole_bytes(rate: f64) -> String {
    bytes(rate as u64)
}

fn render_drain(answer: &DrainAnswer, dry_run: bool) -> String {
    let DrainAnswer { node_id, drained, moves, moves_total, blocked_on } = answer;
    let state = if *drained { "drained" } else { "not drained" };
    let tense = if dry_run { "would be" } else { "is" };
    let move_tense = if dry_run { "would move" } else { "move" };
    let mut out = format!("Node {node_id} {tense} {state}; {moves_total} leaderships {move_tense}.\n");
    for m in moves {
        line(
            &mut out,
            format_args!(
                "  {}-{}: leader {} -> {}",
                m.topic,
                m.partition,
                known(m.from, |id| id.to_string()),
                m.to
            ),
        );
    }
    if !blocked_on.is_empty() {
        out += "\nStays where it is:\n";
    }
    for blocker in blocked_on {
        line(&mut out, format_args!("  {}: {}", blocker.object, blocker.reason));
    }
    out
}

#[cfg(test)]
mod tests {
    use chronik_common::admin::v1::LeadershipMove;
    use chronik_common::admin::{BlockedOn, NodeState};

    use super::*;

    pub(crate) fn nodes() -> Vec<NodeView> {
        let one: NodeView = serde_json::from_value(serde_json::json!({
            "node_id": 1, "state": "active", "alive": true, "role": "leader", "kafka": "host1.example.com:9092",
            "wal": "host1.example.com:9291", "raft": "host1.example.com:5001", "admin": "host1.example.com:10001",
            "rack": "a", "version": "3.0.0", "leaders": 12, "replicas": 36, "preferred": 12, "out_of_sync": 0,
            "log_bytes": "5368709120", "wal_bytes": "6442450944", "disk_free_bytes": "53687091200",
            "disk_total_bytes": "107374182400", "memory_bytes": "268435456", "cpu_percent": 12.6,
            "uptime_seconds": 93_600, "clock_offset_ms": 0, "bytes_in_per_second": 1_048_576.5,
            "records_in_per_second": 1024.2, "fsync_p99_us": 900
        }))
        .unwrap();
        let mut two = NodeView { node_id: 2, drained: true, rack: None, ..one.clone() };
        two.leaders = 0;
        let three = NodeView {
            node_id: 3,
            alive: false,
            state: NodeState::Draining,
            log_bytes: None,
            disk_free_bytes: None,
            memory_bytes: None,
            cpu_percent: None,
            uptime_seconds: None,
            out_of_sync: 36,
            ..two.clone()
        };
        vec![one, two, three]
    }

    #[test]
    fn the_list_fits_80_columns_and_wide_shows_all() {
        insta::assert_snapshot!("node_list", list(&nodes(), Some(80)));
        insta::assert_snapshot!("node_list_wide", list(&nodes(), None));
    }

    #[test]
    fn a_node_is_described() {
        insta::assert_snapshot!("node_describe", describe(&nodes()[0]));
        insta::assert_snapshot!("node_describe_silent", describe(&nodes()[2]));
    }

    #[test]
    fn a_drain_tells_what_moves_and_what_stays() {
        let answer = DrainAnswer {
            node_id: 2,
            drained: true,
            moves: vec![LeadershipMove { topic: "orders".into(), partition: 3, from: Some(2), to: 1 }],
            moves_total: 1,
            blocked_on: vec![BlockedOn {
                object: "logs-0".into(),
                reason: "no other replica is in sync".into(),
            }],
        };
        insta::assert_snapshot!("node_drain", render_drain(&answer, false));
        insta::assert_snapshot!("node_drain_plan", render_drain(&answer, true));
    }
}
