use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use chronik_common::HostPort;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::*;
use crate::metadata::{Broker, OperationKind};
use crate::raft::transport::hello::{Founder, Introduction};

const CLUSTER: &str = "c";

/// A metadata log that all nodes of a test share.
pub(in crate::cluster) struct FakeRegistry {
    pub image: Mutex<MetadataImage>,
    pub alive: Mutex<BTreeSet<BrokerId>>,
    pub has_leader: AtomicBool,
    /// Counts the proposals.
    pub proposed: watch::Sender<usize>,
    /// Counts how often somebody looked at the image.
    pub looked: watch::Sender<usize>,
}

impl FakeRegistry {
    /// Of a cluster that these directories have founded. None of its brokers is alive.
    pub fn founded_by(founders: &[Founder]) -> Arc<Self> {
        let registry = Self {
            image: Mutex::new(MetadataImage::new()),
            alive: Mutex::default(),
            has_leader: AtomicBool::new(true),
            proposed: watch::Sender::new(0),
            looked: watch::Sender::new(0),
        };
        for founder in founders {
            registry.apply(registration(founder.id, founder.directory_id, metadata::Standing::Founder));
        }
        Arc::new(registry)
    }

    pub fn apply(&self, command: Command) -> Outcome {
        self.image.lock().apply(command).unwrap()
    }

    pub fn broker(&self, id: BrokerId) -> Option<Broker> {
        self.image.lock().broker(id).cloned()
    }

    pub fn invite(&self, id: BrokerId) {
        self.apply(Command::InviteBroker { id, endpoints: endpoints(id) });
    }

    pub fn remove(&self, node: BrokerId) {
        self.apply(Command::StartOperation {
            kind: OperationKind::RemoveNode { node, force: true },
            now_ms: 0,
            partitions: 0,
        });
    }
}

impl Registry for Arc<FakeRegistry> {
    fn image(&self) -> Arc<MetadataImage> {
        self.looked.send_modify(|n| *n += 1);
        Arc::new(self.image.lock().clone())
    }

    fn is_alive(&self, broker: BrokerId) -> bool {
        self.alive.lock().contains(&broker)
    }

    fn propose(&self, command: Command) -> BoxFuture<Result<Outcome, ProposalError>> {
        self.proposed.send_modify(|n| *n += 1);
        let answer = if self.has_leader.load(Ordering::Relaxed) {
            self.image.lock().apply(command).map_err(Into::into)
        } else {
            Err(ProposalError::NoLeader(REGISTRATION_TIMEOUT))
        };
        Box::pin(std::future::ready(answer))
    }
}

pub(in crate::cluster) fn endpoints(id: BrokerId) -> Endpoints {
    let address = |port: u16| HostPort::new(format!("host{id}"), port);
    Endpoints { kafka: address(1), wal: address(2), raft: address(3), admin: address(4) }
}

fn registration(id: BrokerId, directory_id: Uuid, standing: metadata::Standing) -> Command {
    let (endpoints, rack, version) = (endpoints(id), None, "v".into());
    Command::RegisterBroker { id, directory_id, endpoints, rack, version, standing }
}

/// The directory that the node had when the cluster was founded.
fn founder(id: BrokerId) -> Founder {
    Founder { id, directory_id: Uuid::from_u128(id as u128) }
}

const OTHER_DIRECTORY: Uuid = Uuid::from_u128(1000);

/// Node 1 of a cluster of three.
struct Asked {
    registry: Arc<FakeRegistry>,
    doorkeeper: Doorkeeper,
}

impl Asked {
    fn new() -> Self {
        let founders = [1, 2, 3].map(founder);
        let cluster = Cluster { id: CLUSTER.into(), founders: founders.into(), formed: true };
        let (directory_id, peers) = (founder(1).directory_id, vec![2, 3]);
        let announced = Announced::new(Introduction { directory_id, peers, cluster: Some(cluster) });
        let registry = FakeRegistry::founded_by(&founders);
        let doorkeeper = Doorkeeper::new(1, announced);
        doorkeeper.open(registry.clone());
        Self { registry, doorkeeper }
    }

    async fn answers(&self, command: &Command) -> Verdict {
        self.doorkeeper.join(serde_json::to_vec(command).unwrap().into(), CLUSTER.into()).await
    }

    async fn answers_member(&self, id: BrokerId, directory_id: Uuid) -> Verdict {
        self.answers(&registration(id, directory_id, metadata::Standing::Member)).await
    }

    fn proposals(&self) -> usize {
        *self.registry.proposed.borrow()
    }
}

fn is_refused(verdict: &Verdict, why: &str) {
    assert!(matches!(verdict, Verdict::Refused(reason) if reason.contains(why)), "{verdict:?}");
}

fn is_put_off(verdict: &Verdict, why: &str) {
    assert!(matches!(verdict, Verdict::Later(reason) if reason.contains(why)), "{verdict:?}");
}

fn joined(verdict: Verdict) -> Joined {
    match verdict {
        Verdict::Joined(joined) => joined,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_invited_node_learns_its_incarnation_and_where_the_others_are() {
    let asked = Asked::new();
    asked.registry.invite(4);
    let joined = joined(asked.answers_member(4, OTHER_DIRECTORY).await);
    assert_eq!((joined.cluster_id.as_str(), joined.incarnation), (CLUSTER, 2));
    assert_eq!(joined.founders, [1, 2, 3].map(founder));
    assert_eq!(joined.members.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(joined.members[&3], PeerAddress { raft: "host3:3".into(), wal: "host3:2".into() });
}

#[tokio::test]
async fn a_node_that_lost_the_answer_gets_it_again() {
    let asked = Asked::new();
    asked.registry.invite(4);
    let first = joined(asked.answers_member(4, OTHER_DIRECTORY).await);
    assert_eq!(joined(asked.answers_member(4, OTHER_DIRECTORY).await), first);
}

#[tokio::test]
async fn a_node_that_is_not_invited_is_told_the_command_that_invites_it_and_leaves_nothing_in_the_log() {
    let asked = Asked::new();
    let verdict = asked.answers_member(4, OTHER_DIRECTORY).await;
    let command = "`chronikctl add-node 4 --kafka host4:1 --wal host4:2 --raft host4:3` on any node";
    is_put_off(&verdict, &format!("node 4 is not a member of cluster c: run {command}"));
    assert_eq!(asked.proposals(), 0);
}

#[tokio::test]
async fn a_node_with_seeds_needs_no_invitation() {
    let asked = Asked::new();
    let command = registration(4, OTHER_DIRECTORY, metadata::Standing::SelfInvited);
    assert_eq!(joined(asked.answers(&command).await).incarnation, 2);
}

#[tokio::test]
async fn a_wiped_node_comes_back_under_a_new_incarnation_once_the_old_one_is_dead() {
    let asked = Asked::new();
    asked.registry.alive.lock().insert(2);
    is_refused(&asked.answers_member(2, OTHER_DIRECTORY).await, "with another data directory");
    is_refused(&asked.answers_member(1, OTHER_DIRECTORY).await, "node 1 is running");
    assert_eq!(asked.proposals(), 0);

    asked.registry.alive.lock().remove(&2);
    assert_eq!(joined(asked.answers_member(2, OTHER_DIRECTORY).await).incarnation, 2);
}

#[tokio::test]
async fn a_directory_that_was_replaced_or_removed_may_neither_join_nor_talk() {
    let asked = Asked::new();
    let stands = |id| asked.doorkeeper.standing(id, &founder(id).directory_id.to_string());
    assert_eq!([stands(2), stands(3), stands(9)], [Standing::Good, Standing::Good, Standing::Good]);

    joined(asked.answers_member(2, OTHER_DIRECTORY).await);
    asked.registry.remove(3);
    let says = |id, what: &str| matches!(stands(id), Standing::Retired(reason) if reason.contains(what));
    assert!(says(2, "node 2 was replaced: it runs with another data directory now"));
    assert!(says(
        3,
        "node 3 was removed from the cluster; to join again start it with an empty data directory"
    ));
    assert_eq!(asked.doorkeeper.standing(2, &OTHER_DIRECTORY.to_string()), Standing::Good);
    is_refused(&asked.answers_member(3, founder(3).directory_id).await, "was removed");
}

#[tokio::test]
async fn what_the_log_refuses_is_refused() {
    let asked = Asked::new();
    asked.registry.invite(4);
    let mut command = registration(4, OTHER_DIRECTORY, metadata::Standing::Member);
    let Command::RegisterBroker { endpoints: ours, .. } = &mut command else { unreachable!() };
    *ours = endpoints(2);
    is_refused(&asked.answers(&command).await, "host2");
}

#[tokio::test]
async fn without_a_metadata_leader_a_node_is_asked_to_come_again() {
    let asked = Asked::new();
    asked.registry.invite(4);
    asked.registry.has_leader.store(false, Ordering::Relaxed);
    is_put_off(&asked.answers_member(4, OTHER_DIRECTORY).await, "no metadata leader");
    asked.registry.has_leader.store(true, Ordering::Relaxed);
    joined(asked.answers_member(4, OTHER_DIRECTORY).await);
}

#[tokio::test]
async fn a_node_that_is_still_starting_puts_everybody_off_and_turns_nobody_away() {
    let asked = Asked::new();
    let starting = Doorkeeper::new(1, asked.doorkeeper.announced.clone());
    is_put_off(&starting.join(Bytes::new(), String::new()).await, "still starting");
    assert_eq!(starting.standing(2, &OTHER_DIRECTORY.to_string()), Standing::Good);
}

#[tokio::test]
async fn what_is_not_a_registration_for_this_cluster_is_refused() {
    let asked = Asked::new();
    let member = serde_json::to_vec(&registration(4, OTHER_DIRECTORY, metadata::Standing::Member)).unwrap();
    is_refused(&asked.doorkeeper.join(member.into(), "other".into()).await, "it means cluster other");
    is_refused(&asked.doorkeeper.join(Bytes::from_static(b"{"), CLUSTER.into()).await, "cannot be read");
    is_refused(&asked.answers(&Command::CancelInvitation { id: 4 }).await, "not a registration");
    let founds = registration(4, OTHER_DIRECTORY, metadata::Standing::Founder);
    is_refused(&asked.answers(&founds).await, "a founder does not join");
    assert_eq!(asked.proposals(), 0);
}
