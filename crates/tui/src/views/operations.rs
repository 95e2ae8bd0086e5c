//! The operations.

use std::borrow::Cow;

use chronik_common::admin::{OperationKind, OperationState, OperationView, human_duration};

use super::{Cell, Column, Order, Rows, Tone, column, wide};
use crate::state::Data;

pub(super) struct Operations;

const COLUMNS: [Column; 6] = [
    column("ID", 6, 0),
    column("WHAT", 16, 2),
    column("STATE", 10, 1),
    column("DONE", 5, 3),
    column("ETA", 12, 4),
    wide("WAITS FOR / SAYS", 20, 5),
];

fn what(operation: &OperationView) -> String {
    match (operation.kind, operation.node_id) {
        (OperationKind::RemoveNode, Some(node)) => format!("remove node {node}"),
        (OperationKind::RemoveNode, None) => "remove node".into(),
        (OperationKind::Rebalance, _) => "rebalance".into(),
        (OperationKind::MoveReplicas, _) => "move replicas".into(),
    }
}

fn state(operation: &OperationView) -> Cell {
    match operation.state {
        OperationState::Planning => Cell::plain("planning"),
        OperationState::Moving => Cell::plain("moving"),
        OperationState::Removing => Cell::plain("removing"),
        OperationState::Done => Cell::toned("done", Tone::Good),
        OperationState::Failed => Cell::toned("! failed", Tone::Bad),
        OperationState::Cancelled => Cell::plain("cancelled"),
    }
}

impl Rows for Operations {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn len(&self, data: Data<'_>) -> usize {
        data.operations().len()
    }

    fn name<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        let operation = &data.operations()[index];
        format!("operation {} {}", operation.operation_id.unwrap_or(0), what(operation)).into()
    }

    /// The running one first, as the server sends them.
    fn badness(&self, data: Data<'_>, index: usize) -> f64 {
        let operation = &data.operations()[index];
        if operation.state.is_finished() { 0.0 } else { operation.blocked_on.len() as f64 + 1.0 }
    }

    fn faulty(&self, data: Data<'_>, index: usize) -> bool {
        let operation = &data.operations()[index];
        operation.state == OperationState::Failed || !operation.blocked_on.is_empty()
    }

    fn order(&self, data: Data<'_>, index: usize, column: usize) -> Order {
        let operation = &data.operations()[index];
        match column {
            1 => Order::Text(what(operation)),
            2 => Order::Text(state(operation).text),
            3 => Order::known(Some(operation.percent)),
            4 => Order::count(operation.eta_seconds),
            5 => Order::Text(operation.message.clone()),
            _ => Order::count(operation.operation_id),
        }
    }

    fn cell(&self, data: Data<'_>, index: usize, column: usize) -> Cell {
        let operation = &data.operations()[index];
        match (column, operation.blocked_on.first()) {
            (1, _) => Cell::plain(what(operation)),
            (2, _) => state(operation),
            (3, _) => Cell::plain(format!("{}%", operation.percent)),
            (4, _) => Cell::known(operation.eta_seconds.map(human_duration)),
            (5, Some(block)) => Cell::toned(format!("! {}: {}", block.object, block.reason), Tone::Warning),
            (5, None) => Cell::plain(operation.message.as_str()),
            _ => Cell::known(operation.operation_id),
        }
    }
}
