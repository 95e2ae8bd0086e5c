use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use chronik_common::HostPort;
use chronik_common::config::Seed;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::*;
use crate::cluster::admission::Doorkeeper;
use crate::cluster::admission::tests::{FakeRegistry, endpoints};
use crate::raft::transport::server::{Service, serve};

const PATIENCE: Duration = Duration::from_secs(30);

/// Ports and disks of nodes. A port keeps what is said to it while its node is down.
struct Machines {
    disks: TempDir,
    ports: BTreeMap<i32, TcpListener>,
}

impl Machines {
    fn new(ids: impl IntoIterator<Item = i32>) -> Self {
        let listen = |id| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            (id, listener)
        };
        Self { disks: tempfile::tempdir().unwrap(), ports: ids.into_iter().map(listen).collect() }
    }

    fn address(&self, id: i32) -> HostPort {
        HostPort::new("127.0.0.1", self.ports[&id].local_addr().unwrap().port())
    }

    fn data_dir(&self, id: i32) -> PathBuf {
        let dir = self.disks.path().join(id.to_string());
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }

    fn directory(&self, id: i32) -> Founder {
        Founder { id, directory_id: identity::directory_id(&self.data_dir(id), None).unwrap() }
    }

    fn wipe(&self, id: i32) {
        std::fs::remove_dir_all(self.data_dir(id)).unwrap();
    }

    fn peers<const N: usize>(&self, ids: [i32; N]) -> Formation {
        let address = |id| self.address(id);
        let peer = |id| Peer { id, kafka: address(id), wal: address(id), raft: address(id) };
        Formation::Peers(ids.map(peer).into())
    }

    fn seeds<const N: usize>(&self, ids: [i32; N]) -> Formation {
        Formation::Seeds(ids.map(|id| Seed { id, address: self.address(id) }).into())
    }

    /// Starts what there is on the node's disk.
    fn start(&self, id: i32, formation: &Formation) -> Node {
        let data_dir = self.data_dir(id);
        let known = identity::load(&data_dir, id).unwrap();
        let directory_id = identity::directory_id(&data_dir, known.as_ref()).unwrap();
        let announced = Announced::new(introduction(id, directory_id, formation, known.as_ref()));
        let doorkeeper = Arc::new(Doorkeeper::new(id, announced.clone()));
        let stop = CancellationToken::new();
        let service = Service {
            me: id,
            announced: announced.clone(),
            admission: doorkeeper.clone(),
            stop: stop.clone(),
            parts: Arc::new(OnceLock::new()),
        };
        let listener = tokio::net::TcpListener::from_std(self.ports[&id].try_clone().unwrap()).unwrap();
        tokio::spawn(serve(listener, service, stop.clone().cancelled_owned()));
        let (formation, says) = (formation.clone(), announced.clone());
        let entering = tokio::spawn(async move {
            let newcomer =
                Newcomer { id, directory_id, endpoints: endpoints(id), rack: None, version: "v".into() };
            match known {
                Some(identity) => Ok(Entry { identity, members: BTreeMap::new() }),
                None => enter(&data_dir, &newcomer, &formation, &says).await,
            }
        });
        Node { announced, doorkeeper, entering, _stop: stop.drop_guard() }
    }

    /// Puts a founder's identity on a disk, as if the node had died right after that.
    fn store_founder(&self, id: i32, founders: &[i32], registered: bool) {
        let founders: Vec<_> = founders.iter().map(|id| self.directory(*id)).collect();
        let identity = Identity {
            cluster_id: "c".into(),
            node_id: id,
            incarnation: FIRST_INCARNATION,
            directory_id: self.directory(id).directory_id,
            registered,
            founders,
        };
        identity::store(&self.data_dir(id), &identity).unwrap();
    }

    /// Nodes 1, 2 and 3 of a cluster that has long been formed, and its metadata.
    fn formed_cluster(&self) -> (Arc<FakeRegistry>, Vec<Node>) {
        let founders = [1, 2, 3];
        let registry = FakeRegistry::founded_by(&founders.map(|id| self.directory(id)));
        for id in founders {
            self.store_founder(id, &founders, true);
        }
        let start = |id| {
            let node = self.start(id, &self.peers(founders));
            node.doorkeeper.open(registry.clone());
            node
        };
        let nodes = founders.into_iter().map(start).collect();
        (registry, nodes)
    }
}

/// A node that runs until it is dropped.
struct Node {
    announced: Announced,
    doorkeeper: Arc<Doorkeeper>,
    entering: JoinHandle<Result<Entry, JoinError>>,
    _stop: DropGuard,
}

impl Node {
    async fn ends(&mut self) -> Result<Entry, JoinError> {
        tokio::time::timeout(PATIENCE, &mut self.entering).await.expect("an end of its waiting").unwrap()
    }

    async fn enters(&mut self) -> Entry {
        self.ends().await.unwrap()
    }

    fn waits(&self) -> bool {
        !self.entering.is_finished()
    }

    fn die(self) {
        self.entering.abort();
    }
}

/// Waits until somebody has looked at the metadata once more.
async fn asked(registry: &FakeRegistry) {
    let mut looked = registry.looked.subscribe();
    looked.borrow_and_update();
    tokio::time::timeout(PATIENCE, looked.changed()).await.expect("a look at the metadata").unwrap();
}

#[tokio::test]
async fn three_fresh_nodes_found_one_cluster_in_whatever_order_they_start() {
    for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
        let machines = Machines::new([1, 2, 3]);
        let peers = machines.peers([1, 2, 3]);
        let mut nodes = order.map(|id| (id, machines.start(id, &peers)));
        let mut clusters = Vec::new();
        for (id, node) in &mut nodes {
            let Entry { identity, members } = node.enters().await;
            assert!(identity.is_founder());
            assert_eq!(identity.founders, [1, 2, 3].map(|id| machines.directory(id)));
            assert_eq!(members.len(), 2);
            assert_eq!(identity::load(&machines.data_dir(*id), *id).unwrap().as_ref(), Some(&identity));
            assert_eq!(node.announced.get().cluster, Some(identity.cluster()));
            clusters.push(identity.cluster_id);
        }
        assert!(clusters.iter().all(|c| *c == clusters[0]), "{clusters:?}");
    }
}

#[tokio::test]
async fn a_lone_node_founds_its_own_cluster() {
    let machines = Machines::new([1]);
    for formation in [Formation::Standalone, Formation::Seeds(Vec::new()), machines.peers([1])] {
        let identity = machines.start(1, &formation).enters().await.identity;
        assert!(identity.is_founder());
        assert_eq!(identity.founders, [machines.directory(1)]);
        machines.wipe(1);
    }
}

#[tokio::test]
async fn the_others_take_the_cluster_from_a_founder_that_died_before_it_could_answer() {
    let machines = Machines::new([1, 2, 3]);
    machines.store_founder(1, &[1, 2, 3], false);
    let peers = machines.peers([1, 2, 3]);
    let mut nodes = [3, 2, 1].map(|id| machines.start(id, &peers));
    for node in &mut nodes {
        let identity = node.enters().await.identity;
        assert!(identity.is_founder());
        assert_eq!(identity.cluster_id, "c");
    }
}

#[tokio::test]
async fn a_node_that_dies_before_the_founding_is_the_same_node_when_it_is_back() {
    let machines = Machines::new([1, 2, 3]);
    let peers = machines.peers([1, 2, 3]);
    let mut second = machines.start(2, &peers);
    machines.start(1, &peers).die();
    let drawn = machines.directory(1);
    let _third = machines.start(3, &peers);
    let _first = machines.start(1, &peers);
    let founders = second.enters().await.identity.founders;
    assert_eq!(founders, [drawn, machines.directory(2), machines.directory(3)]);
}

#[tokio::test]
async fn a_fourth_node_waits_for_its_invitation_and_joins() {
    let machines = Machines::new([1, 2, 3, 4]);
    let (registry, _nodes) = machines.formed_cluster();
    let mut fourth = machines.start(4, &machines.peers([1, 2, 3, 4]));
    asked(&registry).await;
    assert!(fourth.waits());

    registry.invite(4);
    let Entry { identity, members } = fourth.enters().await;
    assert!(!identity.is_founder());
    let registered = registry.broker(4).unwrap();
    assert_eq!(identity.incarnation, registered.incarnation);
    assert_eq!(identity.directory_id, registered.directory_id);
    assert_eq!(members.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
    assert!(fourth.announced.get().cluster.as_ref().unwrap().formed);
}

#[tokio::test]
async fn a_wiped_founder_with_the_lowest_id_joins_its_old_cluster_while_the_others_live() {
    let machines = Machines::new([1, 2, 3]);
    let (registry, mut nodes) = machines.formed_cluster();
    let old = machines.directory(1);
    nodes.remove(0).die();
    machines.wipe(1);
    let identity = machines.start(1, &machines.peers([1, 2, 3])).enters().await.identity;
    assert_eq!(identity.cluster_id, "c");
    assert!(!identity.is_founder() && identity.incarnation > FIRST_INCARNATION);
    assert!(registry.image.lock().is_retired(&old.directory_id));
}

#[tokio::test]
async fn a_wiped_node_is_turned_away_while_its_old_directory_serves() {
    let machines = Machines::new([1, 2, 3]);
    let (registry, mut nodes) = machines.formed_cluster();
    nodes.remove(0).die();
    machines.wipe(1);
    registry.alive.lock().insert(1);
    let refused = machines.start(1, &machines.peers([1, 2, 3])).ends().await.unwrap_err();
    assert!(
        matches!(&refused, JoinError::Refused { node: 1, reason, .. } if reason.contains("another data directory")),
        "{refused}"
    );
    assert_eq!(identity::load(&machines.data_dir(1), 1).unwrap(), None);
}

#[tokio::test]
async fn a_node_that_the_others_do_not_name_founds_nothing_with_them() {
    let machines = Machines::new([1, 2, 3, 4]);
    let others = machines.peers([2, 3, 4]);
    let mut stranger = machines.start(1, &machines.peers([1, 2, 3, 4]));
    let mut nodes = [2, 3, 4].map(|id| machines.start(id, &others));
    let mut founders = Vec::new();
    for node in &mut nodes {
        founders = node.enters().await.identity.founders;
    }
    assert_eq!(founders, [2, 3, 4].map(|id| machines.directory(id)));

    let registry = FakeRegistry::founded_by(&founders);
    registry.invite(1);
    for node in &nodes {
        node.doorkeeper.open(registry.clone());
    }
    let identity = stranger.enters().await.identity;
    assert!(!identity.is_founder());
    assert_eq!(identity.founders, founders);
}

#[tokio::test]
async fn a_removed_node_must_empty_its_directory() {
    let machines = Machines::new([1, 2, 3, 4]);
    let (registry, _nodes) = machines.formed_cluster();
    let peers = machines.peers([1, 2, 3, 4]);
    registry.invite(4);
    machines.start(4, &peers).enters().await;
    registry.remove(4);
    // Its identity is lost, but not the directory's own id.
    std::fs::remove_file(machines.data_dir(4).join("identity.json")).unwrap();
    let refused = machines.start(4, &peers).ends().await.unwrap_err();
    assert!(refused.to_string().contains("start it with an empty data directory"), "{refused}");

    machines.wipe(4);
    registry.invite(4);
    assert!(machines.start(4, &peers).enters().await.identity.incarnation > 2);
}

#[tokio::test]
async fn a_node_whose_peers_belong_to_different_clusters_ends() {
    let machines = Machines::new([1, 2, 3]);
    let peers = machines.peers([1, 2, 3]);
    let _nodes = [1, 2].map(|id| machines.start(id, &machines.peers([id])));
    let error = machines.start(3, &peers).ends().await.unwrap_err();
    assert!(matches!(error, JoinError::Hopeless(Hopeless::MixedClusters { .. })), "{error}");
}

#[tokio::test]
async fn nodes_with_seeds_join_one_after_the_other_without_an_invitation() {
    let machines = Machines::new([1, 2, 3]);
    let mut second = machines.start(2, &machines.seeds([1]));
    let mut third = machines.start(3, &machines.seeds([2]));
    let mut first = machines.start(1, &Formation::Seeds(Vec::new()));
    let founder = first.enters().await.identity;

    let registry = FakeRegistry::founded_by(&founder.founders);
    for node in [&first, &second, &third] {
        node.doorkeeper.open(registry.clone());
    }
    assert!(second.waits() && third.waits(), "nothing is committed yet");
    first.announced.formed();
    for node in [&mut second, &mut third] {
        let identity = node.enters().await.identity;
        assert_eq!((&identity.cluster_id, &identity.founders), (&founder.cluster_id, &founder.founders));
        assert!(!identity.is_founder());
    }
}

#[test]
fn a_reason_to_wait_is_logged_once_however_many_give_it() {
    let mut complaints = Complaints::default();
    assert!(complaints.is_news(1, "no leader"));
    assert!(!complaints.is_news(1, "no leader"));
    assert!(!complaints.is_news(2, "no leader"));
    assert!(complaints.is_news(1, "not invited"));
    assert!(!complaints.is_news(2, "not invited"));
    assert!(complaints.is_news(1, "no leader"), "it had gone");
}
