//! `audit`: who asked for which change, and what came of it.

use chronik_common::admin::command::{CommandError, CommonArgs, Report};
use chronik_common::admin::v1::AuditLog;
use clap::Args;

use crate::call::{Call, answer, help_end};
use crate::table::{Column, known, missing, number, render, text};
use crate::time;

/// The arguments of `audit`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["audit --since 24h", "audit --object \"topic orders\" -o wide"]))]
pub struct AuditArgs {
    /// Only since a time, such as 2026-11-28T08:00:00Z, or 24h for a day ago
    #[arg(long, value_name = "TIME", value_parser = time::since)]
    pub since: Option<i64>,

    /// Only about this object, such as "topic orders"
    #[arg(long)]
    pub object: Option<String>,

    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl AuditArgs {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let mut query = vec![("limit", self.limit.to_string())];
        query.extend(self.since.map(|ms| ("since_ms", ms.to_string())));
        query.extend(self.object.map(|object| ("object", object)));
        let log = client.audit(&query).await?;
        call.warn_if_stale(&client);
        let names = || log.entries.iter().map(|entry| format!("{} {}", entry.action, entry.object)).collect();
        answer(&self.common, "AuditLog", &log, |width| table(&log, width), names)
    }
}

const TABLE: [Column; 8] = [
    text("TIME (UTC)", 1),
    text("KEY", 0),
    text("ACTION", 0),
    text("OBJECT", 0),
    text("RESULT", 1),
    text("REASON", 2),
    number("OPERATION", 3),
    number("NODE", 4),
];

fn table(log: &AuditLog, width: Option<u16>) -> String {
    let rows: Vec<_> = log
        .entries
        .iter()
        .map(|entry| {
            let dry = if entry.dry_run { " (dry run)" } else { "" };
            vec![
                time::moment(entry.at_ms),
                entry.key_id.clone(),
                format!("{}{dry}", entry.action),
                entry.object.clone(),
                entry.result.clone(),
                entry.reason.clone(),
                known(entry.operation_id, |id| id.to_string()),
                entry.node_id.to_string(),
            ]
        })
        .collect();
    render(&TABLE, &rows, width) + &missing(&log.missing_nodes, "what they remember is missing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_tells_who_did_what_and_why() {
        let log: AuditLog = serde_json::from_value(serde_json::json!({
            "entries": [
                { "at_ms": 1_000, "node_id": 1, "key_id": "k7", "action": "topic.delete", "object": "topic orders",
                  "dry_run": true, "reason": "test is over", "result": "ok" },
                { "at_ms": 0, "node_id": 1, "key_id": "bootstrap", "action": "node.remove", "object": "node 4",
                  "result": "ok", "operation_id": "9" }
            ],
            "missing_nodes": [3]
        }))
        .unwrap();
        insta::assert_snapshot!("audit", table(&log, Some(80)));
        insta::assert_snapshot!("audit_wide", table(&log, None));
    }
}
