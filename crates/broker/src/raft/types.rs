//! The types that openraft is instantiated with.
//!
//! One configuration serves every group: what differs (metadata or partition) is opaque to Raft.

use std::fmt;

use bytes::Bytes;
use openraft::EmptyNode;
use openraft::impls::leader_id_std;

use crate::wal::Body;

/// Identifies a Raft group on all nodes. Assigned by the metadata, never reused.
pub type GroupId = crate::wal::GroupId;

/// The group whose state machine is the cluster's metadata.
pub const METADATA_GROUP: GroupId = 0;

/// A voter or learner: a broker id together with the broker's incarnation.
///
/// A broker that lost its disk comes back under a new incarnation, so that Raft never meets a known id with an
/// empty log: votes and acknowledgements given by the lost disk must not be given a second time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RaftNodeId(u64);

impl RaftNodeId {
    /// The replica of broker `broker` in its life number `incarnation` (from 1).
    pub fn new(broker: i32, incarnation: u32) -> Self {
        Self((u64::from(incarnation) << 32) | u64::from(broker.unsigned_abs()))
    }

    /// The broker's id.
    pub fn broker(self) -> i32 {
        (self.0 & 0x7fff_ffff) as i32
    }

    /// The broker's incarnation.
    pub fn incarnation(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(crate) fn raw(self) -> u64 {
        self.0
    }

    pub(crate) fn from_raw(raw: u64) -> Self {
        Self(raw)
    }
}

impl fmt::Display for RaftNodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.broker(), self.incarnation())
    }
}

impl fmt::Debug for RaftNodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is proposed to a group: an opaque body that counts as `count` records in the group's offsets.
#[derive(Clone)]
pub struct Command {
    /// Records in the body; 0 for metadata.
    pub count: u32,
    /// Offset of the first record: set by the WAL in log order, 0 in a proposal.
    pub base: u64,
    /// The bytes, shared with whoever produced them.
    pub body: Body,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records in {} bytes", self.count, self.body.len())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What applying a command gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nothing to say.
    None,
    /// The offset of the command's first record.
    BaseOffset(u64),
    /// An answer in the state machine's own encoding.
    Bytes(Bytes),
}

openraft::declare_raft_types!(
    /// openraft's view of Chronik.
    pub TypeConfig:
        D = Command,
        R = Reply,
        NodeId = u64,
        Node = EmptyNode,
        Term = u64,
        LeaderId = leader_id_std::LeaderId<u64, u64>,
);

pub(super) type Raft = openraft::Raft<TypeConfig, super::machine::Machine>;
pub(super) type CommittedLeaderId = openraft::type_config::alias::CommittedLeaderIdOf<TypeConfig>;
pub(super) type LogId = openraft::type_config::alias::LogIdOf<TypeConfig>;
pub(super) type Vote = openraft::type_config::alias::VoteOf<TypeConfig>;
pub(super) type Entry = openraft::type_config::alias::EntryOf<TypeConfig>;
pub(super) type EntryPayload = openraft::EntryPayload<Command, u64, EmptyNode>;
pub(super) type Membership = openraft::Membership<u64, EmptyNode>;
pub(super) type StoredMembership = openraft::type_config::alias::StoredMembershipOf<TypeConfig>;
pub(super) type SnapshotMeta = openraft::type_config::alias::SnapshotMetaOf<TypeConfig>;
pub(super) type Snapshot = openraft::type_config::alias::SnapshotOf<TypeConfig, Bytes>;

pub(super) fn log_id(term: u64, index: u64) -> LogId {
    LogId { leader_id: CommittedLeaderId::new(term), index }
}

pub(super) fn term_of(id: &LogId) -> u64 {
    id.leader_id.term
}
