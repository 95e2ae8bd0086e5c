//! The consumer-group coordinator: group membership (the classic protocol) and committed offsets,
//! kept in `__consumer_offsets` in Kafka's own record formats.
//!
//! Layers, each ignorant of those above it: [`group`] is one group as a pure state machine;
//! `shard` is one partition of `__consumer_offsets`, a task that owns its groups, drives their
//! timers and appends their records; [`Coordinator`] routes a request to its shard and speaks the
//! request and response structs of Kafka.
//!
//! Must never acknowledge an offset or an assignment before its record is committed on a quorum,
//! must never answer for a partition that this node does not lead, and must never do anything while
//! nobody asks and no timer is due.

pub mod group;
pub mod offsets;
pub mod records;
mod service;
mod shard;
mod wire;

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;

pub use service::{Coordinator, GroupReport, MemberReport};

/// A record of `__consumer_offsets`: key, and value or tombstone.
pub type OffsetRecord = (Bytes, Option<Bytes>);

/// `__consumer_offsets`, as the coordinator needs it.
pub trait OffsetStore: Send + Sync + 'static {
    /// Number of partitions of `__consumer_offsets`; 0: it does not exist yet.
    fn partitions(&self) -> u32;

    /// Appends the records atomically as one batch.
    ///
    /// Appends of one partition must reach its log in the order of the calls; the coordinator has
    /// one under way at a time, but gives up on one that takes longer than
    /// [`CoordinatorConfig::append_timeout`].
    ///
    /// # Errors
    /// A Kafka error code. Success only after the records are committed on a quorum;
    /// `NOT_COORDINATOR` if the leader term of the partition is no longer `term`.
    fn append(
        &self,
        partition: u32,
        term: u64,
        records: Vec<OffsetRecord>,
    ) -> impl Future<Output = Result<(), i16>> + Send;

    /// Gives every committed record of the partition to `visit`, in log order.
    ///
    /// # Errors
    /// A Kafka error code; the coordinator then loads anew at the next request.
    fn replay(
        &self,
        partition: u32,
        visit: &mut (dyn FnMut(Bytes, Option<Bytes>) + Send),
    ) -> impl Future<Output = Result<(), i16>> + Send;

    /// The term in which this node leads the partition and has applied everything that was
    /// committed before it; `None` otherwise. Called at every request, so it must be cheap.
    fn leads(&self, partition: u32) -> Option<u64>;
}

/// The coordinator's settings.
#[derive(Debug, Clone)]
pub struct CoordinatorConfig {
    /// `group.initial.rebalance.delay.ms`: how long an empty group waits for more members.
    pub initial_rebalance_delay: Duration,
    /// `group.min.session.timeout.ms`.
    pub min_session_timeout: Duration,
    /// `group.max.session.timeout.ms`.
    pub max_session_timeout: Duration,
    /// `group.max.size`. Kafka's default is no limit; here a group is always bounded.
    pub group_max_size: usize,
    /// How long the first join of a member may stay parked; Kafka has five minutes, fixed.
    pub new_member_join_timeout: Duration,
    /// `offset.metadata.max.bytes`.
    pub offset_metadata_max_bytes: usize,
    /// `offsets.commit.timeout.ms`: how long an append may take to commit.
    pub append_timeout: Duration,
    /// How long a request waits for its partition to load before it is told
    /// `COORDINATOR_LOAD_IN_PROGRESS`.
    pub load_grace: Duration,
    /// Bytes of records that may wait for one partition; commits beyond are refused.
    pub max_queued_bytes: usize,
}

impl Default for CoordinatorConfig {
    fn default() -> Self {
        Self {
            initial_rebalance_delay: Duration::from_secs(3),
            min_session_timeout: Duration::from_secs(6),
            max_session_timeout: Duration::from_mins(30),
            group_max_size: 10_000,
            new_member_join_timeout: Duration::from_mins(5),
            offset_metadata_max_bytes: 4096,
            append_timeout: Duration::from_secs(5),
            load_grace: Duration::from_millis(500),
            max_queued_bytes: 16 << 20,
        }
    }
}

impl CoordinatorConfig {
    fn limits(&self) -> group::GroupLimits {
        let ms = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
        group::GroupLimits {
            initial_rebalance_delay_ms: ms(self.initial_rebalance_delay),
            max_size: self.group_max_size.max(1),
            new_member_join_timeout_ms: ms(self.new_member_join_timeout),
        }
    }
}
