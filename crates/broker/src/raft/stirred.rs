//! In which groups something has happened: so that who tells of thousands of groups looks only at a few.
//!
//! A group says so where its log, its vote or its state changes. What a leader learns of its followers without any of these
//! is not said here: who asks goes on looking as long as it waits for such news.
//!
//! Must never: lose a change (one that comes while the groups are asked for is in this answer or in the next), or grow while
//! nobody asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::types::GroupId;

/// So many groups are named, gone ones among them; if there are more, any of them may have changed.
const NAMED: usize = 100_000;

/// The groups in which something has happened, each once.
#[derive(Debug, Default)]
pub(super) struct Stirred {
    set: Mutex<Set>,
}

#[derive(Debug, Default)]
struct Set {
    marks: Vec<Arc<Mark>>,
    there_were_more: bool,
}

/// One group's.
#[derive(Debug)]
pub(super) struct Mark {
    group: GroupId,
    is_set: AtomicBool,
    all: Arc<Stirred>,
}

impl Stirred {
    /// The group's mark, not set.
    pub(super) fn mark(self: &Arc<Self>, group: GroupId) -> Arc<Mark> {
        Arc::new(Mark { group, is_set: AtomicBool::new(false), all: self.clone() })
    }

    /// Those in which something has happened since the last call; `None` if they are too many to name. Whoever looks at them
    /// afterwards sees what it was.
    pub(super) fn take(&self) -> Option<Vec<GroupId>> {
        let Set { marks, there_were_more } = std::mem::take(&mut *self.set.lock());
        let groups = marks.iter().map(|mark| mark.clear()).collect();
        (!there_were_more).then_some(groups)
    }

    fn add(&self, mark: Arc<Mark>) {
        let mut set = self.set.lock();
        if set.marks.len() >= NAMED {
            set.there_were_more = true;
            for mark in set.marks.drain(..) {
                mark.clear();
            }
        }
        set.marks.push(mark);
    }
}

impl Mark {
    /// Something has happened in the group, and can be seen.
    pub(super) fn set(self: &Arc<Self>) {
        // Always written, not only where it is not set yet: so what happened before is seen by whoever clears it later.
        if !self.is_set.swap(true, Ordering::AcqRel) {
            self.all.add(self.clone());
        }
    }

    /// Before the group is looked at: what happens from here on sets the mark again.
    fn clear(&self) -> GroupId {
        self.is_set.swap(false, Ordering::AcqRel);
        self.group
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn each_group_is_told_once_however_much_happens_in_it() {
        let stirred = Arc::new(Stirred::default());
        let (one, other) = (stirred.mark(1), stirred.mark(2));
        let _quiet = stirred.mark(3);
        for _ in 0..5 {
            one.set();
            other.set();
        }
        assert_eq!(stirred.take(), Some(vec![1, 2]));
        assert_eq!(stirred.take(), Some(vec![]));
        other.set();
        assert_eq!(stirred.take(), Some(vec![2]));
    }

    #[test]
    fn more_than_can_be_named_is_said_and_takes_no_more_memory() {
        let stirred = Arc::new(Stirred::default());
        for group in 0..NAMED as GroupId * 3 {
            stirred.mark(group).set();
        }
        assert!(stirred.set.lock().marks.len() <= NAMED);
        assert_eq!(stirred.take(), None);
        stirred.mark(7).set();
        assert_eq!(stirred.take(), Some(vec![7]));
    }

    #[test]
    fn what_happens_while_it_is_asked_is_not_lost() {
        const LAST: u64 = 200_000;
        let stirred = Arc::new(Stirred::default());
        let (mark, state) = (stirred.mark(1), Arc::new(AtomicU64::new(0)));
        let changing = {
            let state = state.clone();
            std::thread::spawn(move || {
                for value in 1..=LAST {
                    state.store(value, Ordering::Relaxed);
                    mark.set();
                }
            })
        };
        let mut seen = 0;
        while !changing.is_finished() || seen < LAST {
            let ended = changing.is_finished();
            let told = stirred.take() == Some(vec![1]);
            if told {
                seen = state.load(Ordering::Relaxed);
            }
            assert!(!ended || told || seen == LAST, "the last change was not told: {seen}");
        }
        changing.join().unwrap();
    }
}
