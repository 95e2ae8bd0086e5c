//! How much memory all clients of a node together may hold.
//!
//! Three pots, each a semaphore that counts bytes: frames being read or served, what decoding them
//! allocates on top, and record bytes in answers that have not left. Whoever waits for a pot holds only
//! from pots named before it, so that waiting always ends.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What an array element takes at most, decoded, planned and answered: three structs of about 100 bytes.
const ELEMENT_BYTES: usize = 320;

/// The node's budget; one for all its listeners.
#[derive(Debug)]
pub struct Budget {
    frames: Pot,
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

    /// Gives back all but `bytes`.
    pub(crate) fn keep(&mut self, bytes: usize) {
        drop(self.permit.split(self.bytes().saturating_sub(bytes)));
    }
}

impl Budget {
    /// `requests` bytes for frames and `answers` bytes for records on their way out.
    pub fn new(requests: usize, answers: usize) -> Self {
        Self { frames: Pot::new(requests), decoded: Pot::new(requests / 2), answers: Pot::new(answers) }
    }

    /// Waits for room for a frame.
    pub(crate) async fn frame(&self, bytes: usize) -> Option<Share> {
        self.frames.take(bytes).await
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
        self.frames.semaphore.available_permits()
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
    use super::*;

    #[tokio::test]
    async fn a_share_comes_back_when_it_is_dropped() {
        let budget = Budget::new(100, 100);
        let share = budget.frame(60).await;
        assert_eq!(budget.frames_left(), 40);
        drop(share);
        assert_eq!(budget.frames_left(), 100);
    }

    #[tokio::test]
    async fn a_frame_larger_than_the_pot_waits_for_the_whole_pot_and_no_longer() {
        let budget = Budget::new(100, 100);
        let share = budget.frame(1_000).await.unwrap();
        assert_eq!((share.bytes(), budget.frames_left()), (100, 0));
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
