//! The Fetch response, written by hand so that record batches stay the slices that the log shares.
//!
//! `FetchResponse.json`, versions 4 to 18. Only what lies between the records is written here; small
//! record sets are copied along with it, since a piece of its own costs more than the copy.

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::error::ResponseError;

use super::{
    super::{
        super::{
            answer::{Answer, Hold, finish_frame, start_frame},
            backend::{ClusterInfo, ReadOutcome},
            request::Envelope,
        },
        code,
    },
    TOPIC_IDS, Topic,
};

/// Record sets up to this size are copied into the frame.
const COPY: usize = 1024;
/// The session and its errors are answered from this version on.
const SESSIONS: i16 = 7;
const LOG_START_OFFSET: i16 = 5;
const PREFERRED_READ_REPLICA: i16 = 11;
/// Leader hints are understood from this version on (KIP-951).
const LEADER_HINTS: i16 = 16;

/// A response frame in pieces.
pub(super) struct Framed(Option<Vec<Bytes>>);

impl Framed {
    /// None of it: the response is longer than a frame can be, which the byte limits rule out.
    pub(super) fn into_answer(self, hold: Hold) -> Answer {
        match self.0 {
            Some(pieces) => Answer::Frame { pieces, hold },
            None => Answer::Close,
        }
    }
}

/// The response to a request that presumes a session.
pub(super) fn refuse(envelope: Envelope, error: ResponseError) -> Answer {
    let mut frame = Writer::new(envelope);
    frame.head(Some(error));
    frame.array(0);
    frame.tags(0);
    frame.finish().into_answer(Hold::default())
}

/// The response. `outcomes` are those of all topics' partitions, in the order of the request.
pub(super) fn frame(
    envelope: Envelope,
    cluster: &ClusterInfo,
    topics: &[Topic],
    partitions: &[super::Partition],
    outcomes: &[ReadOutcome],
    read_committed: bool,
) -> Framed {
    let mut frame = Writer::new(envelope);
    frame.head(None);
    frame.array(topics.len());
    let mut rest = partitions.iter().zip(outcomes);
    for topic in topics {
        if envelope.version >= TOPIC_IDS {
            frame.current.put_slice(topic.id.as_bytes());
        } else {
            frame.string(Some(&topic.name));
        }
        frame.array(topic.partitions);
        for (partition, outcome) in rest.by_ref().take(topic.partitions) {
            frame.partition(partition.read.partition, outcome, read_committed);
        }
        frame.tags(0);
    }
    frame.node_endpoints(cluster, outcomes);
    frame.finish()
}

struct Writer {
    envelope: Envelope,
    flexible: bool,
    /// The first piece: its length prefix is written last.
    first: Option<BytesMut>,
    /// The pieces after it.
    pieces: Vec<Bytes>,
    /// The piece being written.
    current: BytesMut,
}

impl Writer {
    fn new(envelope: Envelope) -> Self {
        Self {
            envelope,
            flexible: envelope.served.schema.is_flexible(envelope.version),
            first: None,
            pieces: Vec::new(),
            current: start_frame(envelope, 512),
        }
    }

    fn finish(mut self) -> Framed {
        self.end_piece();
        let rest = self.pieces.iter().map(Bytes::len).sum();
        let framed = self.first.and_then(|mut first| {
            finish_frame(&mut first, rest)?;
            Some(std::iter::once(first.freeze()).chain(self.pieces).collect())
        });
        Framed(framed)
    }

    fn end_piece(&mut self) {
        let piece = self.current.split();
        if self.first.is_none() {
            self.first = Some(piece);
        } else if !piece.is_empty() {
            self.pieces.push(piece.freeze());
        }
    }

    fn head(&mut self, error: Option<ResponseError>) {
        // Throttle time.
        self.current.put_i32(0);
        if self.envelope.version >= SESSIONS {
            self.current.put_i16(code(error));
            // Session id: none.
            self.current.put_i32(0);
        }
    }

    fn partition(&mut self, index: i32, outcome: &ReadOutcome, read_committed: bool) {
        let version = self.envelope.version;
        self.current.put_i32(index);
        self.current.put_i16(code(outcome.error));
        self.current.put_i64(outcome.high_watermark);
        self.current.put_i64(outcome.last_stable_offset);
        if version >= LOG_START_OFFSET {
            self.current.put_i64(outcome.log_start_offset);
        }
        // Aborted transactions: there are none; only who reads committed records is told so.
        if read_committed {
            self.array(0);
        } else {
            self.null_array();
        }
        if version >= PREFERRED_READ_REPLICA {
            self.current.put_i32(-1);
        }
        self.records(outcome);
        self.partition_tags(outcome);
    }

    fn records(&mut self, outcome: &ReadOutcome) {
        let size = outcome.size();
        self.bytes_length(size);
        if size <= COPY {
            for piece in &outcome.records {
                self.current.put_slice(piece);
            }
        } else {
            self.end_piece();
            self.pieces.extend(outcome.records.iter().cloned());
        }
    }

    fn partition_tags(&mut self, outcome: &ReadOutcome) {
        /// An epoch or id, an offset or epoch, and no tags.
        const DIVERGING: usize = 4 + 8 + 1;
        const LEADER: usize = 4 + 4 + 1;
        let leader =
            outcome.leader.filter(|_| self.envelope.version >= LEADER_HINTS && outcome.error.is_some());
        self.tags(usize::from(outcome.diverging.is_some()) + usize::from(leader.is_some()));
        if !self.flexible {
            return;
        }
        if let Some(diverging) = outcome.diverging {
            self.varint(0);
            self.varint(DIVERGING);
            self.current.put_i32(diverging.epoch);
            self.current.put_i64(diverging.end_offset);
            self.tags(0);
        }
        if let Some(leader) = leader {
            self.varint(1);
            self.varint(LEADER);
            self.current.put_i32(leader.leader);
            self.current.put_i32(leader.leader_epoch);
            self.tags(0);
        }
    }

    /// The response's own tags: where the leaders are that were hinted at.
    fn node_endpoints(&mut self, cluster: &ClusterInfo, outcomes: &[ReadOutcome]) {
        let mut leaders: Vec<i32> = outcomes
            .iter()
            .filter(|outcome| self.envelope.version >= LEADER_HINTS && outcome.error.is_some())
            .filter_map(|outcome| Some(outcome.leader?.leader))
            .collect();
        leaders.sort_unstable();
        leaders.dedup();
        let endpoints: Vec<_> = leaders.into_iter().filter_map(|id| cluster.broker(id)).collect();
        if endpoints.is_empty() {
            return self.tags(0);
        }
        self.tags(1);
        // A tag tells its length first, so its content is written aside.
        let frame = std::mem::take(&mut self.current);
        self.array(endpoints.len());
        for broker in endpoints {
            self.current.put_i32(broker.id);
            self.string(Some(&broker.host));
            self.current.put_i32(i32::from(broker.port));
            self.string(broker.rack.as_deref());
            self.tags(0);
        }
        let content = std::mem::replace(&mut self.current, frame);
        self.varint(0);
        self.varint(content.len());
        self.current.put_slice(&content);
    }

    fn array(&mut self, count: usize) {
        if self.flexible { self.varint(count + 1) } else { self.current.put_i32(count as i32) }
    }

    fn null_array(&mut self) {
        if self.flexible { self.varint(0) } else { self.current.put_i32(-1) }
    }

    fn bytes_length(&mut self, size: usize) {
        if self.flexible { self.varint(size + 1) } else { self.current.put_i32(size as i32) }
    }

    /// Names are at most 32,767 bytes long: longer ones did not come over the wire.
    fn string(&mut self, string: Option<&str>) {
        match (string, self.flexible) {
            (Some(string), true) => self.varint(string.len() + 1),
            (Some(string), false) => self.current.put_i16(string.len() as i16),
            (None, true) => self.varint(0),
            (None, false) => self.current.put_i16(-1),
        }
        self.current.put_slice(string.unwrap_or_default().as_bytes());
    }

    /// How many tagged fields follow.
    fn tags(&mut self, count: usize) {
        if self.flexible {
            self.varint(count);
        }
    }

    fn varint(&mut self, mut value: usize) {
        while value >= 0x80 {
            self.current.put_u8((value & 0x7F) as u8 | 0x80);
            value >>= 7;
        }
        self.current.put_u8(value as u8);
    }
}
