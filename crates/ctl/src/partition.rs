//! `partition`: partitions, their leaders and their replicas.

use chronik_common::admin::command::{CommandError, CommonArgs, FollowArgs, Report, conclude, node_id};
use chronik_common::admin::units::{bytes, duration};
use chronik_common::admin::v1::{
    MoveReplicasRequest, PartitionView, TransferLeaderAnswer, TransferLeaderRequest,
};
use clap::{Args, Subcommand, ValueEnum};

use crate::call::{Call, answer, help_end};
use crate::complete;
use crate::guard::{self, ChangeArgs, Risk};
use crate::node::whole_bytes;
use crate::raft;
use crate::table::{Column, facts, ids, known, missing, number, render, text, word};

/// What can be done with partitions.
#[derive(Debug, Clone, Subcommand)]
pub enum PartitionCommand {
    /// List partitions: leader, replicas, who is in sync, how far the worst trails
    List(ListArgs),
    /// Show one partition and how far each follower is
    Describe(DescribeArgs),
    /// Give a partition another leader, without interruption
    TransferLeader(TransferArgs),
    /// Give a partition other replicas, and wait until they hold it
    Move(MoveArgs),
}

/// The arguments of `partition list`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&[
    "partition list --state under-replicated,leaderless", "partition list --sort lag --limit 20", "partition list --node 3",
]))]
pub struct ListArgs {
    /// Only of this topic
    #[arg(long, add = complete::topics())]
    pub topic: Option<String>,

    /// Only those that this node holds
    #[arg(long, value_name = "ID", value_parser = node_id(), add = complete::nodes())]
    pub node: Option<i32>,

    /// Only those that this node leads
    #[arg(long, value_name = "ID", value_parser = node_id(), add = complete::nodes())]
    pub leader: Option<i32>,

    /// Only in these states, separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    pub state: Vec<State>,

    /// By name; by lag, the worst first; by size; by rate
    #[arg(long, value_enum, default_value_t)]
    pub sort: Sort,

    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// A state of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// All replicas are in sync
    #[value(alias = "healthy")]
    Healthy,
    /// It is getting other replicas
    Moving,
    /// Some replica is not in sync
    #[value(alias = "under_replicated")]
    UnderReplicated,
    /// Fewer replicas are in sync than min.insync.replicas
    #[value(alias = "under_min_isr")]
    UnderMinIsr,
    /// It has no leader
    Leaderless,
}

impl State {
    fn on_the_wire(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Moving => "moving",
            Self::UnderReplicated => "under_replicated",
            Self::UnderMinIsr => "under_min_isr",
            Self::Leaderless => "leaderless",
        }
    }
}

/// The order of a list of partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Sort {
    #[default]
    Name,
    Lag,
    Bytes,
    Rate,
}

impl Sort {
    fn on_the_wire(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Lag => "lag",
            Self::Bytes => "bytes",
            Self::Rate => "rate",
        }
    }
}

/// A partition on the command line: `orders-3`, or `orders 3`.
#[derive(Debug, Clone, Args)]
pub struct PartitionArgs {
    /// The partition, such as orders-3
    #[arg(value_name = "TOPIC-PARTITION", value_parser = topic_partition, add = complete::partitions())]
    pub partition: (String, i32),
}

/// The arguments of `partition describe`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["partition describe orders-3"]))]
pub struct DescribeArgs {
    /// Which one.
    #[command(flatten)]
    pub which: PartitionArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `partition transfer-leader`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["partition transfer-leader orders-3 --to 2", "partition transfer-leader orders-3"]))]
pub struct TransferArgs {
    /// Which one.
    #[command(flatten)]
    pub which: PartitionArgs,

    /// Who shall lead; it must be in sync [default: the preferred leader]
    #[arg(long, value_name = "ID", value_parser = node_id(), add = complete::nodes())]
    pub to: Option<i32>,

    /// How careful to be.
    #[command(flatten)]
    pub change: ChangeArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `partition move`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&[
    "partition move orders-3 --replicas 2,3,4 --dry-run", "partition move orders-3 --replicas 2,3,4 --no-wait",
]))]
pub struct MoveArgs {
    /// Which one.
    #[command(flatten)]
    pub which: PartitionArgs,

    /// The nodes that shall hold it, the preferred leader first
    #[arg(long, value_name = "IDS", required = true, value_delimiter = ',', value_parser = node_id())]
    pub replicas: Vec<i32>,

    /// Do not ask whether it is meant
    #[arg(short, long)]
    pub yes: bool,

    /// What to do with the operation once it runs.
    #[command(flatten)]
    pub follow: FollowArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// A topic's name may have a dash in it: the last one counts.
fn topic_partition(text: &str) -> Result<(String, i32), String> {
    let parsed = text.rsplit_once('-').and_then(|(topic, number)| Some((topic, number.parse().ok()?)));
    match parsed {
        Some((topic, partition)) if !topic.is_empty() => Ok((topic.to_owned(), partition)),
        _ => Err(format!("\"{text}\" is no partition; use TOPIC-NUMBER, such as orders-3")),
    }
}

impl PartitionCommand {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        match self {
            Self::List(args) => args.run(call).await,
            Self::Describe(args) => args.run(call).await,
            Self::TransferLeader(args) => args.run(call).await,
            Self::Move(args) => args.run(call).await,
        }
    }
}

impl ListArgs {
    fn query(&self) -> Vec<(&'static str, String)> {
        let states: Vec<_> = self.state.iter().map(|state| state.on_the_wire()).collect();
        [
            ("topic", self.topic.clone()),
            ("node", self.node.map(|id| id.to_string())),
            ("leader", self.leader.map(|id| id.to_string())),
            ("state", (!states.is_empty()).then(|| states.join(","))),
            ("sort", Some(self.sort.on_the_wire().to_owned())),
            ("limit", Some(self.limit.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let found = client.partitions(&self.query()).await?;
        call.warn_if_stale(&client);
        let table = |width| {
            let shown = found.partitions.len();
            let more = if found.next_cursor.is_some() {
                format!("\n{shown} of {} are shown; --limit shows more.\n", found.total)
            } else {
                String::new()
            };
            list(&found.partitions, width)
                + &more
                + &missing(&found.missing_nodes, "of what they lead, sizes and lags are unknown")
        };
        let names = || found.partitions.iter().map(|p| format!("{}-{}", p.topic, p.partition)).collect();
        answer(&self.common, "Partitions", &found, table, names)
    }
}

impl DescribeArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let (topic, number) = &self.which.partition;
        let view = client.partition(topic, *number).await?;
        call.warn_if_stale(&client);
        let names = || vec![format!("{topic}-{number}")];
        answer(&self.common, "Partition", &view, |width| describe(&view, width), names)
    }
}

impl TransferArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let (topic, number) = self.which.partition;
        call.pass(&self.change, &format!("give {topic}-{number} another leader"), Risk::Harmless)?;
        let dry_run = self.change.dry_run;
        let request = TransferLeaderRequest { to: self.to, dry_run, reason: self.change.reason };
        let moved = client.transfer_leader(&topic, number, &request).await?;
        let names = || vec![format!("{topic}-{number}")];
        answer(&self.common, "LeaderTransfer", &moved, |_| render_transfer(&moved, dry_run), names)
    }
}

impl MoveArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let (topic, number) = self.which.partition;
        let effect = format!("move {topic}-{number} to the nodes {}", ids(&self.replicas));
        let (session, dry_run) = (call.session, self.follow.dry_run);
        guard::pass(call.in_use, session.console, &effect, Risk::Harmless, self.yes, dry_run)?;
        let request =
            MoveReplicasRequest { replicas: self.replicas, dry_run, reason: self.follow.reason.clone() };
        let view = client.move_replicas(&topic, number, &request).await?;
        conclude(view, &client, &self.follow, &self.common, session).await
    }
}

fn render_transfer(moved: &TransferLeaderAnswer, dry_run: bool) -> String {
    let change = &moved.change;
    let verb = if dry_run { "would lead" } else { "leads" };
    let before = known(change.from, |id| format!("node {id}"));
    let note = if moved.message.is_empty() { String::new() } else { format!(" ({})", moved.message) };
    format!("{}-{}: node {} {verb}, before: {before}{note}\n", change.topic, change.partition, change.to)
}

const LIST: [Column; 12] = [
    text("PARTITION", 0),
    text("STATE", 0),
    number("LEADER", 0),
    text("REPLICAS", 1),
    text("IN SYNC", 1),
    number("TRAILS BY", 1),
    number("FOR", 2),
    number("BYTES", 2),
    number("BYTES/S", 3),
    number("START", 4),
    number("END", 4),
    number("EPOCH", 5),
];

pub(crate) fn list(partitions: &[PartitionView], width: Option<u16>) -> String {
    let rows: Vec<_> = partitions
        .iter()
        .map(|p| {
            vec![
                format!("{}-{}", p.topic, p.partition),
                word(p.state),
                known(p.leader, |id| id.to_string()),
                ids(&p.replicas),
                ids(&p.isr),
                known(p.max_lag_bytes, bytes),
                known(p.max_lag_ms, |ms| duration(ms / 1000)),
                known(p.bytes, bytes),
                known(p.bytes_per_second, whole_bytes),
                known(p.log_start_offset, |offset| offset.to_string()),
                known(p.high_watermark, |offset| offset.to_string()),
                known(p.leader_epoch, |epoch| epoch.to_string()),
            ]
        })
        .collect();
    render(&LIST, &rows, width)
}

fn describe(p: &PartitionView, width: Option<u16>) -> String {
    let mut lines = vec![
        ("Partition", format!("{}-{}", p.topic, p.partition)),
        ("State", word(p.state)),
        ("Leader", known(p.leader, |id| format!("node {id}"))),
        ("Epoch", known(p.leader_epoch, |epoch| epoch.to_string())),
        ("Replicas", ids(&p.replicas)),
        ("In sync", format!("{} (at least {} for acks=all)", ids(&p.isr), p.min_isr)),
    ];
    if !p.adding.is_empty() || !p.removing.is_empty() {
        lines.push(("Moving", format!("adding {}, removing {}", ids(&p.adding), ids(&p.removing))));
    }
    lines.extend([
        (
            "Offsets",
            format!(
                "{} to {}",
                known(p.log_start_offset, |o| o.to_string()),
                known(p.high_watermark, |o| o.to_string())
            ),
        ),
        ("Bytes", known(p.bytes, bytes)),
        (
            "Appended",
            known(p.records_per_second.zip(p.bytes_per_second), |(records, bytes)| {
                format!("{records:.0} records/s, {}/s", whole_bytes(bytes))
            }),
        ),
    ]);
    let followers = p.raft.as_ref().map(|view| format!("\n{}", raft::followers(view, width)));
    facts(&lines) + &followers.unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn partitions() -> Vec<PartitionView> {
        let lagging: PartitionView = serde_json::from_value(serde_json::json!({
            "topic": "orders", "partition": 0, "state": "under_replicated", "leader": 1, "leader_epoch": 7,
            "replicas": [1, 2, 3], "isr": [1, 2], "adding": [4], "min_isr": 2, "high_watermark": "9007199254740993",
            "log_start_offset": "5", "bytes": "5368709120", "records_per_second": 1200.0,
            "bytes_per_second": 1_048_576.0, "max_lag_bytes": "10485760", "max_lag_ms": 61_000,
            "raft": raft::tests::group()
        }))
        .unwrap();
        let leaderless: PartitionView = serde_json::from_value(serde_json::json!({
            "topic": "orders", "partition": 1, "state": "leaderless", "leader": null, "replicas": [3, 1, 2],
            "isr": [], "min_isr": 2
        }))
        .unwrap();
        vec![lagging, leaderless]
    }

    #[test]
    fn the_list_fits_80_columns_and_wide_shows_all() {
        insta::assert_snapshot!("partition_list", list(&partitions(), Some(80)));
        insta::assert_snapshot!("partition_list_wide", list(&partitions(), None));
    }

    #[test]
    fn a_partition_is_described_with_its_followers() {
        insta::assert_snapshot!("partition_describe", describe(&partitions()[0], Some(80)));
        insta::assert_snapshot!("partition_describe_leaderless", describe(&partitions()[1], Some(80)));
    }

    #[test]
    fn the_last_dash_counts() {
        assert_eq!(topic_partition("my-topic-3"), Ok(("my-topic".into(), 3)));
        for wrong in ["orders", "orders-", "-3", "orders-x", ""] {
            assert!(topic_partition(wrong).unwrap_err().contains("orders-3"), "{wrong}");
        }
    }
}
