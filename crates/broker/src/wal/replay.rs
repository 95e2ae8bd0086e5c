//! The replay of one file at start-up: its checkpoint, then its frames, into the groups' states.
//!
//! Damage is reported with the groups that it can have hit: the one that the header names, if the
//! header is intact or has a single flipped bit; those that the checkpoint lists and that were not
//! seen; else all.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::checkpoint::{self, GroupCheckpoint};
use super::file::{PAGE, WalFile};
use super::frame::{FrameType, Header, frame_len};
use super::recover::{Corruption, EARLIER, Recovery, TornTail};
use super::scan::{Found, Scanner, read_body};
use super::{GroupId, WalError};

/// The replay of one file, frame by frame.
pub struct Replay<'a, 'b> {
    recovery: &'a mut Recovery<'b>,
    file: &'a Arc<WalFile>,
    /// Whether state begins with this file's checkpoint.
    is_start: bool,
    /// Groups that the checkpoint lists, and those whose frame was seen.
    listed: Option<BTreeSet<GroupId>>,
    seen: BTreeSet<GroupId>,
    in_head: bool,
    sealed: bool,
}

impl<'a, 'b> Replay<'a, 'b> {
    /// A replay of `file` into what is known.
    pub fn new(recovery: &'a mut Recovery<'b>, file: &'a Arc<WalFile>, is_start: bool) -> Self {
        let (listed, seen) = (None, BTreeSet::new());
        Self { recovery, file, is_start, listed, seen, in_head: true, sealed: false }
    }

    /// Replays the file. Returns where its frames end, unless it is sealed and cut.
    pub fn run(mut self) -> Result<Option<u64>, WalError> {
        let mut scanner = Scanner::new(self.file);
        let io = |error| WalError::io("read", &self.file.path)(error);
        loop {
            match scanner.next().map_err(io)? {
                Found::Frame { offset, header } => {
                    self.frame(offset, &header)?;
                    if header.frame == FrameType::Trailer {
                        return Ok(Some(offset + header.frame_len()).filter(|end| *end < self.file.len()));
                    }
                }
                Found::Damage { offset, header, next } => self.damage(offset, header, next, &mut scanner)?,
                Found::End { offset, torn } => {
                    self.leave_head();
                    self.end(offset, torn);
                    return Ok(Some(offset));
                }
            }
        }
    }

    fn frame(&mut self, offset: u64, header: &Header) -> Result<(), WalError> {
        if self.in_head && !header.frame.is_checkpoint() {
            self.leave_head();
        }
        let body = || read_body(self.file, offset, header).map_err(WalError::io("read", &self.file.path));
        match header.frame {
            FrameType::CheckpointHead | FrameType::CheckpointTail if self.in_head => {
                self.listed.get_or_insert_default().extend(checkpoint::decode_list(&body()?));
                if header.frame == FrameType::CheckpointTail {
                    self.leave_head();
                }
            }
            FrameType::CheckpointGroup if self.in_head => match GroupCheckpoint::decode(&body()?) {
                Some(checkpoint) => self.checkpoint(offset, header.group, checkpoint),
                None => self.quarantine(offset, "a checkpoint that makes no sense", header.group),
            },
            FrameType::AppState => self.recovery.group(header.group).app = Some(body()?),
            FrameType::Tombstone => drop(self.recovery.image.groups.remove(&header.group)),
            FrameType::Footer => self.sealed = true,
            _ => {
                let seq = self.file.seq;
                if header.frame.is_log() {
                    let group = self.recovery.group(header.group);
                    if !group.quarantined && !group.apply(header, seq, offset) {
                        self.quarantine(offset, "frames before this one are missing", header.group);
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes over what the checkpoint says of a group.
    fn checkpoint(&mut self, offset: u64, id: GroupId, said: GroupCheckpoint) {
        self.seen.insert(id);
        let group = self.recovery.group(id);
        group.index.truncate(said.state.next_index());
        group.index.purge(said.state.first_index());
        group.state = said.state;
        group.app = said.app.or(group.app.take());
        group.quarantined |= said.quarantined;
        if said.quarantined {
            self.corruption(offset, EARLIER, vec![id], false);
        }
    }

    /// The checkpoint is over: groups that it does not list are gone, those that it lists and that
    /// were not seen are lost.
    fn leave_head(&mut self) {
        if !std::mem::replace(&mut self.in_head, false) {
            return;
        }
        let Some(listed) = self.listed.take() else {
            if self.is_start {
                return self.suspect_everyone(PAGE, "damaged checkpoint");
            }
            let unseen = self.recovery.image.groups.keys().filter(|id| !self.seen.contains(id));
            return self.lose(unseen.copied().collect());
        };
        self.recovery.image.groups.retain(|id, _| listed.contains(id));
        self.lose(listed.difference(&self.seen).copied().collect());
    }

    fn lose(&mut self, groups: Vec<GroupId>) {
        if !groups.is_empty() {
            for id in &groups {
                self.recovery.group(*id).quarantined = true;
            }
            self.corruption(PAGE, "groups lost from a damaged checkpoint", groups, false);
        }
    }

    fn suspect_everyone(&mut self, offset: u64, what: &str) {
        self.recovery.any_damage = true;
        self.corruption(offset, what, vec![], true);
    }

    fn damage(
        &mut self,
        offset: u64,
        header: Option<Header>,
        next: u64,
        scanner: &mut Scanner<'_>,
    ) -> Result<(), WalError> {
        let behind = scanner.peek(next).map_err(WalError::io("read", &self.file.path))?;
        let in_checkpoint = self.in_head
            && (behind.is_some_and(|behind| behind.frame.is_checkpoint()) || self.is_tail(next - offset));
        if in_checkpoint {
            // Who is missing turns out when the checkpoint is over.
            self.corruption(offset, "damaged checkpoint", vec![], false);
            return Ok(());
        }
        match header {
            Some(header) if header.frame.is_log() => {
                self.leave_head();
                self.quarantine(offset, "damaged frame", header.group);
            }
            Some(_) => {
                self.corruption(offset, "a damaged frame that holds nothing of any group", vec![], false);
            }
            None => {
                self.leave_head();
                self.suspect_everyone(offset, "damaged frames of unknown groups");
            }
        }
        Ok(())
    }

    /// Whether `len` damaged bytes behind all groups of the checkpoint are just its tail frame.
    fn is_tail(&self, len: u64) -> bool {
        self.listed.as_ref().is_some_and(|listed| *listed == self.seen && len == frame_len(8 * listed.len()))
    }

    fn end(&mut self, offset: u64, torn: bool) {
        let is_newest =
            self.recovery.image.files.last_key_value().is_some_and(|(seq, _)| *seq == self.file.seq);
        if !is_newest && !self.sealed {
            // A newer file was begun: everything in this one was durable.
            self.suspect_everyone(offset, "the end of the file is damaged or missing");
        } else if torn && is_newest {
            self.recovery.image.torn = Some(TornTail { file: self.file.path.clone(), offset });
        }
    }

    fn quarantine(&mut self, offset: u64, what: &str, group: GroupId) {
        self.recovery.group(group).quarantined = true;
        self.corruption(offset, what, vec![group], false);
    }

    fn corruption(&mut self, offset: u64, what: &str, groups: Vec<GroupId>, may_hide_groups: bool) {
        let (file, what) = (self.file.path.clone(), what.to_owned());
        self.recovery.image.corruptions.push(Corruption { file, offset, what, groups, may_hide_groups });
    }
}
