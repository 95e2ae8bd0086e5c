//! Brokers join, come back, are replaced and leave.

use super::*;

fn incarnation(image: &mut MetadataImage, command: Command) -> u32 {
    match image.apply(command) {
        Ok(Outcome::BrokerRegistered { incarnation }) => incarnation,
        other => panic!("not registered: {other:?}"),
    }
}

fn at(id: BrokerId, host: &str, standing: Standing) -> Command {
    Command::RegisterBroker {
        id,
        directory_id: directory(id, 1),
        endpoints: endpoints(host),
        rack: Some("r".into()),
        version: "3.0.1".into(),
        standing,
    }
}

#[test]
fn founders_have_the_first_incarnation_and_keep_it() {
    let mut image = cluster(3);
    for id in 1..=3 {
        assert_eq!(incarnation(&mut image, register(id)), FIRST_INCARNATION);
    }
    assert_eq!(image, cluster(3), "registering again changes nothing");
}

#[test]
fn a_broker_may_move_but_a_founders_id_is_not_taken_by_another_directory() {
    let mut image = cluster(2);
    assert_eq!(incarnation(&mut image, at(1, "elsewhere", Standing::Founder)), FIRST_INCARNATION);
    let broker = image.broker(1).unwrap();
    assert_eq!(
        (broker.endpoints.kafka.host.as_str(), broker.rack.as_deref(), broker.version.as_str()),
        ("elsewhere", Some("r"), "3.0.1")
    );
    assert_eq!(code(&mut image, register_as(1, 2, Standing::Founder)), 101);
    assert_eq!(refusal(&mut image, register_as(1, 2, Standing::Founder)), "node_id_taken");
}

#[test]
fn a_newcomer_needs_an_invitation_and_uses_it_up() {
    let mut image = cluster(3);
    let join = register_as(4, 1, Standing::Member);
    assert_eq!(refusal(&mut image, join.clone()), "not_invited");
    assert_eq!(
        text(&mut image, join.clone()),
        "node 4 is not a member of this cluster (the members are 1, 2, 3) and has not been invited; \
         invite it first: chronikctl add-node 4"
    );
    assert_eq!(image.apply(invite(4)), Ok(Outcome::BrokerInvited));
    assert_eq!(image.invited().keys().collect::<Vec<_>>(), [&4]);
    assert!(!image.registered(4), "invited is not registered");
    assert_eq!(incarnation(&mut image, join.clone()), 2);
    assert!(image.registered(4) && image.invited().is_empty());
    assert_eq!(incarnation(&mut image, join), 2, "its restarts need no invitation");
    assert_eq!(image.apply(invite(4)), Ok(Outcome::BrokerInvited), "a repeated invitation is no error");
    assert!(image.invited().is_empty());
}

#[test]
fn a_broker_that_invites_itself_needs_nobody() {
    let mut image = cluster(1);
    image.apply(invite(2)).unwrap();
    assert_eq!(incarnation(&mut image, register_as(2, 1, Standing::SelfInvited)), 2);
    assert_eq!(incarnation(&mut image, register_as(3, 1, Standing::SelfInvited)), 3);
    assert!(image.invited().is_empty());
}

#[test]
fn an_invitation_can_be_repeated_and_taken_back() {
    let mut image = cluster(1);
    for _ in 0..2 {
        assert_eq!(image.apply(invite(2)), Ok(Outcome::BrokerInvited));
    }
    for _ in 0..2 {
        let cancel = Command::CancelInvitation { id: 2 };
        assert_eq!(image.apply(cancel), Ok(Outcome::InvitationCancelled));
    }
    assert_eq!(refusal(&mut image, register_as(2, 1, Standing::Member)), "not_invited");
    assert_eq!(image, cluster(1));
}

#[test]
fn an_id_is_invited_under_one_set_of_addresses() {
    let mut image = cluster(1);
    image.apply(invite(2)).unwrap();
    let elsewhere = |id| Command::InviteBroker { id, endpoints: endpoints("elsewhere") };
    assert_eq!(refusal(&mut image, elsewhere(1)), "node_exists");
    assert_eq!(refusal(&mut image, elsewhere(2)), "node_exists");
    assert_eq!(
        text(&mut image, elsewhere(2)),
        "node 2 has been invited with other addresses (Raft at host2:5001); use an unused node id, or cancel that \
         invitation first"
    );
    assert_eq!(
        refusal(&mut image, Command::InviteBroker { id: -1, endpoints: endpoints("x") }),
        "invalid_request"
    );
}

#[test]
fn an_address_belongs_to_one_broker_whatever_it_is_used_for() {
    let mut image = cluster(2);
    image.apply(invite(3)).unwrap();
    for owner in ["host1", "host3"] {
        let mut crossed = endpoints("new");
        crossed.admin = HostPort::new(owner, 9291);
        let command = Command::InviteBroker { id: 4, endpoints: crossed };
        assert_eq!(refusal(&mut image, command), "address_taken");
    }
    assert_eq!(refusal(&mut image, at(1, "host2", Standing::Founder)), "address_taken");
    assert_eq!(refusal(&mut image, at(4, "host2", Standing::SelfInvited)), "address_taken");
    assert_eq!(
        text(&mut image, at(4, "host2", Standing::SelfInvited)),
        "node 4 cannot have the address host2:9092: it is node 2's; give every node its own"
    );
}

#[test]
fn a_member_that_lost_its_disk_comes_back_as_another_raft_node() {
    let mut image = cluster(3);
    image.apply(create("a", 1, 1, 3)).unwrap();
    assert_eq!(incarnation(&mut image, register_as(2, 2, Standing::Member)), 2);
    assert!(image.is_retired(&directory(2, 1)));
    assert!(image.was_removed(2) && !image.was_removed(1));
    assert!(image.has_drawn(2) && !image.has_drawn(3));
    assert_eq!(image.lost_groups().collect::<Vec<_>>(), [1]);
    let lost: Vec<_> = partition(&image, 1).replicas.iter().filter(|r| image.is_lost(r)).collect();
    assert_eq!(lost, [&Replica { broker: 2, incarnation: 1 }]);

    image.apply(create("b", 2, 1, 3)).unwrap();
    let replicas: BTreeSet<_> = ids(&partition(&image, 2).replicas).into_iter().collect();
    assert_eq!(replicas, BTreeSet::from([(1, 1), (2, 2), (3, 1)]), "a new group never knew the old disk");
}

#[test]
fn a_replaced_directory_never_serves_again() {
    let mut image = cluster(3);
    image.apply(register_as(2, 2, Standing::Member)).unwrap();
    for standing in [Standing::Founder, Standing::Member, Standing::SelfInvited] {
        assert_eq!(refusal(&mut image, register_as(2, 1, standing)), "directory_retired");
    }
    assert_eq!(
        text(&mut image, register_as(2, 1, Standing::Member)),
        format!(
            "data directory {} was that of node 2, which has since been removed from the cluster or replaced; \
             it must never serve again: start node 2 with an empty data directory",
            directory(2, 1)
        )
    );
    assert_eq!(incarnation(&mut image, register_as(2, 2, Standing::Founder)), 2, "the new one does");
}

#[test]
fn a_broker_that_is_replaced_while_it_is_removed_goes_on_being_removed() {
    let mut image = cluster(3);
    image.apply(start(removal(2, false))).unwrap();
    image.apply(register_as(2, 2, Standing::Member)).unwrap();
    assert!(image.broker(2).unwrap().draining);
}

#[test]
fn a_broker_is_removed_only_when_nothing_names_it() {
    let mut image = cluster(4);
    image.apply(explicit("a", 1, &[&[1, 2, 3], &[4, 2, 3], &[4, 1, 2]])).unwrap();
    assert_eq!(refusal(&mut image, Command::RemoveBroker { id: 4 }), "node_not_being_removed");
    image.apply(start(removal(4, false))).unwrap();
    assert_eq!(
        text(&mut image, Command::RemoveBroker { id: 4 }),
        "node 4 still holds replicas of 2 partition(s), a-1 among them; it can be removed once they have moved"
    );
    image.apply(moves(&[move_to(2, &[1, 2, 3]), move_to(3, &[3, 1, 2])])).unwrap();
    for group in [2, 3] {
        assert_eq!(refusal(&mut image, Command::RemoveBroker { id: 4 }), "broker_in_use");
        let finish = finish(&image, group);
        image.apply(finish).unwrap();
    }
    for _ in 0..2 {
        assert_eq!(image.apply(Command::RemoveBroker { id: 4 }), Ok(Outcome::BrokerRemoved));
    }
    assert!(!image.registered(4) && image.is_retired(&directory(4, 1)));
    assert_eq!(refusal(&mut image, Command::RemoveBroker { id: 9 }), "unknown_node");
}

#[test]
fn a_broker_that_is_leaving_a_cancelled_move_is_in_use() {
    let mut image = cluster(4);
    image.apply(explicit("a", 1, &[&[1, 2, 3]])).unwrap();
    image.apply(moves(&[move_to(1, &[1, 2, 4])])).unwrap();
    image.apply(Command::CancelMoves { groups: vec![1] }).unwrap();
    image.apply(start(removal(4, false))).unwrap();
    assert_eq!(refusal(&mut image, Command::RemoveBroker { id: 4 }), "broker_in_use");
    let finish = finish(&image, 1);
    image.apply(finish).unwrap();
    image.apply(Command::RemoveBroker { id: 4 }).unwrap();
}

#[test]
fn a_removed_id_can_be_used_again_but_not_its_directory_nor_its_raft_ids() {
    let mut image = cluster(2);
    image.apply(start(removal(2, true))).unwrap();
    assert_eq!(refusal(&mut image, register(2)), "directory_retired");
    assert_eq!(refusal(&mut image, register_as(2, 2, Standing::Founder)), "not_invited");
    image.apply(invite(2)).unwrap();
    assert_eq!(incarnation(&mut image, register_as(2, 2, Standing::Founder)), 2);
}

fn drain(id: BrokerId, drained: bool) -> Command {
    Command::SetDrained { id, drained }
}

#[test]
fn a_drained_broker_stays_drained_until_it_is_taken_back() {
    let mut image = cluster(3);
    for _ in 0..2 {
        assert_eq!(image.apply(drain(2, true)), Ok(Outcome::DrainedSet));
        assert!(image.broker(2).unwrap().drained);
    }
    image.apply(register(2)).unwrap();
    assert!(image.broker(2).unwrap().drained, "a restart changes nothing");
    image.apply(register_as(2, 2, Standing::Member)).unwrap();
    assert!(image.broker(2).unwrap().drained, "nor does another disk");
    let kept: MetadataImage = serde_json::from_str(&serde_json::to_string(&image).unwrap()).unwrap();
    assert_eq!(kept, image);
    image.apply(drain(2, false)).unwrap();
    assert!(!image.broker(2).unwrap().drained);
    assert_eq!(refusal(&mut image, drain(9, true)), "unknown_node");
}

#[test]
fn a_drained_broker_is_not_being_removed() {
    let mut image = cluster(3);
    image.apply(drain(2, true)).unwrap();
    assert!(!image.broker(2).unwrap().draining);
    image.apply(create("a", 1, 6, 3)).unwrap();
    assert_eq!(image.load(2).replicas, 6, "it may hold replicas");
}
