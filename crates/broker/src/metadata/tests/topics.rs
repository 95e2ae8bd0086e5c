//! Topics: where they are placed, and what is refused.

use super::*;

#[test]
fn a_topic_is_found_by_name_id_and_group() {
    let mut image = cluster(3);
    image.apply(create("orders", 7, 3, 3)).unwrap();
    let topic = image.topic("orders").unwrap();
    assert_eq!(assignments(topic), [[1, 2, 3], [2, 3, 1], [3, 1, 2]]);
    assert_eq!(topic.partitions.iter().map(|p| p.group).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(image.topic_by_id(&topic.id).unwrap(), topic);
    assert_eq!(image.partition_of_group(2), Some(PartitionRef { topic: topic.id, index: 1 }));
    assert_eq!(image.partition_of_group(METADATA_GROUP), None);
}

#[test]
fn creating_the_same_topic_again_is_an_error_but_repeating_a_proposal_is_not() {
    let mut image = cluster(3);
    let first = image.apply(create("orders", 7, 3, 3)).unwrap();
    assert_eq!(image.apply(create("orders", 7, 3, 3)), Ok(first));
    assert_eq!(code(&mut image, create("orders", 8, 3, 3)), 36);
    assert_eq!(code(&mut image, create("other", 7, 3, 3)), 42);
    assert_eq!(image.partition_count(), 3);
}

#[test]
fn names_that_metrics_would_confuse_collide() {
    let mut image = cluster(1);
    image.apply(create("a.b", 1, 1, 1)).unwrap();
    let error = image.apply(create("a_b", 2, 1, 1)).unwrap_err();
    assert_eq!(error.kafka_code(), 17);
    assert_eq!(
        error.to_string(),
        "topic name 'a_b' is invalid: it collides with topic 'a.b': '.' and '_' look the same in metric names"
    );
}

#[test]
fn what_cannot_be_had_is_refused_with_kafkas_codes() {
    let mut image = cluster(2);
    assert_eq!(code(&mut image, create("", 1, 1, 1)), 17);
    assert_eq!(code(&mut image, create("a", 1, 0, 1)), 37);
    assert_eq!(code(&mut image, create("a", 1, -1, 1)), 37);
    assert_eq!(code(&mut image, create("a", 1, i32::MAX, 1)), 37);
    assert_eq!(code(&mut image, create("a", 1, 1, 0)), 38);
    assert_eq!(code(&mut image, create("a", 1, 1, 3)), 38);
    assert_eq!(code(&mut image, explicit("a", 1, &[])), 37);
    assert_eq!(code(&mut image, explicit("a", 1, &[&[]])), 39);
    assert_eq!(code(&mut image, explicit("a", 1, &[&[1, 1]])), 39);
    assert_eq!(code(&mut image, explicit("a", 1, &[&[9]])), 39);
    assert_eq!(code(&mut image, explicit("a", 1, &[&[1, 2], &[1]])), 39);
    assert_eq!(code(&mut image, Command::DeleteTopic { id: Uuid::from_u128(1) }), 100);
    assert_eq!(image, cluster(2), "a refused command leaves no trace");
}

#[test]
fn a_replication_factor_beyond_the_brokers_names_both() {
    assert_eq!(
        cluster(2).apply(create("a", 1, 1, 3)).unwrap_err().to_string(),
        "replication factor 3 is larger than the number of registered brokers, 2"
    );
}

#[test]
fn explicit_replicas_stay_as_they_were_given() {
    let mut image = cluster(3);
    image.apply(explicit("a", 1, &[&[3, 1], &[3, 2]])).unwrap();
    assert_eq!(assignments(image.topic("a").unwrap()), [[3, 1], [3, 2]]);
    assert_eq!(image.load(3), Load { leaders: 2, replicas: 2 });
}

#[test]
fn leaders_stay_even_over_many_small_topics() {
    let mut image = cluster(3);
    for n in 0..30 {
        image.apply(create(&format!("t{n}"), n, 1, 3)).unwrap();
    }
    for id in 1..=3 {
        assert_eq!(image.load(id), Load { leaders: 10, replicas: 30 });
    }
}

#[test]
fn a_topic_grows_but_never_shrinks() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 2, 2)).unwrap();
    image.apply(grow(1, 5)).unwrap();
    let topic = image.topic("a").unwrap();
    assert_eq!(topic.partitions.len(), 5);
    assert!(topic.partitions.iter().all(|p| p.replicas.len() == 2));
    assert_eq!(code(&mut image, grow(1, 5)), 37);
    assert_eq!(code(&mut image, grow(1, 1)), 37);
    assert_eq!(code(&mut image, grow(2, 9)), 100);
}

#[test]
fn partitions_and_settings_change_together() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 2, 2)).unwrap();
    let altered = image.apply(alter(1, 5, "retention.ms", Some("60000")));
    let topic = Topic::clone(image.topic("a").unwrap());
    assert_eq!(topic.config, BTreeMap::from([("retention.ms".into(), "60000".into())]));
    assert_eq!(topic.partitions.len(), 5);
    assert!(topic.partitions.iter().all(|p| p.replicas.len() == 2));
    assert_eq!(altered, Ok(Outcome::TopicAltered(topic)));

    let before = image.clone();
    assert_eq!(image.apply(alter(1, 5, "retention.ms", Some("60000"))), altered, "repeated");
    assert_eq!(image, before, "and nothing was done again");
    image.apply(alter(1, 5, "retention.ms", None)).unwrap();
    assert!(image.topic("a").unwrap().config.is_empty());
}

#[test]
fn where_partitions_or_settings_are_refused_neither_changes() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 2, 2)).unwrap();
    let refused = [
        (alter(1, 1, "retention.ms", Some("60000")), "invalid_partitions"),
        (alter(1, 0, "retention.ms", Some("60000")), "invalid_partitions"),
        (alter(1, -1, "retention.ms", Some("60000")), "invalid_partitions"),
        (alter(1, 10_001, "retention.ms", Some("60000")), "invalid_partitions"),
        (alter(1, 5, "no.such", Some("1")), "invalid_config"),
        (alter(1, 5, "min.insync.replicas", Some("0")), "invalid_config"),
        (alter(1, 5, "retention.ms", Some("-2")), "invalid_config"),
        (alter(2, 5, "retention.ms", Some("60000")), "unknown_topic"),
    ];
    for (command, why) in refused {
        assert_eq!(refusal(&mut image, command.clone()), why, "{command:?}");
    }
    image.apply(alter(1, 3, "retention.ms", Some("60000"))).unwrap();
    assert_eq!(image.topic("a").unwrap().partitions[2].group, 3, "no group was given out for nothing");
}

#[test]
fn deleting_frees_the_name_but_never_the_groups() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 2, 3)).unwrap();
    let Ok(Outcome::TopicDeleted(topic)) = image.apply(Command::DeleteTopic { id: Uuid::from_u128(1) })
    else {
        panic!("not deleted");
    };
    assert_eq!(topic.name, "a");
    assert_eq!((image.topic_count(), image.partition_count()), (0, 0));
    assert_eq!(image.load(1), Load::default());
    image.apply(create("a", 2, 1, 3)).unwrap();
    assert_eq!(image.topic("a").unwrap().partitions[0].group, 3);
}

const DEFAULTS: TopicDefaults = TopicDefaults {
    min_insync_replicas: 2,
    max_message_bytes: 1_048_588,
    retention_ms: Some(604_800_000),
    retention_bytes: None,
};

#[test]
fn settings_are_checked_on_creation_and_on_change() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 1, 3)).unwrap();
    let defaults = DEFAULTS;
    assert_eq!(min_insync_replicas(image.topic("a").unwrap(), defaults), 2);
    image.apply(set(1, "min.insync.replicas", Some("1"))).unwrap();
    assert_eq!(min_insync_replicas(image.topic("a").unwrap(), defaults), 1);
    assert_eq!(code(&mut image, set(1, "min.insync.replicas", Some("none"))), 40);
    image.apply(set(1, "min.insync.replicas", None)).unwrap();
    assert!(image.topic("a").unwrap().config.is_empty());
}

#[test]
fn min_insync_replicas_never_exceeds_the_replicas_there_are() {
    let mut image = cluster(3);
    image.apply(create("single", 1, 1, 1)).unwrap();
    let defaults = DEFAULTS;
    assert_eq!(min_insync_replicas(image.topic("single").unwrap(), defaults), 1);
}

#[test]
fn describing_a_topic_tells_where_each_value_comes_from() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 1, 3)).unwrap();
    image.apply(set(1, "min.insync.replicas", Some("3"))).unwrap();
    let defaults = TopicDefaults { max_message_bytes: 5, ..DEFAULTS };
    let shown: Vec<_> = describe(image.topic("a").unwrap(), defaults)
        .into_iter()
        .map(|e| format!("{}={} {:?}", e.name, e.value, e.source))
        .collect();
    assert_eq!(
        shown,
        [
            "cleanup.policy=delete Default",
            "compression.type=producer Default",
            "max.message.bytes=5 Broker",
            "message.timestamp.type=CreateTime Default",
            "min.insync.replicas=3 Topic",
            "retention.bytes=-1 Broker",
            "retention.ms=604800000 Broker",
            "unclean.leader.election.enable=false Default",
        ]
    );
}

#[test]
fn the_first_cluster_id_and_the_first_admin_key_win() {
    let mut image = MetadataImage::new();
    for (cluster_id, key) in [("one", "secret"), ("two", "other")] {
        let outcome = image.apply(Command::SetClusterId { cluster_id: cluster_id.into() });
        assert_eq!(outcome, Ok(Outcome::ClusterId { cluster_id: "one".into() }));
        let outcome = image.apply(Command::SetAdminKey { key: AdminKey::new(key) });
        assert_eq!(outcome, Ok(Outcome::AdminKey { key: AdminKey::new("secret") }));
    }
    assert_eq!(code(&mut MetadataImage::new(), Command::SetAdminKey { key: AdminKey::new("") }), 42);
    assert!(!format!("{image:?}").contains("secret"), "the key is never printed");
}

#[test]
fn producer_ids_never_repeat() {
    let mut image = MetadataImage::new();
    let mut next = || image.apply(Command::AllocateProducerIds { count: 1000 }).unwrap();
    assert_eq!(next(), Outcome::ProducerIds { first: 0, count: 1000 });
    assert_eq!(next(), Outcome::ProducerIds { first: 1000, count: 1000 });
    assert_eq!(code(&mut image, Command::AllocateProducerIds { count: 0 }), 42);
}

#[test]
fn the_broker_knows_its_own_topics() {
    let mut image = cluster(1);
    image.apply(create(CONSUMER_OFFSETS, 1, 1, 1)).unwrap();
    assert!(image.topic(CONSUMER_OFFSETS).unwrap().internal);
}

#[test]
fn old_images_do_not_change_under_their_readers() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 1, 3)).unwrap();
    let before = image.clone();
    image.apply(grow(1, 4)).unwrap();
    image.apply(create("b", 2, 1, 3)).unwrap();
    assert_eq!((before.topic_count(), before.partition_count()), (1, 1));
    assert!(before.topic("b").is_none());
}

#[test]
fn ten_thousand_topics_with_an_image_published_for_each() {
    let mut image = cluster(3);
    let mut published = Vec::new();
    for n in 0..10_000 {
        image.apply(create(&format!("topic-{n}"), n, 1, 3)).unwrap();
        published.push(image.clone());
    }
    assert_eq!(image.load(1).leaders.abs_diff(image.load(2).leaders), 1);
    assert!((0..).zip(&published).all(|(n, image)| image.topic_count() == n + 1));
}

#[test]
fn an_image_condemns_only_groups_that_it_knows_to_be_deleted() {
    let mut image = cluster(3);
    let behind = image.clone();
    image.apply(create("gone", 1, 1, 3)).unwrap();
    image.apply(create("kept", 2, 1, 3)).unwrap();
    let group = |name: &str| image.topic(name).unwrap().partitions[0].group;
    let (gone, kept) = (group("gone"), group("kept"));
    let id = image.topic("gone").unwrap().id;
    image.apply(Command::DeleteTopic { id }).unwrap();

    assert!(image.was_deleted(gone));
    assert!(!image.was_deleted(kept));
    assert!(!image.was_deleted(METADATA_GROUP));
    assert!(!image.was_deleted(kept + 1), "not allocated yet: another node may know more");
    assert!(
        !behind.was_deleted(gone) && !behind.was_deleted(kept),
        "an image that is behind condemns nothing"
    );
}
