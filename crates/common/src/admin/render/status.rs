//! The status of a cluster as text: the seeds' layout, word for word, notes in
//! parentheses where something is going on, and below it whatever is wrong.

use super::line;
use crate::admin::types::{NodeState, NodeStatus, PartitionStatus, Status};

/// How many problems are told one by one.
const PROBLEMS_SHOWN: usize = 20;

/// The text of `chronikctl status`.
pub fn render_status(status: &Status) -> String {
    let mut out = String::from("Chronik Cluster Status\n======================\n\n");
    line(&mut out, format_args!("Nodes: {}", node_count(&status.nodes)));
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
/// A node that never started and a replica that is still being filled are
/// work in progress and not wrong.
pub fn problems(status: &Status) -> Vec<String> {
    let mut problems = Vec::new();
    if status.leader_id.is_none() {
        problems.push("the cluster has no leader: nothing can be created, moved or registered".to_owned());
    }
    for node in status.nodes.iter().filter(|node| !node.alive && node.state != NodeState::Invited) {
        problems.push(format!("Node {} is not heard from by Node {}", node.node_id, status.node_id));
    }
    for p in status.partitions.iter().filter(|p| p.leader.is_none()) {
        problems
            .push(format!("{}-{} has no leader: it can be neither written nor read", p.topic, p.partition));
    }
    for p in status.partitions.iter().filter(|p| p.leader.is_some()) {
        let behind = behind(p);
        if !behind.is_empty() {
            let behind: Vec<_> = behind.iter().map(ToString::to_string).collect();
            problems.push(format!(
                "{}-{} is under-replicated: not in sync: {}",
                p.topic,
                p.partition,
                behind.join(", ")
            ));
        }
    }
    problems
}

/// The replicas that should be in sync and are not.
fn behind(p: &PartitionStatus) -> Vec<i32> {
    p.replicas.iter().copied().filter(|id| !p.isr.contains(id) && !p.adding.contains(id)).collect()
}

fn node_count(nodes: &[NodeStatus]) -> String {
    let invited = nodes.iter().filter(|node| node.state == NodeState::Invited).count();
    let note = if invited == 0 { String::new() } else { format!(" (and {invited} invited)") };
    format!("{}{note}", nodes.len() - invited)
}

fn node_line(node: &NodeStatus) -> String {
    let NodeStatus { node_id, kafka, wal, raft, .. } = node;
    let note = match (node.state, node.alive) {
        (NodeState::Active, true) => "",
        (NodeState::Active, false) => " (not heard from)",
        (NodeState::Draining, true) => " (draining)",
        (NodeState::Draining, false) => " (draining, not heard from)",
        (NodeState::Invited, _) => " (invited, not started yet)",
    };
    format!("Node {node_id}: kafka={kafka}, wal={wal}, raft={raft}{note}")
}

fn partition_line(p: &PartitionStatus) -> String {
    let leader = p.leader.map_or_else(|| "none".to_owned(), |id| id.to_string());
    let note = move_note(p);
    format!("{}-{}: leader={leader}, replicas={:?}, ISR={:?}{note}", p.topic, p.partition, p.replicas, p.isr)
}

fn move_note(p: &PartitionStatus) -> String {
    match (p.adding.is_empty(), p.removing.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(" (moving: adding {:?})", p.adding),
        (true, false) => format!(" (moving: removing {:?})", p.removing),
        (false, false) => format!(" (moving: adding {:?}, removing {:?})", p.adding, p.removing),
    }
}
