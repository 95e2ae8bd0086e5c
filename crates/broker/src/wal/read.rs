//! Entries from disk: neighbours with one read, every one verified before it is served.

use std::io;
use std::sync::Arc;

use bytes::Bytes;

use super::file::WalFile;
use super::frame::{FrameType, HEADER_LEN, Header};
use super::group::Source;
use super::stretch::Located;
use super::{Entry, GroupId, LogId, WalError};

/// Two entries of a group are read at once if no more than this lies between them.
const MAX_GAP: u64 = 64 << 10;
/// No more than this is read at once, unless a single entry is longer.
const MAX_SPAN: u64 = 1 << 20;

impl Source {
    /// Length of the entry's body in bytes.
    pub fn body_len(&self) -> usize {
        match self {
            Self::Hot(entry) => entry.body.len(),
            Self::Cold(located) => located.header.body_len as usize,
        }
    }
}

impl Located {
    /// Whether `header` is that of this entry of `group`.
    pub fn is_meant(&self, header: &Header, group: GroupId) -> bool {
        let meant = self.header;
        let LogId { term, leader, index } = meant.id;
        header.frame == FrameType::Entry
            && (header.group, header.term, header.leader, header.index) == (group, term, leader, index)
            && (header.base, header.count, header.kind, header.len)
                == (meant.base, meant.count, meant.kind, meant.body_len)
    }

    /// Tells that the entry is damaged in `file`.
    pub fn damaged(&self, group: GroupId, file: &WalFile) -> WalError {
        let (index, file) = (self.header.id.index, file.path.clone());
        WalError::Corrupt { group, index, file, offset: self.offset }
    }
}

/// An entry to be fetched.
#[derive(Debug)]
pub enum Planned {
    /// In memory.
    Hot(Entry),
    /// In a file.
    Cold(Arc<WalFile>, Located),
}

/// Why a read failed.
#[derive(Debug)]
pub enum Failed {
    /// The file is not there any more.
    NotFound(Arc<WalFile>),
    /// All else.
    Error(WalError),
}

impl Failed {
    /// What callers are told.
    pub fn into_error(self) -> WalError {
        match self {
            Self::NotFound(file) => WalError::io("read", &file.path)(io::ErrorKind::NotFound.into()),
            Self::Error(error) => error,
        }
    }
}

/// Gets the entries from where they are.
pub fn fetch(group: GroupId, sources: Vec<Planned>) -> Result<Vec<Entry>, Failed> {
    let mut entries = Vec::with_capacity(sources.len());
    let mut run: Vec<Located> = Vec::new();
    let mut of_run: Option<Arc<WalFile>> = None;
    for source in sources {
        match source {
            Planned::Cold(_, located) if continues(&run, &located) => run.push(located),
            Planned::Cold(file, located) => {
                read_run(of_run.replace(file).as_ref(), group, &run, &mut entries)?;
                run = vec![located];
            }
            Planned::Hot(entry) => {
                read_run(of_run.take().as_ref(), group, &std::mem::take(&mut run), &mut entries)?;
                entries.push(entry);
            }
        }
    }
    read_run(of_run.as_ref(), group, &run, &mut entries)?;
    Ok(entries)
}

fn continues(run: &[Located], next: &Located) -> bool {
    match (run.first(), run.last()) {
        (Some(first), Some(last)) => {
            first.file == next.file
                && next.offset >= last.end()
                && next.offset - last.end() <= MAX_GAP
                && next.end() - first.offset <= MAX_SPAN
        }
        _ => false,
    }
}

/// Reads entries that lie close together in one file.
fn read_run(
    file: Option<&Arc<WalFile>>,
    group: GroupId,
    run: &[Located],
    out: &mut Vec<Entry>,
) -> Result<(), Failed> {
    let (Some(file), Some(first), Some(last)) = (file, run.first(), run.last()) else {
        return Ok(());
    };
    let damaged = |at: &Located| Failed::Error(at.damaged(group, file));
    // An index that points behind the file is damage, not a reason to allocate.
    if last.end() > file.len() {
        return Err(damaged(last));
    }
    let mut bytes = vec![0; (last.end() - first.offset) as usize];
    file.read_exact(&mut bytes, first.offset).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failed::NotFound(file.clone()),
        _ => Failed::Error(WalError::io("read", &file.path)(error)),
    })?;
    let bytes = Bytes::from(bytes);
    for located in run {
        let start = (located.offset - first.offset) as usize;
        let end = (located.end() - first.offset) as usize;
        out.push(verify(file, group, located, &bytes.slice(start..end)).ok_or_else(|| damaged(located))?);
    }
    Ok(())
}

/// The entry in `frame`, if it is intact and the one that is meant.
fn verify(file: &WalFile, group: GroupId, located: &Located, frame: &Bytes) -> Option<Entry> {
    let header = Header::decode(frame.first_chunk()?, file.seed, located.offset)?;
    let meant = located.header;
    let intact = located.is_meant(&header, group) && crc32c::crc32c(&frame[HEADER_LEN..]) == header.body_crc;
    let body = || frame.slice(HEADER_LEN..HEADER_LEN + header.len as usize).into();
    intact.then(|| Entry {
        id: meant.id,
        kind: meant.kind,
        count: meant.count,
        base: meant.base,
        body: body(),
    })
}
