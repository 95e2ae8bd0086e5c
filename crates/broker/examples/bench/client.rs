//! A pipelined connection to a node: any number of calls at a time, answered in the order in which they were sent.

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::{RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot};

use crate::Result;

/// Calls that wait to be written; callers bound what is in flight far below.
const WAITING: usize = 1024;
/// A longer answer is no answer to anything that is asked here.
const LONGEST_ANSWER: usize = 256 << 20;

struct Outgoing {
    frame: BytesMut,
    answer: oneshot::Sender<Bytes>,
}

/// Cheap to clone. The connection is closed when the last clone is gone and everything is answered.
#[derive(Clone)]
pub struct Connection {
    address: String,
    outgoing: mpsc::Sender<Outgoing>,
}

impl Connection {
    pub async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.map_err(|e| format!("cannot reach {address}: {e}"))?;
        stream.set_nodelay(true)?;
        let (reading, writing) = stream.into_split();
        let (outgoing, to_write) = mpsc::channel(WAITING);
        let (written, to_read) = mpsc::channel(WAITING);
        tokio::spawn(write(writing, to_write, written));
        tokio::spawn(read(reading, to_read));
        Ok(Self { address: address.to_owned(), outgoing })
    }

    /// One more connection to the same node: no answer there waits for an earlier one here.
    pub async fn another(&self) -> Result<Self> {
        Self::open(&self.address).await
    }

    /// Sends a request and waits for its answer.
    pub async fn call<R: Request>(&self, version: i16, request: &R) -> Result<R::Response> {
        let lost = || format!("{} has closed the connection", self.address);
        let (answer, answered) = oneshot::channel();
        let outgoing = Outgoing { frame: encode(version, request)?, answer };
        self.outgoing.send(outgoing).await.map_err(|_| lost())?;
        let mut frame = answered.await.map_err(|_| lost())?;
        ResponseHeader::decode(&mut frame, R::Response::header_version(version))?;
        Ok(R::Response::decode(&mut frame, version)?)
    }
}

/// A request as a frame whose correlation id is still to be filled in.
fn encode<R: Request>(version: i16, request: &R) -> Result<BytesMut> {
    let header = RequestHeader::default()
        .with_request_api_key(R::KEY)
        .with_request_api_version(version)
        .with_client_id(Some(StrBytes::from_static_str("bench")));
    let body = request.compute_size(version)?;
    let mut frame = BytesMut::with_capacity(body + 64);
    frame.put_i32(0);
    header.encode(&mut frame, R::header_version(version))?;
    request.encode(&mut frame, version)?;
    let length = i32::try_from(frame.len() - LENGTH)?;
    frame[..LENGTH].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

/// Bytes of a frame's length; the API's key and version follow, then the correlation id.
const LENGTH: usize = 4;
const CORRELATION: std::ops::Range<usize> = 8..12;

/// Writes frames as they come and hands on who waits for which answer. Ends with the first error: whoever waits is
/// told by the loss of the channel.
async fn write(
    mut writing: OwnedWriteHalf,
    mut to_write: mpsc::Receiver<Outgoing>,
    written: mpsc::Sender<(i32, oneshot::Sender<Bytes>)>,
) {
    let mut correlation = 0_i32;
    while let Some(Outgoing { mut frame, answer }) = to_write.recv().await {
        correlation = correlation.wrapping_add(1);
        frame[CORRELATION].copy_from_slice(&correlation.to_be_bytes());
        if written.send((correlation, answer)).await.is_err() || writing.write_all(&frame).await.is_err() {
            return;
        }
    }
}

async fn read(reading: OwnedReadHalf, mut to_read: mpsc::Receiver<(i32, oneshot::Sender<Bytes>)>) {
    let mut reading = BufReader::with_capacity(64 * 1024, reading);
    while let Some((correlation, answer)) = to_read.recv().await {
        match read_frame(&mut reading).await {
            Some(frame) if frame.get(..4) == Some(&correlation.to_be_bytes()) => drop(answer.send(frame)),
            _ => return,
        }
    }
}

async fn read_frame(reading: &mut BufReader<OwnedReadHalf>) -> Option<Bytes> {
    let length = usize::try_from(reading.read_i32().await.ok()?).ok().filter(|n| *n <= LONGEST_ANSWER)?;
    let mut frame = vec![0; length];
    reading.read_exact(&mut frame).await.ok()?;
    Some(frame.into())
}
