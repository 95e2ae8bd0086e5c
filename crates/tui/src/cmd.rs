//! What a key means. The only place that knows keys.

use serde::{Deserialize, Serialize};

use crate::event::Key;
use crate::views::View;

/// What the person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cmd {
    /// Leave.
    Quit,
    /// So many rows down, or up if negative.
    Rows(i32),
    /// So many pages down, or up if negative.
    Pages(i32),
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To a view.
    Show(View),
    /// So many views on, or back if negative.
    Views(i32),
    /// Into what is selected.
    Into,
    /// Back out of what was gone into, or of a filter.
    Back,
    /// Show the keys.
    Help,
    /// Type a filter.
    Filter,
    /// Type a command.
    Palette,
    /// Sort by the next column.
    Sort,
    /// Sort the other way round.
    Turn,
    /// Hold the picture, or let it go.
    Freeze,
    /// Show faults only, or all.
    Faults,
    /// Ask about a change of what is selected.
    Ask(Wish),
    /// Go about in a recording.
    Steer(Steer),
}

/// Where to in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steer {
    /// Hold it, or let it go on.
    Pause,
    /// To the next moment at which something happened, and hold it there.
    Step,
    /// To the one before.
    StepBack,
    /// Twice as fast.
    Faster,
    /// Half as fast.
    Slower,
    /// So many seconds on, or back if negative.
    Skip(i32),
    /// To its beginning.
    Start,
    /// To its end.
    End,
}

/// A change that a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Another leader for the partition.
    Transfer,
    /// Other replicas for the partition.
    Move,
    /// No leaderships on the node, or leaderships again.
    Drain,
    /// The node out of the cluster.
    Remove,
    /// The operation ended where it is.
    Cancel,
}

/// Keys and what they do.
type Help = [(&'static str, &'static str)];

/// The keys that only look.
const LOOK: &Help = &[
    ("1-8 Tab", "views"),
    ("j k arrows", "move the cursor"),
    ("gg G", "first, last row"),
    ("PgUp PgDn", "pages"),
    ("Enter Esc", "into, back"),
    ("/", "filter"),
    (":", "go to a view by name"),
    ("s S", "sort by next column, turn round"),
    ("!", "faults only"),
    ("f", "freeze"),
];

/// The keys that ask for a change, of a cluster.
const CHANGE: &Help = &[
    ("t", "transfer leader (armed)"),
    ("m", "move replicas (armed)"),
    ("d", "drain or undrain node (armed)"),
    ("x", "remove node (armed)"),
    ("c", "cancel operation (armed)"),
];

/// The keys that go about in a recording.
const STEER: &Help = &[
    ("Space", "pause, go on"),
    (". ,", "next, previous moment with news"),
    ("+ -", "faster, slower: x0.5 to x16"),
    ("] [", "10 s on, back"),
    ("0 $", "to the start, to the end"),
];

/// The keys that are always there.
const LEAVE: &Help = &[("?", "this help"), ("q", "quit")];

/// The keys that mean something, and what: a recording is gone about in, a cluster is changed.
pub fn help(of_recording: bool) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let other = if of_recording { STEER } else { CHANGE };
    LOOK.iter().chain(other).chain(LEAVE)
}

/// All of them as text, for the manual.
pub fn manual() -> String {
    let section = |title: &str, keys: &Help| {
        let lines: Vec<_> = keys.iter().map(|(keys, what)| format!("  {keys:<12}{what}")).collect();
        format!("{title}:\n{}", lines.join("\n"))
    };
    let always: Vec<_> = LOOK.iter().chain(LEAVE).copied().collect();
    [section("Keys", &always), section("Keys with --rw", CHANGE), section("Keys with --replay", STEER)]
        .join("\n\n")
}

/// What a key means where rows are looked at. `after_g`: the key before it was `g`.
pub fn of(key: Key, after_g: bool) -> Option<Cmd> {
    Some(match key {
        Key::Char('q') | Key::Interrupt => Cmd::Quit,
        Key::Char('j') | Key::Down => Cmd::Rows(1),
        Key::Char('k') | Key::Up => Cmd::Rows(-1),
        Key::PageDown => Cmd::Pages(1),
        Key::PageUp => Cmd::Pages(-1),
        Key::Char('g') if after_g => Cmd::First,
        Key::Home => Cmd::First,
        Key::Char('G') | Key::End => Cmd::Last,
        Key::Char(digit @ '1'..='8') => Cmd::Show(View::ALL[digit as usize - '1' as usize]),
        Key::Tab => Cmd::Views(1),
        Key::BackTab => Cmd::Views(-1),
        Key::Enter | Key::Right | Key::Char('l') => Cmd::Into,
        Key::Esc | Key::Left | Key::Char('h') => Cmd::Back,
        Key::Char('?') => Cmd::Help,
        Key::Char('/') => Cmd::Filter,
        Key::Char(':') => Cmd::Palette,
        Key::Char('s') => Cmd::Sort,
        Key::Char('S') => Cmd::Turn,
        Key::Char('f') => Cmd::Freeze,
        Key::Char('!') => Cmd::Faults,
        Key::Char('t') => Cmd::Ask(Wish::Transfer),
        Key::Char('m') => Cmd::Ask(Wish::Move),
        Key::Char('d') => Cmd::Ask(Wish::Drain),
        Key::Char('x') => Cmd::Ask(Wish::Remove),
        Key::Char('c') => Cmd::Ask(Wish::Cancel),
        Key::Char(' ') => Cmd::Steer(Steer::Pause),
        Key::Char('.') => Cmd::Steer(Steer::Step),
        Key::Char(',') => Cmd::Steer(Steer::StepBack),
        Key::Char('+' | '=') => Cmd::Steer(Steer::Faster),
        Key::Char('-') => Cmd::Steer(Steer::Slower),
        Key::Char(']') => Cmd::Steer(Steer::Skip(10)),
        Key::Char('[') => Cmd::Steer(Steer::Skip(-10)),
        Key::Char('0') => Cmd::Steer(Steer::Start),
        Key::Char('$') => Cmd::Steer(Steer::End),
        Key::Char(_) | Key::Backspace => return None,
    })
}
