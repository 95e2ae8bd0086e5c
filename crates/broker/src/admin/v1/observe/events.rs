//! What happened: asked for once, or told as it happens.

use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::{Extension, Json};
use chronik_common::admin::v1::{EventKind, Events};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use tokio::sync::watch;

use super::dashboard::Dashboards;
use super::query::Query;
use super::stream::{Endless, SIGN_OF_LIFE, Sink, answer, message, place, sign_of_life};
use crate::admin::refusal::Refusal;
use crate::admin::routes::Backend;
use crate::survey::Journal;
use crate::survey::journal::CAPACITY;

/// Events told at a time.
const AT_A_TIME: usize = 100;
/// Events in an answer, unless the caller says otherwise.
const USUAL_LIMIT: usize = 1000;

/// `GET /admin/v1/journal?since_ms=&limit=&kind=&object=`: the newest that fit; `object` is a part of the object's name.
pub(super) async fn journal(backend: Backend, uri: Uri) -> Result<Json<Events>, Refusal> {
    let query = Query::of(&uri, &["consistency", "since_ms", "limit", "kind", "object"])?;
    let since: Option<i64> = query.number("since_ms")?;
    let limit = query.limit(USUAL_LIMIT)?;
    let kind = query.get("kind").map(kind_named).transpose()?;
    let (mut events, _) = backend.journal().since(0, CAPACITY);
    events.retain(|event| {
        since.is_none_or(|since| event.at_ms >= since)
            && kind.is_none_or(|kind| event.kind == kind)
            && query.get("object").is_none_or(|part| event.object.contains(part))
    });
    events.drain(..events.len().saturating_sub(limit));
    Ok(Json(Events { events }))
}

fn kind_named(name: &str) -> Result<EventKind, Refusal> {
    let named: StrDeserializer<'_, Error> = name.into_deserializer();
    EventKind::deserialize(named).map_err(|e| {
        let detail = format!("kind: {e}");
        Refusal::invalid_request(axum::http::StatusCode::BAD_REQUEST, detail, "see GET /admin/docs")
    })
}

/// `GET /admin/v1/events`: from the event behind `Last-Event-ID` on; without it, from now on. Where events are missing in
/// between, or the id is of another life of the node, `resync` comes first, and then what is still known.
pub(super) async fn events(
    backend: Backend,
    Extension(dashboards): Extension<Arc<Dashboards>>,
    endless: Option<Extension<Endless>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    Query::of(&uri, &["consistency"])?;
    let journal = backend.journal();
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let place = place(&dashboards.places)?;
    let (response, sink) =
        answer(&backend.0, place, &endless.map(|Extension(flag)| flag).unwrap_or_default());
    let from = match last.map(|id| journal.number_of(id)) {
        None => Start { next: *journal.watch().borrow(), resync: false },
        Some(Some(number)) => Start { next: number + 1, resync: journal.has_lost(number + 1) },
        Some(None) => Start { next: 0, resync: true },
    };
    tokio::spawn(tell(journal, from, sink));
    Ok(response)
}

struct Start {
    next: u64,
    resync: bool,
}

/// Waits until there are events from that number on; `false`: there will be none.
async fn is_news(newest: &mut watch::Receiver<u64>, next: u64) -> bool {
    newest.wait_for(|newest| *newest > next).await.is_ok()
}

async fn tell(journal: Arc<Journal>, start: Start, sink: Sink) {
    let mut newest = journal.watch();
    let mut next = start.next;
    if start.resync {
        next = next.max(journal.first());
        if !sink.put(message("resync", None, &())).await {
            return;
        }
    }
    loop {
        if journal.has_lost(next) && !sink.put(message("resync", None, &())).await {
            return;
        }
        let (events, behind) = journal.since(next, AT_A_TIME);
        next = behind;
        for event in &events {
            if !sink.put(message("event", Some(&event.id), event)).await {
                return;
            }
        }
        if !events.is_empty() {
            continue;
        }
        let alive = tokio::select! {
            more = is_news(&mut newest, next) => more,
            () = sink.closed() => false,
            () = tokio::time::sleep(SIGN_OF_LIFE) => sink.put(sign_of_life()).await,
        };
        if !alive {
            return;
        }
    }
}
