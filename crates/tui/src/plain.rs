//! The cluster as text, once: for pipes, logs and `--once`.

use std::fmt::Write;

use chronik_common::admin::v1::Verdict;

use crate::state::{Data, State};
use crate::views::{View, overview};

/// Rows of a view at most.
const ROWS: usize = 50;

/// Whether the cluster is as it should be. Not known is not well.
pub fn healthy(data: Data<'_>) -> bool {
    data.model.cluster.as_ref().is_some_and(|cluster| cluster.health.verdict == Verdict::Healthy)
}

/// The verdict, and the rows of the view, worst first, in columns.
pub fn render(state: &State) -> String {
    let data = state.data();
    let mut out = format!("{}\n", overview::verdict(data).text);
    if state.view == View::Overview {
        for line in overview::summary(data) {
            let _ = writeln!(out, "{}", line.text);
        }
    }
    if !state.listed.is_empty() {
        out.push('\n');
        table(&mut out, state);
    }
    if state.listed.len() > ROWS {
        let _ = writeln!(out, "and {} more", state.listed.len() - ROWS);
    }
    out
}

/// Columns as wide as their longest cell: no name is cut.
fn table(out: &mut String, state: &State) {
    let rows = state.view.rows();
    let columns = rows.columns();
    let mut lines = vec![columns.iter().map(|column| column.title.to_owned()).collect::<Vec<_>>()];
    lines.extend(state.listed.iter().take(ROWS).map(|&index| {
        (0..columns.len()).map(|column| rows.cell(state.data(), index, column).text).collect()
    }));
    let longest = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(longest).collect();
    for line in &lines {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
}
