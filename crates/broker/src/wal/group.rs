//! A group in memory: its log as callers see it, and its log as the disk has it.
//!
//! The two differ by what waits in the queue. Callers change the first at once; the writer replays
//! the same frames into the second once they are durable, with the very code that recovery uses.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};

use super::frame::{FrameType, Header};
use super::index::LogIndex;
use super::stretch::Located;
use super::{Entry, EntryHeader, GroupId, GroupState, LogId, Vote, WalError};

impl GroupState {
    fn append(&mut self, id: LogId, base: u64, count: u32) {
        self.last = Some(id);
        self.end = base + u64::from(count);
    }

    fn purge(&mut self, upto: LogId, base: u64) {
        if upto.index.saturating_add(1) >= self.next_index() {
            self.last = Some(upto);
            self.end = base;
        }
        self.purged = Some(upto);
        self.purged_base = base;
    }
}

/// A group as the disk has it.
#[derive(Clone, Debug, Default)]
pub struct Durable {
    /// State of its log.
    pub state: GroupState,
    /// Where its entries lie.
    pub index: LogIndex,
    /// Whether damage has been found.
    pub quarantined: bool,
    /// The application's state.
    pub app: Option<Bytes>,
}

impl Durable {
    /// Replays a frame that lies at `offset` of `file`. False, and nothing changed, if it does not
    /// fit: something before it is missing. Frames that are not about one group's log change nothing.
    #[must_use]
    pub fn apply(&mut self, header: &Header, file: u64, offset: u64) -> bool {
        let id = LogId { term: header.term, leader: header.leader, index: header.index };
        match header.frame {
            FrameType::Entry => return self.append(header, id, file, offset),
            FrameType::Truncate => return self.truncate(header),
            FrameType::Purge => {
                self.state.purge(id, header.base);
                self.index.purge(self.state.first_index());
            }
            FrameType::Vote => {
                self.state.vote =
                    Some(Vote { term: header.term, leader: header.leader, committed: header.kind == 1 });
            }
            FrameType::Committed => self.state.committed = Some(id),
            FrameType::Tombstone => *self = Self::default(),
            FrameType::AppState
            | FrameType::CheckpointHead
            | FrameType::CheckpointGroup
            | FrameType::CheckpointTail
            | FrameType::Footer
            | FrameType::Trailer
            | FrameType::Synced => {}
        }
        true
    }

    fn append(&mut self, header: &Header, id: LogId, file: u64, offset: u64) -> bool {
        let fits = id.index == self.state.next_index() && header.base == self.state.end;
        let Some(entry) = located(header, file, offset).filter(|_| fits) else {
            return false;
        };
        self.index.push(&entry);
        self.state.append(id, header.base, header.count);
        true
    }

    /// The frame says all that is left, for what it voids may be deleted already.
    fn truncate(&mut self, header: &Header) -> bool {
        let &Header { term, leader, index: from, base, .. } = header;
        if from < self.state.first_index() {
            return false;
        }
        if from < self.state.next_index() {
            self.index.truncate(from);
            // What is left may be purged entries only.
            self.index.purge(self.state.first_index());
            self.state.last = from.checked_sub(1).map(|index| LogId { term, leader, index });
            self.state.end = base;
        }
        true
    }

    /// Whether the index has every entry that the state names.
    pub fn is_complete(&self) -> bool {
        let entries = self.state.first_index()..self.state.next_index();
        if entries.is_empty() {
            return entries.start == entries.end && self.state.last == self.state.purged;
        }
        let first = self.index.get(entries.start).map(|entry| entry.header.base);
        let last = self.index.get(entries.end - 1).map(|entry| entry.header);
        let end = last.and_then(|last| last.base.checked_add(u64::from(last.count)));
        first == Some(self.state.purged_base)
            && last.map(|last| last.id) == self.state.last
            && end == Some(self.state.end)
            && self.index.covers(entries)
    }
}

/// The index's view of an entry's frame. `None` if its numbers would overflow.
pub fn located(header: &Header, file: u64, offset: u64) -> Option<Located> {
    let &Header { term, leader, index, base, count, kind, len, .. } = header;
    base.checked_add(u64::from(count))?;
    let id = LogId { term, leader, index };
    let header = EntryHeader { id, kind, base, count, body_len: len };
    (index < u64::MAX).then_some(Located { file, offset, header })
}

/// A group in memory.
#[derive(Debug)]
pub struct Group {
    /// Its number.
    pub id: GroupId,
    log: Mutex<Log>,
}

/// What is behind the group's lock.
#[derive(Debug)]
pub struct Log {
    /// The log as callers see it.
    pub state: GroupState,
    /// The log as the disk has it.
    pub durable: Durable,
    /// The newest entries, up to the last.
    hot: VecDeque<Entry>,
    /// Hot entries below this index are on disk and in `durable.index`.
    flushed_next: u64,
    /// Counts truncations: what the disk has of older versions may not be what callers see.
    pub version: u64,
    /// Whether the group has been removed.
    pub removed: bool,
}

/// Where a read finds an entry.
#[derive(Debug)]
pub enum Source {
    /// In memory.
    Hot(Entry),
    /// On disk.
    Cold(Located),
}

impl Group {
    /// A group as recovery found it.
    pub fn new(id: GroupId, durable: Durable) -> Self {
        let log = Log {
            state: durable.state,
            flushed_next: durable.state.next_index(),
            durable,
            hot: VecDeque::new(),
            version: 0,
            removed: false,
        };
        Self { id, log: Mutex::new(log) }
    }

    /// Takes the group's lock.
    pub fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock()
    }

    /// Takes the group's lock if the group may be used.
    pub fn lock_usable(&self) -> Result<MutexGuard<'_, Log>, WalError> {
        let log = self.lock();
        if log.removed {
            return Err(WalError::Removed { group: self.id });
        }
        if log.durable.quarantined {
            return Err(WalError::Quarantined { group: self.id });
        }
        Ok(log)
    }
}

impl Log {
    /// Index of the first entry in memory.
    pub fn hot_first(&self) -> u64 {
        self.state.next_index() - self.hot.len() as u64
    }

    fn hot_at(&self, index: u64) -> Option<&Entry> {
        self.hot.get(usize::try_from(index.checked_sub(self.hot_first())?).ok()?)
    }

    /// The header of the entry at `index`, if the log holds it.
    pub fn header(&self, index: u64) -> Option<EntryHeader> {
        if index < self.state.first_index() || index >= self.state.next_index() {
            return None;
        }
        match self.hot_at(index) {
            Some(entry) => Some(entry.header()),
            None => self.durable.index.get(index).map(|located| located.header),
        }
    }

    /// Where the entry at `index` is, if the log holds it.
    pub fn source(&self, index: u64) -> Option<Source> {
        if index < self.state.first_index() || index >= self.state.next_index() {
            return None;
        }
        match self.hot_at(index) {
            Some(entry) => Some(Source::Hot(entry.clone())),
            None => self.durable.index.get(index).map(Source::Cold),
        }
    }

    /// Where the entry at `index` lies, if the log holds it and it is durable.
    pub fn on_disk(&self, index: u64) -> Option<Located> {
        let on_disk = self.state.first_index()..self.state.next_index().min(self.flushed_next);
        on_disk.contains(&index).then(|| self.durable.index.get(index))?
    }

    /// Sum of the body lengths of the entries in `range` that the log holds.
    pub fn bytes(&self, range: Range<u64>) -> u64 {
        let start = range.start.max(self.state.first_index());
        let end = range.end.min(self.state.next_index());
        let durable = self.durable.index.size_of(&(start..end.min(self.flushed_next))).bodies;
        let waiting = start.max(self.flushed_next)..end;
        let lengths = waiting.filter_map(|index| Some(self.hot_at(index)?.body.len() as u64));
        durable + lengths.sum::<u64>()
    }

    /// The id at `index`, or at the purge point.
    pub fn id_at(&self, index: u64) -> Option<LogId> {
        match self.state.purged {
            Some(purged) if purged.index == index => Some(purged),
            _ => self.header(index).map(|header| header.id),
        }
    }

    /// The entry that holds record `offset`.
    pub fn locate(&self, offset: u64) -> Option<u64> {
        if offset < self.state.purged_base || offset >= self.state.end {
            return None;
        }
        let in_memory = self.hot.partition_point(|entry| entry.base <= offset);
        match in_memory.checked_sub(1) {
            Some(at) => Some(self.hot_first() + at as u64),
            None => self.durable.index.locate(offset),
        }
    }

    /// Checks that `entries` continue the log; sets their bases.
    pub fn admit(&self, group: GroupId, entries: &mut [Entry]) -> Result<(), WalError> {
        let (mut expected, mut base) = (self.state.next_index(), self.state.end);
        for entry in entries {
            let got = entry.id.index;
            if got != expected || got == u64::MAX {
                return Err(WalError::NotContiguous { group, expected, got });
            }
            entry.base = base;
            let overflow = || WalError::invalid(group, "record offsets would exceed 64 bits");
            base = base.checked_add(u64::from(entry.count)).ok_or_else(overflow)?;
            expected += 1;
        }
        Ok(())
    }

    /// Adds admitted entries.
    pub fn append(&mut self, entries: impl Iterator<Item = Entry>) {
        for entry in entries {
            self.state.append(entry.id, entry.base, entry.count);
            self.hot.push_back(entry);
        }
    }

    /// Voids what is behind `last_kept`. Returns the frame that says so, or `None` if nothing is void.
    pub fn truncate(&mut self, group: GroupId, last_kept: Option<u64>) -> Result<Option<Header>, WalError> {
        let from = last_kept.map_or(self.state.first_index(), |index| index.saturating_add(1));
        if from < self.state.first_index() {
            return Err(WalError::invalid(group, format!("truncation after {last_kept:?}, which is purged")));
        }
        let Some(first_void) = self.header(from) else {
            return Ok(None);
        };
        let last = from.checked_sub(1).and_then(|index| self.id_at(index));
        let hot_kept = from.saturating_sub(self.hot_first()) as usize;
        self.hot.truncate(hot_kept);
        self.state.last = last;
        self.state.end = first_void.base;
        self.flushed_next = self.flushed_next.min(from);
        self.version += 1;
        let (term, leader) = last.map_or((0, 0), |last| (last.term, last.leader));
        let frame = Header::new(FrameType::Truncate, group);
        Ok(Some(Header { term, leader, index: from, base: first_void.base, ..frame }))
    }

    /// Purges up to `upto`. False if it was purged before.
    pub fn purge(&mut self, group: GroupId, upto: LogId, base_after: u64) -> Result<bool, WalError> {
        if upto.index == u64::MAX {
            return Err(WalError::invalid(group, "purge of the last index there is"));
        }
        if upto.index < self.state.first_index() {
            return Ok(false);
        }
        if let Some(last) = self.header(upto.index) {
            let base = last.base + u64::from(last.count);
            if last.id != upto || base != base_after {
                let what = format!(
                    "purge up to {upto:?} with base {base_after}, but the log has {:?} with base {base} after it",
                    last.id
                );
                return Err(WalError::invalid(group, what));
            }
        }
        self.state.purge(upto, base_after);
        let kept = self.state.next_index() - self.state.first_index();
        while self.hot.len() as u64 > kept {
            self.hot.pop_front();
        }
        Ok(true)
    }

    /// Forgets what callers see.
    pub fn clear_front(&mut self) {
        self.hot.clear();
        self.state = GroupState::default();
        self.flushed_next = 0;
        self.version += 1;
    }

    /// Takes note that the frames of one request, made at `version`, have been replayed.
    pub fn flushed(&mut self, version: u64) {
        if version == self.version {
            self.flushed_next = self.durable.state.next_index();
        }
    }

    /// Drops entries up to `upto` from memory, if they are on disk.
    pub fn evict(&mut self, upto: u64) {
        while self.hot_first() <= upto && self.hot_first() < self.flushed_next {
            if self.hot.pop_front().is_none() {
                break;
            }
        }
    }

    /// `range` cut to what the log holds.
    pub fn clamp(&self, group: GroupId, range: Range<u64>) -> Result<Range<u64>, WalError> {
        let first = self.state.first_index();
        if range.start < first && !range.is_empty() {
            return Err(WalError::Purged { group, index: range.start, first });
        }
        Ok(range.start..range.end.min(self.state.next_index()))
    }
}
