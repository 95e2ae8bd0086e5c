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
//! This file is the shell (clock, locks, what the streams and groups tell) and [`driver`] its task. What they decide
//! by is pure: [`contacts`] (who is alive), [`claims`] (who leads what), [`isr`] (who is in sync), [`calm`] (whose turn it
//! is to be looked at), [`returns`] (who speaks to a node that is back) and [`orphans`] (when to run for a group).
//!
//! Must never: decide who leads. It only proposes candidates; Raft's votes decide.

mod calm;
mod claims;
mod contacts;
mod driver;
mod isr;
mod orphans;
mod returns;
mod sweeps;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, watch};
use tracing::{debug, warn};

use self::claims::Claims;
pub use self::claims::Leadership;
use self::contacts::Contacts;
use self::isr::IsrRecords;
use self::orphans::Orphans;
use super::groups::{Groups, Timing};
use super::transport::link::LinkState;
use super::transport::wire::Gossip;
use super::transport::{Class, PeerEvents};
use super::types::GroupId;

/// The driver. Cheap to clone.
#[derive(Clone)]
pub struct Liveness {
    inner: Arc<Inner>,
}

struct Inner {
    me: i32,
    timing: Timing,
    groups: OnceLock<Groups>,
    contacts: Mutex<Contacts>,
    claims: RwLock<Claims>,
    orphans: Mutex<Orphans>,
    isrs: Mutex<IsrRecords>,
    /// Groups whose voters have changed since the last heartbeat.
    changed_voters: Mutex<HashSet<GroupId>>,
    /// Calls the driver.
    wake: Notify,
    /// What [`Liveness::changed`] waits for.
    changed: Notify,
    /// Counts what [`Liveness::changed`] tells.
    generation: AtomicU64,
    elections_won: AtomicU64,
    /// Why this node must stop, once a peer has said so.
    retired: watch::Sender<Option<String>>,
}

impl Liveness {
    /// A driver that knows nobody yet.
    pub fn new(me: i32, timing: Timing) -> Self {
        let inner = Inner {
            me,
            timing,
            groups: OnceLock::new(),
            contacts: Mutex::new(Contacts::new(timing.election)),
            claims: RwLock::new(Claims::new(me)),
            orphans: Mutex::new(Orphans::new(timing)),
            isrs: Mutex::new(IsrRecords::new(me, timing.replica_lag_max, timing.election)),
            changed_voters: Mutex::default(),
            wake: Notify::new(),
            changed: Notify::new(),
            generation: AtomicU64::new(0),
            elections_won: AtomicU64::new(0),
            retired: watch::Sender::new(None),
        };
        Self { inner: Arc::new(inner) }
    }

    pub(super) fn attach(&self, groups: Groups) {
        drop(self.inner.groups.set(groups));
    }

    /// This node's broker id.
    pub fn me(&self) -> i32 {
        self.inner.me
    }

    /// Who leads the group now, as far as this node knows: `None` while nobody alive claims it.
    pub fn leadership(&self, group: GroupId) -> Option<Leadership> {
        let found = self.inner.claims.read().leadership(group).cloned();
        found.filter(|l| self.is_alive(l.leader))
    }

    /// The leadership of every group that somebody alive leads.
    pub fn leaderships(&self) -> HashMap<GroupId, Leadership> {
        let alive: Vec<i32> = self.alive();
        let claims = self.inner.claims.read();
        let mut led = HashMap::with_capacity(claims.len());
        led.extend(claims.standing().filter(|(_, l)| alive.contains(&l.leader)).map(|(g, l)| (g, l.clone())));
        led
    }

    /// The brokers that are alive, this one among them.
    pub fn alive(&self) -> Vec<i32> {
        let mut alive = self.inner.contacts.lock().alive(Instant::now());
        alive.push(self.inner.me);
        alive
    }

    /// When this node, as the group's leader, last saw that the broker had its whole log. Of one that it has not seen with
    /// the whole log yet: when the leader before it was lost.
    pub fn caught_up(&self, group: GroupId, broker: i32) -> Option<Instant> {
        self.inner.isrs.lock().caught_up(group, broker)
    }

    /// Others vote in a group that this node leads: its ISR is looked at at the next heartbeat, whoever's turn that is.
    pub fn voters_changed(&self, group: GroupId) {
        self.inner.changed_voters.lock().insert(group);
    }

    /// Whether the broker was heard of lately.
    pub fn is_alive(&self, broker: i32) -> bool {
        broker == self.inner.me || self.inner.contacts.lock().is_alive(broker, Instant::now())
    }

    /// For how long the broker has been alive and reachable without a break, if it is now.
    pub fn alive_for(&self, broker: i32) -> Option<std::time::Duration> {
        self.inner.contacts.lock().reachable_for(broker, Instant::now())
    }

    /// How often each peer has come to life and fallen silent since this node started: odd while it lives. Who looks now
    /// and then sees by it that a node was away, or there, for less than a moment.
    pub fn passages(&self) -> HashMap<i32, u64> {
        self.inner.contacts.lock().passages()
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

    /// Waits until a peer says that the cluster has let this node's data directory go, and gives the reason.
    pub async fn retirement(&self) -> String {
        let mut retired = self.inner.retired.subscribe();
        match retired.wait_for(Option::is_some).await.map(|reason| reason.clone()) {
            Ok(Some(reason)) => reason,
            _ => std::future::pending().await,
        }
    }

    /// This node has won the group.
    pub(super) fn leads(&self, group: GroupId, term: u64) {
        let now = Instant::now();
        let led_before = self.inner.orphans.lock().since(group).unwrap_or(now);
        self.inner.isrs.lock().begin(group, term, led_before, now);
        self.claim(group, term, self.members_since(group, led_before, now));
        self.inner.elections_won.fetch_add(1, Ordering::Relaxed);
        debug!(group, term, "leads");
    }

    /// This node has lost the group.
    pub(super) fn renounces(&self, group: GroupId, term: u64) {
        self.inner.isrs.lock().forget(group);
        self.inner.claims.write().renounce(group, term);
        // Even if it had not claimed the group: the group has no leader now, as far as this node knows.
        self.wake();
    }

    /// The group has left this node.
    pub(super) fn forget(&self, group: GroupId) {
        self.inner.isrs.lock().forget(group);
        self.inner.claims.write().forget(group);
    }

    fn claim(&self, group: GroupId, term: u64, isr: Vec<i32>) {
        let is_news = self.inner.claims.write().claim(group, term, isr);
        if is_news {
            self.wake();
        }
    }

    fn wake(&self) {
        self.inner.wake.notify_one();
        self.tell();
    }

    fn tell(&self) {
        self.inner.generation.fetch_add(1, Ordering::Release);
        self.inner.changed.notify_waiters();
    }

    /// The voters of a group whose nodes have been reachable since then without a break, this one among them.
    fn members_since(&self, group: GroupId, since: Instant, now: Instant) -> Vec<i32> {
        let group = self.inner.groups.get().and_then(|g| g.get(group));
        let voters = group.map_or_else(Vec::new, |group| group.voters());
        let contacts = self.inner.contacts.lock();
        let stayed = |broker: &i32| contacts.reachable_since(*broker, now).is_some_and(|back| back <= since);
        let others = voters.iter().map(|v| v.broker()).filter(|b| *b != self.inner.me).filter(stayed);
        let mut isr: Vec<i32> = others.chain([self.inner.me]).collect();
        isr.sort_unstable();
        isr
    }
}

impl PeerEvents for Liveness {
    fn link_changed(&self, peer: i32, class: Class, state: LinkState) {
        if let Some(groups) = self.inner.groups.get().filter(|_| state == LinkState::Up) {
            groups.all().iter().filter(|g| g.leads().is_some()).for_each(|g| g.reachable(peer));
        }
        if class == Class::Control {
            self.inner.contacts.lock().link_changed(peer, state, Instant::now());
            // The driver looks at once.
            self.inner.wake.notify_one();
        }
    }

    fn session_started(&self, peer: i32) {
        self.inner.contacts.lock().session_started(peer, Instant::now());
    }

    fn session_ended(&self, peer: i32) {
        self.inner.contacts.lock().session_ended(peer);
        self.inner.wake.notify_one();
    }

    fn gossip(&self, peer: i32, gossip: Gossip) {
        let hears = gossip.hears.iter().map(|broker| *broker as i32).collect();
        let first_of_session = self.inner.contacts.lock().heard(peer, hears, Instant::now());
        if first_of_session || !gossip.leaderships.is_empty() {
            self.inner.claims.write().merge(peer, first_of_session, gossip);
            self.tell();
        }
    }

    fn retired(&self, peer: i32, reason: &str) {
        let is_news = self.inner.retired.send_if_modified(|known| known.replace(reason.to_owned()).is_none());
        if is_news {
            warn!(peer, "says: {reason}");
        }
    }

    fn disconnected(&self, peer: i32) {
        self.inner.contacts.lock().forget(peer, Instant::now());
        self.wake();
    }
}
