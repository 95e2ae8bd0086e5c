//! One request to one node, and what came of it. Nothing here decides whom to
//! ask next.

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use super::error::{AdminError, Attempt};
use super::tls::Trust;
use crate::admin::Problem;

/// How long one node has for one answer.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one node has to accept the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 256 << 20;

/// What came of one request.
pub(super) enum Reply<T> {
    /// The answer.
    Answer(T),
    /// The node never saw the request.
    NotSent(Attempt),
    /// The node may have seen the request; its answer did not arrive.
    Lost(Attempt),
    /// The node answered with a problem.
    Problem { url: String, problem: Box<Problem> },
    /// Something answered, but not as a node would.
    Strange(AdminError),
}

/// An HTTP client with the limits above.
pub(super) fn http_client(trust: &Trust) -> Result<reqwest::Client, String> {
    trust.apply(builder()).timeout(REQUEST_TIMEOUT).build().map_err(|error| innermost(&error))
}

/// An HTTP client for answers that never end.
pub(super) fn stream_client(trust: &Trust) -> Result<reqwest::Client, String> {
    trust.apply(builder()).build().map_err(|error| innermost(&error))
}

fn builder() -> reqwest::ClientBuilder {
    // reqwest brings no cryptography of its own. If the process has chosen already, its choice stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        // A redirect would carry the key to wherever it points.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("chronik/", env!("CARGO_PKG_VERSION")))
}

pub(super) async fn exchange<T: DeserializeOwned>(url: String, request: RequestBuilder) -> Reply<T> {
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => {
            let attempt = Attempt { url, cause: innermost(&error) };
            let sent = !(error.is_connect() || error.is_builder());
            return if sent { Reply::Lost(attempt) } else { Reply::NotSent(attempt) };
        }
    };
    let status = response.status();
    match read(response).await {
        Ok(body) => understand(url, status, &body),
        Err(cause) => Reply::Lost(Attempt { url, cause }),
    }
}

/// Asks for an answer that never ends. What a node says instead of it is an error.
pub(super) async fn open(url: String, request: RequestBuilder) -> Result<reqwest::Response, AdminError> {
    let response = request.send().await.map_err(|error| {
        AdminError::Unreachable(vec![Attempt { url: url.clone(), cause: innermost(&error) }])
    })?;
    let status = response.status();
    if status == StatusCode::OK {
        return Ok(response);
    }
    let body = read(response)
        .await
        .map_err(|cause| AdminError::Unreachable(vec![Attempt { url: url.clone(), cause }]))?;
    Err(match problem(status, &body) {
        Some(problem) => super::refusal(url, problem),
        None => AdminError::BadAnswer { url, reason: format!("HTTP status {status}") },
    })
}

async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| innermost(&error))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(format!("the answer is larger than {LARGEST_ANSWER} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn understand<T: DeserializeOwned>(url: String, status: StatusCode, body: &[u8]) -> Reply<T> {
    let parsed = serde_json::from_slice::<T>(body);
    // An unhealthy node says so with 503 and a body of the expected type.
    if status.is_success() || (status == StatusCode::SERVICE_UNAVAILABLE && parsed.is_ok()) {
        return match parsed {
            Ok(answer) => Reply::Answer(answer),
            Err(error) => Reply::Strange(AdminError::BadAnswer { url, reason: error.to_string() }),
        };
    }
    match problem(status, body) {
        Some(problem) => Reply::Problem { url, problem },
        None => Reply::Strange(AdminError::BadAnswer { url, reason: format!("HTTP status {status}") }),
    }
}

fn problem(status: StatusCode, body: &[u8]) -> Option<Box<Problem>> {
    let problem = serde_json::from_slice::<Problem>(body).ok()?;
    Some(Box::new(Problem { status: status.as_u16(), ..problem }))
}

/// The cause at the bottom of a chain: "Connection refused" rather than "error
/// sending request".
pub(super) fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".into();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
