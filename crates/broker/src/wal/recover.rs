//! Start-up: from the files of a directory to the logs of all groups.
//!
//! 1. Every file's header page is read. The newest file whose checkpoint is entire is the **start**:
//!    state comes from that checkpoint and from the frames behind it, nothing else is scanned.
//! 2. Older files contribute where entries lie: from their footers, or, where a footer is missing or
//!    damaged, from a scan. The live entry at an index is the last one written there.
//! 3. The checkpoint cuts that down to what was alive; what it names and no file holds is missing,
//!    and the group is quarantined.
//! 4. The start and all files behind it (normally there are none) are replayed frame by frame. Bad
//!    bytes are judged as `scan` says: a torn tail is cut, damage is reported.
//! 5. A newest file whose checkpoint never became durable holds nothing that was acknowledged: it is
//!    deleted, and the file before it is the tail.
//!
//! Nothing is written here but that deletion. The caller seals the tail at the cut and begins a new
//! file; so no new frame is ever written behind old bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkpoint;
use super::file::{Opened, PAGE, WalFile, file_name, is_blank, parse_name, sync_dir};
use super::footer;
use super::frame::FrameType;
use super::group::{Durable, located};
use super::replay::Replay;
use super::scan::{Found, Scanner, read_body, read_footer};
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
    /// The newest readable file, if it has to be sealed: its number and the end of its frames.
    pub tail: Option<(u64, u64)>,
    /// Number of the file to come.
    pub next_seq: u64,
    /// The damage.
    pub corruptions: Vec<Corruption>,
    /// The torn tail.
    pub torn: Option<TornTail>,
}

/// How the checkpoint of a file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Entire,
    /// Its flush never finished.
    Torn,
    Damaged,
}

/// Reads the directory.
pub fn recover(dir: &Path) -> Result<Image, WalError> {
    let image = Image { next_seq: 1, ..Image::default() };
    let mut recovery = Recovery { dir, image, lost: BTreeSet::new(), any_damage: false };
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
            fs::remove_file(&path).map_err(WalError::io("remove", &path))?;
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
            let footer = read_footer(&file).map_err(WalError::io("read", &file.path))?;
            match footer.and_then(|body| footer::decode(&body, file.seq)) {
                Some(segments) => segments.into_iter().for_each(|(group, segment)| {
                    self.group(group).index.extend(segment);
                }),
                None => self.scan_older(&file)?,
            }
        }
        Ok(())
    }

    fn scan_older(&mut self, file: &Arc<WalFile>) -> Result<(), WalError> {
        tracing::warn!(file = %file.path.display(), "WAL file without a footer: scanning it");
        let mut scanner = Scanner::new(file);
        let mut sealed = false;
        loop {
            match scanner.next().map_err(WalError::io("read", &file.path))? {
                Found::Frame { offset, header } if header.frame == FrameType::Entry => {
                    if let Some(entry) = located(&header, file.seq, offset) {
                        self.group(header.group).index.push(&entry);
                    }
                }
                Found::Frame { header, .. } => sealed |= header.frame == FrameType::Trailer,
                Found::Damage { offset, .. } => self.report(&file.path, offset, "damaged frames"),
                Found::End { .. } if sealed => return Ok(()),
                Found::End { offset, .. } => {
                    self.report(&file.path, offset, "the footer is damaged or missing");
                    return Ok(());
                }
            }
        }
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
        let mut blamed = 0..older_damage;
        if blamed.is_empty() {
            let file = self.dir.join(file_name(start));
            blamed.start = self.image.corruptions.len();
            blamed.end = blamed.start + 1;
            self.report(&file, PAGE, "entries named by the checkpoint are in no file");
        }
        for report in &mut self.image.corruptions[blamed] {
            report.groups.extend(&missing);
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

/// Judges the checkpoint of a file.
fn head_of(file: &WalFile) -> Result<Head, WalError> {
    let io = |error| WalError::io("read", &file.path)(error);
    let mut scanner = Scanner::new(file);
    let mut listed = None;
    let mut seen = BTreeSet::new();
    loop {
        match scanner.next().map_err(io)? {
            Found::Frame { offset, header } => match header.frame {
                FrameType::CheckpointHead => {
                    listed = Some(checkpoint::decode_list(&read_body(file, offset, &header).map_err(io)?));
                }
                FrameType::CheckpointGroup => drop(seen.insert(header.group)),
                FrameType::CheckpointTail => {
                    let entire = listed.is_some_and(|listed| listed.iter().all(|group| seen.contains(group)));
                    return Ok(if entire { Head::Entire } else { Head::Damaged });
                }
                _ => return Ok(Head::Damaged),
            },
            Found::Damage { .. } => return Ok(Head::Damaged),
            Found::End { .. } => return Ok(Head::Torn),
        }
    }
}

/// The sequence numbers of the files in `dir`, ascending. Deletes files that were prepared and never
/// used.
fn list(dir: &Path) -> Result<BTreeSet<u64>, WalError> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(dir).map_err(WalError::io("list", dir))? {
        let entry = entry.map_err(WalError::io("list", dir))?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if let Some(seq) = parse_name(name) {
            found.insert(seq);
        } else if name.strip_suffix(".new").is_some_and(|name| parse_name(name).is_some()) {
            fs::remove_file(entry.path()).map_err(WalError::io("remove", &entry.path()))?;
        }
    }
    Ok(found)
}
