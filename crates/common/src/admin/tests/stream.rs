//! Streams: what they pass on, and whom they turn to when a node is lost.

use super::*;
use crate::admin::v1::{Delta, Event, EventKind};

fn client(urls: &[String]) -> AdminClient {
    AdminClient::new(urls.iter().map(|url| url.parse().unwrap()).collect(), None).unwrap()
}

fn event(id: &str) -> Event {
    Event {
        id: id.into(),
        at_ms: 1,
        kind: EventKind::LeaderLost,
        object: "orders-3".into(),
        message: "orders-3 has no leader".into(),
    }
}

fn sent(id: &str) -> String {
    format!("event: event\nid: {id}\ndata: {}\n\n", serde_json::to_string(&event(id)).unwrap())
}

/// What the stream tells until it has told so many items.
async fn until<T>(stream: &mut Subscription<T>, items: usize) -> Vec<Told<T>> {
    let mut told = Vec::new();
    while told.iter().filter(|told| matches!(told, Told::Item(_))).count() < items {
        told.push(stream.next().await.unwrap());
    }
    told
}

#[tokio::test]
async fn a_stream_that_breaks_off_goes_on_at_the_next_node_after_the_last_event() {
    let first = FakeNode::answering(200, sent("a-1") + &sent("a-2")).await;
    let second = FakeNode::answering(200, sent("a-3")).await;
    let mut stream = client(&[first.url(), second.url()]).events(Some("a-0".into()));
    let told = until(&mut stream, 3).await;
    assert_eq!(told[0], Told::Connected { url: first.url() });
    assert_eq!(told[1], Told::Item(EventItem::Event(event("a-1"))));
    assert_eq!(told[2], Told::Item(EventItem::Event(event("a-2"))));
    assert!(matches!(&told[3], Told::Lost { retry_in, error } if retry_in.is_zero() && error.is_passing()));
    assert_eq!(told[4], Told::Connected { url: second.url() });
    assert_eq!(told[5], Told::Item(EventItem::Event(event("a-3"))));
    assert!(first.last_request().contains("last-event-id: a-0"), "{}", first.last_request());
    assert!(second.last_request().contains("last-event-id: a-2"), "{}", second.last_request());
}

#[tokio::test]
async fn a_node_that_refuses_the_key_is_told_as_such() {
    let node = FakeNode::refusing(401, "unauthorized").await;
    let mut stream = client(&[node.url()]).watch();
    let Some(Told::Lost { error, retry_in }) = stream.next().await else { panic!("nothing was lost") };
    assert_eq!(error.exit_code(), 4);
    assert!(!retry_in.is_zero(), "all nodes were tried");
}

#[tokio::test]
async fn a_node_that_has_no_room_for_another_stream_says_so() {
    let node = FakeNode::refusing(503, "too_many_streams").await;
    let mut stream = client(&[node.url()]).watch();
    let Some(Told::Lost { error: AdminError::Refused { problem, .. }, .. }) = stream.next().await else {
        panic!("it was no refusal")
    };
    assert_eq!((problem.status, problem.code.as_str()), (503, "too_many_streams"));
}

#[tokio::test]
async fn events_of_a_later_version_are_skipped_and_nonsense_is_an_error() {
    let delta = Delta {
        taken_at_ms: 7,
        leader_id: Some(2),
        health: None,
        nodes: None,
        partitions: vec![],
        gone_partitions: vec![("orders".into(), 3)],
        metadata_raft: None,
        groups: None,
        operations: None,
        missing_nodes: vec![],
    };
    let body = format!(
        ": alive\n\nevent: news\ndata: x\n\nevent: delta\ndata: {}\n\nevent: delta\ndata: no json\n\n",
        serde_json::to_string(&delta).unwrap()
    );
    let node = FakeNode::answering(200, body).await;
    let mut stream = client(&[node.url()]).watch();
    let told = until(&mut stream, 1).await;
    assert_eq!(told.last(), Some(&Told::Item(WatchItem::Delta(Box::new(delta)))));
    let Some(Told::Lost { error: AdminError::BadAnswer { .. }, .. }) = stream.next().await else {
        panic!("nonsense was understood")
    };
}

#[tokio::test]
async fn without_nodes_a_stream_ends() {
    assert_eq!(client(&[]).watch().next().await, None);
}
