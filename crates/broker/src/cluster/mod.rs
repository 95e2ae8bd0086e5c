//! The node as a member of a cluster: its identity, the replicated metadata, and the calls between nodes.
//!
//! - [`identity`]: who this data directory is, and the first start of a node.
//! - [`metadata_log`]: the metadata group's state machine, and proposing to it from any node.
//! - [`calls`]: requests that one node makes of another over the peer streams.
//!
//! Must never: know Kafka's protocol.

pub mod calls;
pub mod identity;
pub mod metadata_log;

pub use metadata_log::{MetadataLog, ProposalError};
