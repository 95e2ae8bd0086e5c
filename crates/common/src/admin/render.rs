//! The status of a cluster as text: the seeds' layout, word for word, and
//! below it whatever is wrong.

use std::fmt::Write;

use super::types::{NodeStatus, PartitionStatus, Status};

/// How many problems are told one by one.
const PROBLEMS_SHOWN: usize = 20;

/// The text of `chronikctl status`.
pub fn render_status(status: &Status) -> String {
    let mut out = String::from("Chronik Cluster Status\n======================\n\n");
    line(&mut out, format_args!("Nodes: {}", status.nodes.len()));
    match status.leader_id {
        Some(id) => line(&mut out, format_args!("Leader: Node {id} (elected by Raft)")),
        None => line(&mut out, format_args!("Leader: none (no quorum, or an election is going on)")),
    }
    line(&mut out, format_args!("\nNode Details:"));
    for node in &status.nodes {
        line(&mut out, format_args!("  {}", node_line(node)));
    }
    if !status.partitions.is_empty() {
        line(&mut out, format_args!("\nPartition Assignments:"));
    }
    for partition in &status.partitions {
        line(&mut out, format_args!("  {}", partition_line(partition)));
    }
    let problems = problems(status);
    if !problems.is_empty() {
        line(&mut out, format_args!("\nProblems:"));
    }
    for problem in problems.iter().take(PROBLEMS_SHOWN) {
        line(&mut out, format_args!("  {problem}"));
    }
    if let Some(more) = problems.len().checked_sub(PROBLEMS_SHOWN).filter(|more| *more > 0) {
        line(&mut out, format_args!("  … and {more} more"));
    }
    out
}

/// What is wrong with the cluster, the worst first. Empty: it is healthy.
pub fn problems(status: &Status) -> Vec<String> {
    let mut problems = Vec::new();
    if status.leader_id.is_none() {
        problems.push("the cluster has no leader: nothing can be created, moved or registered".to_owned());
    }
    for node in status.nodes.iter().filter(|node| !node.alive) {
        problems.push(format!("Node {} is not heard from by Node {}", node.node_id, status.node_id));
    }
    for p in status.partitions.iter().filter(|p| p.leader.is_none()) {
        problems
            .push(format!("{}-{} has no leader: it can be neither written nor read", p.topic, p.partition));
    }
    for p in status.partitions.iter().filter(|p| p.leader.is_some() && p.isr.len() < p.replicas.len()) {
        let behind: Vec<_> =
            p.replicas.iter().filter(|id| !p.isr.contains(id)).map(ToString::to_string).collect();
        problems.push(format!(
            "{}-{} is under-replicated: not in sync: {}",
            p.topic,
            p.partition,
            behind.join(", ")
        ));
    }
    problems
}

fn node_line(node: &NodeStatus) -> String {
    let NodeStatus { node_id, kafka, wal, raft, .. } = node;
    let note = if node.alive { "" } else { " (not heard from)" };
    format!("Node {node_id}: kafka={kafka}, wal={wal}, raft={raft}{note}")
}

fn partition_line(p: &PartitionStatus) -> String {
    let leader = p.leader.map_or_else(|| "none".to_owned(), |id| id.to_string());
    format!("{}-{}: leader={leader}, replicas={:?}, ISR={:?}", p.topic, p.partition, p.replicas, p.isr)
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}
