//! A group's Raft log in the node's WAL.
//!
//! `append` makes entries readable on return and reports them flushed after the `fdatasync` that covers them;
//! `save_vote` returns only when the vote is durable. The WAL writes both in the order given, so a term is never
//! durable after its own entries (openraft's contract for log storage).
//!
//! Must never: answer a read with an entry that failed its checksum, or block a runtime thread on the disk.

use std::fmt::Debug;
use std::io;
use std::ops::{Bound, Range, RangeBounds};
use std::sync::Arc;

use openraft::storage::{IOFlushed, LogState, RaftLogStorage};
use openraft::{OptionalSend, RaftLogReader};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::codec::{entry_from_wal, entry_to_wal, id_from_wal, vote_of};
use super::machine::Machine;
use super::stirred::Mark;
use super::types::{Entry, LogId, TypeConfig, Vote, term_of};
use crate::wal::{self, GroupLog, WalError};

/// Entries handed to a follower at a time: more would hold memory and delay the others on the stream.
const REPLICATION_READ_BYTES: usize = 1024 * 1024;
/// Entries handed to the state machine at a time.
const APPLY_READ_BYTES: usize = 4 * 1024 * 1024;

/// Told of each vote once it is durable: how the node learns who leads a group, without asking.
pub(super) type VoteHook = Arc<dyn Fn(&Vote) + Send + Sync>;

#[derive(Clone)]
pub(super) struct LogStore {
    log: GroupLog,
    on_vote: VoteHook,
    /// The last vote saved: names the leader of the entries of its term.
    vote: Arc<Mutex<Option<Vote>>>,
    /// Knows how many records an installed snapshot stands for.
    machine: Machine,
    stirred: Arc<Mark>,
}

impl LogStore {
    pub(super) fn new(log: GroupLog, on_vote: VoteHook, machine: Machine, stirred: Arc<Mark>) -> Self {
        let vote = log.state().vote.map(|v| vote_of(v.term, v.leader, v.committed));
        Self { log, on_vote, vote: Arc::new(Mutex::new(vote)), machine, stirred }
    }

    fn leader_of(&self, term: u64) -> u64 {
        self.vote.lock().as_ref().filter(|v| v.leader_id.term == term).map_or(0, |v| v.leader_id.voted_for)
    }

    async fn read(&self, range: Range<u64>, max_bytes: usize) -> io::Result<Vec<Entry>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let entries = if self.log.is_hot(range.start) {
            self.log.read(range, max_bytes)
        } else {
            let log = self.log.clone();
            tokio::task::spawn_blocking(move || log.read(range, max_bytes)).await.map_err(io::Error::other)?
        };
        entries.map_err(to_io)?.into_iter().map(entry_from_wal).collect()
    }

    fn bounds(&self, range: &impl RangeBounds<u64>) -> Range<u64> {
        let start = match range.start_bound() {
            Bound::Included(i) => *i,
            Bound::Excluded(i) => *i + 1,
            Bound::Unbounded => self.log.state().purged.map_or(0, |id| id.index + 1),
        };
        let end = match range.end_bound() {
            Bound::Included(i) => *i + 1,
            Bound::Excluded(i) => *i,
            Bound::Unbounded => self.log.state().last.map_or(0, |id| id.index + 1),
        };
        start..end
    }
}

fn to_io(e: WalError) -> io::Error {
    io::Error::other(e)
}

/// Runs a WAL operation and waits until it is durable.
pub(super) async fn durable(op: impl FnOnce(wal::Done) -> Result<(), WalError>) -> io::Result<()> {
    let (tx, rx) = oneshot::channel();
    op(Box::new(move |result| drop(tx.send(result)))).map_err(to_io)?;
    rx.await.map_err(|_| io::Error::other("the WAL was closed"))?
}

impl RaftLogReader<TypeConfig> for LogStore {
    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: RB,
    ) -> io::Result<Vec<Entry>> {
        let Range { mut start, end } = self.bounds(&range);
        let mut entries = Vec::new();
        while start < end {
            let more = self.read(start..end, APPLY_READ_BYTES).await?;
            if more.is_empty() {
                break;
            }
            start += more.len() as u64;
            entries.extend(more);
        }
        Ok(entries)
    }

    async fn entries_stream<RB>(
        &mut self,
        range: RB,
    ) -> impl futures::Stream<Item = io::Result<Entry>> + OptionalSend
    where
        RB: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        let Range { start, end } = self.bounds(&range);
        let pieces = futures::stream::try_unfold((self.clone(), start), move |(store, next)| async move {
            if next >= end {
                return Ok(None);
            }
            let entries = store.read(next..end, APPLY_READ_BYTES).await?;
            if entries.is_empty() {
                return Err(io::Error::other(format!("log entries {next}..{end} are not there")));
            }
            let next = next + entries.len() as u64;
            Ok(Some((futures::stream::iter(entries.into_iter().map(Ok)), (store, next))))
        });
        Box::pin(futures::TryStreamExt::try_flatten(pieces))
    }

    async fn limited_get_log_entries(&mut self, start: u64, end: u64) -> io::Result<Vec<Entry>> {
        self.read(start..end, REPLICATION_READ_BYTES).await
    }

    async fn read_vote(&mut self) -> io::Result<Option<Vote>> {
        Ok(*self.vote.lock())
    }
}

impl RaftLogStorage<TypeConfig> for LogStore {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> io::Result<LogState<TypeConfig>> {
        let state = self.log.state();
        Ok(LogState {
            last_purged_log_id: state.purged.map(id_from_wal),
            last_log_id: state.last.map(id_from_wal),
        })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> io::Result<()> {
        let record = wal::Vote {
            term: vote.leader_id.term,
            leader: vote.leader_id.voted_for,
            committed: vote.committed,
        };
        // Set before it is durable: entries of the new term may follow in the queue right behind it.
        *self.vote.lock() = Some(*vote);
        durable(|done| self.log.save_vote(record, done)).await?;
        (self.on_vote)(vote);
        self.stirred.set();
        Ok(())
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> io::Result<()> {
        match committed {
            Some(id) => self
                .log
                .save_committed(wal::LogId { term: term_of(&id), leader: 0, index: id.index })
                .map_err(to_io),
            None => Ok(()),
        }
    }

    async fn read_committed(&mut self) -> io::Result<Option<LogId>> {
        Ok(self.log.state().committed.map(id_from_wal))
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<TypeConfig>) -> io::Result<()>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let entries: Vec<wal::Entry> = entries
            .into_iter()
            .map(|e| {
                let leader = self.leader_of(term_of(&e.log_id));
                entry_to_wal(e, leader)
            })
            .collect();
        self.log.append(entries, Box::new(move |result| callback.io_completed(result))).map_err(to_io)?;
        self.stirred.set();
        Ok(())
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> io::Result<()> {
        durable(|done| self.log.truncate_after(last.map(|id| id.index), done)).await?;
        self.stirred.set();
        Ok(())
    }

    async fn purge(&mut self, upto: LogId) -> io::Result<()> {
        let state = self.log.state();
        let next = self.log.headers(upto.index + 1..upto.index + 2).map_err(to_io)?.first().copied();
        let base_after = match next {
            Some(next) => next.base,
            None if state.last.is_some_and(|last| last.index == upto.index) => state.end,
            // A snapshot was installed: the log goes on behind it.
            None => self.machine.end_at(&upto).ok_or_else(|| {
                io::Error::other(format!(
                    "purge up to {upto}, of which there is neither an entry nor a snapshot"
                ))
            })?,
        };
        let unknown = wal::LogId { term: term_of(&upto), leader: 0, index: upto.index };
        let known = self.log.id_at(upto.index).map_err(to_io)?.filter(|id| id.term == unknown.term);
        durable(|done| self.log.purge(known.unwrap_or(unknown), base_after, done)).await?;
        self.stirred.set();
        Ok(())
    }
}
