//! Reading a partition of `__consumer_offsets` back into groups and offsets.
//!
//! Must never stop at a record that it cannot read: what the others say must not be lost.

use std::collections::HashMap;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;

use super::Shard;
use crate::coordinator::group::Group;
use crate::coordinator::offsets::Offsets;
use crate::coordinator::records::{CommittedOffset, GroupMetadata, Key, RecordError};
use crate::coordinator::{CoordinatorConfig, OffsetStore};

#[derive(Default)]
struct Loaded {
    groups: HashMap<StrBytes, GroupMetadata>,
    offsets: HashMap<StrBytes, Offsets>,
    records: u64,
    skipped: u64,
}

impl Loaded {
    fn record(&mut self, key: &Bytes, value: Option<&Bytes>) {
        self.records += 1;
        if let Err(error) = self.apply(key, value) {
            self.skipped += 1;
            tracing::debug!(%error, "skipped a record of __consumer_offsets");
        }
    }

    fn apply(&mut self, key: &Bytes, value: Option<&Bytes>) -> Result<(), RecordError> {
        // Copies, so that what is kept does not hold the whole batch that it was read from.
        let value = value.map(|bytes| Bytes::copy_from_slice(bytes));
        match Key::decode(Bytes::copy_from_slice(key))? {
            Key::Offset { group, topic, partition } => {
                let offset = value.map(CommittedOffset::decode).transpose()?;
                let offsets = self.offsets.entry(group.clone()).or_default();
                offsets.set((topic, partition), offset);
                if offsets.is_empty() {
                    self.offsets.remove(&group);
                }
            }
            Key::Group { group } => match value.map(GroupMetadata::decode).transpose()? {
                Some(metadata) => {
                    self.groups.insert(group, metadata);
                }
                None => {
                    self.groups.remove(&group);
                }
            },
        }
        Ok(())
    }
}

/// Loads the partition.
///
/// # Errors
/// What the store could not read, as a client of the coordinator must see it.
pub async fn load<S: OffsetStore>(
    store: &S,
    partition: u32,
    config: &CoordinatorConfig,
) -> Result<Shard, ResponseError> {
    let mut loaded = Loaded::default();
    let replayed = store.replay(partition, &mut |key, value| loaded.record(&key, value.as_ref())).await;
    if let Err(code) = replayed {
        return Err(super::task::coordinator_error(code));
    }
    if loaded.skipped > 0 {
        tracing::warn!(
            partition,
            records = loaded.records,
            skipped = loaded.skipped,
            "records of __consumer_offsets could not be read and were skipped; debug logging says why"
        );
    }
    let mut shard = Shard::new(config.limits(), config.max_queued_bytes);
    let now = shard.now();
    for (group, offsets) in loaded.offsets {
        shard.entry(&group).offsets = offsets;
    }
    for (id, metadata) in loaded.groups {
        let (group, effects) = Group::restore(id.clone(), config.limits(), metadata, now);
        shard.entry(&id).group = group;
        shard.carry_out(&id, effects);
    }
    tracing::debug!(
        partition,
        groups = shard.groups.len(),
        records = loaded.records,
        "loaded consumer groups"
    );
    Ok(shard)
}
