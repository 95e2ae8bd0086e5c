//! Fetches that wait for a partition's high watermark to move.
//!
//! A waiting fetch of many partitions registers with each and is woken with the list of those that moved: neither
//! side looks at partitions without news. Registrations end with the [`Waiting`] that holds them.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::Partition;

#[derive(Default)]
pub(super) struct Waiters {
    next: Mutex<Registered>,
}

#[derive(Default)]
struct Registered {
    next_id: u64,
    waiting: HashMap<u64, (Arc<Waiter>, usize)>,
}

impl Waiters {
    fn register(&self, waiter: Arc<Waiter>, point: usize) -> u64 {
        let mut registered = self.next.lock();
        registered.next_id += 1;
        let id = registered.next_id;
        registered.waiting.insert(id, (waiter, point));
        id
    }

    fn remove(&self, id: u64) {
        self.next.lock().waiting.remove(&id);
    }

    pub(super) fn wake_all(&self) {
        let registered = self.next.lock();
        for (waiter, point) in registered.waiting.values() {
            waiter.hit(*point);
        }
    }
}

/// Whom the partitions wake.
#[derive(Default)]
pub struct Waiter {
    hits: Mutex<Vec<usize>>,
    notify: Notify,
}

impl Waiter {
    fn hit(&self, point: usize) {
        let mut hits = self.hits.lock();
        if !hits.contains(&point) {
            hits.push(point);
            self.notify.notify_one();
        }
    }

    /// Waits for news; gives the points that have any, each once.
    pub async fn hits(&self) -> Vec<usize> {
        loop {
            let hits = std::mem::take(&mut *self.hits.lock());
            if !hits.is_empty() {
                return hits;
            }
            self.notify.notified().await;
        }
    }
}

/// A registration with one partition; ends when dropped.
pub struct Waiting {
    partition: Arc<Partition>,
    id: u64,
}

impl Waiting {
    /// Registers a point of the waiter. If the high watermark is beyond `seen` already, that is news at once.
    pub fn new(partition: Arc<Partition>, waiter: &Arc<Waiter>, point: usize, seen: i64) -> Self {
        let id = partition.waiters.register(waiter.clone(), point);
        if partition.bounds().1 > seen {
            waiter.hit(point);
        }
        Self { partition, id }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.partition.waiters.remove(self.id);
    }
}
