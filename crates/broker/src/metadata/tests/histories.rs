//! Whatever is proposed, in whatever order and however often: the rules hold.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// What happens next. Most of it is sometimes nonsense.
#[derive(Debug, Clone)]
enum Step {
    Propose(Command),
    /// A partition's leader is done with the move.
    FinishMove(GroupId),
    /// The running operation ends.
    EndOperation(OperationResult),
    /// A proposer tries again, long after.
    Repeat(prop::sample::Index),
}

fn broker_steps() -> impl Strategy<Value = Step> {
    let standing = prop::sample::select(vec![Standing::Founder, Standing::Member, Standing::SelfInvited]);
    let command = prop_oneof![
        4 => (1i32..6, 1u128..4, standing).prop_map(|(id, disk, standing)| register_as(id, disk, standing)),
        2 => (1i32..6, 1i32..7).prop_map(|(id, at)| Command::InviteBroker { id, endpoints: own_endpoints(at) }),
        1 => (1i32..6).prop_map(|id| Command::CancelInvitation { id }),
        2 => (1i32..6).prop_map(|id| Command::RemoveBroker { id }),
        2 => (1i32..6, any::<bool>()).prop_map(|(node, force)| start(removal(node, force))),
        1 => (0i16..4).prop_map(|factor| start(OperationKind::Rebalance {
            topics: None,
            replication_factor: (factor > 0).then_some(factor),
            leaders_only: false,
            reason: String::new(),
        })),
    ];
    let result = prop::sample::select(vec![OperationResult::Done, OperationResult::Cancelled]);
    prop_oneof![4 => command.prop_map(Step::Propose), 1 => result.prop_map(Step::EndOperation)]
}

fn topic_steps() -> impl Strategy<Value = Step> {
    let name = prop::sample::select(vec!["a", "b", "a.b", "a_b", "__consumer_offsets", "bad name"]);
    let id = 1u128..6;
    let brokers = || prop::collection::vec(1i32..6, 0..4);
    prop_oneof![
        (name.clone(), id.clone(), 0i32..5, 0i16..5).prop_map(|(n, i, p, r)| create(n, i, p, r)),
        (name, id.clone(), prop::collection::vec(brokers(), 0..3)).prop_map(|(n, i, r)| explicit(
            n,
            i,
            &r.iter().map(Vec::as_slice).collect::<Vec<_>>()
        )),
        id.clone().prop_map(|id| Command::DeleteTopic { id: Uuid::from_u128(id) }),
        (id.clone(), -1i32..9).prop_map(|(i, total)| grow(i, total)),
        (id, -1i32..9, any::<bool>(), prop::sample::select(vec![None, Some("1"), Some("x")])).prop_map(
            |(i, total, grows, value)| {
                let name = "min.insync.replicas";
                if grows { alter(i, total, name, value) } else { set(i, name, value) }
            }
        ),
        (0u32..3).prop_map(|count| Command::AllocateProducerIds { count }),
    ]
    .prop_map(Step::Propose)
}

fn move_steps() -> impl Strategy<Value = Step> {
    let brokers = prop::sample::subsequence(vec![1i32, 2, 3, 4, 5], 1..4).prop_shuffle();
    let request = (1u64..8, brokers, any::<bool>()).prop_map(|(group, replicas, renew)| MoveRequest {
        renew: if renew { vec![replicas[0]] } else { Vec::new() },
        ..move_to(group, &replicas)
    });
    prop_oneof![
        3 => prop::collection::vec(request, 1..3).prop_map(|m| Step::Propose(moves(&m))),
        2 => (1u64..8).prop_map(Step::FinishMove),
        1 => prop::collection::vec(1u64..8, 0..3).prop_map(|groups| Step::Propose(Command::CancelMoves { groups })),
    ]
}

fn histories() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => broker_steps(),
        2 => topic_steps(),
        5 => move_steps(),
        1 => any::<prop::sample::Index>().prop_map(Step::Repeat),
    ];
    // A cluster and a topic to begin with: otherwise most of a history is refused.
    let begin = (1..=4).map(register).chain([create("a", 1, 3, 2)]).map(Step::Propose).collect::<Vec<_>>();
    prop::collection::vec(step, 0..50).prop_map(move |steps| begin.iter().cloned().chain(steps).collect())
}

/// The command of a step, if it makes sense at that moment.
fn resolve(step: Step, image: &MetadataImage, past: &[Command]) -> Option<Command> {
    match step {
        Step::Propose(command) => Some(command),
        Step::FinishMove(group) => image.partition(group).map(|_| finish(image, group)),
        Step::EndOperation(result) => image.running_operation().map(|o| end(o.id, result)),
        Step::Repeat(which) if !past.is_empty() => Some(which.get(past).clone()),
        Step::Repeat(_) => None,
    }
}

/// What has been, as no single image tells it.
#[derive(Default)]
struct Observer {
    /// Per partition: how it was founded, who is a member, who was, and the newest replica of each broker.
    groups: HashMap<GroupId, Life>,
    /// The directory of each Raft node.
    directories: HashMap<(BrokerId, u32), Uuid>,
    /// Every incarnation that a broker or an added replica has had.
    incarnations: BTreeSet<u32>,
}

#[derive(Default)]
struct Life {
    founders: Vec<Replica>,
    members: BTreeSet<Replica>,
    left: BTreeSet<Replica>,
    newest: BTreeMap<BrokerId, Replica>,
}

impl Observer {
    fn check(&mut self, image: &MetadataImage) -> Result<(), TestCaseError> {
        self.check_brokers(image)?;
        let mut moving = Vec::new();
        for topic in image.topics() {
            for (index, partition) in (0..).zip(&topic.partitions) {
                let found = image.partition_of_group(partition.group);
                prop_assert_eq!(found, Some(PartitionRef { topic: topic.id, index }));
                self.check_partition(partition)?;
                moving.extend(partition.moving.as_ref().map(|_| partition.group));
            }
        }
        moving.sort_unstable();
        prop_assert_eq!(image.moves().collect::<Vec<_>>(), moving);
        for (group, life) in &mut self.groups {
            if image.partition(*group).is_none() {
                prop_assert!(image.was_deleted(*group));
                life.left.append(&mut life.members);
            }
        }
        Ok(())
    }

    fn check_brokers(&mut self, image: &MetadataImage) -> Result<(), TestCaseError> {
        for broker in image.brokers().values() {
            prop_assert!(!image.is_retired(&broker.directory_id), "broker {} serves again", broker.id);
            let raft_node = (broker.id, broker.incarnation);
            let directory = self.directories.entry(raft_node).or_insert(broker.directory_id);
            prop_assert_eq!(*directory, broker.directory_id, "Raft node {:?} has two logs", raft_node);
            self.incarnations.insert(broker.incarnation);
            let removed = image.running_operation().map(|o| o.kind.clone());
            prop_assert!(!broker.draining || removed == Some(removal(broker.id, false)));
            prop_assert!(!image.invited().contains_key(&broker.id));
        }
        prop_assert!(!image.brokers().is_empty() || self.directories.is_empty(), "somebody is left");
        prop_assert!(image.operations().filter(|o| o.is_running()).count() <= 1);
        prop_assert!(image.operations().filter(|o| !o.is_running()).count() <= 20);
        Ok(())
    }

    fn check_partition(&mut self, partition: &Partition) -> Result<(), TestCaseError> {
        let is_new = !self.groups.contains_key(&partition.group);
        let life = self.groups.entry(partition.group).or_default();
        if is_new {
            life.founders.clone_from(&partition.replicas);
        }
        prop_assert_eq!(&life.founders, &partition.founders);
        prop_assert!(!partition.replicas.is_empty() && !partition.target().is_empty());
        for list in [&partition.replicas[..], partition.target()] {
            let brokers: BTreeSet<_> = list.iter().map(|r| r.broker).collect();
            prop_assert_eq!(brokers.len(), list.len(), "two replicas on one broker");
        }

        let listed: Vec<_> = partition.members().collect();
        let members: BTreeSet<_> = listed.iter().copied().collect();
        prop_assert_eq!(members.len(), listed.len(), "every member once");
        for added in members.difference(&life.members) {
            prop_assert!(!life.left.contains(added), "{:?} is reused", added);
            let fresh = self.incarnations.insert(added.incarnation);
            prop_assert!(is_new || fresh, "{:?} is not a new Raft id", added);
        }
        life.left.extend(life.members.difference(&members));
        for member in &members {
            let newest = life.newest.entry(member.broker).or_insert(*member);
            *newest = (*newest).max(*member);
        }
        for wanted in partition.target() {
            prop_assert_eq!(
                life.newest.get(&wanted.broker),
                Some(wanted),
                "a log that was given up is wanted"
            );
        }
        life.members = members;
        Ok(())
    }
}

/// Every partition that was asked for is on its way to the brokers asked for, with replicas that have a disk.
fn check_moves(image: &MetadataImage, moves: &[MoveRequest]) -> Result<(), TestCaseError> {
    for request in moves {
        let Some((_, _, partition)) = image.partition(request.group) else { continue };
        let target = partition.target();
        prop_assert_eq!(target.iter().map(|r| r.broker).collect::<Vec<_>>(), request.replicas.clone());
        prop_assert!(!target.iter().any(|r| image.is_lost(r)), "{:?} has lost replicas", target);
    }
    Ok(())
}

fn restored(image: &MetadataImage) -> MetadataImage {
    serde_json::from_str(&serde_json::to_string(image).unwrap()).unwrap()
}

proptest! {
    #[test]
    fn every_history_keeps_the_rules(history in histories()) {
        let mut image = MetadataImage::new();
        let mut observer = Observer::default();
        let mut commands = Vec::new();
        let mut outcomes = Vec::new();
        for step in history {
            let Some(command) = resolve(step, &image, &commands) else { continue };
            let before = image.clone();
            let outcome = image.apply(command.clone());
            if outcome.is_err() {
                prop_assert_eq!(&before, &image, "a refused command changed something");
            }
            observer.check(&image)?;
            if let (Command::RemoveBroker { id }, Ok(_), true) = (&command, &outcome, image != before) {
                prop_assert_eq!(image.replicas_on(*id).next(), None, "a partition names a removed broker");
            }
            if let (Command::MoveReplicas { moves }, Ok(_)) = (&command, &outcome) {
                check_moves(&image, moves)?;
            }
            if !matches!(command, Command::AllocateProducerIds { .. }) {
                let mut twice = image.clone();
                let again = twice.apply(command.clone());
                prop_assert_eq!(&twice, &image, "a repeated {:?} did its work again", command);
                prop_assert!(again.is_err() || again == outcome, "{:?} is not {:?}", again, outcome);
            }
            prop_assert_eq!(&restored(&image), &image, "the snapshot is the image");
            commands.push(command);
            outcomes.push(outcome);
        }

        let mut replayed = MetadataImage::new();
        for (n, (command, outcome)) in commands.into_iter().zip(outcomes).enumerate() {
            if n % 7 == 0 {
                replayed = restored(&replayed);
            }
            prop_assert_eq!(replayed.apply(command), outcome, "apply is deterministic, also after a restore");
        }
        prop_assert_eq!(replayed, image);
    }
}
