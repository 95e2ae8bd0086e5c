//! Batches of the Java client (kafka-clients 4.3.1), as it writes them with each codec and kind of producer.

use super::{BatchHeader, Limits, Record, RecordSet, Sequenced, validate_produce};

/// One batch a line: a name and the bytes in hex.
fn java_batch(name: &str) -> Vec<u8> {
    let lines = include_str!("testdata/java-batches.txt").lines();
    let hex = lines.filter_map(|line| line.split_once(' ')).find(|(of, _)| *of == name).unwrap().1;
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn what_java_writes_passes_and_reads_the_same_in_every_codec() {
    for name in ["none", "gzip", "snappy", "lz4", "zstd", "idempotent", "transactional"] {
        let batch = java_batch(name);
        let summary = validate_produce(&batch, &Limits::default()).unwrap();
        assert_eq!((summary.count, summary.base_timestamp), (20, 1_700_000_000_000), "{name}");
        assert_eq!(summary.max_timestamp, 1_700_000_000_019, "{name}");

        let set = RecordSet::open(&batch, 1 << 20).unwrap();
        let records: Vec<Record<'_>> = set.iter().map(Result::unwrap).collect();
        assert_eq!(records.len(), 20, "{name}");
        for (at, record) in (0..).zip(records) {
            let key = format!("key-{at}");
            let value = format!("value value value {at}");
            let expected = Record {
                offset_delta: at,
                timestamp: 1_700_000_000_000 + i64::from(at * 7 % 20),
                key: (at % 3 != 0).then_some(key.as_bytes()),
                value: (at % 5 != 4).then_some(value.as_bytes()),
            };
            assert_eq!(record, expected, "{name}");
        }
    }
}

#[test]
fn what_java_says_of_its_producer_is_read() {
    let summary = validate_produce(&java_batch("idempotent"), &Limits::default()).unwrap();
    let wrapped = Sequenced { producer_id: 4711, epoch: 3, first: i32::MAX - 7, last: 11 };
    assert_eq!((summary.sequenced(), summary.transactional), (Some(wrapped), false));

    let summary = validate_produce(&java_batch("transactional"), &Limits::default()).unwrap();
    let first = Sequenced { producer_id: 4711, epoch: 3, first: 0, last: 19 };
    assert_eq!((summary.sequenced(), summary.transactional), (Some(first), true));
}

#[test]
fn keys_are_missed_in_compressed_batches_too() {
    let limits = Limits { require_keys: true, ..Limits::default() };
    for name in ["none", "gzip", "snappy", "lz4", "zstd"] {
        assert_eq!(validate_produce(&java_batch(name), &limits).unwrap_err().kafka_code(), 87, "{name}");
    }
}

#[test]
fn a_batch_that_expands_too_far_is_too_large() {
    let limits = Limits { require_keys: true, max_expanded_bytes: 100, ..Limits::default() };
    for name in ["gzip", "snappy", "lz4", "zstd"] {
        assert_eq!(validate_produce(&java_batch(name), &limits).unwrap_err().kafka_code(), 10, "{name}");
    }
}

#[test]
fn every_cut_of_a_batch_is_refused() {
    let batch = java_batch("zstd");
    for length in 0..batch.len() {
        assert!(BatchHeader::parse(&batch[..length]).is_err());
        assert!(validate_produce(&batch[..length], &Limits::default()).is_err());
    }
}
