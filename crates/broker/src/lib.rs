//! Chronik's broker.
//!
//! Dependencies run one way: `kafka`, `admin` → `node` → `cluster`, `coordinator` → `metadata`, `planner`, `partition` →
//! `log`, `raft` → `wal`. Nothing lower knows anything higher. ARCHITECTURE.md is the map.

pub mod admin;
pub mod cluster;
pub mod coordinator;
pub mod effort;
pub mod kafka;
pub mod log;
pub mod metadata;
pub mod node;
pub mod partition;
pub mod planner;
pub mod raft;
pub mod survey;
pub mod wal;
