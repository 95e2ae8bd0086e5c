//! `JoinGroup`: who gets in, who is told to come back with an id, and whose join starts a rebalance.

use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;

use super::members::{Member, Protocol};
use super::{
    AfterAppend, Append, Effects, Group, Joined, JoinedMember, MAX_PENDING_JOINS, Now, State,
    StaticReplacement, Ticket,
};

/// A `JoinGroup` request, without what differs between its versions.
#[derive(Debug, Clone)]
pub struct Join {
    /// The request's number.
    pub ticket: Ticket,
    /// The member's id; empty for a newcomer.
    pub member_id: StrBytes,
    /// A fresh id, for the case that the member needs one.
    pub new_member_id: StrBytes,
    /// `group.instance.id` of a static member.
    pub instance_id: Option<StrBytes>,
    /// `client.id` of the client.
    pub client_id: StrBytes,
    /// Address of the client.
    pub client_host: StrBytes,
    /// Longest time that a rebalance waits for the member, in milliseconds.
    pub rebalance_timeout_ms: u64,
    /// Longest silence of the member, in milliseconds.
    pub session_timeout_ms: u64,
    /// Type of protocol, such as `consumer`.
    pub protocol_type: StrBytes,
    /// Protocols that the member offers, in its order of preference.
    pub protocols: Vec<Protocol>,
    /// KIP-394: a newcomer must come back with the id that it is given (version 4 on).
    pub requires_known_id: bool,
    /// KIP-814: the client knows `skip_assignment` (version 9 on).
    pub can_skip_assignment: bool,
}

impl Group {
    /// A member wants to join, or to join again.
    pub fn join(&mut self, join: Join, now: Now) -> Effects {
        let mut effects = Effects::default();
        let newcomer = join.member_id.is_empty();
        if !self.has_room_for(&join.member_id) {
            effects.refuse_join(join.ticket, ResponseError::GroupMaxSizeReached, &StrBytes::new());
            self.drop_member(&join.member_id.clone(), &mut effects);
        } else if self.state == State::Dead {
            effects.refuse_join(join.ticket, ResponseError::CoordinatorNotAvailable, &join.member_id);
        } else if !self.accepts_protocols(&join) {
            effects.refuse_join(join.ticket, ResponseError::InconsistentGroupProtocol, &join.member_id);
        } else if newcomer {
            self.join_newcomer(join, now, &mut effects);
        } else {
            self.join_known(join, now, &mut effects);
        }
        effects
    }

    /// While members gather, those who wait count: so the last to rejoin a group that is too large
    /// are the ones who do not fit.
    fn has_room_for(&self, id: &StrBytes) -> bool {
        match self.state {
            State::Empty | State::Dead => true,
            State::PreparingRebalance => {
                self.members.get(id).is_some_and(|m| m.awaiting_join.is_some())
                    || self.members.awaiting_join() < self.limits.max_size
            }
            State::CompletingRebalance | State::Stable => {
                self.members.contains(id) || self.members.len() < self.limits.max_size
            }
        }
    }

    fn accepts_protocols(&self, join: &Join) -> bool {
        if self.state == State::Empty {
            return !join.protocol_type.is_empty() && !join.protocols.is_empty();
        }
        self.protocol_type.as_ref() == Some(&join.protocol_type) && self.members.share_any(&join.protocols)
    }

    fn join_newcomer(&mut self, join: Join, now: Now, effects: &mut Effects) {
        let holder = join.instance_id.as_ref().and_then(|i| self.members.static_member(i)).cloned();
        if let Some(old_id) = holder {
            self.replace_static_member(join, old_id, now, effects);
        } else if join.instance_id.is_none() && join.requires_known_id {
            self.hand_out_member_id(&join, now, effects);
        } else {
            let id = join.new_member_id.clone();
            self.add_member(join, id, now, effects);
        }
    }

    fn hand_out_member_id(&mut self, join: &Join, now: Now, effects: &mut Effects) {
        if self.pending_joins.len() >= MAX_PENDING_JOINS {
            effects.refuse_join(join.ticket, ResponseError::GroupMaxSizeReached, &StrBytes::new());
            return;
        }
        let deadline = now.monotonic_ms.saturating_add(join.session_timeout_ms);
        self.pending_joins.insert(join.new_member_id.clone(), deadline);
        self.wake_by(deadline);
        effects.refuse_join(join.ticket, ResponseError::MemberIdRequired, &join.new_member_id);
    }

    fn join_known(&mut self, join: Join, now: Now, effects: &mut Effects) {
        let id = join.member_id.clone();
        if join.instance_id.is_none() && self.pending_joins.contains_key(&id) {
            self.add_member(join, id, now, effects);
            return;
        }
        if let Err(error) = self.members.validate(&id, join.instance_id.as_ref()) {
            effects.refuse_join(join.ticket, error, &id);
            return;
        }
        let unchanged = self.members.get(&id).is_some_and(|m| m.protocols == join.protocols);
        match self.state {
            // It failed to receive the first answer: repeat it.
            State::CompletingRebalance if unchanged => {
                effects.joins.push((join.ticket, Ok(self.joined(&id))));
            }
            State::PreparingRebalance | State::CompletingRebalance => self.rejoin(join, now, effects),
            // The leader may see changes that its metadata does not show (new partitions).
            State::Stable if self.members.is_leader(&id) || !unchanged => self.rejoin(join, now, effects),
            State::Stable => {
                let joined = Joined { members: vec![], ..self.joined(&id) };
                effects.joins.push((join.ticket, Ok(joined)));
            }
            State::Empty | State::Dead => {
                effects.refuse_join(join.ticket, ResponseError::UnknownMemberId, &id);
            }
        }
    }

    fn rejoin(&mut self, join: Join, now: Now, effects: &mut Effects) {
        let before = self.members.update(
            &join.member_id,
            join.protocols,
            join.rebalance_timeout_ms,
            join.session_timeout_ms,
            Some(join.ticket),
        );
        if let Some(before) = before {
            effects.refuse_join(before, ResponseError::RebalanceInProgress, &join.member_id);
        }
        self.rebalance_or_complete_join(now, effects);
    }

    fn add_member(&mut self, join: Join, id: StrBytes, now: Now, effects: &mut Effects) {
        if self.state == State::PreparingRebalance && self.previous_state == State::Empty {
            self.new_member_added = true;
        }
        if self.members.is_empty() {
            self.protocol_type = Some(join.protocol_type);
        }
        self.pending_joins.remove(&id);
        self.members.add(Member {
            id: id.clone(),
            instance_id: join.instance_id,
            client_id: join.client_id,
            client_host: join.client_host,
            rebalance_timeout_ms: join.rebalance_timeout_ms,
            session_timeout_ms: join.session_timeout_ms,
            protocols: join.protocols,
            assignment: bytes::Bytes::new(),
            awaiting_join: Some(join.ticket),
            awaiting_sync: None,
            is_new: true,
            session_deadline: None,
        });
        // It cannot heartbeat before it knows its id. A client that went away would stay in every
        // rebalance for ever, so its join times out; if it is still there, it retries.
        self.expire_session_at(&id, now.monotonic_ms.saturating_add(self.limits.new_member_join_timeout_ms));
        self.rebalance_or_complete_join(now, effects);
    }

    /// KIP-345: a static member restarted. Its old id is fenced; in a stable group its assignment
    /// stays, without a rebalance, if the selected protocol stays.
    fn replace_static_member(&mut self, join: Join, old_id: StrBytes, now: Now, effects: &mut Effects) {
        let Some(old) = self.members.get(&old_id) else { return };
        let Some(instance_id) = old.instance_id.clone() else { return };
        let (old_protocols, old_rebalance_timeout_ms, old_session_timeout_ms) =
            (old.protocols.clone(), old.rebalance_timeout_ms, old.session_timeout_ms);
        let old_leader = self.members.leader().cloned().unwrap_or_default();
        let new_id = join.new_member_id.clone();

        self.rename_static_member(&old_id, &new_id, effects);
        self.members.update(
            &new_id,
            join.protocols,
            join.rebalance_timeout_ms,
            join.session_timeout_ms,
            Some(join.ticket),
        );
        self.restart_session(&new_id, now);

        match self.state {
            State::Stable if self.members.select_protocol() == self.protocol_name => {
                effects.appends.push(Append {
                    metadata: self.metadata(|m| m.assignment.clone()),
                    then: AfterAppend::ReplaceStatic(Box::new(StaticReplacement {
                        instance_id,
                        old_id,
                        new_id,
                        old_protocols,
                        old_rebalance_timeout_ms,
                        old_session_timeout_ms,
                        old_leader,
                        generation: self.generation,
                        can_skip_assignment: join.can_skip_assignment,
                    })),
                });
            }
            // In CompletingRebalance the leader may already assign to the old id.
            State::Stable | State::CompletingRebalance => self.prepare_rebalance(now, effects),
            State::PreparingRebalance => self.maybe_complete_join(now, effects),
            State::Empty | State::Dead => {}
        }
    }

    /// The member keeps its place under a new id; whoever waits under the old one is fenced.
    fn rename_static_member(&mut self, old_id: &StrBytes, new_id: &StrBytes, effects: &mut Effects) {
        let (join, sync) = self.members.replace_static(old_id, new_id);
        if self.pending_syncs.remove(old_id) {
            self.pending_syncs.insert(new_id.clone());
        }
        if let Some(ticket) = join {
            effects.refuse_join(ticket, ResponseError::FencedInstanceId, old_id);
        }
        if let Some(ticket) = sync {
            effects.refuse_sync(ticket, ResponseError::FencedInstanceId);
        }
    }

    pub(super) fn static_replacement_stored(
        &mut self,
        replacement: &StaticReplacement,
        result: Result<(), ResponseError>,
        now: Now,
        effects: &mut Effects,
    ) {
        let new_id = &replacement.new_id;
        match result {
            // A rebalance that began meanwhile answers the join itself.
            Ok(()) if self.state != State::Stable || self.generation != replacement.generation => {}
            Ok(()) => {
                let Some(ticket) = self.members.take_join(new_id) else { return };
                let mut joined = self.joined(new_id);
                if replacement.can_skip_assignment {
                    joined.skip_assignment = self.members.is_leader(new_id);
                } else {
                    // An older client that reads itself as leader would assign anew, and the
                    // others would not hear of it: it is told the old leader's id.
                    joined.leader = replacement.old_leader.clone();
                    joined.members.clear();
                }
                effects.joins.push((ticket, Ok(joined)));
            }
            Err(error) => {
                if let Some(ticket) = self.members.take_join(new_id) {
                    effects.refuse_join(ticket, error, &StrBytes::new());
                }
                if self.members.static_member(&replacement.instance_id) != Some(new_id) {
                    return;
                }
                self.members.update(
                    new_id,
                    replacement.old_protocols.clone(),
                    replacement.old_rebalance_timeout_ms,
                    replacement.old_session_timeout_ms,
                    None,
                );
                self.rename_static_member(new_id, &replacement.old_id, effects);
                self.restart_session(&replacement.old_id, now);
            }
        }
    }

    /// The current generation as `id` sees it: the leader sees everybody.
    pub(super) fn joined(&self, id: &StrBytes) -> Joined {
        let protocol = self.protocol_name.clone().unwrap_or_default();
        let seen = |m: &Member| JoinedMember {
            member_id: m.id.clone(),
            instance_id: m.instance_id.clone(),
            metadata: m.metadata(&protocol),
        };
        Joined {
            member_id: id.clone(),
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            leader: self.members.leader().cloned().unwrap_or_default(),
            skip_assignment: false,
            members: if self.members.is_leader(id) {
                self.members.iter().map(seen).collect()
            } else {
                vec![]
            },
        }
    }
}
