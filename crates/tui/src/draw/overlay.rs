//! What is drawn over the rows: the help, the line for a move, and the question before a change.
//!
//! Nothing is cut: lines are broken where the screen ends, and what does not fit below is scrolled to.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::theme::Theme;
use crate::cmd;
use crate::state::{Data, Dialog, Prompt, join};
use crate::views::Tone;

pub(super) fn help(of_recording: bool, scrolled: usize, frame: &mut Frame<'_>, area: Rect) {
    let lines = cmd::help(of_recording).map(|(keys, what)| format!("{keys:<12}{what}")).collect();
    window(frame, area, " keys ", Vec::new(), lines, scrolled);
}

/// The line is typed below what it has to be chosen from.
pub(super) fn prompt(prompt: &Prompt, data: Data<'_>, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let bold = Style::default().add_modifier(Modifier::BOLD);
    let mut head = vec![
        Line::raw(format!(
            "now on {}",
            prompt.view(data).map_or("no node".into(), |view| join(&view.replicas))
        )),
        Line::styled(format!("move to {}_", prompt.text), bold),
    ];
    let (note, style) = match &prompt.wrong {
        Some(why) => (format!("! {why}"), theme.tone(Tone::Warning)),
        None => ("preferred leader first; Enter plans, Esc leaves".into(), Style::default()),
    };
    head.extend(broken(&note, inside(area)).into_iter().map(|line| Line::styled(line, style)));
    window(frame, area, &format!(" Move {}-{} ", prompt.topic, prompt.partition), head, Vec::new(), 0);
}

/// The buttons come first, and stay: a long plan must not push them off the screen.
pub(super) fn dialog(dialog: &Dialog, frame: &mut Frame<'_>, area: Rect) {
    let (cancel, confirm) =
        if dialog.on_confirm { ("  Cancel  ", "> Do it <") } else { ("> Cancel <", "  Do it  ") };
    let bold = Style::default().add_modifier(Modifier::BOLD);
    let head = vec![Line::styled(format!("{cancel}   {confirm}"), bold)];
    let mut lines = vec![format!("same as: {}", dialog.act.command()), String::new()];
    match &dialog.plan {
        None => lines.push("asking for the plan".into()),
        Some(Err(error)) => lines.push(format!("! {error}")),
        Some(Ok(plan)) => lines.extend(plan.iter().cloned()),
    }
    window(frame, area, &format!(" {} ", dialog.act.title()), head, lines, dialog.scrolled);
}

/// A window of lines that stay and lines that are scrolled.
fn window(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    head: Vec<Line<'static>>,
    lines: Vec<String>,
    scrolled: usize,
) {
    let lines: Vec<String> = lines.iter().flat_map(|line| broken(line, inside(area))).collect();
    let room = (area.height as usize).saturating_sub(2 + head.len());
    // The last line is the lowest that can be scrolled to.
    let first = scrolled.min(lines.len().saturating_sub(room));
    let below = lines.len().saturating_sub(first + room);
    let mut block = Block::bordered().title(title.to_owned());
    if below > 0 || first > 0 {
        block = block.title_bottom(format!(" j k: {below} more below "));
    }
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let width = head.iter().map(Line::width).max().unwrap_or(0).max(longest).max(title.chars().count());
    let shown: Vec<Line<'_>> =
        head.into_iter().chain(lines.into_iter().skip(first).take(room).map(Line::raw)).collect();
    let width = u16::try_from(width + 2).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(shown.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let place =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(shown).block(block), place);
}

/// Columns within the border.
fn inside(area: Rect) -> usize {
    area.width.saturating_sub(2) as usize
}

/// A line in pieces that fit, broken at spaces where there are any.
fn broken(line: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest: Vec<char> = line.chars().collect();
    while rest.len() > width.max(1) {
        let at = rest[..=width].iter().rposition(|letter| *letter == ' ').filter(|at| *at > 0);
        let next = rest.split_off(at.unwrap_or(width.max(1)));
        pieces.push(rest.into_iter().collect());
        rest = next.into_iter().skip_while(|letter| *letter == ' ').collect();
    }
    pieces.push(rest.into_iter().collect());
    pieces
}
