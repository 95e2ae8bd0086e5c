//! The audit log of this node: what was asked for, by whom, and what came of it.
//!
//! The newest entries are in memory; all of them go to `audit.jsonl` in the data directory, one JSON object per line. At
//! [`MAX_FILE`] bytes the file becomes `audit.jsonl.1`, in place of the one before. A line is handed to the operating
//! system before the caller is answered; it is not flushed to disk, so that it outlives the process, not the machine.
//!
//! Must never: fail a write of an operator because its line cannot be written; the node's log says so instead.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chronik_common::admin::v1::AuditEntry;
use parking_lot::Mutex;

/// Entries in memory.
const REMEMBERED: usize = 1000;
/// Size at which the file is put aside, in bytes.
const MAX_FILE: u64 = 16 * 1024 * 1024;
/// How much of the end of a file is read at the start, in bytes.
const READ_BACK: u64 = 1024 * 1024;

/// The audit log.
pub(super) struct Journal {
    node_id: i32,
    path: Option<PathBuf>,
    kept: Mutex<Kept>,
}

struct Kept {
    newest: VecDeque<AuditEntry>,
    /// Open for appending, and its size in bytes.
    file: Option<(File, u64)>,
}

impl Journal {
    /// The audit log in a data directory, with what an earlier process wrote there. `None`: in memory only.
    pub(super) fn open(node_id: i32, data_dir: Option<&Path>) -> Self {
        let path = data_dir.map(|dir| dir.join("audit.jsonl"));
        let newest = path.as_deref().map(read_back).unwrap_or_default();
        let journal = Self { node_id, path, kept: Mutex::new(Kept { newest, file: None }) };
        if let Some(path) = &journal.path {
            match append_to(path) {
                Ok(file) => journal.kept.lock().file = Some(file),
                Err(error) => complain(path, &error),
            }
        }
        journal
    }

    /// The node whose log it is.
    pub(super) fn node_id(&self) -> i32 {
        self.node_id
    }

    /// Notes a write.
    pub(super) fn note(&self, entry: AuditEntry) {
        let mut kept = self.kept.lock();
        if let Some(path) = &self.path
            && let Err(error) = write_line(path, &mut kept.file, &entry, MAX_FILE)
        {
            complain(path, &error);
            // Opened again for the next one: whoever made room or mended the disk need not restart the node.
            kept.file = None;
        }
        if kept.newest.len() == REMEMBERED {
            kept.newest.pop_back();
        }
        kept.newest.push_front(entry);
    }

    /// The newest entries for which `wanted` holds, newest first.
    pub(super) fn newest(&self, limit: usize, wanted: impl Fn(&AuditEntry) -> bool) -> Vec<AuditEntry> {
        self.kept.lock().newest.iter().filter(|entry| wanted(entry)).take(limit).cloned().collect()
    }
}

fn complain(path: &Path, error: &io::Error) {
    tracing::error!(path = %path.display(), %error, "the audit log cannot be written; the node's own log has every entry");
}

fn append_to(path: &Path) -> io::Result<(File, u64)> {
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

fn write_line(
    path: &Path,
    open: &mut Option<(File, u64)>,
    entry: &AuditEntry,
    max_file: u64,
) -> io::Result<()> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    if open.as_ref().is_some_and(|(_, size)| *size + line.len() as u64 > max_file) {
        fs::rename(path, path.with_extension("jsonl.1"))?;
        *open = None;
    }
    let (file, size) = match open {
        Some(open) => open,
        None => open.insert(append_to(path)?),
    };
    file.write_all(&line)?;
    *size += line.len() as u64;
    Ok(())
}

/// The newest entries of both files, newest first. Lines that cannot be read, such as one that a crash cut off, are
/// passed over.
fn read_back(path: &Path) -> VecDeque<AuditEntry> {
    let mut newest = VecDeque::new();
    for path in [path.to_owned(), path.with_extension("jsonl.1")] {
        match end_of(&path) {
            Ok(text) => {
                let lines = text.lines().rev().filter_map(|line| serde_json::from_str(line).ok());
                newest.extend(lines.take(REMEMBERED - newest.len()));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => complain(&path, &error),
        }
    }
    newest
}

fn end_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(READ_BACK)))?;
    let mut bytes = Vec::new();
    file.take(READ_BACK).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at_ms: i64) -> AuditEntry {
        AuditEntry {
            at_ms,
            node_id: 1,
            key_id: "bootstrap".into(),
            action: "rebalance".into(),
            object: "all topics".into(),
            dry_run: false,
            reason: String::new(),
            result: "ok".into(),
            operation_id: None,
        }
    }

    fn times(journal: &Journal) -> Vec<i64> {
        journal.newest(usize::MAX, |_| true).iter().map(|entry| entry.at_ms).collect()
    }

    #[test]
    fn the_newest_come_first_and_memory_is_bounded() {
        let journal = Journal::open(1, None);
        (0..=REMEMBERED as i64).for_each(|at| journal.note(entry(at)));
        let times = times(&journal);
        assert_eq!((times.len(), times[0], times[REMEMBERED - 1]), (REMEMBERED, REMEMBERED as i64, 1));
        assert_eq!(journal.newest(2, |entry| entry.at_ms < 10).len(), 2);
    }

    #[test]
    fn a_restart_remembers_and_passes_over_a_torn_line() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(1, Some(dir.path()));
        (1..=3).for_each(|at| journal.note(entry(at)));
        drop(journal);
        let mut file = OpenOptions::new().append(true).open(dir.path().join("audit.jsonl")).unwrap();
        file.write_all(b"{\"at_ms\":4,\n").unwrap();
        let journal = Journal::open(1, Some(dir.path()));
        journal.note(entry(5));
        assert_eq!(times(&journal), [5, 3, 2, 1]);
        assert_eq!(times(&Journal::open(1, Some(dir.path()))), [5, 3, 2, 1]);
    }

    #[test]
    fn a_full_file_is_put_aside_and_still_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.jsonl");
        let line = serde_json::to_vec(&entry(1)).unwrap().len() as u64 + 1;
        let mut open = None;
        for at in 1..=5 {
            write_line(&path, &mut open, &entry(at), 2 * line).unwrap();
        }
        assert_eq!(fs::metadata(&path).unwrap().len(), line);
        assert_eq!(fs::metadata(dir.path().join("audit.jsonl.1")).unwrap().len(), 2 * line);
        assert_eq!(times(&Journal::open(1, Some(dir.path()))), [5, 4, 3]);
    }

    #[test]
    fn the_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Journal::open(1, Some(dir.path())).note(entry(1));
        let mode = fs::metadata(dir.path().join("audit.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
