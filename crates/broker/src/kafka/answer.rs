//! From a response to the bytes that leave the socket.

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::{messages::ApiKey, protocol::Encodable};

use super::{budget::Share, request::Envelope, session::Turn};

/// How a request ends on its connection.
#[derive(Debug)]
pub(crate) enum Answer {
    /// One response frame, length included.
    Frame {
        /// The frame in pieces, so that records need not be copied into it.
        pieces: Vec<Bytes>,
        /// What is given back once the frame has left.
        hold: Hold,
    },
    /// No response at all: Produce with acks=0.
    Nothing,
    /// The connection ends here, after the answers before this one.
    Close,
}

/// What an answer keeps until it has left: its share of memory, and the turn of the next Fetch.
#[derive(Debug, Default)]
pub(crate) struct Hold {
    _share: Option<Share>,
    _turn: Option<Turn>,
}

impl Hold {
    pub(crate) fn new(share: Option<Share>, turn: Turn) -> Self {
        Self { _share: share, _turn: Some(turn) }
    }
}

impl Answer {
    /// Encodes a response. One that cannot be encoded in its version is a bug of the handler: it is
    /// logged, and the connection closed rather than a client misled.
    pub(crate) fn encode<M: Encodable>(envelope: Envelope, response: &M) -> Self {
        let size = response.compute_size(envelope.version).unwrap_or(0);
        let mut frame = start_frame(envelope, size);
        if let Err(error) = response.encode(&mut frame, envelope.version) {
            tracing::error!(api = ?envelope.api(), version = envelope.version, %error, "response cannot be encoded");
            return Self::Close;
        }
        match finish_frame(&mut frame, 0) {
            Some(()) => Self::Frame { pieces: vec![frame.freeze()], hold: Hold::default() },
            None => Self::Close,
        }
    }
}

/// A buffer with room for `size` bytes of body that holds the frame's length (not yet known) and header.
pub(crate) fn start_frame(envelope: Envelope, size: usize) -> BytesMut {
    let mut frame = BytesMut::with_capacity(size + 9);
    frame.put_i32(0);
    frame.put_i32(envelope.correlation);
    // Header 1 has tagged fields; ApiVersions keeps header 0, so that any client can read it.
    if envelope.served.schema.is_flexible(envelope.version) && envelope.api() != ApiKey::ApiVersions {
        frame.put_u8(0);
    }
    frame
}

/// Sets the length of a frame whose first piece is `head` and whose other pieces have `rest` bytes.
/// None if no length can say it.
pub(crate) fn finish_frame(head: &mut BytesMut, rest: usize) -> Option<()> {
    let length = i32::try_from(head.len().checked_sub(4)? + rest).ok()?;
    head.get_mut(..4)?.copy_from_slice(&length.to_be_bytes());
    Some(())
}
