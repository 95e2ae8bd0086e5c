//! The frames of one flush: laid out, then written with one gathering write. Bodies are not copied.

use std::io::{self, IoSlice};
use std::ops::Range;

use super::Body;
use super::file::WalFile;
use super::frame::{HEADER_LEN, Header, padding};

/// Frames that will be written one after the other.
#[derive(Debug)]
pub struct Batch {
    /// Where the flush began: frames of it may have been written before.
    flush_start: u64,
    /// Where this batch begins.
    start: u64,
    /// Where it ends.
    end: u64,
    frames: Vec<(u64, Header, Body)>,
}

impl Batch {
    /// An empty batch at `start`, of a flush that began at `flush_start`.
    pub fn new(flush_start: u64, start: u64) -> Self {
        Self { flush_start, start, end: start, frames: Vec::new() }
    }

    /// Adds a frame.
    pub fn add(&mut self, mut header: Header, body: Body) {
        header.batch_start = self.flush_start;
        self.frames.push((self.end, header, body));
        self.end += header.frame_len();
    }

    /// Where the batch ends.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.end - self.start
    }

    /// How many frames it has.
    pub fn count(&self) -> usize {
        self.frames.len()
    }

    /// Frames with their offsets.
    pub fn frames(&self, range: Range<usize>) -> &[(u64, Header, Body)] {
        self.frames.get(range).unwrap_or_default()
    }

    /// Writes all frames to `file`.
    pub fn write(&self, file: &WalFile) -> io::Result<()> {
        let headers: Vec<[u8; HEADER_LEN]> =
            self.frames.iter().map(|(offset, header, _)| header.encode(file.seed, *offset)).collect();
        let mut slices = Vec::with_capacity(self.frames.len() * 3);
        for (header, (_, _, body)) in headers.iter().zip(&self.frames) {
            slices.push(IoSlice::new(header));
            slices.extend(
                body.chunks().iter().filter(|chunk| !chunk.is_empty()).map(|chunk| IoSlice::new(chunk)),
            );
            match padding(body.len()) {
                [] => {}
                zeros => slices.push(IoSlice::new(zeros)),
            }
        }
        file.write_all(&mut slices, self.start)
    }
}
