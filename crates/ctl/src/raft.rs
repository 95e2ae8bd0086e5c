//! `raft`: the Raft groups, one for the metadata and one a partition.

use chronik_common::admin::command::{CommandError, CommonArgs, Report};
use chronik_common::admin::units::{bytes, duration};
use chronik_common::admin::v1::{Follower, RaftGroups, RaftView};
use clap::{Args, Subcommand};

use crate::call::{Call, answer, help_end};
use crate::complete;
use crate::table::{Column, facts, known, missing, number, render, text};

/// What can be asked about Raft groups.
#[derive(Debug, Clone, Subcommand)]
pub enum RaftCommand {
    /// List the groups: leader, term, indices, how far the worst follower trails
    List(ListArgs),
    /// Show one group and each of its followers
    Describe(DescribeArgs),
}

/// The arguments of `raft list`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["raft list", "raft list --topic orders"]))]
pub struct ListArgs {
    /// Only of this topic
    #[arg(long, add = complete::topics())]
    pub topic: Option<String>,

    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `raft describe`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["raft describe __metadata", "raft describe orders-3"]))]
pub struct DescribeArgs {
    /// Name of the group: __metadata, or a partition such as orders-3
    #[arg(add = complete::raft_groups())]
    pub name: String,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl RaftCommand {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        match self {
            Self::List(args) => args.run(call).await,
            Self::Describe(args) => args.run(call).await,
        }
    }
}

impl ListArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let mut query = vec![("limit", self.limit.to_string())];
        query.extend(self.topic.map(|topic| ("topic", topic)));
        let groups = client.raft_groups(&query).await?;
        call.warn_if_stale(&client);
        let names = || groups.groups.iter().map(|group| group.name.clone()).collect();
        answer(&self.common, "RaftGroups", &groups, |width| list(&groups, width), names)
    }
}

impl DescribeArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let group = client.raft_group(&self.name).await?;
        call.warn_if_stale(&client);
        answer(
            &self.common,
            "RaftGroup",
            &group,
            |width| describe(&group, width),
            || vec![group.name.clone()],
        )
    }
}

const LIST: [Column; 8] = [
    text("GROUP", 0),
    number("LEADER", 0),
    number("TERM", 1),
    number("TRAILS LEADER BY", 0),
    number("LAST", 2),
    number("COMMITTED", 1),
    number("APPLIED", 1),
    number("SNAPSHOT AGE", 3),
];

fn list(groups: &RaftGroups, width: Option<u16>) -> String {
    let rows: Vec<_> = groups
        .groups
        .iter()
        .map(|group| {
            vec![
                group.name.clone(),
                group.leader.to_string(),
                group.term.to_string(),
                known(group.followers.iter().max_by_key(|f| f.trails_by), |f| {
                    format!("{} entries", f.trails_by)
                }),
                group.last_index.to_string(),
                known(group.committed_index, |index| index.to_string()),
                group.applied_index.to_string(),
                known(group.snapshot_age_ms, |ms| duration(ms / 1000)),
            ]
        })
        .collect();
    let shown = groups.groups.len();
    let more = if groups.next_cursor.is_some() {
        format!("\n{shown} of {} are shown; --limit shows more.\n", groups.total)
    } else {
        String::new()
    };
    render(&LIST, &rows, width)
        + &more
        + &missing(&groups.missing_nodes, "the groups that they lead are missing")
}

fn describe(group: &RaftView, width: Option<u16>) -> String {
    let head = facts(&[
        ("Group", format!("{} ({})", group.name, group.group)),
        ("Leader", format!("node {}", group.leader)),
        ("Term", group.term.to_string()),
        ("Log", format!("{} to {}", group.first_index, group.last_index)),
        ("Committed", known(group.committed_index, |index| index.to_string())),
        ("Applied", group.applied_index.to_string()),
        ("Snapshot age", known(group.snapshot_age_ms, |ms| duration(ms / 1000))),
    ]);
    format!("{head}\n{}", followers(group, width))
}

const FOLLOWERS: [Column; 6] = [
    number("NODE", 0),
    text("VOTES", 1),
    number("MATCH", 1),
    number("TRAILS LEADER BY", 0),
    number("BYTES", 1),
    number("LAST ANSWER", 2),
];

/// A line a follower.
pub(crate) fn followers(group: &RaftView, width: Option<u16>) -> String {
    let row = |f: &Follower| {
        vec![
            f.node_id.to_string(),
            if f.votes { "yes" } else { "no" }.to_owned(),
            known(f.match_index, |index| index.to_string()),
            format!("{} entries", f.trails_by),
            bytes(f.trails_by_bytes),
            known(f.acked_ms, |ms| format!("{ms} ms ago")),
        ]
    };
    render(&FOLLOWERS, &group.followers.iter().map(row).collect::<Vec<_>>(), width)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn group() -> RaftView {
        serde_json::from_value(serde_json::json!({
            "name": "orders-0", "group": "17", "leader": 1, "term": "7", "first_index": "1000",
            "last_index": "5000", "committed_index": "4990", "applied_index": "4990", "snapshot_age_ms": 125_000,
            "followers": [
                { "node_id": 2, "votes": true, "match_index": "5000", "trails_by": "0", "trails_by_bytes": "0", "acked_ms": 4 },
                { "node_id": 3, "votes": false, "trails_by": "4001", "trails_by_bytes": "10485760" }
            ]
        }))
        .unwrap()
    }

    #[test]
    fn the_list_shows_the_worst_follower() {
        let groups = RaftGroups {
            groups: vec![group()],
            total: 9,
            next_cursor: Some("x".into()),
            missing_nodes: vec![2],
        };
        insta::assert_snapshot!("raft_list", list(&groups, Some(80)));
        insta::assert_snapshot!("raft_list_wide", list(&groups, None));
    }

    #[test]
    fn a_group_is_described_with_each_follower() {
        insta::assert_snapshot!("raft_describe", describe(&group(), Some(80)));
    }
}
