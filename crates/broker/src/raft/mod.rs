//! Raft for many groups: openraft behind one face.
//!
//! One [`Group`] per partition and one for the metadata, all logging into the node's one WAL, all speaking over
//! shared streams per peer pair, all kept alive by one node-level [`liveness`] driver instead of a timer each.
//!
//! What is durable where, on the way from a proposal to its answer:
//! 1. the leader hands the entry to the WAL (in memory, readable) and at once to the streams to its followers;
//! 2. each replica's WAL writer makes it durable with the next `fdatasync` and only then reports it flushed;
//! 3. a follower answers `Append` after its own flush, the leader counts itself after its own;
//! 4. the entry is committed when a quorum of voters has it *on disk*; then it is applied, then answered.
//!
//! Must never: know what an entry's body means (that is the state machine's business), acknowledge anything before
//! a quorum's fsync, or let a type of openraft out of this module: its alphas change from one to the next.

mod answers;
mod change;
mod codec;
mod group;
mod groups;
pub mod liveness;
mod machine;
pub mod membership;
mod stirred;
mod storage;
mod throttle;
pub mod transport;
mod types;

pub use change::ChangeError;
pub use group::{Group, Progress, ProposeError, Replication};
pub use groups::{GroupSpec, Groups, Timing, control_runtime};
pub use machine::{Applied, Payload, StateMachine};
pub use types::{Command, GroupId, METADATA_GROUP, RaftNodeId, Reply};
