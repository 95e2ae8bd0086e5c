//! What happened in the cluster, as this node saw it: two glances at what is agreed on and who leads, and the differences.
//!
//! A node sees what the metadata and its peers' gossip say, so every node sees the same things, a moment apart. What comes
//! and goes between two glances is not seen, except for nodes: their comings and goings are counted.
//!
//! Must never: hold more than [`CAPACITY`] events.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use chronik_common::admin::v1::{Event, EventKind};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::metadata::{BrokerId, GroupId, MetadataImage, Operation, OperationState, Topic};
use crate::raft::liveness::Leadership;

/// Events that are kept.
pub const CAPACITY: usize = 10_000;

/// What is looked at.
#[derive(Clone, Default)]
pub struct Glance {
    /// What is agreed on.
    pub image: Arc<MetadataImage>,
    /// Who leads which group.
    pub leaderships: HashMap<GroupId, Leadership>,
    /// How often each other node has come and gone: odd while it is heard.
    pub passages: HashMap<BrokerId, u64>,
    /// The leader of the metadata.
    pub leader: Option<BrokerId>,
}

/// A difference between two glances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// What it is.
    pub kind: EventKind,
    /// What it happened to.
    pub object: String,
    /// The same for people.
    pub message: String,
}

/// Groups without a leader that had one.
pub type Lost = HashSet<GroupId>;

fn sight(kind: EventKind, object: impl Into<String>, message: impl Into<String>) -> Sight {
    Sight { kind, object: object.into(), message: message.into() }
}

/// What happened between two glances. `lost` are the groups without a leader that had one: only those are told when they are
/// led again. A new partition's first leader is no change, and neither is what a node that has just started hears.
pub fn differences(before: &Glance, after: &Glance, lost: &mut Lost) -> Vec<Sight> {
    let mut sights = Vec::new();
    nodes(before, after, &mut sights);
    topics(before, after, &mut sights);
    operations(before, after, &mut sights);
    keys(before, after, &mut sights);
    for topic in after.image.topics() {
        let old = before.image.topic_by_id(&topic.id).filter(|old| !Arc::ptr_eq(old, topic));
        for (index, partition) in (0..).zip(&topic.partitions) {
            // Hardly ever needed: thousands are looked at for one that changed.
            let name = || format!("{}-{index}", topic.name);
            leadership(before, after, partition.group, name, lost, &mut sights);
            let was = old.and_then(|old| old.partitions.get(index as usize));
            match was.map(|was| (was.moving.is_some(), partition.moving.is_some())) {
                Some((false, true)) => {
                    let to: Vec<String> = partition.target().iter().map(|r| r.broker.to_string()).collect();
                    let message = format!("{} moves to nodes {}", name(), to.join(", "));
                    sights.push(sight(EventKind::MoveStarted, name(), message));
                }
                Some((true, false)) => {
                    let at: Vec<String> = partition.replicas.iter().map(|r| r.broker.to_string()).collect();
                    let message = format!("{} is on nodes {}", name(), at.join(", "));
                    sights.push(sight(EventKind::MoveFinished, name(), message));
                }
                _ => {}
            }
        }
    }
    sights
}

fn nodes(before: &Glance, after: &Glance, sights: &mut Vec<Sight>) {
    let known = |glance: &Glance| -> BTreeSet<BrokerId> {
        glance.image.brokers().keys().chain(glance.image.invited().keys()).copied().collect()
    };
    let (old, new) = (known(before), known(after));
    for id in new.difference(&old) {
        let joined = after.image.registered(*id);
        let message = format!("node {id} {}", if joined { "has joined" } else { "may join" });
        sights.push(sight(EventKind::NodeAdded, format!("node {id}"), message));
    }
    for id in old.difference(&new) {
        sights.push(sight(
            EventKind::NodeRemoved,
            format!("node {id}"),
            format!("node {id} has left the cluster"),
        ));
    }
    for (id, broker) in after.image.brokers() {
        let object = format!("node {id}");
        for is_up in passages(before, after, *id) {
            let (kind, message) = if is_up {
                (EventKind::NodeUp, format!("node {id} is heard"))
            } else {
                (EventKind::NodeDown, format!("node {id} is not heard any more"))
            };
            sights.push(sight(kind, &*object, message));
        }
        let was_drained = before.image.broker(*id).is_some_and(|old| old.drained);
        if broker.drained && !was_drained {
            let message = format!("leaderships are kept away from node {id}");
            sights.push(sight(EventKind::NodeDrained, object, message));
        } else if was_drained && !broker.drained {
            let message = format!("node {id} may lead again");
            sights.push(sight(EventKind::NodeUndrained, object, message));
        }
    }
    if before.leader != after.leader {
        let message = match after.leader {
            Some(leader) => format!("node {leader} leads the metadata"),
            None => "nobody leads the metadata".to_owned(),
        };
        sights.push(sight(EventKind::ControllerChanged, "__metadata", message));
    }
}

/// The node's comings (true) and goings between two glances: each at most once, the last one last.
fn passages(before: &Glance, after: &Glance, id: BrokerId) -> impl Iterator<Item = bool> {
    let of = |glance: &Glance| glance.passages.get(&id).copied().unwrap_or(0);
    let (old, new) = (of(before), of(after));
    (old.max(new.saturating_sub(2))..new).map(|passage| passage.is_multiple_of(2))
}

fn topics(before: &Glance, after: &Glance, sights: &mut Vec<Sight>) {
    for topic in after.image.topics() {
        match before.image.topic_by_id(&topic.id) {
            None => {
                let message = format!("topic {} with {} partitions", topic.name, topic.partitions.len());
                sights.push(sight(EventKind::TopicCreated, format!("topic {}", topic.name), message));
            }
            Some(old) if !Arc::ptr_eq(old, topic) => alterations(old, topic, sights),
            Some(_) => {}
        }
    }
    for topic in before.image.topics().filter(|t| after.image.topic_by_id(&t.id).is_none()) {
        let message = format!("topic {} is deleted", topic.name);
        sights.push(sight(EventKind::TopicDeleted, format!("topic {}", topic.name), message));
    }
}

fn alterations(old: &Topic, new: &Topic, sights: &mut Vec<Sight>) {
    let object = format!("topic {}", new.name);
    if old.partitions.len() != new.partitions.len() {
        let message = format!(
            "topic {} has {} partitions, not {}",
            new.name,
            new.partitions.len(),
            old.partitions.len()
        );
        sights.push(sight(EventKind::TopicAltered, &*object, message));
    }
    let names: BTreeSet<&String> = old.config.keys().chain(new.config.keys()).collect();
    let changed: Vec<String> = names
        .into_iter()
        .filter(|name| old.config.get(*name) != new.config.get(*name))
        .map(|name| match new.config.get(name) {
            Some(value) => format!("{name}={value}"),
            None => format!("{name} reset"),
        })
        .collect();
    if !changed.is_empty() {
        sights.push(sight(
            EventKind::TopicAltered,
            object,
            format!("topic {}: {}", new.name, changed.join(", ")),
        ));
    }
}

fn operations(before: &Glance, after: &Glance, sights: &mut Vec<Sight>) {
    for operation in after.image.operations() {
        let Operation { id, kind, .. } = operation;
        let object = format!("operation {id}");
        let was = before.image.operation(*id);
        if was.is_none() {
            sights.push(sight(EventKind::OperationStarted, &*object, format!("{kind} has started")));
        }
        if !operation.is_running() && was.is_none_or(Operation::is_running) {
            let end = match &operation.state {
                OperationState::Done | OperationState::Running => "is done".to_owned(),
                OperationState::Failed { reason } => format!("has failed: {reason}"),
                OperationState::Cancelled => "was cancelled".to_owned(),
            };
            sights.push(sight(EventKind::OperationFinished, object, format!("{kind} {end}")));
        }
    }
}

fn keys(before: &Glance, after: &Glance, sights: &mut Vec<Sight>) {
    let (old, new) = (before.image.keys(), after.image.keys());
    for (id, key) in new.iter().filter(|(id, _)| !old.contains_key(*id)) {
        let message = format!("key {id} ({}) was created by {}", key.name, key.created_by);
        sights.push(sight(EventKind::KeyCreated, format!("key {id}"), message));
    }
    for id in old.keys().filter(|id| !new.contains_key(*id)) {
        sights.push(sight(
            EventKind::KeyRevoked,
            format!("key {id}"),
            format!("key {id} is refused from now on"),
        ));
    }
}

fn leadership(
    before: &Glance,
    after: &Glance,
    group: GroupId,
    name: impl Fn() -> String,
    lost: &mut Lost,
    sights: &mut Vec<Sight>,
) {
    let (old, new) = (before.leaderships.get(&group), after.leaderships.get(&group));
    let Some(new) = new else {
        if let Some(old) = old.filter(|_| lost.insert(group)) {
            let message = format!("{} has lost its leader, node {}", name(), old.leader);
            sights.push(sight(EventKind::LeaderLost, name(), message));
        }
        return;
    };
    let leads = |l: &Leadership| (l.leader, l.term);
    let was_lost = lost.remove(&group);
    if was_lost || old.is_some_and(|old| leads(old) != leads(new)) {
        let message = format!("{} is led by node {} in term {}", name(), new.leader, new.term);
        sights.push(sight(EventKind::LeaderChanged, name(), message));
    }
    if let Some(old) = old.filter(|old| old.isr != new.isr) {
        let list = |isr: &[i32]| isr.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
        let shrank = old.isr.iter().any(|b| !new.isr.contains(b));
        let kind = if shrank { EventKind::IsrShrank } else { EventKind::IsrExpanded };
        let message =
            format!("{}: in sync are nodes {} (before: {})", name(), list(&new.isr), list(&old.isr));
        sights.push(sight(kind, name(), message));
    }
}

/// The newest events, and who waits for the next.
pub struct Journal {
    /// Tells the events of one life of a process from those of another.
    boot: String,
    ring: Mutex<Ring>,
    newest: watch::Sender<u64>,
}

#[derive(Default)]
struct Ring {
    events: VecDeque<(u64, Event)>,
    next: u64,
}

impl Default for Journal {
    fn default() -> Self {
        let boot = format!("{:08x}", rand::random::<u32>());
        Self { boot, ring: Mutex::default(), newest: watch::Sender::new(0) }
    }
}

impl Journal {
    /// Notes what was seen at that time, in milliseconds since 1970.
    pub fn note(&self, at_ms: i64, sights: Vec<Sight>) {
        if sights.is_empty() {
            return;
        }
        let mut ring = self.ring.lock();
        for Sight { kind, object, message } in sights {
            let number = ring.next;
            ring.next += 1;
            let id = format!("{}-{number}", self.boot);
            ring.events.push_back((number, Event { id, at_ms, kind, object, message }));
            if ring.events.len() > CAPACITY {
                ring.events.pop_front();
            }
        }
        let next = ring.next;
        drop(ring);
        self.newest.send_replace(next);
    }

    /// The number that the event of this id has, if it is one of this journal's.
    pub fn number_of(&self, id: &str) -> Option<u64> {
        let (boot, number) = id.rsplit_once('-')?;
        let number = number.parse().ok().filter(|n| *n < self.ring.lock().next)?;
        (boot == self.boot).then_some(number)
    }

    /// The events from that number on that are still kept, at most `limit`, and the number behind the last of them.
    pub fn since(&self, number: u64, limit: usize) -> (Vec<Event>, u64) {
        let ring = self.ring.lock();
        let first = ring.events.front().map_or(ring.next, |(n, _)| *n);
        let skip = number.saturating_sub(first) as usize;
        let events: Vec<Event> = ring.events.iter().skip(skip).take(limit).map(|(_, e)| e.clone()).collect();
        let next = number.max(first) + events.len() as u64;
        (events, next)
    }

    /// The number of the oldest event that is kept.
    pub fn first(&self) -> u64 {
        let ring = self.ring.lock();
        ring.events.front().map_or(ring.next, |(first, _)| *first)
    }

    /// Whether events from that number on are not kept any more.
    pub fn has_lost(&self, number: u64) -> bool {
        self.ring.lock().events.front().is_some_and(|(first, _)| *first > number)
    }

    /// The number that the next event will have, as it changes.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(leader: i32, term: u64, isr: &[i32]) -> Glance {
        let leadership = Leadership { leader, term, isr: isr.to_vec() };
        Glance { leaderships: HashMap::from([(7, leadership)]), ..Glance::default() }
    }

    fn seen(before: &Glance, after: &Glance, lost: &mut Lost) -> Vec<EventKind> {
        let mut sights = Vec::new();
        leadership(before, after, 7, || "orders-3".to_owned(), lost, &mut sights);
        sights.into_iter().map(|s| s.kind).collect()
    }

    #[test]
    fn a_partition_changes_its_leader_and_its_isr() {
        let calm = led(1, 5, &[1, 2, 3]);
        let seen = |before: &Glance, after: &Glance| seen(before, after, &mut HashSet::new());
        assert_eq!(seen(&calm, &calm), []);
        assert_eq!(seen(&calm, &led(2, 6, &[2, 3])), [EventKind::LeaderChanged, EventKind::IsrShrank]);
        assert_eq!(seen(&calm, &led(1, 5, &[1, 2])), [EventKind::IsrShrank]);
        assert_eq!(seen(&led(1, 5, &[1]), &calm), [EventKind::IsrExpanded]);
    }

    #[test]
    fn a_leader_is_lost_once_and_found_again_but_a_first_one_is_no_news() {
        let (calm, nobody) = (led(1, 5, &[1, 2, 3]), Glance::default());
        let mut lost = HashSet::new();
        assert_eq!(seen(&nobody, &calm, &mut lost), []);
        assert_eq!(seen(&calm, &nobody, &mut lost), [EventKind::LeaderLost]);
        assert_eq!(seen(&nobody, &nobody, &mut lost), []);
        assert_eq!(seen(&nobody, &led(1, 5, &[1, 2]), &mut lost), [EventKind::LeaderChanged]);
    }

    #[test]
    fn a_node_that_came_and_went_between_two_glances_is_told_of() {
        let glance = |count| Glance { passages: HashMap::from([(3, count)]), ..Glance::default() };
        let told = |before, after| passages(&glance(before), &glance(after), 3).collect::<Vec<_>>();
        let (up, down) = (true, false);
        assert_eq!(told(0, 0), [true; 0]);
        assert_eq!(told(0, 1), [up]);
        assert_eq!(told(1, 2), [down]);
        assert_eq!(told(0, 2), [up, down], "there for a moment only");
        assert_eq!(told(1, 3), [down, up], "started again at once");
        assert_eq!(told(1, 8), [up, down], "only the last of many");
        assert_eq!(passages(&Glance::default(), &glance(1), 3).collect::<Vec<_>>(), [up]);
    }

    #[test]
    fn what_is_lost_and_what_is_foreign_is_told_apart() {
        let journal = Journal::default();
        let one = || vec![sight(EventKind::NodeUp, "node 2", "node 2 is heard")];
        journal.note(1, one());
        journal.note(2, one());
        let (events, next) = journal.since(0, 10);
        assert_eq!((events.len(), next), (2, 2));
        assert_eq!(journal.number_of(&events[1].id), Some(1));
        assert_eq!(journal.number_of("another-1"), None);
        assert_eq!(journal.number_of(&events[1].id.replace("-1", "-2")), None, "not happened yet");
        assert!(!journal.has_lost(0));
    }

    #[test]
    fn the_oldest_events_make_room() {
        let journal = Journal::default();
        for at in 0..CAPACITY as i64 + 5 {
            journal.note(at, vec![sight(EventKind::NodeUp, "node 2", "up")]);
        }
        assert!(journal.has_lost(4) && !journal.has_lost(5));
        let (events, next) = journal.since(0, 3);
        assert_eq!((events[0].at_ms, next), (5, 8));
    }
}
