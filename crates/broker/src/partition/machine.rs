//! The partition as a Raft state machine.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tracing::error;

use super::Partition;
use crate::log::{AppliedEntry, PartitionState, Position};
use crate::raft::{Applied, Payload, Reply, StateMachine};

/// What a partition's Raft group applies its entries to.
pub struct PartitionMachine(pub Arc<Partition>);

impl PartitionMachine {
    fn advance(&self, entry: &Applied<'_>) -> Result<Reply, String> {
        // Raft's first index is 0; here 0 means "nothing applied yet".
        let position = Position { term: entry.term, leader: 0, index: entry.index + 1 };
        let mut state = self.0.state.lock();
        let Payload::Data(command) = entry.payload else {
            return state.advance(position).map(|()| Reply::None).map_err(|e| e.to_string());
        };
        if command.count == 0 && !command.body.is_empty() {
            let applied = state.control(position, &command.body.to_bytes());
            return applied.map(|_| Reply::None).map_err(|e| e.to_string());
        }
        let applied = AppliedEntry {
            position,
            base: command.base as i64,
            count: u64::from(command.count),
            body: command.body.chunks(),
        };
        match state.apply(&applied) {
            Ok(0) => {}
            Ok(batches) => error!(
                group = self.0.id,
                index = entry.index,
                batches,
                "producer batches out of sequence reached the log: please report this"
            ),
            Err(e) => return Err(e.to_string()),
        }
        Ok(Reply::BaseOffset(command.base))
    }
}

impl StateMachine for PartitionMachine {
    fn apply(&self, entry: &Applied<'_>) -> Reply {
        if self.0.broken.get().is_some() {
            return Reply::None;
        }
        self.advance(entry).unwrap_or_else(|why| {
            error!(group = self.0.id, topic = %self.0.topic, partition = self.0.index, "this replica is damaged and serves no more: {why}");
            drop(self.0.broken.set(why));
            Reply::None
        })
    }

    fn settled(&self) {
        self.0.applied.notify_waiters();
        self.0.waiters.wake_all();
    }

    fn end_offset(&self) -> u64 {
        self.0.state.lock().high_watermark() as u64
    }

    fn reset(&self) {
        *self.0.state.lock() = PartitionState::new();
    }

    fn encode(&self) -> Bytes {
        self.0.state.lock().encode()
    }

    fn restore(&self, state: &[u8]) -> io::Result<()> {
        let restored = PartitionState::decode(state)
            .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e.to_string()))?;
        *self.0.state.lock() = restored;
        Ok(())
    }
}
