//! The first start of a node: with an empty data directory it asks around, and founds a cluster or joins one. It waits
//! as long as it takes, and says what for.
//!
//! Must never: leave a node with an identity that the others do not know of. What it will be is on its disk before it
//! says so, and its directory's id before it says anything.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chronik_common::config::{Formation, Peer};
use futures::future::join_all;
use tracing::{info, warn};
use uuid::Uuid;

use super::founding::{Answers, Decision, Hopeless, Undecided, decide_among_peers, decide_by_seeds};
use super::identity::{self, Identity, IdentityError};
use super::metadata_log::encode;
use crate::metadata::{Command, Endpoints, FIRST_INCARNATION, Standing};
use crate::raft::transport::PeerAddress;
use crate::raft::transport::hello::{
    self, Announced, AskError, Cluster, Founder, Introduction, Joined, Verdict,
};

/// Between two rounds of questions about a cluster that is about to be founded.
const HELLO_PAUSE: Duration = Duration::from_millis(100);
/// Between two requests to be let in.
const JOIN_PAUSE: Duration = Duration::from_millis(500);

/// A node that has no cluster yet.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// Its configured `node_id`.
    pub id: i32,
    /// Its data directory ([`identity::directory_id`]).
    pub directory_id: Uuid,
    /// Where others will reach it.
    pub endpoints: Endpoints,
    /// Its failure domain, if it has been told.
    pub rack: Option<String>,
    /// The version of its software.
    pub version: String,
}

/// What a node has become.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who it is; on disk.
    pub identity: Identity,
    /// Where the others listen, as far as it has been told.
    pub members: BTreeMap<i32, PeerAddress>,
}

/// Why a fresh node cannot start.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// Its identity cannot be kept.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// What the configured nodes say rules out that it ever will.
    #[error(transparent)]
    Hopeless(#[from] Hopeless),
    /// The cluster refuses it.
    #[error("cluster {cluster} refuses node {node}: {reason}")]
    Refused {
        /// The cluster.
        cluster: String,
        /// This node.
        node: i32,
        /// Why, and what to do.
        reason: String,
    },
}

/// What a node says about itself when it starts.
pub fn introduction(
    me: i32,
    directory_id: Uuid,
    formation: &Formation,
    identity: Option<&Identity>,
) -> Introduction {
    let peers = match formation {
        Formation::Peers(peers) => peers.iter().map(|p| p.id).filter(|id| *id != me).collect(),
        Formation::Standalone | Formation::Seeds(_) => Vec::new(),
    };
    Introduction { directory_id, peers, cluster: identity.map(Identity::cluster) }
}

/// Finds out where a fresh node belongs, makes that durable and announces it.
pub async fn enter(
    data_dir: &Path,
    newcomer: &Newcomer,
    formation: &Formation,
    announced: &Announced,
) -> Result<Entry, JoinError> {
    let entry = match formation {
        Formation::Peers(peers) => {
            let address = |p: &Peer| PeerAddress { raft: p.raft.to_string(), wal: p.wal.to_string() };
            let others = peers.iter().filter(|p| p.id != newcomer.id);
            newcomer.enter_among_peers(others.map(|p| (p.id, address(p))).collect()).await?
        }
        Formation::Seeds(seeds) if !seeds.is_empty() => {
            let asked = seeds.iter().map(|s| (s.id, s.address.to_string())).collect();
            newcomer.enter_by_seeds(&asked).await?
        }
        Formation::Standalone | Formation::Seeds(_) => {
            newcomer.found(vec![newcomer.as_founder()], BTreeMap::new())
        }
    };
    identity::store(data_dir, &entry.identity)?;
    announced.belongs_to(entry.identity.cluster());
    Ok(entry)
}

/// `host:port` of the `raft` ports of those that are asked.
type Asked = BTreeMap<i32, String>;

impl Newcomer {
    fn as_founder(&self) -> Founder {
        Founder { id: self.id, directory_id: self.directory_id }
    }

    async fn enter_among_peers(&self, members: BTreeMap<i32, PeerAddress>) -> Result<Entry, JoinError> {
        let asked: Asked = members.iter().map(|(id, address)| (*id, address.raft.clone())).collect();
        let decide = |answers: &Answers| decide_among_peers(self.as_founder(), answers);
        match self.ask_until_decided(&asked, decide).await? {
            Decision::Found(founders) => Ok(self.found(founders, members)),
            Decision::Belong(cluster) => Ok(self.belong(cluster, members)),
            Decision::Join(cluster) => self.join(&asked, &cluster, Standing::Member).await,
        }
    }

    async fn enter_by_seeds(&self, asked: &Asked) -> Result<Entry, JoinError> {
        let cluster = self.ask_until_decided(asked, decide_by_seeds).await?;
        self.join(asked, &cluster, Standing::SelfInvited).await
    }

    /// Asks all of them, again and again.
    async fn ask_until_decided<T>(
        &self,
        asked: &Asked,
        decide: impl Fn(&Answers) -> Result<T, Undecided>,
    ) -> Result<T, Hopeless> {
        let mut complaints = Complaints::default();
        loop {
            let answers = asked
                .iter()
                .map(|(id, address)| async { (*id, hello::ask(address, self.as_founder()).await) });
            match decide(&join_all(answers).await.into_iter().collect()) {
                Ok(decision) => return Ok(decision),
                Err(Undecided::Wait(reason)) => complaints.complain(self.id, &reason),
                Err(Undecided::Hopeless(e)) => return Err(e),
            }
            tokio::time::sleep(HELLO_PAUSE).await;
        }
    }

    fn found(&self, founders: Vec<Founder>, members: BTreeMap<i32, PeerAddress>) -> Entry {
        let id = Uuid::new_v4().simple().to_string();
        let nodes: Vec<i32> = founders.iter().map(|f| f.id).collect();
        info!(cluster = %id, ?nodes, "founded a cluster");
        self.belong(Cluster { id, founders, formed: false }, members)
    }

    fn belong(&self, cluster: Cluster, members: BTreeMap<i32, PeerAddress>) -> Entry {
        let Cluster { id: cluster_id, founders, .. } = cluster;
        Entry { identity: self.identity(cluster_id, FIRST_INCARNATION, founders), members }
    }

    /// Asks one after the other to be let into the cluster, until one has an answer that stands.
    async fn join(&self, asked: &Asked, cluster: &Cluster, standing: Standing) -> Result<Entry, JoinError> {
        let registration = encode(&self.registration(standing));
        let mut complaints = Complaints::default();
        loop {
            for (peer, address) in asked {
                match hello::join(address, registration.clone(), &cluster.id).await {
                    Ok(Verdict::Joined(joined)) => return Ok(self.joined(joined)),
                    Ok(Verdict::Refused(reason)) | Err(AskError::Refused(reason)) => {
                        return Err(JoinError::Refused {
                            cluster: cluster.id.clone(),
                            node: self.id,
                            reason,
                        });
                    }
                    Ok(Verdict::Later(reason)) => complaints.complain(*peer, &reason),
                    Err(AskError::NoAnswer(e)) => {
                        complaints.complain(*peer, &format!("node {peer} at {address} does not answer: {e}"));
                    }
                }
            }
            tokio::time::sleep(JOIN_PAUSE).await;
        }
    }

    /// The metadata command that makes this node a member.
    fn registration(&self, standing: Standing) -> Command {
        Command::RegisterBroker {
            id: self.id,
            directory_id: self.directory_id,
            endpoints: self.endpoints.clone(),
            rack: self.rack.clone(),
            version: self.version.clone(),
            standing,
        }
    }

    fn joined(&self, joined: Joined) -> Entry {
        let Joined { cluster_id, incarnation, founders, members } = joined;
        info!(cluster = %cluster_id, incarnation, "joined a cluster");
        Entry { identity: self.identity(cluster_id, incarnation, founders), members }
    }

    fn identity(&self, cluster_id: String, incarnation: u32, founders: Vec<Founder>) -> Identity {
        Identity {
            cluster_id,
            node_id: self.id,
            incarnation,
            directory_id: self.directory_id,
            registered: false,
            founders,
        }
    }
}

/// What a node waits for, by the peer that it heard it from. Each reason is logged once, however many peers give it.
#[derive(Default)]
struct Complaints(BTreeMap<i32, String>);

impl Complaints {
    fn complain(&mut self, peer: i32, reason: &str) {
        if self.is_news(peer, reason) {
            warn!("{reason}; waiting");
        }
    }

    fn is_news(&mut self, peer: i32, reason: &str) -> bool {
        let known = self.0.values().any(|r| r == reason);
        self.0.insert(peer, reason.to_owned());
        !known
    }
}

#[cfg(test)]
mod tests;
