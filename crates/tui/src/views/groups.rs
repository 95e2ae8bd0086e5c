//! The consumer groups.

use std::borrow::Cow;

use chronik_common::admin::human_duration;

use super::{Cell, Column, Order, Rows, Tone, column, wide};
use crate::state::Data;

pub(super) struct Groups;

const COLUMNS: [Column; 7] = [
    wide("GROUP", 18, 0),
    column("STATE", 20, 2),
    column("LAG", 12, 1),
    column("LAG/S", 10, 3),
    column("ETA", 12, 4),
    column("MEMBERS", 8, 5),
    column("COORDINATOR", 11, 6),
];

impl Rows for Groups {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn len(&self, data: Data<'_>) -> usize {
        data.groups().len()
    }

    fn name<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        data.groups()[index].group.as_str().into()
    }

    fn badness(&self, data: Data<'_>, index: usize) -> f64 {
        data.groups()[index].lag.unwrap_or(0) as f64
    }

    /// A group has a fault if nobody reads what it has not read yet, or if its lag grows.
    fn faulty(&self, data: Data<'_>, index: usize) -> bool {
        let group = &data.groups()[index];
        let growing = data.model.lag_rates.get(&group.group).is_some_and(|rate| *rate > 0.0);
        group.lag.is_some_and(|lag| lag > 0) && (group.members == 0 || growing)
    }

    fn order(&self, data: Data<'_>, index: usize, column: usize) -> Order {
        let group = &data.groups()[index];
        let rate = data.model.lag_rates.get(&group.group).copied();
        match column {
            1 => Order::Text(group.state.clone()),
            2 => Order::known(group.lag.map(|lag| lag as f64)),
            3 => Order::known(rate),
            4 => Order::count(eta(group.lag, rate)),
            5 => Order::count(Some(group.members)),
            6 => Order::known(Some(group.coordinator)),
            _ => Order::Number(index as f64),
        }
    }

    fn cell(&self, data: Data<'_>, index: usize, column: usize) -> Cell {
        let group = &data.groups()[index];
        let rate = data.model.lag_rates.get(&group.group).copied();
        match column {
            1 => Cell::plain(group.state.as_str()),
            2 => Cell::known(group.lag),
            3 => match rate {
                Some(rate) if rate > 0.0 => Cell::toned(format!("+{rate:.0}"), Tone::Warning),
                rate => Cell::known(rate.map(|rate| format!("{rate:.0}"))),
            },
            4 => Cell::known(eta(group.lag, rate).map(human_duration)),
            5 => Cell::plain(group.members.to_string()),
            6 => Cell::plain(group.coordinator.to_string()),
            _ => Cell::plain(group.group.as_str()),
        }
    }
}

/// Seconds until nothing is left to read, if the lag goes on falling as it does.
fn eta(lag: Option<i64>, rate: Option<f64>) -> Option<u64> {
    let (lag, rate) = (lag? as f64, rate?);
    (rate < 0.0).then(|| (lag / -rate).ceil() as u64)
}
