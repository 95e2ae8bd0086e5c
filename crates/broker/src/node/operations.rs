//! What the admin API asks for to change the cluster's shape: inviting and removing nodes, rebalancing, and how far the
//! operations have come.
//!
//! Any node answers: it checks what it can see (who lives, whether a quorum would be left), proposes to the metadata, and
//! the [controller](crate::cluster::controller) on the metadata leader carries on. Progress is worked out anew from the
//! metadata and the nodes' reports ([`views`]); a node only remembers how far it has told, so that progress never falls
//! ([`progress`]).
//!
//! Must never: refuse without the reason and what to do about it.

#![allow(clippy::result_large_err, reason = "a problem is what the API answers with, once")]

mod progress;
mod views;

use std::time::Duration;

use chronik_common::admin::{
    AddNodeAnswer, AddNodeRequest, Membership, OperationView, Problem, RebalanceRequest, RemoveNodeRequest,
};
use chronik_common::config::{NODE_IDS, admin_port};

use super::{Inner, Node};
use crate::cluster::reports::{self, Reports};
use crate::cluster::{ProposalError, now_ms, view};
use crate::metadata::{
    BrokerId, Command, Endpoints, MetadataError, MetadataImage, Operation, OperationKind, OperationResult,
    OperationState, Outcome,
};
use crate::planner::{self, Goal, Plan, Reason};
use crate::raft::METADATA_GROUP;

pub(super) use progress::Told;
use views::{name_of, unknown_operation};

/// How long the metadata may take to carry a change out.
pub(super) const TIMEOUT: Duration = Duration::from_secs(4);

/// A refusal as the API tells it.
pub(super) fn problem(e: &ProposalError) -> Problem {
    match e {
        ProposalError::Refused(refused) => refusal(refused),
        ProposalError::TimedOut(_) => {
            let hint = "look whether it was done before you ask again";
            Problem::new(504, "timed_out", "Timed out", e.to_string(), hint)
        }
        ProposalError::NoLeader(_) => Problem::new(
            503,
            "no_leader",
            "No metadata leader",
            e.to_string(),
            "see GET /admin/health; ask again once a majority of the nodes is up",
        ),
    }
}

pub(super) fn refusal(refused: &MetadataError) -> Problem {
    let hint = "see GET /admin/status for the cluster as it is";
    Problem::new(refused.http_status(), refused.code(), "Refused", refused.to_string(), hint)
}

impl Node {
    pub(super) async fn invite(&self, request: AddNodeRequest) -> Result<AddNodeAnswer, Problem> {
        if !NODE_IDS.contains(&i64::from(request.node_id)) {
            let detail = format!("{} is no node id", request.node_id);
            let hint = "use an unused id from 1 to 255";
            return Err(Problem::new(422, "invalid_request", "Invalid request", detail, hint));
        }
        let AddNodeRequest { node_id, kafka_addr, wal_addr, raft_addr, admin_addr, .. } = request;
        let admin = admin_addr.unwrap_or_else(|| raft_addr.with_port(admin_port(node_id)));
        let endpoints = Endpoints { kafka: kafka_addr, wal: wal_addr, raft: raft_addr, admin };
        let command = Command::InviteBroker { id: node_id, endpoints };
        self.inner.metadata.propose(command, TIMEOUT).await.map_err(|e| problem(&e))?;
        let is_member = self.inner.metadata.image().registered(node_id);
        Ok(if is_member {
            AddNodeAnswer {
                node_id,
                state: Membership::Member,
                message: format!("node {node_id} is a member of the cluster already"),
                next: String::new(),
            }
        } else {
            AddNodeAnswer {
                node_id,
                state: Membership::Invited,
                message: format!("node {node_id} may join the cluster"),
                next: format!(
                    "list all nodes and node {node_id} in the [[peers]] of its configuration and start it: chronik-server start --config FILE"
                ),
            }
        })
    }

    pub(super) async fn remove(&self, request: RemoveNodeRequest) -> Result<OperationView, Problem> {
        let RemoveNodeRequest { node_id: node, force, dry_run, .. } = request;
        let kind = OperationKind::RemoveNode { node, force };
        let image = self.inner.metadata.image();
        let reports = self.reports(&image).await;
        let (after, started) = Self::rehearse(&image, &kind)?;
        let plan = if force {
            self.plan(&after, Goal::Repair, None, &reports)
        } else {
            self.plan(&after, Goal::Drain(node), None, &reports)
        };
        self.check_quorum(&after, node, &plan)?;
        self.begin(&image, started, kind, plan, dry_run, &reports).await
    }

    pub(super) async fn spread(&self, request: RebalanceRequest) -> Result<OperationView, Problem> {
        let RebalanceRequest { topics, replication_factor, leaders_only, dry_run, reason } = request;
        let reason = reason.unwrap_or_else(|| "asked for".to_owned());
        let kind = OperationKind::Rebalance { topics, replication_factor, leaders_only, reason };
        let image = self.inner.metadata.image();
        let reports = self.reports(&image).await;
        let (after, started) = Self::rehearse(&image, &kind)?;
        let plan = self.plan(&after, Goal::Rebalance { leaders_only }, Some(&kind), &reports);
        self.begin(&image, started, kind, plan, dry_run, &reports).await
    }

    /// What starting the operation would make of the metadata.
    pub(super) fn rehearse(
        image: &MetadataImage,
        kind: &OperationKind,
    ) -> Result<(MetadataImage, Operation), Problem> {
        let mut after = image.clone();
        let command = Command::StartOperation { kind: kind.clone(), now_ms: now_ms(), partitions: 0 };
        match after.apply(command) {
            Ok(Outcome::OperationStarted(operation)) => Ok((after, operation)),
            Ok(_) => {
                Err(Problem::new(500, "internal", "Internal", "an outcome of another kind", "report this"))
            }
            Err(e) => Err(refusal(&e)),
        }
    }

    pub(super) async fn begin(
        &self,
        image: &MetadataImage,
        rehearsed: Operation,
        kind: OperationKind,
        plan: Plan,
        dry_run: bool,
        reports: &Reports,
    ) -> Result<OperationView, Problem> {
        let already_runs = image.running_operation().is_some_and(|running| running.id == rehearsed.id);
        if dry_run {
            return Ok(Self::dry_view(image, &rehearsed, &plan, reports));
        }
        if !already_runs {
            let command =
                Command::StartOperation { kind, now_ms: now_ms(), partitions: plan.moves.len() as u64 };
            let outcome = self.inner.metadata.propose(command, TIMEOUT).await.map_err(|e| problem(&e))?;
            if let Outcome::OperationStarted(operation) = outcome {
                let known = |image: &MetadataImage| image.operation(operation.id).is_some();
                let deadline = tokio::time::Instant::now() + TIMEOUT;
                self.inner.metadata.wait_for(deadline, known).await;
                let image = self.inner.metadata.image();
                return Ok(self.view(&image, &operation, &plan, reports));
            }
        }
        Ok(self.view(image, &rehearsed, &plan, reports))
    }

    /// Refuses a removal after which a majority would not be there: of the metadata's voters, or of a partition's.
    fn check_quorum(&self, after: &MetadataImage, node: BrokerId, plan: &Plan) -> Result<(), Problem> {
        let alive = |b: BrokerId| self.inner.liveness.is_alive(b);
        let at_risk = |detail: String| {
            let hint = "bring the nodes that are down back first; then ask again";
            Err(Problem::new(409, "quorum_at_risk", "Quorum at risk", detail, hint))
        };
        let members = self.inner.groups.get(METADATA_GROUP).map(|g| g.members()).unwrap_or_default();
        let staying: Vec<BrokerId> =
            members.voters().iter().map(|v| v.broker()).filter(|b| *b != node).collect();
        let down: Vec<String> = staying.iter().filter(|b| !alive(**b)).map(|b| format!("node {b}")).collect();
        if !staying.is_empty() && staying.len() - down.len() < staying.len() / 2 + 1 {
            return at_risk(format!(
                "without node {node} the cluster would have {} voters, of which {} are down ({}): no majority",
                staying.len(),
                down.len(),
                down.join(", ")
            ));
        }
        let without_quorum =
            |b: &&planner::Blocker| matches!(b.reason, Reason::NoQuorum { .. } | Reason::AllLost);
        if let Some(blocker) = plan.blockers.iter().find(without_quorum) {
            let down: Vec<String> = after
                .partition(blocker.group)
                .map(|(_, _, p)| p.target().iter().map(|r| r.broker).collect::<Vec<_>>())
                .unwrap_or_default()
                .into_iter()
                .filter(|b| *b != node && !alive(*b))
                .map(|b| format!("node {b} is down"))
                .collect();
            return at_risk(format!(
                "{} would be left without a majority of its replicas: {}{}{}",
                name_of(after, blocker.group),
                blocker.reason,
                if down.is_empty() { "" } else { "; " },
                down.join(", ")
            ));
        }
        Ok(())
    }

    /// Ends an operation; what it has begun to move goes back to where it was.
    pub(super) async fn cancel(&self, id: u64) -> Result<OperationView, Problem> {
        // This node may not have heard of the operation yet, nor of what it moves: the metadata tells what has ended.
        let now_ms = now_ms();
        let finish = Command::FinishOperation { id, result: OperationResult::Cancelled, now_ms };
        let outcome = self.inner.metadata.propose(finish, TIMEOUT).await.map_err(|e| match e {
            ProposalError::Refused(MetadataError::UnknownOperation { .. }) => unknown_operation(id),
            e => problem(&e),
        })?;
        let over = |image: &MetadataImage| image.operation(id).is_some_and(|op| !op.is_running());
        self.inner.metadata.wait_for(tokio::time::Instant::now() + TIMEOUT, over).await;
        if let Outcome::OperationFinished(operation) = outcome
            && operation.state == OperationState::Cancelled
            && operation.finished_ms == Some(now_ms)
        {
            // It was ended by this call. What another one runs meanwhile is not to be touched.
            self.turn_back(&operation.kind).await?;
        }
        self.one_operation(id).await
    }

    /// Cancels the moves of an operation that was just ended, once this node has heard of its end, and so of all of them.
    async fn turn_back(&self, kind: &OperationKind) -> Result<(), Problem> {
        let groups: Vec<_> = match kind {
            // Its replicas are lost: there is no way back.
            OperationKind::RemoveNode { force: true, .. } => return Ok(()),
            OperationKind::MoveReplicas { group, .. } => vec![*group],
            _ => self.inner.metadata.image().moves().collect(),
        };
        if groups.is_empty() {
            return Ok(());
        }
        let command = Command::CancelMoves { groups };
        self.inner.metadata.propose(command, TIMEOUT).await.map(drop).map_err(|e| problem(&e))
    }

    pub(super) async fn reports(&self, image: &MetadataImage) -> Reports {
        let Inner { groups, caller, liveness, loads, .. } = &*self.inner;
        reports::collect(groups, loads, caller, image, liveness).await
    }

    fn plan(
        &self,
        image: &MetadataImage,
        goal: Goal,
        rebalance: Option<&OperationKind>,
        reports: &Reports,
    ) -> Plan {
        view::plan(image, |b| self.inner.liveness.is_alive(b), goal, rebalance, reports)
    }
}
