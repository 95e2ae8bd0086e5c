//! Whatever is typed.

use proptest::prelude::*;

use super::fixture::{dashboard, snapshot};
use crate::act::Act;
use crate::draw::{Theme, draw};
use crate::event::{Event, Key};
use crate::state::Action;
use crate::views::View;

fn keys() -> impl Strategy<Value = Vec<Event>> {
    let named = [
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
        Key::Enter,
        Key::Esc,
        Key::Tab,
        Key::BackTab,
        Key::Backspace,
    ];
    let key = prop_oneof![
        prop::char::range(' ', '~').prop_map(|letter| Event::Key(Key::Char(letter))),
        prop::sample::select(named.to_vec()).prop_map(Event::Key),
        (0_i32..20).prop_map(|partitions| Event::Snapshot(Box::new(snapshot(partitions)))),
        (0_i64..100_000).prop_map(|ms| Event::Tick(super::fixture::NOW + ms)),
        Just(Event::Planned(Act::Undrain(2), Ok(vec!["plan".into()]))),
        Just(Event::Planned(Act::Undrain(2), Err("refused".into()))),
    ];
    prop::collection::vec(key, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_keys_panic_or_act_without_rw(events in keys(), view in prop::sample::select(&View::ALL[..])) {
        let mut state = dashboard(view, false);
        let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(80, 24)).unwrap();
        for event in events {
            let actions = state.on(event);
            prop_assert!(actions.iter().all(|action| *action == Action::Quit));
            terminal.draw(|frame| draw(&state, Theme { colour: true }, frame)).unwrap();
        }
    }

    #[test]
    fn armed_keys_act_only_after_a_plan_and_a_moved_focus(events in keys(), view in prop::sample::select(&View::ALL[..])) {
        let mut state = dashboard(view, true);
        for event in events {
            let ready = match &state.mode {
                crate::state::Mode::Dialog(dialog) => dialog.on_confirm && matches!(dialog.plan, Some(Ok(_))),
                _ => false,
            };
            let enter = event == Event::Key(Key::Enter);
            let acts = state.on(event).iter().any(|action| matches!(action, Action::Perform(_)));
            prop_assert_eq!(acts, ready && enter);
        }
    }
}
