//! The state machine of a partition: what follows from its committed Raft entries.
//!
//! Applying an entry copies no records. It advances the end of the log (which, since only committed entries
//! are applied, is the high watermark), the producers, the leader epochs and the time index. Two replicas
//! that applied the same entries must have the same state, so nothing here may depend on a clock, on
//! randomness or on the order of a hash map.

use bytes::{BufMut, Bytes, BytesMut};
use thiserror::Error;

use super::batch::batches;
use super::control::{Control, ControlError};
use super::epochs::{EpochTable, leader_epoch};
use super::error::BatchError;
use super::producers::Producers;
use super::times::TimeIndex;
use super::wire::{DecodeError, Reader, put_i64, put_u64};

/// Version 1 lacked the sizes of the time index's stretches.
const VERSION: u8 = 2;

/// Where an entry stands in the Raft log. Opaque here, but for the term, which is the leader epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// Raft term.
    pub term: u64,
    /// The leader that proposed it.
    pub leader: u64,
    /// Index in the Raft log.
    pub index: u64,
}

/// A committed entry with records.
#[derive(Debug, Clone, Copy)]
pub struct AppliedEntry<'a, B> {
    /// Where it stands.
    pub position: Position,
    /// Kafka offset of its first record.
    pub base: i64,
    /// Number of its records.
    pub count: u64,
    /// Its batches, concatenated; cut into pieces anywhere between two batches.
    pub body: &'a [B],
}

/// Why an entry cannot be applied. None of these happens in a sound log: stop serving the partition on this
/// node and rebuild it from a peer. The state is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ApplyError {
    /// The entry is not behind the applied ones.
    #[error("entry {index} is not behind the applied entry {applied}; rebuild this replica from a peer")]
    NotNext {
        /// Index of the entry.
        index: u64,
        /// Index of the newest applied entry.
        applied: u64,
    },
    /// The entry does not begin where the log ends.
    #[error(
        "entry {index} begins at offset {base} but the log ends at {end}; rebuild this replica from a peer"
    )]
    Offset {
        /// Index of the entry.
        index: u64,
        /// Its base offset.
        base: i64,
        /// The end of the log.
        end: i64,
    },
    /// The entry does not hold as many records as it says.
    #[error("entry {index} holds {found} records and claims {claimed}; rebuild this replica from a peer")]
    Count {
        /// Index of the entry.
        index: u64,
        /// Records that it claims.
        claimed: u64,
        /// Records in its batches.
        found: u64,
    },
    /// A batch of the entry cannot be read.
    #[error("entry {index} holds a bad batch; rebuild this replica from a peer: {source}")]
    Batch {
        /// Index of the entry.
        index: u64,
        /// What is wrong with the batch.
        source: BatchError,
    },
    /// A control entry that is not understood. To go on without it would leave this replica in a state that
    /// the others are not in.
    #[error("entry {index} cannot be applied: {source}")]
    Control {
        /// Index of the entry.
        index: u64,
        /// What is wrong with it.
        source: ControlError,
    },
}

/// The state of one partition on one replica.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitionState {
    applied: Position,
    log_start: i64,
    end: i64,
    out_of_sequence: u64,
    epochs: EpochTable,
    producers: Producers,
    times: TimeIndex,
}

impl PartitionState {
    /// The state of a partition without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// The newest applied entry; all zero before the first.
    pub fn applied(&self) -> Position {
        self.applied
    }

    /// Offset of the first record that is still there.
    pub fn log_start_offset(&self) -> i64 {
        self.log_start
    }

    /// Offset behind the newest committed record: consumers read up to here.
    pub fn high_watermark(&self) -> i64 {
        self.end
    }

    /// Batches in the log that no leader should have accepted; see [`PartitionState::apply`].
    pub fn out_of_sequence(&self) -> u64 {
        self.out_of_sequence
    }

    /// The leader epochs.
    pub fn epochs(&self) -> &EpochTable {
        &self.epochs
    }

    /// The idempotent producers.
    pub fn producers(&self) -> &Producers {
        &self.producers
    }

    /// The time index.
    pub fn times(&self) -> &TimeIndex {
        &self.times
    }

    /// Applies an entry without records: a leader's first entry of its term, or a change of membership.
    ///
    /// # Errors
    /// [`ApplyError::NotNext`].
    pub fn advance(&mut self, position: Position) -> Result<(), ApplyError> {
        self.check_next(position)?;
        self.applied = position;
        self.epochs.assign(leader_epoch(position.term), self.end);
        Ok(())
    }

    /// Applies a control entry, and returns the log start offset.
    ///
    /// # Errors
    /// [`ApplyError::NotNext`] and [`ApplyError::Control`]; the state has not changed then.
    pub fn control(&mut self, position: Position, body: &[u8]) -> Result<i64, ApplyError> {
        let index = position.index;
        let control = Control::decode(body).map_err(|source| ApplyError::Control { index, source })?;
        self.advance(position)?;
        match control {
            Control::LogStart(offset) => Ok(self.advance_log_start(offset)),
        }
    }

    /// Applies an entry with records, and returns how many of its batches were out of sequence.
    ///
    /// That number is 0 unless there is a bug. A leader judges producers against the applied state and its
    /// tail, and serves only after it has applied the first entry of its own term, so it knows all that
    /// earlier leaders committed; and a proposal of an earlier term that is not in the log by then never will
    /// be. Should it happen all the same, every replica keeps the records (their offsets are given) and
    /// leaves the producer in the same defined state, see [`Producers::record`]; the caller reports it.
    ///
    /// # Errors
    /// [`ApplyError`]; the state has not changed then.
    pub fn apply<B: AsRef<[u8]>>(&mut self, entry: &AppliedEntry<'_, B>) -> Result<u32, ApplyError> {
        let end = self.check(entry)?;
        self.applied = entry.position;
        self.epochs.assign(leader_epoch(entry.position.term), entry.base);

        let mut out_of_sequence = 0;
        let mut base = entry.base;
        for (header, _) in entry.body.iter().flat_map(|part| batches(part.as_ref())).flatten() {
            self.times.append(base, header.max_timestamp, header.size as u64);
            if let Some(batch) = header.sequenced()
                && !self.producers.record(&batch, base, header.max_timestamp)
            {
                out_of_sequence += 1;
            }
            base += header.offsets().map_or(0, i64::from);
        }
        self.end = end;
        self.out_of_sequence += u64::from(out_of_sequence);
        Ok(out_of_sequence)
    }

    /// Everything that can be wrong with an entry; gives the end of the log with it.
    fn check<B: AsRef<[u8]>>(&self, entry: &AppliedEntry<'_, B>) -> Result<i64, ApplyError> {
        let index = entry.position.index;
        self.check_next(entry.position)?;
        let begins_elsewhere = ApplyError::Offset { index, base: entry.base, end: self.end };
        if entry.base != self.end {
            return Err(begins_elsewhere);
        }
        let mut found = 0;
        for batch in entry.body.iter().flat_map(|part| batches(part.as_ref())) {
            let offsets = batch.and_then(|(header, _)| header.offsets());
            found += u64::from(offsets.map_err(|source| ApplyError::Batch { index, source })?);
        }
        if found != entry.count {
            return Err(ApplyError::Count { index, claimed: entry.count, found });
        }
        entry.base.checked_add_unsigned(found).ok_or(begins_elsewhere)
    }

    fn check_next(&self, position: Position) -> Result<(), ApplyError> {
        if position.index > self.applied.index {
            return Ok(());
        }
        Err(ApplyError::NotNext { index: position.index, applied: self.applied.index })
    }

    /// Deletes the records below `offset` (retention, `DeleteRecords`); returns the new log start offset,
    /// which is never behind the high watermark and never goes back. Producers are kept, as in Kafka.
    pub fn advance_log_start(&mut self, offset: i64) -> i64 {
        let offset = offset.min(self.end);
        if offset > self.log_start {
            self.log_start = offset;
            self.epochs.truncate_prefix(offset);
            self.times.truncate_prefix(offset, self.end);
        }
        self.log_start
    }

    /// The state as bytes, for a Raft snapshot or a WAL checkpoint. Equal states give equal bytes. There is
    /// no checksum: what stores it has one.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::new();
        out.put_u8(VERSION);
        put_u64(&mut out, self.applied.term);
        put_u64(&mut out, self.applied.leader);
        put_u64(&mut out, self.applied.index);
        put_i64(&mut out, self.log_start);
        put_i64(&mut out, self.end);
        put_u64(&mut out, self.out_of_sequence);
        self.epochs.encode(&mut out);
        self.producers.encode(&mut out);
        self.times.encode(&mut out);
        out.freeze()
    }

    /// Reads what [`PartitionState::encode`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else, however malformed.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8()?;
        let times = match version {
            1 => TimeIndex::decode_v1,
            VERSION => TimeIndex::decode,
            _ => return Err(DecodeError::Version(version)),
        };
        let applied = Position { term: reader.u64()?, leader: reader.u64()?, index: reader.u64()? };
        let (log_start, end) = (reader.i64()?, reader.i64()?);
        reader.ensure((0..=end).contains(&log_start))?;
        let state = Self {
            applied,
            log_start,
            end,
            out_of_sequence: reader.u64()?,
            epochs: EpochTable::decode(&mut reader)?,
            producers: Producers::decode(&mut reader)?,
            times: times(&mut reader)?,
        };
        // Whoever looks for a timestamp relies on it.
        reader.ensure(state.times.start().is_none_or(|start| start >= log_start))?;
        reader.finish()?;
        Ok(state)
    }
}

#[cfg(test)]
mod tests;
