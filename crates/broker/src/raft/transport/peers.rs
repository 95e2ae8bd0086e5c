//! The links to all peers, and who they are.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::RwLock;
use tokio::runtime::Handle;
use uuid::Uuid;

use super::link::{Link, LinkEvent, Target};
use super::meter::RpcMeter;
use super::server::PeerEvents;
use crate::raft::control_runtime;

/// Unsent bytes per peer before requests wait: control messages are small, bulk is bounded for memory's sake.
const CONTROL_BUDGET: usize = 8 * 1024 * 1024;
const BULK_BUDGET: usize = 32 * 1024 * 1024;

/// The two kinds of streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Votes, liveness, metadata: the `raft` port.
    Control,
    /// Log entries and forwarded requests: the `wal` port.
    Bulk,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::Control => "control",
            Class::Bulk => "bulk",
        })
    }
}

/// Where a peer listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerAddress {
    /// `host:port` of its `raft` port.
    pub raft: String,
    /// `host:port` of its `wal` port.
    pub wal: String,
}

struct Peer {
    address: PeerAddress,
    control: Link,
    bulk: Link,
    meter: Arc<RpcMeter>,
}

impl Peer {
    fn close(&self) {
        self.control.close();
        self.bulk.close();
    }
}

/// All peers of this node. Cheap to clone.
#[derive(Clone)]
pub struct Peers {
    inner: Arc<Inner>,
}

struct Inner {
    me: i32,
    cluster_id: String,
    directory_id: Uuid,
    events: Arc<dyn PeerEvents>,
    peers: RwLock<BTreeMap<i32, Peer>>,
}

impl Peers {
    /// No peers yet. `directory_id` is this node's own data directory.
    pub fn new(me: i32, cluster_id: String, directory_id: Uuid, events: Arc<dyn PeerEvents>) -> Self {
        let peers = RwLock::default();
        Self { inner: Arc::new(Inner { me, cluster_id, directory_id, events, peers }) }
    }

    /// This node's broker id.
    pub fn me(&self) -> i32 {
        self.inner.me
    }

    /// The cluster's id.
    pub fn cluster_id(&self) -> &str {
        &self.inner.cluster_id
    }

    /// Connects to a peer, or reconnects to its new address: whoever holds a link to the old one sees it go down. Bulk links run on the current runtime, control links on
    /// their own.
    pub fn connect(&self, peer: i32, address: &PeerAddress) {
        let mut peers = self.inner.peers.write();
        if peer == self.inner.me || peers.get(&peer).is_some_and(|p| p.address == *address) {
            return;
        }
        let meter = peers.get(&peer).map(|known| known.meter.clone()).unwrap_or_default();
        let link = |class, address: &str, budget| {
            let events = self.inner.events.clone();
            let runtime = match class {
                // Without a thread to spare, control messages share one with the rest.
                Class::Control => control_runtime().unwrap_or_else(|_| Handle::current()),
                Class::Bulk => Handle::current(),
            };
            let target = Target {
                me: self.inner.me,
                peer,
                address: address.to_owned(),
                cluster_id: self.inner.cluster_id.clone(),
                directory_id: self.inner.directory_id,
                class,
            };
            Link::start(
                target,
                budget,
                meter.clone(),
                Arc::new(move |event: LinkEvent| match event {
                    LinkEvent::Changed(state) => events.link_changed(peer, class, state),
                    LinkEvent::Retired(reason) => events.retired(peer, &reason),
                }),
                &runtime,
            )
        };
        let entry = Peer {
            control: link(Class::Control, &address.raft, CONTROL_BUDGET),
            bulk: link(Class::Bulk, &address.wal, BULK_BUDGET),
            address: address.clone(),
            meter: meter.clone(),
        };
        if let Some(old) = peers.insert(peer, entry) {
            old.close();
        }
    }

    /// Ends the links to a peer: requests without an answer fail, and so does whatever is asked of it afterwards.
    pub fn disconnect(&self, peer: i32) {
        let Some(gone) = self.inner.peers.write().remove(&peer) else { return };
        gone.close();
        self.inner.events.disconnected(peer);
    }

    /// The link of that class to the peer, if it is known.
    pub fn link(&self, peer: i32, class: Class) -> Option<Link> {
        let peers = self.inner.peers.read();
        let peer = peers.get(&peer)?;
        Some(match class {
            Class::Control => peer.control.clone(),
            Class::Bulk => peer.bulk.clone(),
        })
    }

    /// How Raft's calls to each peer go.
    pub fn meters(&self) -> Vec<(i32, Arc<RpcMeter>)> {
        self.inner.peers.read().iter().map(|(peer, known)| (*peer, known.meter.clone())).collect()
    }

    /// All peers' broker ids.
    pub fn ids(&self) -> Vec<i32> {
        self.inner.peers.read().keys().copied().collect()
    }
}
