//! Events out of a recording, as fast as they were recorded. Keys of the recording are left out: whoever looks at it
//! has keys of their own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

use super::TopError;
use crate::event::{Event, Link};

/// The longest pause that is kept.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Starts to replay a file.
pub(super) async fn start(path: &Path, sender: Sender<Event>) -> Result<JoinHandle<()>, TopError> {
    let failed = |error: std::io::Error| TopError::File { file: path.to_owned(), reason: error.to_string() };
    let file = File::open(path).await.map_err(failed)?;
    Ok(tokio::spawn(replay(path.to_owned(), BufReader::new(file), sender)))
}

async fn replay(path: PathBuf, file: BufReader<File>, sender: Sender<Event>) {
    let mut lines = file.lines();
    let mut before = None;
    let end = loop {
        let line = match lines.next_line().await {
            Ok(Some(line)) => line,
            Ok(None) => break format!("{} has ended", path.display()),
            Err(error) => break format!("{}: {error}", path.display()),
        };
        let event = match serde_json::from_str::<Event>(&line) {
            Ok(event) => event,
            Err(error) => break format!("{} is no recording of chronikctl top: {error}", path.display()),
        };
        match event {
            Event::Key(_) | Event::Resize(..) | Event::Planned(..) | Event::Done(_) => continue,
            Event::Tick(now) => {
                let pause = before.replace(now).map_or(0, |before| now.saturating_sub(before));
                let pause = Duration::from_millis(u64::try_from(pause).unwrap_or(0));
                tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
                // The dashboard's own clock goes on.
                continue;
            }
            _ => {}
        }
        if sender.send(event).await.is_err() {
            return;
        }
    };
    let _ = sender.send(Event::Link(Link::Lost { cause: end, retry_ms: 0 })).await;
    // The picture stays until the person leaves: the keys hold the channel open.
}
