//! The audit of writes: one line in the node's log, one in the [`Journal`](super::journal::Journal), whatever came of it.
//!
//! A handler of a write says what it is about to do and lets the audit wait for the answer:
//!
//! ```ignore
//! let audit = Audit::new("topic.delete", format!("topic {name}"), request.dry_run, request.reason.as_ref());
//! audit.record(backend.delete_topic(request)).await
//! ```
//!
//! Who asked is known from the running handler ([`caller::current`]).

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{Method, Uri};
use chronik_common::admin::OperationView;
use chronik_common::admin::v1::{AuditEntry, AuditLog};
use chronik_common::now_ms;
use serde::Deserialize;

use super::Answer;
use super::caller::{self, Caller};
use super::forward::{Call, gather};
use super::refusal::Refusal;
use super::routes::Backend;
/// Entries in an answer, unless the caller says otherwise.
const USUAL_LIMIT: usize = 100;
/// Most entries in an answer.
const MAX_LIMIT: usize = 1000;

/// The note of one write. It is written when this is dropped, so that a write whose caller goes away before the answer
/// has one too.
pub(super) struct Audit {
    action: &'static str,
    object: String,
    dry_run: bool,
    reason: Option<String>,
    /// `ok`, or the code of the problem.
    result: String,
    operation_id: Option<u64>,
    caller: Option<Caller>,
}

impl Audit {
    /// What is about to be done to which object.
    pub(super) fn new(action: &'static str, object: String, dry_run: bool, reason: Option<&String>) -> Self {
        Self {
            action,
            object,
            dry_run,
            reason: reason.cloned(),
            result: "abandoned".into(),
            operation_id: None,
            caller: caller::current(),
        }
    }

    /// Waits for the answer and notes its result.
    pub(super) async fn record<T>(self, answer: Answer<T>) -> Result<T, Refusal> {
        self.note(answer, |_| None).await
    }

    /// The same for what starts an operation; notes which one.
    pub(super) async fn record_operation(
        self,
        answer: Answer<OperationView>,
    ) -> Result<OperationView, Refusal> {
        self.note(answer, |operation| operation.operation_id).await
    }

    async fn note<T>(
        mut self,
        answer: Answer<T>,
        operation: impl FnOnce(&T) -> Option<u64>,
    ) -> Result<T, Refusal> {
        let answer = answer.await.map_err(Refusal::from);
        answer.as_ref().err().map_or("ok", Refusal::code).clone_into(&mut self.result);
        self.operation_id = answer.as_ref().ok().and_then(operation);
        answer
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        let Self { action, object, dry_run, reason, result, operation_id, caller } = self;
        let reason = reason.take().unwrap_or_default();
        let key = caller.as_ref().map(|caller| caller.principal.key_id.clone()).unwrap_or_default();
        // Debug format keeps whatever callers write on one line.
        tracing::info!(action, ?object, dry_run, reason = ?reason, result, key = ?key, "audit");
        let Some(Caller { journal, .. }) = caller else { return };
        journal.note(AuditEntry {
            at_ms: now_ms(),
            node_id: journal.node_id(),
            key_id: key,
            action: (*action).to_owned(),
            object: std::mem::take(object),
            dry_run: *dry_run,
            reason,
            result: std::mem::take(result),
            operation_id: *operation_id,
        });
    }
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    limit: Option<usize>,
    since_ms: Option<i64>,
    object: Option<String>,
}

impl Wanted {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(USUAL_LIMIT).min(MAX_LIMIT)
    }

    fn matches(&self, entry: &AuditEntry) -> bool {
        self.since_ms.is_none_or(|since| entry.at_ms >= since)
            && self.object.as_ref().is_none_or(|object| entry.object.contains(object.as_str()))
    }
}

/// `GET /admin/v1/audit?limit=&since_ms=&object=`: what all nodes remember; `object` is a part of the object's text.
pub(super) async fn audit(
    State(backend): Backend,
    wanted: Result<Query<Wanted>, QueryRejection>,
    method: Method,
    uri: Uri,
) -> Result<Json<AuditLog>, Refusal> {
    let Query(wanted) = wanted.map_err(|rejection| {
        let hint = "the parameters are limit, since_ms, object";
        Refusal::invalid_request(rejection.status(), rejection.body_text(), hint)
    })?;
    let gathered = gather::<AuditLog>(&*backend, Call::new(&method, &uri)).await;
    let own = caller::current().map(|c| c.journal.newest(wanted.limit(), |entry| wanted.matches(entry)));
    let others = gathered.answers.into_iter().map(|(_, log)| log.entries);
    let mut entries: Vec<AuditEntry> = own.into_iter().chain(others).flatten().collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at_ms));
    entries.truncate(wanted.limit());
    Ok(Json(AuditLog { entries, missing_nodes: gathered.missing }))
}
