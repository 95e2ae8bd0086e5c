//! Entries from disk: neighbours with one read, every one verified before it is served.

use bytes::Bytes;

use super::file::WalFile;
use super::frame::{FrameType, HEADER_LEN, Header};
use super::group::Source;
use super::index::Located;
use super::{Entry, GroupId, LogId, Shared, WalError};

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
    fn end(&self) -> u64 {
        self.offset + super::frame::frame_len(self.header.body_len as usize)
    }
}

/// Gets the entries from where they are.
pub fn fetch(shared: &Shared, group: GroupId, sources: Vec<Source>) -> Result<Vec<Entry>, WalError> {
    let mut entries = Vec::with_capacity(sources.len());
    let mut run: Vec<Located> = Vec::new();
    for source in sources {
        match source {
            Source::Cold(located) if continues(&run, &located) => run.push(located),
            Source::Cold(located) => {
                read_run(shared, group, &run, &mut entries)?;
                run = vec![located];
            }
            Source::Hot(entry) => {
                read_run(shared, group, &std::mem::take(&mut run), &mut entries)?;
                entries.push(entry);
            }
        }
    }
    read_run(shared, group, &run, &mut entries)?;
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
fn read_run(shared: &Shared, group: GroupId, run: &[Located], out: &mut Vec<Entry>) -> Result<(), WalError> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else {
        return Ok(());
    };
    let Some(file) = shared.files.read().get(&first.file).cloned() else {
        // Purged and deleted since the read was planned.
        let index = first.header.id.index;
        return Err(WalError::Purged { group, index, first: last.header.id.index + 1 });
    };
    let damaged = |at: &Located| WalError::Corrupt {
        group,
        index: at.header.id.index,
        file: file.path.clone(),
        offset: at.offset,
    };
    // An index that points behind the file is damage, not a reason to allocate.
    if last.end() > file.len() {
        return Err(damaged(last));
    }
    let mut bytes = vec![0; (last.end() - first.offset) as usize];
    file.read_exact(&mut bytes, first.offset).map_err(WalError::io("read", &file.path))?;
    let bytes = Bytes::from(bytes);
    for located in run {
        let start = (located.offset - first.offset) as usize;
        let end = (located.end() - first.offset) as usize;
        out.push(verify(&file, group, located, &bytes.slice(start..end)).ok_or_else(|| damaged(located))?);
    }
    Ok(())
}

/// The entry in `frame`, if it is intact and the one that is meant.
fn verify(file: &WalFile, group: GroupId, located: &Located, frame: &Bytes) -> Option<Entry> {
    let header = Header::decode(frame.first_chunk()?, file.seed, located.offset)?;
    let meant = located.header;
    let LogId { term, leader, index } = meant.id;
    let is_meant = header.frame == FrameType::Entry
        && (header.group, header.term, header.leader, header.index) == (group, term, leader, index)
        && (header.base, header.count, header.kind, header.len)
            == (meant.base, meant.count, meant.kind, meant.body_len);
    let intact = is_meant && crc32c::crc32c(&frame[HEADER_LEN..]) == header.body_crc;
    let body = || frame.slice(HEADER_LEN..HEADER_LEN + header.len as usize).into();
    intact.then(|| Entry {
        id: meant.id,
        kind: meant.kind,
        count: meant.count,
        base: meant.base,
        body: body(),
    })
}
