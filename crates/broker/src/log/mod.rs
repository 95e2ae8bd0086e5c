//! The pure core of a partition: what its records mean, and what state follows from its Raft log.
//!
//! A partition is a Raft group. A log entry of it carries a *body*: one or more Kafka record batches (magic
//! 2) exactly as the producers sent them. From the bodies, in log order, every replica computes the same
//! [`PartitionState`]: offsets, high watermark, producer sequences, leader epochs and the time index.
//!
//! | module | what it answers |
//! |---|---|
//! | [`batch`] | what does the header of a stored batch say; which 16 bytes does Fetch patch |
//! | [`error`] | what is wrong with a batch, and what does the client hear |
//! | [`validate`] | may this batch of a Produce request enter the log |
//! | [`compression`], [`records`] | which records are in a batch |
//! | [`builder`] | a batch from a few records that the broker itself writes |
//! | [`producers`], [`tail`] | is this batch new, a duplicate, or out of order (KIP-98) |
//! | [`epochs`] | where did a leader epoch end (KIP-101, KIP-320) |
//! | [`times`] | where to look for a timestamp |
//! | [`retention`] | which records are old, or too many, and may go |
//! | [`control`] | what is in the log beside records |
//! | [`state`] | all of it together: apply, snapshot, log start |
//!
//! This core must never do I/O, read a clock, or rewrite the bytes of a record; and no input, however
//! hostile, may make it panic or grow without bound.

pub mod batch;
pub mod builder;
pub mod compression;
pub mod control;
pub mod epochs;
pub mod error;
#[cfg(test)]
mod interop;
pub mod producers;
pub mod records;
pub mod retention;
pub mod state;
pub mod tail;
pub mod times;
pub mod validate;
mod wire;

pub use batch::{BatchHeader, batches, patched_prefix};
pub use builder::BatchBuilder;
pub use compression::Codec;
pub use control::{Control, ControlError};
pub use epochs::EpochTable;
pub use error::BatchError;
pub use producers::{Producers, Sequenced, Verdict};
pub use records::{Record, RecordSet};
pub use retention::Retention;
pub use state::{AppliedEntry, ApplyError, PartitionState, Position};
pub use tail::Tail;
pub use times::TimeIndex;
pub use validate::{BatchSummary, Limits, validate_produce};
pub use wire::DecodeError;
