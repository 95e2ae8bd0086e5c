//! What dashboards are sent: everything once, then every second what changed.
//!
//! The cluster is looked at and the difference written down once a second for all of them, as long as there is one. A reader
//! that falls behind is sent everything anew.

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
use tokio::time::{MissedTickBehavior, interval};

use super::answers::running;
use super::query::Query;
use super::stream::{Endless, MAX_STREAMS, Sink, answer, message, place};
use crate::admin::AdminBackend;
use crate::admin::refusal::Refusal;
use crate::admin::routes::Backend;
use crate::survey::delta::delta;
use crate::survey::views;

/// From one look to the next.
const PERIOD: Duration = Duration::from_secs(1);
/// Looks from one question about consumer groups, which all coordinators answer, to the next.
const GROUPS_EVERY: u64 = 3;
/// Looks that a reader may be behind before it is sent everything anew.
const BEHIND: usize = 4;

/// All dashboards that this node serves.
pub(super) struct Dashboards {
    /// Those of the streams of events are of the same kind.
    pub places: Arc<Semaphore>,
    /// The last look, as long as somebody watches.
    channel: Mutex<Option<broadcast::Sender<Look>>>,
}

impl Default for Dashboards {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MAX_STREAMS)), channel: Mutex::default() }
    }
}

/// One look at the cluster.
#[derive(Clone)]
struct Look {
    state: Arc<Snapshot>,
    /// What changed since the look before, as it is sent.
    delta: Bytes,
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
    let looks = dashboards.subscribe(&backend.0);
    tokio::spawn(show(looks, sink));
    Ok(response)
}

impl Dashboards {
    /// The looks from now on. The first who comes starts them; with the last who goes they end.
    fn subscribe(self: &Arc<Self>, backend: &Arc<dyn AdminBackend>) -> broadcast::Receiver<Look> {
        let mut channel = self.channel.lock();
        if let Some(looks) = &*channel {
            return looks.subscribe();
        }
        let (sender, receiver) = broadcast::channel(BEHIND);
        *channel = Some(sender.clone());
        tokio::spawn(keep_looking(self.clone(), backend.clone(), sender));
        receiver
    }

    /// Whether nobody watches any more; then the next who comes starts anew.
    fn is_over(&self, looks: &broadcast::Sender<Look>) -> bool {
        let mut channel = self.channel.lock();
        let over = looks.receiver_count() == 0;
        if over {
            *channel = None;
        }
        over
    }
}

async fn keep_looking(
    dashboards: Arc<Dashboards>,
    backend: Arc<dyn AdminBackend>,
    looks: broadcast::Sender<Look>,
) {
    let mut tick = interval(PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before: Option<Arc<Snapshot>> = None;
    let mut groups = Groups { groups: Vec::new(), missing_nodes: Vec::new() };
    for look in 0_u64.. {
        tick.tick().await;
        if dashboards.is_over(&looks) {
            return;
        }
        if look.is_multiple_of(GROUPS_EVERY) {
            groups = backend.list_groups().await.unwrap_or(groups);
        }
        let Some(state) = snapshot(&*backend, groups.clone()).await.map(Arc::new) else { continue };
        let known = before.replace(state.clone()).unwrap_or_else(|| state.clone());
        let (old, new) = (known, state.clone());
        // Milliseconds for thousands of partitions: not on a thread that serves others.
        let written = tokio::task::spawn_blocking(move || message("delta", None, &delta(&old, &new)));
        let Ok(delta) = written.await else { continue };
        // Nobody there is found out at the next look.
        drop(looks.send(Look { state, delta }));
    }
}

/// Everything that a dashboard shows.
async fn snapshot(backend: &dyn AdminBackend, groups: Groups) -> Option<Snapshot> {
    let (picture, operations) = tokio::join!(backend.picture(), backend.operations());
    let picture = picture.ok()?;
    let operations = operations.map(|all| all.operations).unwrap_or_default();
    let composed = tokio::task::spawn_blocking(move || {
        let (nodes, mut partitions) = (views::nodes(&picture), views::partitions(&picture));
        partitions.iter_mut().for_each(views::forget_ages);
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
    composed.await.ok()
}

/// Sends everything with the first look, and again after looks that were missed; otherwise what changed.
async fn show(mut looks: broadcast::Receiver<Look>, sink: Sink) {
    let mut is_up_to_date = false;
    loop {
        let look = tokio::select! {
            look = looks.recv() => look,
            () = sink.closed() => return,
        };
        let sent = match look {
            Ok(look) if is_up_to_date => sink.put(look.delta).await,
            Ok(look) => {
                is_up_to_date = true;
                let state = look.state;
                let written = tokio::task::spawn_blocking(move || message("snapshot", None, &*state)).await;
                match written {
                    Ok(snapshot) => sink.put(snapshot).await,
                    Err(_) => false,
                }
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
