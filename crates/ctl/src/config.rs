//! `config`: what nodes and this program were told, and settings of topics.

use std::collections::BTreeMap;

use chronik_common::admin::command::{CommandError, CommonArgs, Report, node_id};
use chronik_common::admin::v1::{AlterTopicRequest, ConfigEntry, ConfigView};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::call::{Call, answer, help_end};
use crate::complete;
use crate::contexts::{Context, File};
use crate::guard::{ChangeArgs, Risk};
use crate::table::{Column, known, render, text};
use crate::topic::{done, setting};

/// What can be done with configuration.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Show a node's configuration; without a node, what this program itself uses
    View(ViewArgs),
    /// Set settings of a topic; nodes have no setting that changes while they run
    #[command(long_about = "Set settings of a topic.\n\nNodes have no setting that changes while they run: \
                            change their file and restart them, one after the other. What this program itself \
                            uses is set with \"context add\" and environment variables.")]
    Set(SetArgs),
}

/// The arguments of `config view`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["config view 2 --show-origin", "config view --show-origin"]))]
pub struct ViewArgs {
    /// Id of the node
    #[arg(value_name = "NODE", value_parser = node_id(), add = complete::nodes())]
    pub node_id: Option<i32>,

    /// Where each value comes from
    #[arg(long)]
    pub show_origin: bool,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `config set`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["config set --topic orders retention.ms=86400000"]))]
pub struct SetArgs {
    /// The topic whose settings to set
    #[arg(long, add = complete::topics())]
    pub topic: String,

    /// The settings
    #[arg(value_name = "NAME=VALUE", required = true, value_parser = setting)]
    pub set: Vec<(String, String)>,

    /// How careful to be.
    #[command(flatten)]
    pub change: ChangeArgs,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl ConfigCommand {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        match self {
            Self::View(args) => args.run(call).await,
            Self::Set(args) => args.run(call).await,
        }
    }
}

/// What this program uses.
#[derive(Debug, Serialize)]
struct Own {
    entries: Vec<ConfigEntry>,
}

impl ViewArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let Some(id) = self.node_id else {
            let own = Own { entries: self.own(call) };
            return answer(
                &self.common,
                "ClientConfig",
                &own,
                |w| self.table(&own.entries, w),
                || names(&own.entries),
            );
        };
        let client = call.client(&self.common)?;
        let config: ConfigView = client.node_config(id).await?;
        call.warn_if_stale(&client);
        let table = |width| self.table(&config.entries, width);
        answer(&self.common, "NodeConfig", &config, table, || names(&config.entries))
    }

    fn table(&self, entries: &[ConfigEntry], width: Option<u16>) -> String {
        table(entries, self.show_origin || width.is_none(), width)
    }

    /// The values that decide whom this program asks, and where each is from.
    fn own(&self, call: &Call<'_>) -> Vec<ConfigEntry> {
        let environment = call.session.environment;
        let context = call.in_use.map(|in_use| (in_use.name.as_str(), &in_use.context));
        let flag = |name: &str, value: Option<String>| value.map(|value| (value, format!("flag {name}")));
        let from_context = |value: fn(&Context) -> Option<String>| {
            context.and_then(|(name, context)| Some((value(context)?, format!("context \"{name}\""))))
        };
        // The context's values are laid under the variables: where both are the same, it is the context's.
        let variable = |name: &str, below: Option<&(String, String)>| {
            let value = environment.get(name)?.to_owned();
            below
                .is_none_or(|(of_context, _)| *of_context != value)
                .then(|| (value, format!("variable {name}")))
        };
        let admin_flag = (!self.common.admin.is_empty()).then(|| self.common.admin.join(","));
        let admin_context = from_context(|context| Some(context.admin.join(",")));
        let admin = flag("--admin", admin_flag)
            .or_else(|| variable("CHRONIK_ADMIN_URL", admin_context.as_ref()))
            .or(admin_context);
        let config = flag("--config", self.common.config.as_ref().map(|path| path.display().to_string()))
            .or_else(|| variable("CHRONIK_CONFIG", None));
        let key_flag = self.common.api_key_file.as_ref().map(|path| path.display().to_string());
        let key_file = flag("--api-key-file", key_flag).or_else(|| {
            from_context(|context| context.api_key_file.as_ref().map(|path| path.display().to_string()))
        });
        let named = context.map(|(name, _)| {
            let by_flag = call.in_use.is_some_and(|in_use| in_use.named_by_flag);
            let by_variable = environment.get("CHRONIK_CONTEXT") == Some(name);
            let origin = match (by_flag, by_variable) {
                (true, _) => "flag --context",
                (false, true) => "variable CHRONIK_CONTEXT",
                (false, false) => "contexts file",
            };
            (name.to_owned(), origin.to_owned())
        });
        let file =
            File::of(environment).map(|file| (file.path().display().to_string(), "default".to_owned()));
        [
            ("contexts_file", file),
            ("context", named),
            ("admin", admin),
            ("config", config),
            ("api_key_file", key_file),
        ]
        .into_iter()
        .map(|(name, found)| {
            let (value, origin) =
                found.map_or((None, "not set".to_owned()), |(value, origin)| (Some(value), origin));
            ConfigEntry { name: name.to_owned(), value, origin, secret: false }
        })
        .collect()
    }
}

impl SetArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        call.pass(&self.change, &format!("change topic {}", self.topic), Risk::Harmless)?;
        let config: BTreeMap<_, _> = self.set.into_iter().map(|(name, value)| (name, Some(value))).collect();
        let request = AlterTopicRequest {
            partitions: None,
            config,
            dry_run: self.change.dry_run,
            reason: self.change.reason,
        };
        done(&self.common, "TopicAltered", &client.alter_topic(&self.topic, &request).await?)
    }
}

fn names(entries: &[ConfigEntry]) -> Vec<String> {
    entries.iter().map(|entry| entry.name.clone()).collect()
}

const TABLE: [Column; 3] = [text("NAME", 0), text("VALUE", 0), text("ORIGIN", 0)];

fn table(entries: &[ConfigEntry], origins: bool, width: Option<u16>) -> String {
    let columns = if origins { &TABLE[..] } else { &TABLE[..2] };
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            let value = if entry.secret {
                "(secret)".to_owned()
            } else {
                known(entry.value.as_ref(), ToString::to_string)
            };
            let mut row = vec![entry.name.clone(), value, entry.origin.clone()];
            row.truncate(columns.len());
            row
        })
        .collect();
    render(columns, &rows, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_shown_when_asked_for_and_secrets_never() {
        let entry = |name: &str, value: Option<&str>, origin: &str, secret| ConfigEntry {
            name: name.into(),
            value: value.map(Into::into),
            origin: origin.into(),
            secret,
        };
        let entries = [
            entry("data_dir", Some("/data"), "file /etc/chronik/node1.toml, line 3", false),
            entry("admin_api_key", None, "CHRONIK_ADMIN_API_KEY", true),
            entry("rack", None, "default", false),
        ];
        insta::assert_snapshot!("config_view", table(&entries, false, Some(80)));
        insta::assert_snapshot!("config_view_origin", table(&entries, true, Some(80)));
    }
}
