//! What the admin API shows of a [`Picture`](super::Picture).

mod health;
mod nodes;
mod partitions;
mod raft;
#[cfg(test)]
mod tests;
mod topics;

pub use health::health;
pub use nodes::nodes;
pub use partitions::{each, forget_ages, partitions, view};
pub use raft::{is_group, metadata_raft, raft_groups};
pub use topics::{topic_config, topics};
