//! The table that all views share: columns by rank, visible rows only.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::theme::Theme;
use crate::state::State;
use crate::views::Column;

/// The columns that fit and their widths. Those of the highest rank go first; the first column never goes.
pub(super) fn fit(columns: &[Column], width: u16) -> Vec<(usize, u16)> {
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    let needed = |kept: &[usize]| kept.iter().map(|&index| columns[index].width + 1).sum::<u16>();
    while kept.len() > 1 && needed(&kept) > width + 1 {
        let Some(worst) = kept.iter().copied().skip(1).max_by_key(|&index| columns[index].rank) else {
            break;
        };
        kept.retain(|&index| index != worst);
    }
    let spare = (width + 1).saturating_sub(needed(&kept));
    let growing = kept.iter().filter(|&&index| columns[index].grows).count().max(1) as u16;
    kept.into_iter()
        .map(|index| {
            let extra = if columns[index].grows { spare / growing } else { 0 };
            (index, (columns[index].width + extra).min(width))
        })
        .collect()
}

pub(super) fn draw(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let rows = state.view.rows();
    let columns = fit(rows.columns(), area.width);
    let bold = Style::default().add_modifier(Modifier::BOLD);
    let buffer = frame.buffer_mut();
    let mut x = area.x;
    for &(index, width) in &columns {
        let arrow = match state.choice.column {
            Some(column) if column == index => {
                if state.choice.turned {
                    "▼"
                } else {
                    "▲"
                }
            }
            _ => "",
        };
        let title = format!("{arrow}{}", rows.columns()[index].title);
        buffer.set_stringn(x, area.y, title, width as usize, bold);
        x += width + 1;
    }
    let height = area.height as usize - 1;
    let top = state.selected().checked_div(height).map_or(0, |page| page * height);
    for (line, &row) in state.listed.iter().skip(top).take(height).enumerate() {
        let y = area.y + 1 + line as u16;
        let mut x = area.x;
        for &(column, width) in &columns {
            let cell = rows.cell(state.data(), row, column);
            buffer.set_stringn(x, y, &cell.text, width as usize, theme.tone(cell.tone));
            x += width + 1;
        }
        if top + line == state.selected() {
            buffer.set_style(Rect { y, height: 1, ..area }, Theme::selected());
        }
    }
}
