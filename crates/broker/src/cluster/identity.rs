//! Who this data directory is.
//!
//! `identity.json` in the data directory names the cluster, the node id, the incarnation and the directory's own
//! id. A directory without one is fresh: before the node takes part in anything it must hear from its peers.
//!
//! The first start of a cluster with static peers: the peer with the lowest id founds it (draws the cluster id);
//! the others take the id from it. Every fresh node first hears from all other peers that none of them knows it
//! under another data directory: a node that lost its disk must not come back as if nothing had happened, because
//! votes and acknowledgements that it gave would be forgotten. This is why a first start needs every peer up once.
//!
//! Must never: let a data directory serve a cluster or a node id other than its own.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};
use uuid::Uuid;

use crate::raft::transport::hello;

/// The content of `identity.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The cluster that this directory belongs to.
    pub cluster_id: String,
    /// The broker id that it belongs to.
    pub node_id: i32,
    /// The broker's incarnation.
    pub incarnation: u32,
    /// Drawn when the directory was first used.
    pub directory_id: Uuid,
    /// Whether the cluster has committed this node's registration: from then on its WAL cannot be empty.
    #[serde(default)]
    pub registered: bool,
}

/// Why a node may not start on its data directory.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is damaged.
    #[error(
        "{path} is not a valid identity: {reason}; restore it from a copy, or start with an empty data directory as a new node"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The directory is another node's.
    #[error(
        "{path} belongs to node {found}, but this is node {configured}: set data_dir to this node's own directory"
    )]
    OtherNode {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: i32,
        /// The configured id.
        configured: i32,
    },
    /// The cluster knows this node with other data.
    #[error(
        "node {node} has an empty data directory, but node {peer} knows it with other data ({cluster}): restore its data directory; a node that lost its disk must not rejoin under its old identity"
    )]
    KnownElsewhere {
        /// This node.
        node: i32,
        /// Who knows it.
        peer: i32,
        /// The cluster.
        cluster: String,
    },
    /// The WAL that belongs to this identity is gone.
    #[error(
        "{path} says that node {node} is a member of its cluster, but the WAL in {wal} is empty: restore the WAL; a node that lost its log must not rejoin under its old identity"
    )]
    WalLost {
        /// The identity file.
        path: PathBuf,
        /// This node.
        node: i32,
        /// The WAL's directory.
        wal: PathBuf,
    },
    /// Peers belong to different clusters.
    #[error(
        "the peers belong to different clusters ({first} and {second}): check the addresses in [[peers]]"
    )]
    MixedClusters {
        /// One of them.
        first: String,
        /// Another.
        second: String,
    },
}

const FILE: &str = "identity.json";

/// Reads the directory's identity; `None` for a fresh directory.
pub fn load(data_dir: &Path, node_id: i32) -> Result<Option<Identity>, IdentityError> {
    let path = data_dir.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(IdentityError::Io { path, source }),
    };
    let identity: Identity = serde_json::from_str(&text)
        .map_err(|e| IdentityError::Damaged { path: path.clone(), reason: e.to_string() })?;
    if identity.node_id != node_id {
        return Err(IdentityError::OtherNode { path, found: identity.node_id, configured: node_id });
    }
    Ok(Some(identity))
}

/// Refuses an identity whose WAL has been lost: the votes and acknowledgements in it must not be given twice.
pub fn check_wal(
    data_dir: &Path,
    wal: &Path,
    identity: &Identity,
    wal_is_empty: bool,
) -> Result<(), IdentityError> {
    if identity.registered && wal_is_empty {
        let path = data_dir.join(FILE);
        return Err(IdentityError::WalLost { path, node: identity.node_id, wal: wal.to_owned() });
    }
    Ok(())
}

/// Makes the identity durable.
pub fn store(data_dir: &Path, identity: &Identity) -> Result<(), IdentityError> {
    let path = data_dir.join(FILE);
    let text = serde_json::to_string_pretty(identity)
        .map_err(|e| IdentityError::Damaged { path: path.clone(), reason: e.to_string() })?;
    write_durably(&path, text.as_bytes(), 0o644).map_err(|source| IdentityError::Io { path, source })
}

/// Replaces a file so that after a crash it has either its old content or the new one.
pub fn write_durably(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = path.with_extension("new");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    fs::File::open(dir)?.sync_all()
}

/// A peer to ask on a first start.
#[derive(Debug, Clone)]
pub struct AskedPeer {
    /// Its broker id.
    pub id: i32,
    /// `host:port` of its `raft` port.
    pub address: String,
}

/// Finds out, on a fresh directory, which cluster this node belongs to. Waits for as long as it takes until every
/// peer has answered. `announced` is what this node answers to the others' own questions meanwhile.
pub async fn establish(
    data_dir: &Path,
    node_id: i32,
    peers: &[AskedPeer],
    announced: &ArcSwap<String>,
) -> Result<Identity, IdentityError> {
    let directory_id = Uuid::new_v4();
    let founder = peers.iter().all(|p| node_id < p.id);
    let mut cluster: Option<String> = None;
    for peer in peers {
        let answer = wait_for_answer(node_id, directory_id, peer).await;
        if answer.registered_elsewhere {
            return Err(IdentityError::KnownElsewhere {
                node: node_id,
                peer: peer.id,
                cluster: answer.cluster_id,
            });
        }
        match (&cluster, answer.cluster_id) {
            (_, id) if id.is_empty() => {}
            (Some(first), id) if *first != id => {
                return Err(IdentityError::MixedClusters { first: first.clone(), second: id });
            }
            (_, id) => cluster = Some(id),
        }
    }
    let cluster_id = match (cluster, peers.iter().min_by_key(|p| p.id)) {
        (Some(id), _) => id,
        (None, Some(lowest)) if !founder => wait_for_founder(node_id, directory_id, lowest).await,
        (None, _) => {
            let id = Uuid::new_v4().simple().to_string();
            info!(cluster = %id, "founded a cluster");
            id
        }
    };
    let identity = Identity {
        cluster_id: cluster_id.clone(),
        node_id,
        incarnation: crate::metadata::FIRST_INCARNATION,
        directory_id,
        registered: false,
    };
    store(data_dir, &identity)?;
    announced.store(std::sync::Arc::new(cluster_id));
    Ok(identity)
}

async fn wait_for_answer(node_id: i32, directory_id: Uuid, peer: &AskedPeer) -> hello::Answer {
    let mut complained = false;
    loop {
        match hello::ask(&peer.address, node_id, &directory_id.to_string()).await {
            Ok(answer) if answer.node_id == peer.id => return answer,
            Ok(answer) => {
                warn!(address = %peer.address, "expected node {}, found node {}: check [[peers]]", peer.id, answer.node_id);
            }
            Err(e) if !complained => {
                warn!(peer = peer.id, address = %peer.address, "waiting for every peer to answer once, as a first start needs: {e}");
                complained = true;
            }
            Err(_) => {}
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn wait_for_founder(node_id: i32, directory_id: Uuid, founder: &AskedPeer) -> String {
    loop {
        let answer = wait_for_answer(node_id, directory_id, founder).await;
        if !answer.cluster_id.is_empty() {
            return answer.cluster_id;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            cluster_id: "c".into(),
            node_id: 2,
            incarnation: 1,
            directory_id: Uuid::nil(),
            registered: true,
        }
    }

    #[test]
    fn an_identity_survives_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load(dir.path(), 2).unwrap(), None);
        store(dir.path(), &identity()).unwrap();
        assert_eq!(load(dir.path(), 2).unwrap(), Some(identity()));
    }

    #[test]
    fn a_registered_node_without_its_wal_is_refused() {
        let check = |registered, empty| {
            check_wal(Path::new("d"), Path::new("w"), &Identity { registered, ..identity() }, empty).is_ok()
        };
        assert!(!check(true, true), "its log is gone");
        assert!(check(true, false));
        assert!(check(false, true), "it died on its first start, before it had taken part in anything");
    }

    #[test]
    fn a_directory_serves_only_its_own_node() {
        let dir = tempfile::tempdir().unwrap();
        store(dir.path(), &identity()).unwrap();
        assert!(matches!(load(dir.path(), 3), Err(IdentityError::OtherNode { found: 2, configured: 3, .. })));
    }

    #[test]
    fn a_damaged_identity_is_named_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "{\"cluster_id\":").unwrap();
        assert!(matches!(load(dir.path(), 2), Err(IdentityError::Damaged { .. })));
    }
}
