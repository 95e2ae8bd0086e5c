//! A partition: which Raft group it is, where its replicas are and where they are going.
//!
//! Must never: say who leads. That belongs to the partition's own Raft group.

use serde::{Deserialize, Serialize};

use super::broker::BrokerId;

/// The number of a Raft group.
pub type GroupId = u64;

/// The Raft group that holds the metadata itself.
pub const METADATA_GROUP: GroupId = 0;
/// The first number that a partition gets. Numbers are never used twice.
pub const FIRST_PARTITION_GROUP: GroupId = 1;

/// One replica: a Raft node id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Replica {
    /// The broker.
    pub broker: BrokerId,
    /// The broker's own incarnation if the replica was placed with the partition; else one drawn for this replica.
    pub incarnation: u32,
}

/// A partition and the Raft group behind it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Read")]
pub struct Partition {
    /// Its Raft group.
    pub group: GroupId,
    /// Its replicas, the preferred leader first. While it moves: those before the move.
    pub replicas: Vec<Replica>,
    /// The replicas that the Raft group was initialised with. Never changes: who joins later must not initialise.
    pub founders: Vec<Replica>,
    /// The change of replicas that is under way.
    pub moving: Option<Move>,
}

/// A change of a partition's replicas. The partition's leader drives the membership of the Raft group to exactly
/// `target` and then proposes [`super::Command::FinishMove`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The replicas afterwards, the preferred leader first.
    pub target: Vec<Replica>,
    /// Were to be added by a move that was cancelled or superseded. They may be members of the Raft group, though
    /// they are neither in the partition's `replicas` nor in `target`.
    #[serde(default)]
    pub leaving: Vec<Replica>,
}

impl Partition {
    /// A partition that starts with these replicas.
    pub fn new(group: GroupId, replicas: Vec<Replica>) -> Self {
        Self { group, founders: replicas.clone(), replicas, moving: None }
    }

    /// The replicas that it shall have: the target of its move, or those that it has.
    pub fn target(&self) -> &[Replica] {
        self.moving.as_ref().map_or(&self.replicas, |m| &m.target)
    }

    /// Every replica that may be a member of the Raft group, each once: those that are, that shall be, and that are
    /// leaving. A node runs the group if and only if one of them is its own.
    pub fn members(&self) -> impl Iterator<Item = Replica> + '_ {
        let lists = [self.replicas.as_slice(), self.added(), self.leaving()];
        let earlier = move |list: usize, r: &Replica| lists[..list].iter().any(|l| l.contains(r));
        (0..lists.len()).flat_map(move |list| lists[list].iter().copied().filter(move |r| !earlier(list, r)))
    }

    /// The replica that a broker runs. Only its newest: an older one of the same broker has lost its log, or gives it
    /// up for the newer one.
    pub fn replica_on(&self, broker: BrokerId) -> Option<Replica> {
        self.members().filter(|r| r.broker == broker).max()
    }

    /// Whether the partition has, gets or gives up a replica on the broker.
    pub fn involves(&self, broker: BrokerId) -> bool {
        self.members().any(|r| r.broker == broker)
    }

    fn added(&self) -> &[Replica] {
        self.moving.as_ref().map_or(&[], |m| &m.target)
    }

    fn leaving(&self) -> &[Replica] {
        self.moving.as_ref().map_or(&[], |m| &m.leaving)
    }

    /// Gives the partition another target. What only the old move wanted leaves.
    pub(super) fn redirect(&mut self, target: Vec<Replica>) {
        let stays = |r: &Replica| self.replicas.contains(r) || target.contains(r);
        let leaving = self.members().filter(|r| !stays(r)).collect();
        self.moving = Some(Move { target, leaving });
    }
}

/// A partition as it is written. Founders that are still the replicas are left out: a cluster that never moved
/// anything writes what earlier versions wrote, at half the size.
#[derive(Serialize)]
struct Written<'a> {
    group: GroupId,
    replicas: &'a [Replica],
    #[serde(skip_serializing_if = "Option::is_none")]
    founders: Option<&'a [Replica]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moving: Option<&'a Move>,
}

/// A partition as it is read.
#[derive(Deserialize)]
struct Read {
    group: GroupId,
    replicas: Vec<Replica>,
    #[serde(default)]
    founders: Vec<Replica>,
    #[serde(default)]
    moving: Option<Move>,
}

impl Serialize for Partition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            group: self.group,
            replicas: &self.replicas,
            founders: (self.founders != self.replicas).then_some(&self.founders),
            moving: self.moving.as_ref(),
        }
        .serialize(serializer)
    }
}

impl From<Read> for Partition {
    fn from(read: Read) -> Self {
        let Read { group, replicas, founders, moving } = read;
        let founders = if founders.is_empty() { replicas.clone() } else { founders };
        Self { group, replicas, founders, moving }
    }
}
