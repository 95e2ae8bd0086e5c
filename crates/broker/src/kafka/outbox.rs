//! Answers on their way out: written in order, in as few system calls as their pieces allow.

use std::{collections::VecDeque, io, io::IoSlice};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::answer::Hold;

/// Pieces in one system call.
const VECTOR: usize = 64;

/// Frames not yet written.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pieces: VecDeque<Piece>,
    bytes: usize,
}

#[derive(Debug)]
struct Piece {
    bytes: Bytes,
    /// With the last piece of a frame: what is given back when it has left.
    hold: Option<Hold>,
}

impl Outbox {
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Bytes not yet written.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn push(&mut self, pieces: Vec<Bytes>, hold: Hold) {
        for bytes in pieces.into_iter().filter(|piece| !piece.is_empty()) {
            self.bytes += bytes.len();
            self.pieces.push_back(Piece { bytes, hold: None });
        }
        if let Some(last) = self.pieces.back_mut() {
            last.hold = Some(hold);
        }
    }

    /// Writes once. May be dropped before it is done: then nothing was written.
    ///
    /// # Errors
    /// When the socket does not take any more.
    pub(crate) async fn write<W: AsyncWrite + Unpin>(&mut self, socket: &mut W) -> io::Result<()> {
        let mut slices = [IoSlice::new(&[]); VECTOR];
        let mut count = 0;
        for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
            *slice = IoSlice::new(&piece.bytes);
            count += 1;
        }
        let written = socket.write_vectored(slices.get(..count).unwrap_or_default()).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.written(written);
        Ok(())
    }

    fn written(&mut self, mut written: usize) {
        self.bytes = self.bytes.saturating_sub(written);
        while let Some(first) = self.pieces.front_mut() {
            if written < first.bytes.len() {
                first.bytes.advance(written);
                return;
            }
            written -= first.bytes.len();
            self.pieces.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pieces_leave_in_order_over_many_small_writes() {
        let (mut near, mut far) = tokio::io::duplex(3);
        let mut outbox = Outbox::default();
        let sent: Vec<u8> = (0..=255).collect();
        for chunk in sent.chunks(7) {
            outbox.push(vec![Bytes::copy_from_slice(chunk), Bytes::new()], Hold::default());
        }
        assert_eq!(outbox.bytes(), sent.len());
        let writing = async {
            while !outbox.is_empty() {
                outbox.write(&mut near).await.unwrap();
            }
            drop(near);
        };
        let mut got = Vec::new();
        let ((), read) = tokio::join!(writing, tokio::io::AsyncReadExt::read_to_end(&mut far, &mut got));
        read.unwrap();
        assert_eq!(got, sent);
    }
}
