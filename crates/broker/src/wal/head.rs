//! Reads the checkpoint at the head of a file, to judge it or to take application states from it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;

use bytes::Bytes;

use super::checkpoint::{self, GroupCheckpoint};
use super::file::WalFile;
use super::frame::{FrameType, Header};
use super::scan::{Found, Scanner, read_body};
use super::{GroupId, WalError};

/// How the checkpoint of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Every group that it lists is there, every frame intact.
    Entire,
    /// Its flush never finished.
    Torn,
    /// It was durable once and is not intact.
    Damaged,
}

/// Judges the checkpoint of a file.
pub fn head_of(file: &WalFile) -> Result<Head, WalError> {
    walk(file, |_, _| Ok(())).map_err(WalError::io("read", &file.path))
}

/// The application states that the checkpoint of `file` holds of `groups`. Groups without one, and
/// quarantined ones, are left out.
pub fn states(file: &WalFile, groups: &HashSet<GroupId>) -> Result<HashMap<GroupId, Bytes>, WalError> {
    let mut states = HashMap::new();
    let mut senseless = false;
    let collect = |offset, header: &Header| {
        if groups.contains(&header.group) {
            match GroupCheckpoint::decode(&read_body(file, offset, header)?) {
                Some(said) if said.quarantined => {}
                Some(said) => states.extend(said.app.map(|app| (header.group, app))),
                None => senseless = true,
            }
        }
        Ok(())
    };
    let head = walk(file, collect).map_err(WalError::io("read", &file.path))?;
    if head == Head::Entire && !senseless {
        Ok(states)
    } else {
        Err(WalError::DamagedCheckpoint { file: file.path.clone() })
    }
}

/// Walks the checkpoint and shows `group` the frame of each group, verified, with its offset.
fn walk(file: &WalFile, mut group: impl FnMut(u64, &Header) -> io::Result<()>) -> io::Result<Head> {
    let mut scanner = Scanner::new(file);
    let mut listed = None;
    let mut seen = BTreeSet::new();
    loop {
        match scanner.next()? {
            Found::Frame { offset, header } => match header.frame {
                FrameType::CheckpointHead => {
                    listed = Some(checkpoint::decode_list(&read_body(file, offset, &header)?));
                }
                FrameType::CheckpointGroup => {
                    seen.insert(header.group);
                    group(offset, &header)?;
                }
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
