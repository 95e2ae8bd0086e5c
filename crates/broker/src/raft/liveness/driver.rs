//! The driver's task: at every half heartbeat, and whenever it is called, it looks who has died, runs for groups whose
//! leader is gone, and tells the peers what this node leads.
//!
//! Its thread also brings the peers' signs of life. With thousands of groups a look at all of them takes milliseconds, and
//! each leader that is elected calls for one: after a look it rests, so that the thread is free most of the time.
//!
//! Must never: wait for a peer or for a group. It hands over and goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{info, warn};

use super::Liveness;
use super::calm::Calm;
use super::orphans::{Candidacy, rank};
use super::returns::Returns;
use super::sweeps::Sweeps;
use crate::raft::group::{Group, Replication};
use crate::raft::transport::link::Link;
use crate::raft::transport::wire::Gossip;
use crate::raft::transport::wire::envelope::Body;
use crate::raft::transport::{Class, Peers};
use crate::raft::types::{GroupId, METADATA_GROUP, RaftNodeId};

/// The driver rests so many times as long as its last look took.
const REST: u32 = 3;

impl Liveness {
    /// Runs the driver until `stop` resolves.
    pub async fn run(self, peers: Peers, stop: impl Future<Output = ()>) {
        let work = async {
            let mut sweeps = Sweeps::default();
            let mut calm = Calm::new(self.inner.timing.election * 2);
            let mut returns = Returns::new(self.inner.timing.heartbeat * 2);
            let mut tick = tokio::time::interval(self.inner.timing.heartbeat / 2);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut rested = tokio::time::Instant::now();
            let mut beat: u64 = 0;
            loop {
                let called = async {
                    // A timer is a millisecond late even if its time has passed.
                    if rested > tokio::time::Instant::now() {
                        tokio::time::sleep_until(rested).await;
                    }
                    self.inner.wake.notified().await;
                };
                let beats = tokio::select! { _ = tick.tick() => true, () = called => false };
                self.notice_deaths();
                let began = tokio::time::Instant::now();
                if began >= rested {
                    self.elect_orphans(&mut sweeps);
                    if !beats {
                        self.gossip_to_all(&peers, false);
                    }
                    rested = tokio::time::Instant::now() + began.elapsed() * REST;
                }
                beat += u64::from(beats);
                if beats && beat.is_multiple_of(2) {
                    let turn = calm.next_turn(self.reachable(&peers));
                    let changed = std::mem::take(&mut *self.inner.changed_voters.lock());
                    self.update_isrs(|group| turn.includes(group) || changed.contains(&group), &mut returns);
                    self.gossip_to_all(&peers, true);
                }
            }
        };
        tokio::select! { () = work => {}, () = stop => {} }
    }

    fn notice_deaths(&self) {
        let changes = self.inner.contacts.lock().changes(Instant::now());
        for change in &changes {
            if change.alive {
                info!(peer = change.peer, "is alive");
            } else {
                warn!(peer = change.peer, contact = ?change.contact, "is not heard any more");
            }
        }
        if !changes.is_empty() {
            self.tell();
        }
    }

    fn gossip_to_all(&self, peers: &Peers, even_if_nothing_new: bool) {
        let version = self.inner.claims.read().version();
        let hears: Vec<u32> =
            self.inner.contacts.lock().alive(Instant::now()).into_iter().map(|peer| peer as u32).collect();
        for peer in peers.ids() {
            let Some(link) = peers.link(peer, Class::Control).filter(Link::is_up) else { continue };
            let told = self.inner.contacts.lock().tell(peer, version, Instant::now());
            if told < version || even_if_nothing_new {
                let news = Gossip { hears: hears.clone(), ..self.inner.claims.read().news_since(told) };
                link.notify(METADATA_GROUP, Body::Gossip(news));
            }
        }
    }

    /// For how long each peer has been reachable.
    fn reachable(&self, peers: &Peers) -> Vec<Option<Duration>> {
        let (contacts, now) = (self.inner.contacts.lock(), Instant::now());
        peers.ids().into_iter().map(|peer| contacts.reachable_for(peer, now)).collect()
    }

    /// Recomputes the ISRs of the groups that this node leads and whose turn it is.
    fn update_isrs(&self, is_its_turn: impl Fn(GroupId) -> bool, returns: &mut Returns) {
        let Some(groups) = self.inner.groups.get() else { return };
        let mut waiting = Vec::new();
        for group in groups.all().into_iter().filter(|group| is_its_turn(group.id())) {
            let Some(term) = group.leads() else { continue };
            let Some(replication) = group.replication() else { continue };
            let now = Instant::now();
            if self.someone_came_back(&replication, now) {
                waiting.push(group.id());
            }
            let reachable_since = |b| self.inner.contacts.lock().reachable_since(b, now);
            let isr = self.inner.isrs.lock().look(group.id(), term, &replication, now, reachable_since);
            self.claim(group.id(), term, isr);
        }
        for group in returns.next(&waiting, Instant::now()) {
            if let Some(group) = groups.get(group) {
                group.heartbeat();
            }
        }
    }

    /// Whether a follower can be reached again and has answered nothing since.
    fn someone_came_back(&self, replication: &Replication, now: Instant) -> bool {
        let contacts = self.inner.contacts.lock();
        replication.followers.iter().any(|follower| {
            contacts
                .reachable_since(follower.node.broker(), now)
                .is_some_and(|back| follower.acked.is_none_or(|sent| sent < back))
        })
    }

    /// Starts elections in groups of this node that nobody alive leads.
    fn elect_orphans(&self, sweeps: &mut Sweeps) {
        let Some(groups) = self.inner.groups.get() else { return };
        // Read before the groups are looked at: what changes meanwhile is seen the next time.
        let seen = (self.generation(), groups.generation());
        let some_lack_a_leader = self.inner.orphans.lock().any();
        if !sweeps.is_due(seen, some_lack_a_leader) {
            return;
        }
        let now = Instant::now();
        let lacks_leader =
            |group: &Arc<Group>| group.leads().is_none() && self.leadership(group.id()).is_none();
        let mut orphaned: Vec<_> = groups.all().into_iter().filter(lacks_leader).collect();
        // Who has won a group asks for it too: not held while all groups are looked through.
        let mut orphans = self.inner.orphans.lock();
        orphans.are(&orphaned.iter().map(|g| g.id()).collect(), now);
        let mut room = orphans.room(now);
        orphaned.sort_unstable_by_key(|group| (orphans.due(group.id()), group.id()));
        for group in orphaned {
            if room == 0 {
                break;
            }
            let voters = group.voters();
            let rank = rank(&voters, group.me(), |b| self.is_alive(b));
            let leader_is_gone = self.leader_is_gone(&group, &voters, now)
                || (orphans.is_missed(group.id(), now) && self.leader_is_back(&group, now));
            let heir = group.favours().filter(|(heir, _)| self.is_alive(heir.broker()));
            let heir_since = heir.map(|(_, since)| since);
            let candidacy =
                orphans.candidacy(group.id(), rank, leader_is_gone, heir_since, now, rand::random());
            room -= usize::from(candidacy.is_some());
            match candidacy {
                Some(Candidacy::TakeOver) => group.take_over(),
                Some(Candidacy::Elect) => group.elect(),
                None => {}
            }
        }
    }

    /// Whether the leader that a group last followed is alive, though nobody claims the group: it was started again, or it
    /// has stepped down and nobody followed.
    fn leader_is_back(&self, group: &Group, now: Instant) -> bool {
        let Some(leader) = group.followed() else { return false };
        self.inner.contacts.lock().is_alive(leader.broker(), now)
    }

    /// Whether no process is there that could still lead (the port of the leader that the group last followed refuses
    /// connections), or a majority of the voters does not hear it.
    fn leader_is_gone(&self, group: &Group, voters: &[RaftNodeId], now: Instant) -> bool {
        let Some(leader) = group.followed().map(RaftNodeId::broker) else { return false };
        let voters: Vec<i32> = voters.iter().map(|v| v.broker()).collect();
        let contacts = self.inner.contacts.lock();
        contacts.is_gone(leader) || contacts.is_lost(leader, &voters, self.inner.me, now)
    }
}
