//! Streams of the admin API: a task that stays connected to one node or another and passes on what it says.
//!
//! Must never hold more than a few items: a reader that is slow slows the connection, and the server then leaves out
//! deltas and sends a snapshot again.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::exchange::{innermost, open};
use super::sse::{Decoder, Frame, LARGEST_EVENT};
use super::{AdminClient, AdminError, AdminUrl, Attempt};
use crate::admin::API_KEY_HEADER;
use crate::admin::v1::{Delta, Event, Snapshot};

/// Items that wait for the reader.
const QUEUE: usize = 16;
/// A node that says nothing for so long, not even a comment, is taken for dead.
const SILENCE: Duration = Duration::from_secs(15);
/// How long to wait after the first round in which no node answered.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two rounds.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a stream tells its reader.
#[derive(Debug, Clone, PartialEq)]
pub enum Told<T> {
    /// It is connected to this node.
    Connected {
        /// Whom.
        url: String,
    },
    /// It is not connected, or no longer.
    Lost {
        /// The node that was tried or was lost, and why.
        error: AdminError,
        /// When the next node is tried.
        retry_in: Duration,
    },
    /// Something that the node sent.
    Item(T),
}

/// What `GET /admin/v1/watch` sends.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchItem {
    /// Everything.
    Snapshot(Box<Snapshot>),
    /// What changed.
    Delta(Box<Delta>),
}

/// What `GET /admin/v1/events` sends.
#[derive(Debug, Clone, PartialEq)]
pub enum EventItem {
    /// The node does not know where the reader was: what follows may overlap with what it has, or leave a gap.
    Resync,
    /// Something happened.
    Event(Event),
}

/// A stream under way. It ends when this is dropped.
#[derive(Debug)]
pub struct Subscription<T> {
    receiver: mpsc::Receiver<Told<T>>,
    task: JoinHandle<()>,
}

impl<T> Subscription<T> {
    /// The next thing that it tells; `None` only if the client has no node to ask.
    pub async fn next(&mut self) -> Option<Told<T>> {
        self.receiver.recv().await
    }
}

impl<T> Drop for Subscription<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl AdminClient {
    /// The cluster as it is, and then every change of it, from one node after the other for as long as it takes.
    pub fn watch(&self) -> Subscription<WatchItem> {
        self.subscribe("admin/v1/watch", None)
    }

    /// What happens from now on; with the id of an event, what happened after it as well. An id that the node does not
    /// know gives a [`EventItem::Resync`] and all that the node remembers.
    pub fn events(&self, after: Option<String>) -> Subscription<EventItem> {
        self.subscribe("admin/v1/events", after)
    }

    fn subscribe<T: Understand>(&self, route: &'static str, last_id: Option<String>) -> Subscription<T> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let stream = Stream { client: self.clone(), route, last_id, sender };
        Subscription { receiver, task: tokio::spawn(stream.run()) }
    }
}

struct Stream<T> {
    client: AdminClient,
    route: &'static str,
    last_id: Option<String>,
    sender: mpsc::Sender<Told<T>>,
}

/// The reader is gone.
struct Unread;

impl<T: Understand> Stream<T> {
    /// Tries node after node, who answered last first; pauses only when all have failed.
    async fn run(mut self) {
        let nodes: Vec<(usize, AdminUrl)> =
            self.client.in_order().map(|(index, url)| (index, url.clone())).collect();
        let mut failures = 0;
        for (index, url) in nodes.iter().cycle() {
            let (served, error) = match self.read_from(*index, url).await {
                Ok(end) => end,
                Err(Unread) => return,
            };
            failures = if served { 1 } else { failures + 1 };
            let retry_in = pause(failures, nodes.len(), RandomState::new().build_hasher().finish());
            if self.sender.send(Told::Lost { error, retry_in }).await.is_err() {
                return;
            }
            sleep(retry_in).await;
        }
    }

    /// Reads from one node until it is lost: whether it sent anything, and why it is lost.
    async fn read_from(&mut self, index: usize, url: &AdminUrl) -> Result<(bool, AdminError), Unread> {
        let name = url.to_string();
        let lost = |cause: String| AdminError::Unreachable(vec![Attempt { url: name.clone(), cause }]);
        let mut response = match self.open(url, &name).await {
            Ok(response) => response,
            Err(error) => return Ok((false, error)),
        };
        self.client.answered(index, ());
        self.tell(Told::Connected { url: name.clone() }).await?;
        let mut decoder = Decoder::new(LARGEST_EVENT);
        let mut served = false;
        loop {
            let chunk = match timeout(SILENCE, response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => return Ok((served, lost("it ended the stream".into()))),
                Ok(Err(error)) => return Ok((served, lost(innermost(&error)))),
                Err(_) => return Ok((served, lost(format!("it said nothing for {} s", SILENCE.as_secs())))),
            };
            let frames = match decoder.push(&chunk) {
                Ok(frames) => frames,
                Err(reason) => return Ok((served, AdminError::BadAnswer { url: name.clone(), reason })),
            };
            for frame in frames {
                match T::understand(&frame) {
                    Ok(Some(item)) => {
                        self.tell(Told::Item(item)).await?;
                        served = true;
                    }
                    // An event of a later version.
                    Ok(None) => {}
                    Err(reason) => return Ok((served, AdminError::BadAnswer { url: name.clone(), reason })),
                }
                self.last_id = frame.id.or(self.last_id.take());
            }
        }
    }

    async fn open(&self, url: &AdminUrl, name: &str) -> Result<reqwest::Response, AdminError> {
        let unreachable =
            |cause: String| AdminError::Unreachable(vec![Attempt { url: name.to_owned(), cause }]);
        let mut request = self.client.streams.get(url.route(self.route).map_err(unreachable)?);
        request = request.header("accept", "text/event-stream");
        if let Some(key) = &self.client.key {
            request = request.header(API_KEY_HEADER, key.reveal());
        }
        if let Some(id) = &self.last_id {
            request = request.header("last-event-id", id);
        }
        timeout(SILENCE, open(name.to_owned(), request))
            .await
            .unwrap_or_else(|_| Err(unreachable("it did not answer in time".into())))
    }

    async fn tell(&self, told: Told<T>) -> Result<(), Unread> {
        self.sender.send(told).await.map_err(|_| Unread)
    }
}

/// How long to wait after so many failures in a row, with so many nodes to try: not at all before each has been tried,
/// then twice as long each round. Half of it is up to the random number, lest all clients return at once.
fn pause(failures: usize, nodes: usize, random: u64) -> Duration {
    let rounds = failures / nodes.max(1);
    if !failures.is_multiple_of(nodes.max(1)) {
        return Duration::ZERO;
    }
    let doublings = u32::try_from(rounds.saturating_sub(1)).unwrap_or(u32::MAX).min(10);
    let whole = (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE);
    let half = whole / 2;
    half + half * u32::try_from(random % 1000).unwrap_or(0) / 1000
}

/// An item out of a server-sent event.
trait Understand: Sized + Send + 'static {
    /// `None` if the event is none of those that are known.
    fn understand(frame: &Frame) -> Result<Option<Self>, String>;
}

impl Understand for WatchItem {
    fn understand(frame: &Frame) -> Result<Option<Self>, String> {
        match frame.event.as_str() {
            "snapshot" => parse(&frame.data).map(|snapshot| Some(Self::Snapshot(snapshot))),
            "delta" => parse(&frame.data).map(|delta| Some(Self::Delta(delta))),
            _ => Ok(None),
        }
    }
}

impl Understand for EventItem {
    fn understand(frame: &Frame) -> Result<Option<Self>, String> {
        match frame.event.as_str() {
            "resync" => Ok(Some(Self::Resync)),
            "event" => parse(&frame.data).map(|event| Some(Self::Event(event))),
            _ => Ok(None),
        }
    }
}

fn parse<T: DeserializeOwned>(data: &str) -> Result<T, String> {
    serde_json::from_str(data).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_is_tried_before_there_is_a_pause() {
        for failures in [1, 2, 4, 5] {
            assert_eq!(pause(failures, 3, 0), Duration::ZERO, "{failures} failures of 3 nodes");
        }
        assert!(pause(3, 3, 0) > Duration::ZERO);
    }

    #[test]
    fn pauses_double_up_to_a_cap_and_half_of_each_is_random() {
        let range = |failures| (pause(failures, 1, 0).as_millis(), pause(failures, 1, 999).as_millis());
        assert_eq!(range(1), (125, 249));
        assert_eq!(range(2), (250, 499));
        assert_eq!(range(3), (500, 999));
        assert_eq!(range(1_000_000), (2500, 4997));
    }
}
