//! Who may ask what. Fails closed: without a known key nobody may.
//!
//! Questions need the role `read`, changes `operator`, and what shows or changes who may do what needs `admin`. The
//! first key of the cluster, configured or drawn, is `bootstrap` and may do everything; the others are `id.secret`.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chronik_common::admin::v1::Role;
use chronik_common::admin::{API_KEY_HEADER, Problem};
use parking_lot::Mutex;
use subtle::ConstantTimeEq;

use super::AdminBackend;
use super::caller::{Caller, Principal, on_behalf};
use super::forward::{Forwarded, SERVED_BY};
use super::journal::Journal;
use super::keys::by_secret;
use super::limiter::FailureLimiter;
use super::refusal::Refusal;

/// Routes that only the role `admin` may use.
const FOR_ADMINS: [&str; 3] = ["/admin/v1/keys", "/admin/v1/audit", "/admin/v1/debug"];

/// Where a request comes from; among its extensions.
#[derive(Debug, Clone, Copy)]
pub(super) struct PeerAddress(pub IpAddr);

/// What is needed to let somebody in. Cheap to clone.
#[derive(Clone)]
pub(super) struct Door {
    backend: Arc<dyn AdminBackend>,
    journal: Arc<Journal>,
    failures: Arc<Mutex<FailureLimiter>>,
}

impl Door {
    pub(super) fn new(backend: Arc<dyn AdminBackend>, journal: Arc<Journal>) -> Self {
        let failures = FailureLimiter::new(Instant::now());
        Self { backend, journal, failures: Arc::new(Mutex::new(failures)) }
    }

    fn admit(&self, request: &Request) -> Result<Caller, Refusal> {
        let extensions = request.extensions();
        let forwarded = extensions.get::<Forwarded>();
        let principal = match forwarded {
            Some(Forwarded(principal)) => principal.clone(),
            None => identify(&*self.backend, request.headers()).map_err(|refusal| {
                let peer = extensions.get::<PeerAddress>().filter(|_| refusal.code() == UNAUTHORIZED);
                let wait = peer.and_then(|peer| self.failures.lock().failed(peer.0, Instant::now()).err());
                wait.map_or(refusal, Refusal::too_many_failures)
            })?,
        };
        allow(&principal, needed(request.method(), request.uri().path()))?;
        Ok(Caller { principal, forwarded: forwarded.is_some(), journal: self.journal.clone() })
    }
}

/// Lets a request pass only with a key whose role suffices.
pub(super) async fn require_key(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    match door.admit(&request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller.principal.clone());
            let mut response = on_behalf(caller, next.run(request)).await;
            let served_by = HeaderValue::from(door.backend.node_id());
            response.headers_mut().entry(SERVED_BY).or_insert(served_by);
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// The role that a request needs.
pub(super) fn needed(method: &Method, path: &str) -> Role {
    let is_below =
        |route: &str| path.strip_prefix(route).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if FOR_ADMINS.into_iter().any(is_below) {
        return Role::Admin;
    }
    if [Method::GET, Method::HEAD].contains(method) { Role::Read } else { Role::Operator }
}

fn allow(principal: &Principal, needed: Role) -> Result<(), Refusal> {
    if principal.role >= needed {
        return Ok(());
    }
    let (needed, has) = (name(needed), name(principal.role));
    Err(Problem::new(
        403,
        "forbidden",
        "Forbidden",
        format!("this needs the role {needed}; the key {} has the role {has}", principal.key_id),
        format!(
            "use a key with the role {needed}; one with the role admin creates it: chronikctl key create"
        ),
    )
    .into())
}

/// The role as callers write it.
pub(super) fn name(role: Role) -> &'static str {
    match role {
        Role::Read => "read",
        Role::Operator => "operator",
        Role::Admin => "admin",
    }
}

fn identify(backend: &dyn AdminBackend, headers: &HeaderMap) -> Result<Principal, Refusal> {
    let offered = offered(headers);
    if let Some(principal) = offered.and_then(|key| by_secret(backend, key)) {
        return Ok(principal);
    }
    let Some(bootstrap) = backend.api_key() else {
        return Err(Problem::new(
            503,
            "key_unknown",
            "Service Unavailable",
            "this node does not know the cluster's admin API key yet",
            "wait until it has joined the cluster, or ask another node",
        )
        .into());
    };
    let Some(offered) = offered else {
        return Err(unauthorized("no key was sent"));
    };
    // The comparison takes the same time wherever the first difference is.
    if bool::from(offered.ct_eq(bootstrap.reveal().as_bytes())) {
        Ok(Principal::bootstrap())
    } else {
        Err(unauthorized("the key is wrong, or it has been revoked"))
    }
}

/// The key from `X-API-Key`, else from `Authorization: Bearer`.
fn offered(headers: &HeaderMap) -> Option<&[u8]> {
    if let Some(key) = headers.get(API_KEY_HEADER) {
        return Some(key.as_bytes());
    }
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, key) = value.split_at_checked("bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(key)
}

const UNAUTHORIZED: &str = "unauthorized";

fn unauthorized(detail: &str) -> Refusal {
    Problem::new(
        401,
        UNAUTHORIZED,
        "Unauthorized",
        detail,
        "send the header X-API-Key; the key is in CHRONIK_ADMIN_API_KEY, in admin.key in the data directory, or in \
         the node's log after \"Admin API key:\"",
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_need_read_changes_operator_and_secrets_admin() {
        for (method, path, role) in [
            (Method::GET, "/admin/status", Role::Read),
            (Method::HEAD, "/admin/v1/operations/7", Role::Read),
            (Method::POST, "/admin/rebalance", Role::Operator),
            (Method::DELETE, "/admin/v1/topics/orders", Role::Operator),
            (Method::PATCH, "/admin/v1/topics/orders", Role::Operator),
            (Method::GET, "/admin/v1/keys", Role::Admin),
            (Method::DELETE, "/admin/v1/keys/k1", Role::Admin),
            (Method::GET, "/admin/v1/audit", Role::Admin),
            (Method::GET, "/admin/v1/debug/bundle", Role::Admin),
            (Method::GET, "/admin/v1/keyspace", Role::Read),
        ] {
            assert_eq!(needed(&method, path), role, "{method} {path}");
        }
    }

    #[test]
    fn each_role_may_do_what_those_before_it_may() {
        for (has, may) in [(Role::Read, 1), (Role::Operator, 2), (Role::Admin, 3)] {
            let principal = Principal { key_id: "k1".into(), role: has };
            let allowed =
                [Role::Read, Role::Operator, Role::Admin].map(|role| allow(&principal, role).is_ok());
            assert_eq!(allowed.iter().filter(|allowed| **allowed).count(), may);
        }
    }
}
