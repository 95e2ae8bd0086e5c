//! Server-sent events out of bytes, as they arrive.
//!
//! Must never hold more than one event of [`LARGEST_EVENT`] bytes, whatever the server sends.

/// The largest event that is read, in bytes: the snapshot of a very large cluster.
pub(super) const LARGEST_EVENT: usize = 256 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// Its name; empty if the server gave none.
    pub(super) event: String,
    /// Its id, if the server gave one.
    pub(super) id: Option<String>,
    /// Its body.
    pub(super) data: String,
}

/// Collects lines, and events out of lines. Lines end in LF or CRLF; comments are skipped.
pub(super) struct Decoder {
    largest: usize,
    line: Vec<u8>,
    event: String,
    id: Option<String>,
    data: Option<String>,
}

impl Decoder {
    /// A decoder that refuses events of more than so many bytes.
    pub(super) fn new(largest: usize) -> Self {
        Self { largest, line: Vec::new(), event: String::new(), id: None, data: None }
    }

    /// Takes what has arrived, and gives the events that it completes.
    ///
    /// # Errors
    /// A text, if an event is too large or no UTF-8.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, String> {
        let mut frames = Vec::new();
        let mut pieces = bytes.split(|&byte| byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            if self.size() + piece.len() > self.largest {
                return Err(format!("an event is larger than {} bytes", self.largest));
            }
            self.line.extend_from_slice(piece);
            if pieces.peek().is_some() {
                frames.extend(self.end_line()?);
            }
        }
        Ok(frames)
    }

    fn size(&self) -> usize {
        self.line.len() + self.event.len() + self.data.as_ref().map_or(0, String::len)
    }

    fn end_line(&mut self) -> Result<Option<Frame>, String> {
        let line = std::mem::take(&mut self.line);
        let line = std::str::from_utf8(&line).map_err(|_| "an event is no UTF-8".to_owned())?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            return Ok(self.end_event());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "id" => self.id = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // A comment, or a field that is not known here.
            _ => {}
        }
        Ok(None)
    }

    fn end_event(&mut self) -> Option<Frame> {
        let (event, id, data) = (std::mem::take(&mut self.event), self.id.take(), self.data.take());
        data.map(|data| Frame { event, id, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(event: &str, id: Option<&str>, data: &str) -> Frame {
        Frame { event: event.into(), id: id.map(Into::into), data: data.into() }
    }

    #[test]
    fn events_come_out_whole_wherever_the_bytes_are_cut() {
        let text = ": hello\n\nevent: delta\nid: a-1\ndata: {\"x\":\ndata: \"ü\"}\n\r\ndata:second\r\n\r\nevent: no data\n\n";
        let expected = [frame("delta", Some("a-1"), "{\"x\":\n\"ü\"}"), frame("", None, "second")];
        for size in 1..text.len() {
            let mut decoder = Decoder::new(1000);
            let frames: Vec<_> =
                text.as_bytes().chunks(size).flat_map(|piece| decoder.push(piece).unwrap()).collect();
            assert_eq!(frames, expected, "in pieces of {size} bytes");
        }
    }

    #[test]
    fn an_event_that_is_too_large_is_refused_in_one_line_or_in_many() {
        let mut decoder = Decoder::new(20);
        assert_eq!(decoder.push(b"data: 0123456789\n\n").map(|frames| frames.len()), Ok(1));
        assert!(decoder.push(b"data: 0123456789012345").unwrap_err().contains("larger than 20 bytes"));
        let mut decoder = Decoder::new(20);
        assert_eq!(decoder.push(b"data: 0123456789\n"), Ok(vec![]));
        assert!(decoder.push(b"data: 0123456789\n").is_err());
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(Decoder::new(20).push(b"data: \xff\n").unwrap_err().contains("UTF-8"));
    }
}
