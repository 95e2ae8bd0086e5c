//! Spreads the load that brokers lead by exchanging preferred leaders, which copies nothing.
//!
//! A broker that leads much more load than the average hands a busy partition to a broker that leads less, and gets an
//! idle one in return: directly, or over others where the two have none to exchange. It gets none in return if it led
//! more partitions. So the leader counts stay as even as they are.
//!
//! Whatever the loads do meanwhile, a plan must not be a whim: it begins only where a broker leads clearly too much, and
//! each exchange takes a good part of the load away from the busier brokers in it. That also is why it ends: the loads,
//! the greatest first, become less with each exchange.

use std::collections::{BTreeMap, VecDeque};

use super::cluster::Cluster;
use super::{Move, View, Why};

/// A broker that leads less, in bytes per second, is never too busy.
const BUSY: u128 = 1 << 20;
/// A broker is too busy if it leads more than this many hundredths of the average.
const TOO_MUCH: u128 = 120;
/// Once one is too busy, those that lead more than this many hundredths of the average give load away.
const ENOUGH: u128 = 105;
/// An exchange takes at least one of so many parts of its load from the broker that gives.
const WORTH_IT: u128 = 200;

/// The load of the partitions of which a broker is the preferred leader, in bytes per second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Led {
    /// As it is.
    pub now: u64,
    /// Once the moves have been carried out.
    pub then: u64,
}

/// What each broker leads that leads anything, by its id.
pub fn led(view: &View, moves: &[Move]) -> BTreeMap<i32, Led> {
    let moved: BTreeMap<u64, &Move> = moves.iter().map(|m| (m.group, m)).collect();
    let mut led: BTreeMap<i32, Led> = BTreeMap::new();
    for partition in &view.partitions {
        let now = partition.replicas.first().map(|r| r.broker);
        let then = moved.get(&partition.group).map_or(now, |m| m.to.first().copied());
        if let Some(broker) = now {
            let led = led.entry(broker).or_default();
            led.now = led.now.saturating_add(partition.load);
        }
        if let Some(broker) = then {
            let led = led.entry(broker).or_default();
            led.then = led.then.saturating_add(partition.load);
        }
    }
    led
}

/// Exchanges leaders, at most so often, until no broker leads much more load than the others.
pub(super) fn even_out(cluster: &mut Cluster, exchanges: usize) {
    let mut loads = Loads::new(cluster);
    if loads.is_uneven() {
        for _ in 0..exchanges {
            let Some(exchange) = loads.next_exchange() else { return };
            loads.carry_out(&exchange);
        }
    }
}

/// Partitions that get another leader, and which.
struct Exchange {
    handovers: Vec<(usize, usize)>,
    /// How much less the busiest broker in it leads afterwards.
    gain: u128,
}

/// A partition as a broker that leads it sees it: ordered by load.
type ByLoad = (u64, u64, usize);

struct Loads<'c, 'v> {
    cluster: &'c mut Cluster<'v>,
    /// The brokers that take part.
    open: Vec<usize>,
    /// What x leads and y could, at `x * nodes + y`, the least busy first.
    offers: Vec<Vec<ByLoad>>,
    /// What a broker leads on average.
    mean: u128,
}

impl<'c, 'v> Loads<'c, 'v> {
    fn new(cluster: &'c mut Cluster<'v>) -> Self {
        let open: Vec<usize> = (0..cluster.nodes.len()).filter(|n| cluster.nodes[*n].may_lead()).collect();
        let all: u128 = open.iter().map(|n| cluster.nodes[*n].led).sum();
        let mean = all / open.len().max(1) as u128;
        let mut offers = vec![Vec::new(); cluster.nodes.len().pow(2)];
        for p in (0..cluster.partitions.len()).filter(|p| cluster.is_settled(*p)) {
            for way in ways(cluster, p) {
                offers[way].push(by_load(cluster, p));
            }
        }
        for offers in &mut offers {
            offers.sort_unstable();
        }
        Self { cluster, open, offers, mean }
    }

    fn load(&self, n: usize) -> u128 {
        self.cluster.nodes[n].led
    }

    fn is_uneven(&self) -> bool {
        let busiest = self.open.iter().map(|n| self.load(*n)).max().unwrap_or(0);
        busiest >= BUSY && busiest * 100 > self.mean * TOO_MUCH
    }

    /// What helps the busiest broker that can be helped.
    fn next_exchange(&self) -> Option<Exchange> {
        let mut open = self.open.clone();
        open.sort_unstable_by_key(|n| (self.load(*n), self.cluster.nodes[*n].id));
        let busy = open.iter().rev().filter(|n| self.load(**n) * 100 > self.mean * ENOUGH);
        busy.copied().find_map(|from| {
            let fewer: Vec<usize> =
                open.iter().copied().filter(|to| self.load(*to) < self.load(from)).collect();
            let best = |among: Vec<Exchange>| among.into_iter().rev().max_by_key(|exchange| exchange.gain);
            let direct = fewer.iter().filter_map(|to| self.direct(from, *to)).collect();
            best(direct)
                .or_else(|| best(fewer.iter().filter_map(|to| self.roundabout(from, *to, &fewer)).collect()))
        })
    }

    /// The best exchange between two brokers.
    fn direct(&self, from: usize, to: usize) -> Option<Exchange> {
        let gap = self.load(from) - self.load(to);
        let returns = self.offers(to, from);
        let needs_return = self.cluster.nodes[from].leaders <= self.cluster.nodes[to].leaders;
        let mut best: Option<Exchange> = None;
        let mut consider = |given: ByLoad, back: Option<ByLoad>| {
            let difference = u128::from(given.0).saturating_sub(back.map_or(0, |b| u128::from(b.0)));
            let gain = difference.min(gap.saturating_sub(difference));
            if best.as_ref().is_none_or(|b| gain > b.gain) {
                let handovers = [Some((given.2, to)), back.map(|b| (b.2, from))];
                best = Some(Exchange { handovers: handovers.into_iter().flatten().collect(), gain });
            }
        };
        for given in self.offers(from, to) {
            if !needs_return {
                consider(*given, None);
            }
            // With the one that it would best get in return, half of the gap is gone.
            let ideal = u128::from(given.0).saturating_sub(gap / 2);
            let above = returns.partition_point(|back| u128::from(back.0) < ideal);
            for back in [above.checked_sub(1), Some(above)].into_iter().flatten() {
                if let Some(back) = returns.get(back) {
                    consider(*given, Some(*back));
                }
            }
        }
        best.filter(|exchange| self.is_worth_it(from, exchange))
    }

    /// The best exchange in which other brokers pass on what `from` gets for what it gives to `to`. Only those of
    /// `among` take part: all of them lead less than `from`.
    fn roundabout(&self, from: usize, to: usize, among: &[usize]) -> Option<Exchange> {
        let way = self.way_back(to, from, among)?;
        let mut after: Vec<(usize, u128)> = way.iter().map(|n| (*n, self.load(*n))).collect();
        let mut handovers = Vec::new();
        for hop in 0..way.len() - 1 {
            let (load, _, p) = *self.offers(way[hop], way[hop + 1]).first()?;
            after[hop].1 -= u128::from(load);
            after[hop + 1].1 += u128::from(load);
            handovers.push((p, way[hop + 1]));
        }
        // One that had fewer partitions than `from` keeps what it gets.
        if way.last() != Some(&from) {
            after.push((from, self.load(from)));
        }
        let exchange = |given: &ByLoad| {
            let load = u128::from(given.0);
            let then = |(n, before): &(usize, u128)| match *n {
                n if n == to => before + load,
                n if n == from => before.saturating_sub(load),
                _ => *before,
            };
            let busiest = after.iter().map(then).max().unwrap_or(0);
            let gain = self.load(from).saturating_sub(busiest);
            Exchange {
                handovers: [(given.2, to)].into_iter().chain(handovers.iter().copied()).collect(),
                gain,
            }
        };
        let best = self.offers(from, to).iter().map(exchange).max_by_key(|exchange| exchange.gain);
        best.filter(|exchange| self.is_worth_it(from, exchange))
    }

    /// The shortest way along which leaderships can be handed on from `start`: to `end`, or to one that leads fewer
    /// partitions than `end`.
    fn way_back(&self, start: usize, end: usize, among: &[usize]) -> Option<Vec<usize>> {
        let leaders = |n: usize| self.cluster.nodes[n].leaders;
        let mut before: Vec<Option<usize>> = vec![None; self.cluster.nodes.len()];
        let mut reached = VecDeque::from([start]);
        while let Some(at) = reached.pop_front() {
            for &next in among.iter().chain([&end]) {
                if next == start || before[next].is_some() || self.offers(at, next).is_empty() {
                    continue;
                }
                before[next] = Some(at);
                if next == end || leaders(next) < leaders(end) {
                    let mut way = vec![next];
                    while let Some(earlier) = before[way[way.len() - 1]] {
                        way.push(earlier);
                    }
                    way.reverse();
                    return Some(way);
                }
                reached.push_back(next);
            }
        }
        None
    }

    fn is_worth_it(&self, from: usize, exchange: &Exchange) -> bool {
        exchange.gain > 0 && exchange.gain * WORTH_IT >= self.load(from)
    }

    fn offers(&self, from: usize, to: usize) -> &[ByLoad] {
        &self.offers[from * self.cluster.nodes.len() + to]
    }

    fn carry_out(&mut self, exchange: &Exchange) {
        for &(p, to) in &exchange.handovers {
            let key = by_load(self.cluster, p);
            for way in ways(self.cluster, p) {
                let offers = &mut self.offers[way];
                if let Ok(at) = offers.binary_search(&key) {
                    offers.remove(at);
                }
            }
            let mut replicas = self.cluster.partitions[p].replicas.clone();
            if let Some(position) = replicas.iter().position(|n| *n == to) {
                replicas.swap(0, position);
            }
            self.cluster.place(p, replicas, Why::Load);
            for way in ways(self.cluster, p) {
                let offers = &mut self.offers[way];
                offers.insert(offers.partition_point(|offer| *offer < key), key);
            }
        }
    }
}

/// From the broker that leads the partition to each that could, as [`Loads::offers`] counts ways.
fn ways(cluster: &Cluster, p: usize) -> Vec<usize> {
    let nodes = &cluster.nodes;
    match &*cluster.partitions[p].replicas {
        [leader, followers @ ..] if nodes[*leader].may_lead() => {
            let heirs = followers.iter().filter(|n| nodes[**n].may_lead());
            heirs.map(|heir| leader * nodes.len() + heir).collect()
        }
        _ => Vec::new(),
    }
}

fn by_load(cluster: &Cluster, p: usize) -> ByLoad {
    let given = cluster.partitions[p].given;
    (given.load, given.group, p)
}
