//! Notices of what is committed wait for entries to go with.
//!
//! A leader that has committed says so to each follower in an `Append` without entries, unless entries follow at once. Such
//! a notice costs both ends as much as one with entries, and where entries come all the time it tells the follower little:
//! the next ones say it too. So a notice waits for them, [`NOTICE_WAIT`] at most. Nothing is acknowledged any differently
//! for it: a follower has the entries on its disk, it only learns later that they are committed.
//!
//! Must never: hold back entries, or drop a notice that nothing newer follows.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::stream::Fuse;
use futures::{FutureExt, Stream, StreamExt};
use openraft::raft::AppendEntriesRequest;
use tokio::time::{Instant, Sleep};

use crate::raft::types::TypeConfig;

/// How long a notice may wait.
const NOTICE_WAIT: Duration = Duration::from_millis(50);

/// The messages of `input`, without the notices that entries overtake. openraft takes what it hears of a message for the
/// answer to all before it, so nothing waits for an answer to a notice that was left out.
pub(super) struct Notices<S> {
    input: Fuse<S>,
    /// Whether notices wait at all.
    patient: bool,
    /// The newest of those that wait.
    waiting: Option<AppendEntriesRequest<TypeConfig>>,
    /// When the first of them has waited long enough. Made when first needed, and kept.
    due: Option<Pin<Box<Sleep>>>,
}

impl<S: Stream> Notices<S> {
    /// `patient`: whether notices wait. Those of the metadata do not: what they make true is asked for at every node.
    pub(super) fn new(input: S, patient: bool) -> Self {
        Self { input: input.fuse(), patient, waiting: None, due: None }
    }

    fn wait(&mut self, notice: AppendEntriesRequest<TypeConfig>) {
        if self.waiting.replace(notice).is_some() {
            return;
        }
        let due = Instant::now() + NOTICE_WAIT;
        match &mut self.due {
            Some(timer) => timer.as_mut().reset(due),
            None => self.due = Some(Box::pin(tokio::time::sleep_until(due))),
        }
    }
}

impl<S: Stream<Item = AppendEntriesRequest<TypeConfig>> + Unpin> Stream for Notices<S> {
    type Item = AppendEntriesRequest<TypeConfig>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            match this.input.poll_next_unpin(cx) {
                Poll::Ready(Some(message)) if this.patient && message.entries.is_empty() => {
                    this.wait(message);
                }
                Poll::Ready(Some(message)) => {
                    this.waiting = None;
                    return Poll::Ready(Some(message));
                }
                // A probe is a stream of one message.
                Poll::Ready(None) => return Poll::Ready(this.waiting.take()),
                Poll::Pending => break,
            }
        }
        if let (Some(_), Some(due)) = (&this.waiting, &mut this.due) {
            ready!(due.poll_unpin(cx));
            return Poll::Ready(this.waiting.take());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};

    use super::*;
    use crate::raft::codec::vote_of;
    use crate::raft::types::{Command, Entry, EntryPayload, log_id};
    use crate::wal::Body;

    fn message(entries: usize, commit: u64) -> AppendEntriesRequest<TypeConfig> {
        let command = || Command { count: 1, base: 0, body: Body::empty() };
        let entry = |index| Entry { log_id: log_id(1, index), payload: EntryPayload::Normal(command()) };
        AppendEntriesRequest {
            vote: vote_of(1, 1, true),
            prev_log_id: None,
            entries: (0..entries as u64).map(entry).collect(),
            leader_commit: Some(log_id(1, commit)),
        }
    }

    type Messages = UnboundedReceiver<AppendEntriesRequest<TypeConfig>>;

    fn notices(patient: bool) -> (UnboundedSender<AppendEntriesRequest<TypeConfig>>, Notices<Messages>) {
        let (sender, input) = unbounded();
        (sender, Notices::new(input, patient))
    }

    /// (entries, what is said to be committed) of the next message, and how long it took to come.
    async fn next(notices: &mut Notices<Messages>) -> Option<(usize, u64, Duration)> {
        let asked = Instant::now();
        let message = notices.next().await?;
        Some((message.entries.len(), message.leader_commit?.index, asked.elapsed()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_notice_goes_alone_when_no_entries_come() {
        let (sender, mut notices) = notices(true);
        sender.unbounded_send(message(0, 5)).unwrap();
        let (entries, commit, took) = next(&mut notices).await.unwrap();
        assert_eq!((entries, commit), (0, 5));
        assert!(took >= NOTICE_WAIT && took < NOTICE_WAIT * 2, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn entries_are_never_held_back_and_overtake_notices() {
        let (sender, mut notices) = notices(true);
        for (entries, commit) in [(1, 1), (0, 2), (0, 3), (2, 3), (0, 4)] {
            sender.unbounded_send(message(entries, commit)).unwrap();
        }
        assert_eq!(next(&mut notices).await, Some((1, 1, Duration::ZERO)));
        assert_eq!(next(&mut notices).await, Some((2, 3, Duration::ZERO)));
        assert_eq!(next(&mut notices).await.map(|(_, commit, _)| commit), Some(4));
    }

    #[tokio::test(start_paused = true)]
    async fn the_newest_notice_goes_when_the_first_has_waited_long_enough() {
        let (sender, mut notices) = notices(true);
        let feed = async {
            for commit in 0..100 {
                sender.unbounded_send(message(0, commit)).unwrap();
                tokio::time::sleep(NOTICE_WAIT / 10).await;
            }
        };
        let (first, ()) = tokio::join!(next(&mut notices), feed);
        let (_, commit, took) = first.unwrap();
        assert!((9..=10).contains(&commit), "{commit}");
        assert!(took < NOTICE_WAIT * 2, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn notices_of_the_metadata_do_not_wait() {
        let (sender, mut notices) = notices(false);
        for commit in [1, 2] {
            sender.unbounded_send(message(0, commit)).unwrap();
        }
        assert_eq!(next(&mut notices).await, Some((0, 1, Duration::ZERO)));
        assert_eq!(next(&mut notices).await, Some((0, 2, Duration::ZERO)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_waits_for_nothing_and_loses_nothing() {
        let (sender, mut notices) = notices(true);
        sender.unbounded_send(message(0, 7)).unwrap();
        drop(sender);
        assert_eq!(next(&mut notices).await, Some((0, 7, Duration::ZERO)));
        assert_eq!(next(&mut notices).await, None);
    }
}
