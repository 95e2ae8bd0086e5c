//! Is the cluster well, and if not: why, where, and what to do.

use std::borrow::Borrow;

use chronik_common::admin::v1::{
    Finding, HealthReport, NodeView, PartitionState, PartitionView, Severity, Verdict,
};
use chronik_common::admin::{NodeState, OperationView};
use chronik_common::config::HealthLimits;

use super::partitions::name;
use crate::survey::Picture;

/// Objects named in a finding.
const NAMED: usize = 20;
/// Clocks further apart than this make records' and events' times hard to compare, in milliseconds.
const CLOCK_SKEW_MS: i64 = 2000;
/// Certificates that run out sooner than this are to be renewed, in milliseconds.
const RENEW_WITHIN_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// The findings about the cluster, worst first. `nodes` and `partitions` are the views of the same picture;
/// `running` is the operation that runs.
pub fn health(
    picture: &Picture,
    nodes: &[NodeView],
    partitions: &[impl Borrow<PartitionView>],
    running: Option<&OperationView>,
) -> HealthReport {
    let mut findings = Findings::default();
    if picture.leader.is_none() {
        findings.add(
            "no_metadata_leader",
            Severity::Critical,
            vec!["__metadata".to_owned()],
            |_| {
                "no node leads the metadata: a majority of the nodes must be up and reach each other"
                    .to_owned()
            },
            "node list",
        );
    }
    about_partitions(&mut findings, partitions);
    about_nodes(&mut findings, picture, nodes);
    if let Some(operation) = running.filter(|op| !op.blocked_on.is_empty()) {
        let objects = operation.blocked_on.iter().map(|b| b.object.clone()).collect();
        let next =
            operation.operation_id.map_or("operation list".into(), |id| format!("operation show {id}"));
        findings.add(
            "operation_blocked",
            Severity::Warning,
            objects,
            |n| format!("the running operation waits for {n}"),
            &next,
        );
    }
    let mut findings = findings.0;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let verdict = match findings.first().map(|f| f.severity) {
        Some(Severity::Critical) => Verdict::Critical,
        Some(Severity::Warning) => Verdict::Degraded,
        Some(Severity::Info) | None => Verdict::Healthy,
    };
    HealthReport { verdict, node_id: picture.me, findings }
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// Nothing is found if no object is affected. `message` gets what is affected in words, such as "3 partitions".
    fn add(
        &mut self,
        code: &str,
        severity: Severity,
        mut objects: Vec<String>,
        message: impl FnOnce(&str) -> String,
        next: &str,
    ) {
        if objects.is_empty() {
            return;
        }
        let count = objects.len();
        let what = if objects[0].starts_with("node ") { "node" } else { "partition" };
        let plural = if count == 1 { "" } else { "s" };
        objects.truncate(NAMED);
        self.0.push(Finding {
            code: code.to_owned(),
            severity,
            message: message(&format!("{count} {what}{plural}")),
            objects,
            count: count as u64,
            next: Some(next.to_owned()),
        });
    }
}

fn about_partitions(findings: &mut Findings, partitions: &[impl Borrow<PartitionView>]) {
    let in_state = |state: PartitionState| {
        let some = partitions.iter().map(Borrow::borrow).filter(|p: &&PartitionView| p.state == state);
        some.map(|p| name(&p.topic, p.partition)).collect::<Vec<_>>()
    };
    findings.add(
        "leaderless_partitions",
        Severity::Critical,
        in_state(PartitionState::Leaderless),
        |n| format!("{n} without a leader: nothing is served there until a majority of the replicas is up"),
        "partition list --state leaderless",
    );
    findings.add(
        "under_min_isr_partitions",
        Severity::Critical,
        in_state(PartitionState::UnderMinIsr),
        |n| format!("{n} with fewer replicas in sync than min.insync.replicas: acks=all is refused there"),
        "partition list --state under_min_isr",
    );
    findings.add(
        "under_replicated_partitions",
        Severity::Warning,
        in_state(PartitionState::UnderReplicated),
        |n| format!("{n} with a replica that is not in sync"),
        "partition list --state under_replicated",
    );
}

fn about_nodes(findings: &mut Findings, picture: &Picture, nodes: &[NodeView]) {
    let members = || nodes.iter().filter(|n| n.state != NodeState::Invited);
    let down = named(members().filter(|n| !n.alive).collect());
    findings.add(
        "node_down",
        Severity::Warning,
        down,
        |n| format!("{n} not heard: start what is stopped, or remove what will not come back"),
        "node list",
    );
    let damaged: Vec<String> = picture
        .surveys
        .iter()
        .filter(|(_, known)| known.node.damaged > 0)
        .map(|(node, known)| format!("node {node}: {} replicas", known.node.damaged))
        .collect();
    findings.add(
        "damaged_replicas",
        Severity::Critical,
        damaged,
        |n| format!("{n} with damaged replicas, which serve nothing; the node's log says what is damaged"),
        "node list",
    );
    about_disks(findings, picture.limits, &members().collect::<Vec<_>>());
    let skewed = |n: &&NodeView| n.clock_offset_ms.is_some_and(|ms| ms.abs() > CLOCK_SKEW_MS);
    findings.add(
        "clock_skew",
        Severity::Warning,
        named(members().filter(skewed).collect()),
        |n| format!("{n} whose clock differs from node {}'s by more than {CLOCK_SKEW_MS} ms", picture.me),
        "doctor",
    );
    let expires_within =
        |n: &NodeView, ms: i64| n.certificate_expires_ms.is_some_and(|at| at < picture.taken_at_ms + ms);
    findings.add(
        "certificate_expired",
        Severity::Critical,
        named(members().filter(|n| expires_within(n, 0)).collect()),
        |n| format!("{n} whose admin API's certificate has run out: clients refuse it"),
        "doctor",
    );
    findings.add(
        "certificate_expiring",
        Severity::Warning,
        named(members().filter(|n| expires_within(n, RENEW_WITHIN_MS) && !expires_within(n, 0)).collect()),
        |n| {
            format!("{n} whose admin API's certificate runs out within {} days", RENEW_WITHIN_MS / 86_400_000)
        },
        "doctor",
    );
    let newest =
        members().map(|n| n.version.as_str()).max_by_key(|v| numbers(v)).unwrap_or_default().to_owned();
    findings.add(
        "version_mismatch",
        Severity::Info,
        named(members().filter(|n| n.version != newest).collect()),
        |n| format!("{n} with another version than {newest}"),
        "node list",
    );
    let drained: Vec<&NodeView> = members().filter(|n| n.drained).collect();
    let next = drained.first().map(|n| format!("node undrain {}", n.node_id)).unwrap_or_default();
    let message = |n: &str| format!("{n} drained: leaderships are kept away");
    findings.add("node_drained", Severity::Info, named(drained), message, &next);
}

fn about_disks(findings: &mut Findings, limits: HealthLimits, members: &[&NodeView]) {
    let HealthLimits { disk_low_percent, disk_full_percent } = limits;
    let less = |node: &NodeView, percent: u8| {
        node.disk_free_bytes
            .zip(node.disk_total_bytes)
            .is_some_and(|(free, total)| u128::from(free) * 100 < u128::from(total) * u128::from(percent))
    };
    let (full, roomier): (Vec<_>, Vec<_>) = members.iter().copied().partition(|n| less(n, disk_full_percent));
    findings.add(
        "disk_full",
        Severity::Critical,
        named(full),
        |n| format!("{n} with less than {disk_full_percent} % of the disk free"),
        "node list -o wide",
    );
    findings.add(
        "disk_low",
        Severity::Warning,
        named(roomier.into_iter().filter(|n| less(n, disk_low_percent)).collect()),
        |n| format!("{n} with less than {disk_low_percent} % of the disk free"),
        "node list -o wide",
    );
}

fn named(nodes: Vec<&NodeView>) -> Vec<String> {
    nodes.iter().map(|n| format!("node {}", n.node_id)).collect()
}

/// The parts of a version, to compare them as numbers.
fn numbers(version: &str) -> Vec<u64> {
    version.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}
