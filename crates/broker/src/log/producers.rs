//! Idempotent producers of a partition (KIP-98), judged as Kafka 4 judges them.
//!
//! For each producer id: its epoch and its last five batches. The leader asks [`Producers::check`] (through
//! [`Tail`](super::Tail), which knows what is in flight) before it proposes; every replica calls
//! [`Producers::record`] when it applies. Time here is the time of the log, never a clock: replicas must
//! agree.

use std::collections::HashMap;

use bytes::BytesMut;

use super::batch::advance_sequence;
use super::wire::{DecodeError, Reader, put_i64, put_u64};

/// Batches remembered per producer: what a client may have in flight
/// (`max.in.flight.requests.per.connection`).
pub const REMEMBERED_BATCHES: usize = 5;
/// Most producers remembered per partition (about 150 bytes each). Beyond, those that wrote longest ago go.
pub const MAX_PRODUCERS: usize = 4096;
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
    /// Judges a batch against what has been applied. A producer without state may begin with any sequence
    /// number: its records may have been deleted, or its state expired (as in Kafka, outside transactions
    /// v2).
    pub fn check(&self, batch: &Sequenced) -> Verdict {
        let Some(producer) = self.known.get(&batch.producer_id) else {
            return Verdict::Accept;
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
    /// leave the producer as it is; one behind a gap becomes its newest batch.
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
        verdict == Verdict::Accept
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

    /// Drops the eighth that wrote longest ago, so that the search for them is paid for by many appends.
    fn make_room(&mut self) {
        if self.known.len() <= MAX_PRODUCERS {
            return;
        }
        let last_offset = |producer: &Producer| producer.last().map_or(-1, |last| last.base_offset);
        let mut offsets: Vec<i64> = self.known.values().map(last_offset).collect();
        let (_, newest_to_go, _) = offsets.select_nth_unstable(MAX_PRODUCERS / 8);
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
mod tests {
    use super::*;

    fn batch(epoch: i16, first: i32, last: i32) -> Sequenced {
        Sequenced { producer_id: 1, epoch, first, last }
    }

    /// A producer that has written `batches`, at offsets 100, 101, ….
    fn after(batches: &[Sequenced]) -> Producers {
        let mut producers = Producers::default();
        for (offset, batch) in (100..).zip(batches) {
            producers.record(batch, offset, 1_000);
        }
        producers
    }

    #[test]
    fn a_producer_without_state_may_begin_anywhere() {
        assert_eq!(Producers::default().check(&batch(3, 77, 80)), Verdict::Accept);
    }

    #[test]
    fn sequences_must_follow_one_another() {
        let producers = after(&[batch(0, 0, 4)]);
        assert_eq!(producers.check(&batch(0, 5, 5)), Verdict::Accept);
        assert_eq!(producers.check(&batch(0, 6, 6)), Verdict::OutOfOrder { expected: 5 });
        assert_eq!(producers.check(&batch(0, 3, 4)), Verdict::OutOfOrder { expected: 5 });
    }

    #[test]
    fn sequences_wrap_behind_the_greatest() {
        let producers = after(&[batch(0, i32::MAX - 1, i32::MAX)]);
        assert_eq!(producers.check(&batch(0, 0, 2)), Verdict::Accept);
        assert_eq!(producers.check(&batch(0, 1, 2)), Verdict::OutOfOrder { expected: 0 });
    }

    #[test]
    fn the_last_five_batches_are_known_again() {
        let written: Vec<_> = (0..6).map(|sequence| batch(0, sequence, sequence)).collect();
        let producers = after(&written);
        for sequence in 1..6 {
            let verdict = Verdict::Duplicate { base_offset: 100 + i64::from(sequence), timestamp: 1_000 };
            assert_eq!(producers.check(&batch(0, sequence, sequence)), verdict);
        }
        assert_eq!(producers.check(&batch(0, 0, 0)), Verdict::OutOfOrder { expected: 6 });
    }

    #[test]
    fn a_new_epoch_begins_at_zero_and_fences_the_old_one() {
        let mut producers = after(&[batch(0, 0, 4)]);
        assert_eq!(producers.check(&batch(1, 5, 5)), Verdict::OutOfOrder { expected: 0 });
        assert_eq!(producers.check(&batch(1, 0, 0)), Verdict::Accept);
        assert!(producers.record(&batch(1, 0, 0), 105, 1_000));
        assert_eq!(producers.check(&batch(0, 5, 5)), Verdict::Fenced { epoch: 1 });
        assert_eq!(producers.check(&batch(0, 0, 4)), Verdict::Fenced { epoch: 1 }, "even a repeated one");
    }

    #[test]
    fn a_violation_in_the_log_is_noticed_and_leaves_a_defined_state() {
        let mut producers = after(&[batch(1, 0, 4)]);
        let before = producers.clone();
        assert!(!producers.record(&batch(1, 0, 4), 105, 1_000));
        assert!(!producers.record(&batch(0, 5, 5), 106, 1_000));
        assert_eq!(producers, before);
        assert!(!producers.record(&batch(1, 9, 9), 107, 1_000));
        assert_eq!(producers.check(&batch(1, 10, 10)), Verdict::Accept);
    }

    /// Producer 2 writes one batch at each of these times.
    fn pass(producers: &mut Producers, times: impl Iterator<Item = i64>) {
        for (sequence, time) in (0..).zip(times) {
            let batch = Sequenced { producer_id: 2, epoch: 0, first: sequence, last: sequence };
            producers.record(&batch, 1_000 + i64::from(sequence), time);
        }
    }

    #[test]
    fn producers_expire_by_the_time_of_the_log() {
        let mut producers = after(&[batch(0, 0, 0)]);
        let minutes = |range: std::ops::Range<i64>| range.map(|minute| 1_000 + minute * 60_000);
        pass(&mut producers, minutes(0..24 * 60 - 1));
        assert!(producers.get(1).is_some());
        pass(&mut producers, minutes(24 * 60 - 1..24 * 60 + 20));
        assert!(producers.get(1).is_none());
        assert!(producers.get(2).is_some());
    }

    #[test]
    fn one_timestamp_from_a_broken_clock_expires_nobody() {
        let mut producers = after(&[batch(0, 0, 0)]);
        pass(&mut producers, [i64::MAX, i64::MIN, -1, 0].into_iter());
        assert_eq!(producers.len(), 2);
    }

    #[test]
    fn the_number_of_producers_is_bounded_and_the_idle_go_first() {
        let mut producers = Producers::default();
        for id in 0..2 * MAX_PRODUCERS as i64 {
            let batch = Sequenced { producer_id: id, epoch: 0, first: 0, last: 0 };
            producers.record(&batch, id, 1_000);
            assert!(producers.len() <= MAX_PRODUCERS);
            assert!(producers.get(id).is_some());
        }
        assert!(producers.len() > MAX_PRODUCERS / 2);
        assert!(producers.get(0).is_none());
    }
}
