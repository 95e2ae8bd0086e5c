//! Helpers: short ways to say what a test does.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc;

use bytes::Bytes;
use proptest::prelude::ProptestConfig;
use tempfile::TempDir;

use crate::wal::file::{Opened, WalFile, parse_name};
use crate::wal::frame::{FrameType, HEADER_LEN, Header};
use crate::wal::scan::{Found, Scanner};
use crate::wal::{Body, Done, Entry, GroupId, GroupLog, GroupState, LogId, Options, Recovered, Wal};

/// How often a property is tried: `PROPTEST_CASES` if set, else `cases`.
pub fn cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig { max_shrink_iters: 200, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { default } else { ProptestConfig { cases, ..default } }
}

/// A directory in memory where there is such a thing: these tests are about content, and an fsync is
/// free there.
pub fn scratch() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Tiny files, so that tests cross many.
pub fn tiny() -> Options {
    Options { file_size: 64 << 10, cache_bytes: 8 << 10, ..Options::default() }
}

pub fn open(dir: &Path) -> (Wal, Recovered) {
    Wal::open(dir, tiny()).unwrap()
}

/// Opens a directory that must not be damaged.
pub fn open_sound(dir: &Path) -> Wal {
    let (wal, recovered) = open(dir);
    assert_eq!(recovered.corruptions, []);
    wal
}

pub fn id(term: u64, index: u64) -> LogId {
    LogId { term, leader: 1, index }
}

pub fn entry(term: u64, index: u64, count: u32, body: &[u8]) -> Entry {
    let body = Body::from(Bytes::copy_from_slice(body));
    Entry { id: id(term, index), kind: 3, count, base: 0, body }
}

/// Does something with a callback, and waits until it is durable.
pub fn durably(act: impl FnOnce(Done) -> Result<(), crate::wal::WalError>) {
    let (tell, told) = mpsc::channel();
    act(Box::new(move |result| tell.send(result).unwrap())).unwrap();
    told.recv().unwrap().unwrap();
}

pub fn append(log: &GroupLog, entries: Vec<Entry>) {
    durably(|done| log.append(entries, done));
}

/// Appends `count` entries of one record each.
pub fn fill(log: &GroupLog, term: u64, count: u64) {
    let first = log.state().next_index();
    append(log, (first..first + count).map(|index| entry(term, index, 1, &index.to_le_bytes())).collect());
}

/// Everything that a group holds.
pub fn contents(log: &GroupLog) -> Vec<Entry> {
    let state = log.state();
    log.read(state.first_index()..state.next_index(), usize::MAX).unwrap()
}

/// State and entries of a group.
pub type Content = (GroupState, Vec<Entry>);

/// Everything that a WAL holds, save groups of which nothing is known.
pub fn everything(wal: &Wal) -> BTreeMap<GroupId, Content> {
    let logs = wal.groups().into_iter().map(|id| (id, wal.group(id)));
    logs.map(|(id, log)| (id, (log.state(), contents(&log))))
        .filter(|(_, (state, _))| *state != GroupState::default())
        .collect()
}

/// Copies the files as they are: what a crash of the process would leave. No space may be given back
/// at the same time: of a file that is moved, the copy would have neither the old nor the new place.
pub fn copy_of(dir: &Path) -> TempDir {
    let copy = scratch();
    copy_into(dir, copy.path());
    copy
}

fn copy_into(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let copy = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            std::fs::create_dir(&copy).unwrap();
            copy_into(&file.path(), &copy);
        } else {
            // The janitor may rename or delete while we look.
            let _ = std::fs::copy(file.path(), copy);
        }
    }
}

/// The WAL files, oldest first.
pub fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "wal"));
    files.sort();
    files
}

/// The segment files.
pub fn segments(dir: &Path) -> Vec<std::path::PathBuf> {
    let Ok(names) = std::fs::read_dir(dir.join("segments")) else { return vec![] };
    let mut files: Vec<_> = names.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// The frames of the newest file, with their offsets.
fn tail_frames(dir: &Path) -> (u64, Vec<(u64, Header)>) {
    let path = files(dir).pop().unwrap();
    let seq = parse_name(path.file_name().unwrap().to_str().unwrap()).unwrap();
    let Opened::Intact(file) = WalFile::open(&path, seq).unwrap() else { panic!("{}", path.display()) };
    let mut scanner = Scanner::new(&file);
    let mut frames = Vec::new();
    while let Found::Frame { offset, header } = scanner.next().unwrap() {
        frames.push((offset, header));
    }
    (seq, frames)
}

/// File and offset at which the acknowledged frames end.
pub fn end_of(dir: &Path) -> (u64, u64) {
    let (seq, frames) = tail_frames(dir);
    let acknowledged = frames.iter().rev().find(|(_, header)| header.frame != FrameType::Synced).unwrap();
    (seq, acknowledged.0 + acknowledged.1.frame_len())
}

/// Whether the idle writer marks the end of what is durable: not if the newest file is full to the last
/// bytes.
pub fn has_room_for_mark(dir: &Path) -> bool {
    end_of(dir).1 + HEADER_LEN as u64 <= std::fs::metadata(files(dir).pop().unwrap()).unwrap().len()
}

/// Waits until the idle writer has marked the end of what is durable.
pub fn wait_for_mark(dir: &Path) {
    assert!(has_room_for_mark(dir), "there will be no mark");
    while tail_frames(dir).1.last().is_none_or(|(_, header)| header.frame != FrameType::Synced) {
        std::thread::yield_now();
    }
}
