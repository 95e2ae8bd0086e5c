//! Cuts the bytes of a connection into frames.
//!
//! Memory is taken as bytes arrive, never for a huge announced length; room in the node's budget is taken
//! for the whole frame before its body is read, so that a connection without room stops reading and TCP
//! holds the client back.

use std::{io, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::timeout,
};

use super::budget::{Budget, Share};

/// What a connection's buffer starts with, for headers and small frames.
const CHUNK: usize = 16 * 1024;
/// Room made at once for a larger frame, so that records of usual size are read where they stay; from
/// here on the buffer doubles.
const STEP: usize = 1024 * 1024;
/// A frame may take its time, but no longer than at this many bytes a second: it holds budget that
/// others wait for.
const SLOWEST: u64 = 256 * 1024;

/// Why no further frame can be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("announces a frame of {length} bytes; socket.request.max.bytes is {max}")]
    Length { length: i32, max: usize },
    #[error("closed in the middle of a frame")]
    Cut,
    #[error("a frame of {length} bytes did not arrive in time")]
    Slow { length: usize },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// One frame without its length, and its room in the budget.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) bytes: Bytes,
    pub(crate) share: Option<Share>,
}

/// The reading half of a connection.
#[derive(Debug)]
pub(crate) struct FrameReader<R> {
    socket: R,
    buffer: BytesMut,
    max: usize,
    patience: Duration,
    budget: Arc<Budget>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Frames of up to `max` bytes, each of which arrives within `patience` or at a fair pace.
    pub(crate) fn new(socket: R, max: usize, patience: Duration, budget: Arc<Budget>) -> Self {
        Self { socket, buffer: BytesMut::new(), max, patience, budget }
    }

    /// The next frame; none when the peer has closed between two frames.
    ///
    /// # Errors
    /// When there will be none: the length is out of bounds, or the bytes stop.
    pub(crate) async fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        let length = loop {
            if let Some(prefix) = self.buffer.first_chunk() {
                break i32::from_be_bytes(*prefix);
            }
            if !self.read(4).await? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(FrameError::Cut) };
            }
        };
        let size = usize::try_from(length)
            .ok()
            .filter(|size| *size <= self.max)
            .ok_or(FrameError::Length { length, max: self.max })?;
        let share = self.budget.frame(size).await;
        let patience = self.patience + Duration::from_secs(size as u64 / SLOWEST);
        timeout(patience, self.fill(4 + size)).await.map_err(|_| FrameError::Slow { length: size })??;
        let bytes = self.buffer.split_to(4 + size).freeze().slice(4..);
        Ok(Some(Frame { bytes, share }))
    }

    async fn fill(&mut self, size: usize) -> Result<(), FrameError> {
        while self.buffer.len() < size {
            if !self.read(size).await? {
                return Err(FrameError::Cut);
            }
        }
        Ok(())
    }

    /// Reads once, towards `size` bytes in the buffer; false at the end of the stream.
    async fn read(&mut self, size: usize) -> io::Result<bool> {
        let missing = size.saturating_sub(self.buffer.len());
        let spare = self.buffer.capacity() - self.buffer.len();
        if spare < missing.min(STEP) {
            self.buffer.reserve(missing.min(self.buffer.len().max(STEP)).max(CHUNK));
        }
        Ok(self.socket.read_buf(&mut self.buffer).await? > 0)
    }
}
