//! Settings of topics: accepted, refused, in force.

use super::*;
use crate::metadata::CONSUMER_OFFSETS;

fn refusal(name: &str, value: &str) -> String {
    validate_config(&BTreeMap::from([(name.into(), value.into())])).unwrap_err().to_string()
}

const DEFAULTS: TopicDefaults = TopicDefaults {
    min_insync_replicas: 2,
    max_message_bytes: 1_000,
    retention_ms: Some(7_000),
    retention_bytes: None,
};

fn topic(name: &str, config: &[(&str, &str)]) -> Topic {
    Topic {
        id: uuid::Uuid::nil(),
        name: name.into(),
        internal: name == CONSUMER_OFFSETS,
        partitions: Vec::new(),
        config: config.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
    }
}

#[test]
fn what_is_true_is_accepted() {
    for (name, value) in [
        ("min.insync.replicas", "2"),
        ("max.message.bytes", "1048588"),
        ("cleanup.policy", "delete"),
        ("compression.type", "producer"),
        ("message.timestamp.type", "CreateTime"),
        ("retention.ms", "-1"),
        ("retention.ms", "604800000"),
        ("retention.bytes", "0"),
        ("unclean.leader.election.enable", "false"),
    ] {
        assert_eq!(validate_one(name, value), Ok(()), "{name}");
    }
}

#[test]
fn what_would_have_no_effect_is_refused_by_name() {
    assert_eq!(
        refusal("remote.storage.enable", "true"),
        "topic setting 'remote.storage.enable' has no effect in this version and is therefore refused; leave \
         it out"
    );
    assert_eq!(
        refusal("cleanup.policy", "compact"),
        "topic setting 'cleanup.policy' cannot be 'compact': compaction is not there yet; use 'delete'"
    );
    assert_eq!(
        refusal("unclean.leader.election.enable", "true"),
        "topic setting 'unclean.leader.election.enable' cannot be 'true': a replica that lacks acknowledged \
         records is never elected; use 'false'"
    );
}

#[test]
fn hints_are_taken_and_described_as_without_effect_where_they_are_set() {
    let streams =
        [("segment.bytes", "52428800"), ("retention.ms", "-1"), ("min.cleanable.dirty.ratio", "0.5")];
    let topic = topic("repartition", &streams);
    assert_eq!(validate_config(&topic.config), Ok(()));
    let described = describe(&topic, DEFAULTS);
    let segment = described.iter().find(|entry| entry.name == "segment.bytes").unwrap();
    assert_eq!((&*segment.value, segment.source), ("52428800", ConfigSource::Topic));
    assert!(segment.documentation.starts_with("Accepted and without effect"));
    assert!(described.iter().all(|entry| entry.name != "segment.ms"), "it was not set");
}

#[test]
fn hints_have_their_ranges_all_the_same() {
    for (name, value) in [
        ("segment.bytes", "13"),
        ("segment.ms", "0"),
        ("flush.ms", "soon"),
        ("min.cleanable.dirty.ratio", "1.5"),
        ("min.cleanable.dirty.ratio", "NaN"),
        ("preallocate", "yes"),
    ] {
        assert!(refusal(name, value).contains(&format!("cannot be '{value}': use")), "{name}={value}");
    }
}

#[test]
fn retention_is_the_topics_or_else_the_nodes() {
    let kept = |config: &[(&str, &str)]| {
        let topic = topic("orders", config);
        (retention_ms(&topic, DEFAULTS), retention_bytes(&topic, DEFAULTS))
    };
    assert_eq!(kept(&[]), (Some(7_000), None));
    assert_eq!(kept(&[("retention.ms", "5"), ("retention.bytes", "6")]), (Some(5), Some(6)));
    assert_eq!(kept(&[("retention.ms", "-1"), ("retention.bytes", "-1")]), (None, None));
}

#[test]
fn nothing_of_an_internal_or_compacted_topic_is_deleted() {
    let limited = [("retention.ms", "5"), ("retention.bytes", "6")];
    let internal = topic(CONSUMER_OFFSETS, &limited);
    let compacted = topic("table", &[limited[0], limited[1], ("cleanup.policy", "compact")]);
    for topic in [internal, compacted] {
        assert!(!deletes_records(&topic));
        assert_eq!((retention_ms(&topic, DEFAULTS), retention_bytes(&topic, DEFAULTS)), (None, None));
    }
}

#[test]
fn the_values_in_force_are_described() {
    let described = |config| {
        let entries = describe(&topic("orders", config), DEFAULTS);
        let retention = entries.into_iter().filter(|entry| entry.name.starts_with("retention."));
        retention.map(|entry| (entry.name, entry.value, entry.source)).collect::<Vec<_>>()
    };
    let expected = [
        ("retention.bytes", "-1".to_owned(), ConfigSource::Broker),
        ("retention.ms", "7000".to_owned(), ConfigSource::Broker),
    ];
    assert_eq!(described(&[]), expected);
    assert_eq!(described(&[("retention.ms", "1")])[1], ("retention.ms", "1".into(), ConfigSource::Topic));
}

#[test]
fn a_typo_is_told_the_names() {
    assert!(
        refusal("min.isr", "2")
            .starts_with("unknown topic setting 'min.isr'; the settings are cleanup.policy,")
    );
}

#[test]
fn numbers_have_ranges() {
    for (name, value) in [
        ("min.insync.replicas", "0"),
        ("min.insync.replicas", "two"),
        ("max.message.bytes", "-1"),
        ("max.message.bytes", "67108865"),
        ("max.message.bytes", "99999999999999999999"),
        ("retention.ms", "-2"),
        ("retention.bytes", "1 GB"),
    ] {
        assert!(refusal(name, value).contains("use a whole number from"), "{name}={value}");
    }
}

#[test]
fn a_long_value_is_cut_in_the_message() {
    assert!(refusal("retention.ms", &"é".repeat(10_000)).len() < 400);
}
