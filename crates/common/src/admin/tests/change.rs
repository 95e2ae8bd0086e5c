//! Commands that change something, from the command line to the exit code, and
//! what the client does with a change whose fate is not clear.

use super::*;

const ADD: &str = "add-node 4 --kafka host4:9092 --wal host4:9291 --raft host4:5001";
const REMOVE: &str = "POST /admin/remove-node {\"node_id\":4,\"force\":false,\"dry_run\":false}";

/// Runs a command against nodes, and gives the answer and what was told.
async fn run_on(
    line: &str,
    nodes: &[&FakeNode],
    console: &FakeConsole,
) -> (Result<Report, CommandError>, String) {
    let urls: Vec<_> = nodes.iter().map(|node| node.url()).collect();
    let answer = run(&format!("{line}{}", admin(&urls)), console).await;
    (answer, console.told())
}

fn moving(percent: u8) -> OperationView {
    OperationView { percent, blocked_on: vec![], ..removal() }
}

fn text_of(answer: Result<Report, CommandError>) -> (String, u8) {
    let Report { text, exit_code } = answer.unwrap();
    (text, exit_code)
}

#[tokio::test]
async fn an_invited_node_is_told_how_to_start() {
    let answer = AddNodeAnswer {
        node_id: 4,
        state: Membership::Invited,
        message: "Node 4 may join.".into(),
        next: "start it with its own configuration file".into(),
    };
    let node = FakeNode::serving(&answer).await;
    let (shown, _) = run_on(&format!("{ADD} --admin-addr host4:10004"), &[&node], &FakeConsole::log()).await;
    assert_eq!(
        text_of(shown),
        ("Node 4 may join.\nNext: start it with its own configuration file\n".into(), 0)
    );
    let (json, _) = run_on(&format!("{ADD} --reason growth -o json"), &[&node], &FakeConsole::log()).await;
    let envelope: Envelope<AddNodeAnswer> = serde_json::from_str(&text_of(json).0).unwrap();
    assert_eq!((envelope.kind.as_str(), envelope.body), ("NodeAdded", answer));
    let addresses =
        r#""node_id":4,"kafka_addr":"host4:9092","wal_addr":"host4:9291","raft_addr":"host4:5001""#;
    assert_eq!(
        node.requests(),
        [
            format!(r#"POST /admin/add-node {{{addresses},"admin_addr":"host4:10004"}}"#),
            format!(r#"POST /admin/add-node {{{addresses},"reason":"growth"}}"#)
        ]
    );
}

#[tokio::test]
async fn a_removal_is_waited_for_and_its_progress_told_once_per_change() {
    let waiting = OperationView { blocked_on: removal().blocked_on, ..moving(10) };
    let later = OperationView { bytes_done: 7, eta_seconds: Some(60), ..waiting.clone() };
    let replies = [&waiting, &later, &moving(42), &removed()].map(Reply::ok);
    let node = FakeNode::with(replies.to_vec()).await;
    let (answer, told) = run_on("remove-node 4", &[&node], &FakeConsole::log()).await;
    assert_eq!(text_of(answer), (render_operation(&removed()), 0));
    insta::assert_snapshot!(told, @"
      waiting for my-topic-0: Node 5 is not heard from
    Operation 7: moving 10%, 5/12 partitions, 1.2 GiB/3.0 GiB, 2 min 5 s left
    Operation 7: moving 42%, 5/12 partitions, 1.2 GiB/3.0 GiB, 2 min 5 s left
    ");
    assert_eq!(node.requests()[..2], [REMOVE, "GET /admin/v1/operations/7"]);
    assert_eq!(node.asked(), 4);
}

#[tokio::test]
async fn on_a_terminal_every_look_is_told() {
    let later = OperationView { eta_seconds: Some(60), ..moving(10) };
    let replies = [&moving(10), &later, &removed()].map(Reply::ok);
    let node = FakeNode::with(replies.to_vec()).await;
    let (_, told) = run_on("rebalance", &[&node], &FakeConsole::typing("")).await;
    insta::assert_snapshot!(told, @"
    Operation 7: moving 10%, 5/12 partitions, 1.2 GiB/3.0 GiB, 2 min 5 s left
    Operation 7: moving 10%, 5/12 partitions, 1.2 GiB/3.0 GiB, 1 min left
    ");
}

#[tokio::test]
async fn an_operation_that_had_nothing_to_do_is_done_at_once() {
    let nothing = OperationView { operation_id: None, kind: OperationKind::Rebalance, ..removed() };
    let node = FakeNode::serving(&nothing).await;
    for line in ["rebalance", "rebalance --no-wait"] {
        let (answer, told) = run_on(line, &[&node], &FakeConsole::log()).await;
        assert_eq!((text_of(answer), told.as_str()), ((render_operation(&nothing), 0), ""), "{line}");
    }
}

#[tokio::test]
async fn an_operation_that_does_not_succeed_exits_with_1() {
    for state in [OperationState::Failed, OperationState::Cancelled] {
        let ended = OperationView { state, message: "no replica survives".into(), ..removed() };
        let node = FakeNode::with(vec![Reply::ok(&moving(1)), Reply::ok(&ended)]).await;
        let (answer, _) = run_on("rebalance", &[&node], &FakeConsole::log()).await;
        assert_eq!(text_of(answer), (render_operation(&ended), 1));
    }
}

#[tokio::test]
async fn ctrl_c_leaves_the_operation_alone_and_says_how_to_come_back() {
    let node = FakeNode::serving(&moving(10)).await;
    let (answer, told) = run_on("remove-node 4", &[&node], &FakeConsole::impatient()).await;
    assert_eq!(text_of(answer), (render_operation(&moving(10)), 130));
    let url = node.url();
    assert!(
        told.ends_with(&format!(
            "Operation 7 goes on without this command. To wait for its end:\n  chronikctl operation watch 7 --admin \
             {url}\nTo stop it where it is:\n  chronikctl operation cancel 7 --admin {url}"
        )),
        "{told}"
    );
}

#[tokio::test]
async fn a_wait_that_takes_too_long_exits_with_11() {
    let node = FakeNode::serving(&moving(10)).await;
    for line in ["remove-node 4 --timeout 0", "operation watch 7 --timeout 0"] {
        let (answer, told) = run_on(line, &[&node], &FakeConsole::log()).await;
        assert_eq!(text_of(answer), (render_operation(&moving(10)), 11), "{line}");
        assert!(told.contains("chronikctl operation watch 7 --admin"), "{told}");
    }
}

#[tokio::test]
async fn who_does_not_wait_gets_the_operation_and_how_to_wait_later() {
    let node = FakeNode::serving(&moving(10)).await;
    let (answer, told) = run_on("remove-node 4 --no-wait", &[&node], &FakeConsole::log()).await;
    assert_eq!(text_of(answer), (render_operation(&moving(10)), 0));
    assert!(told.contains("chronikctl operation watch 7 --admin"), "{told}");
    assert_eq!(node.requests(), [REMOVE]);
}

#[tokio::test]
async fn a_wait_survives_the_node_that_it_asks() {
    let dying = FakeNode::with(vec![Reply::ok(&moving(10)), Reply::HangUp]).await;
    let other = FakeNode::with(vec![Reply::problem(503, "no_leader"), Reply::ok(&removed())]).await;
    let (answer, told) = run_on("remove-node 4", &[&dying, &other], &FakeConsole::log()).await;
    assert_eq!(text_of(answer), (render_operation(&removed()), 0));
    assert!(told.contains("Operation 7: no news, it is asked for again: "), "{told}");
    assert_eq!(other.asked(), 2);
}

#[tokio::test]
async fn a_wait_for_what_nobody_knows_any_more_ends() {
    let node = FakeNode::with(vec![Reply::ok(&moving(10)), Reply::problem(404, "unknown_operation")]).await;
    let (answer, told) = run_on("rebalance", &[&node], &FakeConsole::log()).await;
    assert_eq!(answer.unwrap_err().exit_code(), 1);
    assert!(told.contains("chronikctl operation watch 7"), "{told}");
}

#[tokio::test]
async fn an_operation_without_an_id_cannot_be_waited_for() {
    let node = FakeNode::serving(&OperationView { operation_id: None, ..moving(10) }).await;
    let (answer, _) = run_on("rebalance", &[&node], &FakeConsole::log()).await;
    assert_eq!(answer.unwrap_err().to_string(), "the node started an operation and named no id for it");
}

#[tokio::test]
async fn a_dry_run_shows_the_plan_and_exits_with_10_if_something_is_in_the_way() {
    let plan = OperationView { operation_id: None, state: OperationState::Planning, ..removal() };
    let node = FakeNode::serving(&plan).await;
    let (answer, told) = run_on("remove-node 4 --force --dry-run", &[&node], &FakeConsole::typing("")).await;
    assert_eq!((text_of(answer), told.as_str()), ((render_plan(&plan), 10), ""));
    assert_eq!(node.requests(), [r#"POST /admin/remove-node {"node_id":4,"force":true,"dry_run":true}"#]);

    let free = OperationView { blocked_on: vec![], ..plan };
    let node = FakeNode::serving(&free).await;
    let line = "rebalance --dry-run --topic a --topic b --replication-factor 3";
    let (answer, _) = run_on(line, &[&node], &FakeConsole::log()).await;
    assert_eq!(text_of(answer), (render_plan(&free), 0));
    assert_eq!(
        node.requests(),
        [concat!(
            r#"POST /admin/rebalance {"topics":["a","b"],"replication_factor":3,"leaders_only":false,"#,
            r#""dry_run":true}"#
        )]
    );
}

#[tokio::test]
async fn a_refusal_is_told_as_the_node_says_it() {
    let node = FakeNode::refusing(409, "too_few_nodes").await;
    let (answer, _) = run_on("remove-node 4", &[&node], &FakeConsole::log()).await;
    let error = answer.unwrap_err();
    assert_eq!(error.exit_code(), 1);
    assert_eq!(error.to_string(), format!("{} refuses: the detail; the hint", node.url()));
}

#[tokio::test]
async fn only_a_person_is_asked_whether_force_is_meant() {
    let node = FakeNode::serving(&removed()).await;
    for (line, console, asked) in [
        ("remove-node 4 --force", FakeConsole::log(), false),
        ("remove-node 4 --force --yes", FakeConsole::typing(""), false),
        ("remove-node 4", FakeConsole::typing(""), false),
        ("remove-node 4 --force", FakeConsole::typing("4"), true),
    ] {
        let (answer, told) = run_on(line, &[&node], &console).await;
        assert_eq!((answer.unwrap().exit_code, told.contains("Type its id")), (0, asked), "{line}");
    }
}

#[tokio::test]
async fn who_types_another_id_changes_nothing() {
    let node = FakeNode::serving(&removed()).await;
    for typed in ["", "y", "yes", "5", "44"] {
        let (answer, _) = run_on("remove-node 4 --force", &[&node], &FakeConsole::typing(typed)).await;
        let error = answer.unwrap_err();
        assert_eq!(error.exit_code(), 1);
        assert_eq!(error.to_string(), format!("\"{typed}\" is not the id of node 4; nothing was changed"));
    }
    assert_eq!(node.asked(), 0);
}

#[tokio::test]
async fn operations_are_listed_shown_and_cancelled() {
    let operations = Operations { operations: vec![moving(10)] };
    let node = FakeNode::serving(&operations).await;
    let (answer, _) = run_on("operation list", &[&node], &FakeConsole::log()).await;
    let (text, exit_code) = text_of(answer);
    assert!(text.contains("\n7   remove node 4  moving 10%  5/12        "), "{text}");
    let (answer, _) = run_on("operation list -o json", &[&node], &FakeConsole::log()).await;
    let envelope: Envelope<Operations> = serde_json::from_str(&text_of(answer).0).unwrap();
    assert_eq!((envelope.kind.as_str(), envelope.body, exit_code), ("Operations", operations, 0));

    let node = FakeNode::serving(&moving(10)).await;
    for line in ["operation show 7", "operation cancel 7", "operation cancel 7 --reason slow"] {
        let (answer, told) = run_on(line, &[&node], &FakeConsole::log()).await;
        assert_eq!((text_of(answer), told.as_str()), ((render_operation(&moving(10)), 0), ""), "{line}");
    }
    assert_eq!(
        node.requests(),
        [
            "GET /admin/v1/operations/7",
            "POST /admin/v1/operations/7/cancel {}",
            r#"POST /admin/v1/operations/7/cancel {"reason":"slow"}"#
        ]
    );
}

#[tokio::test]
async fn json_shows_an_operation_under_its_own_name() {
    let node = FakeNode::serving(&removed()).await;
    for line in ["operation show 7 -o json", "remove-node 4 -o json"] {
        let (answer, _) = run_on(line, &[&node], &FakeConsole::log()).await;
        let json: serde_json::Value = serde_json::from_str(&text_of(answer).0).unwrap();
        assert_eq!((&json["kind"], &json["version"]), (&"Operation".into(), &1.into()), "{line}");
        assert_eq!(serde_json::from_value::<OperationView>(json["operation"].clone()).unwrap(), removed());
    }
}

#[tokio::test]
async fn a_change_goes_to_the_next_node_if_this_one_did_nothing() {
    for code in ["no_leader", "starting", "key_unknown"] {
        let (idle, other) = (FakeNode::refusing(503, code).await, FakeNode::serving(&removed()).await);
        let urls = [nobody().await, idle.url(), other.url()];
        let line = format!("remove-node 4{}", admin(&urls));
        assert_eq!(run(&line, &FakeConsole::log()).await.unwrap().exit_code, 0, "{code}");
        assert_eq!((idle.requests(), other.requests()), (vec![REMOVE.into()], vec![REMOVE.into()]));
    }
}

#[tokio::test]
async fn a_change_is_not_sent_on_after_any_other_error() {
    for bad in [
        Reply::problem(500, "internal"),
        Reply::problem(503, "overloaded"),
        Reply::problem(409, "operation_running"),
        Reply::problem(401, "unauthorized"),
        Reply::Answer(200, "<html>".into()),
        Reply::Answer(502, "<html>".into()),
    ] {
        let (bad, other) = (FakeNode::with(vec![bad]).await, FakeNode::serving(&removed()).await);
        let (answer, _) = run_on("rebalance", &[&bad, &other], &FakeConsole::log()).await;
        assert!([1, 4].contains(&answer.unwrap_err().exit_code()));
        assert_eq!(other.asked(), 0);
    }
}

#[tokio::test]
async fn nobody_there_to_change_anything_exits_with_3() {
    let urls = [nobody().await, nobody().await];
    let error = run(&format!("rebalance{}", admin(&urls)), &FakeConsole::log()).await.unwrap_err();
    assert_eq!(error.exit_code(), 3);
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_asked_for_once_more() {
    let lost = FakeNode::with(vec![Reply::HangUp]).await;
    let other = FakeNode::serving(&removed()).await;
    let (answer, _) = run_on("remove-node 4", &[&lost, &other], &FakeConsole::log()).await;
    assert_eq!(answer.unwrap().exit_code, 0);
    assert_eq!((lost.requests(), other.requests()), (vec![REMOVE.into()], vec![REMOVE.into()]));

    // Twice is enough: whatever kills nodes must not go round the cluster.
    let third = FakeNode::serving(&removed()).await;
    let (one, two) = (FakeNode::with(vec![Reply::HangUp]).await, FakeNode::with(vec![Reply::HangUp]).await);
    let (answer, _) = run_on("remove-node 4", &[&one, &two, &third], &FakeConsole::log()).await;
    assert_eq!(answer.unwrap_err().exit_code(), 1);
    assert_eq!((one.asked(), two.asked(), third.asked()), (1, 1, 0));
}

#[tokio::test]
async fn a_lost_answer_is_told_and_so_is_what_came_after() {
    let lost = FakeNode::with(vec![Reply::HangUp]).await;
    let (answer, _) = run_on("remove-node 4", &[&lost], &FakeConsole::log()).await;
    let error = answer.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.exit_code(), 1);
    assert!(text.starts_with(&format!("the answer of {} was lost (", lost.url())), "{text}");
    assert!(
        text.ends_with(
            "); the change may have been made: see the commands \"status\" and \"operation list\", or give the same \
             command again, which changes nothing twice"
        ),
        "{text}"
    );

    // The node is gone because the first try removed it.
    let other = FakeNode::refusing(404, "unknown_node").await;
    let (answer, _) = run_on("remove-node 4", &[&lost, &other], &FakeConsole::log()).await;
    let text = answer.unwrap_err().to_string();
    assert!(
        text.contains(&format!("), and then {} refuses: the detail; the hint; the change may", other.url())),
        "{text}"
    );
}

#[test]
fn the_command_lines_of_the_manual_are_understood() {
    for line in [
        "add-node 4 --kafka host4.example.com:9092 --wal host4.example.com:9291 --raft host4.example.com:5001 \
         --config /etc/chronik/node1.toml",
        "remove-node 4 --config /etc/chronik/node1.toml",
        "remove-node 4 --force --config /etc/chronik/node1.toml",
        "rebalance --config /etc/chronik/node1.toml",
        "status --config /etc/chronik/node1.toml",
    ] {
        let line = format!("chronikctl {line}");
        assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_asked() {
    for line in [
        "add-node 4 --kafka host4:9092 --wal host4:9291",
        "add-node 0 --kafka host4:9092 --wal host4:9291 --raft host4:5001",
        "add-node 256 --kafka host4:9092 --wal host4:9291 --raft host4:5001",
        "add-node 4 --kafka host4 --wal host4:9291 --raft host4:5001",
        "remove-node",
        "remove-node four",
        "remove-node 4 --no-wait --timeout 5",
        "remove-node 4 --dry-run --no-wait",
        "rebalance --leaders-only --replication-factor 3",
        "rebalance --replication-factor 0",
        "operation",
        "operation show",
        "operation show -1",
    ] {
        let line = format!("chronikctl {line}");
        assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
    }
}
