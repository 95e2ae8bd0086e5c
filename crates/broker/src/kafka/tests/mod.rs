//! The wire over real loopback sockets, in front of a fake node.

mod administration;
mod answers;
mod client;
mod every_version;
mod fake;
mod fetching;
mod hostile;
mod mutated;
mod order;
pub(crate) mod samples;
