//! The metadata state machine, told as what operators and clients see.

use std::collections::{BTreeMap, BTreeSet};

use chronik_common::HostPort;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn register(id: BrokerId) -> Command {
    let at = |port| HostPort::new(format!("host{id}"), port);
    Command::RegisterBroker {
        id,
        directory_id: Uuid::from_u128(1000 + id as u128),
        endpoints: Endpoints { kafka: at(9092), wal: at(9291), raft: at(5001), admin: at(10_000) },
        rack: None,
        version: "3.0.0".into(),
    }
}

fn create(name: &str, id: u128, partitions: i32, replication_factor: i16) -> Command {
    Command::CreateTopic {
        name: name.into(),
        id: Uuid::from_u128(id),
        assignment: Assignment::Automatic { partitions, replication_factor },
        config: BTreeMap::new(),
        unavailable: BTreeSet::new(),
    }
}

fn explicit(name: &str, id: u128, replicas: &[&[BrokerId]]) -> Command {
    Command::CreateTopic {
        name: name.into(),
        id: Uuid::from_u128(id),
        assignment: Assignment::Explicit(replicas.iter().map(|r| r.to_vec()).collect()),
        config: BTreeMap::new(),
        unavailable: BTreeSet::new(),
    }
}

fn grow(id: u128, total: i32) -> Command {
    Command::CreatePartitions {
        topic: Uuid::from_u128(id),
        total,
        replicas: None,
        unavailable: BTreeSet::new(),
    }
}

fn set(id: u128, name: &str, value: Option<&str>) -> Command {
    Command::AlterTopicConfig {
        topic: Uuid::from_u128(id),
        changes: BTreeMap::from([(name.into(), value.map(Into::into))]),
    }
}

fn cluster(brokers: BrokerId) -> MetadataImage {
    let mut image = MetadataImage::new();
    for id in 1..=brokers {
        image.apply(register(id)).unwrap();
    }
    image
}

fn assignments(topic: &Topic) -> Vec<Vec<BrokerId>> {
    topic.partitions.iter().map(|p| p.replicas.iter().map(|r| r.broker).collect()).collect()
}

fn code(image: &mut MetadataImage, command: Command) -> i16 {
    image.apply(command).unwrap_err().kafka_code()
}

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

#[test]
fn settings_are_checked_on_creation_and_on_change() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 1, 3)).unwrap();
    let defaults = TopicDefaults { min_insync_replicas: 2, max_message_bytes: 1_048_588 };
    assert_eq!(min_insync_replicas(image.topic("a").unwrap(), defaults), 2);
    image.apply(set(1, "min.insync.replicas", Some("1"))).unwrap();
    assert_eq!(min_insync_replicas(image.topic("a").unwrap(), defaults), 1);
    assert_eq!(code(&mut image, set(1, "retention.ms", Some("1000"))), 40);
    image.apply(set(1, "min.insync.replicas", None)).unwrap();
    assert!(image.topic("a").unwrap().config.is_empty());
}

#[test]
fn min_insync_replicas_never_exceeds_the_replicas_there_are() {
    let mut image = cluster(3);
    image.apply(create("single", 1, 1, 1)).unwrap();
    let defaults = TopicDefaults { min_insync_replicas: 2, max_message_bytes: 1_048_588 };
    assert_eq!(min_insync_replicas(image.topic("single").unwrap(), defaults), 1);
}

#[test]
fn describing_a_topic_tells_where_each_value_comes_from() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 1, 3)).unwrap();
    image.apply(set(1, "min.insync.replicas", Some("3"))).unwrap();
    let defaults = TopicDefaults { min_insync_replicas: 2, max_message_bytes: 5 };
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
            "retention.bytes=-1 Default",
            "retention.ms=-1 Default",
        ]
    );
}

#[test]
fn a_broker_may_move_but_another_directory_may_not_take_its_id() {
    let mut image = cluster(1);
    let moved = |directory: u128| match register(1) {
        Command::RegisterBroker { id, mut endpoints, rack, version, .. } => {
            endpoints.kafka = HostPort::new("elsewhere", 9092);
            Command::RegisterBroker { id, directory_id: Uuid::from_u128(directory), endpoints, rack, version }
        }
        other => other,
    };
    assert_eq!(image.apply(moved(1001)), Ok(Outcome::BrokerRegistered { incarnation: FIRST_INCARNATION }));
    assert_eq!(image.broker(1).unwrap().endpoints.kafka.host, "elsewhere");
    assert_eq!(code(&mut image, moved(9)), 101);
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
fn commands_and_outcomes_are_readable_json() {
    let command = create("orders", 7, 3, 3);
    let json = serde_json::to_string(&command).unwrap();
    assert_eq!(
        json,
        r#"{"type":"create_topic","name":"orders","id":"00000000-0000-0000-0000-000000000007","assignment":{"automatic":{"partitions":3,"replication_factor":3}},"config":{},"unavailable":[]}"#
    );
    assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), command);
    let applied = [cluster(3).apply(command), cluster(1).apply(set(1, "retention.ms", Some("1")))];
    for result in applied.into_iter().chain([cluster(1).apply(create("a", 1, 1, 2))]) {
        let json = serde_json::to_string(&result).unwrap();
        assert_eq!(serde_json::from_str::<Result<Outcome, MetadataError>>(&json).unwrap(), result);
    }
}

#[test]
fn a_snapshot_that_contradicts_itself_is_refused() {
    let mut image = cluster(1);
    image.apply(create("a", 1, 1, 1)).unwrap();
    let good = serde_json::to_value(&image).unwrap();
    let mut ahead = good.clone();
    ahead["next_group"] = 1.into();
    let mut twice = good.clone();
    let topic = twice["topics"][0].clone();
    twice["topics"].as_array_mut().unwrap().push(topic);
    let mut shared = good.clone();
    let mut other = good["topics"][0].clone();
    other["name"] = "b".into();
    other["id"] = Uuid::from_u128(2).to_string().into();
    shared["topics"].as_array_mut().unwrap().push(other);
    for bad in [ahead, twice, shared] {
        assert!(serde_json::from_value::<MetadataImage>(bad).is_err());
    }
    assert_eq!(serde_json::from_value::<MetadataImage>(good).unwrap(), image);
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

/// Commands that often meet: few names, few ids, sometimes nonsense.
fn commands() -> impl Strategy<Value = Vec<Command>> {
    let name = prop::sample::select(vec!["a", "b", "a.b", "a_b", "__consumer_offsets", "bad name"]);
    let id = 1u128..6;
    let command = prop_oneof![
        (1i32..6).prop_map(register),
        (name.clone(), id.clone(), 0i32..5, 0i16..5).prop_map(|(n, i, p, r)| create(n, i, p, r)),
        (name, id.clone(), prop::collection::vec(prop::collection::vec(1i32..5, 0..3), 0..3))
            .prop_map(|(n, i, r)| explicit(n, i, &r.iter().map(Vec::as_slice).collect::<Vec<_>>())),
        id.clone().prop_map(|id| Command::DeleteTopic { id: Uuid::from_u128(id) }),
        (id.clone(), -1i32..9).prop_map(|(i, total)| grow(i, total)),
        (id, prop::sample::select(vec![None, Some("1"), Some("x")])).prop_map(|(i, value)| set(
            i,
            "min.insync.replicas",
            value
        )),
        (0u32..3).prop_map(|count| Command::AllocateProducerIds { count }),
    ];
    prop::collection::vec(command, 0..60)
}

proptest! {
    #[test]
    fn every_history_keeps_the_rules(history in commands()) {
        let mut image = MetadataImage::new();
        let mut groups_ever = BTreeSet::new();
        let mut outcomes = Vec::new();
        for command in &history {
            let before = image.clone();
            let outcome = image.apply(command.clone());
            if outcome.is_err() {
                prop_assert_eq!(&before, &image, "a refused command changed something");
            }
            outcomes.push(outcome);
            for topic in image.topics() {
                for (index, p) in (0..).zip(&topic.partitions) {
                    let found = image.partition_of_group(p.group);
                    prop_assert_eq!(found, Some(PartitionRef { topic: topic.id, index }));
                    let brokers: BTreeSet<_> = p.replicas.iter().map(|r| r.broker).collect();
                    prop_assert_eq!(brokers.len(), topic.replication_factor() as usize);
                    prop_assert!(brokers.iter().all(|id| image.broker(*id).is_some()));
                    let new_here = before.partition_of_group(p.group).is_none();
                    prop_assert!(!new_here || groups_ever.insert(p.group), "group {} reused", p.group);
                }
            }
        }
        let json = serde_json::to_string(&image).unwrap();
        let mut restored: MetadataImage = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&restored, &image, "the snapshot is the image");
        prop_assert_eq!(serde_json::to_string(&restored).unwrap(), json);

        let mut again = MetadataImage::new();
        let repeated: Vec<_> = history.iter().map(|c| again.apply(c.clone())).collect();
        prop_assert_eq!(&repeated, &outcomes, "apply is deterministic");
        prop_assert_eq!(&again, &image);
        for command in history {
            prop_assert_eq!(restored.apply(command.clone()), again.apply(command), "and so it is after a restore");
        }
    }
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
