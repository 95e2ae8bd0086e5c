//! Who claims to lead what: this node's own claims and those that its peers told.
//!
//! The first gossip of a session is complete and replaces everything that the peer claimed before; later ones tell
//! what changed. Of two claims to a group the one of the higher term stands. One with an empty ISR renounces.
//!
//! Must never: do I/O, read a clock, or judge who is alive.

use std::collections::HashMap;

use crate::raft::transport::wire::{self, Gossip};
use crate::raft::types::GroupId;

/// Who leads a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leadership {
    /// The leader's broker id.
    pub leader: i32,
    /// Its term: Kafka's leader epoch.
    pub term: u64,
    /// Broker ids of the in-sync replicas, the leader among them, in ascending order.
    pub isr: Vec<i32>,
}

/// A claim to lead, this node's own or a peer's.
struct Claim {
    leadership: Leadership,
    /// For an own one: the version it last changed with. A renounced one has an empty ISR and is kept to be told.
    version: u64,
}

/// The claim that stands for every group.
pub(super) struct Claims {
    me: i32,
    /// Counts changes of this node's own claims.
    version: u64,
    of: HashMap<GroupId, Claim>,
}

impl Claims {
    /// Nobody claims anything yet, as far as broker `me` knows.
    pub(super) fn new(me: i32) -> Self {
        Self { me, version: 0, of: HashMap::new() }
    }

    /// Who leads the group by the claim that stands and has not been renounced.
    pub(super) fn leadership(&self, group: GroupId) -> Option<&Leadership> {
        self.of.get(&group).map(|c| &c.leadership).filter(|l| !l.isr.is_empty())
    }

    /// How many groups somebody has claimed, renounced claims among them.
    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    /// The claims that stand and have not been renounced.
    pub(super) fn standing(&self) -> impl Iterator<Item = (GroupId, &Leadership)> {
        self.of.iter().map(|(group, c)| (*group, &c.leadership)).filter(|(_, l)| !l.isr.is_empty())
    }

    /// The version of this node's own claims.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// This node leads the group with that ISR. Tells whether that is news.
    pub(super) fn claim(&mut self, group: GroupId, term: u64, isr: Vec<i32>) -> bool {
        let leadership = Leadership { leader: self.me, term, isr };
        let stands = |c: &Claim| c.leadership.term > term || c.leadership == leadership;
        if self.of.get(&group).is_some_and(stands) {
            return false;
        }
        self.version += 1;
        self.of.insert(group, Claim { leadership, version: self.version });
        true
    }

    /// This node no longer leads the group in that term or an earlier one. Tells whether it had claimed so.
    pub(super) fn renounce(&mut self, group: GroupId, term: u64) -> bool {
        let ours = |c: &&mut Claim| c.leadership.leader == self.me && c.leadership.term <= term;
        let Some(claim) = self.of.get_mut(&group).filter(ours) else { return false };
        self.version += 1;
        claim.leadership.isr.clear();
        claim.version = self.version;
        true
    }

    /// The group has left this node, which says nothing more of it.
    pub(super) fn forget(&mut self, group: GroupId) {
        if self.of.get(&group).is_some_and(|c| c.leadership.leader == self.me) {
            self.of.remove(&group);
        }
    }

    /// What changed in this node's own claims since that version; since 0: all of them. Whom this node hears is not known
    /// here.
    pub(super) fn news_since(&self, version: u64) -> Gossip {
        let ours = self.of.iter().filter(|(_, c)| c.leadership.leader == self.me && c.version > version);
        let leaderships = ours
            .map(|(group, c)| wire::Leadership {
                group: *group,
                term: c.leadership.term,
                isr: c.leadership.isr.iter().map(|b| *b as u32).collect(),
            })
            .collect();
        Gossip { leaderships, hears: Vec::new() }
    }

    /// The peer says this, as the first of a session or later in it.
    pub(super) fn merge(&mut self, peer: i32, first_of_session: bool, gossip: Gossip) {
        if first_of_session {
            self.of.retain(|_, c| c.leadership.leader != peer);
        }
        for wire::Leadership { group, term, isr } in gossip.leaderships {
            let known = self.of.get(&group).map(|c| &c.leadership);
            if isr.is_empty() {
                if known.is_some_and(|l| l.leader == peer && l.term <= term) {
                    self.of.remove(&group);
                }
            } else if known.is_none_or(|l| l.term <= term) {
                let isr = isr.into_iter().map(|b| b as i32).collect();
                let leadership = Leadership { leader: peer, term, isr };
                self.of.insert(group, Claim { leadership, version: 0 });
            }
        }
    }
}

#[cfg(test)]
mod tests;
