//! The cluster while it is planned: what each broker carries, and where each partition's replicas are by now.
//!
//! Brokers are [`Node`]s, addressed by their position in ascending order of id. All changes go through
//! [`Cluster::place`], which keeps the loads right. Which change is a good one is decided elsewhere.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Blocker, Broker, Move, Partition, Plan, Reason, View, Why};

/// A broker, or the id of one that is not registered but has replicas.
pub(super) struct Node {
    pub id: i32,
    /// A number for each failure domain.
    pub rack: usize,
    pub alive: bool,
    /// Registered and not being drained: if it is down, it is expected back.
    pub staying: bool,
    /// Leaderships are kept away from it.
    pub drained: bool,
    /// Replicas that it holds.
    pub replicas: u64,
    /// Bytes of these replicas.
    pub bytes: u128,
    /// Partitions of which it is the preferred leader.
    pub leaders: u64,
    /// Load of these partitions.
    pub led: u128,
}

impl Node {
    /// Whether it may get replicas, and takes part when load is spread.
    pub fn open(&self) -> bool {
        self.alive && self.staying
    }

    /// Whether it takes part when leaderships are spread.
    pub fn may_lead(&self) -> bool {
        self.open() && !self.drained
    }

    /// Orders nodes by what they carry.
    pub fn load(&self) -> (u64, u128, i32) {
        (self.replicas, self.bytes, self.id)
    }
}

/// A partition and its replicas as planned by now.
pub(super) struct Placed<'a> {
    pub given: &'a Partition,
    /// Where its replicas are, the preferred leader first.
    pub replicas: Vec<usize>,
    /// Which of the given replicas are lost.
    pub lost: Vec<usize>,
    /// The first change: its number and its reason.
    changed: Option<(usize, Why)>,
}

/// The cluster while it is planned.
pub(super) struct Cluster<'a> {
    pub nodes: Vec<Node>,
    /// In ascending order of group.
    pub partitions: Vec<Placed<'a>>,
    /// How many changes there have been.
    changes: usize,
    blockers: Vec<Blocker>,
}

impl<'a> Cluster<'a> {
    /// The cluster as it is, with `drained` as if it was marked so already.
    pub fn new(view: &'a View, drained: Option<i32>) -> Self {
        let brokers: BTreeMap<i32, &Broker> = view.brokers.iter().map(|b| (b.id, b)).collect();
        let mut racks: Vec<_> = brokers.values().map(|b| b.rack.as_deref()).collect();
        racks.sort_unstable();
        racks.dedup();
        let mut ids: Vec<i32> = brokers.keys().copied().collect();
        ids.extend(view.partitions.iter().flat_map(|p| &p.replicas).map(|r| r.broker));
        ids.sort_unstable();
        ids.dedup();

        let node = |&id: &i32| {
            let broker = brokers.get(&id);
            Node {
                id,
                rack: broker.map_or(racks.len(), |b| racks.partition_point(|r| *r < b.rack.as_deref())),
                alive: broker.is_some_and(|b| b.alive),
                staying: broker.is_some_and(|b| !b.draining) && drained != Some(id),
                drained: broker.is_some_and(|b| b.drained),
                replicas: 0,
                bytes: 0,
                leaders: 0,
                led: 0,
            }
        };
        let place = |given: &'a Partition| {
            let lost = |r: &&super::Replica| r.lost || !brokers.contains_key(&r.broker);
            let index = |r: &super::Replica| ids.partition_point(|id| *id < r.broker);
            Placed {
                given,
                replicas: distinct(given.replicas.iter().map(index)),
                lost: distinct(given.replicas.iter().filter(lost).map(index)),
                changed: None,
            }
        };
        let mut cluster = Self {
            nodes: ids.iter().map(node).collect(),
            partitions: view.partitions.iter().map(place).collect(),
            changes: 0,
            blockers: Vec::new(),
        };
        cluster.partitions.sort_by_key(|p| p.given.group);
        for p in 0..cluster.partitions.len() {
            cluster.book(p);
        }
        cluster
    }

    /// Gives a partition other replicas.
    pub fn place(&mut self, p: usize, replicas: Vec<usize>, why: Why) {
        self.unbook(p);
        self.partitions[p].replicas = replicas;
        self.partitions[p].changed.get_or_insert((self.changes, why));
        self.changes += 1;
        self.book(p);
    }

    /// Notes that the goal cannot be reached for a partition.
    pub fn block(&mut self, p: usize, reason: Reason) {
        self.blockers.push(Blocker { group: self.partitions[p].given.group, reason });
    }

    /// Whether Raft can change the members of the partition's group.
    pub fn check_quorum(&self, p: usize) -> Result<(), Reason> {
        let Placed { replicas, lost, .. } = &self.partitions[p];
        let sound = replicas.iter().filter(|r| self.nodes[**r].alive && !lost.contains(r)).count();
        if lost.len() == replicas.len() {
            Err(Reason::AllLost)
        } else if sound * 2 <= replicas.len() {
            Err(Reason::NoQuorum { sound, of: replicas.len() })
        } else {
            Ok(())
        }
    }

    /// Whether a rebalance may change the partition as long as it keeps its number of replicas: neither busy nor
    /// damaged.
    pub fn is_settled(&self, p: usize) -> bool {
        let Placed { given, lost, .. } = &self.partitions[p];
        !given.fixed && lost.is_empty() && self.check_quorum(p).is_ok()
    }

    /// How many of `replicas` are in the rack of `node`.
    pub fn rack_use(&self, replicas: &[usize], node: usize) -> usize {
        replicas.iter().filter(|r| self.nodes[**r].rack == self.nodes[node].rack).count()
    }

    /// The best broker for one more replica beside `others`.
    pub fn best_beside(&self, others: &[usize]) -> Option<usize> {
        (0..self.nodes.len())
            .filter(|n| self.nodes[*n].open() && !others.contains(n))
            .min_by_key(|n| (self.rack_use(others, *n), self.nodes[*n].load()))
    }

    /// The replica that a partition can best do without: one that is of no use now or soon, then one that shares its
    /// rack with many others, then one on a broker that carries much.
    pub fn worst_of(&self, p: usize, replicas: &[usize]) -> Option<usize> {
        let lost = &self.partitions[p].lost;
        replicas.iter().copied().min_by_key(|n| {
            let Node { alive, staying, .. } = self.nodes[*n];
            (!lost.contains(n), alive, staying, Reverse((self.rack_use(replicas, *n), self.nodes[*n].load())))
        })
    }

    /// The moves from the cluster as it was given to this one.
    pub fn into_plan(self) -> Plan {
        let mut changed: Vec<_> = self.partitions.iter().filter_map(|p| Some((p.changed?, p))).collect();
        changed.sort_unstable_by_key(|((change, _), _)| *change);
        let moves = changed.into_iter().filter_map(|((_, why), p)| self.movement(p, why)).collect();
        Plan { moves, blockers: self.blockers }
    }

    fn movement(&self, p: &Placed, why: Why) -> Option<Move> {
        let from: Vec<i32> = p.given.replicas.iter().map(|r| r.broker).collect();
        let to: Vec<i32> = p.replicas.iter().map(|n| self.nodes[*n].id).collect();
        let renewed = p.given.replicas.iter().filter(|r| r.lost && to.contains(&r.broker));
        let renew: Vec<i32> = renewed.map(|r| r.broker).collect();
        if from == to && renew.is_empty() {
            return None;
        }
        let copies = renew.len() + to.iter().filter(|id| !from.contains(id)).count();
        let reordered = copies == 0 && from.len() == to.len();
        Some(Move {
            group: p.given.group,
            from,
            to,
            renew,
            bytes: p.given.bytes.saturating_mul(copies as u64),
            why: if reordered && why != Why::Load { Why::Leaders } else { why },
        })
    }

    fn book(&mut self, p: usize) {
        let Placed { given, replicas, .. } = &self.partitions[p];
        for (position, n) in replicas.iter().enumerate() {
            let node = &mut self.nodes[*n];
            node.replicas += 1;
            node.bytes += u128::from(given.bytes);
            if position == 0 {
                node.leaders += 1;
                node.led += u128::from(given.load);
            }
        }
    }

    fn unbook(&mut self, p: usize) {
        let Placed { given, replicas, .. } = &self.partitions[p];
        for (position, n) in replicas.iter().enumerate() {
            let node = &mut self.nodes[*n];
            node.replicas -= 1;
            node.bytes -= u128::from(given.bytes);
            if position == 0 {
                node.leaders -= 1;
                node.led -= u128::from(given.load);
            }
        }
    }
}

/// A broker holds a partition once, whatever the view says.
fn distinct(nodes: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut distinct = Vec::new();
    for n in nodes {
        if !distinct.contains(&n) {
            distinct.push(n);
        }
    }
    distinct
}
