//! Who is in a group: the members, their protocols, and the requests that they wait on.
//!
//! Keeps the counts that a rebalance asks for (who waits to join, which protocols everybody
//! supports) next to the members, so that they can never disagree. Must never decide a state
//! transition and never read a clock: that is [`super::Group`]'s part.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;

use super::Ticket;

/// One protocol (for consumers: an assignor) that a member offers, with its opaque metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protocol {
    /// Name of the protocol, such as `range`.
    pub name: StrBytes,
    /// What the group leader needs to know about the member; opaque to the coordinator.
    pub metadata: Bytes,
}

/// A member of a group.
#[derive(Debug, Clone)]
pub struct Member {
    /// Id that the coordinator gave it.
    pub id: StrBytes,
    /// `group.instance.id` of a static member (KIP-345).
    pub instance_id: Option<StrBytes>,
    /// `client.id` of the client.
    pub client_id: StrBytes,
    /// Address of the client, as Kafka prints it (`/10.0.0.1`).
    pub client_host: StrBytes,
    /// Longest time in milliseconds that a rebalance waits for this member.
    pub rebalance_timeout_ms: u64,
    /// Longest time in milliseconds between two signs of life.
    pub session_timeout_ms: u64,
    /// Protocols that it offers, in its order of preference.
    pub protocols: Vec<Protocol>,
    /// Assignment of the current generation.
    pub assignment: Bytes,
    /// The parked `JoinGroup` request.
    pub awaiting_join: Option<Ticket>,
    /// The parked `SyncGroup` request.
    pub awaiting_sync: Option<Ticket>,
    /// Has not completed its first join yet, so it cannot heartbeat.
    pub is_new: bool,
    /// When it is taken for dead, in milliseconds of the coordinator's clock.
    pub session_deadline: Option<u64>,
}

impl Member {
    /// Metadata for `protocol`; empty if the member does not offer it.
    pub fn metadata(&self, protocol: &str) -> Bytes {
        self.protocols.iter().find(|p| p.name == *protocol).map(|p| p.metadata.clone()).unwrap_or_default()
    }

    /// A parked request is a sign of life, except that of a new member: nobody can tell whether
    /// its client is still there, so its join times out.
    pub fn is_alive_by_waiting(&self) -> bool {
        !self.is_new && (self.awaiting_join.is_some() || self.awaiting_sync.is_some())
    }
}

/// The members of one group. A member id occurs once, an instance id occurs once.
#[derive(Debug, Default)]
pub struct Members {
    by_id: BTreeMap<StrBytes, Member>,
    static_ids: HashMap<StrBytes, StrBytes>,
    protocol_support: HashMap<StrBytes, usize>,
    awaiting_join: usize,
    leader: Option<StrBytes>,
}

impl Members {
    /// Number of members.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether nobody is in the group.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Whether `id` is a member.
    pub fn contains(&self, id: &StrBytes) -> bool {
        self.by_id.contains_key(id)
    }

    /// The member called `id`.
    pub fn get(&self, id: &StrBytes) -> Option<&Member> {
        self.by_id.get(id)
    }

    /// All members, ordered by id.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.by_id.values()
    }

    /// Ids of all members, ordered.
    pub fn ids(&self) -> Vec<StrBytes> {
        self.by_id.keys().cloned().collect()
    }

    /// The member that computes the assignment.
    pub fn leader(&self) -> Option<&StrBytes> {
        self.leader.as_ref()
    }

    /// Whether `id` leads the group.
    pub fn is_leader(&self, id: &StrBytes) -> bool {
        self.leader.as_ref() == Some(id)
    }

    /// Member id that holds the instance id.
    pub fn static_member(&self, instance_id: &StrBytes) -> Option<&StrBytes> {
        self.static_ids.get(instance_id)
    }

    /// How many members wait for the rebalance to complete.
    pub fn awaiting_join(&self) -> usize {
        self.awaiting_join
    }

    /// The longest rebalance timeout of any member, in milliseconds.
    pub fn rebalance_timeout_ms(&self) -> u64 {
        self.iter().map(|m| m.rebalance_timeout_ms).max().unwrap_or(0)
    }

    /// Whether at least one of `protocols` is supported by every member.
    pub fn share_any(&self, protocols: &[Protocol]) -> bool {
        protocols.iter().any(|p| self.supported_by_all(&p.name))
    }

    fn supported_by_all(&self, protocol: &StrBytes) -> bool {
        self.protocol_support.get(protocol).copied().unwrap_or(0) == self.len()
    }

    /// The protocol that most members prefer among those that all support; ties go to the
    /// first name, so that every replay of the same joins selects the same one.
    pub fn select_protocol(&self) -> Option<StrBytes> {
        let mut votes: BTreeMap<&StrBytes, usize> = BTreeMap::new();
        for member in self.iter() {
            if let Some(choice) = member.protocols.iter().find(|p| self.supported_by_all(&p.name)) {
                *votes.entry(&choice.name).or_default() += 1;
            }
        }
        let most = votes.values().copied().max()?;
        votes.into_iter().find(|(_, count)| *count == most).map(|(name, _)| name.clone())
    }

    /// Adds a member; the first one leads.
    pub fn add(&mut self, member: Member) {
        if let Some(instance_id) = &member.instance_id {
            self.static_ids.insert(instance_id.clone(), member.id.clone());
        }
        self.leader.get_or_insert_with(|| member.id.clone());
        self.count_protocols(&member.protocols, true);
        self.awaiting_join += usize::from(member.awaiting_join.is_some());
        self.by_id.insert(member.id.clone(), member);
    }

    /// Removes a member and hands it back, so that its parked requests can be answered.
    pub fn remove(&mut self, id: &StrBytes) -> Option<Member> {
        let member = self.by_id.remove(id)?;
        self.count_protocols(&member.protocols, false);
        self.awaiting_join -= usize::from(member.awaiting_join.is_some());
        if let Some(instance_id) = &member.instance_id
            && self.static_ids.get(instance_id) == Some(id)
        {
            self.static_ids.remove(instance_id);
        }
        if self.is_leader(id) {
            self.leader = self.by_id.keys().next().cloned();
        }
        Some(member)
    }

    /// Gives the static member `old_id` the id `new_id`; leadership moves with it. Returns the
    /// join and sync requests that the old id was parked on: the caller fences them.
    pub fn replace_static(
        &mut self,
        old_id: &StrBytes,
        new_id: &StrBytes,
    ) -> (Option<Ticket>, Option<Ticket>) {
        let was_leader = self.is_leader(old_id);
        let Some(mut member) = self.remove(old_id) else { return (None, None) };
        let parked = (member.awaiting_join.take(), member.awaiting_sync.take());
        member.id = new_id.clone();
        member.is_new = false;
        member.session_deadline = None;
        self.add(member);
        if was_leader {
            self.leader = Some(new_id.clone());
        }
        parked
    }

    /// What a `JoinGroup` of a known member changes. Returns the join request that was parked before.
    pub fn update(
        &mut self,
        id: &StrBytes,
        protocols: Vec<Protocol>,
        rebalance_timeout_ms: u64,
        session_timeout_ms: u64,
        ticket: Option<Ticket>,
    ) -> Option<Ticket> {
        let member = self.by_id.get_mut(id)?;
        let old_protocols = std::mem::replace(&mut member.protocols, protocols.clone());
        member.rebalance_timeout_ms = rebalance_timeout_ms;
        member.session_timeout_ms = session_timeout_ms;
        let before = std::mem::replace(&mut member.awaiting_join, ticket);
        self.awaiting_join =
            self.awaiting_join + usize::from(ticket.is_some()) - usize::from(before.is_some());
        self.count_protocols(&old_protocols, false);
        self.count_protocols(&protocols, true);
        before
    }

    fn count_protocols(&mut self, protocols: &[Protocol], add: bool) {
        // A name counts once a member, however often a hostile client repeats it.
        let names: BTreeSet<&StrBytes> = protocols.iter().map(|p| &p.name).collect();
        for name in names {
            if add {
                *self.protocol_support.entry(name.clone()).or_default() += 1;
            } else if let Some(count) = self.protocol_support.get_mut(name) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.protocol_support.remove(name);
                }
            }
        }
    }

    /// Takes the member's parked `JoinGroup`, if there is one.
    pub fn take_join(&mut self, id: &StrBytes) -> Option<Ticket> {
        let ticket = self.by_id.get_mut(id)?.awaiting_join.take()?;
        self.awaiting_join -= 1;
        Some(ticket)
    }

    /// Takes the member's parked `SyncGroup`, if there is one.
    pub fn take_sync(&mut self, id: &StrBytes) -> Option<Ticket> {
        self.by_id.get_mut(id)?.awaiting_sync.take()
    }

    /// Parks a `SyncGroup`. Returns the one that was parked before.
    pub fn park_sync(&mut self, id: &StrBytes, ticket: Ticket) -> Option<Ticket> {
        self.by_id.get_mut(id)?.awaiting_sync.replace(ticket)
    }

    /// Sets the assignment of a member.
    pub fn assign(&mut self, id: &StrBytes, assignment: Bytes) {
        if let Some(member) = self.by_id.get_mut(id) {
            member.assignment = assignment;
        }
    }

    /// Sets or clears the time at which the member is taken for dead.
    pub fn set_session_deadline(&mut self, id: &StrBytes, deadline: Option<u64>) {
        if let Some(member) = self.by_id.get_mut(id) {
            member.session_deadline = deadline;
        }
    }

    /// The member completed its first join.
    pub fn settle(&mut self, id: &StrBytes) {
        if let Some(member) = self.by_id.get_mut(id) {
            member.is_new = false;
        }
    }

    /// Makes `id` the leader if it is a member (a group that is loaded keeps its leader).
    pub fn restore_leader(&mut self, id: StrBytes) {
        if self.contains(&id) {
            self.leader = Some(id);
        }
    }

    /// If the leader did not rejoin, somebody who did becomes the leader. `false`: nobody rejoined.
    pub fn elect_joined_leader(&mut self) -> bool {
        let joined = |m: &Member| m.awaiting_join.is_some();
        let Some(leader) = self.leader.as_ref().and_then(|id| self.by_id.get(id)) else { return false };
        if joined(leader) {
            return true;
        }
        let successor = self.by_id.values().find(|m| joined(m)).map(|m| m.id.clone());
        if successor.is_some() {
            self.leader = successor;
            return true;
        }
        false
    }

    /// Checks that `id` is a member and that the instance id, if one is given, is its own.
    ///
    /// # Errors
    /// `UNKNOWN_MEMBER_ID`, or `FENCED_INSTANCE_ID` when another member holds the instance id.
    pub fn validate(&self, id: &StrBytes, instance_id: Option<&StrBytes>) -> Result<(), ResponseError> {
        if let Some(instance_id) = instance_id {
            match self.static_member(instance_id) {
                None => return Err(ResponseError::UnknownMemberId),
                Some(holder) if holder != id => return Err(ResponseError::FencedInstanceId),
                Some(_) => {}
            }
        }
        if self.contains(id) { Ok(()) } else { Err(ResponseError::UnknownMemberId) }
    }
}
