//! `health`: is the cluster well, and if not: why, where, and what to do.

use std::time::Duration;

use chronik_common::admin::command::{CommandError, CommonArgs, Output, Report, present};
use chronik_common::admin::v1::{HealthReport, Severity, Verdict};
use chronik_common::admin::{AdminClient, Told, WatchItem};
use clap::Args;
use tokio::time::{Instant, sleep_until};

use crate::call::{Call, answer, help_end};
use crate::table::{line, word};

/// The exit code for a cluster that is not healthy.
const UNHEALTHY: u8 = 10;
/// The exit code of a wait that took too long.
const TIMED_OUT: u8 = 11;
/// The exit code of a wait that was interrupted.
const INTERRUPTED: u8 = 130;

/// The arguments of `health`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&[
    "health", "health --watch", "health --exit-when-healthy --timeout 300",
]))]
pub struct HealthArgs {
    /// Stay connected, and tell whenever the answer changes
    #[arg(long)]
    pub watch: bool,

    /// Wait until the cluster is healthy; implies --watch
    #[arg(long)]
    pub exit_when_healthy: bool,

    /// Stop watching after this many seconds
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl HealthArgs {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        if self.watch || self.exit_when_healthy {
            return self.watch(&client, call).await;
        }
        self.report(&client.health_report().await?)
    }

    fn report(&self, health: &HealthReport) -> Result<Report, CommandError> {
        let report = answer(&self.common, "Health", health, |_| render(health), || objects(health))?;
        Ok(Report { exit_code: exit_code(health), ..report })
    }

    /// Tells each new state on standard error until it is time to stop. While
    /// no node answers it waits for one that does.
    async fn watch(&self, client: &AdminClient, call: &Call<'_>) -> Result<Report, CommandError> {
        let console = call.session.console;
        let deadline = self.timeout.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let mut interrupted = console.interrupted();
        let mut stream = client.watch();
        let mut told = None;
        let mut lost = false;
        loop {
            let item = tokio::select! {
                item = stream.next() => item,
                () = until(deadline) => return Ok(ended_with(TIMED_OUT)),
                () = &mut interrupted => return Ok(ended_with(INTERRUPTED)),
            };
            let health = match item {
                Some(Told::Item(WatchItem::Snapshot(snapshot))) => Some(snapshot.health),
                Some(Told::Item(WatchItem::Delta(delta))) => delta.health,
                Some(Told::Connected { .. }) => None,
                Some(Told::Lost { error, .. }) if error.is_passing() => {
                    if !lost {
                        console.note(&format!("No news: {error}"));
                    }
                    lost = true;
                    continue;
                }
                Some(Told::Lost { error, .. }) => return Err(error.into()),
                None => return Err(CommandError::Usage("there is no node to ask".into())),
            };
            lost = false;
            let Some(health) = health.filter(|health| told.as_ref() != Some(health)) else { continue };
            if self.exit_when_healthy && exit_code(&health) == 0 {
                return self.report(&health);
            }
            console.note(self.line(&health)?.trim_end());
            told = Some(health);
        }
    }

    fn line(&self, health: &HealthReport) -> Result<String, CommandError> {
        let output = if self.common.output == Output::Name { Output::Table } else { self.common.output };
        present(output, "Health", health, |_| render(health), Vec::new)
    }
}

fn ended_with(exit_code: u8) -> Report {
    Report { text: String::new(), exit_code }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn exit_code(health: &HealthReport) -> u8 {
    if health.verdict == Verdict::Healthy { 0 } else { UNHEALTHY }
}

/// What is affected, each once.
fn objects(health: &HealthReport) -> Vec<String> {
    let mut objects: Vec<_> = health.findings.iter().flat_map(|f| f.objects.iter().cloned()).collect();
    objects.sort();
    objects.dedup();
    objects
}

pub(crate) fn render(health: &HealthReport) -> String {
    let mut out = format!("The cluster is {}, as node {} sees it.\n", word(health.verdict), health.node_id);
    for finding in &health.findings {
        let severity = match finding.severity {
            Severity::Info => "info",
            Severity::Warning => "WARNING",
            Severity::Critical => "CRITICAL",
        };
        line(&mut out, format_args!("\n{severity}  {}: {}", finding.code, finding.message));
        if !finding.objects.is_empty() {
            let shown = u64::try_from(finding.objects.len()).unwrap_or(u64::MAX);
            let more = match finding.count.checked_sub(shown) {
                None | Some(0) => String::new(),
                Some(more) => format!(" and {more} more"),
            };
            line(&mut out, format_args!("  affected: {}{more}", finding.objects.join(", ")));
        }
        if let Some(next) = &finding.next {
            line(&mut out, format_args!("  next: chronikctl {next}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use chronik_common::admin::v1::Finding;

    use super::*;

    #[test]
    fn findings_name_the_reason_the_objects_and_the_next_command() {
        let finding = Finding {
            code: "leaderless_partitions".into(),
            severity: Severity::Critical,
            message: "3 partitions have no leader".into(),
            objects: vec!["orders-3".into(), "orders-4".into()],
            count: 3,
            next: Some("partition list --state leaderless".into()),
        };
        let drained = Finding {
            code: "node_drained".into(),
            severity: Severity::Info,
            message: "node 2 is drained".into(),
            objects: vec!["node 2".into()],
            count: 1,
            next: None,
        };
        let health =
            HealthReport { verdict: Verdict::Critical, node_id: 1, findings: vec![finding, drained] };
        insta::assert_snapshot!("health", render(&health));
        assert_eq!(objects(&health), ["node 2", "orders-3", "orders-4"]);
        assert_eq!(exit_code(&health), 10);
    }
}
