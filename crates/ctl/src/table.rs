//! Tables for people: no lines, two spaces between columns, headings in
//! capitals. Where the width does not suffice, the least important columns are
//! left out; a name never is, and no cell is cut.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, Table, TableStyle};

/// Spaces between two columns.
const GAP: u16 = 2;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    heading: &'static str,
    /// The columns of the highest rank are left out first; 0 stays always.
    rank: u8,
    right: bool,
}

/// A column of text. Rank 0 stays always, the highest is left out first.
pub const fn text(heading: &'static str, rank: u8) -> Column {
    Column { heading, rank, right: false }
}

/// A column of numbers, likewise.
pub const fn number(heading: &'static str, rank: u8) -> Column {
    Column { heading, rank, right: true }
}

/// How wide a table may be: as wide as the terminal. `None` if it may be as
/// wide as it is, as in a pipe.
pub fn width(wide: bool) -> Option<u16> {
    if wide { None } else { Table::new().width() }
}

/// A table with a heading; every row has as many cells as there are columns.
pub fn render(columns: &[Column], rows: &[Vec<String>], width: Option<u16>) -> String {
    let shown = fitting(columns, rows, width);
    let mut table = Table::new();
    table.force_no_tty().load_style(TableStyle::new());
    table.set_header(shown.iter().map(|&i| cell(columns[i], columns[i].heading)));
    for row in rows {
        table.add_row(shown.iter().map(|&i| cell(columns[i], &row[i])));
    }
    let last = shown.len().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { GAP }));
    }
    table.trim_fmt() + "\n"
}

fn cell(column: Column, text: &str) -> Cell {
    let alignment = if column.right { CellAlignment::Right } else { CellAlignment::Left };
    Cell::new(text).set_alignment(alignment)
}

/// The indices of the columns that are shown.
fn fitting(columns: &[Column], rows: &[Vec<String>], width: Option<u16>) -> Vec<usize> {
    let needed = |index: usize| {
        let cells = rows.iter().map(|row| row[index].chars().count());
        cells.chain([columns[index].heading.len()]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns.len()).map(needed).collect();
    let mut shown: Vec<_> = (0..columns.len()).collect();
    let Some(width) = width else { return shown };
    let total = |shown: &[usize]| -> usize {
        shown.iter().map(|&i| widths[i] + usize::from(GAP)).sum::<usize>().saturating_sub(GAP.into())
    };
    while total(&shown) > usize::from(width) {
        let least = shown.iter().enumerate().max_by_key(|&(_, &i)| columns[i].rank);
        match least {
            Some((position, &index)) if columns[index].rank > 0 => shown.remove(position),
            _ => break,
        };
    }
    shown
}

/// A value that may be unknown.
pub fn known<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), text)
}

/// Node ids: `1,2,3`.
pub fn ids(ids: &[i32]) -> String {
    if ids.is_empty() {
        return "-".to_owned();
    }
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// A value of an enumeration, as JSON has it.
pub fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => "-".to_owned(),
    }
}

/// Adds a line of text.
pub fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Values under their names, aligned, one a line.
pub fn facts(facts: &[(&str, String)]) -> String {
    let width = facts.iter().map(|(name, _)| name.chars().count() + 1).max().unwrap_or(0);
    let mut out = String::new();
    for (name, value) in facts {
        line(&mut out, format_args!("{:width$}  {value}", format!("{name}:")));
    }
    out
}

/// What an answer leaves out because nodes did not answer; empty if nothing.
pub fn missing(nodes: &[i32], what: &str) -> String {
    if nodes.is_empty() {
        String::new()
    } else {
        format!("\nNodes that did not answer: {}; {what}\n", ids(nodes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [text("NAME", 0), number("BYTES", 1), text("STATE", 0), number("RATE", 2)];

    fn rows() -> Vec<Vec<String>> {
        [["orders", "12 B", "healthy", "1"], ["payments-é", "1.5 GiB", "leaderless", "12345"]]
            .map(|row| row.map(str::to_owned).to_vec())
            .to_vec()
    }

    #[test]
    fn everything_is_shown_where_it_fits() {
        insta::assert_snapshot!("table_all", render(&COLUMNS, &rows(), None));
    }

    #[test]
    fn the_least_important_columns_go_first_and_names_stay() {
        insta::assert_snapshot!("table_34", render(&COLUMNS, &rows(), Some(34)));
        insta::assert_snapshot!("table_5", render(&COLUMNS, &rows(), Some(5)));
    }

    #[test]
    fn facts_are_aligned() {
        insta::assert_snapshot!("facts", facts(&[("Node", "1".into()), ("Free space", "2 GiB".into())]));
    }
}
