//! Fetch, byte for byte and in every version.

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    error::ResponseError,
    messages::{BrokerId, FetchRequest, FetchResponse, fetch_response::PartitionData},
    protocol::{Encodable, StrBytes},
};
use uuid::Uuid;

use super::{
    client::{Connection, Running, until},
    fake::{ELSEWHERE, Fake},
    samples::{batch, fetch, fetch_of},
};
use crate::kafka::backend::Settings;

const SIZE: usize = 61;

async fn with_batches(payloads: &[usize]) -> (Running, Connection) {
    let running = Running::new().await;
    for (n, size) in payloads.iter().enumerate() {
        running.node.append(batch(&vec![n as u8; *size]));
    }
    let connection = running.connect().await;
    (running, connection)
}

fn records(response: &FetchResponse, partition: usize) -> Bytes {
    response.responses[0].partitions[partition].records.clone().unwrap()
}

fn code(response: &FetchResponse, partition: usize) -> i16 {
    response.responses[0].partitions[partition].error_code
}

#[tokio::test]
async fn the_frame_is_what_kafka_protocol_would_have_encoded_in_every_version() {
    // Small record sets are copied into the frame, large ones are pieces of their own.
    for sizes in [&[][..], &[10, 20], &[5_000, 10, 7_000]] {
        let (_running, mut connection) = with_batches(sizes).await;
        for version in 4..=18 {
            for isolation_level in [0, 1] {
                let partitions = [(0, 0), (ELSEWHERE, 0), (2, 0), (0, 99)];
                let request = fetch_of(version, &partitions).with_isolation_level(isolation_level);
                let correlation = connection.send(version, &request).await;
                let frame = connection.receive_frame().await.unwrap();
                let header = if version >= 12 { 5 } else { 4 };
                assert_eq!(frame[..4], correlation.to_be_bytes());
                let mut body = frame.slice(header..);
                let response: FetchResponse =
                    kafka_protocol::protocol::Decodable::decode(&mut body, version).unwrap();
                assert!(body.is_empty(), "v{version}");
                let mut encoded = BytesMut::new();
                response.encode(&mut encoded, version).unwrap();
                assert_eq!(frame.slice(header..), encoded, "v{version}");

                assert_eq!((response.throttle_time_ms, response.error_code, response.session_id), (0, 0, 0));
                let partitions = &response.responses[0].partitions;
                assert_eq!(
                    partitions.iter().map(|p| p.partition_index).collect::<Vec<_>>(),
                    [0, ELSEWHERE, 2, 0]
                );
                let full: usize = sizes.iter().map(|size| size + SIZE).sum();
                assert_eq!(records(&response, 0).len(), full);
                assert_eq!(partitions[0].high_watermark, sizes.len() as i64);
                assert_eq!(code(&response, 1), ResponseError::NotLeaderOrFollower.code());
                assert_eq!(code(&response, 3), ResponseError::OffsetOutOfRange.code());
                let aborted = (isolation_level == 1).then(Vec::new);
                assert!(partitions.iter().all(|p: &PartitionData| p.aborted_transactions == aborted));
            }
        }
    }
}

#[tokio::test]
async fn leader_hints_are_given_from_version_16_on() {
    let (_running, mut connection) = with_batches(&[]).await;
    for version in 12..=18 {
        let response = connection.call(version, &fetch_of(version, &[(ELSEWHERE, 0)])).await;
        let partition = &response.responses[0].partitions[0];
        if version < 16 {
            assert_eq!(partition.current_leader.leader_id, BrokerId(-1));
            assert!(response.node_endpoints.is_empty());
        } else {
            assert_eq!(
                (partition.current_leader.leader_id, partition.current_leader.leader_epoch),
                (BrokerId(2), 5)
            );
            let [endpoint] = &response.node_endpoints[..] else { panic!("one endpoint") };
            assert_eq!((endpoint.node_id, &*endpoint.host, endpoint.port), (BrokerId(2), "host2", 9093));
            assert_eq!(endpoint.rack, Some(StrBytes::from_static_str("rack")));
        }
    }
}

#[tokio::test]
async fn sessions_are_refused() {
    let (_running, mut connection) = with_batches(&[10]).await;
    for version in 7..=18 {
        for (id, epoch, expected) in [(0, 0, 0), (0, -1, 0), (9, 0, 0), (9, -1, 0), (9, 1, 70), (0, 3, 70)] {
            let request = fetch(version).with_session_id(id).with_session_epoch(epoch);
            let response = connection.call(version, &request).await;
            assert_eq!((response.error_code, response.session_id), (expected, 0), "v{version} {id} {epoch}");
            assert_eq!(response.responses.is_empty(), expected != 0);
        }
    }
}

#[tokio::test]
async fn the_byte_limits_hold_but_one_batch_always_comes() {
    let (_running, mut connection) = with_batches(&[100, 100, 100]).await;
    let one = SIZE as i32 + 100;
    for (max_bytes, partition_max, expected) in [
        (1, 1, one),
        (0, 0, one),
        (-1, -1, one),
        (one, 9_999, one),
        (2 * one, 9_999, 2 * one),
        (9_999, 2 * one + 1, 2 * one),
    ] {
        let mut request = fetch(11).with_max_bytes(max_bytes);
        request.topics[0].partitions[0].partition_max_bytes = partition_max;
        let response = connection.call(11, &request).await;
        assert_eq!(records(&response, 0).len() as i32, expected, "{max_bytes} {partition_max}");
    }
    // The first partition with records takes the room; those behind it get what is left.
    let request = fetch_of(11, &[(2, 0), (0, 0), (0, 1)]).with_max_bytes(3 * one + 10);
    let response = connection.call(11, &request).await;
    let sizes: Vec<i32> = (0..3).map(|n| records(&response, n).len() as i32).collect();
    assert_eq!(sizes, [0, 3 * one, 0]);
}

#[tokio::test]
async fn the_broker_limits_an_answer_whatever_the_client_asks() {
    let settings = Settings { fetch_max_bytes: 2 * SIZE, ..Settings::default() };
    let node = Fake::with_settings(settings);
    let running = Running::with(node, crate::kafka::Limits::default()).await;
    for _ in 0..5 {
        running.node.append(batch(b""));
    }
    let mut connection = running.connect().await;
    let response = connection.call(11, &fetch(11).with_max_bytes(i32::MAX)).await;
    assert_eq!(records(&response, 0).len(), 2 * SIZE);
}

#[tokio::test]
async fn a_fetch_waits_until_it_has_enough() {
    let (running, mut connection) = with_batches(&[]).await;
    let enough = 3 * SIZE as i32;
    let request = fetch_of(11, &[(2, 0), (0, 0)]).with_min_bytes(enough).with_max_wait_ms(i32::MAX);
    let correlation = connection.send(11, &request).await;
    until(|| running.node.waiting() == 1).await;
    for _ in 0..3 {
        running.node.append(batch(b""));
    }
    let response = connection.receive::<FetchRequest>(11, correlation).await;
    assert_eq!(records(&response, 1).len(), 3 * SIZE);
    assert_eq!(running.node.waiting(), 0);
}

#[tokio::test]
async fn a_fetch_that_waited_long_enough_is_answered_with_what_there_is() {
    let (_running, mut connection) = with_batches(&[10]).await;
    let request = fetch(11).with_min_bytes(1 << 20).with_max_wait_ms(30);
    let started = std::time::Instant::now();
    let response = connection.call(11, &request).await;
    assert!(started.elapsed().as_millis() >= 30);
    assert_eq!(records(&response, 0).len(), SIZE + 10);
}

#[tokio::test]
async fn errors_are_told_at_once() {
    let (_running, mut connection) = with_batches(&[10]).await;
    let mut ask = async |version: i16, change: fn(&mut FetchRequest)| {
        let mut request = fetch(version).with_min_bytes(1 << 20).with_max_wait_ms(i32::MAX);
        change(&mut request);
        code(&connection.call(version, &request).await, 0)
    };
    assert_eq!(
        ask(12, |r| r.topics[0].topic = super::samples::topic_name("unknown")).await,
        ResponseError::UnknownTopicOrPartition.code()
    );
    assert_eq!(
        ask(13, |r| r.topics[0].topic_id = Uuid::from_u128(99)).await,
        ResponseError::UnknownTopicId.code()
    );
    assert_eq!(
        ask(12, |r| r.topics[0].partitions[0].partition = 77).await,
        ResponseError::UnknownTopicOrPartition.code()
    );
    assert_eq!(
        ask(12, |r| r.topics[0].partitions[0].fetch_offset = 77).await,
        ResponseError::OffsetOutOfRange.code()
    );
    assert_eq!(
        ask(9, |r| r.topics[0].partitions[0].current_leader_epoch = 4).await,
        ResponseError::FencedLeaderEpoch.code()
    );
    assert_eq!(
        ask(9, |r| r.topics[0].partitions[0].current_leader_epoch = 6).await,
        ResponseError::UnknownLeaderEpoch.code()
    );
}

#[tokio::test]
async fn a_divergence_is_told_at_once() {
    let (_running, mut connection) = with_batches(&[10]).await;
    for version in 12..=18 {
        let mut request = fetch(version).with_min_bytes(1 << 20).with_max_wait_ms(i32::MAX);
        request.topics[0].partitions[0].last_fetched_epoch = 3;
        let response = connection.call(version, &request).await;
        let partition = &response.responses[0].partitions[0];
        assert_eq!((partition.error_code, partition.diverging_epoch.epoch), (0, 4));
        assert_eq!(partition.diverging_epoch.end_offset, 0);
    }
}

#[tokio::test]
async fn a_fetch_of_nothing_is_answered_at_once() {
    let (_running, mut connection) = with_batches(&[]).await;
    let request = fetch_of(16, &[]).with_max_wait_ms(i32::MAX);
    let response = connection.call(16, &request).await;
    assert!(response.responses[0].partitions.is_empty());
}
