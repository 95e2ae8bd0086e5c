//! Applying committed entries: openraft's state machine face over ours.
//!
//! The state of a group (its position, membership and the application's own state) is kept consistent under one
//! lock, so that a WAL checkpoint taken at any moment is a state that the group really had.
//!
//! A snapshot is the state at the purge point, the *base*: a follower whose log ends before it gets the base and then
//! the log, so that it has every record that is retained. The base is part of each WAL checkpoint, and is made durable
//! before anything is purged up to it ([`Machine::rebase`]) and before an installed one counts as applied.
//!
//! Must never: apply an entry twice or out of order, or drop the answer to a proposal.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use chronik_common::now_ms;
use futures::{Stream, TryStreamExt};
use openraft::storage::{EntryResponder, RaftStateMachine};
use openraft::{OptionalSend, RaftSnapshotBuilder};
use parking_lot::{Mutex, RwLock};
use prost::Message;

use super::codec::{decode_checkpoint, decode_state, encode_state, id_from_wire, invalid};
use super::stirred::Mark;
use super::storage::durable;
use super::transport::wire;
use super::types::{
    Command, EntryPayload, LogId, RaftNodeId, Reply, Snapshot, SnapshotMeta, StoredMembership, TypeConfig,
    term_of,
};
use crate::wal::GroupLog;

/// A committed entry as the application sees it.
#[derive(Debug)]
pub struct Applied<'a> {
    /// Its index in the group's Raft log.
    pub index: u64,
    /// The term in which it was proposed.
    pub term: u64,
    /// What it carries.
    pub payload: Payload<'a>,
}

/// What a committed entry carries.
#[derive(Debug)]
pub enum Payload<'a> {
    /// Nothing: a new leader's first entry.
    Blank,
    /// A change of the group's members.
    Membership,
    /// The application's own.
    Data(&'a Command),
}

/// What a group's application does with committed entries.
///
/// Calls come one at a time, in log order. All methods must be quick and must not block.
pub trait StateMachine: Send + Sync + 'static {
    /// Takes one entry in.
    fn apply(&self, entry: &Applied<'_>) -> Reply;
    /// A run of entries was applied: the moment to wake whoever waits for them.
    fn settled(&self) {}
    /// The state after the last entry applied.
    fn encode(&self) -> Bytes;
    /// Records counted up to the last entry applied: the base offset of what comes next.
    fn end_offset(&self) -> u64;
    /// Becomes the state before the first entry.
    fn reset(&self);
    /// Becomes the state that `encode` gave.
    fn restore(&self, state: &[u8]) -> io::Result<()>;
}

struct Position {
    last: Option<LogId>,
    membership: StoredMembership,
    /// The state at the purge point, once there is one.
    base: Option<Box<wire::Snapshot>>,
}

/// The members that do not vote, as of the last membership applied: what is sent to them is throttled.
pub(super) type Learners = Arc<RwLock<BTreeSet<u64>>>;

/// openraft's handle of a group's state machine.
#[derive(Clone)]
pub(super) struct Machine {
    me: u64,
    position: Arc<Mutex<Position>>,
    learners: Learners,
    log: GroupLog,
    app: Arc<dyn StateMachine>,
    stirred: Arc<Mark>,
}

impl Machine {
    /// Starts from the state in a WAL checkpoint, or from nothing.
    ///
    /// A checkpointed state may be ahead of the log: the leader applies what a quorum of others has on disk before its
    /// own disk has it. Such a state is dropped, and built again from the base and the log. Only an installed
    /// snapshot, which is its own base, is rightly ahead: the log goes on behind it.
    pub(super) fn open(
        me: RaftNodeId,
        app: Arc<dyn StateMachine>,
        log: GroupLog,
        checkpoint: Option<wire::Snapshot>,
        stirred: Arc<Mark>,
    ) -> io::Result<Self> {
        let position = Position { last: None, membership: StoredMembership::default(), base: None };
        let (position, learners) = (Arc::new(Mutex::new(position)), Learners::default());
        let machine = Self { me: me.raw(), position, learners, log, app, stirred };
        machine.app.reset();
        let Some(mut state) = checkpoint else { return Ok(machine) };
        let base = state.base.take();
        let end = machine.log.state().last.map(|id| id.index);
        let index = |s: &wire::Snapshot| s.last.map(|id| id.index);
        if index(&state) <= end || base.as_deref().is_some_and(|b| b.last == state.last) {
            machine.become_state(state)?;
        } else if let Some(base) = base.as_deref() {
            machine.become_state(base.clone())?;
        }
        machine.position.lock().base = base;
        Ok(machine)
    }

    fn become_state(&self, state: wire::Snapshot) -> io::Result<()> {
        let (last, membership, state) = decode_state(state)?;
        let mut position = self.position.lock();
        self.app.restore(&state)?;
        self.note_learners(&membership);
        (position.last, position.membership) = (last, membership);
        Ok(())
    }

    fn note_learners(&self, membership: &StoredMembership) {
        *self.learners.write() = membership.membership().learner_ids().collect();
    }

    /// The members that do not vote.
    pub(super) fn learners(&self) -> Learners {
        self.learners.clone()
    }

    /// The state for a WAL checkpoint.
    pub(super) fn checkpoint(&self) -> Bytes {
        self.encode(&self.position.lock()).encode_to_vec().into()
    }

    fn encode(&self, position: &Position) -> wire::Snapshot {
        let state = encode_state(position.last.as_ref(), &position.membership, self.app.encode());
        let (end, base) = (self.app.end_offset(), position.base.clone());
        wire::Snapshot { end, base, replica: self.me, taken_at_ms: now_ms(), ..state }
    }

    /// Notes durably whose log this is, before there is any.
    pub(super) async fn claim_log(&self) -> io::Result<()> {
        durable(|done| self.log.save_app_state(self.checkpoint(), done)).await
    }

    /// The index of the base, if there is one.
    pub(super) fn base(&self) -> Option<u64> {
        self.position.lock().base.as_deref().and_then(|b| b.last).map(|id| id.index)
    }

    /// What the base takes when it is sent, in bytes, if there is one.
    pub(super) fn base_bytes(&self) -> Option<u64> {
        self.position.lock().base.as_deref().map(|base| base.encoded_len() as u64)
    }

    /// When the base's state was written down, in milliseconds since 1970, if there is a base that says so.
    pub(super) fn base_taken_at_ms(&self) -> Option<i64> {
        self.position.lock().base.as_deref().map(|base| base.taken_at_ms).filter(|at| *at > 0)
    }

    /// Records counted up to the base, if the base is at `upto`.
    pub(super) fn end_at(&self, upto: &LogId) -> Option<u64> {
        let position = self.position.lock();
        let base = position.base.as_deref()?;
        (id_from_wire(base.last).as_ref() == Some(upto)).then_some(base.end)
    }

    /// Takes the state that a WAL checkpoint recorded as the new base, if it lies ahead of the present one and at or
    /// before index `limit`. Durable on return; gives the base's index.
    pub(super) async fn rebase(&self, checkpoint: &[u8], limit: u64) -> io::Result<Option<u64>> {
        let mut base = decode_checkpoint(checkpoint)?;
        (base.base, base.replica) = (None, 0);
        let Some(index) = base.last.map(|id| id.index).filter(|index| *index <= limit) else {
            return Ok(None);
        };
        if self.base().is_some_and(|present| present >= index) {
            return Ok(None);
        }
        let state = {
            let mut position = self.position.lock();
            position.base = Some(Box::new(base));
            self.encode(&position)
        };
        durable(|done| self.log.save_app_state(state.encode_to_vec().into(), done)).await?;
        self.stirred.set();
        Ok(Some(index))
    }

    fn apply_one(&self, log_id: LogId, payload: &EntryPayload) -> Reply {
        let mut position = self.position.lock();
        let payload = match payload {
            EntryPayload::Blank => Payload::Blank,
            EntryPayload::Normal(command) => Payload::Data(command),
            EntryPayload::Membership(m) => {
                position.membership = StoredMembership::new(Some(log_id), m.clone());
                self.note_learners(&position.membership);
                Payload::Membership
            }
        };
        let reply = self.app.apply(&Applied { index: log_id.index, term: term_of(&log_id), payload });
        position.last = Some(log_id);
        reply
    }
}

/// The base as openraft sees it. What is sent is the whole message, in its encoding.
fn snapshot_of(base: &wire::Snapshot) -> io::Result<Snapshot> {
    let (last_log_id, last_membership, _) = decode_state(base.clone())?;
    Ok(Snapshot {
        meta: SnapshotMeta { last_log_id, last_membership },
        snapshot: base.encode_to_vec().into(),
    })
}

impl RaftStateMachine<TypeConfig> for Machine {
    type SnapshotData = Bytes;
    type SnapshotBuilder = Self;

    async fn applied_state(&mut self) -> io::Result<(Option<LogId>, StoredMembership)> {
        let position = self.position.lock();
        Ok((position.last, position.membership.clone()))
    }

    async fn apply<S>(&mut self, mut entries: S) -> io::Result<()>
    where
        S: Stream<Item = io::Result<EntryResponder<TypeConfig>>> + Unpin + OptionalSend,
    {
        while let Some((entry, responder)) = entries.try_next().await? {
            let reply = self.apply_one(entry.log_id, &entry.payload);
            if let Some(responder) = responder {
                responder.send(reply);
            }
        }
        self.stirred.set();
        self.app.settled();
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Self {
        self.clone()
    }

    /// Becomes the state that the leader sent. Durable before it counts: what is purged next cannot come back.
    async fn install_snapshot(&mut self, _meta: &SnapshotMeta, snapshot: Bytes) -> io::Result<()> {
        let base = wire::Snapshot::decode(snapshot).map_err(|e| invalid(format!("snapshot: {e}")))?;
        let checkpoint =
            wire::Snapshot { base: Some(Box::new(base.clone())), replica: self.me, ..base.clone() };
        durable(|done| self.log.save_app_state(checkpoint.encode_to_vec().into(), done)).await?;
        self.become_state(base.clone())?;
        self.position.lock().base = Some(Box::new(base));
        self.app.settled();
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<Snapshot>> {
        self.position.lock().base.as_deref().map(snapshot_of).transpose()
    }
}

impl RaftSnapshotBuilder<TypeConfig> for Machine {
    type SnapshotData = Bytes;

    /// The base: nothing else is a snapshot here, see the module.
    async fn build_snapshot(&mut self) -> io::Result<Snapshot> {
        match self.position.lock().base.as_deref() {
            Some(base) => snapshot_of(base),
            None => Err(invalid("a snapshot was asked for before there was a purge point")),
        }
    }
}
