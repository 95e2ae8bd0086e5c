//! `doctor`: checks what goes wrong most often, from this machine: says of
//! each whether it is well, why, and what to do.
//!
//! The verdicts are pure functions of what was found; nothing is changed.

use std::time::Duration;

use chronik_common::admin::AdminClient;
use chronik_common::admin::command::{CommandError, CommonArgs, Report};
use chronik_common::admin::units::bytes;
use chronik_common::admin::v1::{Finding, HealthReport, NodeView, Severity};
use chronik_common::now_ms;
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
/// What the checks of their own below are about; the last one tells of the other findings.
const TOLD_APART: [&str; 7] = [
    "node_down",
    "version_mismatch",
    "clock_skew",
    "disk_full",
    "disk_low",
    "certificate_expired",
    "certificate_expiring",
];
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

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
                match client.health_report().await {
                    Ok(report) => checks.extend(judged(&nodes.nodes, &report, now_ms())),
                    Err(error) => {
                        checks.push(check(
                            "health",
                            Outcome::Fail,
                            error.to_string(),
                            "ask again, or another node",
                        ));
                    }
                }
            }
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

/// What the cluster itself judges, by the limits that it is configured with.
fn judged(nodes: &[NodeView], report: &HealthReport, now_ms: i64) -> Vec<Check> {
    vec![clocks(nodes, report), disks(nodes, report), certificates(nodes, report, now_ms), health(report)]
}

fn clocks(nodes: &[NodeView], report: &HealthReport) -> Check {
    let told = nodes.iter().filter_map(|n| Some((n.node_id, n.clock_offset_ms?)));
    let found = match told.max_by_key(|(_, offset)| offset.unsigned_abs()) {
        Some((node, offset)) => {
            format!("furthest from node {}'s: node {node}, {offset:+} ms", report.node_id)
        }
        None => "no other node has told its clock".into(),
    };
    let remedy = "synchronise the clocks, with chrony or the like";
    check("clocks", outcome(report, &["clock_skew"]), found, remedy)
}

fn disks(nodes: &[NodeView], report: &HealthReport) -> Check {
    let told = nodes.iter().filter_map(|n| {
        let (free, total) = n.disk_free_bytes.zip(n.disk_total_bytes)?;
        Some((u128::from(free) * 100 / u128::from(total.max(1)), n.node_id, free, total))
    });
    let found = match told.min() {
        Some((percent, node, free, total)) => {
            format!("least free: node {node}, {} of {} ({percent} %)", bytes(free), bytes(total))
        }
        None => "no node has told its disk".into(),
    };
    let remedy = "shorten the retention, delete topics, add nodes and rebalance, or enlarge the disk";
    check("disks", outcome(report, &["disk_full", "disk_low"]), found, remedy)
}

fn certificates(nodes: &[NodeView], report: &HealthReport, now_ms: i64) -> Check {
    let told = nodes.iter().filter_map(|n| Some((n.certificate_expires_ms?, n.node_id)));
    let found = match told.min() {
        Some((at, node)) if at < now_ms => format!("node {node}'s has run out"),
        Some((at, node)) => format!("first to run out: node {node}'s, in {} days", (at - now_ms) / DAY_MS),
        None => "none: the admin API speaks plain HTTP".into(),
    };
    let remedy =
        "put a new certificate and its key into the files of [admin_tls]; they are read without a restart";
    check("certificates", outcome(report, &["certificate_expired", "certificate_expiring"]), found, remedy)
}

fn health(report: &HealthReport) -> Check {
    let others = report.findings.iter().filter(|f| !TOLD_APART.contains(&f.code.as_str()));
    let reasons: Vec<_> =
        others.filter(|f| f.severity != Severity::Info).map(|f| (severity(f), f.message.as_str())).collect();
    let worst = reasons.iter().map(|(outcome, _)| *outcome).max().unwrap_or(Outcome::Ok);
    let found = match &*reasons {
        [] => "nothing else is wrong".to_owned(),
        reasons => reasons.iter().map(|(_, message)| *message).collect::<Vec<_>>().join("; "),
    };
    check("health", worst, found, "see \"chronikctl health\"")
}

/// The worst of the findings with these codes.
fn outcome(report: &HealthReport, codes: &[&str]) -> Outcome {
    let about = report.findings.iter().filter(|f| codes.contains(&f.code.as_str()));
    about.map(severity).max().unwrap_or(Outcome::Ok)
}

fn severity(finding: &Finding) -> Outcome {
    match finding.severity {
        Severity::Info => Outcome::Ok,
        Severity::Warning => Outcome::Warn,
        Severity::Critical => Outcome::Fail,
    }
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
    use chronik_common::admin::v1::Verdict;

    use super::*;

    fn node(id: i32, free: u64, offset: i64, version: &str) -> NodeView {
        serde_json::from_value(serde_json::json!({
            "node_id": id, "state": "active", "alive": id != 3, "kafka": "h:1", "wal": "h:2", "raft": "h:3",
            "version": version, "leaders": 0, "replicas": 0, "preferred": 0, "out_of_sync": 0,
            "disk_free_bytes": free.to_string(), "disk_total_bytes": "1000", "clock_offset_ms": offset
        }))
        .unwrap()
    }

    fn report(findings: &[(&str, Severity)]) -> HealthReport {
        let finding = |(code, severity): &(&str, Severity)| Finding {
            code: (*code).to_owned(),
            severity: *severity,
            message: format!("this is {code}"),
            objects: vec![],
            count: 1,
            next: None,
        };
        let findings = findings.iter().map(finding).collect();
        HealthReport { verdict: Verdict::Healthy, node_id: 1, findings }
    }

    #[test]
    fn each_check_says_why_and_what_to_do() {
        let mut nodes = [node(1, 500, 0, "3.0.0"), node(2, 150, -3_000, "3.0.0"), node(3, 10, 3, "2.9.0")];
        nodes[1].certificate_expires_ms = Some(9 * DAY_MS);
        let mut checks = peers(&nodes);
        checks.push(versions(&nodes));
        let report = report(&[
            ("disk_full", Severity::Critical),
            ("leaderless_partitions", Severity::Critical),
            ("clock_skew", Severity::Warning),
            ("certificate_expiring", Severity::Warning),
            ("under_replicated_partitions", Severity::Warning),
            ("node_drained", Severity::Info),
        ]);
        checks.extend(judged(&nodes, &report, 0));
        insta::assert_snapshot!("doctor", render(&checks));
    }

    #[test]
    fn what_the_cluster_finds_well_is_well() {
        let nodes = [node(1, 1, 0, ""), node(2, 1, -9_000, "")];
        let report = report(&[("node_drained", Severity::Info), ("node_down", Severity::Warning)]);
        insta::assert_snapshot!("doctor_well", render(&judged(&nodes, &report, 0)));
    }
}
