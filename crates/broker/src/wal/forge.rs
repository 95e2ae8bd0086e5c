//! Makes WAL files out of arbitrary frames, with right checksums: for fuzzing and for tests of
//! recovery, which must survive content that is well-formed and senseless. Nothing else uses it.

use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use bytes::Bytes;

use super::Body;
use super::batch::Batch;
use super::file::{FIRST_SEGMENT, PAGE, WalFile, file_name};
use super::frame::{FrameType, Header, body_crc};
use super::segment;

/// A frame to write. The numbers mean what they mean in a frame's header.
#[derive(Clone, Debug, Default)]
pub struct Forged {
    /// The type; what is no type becomes an entry.
    pub frame: u8,
    /// The kind.
    pub kind: u8,
    /// The record count.
    pub count: u32,
    /// The group.
    pub group: u64,
    /// The term.
    pub term: u64,
    /// The leader.
    pub leader: u64,
    /// The index.
    pub index: u64,
    /// The base.
    pub base: u64,
    /// The body.
    pub body: Bytes,
    /// Whether a flush begins here.
    pub new_flush: bool,
}

/// Writes file `seq` of the WAL in `dir`: the frames, then `trailing`.
pub fn forge(dir: &Path, seq: u64, frames: Vec<Forged>, trailing: &[u8]) -> io::Result<()> {
    forge_file(&dir.join(file_name(seq)), seq, frames, trailing)
}

/// Writes the `n`th segment of the WAL in `dir`, one of `group`, with entries from index `first` on.
pub fn forge_segment(
    dir: &Path,
    n: u32,
    group: u64,
    first: u64,
    frames: Vec<Forged>,
    trailing: &[u8],
) -> io::Result<()> {
    let directory = segment::directory(dir);
    fs::create_dir_all(&directory)?;
    let number = FIRST_SEGMENT + u64::from(n);
    let name = segment::Name { group, first, number };
    forge_file(&directory.join(name.file_name()), number, frames, trailing)
}

fn forge_file(path: &Path, number: u64, frames: Vec<Forged>, trailing: &[u8]) -> io::Result<()> {
    let file = WalFile::create(path, number, PAGE)?;
    let mut batch = Batch::new(PAGE, PAGE);
    for forged in frames {
        if forged.new_flush {
            batch.write(&file)?;
            batch = Batch::new(batch.end(), batch.end());
        }
        let Forged { frame, kind, count, group, term, leader, index, base, body, .. } = forged;
        let (body, len) = (Body::One(body.clone()), body.len() as u32);
        let frame = FrameType::from_u8(frame).unwrap_or(FrameType::Entry);
        let body_crc = body_crc(&body);
        let header =
            Header { body_crc, len, kind, count, term, leader, index, base, ..Header::new(frame, group) };
        batch.add(header, body);
    }
    batch.write(&file)?;
    fs::OpenOptions::new().write(true).open(path)?.write_all_at(trailing, batch.end())
}
