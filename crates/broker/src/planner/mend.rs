//! Replaces replicas that are lost, or on a broker that is drained.
//!
//! Partition by partition, each on its own: one that cannot be mended is reported and left as it is. Balance is only
//! a preference among the brokers that could take a replica; nothing moves that does not have to.

use super::cluster::Cluster;
use super::{Reason, Why};

/// Replaces every lost replica: in place if its broker is back with an empty disk.
pub(super) fn repair(cluster: &mut Cluster) {
    for p in 0..cluster.partitions.len() {
        if !cluster.partitions[p].lost.is_empty() {
            mend(cluster, p, None, Why::Repair);
        }
    }
}

/// Replaces every replica on `broker`, and lost ones of the same partitions.
pub(super) fn drain(cluster: &mut Cluster, broker: i32) {
    let Some(node) = cluster.nodes.iter().position(|n| n.id == broker) else { return };
    for p in 0..cluster.partitions.len() {
        if cluster.partitions[p].replicas.contains(&node) {
            mend(cluster, p, Some(node), Why::Drain);
        }
    }
}

fn mend(cluster: &mut Cluster, p: usize, drained: Option<usize>, why: Why) {
    if cluster.partitions[p].given.fixed {
        return;
    }
    match mended(cluster, p, drained) {
        Ok(replicas) => cluster.place(p, replicas, why),
        Err(reason) => cluster.block(p, reason),
    }
}

/// The partition's replicas with those replaced that have to be.
fn mended(cluster: &Cluster, p: usize, drained: Option<usize>) -> Result<Vec<usize>, Reason> {
    cluster.check_quorum(p)?;
    let partition = &cluster.partitions[p];
    let keeps = |n: usize| drained != Some(n) && (!partition.lost.contains(&n) || cluster.nodes[n].open());
    let mut kept: Vec<usize> = partition.replicas.iter().copied().filter(|n| keeps(*n)).collect();

    let mut replicas = Vec::with_capacity(partition.replicas.len());
    for &old in &partition.replicas {
        if keeps(old) {
            replicas.push(old);
        } else if let Some(new) = cluster.best_beside(&kept) {
            kept.push(new);
            replicas.push(new);
        } else if !partition.given.allow_shrink || cluster.nodes[old].staying {
            return Err(Reason::NoBroker);
        }
    }
    check_result(cluster, &replicas)?;
    if partition.replicas.first() != replicas.first() {
        prefer_fewest_leaders(cluster, &mut replicas);
    }
    Ok(replicas)
}

/// A partition that shrinks must not be left without a quorum, or without a replica.
fn check_result(cluster: &Cluster, replicas: &[usize]) -> Result<(), Reason> {
    let sound = replicas.iter().filter(|n| cluster.nodes[**n].alive).count();
    match replicas.len() {
        0 => Err(Reason::NoBroker),
        of if sound * 2 <= of => Err(Reason::NoQuorum { sound, of }),
        _ => Ok(()),
    }
}

/// The preferred leader has gone: its successor is the replica whose broker leads least.
fn prefer_fewest_leaders(cluster: &Cluster, replicas: &mut [usize]) {
    let open = (0..replicas.len()).filter(|i| cluster.nodes[replicas[*i]].open());
    if let Some(first) = open.min_by_key(|i| cluster.nodes[replicas[*i]].leaders) {
        replicas.swap(0, first);
    }
}
