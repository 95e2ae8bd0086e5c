//! Spreads replicas over racks and brokers.
//!
//! Only between brokers that are up and not being drained, and never so that a partition's replicas share racks more
//! than before. A replica that moves takes its place in the list along.

use std::collections::BTreeSet;

use super::Why;
use super::cluster::Cluster;

/// Orders the replicas of a broker by size. Partitions of a topic have neighbouring groups: scattered among those of
/// the same size, they do not all move to the same broker together.
type BySize = (u64, u64, usize);

/// The ways that replicas could move from one broker to another.
#[derive(Clone, Default)]
struct Ways {
    /// How many partitions could move their replica.
    count: u32,
    /// No partition between these two could, when it was last looked for one.
    exhausted: (BySize, BySize),
}

/// The cluster, indexed by which replica could move where.
pub(super) struct Spread<'c, 'v> {
    pub cluster: &'c mut Cluster<'v>,
    /// The brokers that take part.
    open: Vec<usize>,
    /// Partitions that may move, by the node that holds a replica.
    held: Vec<BTreeSet<BySize>>,
    /// From x to y at `x * nodes + y`.
    ways: Vec<Ways>,
}

impl<'c, 'v> Spread<'c, 'v> {
    /// Indexes the cluster.
    pub fn new(cluster: &'c mut Cluster<'v>) -> Self {
        let nodes = cluster.nodes.len();
        let mut spread = Self {
            open: (0..nodes).filter(|n| cluster.nodes[*n].open()).collect(),
            held: vec![BTreeSet::new(); nodes],
            ways: vec![Ways::default(); nodes * nodes],
            cluster,
        };
        for p in 0..spread.cluster.partitions.len() {
            if spread.cluster.is_settled(p) {
                for &n in &spread.cluster.partitions[p].replicas {
                    spread.held[n].insert(by_size(spread.cluster, p));
                }
                spread.count_ways(p, 1);
            }
        }
        spread
    }

    /// Moves replicas out of racks that a partition uses more than it has to. Returns whether there were any.
    pub fn racks(&mut self) -> bool {
        let mut changed = false;
        for p in 0..self.cluster.partitions.len() {
            if !self.cluster.is_settled(p) {
                continue;
            }
            while let Some((from, to)) = self.rack_move(p) {
                self.shift(p, from, to, Why::Racks);
                changed = true;
            }
        }
        changed
    }

    /// A move that makes a partition's racks more even.
    fn rack_move(&self, p: usize) -> Option<(usize, usize)> {
        let (cluster, replicas) = (&*self.cluster, &self.cluster.partitions[p].replicas);
        let open = replicas.iter().copied().filter(|n| cluster.nodes[*n].open());
        let from = open.max_by_key(|n| (cluster.rack_use(replicas, *n), cluster.nodes[*n].load()))?;
        let to = cluster.best_beside(replicas)?;
        (cluster.rack_use(replicas, to) + 1 < cluster.rack_use(replicas, from)).then_some((from, to))
    }

    /// Moves replicas from brokers with many to brokers with few, until they differ by one at most or no way is left.
    /// Returns whether anything moved.
    pub fn replicas(&mut self) -> bool {
        let mut changed = false;
        while let Some(way) = self.way_to_fewer() {
            let (from, to) = (&self.cluster.nodes[way[0]], &self.cluster.nodes[way[way.len() - 1]]);
            // Of that size, all that have to move would even out the bytes as well.
            let size = from.bytes.saturating_sub(to.bytes) / u128::from(from.replicas - to.replicas);
            for hop in way.windows(2).rev() {
                let Some(p) = self.about(hop[0], hop[1], size) else { return changed };
                self.shift(p, hop[0], hop[1], Why::Replicas);
            }
            changed = true;
        }
        changed
    }

    /// From a broker to one that has at least two replicas fewer: directly, or over a third one that passes another
    /// replica on, since racks may forbid the direct way.
    fn way_to_fewer(&self) -> Option<Vec<usize>> {
        let mut open = self.open.clone();
        open.sort_unstable_by_key(|n| self.cluster.nodes[*n].load());
        let replicas = |n: usize| self.cluster.nodes[n].replicas;
        let pairs = || {
            let below = |from| open.iter().copied().take_while(move |to| replicas(from) > replicas(*to) + 1);
            open.iter().rev().flat_map(move |&from| below(from).map(move |to| (from, to)))
        };
        let direct = pairs().find(|&(from, to)| self.has_way(from, to)).map(|(from, to)| vec![from, to]);
        direct.or_else(|| {
            pairs().find_map(|(from, to)| {
                let over = open.iter().find(|n| self.has_way(from, **n) && self.has_way(**n, to))?;
                Some(vec![from, *over, to])
            })
        })
    }

    /// The brokers that take part, those with the fewest bytes first.
    pub fn by_bytes(&self) -> Vec<usize> {
        let mut open = self.open.clone();
        open.sort_unstable_by_key(|n| (self.cluster.nodes[*n].bytes, self.cluster.nodes[*n].id));
        open
    }

    /// Partitions that could move a replica from one broker to the other, the smallest first.
    pub fn smallest(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        self.above(from, to, (0, 0, 0)).map(|(_, _, p)| p)
    }

    /// Partitions that could move a replica from one broker to the other, those closest to `size` first.
    pub fn closest(&self, from: usize, to: usize, size: u128) -> impl Iterator<Item = usize> {
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let mut below = self.below(from, to, (size, 0, 0)).peekable();
        let mut above = self.above(from, to, (size, 0, 0)).peekable();
        std::iter::from_fn(move || match closer(size, below.peek().copied(), above.peek().copied())? {
            found if below.peek() == Some(&found) => below.next(),
            _ => above.next(),
        })
        .map(|(_, _, p)| p)
    }

    /// A partition of about that `size` that could move a replica from one broker to the other. Made to be asked for
    /// one after the other: it does not look again at those that it found unable to move.
    fn about(&mut self, from: usize, to: usize, size: u128) -> Option<usize> {
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let (way, fresh) = (from * self.held.len() + to, ((size, 0, 0), (size, 0, 0)));
        let (start, end) = self.ways[way].exhausted;
        let exhausted = if start <= fresh.0 && fresh.0 <= end { (start, end) } else { fresh };
        // What could not move then may be able to now: if nothing is found, all are looked at again.
        [exhausted, fresh].into_iter().find_map(|(start, end)| {
            let below = self.below(from, to, start).next();
            let above = self.above(from, to, end).next();
            self.ways[way].exhausted =
                (below.unwrap_or_default(), above.unwrap_or((u64::MAX, u64::MAX, usize::MAX)));
            closer(size, below, above).map(|(_, _, p)| p)
        })
    }

    /// Partitions that could move a replica from one broker to the other, downwards from `end`.
    fn below(&self, from: usize, to: usize, end: BySize) -> impl Iterator<Item = BySize> {
        let any = if self.has_way(from, to) { usize::MAX } else { 0 };
        self.held[from]
            .range(..=end)
            .rev()
            .copied()
            .take(any)
            .filter(move |(_, _, p)| self.fits(*p, from, to))
    }

    /// Partitions that could move a replica from one broker to the other, upwards from `start`.
    fn above(&self, from: usize, to: usize, start: BySize) -> impl Iterator<Item = BySize> {
        let any = if self.has_way(from, to) { usize::MAX } else { 0 };
        self.held[from].range(start..).copied().take(any).filter(move |(_, _, p)| self.fits(*p, from, to))
    }

    /// Moves one replica.
    pub fn shift(&mut self, p: usize, from: usize, to: usize, why: Why) {
        self.count_ways(p, -1);
        let replicas = &self.cluster.partitions[p].replicas;
        let replicas = replicas.iter().map(|n| if *n == from { to } else { *n }).collect();
        self.cluster.place(p, replicas, why);
        self.held[from].remove(&by_size(self.cluster, p));
        self.held[to].insert(by_size(self.cluster, p));
        self.count_ways(p, 1);
    }

    /// Whether some partition could move a replica from one broker to the other.
    fn has_way(&self, from: usize, to: usize) -> bool {
        self.ways[from * self.held.len() + to].count > 0
    }

    /// Whether the partition could move its replica on `from` to `to`.
    fn fits(&self, p: usize, from: usize, to: usize) -> bool {
        let replicas = &self.cluster.partitions[p].replicas;
        let (rack_from, rack_to) = (self.cluster.nodes[from].rack, self.cluster.nodes[to].rack);
        let racks_fit = || self.cluster.rack_use(replicas, to) < self.cluster.rack_use(replicas, from);
        !replicas.contains(&to) && (rack_from == rack_to || racks_fit())
    }

    /// Adds or subtracts a partition's ways to move.
    fn count_ways(&mut self, p: usize, sign: i32) {
        for position in 0..self.cluster.partitions[p].replicas.len() {
            let from = self.cluster.partitions[p].replicas[position];
            if !self.cluster.nodes[from].open() {
                continue;
            }
            for i in 0..self.open.len() {
                let to = self.open[i];
                if self.fits(p, from, to) {
                    let ways = &mut self.ways[from * self.held.len() + to];
                    ways.count = ways.count.saturating_add_signed(sign);
                }
            }
        }
    }
}

/// The one of two that is closer to `size`.
fn closer(size: u64, below: Option<BySize>, above: Option<BySize>) -> Option<BySize> {
    [above, below].into_iter().flatten().min_by_key(|key| key.0.abs_diff(size))
}

fn by_size(cluster: &Cluster, p: usize) -> BySize {
    let given = cluster.partitions[p].given;
    (given.bytes, scatter(given.group), p)
}

/// Maps neighbouring groups to numbers far apart, always the same ones.
pub(super) fn scatter(group: u64) -> u64 {
    group.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
