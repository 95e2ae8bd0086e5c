//! Recovery of the WAL against hostile files: it must never panic and never allocate more than the
//! files are long.
//!
//! The first byte of the input chooses: frames with right checksums and senseless content in up to
//! three files and as many segments; the input itself as a file and as a segment; or patches to a
//! sound WAL and to a segment of it.

#![no_main]

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use bytes::{Buf, Bytes};
use chronik_broker::wal::forge::{Forged, forge, forge_segment};
use chronik_broker::wal::{Body, Entry, LogId, Options, Wal};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((mode, mut rest)) = input.split_first() else { return };
    let dir = tempfile::tempdir().expect("a temporary directory");
    let newest = dir.path().join("0000000000000001.wal");
    match mode % 3 {
        0 => {
            for seq in 1..=u64::from(mode / 3 % 3) + 1 {
                forge(dir.path(), seq, frames(&mut rest), rest).expect("write");
            }
            for n in 0..u32::from(mode / 9 % 4) {
                let (group, first) = (u64::from(n % 2), u64::from(mode / 36 % 3) * u64::from(n));
                forge_segment(dir.path(), n, group, first, frames(&mut rest), rest).expect("write");
            }
        }
        1 => {
            std::fs::write(&newest, rest).expect("write");
            forge_segment(dir.path(), 0, 1, 0, vec![], &[]).expect("write");
            std::fs::write(segment(dir.path()), rest).expect("write");
        }
        _ => {
            write_sound(dir.path());
            let patched = if mode % 2 == 0 { newest } else { segment(dir.path()) };
            let file = OpenOptions::new().write(true).open(patched).expect("open");
            for patch in rest.chunks_exact(3) {
                let at = u64::from(u16::from_le_bytes([patch[0], patch[1]])) % 8192;
                file.write_all_at(&patch[2..], at).expect("patch");
            }
        }
    }
    let (wal, _) = Wal::open(dir.path(), options()).expect("damage is no error");
    for group in wal.groups() {
        let log = wal.group(group);
        let state = log.state();
        let _ = log.read(state.first_index()..state.next_index(), 1 << 16);
        let _ = log.locate(state.purged_base);
        let _ = log.id_at(state.next_index());
    }
    wal.reclaim().expect("open");
});

/// The only segment.
fn segment(dir: &Path) -> PathBuf {
    let mut names = std::fs::read_dir(dir.join("segments")).expect("segments");
    names.next().expect("a segment").expect("a name").path()
}

fn options() -> Options {
    Options { file_size: 64 << 10, ..Options::default() }
}

/// Reads frames off the input; small numbers, so that they often fit one another.
fn frames(input: &mut &[u8]) -> Vec<Forged> {
    let mut frames = Vec::new();
    while input.len() >= 10 && frames.len() < 64 {
        let [frame, kind, count, group, term, leader, index, base, flush, len] =
            std::array::from_fn(|_| input.get_u8());
        // The highest values stand for the largest numbers.
        let number = |byte: u8| if byte > 250 { u64::MAX - u64::from(255 - byte) } else { byte.into() };
        let body = input.split_off(..usize::from(len).min(input.len())).unwrap_or_default();
        frames.push(Forged {
            frame,
            kind,
            count: number(count) as u32,
            group: number(group),
            term: number(term),
            leader: number(leader),
            index: number(index),
            base: number(base),
            body: Bytes::copy_from_slice(body),
            new_flush: flush % 2 == 1,
        });
        if flush > 200 {
            break;
        }
    }
    frames
}

fn write_sound(dir: &Path) {
    let (wal, _) = Wal::open(dir, options()).expect("a new WAL");
    for index in 0..12 {
        let log = wal.group(index % 3);
        let id = LogId { term: 1, leader: 1, index: index / 3 };
        let body = Body::from(Bytes::from(vec![index as u8; 50]));
        let entry = Entry { id, kind: 0, count: 2, base: 0, body };
        log.append(vec![entry], Box::new(|_| {})).expect("room");
    }
    // As if three entries of group 0 had been moved out of a file before the first.
    let entry = |index| Forged {
        frame: 1,
        term: 1,
        leader: 1,
        index,
        base: index * 2,
        count: 2,
        new_flush: true,
        ..Forged::default()
    };
    forge_segment(dir, 0, 0, 0, (0..3).map(entry).collect(), &[]).expect("write");
    wal.close().expect("close");
}
