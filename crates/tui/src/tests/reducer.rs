//! What events do to the state.

use std::time::{Duration, Instant};

use chronik_common::admin::v1::Delta;

use super::fixture::{NOW, dashboard, group, partition, snapshot, types};
use crate::act::Act;
use crate::event::{Event, Key, Link};
use crate::state::{Action, Mode, State};
use crate::views::View;

fn names(state: &State) -> Vec<String> {
    let rows = state.view.rows();
    state.listed.iter().map(|&index| rows.name(state.data(), index).into_owned()).collect()
}

pub(super) fn delta() -> Delta {
    Delta {
        taken_at_ms: NOW + 1000,
        leader_id: Some(1),
        health: None,
        nodes: None,
        partitions: vec![],
        gone_partitions: vec![],
        metadata_raft: None,
        groups: None,
        operations: None,
        missing_nodes: vec![],
    }
}

#[test]
fn partitions_are_listed_worst_first_and_faults_alone_on_demand() {
    let mut state = dashboard(View::Partitions, false);
    assert_eq!(names(&state)[..3], ["orders-3", "orders-5", "clicks-0"]);
    types(&mut state, "!");
    assert_eq!(names(&state), ["orders-3", "orders-5"]);
}

#[test]
fn a_delta_changes_adds_and_removes_partitions() {
    let mut state = dashboard(View::Partitions, false);
    let mut healed = partition(1);
    healed.partition = 3;
    let change = Delta {
        partitions: vec![healed.into(), partition(9).into()],
        gone_partitions: vec![("clicks".into(), 0), ("orders".into(), 7)],
        ..delta()
    };
    state.on(Event::Delta(Box::new(change)));
    assert_eq!(
        names(&state),
        ["orders-5", "clicks-2", "clicks-4", "clicks-6", "orders-1", "orders-3", "orders-9"]
    );
}

#[test]
fn a_topic_leads_to_its_partitions_and_back() {
    let mut state = dashboard(View::Topics, false);
    state.on(Event::Key(Key::Enter));
    assert_eq!(state.view, View::Partitions);
    assert_eq!(names(&state), ["orders-3", "orders-5", "orders-1", "orders-7"]);
    state.on(Event::Key(Key::Esc));
    assert_eq!(state.view, View::Topics);
}

#[test]
fn a_filter_holds_until_it_is_left() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "/CLICKS-2");
    state.on(Event::Key(Key::Enter));
    assert_eq!(names(&state), ["clicks-2"]);
    state.on(Event::Key(Key::Esc));
    assert_eq!(names(&state).len(), 8);
}

#[test]
fn sorting_goes_by_column_and_turns_round() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "s");
    assert_eq!(names(&state)[0], "clicks-0");
    types(&mut state, "S");
    assert_eq!(names(&state)[0], "orders-7");
}

#[test]
fn a_frozen_picture_stays_and_catches_up_when_let_go() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "f");
    state.on(Event::Snapshot(Box::new(snapshot(2))));
    assert_eq!(names(&state).len(), 8);
    types(&mut state, "f");
    assert_eq!(names(&state).len(), 2);
}

#[test]
fn vim_keys_find_the_first_and_last_row() {
    let mut state = dashboard(View::Partitions, false);
    types(&mut state, "G");
    assert_eq!(state.selected(), 7);
    types(&mut state, "g");
    assert_eq!(state.selected(), 7);
    types(&mut state, "g");
    assert_eq!(state.selected(), 0);
    types(&mut state, "jjk");
    assert_eq!(state.selected(), 1);
}

#[test]
fn the_lag_rate_is_what_a_group_gains_or_loses_a_second() {
    let mut state = dashboard(View::Groups, false);
    let groups = Some(vec![group("billing", 1000, 3), group("search", 50, 1)]);
    state.on(Event::Delta(Box::new(Delta { groups, taken_at_ms: NOW + 2000, ..delta() })));
    let rates = &state.data().model.lag_rates;
    assert_eq!((rates["billing"], rates["search"]), (-100.0, 25.0));
}

#[test]
fn without_rw_keys_say_so_and_ask_nothing() {
    let mut state = dashboard(View::Nodes, false);
    assert_eq!(types(&mut state, "d"), []);
    assert!(state.notice.contains("--rw"), "{}", state.notice);
    assert_eq!(state.mode, Mode::Rows);
}

#[test]
fn enter_on_the_default_does_nothing() {
    let mut state = dashboard(View::Nodes, true);
    types(&mut state, "G");
    assert_eq!(types(&mut state, "d"), [Action::Plan(Act::Undrain(2))]);
    state.on(Event::Planned(Act::Undrain(2), Ok(vec![])));
    assert_eq!(state.on(Event::Key(Key::Enter)), []);
    assert_eq!(state.mode, Mode::Rows);
}

#[test]
fn a_change_needs_its_plan_on_the_screen_and_the_focus_moved() {
    let mut state = dashboard(View::Partitions, true);
    types(&mut state, "j");
    let act = Act::TransferLeader { topic: "orders".into(), partition: 5, to: 2 };
    assert_eq!(types(&mut state, "t"), [Action::Plan(act.clone())]);
    state.on(Event::Key(Key::Tab));
    assert_eq!(state.on(Event::Key(Key::Enter)), [], "the plan is not known yet");
    state.on(Event::Planned(Act::Drain(1), Ok(vec!["the plan of a question that was left".into()])));
    assert_eq!(state.on(Event::Key(Key::Enter)), [], "another plan does not count");
    state.on(Event::Planned(act.clone(), Ok(vec!["leader: node 1 -> node 2".into()])));
    assert_eq!(state.on(Event::Key(Key::Enter)), [Action::Perform(act)]);
}

#[test]
fn a_lost_connection_counts_from_its_first_failure() {
    let mut state = dashboard(View::Nodes, false);
    let lost = |retry_ms| Event::Link(Link::Lost { cause: "gone".into(), retry_ms });
    state.on(lost(0));
    state.on(Event::Tick(NOW + 5000));
    state.on(lost(3000));
    assert_eq!(state.lost_at_ms, Some(NOW));
    state.on(Event::Link(Link::Connected("http://host2:10002".into())));
    assert!(!state.stale());
}

/// A debug build needs a few times longer than what people use; even so a delta and a frame must not be felt.
#[test]
fn ten_thousand_partitions_are_smooth() {
    let mut state = dashboard(View::Partitions, false);
    state.on(Event::Snapshot(Box::new(snapshot(10_000))));
    let changed: Vec<_> = (0..1000).map(partition).map(Into::into).collect();
    let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(160, 50)).unwrap();
    let times = (0..5).map(|_| {
        let change = Event::Delta(Box::new(Delta { partitions: changed.clone(), ..delta() }));
        let started = Instant::now();
        state.on(change);
        let theme = crate::draw::Theme { colour: true };
        terminal.draw(|frame| crate::draw::draw(&state, theme, frame)).unwrap();
        started.elapsed()
    });
    let best = times.min().unwrap();
    println!("a delta of 1,000 partitions of 10,000 and a frame: {best:?}");
    assert!(best < Duration::from_millis(250), "{best:?}");
}
