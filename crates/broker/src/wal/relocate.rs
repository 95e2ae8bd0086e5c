//! Copies live entries of one group out of sealed files into a new segment. Nothing refers to the
//! segment yet: it has a temporary name, and it is synced.
//!
//! It must never copy a byte that it has not verified, and never hold more than some buffers in
//! memory, however long an entry is.

use std::collections::BTreeSet;
use std::io::IoSlice;
use std::path::Path;
use std::sync::Arc;

use super::file::{PAGE, WalFile};
use super::footer::FooterBuilder;
use super::frame::{HEADER_LEN, Header};
use super::group::Group;
use super::index::LogIndex;
use super::segment::{self, Name, Segment};
use super::stretch::{Located, Stretch};
use super::{Shared, WalError, policy, writer};

/// So much is read and written at once.
const BUFFER: usize = 1 << 20;
/// So much is synced at once, so that the writer's own syncs never wait behind all of a segment.
const SYNC_EVERY: u64 = 4 << 20;
/// Two entries are read at once if no more than this lies between them.
const MAX_GAP: u64 = 4096;

/// What is to become a segment: consecutive entries of a group.
pub struct Selection {
    group: Arc<Group>,
    /// Where they lie.
    stretches: Vec<Stretch>,
    /// Index of the first of them that is alive.
    first: u64,
}

/// A finished segment that has not got its name yet.
pub struct Copied {
    group: Arc<Group>,
    /// What it will be called.
    pub name: Name,
    /// The file, under its temporary name.
    file: WalFile,
    /// Where the entries lie in it.
    index: LogIndex,
    /// The files that they come from.
    from: BTreeSet<u64>,
}

impl Selection {
    /// What `group` has in `file`, with the small segments before that. `None` if it has nothing there,
    /// or nothing that may be moved.
    pub fn of(group: &Arc<Group>, file: u64, limit: u64) -> Option<Self> {
        let log = group.lock();
        let first = log.durable.state.first_index();
        let all: Vec<&Stretch> = log.durable.index.stretches().collect();
        let begin = all.iter().position(|stretch| stretch.file == file)?;
        let end = all.iter().rposition(|stretch| stretch.file == file)? + 1;
        let live = |stretches: &[&Stretch]| {
            stretches.iter().map(|stretch| stretch.size_of(&(first..u64::MAX)).frames).sum::<u64>()
        };
        let before: Vec<&[&Stretch]> = all[..begin].chunk_by(|one, other| one.file == other.file).collect();
        let sizes: Vec<u64> = before.iter().map(|segment| live(segment)).collect();
        let absorbed = if segment::is_segment(file) {
            0
        } else {
            policy::absorbed(&sizes, live(&all[begin..end]), limit)
        };
        let begin = begin - before[before.len() - absorbed..].iter().map(|part| part.len()).sum::<usize>();
        let chosen = &all[begin..end];
        let committed = log.state.committed.map_or(0, |id| id.index.saturating_add(1));
        let consecutive = chosen.is_sorted_by(|one, next| one.next() == next.first);
        let movable = !log.durable.quarantined && consecutive && chosen.last()?.next() <= committed;
        let stretches = chosen.iter().map(|stretch| (*stretch).clone()).collect();
        movable.then(|| Self { group: group.clone(), stretches, first: first.max(chosen[0].first) })
    }

    /// Copies the entries to a file in `directory` and syncs it. `pace` is told the bytes that are
    /// about to be written, and may wait, or end it all.
    pub fn copy(
        self,
        shared: &Shared,
        directory: &Path,
        number: u64,
        pace: &mut dyn FnMut(u64) -> Result<(), WalError>,
    ) -> Result<Copied, WalError> {
        let name = Name { group: self.group.id, first: self.first, number };
        let path = directory.join(name.file_name() + ".new");
        let begun = WalFile::begin(&path, number, PAGE).map_err(WalError::io("create", &path))?;
        let (out, index) = (Vec::new(), LogIndex::default());
        let mut copy = Copy { to: &begun, out, at: PAGE, synced: PAGE, index, pace };
        for stretch in &self.stretches {
            let gone = WalError::NoSuchFile { file: stretch.file };
            let file = shared.file(stretch.file).ok_or(gone)?;
            let mut source = Source { file: &file, window: Vec::new(), window_at: 0 };
            for index in stretch.first.max(self.first)..stretch.next() {
                if let Some(entry) = stretch.get(index) {
                    source.ahead(stretch, &entry)?;
                    copy.entry(self.group.id, &mut source, &entry)?;
                }
            }
        }
        copy.flush()?;
        let (index, end) = (copy.index, copy.at);
        let mut footer = FooterBuilder::default();
        index.stretches().for_each(|stretch| footer.add(name.group, stretch));
        writer::close_file(&begun, end, end, footer).map_err(WalError::io("write", &path))?;
        let from = self.stretches.iter().map(|stretch| stretch.file).collect();
        Ok(Copied { group: self.group, name, file: begun.on_demand(path), index, from })
    }
}

impl Copied {
    /// Where the segment is now.
    pub fn temporary_path(&self) -> &Path {
        &self.file.path
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.file.len()
    }

    /// Points the group's index to the segment, which has its name in `directory`. False if none of
    /// its entries is alive any more.
    pub fn install(self, shared: &Shared, directory: &Path) -> bool {
        let path = directory.join(self.name.file_name());
        let segment = Segment { name: self.name, file: Arc::new(self.file.on_demand(path)) };
        shared.segments.write().insert(self.name.number, Arc::new(segment));
        let mut log = self.group.lock();
        !log.durable.quarantined && log.durable.index.relocate(&self.from, self.index)
    }
}

/// A copy under way.
struct Copy<'a> {
    to: &'a WalFile,
    /// Bytes that are not written yet; they end at `at`.
    out: Vec<u8>,
    at: u64,
    /// How far the file is synced.
    synced: u64,
    index: LogIndex,
    pace: &'a mut dyn FnMut(u64) -> Result<(), WalError>,
}

impl Copy<'_> {
    fn entry(&mut self, group: u64, source: &mut Source<'_>, entry: &Located) -> Result<(), WalError> {
        let damaged = || entry.damaged(group, source.file);
        let seed = source.file.seed;
        let header = source.bytes(entry.offset, HEADER_LEN)?.first_chunk();
        let header = header.and_then(|bytes| Header::decode(bytes, seed, entry.offset));
        let header = header.filter(|header| entry.is_meant(header, group)).ok_or_else(damaged)?;

        // Each frame counts as a flush of its own: what follows it proves that it was whole once.
        let offset = self.at;
        self.write(&Header { batch_start: offset, ..header }.encode(self.to.seed, offset))?;
        let (mut from, end) = (entry.offset + HEADER_LEN as u64, entry.offset + header.frame_len());
        let mut crc = 0;
        while from < end {
            let part = source.bytes(from, (end - from).min(BUFFER as u64) as usize)?;
            if part.is_empty() {
                return Err(damaged());
            }
            crc = crc32c::crc32c_append(crc, part);
            self.write(part)?;
            from += part.len() as u64;
        }
        if crc != header.body_crc {
            return Err(damaged());
        }
        self.index.push(&Located { file: self.to.seq, offset, ..*entry });
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WalError> {
        self.out.extend_from_slice(bytes);
        self.at += bytes.len() as u64;
        if self.out.len() < BUFFER { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), WalError> {
        if self.out.is_empty() {
            return Ok(());
        }
        (self.pace)(self.out.len() as u64)?;
        let start = self.at - self.out.len() as u64;
        let written = self.to.write_all(&mut [IoSlice::new(&self.out)], start);
        written.map_err(WalError::io("write", &self.to.path))?;
        self.out.clear();
        if self.at - self.synced >= SYNC_EVERY {
            self.to.sync().map_err(WalError::io("sync", &self.to.path))?;
            self.synced = self.at;
        }
        Ok(())
    }
}

/// A file of which parts are read, from front to back.
struct Source<'a> {
    file: &'a WalFile,
    window: Vec<u8>,
    window_at: u64,
}

impl Source<'_> {
    /// `len` bytes (at most a buffer) at `offset`; fewer, or none, at the end of the file.
    fn bytes(&mut self, offset: u64, len: usize) -> Result<&[u8], WalError> {
        if !self.holds(offset, len as u64) {
            self.fill(offset, len)?;
        }
        let start = (offset - self.window_at) as usize;
        let end = (start + len).min(self.window.len());
        Ok(self.window.get(start..end).unwrap_or_default())
    }

    /// Reads `entry`, unless it is longer than a buffer, and those behind it in `stretch` that lie close.
    fn ahead(&mut self, stretch: &Stretch, entry: &Located) -> Result<(), WalError> {
        let (start, mut end) = (entry.offset, entry.end());
        if self.holds(start, end - start) || end - start > BUFFER as u64 {
            return Ok(());
        }
        let behind = (entry.header.id.index + 1..).map_while(|index| stretch.get(index));
        for next in behind {
            let close = (end..=end + MAX_GAP).contains(&next.offset);
            if !close || next.end() - start > BUFFER as u64 {
                break;
            }
            end = next.end();
        }
        self.fill(start, (end - start) as usize)
    }

    fn holds(&self, offset: u64, len: u64) -> bool {
        offset >= self.window_at && offset + len <= self.window_at + self.window.len() as u64
    }

    fn fill(&mut self, offset: u64, len: usize) -> Result<(), WalError> {
        self.window.resize(len, 0);
        let got = self.file.read_up_to(&mut self.window, offset);
        self.window.truncate(got.map_err(WalError::io("read", &self.file.path))?);
        self.window_at = offset;
        Ok(())
    }
}
