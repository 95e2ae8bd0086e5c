//! Applying committed entries: openraft's state machine face over ours.
//!
//! The state of a group (its position, membership and the application's own state) is kept consistent under one
//! lock, so that a WAL checkpoint taken at any moment is a state that the group really had.
//!
//! Must never: apply an entry twice or out of order, or drop the answer to a proposal.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use openraft::storage::{EntryResponder, RaftStateMachine};
use openraft::{OptionalSend, RaftSnapshotBuilder};
use parking_lot::Mutex;
use prost::Message;

use super::codec::{decode_state, encode_state, invalid};
use super::transport::wire;
use super::types::{
    Command, EntryPayload, LogId, Reply, Snapshot, SnapshotMeta, StoredMembership, TypeConfig, term_of,
};

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
    /// Becomes the state before the first entry.
    fn reset(&self);
    /// Becomes the state that `encode` gave.
    fn restore(&self, state: &[u8]) -> io::Result<()>;
}

struct Position {
    last: Option<LogId>,
    membership: StoredMembership,
}

/// openraft's handle of a group's state machine.
#[derive(Clone)]
pub(super) struct Machine {
    position: Arc<Mutex<Position>>,
    app: Arc<dyn StateMachine>,
}

impl Machine {
    /// Starts from the state in a WAL checkpoint, or from nothing.
    pub(super) fn open(app: Arc<dyn StateMachine>, checkpoint: Option<&[u8]>) -> io::Result<Self> {
        let mut position = Position { last: None, membership: StoredMembership::default() };
        app.reset();
        if let Some(bytes) = checkpoint {
            let snapshot =
                wire::Snapshot::decode(bytes).map_err(|e| invalid(format!("WAL checkpoint: {e}")))?;
            let (last, membership, state) = decode_state(snapshot)?;
            app.restore(&state)?;
            position = Position { last, membership };
        }
        Ok(Self { position: Arc::new(Mutex::new(position)), app })
    }

    /// The index of the last entry applied.
    pub(super) fn position(&self) -> Option<u64> {
        self.position.lock().last.as_ref().map(|id| id.index)
    }

    /// The state for a WAL checkpoint.
    pub(super) fn checkpoint(&self) -> Bytes {
        let position = self.position.lock();
        encode_state(position.last.as_ref(), &position.membership, self.app.encode()).encode_to_vec().into()
    }

    fn apply_one(&self, log_id: LogId, payload: &EntryPayload) -> Reply {
        let mut position = self.position.lock();
        let payload = match payload {
            EntryPayload::Blank => Payload::Blank,
            EntryPayload::Normal(command) => Payload::Data(command),
            EntryPayload::Membership(m) => {
                position.membership = StoredMembership::new(Some(log_id), m.clone());
                Payload::Membership
            }
        };
        let reply = self.app.apply(&Applied { index: log_id.index, term: term_of(&log_id), payload });
        position.last = Some(log_id);
        reply
    }
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
        self.app.settled();
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Self {
        self.clone()
    }

    /// Refused: nothing is ever purged from a log yet, so no leader has a reason to send a snapshot.
    async fn install_snapshot(&mut self, meta: &SnapshotMeta, _snapshot: Bytes) -> io::Result<()> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!("a snapshot at {:?} was sent, but logs are kept whole", meta.last_log_id),
        ))
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<Snapshot>> {
        Ok(None)
    }
}

impl RaftSnapshotBuilder<TypeConfig> for Machine {
    type SnapshotData = Bytes;

    async fn build_snapshot(&mut self) -> io::Result<Snapshot> {
        let position = self.position.lock();
        Ok(Snapshot {
            meta: SnapshotMeta { last_log_id: position.last, last_membership: position.membership.clone() },
            snapshot: self.app.encode(),
        })
    }
}
