//! Carrying out the moves of partitions that this node leads, and the membership of the metadata group.
//!
//! Level-triggered: at every look each moving partition is compared with its target and taken one step further
//! ([`crate::raft::membership`]). So a move survives whatever happens: the next leader goes on from what is there.
//!
//! A replica counts as caught up if it is alive and has what the leader's log ended with at the look before. A move is done
//! when its replicas are all that vote, and the new ones are in the ISR, as far as they are alive.
//!
//! Must never: decide where replicas go (that is in the metadata), or wait for one group with the others.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::MetadataLog;
use super::view::{brokers, raft_id};
use crate::metadata::{BrokerId, Command, MetadataImage, TopicDefaults, min_insync_replicas};
use crate::planner::metadata_voters;
use crate::raft::liveness::Liveness;
use crate::raft::membership::{Goal, Step, next_step};
use crate::raft::{ChangeError, Group, GroupId, Groups, METADATA_GROUP, RaftNodeId, Replication};

/// How often the groups are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// A step that takes longer is given up; the next look sees what came of it.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);
/// Partitions that this node, as their leader, moves at a time.
const MAX_AT_ONCE: usize = 32;

/// Takes the groups that this node leads to where they shall be.
pub struct Mover {
    metadata: MetadataLog,
    groups: Groups,
    liveness: Liveness,
    defaults: TopicDefaults,
    /// Groups with a step under way.
    busy: Mutex<HashSet<GroupId>>,
    /// Where the log of each ended at the last look.
    ends: Mutex<HashMap<GroupId, Option<u64>>>,
}

/// Where a group shall go, and what is proposed when it is there.
struct Plan {
    voters: Vec<RaftNodeId>,
    learners: BTreeSet<RaftNodeId>,
    min_in_sync: usize,
    /// The nodes of the replicas that it gets.
    newcomers: Vec<BrokerId>,
    finish: Option<Command>,
}

impl Mover {
    /// A mover that has moved nothing yet.
    pub fn new(
        metadata: MetadataLog,
        groups: Groups,
        liveness: Liveness,
        defaults: TopicDefaults,
    ) -> Arc<Self> {
        let (busy, ends) = (Mutex::default(), Mutex::default());
        Arc::new(Self { metadata, groups, liveness, defaults, busy, ends })
    }

    /// Runs until `stop`.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut tick = tokio::time::interval(LOOK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => self.look(),
            }
        }
    }

    fn look(self: &Arc<Self>) {
        let image = self.metadata.image();
        let led = |group: &GroupId| self.groups.get(*group).is_some_and(|g| g.leads().is_some());
        let mut at_hand: Vec<GroupId> = image.moves().filter(led).take(MAX_AT_ONCE).collect();
        at_hand.extend(Some(METADATA_GROUP).filter(led));
        self.ends.lock().retain(|group, _| at_hand.contains(group));
        for group in at_hand {
            self.advance(&image, group);
        }
    }

    fn advance(self: &Arc<Self>, image: &MetadataImage, id: GroupId) {
        let Some(group) = self.groups.get(id) else { return };
        let Some(replication) = group.replication() else { return };
        let before = self.ends.lock().insert(id, replication.last);
        let end = before.unwrap_or(replication.last);
        let plan = match id {
            METADATA_GROUP => Some(self.metadata_plan(image, &group)),
            _ => self.partition_plan(image, id),
        };
        let Some(plan) = plan else { return };
        let goal = Goal { voters: &plan.voters, learners: &plan.learners, min_in_sync: plan.min_in_sync };
        let step = next_step(group.me(), &group.members(), &goal, |id| self.caught_up(id, &replication, end));
        match step {
            Step::Await(_) => return,
            Step::Done if plan.finish.is_none() || !self.have_arrived(id, &plan.newcomers) => return,
            _ => {}
        }
        if !self.busy.lock().insert(id) {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            let taken =
                tokio::time::timeout(STEP_TIMEOUT, this.take(&group, step.clone(), plan.finish)).await;
            match taken {
                Ok(Ok(())) => debug!(group = id, ?step, "took a step of a move"),
                Ok(Err(e)) => warn!(group = id, ?step, "a step of a move failed, it is tried again: {e}"),
                Err(_) => warn!(group = id, ?step, "a step of a move takes long, it is looked at again"),
            }
            this.busy.lock().remove(&id);
        });
    }

    async fn take(&self, group: &Arc<Group>, step: Step, finish: Option<Command>) -> Result<(), ChangeError> {
        match step {
            Step::AddLearners(ids) => group.add_learners(&ids).await,
            Step::ChangeVoters(ids) => {
                let changed = group.change_voters(&ids).await;
                self.liveness.voters_changed(group.id());
                changed
            }
            Step::DropLearners(ids) => group.drop_learners(&ids).await,
            Step::HandOver(heirs) => {
                info!(group = group.id(), to = %heirs[0], "hands leadership over, to leave");
                group.hand_over(&heirs).await;
                Ok(())
            }
            Step::Done => {
                let Some(command) = finish else { return Ok(()) };
                let done = self.metadata.propose(command, STEP_TIMEOUT).await;
                done.map(drop).map_err(|e| ChangeError { group: group.id(), why: e.to_string() })
            }
            Step::Await(_) => Ok(()),
        }
    }

    fn caught_up(&self, id: RaftNodeId, replication: &Replication, end: Option<u64>) -> bool {
        let has_it = replication.followers.iter().any(|f| f.node == id && f.matched >= end);
        has_it && self.liveness.is_alive(id.broker())
    }

    /// Whether all of these that are alive are in the ISR: who is told that the move is done may rely on them at once.
    fn have_arrived(&self, id: GroupId, newcomers: &[BrokerId]) -> bool {
        let isr = self.liveness.leadership(id).map(|l| l.isr).unwrap_or_default();
        newcomers.iter().all(|b| isr.contains(b) || !self.liveness.is_alive(*b))
    }

    fn partition_plan(&self, image: &MetadataImage, group: GroupId) -> Option<Plan> {
        let (topic, _, partition) = image.partition(group)?;
        let target = partition.moving.as_ref()?.target.clone();
        let min_in_sync = min_insync_replicas(topic, self.defaults).unsigned_abs() as usize;
        Some(Plan {
            voters: target.iter().copied().map(raft_id).collect(),
            learners: BTreeSet::new(),
            min_in_sync: min_in_sync.min(partition.replicas.len()),
            newcomers: target.iter().filter(|r| !partition.replicas.contains(r)).map(|r| r.broker).collect(),
            finish: Some(Command::FinishMove { group, target }),
        })
    }

    /// Every registered broker receives the metadata; most of them vote. A founder that has not registered yet stays.
    fn metadata_plan(&self, image: &MetadataImage, group: &Group) -> Plan {
        let brokers = brokers(image, |b| self.liveness.is_alive(b));
        let members = group.members();
        let id_of = |b: i32| image.broker(b).map(|b| RaftNodeId::new(b.id, b.incarnation));
        let current: BTreeSet<RaftNodeId> = members.voters();
        let voting: Vec<i32> = image
            .brokers()
            .keys()
            .copied()
            .filter(|b| id_of(*b).is_some_and(|id| current.contains(&id)))
            .collect();
        let mut voters: Vec<RaftNodeId> =
            metadata_voters(&brokers, &voting).into_iter().filter_map(id_of).collect();
        let unregistered =
            |id: &&RaftNodeId| !image.registered(id.broker()) && !image.was_removed(id.broker());
        voters.extend(current.iter().filter(unregistered));
        let learners =
            image.brokers().keys().filter_map(|b| id_of(*b)).filter(|id| !voters.contains(id)).collect();
        Plan { voters, learners, min_in_sync: 1, newcomers: Vec::new(), finish: None }
    }
}
