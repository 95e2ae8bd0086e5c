//! How much memory all clients of a node together may hold.
//!
//! Pots, each a semaphore that counts bytes: lanes of frames being read or served, what decoding them
//! allocates on top, and record bytes in answers that have not left. Whoever waits for a pot holds only
//! from pots named before it, so that waiting always ends; within a lane, see [`Room::widen`].

use std::sync::Arc;

use tokio::{
    select,
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// What an array element takes at most, decoded, planned and answered: three structs of about 100 bytes.
const ELEMENT_BYTES: usize = 320;

/// The largest frame that is read before it has room, in what every connection has anyway (with its
/// length: 16 KiB).
pub(crate) const SMALL: usize = 16 * 1024 - 4;
/// The largest frame that usual producers send.
const USUAL: usize = 1024 * 1024;
/// The first room of a frame that is not small.
const FIRST: usize = 64 * 1024;

/// The node's budget; one for all its listeners.
#[derive(Debug)]
pub struct Budget {
    lanes: [Arc<Lane>; 3],
    decoded: Pot,
    answers: Pot,
}

/// Bytes taken from a pot; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    permit: OwnedSemaphorePermit,
}

impl Share {
    /// How much was given.
    pub(crate) fn bytes(&self) -> usize {
        self.permit.num_permits()
    }

    /// Two shares of the same pot as one.
    fn sum(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(mut one), Some(other)) => {
                one.permit.merge(other.permit);
                Some(one)
            }
            (one, other) => one.or(other),
        }
    }

    /// Gives back all but `bytes`.
    pub(crate) fn keep(&mut self, bytes: usize) {
        drop(self.permit.split(self.bytes().saturating_sub(bytes)));
    }
}

impl Budget {
    /// `requests` bytes for frames and `answers` bytes for records on their way out.
    pub fn new(requests: usize, answers: usize) -> Self {
        let (small, usual) = (requests / 8, requests / 8 * 3);
        let lanes = [(SMALL, small), (USUAL, usual), (usize::MAX, requests - small - usual)];
        Self {
            lanes: lanes.map(|(up_to, bytes)| Arc::new(Lane::new(up_to, bytes))),
            decoded: Pot::new(requests / 2),
            answers: Pot::new(answers),
        }
    }

    /// For a frame of `size` bytes, of which none has room yet.
    pub(crate) fn room(&self, size: usize) -> Room {
        let [small, usual, large] = &self.lanes;
        let lane = [small, usual].into_iter().find(|lane| size <= lane.up_to).unwrap_or(large);
        Room { lane: Arc::clone(lane), size, bytes: 0, share: None }
    }

    /// Waits for room for what a frame with so many array elements decodes to.
    pub(crate) async fn decoded(&self, elements: u32) -> Option<Share> {
        self.decoded.take(elements as usize * ELEMENT_BYTES).await
    }

    /// Takes at most `wanted` bytes for an answer; what is there now, be it nothing.
    pub(crate) fn answer(&self, wanted: usize) -> Option<Share> {
        self.answers.take_some(wanted)
    }

    #[cfg(test)]
    pub(crate) fn frames_left(&self) -> usize {
        let left = |pot: &Pot| pot.semaphore.available_permits();
        self.lanes.iter().map(|lane| left(&lane.steps) + left(&lane.whole)).sum()
    }
}

/// The memory of frames of one order of size. Frames of another never wait for it: a few large ones that
/// stall do not hold up the many small ones.
#[derive(Debug)]
struct Lane {
    up_to: usize,
    /// What frames take step by step, as their bytes arrive.
    steps: Pot,
    /// What a frame takes for all of it, when there are no more steps.
    whole: Pot,
}

impl Lane {
    fn new(up_to: usize, bytes: usize) -> Self {
        let whole = up_to.min(bytes / 2);
        Self { up_to, steps: Pot::new(bytes - whole), whole: Pot::new(whole) }
    }
}

/// How much of a frame may be in memory. Given back when dropped.
#[derive(Debug)]
pub(crate) struct Room {
    lane: Arc<Lane>,
    size: usize,
    bytes: usize,
    share: Option<Share>,
}

impl Room {
    /// Bytes of the frame that may be in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Waits for the next step of room, or for room for all of the frame.
    ///
    /// A step is at most four times what there was, so that only bytes that came take room. Frames that
    /// hold steps and wait for more could wait for each other for ever; therefore each of them also waits
    /// for the pot for whole frames, gives back its steps when its turn comes, and needs nothing further.
    pub(crate) async fn widen(&mut self) {
        let step = match self.bytes {
            0 => FIRST,
            // Few steps up to the usual size: each may copy what came before.
            bytes if bytes < USUAL => bytes.saturating_mul(4),
            bytes => bytes.saturating_mul(2),
        };
        let bytes = step.min(self.size);
        select! {
            biased;
            more = self.lane.steps.take(bytes - self.bytes) => {
                self.bytes = bytes;
                self.share = Share::sum(self.share.take(), more);
            }
            whole = self.lane.whole.take(self.size) => {
                self.bytes = self.size;
                self.share = whole;
            }
        }
    }
}

#[derive(Debug)]
struct Pot {
    semaphore: Arc<Semaphore>,
    size: u32,
}

impl Pot {
    fn new(bytes: usize) -> Self {
        let size = u32::try_from(bytes).unwrap_or(u32::MAX).min(i32::MAX as u32).max(1);
        Self { semaphore: Arc::new(Semaphore::new(size as usize)), size }
    }

    /// A request larger than the pot takes the whole pot.
    async fn take(&self, bytes: usize) -> Option<Share> {
        if bytes == 0 {
            return None;
        }
        let bytes = u32::try_from(bytes).unwrap_or(self.size).min(self.size);
        // The semaphore is never closed.
        let permit = Arc::clone(&self.semaphore).acquire_many_owned(bytes).await.ok()?;
        Some(Share { permit })
    }

    fn take_some(&self, wanted: usize) -> Option<Share> {
        let mut bytes = u32::try_from(wanted.min(self.semaphore.available_permits())).unwrap_or(self.size);
        // Others take too: what was there may be gone, half of it may not.
        while bytes > 0 {
            if let Ok(permit) = Arc::clone(&self.semaphore).try_acquire_many_owned(bytes) {
                return Some(Share { permit });
            }
            bytes /= 2;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, future::join_all};

    use super::*;

    const MIB: usize = 1024 * 1024;

    /// Room for all of a frame, which must be there.
    fn whole(budget: &Budget, size: usize) -> Room {
        let mut room = budget.room(size);
        while room.bytes() < size {
            room.widen().now_or_never().expect("there is room");
        }
        room
    }

    #[test]
    fn all_room_comes_back() {
        let budget = Budget::new(8 * MIB, 0);
        let rooms = [1, SMALL, SMALL + 1, USUAL, USUAL + 1].map(|size| whole(&budget, size));
        assert_eq!(budget.frames_left(), 8 * MIB - rooms.iter().map(Room::bytes).sum::<usize>());
        drop(rooms);
        assert_eq!(budget.frames_left(), 8 * MIB);
    }

    #[test]
    fn room_grows_in_steps_to_the_size_of_the_frame() {
        let budget = Budget::new(512 * MIB, 0);
        let mut room = budget.room(5 * MIB);
        let mut steps = Vec::new();
        while room.bytes() < 5 * MIB {
            room.widen().now_or_never().unwrap();
            assert_eq!(budget.frames_left(), 512 * MIB - room.bytes());
            steps.push(room.bytes());
        }
        assert_eq!(steps, [64 << 10, 256 << 10, MIB, 2 * MIB, 4 * MIB, 5 * MIB]);
    }

    #[test]
    fn smaller_frames_have_room_when_larger_ones_have_taken_all_of_theirs() {
        let budget = Budget::new(8 * MIB, 0);
        let mut all = Vec::new();
        for size in [100 * MIB, USUAL] {
            loop {
                let mut room = budget.room(size);
                if room.widen().now_or_never().is_none() {
                    break;
                }
                all.push(room);
            }
        }
        whole(&budget, SMALL);
        assert!(budget.room(USUAL).widen().now_or_never().is_none());
        all.clear();
        whole(&budget, USUAL);
    }

    #[tokio::test]
    async fn frames_that_all_need_more_than_there_is_get_it_one_after_another() {
        let budget = Budget::new(8 * MIB, 0);
        // Together they hold every step there is; none has all of what it needs.
        let mut halves = Vec::new();
        loop {
            let mut room = budget.room(100 * MIB);
            room.widen().now_or_never().unwrap();
            if room.bytes() == 100 * MIB {
                break;
            }
            halves.push(room);
        }
        assert!(halves.len() > 10);
        let finishing = halves.into_iter().map(|mut room| async move {
            while room.bytes() < 100 * MIB {
                room.widen().await;
            }
            // Served and answered: the room goes to the next.
        });
        tokio::time::timeout(std::time::Duration::from_secs(10), join_all(finishing)).await.unwrap();
        assert_eq!(budget.frames_left(), 8 * MIB);
    }

    #[test]
    fn a_frame_larger_than_the_pot_waits_for_the_whole_pot_and_no_longer() {
        let budget = Budget::new(1_000, 0);
        let room = whole(&budget, 100 * MIB);
        assert_eq!((room.bytes(), budget.frames_left()), (100 * MIB, 750));
    }

    #[test]
    fn what_an_answer_does_not_need_goes_back() {
        let budget = Budget::new(100, 100);
        let mut share = budget.answer(100).unwrap();
        share.keep(30);
        assert_eq!((share.bytes(), budget.answer(100).unwrap().bytes()), (30, 70));
        share.keep(1_000);
        assert_eq!(share.bytes(), 30);
    }

    #[test]
    fn an_answer_takes_what_is_there() {
        let budget = Budget::new(100, 100);
        let first = budget.answer(70).unwrap();
        let second = budget.answer(70).unwrap();
        assert_eq!((first.bytes(), second.bytes()), (70, 30));
        assert!(budget.answer(70).is_none());
    }
}
