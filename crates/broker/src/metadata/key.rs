//! API keys beside the first one, as the cluster keeps them: hashes, no secrets.

use chronik_common::admin::v1::Role;
use serde::{Deserialize, Serialize};

/// Most keys at one time. They are looked up for every request and travel with every snapshot.
pub const MAX_KEYS: usize = 1000;

/// A key. Whoever reads it learns nothing that opens the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// Drawn by its proposer.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// The SHA-256 of its secret in hexadecimal, lower case.
    pub hash: String,
    /// The proposer's clock, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// The id of the key that asked for it.
    pub created_by: String,
}
