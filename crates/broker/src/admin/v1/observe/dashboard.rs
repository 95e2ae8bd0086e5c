//! What dashboards are sent: everything once, then what changes, every second or as often as it may cost.
//!
//! The cluster is looked at and the difference written down for all of them together, as long as there is one. Who comes
//! later is sent at once what the others see already. A reader that falls behind is sent everything anew.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::http::Uri;
use axum::response::Response;
use chronik_common::admin::v1::{Groups, Snapshot};
use parking_lot::Mutex;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::{Instant, sleep_until};

use super::answers::running;
use super::query::Query;
use super::stream::{Endless, MAX_STREAMS, Sink, answer, message, place};
use crate::admin::AdminBackend;
use crate::admin::refusal::Refusal;
use crate::admin::routes::Backend;
use crate::effort;
use crate::survey::delta::delta;
use crate::survey::{Board, views};

/// From one look to the next, at least.
const PERIOD: Duration = Duration::from_secs(1);
/// From one look to the next, at most, whatever looking costs.
const LONGEST: Duration = Duration::from_secs(5);
/// Of the processor time of one core, looking takes no more than one part in so many: with many partitions, looks become
/// rarer and not dearer.
const SHARE: u32 = 64;
/// From one question about consumer groups, which all coordinators answer, to the next.
const GROUPS_PERIOD: Duration = Duration::from_secs(3);
/// Looks that a reader may be behind before it is sent everything anew.
const BEHIND: usize = 4;

/// All dashboards that this node serves.
pub(super) struct Dashboards {
    /// Those of the streams of events are of the same kind.
    pub places: Arc<Semaphore>,
    /// As long as somebody watches.
    shown: Mutex<Option<Shown>>,
}

impl Default for Dashboards {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MAX_STREAMS)), shown: Mutex::default() }
    }
}

/// What all dashboards see, and through which they see what follows.
struct Shown {
    state: Option<Arc<Snapshot>>,
    looks: broadcast::Sender<Look>,
}

/// One look at the cluster.
#[derive(Clone)]
struct Look {
    state: Arc<Snapshot>,
    /// What changed since the look before, as it is sent.
    delta: Bytes,
}

/// What one dashboard is sent: what the others see already, if there are any, and the looks after that.
struct Seen {
    state: Option<Arc<Snapshot>>,
    looks: broadcast::Receiver<Look>,
}

/// `GET /admin/v1/watch`.
pub(super) async fn watch(
    backend: Backend,
    Extension(dashboards): Extension<Arc<Dashboards>>,
    endless: Option<Extension<Endless>>,
    uri: Uri,
) -> Result<Response, Refusal> {
    Query::of(&uri, &["consistency"])?;
    let place = place(&dashboards.places)?;
    let (response, sink) =
        answer(&backend.0, place, &endless.map(|Extension(flag)| flag).unwrap_or_default());
    let seen = dashboards.subscribe(&backend.0);
    tokio::spawn(show(seen, sink));
    Ok(response)
}

impl Dashboards {
    /// The first who comes has the cluster looked at from now on, until the last has gone.
    fn subscribe(self: &Arc<Self>, backend: &Arc<dyn AdminBackend>) -> Seen {
        let mut shown = self.shown.lock();
        let Shown { state, looks } = shown.get_or_insert_with(|| {
            tokio::spawn(keep_looking(self.clone(), backend.clone()));
            Shown { state: None, looks: broadcast::Sender::new(BEHIND) }
        });
        Seen { state: state.clone(), looks: looks.subscribe() }
    }

    /// Shows everybody what was seen.
    fn show(&self, look: Look) {
        if let Some(shown) = &mut *self.shown.lock() {
            shown.state = Some(look.state.clone());
            // Nobody there is found out at the next look.
            drop(shown.looks.send(look));
        }
    }

    /// Whether nobody watches any more; then the next who comes starts anew.
    fn is_over(&self) -> bool {
        let mut shown = self.shown.lock();
        let over = shown.as_ref().is_none_or(|shown| shown.looks.receiver_count() == 0);
        if over {
            *shown = None;
        }
        over
    }
}

/// When the next look is due after one that took so much processor time.
fn pause(effort: Duration) -> Duration {
    effort.saturating_mul(SHARE).clamp(PERIOD, LONGEST)
}

async fn keep_looking(dashboards: Arc<Dashboards>, backend: Arc<dyn AdminBackend>) {
    let mut before: Option<Arc<Snapshot>> = None;
    let board = Arc::new(Mutex::new(Board::default()));
    let mut groups = Groups { groups: Vec::new(), missing_nodes: Vec::new() };
    let mut next = Instant::now();
    let mut groups_due = next;
    loop {
        sleep_until(next).await;
        if dashboards.is_over() {
            return;
        }
        let begun = Instant::now();
        next = begun + PERIOD;
        if begun >= groups_due {
            groups_due = begun + GROUPS_PERIOD;
            groups = backend.list_groups().await.unwrap_or(groups);
        }
        let Some((state, looking)) = snapshot(&*backend, groups.clone(), board.clone()).await else {
            continue;
        };
        let state = Arc::new(state);
        let known = before.replace(state.clone()).unwrap_or_else(|| state.clone());
        let new = state.clone();
        let written = effort::spend(move || message("delta", None, &delta(&known, &new))).await;
        let Some((delta, writing)) = written else { continue };
        dashboards.show(Look { state, delta });
        next = begun + pause(looking + writing);
    }
}

/// Everything that a dashboard shows, and the processor time that it took to see it.
async fn snapshot(
    backend: &dyn AdminBackend,
    groups: Groups,
    board: Arc<Mutex<Board>>,
) -> Option<(Snapshot, Duration)> {
    let (picture, operations) = tokio::join!(backend.picture(), backend.operations());
    let picture = picture.ok()?;
    let operations = operations.map(|all| all.operations).unwrap_or_default();
    let asking = picture.effort;
    let composed = effort::spend(move || {
        let (nodes, partitions) = (views::nodes(&picture), board.lock().show(&picture));
        let missing: BTreeSet<i32> = picture.missing.iter().chain(&groups.missing_nodes).copied().collect();
        Snapshot {
            taken_at_ms: picture.taken_at_ms,
            node_id: picture.me,
            cluster_id: picture.image.cluster_id().map(str::to_owned),
            leader_id: picture.leader,
            health: views::health(&picture, &nodes, &partitions, running(&operations)),
            nodes,
            partitions,
            metadata_raft: views::metadata_raft(&picture),
            groups: groups.groups,
            operations,
            missing_nodes: missing.into_iter().collect(),
        }
    });
    composed.await.map(|(state, composing)| (state, asking + composing))
}

/// Sends everything first, and again after looks that were missed; otherwise what changed.
async fn show(mut seen: Seen, sink: Sink) {
    let mut is_up_to_date = false;
    if let Some(state) = seen.state.take() {
        is_up_to_date = true;
        if !put_everything(&sink, state).await {
            return;
        }
    }
    loop {
        let look = tokio::select! {
            look = seen.looks.recv() => look,
            () = sink.closed() => return,
        };
        let sent = match look {
            Ok(look) if is_up_to_date => sink.put(look.delta).await,
            Ok(look) => {
                is_up_to_date = true;
                put_everything(&sink, look.state).await
            }
            Err(broadcast::error::RecvError::Lagged(_)) => {
                is_up_to_date = false;
                true
            }
            Err(broadcast::error::RecvError::Closed) => false,
        };
        if !sent {
            return;
        }
    }
}

async fn put_everything(sink: &Sink, state: Arc<Snapshot>) -> bool {
    match effort::spend(move || message("snapshot", None, &*state)).await {
        Some((snapshot, _)) => sink.put(snapshot).await,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_become_rarer_where_they_cost_more() {
        let pauses = [0, 15, 30, 1000].map(|ms| pause(Duration::from_millis(ms)).as_millis());
        assert_eq!(pauses, [1000, 1000, 1920, 5000]);
    }
}
