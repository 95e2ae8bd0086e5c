//! The one thread that writes: it takes everything that waits, writes it, syncs once, and tells.
//!
//! What is on disk at each step of a flush: frames of earlier flushes, all durable; then, between
//! `pwritev` and the return of `fdatasync`, any subset of the sectors of this one; then all of it.
//! Only then are the frames replayed into the groups' durable state and the callbacks called.
//!
//! At each step of a rotation: (1) the old file gets its footer, synced, and is cut to its length;
//! (2) the prepared file, its header page durable, gets its name, the directory is synced; (3) the
//! checkpoint is written to it and synced. Only then is anything else written. A crash before the
//! end of (3) leaves a file that recovery deletes; the old one is then the tail.
//!
//! When nothing waits, a `Synced` frame opens the next flush early, unsynced. It costs nothing, and
//! if it survives a crash it proves that everything before it was durable: damage there is then
//! told from a torn tail.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::batch::Batch;
use super::checkpoint::{GroupCheckpoint, encode_list};
use super::file::{WalFile, file_name, sync_dir};
use super::footer::FooterBuilder;
use super::frame::{FrameType, Header, body_crc};
use super::group::Group;
use super::janitor::{Janitor, prepared_path};
use super::queue::{Done, Op, Taken, id_frame};
use super::{Body, GroupId, Shared};

/// Frames of one request in the batch.
struct Piece {
    group: Arc<Group>,
    frames: Range<usize>,
    version: Option<u64>,
    done: Option<Done>,
}

/// Entries of one group that are in memory and on disk.
struct Cached {
    group: Arc<Group>,
    upto: u64,
    bytes: u64,
}

/// The writer.
pub struct Writer {
    shared: Arc<Shared>,
    dir: PathBuf,
    janitor: Janitor,
    file: Arc<WalFile>,
    /// Where the next flush begins; behind it, at `end`, frames of it may have been written already.
    flush_start: u64,
    end: u64,
    /// The file is full here.
    capacity: u64,
    batch: Batch,
    pieces: Vec<Piece>,
    /// What is in memory, oldest first, and its size.
    cache: VecDeque<Cached>,
    cached_bytes: u64,
}

impl Writer {
    /// Begins file `seq` with a checkpoint of the groups.
    pub fn start(shared: Arc<Shared>, dir: PathBuf, seq: u64) -> io::Result<Self> {
        let mut janitor = Janitor::start(&dir, shared.options.clamped_file_size())?;
        janitor.prepare(seq);
        let file = adopt(&dir, janitor.take()?)?;
        let mut writer = Self {
            shared,
            dir,
            janitor,
            file,
            flush_start: 0,
            end: 0,
            capacity: 0,
            batch: Batch::new(0, 0),
            pieces: Vec::new(),
            cache: VecDeque::new(),
            cached_bytes: 0,
        };
        writer.begin_file()?;
        writer.mark_synced()?;
        Ok(writer)
    }

    /// What the writer shares with the handles.
    pub fn shared(&self) -> Arc<Shared> {
        self.shared.clone()
    }

    /// Writes until the queue is closed.
    pub fn run(mut self) {
        while let Some(taken) = self.shared.queue.take() {
            let mut ops = VecDeque::new();
            if let Err(error) = self.write(taken, &mut ops) {
                return self.fail(&error, ops);
            }
        }
        if let Err(error) = self.seal() {
            self.fail(&error, VecDeque::new());
        }
    }

    fn write(&mut self, taken: Taken, ops: &mut VecDeque<Op>) -> io::Result<()> {
        ops.extend(taken.ops);
        while let Some(op) = ops.pop_front() {
            self.add(op.group, op.frames, Some(op.version), Some(op.done))?;
        }
        for (group, id) in taken.committed.into_values() {
            let frame = id_frame(FrameType::Committed, group.id, id);
            self.add(group, vec![frame], None, None)?;
        }
        self.flush()?;
        if self.shared.queue.is_idle() {
            self.mark_synced()?;
        }
        Ok(())
    }

    /// Adds the frames of a request to the batch; flushes and begins a new file where one is full.
    fn add(
        &mut self,
        group: Arc<Group>,
        frames: Vec<(Header, Body)>,
        version: Option<u64>,
        done: Option<Done>,
    ) -> io::Result<()> {
        // In place from the start, so that a failure on the way finds whom to tell.
        let first = self.batch.count();
        self.pieces.push(Piece { group: group.clone(), frames: first..first, version, done });
        for (header, body) in frames {
            if self.batch.end() + header.frame_len() > self.capacity {
                let done = self.pieces.last_mut().and_then(|piece| piece.done.take());
                let rotated = self.flush().and_then(|()| self.rotate(header.frame_len()));
                self.pieces.push(Piece { group: group.clone(), frames: 0..0, version, done });
                rotated?;
            }
            self.batch.add(header, body);
            if let Some(piece) = self.pieces.last_mut() {
                piece.frames.end = self.batch.count();
            }
        }
        Ok(())
    }

    /// Writes and syncs the batch, replays it into the groups, tells the callers.
    fn flush(&mut self) -> io::Result<()> {
        if self.batch.count() > 0 {
            self.write_batch()?;
        }
        let mut freed = false;
        let mut told = Vec::with_capacity(self.pieces.len());
        let batch = std::mem::replace(&mut self.batch, Batch::new(self.flush_start, self.end));
        let mut flushed_bytes = 0;
        for piece in std::mem::take(&mut self.pieces) {
            let frames = batch.frames(piece.frames);
            self.replay(&piece.group, frames, piece.version);
            for (_, header, _) in frames {
                flushed_bytes += if header.frame == FrameType::Entry { header.frame_len() } else { 0 };
                freed |= may_free(header.frame);
            }
            told.extend(piece.done);
        }
        if freed {
            self.shared.want_reclaim();
        }
        let queued = &self.shared.counters.queued_bytes;
        queued.fetch_sub(flushed_bytes, Relaxed);
        self.evict();
        for done in told {
            done(Ok(()));
        }
        Ok(())
    }

    fn write_batch(&mut self) -> io::Result<()> {
        let counters = &self.shared.counters;
        self.batch.write(&self.file)?;
        let begun = Instant::now();
        #[cfg(test)]
        if self.shared.options.fault.load(Relaxed) {
            return Err(io::Error::other("injected fault"));
        }
        self.file.sync()?;
        counters.fsync(begun.elapsed());
        counters.flushes.fetch_add(1, Relaxed);
        counters.frames.fetch_add(self.batch.count() as u64, Relaxed);
        counters.bytes.fetch_add(self.batch.len(), Relaxed);
        self.end = self.batch.end();
        self.flush_start = self.end;
        Ok(())
    }

    /// Takes over into the group what is now durable.
    fn replay(&mut self, group: &Arc<Group>, frames: &[(u64, Header, Body)], version: Option<u64>) {
        let mut entry_bytes = 0;
        let mut records = 0;
        let mut upto = 0;
        let mut log = group.lock();
        for (offset, header, body) in frames {
            if !log.durable.apply(header, self.file.seq, *offset) {
                tracing::error!(group = group.id, ?header, "a frame does not fit its log: group quarantined");
                log.durable.quarantined = true;
            }
            match header.frame {
                FrameType::AppState => log.durable.app = Some(body.to_bytes()),
                FrameType::Entry => {
                    entry_bytes += header.frame_len();
                    records += u64::from(header.count);
                    upto = header.index;
                }
                _ => {}
            }
        }
        self.keep_or_forget(group, frames);
        if let Some(version) = version {
            log.flushed(version);
        }
        drop(log);
        if entry_bytes > 0 {
            self.shared.counters.records.fetch_add(records, Relaxed);
            self.cached_bytes += entry_bytes;
            self.cache.push_back(Cached { group: group.clone(), upto, bytes: entry_bytes });
        }
    }

    /// Takes note of whether the group is alive after these frames.
    fn keep_or_forget(&self, group: &Arc<Group>, frames: &[(u64, Header, Body)]) {
        let Some((_, last, _)) = frames.last() else { return };
        let live = &self.shared.live;
        if last.frame == FrameType::Tombstone {
            live.write().remove(&group.id);
        } else if !live.read().contains_key(&group.id) {
            live.write().insert(group.id, group.clone());
        }
    }

    /// Keeps the hot tail within its limit: what was written first goes first.
    fn evict(&mut self) {
        while self.cached_bytes > self.shared.options.cache_bytes
            && let Some(oldest) = self.cache.pop_front()
        {
            self.cached_bytes -= oldest.bytes;
            oldest.group.lock().evict(oldest.upto);
        }
    }

    /// Seals the file and begins the next, with room for a frame of `frame_len`.
    fn rotate(&mut self, frame_len: u64) -> io::Result<()> {
        self.seal()?;
        self.file = adopt(&self.dir, self.janitor.take()?)?;
        self.begin_file()?;
        self.shared.want_reclaim();
        if self.end + frame_len > self.capacity {
            self.capacity = self.end + frame_len;
            self.file.reserve(self.capacity)?;
        }
        self.batch = Batch::new(self.flush_start, self.end);
        Ok(())
    }

    /// Ends the file: its footer, synced, then the space behind it is given back.
    fn seal(&mut self) -> io::Result<()> {
        let end = seal(&self.file, self.flush_start, self.end, &self.shared.live_groups())?;
        self.end = end;
        Ok(())
    }

    /// Writes the checkpoint to the new file. Then the file is part of the WAL.
    fn begin_file(&mut self) -> io::Result<()> {
        let start = super::file::PAGE;
        (self.flush_start, self.end) = (start, start);
        self.batch = Batch::new(start, start);
        let source = self.shared.source.read().clone();
        let live = self.shared.live_groups();
        let list = || (encode_list(live.iter().map(|group| group.id)), live.len() as u32);
        let (head, count) = list();
        self.batch.add(with_body(FrameType::CheckpointHead, 0, count, &head), head);
        for group in &live {
            // Asked without the group's lock.
            let app = source.as_ref().and_then(|source| source.app_state(group.id));
            let mut log = group.lock();
            if app.is_some() {
                log.durable.app = app;
            }
            let durable = &log.durable;
            let (state, quarantined, app) = (durable.state, durable.quarantined, durable.app.clone());
            let body = GroupCheckpoint { state, quarantined, app }.encode();
            self.batch.add(with_body(FrameType::CheckpointGroup, group.id, 0, &body), body);
        }
        let (tail, count) = list();
        self.batch.add(with_body(FrameType::CheckpointTail, 0, count, &tail), tail);

        let size = self.shared.options.clamped_file_size();
        self.capacity = size.max(self.batch.end() + size / 2);
        self.file.reserve(self.capacity)?;
        self.write_batch()?;
        self.batch = Batch::new(self.flush_start, self.end);
        self.shared.files.write().insert(self.file.seq, self.file.clone());
        self.janitor.prepare(self.file.seq + 1);
        Ok(())
    }

    /// Opens the next flush early, with a frame that says that all before it is durable.
    fn mark_synced(&mut self) -> io::Result<()> {
        let already = self.end > self.flush_start;
        let mut mark = Batch::new(self.flush_start, self.end);
        mark.add(Header::new(FrameType::Synced, 0), Body::empty());
        if already || mark.end() > self.capacity {
            return Ok(());
        }
        mark.write(&self.file)?;
        self.end = mark.end();
        self.batch = Batch::new(self.flush_start, self.end);
        Ok(())
    }

    /// The disk has failed: nothing is acknowledged any more.
    fn fail(&mut self, error: &io::Error, ops: VecDeque<Op>) {
        let message = format!(
            "WAL: cannot write to {}: {error}; nothing more is acknowledged. Check the disk, then start again",
            self.file.path.display()
        );
        tracing::error!("{message}");
        let waiting = self.shared.queue.fail();
        (self.shared.options.on_fatal)(&message);
        let refuse = || Err(io::Error::other(message.clone()));
        std::mem::take(&mut self.pieces)
            .into_iter()
            .filter_map(|piece| piece.done)
            .for_each(|done| done(refuse()));
        ops.into_iter().chain(waiting.ops).for_each(|op| (op.done)(refuse()));
    }
}

/// Seals `file`, whose frames end at `end`, in a flush that began at `flush_start`. Returns its
/// length.
pub fn seal(file: &WalFile, flush_start: u64, end: u64, groups: &[Arc<Group>]) -> io::Result<u64> {
    let mut footer = FooterBuilder::default();
    for group in groups {
        group.lock().durable.index.in_file(file.seq).for_each(|stretch| footer.add(group.id, stretch));
    }
    close_file(file, flush_start, end, footer)
}

/// Writes footer and trailer of `file`, whose frames end at `end`; syncs it and gives back what lies
/// behind. Returns its length.
pub fn close_file(file: &WalFile, flush_start: u64, end: u64, footer: FooterBuilder) -> io::Result<u64> {
    let footer = footer.finish();
    let mut batch = Batch::new(flush_start, end);
    batch.add(with_body(FrameType::Footer, 0, 0, &footer), footer);
    batch.add(Header { index: end, ..Header::new(FrameType::Trailer, 0) }, Body::empty());
    batch.write(file)?;
    file.sync()?;
    if file.len() > batch.end() {
        file.cut(batch.end())?;
        file.sync()?;
    }
    Ok(batch.end())
}

/// Gives a prepared file its name.
fn adopt(dir: &std::path::Path, mut file: WalFile) -> io::Result<Arc<WalFile>> {
    let path = dir.join(file_name(file.seq));
    debug_assert_eq!(file.path, prepared_path(dir, file.seq));
    fs::rename(&file.path, &path)?;
    sync_dir(dir)?;
    file.path = path;
    Ok(Arc::new(file))
}

fn with_body(frame: FrameType, group: GroupId, count: u32, body: &Body) -> Header {
    Header { len: body.len() as u32, body_crc: body_crc(body), count, ..Header::new(frame, group) }
}

/// Whether a frame can void entries.
fn may_free(frame: FrameType) -> bool {
    matches!(frame, FrameType::Truncate | FrameType::Purge | FrameType::Tombstone)
}
