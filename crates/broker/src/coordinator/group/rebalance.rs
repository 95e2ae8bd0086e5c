//! From one generation to the next: gathering the members, electing, timing out.

use std::collections::BTreeMap;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;

use super::{AfterAppend, Append, Effects, Group, JoinTimer, Now, State, Synced};

/// Least time between two attempts to complete a rebalance that nobody joins, in milliseconds: a
/// client may ask for a rebalance timeout of 0, and nothing may run hot.
const MIN_GATHERING_MS: u64 = 1_000;

impl Group {
    /// Deadlines that have passed take effect.
    pub fn tick(&mut self, now: Now) -> Effects {
        let mut effects = Effects::default();
        let due = |deadline: u64| deadline <= now.monotonic_ms;

        let forgotten: Vec<StrBytes> =
            self.pending_joins.iter().filter(|(_, at)| due(**at)).map(|(id, _)| id.clone()).collect();
        for id in forgotten {
            self.pending_joins.remove(&id);
            self.complete_join_if_all_here(now, &mut effects);
        }
        let silent: Vec<StrBytes> = self
            .members
            .iter()
            .filter(|m| m.session_deadline.is_some_and(due))
            .map(|m| m.id.clone())
            .collect();
        for id in silent {
            self.session_expired(&id, now, &mut effects);
        }
        if self.sync_deadline.is_some_and(due) {
            self.sync_expired(now, &mut effects);
        }
        if let Some((at, timer)) = self.join_timer
            && due(at)
        {
            self.join_timer = None;
            self.join_timer_fired(timer, now, &mut effects);
        }
        self.wake_at = self.earliest_deadline();
        effects
    }

    fn earliest_deadline(&self) -> Option<u64> {
        let sessions = self.members.iter().filter_map(|m| m.session_deadline);
        let pending = self.pending_joins.values().copied();
        let timers = self.join_timer.map(|(at, _)| at).into_iter().chain(self.sync_deadline);
        sessions.chain(pending).chain(timers).min()
    }

    fn session_expired(&mut self, id: &StrBytes, now: Now, effects: &mut Effects) {
        // Removing one member can complete a join, which gives the others a new session.
        let Some(member) = self.members.get(id) else { return };
        if member.session_deadline.is_none_or(|at| at > now.monotonic_ms) {
            return;
        }
        if member.is_alive_by_waiting() {
            // The answer to its parked request starts its next session.
            self.members.set_session_deadline(id, None);
            return;
        }
        tracing::info!(group = %self.id, member = %id, "member is silent for longer than its session; removing it");
        self.drop_member(id, effects);
        match self.state {
            State::Stable | State::CompletingRebalance => self.prepare_rebalance(now, effects),
            State::PreparingRebalance => self.complete_join_if_all_here(now, effects),
            State::Empty | State::Dead => {}
        }
    }

    fn sync_expired(&mut self, now: Now, effects: &mut Effects) {
        self.sync_deadline = None;
        let missing = std::mem::take(&mut self.pending_syncs);
        if missing.is_empty() || !matches!(self.state, State::CompletingRebalance | State::Stable) {
            return;
        }
        tracing::info!(group = %self.id, members = missing.len(), "members did not sync in time; removing them");
        for id in &missing {
            self.drop_member(id, effects);
        }
        self.prepare_rebalance(now, effects);
    }

    fn join_timer_fired(&mut self, timer: JoinTimer, now: Now, effects: &mut Effects) {
        match timer {
            JoinTimer::Initial { delay_ms, remaining_ms } if self.new_member_added && remaining_ms != 0 => {
                self.new_member_added = false;
                let delay = self.limits.initial_rebalance_delay_ms.min(remaining_ms);
                self.start_join_timer(
                    delay,
                    JoinTimer::Initial {
                        delay_ms: delay,
                        remaining_ms: remaining_ms.saturating_sub(delay_ms),
                    },
                    now,
                );
            }
            JoinTimer::Initial { .. } | JoinTimer::Rebalance => self.complete_join(now, effects),
        }
    }

    fn start_join_timer(&mut self, delay_ms: u64, timer: JoinTimer, now: Now) {
        let at = now.monotonic_ms.saturating_add(delay_ms);
        self.join_timer = Some((at, timer));
        self.wake_by(at);
    }

    pub(super) fn rebalance_or_complete_join(&mut self, now: Now, effects: &mut Effects) {
        match self.state {
            State::Empty | State::Stable | State::CompletingRebalance => self.prepare_rebalance(now, effects),
            State::PreparingRebalance | State::Dead => self.maybe_complete_join(now, effects),
        }
    }

    /// Asks every member to join again.
    pub(super) fn prepare_rebalance(&mut self, now: Now, effects: &mut Effects) {
        if self.state == State::CompletingRebalance {
            self.fail_syncs(ResponseError::RebalanceInProgress, now, effects);
        }
        self.pending_syncs.clear();
        self.sync_deadline = None;
        let initial = self.state == State::Empty;
        self.transition(State::PreparingRebalance, now);
        if initial {
            let delay_ms = self.limits.initial_rebalance_delay_ms;
            let remaining_ms = self.members.rebalance_timeout_ms().saturating_sub(delay_ms);
            self.start_join_timer(delay_ms, JoinTimer::Initial { delay_ms, remaining_ms }, now);
        } else if self.all_here() {
            self.complete_join(now, effects);
        } else {
            self.start_join_timer(self.members.rebalance_timeout_ms(), JoinTimer::Rebalance, now);
        }
    }

    fn all_here(&self) -> bool {
        self.members.len() == self.members.awaiting_join() && self.pending_joins.is_empty()
    }

    /// Ends the gathering if everybody is here; the first rebalance always waits for its delay.
    pub(super) fn maybe_complete_join(&mut self, now: Now, effects: &mut Effects) {
        if self.previous_state != State::Empty {
            self.complete_join_if_all_here(now, effects);
        }
    }

    pub(super) fn complete_join_if_all_here(&mut self, now: Now, effects: &mut Effects) {
        if self.state == State::PreparingRebalance && self.all_here() {
            self.complete_join(now, effects);
        }
    }

    /// The next generation: dynamic members that did not join are out, static ones keep their place.
    fn complete_join(&mut self, now: Now, effects: &mut Effects) {
        self.join_timer = None;
        let absent: Vec<StrBytes> = self
            .members
            .iter()
            .filter(|m| m.awaiting_join.is_none() && m.instance_id.is_none())
            .map(|m| m.id.clone())
            .collect();
        for id in &absent {
            self.drop_member(id, effects);
        }
        if !self.members.elect_joined_leader() && !self.members.is_empty() {
            // Only absent static members are left: go on when they return or their sessions end.
            let delay = self.members.rebalance_timeout_ms().max(MIN_GATHERING_MS);
            self.start_join_timer(delay, JoinTimer::Rebalance, now);
            return;
        }
        self.generation = self.generation.saturating_add(1);
        self.new_member_added = false;
        self.pending_syncs.clear();
        self.protocol_name = self.members.select_protocol();
        if self.members.is_empty() {
            self.transition(State::Empty, now);
            let metadata = self.metadata(|_| Bytes::new());
            effects.appends.push(Append { metadata, then: AfterAppend::Nothing });
            return;
        }
        self.transition(State::CompletingRebalance, now);
        tracing::info!(group = %self.id, generation = self.generation, members = self.members.len(), "rebalance: everybody joined");
        for id in self.members.ids() {
            if let Some(ticket) = self.members.take_join(&id) {
                effects.joins.push((ticket, Ok(self.joined(&id))));
            }
            self.restart_session(&id, now);
            self.members.settle(&id);
            self.pending_syncs.insert(id);
        }
        let deadline = now.monotonic_ms.saturating_add(self.members.rebalance_timeout_ms());
        self.sync_deadline = Some(deadline);
        self.wake_by(deadline);
    }

    /// Takes a member out and answers what it waits for; it would have to join as a newcomer.
    pub(super) fn drop_member(&mut self, id: &StrBytes, effects: &mut Effects) {
        self.pending_joins.remove(id);
        self.pending_syncs.remove(id);
        let Some(member) = self.members.remove(id) else { return };
        if let Some(ticket) = member.awaiting_join {
            effects.refuse_join(ticket, ResponseError::UnknownMemberId, &StrBytes::new());
        }
        if let Some(ticket) = member.awaiting_sync {
            effects.refuse_sync(ticket, ResponseError::UnknownMemberId);
        }
    }

    /// The metadata of an [`Append`] is stored, or could not be.
    pub fn appended(&mut self, then: AfterAppend, result: Result<(), ResponseError>, now: Now) -> Effects {
        let mut effects = Effects::default();
        match then {
            AfterAppend::Nothing => {
                if let Err(error) = result {
                    // Safe: after a failover the members of the older generation time out.
                    tracing::warn!(group = %self.id, %error, "could not store that the group is empty");
                }
            }
            AfterAppend::Assign { generation, assignments } => {
                // Another join may have started the next rebalance meanwhile.
                if self.state == State::CompletingRebalance && self.generation == generation {
                    match result {
                        Ok(()) => self.hand_out(&assignments, now, &mut effects),
                        Err(error) => {
                            tracing::warn!(group = %self.id, %error, "could not store the assignment; rebalancing again");
                            self.fail_syncs(error, now, &mut effects);
                            self.prepare_rebalance(now, &mut effects);
                        }
                    }
                }
            }
            AfterAppend::ReplaceStatic(replacement) => {
                self.static_replacement_stored(&replacement, result, now, &mut effects);
            }
        }
        effects
    }

    fn hand_out(&mut self, assignments: &BTreeMap<StrBytes, Bytes>, now: Now, effects: &mut Effects) {
        for id in self.members.ids() {
            let assignment = assignments.get(&id).cloned().unwrap_or_default();
            self.members.assign(&id, assignment.clone());
            if let Some(ticket) = self.members.take_sync(&id) {
                effects.syncs.push((ticket, Ok(self.synced(assignment))));
                self.restart_session(&id, now);
            }
        }
        self.transition(State::Stable, now);
    }

    fn fail_syncs(&mut self, error: ResponseError, now: Now, effects: &mut Effects) {
        for id in self.members.ids() {
            self.members.assign(&id, Bytes::new());
            if let Some(ticket) = self.members.take_sync(&id) {
                effects.refuse_sync(ticket, error);
                self.restart_session(&id, now);
            }
        }
    }

    pub(super) fn synced(&self, assignment: Bytes) -> Synced {
        Synced {
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            assignment,
        }
    }
}
