//! `topic`: topics, their settings and their partitions.

use std::collections::BTreeMap;

use chronik_common::admin::command::{CommandError, CommonArgs, Report};
use chronik_common::admin::units::bytes;
use chronik_common::admin::v1::{
    AlterTopicRequest, CreateTopicRequest, DeleteTopicRequest, TopicAnswer, TopicDetail, Topics,
};
use clap::{Args, Subcommand};

use crate::call::{Call, answer, help_end};
use crate::complete;
use crate::guard::{ChangeArgs, Risk};
use crate::node::whole_bytes;
use crate::partition;
use crate::table::{Column, facts, missing, number, render, text, word};

/// What can be done with topics.
#[derive(Debug, Clone, Subcommand)]
pub enum TopicCommand {
    /// List the topics: size, rate, and how they are
    List(ListArgs),
    /// Show one topic, its settings and its partitions
    Describe(DescribeArgs),
    /// Create a topic
    Create(CreateArgs),
    /// Add partitions to a topic, or change its settings
    Alter(AlterArgs),
    /// Delete a topic and all its records
    Delete(DeleteArgs),
}

/// The arguments of `topic list`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["topic list", "topic list --internal -o name"]))]
pub struct ListArgs {
    /// The cluster's own topics too
    #[arg(long)]
    pub internal: bool,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `topic describe`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["topic describe orders"]))]
pub struct DescribeArgs {
    /// Name of the topic
    #[arg(add = complete::topics())]
    pub topic: String,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `topic create`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&[
    "topic create orders --partitions 12 --replication-factor 3",
    "topic create orders --set retention.ms=86400000 --dry-run",
]))]
pub struct CreateArgs {
    /// Name of the topic
    pub topic: String,

    /// How many partitions [default: the node's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub partitions: Option<i32>,

    /// How many replicas of each partition [default: the node's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i16).range(1..=255))]
    pub replication_factor: Option<i16>,

    /// A setting that differs from the default; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,

    /// How careful to be.
    #[command(flatten)]
    pub change: ChangeArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `topic alter`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&[
    "topic alter orders --partitions 24", "topic alter orders --set retention.ms=86400000 --unset segment.bytes",
]))]
#[group(id = "what", required = true, multiple = true, args = ["partitions", "set", "unset"])]
pub struct AlterArgs {
    /// Name of the topic
    #[arg(add = complete::topics())]
    pub topic: String,

    /// How many partitions it shall have; never fewer than it has
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub partitions: Option<i32>,

    /// A setting to set; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,

    /// A setting to reset to its default; may be repeated
    #[arg(long, value_name = "NAME")]
    pub unset: Vec<String>,

    /// How careful to be.
    #[command(flatten)]
    pub change: ChangeArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `topic delete`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["topic delete orders", "topic delete orders --yes --reason \"test is over\""]))]
pub struct DeleteArgs {
    /// Name of the topic
    #[arg(add = complete::topics())]
    pub topic: String,

    /// How careful to be.
    #[command(flatten)]
    pub change: ChangeArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `NAME=VALUE`; the value may be empty.
pub(crate) fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("\"{text}\" is no setting; use NAME=VALUE, such as retention.ms=86400000")),
    }
}

impl TopicCommand {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        match self {
            Self::List(args) => args.run(call).await,
            Self::Describe(args) => args.run(call).await,
            Self::Create(args) => args.run(call).await,
            Self::Alter(args) => args.run(call).await,
            Self::Delete(args) => args.run(call).await,
        }
    }
}

impl ListArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let topics = client.topics(self.internal).await?;
        call.warn_if_stale(&client);
        let names = || topics.topics.iter().map(|topic| topic.topic.clone()).collect();
        answer(&self.common, "Topics", &topics, |width| list(&topics, width), names)
    }
}

impl DescribeArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let topic = client.topic(&self.topic).await?;
        call.warn_if_stale(&client);
        answer(&self.common, "Topic", &topic, |width| describe(&topic, width), || vec![self.topic.clone()])
    }
}

impl CreateArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        call.pass(&self.change, &format!("create topic {}", self.topic), Risk::Harmless)?;
        let request = CreateTopicRequest {
            topic: self.topic,
            partitions: self.partitions,
            replication_factor: self.replication_factor,
            config: self.set.into_iter().collect(),
            dry_run: self.change.dry_run,
            reason: self.change.reason,
        };
        done(&self.common, "TopicCreated", &client.create_topic(&request).await?)
    }
}

impl AlterArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        call.pass(&self.change, &format!("change topic {}", self.topic), Risk::Harmless)?;
        let set = self.set.into_iter().map(|(name, value)| (name, Some(value)));
        let config: BTreeMap<_, _> = set.chain(self.unset.into_iter().map(|name| (name, None))).collect();
        let request = AlterTopicRequest {
            partitions: self.partitions,
            config,
            dry_run: self.change.dry_run,
            reason: self.change.reason,
        };
        done(&self.common, "TopicAltered", &client.alter_topic(&self.topic, &request).await?)
    }
}

impl DeleteArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let effect = format!("delete topic {} and all its records", self.topic);
        call.pass(&self.change, &effect, Risk::Final(&self.topic))?;
        let request = DeleteTopicRequest { dry_run: self.change.dry_run, reason: self.change.reason };
        done(&self.common, "TopicDeleted", &client.delete_topic(&self.topic, &request).await?)
    }
}

pub(crate) fn done(common: &CommonArgs, kind: &str, changed: &TopicAnswer) -> Result<Report, CommandError> {
    answer(common, kind, changed, |_| format!("{}\n", changed.message), || vec![changed.topic.clone()])
}

const LIST: [Column; 9] = [
    text("TOPIC", 0),
    text("STATE", 0),
    number("PARTITIONS", 1),
    number("REPLICAS", 2),
    number("UNHEALTHY", 1),
    number("RECORDS", 3),
    number("BYTES", 1),
    number("RECORDS/S", 4),
    number("BYTES/S", 3),
];

fn list(topics: &Topics, width: Option<u16>) -> String {
    let rows: Vec<_> = topics
        .topics
        .iter()
        .map(|topic| {
            vec![
                topic.topic.clone(),
                word(topic.state),
                topic.partitions.to_string(),
                topic.replication_factor.to_string(),
                topic.unhealthy_partitions.to_string(),
                topic.records.to_string(),
                bytes(topic.bytes),
                format!("{:.0}", topic.records_per_second),
                whole_bytes(topic.bytes_per_second),
            ]
        })
        .collect();
    render(&LIST, &rows, width) + &missing(&topics.missing_nodes, "the sums leave out what they lead")
}

fn describe(topic: &TopicDetail, width: Option<u16>) -> String {
    let summary = &topic.summary;
    let head = facts(&[
        ("Topic", summary.topic.clone()),
        ("Id", summary.topic_id.clone()),
        ("State", word(summary.state)),
        ("Partitions", summary.partitions.to_string()),
        ("Replicas", summary.replication_factor.to_string()),
        ("Records", format!("{} ({:.0}/s)", summary.records, summary.records_per_second)),
        ("Bytes", format!("{} ({}/s)", bytes(summary.bytes), whole_bytes(summary.bytes_per_second))),
    ]);
    let settings: Vec<_> = topic
        .config
        .iter()
        .map(|entry| vec![entry.name.clone(), entry.value.clone(), entry.origin.clone()])
        .collect();
    let settings = render(&[text("SETTING", 0), text("VALUE", 0), text("ORIGIN", 0)], &settings, width);
    format!("{head}\n{settings}\n{}", partition::list(&topic.partition_views, width))
}

#[cfg(test)]
mod tests {
    use chronik_common::admin::v1::TopicConfigEntry;

    use super::*;

    fn topics() -> Topics {
        let orders = serde_json::from_value(serde_json::json!({
            "topic": "orders", "topic_id": "1hG7", "partitions": 2, "replication_factor": 3,
            "state": "under_replicated", "unhealthy_partitions": 1, "records": "123456789", "bytes": "5368709120",
            "records_per_second": 1200.4, "bytes_per_second": 1_048_576.0
        }))
        .unwrap();
        Topics { topics: vec![orders], missing_nodes: vec![3] }
    }

    #[test]
    fn the_list_fits_80_columns_and_says_what_is_missing() {
        insta::assert_snapshot!("topic_list", list(&topics(), Some(80)));
        insta::assert_snapshot!("topic_list_wide", list(&topics(), None));
    }

    #[test]
    fn a_topic_is_described() {
        let detail = TopicDetail {
            summary: topics().topics.remove(0),
            config: vec![TopicConfigEntry {
                name: "retention.ms".into(),
                value: "1".into(),
                origin: "topic".into(),
            }],
            partition_views: partition::tests::partitions(),
        };
        insta::assert_snapshot!("topic_describe", describe(&detail, Some(80)));
    }

    #[test]
    fn a_setting_has_a_name() {
        assert_eq!(setting("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert_eq!(setting("a="), Ok(("a".into(), String::new())));
        assert!(setting("=b").is_err() && setting("a").is_err());
    }
}
