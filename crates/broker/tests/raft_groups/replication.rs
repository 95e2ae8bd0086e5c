//! Appending, failing over, catching up.

use chronik_broker::partition::{AppendError, ReadError};
use chronik_broker::raft::transport::wire::peer_client::PeerClient;
use chronik_broker::raft::{Command, ProposeError, Reply};
use chronik_broker::wal::Body;
use tonic::transport::Endpoint;

use crate::harness::{CLUSTER, Cluster, GROUP, answer, batch, until};

#[tokio::test]
async fn what_is_answered_comes_to_all_three_with_the_same_bytes() {
    let cluster = Cluster::start().await;
    let leader = cluster.leader().await;
    for (offset, value) in (0..).zip(["a", "b", "c"]) {
        assert_eq!(leader.append(&batch(value)).await, Ok(offset));
    }
    cluster.settle(3).await;
    cluster.assert_equal_logs().await;
    for node in &cluster.nodes {
        let leadership = node.liveness.leadership(GROUP).unwrap();
        assert_eq!((leadership.leader, Some(leadership.term)), (leader.id, leader.group().leads()));
        assert_eq!(node.partition.ready_term().is_some(), node.id == leader.id, "one serves");
    }
}

#[tokio::test]
async fn a_follower_appends_nothing_for_its_clients() {
    let cluster = Cluster::start().await;
    let (_, follower, _) = cluster.roles().await;
    assert_eq!(cluster.node(follower).append(&batch("a")).await, Err(AppendError::NotLeader));
    assert!(cluster.nodes.iter().all(|n| n.log_end() == 0));
}

#[tokio::test]
async fn without_a_quorum_nothing_is_answered_or_shown_until_it_is_back() {
    let mut cluster = Cluster::start().await;
    let (leader, second, third) = cluster.roles().await;
    cluster.kill(second).await;
    assert_eq!(cluster.node(leader).append(&batch("a")).await, Ok(0), "two of three are a quorum");
    cluster.kill(third).await;

    let node = cluster.node(leader);
    let mut waiting = node.queue(&batch("b"), None);
    until("it is in the leader's log", || node.log_end() == 2).await;
    assert!(waiting.try_recv().is_err());
    assert_eq!(node.high_watermark(), 1);
    assert_eq!(node.read_all().await.len(), batch("a").len());
    assert!(matches!(node.partition.read(2, 1, true).await, Err(ReadError::OutOfRange { .. })));

    cluster.revive(third).await;
    let first = answer(waiting).await;
    let leader = cluster.leader().await;
    // Leadership may have moved while there was no quorum: then the answer is that nobody knows.
    let end = match first {
        Ok(1) | Err(AppendError::NotLeader) => leader.append(&batch("c")).await.unwrap() + 1,
        other => panic!("{other:?}"),
    };
    cluster.settle(end).await;
    cluster.assert_equal_logs().await;
}

#[tokio::test]
async fn an_old_term_is_refused_after_a_transfer_of_leadership() {
    let cluster = Cluster::start().await;
    let (old, new, _) = cluster.roles().await;
    let (old, new) = (cluster.node(old), cluster.node(new));
    let old_term = old.partition.ready_term().unwrap();
    assert_eq!(old.append(&batch("a")).await, Ok(0));
    cluster.settle(1).await;

    let new_term = cluster.transfer(old, new).await;
    until("the old one knows", || old.group().leads().is_none()).await;
    assert!(new_term > old_term);

    let command = Command { count: 1, base: 0, body: Body::One(batch("late")) };
    for node in [old, new] {
        let refused = node.group().propose(old_term, command.clone()).await;
        assert!(
            matches!(refused, Err(ProposeError::NotLeader { group: GROUP, term }) if term == old_term),
            "node {}: {refused:?}",
            node.id
        );
        assert_eq!(answer(node.queue(&batch("late"), Some(old_term))).await, Err(AppendError::NotLeader));
    }
    assert_eq!(new.group().propose(new_term, command).await.unwrap(), Reply::BaseOffset(1));
    cluster.settle(2).await;
    cluster.assert_equal_logs().await;
    for node in &cluster.nodes {
        let ends = [old_term, new_term].map(|term| node.partition.end_offset_for(term as i32));
        assert_eq!(ends, [Some((old_term as i32, 1)), Some((new_term as i32, 2))]);
    }
}

#[tokio::test]
async fn a_follower_that_was_away_catches_up_from_its_own_log_on() {
    let mut cluster = Cluster::start().await;
    let (leader, _, away) = cluster.roles().await;
    assert_eq!(cluster.node(leader).append(&batch("before")).await, Ok(0));
    cluster.settle(1).await;
    cluster.kill(away).await;
    for offset in 1..20 {
        assert_eq!(cluster.node(leader).append(&batch("meanwhile")).await, Ok(offset));
    }
    until("it is out of sync", || !cluster.node(leader).isr().contains(&away)).await;

    cluster.revive(away).await;
    assert!(cluster.node(away).log_end() >= 1, "it has kept its log");
    cluster.settle(20).await;
    cluster.assert_equal_logs().await;
    until("it is in sync again", || cluster.nodes.iter().all(|n| n.isr() == [1, 2, 3])).await;
}

#[tokio::test]
async fn when_the_leader_dies_another_goes_on_with_all_that_was_answered() {
    let mut cluster = Cluster::start().await;
    let (dead, ..) = cluster.roles().await;
    let old_term = cluster.node(dead).partition.ready_term().unwrap();
    for offset in 0..5 {
        assert_eq!(cluster.node(dead).append(&batch("a")).await, Ok(offset));
    }
    cluster.kill(dead).await;
    let leader = cluster.leader().await;
    assert!(leader.partition.ready_term().unwrap() > old_term);
    assert_eq!(leader.append(&batch("b")).await, Ok(5));

    cluster.revive(dead).await;
    cluster.settle(6).await;
    cluster.assert_equal_logs().await;
}

#[tokio::test]
async fn a_stream_of_a_stranger_is_refused() {
    let cluster = Cluster::start().await;
    let endpoint = Endpoint::from_shared(format!("http://{}", cluster.addresses[&1])).unwrap();
    let mut client = PeerClient::new(endpoint.connect().await.unwrap());
    let mut open = async |cluster_id: &'static str, from: &'static str, to: &'static str| {
        let mut request = tonic::Request::new(tokio_stream::pending());
        let fields = [
            ("chronik-cluster", cluster_id),
            ("chronik-from", from),
            ("chronik-to", to),
            ("chronik-class", "bulk"),
            ("chronik-protocol", "2"),
        ];
        for (key, value) in fields {
            request.metadata_mut().insert(key, value.parse().unwrap());
        }
        client.link(request).await.map(drop).map_err(|status| status.message().to_owned())
    };
    assert!(open("another", "2", "1").await.unwrap_err().contains("belongs to cluster test"));
    assert!(open(CLUSTER, "2", "3").await.unwrap_err().contains("this is node 1, not node 3"));
    assert!(open(CLUSTER, "1", "1").await.unwrap_err().contains("two nodes claim the id 1"));
    assert_eq!(open(CLUSTER, "2", "1").await, Ok(()));
}
