//! A client of the admin API that asks one node after the other until one
//! answers: every node knows the whole cluster.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

use super::API_KEY_HEADER;
use super::problem::Problem;
use super::types::{Health, Members, Status};
use crate::config::ApiKey;

/// How long one node has for one answer.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one node has to accept the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 256 << 20;

/// Where an admin API is: `http://host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminUrl(Url);

impl FromStr for AdminUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&full).map_err(|error| format!("\"{text}\" is not a URL: {error}"))?;
        match url.scheme() {
            "http" if url.path() == "/" && url.query().is_none() && url.has_host() => Ok(Self(url)),
            "http" => Err(format!("\"{text}\" is more than an address; use http://host:port")),
            "https" => Err(format!("\"{text}\": the admin API has no TLS yet; use http://")),
            other => Err(format!("\"{text}\": {other} is not a scheme of the admin API; use http://")),
        }
    }
}

impl fmt::Display for AdminUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// A failed try to reach one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The node.
    pub url: String,
    /// Why it failed.
    pub cause: String,
}

/// Why no answer was got.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdminError {
    /// No node could be reached.
    #[error("no node answers: {}; check that one of them runs and that --admin or --config names it", list(.0))]
    Unreachable(Vec<Attempt>),
    /// The key is missing or wrong.
    #[error("{url} does not accept the admin API key: {}; {}", .problem.detail, .problem.hint)]
    Unauthorized {
        /// The node.
        url: String,
        /// What it said.
        problem: Box<Problem>,
    },
    /// A node answered with an error.
    #[error("{url} refuses: {}; {}", .problem.detail, .problem.hint)]
    Refused {
        /// The node.
        url: String,
        /// What it said.
        problem: Box<Problem>,
    },
    /// What answered is no Chronik admin API, or one of another version.
    #[error(
        "{url} gave an answer that cannot be understood: {reason}; check that it is the admin port of a Chronik node"
    )]
    BadAnswer {
        /// The node.
        url: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

fn list(attempts: &[Attempt]) -> String {
    let told: Vec<_> = attempts.iter().map(|a| format!("{} ({})", a.url, a.cause)).collect();
    told.join(", ")
}

impl AdminError {
    /// The exit code of a command that ends because of it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Unreachable(_) => 3,
            Self::Unauthorized { .. } => 4,
            Self::Refused { .. } | Self::BadAnswer { .. } => 1,
        }
    }
}

/// What came of asking one node.
enum Answer<T> {
    Good(T),
    /// Another node may do better.
    TryNext(AdminError),
    Final(AdminError),
}

/// Asks the nodes of one cluster.
#[derive(Debug, Clone)]
pub struct AdminClient {
    http: reqwest::Client,
    urls: Vec<AdminUrl>,
    key: Option<ApiKey>,
}

impl AdminClient {
    /// A client for these nodes, asked in this order. Without a key only
    /// [`AdminClient::health`] will be answered.
    ///
    /// # Errors
    /// A text, if the system gives no random numbers or the like.
    pub fn new(urls: Vec<AdminUrl>, key: Option<ApiKey>) -> Result<Self, String> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            // A redirect would carry the key to wherever it points.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("chronik/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { http, urls, key })
    }

    /// The state of the cluster.
    pub async fn status(&self) -> Result<Status, AdminError> {
        self.get("admin/status").await
    }

    /// The members of the metadata group.
    pub async fn members(&self) -> Result<Members, AdminError> {
        self.get("admin/cluster/members").await
    }

    /// Whether the first node that answers is healthy.
    pub async fn health(&self) -> Result<Health, AdminError> {
        self.get("admin/health").await
    }

    /// Asks one node after the other. If none gives an answer, an error that a
    /// node gave is worth more than that others could not be reached.
    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, AdminError> {
        let mut unreachable = Vec::new();
        let mut refused = None;
        for url in &self.urls {
            match self.get_from(url, path).await {
                Answer::Good(answer) => return Ok(answer),
                Answer::Final(error) => return Err(error),
                Answer::TryNext(AdminError::Unreachable(attempts)) => unreachable.extend(attempts),
                Answer::TryNext(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.unwrap_or(AdminError::Unreachable(unreachable)))
    }

    async fn get_from<T: DeserializeOwned>(&self, url: &AdminUrl, path: &str) -> Answer<T> {
        let unreachable = |cause: String| {
            Answer::TryNext(AdminError::Unreachable(vec![Attempt { url: url.to_string(), cause }]))
        };
        let target = match url.0.join(path) {
            Ok(target) => target,
            Err(error) => return unreachable(error.to_string()),
        };
        let mut request = self.http.get(target);
        if let Some(key) = &self.key {
            request = request.header(API_KEY_HEADER, key.reveal());
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return unreachable(innermost(&error)),
        };
        let status = response.status();
        match read(response).await {
            Ok(body) => understand(url, status, &body),
            Err(cause) => unreachable(cause),
        }
    }
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

fn understand<T: DeserializeOwned>(url: &AdminUrl, status: StatusCode, body: &[u8]) -> Answer<T> {
    let url = url.to_string();
    let parsed = serde_json::from_slice::<T>(body);
    // An unhealthy node says so with 503 and a body of the expected type.
    if status.is_success() || (status == StatusCode::SERVICE_UNAVAILABLE && parsed.is_ok()) {
        return match parsed {
            Ok(answer) => Answer::Good(answer),
            Err(error) => Answer::TryNext(AdminError::BadAnswer { url, reason: error.to_string() }),
        };
    }
    let Ok(problem) = serde_json::from_slice::<Problem>(body).map(Box::new) else {
        return Answer::TryNext(AdminError::BadAnswer { url, reason: format!("HTTP status {status}") });
    };
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Answer::Final(AdminError::Unauthorized { url, problem })
        }
        status if status.is_server_error() => Answer::TryNext(AdminError::Refused { url, problem }),
        _ => Answer::Final(AdminError::Refused { url, problem }),
    }
}

/// The cause at the bottom of a chain: "Connection refused" rather than "error
/// sending request".
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".into();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
