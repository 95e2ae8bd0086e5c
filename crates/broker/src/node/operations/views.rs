//! Operations as the admin API shows them: what is planned, what moves, how far it is and what holds it up.

use chronik_common::admin::{
    BlockedOn, OperationKind as Kind, OperationState as State, OperationView, Operations, PlannedMove,
    Problem,
};

use super::Node;
use crate::cluster::now_ms;
use crate::cluster::reports::Reports;
use crate::cluster::view::{load_told, view};
use crate::metadata::{BrokerId, MetadataImage, Operation, OperationKind, OperationState};
use crate::planner::{self, Goal, Plan};

/// Moves shown of a plan.
const MOVES_SHOWN: usize = 1000;
/// Obstacles shown of an operation.
const BLOCKERS_SHOWN: usize = 50;

impl Node {
    pub(in crate::node) async fn list_operations(&self) -> Operations {
        let image = self.inner.metadata.image();
        let reports = match image.running_operation() {
            Some(_) => self.reports(&image).await,
            None => Reports::default(),
        };
        let mut all: Vec<&Operation> = image.operations().rev().collect();
        all.sort_by_key(|op| !op.is_running());
        let brief = |op: &Operation| OperationView {
            plan: Vec::new(),
            ..self.view(&image, op, &self.plan_of(&image, op, &reports), &reports)
        };
        Operations { operations: all.into_iter().map(brief).collect() }
    }

    pub(in crate::node) async fn one_operation(&self, id: u64) -> Result<OperationView, Problem> {
        let image = self.inner.metadata.image();
        let operation = image.operation(id).ok_or_else(|| unknown_operation(id))?;
        let reports = if operation.is_running() { self.reports(&image).await } else { Reports::default() };
        Ok(self.view(&image, operation, &self.plan_of(&image, operation, &reports), &reports))
    }

    /// What a running operation has still to begin.
    fn plan_of(&self, image: &MetadataImage, operation: &Operation, reports: &Reports) -> Plan {
        if !operation.is_running() {
            return Plan::default();
        }
        match &operation.kind {
            OperationKind::RemoveNode { force: true, .. } => self.plan(image, Goal::Repair, None, reports),
            OperationKind::RemoveNode { node, .. } => self.plan(image, Goal::Drain(*node), None, reports),
            kind @ OperationKind::Rebalance { leaders_only, .. } => {
                self.plan(image, Goal::Rebalance { leaders_only: *leaders_only }, Some(kind), reports)
            }
            // Its only move is under way from the start.
            OperationKind::MoveReplicas { .. } => Plan::default(),
        }
    }

    pub(super) fn dry_view(
        image: &MetadataImage,
        operation: &Operation,
        plan: &Plan,
        reports: &Reports,
    ) -> OperationView {
        let total = plan.moves.len() as u64;
        let mut told = vec![format!("{}: {total} partitions would change, nothing was done", operation.kind)];
        let loads = load_told(&view(image, |_| true, None, reports), &plan.moves);
        told.extend((!loads.is_empty()).then_some(loads));
        if matches!(operation.kind, OperationKind::Rebalance { .. }) {
            told.extend(reports.unknown_told());
        }
        OperationView {
            operation_id: None,
            state: State::Planning,
            percent: 0,
            partitions_total: total,
            bytes_total: plan.bytes(),
            blocked_on: blockers(image, plan),
            started_at_ms: now_ms(),
            message: told.join("; "),
            plan: planned(image, plan),
            missing_nodes: reports.missing(),
            ..blank(operation)
        }
    }

    pub(super) fn view(
        &self,
        image: &MetadataImage,
        operation: &Operation,
        plan: &Plan,
        reports: &Reports,
    ) -> OperationView {
        let view = blank(operation);
        match &operation.state {
            OperationState::Running => self.running_view(image, operation, plan, reports),
            OperationState::Done => OperationView {
                state: State::Done,
                percent: 100,
                partitions_done: view.partitions_total,
                message: format!("{} is done", operation.kind),
                ..self.as_told(operation, view)
            },
            OperationState::Failed { reason } => OperationView {
                state: State::Failed,
                message: reason.clone(),
                ..self.as_told(operation, view)
            },
            OperationState::Cancelled => OperationView {
                state: State::Cancelled,
                message: format!("{} was cancelled", operation.kind),
                ..self.as_told(operation, view)
            },
        }
    }

    fn as_told(&self, operation: &Operation, view: OperationView) -> OperationView {
        match self.inner.told.lock().get(&operation.id) {
            Some(told) => told.complete(view),
            None => view,
        }
    }

    fn running_view(
        &self,
        image: &MetadataImage,
        operation: &Operation,
        plan: &Plan,
        reports: &Reports,
    ) -> OperationView {
        let under_way: Vec<PlannedMove> =
            image.moves().take(MOVES_SHOWN).filter_map(|g| moving(image, g, reports)).collect();
        let lacking: u64 = image.moves().map(|g| lacking(image, g, reports)).sum();
        let partitions = match &operation.kind {
            OperationKind::RemoveNode { node, force: false } => image.replicas_on(*node).count(),
            _ => {
                image.moves().count()
                    + plan.moves.iter().filter(|m| m.bytes > 0 || m.from.len() != m.to.len()).count()
            }
        } as u64;
        let removing = matches!(operation.kind, OperationKind::RemoveNode { .. }) && partitions == 0;
        let state = match (removing, under_way.is_empty()) {
            (true, _) => State::Removing,
            (false, true) => State::Planning,
            (false, false) => State::Moving,
        };
        let mut blocked_on = blockers(image, plan);
        blocked_on.extend(self.stalled(image));
        blocked_on.truncate(BLOCKERS_SHOWN);
        let message = match state {
            State::Removing => format!("{}: nothing is left to move", operation.kind),
            _ => format!(
                "{}: {} partitions are moving, {partitions} are left",
                operation.kind,
                under_way.len()
            ),
        };
        let mut plan_shown = under_way;
        plan_shown.extend(planned(image, plan).into_iter().take(MOVES_SHOWN));
        let mut told = self.inner.told.lock();
        told.retain(|id, _| image.operation(*id).is_some());
        let told = told.entry(operation.id).or_default();
        told.progress(partitions, operation.partitions_total, lacking + plan.bytes());
        told.complete(OperationView { state, blocked_on, message, plan: plan_shown, ..blank(operation) })
    }

    /// Moves that cannot go on now, and why.
    fn stalled(&self, image: &MetadataImage) -> Vec<BlockedOn> {
        let stalled = image.moves().filter_map(|group| {
            let (topic, index, partition) = image.partition(group)?;
            let object = format!("{}-{index}", topic.name);
            if self.leadership(group).is_none() {
                return Some(BlockedOn { object, reason: "the partition has no leader".into() });
            }
            let dead = partition.target().iter().find(|r| !self.inner.liveness.is_alive(r.broker))?;
            let reason = format!("node {}, where a replica shall be, is down", dead.broker);
            Some(BlockedOn { object, reason })
        });
        stalled.take(BLOCKERS_SHOWN).collect()
    }
}

pub(super) fn unknown_operation(id: u64) -> Problem {
    Problem::new(
        404,
        "unknown_operation",
        "Unknown operation",
        format!("there is no operation {id}, or it ended long ago"),
        "list the operations with GET /admin/v1/operations",
    )
}

fn blank(operation: &Operation) -> OperationView {
    let (kind, node_id, force) = match operation.kind {
        OperationKind::RemoveNode { node, force } => (Kind::RemoveNode, Some(node), Some(force)),
        OperationKind::Rebalance { .. } => (Kind::Rebalance, None, None),
        OperationKind::MoveReplicas { .. } => (Kind::MoveReplicas, None, None),
    };
    OperationView {
        operation_id: Some(operation.id),
        kind,
        node_id,
        force,
        state: State::Planning,
        percent: 0,
        partitions_total: operation.partitions_total,
        partitions_done: 0,
        bytes_total: 0,
        bytes_done: 0,
        eta_seconds: None,
        blocked_on: Vec::new(),
        started_at_ms: operation.started_ms,
        finished_at_ms: operation.finished_ms,
        message: String::new(),
        plan: Vec::new(),
        missing_nodes: Vec::new(),
    }
}

pub(super) fn name_of(image: &MetadataImage, group: u64) -> String {
    match image.partition(group) {
        Some((topic, index, _)) => format!("{}-{index}", topic.name),
        None => format!("group {group}"),
    }
}

fn blockers(image: &MetadataImage, plan: &Plan) -> Vec<BlockedOn> {
    let told =
        |b: &planner::Blocker| BlockedOn { object: name_of(image, b.group), reason: b.reason.to_string() };
    plan.blockers.iter().take(BLOCKERS_SHOWN).map(told).collect()
}

fn planned(image: &MetadataImage, plan: &Plan) -> Vec<PlannedMove> {
    let told = |m: &planner::Move| {
        let (topic, partition, _) = image.partition(m.group)?;
        Some(PlannedMove {
            topic: topic.name.clone(),
            partition,
            from: m.from.clone(),
            to: m.to.clone(),
            bytes: m.bytes,
            reason: m.why.to_string(),
        })
    };
    plan.moves.iter().take(MOVES_SHOWN).filter_map(told).collect()
}

fn moving(image: &MetadataImage, group: u64, reports: &Reports) -> Option<PlannedMove> {
    let (topic, partition, p) = image.partition(group)?;
    Some(PlannedMove {
        topic: topic.name.clone(),
        partition,
        from: p.replicas.iter().map(|r| r.broker).collect(),
        to: p.target().iter().map(|r| r.broker).collect(),
        bytes: lacking(image, group, reports),
        reason: "it is moving".into(),
    })
}

/// Bytes that the replicas which are being added to a partition still lack.
fn lacking(image: &MetadataImage, group: u64, reports: &Reports) -> u64 {
    let Some((_, _, partition)) = image.partition(group) else { return 0 };
    let whole = reports.bytes.get(&group).copied().unwrap_or(0);
    let added = partition.target().iter().filter(|r| !partition.replicas.contains(r));
    let members = reports.behind.get(&group);
    let lacks = |broker: BrokerId| {
        members.and_then(|b| b.iter().find(|(id, _)| *id == broker)).map_or(whole, |(_, bytes)| *bytes)
    };
    added.map(|r| lacks(r.broker)).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::metadata::{Assignment, Command, Endpoints, Outcome, Standing};

    /// A cluster of three with a topic on two of them, and an operation that it would begin.
    fn rehearsed(kind: OperationKind) -> (MetadataImage, Operation) {
        let mut image = MetadataImage::new();
        for id in 1..=3 {
            let at = |port| chronik_common::HostPort::new(format!("host{id}"), port);
            let endpoints = Endpoints { kafka: at(9092), wal: at(9291), raft: at(5001), admin: at(10_000) };
            let directory_id = uuid::Uuid::from_u128(id as u128);
            let (rack, version, standing) = (None, "3".into(), Standing::Founder);
            let command = Command::RegisterBroker { id, directory_id, endpoints, rack, version, standing };
            image.apply(command).unwrap();
        }
        let assignment = Assignment::Explicit(vec![vec![1, 2]]);
        let (id, config, unavailable) = (uuid::Uuid::from_u128(9), BTreeMap::new(), [].into());
        image
            .apply(Command::CreateTopic { name: "orders".into(), id, assignment, config, unavailable })
            .unwrap();
        let started = image.apply(Command::StartOperation { kind, now_ms: 1, partitions: 0 }).unwrap();
        let Outcome::OperationStarted(operation) = started else { panic!("it does not run") };
        (image, operation)
    }

    fn rebalance() -> OperationKind {
        let (topics, replication_factor, leaders_only, reason) = (None, None, true, "why".into());
        OperationKind::Rebalance { topics, replication_factor, leaders_only, reason }
    }

    fn missing(down: &[BrokerId], silent: &[BrokerId]) -> Reports {
        let mut reports = Reports::default();
        reports.down.extend(down);
        reports.silent.extend(silent);
        reports
    }

    fn dry_run(kind: OperationKind, reports: &Reports) -> OperationView {
        let (image, operation) = rehearsed(kind);
        Node::dry_view(&image, &operation, &Plan::default(), reports)
    }

    #[test]
    fn a_dry_run_names_the_nodes_whose_loads_it_does_not_know_and_what_comes_of_that() {
        let heard = dry_run(rebalance(), &Reports::default());
        assert!(heard.missing_nodes.is_empty());
        assert!(heard.message.ends_with("nothing was done"), "{}", heard.message);

        let unheard = missing(&[3], &[2]);
        let told = dry_run(rebalance(), &unheard);
        assert_eq!(told.missing_nodes, [2, 3]);
        let parts = [heard.message].into_iter().chain(unheard.unknown_told()).collect::<Vec<_>>();
        assert_eq!(told.message, parts.join("; "));
    }

    #[test]
    fn the_removal_of_a_node_that_is_down_says_nothing_of_loads() {
        let told = dry_run(OperationKind::RemoveNode { node: 3, force: true }, &missing(&[3], &[]));
        assert_eq!(told.missing_nodes, [3]);
        assert!(told.message.ends_with("nothing was done"), "{}", told.message);
    }
}
