//! What comes from the cluster, and what is sent to it.

use std::sync::Arc;

use chronik_common::admin::{AdminClient, EventItem, Told, WatchItem};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

use crate::act::Acts;
use crate::event::{Event, Link};
use crate::state::Action;

/// An id that no node knows: it then tells all that it remembers.
const FROM_THE_START: &str = "0-0";

/// Passes on what the cluster tells, until aborted.
pub(super) fn start(client: &AdminClient, sender: &Sender<Event>) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(watch(client.clone(), sender.clone())),
        tokio::spawn(journal(client.clone(), sender.clone())),
    ]
}

async fn watch(client: AdminClient, sender: Sender<Event>) {
    let mut stream = client.watch();
    while let Some(told) = stream.next().await {
        let event = match told {
            Told::Connected { url } => Event::Link(Link::Connected(url)),
            Told::Lost { error, retry_in } => Event::Link(Link::Lost {
                cause: error.to_string(),
                retry_ms: u64::try_from(retry_in.as_millis()).unwrap_or(u64::MAX),
            }),
            Told::Item(WatchItem::Snapshot(snapshot)) => Event::Snapshot(snapshot),
            Told::Item(WatchItem::Delta(delta)) => Event::Delta(delta),
        };
        if sender.send(event).await.is_err() {
            return;
        }
    }
}

/// The journal has no say in whether the dashboard is connected: the watch has.
async fn journal(client: AdminClient, sender: Sender<Event>) {
    let mut stream = client.events(Some(FROM_THE_START.into()));
    while let Some(told) = stream.next().await {
        if let Told::Item(EventItem::Event(event)) = told
            && sender.send(Event::Journal(event)).await.is_err()
        {
            return;
        }
    }
}

/// Does what the reducer asks for; what comes of it is an event.
pub(super) fn act(acts: &Arc<dyn Acts>, action: Action, sender: Sender<Event>) {
    let acts = acts.clone();
    tokio::spawn(async move {
        let event = match action {
            Action::Quit => return,
            Action::Plan(act) => {
                let plan = acts.plan(act.clone()).await;
                Event::Planned(act, plan)
            }
            Action::Perform(act) => Event::Done(acts.perform(act).await),
        };
        // Nobody waits for it if the dashboard has ended.
        let _ = sender.send(event).await;
    });
}
