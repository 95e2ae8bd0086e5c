//! The leader epochs of a partition: at which offset did each begin (KIP-101, KIP-320).
//!
//! The epoch of a batch is the Raft term of its entry, so the table is that of the term boundaries. Consumers
//! ask it whether the log was truncated below what they have read. Raft never truncates what is committed,
//! and this table is fed with committed entries only; so it must never lose the newest boundary, and may
//! forget old ones.

use bytes::BytesMut;

use super::wire::{DecodeError, Reader, put_i64, put_u64};

/// Most boundaries kept; the oldest go first. Asked for a forgotten epoch, the table answers as if its
/// records had been deleted, which sends no consumer back.
pub const MAX_EPOCHS: usize = 1024;

/// The leader epoch that Kafka clients see for a Raft term.
pub fn leader_epoch(term: u64) -> i32 {
    i32::try_from(term).unwrap_or(i32::MAX)
}

/// Start offset of each leader epoch, both strictly rising.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EpochTable {
    starts: Vec<EpochStart>,
}

/// A boundary: the records from `offset` on were written in `epoch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochStart {
    /// Leader epoch.
    pub epoch: i32,
    /// Offset of its first record.
    pub offset: i64,
}

impl EpochTable {
    /// Notes that `epoch` begins at `offset`, unless it has begun already. Epochs that turn out to have no
    /// records vanish, as in Kafka; an epoch older than the newest is ignored.
    pub fn assign(&mut self, epoch: i32, offset: i64) {
        if self.latest().is_some_and(|latest| epoch <= latest.epoch) {
            return;
        }
        self.truncate_suffix(offset);
        if self.starts.len() == MAX_EPOCHS {
            self.starts.remove(0);
        }
        self.starts.push(EpochStart { epoch, offset });
    }

    /// The newest boundary.
    pub fn latest(&self) -> Option<EpochStart> {
        self.starts.last().copied()
    }

    /// All boundaries, oldest first.
    pub fn starts(&self) -> &[EpochStart] {
        &self.starts
    }

    /// The epoch of the record at `offset`, if the table reaches back to it.
    pub fn epoch_of(&self, offset: i64) -> Option<i32> {
        let behind = self.starts.partition_point(|start| start.offset <= offset);
        Some(self.starts.get(behind.checked_sub(1)?)?.epoch)
    }

    /// The answer of `OffsetForLeaderEpoch`: the greatest epoch not above `epoch`, and the offset at which it
    /// ends.
    ///
    /// `end_offset` is the end of the log. `None` (epoch −1 and offset −1 on the wire) if the epoch is
    /// unknown or above the newest. For an epoch below all known ones its records are gone: the epoch itself,
    /// and the first known start.
    pub fn end_offset_for(&self, epoch: i32, end_offset: i64) -> Option<(i32, i64)> {
        let latest = self.latest()?;
        if epoch < 0 || epoch > latest.epoch {
            return None;
        }
        if epoch == latest.epoch {
            return Some((epoch, end_offset));
        }
        let behind = self.starts.partition_point(|start| start.epoch <= epoch);
        let end = self.starts.get(behind)?.offset;
        let floor = behind.checked_sub(1).and_then(|at| self.starts.get(at));
        Some((floor.map_or(epoch, |start| start.epoch), end))
    }

    /// Forgets the epochs that begin at or behind `end_offset`.
    pub fn truncate_suffix(&mut self, end_offset: i64) {
        let keep = self.starts.partition_point(|start| start.offset < end_offset);
        self.starts.truncate(keep);
    }

    /// Forgets the epochs that end at or before `log_start`; the one that `log_start` lies in begins there.
    pub fn truncate_prefix(&mut self, log_start: i64) {
        let begun = self.starts.partition_point(|start| start.offset <= log_start);
        if let Some(current) = begun.checked_sub(1) {
            self.starts.drain(..current);
            if let Some(first) = self.starts.first_mut() {
                first.offset = log_start;
            }
        }
    }

    pub(super) fn encode(&self, out: &mut BytesMut) {
        put_u64(out, self.starts.len() as u64);
        for start in &self.starts {
            put_i64(out, start.epoch.into());
            put_i64(out, start.offset);
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.part("the leader epochs");
        let mut table = Self::default();
        for _ in 0..reader.count(MAX_EPOCHS)? {
            let start = EpochStart { epoch: reader.narrow()?, offset: reader.i64()? };
            let rises = |latest: EpochStart| start.epoch > latest.epoch && start.offset > latest.offset;
            reader.ensure(start.epoch >= 0 && start.offset >= 0 && table.latest().is_none_or(rises))?;
            table.starts.push(start);
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(starts: &[(i32, i64)]) -> EpochTable {
        let mut table = EpochTable::default();
        for (epoch, offset) in starts {
            table.assign(*epoch, *offset);
        }
        table
    }

    fn pairs(table: &EpochTable) -> Vec<(i32, i64)> {
        table.starts().iter().map(|start| (start.epoch, start.offset)).collect()
    }

    #[test]
    fn an_epoch_ends_where_the_next_begins_and_the_newest_at_the_end_of_the_log() {
        let epochs = table(&[(2, 0), (4, 10), (7, 20)]);
        assert_eq!(epochs.end_offset_for(2, 25), Some((2, 10)));
        assert_eq!(epochs.end_offset_for(7, 25), Some((7, 25)));
        assert_eq!(epochs.end_offset_for(5, 25), Some((4, 20)), "no such epoch: the one before it");
        assert_eq!(epochs.end_offset_for(1, 25), Some((1, 0)), "before all that is known");
        assert_eq!(epochs.end_offset_for(8, 25), None, "not yet begun");
        assert_eq!(epochs.end_offset_for(-1, 25), None);
        assert_eq!(EpochTable::default().end_offset_for(0, 0), None);
    }

    #[test]
    fn epochs_without_records_vanish() {
        assert_eq!(pairs(&table(&[(1, 0), (2, 5), (3, 5), (4, 5)])), vec![(1, 0), (4, 5)]);
    }

    #[test]
    fn an_epoch_begins_once_and_never_goes_back() {
        assert_eq!(pairs(&table(&[(1, 0), (1, 3), (3, 5), (2, 9)])), vec![(1, 0), (3, 5)]);
    }

    #[test]
    fn deleting_records_moves_the_first_boundary_to_the_log_start() {
        let mut epochs = table(&[(1, 0), (2, 10), (3, 20)]);
        epochs.truncate_prefix(15);
        assert_eq!(pairs(&epochs), vec![(2, 15), (3, 20)]);
        epochs.truncate_prefix(20);
        assert_eq!(pairs(&epochs), vec![(3, 20)]);
        epochs.truncate_prefix(30);
        assert_eq!(pairs(&epochs), vec![(3, 30)]);
    }

    #[test]
    fn truncating_the_suffix_forgets_what_began_there() {
        let mut epochs = table(&[(1, 0), (2, 10), (3, 20)]);
        epochs.truncate_suffix(10);
        assert_eq!(pairs(&epochs), vec![(1, 0)]);
    }

    #[test]
    fn the_table_is_bounded_and_keeps_the_newest() {
        let all: Vec<_> = (0..MAX_EPOCHS as i32 + 5).map(|epoch| (epoch, i64::from(epoch))).collect();
        let epochs = table(&all);
        assert_eq!(pairs(&epochs), all[5..]);
    }

    /// The model: the epoch of every single record.
    fn model_end(records: &[i32], log_start: usize, epoch: i32) -> Option<(i32, i64)> {
        let live = &records[log_start..];
        let latest = *live.last()?;
        if epoch > latest {
            return None;
        }
        let end = live.iter().position(|of| *of > epoch).map_or(records.len(), |at| log_start + at);
        let floor = live.iter().copied().filter(|of| *of <= epoch).max();
        Some((floor.unwrap_or(epoch), end as i64))
    }

    proptest! {
        #[test]
        fn it_answers_as_if_it_knew_the_epoch_of_every_record(
            runs in proptest::collection::vec((0i32..4, 1usize..5), 1..20),
            cut in any::<prop::sample::Index>(),
        ) {
            let (mut records, mut epochs, mut epoch) = (Vec::new(), EpochTable::default(), 0);
            for (step, count) in runs {
                epoch += step;
                epochs.assign(epoch, records.len() as i64);
                records.extend(std::iter::repeat_n(epoch, count));
            }
            let log_start = cut.index(records.len());
            epochs.truncate_prefix(log_start as i64);
            for asked in 0..=epoch + 1 {
                let answer = epochs.end_offset_for(asked, records.len() as i64);
                prop_assert_eq!(answer, model_end(&records, log_start, asked), "epoch {}", asked);
            }
            for (offset, epoch) in records.iter().enumerate().skip(log_start) {
                prop_assert_eq!(epochs.epoch_of(offset as i64), Some(*epoch));
            }
        }
    }
}
