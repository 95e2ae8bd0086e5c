//! Routes that show the cluster, plain and as streams.

use chronik_common::admin::v1::{
    Delta, Events, HealthReport, NodeView, Nodes, PartitionView, Partitions, RaftGroups, RaftView, Snapshot,
    TopicDetail, Topics, Verdict,
};
use parking_lot::Mutex as Lock;

use super::*;
use crate::survey::journal::Sight;
use crate::survey::samples::{picture, without_node_3};
use crate::survey::{Journal, Picture};

/// What a fake node sees.
pub(super) struct FakeSight {
    picture: Lock<Picture>,
    /// Nothing more is seen.
    blind: AtomicBool,
    journal: Arc<Journal>,
}

impl Default for FakeSight {
    fn default() -> Self {
        Self { picture: Lock::new(picture()), blind: AtomicBool::new(false), journal: Arc::default() }
    }
}

impl Observe for FakeNode {
    fn picture(&self) -> Answer<Arc<Picture>> {
        if self.sight.blind.load(Ordering::Acquire) {
            return Box::pin(std::future::pending());
        }
        let picture = Arc::new(self.sight.picture.lock().clone());
        Box::pin(std::future::ready(Ok(picture)))
    }

    fn journal(&self) -> Arc<Journal> {
        self.sight.journal.clone()
    }
}

impl Served {
    async fn see<T: DeserializeOwned>(&self, path: &str) -> T {
        let answer = self.ask("GET", path, &[("X-API-Key", KEY)]).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    async fn refused(&self, path: &str) -> (u16, Problem) {
        let answer = self.ask("GET", path, &[("X-API-Key", KEY)]).await;
        (answer.status, answer.problem())
    }
}

fn happens(served: &Served, what: &str) {
    let sight = Sight {
        kind: chronik_common::admin::v1::EventKind::LeaderChanged,
        object: what.into(),
        message: format!("{what} is led by node 2"),
    };
    served.node.sight.journal.note(7, vec![sight]);
}

#[tokio::test]
async fn every_kind_of_object_is_listed_and_shown_alone() {
    let served = served().await;
    assert_eq!(served.see::<Nodes>("/admin/v1/nodes").await.nodes.len(), 3);
    assert_eq!(served.see::<NodeView>("/admin/v1/nodes/2").await.node_id, 2);
    assert_eq!(served.see::<Topics>("/admin/v1/topics").await.topics[0].topic, "orders");
    assert_eq!(served.see::<TopicDetail>("/admin/v1/topics/orders").await.partition_views.len(), 3);
    assert_eq!(served.see::<Partitions>("/admin/v1/partitions").await.total, 3);
    assert_eq!(served.see::<PartitionView>("/admin/v1/partitions/orders/1").await.leader, Some(2));
    assert_eq!(served.see::<RaftGroups>("/admin/v1/raft").await.total, 4);
    assert_eq!(served.see::<RaftView>("/admin/v1/raft/__metadata").await.leader, 1);
    assert_eq!(served.see::<HealthReport>("/admin/v1/health").await.verdict, Verdict::Healthy);
}

#[tokio::test]
async fn what_is_not_there_names_what_is() {
    let served = served().await;
    for (path, code, hint) in [
        ("/admin/v1/nodes/9", "unknown_node", "the nodes are 1, 2, 3"),
        ("/admin/v1/nodes/x", "unknown_node", "the nodes are 1, 2, 3"),
        ("/admin/v1/topics/order", "unknown_topic", "did you mean orders?"),
        ("/admin/v1/partitions?topic=order", "unknown_topic", "did you mean orders?"),
        ("/admin/v1/partitions/orders/9", "unknown_partition", "it has the partitions 0 to 2"),
        ("/admin/v1/raft/orders-22", "unknown_group", "did you mean orders-2? "),
    ] {
        let (status, problem) = served.refused(path).await;
        assert_eq!((status, problem.code.as_str()), (404, code), "{path}");
        assert!(problem.hint.starts_with(hint), "{path}: {}", problem.hint);
    }
}

#[tokio::test]
async fn partitions_are_filtered_sorted_and_paged() {
    let served = served().await;
    *served.node.sight.picture.lock() = without_node_3();
    let names = |page: &Partitions| page.partitions.iter().map(|p| p.partition).collect::<Vec<_>>();
    let worst: Partitions = served.see("/admin/v1/partitions?sort=lag&limit=2").await;
    assert_eq!((names(&worst), worst.total, worst.missing_nodes.clone()), (vec![2, 0], 3, vec![3]));
    let next = worst.next_cursor.unwrap();
    let rest: Partitions = served.see(&format!("/admin/v1/partitions?sort=lag&limit=2&cursor={next}")).await;
    assert_eq!((names(&rest), rest.next_cursor.clone()), (vec![1], None));
    let some: Partitions = served.see("/admin/v1/partitions?state=leaderless,under_min_isr").await;
    assert_eq!(names(&some), [2]);
    assert_eq!(names(&served.see("/admin/v1/partitions?leader=2").await), [1]);
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_twice() {
    let served = served().await;
    let key = ("X-API-Key", KEY);
    let first = served.ask("GET", "/admin/v1/partitions", &[key]).await;
    let tag = first.head.split("etag: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    let again = served.ask("GET", "/admin/v1/partitions", &[key, ("If-None-Match", &tag)]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    *served.node.sight.picture.lock() = without_node_3();
    assert_eq!(served.ask("GET", "/admin/v1/partitions", &[key, ("If-None-Match", &tag)]).await.status, 200);
}

#[tokio::test]
async fn questions_that_are_not_understood_are_refused() {
    let served = served().await;
    for path in [
        "/admin/v1/partitions?stat=leaderless",
        "/admin/v1/partitions?state=bad",
        "/admin/v1/partitions?sort=colour",
        "/admin/v1/partitions?limit=0",
        "/admin/v1/partitions?limit=10001",
        "/admin/v1/partitions?cursor=x",
        "/admin/v1/partitions?node=one",
        "/admin/v1/nodes?consistency=strong",
        "/admin/v1/journal?kind=party",
        "/admin/v1/events?since=1",
    ] {
        let (status, problem) = served.refused(path).await;
        assert_eq!((status, problem.code.as_str()), (400, "invalid_request"), "{path}");
        assert!(!problem.hint.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn without_a_quorum_only_who_asks_for_it_is_told_what_may_be_behind() {
    let served = served().await;
    served.node.sight.picture.lock().leader = None;
    for path in ["nodes", "topics", "partitions", "raft", "nodes/1", "topics/orders"] {
        let (status, problem) = served.refused(&format!("/admin/v1/{path}")).await;
        assert_eq!((status, problem.code.as_str()), (503, "no_leader"), "{path}");
        let stale = format!("/admin/v1/{path}?consistency=stale");
        assert_eq!(served.ask("GET", &stale, &[("X-API-Key", KEY)]).await.status, 200, "{path}");
    }
    assert_eq!(served.see::<HealthReport>("/admin/v1/health").await.verdict, Verdict::Critical);
    served.see::<Events>("/admin/v1/journal").await;
}

#[tokio::test]
async fn the_journal_is_filtered_and_the_newest_fit() {
    let served = served().await;
    for object in ["orders-0", "orders-1", "payments-0"] {
        happens(&served, object);
    }
    let objects = |events: Events| events.events.into_iter().map(|e| e.object).collect::<Vec<_>>();
    assert_eq!(objects(served.see("/admin/v1/journal?limit=2").await), ["orders-1", "payments-0"]);
    assert_eq!(objects(served.see("/admin/v1/journal?object=orders").await), ["orders-0", "orders-1"]);
    assert_eq!(objects(served.see("/admin/v1/journal?since_ms=8").await), [""; 0]);
    assert_eq!(objects(served.see("/admin/v1/journal?kind=leader_changed").await).len(), 3);
}

/// A stream, read message by message.
struct Reader {
    stream: TcpStream,
    read: String,
}

impl Reader {
    async fn open(served: &Served, path: &str, headers: &str) -> Self {
        Self::open_by(KEY, served, path, headers).await
    }

    async fn open_by(key: &str, served: &Served, path: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reader = Self { stream, read: String::new() };
        let head = reader.until("\r\n\r\n").await;
        assert!(head.contains("200 OK") && head.contains("text/event-stream"), "{head}");
        reader
    }

    async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some(place) = self.read.find(end) {
                let rest = self.read.split_off(place + end.len());
                return std::mem::replace(&mut self.read, rest);
            }
            let mut buffer = vec![0; 65_536];
            let read = timeout(PATIENCE, self.stream.read(&mut buffer)).await.unwrap().unwrap();
            assert_ne!(read, 0, "the stream ended after {:?}", self.read);
            self.read += std::str::from_utf8(&buffer[..read]).unwrap();
        }
    }

    /// Name and data of the next message that is no comment. Sizes of chunks are left out.
    async fn next(&mut self) -> (String, String) {
        loop {
            let message = self.until("\n\n").await;
            let line = |name: &str| {
                let mut lines = message.lines().map(str::trim_end);
                lines.find_map(|line| line.strip_prefix(name).map(str::to_owned))
            };
            if let Some(name) = line("event: ") {
                return (name, line("data: ").unwrap());
            }
        }
    }
}

#[tokio::test]
async fn events_are_told_as_they_happen_and_resumed_where_they_broke_off() {
    let served = served().await;
    happens(&served, "before");
    let mut reader = Reader::open(&served, "/admin/v1/events", "").await;
    happens(&served, "first");
    let (name, data) = reader.next().await;
    assert_eq!(name, "event");
    let first: chronik_common::admin::v1::Event = serde_json::from_str(&data).unwrap();
    assert_eq!(first.object, "first");
    drop(reader);
    happens(&served, "second");
    let resume = format!("Last-Event-ID: {}\r\n", first.id);
    let mut reader = Reader::open(&served, "/admin/v1/events", &resume).await;
    let (name, data) = reader.next().await;
    assert_eq!(name, "event");
    assert!(data.contains("\"second\""), "{data}");
}

#[tokio::test]
async fn an_id_of_another_life_of_the_node_is_answered_with_resync_and_all_that_is_known() {
    let served = served().await;
    happens(&served, "known");
    let mut reader = Reader::open(&served, "/admin/v1/events", "Last-Event-ID: another-7\r\n").await;
    assert_eq!(reader.next().await.0, "resync");
    assert!(reader.next().await.1.contains("\"known\""));
}

#[tokio::test]
async fn dashboards_get_everything_and_then_what_changes() {
    let served = served().await;
    let mut reader = Reader::open(&served, "/admin/v1/watch", "").await;
    let (name, data) = reader.next().await;
    assert_eq!(name, "snapshot");
    let snapshot: Snapshot = serde_json::from_str(&data).unwrap();
    assert_eq!((snapshot.partitions.len(), snapshot.health.verdict), (3, Verdict::Healthy));
    *served.node.sight.picture.lock() = without_node_3();
    loop {
        let (name, data) = reader.next().await;
        assert_eq!(name, "delta");
        let delta: Delta = serde_json::from_str(&data).unwrap();
        if delta.partitions.len() == 3 {
            assert_eq!(delta.health.map(|h| h.verdict), Some(Verdict::Critical));
            return;
        }
        assert!(delta.partitions.is_empty());
    }
}

#[tokio::test]
async fn who_opens_a_dashboard_sees_at_once_what_others_see_and_does_not_wait_for_the_next_look() {
    let served = served().await;
    let mut first = Reader::open(&served, "/admin/v1/watch", "").await;
    assert_eq!(first.next().await.0, "snapshot");
    served.node.sight.blind.store(true, Ordering::Release);
    let mut second = Reader::open(&served, "/admin/v1/watch", "").await;
    let (name, data) = second.next().await;
    assert_eq!(name, "snapshot");
    assert_eq!(serde_json::from_str::<Snapshot>(&data).unwrap().partitions.len(), 3);
}

#[tokio::test]
async fn a_stream_ends_with_the_key_that_it_was_opened_by() {
    let served = served().await;
    let key = served.key_for("read").await;
    let mut reader = Reader::open_by(&key.secret, &served, "/admin/v1/events", "").await;
    happens(&served, "before");
    assert!(reader.next().await.1.contains("\"before\""));
    served.node.revoke_key(key.key.id).await.unwrap();
    happens(&served, "after");
    let mut rest = String::new();
    timeout(PATIENCE, reader.stream.read_to_string(&mut rest)).await.unwrap().unwrap();
    assert!(!rest.contains("after"), "{rest}");
}

#[tokio::test]
async fn streams_are_counted() {
    let served = served().await;
    let mut readers = Vec::new();
    for _ in 0..64 {
        readers.push(Reader::open(&served, "/admin/v1/events", "").await);
    }
    let (status, problem) = served.refused("/admin/v1/events").await;
    assert_eq!((status, problem.code.as_str()), (503, "too_many_streams"));
}
