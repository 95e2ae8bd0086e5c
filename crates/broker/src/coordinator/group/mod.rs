//! One classic consumer group as a pure state machine: requests and times go in, [`Effects`] come
//! out (answers to deliver, metadata to persist). It behaves as Kafka's `ClassicGroup`, error
//! codes included (KIP-62, KIP-134, KIP-345, KIP-394, KIP-814).
//!
//! Must never read a clock, draw a random number or do I/O: every run of the same inputs gives
//! the same outputs, which is how its tests can be transcripts.

mod join;
mod members;
mod rebalance;
mod session;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;

pub use join::Join;
pub use members::{Member, Members, Protocol};
pub use session::{Leave, LeaveResults, Sync};

use super::records::{GroupMetadata, MemberMetadata};

/// The number of a parked request; the shell knows which client waits on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// A moment, on two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds of a clock that never goes back; all deadlines are on it.
    pub monotonic_ms: u64,
    /// Milliseconds since 1970, for what is stored.
    pub unix_ms: i64,
}

/// What the operator can set about groups.
#[derive(Debug, Clone, Copy)]
pub struct GroupLimits {
    /// `group.initial.rebalance.delay.ms`: how long an empty group waits for more members.
    pub initial_rebalance_delay_ms: u64,
    /// `group.max.size`: members a group accepts.
    pub max_size: usize,
    /// How long the first join of a member may stay parked, in milliseconds.
    pub new_member_join_timeout_ms: u64,
}

/// Member ids that were handed out (KIP-394) and not yet used. Bounds what clients that ask for
/// ids and never return can occupy; each is forgotten after its session timeout.
pub const MAX_PENDING_JOINS: usize = 10_000;

/// Where a group stands between two generations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No members; perhaps offsets.
    Empty,
    /// Waiting for the members to join.
    PreparingRebalance,
    /// Waiting for the leader's assignment.
    CompletingRebalance,
    /// Every member can have its assignment.
    Stable,
    /// Being deleted.
    Dead,
}

impl State {
    /// The name that clients see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
        }
    }
}

/// A successful `JoinGroup`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Id of the member that joined.
    pub member_id: StrBytes,
    /// Generation that it belongs to.
    pub generation: i32,
    /// Type of the group's protocol, such as `consumer`.
    pub protocol_type: Option<StrBytes>,
    /// The protocol that was selected.
    pub protocol_name: Option<StrBytes>,
    /// The member that computes the assignment.
    pub leader: StrBytes,
    /// KIP-814: a returning static leader must not compute a new assignment.
    pub skip_assignment: bool,
    /// For the leader only: everybody's metadata.
    pub members: Vec<JoinedMember>,
}

/// What the leader learns about a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedMember {
    /// Member id.
    pub member_id: StrBytes,
    /// Instance id of a static member.
    pub instance_id: Option<StrBytes>,
    /// Its metadata for the selected protocol.
    pub metadata: Bytes,
}

/// A refused `JoinGroup`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRefused {
    /// Why.
    pub error: ResponseError,
    /// The id that the client should know: with `MEMBER_ID_REQUIRED` the one to join with.
    pub member_id: StrBytes,
}

/// A successful `SyncGroup`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// Type of the group's protocol.
    pub protocol_type: Option<StrBytes>,
    /// The protocol of this generation.
    pub protocol_name: Option<StrBytes>,
    /// The member's part.
    pub assignment: Bytes,
}

/// Answer to a `JoinGroup`.
pub type JoinReply = Result<Joined, JoinRefused>;
/// Answer to a `SyncGroup`.
pub type SyncReply = Result<Synced, ResponseError>;

/// Metadata that must be committed before the group goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    /// What to store.
    pub metadata: GroupMetadata,
    /// Handed back to [`Group::appended`] when it is stored, or failed to be.
    pub then: AfterAppend,
}

/// What waits for an [`Append`].
#[derive(Debug, Clone, PartialEq)]
pub enum AfterAppend {
    /// Nothing: the group became empty.
    Nothing,
    /// The assignment of a generation can be given to its members.
    Assign {
        /// The generation that the leader's `SyncGroup` named.
        generation: i32,
        /// Assignment of each member.
        assignments: BTreeMap<StrBytes, Bytes>,
    },
    /// A static member that returned under a new id can be let in.
    ReplaceStatic(Box<StaticReplacement>),
}

/// A static member that returned to a stable group, and how to undo it (KIP-345).
#[derive(Debug, Clone, PartialEq)]
pub struct StaticReplacement {
    instance_id: StrBytes,
    old_id: StrBytes,
    new_id: StrBytes,
    old_protocols: Vec<Protocol>,
    old_rebalance_timeout_ms: u64,
    old_session_timeout_ms: u64,
    old_leader: StrBytes,
    generation: i32,
    can_skip_assignment: bool,
}

/// What a step of the group asks its shell to do.
#[derive(Debug, Default, PartialEq)]
pub struct Effects {
    /// Answers to parked or just received `JoinGroup` requests.
    pub joins: Vec<(Ticket, JoinReply)>,
    /// Answers to parked or just received `SyncGroup` requests.
    pub syncs: Vec<(Ticket, SyncReply)>,
    /// Metadata to commit, in this order.
    pub appends: Vec<Append>,
}

impl Effects {
    fn refuse_join(&mut self, ticket: Ticket, error: ResponseError, member_id: &StrBytes) {
        self.joins.push((ticket, Err(JoinRefused { error, member_id: member_id.clone() })));
    }

    fn refuse_sync(&mut self, ticket: Ticket, error: ResponseError) {
        self.syncs.push((ticket, Err(error)));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JoinTimer {
    /// First rebalance of an empty group: every newcomer extends the delay, up to `remaining_ms`.
    Initial { delay_ms: u64, remaining_ms: u64 },
    /// Members that have not joined by then are out.
    Rebalance,
}

/// One group.
#[derive(Debug)]
pub struct Group {
    id: StrBytes,
    limits: GroupLimits,
    state: State,
    previous_state: State,
    state_since_unix_ms: Option<i64>,
    generation: i32,
    protocol_type: Option<StrBytes>,
    protocol_name: Option<StrBytes>,
    members: Members,
    /// Ids handed out with `MEMBER_ID_REQUIRED`, with the time at which each is forgotten.
    pending_joins: BTreeMap<StrBytes, u64>,
    /// Members of this generation that have not sent their `SyncGroup`.
    pending_syncs: BTreeSet<StrBytes>,
    new_member_added: bool,
    join_timer: Option<(u64, JoinTimer)>,
    sync_deadline: Option<u64>,
    /// Never later than the earliest deadline; exact after [`Group::tick`].
    wake_at: Option<u64>,
}

impl Group {
    /// A group that nobody has joined.
    pub fn new(id: StrBytes, limits: GroupLimits) -> Self {
        Self {
            id,
            limits,
            state: State::Empty,
            previous_state: State::Dead,
            state_since_unix_ms: None,
            generation: 0,
            protocol_type: None,
            protocol_name: None,
            members: Members::default(),
            pending_joins: BTreeMap::new(),
            pending_syncs: BTreeSet::new(),
            new_member_added: false,
            join_timer: None,
            sync_deadline: None,
            wake_at: None,
        }
    }

    /// A group as it was stored. Its members get a full session from now to show up.
    pub fn restore(id: StrBytes, limits: GroupLimits, stored: GroupMetadata, now: Now) -> (Self, Effects) {
        let mut group = Self::new(id, limits);
        group.generation = stored.generation;
        group.protocol_type = Some(stored.protocol_type).filter(|t| !t.is_empty());
        group.protocol_name = stored.protocol;
        group.state_since_unix_ms = Some(stored.state_timestamp_ms).filter(|t| *t >= 0);
        for member in stored.members {
            let session_timeout_ms = u64::try_from(member.session_timeout_ms).unwrap_or(0);
            let rebalance_timeout_ms =
                u64::try_from(member.rebalance_timeout_ms).unwrap_or(session_timeout_ms);
            let id = member.member_id.clone();
            if group.members.contains(&id) {
                continue;
            }
            group.members.add(Member {
                id: member.member_id,
                instance_id: member.instance_id,
                client_id: member.client_id,
                client_host: member.client_host,
                rebalance_timeout_ms,
                session_timeout_ms,
                protocols: vec![Protocol {
                    name: group.protocol_name.clone().unwrap_or_default(),
                    metadata: member.subscription,
                }],
                assignment: member.assignment,
                awaiting_join: None,
                awaiting_sync: None,
                is_new: false,
                session_deadline: None,
            });
            group.restart_session(&id, now);
        }
        if let Some(leader) = stored.leader {
            group.members.restore_leader(leader);
        }
        if !group.members.is_empty() {
            group.state = State::Stable;
        }
        let mut effects = Effects::default();
        if group.members.len() > limits.max_size {
            group.prepare_rebalance(now, &mut effects);
        }
        (group, effects)
    }

    /// The group's id.
    pub fn id(&self) -> &StrBytes {
        &self.id
    }

    /// Where the group stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// The current generation; grows with every rebalance.
    pub fn generation(&self) -> i32 {
        self.generation
    }

    /// Type of the protocol, once a member has joined.
    pub fn protocol_type(&self) -> Option<&StrBytes> {
        self.protocol_type.as_ref()
    }

    /// The selected protocol.
    pub fn protocol_name(&self) -> Option<&StrBytes> {
        self.protocol_name.as_ref()
    }

    /// The members.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// Whether the group holds nothing that anybody could miss, so that it need not be kept.
    pub fn is_blank(&self) -> bool {
        self.state == State::Empty && self.generation == 0 && self.pending_joins.is_empty()
    }

    /// When [`Group::tick`] is due, in milliseconds of the monotonic clock. May be too early, never
    /// too late.
    pub fn wake_at(&self) -> Option<u64> {
        self.wake_at
    }

    /// Begins the deletion: nobody can join any more.
    ///
    /// # Errors
    /// `NON_EMPTY_GROUP` while there are members, `GROUP_ID_NOT_FOUND` if it is being deleted.
    pub fn begin_delete(&mut self) -> Result<(), ResponseError> {
        match self.state {
            State::Empty => {
                self.state = State::Dead;
                Ok(())
            }
            State::Dead => Err(ResponseError::GroupIdNotFound),
            _ => Err(ResponseError::NonEmptyGroup),
        }
    }

    /// The deletion could not be stored: the group lives on.
    pub fn abort_delete(&mut self) {
        if self.state == State::Dead {
            self.state = State::Empty;
        }
    }

    fn transition(&mut self, to: State, now: Now) {
        self.previous_state = self.state;
        self.state = to;
        self.state_since_unix_ms = Some(now.unix_ms);
    }

    fn wake_by(&mut self, deadline: u64) {
        self.wake_at = Some(self.wake_at.map_or(deadline, |at| at.min(deadline)));
    }

    fn restart_session(&mut self, id: &StrBytes, now: Now) {
        if let Some(timeout) = self.members.get(id).map(|m| m.session_timeout_ms) {
            self.expire_session_at(id, now.monotonic_ms.saturating_add(timeout));
        }
    }

    fn expire_session_at(&mut self, id: &StrBytes, deadline: u64) {
        self.members.set_session_deadline(id, Some(deadline));
        self.wake_by(deadline);
    }

    /// The group as it is stored, with these assignments in place of the current ones.
    fn metadata(&self, assignment_of: impl Fn(&Member) -> Bytes) -> GroupMetadata {
        let protocol = self.protocol_name.clone();
        GroupMetadata {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            leader: self.members.leader().cloned(),
            state_timestamp_ms: self.state_since_unix_ms.unwrap_or(-1),
            members: self
                .members
                .iter()
                .map(|m| MemberMetadata {
                    member_id: m.id.clone(),
                    instance_id: m.instance_id.clone(),
                    client_id: m.client_id.clone(),
                    client_host: m.client_host.clone(),
                    rebalance_timeout_ms: i32::try_from(m.rebalance_timeout_ms).unwrap_or(i32::MAX),
                    session_timeout_ms: i32::try_from(m.session_timeout_ms).unwrap_or(i32::MAX),
                    subscription: m.metadata(protocol.as_deref().unwrap_or_default()),
                    assignment: assignment_of(m),
                })
                .collect(),
            protocol,
        }
    }
}
