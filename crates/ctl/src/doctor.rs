//! `doctor`: checks what goes wrong most often, from this machine: says of
//! each whether it is well, why, and what to do.
//!
//! The verdicts are pure functions of what was found; nothing is changed.

use std::time::Duration;

use chronik_common::admin::AdminClient;
use chronik_common::admin::command::{CommandError, CommonArgs, Report};
use chronik_common::admin::units::bytes;
use chronik_common::admin::v1::{HealthReport, NodeView, Severity, Verdict};
use clap::Args;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::call::{Call, answer, help_end};
use crate::table::line;

/// The exit code when something fails.
const FAILED: u8 = 10;
/// How long a port has to accept a connection.
const PORT_PATIENCE: Duration = Duration::from_secs(2);
/// Clocks may differ by so much, in milliseconds, before times in logs mislead.
const CLOCK_WARN_MS: u64 = 500;
/// Less free space than this share of a disk is worth a warning, or is a
/// failure, in percent.
const DISK_PERCENT: (u64, u64) = (20, 5);

/// The arguments of `doctor`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["doctor", "doctor -o json"]))]
pub struct DoctorArgs {
    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Ok,
    Warn,
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_field_names, reason = "it is the name in JSON")]
struct Check {
    check: &'static str,
    outcome: Outcome,
    /// What was found.
    found: String,
    /// What to do about it; empty if nothing.
    #[serde(skip_serializing_if = "str::is_empty")]
    remedy: &'static str,
}

/// All that was looked at.
#[derive(Debug, Serialize)]
struct Checks {
    worst: Outcome,
    checks: Vec<Check>,
}

fn check(check: &'static str, outcome: Outcome, found: impl Into<String>, remedy: &'static str) -> Check {
    let remedy = if outcome == Outcome::Ok { "" } else { remedy };
    Check { check, outcome, found: found.into(), remedy }
}

impl DoctorArgs {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let checks = self.examine(call).await;
        let worst = checks.iter().map(|check| check.outcome).max().unwrap_or(Outcome::Ok);
        let checks = Checks { worst, checks };
        let names = || checks.checks.iter().map(|check| check.check.to_owned()).collect();
        let report = answer(&self.common, "Doctor", &checks, |_| render(&checks.checks), names)?;
        Ok(Report { exit_code: if worst == Outcome::Fail { FAILED } else { 0 }, ..report })
    }

    /// What cannot be looked at because an earlier check failed is left out.
    async fn examine(&self, call: &Call<'_>) -> Vec<Check> {
        let client = match call.client(&self.common) {
            Ok(client) => client,
            Err(error) => {
                let remedy = "correct the flag, the variable, the context or the file that is named";
                return vec![check("configuration", Outcome::Fail, error.to_string(), remedy)];
            }
        };
        let mut checks = vec![check("configuration", Outcome::Ok, "nodes and key are known", "")];
        match client.nodes().await {
            Err(error) => {
                checks.push(check(
                    "admin API",
                    Outcome::Fail,
                    error.to_string(),
                    "start a node, or name another one",
                ));
            }
            Ok(nodes) => {
                checks.push(check("admin API", Outcome::Ok, "a node answers and accepts the key", ""));
                checks.extend(quorum(&client));
                checks.extend(peers(&nodes.nodes));
                checks.extend(ports(&nodes.nodes).await);
                checks.push(versions(&nodes.nodes));
                checks.extend(nodes.nodes.iter().filter_map(clock));
                checks.extend(nodes.nodes.iter().filter_map(disk));
            }
        }
        if let Ok(report) = client.health_report().await {
            checks.push(health(&report));
        }
        checks
    }
}

fn quorum(client: &AdminClient) -> Option<Check> {
    let remedy = "start nodes until more than half of the voters run";
    client
        .was_stale()
        .then(|| check("quorum", Outcome::Fail, "no node has a quorum: what follows may be stale", remedy))
}

fn peers(nodes: &[NodeView]) -> Vec<Check> {
    let remedy = "see whether it runs and whether the nodes reach its raft port";
    let down = nodes.iter().filter(|node| !node.alive).map(|node| {
        check("peers", Outcome::Fail, format!("node {} is not heard from", node.node_id), remedy)
    });
    let down: Vec<_> = down.collect();
    if down.is_empty() {
        return vec![check("peers", Outcome::Ok, format!("all {} nodes are heard from", nodes.len()), "")];
    }
    down
}

/// Clients use the Kafka and the admin port, and this machine is one; the
/// other ports are for nodes, whose word is in `peers`.
async fn ports(nodes: &[NodeView]) -> Vec<Check> {
    let mut checks = Vec::new();
    for node in nodes.iter().filter(|node| node.alive) {
        for (what, address) in [("Kafka", Some(&node.kafka)), ("admin", node.admin.as_ref())] {
            let Some(address) = address else { continue };
            let closed = match timeout(PORT_PATIENCE, TcpStream::connect(address.to_string())).await {
                Ok(Ok(_)) => continue,
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer".to_owned(),
            };
            let found = format!("the {what} port of node {}, {address}: {closed}", node.node_id);
            let remedy = "open the port to this machine, or correct the advertised address";
            checks.push(check("ports", Outcome::Warn, found, remedy));
        }
    }
    if checks.is_empty() {
        checks.push(check("ports", Outcome::Ok, "Kafka and admin ports accept connections from here", ""));
    }
    checks
}

fn versions(nodes: &[NodeView]) -> Check {
    let mut versions: Vec<_> =
        nodes.iter().filter(|n| !n.version.is_empty()).map(|n| n.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    let outcome = if versions.len() > 1 { Outcome::Warn } else { Outcome::Ok };
    check("versions", outcome, versions.join(", "), "finish the upgrade")
}

fn clock(node: &NodeView) -> Option<Check> {
    let offset = node.clock_offset_ms?;
    let outcome = if offset.unsigned_abs() > CLOCK_WARN_MS { Outcome::Warn } else { Outcome::Ok };
    let found = format!("node {}: {offset:+} ms", node.node_id);
    Some(check("clock", outcome, found, "synchronise the clocks, with chrony or the like"))
}

fn disk(node: &NodeView) -> Option<Check> {
    let (free, total) = node.disk_free_bytes.zip(node.disk_total_bytes)?;
    let percent = u128::from(free) * 100 / u128::from(total.max(1));
    let outcome = match percent {
        p if p < DISK_PERCENT.1.into() => Outcome::Fail,
        p if p < DISK_PERCENT.0.into() => Outcome::Warn,
        _ => Outcome::Ok,
    };
    let found = format!("node {}: {} free of {} ({percent} %)", node.node_id, bytes(free), bytes(total));
    Some(check(
        "disk",
        outcome,
        found,
        "shorten the retention, delete topics, add nodes and rebalance, or enlarge the disk",
    ))
}

fn health(report: &HealthReport) -> Check {
    let outcome = match report.verdict {
        Verdict::Healthy => Outcome::Ok,
        Verdict::Degraded => Outcome::Warn,
        Verdict::Critical => Outcome::Fail,
    };
    let reasons: Vec<_> =
        report.findings.iter().filter(|f| f.severity != Severity::Info).map(|f| f.message.as_str()).collect();
    let found = if reasons.is_empty() { "healthy".to_owned() } else { reasons.join("; ") };
    check("health", outcome, found, "see \"chronikctl health\"")
}

fn render(checks: &[Check]) -> String {
    let mut out = String::new();
    for Check { check, outcome, found, remedy } in checks {
        let outcome = match outcome {
            Outcome::Ok => "ok",
            Outcome::Warn => "WARN",
            Outcome::Fail => "FAIL",
        };
        line(&mut out, format_args!("{outcome:4}  {check:13}  {found}"));
        if !remedy.is_empty() {
            line(&mut out, format_args!("{:21}to do: {remedy}", ""));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: i32, free: u64, offset: i64, version: &str) -> NodeView {
        serde_json::from_value(serde_json::json!({
            "node_id": id, "state": "active", "alive": id != 3, "kafka": "h:1", "wal": "h:2", "raft": "h:3",
            "version": version, "leaders": 0, "replicas": 0, "preferred": 0, "out_of_sync": 0,
            "disk_free_bytes": free.to_string(), "disk_total_bytes": "1000", "clock_offset_ms": offset
        }))
        .unwrap()
    }

    #[test]
    fn each_check_says_why_and_what_to_do() {
        let nodes = [node(1, 500, 0, "3.0.0"), node(2, 150, -800, "3.0.0"), node(3, 10, 3, "2.9.0")];
        let mut checks = peers(&nodes);
        checks.push(versions(&nodes));
        checks.extend(nodes.iter().filter_map(clock));
        checks.extend(nodes.iter().filter_map(disk));
        insta::assert_snapshot!("doctor", render(&checks));
    }

    #[test]
    fn bounds_are_where_the_constants_say() {
        let outcome = |free| disk(&node(1, free, 0, "")).unwrap().outcome;
        assert_eq!(
            [49, 50, 199, 200].map(outcome),
            [Outcome::Fail, Outcome::Warn, Outcome::Warn, Outcome::Ok]
        );
        let outcome = |offset| clock(&node(1, 1, offset, "")).unwrap().outcome;
        assert_eq!([-501, -500, 501].map(outcome), [Outcome::Warn, Outcome::Ok, Outcome::Warn]);
    }
}
