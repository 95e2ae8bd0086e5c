//! What the planner promises: examples of each goal, and laws that hold for all views.

mod balance;
mod laws;
mod load;
mod mending;

use std::collections::BTreeMap;

use super::*;

/// Brokers 1 to `count`, up and without racks.
fn brokers(count: i32) -> Vec<Broker> {
    (1..=count).map(|id| Broker { id, rack: None, alive: true, draining: false, drained: false }).collect()
}

/// Brokers 1 and up, up and in these racks.
fn in_racks(racks: &[&str]) -> Vec<Broker> {
    let broker = |(id, rack): (i32, &&str)| Broker {
        id,
        rack: Some((*rack).into()),
        alive: true,
        draining: false,
        drained: false,
    };
    (1..).zip(racks).map(broker).collect()
}

/// A sound partition that nothing is wanted of.
fn partition(group: u64, replicas: &[i32]) -> Partition {
    let replicas = replicas.iter().map(|&broker| Replica { broker, lost: false }).collect();
    Partition { group, bytes: 10, load: 0, replicas, fixed: false, wanted: None, allow_shrink: false }
}

/// Sound partitions, numbered from 1.
fn partitions(replicas: &[&[i32]]) -> Vec<Partition> {
    (1..).zip(replicas).map(|(group, replicas)| partition(group, replicas)).collect()
}

/// A partition whose replicas on some brokers are lost.
fn damaged(replicas: &[i32], lost: &[i32]) -> Partition {
    let mut partition = partition(1, replicas);
    for replica in &mut partition.replicas {
        replica.lost = lost.contains(&replica.broker);
    }
    partition
}

/// The cluster after all moves have been carried out.
fn carried_out(view: &View, plan: &Plan) -> View {
    let moves: BTreeMap<u64, &Move> = plan.moves.iter().map(|m| (m.group, m)).collect();
    let mut view = view.clone();
    for partition in &mut view.partitions {
        let Some(m) = moves.get(&partition.group) else { continue };
        let was_lost = |id| partition.replicas.iter().any(|r| r.broker == id && r.lost);
        let replica = |&broker| Replica { broker, lost: was_lost(broker) && !m.renew.contains(&broker) };
        partition.replicas = m.to.iter().map(replica).collect();
    }
    view
}

fn ids(partition: &Partition) -> Vec<i32> {
    partition.replicas.iter().map(|r| r.broker).collect()
}

/// How much more the first broker in a count has than the last one: replicas, preferred leaders and bytes.
fn spreads(view: &View) -> [u64; 3] {
    let mut loads: BTreeMap<i32, [u64; 3]> =
        view.brokers.iter().filter(|b| b.alive && !b.draining).map(|b| (b.id, [0; 3])).collect();
    for partition in &view.partitions {
        for (position, id) in ids(partition).iter().enumerate() {
            if let Some([replicas, leaders, bytes]) = loads.get_mut(id) {
                *replicas += 1;
                *leaders += u64::from(position == 0);
                *bytes += partition.bytes;
            }
        }
    }
    [0, 1, 2].map(|i| {
        let counts = || loads.values().map(|l| l[i]);
        counts().max().unwrap_or(0) - counts().min().unwrap_or(0)
    })
}
