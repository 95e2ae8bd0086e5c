//! Writes the events to a file, a JSON object a line, until the file is as large as it may be.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use super::{TopError, TopOptions};
use crate::event::Event;

pub(super) struct Recorder {
    file: Option<(PathBuf, BufWriter<File>)>,
    left: u64,
}

impl Recorder {
    pub(super) fn open(options: &TopOptions) -> Result<Self, TopError> {
        let open = |path: &PathBuf| match File::create(path) {
            Ok(file) => Ok((path.clone(), BufWriter::new(file))),
            Err(error) => Err(TopError::File { file: path.clone(), reason: error.to_string() }),
        };
        let file = options.record.as_ref().map(open).transpose()?;
        Ok(Self { file, left: options.record_limit })
    }

    /// Writes an event, unless there is no file or no room. What is written is always a whole beginning.
    pub(super) fn write(&mut self, event: &Event) -> Result<(), TopError> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        let failed = |reason: String| TopError::File { file: path.clone(), reason };
        let mut line = serde_json::to_vec(event).map_err(|error| failed(error.to_string()))?;
        line.push(b'\n');
        let Some(left) = self.left.checked_sub(line.len() as u64) else {
            self.left = 0;
            return Ok(());
        };
        self.left = left;
        file.write_all(&line).map_err(|error| failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;

    #[test]
    fn a_recording_ends_with_a_whole_line_at_its_limit_and_reads_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record");
        let options = TopOptions {
            view: View::Overview,
            armed: false,
            once: false,
            record: Some(path.clone()),
            record_limit: 30,
            replay: None,
            colour: false,
            context: None,
        };
        let mut recorder = Recorder::open(&options).unwrap();
        for now in [1, 2, 3, 4] {
            recorder.write(&Event::Tick(now)).unwrap();
        }
        drop(recorder);
        let text = std::fs::read_to_string(path).unwrap();
        let events: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events, [Event::Tick(1), Event::Tick(2)]);
    }
}
