//! What is not a request ends its own connection, and nothing else.

use std::time::Duration;

use bytes::{BufMut, BytesMut};
use futures::future::join_all;
use kafka_protocol::{
    error::ResponseError,
    messages::{
        ApiKey, ApiVersionsRequest, ApiVersionsResponse, FetchRequest, ProduceRequest, ResponseHeader,
    },
    protocol::Decodable,
};
use tokio::io::AsyncWriteExt;

use super::{
    client::{Running, frame, soon, until},
    fake::{ELSEWHERE, Fake},
    samples::{api_versions, batch, fetch, produce, produce_of},
};
use crate::kafka::{
    Limits,
    versions::{SERVED, served},
};

/// A frame of this header (without client id) and body.
fn raw(api_key: i16, version: i16, body: &[u8]) -> BytesMut {
    let mut frame = BytesMut::new();
    frame.put_i32(10 + body.len() as i32);
    frame.put_i16(api_key);
    frame.put_i16(version);
    frame.put_i32(1);
    frame.put_i16(-1);
    frame.put_slice(body);
    frame
}

async fn is_closed_by(running: &Running, bytes: &[u8]) -> bool {
    let mut connection = running.connect().await;
    connection.send_bytes(bytes).await;
    connection.is_closed().await
}

#[tokio::test]
async fn malformed_frames_end_the_connection_and_leave_the_server_running() {
    let running = Running::new().await;
    let metadata = ApiKey::Metadata as i16;
    let frames: &[(&str, &[u8])] = &[
        ("a negative length", &[0xFF, 0xFF, 0xFF, 0xFF]),
        ("a length beyond the limit", &[0x7F, 0xFF, 0xFF, 0xFF]),
        ("an empty frame", &[0, 0, 0, 0]),
        ("a frame shorter than a header", &[0, 0, 0, 3, 0, 18, 0]),
        ("an HTTP request", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("a TLS hello", &[0x16, 0x03, 0x01, 0x00, 0xA5, 0x01, 0x00, 0x00]),
        ("an unknown API", &raw(999, 0, &[])),
        ("an unknown version", &raw(metadata, 14, &[])),
        ("a negative version", &raw(metadata, -1, &[])),
        ("Produce below the versions served", &raw(ApiKey::Produce as i16, 2, &[0; 10])),
        ("an API that is not served", &raw(ApiKey::EndTxn as i16, 4, &[])),
        ("two billion topics", &raw(metadata, 0, &[0x7F, 0xFF, 0xFF, 0xFF, 0])),
        ("minus two topics", &raw(metadata, 0, &[0xFF, 0xFF, 0xFF, 0xFE])),
        ("four billion topics, compact", &raw(metadata, 9, &[0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0, 0, 0])),
        ("a topic name longer than the frame", &raw(metadata, 0, &[0, 0, 0, 1, 0x7F, 0xFF, b'a'])),
        ("a topic name that is not UTF-8", &raw(metadata, 0, &[0, 0, 0, 1, 0, 2, 0xC3, 0x28])),
        ("a null topic name in CreateTopics", &raw(19, 2, &[0, 0, 0, 1, 0xFF, 0xFF, 0, 0, 0, 0])),
        ("null topics in CreateTopics", &raw(19, 2, &[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0])),
        (
            "two billion partitions in ElectLeaders",
            &raw(43, 0, &[0, 0, 0, 1, 0, 1, b'a', 0x7F, 0xFF, 0xFF, 0xFF]),
        ),
        (
            "null partitions in ElectLeaders",
            &raw(43, 0, &[0, 0, 0, 1, 0, 1, b'a', 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]),
        ),
        ("null topics in AlterPartitionReassignments", &raw(45, 0, &[0, 0, 0, 0, 0, 0, 0])),
        (
            "four billion replicas",
            &raw(45, 0, &[0, 0, 0, 0, 0, 2, 2, b'a', 2, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
        ),
        ("two billion resources", &raw(44, 0, &[0x7F, 0xFF, 0xFF, 0xFF, 0])),
        (
            "a null key in IncrementalAlterConfigs",
            &raw(44, 0, &[0, 0, 0, 1, 2, 0, 1, b'a', 0, 0, 0, 1, 0xFF, 0xFF, 0, 0xFF, 0xFF, 0]),
        ),
        ("null topics in DeleteRecords", &raw(21, 0, &[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])),
        ("bytes behind the request", &raw(metadata, 0, &[0, 0, 0, 0, 42])),
        ("four billion header tags", &raw(metadata, 12, &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0])),
    ];
    for (what, bytes) in frames {
        assert!(is_closed_by(&running, bytes).await, "{what}");
    }
    let mut connection = running.connect().await;
    connection.call(3, &api_versions(3)).await;
    let whole = Limits::default().request_budget;
    until(|| running.server.budget().frames_left() == whole).await;
}

#[tokio::test]
async fn what_was_asked_before_the_malformed_frame_is_still_answered() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let mut bytes = BytesMut::from(&frame(7, 3, &api_versions(3))[..]);
    bytes.extend_from_slice(&raw(ApiKey::Metadata as i16, 0, &[0x7F, 0xFF, 0xFF, 0xFF, 0]));
    connection.send_bytes(&bytes).await;
    connection.receive::<ApiVersionsRequest>(3, 7).await;
    assert!(connection.is_closed().await);
}

#[tokio::test]
async fn a_connection_that_closes_in_the_middle_of_a_frame_is_forgotten() {
    let running = Running::new().await;
    let bytes = frame(1, 3, &api_versions(3));
    for end in [1, 3, 4, 5, 20] {
        let mut connection = running.connect().await;
        connection.send_bytes(&bytes[..end]).await;
        soon(connection.stream.shutdown()).await.unwrap();
        assert!(connection.is_closed().await);
    }
    until(|| running.server.open_connections() == 1).await;
}

/// The bytes of a frame that announces so much and sends no more than this.
fn unfinished(announced: usize, sent: usize) -> Vec<u8> {
    let mut bytes = (announced as i32).to_be_bytes().to_vec();
    bytes.resize(4 + sent, 0);
    bytes
}

#[tokio::test]
async fn frames_that_announce_much_and_send_little_hold_up_nobody_else() {
    let limits = Limits { request_budget: 1 << 20, ..Limits::default() };
    let running = Running::with(Fake::new(), limits).await;
    let mut greedy = Vec::new();
    for (announced, sent) in [(90 << 20, 0), (90 << 20, 1_000), (16_000, 10_000), (90 << 20, 40_000)] {
        for _ in 0..20 {
            let mut connection = running.connect().await;
            connection.send_bytes(&unfinished(announced, sent)).await;
            greedy.push(connection);
        }
    }
    // Those that sent something have taken all that is there for large frames, and nothing beyond.
    until(|| running.server.budget().frames_left() == 1 << 19).await;
    let mut modest = running.connect().await;
    modest.call(3, &api_versions(3)).await;
    modest.call(9, &produce_of(9, &[(0, batch(&vec![7; 300_000]))])).await;
    assert_eq!(running.server.budget().frames_left(), 1 << 19);
    drop(greedy);
    until(|| running.server.budget().frames_left() == 1 << 20).await;
}

#[tokio::test]
async fn half_received_frames_that_together_need_more_than_there_is_are_all_served() {
    let limits = Limits { request_budget: 1 << 20, ..Limits::default() };
    let running = Running::with(Fake::new(), limits).await;
    let bytes = frame(1, 9, &produce_of(9, &[(0, batch(&vec![7; 500_000]))]));
    let mut connections = Vec::new();
    for _ in 0..10 {
        let mut connection = running.connect().await;
        connection.send_bytes(&bytes[..100_000]).await;
        connections.push(connection);
    }
    // All that is there for frames of this size is taken, and none of them can go on but one.
    until(|| running.server.budget().frames_left() == 5 << 17).await;
    join_all(connections.iter_mut().map(|connection| async {
        connection.send_bytes(&bytes[100_000..]).await;
        connection.receive::<ProduceRequest>(9, 1).await;
    }))
    .await;
    assert_eq!(running.node.produced().len(), 10);
}

#[tokio::test]
async fn a_frame_that_stops_arriving_gives_its_budget_back() {
    let limits = Limits { frame_timeout: Duration::from_millis(500), ..Limits::default() };
    let running = Running::with(Fake::new(), limits).await;
    let whole = running.server.budget().frames_left();
    let mut slow = running.connect().await;
    slow.send_bytes(&unfinished(90 << 20, 20_000)).await;
    until(|| running.server.budget().frames_left() == whole - (64 << 10)).await;
    assert!(slow.is_closed().await);
    assert_eq!(running.server.budget().frames_left(), whole);
}

#[tokio::test]
async fn a_frame_that_stops_arriving_gives_its_budget_back_also_behind_answers_that_nobody_reads() {
    let limits = Limits {
        frame_timeout: Duration::from_millis(500),
        drain_timeout: Duration::from_millis(50),
        ..Limits::default()
    };
    let running = Running::with(Fake::new(), limits).await;
    let whole = running.server.budget().frames_left();
    let mut deaf = running.connect().await;
    deaf.send(16, &fetch(16).with_max_wait_ms(i32::MAX)).await;
    deaf.send_bytes(&unfinished(90 << 20, 20_000)).await;
    until(|| running.server.budget().frames_left() < whole - (64 << 10)).await;
    // More than the sockets take: the answer stays in the server.
    running.node.append(batch(&vec![7; 32 << 20]));
    until(|| running.server.budget().frames_left() == whole).await;
    until(|| running.server.open_connections() == 1).await;
}

#[tokio::test]
async fn stopping_does_not_wait_for_unfinished_frames() {
    let limits = Limits { drain_timeout: Duration::from_mins(1), ..Limits::default() };
    let running = Running::with(Fake::new(), limits).await;
    let whole = running.server.budget().frames_left();
    let mut alone = running.connect().await;
    alone.send_bytes(&unfinished(90 << 20, 20_000)).await;
    let mut deaf = running.connect().await;
    deaf.send(16, &fetch(16).with_max_wait_ms(i32::MAX)).await;
    deaf.send_bytes(&unfinished(90 << 20, 20_000)).await;
    until(|| running.server.budget().frames_left() < whole - (128 << 10)).await;
    // More than the sockets take: what was answered before has its time to leave, the frame has not.
    running.node.append(batch(&vec![7; 32 << 20]));
    soon(deaf.stream.readable()).await.unwrap();
    running.shutdown.cancel();
    assert!(alone.is_closed().await);
    until(|| running.server.budget().frames_left() == whole).await;
    drop(deaf);
    soon(running.serving).await.unwrap();
}

#[tokio::test]
async fn a_request_larger_than_one_read_arrives_whole() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let payload: Vec<u8> = (0..3_000_000_u32).map(|n| n as u8).collect();
    connection.call(9, &produce_of(9, &[(0, batch(&payload))])).await;
    assert_eq!(running.node.produced()[0].3.slice(61..), payload);
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answers_stops_being_read() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    running.node.append(batch(&vec![7; 1 << 20]));
    // Each answer is a mebibyte: the socket takes a few, then the server waits.
    for _ in 0..60 {
        connection.send(11, &fetch(11)).await;
    }
    // Whoever reads at last gets them all, in order.
    for correlation in 1..=60 {
        let response = connection.receive::<FetchRequest>(11, correlation).await;
        assert_eq!(response.responses[0].partitions[0].records.as_ref().unwrap().len(), (1 << 20) + 61);
    }
}

#[tokio::test]
async fn produce_without_acks_has_no_answer() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    connection.send(9, &produce(9).with_acks(0)).await;
    connection.call(3, &api_versions(3)).await;
    assert_eq!(running.node.produced().len(), 1);
}

#[tokio::test]
async fn produce_without_acks_that_fails_closes_the_connection() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    let asking = connection.send(9, &produce(9)).await;
    connection.send(9, &produce_of(9, &[(ELSEWHERE, batch(b"lost"))]).with_acks(0)).await;
    connection.receive::<ProduceRequest>(9, asking).await;
    assert!(connection.is_closed().await);
}

#[tokio::test]
async fn api_versions_above_the_maximum_is_answered_in_version_0_with_the_table() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in [5, 99, i16::MAX, -1] {
        // Nothing behind the header's fixed part is read: it may look like anything.
        connection.send_bytes(&raw(ApiKey::ApiVersions as i16, version, b"whatever")).await;
        let mut response = connection.receive_frame().await.unwrap();
        assert_eq!(ResponseHeader::decode(&mut response, 0).unwrap().correlation_id, 1);
        let response = ApiVersionsResponse::decode(&mut response, 0).unwrap();
        assert_eq!(response.error_code, ResponseError::UnsupportedVersion.code());
        assert_eq!(response.api_keys.len(), SERVED.len());
    }
    // The connection goes on.
    connection.call(4, &api_versions(4)).await;
}

#[tokio::test]
async fn api_versions_names_the_table_in_every_version_and_sends_no_features() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for version in 0..=4 {
        let response = connection.call(version, &api_versions(version)).await;
        assert_eq!(response.error_code, 0);
        assert_eq!(response.api_keys.len(), SERVED.len());
        for line in &response.api_keys {
            let served = served(line.api_key).unwrap();
            let min = if line.api_key == ApiKey::Produce as i16 { 0 } else { served.min };
            assert_eq!((line.min_version, line.max_version), (min, served.max));
        }
        assert!(response.supported_features.is_empty() && response.finalized_features.is_empty());
        assert_eq!(response.finalized_features_epoch, -1);
        assert!(response.unknown_tagged_fields.is_empty());
    }
}

#[tokio::test]
async fn api_versions_from_a_client_with_an_impossible_name_is_refused() {
    let running = Running::new().await;
    let mut connection = running.connect().await;
    for name in ["", "-x", "x-", "a b", "ä"] {
        let request = api_versions(3).with_client_software_name(super::samples::s(name));
        let response = connection.call(3, &request).await;
        assert_eq!(response.error_code, ResponseError::InvalidRequest.code(), "{name:?}");
    }
}
