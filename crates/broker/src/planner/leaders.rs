//! Spreads preferred leaders by changing the order of replicas, which copies nothing.
//!
//! A broker that leads too many partitions hands one to another replica of it; if that one leads as many, it hands on
//! one of its own, and so forth along a chain of brokers. Without such a chain, no order of the replicas would be more
//! even. Brokers that are down, drained or being removed neither gain nor lose.

use std::collections::VecDeque;

use super::Why;
use super::cluster::Cluster;
use super::spread::scatter;

/// Reorders replicas until the brokers' leader counts are as even as they can be.
pub(super) fn spread(cluster: &mut Cluster) {
    let mut order: Vec<usize> = (0..cluster.partitions.len()).filter(|p| cluster.is_settled(*p)).collect();
    order.sort_by_key(|p| scatter(cluster.partitions[*p].given.group));
    let nodes = cluster.nodes.len();
    let mut leaders = Leaders { cluster, offers: vec![Vec::new(); nodes * nodes] };
    for p in order {
        leaders.offer(p);
    }
    while let Some(chain) = leaders.chain_to_fewer() {
        // The end goes first: what is left of the chain then is one as well, should there be a new plan in between.
        for hop in chain.windows(2).rev() {
            leaders.hand_over(hop[0], hop[1]);
        }
    }
}

struct Leaders<'c, 'v> {
    cluster: &'c mut Cluster<'v>,
    /// Partitions that x leads and y could, at `x * nodes + y`. Those that x does not lead any more are still there,
    /// until they are met.
    offers: Vec<Vec<usize>>,
}

impl Leaders<'_, '_> {
    /// Enters a partition under those that could lead it.
    fn offer(&mut self, p: usize) {
        let nodes = &self.cluster.nodes;
        if let [leader, followers @ ..] = &*self.cluster.partitions[p].replicas
            && nodes[*leader].may_lead()
        {
            for follower in followers.iter().filter(|n| nodes[**n].may_lead()) {
                self.offers[leader * nodes.len() + follower].push(p);
            }
        }
    }

    /// Whether `from` leads a partition that `to` could lead.
    fn has_offer(&mut self, from: usize, to: usize) -> bool {
        let offers = &mut self.offers[from * self.cluster.nodes.len() + to];
        while offers.pop_if(|p| self.cluster.partitions[*p].replicas[0] != from).is_some() {}
        !offers.is_empty()
    }

    /// Makes `to` the preferred leader of a partition that `from` leads.
    fn hand_over(&mut self, from: usize, to: usize) {
        if self.has_offer(from, to)
            && let Some(p) = self.offers[from * self.cluster.nodes.len() + to].pop()
        {
            let mut replicas = self.cluster.partitions[p].replicas.clone();
            if let Some(position) = replicas.iter().position(|n| *n == to) {
                replicas.swap(0, position);
            }
            self.cluster.place(p, replicas, Why::Leaders);
            self.offer(p);
        }
    }

    /// Brokers along which leaderships can be handed on, from one that leads at least two more than the last.
    fn chain_to_fewer(&mut self) -> Option<Vec<usize>> {
        let mut open: Vec<usize> =
            (0..self.cluster.nodes.len()).filter(|n| self.cluster.nodes[*n].may_lead()).collect();
        open.sort_unstable_by_key(|n| (self.cluster.nodes[*n].leaders, self.cluster.nodes[*n].id));
        open.iter().rev().find_map(|from| self.chain_from(*from, &open))
    }

    /// The shortest chain from a broker to the one that leads fewest; `open` is in that order.
    fn chain_from(&mut self, start: usize, open: &[usize]) -> Option<Vec<usize>> {
        let fewest = open.first().copied()?;
        let mut before: Vec<Option<usize>> = vec![None; self.cluster.nodes.len()];
        let mut reached = VecDeque::from([start]);
        while before[fewest].is_none()
            && let Some(from) = reached.pop_front()
        {
            for &to in open {
                if to != start && before[to].is_none() && self.has_offer(from, to) {
                    before[to] = Some(from);
                    reached.push_back(to);
                }
            }
        }
        let leaders = |n: usize| self.cluster.nodes[n].leaders;
        let mut last = *open.iter().find(|n| before[**n].is_some())?;
        if leaders(last) + 1 >= leaders(start) {
            return None;
        }
        let mut chain = vec![last];
        while let Some(from) = before[last] {
            chain.push(from);
            last = from;
        }
        chain.reverse();
        Some(chain)
    }
}
