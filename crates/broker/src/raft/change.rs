//! Changing a group: its members, its leader, and where its log begins.
//!
//! Must never: leave a group without a leader that takes proposals because a change did not come about.

#![allow(clippy::zero_sized_map_values, reason = "openraft asks for maps to `EmptyNode`")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use openraft::errors::{ClientWriteError, ForwardReason, RaftError};
use openraft::{ChangeMembers, EmptyNode};

use super::group::Group;
use super::types::{GroupId, RaftNodeId};

/// Why a change did not come about. It may have been begun, and another leader may finish it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("group {group} could not be changed: {why}")]
pub struct ChangeError {
    /// The group.
    pub group: GroupId,
    /// Why.
    pub why: String,
}

type Change = ChangeMembers<u64, EmptyNode>;

impl Group {
    /// Makes these members that receive the log and do not vote. Returns when that is committed.
    pub async fn add_learners(&self, ids: &BTreeSet<RaftNodeId>) -> Result<(), ChangeError> {
        let nodes: BTreeMap<u64, EmptyNode> = ids.iter().map(|id| (id.raw(), EmptyNode {})).collect();
        self.change(ChangeMembers::AddNodes(nodes)).await
    }

    /// Makes exactly these the voters, by a joint change; who voted before and shall no more is out. Returns when it is
    /// committed. They must be members already.
    pub async fn change_voters(&self, ids: &BTreeSet<RaftNodeId>) -> Result<(), ChangeError> {
        self.change(ChangeMembers::ReplaceAllVoters(ids.iter().map(|id| id.raw()).collect())).await
    }

    /// Takes these, who do not vote, out of the group.
    pub async fn drop_learners(&self, ids: &BTreeSet<RaftNodeId>) -> Result<(), ChangeError> {
        self.change(ChangeMembers::RemoveNodes(ids.iter().map(|id| id.raw()).collect())).await
    }

    async fn change(&self, change: Change) -> Result<(), ChangeError> {
        let failed = |why: String| ChangeError { group: self.id(), why };
        let mut pause = Duration::from_millis(1);
        loop {
            match self.raft.change_membership(change.clone(), false).await {
                Ok(_) => return Ok(()),
                Err(RaftError::APIError(ClientWriteError::ForwardToLeader(forward)))
                    if matches!(forward.reason, ForwardReason::LeaseExpired) && self.leads().is_some() =>
                {
                    // As in `Group::propose`: an idle group's lease is renewed by one heartbeat.
                    self.raft.trigger().heartbeat().await.map_err(|e| failed(e.to_string()))?;
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(50));
                }
                Err(e) => return Err(failed(e.to_string())),
            }
        }
    }

    /// Hands leadership over to the first of these voters that takes it; they should be alive and caught up. Gives
    /// whether this node no longer leads.
    ///
    /// From the first offer on openraft's leader refuses proposals for the rest of its term. So if nobody takes it, it is
    /// offered again, in the end to any voter, as long as this node leads: no quorum, no leader is the only way out.
    pub async fn hand_over(&self, heirs: &[RaftNodeId]) -> bool {
        let Some(term) = self.leads() else { return true };
        let others: Vec<RaftNodeId> = self.voters().into_iter().filter(|v| *v != self.me()).collect();
        let offers = heirs.iter().chain(heirs).chain(others.iter().cycle().take(others.len() * 8));
        for heir in offers {
            if self.raft.trigger().transfer_leader(heir.raw()).await.is_err() {
                return true;
            }
            let deadline = tokio::time::Instant::now() + self.patience;
            while tokio::time::Instant::now() < deadline {
                if self.leads() != Some(term) {
                    return true;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        self.leads() != Some(term)
    }

    /// As [`Group::hand_over`], in the background.
    pub fn transfer_leader(self: &Arc<Self>, to: RaftNodeId) {
        let group = self.clone();
        self.runtime.spawn(async move { group.hand_over(&[to]).await });
    }

    /// Forgets the log up to where the state in `checkpoint` (of this group, from a WAL checkpoint) was taken, if that is
    /// at or before `limit`: the state becomes what followers that lack more are sent. Gives the index purged up to.
    ///
    /// What is durable when: first the state, then the purge.
    pub async fn purge_up_to(&self, checkpoint: &[u8], limit: u64) -> Result<Option<u64>, ChangeError> {
        let failed = |why: String| ChangeError { group: self.id(), why };
        if let Some(index) =
            self.machine.rebase(checkpoint, limit).await.map_err(|e| failed(e.to_string()))?
        {
            self.raft.trigger().snapshot().await.map_err(|e| failed(e.to_string()))?;
            let wait = self.raft.wait(Some(self.patience * 10));
            let reached = |m: &openraft::RaftMetrics<_>| m.snapshot.is_some_and(|id| id.index >= index);
            wait.metrics(reached, "the new base is known").await.map_err(|e| failed(e.to_string()))?;
        }
        // A purge that a crash or an error kept from following its base is made up for here.
        let Some(base) = self.machine.base() else { return Ok(None) };
        if self.log().state().purged.is_some_and(|purged| purged.index >= base) {
            return Ok(None);
        }
        self.raft.trigger().purge_log(base).await.map_err(|e| failed(e.to_string()))?;
        Ok(Some(base))
    }
}
