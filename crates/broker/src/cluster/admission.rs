//! Whom this node lets into the cluster, and whom it does not talk to any more.
//!
//! Any node can be asked: the registration goes through the metadata log, whoever leads it.
//!
//! Must never: register a data directory under the id of a node that is running with another one.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use uuid::Uuid;

use super::{MetadataLog, ProposalError};
use crate::metadata::{self, BrokerId, Command, Endpoints, MetadataError, MetadataImage, Outcome};
use crate::raft::liveness::Liveness;
use crate::raft::transport::hello::{Announced, Cluster, Joined, Verdict};
use crate::raft::transport::server::BoxFuture;
use crate::raft::transport::{Admission, PeerAddress, Standing};

/// How long a registration may wait for a metadata leader before the node is told to ask again.
const REGISTRATION_TIMEOUT: Duration = Duration::from_secs(5);

/// What is known of the cluster here, and the way to change it.
pub trait Registry: Send + Sync + 'static {
    /// The newest image.
    fn image(&self) -> Arc<MetadataImage>;
    /// Whether the broker was heard of lately.
    fn is_alive(&self, broker: BrokerId) -> bool;
    /// Has a command carried out.
    fn propose(&self, command: Command) -> BoxFuture<Result<Outcome, ProposalError>>;
}

impl Registry for (MetadataLog, Liveness) {
    fn image(&self) -> Arc<MetadataImage> {
        self.0.image()
    }

    fn is_alive(&self, broker: BrokerId) -> bool {
        self.1.is_alive(broker)
    }

    fn propose(&self, command: Command) -> BoxFuture<Result<Outcome, ProposalError>> {
        let log = self.0.clone();
        Box::pin(async move { log.propose(command, REGISTRATION_TIMEOUT).await })
    }
}

/// Decides who may take part in the cluster, as far as this node knows.
pub struct Doorkeeper {
    me: BrokerId,
    announced: Announced,
    registry: OnceLock<Arc<dyn Registry>>,
}

impl Doorkeeper {
    /// Of a node that is still starting: it turns nobody away and lets nobody in.
    pub fn new(me: BrokerId, announced: Announced) -> Self {
        Self { me, announced, registry: OnceLock::new() }
    }

    /// From now on the metadata group runs on this node.
    pub fn open(&self, registry: impl Registry) {
        drop(self.registry.set(Arc::new(registry)));
    }
}

impl Admission for Doorkeeper {
    fn join(&self, registration: Bytes, cluster_id: String) -> BoxFuture<Verdict> {
        let cluster = self.announced.get().cluster.clone();
        let (Some(cluster), Some(registry)) = (cluster, self.registry.get().cloned()) else {
            let verdict = Verdict::Later(format!("node {} is still starting", self.me));
            return Box::pin(std::future::ready(verdict));
        };
        let me = self.me;
        Box::pin(async move {
            let admitted = async {
                let newcomer = Newcomer::read(&registration)?;
                check_cluster(&cluster.id, &cluster_id)?;
                newcomer.check_image(&registry.image(), &cluster.id, |b| b == me || registry.is_alive(b))?;
                let incarnation = newcomer.register(&*registry, &cluster.id).await?;
                Ok(newcomer.joined(incarnation, cluster, &registry.image()))
            };
            admitted.await.map_or_else(|verdict| verdict, Verdict::Joined)
        })
    }

    fn standing(&self, node: BrokerId, directory_id: &str) -> Standing {
        let (Some(registry), Ok(directory)) = (self.registry.get(), directory_id.parse::<Uuid>()) else {
            return Standing::Good;
        };
        standing(&registry.image(), node, directory)
    }
}

/// How the cluster stands to that data directory of that node.
pub fn standing(image: &MetadataImage, node: BrokerId, directory: Uuid) -> Standing {
    if !image.is_retired(&directory) {
        return Standing::Good;
    }
    Standing::Retired(match image.broker(node) {
        Some(_) => format!(
            "node {node} was replaced: it runs with another data directory now; this one must not be used again: empty it"
        ),
        None => removed(node),
    })
}

fn removed(node: BrokerId) -> String {
    format!("node {node} was removed from the cluster; to join again start it with an empty data directory")
}

/// A node that asks to be let in.
struct Newcomer {
    id: BrokerId,
    directory_id: Uuid,
    endpoints: Endpoints,
    needs_invitation: bool,
    registration: Command,
}

/// What is not a [`Verdict::Joined`].
type Turned<T> = Result<T, Verdict>;

fn check_cluster(ours: &str, meant: &str) -> Turned<()> {
    if meant.is_empty() || meant == ours {
        return Ok(());
    }
    Err(Verdict::Refused(format!(
        "it means cluster {meant}, but the node that it asks belongs to cluster {ours}: check the configured addresses"
    )))
}

impl Newcomer {
    fn read(registration: &[u8]) -> Turned<Self> {
        let command = serde_json::from_slice(registration)
            .map_err(|e| Verdict::Refused(format!("its registration cannot be read: {e}")))?;
        match &command {
            Command::RegisterBroker { standing: metadata::Standing::Founder, .. } => {
                Err(Verdict::Refused("a founder does not join".into()))
            }
            Command::RegisterBroker { id, directory_id, endpoints, standing, .. } => Ok(Self {
                id: *id,
                directory_id: *directory_id,
                endpoints: endpoints.clone(),
                needs_invitation: *standing == metadata::Standing::Member,
                registration: command,
            }),
            _ => Err(Verdict::Refused("what it sends is not a registration".into())),
        }
    }

    /// Turns away who would be refused anyway, without a word in the log, and who must not replace a node that lives:
    /// that one cannot be seen when the log is applied. This image may be behind.
    fn check_image(
        &self,
        image: &MetadataImage,
        cluster: &str,
        is_alive: impl Fn(BrokerId) -> bool,
    ) -> Turned<()> {
        let known = image.broker(self.id);
        if image.is_retired(&self.directory_id) {
            return Err(Verdict::Refused(removed(self.id)));
        }
        if known.is_none_or(|b| b.directory_id != self.directory_id) && is_alive(self.id) {
            let at = known.map(|b| format!(" at {}", b.endpoints.raft)).unwrap_or_default();
            return Err(Verdict::Refused(format!(
                "node {} is running{at} with another data directory: stop it first, or give this node another node_id",
                self.id
            )));
        }
        if self.needs_invitation && known.is_none() && !image.invited().contains_key(&self.id) {
            return Err(self.not_invited(cluster));
        }
        Ok(())
    }

    async fn register(&self, registry: &dyn Registry, cluster: &str) -> Turned<u32> {
        match registry.propose(self.registration.clone()).await {
            Ok(Outcome::BrokerRegistered { incarnation }) => Ok(incarnation),
            Ok(other) => {
                Err(Verdict::Later(format!("an answer that is not one to a registration: {other:?}")))
            }
            Err(ProposalError::Refused(MetadataError::NotInvited { .. })) => Err(self.not_invited(cluster)),
            Err(ProposalError::Refused(MetadataError::DirectoryRetired { .. })) => {
                Err(Verdict::Refused(removed(self.id)))
            }
            Err(ProposalError::Refused(e)) => Err(Verdict::Refused(e.to_string())),
            Err(e @ (ProposalError::NoLeader(_) | ProposalError::TimedOut(_))) => {
                Err(Verdict::Later(e.to_string()))
            }
        }
    }

    fn not_invited(&self, cluster: &str) -> Verdict {
        let Endpoints { kafka, wal, raft, .. } = &self.endpoints;
        Verdict::Later(format!(
            "node {id} is not a member of cluster {cluster}: run `chronikctl add-node {id} --kafka {kafka} --wal {wal} \
             --raft {raft}` on any node",
            id = self.id
        ))
    }

    fn joined(&self, incarnation: u32, cluster: Cluster, image: &MetadataImage) -> Joined {
        let Cluster { id: cluster_id, founders, .. } = cluster;
        let others = image.brokers().values().filter(|b| b.id != self.id);
        let address = |e: &Endpoints| PeerAddress { raft: e.raft.to_string(), wal: e.wal.to_string() };
        let members: BTreeMap<_, _> = others.map(|b| (b.id, address(&b.endpoints))).collect();
        Joined { cluster_id, incarnation, founders, members }
    }
}

#[cfg(test)]
pub(super) mod tests;
