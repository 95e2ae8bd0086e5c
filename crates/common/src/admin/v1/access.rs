//! Who may do what, and who did what.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a key allows. Each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = KeyRole)]
pub enum Role {
    /// Questions only.
    Read,
    /// Changes of nodes, topics, partitions, groups and operations as well.
    Operator,
    /// Everything, keys included.
    Admin,
}

/// `GET /admin/v1/keys`. The secrets are not in it: the cluster has only their hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Keys {
    /// By id.
    pub keys: Vec<KeyView>,
}

/// An API key as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyView {
    /// The part of the key before the dot; `bootstrap` for the one that is configured or was drawn at the first start.
    pub id: String,
    /// What it is for, as its creator said.
    #[serde(default)]
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// When it was created, in milliseconds since 1970; absent for `bootstrap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at_ms: Option<i64>,
    /// The id of the key that created it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
}

/// `POST /admin/v1/keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKeyRequest {
    /// What it is for.
    pub name: String,
    /// What it shall allow.
    pub role: Role,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answer to a [`CreateKeyRequest`]: the only time that the secret is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewKey {
    /// The key, as it is listed from now on.
    #[serde(flatten)]
    pub key: KeyView,
    /// `id.secret`, to be sent in `X-API-Key`.
    pub secret: String,
}

/// `DELETE /admin/v1/keys/{id}`. The body may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeKeyRequest {
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `GET /admin/v1/audit`: the writes that the nodes which answered remember, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditLog {
    /// Newest first.
    pub entries: Vec<AuditEntry>,
    /// Nodes that did not answer in time: what they remember is missing.
    #[serde(default)]
    pub missing_nodes: Vec<i32>,
}

/// One write that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The node that was asked.
    pub node_id: i32,
    /// The id of the key that was used.
    pub key_id: String,
    /// What was asked for, such as `topic.delete`.
    pub action: String,
    /// Of which object, such as `topic orders`.
    pub object: String,
    /// Whether only the plan was asked for.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, as the caller said.
    #[serde(default)]
    pub reason: String,
    /// `ok`, or the code of the problem, or `abandoned` if the caller went away first.
    pub result: String,
    /// The operation that it started.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::admin::decimal::option")]
    #[schema(value_type = Option<String>)]
    pub operation_id: Option<u64>,
}
