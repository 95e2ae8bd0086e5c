//! Plans which replicas of which partitions move where.
//!
//! A pure function from a [`View`] of the cluster and a [`Goal`] to a [`Plan`]: full new replica lists, and blockers
//! for what cannot be done. It never executes anything, reads no clock and no other module of the broker. Plans are
//! made from scratch each time; once all moves of a plan are carried out, the same goal plans nothing more. Equal
//! views give equal plans, in whatever order their brokers and partitions are listed.
//!
//! - `mend` replaces replicas that are lost ([`Goal::Repair`]) or on a broker that leaves ([`Goal::Drain`]);
//! - `factor`, `spread`, `bytes`, `leaders` and `load` are the steps of [`Goal::Rebalance`], the last one is also
//!   [`Goal::EvenLoad`];
//! - [`metadata_voters`] and [`leadership_moves`] choose voters of the metadata group and leaderships to hand back.

mod bytes;
mod cluster;
mod factor;
mod leaders;
mod leadership;
mod load;
mod mend;
mod spread;
#[cfg(test)]
mod tests;
mod voters;

use std::fmt;

use cluster::Cluster;
pub use leadership::{Handover, Leadership, leadership_moves};
pub use load::{Led, led};
use spread::Spread;
pub use voters::{MAX_METADATA_VOTERS, metadata_voters};

/// What a plan is made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// The registered brokers.
    pub brokers: Vec<Broker>,
    /// All partitions: those that are not to be moved count as load.
    pub partitions: Vec<Partition>,
}

/// A registered broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// Its id.
    pub id: i32,
    /// Its failure domain. Brokers without one share one.
    pub rack: Option<String>,
    /// Whether it is believed to be up. A broker that is down gets nothing new.
    pub alive: bool,
    /// Being removed: it gets nothing new, and does not count when load is spread.
    pub draining: bool,
    /// Leaderships are kept away from it: it neither gains nor loses preferred ones.
    pub drained: bool,
}

/// A partition with its replicas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its Raft group, unique in the view.
    pub group: u64,
    /// The size of one replica in bytes.
    pub bytes: u64,
    /// What its leader takes in and gives out, in bytes per second.
    pub load: u64,
    /// Its replicas, the preferred leader first. Of a partition that is being moved: the target.
    pub replicas: Vec<Replica>,
    /// Left as it is and only counted: it is being moved already, or is not what the operator asked to rebalance.
    pub fixed: bool,
    /// The replication factor that [`Goal::Rebalance`] brings it to, if another than it has.
    pub wanted: Option<usize>,
    /// Whether it may go with fewer replicas when there is no broker to replace one that leaves for good.
    pub allow_shrink: bool,
}

/// A replica of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replica {
    /// The broker. One that is not registered counts as lost.
    pub broker: i32,
    /// Its data is gone: the broker has another disk now.
    pub lost: bool,
}

/// What a plan is to bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// No replica is lost.
    Repair,
    /// The broker holds nothing. Lost replicas of the partitions that it holds are replaced on the way.
    Drain(i32),
    /// Replicas, bytes, preferred leaders and the load that these lead are spread evenly, replication factors and rack
    /// diversity as wanted.
    Rebalance {
        /// Only the order of replicas changes, so that nothing is copied.
        leaders_only: bool,
    },
    /// No broker leads much more load than the others. Only the order of replicas changes.
    EvenLoad {
        /// Exchanges of preferred leaders, at most.
        exchanges: usize,
    },
}

/// What is to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The moves, in the order in which they should be begun, so that the cluster gets better with each. Carry out all
    /// of them before planning anew, unless brokers or topics have changed: half-way through a rebalance of bytes, a
    /// new plan may turn round.
    pub moves: Vec<Move>,
    /// What the goal asks for and cannot be had now, in ascending order of group.
    pub blockers: Vec<Blocker>,
}

/// New replicas for one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The partition's Raft group.
    pub group: u64,
    /// The brokers of its replicas now.
    pub from: Vec<i32>,
    /// The brokers of its replicas afterwards, the preferred leader first.
    pub to: Vec<i32>,
    /// Brokers that stay, but whose replica is lost and has to be made anew.
    pub renew: Vec<i32>,
    /// Bytes to be copied, all new replicas together.
    pub bytes: u64,
    /// The reason; the first one if there are several.
    pub why: Why,
}

/// The reason of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// A replica is lost.
    Repair,
    /// Its broker is being drained.
    Drain,
    /// Another replication factor is wanted.
    ReplicationFactor,
    /// Its replicas shared racks without need.
    Racks,
    /// Some brokers held more replicas than others.
    Replicas,
    /// Some brokers held more bytes than others.
    Bytes,
    /// An operator asked for it.
    Asked,
    /// Some brokers were the preferred leaders of more partitions than others. Nothing is copied.
    Leaders,
    /// Some brokers were the preferred leaders of more load than others. Nothing is copied.
    Load,
}

/// A partition for which the goal cannot be reached now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocker {
    /// The partition's Raft group.
    pub group: u64,
    /// What is in the way.
    pub reason: Reason,
}

/// What is in the way of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Every broker that could take a replica holds one already, is down or is being drained.
    NoBroker,
    /// Not one replica has its data.
    AllLost,
    /// Raft changes its members by majority, and there is none before or after the move.
    NoQuorum {
        /// Replicas that have their data, on brokers that are up.
        sound: usize,
        /// Replicas that the majority is counted from.
        of: usize,
    },
    /// Its replication factor cannot be changed while it has a lost replica.
    Unrepaired,
}

/// Plans how to reach `goal`. Never fails: what cannot be done is in [`Plan::blockers`].
pub fn plan(view: &View, goal: Goal) -> Plan {
    let drained = if let Goal::Drain(broker) = goal { Some(broker) } else { None };
    let mut cluster = Cluster::new(view, drained);
    match goal {
        Goal::Repair => mend::repair(&mut cluster),
        Goal::Drain(broker) => mend::drain(&mut cluster, broker),
        Goal::Rebalance { leaders_only: true } => spread_leaders(&mut cluster),
        Goal::Rebalance { leaders_only: false } => rebalance(&mut cluster),
        Goal::EvenLoad { exchanges } => load::even_out(&mut cluster, exchanges),
    }
    cluster.into_plan()
}

/// Each step keeps what the ones before it have reached, but may give them a new opportunity: so they take turns until
/// none finds anything. That ends, because every change betters the shared racks, or keeps them and betters the
/// replica counts, or keeps both and betters the bytes.
fn rebalance(cluster: &mut Cluster) {
    factor::reach_wanted(cluster);
    let mut spread = Spread::new(cluster);
    while spread.racks() | spread.replicas() | bytes::even_out(&mut spread) {}
    spread_leaders(cluster);
}

/// Evens out their number, then their load; the numbers stay as even as they are.
fn spread_leaders(cluster: &mut Cluster) {
    leaders::spread(cluster);
    load::even_out(cluster, usize::MAX);
}

impl Plan {
    /// Bytes to be copied, all moves together.
    pub fn bytes(&self) -> u64 {
        self.moves.iter().fold(0, |sum, m| sum.saturating_add(m.bytes))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repair => "replaces a lost replica",
            Self::Drain => "its broker is being drained",
            Self::ReplicationFactor => "changes the replication factor",
            Self::Racks => "spreads the replicas over more racks",
            Self::Replicas => "evens out the number of replicas per broker",
            Self::Bytes => "evens out the bytes per broker",
            Self::Asked => "asked for",
            Self::Leaders => "evens out the preferred leaders per broker",
            Self::Load => "evens out the load that the brokers lead",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBroker => f.write_str("no node left to put it on"),
            Self::AllLost => f.write_str("all replicas are lost"),
            Self::NoQuorum { sound, of } => {
                write!(f, "no quorum: {sound} of {of} replicas are up and have their data")
            }
            Self::Unrepaired => f.write_str("a lost replica has to be replaced first"),
        }
    }
}
