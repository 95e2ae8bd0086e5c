//! Cuts the bytes of a connection into frames.
//!
//! Memory is taken as bytes arrive, never for an announced length. A small frame arrives in what its
//! connection has anyway and asks the node's budget for room when it is there; a larger one asks for
//! every step before it reads on, so that a connection without room stops reading and TCP holds the
//! client back.

use std::{io, sync::Arc, time::Duration};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::{Instant, timeout_at},
};

use super::budget::{Budget, Room, SMALL};

/// What a connection's buffer holds: a small frame with its length, or several of them.
const CHUNK: usize = 4 + SMALL;
/// A frame may take its time, but no longer than at this many bytes a second: it holds budget that
/// others wait for.
const SLOWEST: u32 = 256 * 1024;

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
    pub(crate) room: Room,
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
    /// Frames of up to `max` bytes, which never stop arriving for `patience` and keep a fair pace.
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
            if self.read(4).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(FrameError::Cut) };
            }
        };
        let size = usize::try_from(length)
            .ok()
            .filter(|size| *size <= self.max)
            .ok_or(FrameError::Length { length, max: self.max })?;
        let mut pace = Pace::new(size, self.patience);
        let start = CHUNK.min(4 + size);
        while self.buffer.len() < start {
            pace.read(self.read(start)).await?;
        }
        let mut room = self.budget.room(size);
        let bytes = if size <= SMALL {
            if size > 0 {
                room.widen().await;
            }
            self.buffer.split_to(start).freeze().slice(4..)
        } else {
            self.larger(size, &mut room, pace).await?
        };
        Ok(Some(Frame { bytes, room }))
    }

    /// Reads a frame that does not fit into the buffer, and with which the buffer is full, into memory of
    /// its own: nothing that lives longer than its room may share it.
    async fn larger(&mut self, size: usize, room: &mut Room, mut pace: Pace) -> Result<Bytes, FrameError> {
        self.buffer.advance(4);
        let mut bytes = Vec::new();
        while bytes.len() < size {
            if bytes.len() >= room.bytes() {
                pace.pause(room.widen()).await;
                bytes.reserve_exact(room.bytes() - bytes.len());
                // There is something only the first time.
                bytes.extend_from_slice(&self.buffer);
                self.buffer.clear();
            }
            let spare = room.bytes() - bytes.len();
            pace.read(self.socket.read_buf(&mut (&mut bytes).limit(spare))).await?;
        }
        Ok(bytes.into())
    }

    /// Reads once into the buffer, which is made to hold at least `size` bytes; 0 at the end of the stream.
    async fn read(&mut self, size: usize) -> io::Result<usize> {
        if self.buffer.capacity() < size {
            self.buffer.reserve(CHUNK - self.buffer.len());
        }
        let spare = CHUNK - self.buffer.len();
        self.socket.read_buf(&mut (&mut self.buffer).limit(spare)).await
    }
}

/// Until when bytes of a frame must arrive.
#[derive(Debug)]
struct Pace {
    size: usize,
    patience: Duration,
    deadline: Instant,
}

impl Pace {
    fn new(size: usize, patience: Duration) -> Self {
        Self { size, patience, deadline: Instant::now() + patience }
    }

    /// Awaits some bytes, as long as there is time.
    async fn read(&mut self, reading: impl Future<Output = io::Result<usize>>) -> Result<(), FrameError> {
        match timeout_at(self.deadline, reading).await {
            Err(_) => Err(FrameError::Slow { length: self.size }),
            Ok(Err(error)) => Err(error.into()),
            Ok(Ok(0)) => Err(FrameError::Cut),
            Ok(Ok(bytes)) => {
                self.arrived(bytes, Instant::now());
                Ok(())
            }
        }
    }

    /// Awaits what the peer cannot hasten: it takes none of its time.
    async fn pause(&mut self, waiting: impl Future<Output = ()>) {
        let begun = Instant::now();
        waiting.await;
        self.deadline += begun.elapsed();
    }

    /// Bytes that came buy the time they may take, those announced none, and none can be saved up.
    fn arrived(&mut self, bytes: usize, now: Instant) {
        let bought = Duration::from_secs(bytes as u64) / SLOWEST;
        self.deadline = (self.deadline + bought).min(now + self.patience);
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);
    const SECOND: Duration = Duration::from_secs(1);

    /// After how many seconds a frame of which so many bytes arrive every second is given up.
    fn lasts(bytes_per_second: usize) -> Option<usize> {
        let mut now = Instant::now();
        let mut pace = Pace { size: 100 << 20, patience: PATIENCE, deadline: now + PATIENCE };
        (0..1_000).find(|_| {
            now += SECOND;
            let late = now > pace.deadline;
            pace.arrived(bytes_per_second, now);
            late
        })
    }

    #[test]
    fn a_fair_pace_may_go_on_and_a_trickle_may_not() {
        assert_eq!(lasts(SLOWEST as usize), None);
        assert_eq!(lasts(1), Some(30));
        assert_eq!(lasts(SLOWEST as usize / 2), Some(59));
    }

    #[test]
    fn much_that_came_fast_buys_no_time_to_stall() {
        let now = Instant::now();
        let mut pace = Pace { size: 100 << 20, patience: PATIENCE, deadline: now + PATIENCE };
        pace.arrived(90 << 20, now + SECOND);
        assert_eq!(pace.deadline, now + SECOND + PATIENCE);
    }

    #[tokio::test]
    async fn frames_of_every_size_arrive_whole_one_after_another() {
        let sizes =
            [0, 1, SMALL - 1, SMALL, SMALL + 1, CHUNK, 64 << 10, (64 << 10) + 1, 300_000, 3_000_000, 5];
        let (mut near, far) = tokio::io::duplex(50_000);
        let sending = async {
            for size in sizes {
                near.write_all(&(size as i32).to_be_bytes()).await.unwrap();
                near.write_all(&content(size)).await.unwrap();
            }
            drop(near);
        };
        let budget = Arc::new(Budget::new(512 << 20, 0));
        let mut reader = FrameReader::new(far, 3_000_000, PATIENCE, Arc::clone(&budget));
        let receiving = async {
            for size in sizes {
                let frame = reader.next().await.unwrap().unwrap();
                assert!(frame.bytes == content(size), "{size}");
                assert_eq!((frame.room.bytes(), budget.frames_left()), (size, (512 << 20) - size));
            }
            assert!(reader.next().await.unwrap().is_none());
        };
        tokio::join!(sending, receiving);
    }

    fn content(size: usize) -> Vec<u8> {
        (0..size).map(|at| (at ^ (at >> 8) ^ size) as u8).collect()
    }
}
