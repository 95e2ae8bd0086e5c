//! Start-up: from the files of a directory to the logs of all groups.
//!
//! 1. Every file's header page is read. The newest file whose checkpoint is entire is the **start**:
//!    state comes from that checkpoint and from the frames behind it, nothing else is scanned.
//! 2. Segments and older files contribute where entries lie: from their footers, or, where a footer is
//!    missing or damaged, from a scan. The live entry at an index is the last one written there; all
//!    that is in segments was written earlier than what is left of the WAL files, or is a copy of it.
//! 3. The checkpoint cuts that down to what was alive; what it names and no file holds is missing,
//!    and the group is quarantined.
//! 4. The start and all files behind it (normally there are none) are replayed frame by frame. Bad
//!    bytes are judged as `scan` says: a torn tail is cut, damage is reported.
//! 5. A newest file whose checkpoint never became durable holds nothing that was acknowledged: it is
//!    deleted, and the file before it is the tail.
//!
//! Nothing is written here but that deletion, and that of files that were never finished. The caller seals the tail at the cut and begins a new
//! file; so no new frame is ever written behind old bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::contents::Contents;
use super::file::{Opened, PAGE, WalFile, file_name, is_blank, parse_name, sync_dir};
use super::group::Durable;
use super::head::{Head, head_of};
use super::index::LogIndex;
use super::replay::Replay;
use super::segment::{self, Segment};
use super::{GroupId, WalError};

/// Damage found at start-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corruption {
    /// The file.
    pub file: PathBuf,
    /// Where in the file.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
    /// The groups that are affected, or that cannot be shown not to be. They are quarantined.
    /// Empty: what is damaged was needed no more.
    pub groups: Vec<GroupId>,
    /// Whether the damaged bytes may have held a group of which nothing else is known.
    pub may_hide_groups: bool,
}

/// The unfinished end of the newest file, which was cut off. None of it had been acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// The file.
    pub file: PathBuf,
    /// Where it was cut.
    pub offset: u64,
}

/// What is said of a group that was quarantined by an earlier start and not removed since.
pub const EARLIER: &str = "quarantined since an earlier start";

/// What recovery made of a directory.
#[derive(Debug, Default)]
pub struct Image {
    /// The groups.
    pub groups: BTreeMap<GroupId, Durable>,
    /// The files, oldest first, by sequence number.
    pub files: BTreeMap<u64, Arc<WalFile>>,
    /// The segments by number, those included that no entry needs and that cannot be read.
    pub segments: BTreeMap<u64, Arc<Segment>>,
    /// The newest readable file, if it has to be sealed: its number and the end of its frames.
    pub tail: Option<(u64, u64)>,
    /// Number of the file to come.
    pub next_seq: u64,
    /// The damage.
    pub corruptions: Vec<Corruption>,
    /// The torn tail.
    pub torn: Option<TornTail>,
}

/// Reads the directory.
pub fn recover(dir: &Path) -> Result<Image, WalError> {
    let image = Image { next_seq: 1, ..Image::default() };
    let mut recovery = Recovery { dir, image, lost: BTreeSet::new(), any_damage: false };
    recovery.load_segments()?;
    recovery.open_files()?;
    if recovery.image.next_seq > 1 {
        recovery.drop_unfinished_file()?;
    }
    let start = recovery.find_start()?;
    recovery.load_older(start)?;
    recovery.replay_from(start)?;
    Ok(recovery.image)
}

/// Start-up under way.
pub struct Recovery<'a> {
    dir: &'a Path,
    /// What has been found so far.
    pub image: Image,
    /// Files that are missing or unreadable.
    lost: BTreeSet<u64>,
    /// Damage behind the start's checkpoint that could have hit any group.
    pub any_damage: bool,
}

impl Recovery<'_> {
    /// Opens the segments and learns where the entries in them lie.
    fn load_segments(&mut self) -> Result<(), WalError> {
        let mut layers: BTreeMap<GroupId, Vec<LogIndex>> = BTreeMap::new();
        let directory = segment::directory(self.dir);
        for (number, name) in list_segments(&directory)? {
            let path = directory.join(name.file_name());
            let (file, layer) = self.load_segment(&path, name)?;
            let file = Arc::new(file.on_demand(path));
            self.image.segments.insert(number, Arc::new(Segment { name, file }));
            layers.entry(name.group).or_default().push(layer);
        }
        for (group, layers) in layers {
            self.group(group).index = segment::layered(layers);
        }
        Ok(())
    }

    fn load_segment(&mut self, path: &Path, name: segment::Name) -> Result<(WalFile, LogIndex), WalError> {
        let mut index = LogIndex::default();
        let file = match WalFile::open(path, name.number).map_err(WalError::io("open", path))? {
            Opened::Intact(file) => file,
            Opened::Damaged(file) => {
                self.report(path, 0, "the header page is damaged, its copy was used");
                file
            }
            Opened::OtherVersion(version) => {
                return Err(WalError::Version { path: path.to_path_buf(), version });
            }
            Opened::Unreadable => {
                self.report(path, 0, "the header page is damaged: the segment is unreadable");
                let file = WalFile::unreadable(path, name.number).map_err(WalError::io("open", path))?;
                return Ok((file, index));
            }
        };
        let contents = Contents::of(&file)?;
        for (offset, what) in contents.damage {
            self.report(path, offset, what);
        }
        for (group, stretch) in contents.stretches {
            if group == name.group {
                index.extend(stretch);
            } else {
                self.report(path, PAGE, "the segment holds entries of another group than its name says");
            }
        }
        Ok((file, index))
    }

    fn open_files(&mut self) -> Result<(), WalError> {
        let mut previous = None;
        for seq in list(self.dir)? {
            let path = self.dir.join(file_name(seq));
            match WalFile::open(&path, seq).map_err(WalError::io("open", &path))? {
                Opened::Intact(file) => drop(self.image.files.insert(seq, Arc::new(file))),
                Opened::Damaged(file) => {
                    self.report(&path, 0, "the header page is damaged, its copy was used");
                    self.image.files.insert(seq, Arc::new(file));
                }
                Opened::OtherVersion(version) => return Err(WalError::Version { path, version }),
                Opened::Unreadable => {
                    self.report(&path, 0, "the header page is damaged: the file is unreadable");
                    self.lost.insert(seq);
                }
            }
            if let Some(previous) = previous
                && previous + 1 != seq
            {
                let missing = self.dir.join(file_name(previous + 1));
                self.report(&missing, 0, "the file is missing");
                self.lost.insert(previous + 1);
            }
            previous = Some(seq);
            self.image.next_seq = seq.saturating_add(1);
        }
        if previous.is_none() && !self.image.segments.is_empty() {
            self.report(&self.dir.join(file_name(1)), 0, "there are segments, but no WAL file at all");
            self.lost.insert(1);
        }
        Ok(())
    }

    fn report(&mut self, file: &Path, offset: u64, what: &str) {
        let (file, what) = (file.to_path_buf(), what.to_owned());
        self.image.corruptions.push(Corruption {
            file,
            offset,
            what,
            groups: vec![],
            may_hide_groups: false,
        });
    }

    /// Deletes the newest file if it never became part of the WAL. Then the file before it is still
    /// there: it could be deleted only after the checkpoint of this one was durable.
    fn drop_unfinished_file(&mut self) -> Result<(), WalError> {
        let seq = self.image.next_seq - 1;
        let follows = seq == 1 || self.image.files.contains_key(&(seq - 1));
        let path = self.dir.join(file_name(seq));
        let unfinished = match self.image.files.get(&seq) {
            Some(file) => head_of(file)? == Head::Torn,
            None => self.lost.contains(&seq) && is_blank(&path).map_err(WalError::io("read", &path))?,
        };
        if follows && unfinished {
            remove(&path)?;
            sync_dir(self.dir).map_err(WalError::io("sync", self.dir))?;
            self.image.files.remove(&seq);
            self.image.next_seq = seq;
            self.image.corruptions.retain(|corruption| corruption.file != path);
            self.image.torn = Some(TornTail { file: path, offset: PAGE });
            self.lost.remove(&seq);
        }
        Ok(())
    }

    /// The file from which to replay: the newest with an entire checkpoint, else the oldest.
    fn find_start(&self) -> Result<u64, WalError> {
        for (seq, file) in self.image.files.iter().rev() {
            if head_of(file)? == Head::Entire {
                return Ok(*seq);
            }
        }
        Ok(self.image.files.first_key_value().map_or(0, |(seq, _)| *seq))
    }

    /// Learns where the entries in files before the start lie.
    fn load_older(&mut self, start: u64) -> Result<(), WalError> {
        let older: Vec<_> = self.image.files.range(..start).map(|(_, file)| file.clone()).collect();
        for file in older {
            let contents = Contents::of(&file)?;
            for (offset, what) in contents.damage {
                self.report(&file.path, offset, what);
            }
            for (group, stretch) in contents.stretches {
                self.group(group).index.extend(stretch);
            }
        }
        Ok(())
    }

    /// The group, new if it was not known.
    pub fn group(&mut self, group: GroupId) -> &mut Durable {
        self.image.groups.entry(group).or_default()
    }

    fn replay_from(&mut self, start: u64) -> Result<(), WalError> {
        let older_damage = self.image.corruptions.len();
        let newest = self.image.files.last_key_value().map(|(seq, _)| *seq);
        let files: Vec<_> = self.image.files.range(start..).map(|(_, file)| file.clone()).collect();
        for file in files {
            let end = Replay::new(self, &file, file.seq == start).run()?;
            if newest == Some(file.seq) {
                self.image.tail = end.map(|end| (file.seq, end));
            }
        }
        self.find_missing_entries(start, older_damage);
        self.suspect_everyone(start);
        self.forget_removed_groups();
        Ok(())
    }

    /// A group that was damaged and has been removed since is no longer affected.
    fn forget_removed_groups(&mut self) {
        let groups = &self.image.groups;
        for report in &mut self.image.corruptions {
            report.groups.retain(|id| groups.get(id).is_some_and(|group| group.quarantined));
        }
        self.image.corruptions.retain(|report| report.what != EARLIER || !report.groups.is_empty());
    }

    /// Quarantines the groups that miss entries, and names them in the reports on the older files.
    /// Only at the end: the last frames may have been what allowed old files to be deleted.
    fn find_missing_entries(&mut self, start: u64, older_damage: usize) {
        let mut missing = Vec::new();
        for (id, group) in &mut self.image.groups {
            if !group.quarantined && !group.is_complete() {
                group.quarantined = true;
                missing.push(*id);
            }
        }
        if missing.is_empty() {
            return;
        }
        let mut unexplained = missing.clone();
        for report in &mut self.image.corruptions[..older_damage] {
            let of_segment = segment::Name::of(&report.file);
            let may_hold = |id: &GroupId| of_segment.is_none_or(|name| name.group == *id);
            report.groups.extend(missing.iter().filter(|id| may_hold(id)));
            unexplained.retain(|id| !may_hold(id));
        }
        if !unexplained.is_empty() {
            let file = self.dir.join(file_name(start));
            self.report(&file, PAGE, "entries named by the checkpoint are in no file");
            if let Some(report) = self.image.corruptions.last_mut() {
                report.groups = unexplained;
            }
        }
    }

    /// Where state may be lost and nothing tells whose, every group is quarantined.
    fn suspect_everyone(&mut self, start: u64) {
        let lost: BTreeSet<_> = self.lost.range(start..).map(|seq| self.dir.join(file_name(*seq))).collect();
        if !self.any_damage && lost.is_empty() {
            return;
        }
        let groups: Vec<_> = self.image.groups.keys().copied().collect();
        self.image.groups.values_mut().for_each(|group| group.quarantined = true);
        for corruption in &mut self.image.corruptions {
            if corruption.may_hide_groups || lost.contains(&corruption.file) {
                corruption.groups.clone_from(&groups);
                corruption.may_hide_groups = true;
            }
        }
    }
}

/// The sequence numbers of the files in `dir`, ascending. Deletes files that were prepared and never
/// used.
fn list(dir: &Path) -> Result<BTreeSet<u64>, WalError> {
    let mut found = BTreeSet::new();
    for name in names(dir)? {
        if let Some(seq) = parse_name(&name) {
            found.insert(seq);
        } else if name.strip_suffix(".new").is_some_and(|name| parse_name(name).is_some()) {
            remove(&dir.join(name))?;
        }
    }
    Ok(found)
}

/// The segments in `dir` by their numbers. Deletes segments that were never finished.
fn list_segments(dir: &Path) -> Result<BTreeMap<u64, segment::Name>, WalError> {
    let mut found = BTreeMap::new();
    if !dir.try_exists().map_err(WalError::io("look for", dir))? {
        return Ok(found);
    }
    for name in names(dir)? {
        if let Some(name) = segment::Name::parse(&name) {
            found.insert(name.number, name);
        } else if name.strip_suffix(".new").and_then(segment::Name::parse).is_some() {
            remove(&dir.join(name))?;
        }
    }
    Ok(found)
}

/// The names of the files in `dir` that are text.
fn names(dir: &Path) -> Result<Vec<String>, WalError> {
    let entries = fs::read_dir(dir).map_err(WalError::io("list", dir))?;
    let name = |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name().into_string().ok());
    let names: io::Result<Vec<_>> = entries.map(name).collect();
    Ok(names.map_err(WalError::io("list", dir))?.into_iter().flatten().collect())
}

fn remove(path: &Path) -> Result<(), WalError> {
    fs::remove_file(path).map_err(WalError::io("remove", path))
}
