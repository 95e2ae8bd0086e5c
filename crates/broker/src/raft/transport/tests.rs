//! Links over real loopback streams, to peers that are made for a test.

mod service;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_stream::wrappers::{TcpListenerStream, UnboundedReceiverStream};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::link::{LinkEvent, LinkState, Target};
use super::wire::envelope::Body;
use super::wire::peer_server::{Peer, PeerServer};
use super::wire::{Call, Envelope, Frame, Gossip, HelloReply, HelloRequest, JoinReply, JoinRequest};
use super::*;

const PATIENCE: Duration = Duration::from_secs(20);
const CLUSTER: &str = "c";
const ME: i32 = 1;
const PEER: i32 = 2;
const MY_DIRECTORY: Uuid = Uuid::from_u128(1);

async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"))
}

/// How a peer that is made for a test behaves.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// Takes the stream and never answers a request.
    Mute,
    /// Takes it and does not even read.
    Deaf,
    /// As the builds that did not say which protocol they speak.
    Old,
    /// Refuses this node's directory.
    Refusing,
}

/// A peer that is made for a test.
struct Puppet {
    manner: Manner,
    streams: UnboundedSender<TheirSide>,
}

/// The peer's side of a stream.
struct TheirSide {
    said: MetadataMap,
    requests: Streaming<Frame>,
    answers: UnboundedSender<Result<Frame, Status>>,
}

impl TheirSide {
    /// Waits until the stream ends at this node.
    async fn ends(&mut self) {
        soon("the end of the stream", async { while let Ok(Some(_)) = self.requests.message().await {} })
            .await;
    }
}

impl Puppet {
    async fn listen(manner: Manner) -> (String, UnboundedReceiver<TheirSide>) {
        let (streams, opened) = unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server =
            tonic::transport::Server::builder().add_service(PeerServer::new(Self { manner, streams }));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        (address, opened)
    }
}

#[tonic::async_trait]
impl Peer for Puppet {
    async fn hello(&self, _: Request<HelloRequest>) -> Result<Response<HelloReply>, Status> {
        Ok(Response::new(HelloReply { node_id: PEER as u32, ..HelloReply::default() }))
    }

    async fn join(&self, _: Request<JoinRequest>) -> Result<Response<JoinReply>, Status> {
        Err(Status::unimplemented(""))
    }

    type LinkStream = UnboundedReceiverStream<Result<Frame, Status>>;

    async fn link(&self, request: Request<Streaming<Frame>>) -> Result<Response<Self::LinkStream>, Status> {
        if self.manner == Manner::Refusing {
            return Err(Status::permission_denied("node 1 was removed"));
        }
        let (answers, rx) = unbounded_channel();
        let said = request.metadata().clone();
        drop(self.streams.send(TheirSide { said, requests: request.into_inner(), answers }));
        let mut response = Response::new(UnboundedReceiverStream::new(rx));
        if self.manner != Manner::Old {
            response.metadata_mut().insert(handshake::SPEAKS, PROTOCOL.into());
        }
        Ok(response)
    }
}

/// A port where nothing listens.
async fn closed_port() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

/// A link, and what it tells. The events end with its task.
fn link_to(address: &str) -> (Link, UnboundedReceiver<LinkEvent>) {
    let (events, told) = unbounded_channel();
    let target = Target {
        me: ME,
        peer: PEER,
        address: address.to_owned(),
        cluster_id: CLUSTER.into(),
        directory_id: MY_DIRECTORY,
        class: Class::Bulk,
    };
    let on_event = Arc::new(move |event| drop(events.send(event)));
    (Link::start(target, 1 << 20, Arc::default(), on_event, &Handle::current()), told)
}

async fn next(told: &mut UnboundedReceiver<LinkEvent>) -> Option<LinkEvent> {
    soon("an event of the link", told.recv()).await
}

async fn is_up(told: &mut UnboundedReceiver<LinkEvent>) {
    assert_eq!(next(told).await, Some(LinkEvent::Changed(LinkState::Up)));
}

fn question() -> Body {
    Body::Call(Call { method: 1, header: Bytes::new(), body: vec![Bytes::from(vec![7; 1 << 20])] })
}

#[tokio::test]
async fn a_link_says_who_it_is_and_what_it_speaks() {
    let (address, mut opened) = Puppet::listen(Manner::Mute).await;
    let (_link, mut told) = link_to(&address);
    is_up(&mut told).await;
    let said = opened.recv().await.unwrap().said;
    let value = |key| handshake::value(&said, key);
    assert_eq!(value("chronik-directory"), MY_DIRECTORY.to_string());
    assert_eq!(value("chronik-protocol"), PROTOCOL.to_string());
    assert_eq!((value("chronik-cluster"), value("chronik-from"), value("chronik-to")), (CLUSTER, "1", "2"));
}

#[tokio::test]
async fn a_link_whose_port_is_closed_ends_with_its_last_handle() {
    let (link, mut told) = link_to(&closed_port().await);
    assert_eq!(next(&mut told).await, Some(LinkEvent::Changed(LinkState::Refused)));
    let other = link.clone();
    drop(link);
    assert!(next(&mut told).await.is_some(), "there is another handle");
    drop(other);
    while next(&mut told).await.is_some() {}
}

#[tokio::test]
async fn a_link_that_waits_for_an_answer_to_its_handshake_ends_with_its_last_handle() {
    // It accepts connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (link, mut told) = link_to(&silent.local_addr().unwrap().to_string());
    let _connection = soon("a connection", silent.accept()).await.unwrap();
    drop(link);
    assert_eq!(next(&mut told).await, None);
}

#[tokio::test]
async fn a_link_that_waits_for_room_on_the_wire_ends_with_its_last_handle() {
    let (address, mut opened) = Puppet::listen(Manner::Deaf).await;
    let (link, mut told) = link_to(&address);
    is_up(&mut told).await;
    let _unread = opened.recv().await.unwrap();
    let unanswered: Vec<_> = (0..64).map(|_| link.request(0, 0, question(), None)).collect();
    drop(link);
    assert_eq!(next(&mut told).await, None);
    for answer in unanswered {
        assert!(matches!(soon("a failure", answer).await, Ok(Err(LinkError::Broken(PEER)))));
    }
}

#[tokio::test]
async fn a_link_to_an_older_build_does_not_come_up() {
    let (address, mut opened) = Puppet::listen(Manner::Old).await;
    let (link, mut told) = link_to(&address);
    for _ in 0..2 {
        soon("a try", opened.recv()).await.unwrap();
    }
    assert!(!link.is_up() && told.try_recv().is_err());
}

#[tokio::test]
async fn a_link_tells_that_the_peer_refuses_this_nodes_directory() {
    let retired = Some(LinkEvent::Retired("node 1 was removed".into()));
    let (address, _) = Puppet::listen(Manner::Refusing).await;
    let (_link, mut told) = link_to(&address);
    assert_eq!(next(&mut told).await, retired);

    let (address, mut opened) = Puppet::listen(Manner::Mute).await;
    let (_link, mut told) = link_to(&address);
    is_up(&mut told).await;
    let theirs = opened.recv().await.unwrap();
    theirs.answers.send(Err(Status::permission_denied("node 1 was removed"))).unwrap();
    assert_eq!(next(&mut told).await, retired, "also in the middle of a conversation");
}

/// Writes down what it is told.
#[derive(Default)]
struct Events {
    disconnected: Mutex<Vec<i32>>,
    retired: Mutex<Option<UnboundedSender<(i32, String)>>>,
}

impl PeerEvents for Events {
    fn link_changed(&self, _: i32, _: Class, _: LinkState) {}
    fn session_started(&self, _: i32) {}
    fn session_ended(&self, _: i32) {}
    fn gossip(&self, _: i32, _: Gossip) {}

    fn retired(&self, peer: i32, reason: &str) {
        if let Some(told) = &*self.retired.lock() {
            drop(told.send((peer, reason.to_owned())));
        }
    }

    fn disconnected(&self, peer: i32) {
        self.disconnected.lock().push(peer);
    }
}

fn peers() -> (Peers, Arc<Events>) {
    let events = Arc::new(Events::default());
    (Peers::new(ME, CLUSTER.into(), MY_DIRECTORY, events.clone()), events)
}

fn both_ports(address: &str) -> PeerAddress {
    PeerAddress { raft: address.to_owned(), wal: address.to_owned() }
}

/// The bulk link to the peer, once it is up, and the peer's sides of both.
async fn connected(peers: &Peers, opened: &mut UnboundedReceiver<TheirSide>) -> (Link, [TheirSide; 2]) {
    let mut sides = [0, 1].map(|_| None);
    for side in &mut sides {
        *side = soon("a stream", opened.recv()).await;
    }
    let link = peers.link(PEER, Class::Bulk).unwrap();
    soon("the link is up", async {
        while !link.is_up() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    (link, sides.map(Option::unwrap))
}

#[tokio::test]
async fn what_waits_for_a_peer_fails_when_it_is_disconnected() {
    let (address, mut opened) = Puppet::listen(Manner::Mute).await;
    let (peers, events) = peers();
    peers.connect(PEER, &both_ports(&address));
    let (link, mut sides) = connected(&peers, &mut opened).await;
    let unanswered = link.request(0, 0, question(), None);

    peers.disconnect(PEER);
    assert!(matches!(soon("a failure", unanswered).await, Ok(Err(LinkError::Broken(PEER)))));
    assert!(matches!(link.request(0, 0, question(), None).await, Ok(Err(LinkError::Down(PEER)))));
    assert!(peers.link(PEER, Class::Bulk).is_none() && peers.ids().is_empty());
    for side in &mut sides {
        side.ends().await;
    }
    peers.disconnect(PEER);
    assert_eq!(*events.disconnected.lock(), [PEER], "told once");
}

#[tokio::test]
async fn answers_and_failures_of_rafts_messages_are_counted_and_no_others() {
    let (address, mut opened) = Puppet::listen(Manner::Mute).await;
    let (peers, _) = peers();
    peers.connect(PEER, &both_ports(&address));
    let (link, sides) = connected(&peers, &mut opened).await;
    let meter = peers.meters().remove(0).1;

    // A message of Raft's is meant for a replica.
    let call = link.request(0, 0, question(), None);
    let [answered, refused, lost] = [0; 3].map(|_| link.request(0, 7, question(), None));
    for (id, body) in [(1, question()), (2, question()), (3, Body::Failure("no".into()))] {
        let envelope = Envelope { id, group: 0, to: 0, body: Some(body) };
        for side in &sides {
            side.answers.send(Ok(Frame { envelopes: vec![envelope.clone()] })).unwrap();
        }
    }
    assert!(soon("an answer", call).await.unwrap().is_ok());
    assert!(soon("an answer", answered).await.unwrap().is_ok());
    assert!(matches!(soon("a refusal", refused).await, Ok(Err(LinkError::Refused(PEER, _)))));
    peers.disconnect(PEER);
    assert!(matches!(soon("a failure", lost).await, Ok(Err(LinkError::Broken(PEER)))));
    assert!(matches!(link.request(0, 7, question(), None).await, Ok(Err(LinkError::Down(PEER)))));
    assert_eq!((meter.latency().count, meter.errors()), (1, 3));
}

#[tokio::test]
async fn a_peer_that_moved_is_found_at_its_new_address() {
    let (old_address, mut opened) = Puppet::listen(Manner::Mute).await;
    let (peers, events) = peers();
    peers.connect(PEER, &both_ports(&old_address));
    let (old, mut old_sides) = connected(&peers, &mut opened).await;

    let (address, mut opened) = Puppet::listen(Manner::Mute).await;
    peers.connect(PEER, &both_ports(&address));
    connected(&peers, &mut opened).await;
    for side in &mut old_sides {
        side.ends().await;
    }
    assert!(!old.is_up(), "whoever holds it sees it go down");
    assert!(events.disconnected.lock().is_empty());
}

#[tokio::test]
async fn a_node_is_told_that_its_directory_is_retired() {
    let (address, _) = Puppet::listen(Manner::Refusing).await;
    let (peers, events) = peers();
    let (tell, mut told) = unbounded_channel();
    *events.retired.lock() = Some(tell);
    peers.connect(PEER, &both_ports(&address));
    assert_eq!(soon("a word", told.recv()).await, Some((PEER, "node 1 was removed".into())));
}
