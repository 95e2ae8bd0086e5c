//! What this node tells and grants those that ask it.

use std::sync::OnceLock;

use tokio_util::sync::CancellationToken;
use tonic::Code;

use super::*;
use crate::raft::transport::hello::{Announced, AskError, Cluster, Founder, Introduction, Verdict};
use crate::raft::transport::server::{BoxFuture, Service};
use crate::raft::transport::wire::{Envelope, join_reply::Outcome};

/// Refuses one directory.
struct Door;

const RETIRED: Uuid = Uuid::from_u128(9);

impl Admission for Door {
    fn join(&self, _: Bytes, cluster_id: String) -> BoxFuture<Verdict> {
        Box::pin(std::future::ready(Verdict::Later(format!("no joining {cluster_id} here"))))
    }

    fn standing(&self, node: i32, directory_id: &str) -> Standing {
        if directory_id == RETIRED.to_string() {
            return Standing::Retired(format!("node {node} was removed"));
        }
        Standing::Good
    }
}

/// Node 1. With a cluster it is a member of `c`; without one it would found it with node 2.
fn service(has_cluster: bool) -> Service {
    let founders = vec![Founder { id: ME, directory_id: MY_DIRECTORY }];
    let cluster = has_cluster.then(|| Cluster { id: CLUSTER.into(), founders, formed: true });
    Service {
        me: ME,
        announced: Announced::new(Introduction { directory_id: MY_DIRECTORY, peers: vec![PEER], cluster }),
        admission: Arc::new(Door),
        stop: CancellationToken::new(),
        parts: Arc::new(OnceLock::new()),
    }
}

async fn serve_alone(service: Service) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(serve(listener, service, std::future::pending()));
    address
}

/// What node 2 says when it opens a stream, with one thing said differently or left out.
fn said(key: &'static str, value: Option<&str>) -> MetadataMap {
    let directory = Uuid::nil().to_string();
    let usual = [
        (handshake::CLUSTER, CLUSTER),
        (handshake::FROM, "2"),
        (handshake::TO, "1"),
        (handshake::CLASS, "control"),
        (handshake::DIRECTORY, directory.as_str()),
        (handshake::SPEAKS, "2"),
    ];
    let mut said = MetadataMap::new();
    for (name, usual) in usual {
        if let Some(value) = if name == key { value } else { Some(usual) } {
            said.insert(name, value.parse().unwrap());
        }
    }
    said
}

#[tokio::test]
async fn a_stream_opens_only_between_nodes_that_may_talk() {
    let service = service(true);
    let refusal = |key, value| service.check(&said(key, value)).map(drop).unwrap_err();
    service.check(&said("", None)).unwrap();

    assert!(refusal(handshake::CLUSTER, Some("other")).message().contains("belongs to cluster c"));
    assert!(refusal(handshake::TO, Some("3")).message().contains("this is node 1, not node 3"));
    assert!(refusal(handshake::FROM, Some("1")).message().contains("two nodes claim the id 1"));
    let old = refusal(handshake::SPEAKS, None);
    assert!(old.message().contains("node 2 runs an older build that speaks protocol 1"), "{old}");
    assert!(refusal(handshake::SPEAKS, Some("3")).message().ends_with("upgrade node 1"));

    let retired = RETIRED.to_string();
    let refused = refusal(handshake::DIRECTORY, Some(&retired));
    assert_eq!((refused.code(), refused.message()), (Code::PermissionDenied, "node 2 was removed"));
}

#[tokio::test]
async fn a_directory_that_is_retired_while_it_talks_is_cut_off_at_its_next_sign_of_life() {
    let service = service(true);
    let frame = |body| Frame { envelopes: vec![Envelope { id: 0, group: 0, to: 0, body: Some(body) }] };
    let (life, other) = (frame(Body::Gossip(Gossip::default())), frame(question()));
    let check = |directory: Uuid, frame| {
        service.check_signs_of_life(PEER, &directory.to_string(), frame).map_err(|status| status.code())
    };
    assert_eq!(check(Uuid::nil(), &life), Ok(()));
    assert_eq!(check(RETIRED, &other), Ok(()));
    assert_eq!(check(RETIRED, &life), Err(Code::PermissionDenied));
}

#[tokio::test]
async fn a_fresh_node_introduces_itself_to_its_peers_and_a_member_to_everybody() {
    let fresh = serve_alone(service(false)).await;
    let asker = |id| Founder { id, directory_id: Uuid::nil() };
    let answer = hello::ask(&fresh, asker(PEER)).await.unwrap();
    assert_eq!((answer.node_id, answer.directory_id, answer.cluster), (ME, MY_DIRECTORY, None));
    let refused = hello::ask(&fresh, asker(3)).await.unwrap_err();
    assert!(matches!(&refused, AskError::NoAnswer(e) if e.contains("does not name node 3")), "{refused}");

    let member = serve_alone(service(true)).await;
    let cluster = hello::ask(&member, asker(3)).await.unwrap().cluster.unwrap();
    assert!(cluster.formed);
    assert_eq!(cluster.founders, [Founder { id: ME, directory_id: MY_DIRECTORY }]);
}

#[tokio::test]
async fn builds_of_different_protocols_do_not_say_hello() {
    let (old, _streams) = Puppet::listen(Manner::Old).await;
    let me = Founder { id: ME, directory_id: MY_DIRECTORY };
    let refused = hello::ask(&old, me).await.unwrap_err();
    assert!(matches!(&refused, AskError::Refused(e) if e.ends_with("upgrade node 2")), "{refused}");
    assert!(matches!(hello::join(&old, Bytes::new(), CLUSTER).await, Err(AskError::Refused(_))));

    let asks = HelloRequest { node_id: 2, ..HelloRequest::default() };
    let refused = service(true).hello(Request::new(asks)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let joins = JoinRequest { protocol: PROTOCOL - 1, ..JoinRequest::default() };
    let reply = service(true).join(Request::new(joins)).await.unwrap().into_inner();
    assert!(matches!(reply.outcome, Some(Outcome::Refused(_))));
}

#[tokio::test]
async fn a_verdict_comes_over_the_wire_as_it_was_given() {
    let address = serve_alone(service(true)).await;
    let verdict = hello::join(&address, Bytes::new(), CLUSTER).await.unwrap();
    assert_eq!(verdict, Verdict::Later("no joining c here".into()));

    let joined = hello::Joined {
        cluster_id: CLUSTER.into(),
        incarnation: 7,
        founders: vec![Founder { id: ME, directory_id: MY_DIRECTORY }],
        members: [(3, PeerAddress { raft: "a:1".into(), wal: "b:2".into() })].into(),
    };
    assert_eq!(hello::Joined::try_from(wire::Joined::from(joined.clone())).unwrap(), joined);
}

#[tokio::test]
async fn a_peer_that_accepts_and_says_nothing_is_not_waited_for_forever() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let me = Founder { id: ME, directory_id: MY_DIRECTORY };
    let refused = soon("an end", hello::ask(&address, me)).await.unwrap_err();
    assert!(matches!(&refused, AskError::NoAnswer(e) if e.contains("no answer within")), "{refused}");
}
