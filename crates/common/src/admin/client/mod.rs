//! A client of the admin API that asks one node after the other until one
//! answers: every node knows the whole cluster, and passes a change on to the
//! node that must make it.
//!
//! It must never make a change twice. A question may be put to the next node
//! for any reason; a change only under the rules of [`AdminClient::change`].

mod error;
mod exchange;
mod sse;
mod stream;
mod tls;
mod url;
mod v1;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::exchange::{Reply, exchange, http_client, stream_client};
use super::API_KEY_HEADER;
use super::change::{
    AddNodeAnswer, AddNodeRequest, CancelRequest, OperationView, Operations, RebalanceRequest,
    RemoveNodeRequest,
};
use super::problem::Problem;
use super::storage::StorageReport;
use super::types::{Health, Members, Status};
use crate::HostPort;
use crate::config::ApiKey;

pub use error::{AdminError, Attempt};
pub use exchange::REQUEST_TIMEOUT;
pub use stream::{EventItem, Subscription, Told, WatchItem};
pub use tls::ClientTls;
pub use url::AdminUrl;
pub use v1::{NodeBundle, Query};

/// Codes of problems with which a node says that it has done nothing, and that
/// another one, or the same one later, may.
const NOTHING_DONE: [&str; 3] = ["no_leader", "starting", "key_unknown"];

/// Asks the nodes of one cluster.
#[derive(Debug, Clone)]
pub struct AdminClient {
    http: reqwest::Client,
    /// Without a limit to how long an answer may take.
    streams: reqwest::Client,
    urls: Vec<AdminUrl>,
    key: Option<ApiKey>,
    /// Who answered last is asked first: a node that is gone costs its
    /// timeout once and not every time.
    first: Arc<AtomicUsize>,
    /// Whether an answer was taken from a node without a quorum.
    stale: Arc<AtomicBool>,
}

impl AdminClient {
    /// A client for these nodes, asked in this order. Without a key only
    /// [`AdminClient::health`] will be answered.
    ///
    /// # Errors
    /// A text, if the system gives no random numbers or the like.
    pub fn new(urls: Vec<AdminUrl>, key: Option<ApiKey>) -> Result<Self, String> {
        Self::with_tls(urls, key, &ClientTls::default())
    }

    /// The same for nodes that speak TLS.
    ///
    /// # Errors
    /// A text, if a file cannot be used, or the system names no authorities and neither does a file.
    pub fn with_tls(urls: Vec<AdminUrl>, key: Option<ApiKey>, tls: &ClientTls) -> Result<Self, String> {
        let trust = tls.read(urls.iter().any(AdminUrl::is_tls))?;
        Ok(Self {
            http: http_client(&trust)?,
            streams: stream_client(&trust)?,
            urls,
            key,
            first: Arc::default(),
            stale: Arc::default(),
        })
    }

    /// The same client for the node at this address alone. It speaks TLS if the node that answered last does.
    ///
    /// # Errors
    /// A text, if the address cannot be one of an admin API.
    pub fn at(&self, address: &HostPort) -> Result<Self, String> {
        let tls = self.in_order().next().is_some_and(|(_, url)| url.is_tls());
        let url = AdminUrl::of(address, tls)?;
        Ok(Self { urls: vec![url], first: Arc::default(), ..self.clone() })
    }

    /// The state of the cluster.
    pub async fn status(&self) -> Result<Status, AdminError> {
        self.question("admin/status").await
    }

    /// The members of the metadata group.
    pub async fn members(&self) -> Result<Members, AdminError> {
        self.question("admin/cluster/members").await
    }

    /// Whether the first node that answers is healthy.
    pub async fn health(&self) -> Result<Health, AdminError> {
        self.question("admin/health").await
    }

    /// The running operation and the newest finished ones.
    pub async fn operations(&self) -> Result<Operations, AdminError> {
        self.question("admin/v1/operations").await
    }

    /// One operation, with its plan.
    pub async fn operation(&self, id: u64) -> Result<OperationView, AdminError> {
        self.question(&format!("admin/v1/operations/{id}")).await
    }

    /// What the WAL of the first node that answers holds.
    pub async fn storage(&self) -> Result<StorageReport, AdminError> {
        self.question("admin/v1/storage").await
    }

    /// Invites a node.
    pub async fn add_node(&self, request: &AddNodeRequest) -> Result<AddNodeAnswer, AdminError> {
        self.change("admin/add-node", request).await
    }

    /// Starts the removal of a node, or only plans it.
    pub async fn remove_node(&self, request: &RemoveNodeRequest) -> Result<OperationView, AdminError> {
        self.change("admin/remove-node", request).await
    }

    /// Starts a rebalance, or only plans it.
    pub async fn rebalance(&self, request: &RebalanceRequest) -> Result<OperationView, AdminError> {
        self.change("admin/rebalance", request).await
    }

    /// Ends an operation where it is.
    pub async fn cancel_operation(
        &self,
        id: u64,
        request: &CancelRequest,
    ) -> Result<OperationView, AdminError> {
        self.change(&format!("admin/v1/operations/{id}/cancel"), request).await
    }

    /// Asks one node after the other. If none gives an answer, an error that a
    /// node gave is worth more than that others could not be reached.
    async fn question<T: DeserializeOwned>(&self, path: &str) -> Result<T, AdminError> {
        let mut unreachable = Vec::new();
        let mut refused = None;
        for (index, url) in self.in_order() {
            match self.ask(url, path, reqwest::Client::get).await {
                Reply::Answer(answer) => return Ok(self.answered(index, answer)),
                Reply::NotSent(attempt) | Reply::Lost(attempt) => unreachable.push(attempt),
                Reply::Problem { url, problem } if problem.status >= 500 => {
                    refused = refused.or(Some(AdminError::Refused { url, problem }));
                }
                Reply::Problem { url, problem } => return Err(refusal(url, problem)),
                Reply::Strange(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.unwrap_or(AdminError::Unreachable(unreachable)))
    }

    /// Sends a change. The next node is tried if this one cannot have made it:
    /// the connection failed, or the node says that it did nothing. If the
    /// answer was lost, nobody knows. Changes are idempotent (the same node
    /// invited again, the same operation asked for again, give what is there
    /// already), so one more node is tried; but if that fails too, its error
    /// may be the echo of the first try ("no such node": it is removed), so
    /// both are told.
    async fn change<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, AdminError> {
        self.change_by(Method::POST, path, body).await
    }

    /// The same with another method.
    async fn change_by<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<T, AdminError> {
        let mut unreachable = Vec::new();
        let mut refused = None;
        let mut lost: Option<Attempt> = None;
        for (index, url) in self.in_order() {
            let error =
                match self.ask(url, path, |http, url| http.request(method.clone(), url).json(body)).await {
                    Reply::Answer(answer) => return Ok(self.answered(index, answer)),
                    Reply::NotSent(attempt) => {
                        unreachable.push(attempt);
                        continue;
                    }
                    Reply::Problem { url, problem } if did_nothing(&problem) => {
                        refused = refused.or(Some(AdminError::Refused { url, problem }));
                        continue;
                    }
                    Reply::Lost(attempt) if lost.is_none() => {
                        lost = Some(attempt);
                        continue;
                    }
                    Reply::Lost(attempt) => AdminError::Unreachable(vec![attempt]),
                    Reply::Problem { url, problem } => refusal(url, problem),
                    Reply::Strange(error) => error,
                };
            return Err(after(lost, Some(error)));
        }
        let unreachable = (!unreachable.is_empty()).then_some(AdminError::Unreachable(unreachable));
        Err(after(lost, refused.or(unreachable)))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        url: &AdminUrl,
        path: &str,
        request: impl FnOnce(&reqwest::Client, reqwest::Url) -> RequestBuilder,
    ) -> Reply<T> {
        let name = url.to_string();
        let route = match url.route(path) {
            Ok(route) => route,
            Err(cause) => return Reply::NotSent(Attempt { url: name, cause }),
        };
        let mut request = request(&self.http, route);
        if let Some(key) = &self.key {
            request = request.header(API_KEY_HEADER, key.reveal());
        }
        exchange(name, request).await
    }

    /// The nodes with their index, who answered last first.
    fn in_order(&self) -> impl Iterator<Item = (usize, &AdminUrl)> {
        let first = self.first.load(Ordering::Relaxed);
        self.urls.iter().enumerate().cycle().skip(first).take(self.urls.len())
    }

    fn answered<T>(&self, index: usize, answer: T) -> T {
        self.first.store(index, Ordering::Relaxed);
        answer
    }
}

fn did_nothing(problem: &Problem) -> bool {
    problem.status == 503 && NOTHING_DONE.contains(&problem.code.as_str())
}

fn refusal(url: String, problem: Box<Problem>) -> AdminError {
    match problem.status {
        401 | 403 => AdminError::Unauthorized { url, problem },
        _ => AdminError::Refused { url, problem },
    }
}

/// The error of a change: what the last try gave, and before it a lost answer.
fn after(lost: Option<Attempt>, error: Option<AdminError>) -> AdminError {
    match lost {
        Some(lost) => AdminError::AnswerLost { lost, retry: error.map(Box::new) },
        None => error.unwrap_or(AdminError::Unreachable(Vec::new())),
    }
}
