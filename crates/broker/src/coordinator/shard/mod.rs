//! One partition of `__consumer_offsets`: its groups, their offsets and timers, and the requests
//! that wait. One task owns it all (see `task`), so nothing here locks or waits.
//!
//! Must never change offsets, or let a group go on, before the records that say so are stored.

mod load;
mod offsets;
mod queue;
mod task;

use std::collections::{BTreeSet, HashMap};

use kafka_protocol::ResponseError;
use kafka_protocol::protocol::StrBytes;
use tokio::sync::oneshot;

use self::queue::{AppendQueue, Then};
use super::group::{
    AfterAppend, Effects, Group, GroupLimits, Join, JoinReply, Leave, LeaveResults, Now, Sync, Synced, Ticket,
};
use super::offsets::Offsets;
use super::records::Key;
pub use offsets::{Commit, FetchedTopic, Selection};
pub use task::{Operation, run};

/// Where an answer goes. A dropped receiver (the client went away) is no error.
pub type Answer<T> = oneshot::Sender<Result<T, ResponseError>>;

/// A group with its offsets.
pub struct Entry {
    /// The group.
    pub group: Group,
    /// What it committed.
    pub offsets: Offsets,
    /// The time in `Shard::wakeups`.
    scheduled: Option<u64>,
}

/// Everything of one partition.
pub struct Shard {
    limits: GroupLimits,
    max_queued_bytes: usize,
    started: tokio::time::Instant,
    groups: HashMap<StrBytes, Entry>,
    /// When each group with a timer is next looked at.
    wakeups: BTreeSet<(u64, StrBytes)>,
    joins: HashMap<Ticket, Answer<JoinReply>>,
    syncs: HashMap<Ticket, Answer<Synced>>,
    queue: AppendQueue,
}

impl Shard {
    fn new(limits: GroupLimits, max_queued_bytes: usize) -> Self {
        Self {
            limits,
            max_queued_bytes,
            started: tokio::time::Instant::now(),
            groups: HashMap::new(),
            wakeups: BTreeSet::new(),
            joins: HashMap::new(),
            syncs: HashMap::new(),
            queue: AppendQueue::default(),
        }
    }

    fn now(&self) -> Now {
        let unix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Now {
            monotonic_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            unix_ms: i64::try_from(unix.as_millis()).unwrap_or(i64::MAX),
        }
    }

    /// The groups of this partition, in no order.
    pub fn groups(&self) -> impl Iterator<Item = &Entry> {
        self.groups.values()
    }

    /// The group called `id`.
    pub fn group(&self, id: &StrBytes) -> Option<&Entry> {
        self.groups.get(id)
    }

    fn entry(&mut self, id: &StrBytes) -> &mut Entry {
        let limits = self.limits;
        self.groups.entry(id.clone()).or_insert_with(|| Entry {
            group: Group::new(id.clone(), limits),
            offsets: Offsets::default(),
            scheduled: None,
        })
    }

    /// `JoinGroup`. Only a newcomer creates a group.
    pub fn join(&mut self, group: &StrBytes, join: Join, answer: Answer<JoinReply>) {
        if !join.member_id.is_empty() && !self.groups.contains_key(group) {
            let _ = answer.send(Err(ResponseError::UnknownMemberId));
            return;
        }
        let now = self.now();
        self.joins.insert(join.ticket, answer);
        let effects = self.entry(group).group.join(join, now);
        self.carry_out(group, effects);
    }

    /// `SyncGroup`.
    pub fn sync(&mut self, group: &StrBytes, sync: Sync, answer: Answer<Synced>) {
        let now = self.now();
        let Some(entry) = self.groups.get_mut(group) else {
            let _ = answer.send(Err(ResponseError::UnknownMemberId));
            return;
        };
        self.syncs.insert(sync.ticket, answer);
        let effects = entry.group.sync(sync, now);
        self.carry_out(group, effects);
    }

    /// Heartbeat.
    pub fn heartbeat(
        &mut self,
        group: &StrBytes,
        member_id: &StrBytes,
        instance_id: Option<&StrBytes>,
        generation: i32,
    ) -> Result<(), ResponseError> {
        let now = self.now();
        let entry = self.groups.get_mut(group).ok_or(ResponseError::UnknownMemberId)?;
        let result = entry.group.heartbeat(member_id, instance_id, generation, now);
        self.reschedule(group);
        result
    }

    /// `LeaveGroup`.
    pub fn leave(&mut self, group: &StrBytes, leaving: &[Leave]) -> Result<LeaveResults, ResponseError> {
        let now = self.now();
        let Some(entry) = self.groups.get_mut(group) else {
            return Ok(vec![Err(ResponseError::UnknownMemberId); leaving.len()]);
        };
        let (results, effects) = entry.group.leave(leaving, now)?;
        self.carry_out(group, effects);
        Ok(results)
    }

    fn carry_out(&mut self, group: &StrBytes, effects: Effects) {
        for (ticket, reply) in effects.joins {
            if let Some(answer) = self.joins.remove(&ticket) {
                let _ = answer.send(Ok(reply));
            }
        }
        for (ticket, reply) in effects.syncs {
            if let Some(answer) = self.syncs.remove(&ticket) {
                let _ = answer.send(reply);
            }
        }
        for append in effects.appends {
            let record = Key::Group { group: group.clone() }
                .encode()
                .and_then(|key| Ok((key, Some(append.metadata.encode()?))));
            match record {
                Ok(record) => {
                    self.queue.push(vec![record], Then::Group { group: group.clone(), then: append.then });
                }
                Err(error) => {
                    tracing::error!(%group, %error, "a group's metadata cannot be stored; its members must rejoin");
                    self.appended(group, append.then, Err(ResponseError::UnknownServerError));
                }
            }
        }
        self.reschedule(group);
    }

    fn appended(&mut self, group: &StrBytes, then: AfterAppend, result: Result<(), ResponseError>) {
        let now = self.now();
        if let Some(entry) = self.groups.get_mut(group) {
            let effects = entry.group.appended(then, result, now);
            self.carry_out(group, effects);
        }
    }

    /// Keeps `wakeups` in step with the group, and forgets a group that holds nothing.
    fn reschedule(&mut self, group: &StrBytes) {
        let Some(entry) = self.groups.get_mut(group) else { return };
        let gone = entry.group.is_blank() && entry.offsets.is_empty();
        let wake_at = if gone { None } else { entry.group.wake_at() };
        if entry.scheduled != wake_at {
            if let Some(at) = entry.scheduled {
                self.wakeups.remove(&(at, group.clone()));
            }
            if let Some(at) = wake_at {
                self.wakeups.insert((at, group.clone()));
            }
            entry.scheduled = wake_at;
        }
        if gone {
            self.groups.remove(group);
        }
    }

    fn next_wakeup(&self) -> Option<tokio::time::Instant> {
        self.wakeups
            .first()
            .and_then(|(at, _)| self.started.checked_add(std::time::Duration::from_millis(*at)))
    }

    fn tick(&mut self) {
        let now = self.now();
        while let Some((at, group)) = self.wakeups.first().cloned() {
            if at > now.monotonic_ms {
                break;
            }
            self.wakeups.pop_first();
            if let Some(entry) = self.groups.get_mut(&group) {
                entry.scheduled = None;
                let effects = entry.group.tick(now);
                self.carry_out(&group, effects);
            }
        }
    }

    fn has_parked_requests(&self) -> bool {
        !self.joins.is_empty() || !self.syncs.is_empty()
    }

    /// An append ended. One that timed out may never end, so what waits behind it fails too.
    fn append_ended(&mut self, result: Result<(), ResponseError>) {
        let mut ended = self.queue.take_under_way();
        if result == Err(ResponseError::RequestTimedOut) {
            ended.extend(self.queue.take_waiting());
        }
        let result = result.map_err(as_coordinator_error);
        for then in ended {
            self.settle(then, result);
        }
    }

    fn settle(&mut self, then: Then, result: Result<(), ResponseError>) {
        match then {
            Then::Group { group, then } => self.appended(&group, then, result),
            Then::Offsets { group, changes, reply } => {
                if result.is_ok() {
                    let offsets = &mut self.entry(&group).offsets;
                    for (partition, offset) in changes {
                        offsets.set(partition, offset);
                    }
                }
                let _ = reply.send(result);
                self.reschedule(&group);
            }
            Then::DeleteGroup { group, reply } => {
                if result.is_ok() {
                    if let Some(entry) = self.groups.remove(&group)
                        && let Some(at) = entry.scheduled
                    {
                        self.wakeups.remove(&(at, group));
                    }
                } else if let Some(entry) = self.groups.get_mut(&group) {
                    entry.group.abort_delete();
                }
                let _ = reply.send(result);
            }
        }
    }

    /// This node no longer leads the partition: everybody who waits is told so.
    fn abandon(&mut self) {
        let lost = ResponseError::NotCoordinator;
        for (_, answer) in self.joins.drain() {
            let _ = answer.send(Err(lost));
        }
        for (_, answer) in self.syncs.drain() {
            let _ = answer.send(Err(lost));
        }
        for then in self.queue.take_under_way().into_iter().chain(self.queue.take_waiting()) {
            match then {
                Then::Group { .. } => {}
                Then::Offsets { reply, .. } | Then::DeleteGroup { reply, .. } => {
                    let _ = reply.send(Err(lost));
                }
            }
        }
    }
}

/// A failed append as a client of the coordinator must see it: to retry here, or to look for
/// another coordinator (Kafka's `appendGroupMetadataErrorToResponseError`).
fn as_coordinator_error(error: ResponseError) -> ResponseError {
    match error {
        ResponseError::UnknownTopicOrPartition
        | ResponseError::NotEnoughReplicas
        | ResponseError::NotEnoughReplicasAfterAppend
        | ResponseError::RequestTimedOut => ResponseError::CoordinatorNotAvailable,
        ResponseError::NotLeaderOrFollower | ResponseError::KafkaStorageError => {
            ResponseError::NotCoordinator
        }
        ResponseError::MessageTooLarge
        | ResponseError::RecordListTooLarge
        | ResponseError::InvalidFetchSize => ResponseError::UnknownServerError,
        other => other,
    }
}
