//! Requests of one connection run together and are answered in their order.

use std::time::Duration;

use kafka_protocol::messages::{ApiVersionsRequest, FetchRequest, MetadataRequest, ProduceRequest};
use tokio::io::AsyncWriteExt;

use super::{
    client::{Running, frame, soon, until},
    fake::Fake,
    samples::{api_versions, batch, fetch, fetch_of, metadata, produce, produce_of},
};
use crate::kafka::Limits;

const FOREVER: i32 = i32::MAX;

#[tokio::test]
async fn what_comes_behind_a_waiting_fetch_runs_at_once_and_is_answered_behind_it() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let fetching = connection.send(16, &fetch(16).with_max_wait_ms(FOREVER)).await;
    let describing = connection.send(12, &metadata(12)).await;
    let producing = connection.send(9, &produce(9)).await;
    let asking = connection.send(3, &api_versions(3)).await;
    // The produce behind the fetch is what the fetch waits for.
    let fetched = connection.receive::<FetchRequest>(16, fetching).await;
    assert_eq!(fetched.responses[0].partitions[0].high_watermark, 1);
    connection.receive::<MetadataRequest>(12, describing).await;
    connection.receive::<ProduceRequest>(9, producing).await;
    connection.receive::<ApiVersionsRequest>(3, asking).await;
}

#[tokio::test]
async fn produces_reach_the_node_in_the_order_in_which_they_were_sent() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let mut pipelined = Vec::new();
    for number in 0..200_i32 {
        let request = produce_of(9, &[(0, batch(&number.to_be_bytes())), (2, batch(&number.to_be_bytes()))]);
        pipelined.extend_from_slice(&frame(number, 9, &request));
    }
    connection.send_bytes(&pipelined).await;
    for number in 0..200 {
        let response = connection.receive::<ProduceRequest>(9, number).await;
        assert_eq!(response.responses[0].partition_responses[0].base_offset, i64::from(number));
    }
    let numbers: Vec<_> =
        running.node.produced().iter().map(|(_, _, _, records)| records.slice(61..)).collect();
    let expected: Vec<_> =
        (0..200_i32).flat_map(|n| [n.to_be_bytes().to_vec(), n.to_be_bytes().to_vec()]).collect();
    assert_eq!(numbers, expected);
}

#[tokio::test]
async fn a_request_that_arrives_byte_by_byte_is_answered() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for byte in frame(1, 3, &api_versions(3)) {
        connection.send_bytes(&[byte]).await;
        soon(connection.stream.flush()).await.unwrap();
    }
    connection.receive::<ApiVersionsRequest>(3, 1).await;
}

#[tokio::test]
async fn two_waiting_fetches_are_answered_one_after_the_other() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let first = connection.send(12, &fetch(12).with_max_wait_ms(FOREVER)).await;
    let second = connection.send(12, &fetch_of(12, &[(0, 1)]).with_max_wait_ms(FOREVER)).await;
    until(|| running.node.waiting() == 1).await;
    running.node.append(batch(b"one"));
    connection.receive::<FetchRequest>(12, first).await;
    until(|| running.node.waiting() == 1).await;
    running.node.append(batch(b"two"));
    let response = connection.receive::<FetchRequest>(12, second).await;
    assert_eq!(response.responses[0].partitions[0].high_watermark, 2);
}

#[tokio::test]
async fn a_waiting_fetch_ends_with_its_connection() {
    let running = Running::new().await;
    for half_closed in [false, true] {
        let mut connection = running.connect().await;
        connection.send(16, &fetch(16).with_max_wait_ms(FOREVER)).await;
        until(|| running.node.waiting() == 1).await;
        if half_closed {
            soon(connection.stream.shutdown()).await.unwrap();
            assert!(connection.is_closed().await);
        } else {
            drop(connection);
        }
        until(|| running.node.waiting() == 0 && running.server.open_connections() == 1).await;
    }
}

#[tokio::test]
async fn a_connection_reads_no_further_while_its_limit_of_running_requests_is_reached() {
    let limits = Limits { max_in_flight: 2, ..Limits::default() };
    let running = Running::with(Fake::new(), limits).await;
    let mut connection = running.connect().await;
    let first = connection.send(16, &fetch(16).with_max_wait_ms(FOREVER)).await;
    let second = connection.send(9, &produce_of(9, &[(2, batch(b"second"))])).await;
    let third = connection.send(9, &produce_of(9, &[(2, batch(b"third"))])).await;
    until(|| running.node.waiting() == 1 && running.node.produced().len() == 1).await;
    // The third is not started, however long one waits; an answer to the first makes room for it.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(running.node.produced().len(), 1);
    running.node.append(batch(b"first"));
    connection.receive::<FetchRequest>(16, first).await;
    connection.receive::<ProduceRequest>(9, second).await;
    connection.receive::<ProduceRequest>(9, third).await;
}

#[tokio::test]
async fn stopping_answers_what_runs_and_ends_every_connection() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let mut idle = running.connect().await;
    let fetching = connection.send(16, &fetch(16).with_max_wait_ms(FOREVER)).await;
    until(|| running.node.waiting() == 1 && running.server.open_connections() == 3).await;
    running.shutdown.cancel();
    connection.receive::<FetchRequest>(16, fetching).await;
    assert!(connection.is_closed().await);
    assert!(idle.is_closed().await);
    soon(running.serving).await.unwrap();
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_one_that_waits_is_not() {
    let limits = Limits { idle_timeout: Duration::from_millis(100), ..Limits::default() };
    let running = Running::with(Fake::new(), limits).await;
    let mut waiting = running.connect().await;
    let fetching = waiting.send(16, &fetch(16).with_max_wait_ms(FOREVER)).await;
    assert!(running.connect().await.is_closed().await);
    assert!(running.connect().await.is_closed().await);
    running.node.append(batch(b"news"));
    waiting.receive::<FetchRequest>(16, fetching).await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let limits = Limits { max_connections: 1, ..Limits::default() };
    let running = Running::with(Fake::new(), limits).await;
    let mut first = running.connect().await;
    first.call(3, &api_versions(3)).await;
    let mut second = running.connect().await;
    let asking = second.send(3, &api_versions(3)).await;
    first.call(3, &api_versions(3)).await;
    drop(first);
    second.receive::<ApiVersionsRequest>(3, asking).await;
}

#[tokio::test]
async fn connections_bytes_and_requests_are_counted() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    assert!(running.traffic.report().requests.is_empty(), "what nobody asked for is not shown");
    let request = frame(1, 3, &api_versions(3));
    connection.send_bytes(&request).await;
    connection.receive::<ApiVersionsRequest>(3, 1).await;
    let report = running.traffic.report();
    assert_eq!(report.connections, 1);
    assert_eq!(report.received_bytes, request.len() as u64 - 4, "but for the frame's length");
    assert!(report.sent_bytes > 100, "{}", report.sent_bytes);
    let [(api, taken)] = &*report.requests else { panic!("{:?}", report.requests) };
    assert_eq!((api.as_str(), taken.count), ("ApiVersions", 1));
    drop(connection);
    until(|| running.traffic.report().connections == 0).await;
}
