//! Planned moves as a table, and a dry run around it.

use super::columns::columns;
use super::operation::title;
use super::units::bytes;
use super::{blockers, line};
use crate::admin::change::{OperationView, PlannedMove};

/// The answer to a dry run.
pub fn render_plan(view: &OperationView) -> String {
    let mut out = format!("Dry run, nothing is changed: {}\n\n", title(view));
    if view.plan.is_empty() {
        line(&mut out, format_args!("No partition has to change."));
    } else {
        out += &moves(&view.plan);
        let (count, size) = (view.plan.len(), bytes(view.bytes_total));
        let partitions = if count == 1 { "partition changes" } else { "partitions change" };
        line(&mut out, format_args!("\n{count} {partitions}, {size} to copy."));
    }
    if !view.message.is_empty() {
        line(&mut out, format_args!("{}", view.message));
    }
    blockers(&mut out, "In the way", &view.blocked_on);
    out
}

/// One row for each move.
pub(super) fn moves(plan: &[PlannedMove]) -> String {
    let row = |planned: &PlannedMove| {
        [
            format!("{}-{}", planned.topic, planned.partition),
            format!("{:?}", planned.from),
            format!("{:?}", planned.to),
            bytes(planned.bytes),
            planned.reason.clone(),
        ]
    };
    columns(["PARTITION", "FROM", "TO", "BYTES", "REASON"], plan.iter().map(row).collect())
}
