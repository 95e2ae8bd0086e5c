//! How far an operation is, in one line.

use super::units::{bytes, duration};
use crate::admin::change::{OperationState, OperationView};

/// `Operation 7: moving 42%, 5/12 partitions, 1.2 GiB/3.0 GiB, 2 min left`.
///
/// Nothing is said of what is not known yet: "0 of 0" would look finished.
pub fn progress_line(view: &OperationView) -> String {
    let mut parts = vec![format!("{}: {}", name(view), state(view))];
    if view.partitions_total > 0 {
        parts.push(format!("{}/{} partitions", view.partitions_done, view.partitions_total));
    }
    if view.bytes_total > 0 {
        parts.push(format!("{}/{}", bytes(view.bytes_done), bytes(view.bytes_total)));
    }
    if let Some(left) = view.eta_seconds.filter(|_| !view.state.is_finished()) {
        parts.push(format!("{} left", duration(left)));
    }
    parts.join(", ")
}

/// `Operation 7`.
pub(super) fn name(view: &OperationView) -> String {
    view.operation_id.map_or_else(|| "Operation".to_owned(), |id| format!("Operation {id}"))
}

/// `moving 42%`, and for the other states their name.
pub(super) fn state(view: &OperationView) -> String {
    match view.state {
        OperationState::Planning => "planning".into(),
        OperationState::Moving => format!("moving {}%", view.percent),
        OperationState::Removing => "removing the node".into(),
        OperationState::Done => "done".into(),
        OperationState::Failed => format!("failed at {}%", view.percent),
        OperationState::Cancelled => format!("cancelled at {}%", view.percent),
    }
}
