//! The topics.

use std::borrow::Cow;

use super::{Cell, Column, Order, Rows, Tone, bytes, column, rate, state_badness, state_name, wide};
use crate::state::Data;

pub(super) struct Topics;

const COLUMNS: [Column; 6] = [
    wide("TOPIC", 18, 0),
    column("STATE", 18, 1),
    column("PARTITIONS", 11, 3),
    column("UNHEALTHY", 10, 2),
    column("IN", 12, 4),
    column("SIZE", 11, 5),
];

impl Rows for Topics {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn len(&self, data: Data<'_>) -> usize {
        data.model.topics.len()
    }

    fn name<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        data.model.topics[index].name.as_str().into()
    }

    fn topic<'a>(&self, data: Data<'a>, index: usize) -> Option<&'a str> {
        Some(&data.model.topics[index].name)
    }

    fn badness(&self, data: Data<'_>, index: usize) -> f64 {
        state_badness(data.model.topics[index].state)
    }

    fn order(&self, data: Data<'_>, index: usize, column: usize) -> Order {
        let topic = &data.model.topics[index];
        match column {
            1 => Order::Number(state_badness(topic.state)),
            2 => Order::count(Some(topic.partitions)),
            3 => Order::count(Some(topic.unhealthy)),
            4 => Order::Number(topic.bytes_per_second),
            5 => Order::count(Some(topic.bytes)),
            _ => Order::Number(index as f64),
        }
    }

    fn cell(&self, data: Data<'_>, index: usize, column: usize) -> Cell {
        let topic = &data.model.topics[index];
        match column {
            1 => state_name(topic.state),
            2 => Cell::plain(topic.partitions.to_string()),
            3 if topic.unhealthy > 0 => Cell::toned(format!("!{}", topic.unhealthy), Tone::Warning),
            3 => Cell::plain("0"),
            4 => rate(Some(topic.bytes_per_second)),
            5 => bytes(Some(topic.bytes)),
            _ => Cell::plain(topic.name.as_str()),
        }
    }
}
