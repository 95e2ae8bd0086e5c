//! Who takes part in a group, and the way from one set of voters to another, one step at a time.
//!
//! A change is never made in one leap: what is added becomes a learner first and catches up; a leader that shall leave
//! hands over before; then the voters change jointly (section 6 of the Raft paper); what is left over is dropped. Each
//! step is decided from what the group is now, so that another leader goes on where the last one stopped.
//!
//! Must never: do I/O, or give up a voter while too few of those that stay have the log.

use std::collections::BTreeSet;

use super::types::RaftNodeId;

/// The members of a group, as the newest entry about them in its log says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    /// The voter sets: one, or two while a change is joint. A decision needs a majority of each.
    pub voter_sets: Vec<BTreeSet<RaftNodeId>>,
    /// Those that receive the log and do not vote.
    pub learners: BTreeSet<RaftNodeId>,
    /// Whether that entry is committed.
    pub committed: bool,
}

impl Members {
    /// Everybody who votes in any of the sets.
    pub fn voters(&self) -> BTreeSet<RaftNodeId> {
        self.voter_sets.iter().flatten().copied().collect()
    }

    /// Whether the voters are exactly these, and that is settled.
    fn is_settled_on(&self, voters: &BTreeSet<RaftNodeId>) -> bool {
        self.committed && self.voter_sets.len() == 1 && self.voter_sets.first() == Some(voters)
    }
}

/// What the leader does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// These receive the log from now on.
    AddLearners(BTreeSet<RaftNodeId>),
    /// These have not caught up yet.
    Await(BTreeSet<RaftNodeId>),
    /// The leader shall leave: one of these goes on, the first that takes it.
    HandOver(Vec<RaftNodeId>),
    /// These become the voters.
    ChangeVoters(BTreeSet<RaftNodeId>),
    /// These no longer receive the log.
    DropLearners(BTreeSet<RaftNodeId>),
    /// The group is as it shall be.
    Done,
}

/// Where a group shall go.
#[derive(Debug, Clone)]
pub struct Goal<'a> {
    /// The voters that it shall have, the preferred leader first.
    pub voters: &'a [RaftNodeId],
    /// The learners that it shall have; they need not have caught up.
    pub learners: &'a BTreeSet<RaftNodeId>,
    /// How many of the voters must have caught up before others are given up; at least a majority in any case.
    pub min_in_sync: usize,
}

/// The next step of the leader `me` towards the goal. `caught_up` tells whether a replica is alive and at the end of the
/// leader's log; the leader always is.
pub fn next_step(
    me: RaftNodeId,
    members: &Members,
    goal: &Goal<'_>,
    caught_up: impl Fn(RaftNodeId) -> bool,
) -> Step {
    let wanted: BTreeSet<RaftNodeId> = goal.voters.iter().copied().collect();
    let voters = members.voters();
    let all = &voters | &members.learners;
    let missing: BTreeSet<_> = wanted.union(goal.learners).filter(|id| !all.contains(id)).copied().collect();
    if !missing.is_empty() {
        return Step::AddLearners(missing);
    }
    if members.is_settled_on(&wanted) {
        let superfluous: BTreeSet<_> = members.learners.difference(goal.learners).copied().collect();
        return if superfluous.is_empty() { Step::Done } else { Step::DropLearners(superfluous) };
    }
    let is_in_sync = |id: &RaftNodeId| *id == me || caught_up(*id);
    let behind: BTreeSet<_> = wanted.iter().filter(|id| !is_in_sync(id)).copied().collect();
    let enough = goal.min_in_sync.min(wanted.len()).max(wanted.len() / 2 + 1);
    let newcomers_lag = behind.iter().any(|id| !voters.contains(id));
    if newcomers_lag || wanted.len() - behind.len() < enough {
        return Step::Await(behind);
    }
    if wanted.contains(&me) {
        return Step::ChangeVoters(wanted);
    }
    let heirs: Vec<_> =
        goal.voters.iter().filter(|id| voters.contains(id) && !behind.contains(id)).copied().collect();
    if heirs.is_empty() {
        // Nobody who stays can lead yet: first they become voters beside the others.
        return Step::ChangeVoters(&voters | &wanted);
    }
    Step::HandOver(heirs)
}

#[cfg(test)]
mod tests;
