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
    let rows = state.view.rows();
    if !state.listed.is_empty() {
        out.push('\n');
        line(&mut out, state, |column| rows.columns()[column].title.to_owned());
    }
    for &index in state.listed.iter().take(ROWS) {
        line(&mut out, state, |column| rows.cell(data, index, column).text);
    }
    if state.listed.len() > ROWS {
        let _ = writeln!(out, "and {} more", state.listed.len() - ROWS);
    }
    out
}

fn line(out: &mut String, state: &State, text: impl Fn(usize) -> String) {
    let columns = state.view.rows().columns().iter().enumerate();
    let cells: Vec<String> =
        columns.map(|(index, column)| format!("{:<1$}", text(index), column.width as usize)).collect();
    let _ = writeln!(out, "{}", cells.join(" ").trim_end());
}
