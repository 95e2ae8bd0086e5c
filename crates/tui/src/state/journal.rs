//! What happened in the cluster, newest first, and what flaps.

use std::collections::{HashMap, HashSet, VecDeque};

use chronik_common::admin::v1::{Event, EventKind};

/// Events that are kept.
const KEPT: usize = 10_000;
/// An object flaps if so much happened to it within [`WINDOW_MS`].
const FLAPS: usize = 4;
const WINDOW_MS: i64 = 600_000;

/// The events that are known.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    /// Newest first.
    pub events: VecDeque<Event>,
    /// Their ids.
    known: HashSet<String>,
    /// Moments of the changes of an object that comes and goes, oldest first, at most [`FLAPS`].
    changes: HashMap<String, VecDeque<i64>>,
}

impl Journal {
    /// Takes an event; one that is known already (a stream that is resumed may tell it again) is left out. Another node's
    /// have ids of their own.
    pub fn add(&mut self, event: Event) {
        if !self.known.insert(event.id.clone()) {
            return;
        }
        if comes_and_goes(event.kind) {
            let moments = self.changes.entry(event.object.clone()).or_default();
            moments.push_back(event.at_ms);
            if moments.len() > FLAPS {
                moments.pop_front();
            }
        }
        self.events.push_front(event);
        if self.events.len() > KEPT {
            if let Some(oldest) = self.events.pop_back() {
                self.known.remove(&oldest.id);
            }
            let oldest = self.events.back().map_or(0, |event| event.at_ms);
            self.changes.retain(|_, moments| moments.back().is_some_and(|last| *last >= oldest));
        }
    }

    /// Whether the event's object changed to and fro within ten minutes of its last change.
    pub fn flaps(&self, event: &Event) -> bool {
        comes_and_goes(event.kind)
            && self.changes.get(&event.object).is_some_and(|moments| {
                let span = moments.back().zip(moments.front()).map(|(last, first)| last - first);
                moments.len() >= FLAPS && span.is_some_and(|span| span <= WINDOW_MS)
            })
    }
}

fn comes_and_goes(kind: EventKind) -> bool {
    use EventKind::{ControllerChanged, IsrExpanded, IsrShrank, LeaderChanged, LeaderLost, NodeDown, NodeUp};
    matches!(
        kind,
        LeaderChanged | LeaderLost | IsrShrank | IsrExpanded | ControllerChanged | NodeUp | NodeDown
    )
}
