//! Who asks: the key that a request came with, and what it allows.
//!
//! While a handler runs, its caller is known to everything that it calls ([`current`]), so that forwarding and the audit
//! log need not be handed it through every function.
//!
//! Must never: be set by anything but authentication ([`super::auth`]).

use std::sync::Arc;

use axum::response::Response;
use chronik_common::admin::v1::Role;
use serde::{Deserialize, Serialize};

use super::journal::Journal;

/// The id of the key that is configured, or was drawn at the first start.
pub(super) const BOOTSTRAP: &str = "bootstrap";

/// An authenticated key. Also among the request's extensions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Principal {
    /// The id of the key.
    pub key_id: String,
    /// What it allows.
    pub role: Role,
}

impl Principal {
    /// The key that may do everything.
    pub(super) fn bootstrap() -> Self {
        Self { key_id: BOOTSTRAP.into(), role: Role::Admin }
    }
}

/// Who asks for what is being handled.
#[derive(Clone)]
pub(super) struct Caller {
    /// By which right.
    pub principal: Principal,
    /// Whether another node passed the request on: it is not passed on again.
    pub forwarded: bool,
    /// Where its writes are noted.
    pub journal: Arc<Journal>,
}

tokio::task_local! {
    static CALLER: Caller;
}

/// Runs a handler on behalf of a caller.
pub(super) async fn on_behalf(caller: Caller, handler: impl Future<Output = Response>) -> Response {
    CALLER.scope(caller, handler).await
}

/// The caller of the running handler; `None` outside of one.
pub(super) fn current() -> Option<Caller> {
    CALLER.try_with(Clone::clone).ok()
}
