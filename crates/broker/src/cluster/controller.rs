//! The cluster's controller: on the node that leads the metadata group, it decides which replicas move.
//!
//! Level-triggered, like the [mover](super::mover) that carries its decisions out: at every look it compares what the
//! metadata asks for (the running operation, replicas that are lost) with what is, plans anew, and starts as many moves
//! as may run at a time. The next controller goes on from the metadata alone.
//!
//! A rebalance is the exception: its plan is carried out to the end before the next one is made, because half of an
//! exchange of bytes may look like a reason to turn round.
//!
//! While nothing else is going on, it spreads leaders by load ([`balance`], in the [`rhythm`] of its own).
//!
//! Must never: act when it does not lead the metadata group (its proposals would be passed on, and be made twice).

mod balance;
mod rhythm;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rhythm::Rhythm;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::calls::Caller;
use super::leaders::is_drained;
use super::loads::Loads;
use super::reports::{self, Reports};
use super::view::plan;
use super::{MetadataLog, ProposalError, now_ms};
use crate::metadata::{
    BrokerId, Command, FIRST_INCARNATION, MetadataImage, MoveRequest, Operation, OperationKind,
    OperationResult,
};
use crate::planner::{Goal, Move, Plan};
use crate::raft::liveness::Liveness;
use crate::raft::{GroupId, Groups, METADATA_GROUP};

const LOOK: Duration = Duration::from_millis(250);
const PROPOSAL_TIMEOUT: Duration = Duration::from_secs(10);
/// Partitions that move at a time, in the whole cluster.
const MAX_MOVING: usize = 64;
/// Plans that one rebalance is given: each begins where the last one ended, and nearly always there is one.
const MAX_PLANS: u32 = 5;
/// How long reports are taken for true.
const REPORTS_LAST: Duration = Duration::from_secs(10);
/// How long a rebalance waits for leaders to be where they should be, once nothing is left to move.
const LEADERS_WITHIN: Duration = Duration::from_secs(15);

/// Decides which replicas move.
pub struct Controller {
    metadata: MetadataLog,
    groups: Groups,
    liveness: Liveness,
    caller: Caller,
    loads: Loads,
    /// Whether replicas and leaders are spread by themselves when a node has joined.
    auto_rebalance: bool,
    /// When leaders are spread by load.
    rhythm: Rhythm,
    started: Instant,
    reports: Option<(Instant, Reports)>,
    /// The metadata and the living for which there was nothing to repair.
    sound: Option<(u64, BTreeSet<BrokerId>)>,
    /// Since when the running operation has nothing left to move.
    settled: Option<Instant>,
    /// What is left to be begun of the running rebalance's plan, and how often it was planned.
    agenda: Vec<Move>,
    plans: u32,
    /// Brokers, in their incarnation, that have got something to hold or need nothing: whoever empties one of them later
    /// meant it.
    welcomed: BTreeSet<(BrokerId, u32)>,
}

impl Controller {
    /// A controller that has decided nothing yet.
    pub fn new(
        metadata: MetadataLog,
        groups: Groups,
        liveness: Liveness,
        caller: Caller,
        loads: Loads,
        auto_rebalance: bool,
        load_check_interval: Option<Duration>,
    ) -> Self {
        Self {
            metadata,
            groups,
            liveness,
            caller,
            loads,
            auto_rebalance,
            rhythm: Rhythm::new(load_check_interval),
            started: Instant::now(),
            reports: None,
            sound: None,
            settled: None,
            agenda: Vec::new(),
            plans: 0,
            welcomed: BTreeSet::new(),
        }
    }

    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut tick = tokio::time::interval(LOOK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => {}
            }
            let leads = self.groups.get(METADATA_GROUP).is_some_and(|g| g.leads().is_some());
            if !leads {
                (self.reports, self.sound) = (None, None);
                self.forget_operation();
                self.rhythm.forget();
                continue;
            }
            let look = async {
                if let Err(e) = self.look().await {
                    warn!("the controller could not go on, it tries again: {e}");
                }
            };
            tokio::select! { () = stop.cancelled() => return, () = look => {} }
        }
    }

    async fn look(&mut self) -> Result<(), ProposalError> {
        let generation = self.metadata.generation();
        let image = self.metadata.image();
        self.repair(&image, generation).await?;
        if let Some(operation) = image.running_operation() {
            return self.carry_on(&image, operation).await;
        }
        self.forget_operation();
        self.welcome(&image, generation).await?;
        self.even_load(&image, generation).await
    }

    /// Replaces what is lost: replicas of brokers that were removed by force, or came back with an empty disk.
    async fn repair(&mut self, image: &MetadataImage, generation: u64) -> Result<(), ProposalError> {
        let alive = self.alive(image);
        if self.sound.as_ref().is_some_and(|(g, a)| *g == generation && *a == alive) {
            return Ok(());
        }
        if image.lost_groups().next().is_none() {
            self.sound = Some((generation, alive));
            return Ok(());
        }
        let plan = self.plan(image, Goal::Repair, None).await;
        if plan.moves.is_empty() {
            for blocker in plan.blockers.iter().take(3) {
                warn!(group = blocker.group, "a lost replica cannot be replaced now: {}", blocker.reason);
            }
            self.sound = Some((generation, alive));
        }
        self.start(image, plan.moves).await
    }

    async fn carry_on(&mut self, image: &MetadataImage, operation: &Operation) -> Result<(), ProposalError> {
        match &operation.kind {
            OperationKind::RemoveNode { node, force: false } => self.drain(image, operation, *node).await,
            OperationKind::RemoveNode { node, force: true } => {
                let open = image.lost_groups().any(|group| !is_hopeless(image, group));
                if open || image.moves().next().is_some() {
                    return Ok(());
                }
                info!(node, "removed, and its replicas have been made again");
                self.finish(operation, OperationResult::Done).await
            }
            OperationKind::Rebalance { leaders_only, .. } => {
                self.rebalance(image, operation, Goal::Rebalance { leaders_only: *leaders_only }).await
            }
            OperationKind::MoveReplicas { group, replicas, .. } => match arrival(image, *group, replicas) {
                Some(result) => self.finish(operation, result).await,
                None => Ok(()),
            },
        }
    }

    async fn rebalance(
        &mut self,
        image: &MetadataImage,
        operation: &Operation,
        goal: Goal,
    ) -> Result<(), ProposalError> {
        if !self.agenda.is_empty() {
            let room = MAX_MOVING.saturating_sub(image.moves().count());
            let next: Vec<Move> = self.agenda.drain(..room.min(self.agenda.len())).collect();
            if let Err(e) = self.start(image, next).await {
                // The cluster has changed: what is left is planned anew.
                self.agenda.clear();
                return Err(e);
            }
            return Ok(());
        }
        if image.moves().next().is_some() {
            return Ok(());
        }
        let plan = self.plan(image, goal, Some(&operation.kind)).await;
        if !plan.moves.is_empty() && self.plans < MAX_PLANS {
            (self.plans, self.settled) = (self.plans + 1, None);
            self.agenda = plan.moves;
            return Ok(());
        }
        let since = *self.settled.get_or_insert_with(Instant::now);
        if self.stand_ins(image) > 0 && since.elapsed() < LEADERS_WITHIN {
            return Ok(());
        }
        self.finish(operation, outcome(&plan)).await
    }

    fn forget_operation(&mut self) {
        (self.settled, self.plans) = (None, 0);
        self.agenda.clear();
    }

    async fn drain(
        &mut self,
        image: &MetadataImage,
        operation: &Operation,
        node: BrokerId,
    ) -> Result<(), ProposalError> {
        if !image.registered(node) {
            return self.finish(operation, OperationResult::Done).await;
        }
        if image.replicas_on(node).next().is_some() {
            let plan = self.plan(image, Goal::Drain(node), None).await;
            return self.start(image, plan.moves).await;
        }
        let members = self.groups.get(METADATA_GROUP).map(|g| g.members()).unwrap_or_default();
        if members.voters().iter().any(|v| v.broker() == node) {
            // The mover takes it out first, so that the quorum never counts on a node that is gone.
            return Ok(());
        }
        self.metadata.propose(Command::RemoveBroker { id: node }, PROPOSAL_TIMEOUT).await?;
        info!(node, "removed: it holds nothing any more");
        self.finish(operation, OperationResult::Done).await
    }

    /// Gives a broker that has joined and holds nothing its share.
    async fn welcome(&mut self, image: &MetadataImage, generation: u64) -> Result<(), ProposalError> {
        if !self.auto_rebalance || image.partition_count() == 0 {
            return Ok(());
        }
        let busy = image.brokers().values().filter(|b| image.load(b.id).replicas > 0);
        self.welcomed.extend(busy.map(|b| (b.id, b.incarnation)));
        let newcomer = image.brokers().values().find(|b| {
            let is_new = !self.welcomed.contains(&(b.id, b.incarnation));
            is_new && b.incarnation > FIRST_INCARNATION && !b.draining && self.liveness.is_alive(b.id)
        });
        let Some(newcomer) = newcomer.filter(|b| self.has_the_metadata(b.id)) else { return Ok(()) };
        let id = (newcomer.id, newcomer.incarnation);
        let reason = format!("node {} joined", newcomer.id);
        let (topics, replication_factor, leaders_only) = (None, None, false);
        let kind =
            OperationKind::Rebalance { topics, replication_factor, leaders_only, reason: reason.clone() };
        let plan = self.plan(image, Goal::Rebalance { leaders_only: false }, Some(&kind)).await;
        if self.metadata.generation() != generation {
            return Ok(());
        }
        self.welcomed.insert(id);
        if plan.moves.is_empty() {
            return Ok(());
        }
        info!(moves = plan.moves.len(), bytes = plan.bytes(), "rebalancing: {reason}");
        let partitions = plan.moves.len() as u64;
        let command = Command::StartOperation { kind, now_ms: now_ms(), partitions };
        self.metadata.propose(command, PROPOSAL_TIMEOUT).await.map(drop)
    }

    /// Whether the broker receives the metadata and keeps up: it can be told what to hold.
    fn has_the_metadata(&self, broker: BrokerId) -> bool {
        let Some(replication) = self.groups.get(METADATA_GROUP).and_then(|g| g.replication()) else {
            return false;
        };
        let near = |matched: Option<u64>| matched.is_some_and(|m| m + 16 >= replication.last.unwrap_or(0));
        broker == self.caller.me()
            || replication.followers.iter().any(|f| f.node.broker() == broker && f.votes && near(f.matched))
    }

    async fn start(&self, image: &MetadataImage, moves: Vec<Move>) -> Result<(), ProposalError> {
        let room = MAX_MOVING.saturating_sub(image.moves().count());
        let moves: Vec<MoveRequest> = moves
            .into_iter()
            // Another order of the same replicas is done at once.
            .scan(room, |room, m| {
                let same_set = m.renew.is_empty() && m.bytes == 0 && same(&m.from, &m.to);
                let fits = same_set || *room > 0;
                *room = room.saturating_sub(usize::from(!same_set));
                fits.then_some(m)
            })
            .map(|m| MoveRequest { group: m.group, replicas: m.to, renew: m.renew })
            .collect();
        if moves.is_empty() {
            return Ok(());
        }
        self.metadata.propose(Command::MoveReplicas { moves }, PROPOSAL_TIMEOUT).await.map(drop)
    }

    async fn finish(&mut self, operation: &Operation, result: OperationResult) -> Result<(), ProposalError> {
        self.forget_operation();
        let command = Command::FinishOperation { id: operation.id, result, now_ms: now_ms() };
        self.metadata.propose(command, PROPOSAL_TIMEOUT).await.map(drop)
    }

    async fn plan(&mut self, image: &MetadataImage, goal: Goal, rebalance: Option<&OperationKind>) -> Plan {
        self.refresh_reports(image).await;
        let none = Reports::default();
        let reports = self.reports.as_ref().map_or(&none, |(_, reports)| reports);
        plan(image, |b| self.liveness.is_alive(b), goal, rebalance, reports)
    }

    async fn refresh_reports(&mut self, image: &MetadataImage) {
        let stale = self.reports.as_ref().is_none_or(|(at, _)| at.elapsed() > REPORTS_LAST);
        if stale {
            let Self { groups, loads, caller, liveness, .. } = self;
            let reports = reports::collect(groups, loads, caller, image, liveness).await;
            self.reports = Some((Instant::now(), reports));
        }
    }

    fn alive(&self, image: &MetadataImage) -> BTreeSet<BrokerId> {
        image.brokers().keys().copied().filter(|b| self.liveness.is_alive(*b)).collect()
    }

    /// Partitions that are led by another than their preferred leader although that one could lead.
    fn stand_ins(&self, image: &MetadataImage) -> usize {
        let partitions = image.topics().flat_map(|t| &t.partitions);
        let is_stand_in = |p: &&crate::metadata::Partition| {
            let preferred = p.replicas.first().map(|r| r.broker);
            self.liveness.leadership(p.group).is_some_and(|l| {
                preferred.is_some_and(|p| {
                    let can_lead = self.liveness.is_alive(p) && !is_drained(image, p);
                    p != l.leader && l.isr.contains(&p) && can_lead
                })
            })
        };
        partitions.filter(is_stand_in).count()
    }
}

/// Whether nothing can bring the group's lost replicas back: no other is sound.
fn is_hopeless(image: &MetadataImage, group: GroupId) -> bool {
    image.partition(group).is_some_and(|(_, _, p)| p.target().iter().all(|r| image.is_lost(r)))
}

fn same(from: &[i32], to: &[i32]) -> bool {
    from.len() == to.len() && from.iter().all(|b| to.contains(b))
}

/// How the move of a partition has ended; nothing while it is under way.
fn arrival(image: &MetadataImage, group: GroupId, wanted: &[BrokerId]) -> Option<OperationResult> {
    let failed = |reason: &str| Some(OperationResult::Failed { reason: reason.to_owned() });
    let Some((_, _, partition)) = image.partition(group) else {
        return failed("the partition was deleted");
    };
    if !partition.target().iter().map(|r| &r.broker).eq(wanted) {
        return failed(
            "the partition was given other replicas meanwhile; move it again if that was not meant",
        );
    }
    partition.moving.is_none().then_some(OperationResult::Done)
}

/// What a rebalance that has nothing left to move has come to.
fn outcome(plan: &Plan) -> OperationResult {
    match plan.blockers.first() {
        None => OperationResult::Done,
        Some(blocker) => OperationResult::Failed {
            reason: format!(
                "{} partitions stay as they are, for one of them: {}",
                plan.blockers.len(),
                blocker.reason
            ),
        },
    }
}
