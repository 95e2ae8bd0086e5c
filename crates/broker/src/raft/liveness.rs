//! Who is alive and who leads what: one driver per node instead of timers in every group.
//!
//! Every heartbeat interval a node sends its peers a [`Gossip`]: "I live, and this is what changed in the groups
//! that I lead". From these the driver knows, for every group of the cluster, its leader, term and ISR (without
//! a write to the metadata log at a failover), and starts elections in groups of this node whose leader is gone.
//! An idle group costs nothing: no tick, no heartbeat of its own.
//!
//! Elections are staggered by the order of the voters among those alive, so that one candidate at a time runs;
//! pre-vote keeps a mistaken one from disturbing a leader that a quorum still hears.
//!
//! Must never: decide who leads. It only proposes candidates; Raft's votes decide.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;
use tracing::{debug, info, warn};

use super::group::{Group, Replication};
use super::groups::{Groups, Timing};
use super::transport::link::{Link, LinkState};
use super::transport::wire::{self, Gossip, envelope::Body};
use super::transport::{Class, PeerEvents, Peers};
use super::types::{GroupId, METADATA_GROUP};

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

/// The driver. Cheap to clone.
#[derive(Clone)]
pub struct Liveness {
    inner: Arc<Inner>,
}

struct Inner {
    me: i32,
    timing: Timing,
    groups: OnceLock<Groups>,
    peers: OnceLock<Peers>,
    heard: Mutex<HashMap<i32, Heard>>,
    claims: RwLock<HashMap<GroupId, Claim>>,
    /// Counts changes of this node's own claims.
    version: Mutex<u64>,
    wake: Notify,
    changed: Notify,
    followers: Mutex<HashMap<GroupId, Following>>,
    elections_won: AtomicU64,
    /// Counts what [`Liveness::changed`] tells.
    generation: AtomicU64,
}

/// What the streams to and from a peer show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contact {
    /// Nothing bad since it was last heard.
    Good,
    /// One broke and it has not been heard since. It may be back in a moment; until then nobody is sent to it, so
    /// that clients that lost it too ask again rather than believe that it still leads.
    Broken,
    /// Nothing listens on its port: dead, whatever the clock says.
    Refused,
}

/// What was heard of a peer.
struct Heard {
    at: Instant,
    /// What its streams show.
    contact: Contact,
    /// Since when this node's control stream to it is up.
    up_since: Instant,
    /// The first gossip of a session is complete and replaces all earlier claims.
    fresh_session: bool,
    /// The version of our own claims that it was last sent; 0: none on this link.
    told: u64,
    alive_before: bool,
}

impl Heard {
    fn never(timing: Timing) -> Self {
        // Unheard, but given the benefit of one election timeout at start.
        let at = Instant::now().checked_sub(timing.election).unwrap_or_else(Instant::now);
        Self {
            at,
            up_since: Instant::now(),
            contact: Contact::Good,
            fresh_session: true,
            told: 0,
            alive_before: false,
        }
    }
}

/// A claim to lead, our own or a peer's.
struct Claim {
    leadership: Leadership,
    /// For our own: when it last changed. A renounced claim has an empty ISR and is kept to be told.
    version: u64,
}

/// A leader's record of when each follower was last seen at the end of its log.
struct Following {
    term: u64,
    caught_up: HashMap<i32, Instant>,
    /// The log's end at the last look: who has it now was caught up then.
    last: Option<u64>,
}

/// A group of ours without a live leader.
struct Orphan {
    since: Instant,
    next_try: Instant,
    took_over: bool,
}

impl Liveness {
    /// A driver that knows nobody yet.
    pub fn new(me: i32, timing: Timing) -> Self {
        let inner = Inner {
            me,
            timing,
            groups: OnceLock::new(),
            peers: OnceLock::new(),
            heard: Mutex::default(),
            claims: RwLock::default(),
            version: Mutex::new(0),
            wake: Notify::new(),
            changed: Notify::new(),
            followers: Mutex::default(),
            elections_won: AtomicU64::new(0),
            generation: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    pub(super) fn attach(&self, groups: Groups) {
        drop(self.inner.groups.set(groups));
    }

    /// Who leads the group now, as far as this node knows: `None` while nobody alive claims it.
    pub fn leadership(&self, group: GroupId) -> Option<Leadership> {
        let found = self.inner.claims.read().get(&group).map(|c| c.leadership.clone())?;
        let valid = !found.isr.is_empty() && self.is_alive(found.leader);
        valid.then_some(found)
    }

    /// Whether the broker was heard of lately.
    pub fn is_alive(&self, broker: i32) -> bool {
        broker == self.inner.me
            || self.inner.heard.lock().get(&broker).is_some_and(|h| alive(h, self.inner.timing))
    }

    /// Elections that this node has won since it started.
    pub fn elections_won(&self) -> u64 {
        self.inner.elections_won.load(Ordering::Relaxed)
    }

    /// A number that is another one after any change of who lives or leads.
    pub fn generation(&self) -> u64 {
        self.inner.generation.load(Ordering::Acquire)
    }

    /// Waits until some leadership changed.
    pub async fn changed(&self) {
        self.inner.changed.notified().await;
    }

    /// This node has won the group.
    pub(super) fn leads(&self, group: GroupId, term: u64) {
        let isr = self.alive_members(group);
        self.claim(group, Leadership { leader: self.inner.me, term, isr });
        self.inner.elections_won.fetch_add(1, Ordering::Relaxed);
        debug!(group, term, "leads");
    }

    /// This node has lost the group.
    pub(super) fn renounces(&self, group: GroupId, term: u64) {
        self.inner.followers.lock().remove(&group);
        let mut claims = self.inner.claims.write();
        let Some(claim) = claims.get_mut(&group) else { return };
        if claim.leadership.leader == self.inner.me && claim.leadership.term <= term {
            claim.leadership.isr.clear();
            claim.version = self.next_version();
            drop(claims);
            self.wake();
        }
    }

    /// The group has left this node.
    pub(super) fn forget(&self, group: GroupId) {
        self.inner.followers.lock().remove(&group);
        let mut claims = self.inner.claims.write();
        if claims.get(&group).is_some_and(|c| c.leadership.leader == self.inner.me) {
            claims.remove(&group);
        }
    }

    fn claim(&self, group: GroupId, leadership: Leadership) {
        let mut claims = self.inner.claims.write();
        if claims
            .get(&group)
            .is_some_and(|c| c.leadership.term > leadership.term || c.leadership == leadership)
        {
            return;
        }
        let version = self.next_version();
        claims.insert(group, Claim { leadership, version });
        drop(claims);
        self.wake();
    }

    fn next_version(&self) -> u64 {
        let mut version = self.inner.version.lock();
        *version += 1;
        *version
    }

    fn wake(&self) {
        self.inner.wake.notify_one();
        self.tell();
    }

    fn tell(&self) {
        self.inner.generation.fetch_add(1, Ordering::Release);
        self.inner.changed.notify_waiters();
    }

    /// The members alive now: what a new leader starts its ISR with.
    fn alive_members(&self, group: GroupId) -> Vec<i32> {
        let group = self.inner.groups.get().and_then(|g| g.get(group));
        let mut isr: Vec<i32> = match group {
            Some(group) => group.voters().iter().map(|v| v.broker()).filter(|b| self.is_alive(*b)).collect(),
            None => vec![self.inner.me],
        };
        isr.sort_unstable();
        isr
    }

    /// Runs the driver until `stop` resolves.
    pub async fn run(self, peers: Peers, stop: impl Future<Output = ()>) {
        drop(self.inner.peers.set(peers.clone()));
        let work = async {
            let mut orphans = HashMap::new();
            let mut tick = tokio::time::interval(self.inner.timing.heartbeat / 2);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut beat: u64 = 0;
            loop {
                tokio::select! {
                    _ = tick.tick() => {
                        beat += 1;
                        self.notice_deaths();
                        self.elect_orphans(&mut orphans);
                        if beat.is_multiple_of(2) {
                            self.update_isrs();
                            self.gossip_to_all(&peers, true);
                        }
                    }
                    () = self.inner.wake.notified() => {
                        self.notice_deaths();
                        self.elect_orphans(&mut orphans);
                        self.gossip_to_all(&peers, false);
                    }
                }
            }
        };
        tokio::select! { () = work => {}, () = stop => {} }
    }

    fn notice_deaths(&self) {
        let mut changed = false;
        for (peer, heard) in self.inner.heard.lock().iter_mut() {
            let now = alive(heard, self.inner.timing);
            if now != heard.alive_before {
                heard.alive_before = now;
                changed = true;
                if now {
                    info!(peer, "is alive");
                } else {
                    warn!(peer, contact = ?heard.contact, "is not heard any more");
                }
            }
        }
        if changed {
            self.tell();
        }
    }

    fn gossip_to_all(&self, peers: &Peers, even_if_nothing_new: bool) {
        let version = *self.inner.version.lock();
        for peer in peers.ids() {
            let Some(link) = peers.link(peer, Class::Control).filter(Link::is_up) else { continue };
            let told = {
                let mut heard = self.inner.heard.lock();
                let heard = heard.entry(peer).or_insert_with(|| Heard::never(self.inner.timing));
                std::mem::replace(&mut heard.told, version)
            };
            if told < version || even_if_nothing_new {
                link.notify(METADATA_GROUP, Body::Gossip(self.news_since(told)));
            }
        }
    }

    fn news_since(&self, version: u64) -> Gossip {
        let claims = self.inner.claims.read();
        let ours = claims.iter().filter(|(_, c)| c.leadership.leader == self.inner.me && c.version > version);
        let leaderships = ours
            .map(|(group, c)| wire::Leadership {
                group: *group,
                term: c.leadership.term,
                isr: c.leadership.isr.iter().map(|b| *b as u32).collect(),
            })
            .collect();
        Gossip { leaderships }
    }

    /// Recomputes the ISR of every group that this node leads.
    fn update_isrs(&self) {
        let Some(groups) = self.inner.groups.get() else { return };
        for group in groups.all() {
            let Some(term) = group.leads() else { continue };
            let Some(replication) = group.replication() else { continue };
            if self.someone_came_back(&replication) {
                group.heartbeat();
            }
            let isr = self.isr_of(&group, term, &replication);
            self.claim(group.id(), Leadership { leader: self.inner.me, term, isr });
        }
    }

    /// Whether a follower can be reached again and has answered nothing since. An idle group would have nothing to say
    /// to it, and it would not learn what was committed while it was away.
    fn someone_came_back(&self, replication: &Replication) -> bool {
        let heard = self.inner.heard.lock();
        replication.followers.iter().any(|follower| {
            heard
                .get(&follower.node.broker())
                .filter(|h| alive(h, self.inner.timing))
                .is_some_and(|h| follower.acked.is_none_or(|ago| ago > h.up_since.elapsed()))
        })
    }

    fn isr_of(&self, group: &Group, term: u64, replication: &Replication) -> Vec<i32> {
        let now = Instant::now();
        let mut all = self.inner.followers.lock();
        let record = all.entry(group.id()).or_insert_with(|| Following {
            term,
            caught_up: HashMap::new(),
            last: None,
        });
        if record.term != term {
            *record = Following { term, caught_up: HashMap::new(), last: None };
        }
        let mut isr = vec![self.inner.me];
        for follower in &replication.followers {
            let broker = follower.node.broker();
            // A new leader has not heard from its followers yet: it gives them the lag time to show up.
            let caught_up = record.caught_up.entry(broker).or_insert(now);
            if follower.matched >= record.last {
                *caught_up = now;
            }
            if self.is_alive(broker) && now.duration_since(*caught_up) <= self.inner.timing.replica_lag_max {
                isr.push(broker);
            }
        }
        record.last = replication.last;
        isr.sort_unstable();
        isr
    }

    /// Starts elections in groups of this node that nobody alive leads.
    fn elect_orphans(&self, orphans: &mut HashMap<GroupId, Orphan>) {
        let Some(groups) = self.inner.groups.get() else { return };
        let now = Instant::now();
        let mut still = HashSet::new();
        for group in groups.all() {
            if group.leads().is_some() || self.leadership(group.id()).is_some() {
                continue;
            }
            still.insert(group.id());
            let orphan =
                orphans.entry(group.id()).or_insert(Orphan { since: now, next_try: now, took_over: false });
            let Some(rank) = self.rank(&group) else { continue };
            let wait = self.inner.timing.election / 2 * rank;
            if now < orphan.since + wait {
                continue;
            }
            // A leader whose process is gone has no lease to wait for. If that fails (this log lacks something that
            // another has), the ordinary way is next.
            if !orphan.took_over && self.leader_is_gone(group.id()) {
                orphan.took_over = true;
                orphan.next_try = now + self.inner.timing.heartbeat;
                group.take_over();
            } else if now >= orphan.next_try {
                orphan.next_try = now + self.inner.timing.heartbeat + jitter(self.inner.timing.heartbeat);
                group.elect();
            }
        }
        orphans.retain(|id, _| still.contains(id));
    }

    /// Whether the last known leader's port refuses connections: no process is there that could still lead.
    fn leader_is_gone(&self, group: GroupId) -> bool {
        let leader = self.inner.claims.read().get(&group).map(|c| c.leadership.leader);
        leader.is_some_and(|l| self.inner.heard.lock().get(&l).is_some_and(|h| h.contact == Contact::Refused))
    }

    /// This node's place among the group's voters that are alive.
    fn rank(&self, group: &Group) -> Option<u32> {
        let alive = group.voters().iter().filter(|v| self.is_alive(v.broker()));
        alive.enumerate().find(|(_, v)| **v == group.me()).map(|(rank, _)| rank as u32)
    }
}

fn alive(heard: &Heard, timing: Timing) -> bool {
    heard.contact == Contact::Good && heard.at.elapsed() < timing.election
}

fn jitter(upto: Duration) -> Duration {
    upto.mul_f64(rand::random::<f64>())
}

impl PeerEvents for Liveness {
    fn link_changed(&self, peer: i32, class: Class, state: LinkState) {
        if let Some(groups) = self.inner.groups.get().filter(|_| state == LinkState::Up) {
            groups.all().iter().filter(|g| g.leads().is_some()).for_each(|g| g.reachable(peer));
        }
        if class != Class::Control {
            return;
        }
        let mut heard = self.inner.heard.lock();
        let heard = heard.entry(peer).or_insert_with(|| Heard::never(self.inner.timing));
        match state {
            LinkState::Up => {
                heard.told = 0;
                heard.up_since = Instant::now();
                self.inner.wake.notify_one();
            }
            LinkState::Broken => {
                heard.contact = Contact::Broken;
                self.inner.wake.notify_one();
            }
            LinkState::Refused => {
                heard.contact = Contact::Refused;
                // The driver looks at once.
                self.inner.wake.notify_one();
            }
        }
    }

    fn session_started(&self, peer: i32) {
        let mut heard = self.inner.heard.lock();
        heard.entry(peer).or_insert_with(|| Heard::never(self.inner.timing)).fresh_session = true;
    }

    fn session_ended(&self, peer: i32) {
        if let Some(heard) = self.inner.heard.lock().get_mut(&peer).filter(|h| h.contact == Contact::Good) {
            heard.contact = Contact::Broken;
        }
        self.inner.wake.notify_one();
    }

    fn gossip(&self, peer: i32, gossip: Gossip) {
        let first = {
            let mut heard = self.inner.heard.lock();
            let heard = heard.entry(peer).or_insert_with(|| Heard::never(self.inner.timing));
            heard.at = Instant::now();
            heard.contact = Contact::Good;
            std::mem::take(&mut heard.fresh_session)
        };
        if !first && gossip.leaderships.is_empty() {
            return;
        }
        let mut claims = self.inner.claims.write();
        if first {
            claims.retain(|_, c| c.leadership.leader != peer);
        }
        for told in gossip.leaderships {
            let isr: Vec<i32> = told.isr.iter().map(|b| *b as i32).collect();
            let known = claims.get(&told.group).map(|c| &c.leadership);
            if isr.is_empty() {
                if known.is_some_and(|l| l.leader == peer && l.term <= told.term) {
                    claims.remove(&told.group);
                }
            } else if known.is_none_or(|l| l.term <= told.term) {
                let leadership = Leadership { leader: peer, term: told.term, isr };
                claims.insert(told.group, Claim { leadership, version: 0 });
            }
        }
        drop(claims);
        self.tell();
    }
}
