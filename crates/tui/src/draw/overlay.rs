//! What is drawn over the rows: the help, and the question before a change.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::cmd::HELP;
use crate::state::Dialog;

pub(super) fn help(frame: &mut Frame<'_>, area: Rect) {
    let lines = HELP.iter().map(|(keys, what)| Line::raw(format!("{keys:<12}{what}"))).collect();
    window(frame, area, " keys ".into(), lines);
}

/// The buttons come first: a long plan must not push them off the screen.
pub(super) fn dialog(dialog: &Dialog, frame: &mut Frame<'_>, area: Rect) {
    let (cancel, confirm) =
        if dialog.on_confirm { ("  Cancel  ", "> Do it <") } else { ("> Cancel <", "  Do it  ") };
    let mut lines = vec![
        Line::styled(format!("{cancel}   {confirm}"), Style::default().add_modifier(Modifier::BOLD)),
        Line::raw(format!("same as: {}", dialog.act.command())),
        Line::raw(""),
    ];
    match &dialog.plan {
        None => lines.push(Line::raw("asking for the plan")),
        Some(Err(error)) => lines.push(Line::raw(format!("! {error}"))),
        Some(Ok(plan)) => lines.extend(plan.iter().map(|line| Line::raw(line.as_str()))),
    }
    window(frame, area, format!(" {} ", dialog.act.title()), lines);
}

fn window(frame: &mut Frame<'_>, area: Rect, title: String, lines: Vec<Line<'_>>) {
    let width = lines.iter().map(Line::width).max().unwrap_or(0).max(title.len()) as u16 + 2;
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let width = width.min(area.width);
    let place =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(title)), place);
}
