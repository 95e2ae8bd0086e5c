//! Where the entries in one sealed file lie: from its footer, or, where that is missing or damaged,
//! from a scan.

use std::collections::BTreeMap;

use super::file::WalFile;
use super::footer;
use super::frame::FrameType;
use super::group::located;
use super::index::LogIndex;
use super::scan::{Found, Scanner, read_footer};
use super::stretch::Stretch;
use super::{GroupId, WalError};

/// What a sealed file holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// Its entries; those of one group in the order in which they are to be added to its index.
    pub stretches: Vec<(GroupId, Stretch)>,
    /// What is wrong with the file, and where.
    pub damage: Vec<(u64, &'static str)>,
}

impl Contents {
    /// Reads them.
    pub fn of(file: &WalFile) -> Result<Self, WalError> {
        let footer = read_footer(file).map_err(WalError::io("read", &file.path))?;
        match footer.and_then(|body| footer::decode(&body, file.seq)) {
            Some(stretches) => Ok(Self { stretches, damage: vec![] }),
            None => Self::scan(file),
        }
    }

    fn scan(file: &WalFile) -> Result<Self, WalError> {
        tracing::warn!(file = %file.path.display(), "WAL file without a footer: scanning it");
        let mut groups: BTreeMap<GroupId, LogIndex> = BTreeMap::new();
        let mut damage = Vec::new();
        let mut scanner = Scanner::new(file);
        let mut sealed = false;
        loop {
            match scanner.next().map_err(WalError::io("read", &file.path))? {
                Found::Frame { offset, header } if header.frame == FrameType::Entry => {
                    if let Some(entry) = located(&header, file.seq, offset) {
                        groups.entry(header.group).or_default().push(&entry);
                    }
                }
                Found::Frame { header, .. } => sealed |= header.frame == FrameType::Trailer,
                Found::Damage { offset, .. } => damage.push((offset, "damaged frames")),
                Found::End { offset, .. } => {
                    if !sealed {
                        damage.push((offset, "the footer is damaged or missing"));
                    }
                    break;
                }
            }
        }
        let stretches = groups.into_iter().flat_map(|(group, index)| {
            index.into_stretches().into_iter().map(move |stretch| (group, stretch))
        });
        Ok(Self { stretches: stretches.collect(), damage })
    }
}
