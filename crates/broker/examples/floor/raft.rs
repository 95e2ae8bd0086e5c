//! A Raft group of three replicas in this process: the least that openraft can be run with.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::Future;
use std::io;
use std::ops::RangeBounds;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, TryStreamExt};
use openraft::errors::{RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::impls::leader_id_std;
use openraft::network::{RPCOption, RaftNetworkFactory, RaftNetworkV2};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, VoteRequest, VoteResponse,
};
use openraft::storage::{EntryResponder, IOFlushed, LogState, RaftLogStorage, RaftStateMachine};
use openraft::type_config::alias::{
    EntryOf, LogIdOf, SnapshotMetaOf, SnapshotOf, StoredMembershipOf, VoteOf,
};
use openraft::{Config, EmptyNode, OptionalSend, RaftLogReader, RaftSnapshotBuilder, SnapshotPolicy};
use parking_lot::{Mutex, RwLock};

use super::Result;

/// What is proposed: nothing but an entry.
#[derive(Debug, Clone, Copy)]
pub struct Record;

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }
}

openraft::declare_raft_types!(
    /// As Chronik's, with the least of an entry.
    pub Types:
        D = Record,
        R = (),
        NodeId = u64,
        Node = EmptyNode,
        Term = u64,
        LeaderId = leader_id_std::LeaderId<u64, u64>,
);

/// How long an election may take.
const PATIENCE: Duration = Duration::from_secs(10);

type Raft = openraft::Raft<Types, Machine>;
type Members = Arc<RwLock<HashMap<u64, Raft>>>;

/// Three replicas, of which the first leads.
pub struct Group {
    members: Members,
    leader: Raft,
}

impl Group {
    /// Founds a group and waits for its leader. The clocks are off, as in Chronik.
    pub async fn found(id: u64) -> Result<Self> {
        let config = Config {
            cluster_name: id.to_string(),
            log_stage_capacity: Some(1),
            snapshot_policy: SnapshotPolicy::Never,
            enable_leader_restore: Some(false),
            ..Config::default()
        };
        let config = Arc::new(config.validate()?);
        let members = Members::default();
        for node in 1..=3 {
            let (log, machine) = (Log::default(), Machine::default());
            let raft = Raft::new(node, config.clone(), Way(members.clone(), node), log, machine).await?;
            raft.runtime_config().tick(false);
            members.write().insert(node, raft);
        }
        let leader = members.read()[&1].clone();
        #[allow(clippy::zero_sized_map_values, reason = "openraft asks for this map")]
        let founders: BTreeMap<u64, EmptyNode> = (1..=3).map(|node| (node, EmptyNode {})).collect();
        leader.initialize(founders).await?;
        leader.wait(Some(PATIENCE)).current_leader(1, "the first replica leads").await?;
        Ok(Self { members, leader })
    }

    /// One entry, until a majority has it and it is applied here.
    pub async fn round(&self) -> Result<()> {
        self.leader.client_write(Record).await?;
        Ok(())
    }

    /// Ends the group's tasks.
    pub async fn end(self) {
        let members: Vec<Raft> = self.members.write().drain().map(|(_, raft)| raft).collect();
        for member in members {
            drop(member.shutdown().await);
        }
    }
}

/// The way from one replica to another: a call.
struct Way(Members, u64);

impl RaftNetworkFactory<Types> for Way {
    type Network = Self;

    async fn new_client(&mut self, target: u64, _: &EmptyNode) -> Self {
        Self(self.0.clone(), target)
    }
}

type Failure = RPCError<Types>;

impl Way {
    fn target(&self) -> std::result::Result<Raft, Failure> {
        let target = self.0.read().get(&self.1).cloned();
        target.ok_or_else(|| unreachable_replica(&io::Error::other("it has ended")))
    }
}

fn unreachable_replica(e: &(impl std::error::Error + 'static)) -> Failure {
    RPCError::Unreachable(Unreachable::new(e))
}

impl RaftNetworkV2<Types> for Way {
    type SnapshotData = ();

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<Types>,
        _: RPCOption,
    ) -> std::result::Result<AppendEntriesResponse<Types>, Failure> {
        self.target()?.append_entries(request).await.map_err(|e| unreachable_replica(&e))
    }

    async fn vote(
        &mut self,
        request: VoteRequest<Types>,
        _: RPCOption,
    ) -> std::result::Result<VoteResponse<Types>, Failure> {
        self.target()?.vote(request).await.map_err(|e| unreachable_replica(&e))
    }

    async fn full_snapshot(
        &mut self,
        _: VoteOf<Types>,
        _: SnapshotOf<Types, ()>,
        _: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _: RPCOption,
    ) -> std::result::Result<SnapshotResponse<Types>, StreamingError<Types>> {
        Err(unreachable_replica(&io::Error::other("there are no snapshots here")).into())
    }
}

/// A log in memory that forgets what every replica has long had.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    entries: BTreeMap<u64, EntryOf<Types>>,
    vote: Option<VoteOf<Types>>,
}

/// More than can be under way to a follower.
const KEPT: usize = 64;

impl RaftLogReader<Types> for Log {
    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + fmt::Debug + OptionalSend>(
        &mut self,
        range: RB,
    ) -> io::Result<Vec<EntryOf<Types>>> {
        Ok(self.0.lock().entries.range(range).map(|(_, entry)| entry.clone()).collect())
    }

    async fn read_vote(&mut self) -> io::Result<Option<VoteOf<Types>>> {
        Ok(self.0.lock().vote)
    }
}

impl RaftLogStorage<Types> for Log {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> io::Result<LogState<Types>> {
        let last_log_id = self.0.lock().entries.last_key_value().map(|(_, entry)| entry.log_id);
        Ok(LogState { last_purged_log_id: None, last_log_id })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &VoteOf<Types>) -> io::Result<()> {
        self.0.lock().vote = Some(*vote);
        Ok(())
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<Types>) -> io::Result<()>
    where
        I: IntoIterator<Item = EntryOf<Types>> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let mut content = self.0.lock();
        content.entries.extend(entries.into_iter().map(|entry| (entry.log_id.index, entry)));
        while content.entries.len() > KEPT {
            content.entries.pop_first();
        }
        drop(content);
        callback.io_completed(Ok(()));
        Ok(())
    }

    async fn truncate_after(&mut self, last: Option<LogIdOf<Types>>) -> io::Result<()> {
        let first = last.map_or(0, |id| id.index + 1);
        self.0.lock().entries.split_off(&first);
        Ok(())
    }

    async fn purge(&mut self, _: LogIdOf<Types>) -> io::Result<()> {
        Ok(())
    }
}

/// A state machine that knows how far it is.
#[derive(Clone, Default)]
struct Machine(Arc<Mutex<Applied>>);

type Applied = (Option<LogIdOf<Types>>, StoredMembershipOf<Types>);

impl RaftStateMachine<Types> for Machine {
    type SnapshotData = ();
    type SnapshotBuilder = Self;

    async fn applied_state(&mut self) -> io::Result<Applied> {
        Ok(self.0.lock().clone())
    }

    async fn apply<S>(&mut self, mut entries: S) -> io::Result<()>
    where
        S: Stream<Item = io::Result<EntryResponder<Types>>> + Unpin + OptionalSend,
    {
        while let Some((entry, responder)) = entries.try_next().await? {
            let mut state = self.0.lock();
            state.0 = Some(entry.log_id);
            if let openraft::EntryPayload::Membership(membership) = entry.payload {
                state.1 = StoredMembershipOf::<Types>::new(Some(entry.log_id), membership);
            }
            drop(state);
            if let Some(responder) = responder {
                responder.send(());
            }
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Self {
        self.clone()
    }

    async fn install_snapshot(&mut self, _: &SnapshotMetaOf<Types>, (): ()) -> io::Result<()> {
        Err(io::Error::other("there are no snapshots here"))
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<SnapshotOf<Types, ()>>> {
        Ok(None)
    }
}

impl RaftSnapshotBuilder<Types> for Machine {
    type SnapshotData = ();

    async fn build_snapshot(&mut self) -> io::Result<SnapshotOf<Types, ()>> {
        Err(io::Error::other("there are no snapshots here"))
    }
}
