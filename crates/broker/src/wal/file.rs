//! One file of the WAL, or segment: its name, its header page, reads and writes at offsets.
//!
//! The first 4096 bytes are the header page: the same 64 bytes at 0 and at 2048 (a damaged sector
//! leaves the other), zeros between. Frames follow. The header:
//!
//! ```text
//!  0  magic     8 bytes "CHRONWAL"
//!  8  version   u32     3
//! 12  reserved  u32     zero
//! 16  sequence  u64     the number in the file's name (of a segment: the last one)
//! 24  salt      16 bytes, random: seeds the checksums of all frames of the file
//! 40  zeros
//! 60  CRC32C    u32     of bytes 0..60
//! ```

use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::FallocateFlags;

/// Length of the header page: frames begin here.
pub const PAGE: u64 = 4096;
/// Numbers from here on are those of segments, below are the sequence numbers of WAL files. (JSON
/// readers that know only doubles can tell them apart, too.)
pub const FIRST_SEGMENT: u64 = 1 << 52;
const MAGIC: &[u8; 8] = b"CHRONWAL";
const VERSION: u32 = 3;
const COPY_AT: usize = 2048;
const RECORD: usize = 64;

/// An open file of the WAL.
#[derive(Debug)]
pub struct WalFile {
    /// Its number in the sequence.
    pub seq: u64,
    /// Its path.
    pub path: PathBuf,
    /// Seeds the checksums of its frames.
    pub seed: u32,
    /// Its length on disk in bytes.
    len: AtomicU64,
    handle: Handle,
}

/// How the bytes are reached.
#[derive(Debug)]
enum Handle {
    /// Through a descriptor that stays open: the file can be read on after it has been deleted.
    Open(File),
    /// Through a new descriptor for each read, so that there may be very many such files.
    OnDemand,
}

/// What the header page of a file is like.
#[derive(Debug)]
pub enum Opened {
    /// Both copies are intact.
    Intact(WalFile),
    /// One copy, or the zeros between, is damaged: the file is usable.
    Damaged(WalFile),
    /// Neither copy is intact: no frame of the file can be verified.
    Unreadable,
    /// The file is of another format version.
    OtherVersion(u32),
}

/// Name of file `seq` in the WAL directory.
pub fn file_name(seq: u64) -> String {
    format!("{seq:016x}.wal")
}

/// The sequence number in a file name, if it is one of ours.
pub fn parse_name(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".wal")?;
    let seq = (digits.len() == 16).then(|| u64::from_str_radix(digits, 16).ok())??;
    // Numbers that no WAL reaches are not ours: from there on they are segments'.
    (file_name(seq) == name && (1..FIRST_SEGMENT).contains(&seq)).then_some(seq)
}

impl WalFile {
    /// Creates a file at `path` (replacing what is there), `size` bytes preallocated and its header
    /// page written and synced.
    pub fn create(path: &Path, seq: u64, size: u64) -> io::Result<Self> {
        let file = Self::begin(path, seq, size)?;
        file.with(File::sync_all)?;
        Ok(file)
    }

    /// Like [`create`](Self::create), but nothing is synced yet.
    pub fn begin(path: &Path, seq: u64, size: u64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        let salt: [u8; 16] = rand::random();
        let file = Self::new(path, seq, seed_of(&salt), 0, Handle::Open(file));
        file.reserve(size.max(PAGE))?;
        file.with(|file| file.write_all_at(&header_page(seq, &salt), 0))?;
        Ok(file)
    }

    fn new(path: &Path, seq: u64, seed: u32, len: u64, handle: Handle) -> Self {
        Self { seq, path: path.to_path_buf(), seed, len: AtomicU64::new(len), handle }
    }

    /// A file of which no frame can be verified.
    pub fn unreadable(path: &Path, seq: u64) -> io::Result<Self> {
        Ok(Self::new(path, seq, 0, std::fs::metadata(path)?.len(), Handle::OnDemand))
    }

    /// The same file at `path`, without a descriptor that stays open.
    #[must_use]
    pub fn on_demand(self, path: PathBuf) -> Self {
        Self { path, handle: Handle::OnDemand, ..self }
    }

    fn with<T>(&self, act: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
        match &self.handle {
            Handle::Open(file) => act(file),
            Handle::OnDemand => act(&File::open(&self.path)?),
        }
    }

    /// Opens file `seq` at `path` and judges its header page.
    pub fn open(path: &Path, seq: u64) -> io::Result<Opened> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let len = file.metadata()?.len();
        let mut page = [0; PAGE as usize];
        let got = read_up_to(&file, &mut page, 0)?;
        let (first, second) = (parse_record(&page, 0, seq), parse_record(&page, COPY_AT, seq));
        let Some((version, salt)) = first.or(second) else {
            return Ok(Opened::Unreadable);
        };
        if version != VERSION {
            return Ok(Opened::OtherVersion(version));
        }
        let intact = got == page.len() && page == header_page(seq, &salt);
        let file = Self::new(path, seq, seed_of(&salt), len, Handle::Open(file));
        Ok(if intact { Opened::Intact(file) } else { Opened::Damaged(file) })
    }

    /// Length on disk in bytes.
    pub fn len(&self) -> u64 {
        self.len.load(Ordering::Relaxed)
    }

    /// Makes sure that `size` bytes are allocated.
    pub fn reserve(&self, size: u64) -> io::Result<()> {
        if size <= self.len() {
            return Ok(());
        }
        self.with(|file| match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, size) {
            Ok(()) => Ok(()),
            Err(rustix::io::Errno::OPNOTSUPP) => file.set_len(size),
            Err(error) => Err(error.into()),
        })?;
        self.len.store(size, Ordering::Relaxed);
        Ok(())
    }

    /// Gives back what lies behind `size`.
    pub fn cut(&self, size: u64) -> io::Result<()> {
        self.with(|file| file.set_len(size))?;
        self.len.store(size, Ordering::Relaxed);
        Ok(())
    }

    /// Writes the slices one after the other, beginning at `offset`.
    pub fn write_all(&self, slices: &mut [IoSlice<'_>], offset: u64) -> io::Result<()> {
        let end = self.with(|file| write_all(file, slices, offset))?;
        self.len.fetch_max(end, Ordering::Relaxed);
        Ok(())
    }

    /// Makes what was written durable.
    pub fn sync(&self) -> io::Result<()> {
        self.with(File::sync_data)
    }

    /// Fills `buf` from `offset`.
    pub fn read_exact(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        self.with(|file| file.read_exact_at(buf, offset))
    }

    /// Reads at most `buf.len()` bytes from `offset`, fewer only at the end of the file.
    pub fn read_up_to(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(|file| read_up_to(file, buf, offset))
    }
}

/// Whether there is nothing but zeros behind the header page of the file at `path`.
pub fn is_blank(path: &Path) -> io::Result<bool> {
    let file = File::open(path)?;
    let mut part = vec![0; 64 << 10];
    let mut at = PAGE;
    loop {
        let got = read_up_to(&file, &mut part, at)?;
        if part[..got].iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        if got < part.len() {
            return Ok(true);
        }
        at += got as u64;
    }
}

/// Makes the names in `dir` durable.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Writes the slices, beginning at `offset`. Returns where they end.
fn write_all(file: &File, mut slices: &mut [IoSlice<'_>], mut offset: u64) -> io::Result<u64> {
    const IOV_MAX: usize = 1024;
    while !slices.is_empty() {
        let some = slices.len().min(IOV_MAX);
        match rustix::io::pwritev(file, &slices[..some], offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                offset += written as u64;
                IoSlice::advance_slices(&mut slices, written);
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(offset)
}

fn read_up_to(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < buf.len() {
        match file.read_at(&mut buf[got..], offset + got as u64) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

fn seed_of(salt: &[u8; 16]) -> u32 {
    crc32c::crc32c(salt)
}

fn header_page(seq: u64, salt: &[u8; 16]) -> [u8; PAGE as usize] {
    let mut record = [0; RECORD];
    record[0..8].copy_from_slice(MAGIC);
    record[8..12].copy_from_slice(&VERSION.to_le_bytes());
    record[16..24].copy_from_slice(&seq.to_le_bytes());
    record[24..40].copy_from_slice(salt);
    let crc = crc32c::crc32c(&record[..60]);
    record[60..].copy_from_slice(&crc.to_le_bytes());
    let mut page = [0; PAGE as usize];
    page[..RECORD].copy_from_slice(&record);
    page[COPY_AT..COPY_AT + RECORD].copy_from_slice(&record);
    page
}

/// Version and salt of the header record at `at`, if it is intact and of file `seq`.
fn parse_record(page: &[u8; PAGE as usize], at: usize, seq: u64) -> Option<(u32, [u8; 16])> {
    let record = &page[at..at + RECORD];
    let u32_at = |i: usize| u32::from_le_bytes(std::array::from_fn(|k| record[i + k]));
    let found_seq = u64::from_le_bytes(std::array::from_fn(|k| record[16 + k]));
    let intact = record.starts_with(MAGIC) && u32_at(60) == crc32c::crc32c(&record[..60]) && found_seq == seq;
    intact.then(|| (u32_at(8), std::array::from_fn(|k| record[24 + k])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_sequence_number() {
        assert_eq!(parse_name(&file_name(0xabc)), Some(0xabc));
        for foreign in [
            "1.wal",
            "0000000000000ABC.wal",
            "LOCK",
            "0000000000000abc.wal.new",
            "0000000000000000.wal",
            "ffffffffffffffff.wal",
            "0010000000000000.wal",
            "+000000000000abc.wal",
        ] {
            assert_eq!(parse_name(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn one_damaged_copy_of_the_header_is_told_and_survived_two_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(file_name(1));
        WalFile::create(&path, 1, 8192).unwrap();
        assert!(matches!(WalFile::open(&path, 1).unwrap(), Opened::Intact(_)));
        assert!(matches!(WalFile::open(&path, 2).unwrap(), Opened::Unreadable));
        let raw = OpenOptions::new().write(true).open(&path).unwrap();
        raw.write_all_at(b"x", 30).unwrap();
        assert!(matches!(WalFile::open(&path, 1).unwrap(), Opened::Damaged(_)));
        raw.write_all_at(b"x", 2048 + 30).unwrap();
        assert!(matches!(WalFile::open(&path, 1).unwrap(), Opened::Unreadable));
    }

    #[test]
    fn more_slices_than_one_call_takes_arrive_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let file = WalFile::create(&dir.path().join(file_name(1)), 1, 8192).unwrap();
        let bytes: Vec<u8> = (0..3000u32).map(|i| i as u8).collect();
        let mut slices: Vec<IoSlice> = bytes.chunks(1).map(IoSlice::new).collect();
        file.write_all(&mut slices, PAGE).unwrap();
        let mut back = vec![0; bytes.len()];
        file.read_exact(&mut back, PAGE).unwrap();
        assert_eq!(back, bytes);
    }
}
