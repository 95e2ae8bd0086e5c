//! The partitions.

use std::borrow::Cow;

use chronik_common::admin::v1::PartitionView;

use super::{Cell, Column, Order, Rows, Tone, bytes, column, rate, state_badness, state_name, wide};
use crate::state::Data;

pub(super) struct Partitions;

const COLUMNS: [Column; 8] = [
    wide("PARTITION", 21, 0),
    column("STATE", 18, 1),
    column("LEADER", 7, 2),
    column("ISR", 14, 3),
    column("LAG", 11, 4),
    column("TERM", 7, 6),
    column("IN", 12, 5),
    column("SIZE", 11, 7),
];

/// The replicas, those out of sync with a mark: `[1,2,!3]`.
fn isr(partition: &PartitionView) -> Cell {
    let mark = |id: &i32| if partition.isr.contains(id) { id.to_string() } else { format!("!{id}") };
    let replicas: Vec<String> = partition.replicas.iter().map(mark).collect();
    let complete = partition.replicas.iter().all(|id| partition.isr.contains(id));
    let tone = if complete { Tone::Plain } else { Tone::Warning };
    Cell::toned(format!("[{}]", replicas.join(",")), tone)
}

impl Rows for Partitions {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn len(&self, data: Data<'_>) -> usize {
        data.model.partitions().len()
    }

    fn name<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        let partition = &data.model.partitions()[index];
        format!("{}-{}", partition.topic, partition.partition).into()
    }

    fn topic<'a>(&self, data: Data<'a>, index: usize) -> Option<&'a str> {
        Some(&data.model.partitions()[index].topic)
    }

    /// The state, and among equals the lag; lag alone is no fault.
    fn badness(&self, data: Data<'_>, index: usize) -> f64 {
        let partition = &data.model.partitions()[index];
        let lag = partition.max_lag_bytes.unwrap_or(0) as f64;
        match state_badness(partition.state) {
            0.0 => lag / 1e18 - 100.0,
            bad => bad + lag / 1e20,
        }
    }

    fn order(&self, data: Data<'_>, index: usize, column: usize) -> Order {
        let partition = &data.model.partitions()[index];
        match column {
            1 => Order::Number(state_badness(partition.state)),
            2 => Order::known(partition.leader),
            3 => Order::Number(partition.isr.len() as f64),
            4 => Order::count(partition.max_lag_bytes),
            5 => Order::known(partition.leader_epoch),
            6 => Order::known(partition.bytes_per_second),
            7 => Order::count(partition.bytes),
            _ => Order::Number(index as f64),
        }
    }

    fn cell(&self, data: Data<'_>, index: usize, column: usize) -> Cell {
        let partition = &data.model.partitions()[index];
        match column {
            1 => state_name(partition.state),
            2 => match partition.leader {
                Some(leader) => Cell::plain(leader.to_string()),
                None => Cell::toned("! none", Tone::Bad),
            },
            3 => isr(partition),
            4 => bytes(partition.max_lag_bytes),
            5 => Cell::known(partition.leader_epoch),
            6 => rate(partition.bytes_per_second),
            7 => bytes(partition.bytes),
            _ => Cell::plain(self.name(data, index)),
        }
    }
}
