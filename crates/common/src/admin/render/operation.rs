//! Operations as text, one with everything or many as a table, and the answer
//! of `add-node`.

use super::columns::columns;
use super::plan::moves;
use super::progress::{name, state};
use super::units::{bytes, duration, seconds_between};
use super::{blockers, line};
use crate::admin::change::{AddNodeAnswer, OperationKind, OperationView, Operations};

/// The text of `add-node`.
pub fn render_added(answer: &AddNodeAnswer) -> String {
    let mut out = String::new();
    line(&mut out, format_args!("{}", answer.message));
    if !answer.next.is_empty() {
        line(&mut out, format_args!("Next: {}", answer.next));
    }
    out
}

/// The text of `operation show`.
pub fn render_operation(view: &OperationView) -> String {
    let mut out = String::new();
    line(&mut out, format_args!("{}: {}", name(view), title(view)));
    line(&mut out, format_args!("State: {}", state(view)));
    if view.partitions_total > 0 {
        let (done, total) = (view.partitions_done, view.partitions_total);
        line(&mut out, format_args!("Partitions: {done} of {total} done"));
    }
    if view.bytes_total > 0 {
        let (done, total) = (bytes(view.bytes_done), bytes(view.bytes_total));
        line(&mut out, format_args!("Data: {done} of {total} copied"));
    }
    match (view.finished_at_ms, view.eta_seconds) {
        (Some(finished), _) => {
            let took = duration(seconds_between(view.started_at_ms, finished));
            line(&mut out, format_args!("Took: {took}"));
        }
        (None, Some(left)) if !view.state.is_finished() => {
            line(&mut out, format_args!("Time left: about {}", duration(left)));
        }
        (None, _) => {}
    }
    if !view.message.is_empty() {
        line(&mut out, format_args!("{}", view.message));
    }
    blockers(&mut out, "Waiting for", &view.blocked_on);
    if !view.plan.is_empty() {
        line(&mut out, format_args!("\nUnder way:"));
        out += &moves(&view.plan);
    }
    out
}

/// The text of `operation list`, at a moment in milliseconds since 1970.
pub fn render_operations(list: &Operations, now_ms: i64) -> String {
    if list.operations.is_empty() {
        return "There are no operations.\n".into();
    }
    let row = |view: &OperationView| {
        [
            view.operation_id.map(|id| id.to_string()).unwrap_or_default(),
            title(view),
            state(view),
            format!("{}/{}", view.partitions_done, view.partitions_total),
            format!("{} ago", duration(seconds_between(view.started_at_ms, now_ms))),
            view.message.clone(),
        ]
    };
    let heading = ["ID", "OPERATION", "STATE", "PARTITIONS", "STARTED", "MESSAGE"];
    columns(heading, list.operations.iter().map(row).collect())
}

/// `remove node 4`.
pub(super) fn title(view: &OperationView) -> String {
    match (view.kind, view.node_id) {
        (OperationKind::Rebalance, _) => "rebalance".into(),
        (OperationKind::MoveReplicas, _) => "move replicas".into(),
        (OperationKind::RemoveNode, node) => {
            let node = node.map(|id| format!(" {id}")).unwrap_or_default();
            let how = if view.force == Some(true) { " by force" } else { "" };
            format!("remove node{node}{how}")
        }
    }
}
