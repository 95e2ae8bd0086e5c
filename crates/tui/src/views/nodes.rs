//! The nodes.

use std::borrow::Cow;

use chronik_common::admin::v1::NodeView;
use chronik_common::admin::{NodeState, human_duration};

use super::{Cell, Column, Order, Rows, Tone, bytes, column, rate, wide};
use crate::state::Data;

pub(super) struct Nodes;

const COLUMNS: [Column; 10] = [
    column("NODE", 6, 0),
    column("STATE", 10, 1),
    column("LEADS", 7, 2),
    column("HOLDS", 7, 3),
    column("!ISR", 6, 2),
    column("IN", 12, 4),
    column("CPU%", 6, 5),
    column("MEMORY", 11, 6),
    column("DISK FREE", 11, 4),
    wide("UP", 10, 7),
];

/// What a node is, in a word.
pub(super) fn state(node: &NodeView) -> Cell {
    match node.state {
        NodeState::Invited => Cell::plain("invited"),
        _ if !node.alive => Cell::toned("! DOWN", Tone::Bad),
        NodeState::Draining => Cell::toned("removing", Tone::Warning),
        NodeState::Active if node.drained => Cell::toned("drained", Tone::Warning),
        NodeState::Active => Cell::toned("up", Tone::Good),
    }
}

impl Rows for Nodes {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn len(&self, data: Data<'_>) -> usize {
        data.nodes().len()
    }

    fn name<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        format!("node {}", data.nodes()[index].node_id).into()
    }

    fn badness(&self, data: Data<'_>, index: usize) -> f64 {
        let node = &data.nodes()[index];
        let down = !node.alive && node.state != NodeState::Invited;
        f64::from(u8::from(down)) * 1e9 + node.out_of_sync as f64
    }

    fn order(&self, data: Data<'_>, index: usize, column: usize) -> Order {
        let node = &data.nodes()[index];
        match column {
            1 => Order::Text(state(node).text),
            2 => Order::count(Some(node.leaders)),
            3 => Order::count(Some(node.replicas)),
            4 => Order::count(Some(node.out_of_sync)),
            5 => Order::known(node.bytes_in_per_second),
            6 => Order::known(node.cpu_percent),
            7 => Order::count(node.memory_bytes),
            8 => Order::count(node.disk_free_bytes),
            9 => Order::count(node.uptime_seconds),
            _ => Order::Number(f64::from(node.node_id)),
        }
    }

    fn cell(&self, data: Data<'_>, index: usize, column: usize) -> Cell {
        let node = &data.nodes()[index];
        match column {
            1 => state(node),
            2 => Cell::plain(node.leaders.to_string()),
            3 => Cell::plain(node.replicas.to_string()),
            4 if node.out_of_sync > 0 => Cell::toned(format!("!{}", node.out_of_sync), Tone::Warning),
            4 => Cell::plain("0"),
            5 => rate(node.bytes_in_per_second),
            6 => Cell::known(node.cpu_percent.map(|percent| format!("{percent:.0}"))),
            7 => bytes(node.memory_bytes),
            8 => bytes(node.disk_free_bytes),
            9 => Cell::known(node.uptime_seconds.map(human_duration)),
            _ => Cell::plain(node.node_id.to_string()),
        }
    }
}
