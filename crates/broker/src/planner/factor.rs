//! Brings partitions to the replication factor that is wanted.
//!
//! All or nothing for each partition: half-way, two replicas instead of one, it would be less available than before.

use super::cluster::Cluster;
use super::{Reason, Why};

/// Adds the best and drops the worst replicas.
pub(super) fn reach_wanted(cluster: &mut Cluster) {
    for p in 0..cluster.partitions.len() {
        let partition = &cluster.partitions[p];
        let Some(wanted) = partition.given.wanted.map(|w| w.max(1)) else { continue };
        if partition.given.fixed || wanted == partition.replicas.len() {
            continue;
        }
        match with_factor(cluster, p, wanted) {
            Ok(replicas) => {
                cluster.partitions[p].lost.clear();
                cluster.place(p, replicas, Why::ReplicationFactor);
            }
            Err(reason) => cluster.block(p, reason),
        }
    }
}

fn with_factor(cluster: &Cluster, p: usize, wanted: usize) -> Result<Vec<usize>, Reason> {
    cluster.check_quorum(p)?;
    let partition = &cluster.partitions[p];
    let mut replicas = partition.replicas.clone();
    while replicas.len() > wanted
        && let Some(worst) = cluster.worst_of(p, &replicas)
    {
        replicas.retain(|n| *n != worst);
    }
    if replicas.iter().any(|n| partition.lost.contains(n)) {
        return Err(Reason::Unrepaired);
    }
    while replicas.len() < wanted {
        replicas.push(cluster.best_beside(&replicas).ok_or(Reason::NoBroker)?);
    }
    Ok(replicas)
}
