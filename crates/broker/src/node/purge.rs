//! Giving disk space back: each node forgets the head of its own logs once nobody may read it any more.
//!
//! What may be forgotten is agreed on: below a partition's log start offset nothing is served. How much of it goes is
//! each node's own affair: a log is purged up to the state that the WAL recorded at the head of the file that holds the
//! log start offset. That state becomes the snapshot, so that a replica that lacks what is gone gets it and then the
//! log; and everything in older files is dead. Inside that one file nothing would be won.
//!
//! The metadata log has no records: it is purged up to the head of the last file but one, so that a node that is away
//! for a moment still finds the entries that it lacks.
//!
//! Must never: purge what has not been applied here, or what is still served.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::Node;
use crate::raft::{Group, GroupId, METADATA_GROUP};
use crate::wal::WalError;

/// How often the logs are looked at; looking costs no I/O.
const LOOK: Duration = Duration::from_secs(5);

/// A log that could begin at the head of a file.
struct Due {
    group: Arc<Group>,
    /// The last index that may go.
    limit: u64,
}

/// Runs until `stop`.
pub(super) async fn run(node: Node, stop: CancellationToken) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The file whose head each log was last purged to.
    let mut tried: HashMap<GroupId, u64> = HashMap::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        let due = node.due_for_purge(&mut tried);
        for (file, logs) in due {
            if stop.is_cancelled() {
                return;
            }
            node.purge_to_head_of(file, logs).await;
        }
    }
}

impl Node {
    /// The logs of which a file's head is new as a beginning, by file.
    fn due_for_purge(&self, tried: &mut HashMap<GroupId, u64>) -> HashMap<u64, Vec<Due>> {
        let tail = self.inner.groups.wal().tail_file();
        let mut due: HashMap<u64, Vec<Due>> = HashMap::new();
        let groups = self.inner.groups.all();
        let running: HashSet<GroupId> = groups.iter().map(|g| g.id()).collect();
        tried.retain(|group, _| running.contains(group));
        for group in groups {
            let beginning = match group.id() {
                METADATA_GROUP => tail.checked_sub(1).map(|file| (file, u64::MAX)),
                id => self.beginning(id, &group, tail),
            };
            let Some((file, limit)) = beginning else { continue };
            if tried.insert(group.id(), file) != Some(file) {
                due.entry(file).or_default().push(Due { group, limit });
            }
        }
        due
    }

    /// The file that holds the log start offset, and the last index before it.
    fn beginning(&self, id: GroupId, group: &Group, tail: u64) -> Option<(u64, u64)> {
        let (log_start, _) = self.inner.partitions.get(id)?.bounds();
        let log = group.log();
        let state = log.state();
        if log_start as u64 <= state.purged_base {
            return None;
        }
        let first = log.locate(log_start as u64).unwrap_or(state.next_index());
        let file = log.file_of(first).unwrap_or(tail);
        Some((file, first.checked_sub(1)?))
    }

    async fn purge_to_head_of(&self, file: u64, logs: Vec<Due>) {
        let wal = self.inner.groups.wal().clone();
        let ids: HashSet<GroupId> = logs.iter().map(|due| due.group.id()).collect();
        let states = match tokio::task::spawn_blocking(move || wal.checkpointed_states(file, &ids)).await {
            Ok(Ok(states)) => states,
            // Deleted meanwhile: the next look finds another.
            Ok(Err(WalError::NoSuchFile { .. })) | Err(_) => return,
            Ok(Err(e)) => {
                warn!(
                    file,
                    "cannot read the states at the head of a WAL file, nothing is purged up to it: {e}"
                );
                return;
            }
        };
        for Due { group, limit } in logs {
            let Some(state) = states.get(&group.id()) else { continue };
            match group.purge_up_to(state, limit).await {
                Ok(Some(index)) => debug!(group = group.id(), index, "purged"),
                Ok(None) => {}
                Err(e) => warn!("cannot purge a log: {e}"),
            }
        }
    }
}
