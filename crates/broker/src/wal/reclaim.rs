//! The thread that gives space back: it deletes dead files, and moves what survives in old ones.
//!
//! What is on disk at each step of a relocation (of what is alive in the oldest WAL file F, or in a
//! segment that is mostly dead):
//!
//! 1. F, and under temporary names (`*.seg.new`) copies of what is alive in it, one file a group, each
//!    with the small segments of that group which it takes in. Start-up deletes them.
//! 2. All of them, synced.
//! 3. F, and one segment after the other gets its name. Each holds what F and the segments that it
//!    took in still hold as well: after a crash the entries in F count over those in segments, and
//!    those in newer segments over those in older ones. Either copy is fine.
//! 4. The directory is synced: the names are durable. Only now do the groups' indexes point to the
//!    copies, as far as the originals have not been voided or purged meanwhile. Then nothing refers to
//!    F and the segments taken in; reads that had been planned before still find them open, or are
//!    planned again.
//! 5. The segments taken in are deleted, the directory is synced.
//! 6. F is deleted, the directory is synced. Only then does the next relocation begin: entries that a
//!    deleted file names are never seen again beside a segment written later.
//!
//! So at every moment all entries that are alive are in a file that is durable under its name. If a step
//! fails, what follows is left for the next run.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::file::{FIRST_SEGMENT, WalFile, sync_dir};
use super::policy::{self, FileUse, Plan, SegmentUse};
use super::relocate::{Copied, Selection};
use super::segment::{self, Segment};
use super::space::{self, Holder, Holders};
use super::{GroupId, Shared, WalError};

/// The thread's state.
pub struct Reclaimer {
    shared: Arc<Shared>,
    dir: PathBuf,
    directory: PathBuf,
    /// Number of the segment to come.
    next_number: u64,
    /// Files and groups in them of which a copy found damage: they stay where they are.
    damaged: HashSet<(u64, GroupId)>,
    /// The directory of the segments has changes that may not be durable: ours, or those of a process
    /// that has died.
    unsettled: bool,
}

/// What the disk is used for at the beginning of a step.
struct Survey {
    /// The sealed WAL files, oldest first.
    files: Vec<Arc<WalFile>>,
    segments: Vec<Arc<Segment>>,
    holders: Holders,
    quarantined: HashSet<GroupId>,
}

impl Reclaimer {
    /// For the WAL in `dir`.
    pub fn new(shared: Arc<Shared>, dir: &Path) -> Self {
        let newest = shared.segments.read().last_key_value().map(|(number, _)| *number);
        let next_number = newest.map_or(FIRST_SEGMENT, |newest| newest + 1);
        let (dir, directory) = (dir.to_path_buf(), segment::directory(dir));
        Self { shared, dir, directory, next_number, damaged: HashSet::new(), unsettled: true }
    }

    /// What it shares with the handles.
    pub fn shared(&self) -> Arc<Shared> {
        self.shared.clone()
    }

    /// Works whenever it is asked to, until the WAL is closed.
    pub fn run(mut self) {
        while let Some(run) = self.shared.reclaim.next() {
            loop {
                match self.step() {
                    Ok(true) => {}
                    Ok(false) | Err(WalError::Closed) => break,
                    // It is not tried again: other files may be.
                    Err(error @ WalError::Corrupt { .. }) => {
                        tracing::error!(%error, "WAL: a damaged entry stays where it is");
                    }
                    Err(error) => {
                        tracing::warn!(%error, "WAL: space cannot be given back now; tried again later");
                        break;
                    }
                }
            }
            self.shared.reclaim.done(run);
        }
    }

    /// Deletes what is dead, then moves what is in the way. False if nothing was.
    fn step(&mut self) -> Result<bool, WalError> {
        self.check_open()?;
        self.settle()?;
        let mut survey = Survey::take(&self.shared);
        self.delete_segments(&mut survey)?;
        self.delete_files(&mut survey)?;
        let slack = self.shared.options.clamped_file_size();
        match policy::plan(&self.files(&survey), &self.segments(&survey), slack) {
            None => Ok(false),
            Some(Plan::Empty(file) | Plan::Rewrite(file)) => self.relocate(file, survey.holders_of(file)),
        }
    }

    /// Makes durable what the directory of the segments holds, and that there is one.
    fn settle(&mut self) -> Result<(), WalError> {
        let exists = self.directory.try_exists().map_err(WalError::io("look for", &self.directory))?;
        if self.unsettled && exists {
            sync(&self.dir)?;
            sync(&self.directory)?;
        }
        self.unsettled = false;
        Ok(())
    }

    fn check_open(&self) -> Result<(), WalError> {
        let over = self.shared.reclaim.is_over() || self.shared.queue.has_failed();
        if over { Err(WalError::Closed) } else { Ok(()) }
    }

    fn files(&self, survey: &Survey) -> Vec<FileUse> {
        let describe = |file: &Arc<WalFile>| {
            let holders = survey.holders_of(file.seq);
            FileUse {
                seq: file.seq,
                bytes: file.len(),
                live: holders.iter().map(|holder| holder.live).sum(),
                groups: holders.len() as u64,
                movable: holders.iter().all(|holder| self.is_movable(file.seq, holder)),
            }
        };
        survey.files.iter().map(describe).collect()
    }

    fn segments(&self, survey: &Survey) -> Vec<SegmentUse> {
        let describe = |segment: &Arc<Segment>| {
            let number = segment.name.number;
            let holders = survey.holders_of(number);
            SegmentUse {
                number,
                bytes: segment.file.len(),
                live: holders.iter().map(|holder| holder.live).sum(),
                movable: !holders.is_empty() && holders.iter().all(|holder| self.is_movable(number, holder)),
            }
        };
        survey.segments.iter().map(describe).collect()
    }

    fn is_movable(&self, file: u64, holder: &Holder) -> bool {
        holder.movable && !self.damaged.contains(&(file, holder.group))
    }

    /// Deletes the segments of which nothing is alive. Those of a quarantined group stay: what its
    /// index says may be too little.
    fn delete_segments(&mut self, survey: &mut Survey) -> Result<(), WalError> {
        let is_dead = |segment: &Arc<Segment>| {
            survey.holders_of(segment.name.number).is_empty()
                && !survey.quarantined.contains(&segment.name.group)
        };
        let (dead, kept) = survey.segments.iter().cloned().partition::<Vec<_>, _>(is_dead);
        survey.segments = kept;
        self.unsettled |= !dead.is_empty();
        for segment in dead {
            // Forgotten first: a read that does not find the file then knows that it has moved.
            self.shared.segments.write().remove(&segment.name.number);
            if let Err(error) = remove(&segment.file.path) {
                self.shared.segments.write().insert(segment.name.number, segment);
                return Err(error);
            }
            self.passed(Step::SegmentDeleted);
        }
        self.settle()
    }

    /// Deletes the oldest WAL files while nothing in them is alive. What killed it is durable.
    fn delete_files(&self, survey: &mut Survey) -> Result<(), WalError> {
        let dead = survey.files.iter().take_while(|file| survey.holders_of(file.seq).is_empty()).count();
        for file in survey.files.drain(..dead) {
            remove(&file.path)?;
            sync(&self.dir)?;
            self.shared.files.write().remove(&file.seq);
            self.passed(Step::FileDeleted);
        }
        Ok(())
    }

    /// Moves what is alive in `file` to new segments. False if not all of it could be moved.
    fn relocate(&mut self, file: u64, holders: &[Holder]) -> Result<bool, WalError> {
        if !self.directory.is_dir() {
            fs::create_dir(&self.directory).map_err(WalError::io("create", &self.directory))?;
            self.unsettled = true;
        }
        self.settle()?;
        let mut copied = Vec::new();
        let finished = self.copy_all(file, holders, &mut copied).and_then(|()| self.name(&copied));
        if let Err(error) = finished {
            self.unsettled = true;
            self.discard(&copied);
            if let WalError::Corrupt { group, .. } = &error {
                self.damaged.insert((file, *group));
            }
            return Err(error);
        }
        let mut all = copied.len() == holders.len();
        for segment in copied {
            self.shared.counters.relocated_bytes.fetch_add(segment.len(), Relaxed);
            all &= segment.install(&self.shared, &self.directory);
        }
        self.passed(Step::Installed);
        Ok(all)
    }

    fn copy_all(&mut self, file: u64, holders: &[Holder], copied: &mut Vec<Copied>) -> Result<(), WalError> {
        let merged_up_to = self.shared.options.clamped_file_size() / 8;
        let rate = self.shared.options.relocation_bytes_per_second;
        let (begun, mut written) = (Instant::now(), 0);
        for holder in holders {
            let group = self.shared.live.read().get(&holder.group).cloned();
            let selection = group.and_then(|group| Selection::of(&group, file, merged_up_to));
            let Some(selection) = selection else { continue };
            let mut pace = |bytes: u64| {
                self.shared.reclaim.rest(pause(rate, written, begun.elapsed()));
                written += bytes;
                self.check_open()
            };
            let segment = selection.copy(&self.shared, &self.directory, self.next_number, &mut pace)?;
            self.next_number += 1;
            self.passed(Step::Copied);
            copied.push(segment);
        }
        Ok(())
    }

    /// Gives the copies their names, durably.
    fn name(&self, copied: &[Copied]) -> Result<(), WalError> {
        for segment in copied {
            let named = self.directory.join(segment.name.file_name());
            let temporary = segment.temporary_path();
            fs::rename(temporary, named).map_err(WalError::io("rename", temporary))?;
            self.passed(Step::Named);
        }
        sync(&self.directory)?;
        self.passed(Step::NamesDurable);
        Ok(())
    }

    /// Deletes copies that were made in vain, as far as that can be done: nothing refers to them.
    fn discard(&self, copied: &[Copied]) {
        for segment in copied {
            let _ = fs::remove_file(self.directory.join(segment.name.file_name()));
        }
        for entry in fs::read_dir(&self.directory).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.ends_with(".seg.new")) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    #[cfg(test)]
    fn passed(&self, step: Step) {
        if let Some(watch) = &self.shared.options.watch_reclaim {
            watch(step);
        }
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self)]
    fn passed(&self, _: Step) {}
}

/// Steps between which a crash may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One more segment is finished, under its temporary name.
    Copied,
    /// One more segment has its name.
    Named,
    /// The names are durable.
    NamesDurable,
    /// The indexes point to the segments.
    Installed,
    /// One more dead segment is deleted.
    SegmentDeleted,
    /// One more dead WAL file is deleted, durably.
    FileDeleted,
}

impl Survey {
    fn take(shared: &Shared) -> Self {
        // The files first: what is sealed now can lose live entries, and never gains any.
        let mut files: Vec<_> = shared.files.read().values().cloned().collect();
        files.pop();
        let segments = shared.segments.read().values().cloned().collect();
        let quarantined = |group: &Arc<super::group::Group>| group.lock().durable.quarantined;
        let quarantined =
            shared.live_groups().into_iter().filter(quarantined).map(|group| group.id).collect();
        Self { files, segments, holders: space::holders(shared), quarantined }
    }

    fn holders_of(&self, file: u64) -> &[Holder] {
        self.holders.get(&file).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Deletes a file that may have been deleted by an earlier run, which then failed.
fn remove(path: &Path) -> Result<(), WalError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(WalError::io("delete", path)(error))
        }
        _ => Ok(()),
    }
}

fn sync(dir: &Path) -> Result<(), WalError> {
    sync_dir(dir).map_err(WalError::io("sync", dir))
}

/// How long to rest so that not more than `rate` bytes (0: any number) are written in a second.
fn pause(rate: u64, written: u64, elapsed: Duration) -> Duration {
    if rate == 0 {
        return Duration::ZERO;
    }
    let micros = u128::from(written) * 1_000_000 / u128::from(rate);
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)).saturating_sub(elapsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_limit_is_kept_over_the_whole_relocation() {
        let seconds = Duration::from_secs;
        assert_eq!(pause(0, u64::MAX, seconds(0)), seconds(0));
        assert_eq!(pause(1000, 3000, seconds(1)), seconds(2));
        assert_eq!(pause(1000, 3000, seconds(9)), seconds(0));
    }
}
