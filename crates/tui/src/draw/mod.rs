//! A frame out of a state. Must never change the state, and never cost more than the rows that are visible.

mod overlay;
mod player;
mod table;
mod theme;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::event::Link;
use crate::state::{Mode, State};
use crate::views::{View, overview};

pub use theme::Theme;

/// The smallest terminal that is drawn on: columns and rows.
pub const SMALLEST: (u16, u16) = (40, 10);

/// The longest name of a context that is shown: the verdict has to be seen too.
const LONGEST_CONTEXT: usize = 16;

/// Draws everything.
pub fn draw(state: &State, theme: Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let text = format!("too small (need {}x{})", SMALLEST.0, SMALLEST.1);
        frame.buffer_mut().set_stringn(area.x, area.y, text, area.width as usize, Style::default());
        return;
    }
    put(frame, row(area, 0), &tabs(state, area.width));
    put(frame, row(area, 1), &status(state, theme));
    let foot = 1 + u16::from(state.replay().is_some());
    let whole = Rect { y: area.y + 2, height: area.height - 2 - foot, ..area };
    let mut body = whole;
    if state.view == View::Overview {
        body = draw_overview(state, theme, frame, body);
    }
    table::draw(state, theme, frame, body);
    if state.stale() {
        frame.buffer_mut().set_style(whole, Theme::stale());
    }
    if let Some(replay) = state.replay() {
        put(frame, row(area, area.height - foot), &player::line(replay, area.width));
    }
    put(frame, row(area, area.height - 1), &footer(state, theme));
    match &state.mode {
        Mode::Help(scrolled) => overlay::help(state.replay().is_some(), *scrolled, frame, area),
        Mode::Move(prompt) => overlay::prompt(prompt, state.data(), theme, frame, area),
        Mode::Dialog(dialog) => overlay::dialog(dialog, frame, area),
        _ => {}
    }
}

fn row(area: Rect, y: u16) -> Rect {
    Rect { y: area.y + y, height: 1, ..area }
}

fn put(frame: &mut Frame<'_>, area: Rect, line: &Line<'_>) {
    frame.buffer_mut().set_line(area.x, area.y, line, area.width);
}

/// The views with their keys; only the keys of the others where there is no room for names.
fn tabs(state: &State, width: u16) -> Line<'static> {
    let narrow = width < 100;
    let mut spans = Vec::new();
    for (index, view) in View::ALL.into_iter().enumerate() {
        let shown = view == state.view;
        let name = if narrow && !shown { String::new() } else { format!(" {}", view.name()) };
        let style = if shown { Theme::selected() } else { Style::default() };
        spans.push(Span::styled(format!(" {}{name} ", index + 1), style));
    }
    Line::from(spans)
}

/// Which cluster it is, the verdict, and whom the data is from.
fn status(state: &State, theme: Theme) -> Line<'static> {
    let verdict = overview::verdict(state.data());
    let mut spans = Vec::new();
    if let Some(context) = &state.context {
        let name = shortened(&context.name, LONGEST_CONTEXT);
        spans.push(Span::styled(format!("[{name}]"), theme.context(context.colour)));
        spans.push(Span::raw(" "));
    }
    if state.frozen() {
        spans.push(Span::styled("FROZEN  ", Theme::selected()));
    }
    match (&state.link, state.lost_at_ms) {
        (Some(Link::Lost { cause, retry_ms }), Some(since)) => {
            let seconds = state.now_ms.saturating_sub(since).max(0) / 1000;
            let retry = retry_ms.div_ceil(1000);
            let text = format!("STALE {seconds}s · retry {retry}s  {cause}  ");
            spans.push(Span::styled(text, theme.tone(crate::views::Tone::Bad)));
        }
        (Some(Link::Connected(url)), _) => {
            spans.push(Span::styled(verdict.text, theme.tone(verdict.tone)));
            spans.push(Span::raw(format!("  from {url}")));
        }
        _ => spans.push(Span::raw("connecting")),
    }
    Line::from(spans)
}

fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}

fn footer(state: &State, theme: Theme) -> Line<'static> {
    match &state.mode {
        Mode::Filter => return Line::raw(format!("/{}_", state.choice.filter)),
        Mode::Palette(text) => return Line::raw(format!(":{text}_")),
        _ => {}
    }
    if !state.notice.is_empty() {
        let tone = if state.notice.starts_with('!') {
            crate::views::Tone::Warning
        } else {
            crate::views::Tone::Plain
        };
        return Line::styled(state.notice.clone(), theme.tone(tone));
    }
    let mut parts = vec![crumbs(state)];
    if !state.choice.filter.is_empty() {
        parts.push(format!("/{}", state.choice.filter));
    }
    if state.choice.faults {
        parts.push("faults only".into());
    }
    if state.replay().is_none() {
        parts.push(if state.armed() { "ARMED".into() } else { "read only".to_owned() });
    }
    parts.push("? help  q quit".into());
    Line::raw(parts.join("  "))
}

fn crumbs(state: &State) -> String {
    let place = match &state.choice.topic {
        Some(topic) => format!("topics > {topic}"),
        None => state.view.name().to_owned(),
    };
    let at = if state.listed.is_empty() { 0 } else { state.selected() + 1 };
    format!("{place} {at}/{}", state.listed.len())
}

/// The summary; what it leaves for the table of findings.
fn draw_overview(state: &State, theme: Theme, frame: &mut Frame<'_>, body: Rect) -> Rect {
    let lines = overview::summary(state.data());
    // Findings matter more than nodes: at least half of the screen is theirs if there are any.
    let findings =
        u16::try_from(state.listed.len()).unwrap_or(u16::MAX).saturating_add(1).min(body.height / 2);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(body.height - findings);
    for (y, cell) in lines.into_iter().take(height as usize).enumerate() {
        put(frame, row(body, y as u16), &Line::styled(cell.text, theme.tone(cell.tone)));
    }
    Rect { y: body.y + height, height: body.height - height, ..body }
}
