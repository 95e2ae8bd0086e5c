//! The cursor stays with what it was put on.

use std::sync::Arc;

use proptest::prelude::*;

use chronik_common::admin::v1::{Delta, PartitionState};

use super::fixture::{NOW, dashboard, group, partition, snapshot, types};
use super::reducer::delta;
use crate::act::Act;
use crate::event::{Event, Key};
use crate::state::{Action, State};
use crate::views::View;

/// What the cursor is on.
fn on(state: &State) -> Option<String> {
    let rows = state.view.rows();
    state.selected_index().map(|index| rows.name(state.data(), index).into_owned())
}

fn told(state: &mut State, delta: Delta) {
    state.on(Event::Delta(Box::new(delta)));
}

#[test]
fn it_follows_a_partition_that_others_overtake() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "jj");
    assert_eq!(on(&state).as_deref(), Some("clicks-0"));
    let mut worse = partition(6);
    worse.state = PartitionState::UnderMinIsr;
    told(&mut state, Delta { partitions: vec![worse.into()], ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("clicks-0"), 3));
}

#[test]
fn it_follows_a_partition_when_others_come_and_go() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "G");
    assert_eq!(on(&state).as_deref(), Some("orders-7"));
    told(&mut state, Delta { partitions: vec![partition(9).into(), partition(8).into()], ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("orders-7"), 8));
    told(&mut state, Delta { gone_partitions: vec![("orders".into(), 3)], ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("orders-7"), 7));
}

#[test]
fn it_stays_in_its_row_when_what_it_was_on_is_gone_and_follows_what_is_there_now() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "jj");
    told(&mut state, Delta { gone_partitions: vec![("clicks".into(), 0)], ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("clicks-2"), 2));
    told(&mut state, Delta { gone_partitions: vec![("orders".into(), 3)], ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("clicks-2"), 1));
}

/// On the first row nobody has chosen anything: what recovers must not take the screen away from what is bad.
#[test]
fn it_stays_at_the_top_until_it_is_moved_and_after_it_was_sent_there() {
    let mut state = dashboard(View::Partitions, false);
    let mut healed = partition(1);
    healed.partition = 3;
    told(&mut state, Delta { partitions: vec![healed.into()], ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("orders-5"), 0));
    types(&mut state, "Ggg");
    told(&mut state, Delta { partitions: vec![partition(3).into()], ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("orders-3"), 0));
}

#[test]
fn it_follows_a_node_and_a_group() {
    let mut state = dashboard(View::Nodes, false);
    types(&mut state, "j");
    assert_eq!(on(&state).as_deref(), Some("node 1"));
    let mut nodes = snapshot(0).nodes;
    nodes[1].alive = false;
    told(&mut state, Delta { nodes: Some(nodes), ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("node 1"), 2));

    let mut state = dashboard(View::Groups, false);
    types(&mut state, "j");
    let groups = Some(vec![group("billing", 10, 3), group("search", 5000, 1)]);
    told(&mut state, Delta { groups, ..delta() });
    types(&mut state, "k");
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("search"), 0));
}

/// Its message counts the partitions, and so is another one after each change.
#[test]
fn it_follows_a_finding_whose_message_changes() {
    let mut state = dashboard(View::Overview, false);
    let mut health = snapshot(0).health;
    let mut down = health.findings[0].clone();
    (down.code, down.message) = ("node_down".into(), "1 node is down".into());
    health.findings.push(down.clone());
    told(&mut state, Delta { health: Some(health.clone()), ..delta() });
    types(&mut state, "j");
    down.message = "2 nodes are down".into();
    health.findings = vec![down, health.findings[0].clone()];
    told(&mut state, Delta { health: Some(health), ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("2 nodes are down"), 0));
}

#[test]
fn it_follows_through_sorting_faults_and_filters() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "j");
    for keys in ["s", "S", "s", "S", "!", "!", "/orders-", "5"] {
        types(&mut state, keys);
        assert_eq!(on(&state).as_deref(), Some("orders-5"), "after {keys}");
    }
    state.on(Event::Key(Key::Esc));
    assert_eq!(on(&state).as_deref(), Some("orders-5"));
}

#[test]
fn a_filter_that_nothing_passes_forgets_nothing() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "jj/nothing is called so");
    assert_eq!(on(&state), None);
    state.on(Event::Key(Key::Enter));
    types(&mut state, "jG");
    state.on(Event::Key(Key::Esc));
    assert_eq!(on(&state).as_deref(), Some("clicks-0"));
}

#[test]
fn it_follows_when_a_picture_is_let_go() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "Gf");
    told(&mut state, Delta { gone_partitions: vec![("clicks".into(), 0)], ..delta() });
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("orders-7"), 7));
    types(&mut state, "f");
    assert_eq!((on(&state).as_deref(), state.selected()), (Some("orders-7"), 6));
}

#[test]
fn one_comes_back_to_the_topic_that_was_gone_into_as_it_was_sorted() {
    let mut state = dashboard(View::Topics, false);
    types(&mut state, "sSj");
    let topic = on(&state);
    assert_eq!(topic.as_deref(), Some("clicks"));
    state.on(Event::Key(Key::Enter));
    types(&mut state, "G");
    let mut first = partition(0);
    first.topic = "zebra".into();
    told(&mut state, Delta { partitions: vec![first.into()], ..delta() });
    state.on(Event::Key(Key::Esc));
    assert_eq!((state.view, on(&state), state.selected()), (View::Topics, topic, 2));
    assert_eq!((state.choice.column, state.choice.turned), (Some(0), true));
}

/// The rows may change between the look and the key: the key is about what was looked at.
#[test]
fn a_change_is_about_what_the_cursor_was_put_on() {
    let mut state = dashboard(View::Partitions, true);
    types(&mut state, "j");
    told(&mut state, Delta { gone_partitions: vec![("orders".into(), 3)], ..delta() });
    let act = Act::TransferLeader { topic: "orders".into(), partition: 5, to: 2 };
    assert_eq!(types(&mut state, "t"), [Action::Plan(act)]);
}

fn change() -> impl Strategy<Value = Delta> {
    let states = [PartitionState::Healthy, PartitionState::UnderReplicated, PartitionState::Leaderless];
    let changed = prop::collection::vec((0_i32..12, prop::sample::select(states.to_vec())), 0..6);
    let gone = prop::collection::vec(0_i32..12, 0..4);
    (changed, gone).prop_map(|(changed, gone)| {
        let changed = changed.into_iter().map(|(index, state)| {
            let mut view = partition(index);
            view.state = state;
            Arc::new(view)
        });
        let gone = gone.into_iter().map(partition).map(|view| (view.topic, view.partition));
        Delta { partitions: changed.collect(), gone_partitions: gone.collect(), taken_at_ms: NOW, ..delta() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_changes_it_is_on_the_same_or_in_the_same_row(
        place in 0_usize..8,
        changes in prop::collection::vec(change(), 1..12),
        sorted in 0_usize..8,
    ) {
        let mut state = dashboard(View::Partitions, false);
        types(&mut state, &"s".repeat(sorted));
        types(&mut state, &"j".repeat(place));
        types(&mut state, if place == 0 { "jk" } else { "" });
        for change in changes {
            let before = (on(&state), state.selected());
            told(&mut state, change);
            let rows = state.view.rows();
            let listed = |name: &String| {
                state.listed.iter().any(|&index| rows.name(state.data(), index) == *name)
            };
            match &before.0 {
                Some(name) if listed(name) => prop_assert_eq!(on(&state), before.0),
                _ => prop_assert_eq!(state.selected(), before.1.min(state.listed.len().saturating_sub(1))),
            }
        }
    }
}
