//! Operations: their start, their end, and which of them are remembered.

use std::sync::Arc;

use super::Applied;
use crate::metadata::broker::BrokerId;
use crate::metadata::command::{MoveRequest, Outcome};
use crate::metadata::error::MetadataError;
use crate::metadata::image::{MetadataImage, Topic};
use crate::metadata::operation::{Operation, OperationKind, OperationResult, OperationState};
use crate::metadata::partition::GroupId;
use crate::metadata::topic_config::readable;

/// How many operations are remembered after their end.
const REMEMBERED_OPERATIONS: usize = 20;

impl MetadataImage {
    pub(super) fn start_operation(&mut self, kind: OperationKind, now_ms: i64, planned: u64) -> Applied {
        let before = self.running_operation().cloned();
        if let Some(running) = &before {
            if running.kind == kind {
                return Ok(Outcome::OperationStarted(running.clone()));
            }
            if !gives_way(&running.kind, &kind) {
                let (operation, what) = (running.id, running.kind.to_string());
                return Err(MetadataError::OperationRunning { operation, what });
            }
        }
        let partitions_total = match &kind {
            OperationKind::RemoveNode { node, force } => {
                self.check_removal(*node, *force)?;
                self.replicas_on(*node).count() as u64
            }
            OperationKind::Rebalance { topics, replication_factor, leaders_only, .. } => {
                if *leaders_only && replication_factor.is_some() {
                    return Err(MetadataError::InvalidRequest {
                        reason: "a rebalance of the leaders alone cannot change the replication factor"
                            .into(),
                    });
                }
                self.check_rebalance(topics.as_deref(), *replication_factor)?;
                planned
            }
            OperationKind::MoveReplicas { group, replicas, .. } => {
                self.start_move(*group, replicas)?;
                1
            }
        };
        if let Some(before) = before {
            let reason = format!("it gave way to {kind}; what has begun to move moves on");
            self.finish_operation(before.id, OperationResult::Failed { reason }, now_ms)?;
        }
        match kind {
            OperationKind::RemoveNode { node, force: true } => self.retire(node),
            OperationKind::RemoveNode { node, force: false } => self.set_draining(node, true),
            OperationKind::Rebalance { .. } | OperationKind::MoveReplicas { .. } => {}
        }
        let operation = Operation {
            id: self.next_operation,
            kind,
            started_ms: now_ms,
            finished_ms: None,
            state: OperationState::Running,
            partitions_total,
        };
        self.next_operation += 1;
        Arc::make_mut(&mut self.operations).insert(operation.id, operation.clone());
        Ok(Outcome::OperationStarted(operation))
    }

    pub(super) fn finish_operation(&mut self, id: u64, result: OperationResult, now_ms: i64) -> Applied {
        let mut operation = self.operation(id).ok_or(MetadataError::UnknownOperation { id })?.clone();
        if !operation.is_running() {
            return Ok(Outcome::OperationFinished(operation));
        }
        if let OperationKind::RemoveNode { node, .. } = operation.kind {
            let still_there = self.broker(node).is_some_and(|b| b.draining);
            if still_there && result == OperationResult::Done {
                return Err(MetadataError::InvalidRequest {
                    reason: format!("operation {id} is not done: node {node} is still a member"),
                });
            }
            self.set_draining(node, false);
        }
        operation.state = result.into();
        operation.finished_ms = Some(now_ms);
        let operations = Arc::make_mut(&mut self.operations);
        operations.insert(id, operation.clone());
        // Nothing runs now, so all of them have ended.
        while operations.len() > REMEMBERED_OPERATIONS {
            operations.pop_first();
        }
        Ok(Outcome::OperationFinished(operation))
    }

    fn start_move(&mut self, group: GroupId, replicas: &[BrokerId]) -> Result<(), MetadataError> {
        if self.partition(group).is_none() {
            let reason = "the partition has been deleted".into();
            return Err(MetadataError::InvalidRequest { reason });
        }
        let request = MoveRequest { group, replicas: replicas.to_vec(), renew: Vec::new() };
        self.move_replicas(&[request]).map(drop)
    }

    /// Whether the cluster can do without the node. Whether it can right now, with who is alive, is not known here.
    fn check_removal(&self, node: BrokerId, force: bool) -> Result<(), MetadataError> {
        if !self.registered(node) {
            return Err(self.unknown_broker(node));
        }
        if self.brokers.len() == 1 {
            return Err(MetadataError::LastBroker { id: node });
        }
        let remaining = self.brokers.values().filter(|b| b.id != node && !b.draining).count();
        // Without a choice, the broker's own topics live on with fewer replicas.
        let must_fit = self.topics().filter(|topic| !(force && topic.internal));
        let widest = |topic: &Topic| topic.partitions.iter().map(|p| p.target().len()).max().unwrap_or(0);
        let too_wide = must_fit.map(|t| (widest(t), t)).filter(|(factor, _)| *factor > remaining);
        // `max_by_key` would give the last of equals.
        match too_wide.reduce(|most, next| if next.0 > most.0 { next } else { most }) {
            None => Ok(()),
            Some((factor, topic)) => Err(MetadataError::TooFewBrokers {
                id: node,
                remaining: remaining as u64,
                topic: topic.name.clone(),
                replication_factor: factor as u64,
            }),
        }
    }

    fn check_rebalance(
        &self,
        topics: Option<&[String]>,
        replication_factor: Option<i16>,
    ) -> Result<(), MetadataError> {
        if let Some(name) = topics.unwrap_or_default().iter().find(|name| self.topic(name).is_none()) {
            return Err(MetadataError::UnknownTopicName { name: readable(name) });
        }
        let Some(factor) = replication_factor else { return Ok(()) };
        let available = self.brokers.values().filter(|b| !b.draining).count();
        if usize::try_from(factor).is_ok_and(|f| (1..=available).contains(&f)) {
            return Ok(());
        }
        Err(MetadataError::InvalidReplicationFactor {
            reason: format!(
                "replication factor {factor} is not between 1 and the number of brokers, {available}"
            ),
        })
    }
}

/// Whether an operation that runs is ended by another that is started. Somebody whose node is dead does not wait for replicas
/// to be spread evenly, nor for the node to hand over what it has.
fn gives_way(running: &OperationKind, started: &OperationKind) -> bool {
    let OperationKind::RemoveNode { node: dead, force: true } = started else { return false };
    match running {
        OperationKind::Rebalance { .. } => true,
        OperationKind::RemoveNode { node, force: false } => node == dead,
        OperationKind::RemoveNode { force: true, .. } | OperationKind::MoveReplicas { .. } => false,
    }
}
