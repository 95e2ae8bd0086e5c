//! What is heard of the peers, and so who is alive.
//!
//! A peer lives while its gossip arrives: it is dead one election timeout after the last, or at once when a stream
//! to or from it shows so.
//!
//! Must never: do I/O or read a clock. Whoever tells it something says when that was.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::raft::transport::link::LinkState;

/// What the streams to and from a peer show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    /// Nothing bad since it was last heard.
    Good,
    /// One broke and it has not been heard since. It may be back in a moment; until then nobody is sent to it, so
    /// that clients that lost it too ask again rather than believe that it still leads.
    Broken,
    /// Nothing listens on its port: dead, whatever the clock says.
    Refused,
}

/// A peer that came to life or fell silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) peer: i32,
    pub(super) alive: bool,
    pub(super) contact: Contact,
}

/// What is heard of every peer.
pub(super) struct Contacts {
    election: Duration,
    peers: HashMap<i32, Heard>,
}

/// What is heard of one peer.
struct Heard {
    /// When its last gossip came; `None`: it has never been heard.
    at: Option<Instant>,
    contact: Contact,
    /// When it was last heard again after a break, or this node's control stream to it came up, whatever was later. Its
    /// own stream may be back first: until ours is, it can have been sent nothing.
    reachable_since: Instant,
    /// Its next gossip is the first of a session.
    fresh_session: bool,
    /// The version of this node's claims that it was last sent; 0: none on this link.
    told: u64,
    /// Whom it hears, as its last gossip said.
    hears: Vec<i32>,
    /// How often it has come to life and fallen silent, as far as it was told: odd while it lives.
    passages: u64,
}

impl Heard {
    fn never(now: Instant) -> Self {
        Self {
            at: None,
            contact: Contact::Good,
            reachable_since: now,
            fresh_session: true,
            told: 0,
            hears: Vec::new(),
            passages: 0,
        }
    }

    fn is_alive(&self, election: Duration, now: Instant) -> bool {
        self.contact == Contact::Good && self.at.is_some_and(|at| now.duration_since(at) < election)
    }
}

impl Contacts {
    /// Nobody has been heard yet. A peer unheard for `election` is taken for dead.
    pub(super) fn new(election: Duration) -> Self {
        Self { election, peers: HashMap::new() }
    }

    /// Whether the peer was heard of lately.
    pub(super) fn is_alive(&self, peer: i32, now: Instant) -> bool {
        self.peers.get(&peer).is_some_and(|h| h.is_alive(self.election, now))
    }

    /// Whether the peer's port refuses connections: no process is there.
    pub(super) fn is_gone(&self, peer: i32) -> bool {
        self.peers.get(&peer).is_some_and(|h| h.contact == Contact::Refused)
    }

    /// The peers that are alive, in ascending order.
    pub(super) fn alive(&self, now: Instant) -> Vec<i32> {
        let alive = self.peers.iter().filter(|(_, heard)| heard.is_alive(self.election, now));
        let mut ids: Vec<i32> = alive.map(|(peer, _)| *peer).collect();
        ids.sort_unstable();
        ids
    }

    /// Whether a majority of the voters, `me` among them, does not hear the leader. A peer counts if it hears `me`: what it
    /// says is of now, then.
    pub(super) fn is_lost(&self, leader: i32, voters: &[i32], me: i32, now: Instant) -> bool {
        if leader == me || self.is_alive(leader, now) || !voters.contains(&me) {
            return false;
        }
        let misses = |voter: &&i32| {
            let heard = self.peers.get(voter).filter(|h| h.is_alive(self.election, now));
            heard.is_some_and(|h| h.hears.contains(&me) && !h.hears.contains(&leader))
        };
        1 + voters.iter().filter(misses).count() > voters.len() / 2
    }

    /// Since when the peer has been heard and this node's control stream to it up without a break, if it is alive.
    pub(super) fn reachable_since(&self, peer: i32, now: Instant) -> Option<Instant> {
        let heard = self.peers.get(&peer).filter(|h| h.is_alive(self.election, now))?;
        Some(heard.reachable_since)
    }

    /// For how long that has been so.
    pub(super) fn reachable_for(&self, peer: i32, now: Instant) -> Option<Duration> {
        self.reachable_since(peer, now).map(|since| now.duration_since(since))
    }

    /// This node's control stream to the peer came up or went down.
    pub(super) fn link_changed(&mut self, peer: i32, state: LinkState, now: Instant) {
        let heard = self.of(peer, now);
        match state {
            LinkState::Up => {
                heard.reachable_since = now;
                // What was told on an earlier link may not have arrived.
                heard.told = 0;
            }
            LinkState::Broken => heard.contact = Contact::Broken,
            LinkState::Refused => heard.contact = Contact::Refused,
        }
    }

    /// The peer opened a control stream.
    pub(super) fn session_started(&mut self, peer: i32, now: Instant) {
        self.of(peer, now).fresh_session = true;
    }

    /// The peer's control stream ended.
    pub(super) fn session_ended(&mut self, peer: i32) {
        if let Some(heard) = self.peers.get_mut(&peer).filter(|h| h.contact == Contact::Good) {
            heard.contact = Contact::Broken;
        }
    }

    /// A gossip of the peer has come, which says whom the peer hears. Tells whether it is the first of its session.
    pub(super) fn heard(&mut self, peer: i32, hears: Vec<i32>, now: Instant) -> bool {
        let heard = self.of(peer, now);
        let first_of_session = std::mem::take(&mut heard.fresh_session);
        if first_of_session || heard.contact != Contact::Good {
            heard.reachable_since = now;
        }
        heard.at = Some(now);
        heard.contact = Contact::Good;
        heard.hears = hears;
        first_of_session
    }

    /// The peer is about to be sent this node's claims up to `version`. Gives the version that it was sent last.
    pub(super) fn tell(&mut self, peer: i32, version: u64, now: Instant) -> u64 {
        std::mem::replace(&mut self.of(peer, now).told, version)
    }

    /// Who came to life or fell silent since this was last asked.
    pub(super) fn changes(&mut self, now: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        for (peer, heard) in &mut self.peers {
            let alive = heard.is_alive(self.election, now);
            if alive == heard.passages.is_multiple_of(2) {
                heard.passages += 1;
                changes.push(Change { peer: *peer, alive, contact: heard.contact });
            }
        }
        changes
    }

    /// How often each peer has come to life and fallen silent, as [`Contacts::changes`] told it: odd while it lives.
    pub(super) fn passages(&self) -> HashMap<i32, u64> {
        self.peers.iter().map(|(peer, heard)| (*peer, heard.passages)).collect()
    }

    /// This node has nothing to do with the peer any more. Its own stream may still be there, and go on to be if the
    /// peer is known again a moment later: the gossip that comes next on it is no first one, and not complete.
    pub(super) fn forget(&mut self, peer: i32, now: Instant) {
        if let Some(heard) = self.peers.get_mut(&peer) {
            let passages = heard.passages.next_multiple_of(2);
            *heard = Heard { fresh_session: heard.fresh_session, passages, ..Heard::never(now) };
        }
    }

    fn of(&mut self, peer: i32, now: Instant) -> &mut Heard {
        self.peers.entry(peer).or_insert_with(|| Heard::never(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: i32 = 2;
    const ELECTION: Duration = Duration::from_secs(1);
    const MOMENT: Duration = Duration::from_millis(1);

    fn nobody_heard() -> (Contacts, Instant) {
        (Contacts::new(ELECTION), Instant::now())
    }

    fn peer_heard() -> (Contacts, Instant) {
        let (mut contacts, now) = nobody_heard();
        contacts.heard(PEER, Vec::new(), now);
        (contacts, now)
    }

    #[test]
    fn streams_alone_do_not_show_that_a_peer_lives() {
        let (mut contacts, now) = nobody_heard();
        assert!(!contacts.is_alive(PEER, now));
        contacts.link_changed(PEER, LinkState::Up, now);
        contacts.session_started(PEER, now);
        assert!(!contacts.is_alive(PEER, now));
    }

    #[test]
    fn a_peer_lives_for_less_than_an_election_timeout_after_each_gossip() {
        let (mut contacts, first) = peer_heard();
        let second = first + ELECTION / 2;
        contacts.heard(PEER, Vec::new(), second);
        assert!(contacts.is_alive(PEER, first + ELECTION));
        assert!(!contacts.is_alive(PEER, second + ELECTION));
    }

    #[test]
    fn a_peer_whose_stream_broke_is_not_alive_until_it_is_heard_again() {
        let breaks: [fn(&mut Contacts, Instant); 3] = [
            |contacts, _| contacts.session_ended(PEER),
            |contacts, now| contacts.link_changed(PEER, LinkState::Broken, now),
            |contacts, now| contacts.link_changed(PEER, LinkState::Refused, now),
        ];
        for broke in breaks {
            let (mut contacts, now) = peer_heard();
            broke(&mut contacts, now);
            assert!(!contacts.is_alive(PEER, now));
            contacts.link_changed(PEER, LinkState::Up, now);
            assert!(!contacts.is_alive(PEER, now), "a stream that is up again says nothing yet");
            contacts.heard(PEER, Vec::new(), now);
            assert!(contacts.is_alive(PEER, now));
        }
    }

    #[test]
    fn only_a_peer_that_refuses_connections_is_gone() {
        let (mut contacts, now) = peer_heard();
        contacts.link_changed(PEER, LinkState::Broken, now);
        assert!(!contacts.is_gone(PEER));
        contacts.link_changed(PEER, LinkState::Refused, now);
        contacts.session_ended(PEER);
        assert!(contacts.is_gone(PEER), "the end of its own stream does not hide that its port refuses");
        contacts.heard(PEER, Vec::new(), now);
        assert!(!contacts.is_gone(PEER));
    }

    /// Of three voters this one (1) and another (3) are alive; the leader (2) is silent here.
    fn two_of_three(third_hears: &[i32]) -> (Contacts, Instant) {
        let (mut contacts, now) = nobody_heard();
        contacts.heard(2, vec![1, 3], now);
        let later = now + ELECTION;
        contacts.heard(3, third_hears.to_vec(), later);
        (contacts, later)
    }

    #[test]
    fn a_leader_is_lost_when_a_majority_of_the_voters_does_not_hear_it() {
        let (contacts, now) = two_of_three(&[1]);
        assert!(contacts.is_lost(2, &[1, 2, 3], 1, now));
        assert_eq!(contacts.alive(now), [3]);
    }

    #[test]
    fn a_leader_that_others_hear_is_not_lost() {
        let (contacts, now) = two_of_three(&[1, 2]);
        assert!(!contacts.is_lost(2, &[1, 2, 3], 1, now), "only the link to it is cut");
        assert!(!contacts.is_lost(2, &[1, 2, 3, 4, 5], 1, now), "nobody knows what 4 and 5 hear");
    }

    #[test]
    fn what_a_peer_says_counts_while_it_hears_this_node() {
        let (contacts, now) = two_of_three(&[]);
        assert!(!contacts.is_lost(2, &[1, 2, 3], 1, now));
        let (contacts, now) = two_of_three(&[1]);
        assert!(!contacts.is_lost(2, &[1, 2, 3], 1, now + ELECTION), "it has fallen silent itself");
    }

    #[test]
    fn only_a_voter_judges_and_never_a_leader_that_lives() {
        let (contacts, now) = two_of_three(&[1]);
        assert!(!contacts.is_lost(2, &[2, 3], 1, now));
        assert!(!contacts.is_lost(3, &[1, 2, 3], 1, now));
        assert!(!contacts.is_lost(1, &[1, 2, 3], 1, now));
    }

    #[test]
    fn one_gossip_of_every_session_is_the_first() {
        let (mut contacts, now) = nobody_heard();
        contacts.session_started(PEER, now);
        assert_eq!(
            [contacts.heard(PEER, Vec::new(), now), contacts.heard(PEER, Vec::new(), now)],
            [true, false]
        );
        contacts.session_ended(PEER);
        contacts.session_started(PEER, now);
        assert_eq!(
            [contacts.heard(PEER, Vec::new(), now), contacts.heard(PEER, Vec::new(), now)],
            [true, false]
        );
    }

    #[test]
    fn a_session_goes_on_although_the_peer_was_forgotten_meanwhile() {
        let (mut contacts, now) = nobody_heard();
        contacts.session_started(PEER, now);
        assert!(contacts.heard(PEER, Vec::new(), now));
        contacts.forget(PEER, now);
        assert!(!contacts.is_alive(PEER, now));
        assert!(!contacts.heard(PEER, Vec::new(), now), "what it claimed before stands");
        assert!(contacts.is_alive(PEER, now));
    }

    #[test]
    fn a_new_link_is_told_everything_again() {
        let (mut contacts, now) = nobody_heard();
        assert_eq!([contacts.tell(PEER, 5, now), contacts.tell(PEER, 7, now)], [0, 5]);
        contacts.link_changed(PEER, LinkState::Up, now);
        assert_eq!(contacts.tell(PEER, 7, now), 0);
    }

    #[test]
    fn a_peer_is_reachable_once_it_is_heard_and_since_its_link_came_up() {
        let (mut contacts, now) = nobody_heard();
        contacts.link_changed(PEER, LinkState::Up, now);
        assert_eq!(contacts.reachable_for(PEER, now), None, "not heard yet");
        contacts.heard(PEER, Vec::new(), now + MOMENT);
        contacts.heard(PEER, Vec::new(), now + 2 * MOMENT);
        assert_eq!(contacts.reachable_for(PEER, now + 2 * MOMENT), Some(MOMENT));
        contacts.link_changed(PEER, LinkState::Up, now + 2 * MOMENT);
        assert_eq!(contacts.reachable_for(PEER, now + 2 * MOMENT), Some(Duration::ZERO));
    }

    #[test]
    fn a_peer_that_is_heard_again_before_the_link_to_it_is_up_has_not_been_reachable_since_before() {
        let breaks: [fn(&mut Contacts, Instant); 4] = [
            |contacts, _| contacts.session_ended(PEER),
            |contacts, now| contacts.link_changed(PEER, LinkState::Broken, now),
            |contacts, now| contacts.link_changed(PEER, LinkState::Refused, now),
            // Its machine lost power: the end of its streams has not been noticed yet.
            |contacts, now| contacts.session_started(PEER, now),
        ];
        for broke in breaks {
            let (mut contacts, now) = peer_heard();
            let back = now + MOMENT;
            broke(&mut contacts, now);
            contacts.heard(PEER, Vec::new(), back);
            assert_eq!(contacts.reachable_since(PEER, back), Some(back));
        }
    }

    #[test]
    fn a_change_is_told_once() {
        let (mut contacts, now) = peer_heard();
        let lives = Change { peer: PEER, alive: true, contact: Contact::Good };
        assert_eq!(contacts.changes(now), [lives]);
        assert_eq!(contacts.changes(now), []);
        assert_eq!(contacts.changes(now + ELECTION), [Change { alive: false, ..lives }]);
        assert_eq!(contacts.changes(now + ELECTION), []);
    }

    #[test]
    fn how_often_a_peer_came_and_went_is_counted_on_when_it_is_known_again() {
        let (mut contacts, now) = peer_heard();
        assert_eq!(contacts.passages(), HashMap::from([(PEER, 0)]), "nobody was told yet");
        contacts.changes(now);
        assert_eq!(contacts.passages(), HashMap::from([(PEER, 1)]));
        contacts.forget(PEER, now);
        assert_eq!(contacts.passages(), HashMap::from([(PEER, 2)]));
        contacts.heard(PEER, Vec::new(), now);
        contacts.changes(now);
        assert_eq!(contacts.passages(), HashMap::from([(PEER, 3)]));
    }
}
