//! Text in aligned columns.

/// A heading and rows, two spaces apart; every row has as many cells as the
/// heading. The last column is as wide as it is.
pub(super) fn columns<const N: usize>(heading: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut widths = heading.map(|cell| cell.chars().count());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in std::iter::once(heading.map(str::to_owned)).chain(rows) {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out += cells.join("  ").trim_end();
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn the_widest_cell_decides_and_nothing_trails() {
        let rows = vec![["a".into(), "é".into(), String::new()], ["long".into(), "b".into(), "c".into()]];
        insta::assert_snapshot!(columns(["ID", "X", "NOTE"], rows), @"
        ID    X  NOTE
        a     é
        long  b  c
        ");
    }
}
