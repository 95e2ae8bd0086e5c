//! Three nodes in one process: partitions replicated by real Raft groups over real loopback streams.
//!
//! Each node has a runtime of its own. Killing a node drops the runtime, and with it every task and socket, as the end
//! of its process would.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod changes;
mod harness;
mod replication;
