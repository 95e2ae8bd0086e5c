//! Idempotent producers of a partition (KIP-98), judged as Kafka 4 judges them, but for where one begins (below).
//!
//! For each producer id: its epoch and its last five batches. The leader asks [`Producers::check`] (through
//! [`Tail`](super::Tail), which knows what is in flight) before it proposes; every replica calls
//! [`Producers::record`] when it applies. Time here is the time of the log, never a clock: replicas must
//! agree.
//!
//! A producer that is not known begins at sequence number 0, or insists on another one. Clients send several batches
//! before the first is answered, and the first may be refused (too few replicas in sync, no leader yet) and the second
//! arrive when nothing stands against it any more. Were it taken, the first would be out of sequence for good, and
//! Java's client repeats such a batch until its delivery time-out. But a producer may also go on after it was forgotten,
//! or after its topic was deleted and created again: then nothing comes before the batch, however often it is sent. Where
//! so many write that some are forgotten all the time, nobody has to insist. Kafka takes any number at once (and
//! within transactions only 0, KIP-890); its ISR does not come back as fast.

use std::collections::HashMap;

use bytes::BytesMut;

use super::batch::advance_sequence;
use super::wire::{DecodeError, Reader, put_i64, put_u64};

/// Batches remembered per producer: what a client may have in flight
/// (`max.in.flight.requests.per.connection`).
pub const REMEMBERED_BATCHES: usize = 5;
/// Most producers remembered per partition (about 150 bytes each). Beyond, those that wrote longest ago go.
pub const MAX_PRODUCERS: usize = 4096;
/// How many go beside the one too many, so that the search for them is paid for by many appends.
const LEAVING: usize = MAX_PRODUCERS / 8;
/// How many are left then. From here on whoever is not known was probably forgotten.
const CROWDED: usize = MAX_PRODUCERS - LEAVING;
/// `producer.id.expiration.ms`, Kafka's default: 24 hours.
pub const EXPIRATION_MS: i64 = 24 * 60 * 60 * 1000;

/// Most that one batch may move the log's time ahead. Timestamps are the producers' word: a single one from a
/// broken clock must not expire everybody. A day of real time still passes within 144 batches.
const MAX_CLOCK_STEP_MS: i64 = 10 * 60 * 1000;

/// The fields of a batch that idempotence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequenced {
    /// Producer id, not negative.
    pub producer_id: i64,
    /// Producer epoch.
    pub epoch: i16,
    /// Sequence number of the first record.
    pub first: i32,
    /// Sequence number of the last record.
    pub last: i32,
}

/// May a batch be appended?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Accept,
    /// No need: it is in the log. Answer with what the first attempt was given.
    Duplicate {
        /// Its base offset.
        base_offset: i64,
        /// Its greatest timestamp, in ms since the epoch.
        timestamp: i64,
    },
    /// It has been proposed and is not committed yet. Answer when that offset is committed, not before.
    DuplicateInFlight {
        /// The base offset that it will have.
        base_offset: i64,
    },
    /// Batches before it are missing: `OUT_OF_ORDER_SEQUENCE_NUMBER` (45).
    OutOfOrder {
        /// The sequence number that would be next.
        expected: i32,
    },
    /// Nothing is known of the producer, and it does not begin at 0: batches before this one may be on their way.
    /// Accept it only if the producer insists, sending it again and nothing before it.
    UnknownProducer,
    /// A newer instance of the producer has written: `INVALID_PRODUCER_EPOCH` (47).
    Fenced {
        /// The epoch of that instance.
        epoch: i16,
    },
}

/// A batch in the log, as remembered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Remembered {
    /// Sequence number of the first record.
    pub first: i32,
    /// Sequence number of the last record.
    pub last: i32,
    /// Base offset.
    pub base_offset: i64,
    /// Greatest timestamp, in ms since the epoch; −1: none.
    pub timestamp: i64,
}

/// What is known of one producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Producer {
    epoch: i16,
    /// Time of the log when it last wrote.
    seen_ms: i64,
    /// The first `kept` of them, oldest first.
    batches: [Remembered; REMEMBERED_BATCHES],
    kept: u8,
}

impl Producer {
    fn new(epoch: i16) -> Self {
        Self { epoch, seen_ms: 0, batches: [Remembered::default(); REMEMBERED_BATCHES], kept: 0 }
    }

    /// Its epoch.
    pub fn epoch(&self) -> i16 {
        self.epoch
    }

    /// Its last batches, oldest first; never empty.
    pub fn batches(&self) -> &[Remembered] {
        self.batches.get(..usize::from(self.kept)).unwrap_or_default()
    }

    fn last(&self) -> Option<&Remembered> {
        self.batches().last()
    }

    fn push(&mut self, batch: Remembered) {
        if usize::from(self.kept) == REMEMBERED_BATCHES {
            self.batches.rotate_left(1);
            self.kept -= 1;
        }
        if let Some(slot) = self.batches.get_mut(usize::from(self.kept)) {
            *slot = batch;
            self.kept += 1;
        }
    }
}

/// The sequence number that must follow `last`.
pub(super) fn next_sequence(last: i32) -> i32 {
    advance_sequence(last, 1)
}

/// Judges the epoch and the first sequence number of a batch against the newest batch of its producer.
///
/// The rules of Kafka's `ProducerAppendInfo`: a lower epoch is fenced, a higher one starts at 0, the same one
/// goes on where it was.
pub(super) fn check_order(batch: &Sequenced, epoch: i16, last: i32) -> Verdict {
    let expected = if batch.epoch == epoch { next_sequence(last) } else { 0 };
    if batch.epoch < epoch {
        Verdict::Fenced { epoch }
    } else if batch.first == expected {
        Verdict::Accept
    } else {
        Verdict::OutOfOrder { expected }
    }
}

/// All producers that wrote to the partition within the last day of the log's time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Producers {
    known: HashMap<i64, Producer>,
    /// Time of the log: rises with the timestamps of the applied batches. 0 before the first.
    now_ms: i64,
    /// When the expired were last removed.
    swept_ms: i64,
}

impl Producers {
    /// Judges a batch against what has been applied.
    pub fn check(&self, batch: &Sequenced) -> Verdict {
        let Some(producer) = self.known.get(&batch.producer_id) else {
            let begins = batch.first == 0 || self.known.len() >= CROWDED;
            return if begins { Verdict::Accept } else { Verdict::UnknownProducer };
        };
        if let Some(original) = self.duplicate_of(batch) {
            return Verdict::Duplicate { base_offset: original.base_offset, timestamp: original.timestamp };
        }
        producer.last().map_or(Verdict::Accept, |last| check_order(batch, producer.epoch, last.last))
    }

    /// The remembered batch with the same epoch and sequence numbers.
    pub fn duplicate_of(&self, batch: &Sequenced) -> Option<&Remembered> {
        let producer = self.known.get(&batch.producer_id).filter(|known| known.epoch == batch.epoch)?;
        producer.batches().iter().find(|known| (known.first, known.last) == (batch.first, batch.last))
    }

    /// Notes a batch of the log. Returns whether it was in order; what the log says is taken either way.
    ///
    /// A batch that was not in order is handled the same way on every replica: a fenced one and a duplicate
    /// leave the producer as it is; one behind a gap becomes its newest batch. With what sequence number a producer
    /// began is not judged: it may have insisted.
    pub fn record(&mut self, batch: &Sequenced, base_offset: i64, timestamp: i64) -> bool {
        let verdict = self.check(batch);
        self.pass_time(timestamp);
        if matches!(verdict, Verdict::Fenced { .. } | Verdict::Duplicate { .. }) {
            return false;
        }
        let producer = self.known.entry(batch.producer_id).or_insert_with(|| Producer::new(batch.epoch));
        if producer.epoch != batch.epoch {
            *producer = Producer::new(batch.epoch);
        }
        producer.seen_ms = self.now_ms;
        producer.push(Remembered { first: batch.first, last: batch.last, base_offset, timestamp });
        self.make_room();
        matches!(verdict, Verdict::Accept | Verdict::UnknownProducer)
    }

    /// Number of producers remembered.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether no producer is remembered.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What is known of a producer.
    pub fn get(&self, producer_id: i64) -> Option<&Producer> {
        self.known.get(&producer_id)
    }

    /// All producers, in no order (`DescribeProducers`).
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Producer)> {
        self.known.iter().map(|(id, producer)| (*id, producer))
    }

    fn pass_time(&mut self, timestamp: i64) {
        if timestamp <= self.now_ms {
            return;
        }
        if self.now_ms == 0 {
            // Who wrote before there was any time, wrote now.
            self.known.values_mut().for_each(|producer| producer.seen_ms = timestamp);
            (self.now_ms, self.swept_ms) = (timestamp, timestamp);
        }
        self.now_ms = timestamp.min(self.now_ms.saturating_add(MAX_CLOCK_STEP_MS));
        if self.now_ms.saturating_sub(self.swept_ms) >= MAX_CLOCK_STEP_MS {
            self.swept_ms = self.now_ms;
            let oldest = self.now_ms.saturating_sub(EXPIRATION_MS);
            self.known.retain(|_, producer| producer.seen_ms > oldest);
        }
    }

    /// Drops those that wrote longest ago when there are too many: [`CROWDED`] stay.
    fn make_room(&mut self) {
        if self.known.len() <= MAX_PRODUCERS {
            return;
        }
        let last_offset = |producer: &Producer| producer.last().map_or(-1, |last| last.base_offset);
        let mut offsets: Vec<i64> = self.known.values().map(last_offset).collect();
        let (_, newest_to_go, _) = offsets.select_nth_unstable(LEAVING);
        let newest_to_go = *newest_to_go;
        self.known.retain(|_, producer| last_offset(producer) > newest_to_go);
    }

    pub(super) fn encode(&self, out: &mut BytesMut) {
        put_i64(out, self.now_ms);
        put_i64(out, self.swept_ms);
        // Sorted, so that equal states have equal bytes.
        let mut ids: Vec<i64> = self.known.keys().copied().collect();
        ids.sort_unstable();
        put_u64(out, ids.len() as u64);
        for id in ids {
            if let Some(producer) = self.known.get(&id) {
                put_i64(out, id);
                encode_producer(producer, out);
            }
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.part("the producers");
        let (now_ms, swept_ms) = (reader.i64()?, reader.i64()?);
        let mut producers = Self { known: HashMap::new(), now_ms, swept_ms };
        for _ in 0..reader.count(MAX_PRODUCERS)? {
            let id = reader.i64()?;
            let producer = decode_producer(reader)?;
            let doubled = producers.known.insert(id, producer).is_some();
            reader.ensure(id >= 0 && !doubled)?;
        }
        Ok(producers)
    }
}

fn encode_producer(producer: &Producer, out: &mut BytesMut) {
    put_i64(out, producer.epoch.into());
    put_i64(out, producer.seen_ms);
    put_u64(out, producer.batches().len() as u64);
    for batch in producer.batches() {
        put_i64(out, batch.first.into());
        put_i64(out, batch.last.into());
        put_i64(out, batch.base_offset);
        put_i64(out, batch.timestamp);
    }
}

fn decode_producer(reader: &mut Reader<'_>) -> Result<Producer, DecodeError> {
    let mut producer = Producer::new(reader.narrow()?);
    producer.seen_ms = reader.i64()?;
    for _ in 0..reader.count(REMEMBERED_BATCHES)? {
        let (first, last) = (reader.narrow()?, reader.narrow()?);
        let (base_offset, timestamp) = (reader.i64()?, reader.i64()?);
        reader.ensure(first >= 0 && last >= 0 && base_offset >= 0)?;
        producer.push(Remembered { first, last, base_offset, timestamp });
    }
    reader.ensure(producer.epoch >= 0 && producer.kept > 0)?;
    Ok(producer)
}

#[cfg(test)]
mod tests;
