//! Moving replicas: the nodes are named, the server plans, the person confirms.

use chronik_common::admin::NodeState;
use chronik_common::admin::v1::Delta;

use super::fixture::{dashboard, partition, snapshot, types};
use super::reducer::delta;
use super::screens::screen;
use crate::act::Act;
use crate::event::{Event, Key};
use crate::state::{Action, Mode, State};
use crate::views::View;

fn enter(state: &mut State) -> Vec<Action> {
    state.on(Event::Key(Key::Enter))
}

/// A dashboard of five nodes: 4 is invited, 5 is being removed.
fn asking(typed: &str) -> State {
    let mut state = dashboard(View::Partitions, true);
    let mut nodes = snapshot(0).nodes;
    for (id, is) in [(4, NodeState::Invited), (5, NodeState::Draining)] {
        let mut node = nodes[0].clone();
        (node.node_id, node.state) = (id, is);
        nodes.push(node);
    }
    state.on(Event::Delta(Box::new(Delta { nodes: Some(nodes), ..delta() })));
    types(&mut state, "jm");
    types(&mut state, typed);
    state
}

fn to(replicas: &[i32]) -> Act {
    Act::MoveReplicas { topic: "orders".into(), partition: 5, replicas: replicas.to_vec() }
}

fn wrong(state: &State) -> Option<&str> {
    match &state.mode {
        Mode::Move(prompt) => prompt.wrong.as_deref(),
        _ => None,
    }
}

#[test]
fn the_nodes_are_named_then_planned_then_confirmed() {
    let mut state = asking("3,1, 2");
    assert_eq!(enter(&mut state), [Action::Plan(to(&[3, 1, 2]))]);
    assert_eq!(enter(&mut state), [], "Cancel has the focus");
    assert_eq!(state.mode, Mode::Rows);

    let mut state = asking("2,3");
    enter(&mut state);
    state.on(Event::Planned(to(&[2, 3]), Ok(vec!["the plan".into()])));
    state.on(Event::Key(Key::Tab));
    assert_eq!(enter(&mut state), [Action::Perform(to(&[2, 3]))]);
}

#[test]
fn the_command_is_what_does_the_same() {
    assert_eq!(to(&[3, 1, 2]).command(), "chronikctl partition move orders-5 --replicas 3,1,2");
    assert_eq!(to(&[3, 1, 2]).title(), "Move orders-5 to the nodes 3,1,2");
}

#[test]
fn what_the_server_would_refuse_can_be_corrected() {
    for (typed, why) in [
        ("", "name nodes, such as 1,2,3"),
        (" , ", "name nodes, such as 1,2,3"),
        ("1,two", "\"two\" is no node's id"),
        ("1,2,1", "node 1 is named twice"),
        ("1,9", "there is no node 9; there are 1,2,3,4,5"),
        ("1,4", "node 4 has not joined yet"),
        ("1,5", "node 5 is being removed"),
        ("1,2,3", "that is where it is now"),
    ] {
        let mut state = asking(typed);
        assert_eq!(enter(&mut state), [], "{typed}");
        assert_eq!(wrong(&state), Some(why), "{typed}");
    }
    let mut state = asking("1,9");
    enter(&mut state);
    state.on(Event::Key(Key::Backspace));
    assert_eq!(wrong(&state), None);
    types(&mut state, "3");
    assert_eq!(enter(&mut state), [Action::Plan(to(&[1, 3]))]);
}

/// What is typed is text: no key of it is a command.
#[test]
fn it_is_left_with_escape_alone() {
    let mut state = asking("q1?");
    assert!(matches!(state.mode, Mode::Move(_)));
    state.on(Event::Key(Key::Esc));
    assert_eq!(state.mode, Mode::Rows);
}

#[test]
fn it_is_about_the_partition_that_was_selected_whatever_changes_meanwhile() {
    let mut state = asking("2,3");
    let gone_partitions = vec![("orders".into(), 3), ("clicks".into(), 0)];
    state.on(Event::Delta(Box::new(Delta { gone_partitions, ..delta() })));
    assert_eq!(enter(&mut state), [Action::Plan(to(&[2, 3]))]);
}

#[test]
fn a_partition_that_moved_or_went_meanwhile_is_seen() {
    let mut state = asking("2,3");
    let mut moved = partition(5);
    moved.replicas = vec![2, 3];
    state.on(Event::Delta(Box::new(Delta { partitions: vec![moved.into()], ..delta() })));
    assert!(screen(&state, 80, 24, true).to_string().contains("now on 2,3"));
    enter(&mut state);
    assert_eq!(wrong(&state), Some("that is where it is now"));
    let gone_partitions = vec![("orders".into(), 5)];
    state.on(Event::Delta(Box::new(Delta { gone_partitions, ..delta() })));
    enter(&mut state);
    assert_eq!(wrong(&state), Some("the partition has been deleted"));
}

#[test]
fn only_an_armed_dashboard_asks_and_only_about_a_partition() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "m");
    assert_eq!(state.mode, Mode::Rows);
    assert!(state.notice.contains("--rw"), "{}", state.notice);
    let mut state = dashboard(View::Nodes, true);
    types(&mut state, "m");
    assert_eq!(state.notice, "! select a partition in view 3");
}

#[test]
fn it_looks_like_this() {
    for (width, height) in [(160, 50), (120, 40), (80, 24), (40, 10)] {
        let mut state = asking("1,2");
        insta::assert_snapshot!(format!("move_{width}x{height}"), screen(&state, width, height, true));
        types(&mut state, ",9");
        enter(&mut state);
        insta::assert_snapshot!(format!("move_wrong_{width}x{height}"), screen(&state, width, height, true));
        let mut state = asking("2,3");
        enter(&mut state);
        let plan = [
            "Dry run, nothing is changed: move replicas of orders-5",
            "",
            "PARTITION  FROM       TO      BYTES  REASON",
            "orders-5   [1, 2, 3]  [2, 3]  0 B    asked for",
            "",
            "1 partition changes, 0 B to copy.",
            "In the way: node 3: it is down",
        ];
        state.on(Event::Planned(to(&[2, 3]), Ok(plan.map(str::to_owned).to_vec())));
        insta::assert_snapshot!(format!("move_plan_{width}x{height}"), screen(&state, width, height, true));
        types(&mut state, "jjjjjjjj");
        insta::assert_snapshot!(
            format!("move_plan_scrolled_{width}x{height}"),
            screen(&state, width, height, true)
        );
    }
}
