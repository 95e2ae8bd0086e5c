//! How nodes talk: one long-lived gRPC stream per peer pair, direction and port, shared by all groups.
//!
//! - [`hello`]: the question of a fresh node.
//! - [`link`]: the requesting side of a stream: many requests under way, answers matched by id, a byte budget.
//! - [`peers`]: the two links to every peer (control on the `raft` port, bulk on the `wal` port).
//! - [`server`]: the answering side, and the handshake.
//! - [`network`]: openraft's network traits over the links.
//!
//! Must never: let bulk data delay control messages, queue without a bound in bytes, or talk to a node of another
//! cluster (every stream opens with cluster id and node ids, checked by both sides).

pub mod hello;
pub mod link;
pub(super) mod network;
pub mod peers;
pub mod server;

/// Messages and service generated from `proto/peer.proto`.
pub mod wire {
    #![allow(missing_docs, clippy::pedantic)]
    tonic::include_proto!("chronik.peer.v1");
}

pub use link::{Link, LinkError};
pub use peers::{Class, PeerAddress, Peers};
pub use server::{CallHandler, PeerEvents, serve};

/// Largest frame accepted from a peer. An entry is at most what a produce request may carry; frames are
/// packed to [`link::FRAME_BYTES`] beyond that only by a single oversized entry.
pub const MAX_FRAME_BYTES: usize = 128 * 1024 * 1024;

/// Stream metadata of the handshake.
pub(crate) mod handshake {
    /// The sender's cluster id.
    pub const CLUSTER: &str = "chronik-cluster";
    /// The sender's broker id.
    pub const FROM: &str = "chronik-from";
    /// The broker id that the sender believes to talk to.
    pub const TO: &str = "chronik-to";
    /// Which of the two streams this is: `control` or `bulk`.
    pub const CLASS: &str = "chronik-class";
}
