//! What happened, newest first.

use std::borrow::Cow;

use chronik_common::admin::v1::EventKind;

use super::{Cell, Column, Order, Rows, Tone, column, wide};
use crate::state::Data;

pub(super) struct Events;

const COLUMNS: [Column; 4] =
    [wide("OBJECT", 19, 0), column("TIME", 9, 2), column("FLAPS", 6, 3), wide("WHAT", 20, 1)];

impl Rows for Events {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn len(&self, data: Data<'_>) -> usize {
        data.journal.events.len()
    }

    fn name<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        let event = &data.journal.events[index];
        format!("{} {}", event.object, event.id).into()
    }

    /// Newest first, whatever happened.
    fn badness(&self, _data: Data<'_>, index: usize) -> f64 {
        -(index as f64)
    }

    fn faulty(&self, data: Data<'_>, index: usize) -> bool {
        let event = &data.journal.events[index];
        matches!(event.kind, EventKind::LeaderLost | EventKind::IsrShrank | EventKind::NodeDown)
            || data.journal.flaps(event)
    }

    fn order(&self, data: Data<'_>, index: usize, column: usize) -> Order {
        let event = &data.journal.events[index];
        match column {
            1 => Order::Number(event.at_ms as f64),
            2 => Order::Number(f64::from(u8::from(data.journal.flaps(event)))),
            3 => Order::Text(event.message.clone()),
            _ => Order::Text(event.object.clone()),
        }
    }

    fn cell(&self, data: Data<'_>, index: usize, column: usize) -> Cell {
        let event = &data.journal.events[index];
        match column {
            // UTC: the same on every screen that looks at the same cluster.
            1 => Cell::plain(
                jiff::Timestamp::from_millisecond(event.at_ms)
                    .map_or_else(|_| "-".into(), |time| time.strftime("%H:%M:%S").to_string()),
            ),
            2 if data.journal.flaps(event) => Cell::toned("! flap", Tone::Warning),
            2 => Cell::plain(""),
            3 if self.faulty(data, index) => Cell::toned(format!("! {}", event.message), Tone::Warning),
            3 => Cell::plain(event.message.as_str()),
            _ => Cell::plain(event.object.as_str()),
        }
    }
}
