//! Reads a recording. It is read as a whole, so that one can go back in it.

use std::path::Path;

use tokio::io::AsyncReadExt;

use super::TopError;
use crate::event::Event;
use crate::state::{Recording, State};

/// The largest file that is read, in bytes: it is held in memory.
const LARGEST: u64 = 1 << 30;

/// Reads a file that `--record` has written.
pub(super) async fn read(path: &Path) -> Result<Recording, TopError> {
    let failed = |reason: String| TopError::File { file: path.to_owned(), reason };
    let events = events(path).await.map_err(failed)?;
    Recording::of(events).ok_or_else(|| failed("it holds nothing to show".into()))
}

/// Takes what was recorded up to the first snapshot.
pub(super) async fn first_snapshot(path: &Path, state: &mut State) -> Result<(), TopError> {
    for event in read(path).await?.into_events() {
        let snapshot = matches!(event, Event::Snapshot(_));
        state.on(event);
        if snapshot {
            return Ok(());
        }
    }
    Err(TopError::File { file: path.to_owned(), reason: "it holds no snapshot".into() })
}

async fn events(path: &Path) -> Result<Vec<Event>, String> {
    let file = tokio::fs::File::open(path).await.map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut text).await.map_err(|error| error.to_string())?;
    if text.len() as u64 > LARGEST {
        return Err(format!("it is larger than {} MiB", LARGEST >> 20));
    }
    parse(&text)
}

/// An event a line. A last line without an end is what was being written when the recording was cut off.
fn parse(text: &[u8]) -> Result<Vec<Event>, String> {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole == 0 && !text.is_empty() {
        return Err("it is no recording of chronikctl top".into());
    }
    let lines = text[..whole].split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
    let event = |(number, line)| {
        serde_json::from_slice(line)
            .map_err(|error| format!("line {} is not of a recording of chronikctl top: {error}", number + 1))
    };
    lines.map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_that_was_cut_off_is_read_up_to_there() {
        assert_eq!(parse(b"{\"tick\":1}\n{\"tick\":2}\n{\"ti").unwrap(), [Event::Tick(1), Event::Tick(2)]);
        assert_eq!(parse(b"").unwrap(), []);
    }

    #[test]
    fn a_file_of_something_else_is_refused_with_its_line() {
        assert_eq!(parse(b"hello").unwrap_err(), "it is no recording of chronikctl top");
        let error = parse(b"{\"tick\":1}\nhello\n").unwrap_err();
        assert!(error.starts_with("line 2 is not of a recording"), "{error}");
    }

    #[tokio::test]
    async fn a_recording_that_tells_nothing_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record");
        std::fs::write(&path, "{\"tick\":1}\n").unwrap();
        let error = read(&path).await.unwrap_err().to_string();
        assert!(error.contains("it holds nothing to show"), "{error}");
    }
}
