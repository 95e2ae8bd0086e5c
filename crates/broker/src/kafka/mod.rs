//! The Kafka wire: everything between the TCP socket and the node.
//!
//! A [`listener`] accepts, a [`connection`] reads frames and writes answers in order, the guard in
//! [`shape`] checks every length before `kafka-protocol` decodes, one file per API in [`api`] asks the
//! [`backend`] and encodes the answer. Record bytes pass through untouched: slices of the frame on the
//! way in, shared slices of the log on the way out.
//!
//! Nothing here knows Raft, the WAL or the metadata log, and no byte from a socket is believed before it
//! is checked: an announced length allocates nothing, and what one node holds for all its clients
//! together is bounded ([`budget`]).

pub(crate) mod answer;
pub(crate) mod api;
pub mod backend;
pub mod budget;
pub(crate) mod connection;
pub(crate) mod frame;
pub mod listener;
pub(crate) mod names;
pub(crate) mod outbox;
pub(crate) mod quiet;
pub(crate) mod request;
pub(crate) mod session;
pub mod shape;
pub mod traffic;
pub(crate) mod versions;

#[cfg(test)]
mod tests;

pub use backend::Backend;
pub use listener::{Limits, Server};
pub use traffic::{Traffic, TrafficReport};
