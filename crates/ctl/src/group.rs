//! `group`: consumer groups, their lag and their offsets.

use chronik_common::admin::command::{CommandError, CommonArgs, Report};
use chronik_common::admin::v1::{
    DeleteGroupRequest, GroupDetail, Groups, OffsetChange, ResetOffsetsRequest, ResetTo,
};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::call::{Call, answer, help_end};
use crate::complete;
use crate::guard::{ChangeArgs, Risk};
use crate::table::{Column, facts, known, missing, number, render, text};
use crate::time;

/// What can be done with consumer groups.
#[derive(Debug, Clone, Subcommand)]
pub enum GroupCommand {
    /// List the groups: state, members, lag
    List(ListArgs),
    /// Show one group: members, and the lag of every partition
    Describe(DescribeArgs),
    /// Set the committed offsets of a group that has no members
    ResetOffsets(ResetArgs),
    /// Delete a group that has no members, and its offsets
    Delete(DeleteArgs),
}

/// The arguments of `group list`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["group list", "group list -o name"]))]
pub struct ListArgs {
    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `group describe`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["group describe billing"]))]
pub struct DescribeArgs {
    /// Name of the group
    #[arg(add = complete::groups())]
    pub group: String,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `group reset-offsets`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&[
    "group reset-offsets billing --to-earliest --dry-run",
    "group reset-offsets billing --topic orders --partitions 0,3 --to-offset 1200",
    "group reset-offsets billing --to-time 2h --yes",
]))]
pub struct ResetArgs {
    /// Name of the group
    #[arg(add = complete::groups())]
    pub group: String,

    /// Only this topic; may be repeated
    #[arg(long = "topic", value_name = "TOPIC", add = complete::topics())]
    pub topics: Vec<String>,

    /// Only these partitions of the one topic, separated by commas
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', requires = "topics")]
    pub partitions: Vec<i32>,

    /// Where to.
    #[command(flatten)]
    pub to: To,

    /// How careful to be.
    #[command(flatten)]
    pub change: ChangeArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Where offsets are reset to: one of them.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
#[expect(clippy::struct_field_names, reason = "they are the names of the flags")]
pub struct To {
    /// To the first record that is still there
    #[arg(long)]
    pub to_earliest: bool,

    /// Behind the last record
    #[arg(long)]
    pub to_latest: bool,

    /// To this offset
    #[arg(long, value_name = "OFFSET")]
    pub to_offset: Option<i64>,

    /// So many records forward; back, if negative
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub shift_by: Option<i64>,

    /// To the first record at or after a time, such as 2026-11-28T08:00:00Z, or 2h for two hours ago
    #[arg(long, value_name = "TIME", value_parser = time::since)]
    pub to_time: Option<i64>,
}

/// The arguments of `group delete`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["group delete billing"]))]
pub struct DeleteArgs {
    /// Name of the group
    #[arg(add = complete::groups())]
    pub group: String,

    /// How careful to be.
    #[command(flatten)]
    pub change: ChangeArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl To {
    /// `None`: nothing was said.
    fn target(&self) -> Option<ResetTo> {
        let earliest = self.to_earliest.then_some(ResetTo::Earliest);
        let latest = self.to_latest.then_some(ResetTo::Latest);
        earliest
            .or(latest)
            .or(self.to_offset.map(ResetTo::Offset))
            .or(self.shift_by.map(ResetTo::ShiftBy))
            .or(self.to_time.map(ResetTo::TimestampMs))
    }
}

impl GroupCommand {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        match self {
            Self::List(args) => args.run(call).await,
            Self::Describe(args) => args.run(call).await,
            Self::ResetOffsets(args) => args.run(call).await,
            Self::Delete(args) => args.run(call).await,
        }
    }
}

impl ListArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let groups = client.groups().await?;
        call.warn_if_stale(&client);
        let names = || groups.groups.iter().map(|group| group.group.clone()).collect();
        answer(&self.common, "Groups", &groups, |width| list(&groups, width), names)
    }
}

impl DescribeArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let group = client.group(&self.group).await?;
        call.warn_if_stale(&client);
        answer(&self.common, "Group", &group, |width| describe(&group, width), || vec![self.group.clone()])
    }
}

impl ResetArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let Some(to) = self.to.target() else {
            return Err(CommandError::Usage("say where to, such as --to-earliest".into()));
        };
        if !self.partitions.is_empty() && self.topics.len() != 1 {
            return Err(CommandError::Usage("--partitions needs exactly one --topic".into()));
        }
        let client = call.client(&self.common)?;
        let dry_run = self.change.dry_run;
        call.pass(&self.change, &format!("set the offsets of group {}", self.group), Risk::Destructive)?;
        let request = ResetOffsetsRequest {
            topics: (!self.topics.is_empty()).then_some(self.topics),
            partitions: (!self.partitions.is_empty()).then_some(self.partitions),
            to,
            dry_run,
            reason: self.change.reason,
        };
        let reset = client.reset_offsets(&self.group, &request).await?;
        let names = || reset.changes.iter().map(|c| format!("{}-{}", c.topic, c.partition)).collect();
        let table = |width| changes(&reset.changes, dry_run, width);
        answer(&self.common, "OffsetsReset", &reset, table, names)
    }
}

/// What came of a deletion.
#[derive(Debug, Serialize)]
struct Deleted {
    group: String,
    dry_run: bool,
}

impl DeleteArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let effect = format!("delete group {} and its offsets", self.group);
        call.pass(&self.change, &effect, Risk::Destructive)?;
        let dry_run = self.change.dry_run;
        let request = DeleteGroupRequest { dry_run, reason: self.change.reason };
        client.delete_group(&self.group, &request).await?;
        let verb = if dry_run { "could be" } else { "is" };
        let text = format!("Group {} {verb} deleted.\n", self.group);
        let deleted = Deleted { group: self.group, dry_run };
        answer(&self.common, "GroupDeleted", &deleted, |_| text, || vec![deleted.group.clone()])
    }
}

const LIST: [Column; 7] = [
    text("GROUP", 0),
    text("STATE", 0),
    number("MEMBERS", 1),
    number("LAG", 0),
    number("WORST", 2),
    number("COORDINATOR", 3),
    text("TOPICS", 2),
];

fn list(groups: &Groups, width: Option<u16>) -> String {
    let rows: Vec<_> = groups
        .groups
        .iter()
        .map(|group| {
            vec![
                group.group.clone(),
                group.state.clone(),
                group.members.to_string(),
                known(group.lag, |lag| lag.to_string()),
                known(group.max_lag, |lag| lag.to_string()),
                group.coordinator.to_string(),
                group.topics.join(","),
            ]
        })
        .collect();
    render(&LIST, &rows, width)
        + &missing(&groups.missing_nodes, "the groups that they coordinate are missing")
}

const PARTITIONS: [Column; 5] =
    [text("PARTITION", 0), number("COMMITTED", 0), number("END", 1), number("LAG", 0), text("MEMBER", 2)];
const MEMBERS: [Column; 5] =
    [text("MEMBER", 0), text("CLIENT", 1), text("HOST", 1), text("INSTANCE", 3), text("ASSIGNED", 2)];

fn describe(group: &GroupDetail, width: Option<u16>) -> String {
    let summary = &group.summary;
    let head = facts(&[
        ("Group", summary.group.clone()),
        ("State", summary.state.clone()),
        ("Coordinator", format!("node {}", summary.coordinator)),
        ("Protocol", known(Some(&group.protocol).filter(|name| !name.is_empty()), Clone::clone)),
        ("Lag", known(summary.lag, |lag| format!("{lag} records"))),
    ]);
    let partitions: Vec<_> = group
        .partitions
        .iter()
        .map(|p| {
            vec![
                format!("{}-{}", p.topic, p.partition),
                p.committed.to_string(),
                known(p.high_watermark, |offset| offset.to_string()),
                known(p.lag, |lag| lag.to_string()),
                known(p.member_id.as_ref(), ToString::to_string),
            ]
        })
        .collect();
    let members: Vec<_> = group
        .members_detail
        .iter()
        .map(|m| {
            let instance = known(m.instance_id.as_ref(), ToString::to_string);
            vec![m.member_id.clone(), m.client_id.clone(), m.host.clone(), instance, m.assignment.join(",")]
        })
        .collect();
    format!("{head}\n{}\n{}", render(&PARTITIONS, &partitions, width), render(&MEMBERS, &members, width))
}

fn changes(changes: &[OffsetChange], dry_run: bool, width: Option<u16>) -> String {
    let rows: Vec<_> = changes
        .iter()
        .map(|c| {
            vec![
                format!("{}-{}", c.topic, c.partition),
                known(c.from, |from| from.to_string()),
                c.to.to_string(),
            ]
        })
        .collect();
    let note = if dry_run { "\nNothing was changed: this was a dry run.\n" } else { "" };
    render(&[text("PARTITION", 0), number("FROM", 0), number("TO", 0)], &rows, width) + note
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail() -> GroupDetail {
        serde_json::from_value(serde_json::json!({
            "group": "billing", "state": "Stable", "coordinator": 2, "members": 1, "topics": ["orders"],
            "lag": "1200", "max_lag": "1000", "protocol": "range",
            "members_detail": [{ "member_id": "c-1", "client_id": "c", "host": "10.0.0.9", "assignment": ["orders-0"] }],
            "partitions": [
                { "topic": "orders", "partition": 0, "committed": "100", "high_watermark": "1100", "lag": "1000", "member_id": "c-1" },
                { "topic": "orders", "partition": 1, "committed": "7" }
            ]
        }))
        .unwrap()
    }

    #[test]
    fn lists_tell_lag_and_what_is_missing() {
        let groups = Groups { groups: vec![detail().summary], missing_nodes: vec![3] };
        insta::assert_snapshot!("group_list", list(&groups, Some(80)));
    }

    #[test]
    fn a_group_is_described_by_partition_and_member() {
        insta::assert_snapshot!("group_describe", describe(&detail(), Some(80)));
    }

    #[test]
    fn a_reset_tells_what_changes() {
        let change = OffsetChange { topic: "orders".into(), partition: 0, from: Some(100), to: 5 };
        insta::assert_snapshot!("group_reset", changes(&[change], true, Some(80)));
    }
}
