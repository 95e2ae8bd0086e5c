//! Request bodies: JSON of bounded size, and nothing in it that is not
//! understood.

use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use chronik_common::admin::v1::{CreateKeyRequest, RevokeKeyRequest};
use chronik_common::admin::{AddNodeRequest, CancelRequest, RebalanceRequest, RemoveNodeRequest};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::refusal::Refusal;

/// Largest request body, in bytes.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// What a route expects in the body.
pub(super) trait RequestBody: DeserializeOwned {
    /// A body as it should be, for those who sent another.
    const EXAMPLE: &str;
}

impl RequestBody for AddNodeRequest {
    const EXAMPLE: &str =
        r#"{"node_id": 4, "kafka_addr": "host4:9092", "wal_addr": "host4:9291", "raft_addr": "host4:5001"}"#;
}

impl RequestBody for RemoveNodeRequest {
    const EXAMPLE: &str = r#"{"node_id": 4, "force": false, "dry_run": true}"#;
}

impl RequestBody for RebalanceRequest {
    const EXAMPLE: &str = r#"{"topics": ["orders"], "replication_factor": 3, "dry_run": true}"#;
}

impl RequestBody for CancelRequest {
    const EXAMPLE: &str = r#"{"reason": "too slow"}"#;
}

impl RequestBody for CreateKeyRequest {
    const EXAMPLE: &str = r#"{"name": "the dashboard", "role": "read"}"#;
}

impl RequestBody for RevokeKeyRequest {
    const EXAMPLE: &str = r#"{"reason": "its owner left"}"#;
}

/// Reads a body. None at all is the same as `{}`.
pub(super) async fn read<T: RequestBody>(body: Body) -> Result<T, Refusal> {
    let Ok(bytes) = to_bytes(body, MAX_BODY).await else {
        let detail = format!("the body does not arrive or is larger than {MAX_BODY} bytes");
        return Err(Refusal::invalid_request(StatusCode::PAYLOAD_TOO_LARGE, detail, hint::<T>()));
    };
    let json: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
    serde_json::from_slice(json).map_err(|error| {
        let status = match error.classify() {
            Category::Data => StatusCode::UNPROCESSABLE_ENTITY,
            Category::Io | Category::Syntax | Category::Eof => StatusCode::BAD_REQUEST,
        };
        Refusal::invalid_request(status, format!("the body is not what is needed: {error}"), hint::<T>())
    })
}

fn hint<T: RequestBody>() -> String {
    format!("send JSON such as {}", T::EXAMPLE)
}
