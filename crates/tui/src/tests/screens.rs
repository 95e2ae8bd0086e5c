//! What the screens look like.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};

use super::fixture::{NOW, dashboard, types};
use crate::act::Act;
use crate::draw::{Theme, draw};
use crate::event::{Event, Link};
use crate::plain;
use crate::state::{Colour, Context, State};
use crate::views::View;

pub(super) fn screen(state: &State, width: u16, height: u16, colour: bool) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(state, Theme { colour }, frame)).unwrap();
    terminal.backend().clone()
}

#[test]
fn every_view_at_every_size() {
    for view in View::ALL {
        let state = dashboard(view, false);
        for (width, height) in [(160, 50), (120, 40), (80, 24), (40, 10)] {
            insta::assert_snapshot!(
                format!("{}_{width}x{height}", view.name()),
                screen(&state, width, height, true)
            );
        }
    }
}

#[test]
fn a_terminal_that_is_too_small_says_what_it_needs() {
    insta::assert_snapshot!(screen(&dashboard(View::Nodes, false), 39, 10, true));
}

#[test]
fn old_data_is_greyed_and_says_how_old_it_is() {
    let mut state = dashboard(View::Partitions, false);
    state.on(Event::Link(Link::Lost { cause: "no node answers".into(), retry_ms: 3000 }));
    state.on(Event::Tick(NOW + 12_000));
    let screen = screen(&state, 80, 10, true);
    assert!(screen.to_string().contains("STALE 12s · retry 3s"), "{screen}");
    let cell = &screen.buffer()[(0, 4)];
    assert!(cell.modifier.contains(Modifier::DIM));
    assert_eq!(cell.fg, Color::Reset);
}

#[test]
fn colour_is_the_terminals_own_or_none_and_never_the_only_sign() {
    let state = dashboard(View::Partitions, false);
    let coloured = screen(&state, 80, 10, true);
    let plain = screen(&state, 80, 10, false);
    assert_eq!(coloured.to_string(), plain.to_string());
    assert!(coloured.buffer().content.iter().any(|cell| cell.fg == Color::Red));
    assert!(plain.buffer().content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    assert!(
        coloured.buffer().content.iter().all(|cell| !matches!(cell.fg, Color::Rgb(..) | Color::Indexed(_)))
    );
}

fn of_context(name: &str, colour: Option<Colour>) -> State {
    let mut state = dashboard(View::Nodes, true);
    state.context = Some(Context { name: name.into(), colour });
    state
}

#[test]
fn the_context_is_in_the_header_at_every_size() {
    for (width, height) in [(160, 50), (120, 40), (80, 24), (40, 10)] {
        let state = of_context("prod", Some(Colour::Red));
        insta::assert_snapshot!(format!("context_{width}x{height}"), screen(&state, width, height, true));
    }
}

/// Both the letters and what is behind them are set: the terminal's own background, light or dark, does not matter.
#[test]
fn the_contexts_colour_can_be_read_on_any_background() {
    use Colour::{Blue, Cyan, Green, Magenta, Red, Yellow};
    for (colour, behind) in [
        (Red, Color::Red),
        (Green, Color::Green),
        (Yellow, Color::Yellow),
        (Blue, Color::Blue),
        (Magenta, Color::Magenta),
        (Cyan, Color::Cyan),
    ] {
        let screen = screen(&of_context("prod", Some(colour)), 40, 10, true);
        for x in 0..6 {
            let cell = &screen.buffer()[(x, 1)];
            assert_eq!(cell.bg, behind);
            assert!(matches!(cell.fg, Color::Black | Color::White), "{colour:?}");
        }
        assert_eq!(screen.buffer()[(6, 1)].bg, Color::Reset);
    }
}

#[test]
fn without_colour_the_contexts_name_says_it_alone() {
    let state = of_context("prod", Some(Colour::Red));
    let plain = screen(&state, 40, 10, false);
    assert_eq!(plain.to_string(), screen(&state, 40, 10, true).to_string());
    assert!(plain.to_string().contains("[prod] ! CRITICAL"), "{plain}");
    assert!(plain.buffer().content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    let uncoloured = screen(&of_context("prod", None), 40, 10, true);
    assert_eq!(uncoloured.buffer()[(0, 1)].bg, Color::Reset);
}

#[test]
fn a_long_name_of_a_context_leaves_room_for_the_verdict() {
    let screen = screen(&of_context("production-in-frankfurt", None), 40, 10, true);
    assert!(screen.to_string().contains("[production-in-f…] ! CRITICAL"), "{screen}");
}

#[test]
fn a_question_shows_the_plan_the_command_and_cancel_first() {
    let mut state = dashboard(View::Partitions, true);
    types(&mut state, "jt");
    let act = Act::TransferLeader { topic: "orders".into(), partition: 5, to: 2 };
    state.on(Event::Planned(act, Ok(vec!["leader: node 1 -> node 2".into()])));
    insta::assert_snapshot!(screen(&state, 80, 16, true));
}

#[test]
fn the_help_names_every_key() {
    let mut state = dashboard(View::Nodes, false);
    types(&mut state, "?");
    insta::assert_snapshot!(screen(&state, 80, 24, true));
    types(&mut state, "jjk");
    insta::assert_snapshot!("help_scrolled_40x10", screen(&state, 40, 10, true));
    types(&mut state, "x");
    assert_eq!(state.mode, crate::state::Mode::Rows, "any other key closes it");
}

#[test]
fn once_is_plain_text() {
    let state = dashboard(View::Overview, false);
    assert!(!plain::healthy(state.data()));
    insta::assert_snapshot!(plain::render(&state));
}
