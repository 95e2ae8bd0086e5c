//! What a fresh node asks and is told before it takes part in anything: whether there is a cluster ("hello"), and to
//! be let in ("join").
//!
//! Must never: decide anything. Who founds, joins or waits is for the layer above.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use tonic::{Code, Status};
use uuid::Uuid;

use super::handshake::check_protocol;
use super::link::endpoint;
use super::peers::PeerAddress;
use super::wire::join_reply::Outcome;
use super::wire::peer_client::PeerClient;
use super::{PROTOCOL, wire};

/// A peer that accepts the connection and then says nothing must not hold up the others.
const HELLO_TIMEOUT: Duration = Duration::from_secs(2);
/// A join waits for the metadata log.
const JOIN_TIMEOUT: Duration = Duration::from_secs(15);

/// A first voter of the metadata group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founder {
    /// Its broker id.
    pub id: i32,
    /// Its data directory when the cluster was founded.
    pub directory_id: Uuid,
}

/// A cluster, as one of its nodes tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// The first voters of its metadata group. Empty: founded by a build that did not write them down.
    pub founders: Vec<Founder>,
    /// Whether it has committed something: others can join.
    pub formed: bool,
}

/// What a node says about itself to those that ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// Its data directory.
    pub directory_id: Uuid,
    /// With whom it would found a cluster. It tells nobody else of its data directory while it has no cluster, so
    /// that nobody founds one with it that it would not found.
    pub peers: Vec<i32>,
    /// Its cluster, once it has one.
    pub cluster: Option<Cluster>,
}

/// What this node says about itself now. Cheap to clone.
#[derive(Clone)]
pub struct Announced(Arc<ArcSwap<Introduction>>);

impl Announced {
    /// Says this from the beginning.
    pub fn new(introduction: Introduction) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(introduction)))
    }

    /// What it says now.
    pub fn get(&self) -> Arc<Introduction> {
        self.0.load_full()
    }

    /// From now on it belongs to this cluster. To be said only when that is on disk.
    pub fn belongs_to(&self, cluster: Cluster) {
        self.0.rcu(|now| Introduction { cluster: Some(cluster.clone()), ..Introduction::clone(now) });
    }

    /// From now on the cluster has committed something.
    pub fn formed(&self) {
        self.0.rcu(|now| {
            let cluster = now.cluster.clone().map(|cluster| Cluster { formed: true, ..cluster });
            Introduction { cluster, ..Introduction::clone(now) }
        });
    }
}

/// What a peer answers to a hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The peer's broker id.
    pub node_id: i32,
    /// Its data directory.
    pub directory_id: Uuid,
    /// Its cluster; `None` while it has none.
    pub cluster: Option<Cluster>,
}

/// What a peer answers to a join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The node is registered.
    Joined(Joined),
    /// Never, and why.
    Refused(String),
    /// Not now, and why: ask again.
    Later(String),
}

/// What a node that joined needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The cluster that it has joined.
    pub cluster_id: String,
    /// Its incarnation.
    pub incarnation: u32,
    /// The first voters of the cluster's metadata group.
    pub founders: Vec<Founder>,
    /// Where the other registered nodes listen.
    pub members: BTreeMap<i32, PeerAddress>,
}

/// Why a peer did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It may later.
    #[error("{0}")]
    NoAnswer(String),
    /// It never will, as things are.
    #[error("{0}")]
    Refused(String),
}

impl AskError {
    fn no_answer(e: impl ToString) -> Self {
        Self::NoAnswer(e.to_string())
    }
}

impl From<Status> for AskError {
    fn from(status: Status) -> Self {
        let message = status.message().to_owned();
        match status.code() {
            Code::FailedPrecondition => Self::Refused(message),
            Code::Unimplemented => Self::Refused("the node runs an older build: upgrade it".into()),
            _ => Self::NoAnswer(message),
        }
    }
}

/// Asks the peer at `address` (`host:port` of its `raft` port) about its cluster.
pub async fn ask(address: &str, me: Founder) -> Result<Answer, AskError> {
    let request = wire::HelloRequest {
        node_id: me.id as u32,
        directory_id: me.directory_id.to_string(),
        protocol: PROTOCOL,
    };
    let reply =
        within(HELLO_TIMEOUT, async { Ok(client(address).await?.hello(request).await?.into_inner()) });
    let reply = reply.await?;
    let node_id = reply.node_id as i32;
    check_protocol(me.id, node_id, reply.protocol).map_err(AskError::Refused)?;
    let directory_id = parse_directory(&reply.directory_id)?;
    let founders = read_founders(&reply.founders)?;
    let cluster = Cluster { id: reply.cluster_id, founders, formed: reply.formed };
    Ok(Answer { node_id, directory_id, cluster: Some(cluster).filter(|c| !c.id.is_empty()) })
}

/// Asks the peer at `address` (`host:port` of its `raft` port) to register a node with its cluster. `registration` is
/// the metadata command that does it; `cluster_id` is empty if any cluster will do.
pub async fn join(address: &str, registration: bytes::Bytes, cluster_id: &str) -> Result<Verdict, AskError> {
    let request = wire::JoinRequest { registration, protocol: PROTOCOL, cluster_id: cluster_id.to_owned() };
    let reply = within(JOIN_TIMEOUT, async { Ok(client(address).await?.join(request).await?.into_inner()) });
    match reply.await?.outcome {
        Some(Outcome::Joined(joined)) => Ok(Verdict::Joined(joined.try_into()?)),
        Some(Outcome::Refused(reason)) => Ok(Verdict::Refused(reason)),
        Some(Outcome::Later(reason)) => Ok(Verdict::Later(reason)),
        None => Err(AskError::no_answer("an answer of an unknown kind")),
    }
}

async fn within<T>(
    timeout: Duration,
    question: impl Future<Output = Result<T, AskError>>,
) -> Result<T, AskError> {
    let answer = tokio::time::timeout(timeout, question).await;
    answer.unwrap_or_else(|_| Err(AskError::NoAnswer(format!("no answer within {timeout:?}"))))
}

async fn client(address: &str) -> Result<PeerClient<tonic::transport::Channel>, AskError> {
    let endpoint = endpoint(address).map_err(AskError::no_answer)?;
    Ok(PeerClient::new(
        endpoint.connect().await.map_err(super::link::ConnectError::from).map_err(AskError::no_answer)?,
    ))
}

fn parse_directory(text: &str) -> Result<Uuid, AskError> {
    text.parse().map_err(|e| AskError::NoAnswer(format!("\"{text}\" is not the id of a data directory: {e}")))
}

fn read_founders(founders: &[wire::Founder]) -> Result<Vec<Founder>, AskError> {
    let read = |f: &wire::Founder| {
        Ok(Founder { id: f.node_id as i32, directory_id: parse_directory(&f.directory_id)? })
    };
    founders.iter().map(read).collect()
}

impl From<&Founder> for wire::Founder {
    fn from(founder: &Founder) -> Self {
        Self { node_id: founder.id as u32, directory_id: founder.directory_id.to_string() }
    }
}

impl TryFrom<wire::Joined> for Joined {
    type Error = AskError;

    fn try_from(joined: wire::Joined) -> Result<Self, AskError> {
        let address = |m: wire::Member| (m.node_id as i32, PeerAddress { raft: m.raft, wal: m.wal });
        Ok(Self {
            founders: read_founders(&joined.founders)?,
            cluster_id: joined.cluster_id,
            incarnation: joined.incarnation,
            members: joined.members.into_iter().map(address).collect(),
        })
    }
}

impl From<Joined> for wire::Joined {
    fn from(joined: Joined) -> Self {
        let member = |(id, address): (i32, PeerAddress)| wire::Member {
            node_id: id as u32,
            raft: address.raft,
            wal: address.wal,
        };
        Self {
            founders: joined.founders.iter().map(Into::into).collect(),
            cluster_id: joined.cluster_id,
            incarnation: joined.incarnation,
            members: joined.members.into_iter().map(member).collect(),
        }
    }
}

impl From<Verdict> for wire::JoinReply {
    fn from(verdict: Verdict) -> Self {
        let outcome = match verdict {
            Verdict::Joined(joined) => Outcome::Joined(joined.into()),
            Verdict::Refused(reason) => Outcome::Refused(reason),
            Verdict::Later(reason) => Outcome::Later(reason),
        };
        Self { outcome: Some(outcome) }
    }
}
