//! Groups whose members and leaders change.

use std::collections::{BTreeSet, HashSet};

use chronik_broker::raft::RaftNodeId;
use chronik_broker::raft::membership::{Goal, Step, next_step};

use crate::harness::{Cluster, GROUP, Node, batch, replica, until};

/// One step of whoever leads towards these voters; true when there is nothing left to do.
async fn advance(cluster: &Cluster, goal: &[RaftNodeId]) -> bool {
    let leader = cluster.leader().await;
    let group = leader.group();
    let replication = group.replication().unwrap_or_default();
    let caught_up =
        |id: RaftNodeId| replication.followers.iter().any(|f| f.node == id && f.matched == replication.last);
    let learners = BTreeSet::new();
    let goal = Goal { voters: goal, learners: &learners, min_in_sync: 1 };
    match next_step(group.me(), &group.members(), &goal, caught_up) {
        Step::Done => return true,
        Step::AddLearners(ids) => group.add_learners(&ids).await.unwrap(),
        Step::ChangeVoters(ids) => drop(group.change_voters(&ids).await),
        Step::DropLearners(ids) => group.drop_learners(&ids).await.unwrap(),
        Step::HandOver(heirs) => assert!(group.hand_over(&heirs).await),
        Step::Await(_) => tokio::task::yield_now().await,
    }
    false
}

async fn move_to(cluster: &Cluster, goal: &[RaftNodeId]) {
    while !advance(cluster, goal).await {}
}

async fn produce(node: &Node, count: i64) -> i64 {
    let mut last = 0;
    for _ in 0..count {
        last = node.append(&batch("value")).await.unwrap();
    }
    last + 1
}

#[tokio::test]
async fn a_newcomer_gets_the_whole_log_and_the_one_it_replaces_is_out() {
    let mut cluster = Cluster::start().await;
    let (leader, stays, leaves) = cluster.roles().await;
    let end = produce(cluster.node(leader), 10).await;
    cluster.join(replica(4)).await;
    move_to(&cluster, &[replica(leader), replica(stays), replica(4)]).await;

    let voters: BTreeSet<_> = [leader, stays, 4].map(replica).into();
    assert_eq!(cluster.node(leader).group().members().voters(), voters);
    cluster.kill(leaves).await;
    let end = end + i64::from(cluster.leader().await.append(&batch("more")).await.is_ok());
    cluster.settle(end).await;
    cluster.assert_equal_logs().await;
}

#[tokio::test]
async fn all_replicas_can_be_exchanged_the_leader_among_them() {
    let mut cluster = Cluster::start().await;
    let end = produce(cluster.leader().await, 10).await;
    for id in [4, 5, 6] {
        cluster.join(replica(id)).await;
    }
    move_to(&cluster, &[replica(5), replica(4), replica(6)]).await;
    for id in [1, 2, 3] {
        cluster.kill(id).await;
    }
    let offset = cluster.leader().await.append(&batch("after")).await;
    assert_eq!(offset, Ok(end));
    cluster.settle(end + 1).await;
    cluster.assert_equal_logs().await;
}

#[tokio::test]
async fn a_replica_that_left_comes_back_as_another_one_with_an_empty_log() {
    let mut cluster = Cluster::start().await;
    let (leader, stays, away) = cluster.roles().await;
    produce(cluster.node(leader), 5).await;
    move_to(&cluster, &[replica(leader), replica(stays)]).await;
    cluster.kill(away).await;
    let end = produce(cluster.leader().await, 5).await;

    let back = RaftNodeId::new(away, 2);
    cluster.join(back).await;
    move_to(&cluster, &[replica(leader), replica(stays), back]).await;
    cluster.settle(end).await;
    cluster.assert_equal_logs().await;
}

#[tokio::test]
async fn a_leader_whose_heir_is_dead_does_not_stay_mute() {
    let mut cluster = Cluster::start().await;
    let (leader, heir, _) = cluster.roles().await;
    cluster.kill(heir).await;
    assert!(cluster.node(leader).group().hand_over(&[replica(heir)]).await, "another one takes it");
    until("it is known", || cluster.node(leader).group().leads().is_none()).await;
    assert_eq!(cluster.leader().await.append(&batch("a")).await, Ok(0));
}

/// Appends until the log reaches into the next WAL file of every node, and lets all of them purge what lies before
/// `log_start`'s file. Gives the end of the log.
async fn fill_and_purge(cluster: &Cluster) -> i64 {
    let leader = cluster.leader().await;
    let first = leader.wal.tail_file();
    let large = batch(&"x".repeat(100_000));
    let mut end = leader.high_watermark();
    while cluster.nodes.iter().any(|n| n.wal.tail_file() < first + 2) {
        end = leader.append(&large).await.unwrap() + 1;
    }
    cluster.settle(end).await;
    for node in &cluster.nodes {
        let last = node.group().log().state().last.unwrap().index;
        let file = node.group().log().file_of(last).unwrap_or(node.wal.tail_file());
        let states = node.wal.checkpointed_states(file, &HashSet::from([GROUP])).unwrap();
        let purged = node.group().purge_up_to(&states[&GROUP], last).await.unwrap();
        assert!(purged.is_some());
        until("it is purged", || node.group().log().state().purged.map(|p| p.index) == purged).await;
    }
    end
}

fn first_offset(node: &Node) -> i64 {
    node.group().log().state().purged_base as i64
}

#[tokio::test]
async fn a_newcomer_behind_the_purge_point_gets_the_state_there_and_then_the_log() {
    let mut cluster = Cluster::start().await;
    let (leader, stays, _) = cluster.roles().await;
    let end = fill_and_purge(&cluster).await;
    cluster.join(replica(4)).await;
    move_to(&cluster, &[replica(leader), replica(stays), replica(4)]).await;
    cluster.settle(end).await;

    let (old, new) = (cluster.node(leader), cluster.node(4));
    assert!(first_offset(old) > 0);
    assert_eq!(first_offset(new), first_offset(old), "it begins where its leader's log begins");
    let from = first_offset(new);
    let read = async |node: &Node| node.partition.read(from, usize::MAX, true).await.unwrap().pieces.concat();
    assert_eq!(read(new).await, read(old).await);
    // The records are there before the last change of membership is, and the state says how far it has been applied.
    until("both have the same state", || new.partition.encoded_state() == old.partition.encoded_state())
        .await;
}

#[tokio::test]
async fn a_follower_that_was_away_while_the_others_purged_catches_up_and_survives_a_restart() {
    let mut cluster = Cluster::start().await;
    let (_, _, away) = cluster.roles().await;
    cluster.kill(away).await;
    fill_and_purge(&cluster).await;
    let end = fill_and_purge(&cluster).await;
    cluster.revive(away).await;
    cluster.settle(end).await;
    assert!(first_offset(cluster.node(away)) > 0);

    cluster.kill(away).await;
    cluster.revive(away).await;
    let offset = cluster.leader().await.append(&batch("after")).await.unwrap();
    cluster.settle(offset + 1).await;
    let states = || cluster.nodes.iter().map(|n| n.partition.encoded_state()).collect::<HashSet<_>>();
    until("all have the same state", || states().len() == 1).await;
}
