//! The node as a member of a cluster: its identity, the replicated metadata, and the calls between nodes.
//!
//! - [`identity`]: who this data directory is.
//! - [`founding`]: what a fresh node makes of its peers' answers: whether it founds, belongs, joins or waits.
//! - [`joining`]: the first start of a node: asking, founding, joining.
//! - [`admission`]: whom this node lets into the cluster, and whom it does not talk to any more.
//! - [`metadata_log`]: the metadata group's state machine, and proposing to it from any node.
//! - [`calls`]: requests that one node makes of another over the peer streams.
//! - [`controller`]: which replicas move (decided on the metadata leader), by the planner over a [`view`] of the cluster
//!   and the nodes' [`reports`], with the [`loads`] of what they lead; [`mover`]: carrying it out (on each partition's leader); [`leaders`]: preferred leaders.
//!
//! Must never: know Kafka's protocol.

pub mod admission;
pub mod calls;
pub mod controller;
pub mod founding;
pub mod identity;
pub mod joining;
pub mod leaders;
pub mod loads;
pub mod metadata_log;
pub mod mover;
pub mod reports;
pub mod view;

pub use chronik_common::now_ms;
pub use metadata_log::{MetadataLog, ProposalError};
