//! How nodes talk: one long-lived gRPC stream per peer pair, direction and port, shared by all groups.
//!
//! - [`hello`]: what a fresh node asks and is told before it takes part in anything.
//! - [`link`]: the requesting side of a stream: many requests under way, answers matched by id, a byte budget.
//! - [`meter`]: how Raft's calls to a peer go, for the metrics.
//! - [`peers`]: the two links to every peer (control on the `raft` port, bulk on the `wal` port).
//! - [`server`]: the answering side, and the handshake.
//! - [`network`]: openraft's network traits over the links; [`notices`]: what is committed is told along with entries.
//!
//! Must never: let bulk data delay control messages, queue without a bound in bytes, or talk to a node of another
//! cluster, with a build that speaks another protocol, or with a data directory that the cluster has let go (every
//! stream opens with what both sides need to know of each other).

pub mod hello;
pub mod link;
mod meter;
pub(super) mod network;
mod notices;
pub mod peers;
pub mod server;

/// Messages and service generated from `proto/peer.proto`.
pub mod wire {
    #![allow(missing_docs, clippy::pedantic)]
    tonic::include_proto!("chronik.peer.v1");
}

pub use link::{Link, LinkError};
pub use meter::RpcMeter;
pub use peers::{Class, PeerAddress, Peers};
pub use server::{Admission, CallHandler, PeerEvents, Standing, serve};

/// What this build speaks to other nodes. Nodes that speak different protocols do not speak at all.
pub const PROTOCOL: u32 = 2;

/// Largest frame accepted from a peer. An entry is at most what a produce request may carry; frames are
/// packed to [`link::FRAME_BYTES`] beyond that only by a single oversized entry.
pub const MAX_FRAME_BYTES: usize = 128 * 1024 * 1024;

/// What the two sides of a stream tell each other when it opens.
pub(crate) mod handshake {
    use std::cmp::Ordering;

    use tonic::metadata::MetadataMap;

    use super::PROTOCOL;

    /// The sender's cluster id.
    pub const CLUSTER: &str = "chronik-cluster";
    /// The sender's broker id.
    pub const FROM: &str = "chronik-from";
    /// The broker id that the sender believes to talk to.
    pub const TO: &str = "chronik-to";
    /// Which of the two streams this is: `control` or `bulk`.
    pub const CLASS: &str = "chronik-class";
    /// The sender's data directory.
    pub const DIRECTORY: &str = "chronik-directory";
    /// The protocol that the sender speaks; told by both sides. Builds that spoke protocol 1 did not say.
    pub const SPEAKS: &str = "chronik-protocol";

    /// What is said under that key; empty if nothing is.
    pub fn value<'a>(of: &'a MetadataMap, key: &str) -> &'a str {
        of.get(key).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The protocol that the other side speaks; 0 if it does not say.
    pub fn protocol(of: &MetadataMap) -> u32 {
        value(of, SPEAKS).parse().unwrap_or_default()
    }

    /// Refuses a peer that speaks another protocol than this node, and says which of the two to upgrade.
    pub fn check_protocol(me: i32, peer: i32, peers: u32) -> Result<(), String> {
        let peers = peers.max(1);
        match peers.cmp(&PROTOCOL) {
            Ordering::Equal => Ok(()),
            Ordering::Less => Err(format!(
                "node {peer} runs an older build that speaks protocol {peers}; node {me} speaks {PROTOCOL}: upgrade node {peer}"
            )),
            Ordering::Greater => Err(format!(
                "node {me} runs an older build that speaks protocol {PROTOCOL}; node {peer} speaks {peers}: upgrade node {me}"
            )),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn of_two_builds_the_older_one_is_to_be_upgraded() {
            assert_eq!(check_protocol(1, 3, PROTOCOL), Ok(()));
            assert!(check_protocol(1, 3, 0).unwrap_err().contains("speaks protocol 1"), "it does not say");
            assert!(check_protocol(1, 3, 1).unwrap_err().ends_with("upgrade node 3"));
            assert!(check_protocol(1, 3, PROTOCOL + 1).unwrap_err().ends_with("upgrade node 1"));
        }
    }
}

#[cfg(test)]
mod tests;
