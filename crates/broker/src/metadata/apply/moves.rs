//! Moves: where the replicas of a partition shall be.
//!
//! A Raft id never comes back to a partition with another log. So a replica
//! that is kept keeps its id, a replica that is added gets one that nobody has
//! had, and of two replicas of one broker only the newer is ever wanted: the
//! broker gave the older one's log up when it learned of the newer.

use std::collections::BTreeSet;

use super::Applied;
use super::brokers::incarnations_exhausted;
use crate::metadata::broker::BrokerId;
use crate::metadata::command::{MoveRequest, Outcome};
use crate::metadata::error::MetadataError;
use crate::metadata::image::MetadataImage;
use crate::metadata::partition::{GroupId, Partition, Replica};

impl MetadataImage {
    pub(super) fn move_replicas(&mut self, moves: &[MoveRequest]) -> Applied {
        let mut next_incarnation = self.next_incarnation;
        let mut seen = BTreeSet::new();
        let mut changed = Vec::new();
        for request in moves {
            let Some((_, _, partition)) = self.partition(request.group) else { continue };
            self.check_move(request, partition)?;
            if !seen.insert(request.group) {
                return Err(self.bad_move(request.group, "is named twice"));
            }
            let target = self.targeted(request, partition, &mut next_incarnation)?;
            changed.extend(assigned(partition, target));
        }
        self.next_incarnation = next_incarnation;
        self.put_partitions(changed);
        Ok(Outcome::MovesStarted { groups: self.moving_among(seen) })
    }

    pub(super) fn finish_move(&mut self, group: GroupId, target: &[Replica]) -> Applied {
        let stale = || MetadataError::StaleMove { group, partition: self.name_of(group) };
        let (_, _, partition) = self.partition(group).ok_or_else(stale)?;
        if partition.moving.as_ref().is_some_and(|m| m.target == target) {
            let finished = Partition { replicas: target.to_vec(), moving: None, ..partition.clone() };
            self.put_partitions([finished]);
        } else if partition.replicas != target {
            return Err(stale());
        }
        Ok(Outcome::MoveFinished)
    }

    pub(super) fn cancel_moves(&mut self, groups: &[GroupId]) -> Outcome {
        let groups = self.moving_among(groups.iter().copied().collect());
        let changed: Vec<_> = groups
            .iter()
            .filter_map(|group| self.partition(*group))
            .filter_map(|(_, _, partition)| {
                // Back to the brokers as before, but not to logs that they have given up.
                let newest = |r: &Replica| partition.replica_on(r.broker).unwrap_or(*r);
                assigned(partition, partition.replicas.iter().map(newest).collect())
            })
            .collect();
        self.put_partitions(changed);
        Outcome::MovesCancelled { groups }
    }

    fn moving_among(&self, groups: BTreeSet<GroupId>) -> Vec<GroupId> {
        let moves = |group: &GroupId| self.partition(*group).is_some_and(|(_, _, p)| p.moving.is_some());
        groups.into_iter().filter(moves).collect()
    }

    fn check_move(&self, request: &MoveRequest, partition: &Partition) -> Result<(), MetadataError> {
        let MoveRequest { group, replicas, renew } = request;
        let fail = |reason: &str| Err(self.bad_move(*group, reason));
        if replicas.is_empty() {
            return fail("would have no replica");
        }
        if replicas.iter().collect::<BTreeSet<_>>().len() < replicas.len() {
            return fail("would have two replicas on one broker");
        }
        if let Some(id) = renew.iter().find(|id| !replicas.contains(id)) {
            return fail(&format!("cannot renew its replica on broker {id}, where it shall have none"));
        }
        let holds = |id| partition.replicas.iter().chain(partition.target()).any(|r| r.broker == id);
        for &id in replicas {
            match self.broker(id) {
                None => return fail(&format!("cannot move to broker {id}, which is not registered")),
                Some(broker) if broker.draining && !holds(id) => {
                    return fail(&format!("cannot move to broker {id}, which is being removed"));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// The replicas that the request asks for: those that can be kept, and new ones.
    fn targeted(
        &self,
        request: &MoveRequest,
        partition: &Partition,
        next_incarnation: &mut u32,
    ) -> Result<Vec<Replica>, MetadataError> {
        let kept = |broker: BrokerId| {
            let replica = partition.replica_on(broker).filter(|r| !self.is_lost(r))?;
            let renewed = partition.target().contains(&replica) && !partition.replicas.contains(&replica);
            (renewed || !request.renew.contains(&broker)).then_some(replica)
        };
        let mut added = |broker| {
            let incarnation = *next_incarnation;
            *next_incarnation = incarnation.checked_add(1).ok_or_else(incarnations_exhausted)?;
            Ok(Replica { broker, incarnation })
        };
        request.replicas.iter().map(|&broker| kept(broker).map_or_else(|| added(broker), Ok)).collect()
    }

    fn bad_move(&self, group: GroupId, reason: &str) -> MetadataError {
        let partition = self.name_of(group);
        MetadataError::InvalidReplicaAssignment { reason: format!("partition {partition} {reason}") }
    }
}

/// The partition with that target, or nothing if it has it already. Only another order needs no move.
fn assigned(partition: &Partition, target: Vec<Replica>) -> Option<Partition> {
    if partition.target() == target {
        return None;
    }
    let mut changed = partition.clone();
    let set = |replicas: &[Replica]| replicas.iter().copied().collect::<BTreeSet<_>>();
    if partition.moving.is_none() && set(&partition.replicas) == set(&target) {
        changed.replicas = target;
    } else {
        changed.redirect(target);
    }
    Some(changed)
}
