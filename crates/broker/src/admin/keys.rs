//! API keys beside the first one: `id.secret`.
//!
//! The secret is 256 bits from a cryptographic generator that the operating system seeds. Nobody can try so many, so a
//! plain SHA-256 is right: slow hashes and salts protect secrets that people choose. Only the hash is stored, in the replicated
//! metadata; every node refuses a revoked key as soon as it has applied the revocation.
//!
//! Must never: show a secret again, log it, or store it.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chronik_common::admin::Problem;
use chronik_common::admin::v1::{CreateKeyRequest, KeyView, Keys, NewKey, RevokeKeyRequest, Role};
use chronik_common::now_ms;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::audit::Audit;
use super::body::read;
use super::caller::{self, BOOTSTRAP, Principal};
use super::refusal::Refusal;
use super::routes::Backend;
use super::{AdminBackend, Answer};

/// A key as the cluster keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// What may be shown of it.
    pub view: KeyView,
    /// The SHA-256 of the secret in hexadecimal, lower case.
    pub hash: String,
}

/// Where the keys are kept.
pub trait KeyStore: Send + Sync + 'static {
    /// One key, unless it is unknown or revoked.
    fn key(&self, id: &str) -> Option<StoredKey>;
    /// All keys by id, without the first one.
    fn keys(&self) -> Vec<KeyView>;
    /// Keeps a key. Problems: `key_exists`, `limit_reached` (409), `no_leader` (503).
    fn create_key(&self, key: StoredKey) -> Answer<()>;
    /// Refuses a key from now on. Nothing happens if there is none. Problem: `no_leader` (503).
    fn revoke_key(&self, id: String) -> Answer<()>;
}

/// Whose key it is, if it is one of those kept as hashes.
pub(super) fn by_secret(backend: &dyn AdminBackend, offered: &[u8]) -> Option<Principal> {
    let (id, secret) = std::str::from_utf8(offered).ok()?.split_once('.')?;
    let key = backend.key(id)?;
    // The comparison takes the same time wherever the first difference is.
    let right = bool::from(hash(secret).as_bytes().ct_eq(key.hash.as_bytes()));
    right.then_some(Principal { key_id: key.view.id, role: key.view.role })
}

fn hash(secret: &str) -> String {
    hexadecimal(&Sha256::digest(secret.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// 256 random bits.
fn draw_secret() -> String {
    hexadecimal(&rand::random::<[u8; 32]>())
}

pub(super) async fn list_keys(State(backend): Backend) -> Json<Keys> {
    let mut keys = backend.keys();
    if backend.api_key().is_some() {
        let name = "the cluster's first key".to_owned();
        let id = BOOTSTRAP.to_owned();
        keys.insert(0, KeyView { id, name, role: Role::Admin, created_at_ms: None, created_by: None });
    }
    Json(Keys { keys })
}

pub(super) async fn create_key(
    State(backend): Backend,
    body: Body,
) -> Result<(StatusCode, Json<NewKey>), Refusal> {
    let request: CreateKeyRequest = read(body).await?;
    let (_, id) = Uuid::new_v4().as_u64_pair();
    let key = KeyView {
        id: format!("k{id:016x}"),
        name: request.name,
        role: request.role,
        created_at_ms: Some(now_ms()),
        created_by: caller::current().map(|caller| caller.principal.key_id),
    };
    let secret = draw_secret();
    let stored = StoredKey { view: key.clone(), hash: hash(&secret) };
    let audit = Audit::new("key.create", format!("key {}", key.id), false, request.reason.as_ref());
    audit.record(backend.create_key(stored)).await?;
    let secret = format!("{}.{secret}", key.id);
    Ok((StatusCode::CREATED, Json(NewKey { key, secret })))
}

pub(super) async fn revoke_key(
    State(backend): Backend,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<KeyView>, Refusal> {
    let request: RevokeKeyRequest = read(body).await?;
    let audit = Audit::new("key.revoke", format!("key {id}"), false, request.reason.as_ref());
    let answer = async move {
        if id == BOOTSTRAP {
            let detail = "the cluster's first key cannot be revoked";
            let hint = "set another one as CHRONIK_ADMIN_API_KEY on every node, and restart them one by one";
            return Err(Problem::new(409, "bootstrap_key", "Conflict", detail, hint));
        }
        let Some(key) = backend.key(&id) else {
            let detail = format!("there is no key {id}");
            return Err(Problem::new(
                404,
                "unknown_key",
                "Not Found",
                detail,
                "GET /admin/v1/keys lists them",
            ));
        };
        backend.revoke_key(id).await?;
        Ok(key.view)
    };
    audit.record(Box::pin(answer)).await.map(Json)
}
