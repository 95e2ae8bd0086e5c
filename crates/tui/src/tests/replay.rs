//! Going about in a recording.

use chronik_common::admin::v1::{Delta, EventKind};
use proptest::prelude::*;

use super::fixture::{NOW, happened, partition, snapshot, types};
use super::reducer::delta;
use super::screens::screen;
use crate::act::Act;
use crate::event::{Event, Key, Link};
use crate::state::{Mode, Recording, State};
use crate::views::View;

/// A recording of 60 s with news every 5 s; its person pressed keys, resized and acted.
fn recorded() -> Vec<Event> {
    let mut events = vec![
        Event::Resize(80, 24),
        Event::Link(Link::Connected("http://host1:10001".into())),
        Event::Tick(NOW),
        Event::Snapshot(Box::new(snapshot(8))),
    ];
    for second in 1..=60 {
        events.push(Event::Tick(NOW + second * 1000));
        if second % 5 == 0 {
            let view = partition(8 + second as i32);
            events.push(Event::Delta(Box::new(Delta { partitions: vec![view.into()], ..delta() })));
            events.push(happened(second, EventKind::LeaderChanged, "orders-5"));
            events.push(Event::Key(Key::Char('q')));
        }
        if second == 30 {
            events.push(Event::Link(Link::Lost { cause: "gone".into(), retry_ms: 1000 }));
            events.push(Event::Planned(Act::Drain(1), Ok(vec![])));
            events.push(Event::Done(Ok("done".into())));
        }
        if second == 40 {
            events.push(Event::Link(Link::Connected("http://host2:10001".into())));
        }
    }
    events
}

/// A replay at the beginning of it, looked at an hour later.
fn replay() -> State {
    let mut state = State::of_recording(View::Partitions, Recording::of(recorded()).unwrap());
    state.on(Event::Resize(80, 24));
    state.on(Event::Tick(LATER));
    state
}

const LATER: i64 = NOW + 3_600_000;

/// The seconds of the recording that are shown, and the rows that there were.
fn at(state: &State) -> (i64, usize) {
    ((state.now_ms - NOW) / 1000, state.listed.len())
}

#[test]
fn it_starts_with_what_was_recorded_first() {
    assert_eq!(at(&replay()), (0, 8));
}

#[test]
fn a_recording_of_a_moment_is_shown_and_then_over() {
    let moment = [Event::Tick(NOW), Event::Snapshot(Box::new(snapshot(8)))];
    let mut state = State::of_recording(View::Partitions, Recording::of(moment).unwrap());
    state.on(Event::Resize(80, 24));
    assert!(state.counts(), "the first tick is worth a look");
    state.on(Event::Tick(LATER));
    assert_eq!(at(&state), (0, 8));
    assert!(!state.counts());
}

#[test]
fn time_is_the_recordings() {
    let mut state = replay();
    state.on(Event::Tick(LATER + 4_000));
    assert_eq!(at(&state), (4, 8));
    state.on(Event::Tick(LATER + 5_500));
    assert_eq!(at(&state), (5, 9));
}

#[test]
fn it_can_be_paused_and_go_on_where_it_was() {
    let mut state = replay();
    types(&mut state, " ");
    state.on(Event::Tick(LATER + 20_000));
    assert_eq!(at(&state), (0, 8));
    assert!(!state.counts(), "nothing has to be drawn");
    types(&mut state, " ");
    state.on(Event::Tick(LATER + 25_000));
    assert_eq!(at(&state), (5, 9));
}

#[test]
fn it_goes_at_half_to_sixteen_times_the_speed() {
    for (keys, speed, seconds) in [
        ("", "x1", 2),
        ("-", "x0.5", 1),
        ("---", "x0.5", 1),
        ("+", "x2", 4),
        ("+++-", "x4", 8),
        ("++++++", "x16", 32),
    ] {
        let mut state = replay();
        types(&mut state, keys);
        assert_eq!(state.replay().unwrap().speed(), speed, "{keys}");
        state.on(Event::Tick(LATER + 2_000));
        assert_eq!(at(&state).0, seconds, "{keys}");
    }
}

#[test]
fn a_step_goes_to_the_next_news_and_holds_it_there() {
    let mut state = replay();
    types(&mut state, "..");
    assert_eq!(at(&state), (10, 10));
    assert!(state.replay().unwrap().paused());
    types(&mut state, ",");
    assert_eq!(at(&state), (5, 9));
    types(&mut state, ",,,");
    assert_eq!(at(&state), (0, 8));
}

#[test]
fn it_can_be_gone_to_the_ends_and_ten_seconds_on_or_back() {
    let mut state = replay();
    types(&mut state, "]]");
    assert_eq!(at(&state), (20, 12));
    types(&mut state, "[");
    assert_eq!(at(&state), (10, 10));
    types(&mut state, "$");
    assert_eq!(at(&state), (60, 20));
    assert!(state.replay().unwrap().ended());
    types(&mut state, "]");
    assert_eq!(at(&state), (60, 20));
    types(&mut state, "0[");
    assert_eq!(at(&state), (0, 8));
}

/// How old the data was is counted by the recorded clock.
#[test]
fn a_connection_that_was_lost_is_stale_as_it_was_then() {
    let mut state = replay();
    types(&mut state, "]]]]");
    types(&mut state, "[");
    state.on(Event::Tick(LATER + 7_000));
    let screen = screen(&state, 80, 24, true);
    assert!(screen.to_string().contains("STALE 7s"), "{screen}");
    types(&mut state, "]");
    assert!(!state.stale());
}

#[test]
fn the_cursor_stays_where_it_was_put() {
    let mut state = replay();
    types(&mut state, "G");
    let rows = state.view.rows();
    let on = |state: &State| state.selected_index().map(|i| rows.name(state.data(), i).into_owned());
    assert_eq!(on(&state).as_deref(), Some("orders-7"));
    types(&mut state, "$");
    assert_eq!(on(&state).as_deref(), Some("orders-7"));
    types(&mut state, "0");
    assert_eq!(on(&state).as_deref(), Some("orders-7"));
}

/// A laptop that slept for a night while it recorded.
#[test]
fn a_long_pause_is_cut_short() {
    let night = 8 * 3_600_000;
    let events = [
        Event::Tick(NOW),
        Event::Snapshot(Box::new(snapshot(8))),
        Event::Tick(NOW + night),
        Event::Snapshot(Box::new(snapshot(2))),
    ];
    let mut state = State::of_recording(View::Partitions, Recording::of(events).unwrap());
    state.on(Event::Tick(LATER));
    state.on(Event::Tick(LATER + 4_999));
    assert_eq!(state.listed.len(), 8);
    state.on(Event::Tick(LATER + 5_000));
    assert_eq!((state.listed.len(), state.now_ms), (2, NOW + night));
}

#[test]
fn a_recording_without_news_is_none() {
    assert_eq!(Recording::of([]), None);
    assert_eq!(Recording::of([Event::Tick(NOW), Event::Key(Key::Enter)]), None);
}

#[test]
fn nothing_can_be_changed_in_a_recording() {
    for view in View::ALL {
        for key in ["t", "m", "d", "x", "c"] {
            let mut state = replay();
            state.on(Event::Key(Key::Char(char::from(b'1' + view as u8))));
            assert_eq!(types(&mut state, key), []);
            assert_eq!((&state.mode, &*state.notice), (&Mode::Rows, "! a recording cannot be changed"));
        }
    }
}

#[test]
fn the_keys_of_recordings_say_what_they_are_for_elsewhere() {
    let mut state = super::fixture::dashboard(View::Nodes, true);
    types(&mut state, " ");
    assert_eq!(state.notice, "! this key is for recordings: see chronikctl top --replay");
}

#[test]
fn it_looks_like_this() {
    for (width, height) in [(160, 50), (120, 40), (80, 24), (40, 10)] {
        let mut state = replay();
        types(&mut state, "]++");
        insta::assert_snapshot!(format!("replay_{width}x{height}"), screen(&state, width, height, true));
        types(&mut state, " ?");
        insta::assert_snapshot!(format!("replay_help_{width}x{height}"), screen(&state, width, height, true));
    }
}

fn going_about() -> impl Strategy<Value = Vec<Event>> {
    let key = prop::sample::select(" .,+-=][0$fjG".chars().collect::<Vec<_>>());
    let event = prop_oneof![
        3 => key.prop_map(|letter| Event::Key(Key::Char(letter))),
        1 => (0_i64..8_000).prop_map(Event::Tick),
    ];
    prop::collection::vec(event, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_moment_looks_the_same_whichever_way_it_was_reached(events in going_about()) {
        let mut state = replay();
        let mut now = LATER;
        for event in events {
            let event = match event {
                Event::Tick(passed) => {
                    now += passed;
                    Event::Tick(now)
                }
                event => event,
            };
            prop_assert!(state.on(event).is_empty());
        }
        if state.frozen() {
            types(&mut state, "f");
        }
        let mut straight = replay();
        straight.on(Event::Tick(LATER + state.replay().unwrap().progress().0));
        let (was, is) = (state.data(), straight.data());
        prop_assert_eq!(&was.model.cluster, &is.model.cluster);
        prop_assert_eq!(&was.model.topics, &is.model.topics);
        prop_assert_eq!(&was.model.raft, &is.model.raft);
        prop_assert_eq!(&was.model.bytes_in, &is.model.bytes_in);
        prop_assert_eq!(&was.model.lag_rates, &is.model.lag_rates);
        prop_assert_eq!(&was.journal.events, &is.journal.events);
        prop_assert_eq!(&state.link, &straight.link);
        prop_assert_eq!((state.now_ms, state.lost_at_ms), (straight.now_ms, straight.lost_at_ms));
        prop_assert_eq!(&state.listed, &straight.listed);
    }
}
