//! The log of one group: the face of the WAL that callers use.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;

use super::file::WalFile;
use super::frame::{FrameType, Header, body_crc, frame_len};
use super::group::{Group, Log, Source};
use super::queue::{Done, Op, id_frame};
use super::read::{Failed, Planned};
use super::{Body, Entry, EntryHeader, GroupId, GroupState, LogId, Shared, Vote, WalError};

/// The longest body of an entry, in bytes.
pub const MAX_BODY: usize = 1 << 30;

/// The log of one group. Cheap to clone.
///
/// Nothing here waits for the disk but [`read`](Self::read) of entries that are not
/// [hot](Self::is_hot). Every change is seen by readers at once; `done` is called when it is durable.
/// Changes of one group become durable in the order in which they were made, never out of it.
#[derive(Clone)]
pub struct GroupLog {
    shared: Arc<Shared>,
    group: Arc<Group>,
}

impl fmt::Debug for GroupLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupLog").field("id", &self.group.id).finish_non_exhaustive()
    }
}

impl GroupLog {
    pub(super) fn new(shared: Arc<Shared>, group: Arc<Group>) -> Self {
        Self { shared, group }
    }

    /// The group's number.
    pub fn id(&self) -> GroupId {
        self.group.id
    }

    /// Appends entries that continue the log; sets their bases. On an error nothing is appended.
    ///
    /// Never waits: with more than four times `queue_bytes` waiting for the disk, the answer is
    /// [`WalError::Busy`]. Callers' own byte budgets should keep the queue below `queue_bytes`.
    pub fn append(&self, mut entries: Vec<Entry>, done: Done) -> Result<(), WalError> {
        let group = self.group.id;
        if entries.iter().any(|entry| entry.body.len() > MAX_BODY) {
            return Err(WalError::invalid(group, format!("an entry of more than {MAX_BODY} bytes")));
        }
        let bytes: u64 = entries.iter().map(|entry| frame_len(entry.body.len())).sum();
        // Before the lock is taken: this reads all of the bytes.
        let checksums: Vec<u32> = entries.iter().map(|entry| body_crc(&entry.body)).collect();

        let mut log = self.group.lock_usable()?;
        log.admit(group, &mut entries)?;
        let waiting = self.shared.queue.open()?;
        let (queued, limit) = (self.shared.counters.queued_bytes.load(Relaxed), self.shared.queue_limit());
        if queued > limit {
            return Err(WalError::Busy { queued, limit });
        }
        self.shared.counters.queued_bytes.fetch_add(bytes, Relaxed);
        let frames =
            entries.iter().zip(checksums).map(|(entry, crc)| entry_frame(group, entry, crc)).collect();
        log.append(entries.into_iter());
        let op = Op { group: self.group.clone(), frames, version: log.version, done };
        self.shared.queue.push(waiting, op);
        Ok(())
    }

    /// Replaces the vote. Never durable after entries appended later, never before earlier ones.
    pub fn save_vote(&self, vote: Vote, done: Done) -> Result<(), WalError> {
        let Vote { term, leader, committed } = vote;
        let header = Header { term, leader, kind: u8::from(committed), ..self.header(FrameType::Vote) };
        self.change(done, |log| {
            log.state.vote = Some(vote);
            Ok(Some((header, Body::empty())))
        })
    }

    /// Notes how far the log is committed. Not durable by itself: it rides with the next flush of
    /// any group, and only the newest does.
    pub fn save_committed(&self, id: LogId) -> Result<(), WalError> {
        let mut log = self.group.lock_usable()?;
        let mut waiting = self.shared.queue.open()?;
        log.state.committed = Some(id);
        waiting.commit(&self.group, id);
        Ok(())
    }

    /// Keeps opaque application state of the group, found again in
    /// [`Recovered::app_states`](super::Recovered::app_states). To be used before a purge that the
    /// state makes possible: the next checkpoint may be far away.
    pub fn save_app_state(&self, state: Bytes, done: Done) -> Result<(), WalError> {
        let body = Body::One(state);
        let header =
            Header { len: body.len() as u32, body_crc: body_crc(&body), ..self.header(FrameType::AppState) };
        if body.len() > MAX_BODY {
            return Err(WalError::invalid(self.group.id, format!("a state of more than {MAX_BODY} bytes")));
        }
        self.change(done, |_| Ok(Some((header, body))))
    }

    /// Voids the entries behind index `last_kept`; `None` voids all. Entries that are purged cannot
    /// come back.
    pub fn truncate_after(&self, last_kept: Option<u64>, done: Done) -> Result<(), WalError> {
        self.change(done, |log| {
            let frame = log.truncate(self.group.id, last_kept)?;
            Ok(frame.map(|header| (header, Body::empty())))
        })
    }

    /// Forgets the entries up to `upto`; `base_after` is the base of the entry behind it. `upto` may
    /// lie behind the last entry (a snapshot was installed): the log is then empty and goes on there.
    pub fn purge(&self, upto: LogId, base_after: u64, done: Done) -> Result<(), WalError> {
        self.change(done, |log| {
            let purged = log.purge(self.group.id, upto, base_after)?;
            let (header, body) = id_frame(FrameType::Purge, self.group.id, upto);
            Ok(purged.then_some((Header { base: base_after, ..header }, body)))
        })
    }

    /// Forgets the group, quarantined or not. The next handle to it finds it new and empty.
    pub fn remove(&self, done: Done) -> Result<(), WalError> {
        let group = self.group.id;
        // The map's lock first: nobody may take a new handle and write before the tombstone.
        let mut groups = self.shared.groups.write();
        let mut log = self.group.lock();
        if log.removed {
            return Err(WalError::Removed { group });
        }
        let mut waiting = self.shared.queue.open()?;
        log.removed = true;
        log.clear_front();
        groups.remove(&group);
        waiting.forget_commit(group);
        let frames = vec![(self.header(FrameType::Tombstone), Body::empty())];
        let op = Op { group: self.group.clone(), frames, version: log.version, done };
        self.shared.queue.push(waiting, op);
        Ok(())
    }

    /// The state of the log, with everything that has been asked for, durable or not.
    pub fn state(&self) -> GroupState {
        self.group.lock().state
    }

    /// Whether the group is damaged on disk: it can only be removed.
    pub fn is_quarantined(&self) -> bool {
        self.group.lock().durable.quarantined
    }

    /// Entries from `range.start` on, as many as `max_bytes` of bodies allow, but at least one if
    /// there is one. What was read from disk has been verified.
    pub fn read(&self, range: Range<u64>, max_bytes: usize) -> Result<Vec<Entry>, WalError> {
        loop {
            match super::read::fetch(self.group.id, self.plan(range.clone(), max_bytes)?) {
                Err(failed) if self.is_outdated(&failed) => {}
                read => return read.map_err(Failed::into_error),
            }
        }
    }

    /// Whether a read has failed because entries were copied elsewhere, or purged, after it had been
    /// planned.
    pub(super) fn is_outdated(&self, failed: &Failed) -> bool {
        match failed {
            Failed::NotFound(file) => !self.shared.segments.read().contains_key(&file.seq),
            Failed::Error(_) => false,
        }
    }

    /// Where the entries are. The files are held on to: what is on disk may be moved or deleted as
    /// soon as the group's lock is released.
    pub(super) fn plan(&self, range: Range<u64>, max_bytes: usize) -> Result<Vec<Planned>, WalError> {
        let group = self.group.id;
        let log = self.group.lock_usable()?;
        let mut sources: Vec<Planned> = Vec::new();
        let mut last_file: Option<Arc<WalFile>> = None;
        let mut room = max_bytes;
        for index in log.clamp(group, range)? {
            let missing = || WalError::invalid(group, format!("entry {index} has no known place"));
            let source = log.source(index).ok_or_else(missing)?;
            let Some(left) = room.checked_sub(source.body_len()).or(sources.is_empty().then_some(0)) else {
                break;
            };
            room = left;
            sources.push(match source {
                Source::Hot(entry) => Planned::Hot(entry),
                Source::Cold(located) => {
                    let file = last_file.take().filter(|file| file.seq == located.file);
                    let file = file.or_else(|| self.shared.file(located.file)).ok_or_else(missing)?;
                    last_file = Some(file.clone());
                    Planned::Cold(file, located)
                }
            });
        }
        Ok(sources)
    }

    /// Whether reading from `index` on does not touch the disk.
    pub fn is_hot(&self, index: u64) -> bool {
        index >= self.group.lock().hot_first()
    }

    /// The entries of `range` without their bodies, from memory.
    pub fn headers(&self, range: Range<u64>) -> Result<Vec<EntryHeader>, WalError> {
        let log = self.group.lock_usable()?;
        Ok(log.clamp(self.group.id, range)?.map_while(|index| log.header(index)).collect())
    }

    /// Sequence number of the WAL file, or number of the segment (2^52 and above), that holds the entry
    /// at `index`. `None`: it is not on disk yet, or the log has no such entry.
    pub fn file_of(&self, index: u64) -> Option<u64> {
        self.group.lock_usable().ok()?.on_disk(index).map(|located| located.file)
    }

    /// Sum of the body lengths of the entries in `range` that the log holds. From memory; looks at
    /// single entries only where the range begins or ends.
    pub fn bytes(&self, range: Range<u64>) -> u64 {
        self.group.lock().bytes(range)
    }

    /// The id of the entry at `index`, or of the purge point; `None` if the log does not reach there.
    pub fn id_at(&self, index: u64) -> Result<Option<LogId>, WalError> {
        let log = self.group.lock_usable()?;
        let first = log.state.first_index();
        match log.id_at(index) {
            None if index < first => Err(WalError::Purged { group: self.group.id, index, first }),
            found => Ok(found),
        }
    }

    /// Index of the entry that holds record `offset`; `None` if no entry does.
    pub fn locate(&self, offset: u64) -> Option<u64> {
        self.group.lock_usable().ok()?.locate(offset)
    }

    fn header(&self, frame: FrameType) -> Header {
        Header::new(frame, self.group.id)
    }

    /// Changes the log in memory and queues the frame that says so. Without a frame (nothing
    /// changed) `done` still waits for its turn.
    fn change(
        &self,
        done: Done,
        apply: impl FnOnce(&mut Log) -> Result<Option<(Header, Body)>, WalError>,
    ) -> Result<(), WalError> {
        let mut log = self.group.lock_usable()?;
        let waiting = self.shared.queue.open()?;
        let frames = Vec::from_iter(apply(&mut log)?);
        let op = Op { group: self.group.clone(), frames, version: log.version, done };
        self.shared.queue.push(waiting, op);
        Ok(())
    }
}

fn entry_frame(group: GroupId, entry: &Entry, body_crc: u32) -> (Header, Body) {
    let Entry { id: LogId { term, leader, index }, kind, count, base, ref body } = *entry;
    let len = body.len() as u32;
    let blank = Header::new(FrameType::Entry, group);
    (Header { body_crc, len, kind, count, term, leader, index, base, ..blank }, body.clone())
}
