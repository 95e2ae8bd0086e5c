//! Answers as text and as JSON.

use super::*;

#[test]
fn a_healthy_cluster_looks_as_in_the_manual() {
    assert_eq!(
        render_status(&healthy()),
        "\
Chronik Cluster Status
======================

Nodes: 3
Leader: Node 1 (elected by Raft)

Node Details:
  Node 1: kafka=host1.example.com:9092, wal=host1.example.com:9291, raft=host1.example.com:5001
  Node 2: kafka=host2.example.com:9092, wal=host2.example.com:9291, raft=host2.example.com:5001
  Node 3: kafka=host3.example.com:9092, wal=host3.example.com:9291, raft=host3.example.com:5001

Partition Assignments:
  my-topic-0: leader=1, replicas=[1, 2, 3], ISR=[1, 2, 3]
  my-topic-1: leader=2, replicas=[2, 3, 1], ISR=[2, 3, 1]
  my-topic-2: leader=3, replicas=[3, 1, 2], ISR=[3, 1, 2]
"
    );
}

#[test]
fn a_wounded_cluster_says_what_is_wrong_worst_first() {
    let text = render_status(&wounded());
    let (_, below) = text.split_once("\nProblems:\n").unwrap();
    assert_eq!(
        below,
        "  the cluster has no leader: nothing can be created, moved or registered
  Node 3 is not heard from by Node 1
  my-topic-2 has no leader: it can be neither written nor read
  my-topic-1 is under-replicated: not in sync: 3
"
    );
    assert!(text.contains("Leader: none"));
    assert!(text.contains("raft=host3.example.com:5001 (not heard from)"));
    assert!(text.contains("my-topic-2: leader=none, replicas=[3, 1, 2], ISR=[]"));
}

#[test]
fn many_problems_are_counted() {
    let mut status = healthy();
    status.partitions = (0..1000).map(|n| partition(n, Some(1), &[1, 2], &[1])).collect();
    assert!(render_status(&status).ends_with("  … and 980 more\n"));
}

#[test]
fn json_keeps_the_shape_of_the_seeds_and_large_integers_whole() {
    let json = serde_json::to_value(healthy()).unwrap();
    for key in ["node_id", "leader_id", "is_leader", "nodes", "partitions"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert_eq!(json["nodes"][0]["kafka"], "host1.example.com:9092");
    assert_eq!(json["partitions"][0]["isr"], serde_json::json!([1, 2, 3]));
    assert_eq!(json["partitions"][0]["high_watermark"], "9007199254740993");
    assert_eq!(serde_json::from_value::<Status>(json).unwrap(), healthy());
}

#[test]
fn nodes_that_come_and_go_are_told_and_are_no_problem() {
    let mut status = healthy();
    status.nodes[2].state = NodeState::Draining;
    let mut invited = node(4, "host4.example.com");
    (invited.state, invited.alive) = (NodeState::Invited, false);
    status.nodes.push(invited);
    assert_eq!(problems(&status), [""; 0]);
    let text = render_status(&status);
    assert!(text.contains("Nodes: 3 (and 1 invited)\n"), "{text}");
    assert!(text.contains("raft=host3.example.com:5001 (draining)\n"), "{text}");
    assert!(text.contains("raft=host4.example.com:5001 (invited, not started yet)\n"), "{text}");

    status.nodes[2].alive = false;
    assert!(render_status(&status).contains("(draining, not heard from)\n"));
    assert_eq!(problems(&status), ["Node 3 is not heard from by Node 1"]);
}

#[test]
fn a_partition_on_the_move_misses_nothing_but_what_it_had() {
    let mut status = healthy();
    let mut moving = partition(0, Some(1), &[1, 2, 4], &[1, 2]);
    (moving.adding, moving.removing) = (vec![4], vec![3]);
    status.partitions = vec![moving];
    assert_eq!(problems(&status), [""; 0]);
    let text = render_status(&status);
    assert!(
        text.contains(
            "my-topic-0: leader=1, replicas=[1, 2, 4], ISR=[1, 2] (moving: adding [4], removing [3])"
        ),
        "{text}"
    );
    status.partitions[0].isr = vec![1];
    assert_eq!(problems(&status), ["my-topic-0 is under-replicated: not in sync: 2"]);
}

#[test]
fn what_older_nodes_do_not_say_has_a_meaning() {
    let mut json = serde_json::to_value(healthy()).unwrap();
    json["nodes"][0].as_object_mut().unwrap().remove("state").unwrap();
    assert!(json["partitions"][0].get("adding").is_none(), "nothing is moving");
    assert_eq!(json["partitions"][0]["log_start_offset"], "5");
    json["partitions"][0].as_object_mut().unwrap().remove("log_start_offset").unwrap();
    let status: Status = serde_json::from_value(json).unwrap();
    assert_eq!((status.nodes[0].state, status.partitions[0].log_start_offset), (NodeState::Active, None));
}

#[test]
fn an_operation_shows_how_far_it_is_and_what_it_waits_for() {
    insta::assert_snapshot!(render_operation(&removal()), @"
    Operation 7: remove node 4
    State: moving 42%
    Partitions: 5 of 12 done
    Data: 1.2 GiB of 3.0 GiB copied
    Time left: about 2 min 5 s
    moving partitions off node 4

    Waiting for:
      my-topic-0: Node 5 is not heard from

    Under way:
    PARTITION    FROM       TO         BYTES    REASON
    my-topic-0   [4, 1, 2]  [5, 1, 2]  1.0 GiB  node 4 leaves
    my-topic-11  [1, 2, 4]  [1, 2, 3]  512 B    node 4 leaves
    ");
    let cancelled = OperationView { state: OperationState::Cancelled, ..removal() };
    assert!(!render_operation(&cancelled).contains("Time left"), "it will never be done");
    insta::assert_snapshot!(render_operation(&removed()), @"
    Operation 7: remove node 4
    State: done
    Partitions: 12 of 12 done
    Data: 3.0 GiB of 3.0 GiB copied
    Took: 1 min 12 s
    node 4 is removed; it is safe to shut it down
    ");
}

#[test]
fn a_failed_operation_says_why() {
    let failed = OperationView {
        state: OperationState::Failed,
        force: Some(true),
        percent: 41,
        partitions_done: 11,
        message: "my-topic-3 has no surviving replica".into(),
        ..removed()
    };
    insta::assert_snapshot!(render_operation(&failed), @"
    Operation 7: remove node 4 by force
    State: failed at 41%
    Partitions: 11 of 12 done
    Data: 3.0 GiB of 3.0 GiB copied
    Took: 1 min 12 s
    my-topic-3 has no surviving replica
    ");
}

#[test]
fn operations_are_one_row_each() {
    let rebalance = OperationView {
        operation_id: Some(12),
        kind: OperationKind::Rebalance,
        node_id: None,
        force: None,
        state: OperationState::Planning,
        partitions_total: 0,
        partitions_done: 0,
        message: String::new(),
        started_at_ms: 3_599_000,
        ..removal()
    };
    let operations = Operations { operations: vec![rebalance, removed()] };
    insta::assert_snapshot!(render_operations(&operations, 3_601_000), @"
    ID  OPERATION      STATE     PARTITIONS  STARTED  MESSAGE
    12  rebalance      planning  0/0         2 s ago
    7   remove node 4  done      12/12       1 h ago  node 4 is removed; it is safe to shut it down
    ");
    assert_eq!(render_operations(&Operations { operations: vec![] }, 0), "There are no operations.\n");
}

#[test]
fn a_dry_run_shows_the_plan_and_what_is_in_the_way() {
    let planned = OperationView {
        operation_id: None,
        state: OperationState::Planning,
        message: "3 nodes would remain, of which 2 make a quorum".into(),
        ..removal()
    };
    insta::assert_snapshot!(render_plan(&planned), @"
    Dry run, nothing is changed: remove node 4

    PARTITION    FROM       TO         BYTES    REASON
    my-topic-0   [4, 1, 2]  [5, 1, 2]  1.0 GiB  node 4 leaves
    my-topic-11  [1, 2, 4]  [1, 2, 3]  512 B    node 4 leaves

    2 partitions change, 3.0 GiB to copy.
    3 nodes would remain, of which 2 make a quorum

    In the way:
      my-topic-0: Node 5 is not heard from
    ");
    let nothing = OperationView { plan: vec![], blocked_on: vec![], message: String::new(), ..planned };
    insta::assert_snapshot!(render_plan(&nothing), @"
    Dry run, nothing is changed: remove node 4

    No partition has to change.
    ");
}

#[test]
fn progress_never_looks_finished_before_it_is() {
    assert_eq!(
        progress_line(&removal()),
        "Operation 7: moving 42%, 5/12 partitions, 1.2 GiB/3.0 GiB, 2 min 5 s left"
    );
    let planning = OperationView {
        state: OperationState::Planning,
        partitions_total: 0,
        bytes_total: 0,
        eta_seconds: None,
        ..removal()
    };
    assert_eq!(progress_line(&planning), "Operation 7: planning");
    let removing = OperationView { state: OperationState::Removing, eta_seconds: None, ..removed() };
    assert_eq!(progress_line(&removing), "Operation 7: removing the node, 12/12 partitions, 3.0 GiB/3.0 GiB");
}

#[test]
fn ids_and_bytes_survive_javascript() {
    let view = OperationView { operation_id: Some(u64::MAX), bytes_total: u64::MAX, ..removal() };
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(json["operation_id"], "18446744073709551615");
    assert_eq!(
        (&json["bytes_total"], &json["plan"][1]["bytes"]),
        (&"18446744073709551615".into(), &"512".into())
    );
    assert_eq!((&json["kind"], &json["state"]), (&"remove_node".into(), &"moving".into()));
    assert_eq!(serde_json::from_value::<OperationView>(json).unwrap(), view);
}
