//! What a member does within a generation: `SyncGroup`, Heartbeat, `LeaveGroup`, and committing.

use std::collections::BTreeMap;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;

use super::{AfterAppend, Append, Effects, Group, Now, State, Ticket};

/// A `SyncGroup` request.
#[derive(Debug, Clone)]
pub struct Sync {
    /// The request's number.
    pub ticket: Ticket,
    /// Generation that the member believes in.
    pub generation: i32,
    /// The member.
    pub member_id: StrBytes,
    /// Its instance id, if it is static.
    pub instance_id: Option<StrBytes>,
    /// Protocol type that it believes in (version 5 on).
    pub protocol_type: Option<StrBytes>,
    /// Protocol that it believes in (version 5 on).
    pub protocol_name: Option<StrBytes>,
    /// From the leader: everybody's assignment.
    pub assignments: BTreeMap<StrBytes, Bytes>,
}

/// One member of a `LeaveGroup` request. An empty member id with an instance id is an
/// administrator's removal of a static member.
#[derive(Debug, Clone)]
pub struct Leave {
    /// The member.
    pub member_id: StrBytes,
    /// Its instance id, if it is static.
    pub instance_id: Option<StrBytes>,
}

/// One result for each leaving member, in order.
pub type LeaveResults = Vec<Result<(), ResponseError>>;

impl Group {
    /// A member asks for its assignment; the leader brings everybody's.
    pub fn sync(&mut self, sync: Sync, now: Now) -> Effects {
        let mut effects = Effects::default();
        if let Err(error) = self.validate_sync(&sync) {
            effects.refuse_sync(sync.ticket, error);
            return effects;
        }
        match self.state {
            State::PreparingRebalance => effects.refuse_sync(sync.ticket, ResponseError::RebalanceInProgress),
            State::CompletingRebalance => self.sync_completing(sync, &mut effects),
            State::Stable => {
                self.synced_member(&sync.member_id);
                let assignment =
                    self.members.get(&sync.member_id).map(|m| m.assignment.clone()).unwrap_or_default();
                effects.syncs.push((sync.ticket, Ok(self.synced(assignment))));
                self.restart_session(&sync.member_id, now);
            }
            State::Empty | State::Dead => effects.refuse_sync(sync.ticket, ResponseError::UnknownMemberId),
        }
        effects
    }

    fn validate_sync(&self, sync: &Sync) -> Result<(), ResponseError> {
        let differs = |theirs: &Option<StrBytes>, ours: &Option<StrBytes>| {
            theirs.is_some() && ours.is_some() && theirs != ours
        };
        if self.state == State::Dead {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        self.members.validate(&sync.member_id, sync.instance_id.as_ref())?;
        if sync.generation != self.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        if differs(&sync.protocol_type, &self.protocol_type)
            || differs(&sync.protocol_name, &self.protocol_name)
        {
            return Err(ResponseError::InconsistentGroupProtocol);
        }
        Ok(())
    }

    fn sync_completing(&mut self, sync: Sync, effects: &mut Effects) {
        if let Some(before) = self.members.park_sync(&sync.member_id, sync.ticket) {
            effects.refuse_sync(before, ResponseError::RebalanceInProgress);
        }
        self.synced_member(&sync.member_id);
        if !self.members.is_leader(&sync.member_id) {
            return;
        }
        let assigned = |id: &StrBytes| sync.assignments.get(id).cloned().unwrap_or_default();
        let assignments = self.members.iter().map(|m| (m.id.clone(), assigned(&m.id))).collect();
        effects.appends.push(Append {
            metadata: self.metadata(|m| assigned(&m.id)),
            then: AfterAppend::Assign { generation: sync.generation, assignments },
        });
    }

    fn synced_member(&mut self, id: &StrBytes) {
        self.pending_syncs.remove(id);
        if self.pending_syncs.is_empty() {
            self.sync_deadline = None;
        }
    }

    /// A member shows that it is alive.
    ///
    /// # Errors
    /// `REBALANCE_IN_PROGRESS` tells it to join again; `ILLEGAL_GENERATION`, `UNKNOWN_MEMBER_ID`,
    /// `FENCED_INSTANCE_ID` that it is out.
    pub fn heartbeat(
        &mut self,
        member_id: &StrBytes,
        instance_id: Option<&StrBytes>,
        generation: i32,
        now: Now,
    ) -> Result<(), ResponseError> {
        if self.state == State::Dead {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        self.members.validate(member_id, instance_id)?;
        if generation != self.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        self.restart_session(member_id, now);
        match self.state {
            State::PreparingRebalance => Err(ResponseError::RebalanceInProgress),
            _ => Ok(()),
        }
    }

    /// Members leave.
    ///
    /// # Errors
    /// `COORDINATOR_NOT_AVAILABLE` while the group is being deleted.
    pub fn leave(&mut self, leaving: &[Leave], now: Now) -> Result<(LeaveResults, Effects), ResponseError> {
        if self.state == State::Dead {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        let mut effects = Effects::default();
        let results: Vec<_> = leaving.iter().map(|member| self.leave_one(member, &mut effects)).collect();
        if results.iter().any(Result::is_ok) {
            match self.state {
                State::Stable | State::CompletingRebalance => self.prepare_rebalance(now, &mut effects),
                State::PreparingRebalance => self.maybe_complete_join(now, &mut effects),
                State::Empty | State::Dead => {}
            }
        }
        Ok((results, effects))
    }

    fn leave_one(&mut self, leaving: &Leave, effects: &mut Effects) -> Result<(), ResponseError> {
        let id = if leaving.member_id.is_empty() {
            let instance_id = leaving.instance_id.as_ref().ok_or(ResponseError::UnknownMemberId)?;
            self.members.static_member(instance_id).cloned().ok_or(ResponseError::UnknownMemberId)?
        } else {
            if !self.pending_joins.contains_key(&leaving.member_id) {
                self.members.validate(&leaving.member_id, leaving.instance_id.as_ref())?;
            }
            leaving.member_id.clone()
        };
        self.drop_member(&id, effects);
        Ok(())
    }

    /// Whether this member of this generation may commit offsets now. Generation −1 without a
    /// member is a simple consumer or an administrator, who may commit while nobody is in the group.
    ///
    /// # Errors
    /// As Kafka's `validateOffsetCommit`.
    pub fn validate_commit(
        &self,
        member_id: &StrBytes,
        instance_id: Option<&StrBytes>,
        generation: i32,
    ) -> Result<(), ResponseError> {
        if self.state == State::Dead {
            return Err(ResponseError::CoordinatorNotAvailable);
        }
        if generation < 0 && self.state == State::Empty {
            return Ok(());
        }
        if generation < 0 && member_id.is_empty() && instance_id.is_none() {
            return Err(ResponseError::UnknownMemberId);
        }
        self.members.validate(member_id, instance_id)?;
        if generation != self.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        if self.state == State::CompletingRebalance {
            // It knows this generation from its JoinGroup but has no assignment yet.
            return Err(ResponseError::RebalanceInProgress);
        }
        Ok(())
    }

    /// Offsets of a member are a sign of life.
    pub fn committed(&mut self, member_id: &StrBytes, now: Now) {
        if matches!(self.state, State::Stable | State::PreparingRebalance) {
            self.restart_session(member_id, now);
        }
    }
}
