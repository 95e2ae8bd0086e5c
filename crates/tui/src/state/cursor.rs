//! The cursor: once it was put somewhere it stays with what is there, wherever that goes.
//!
//! Rows are sorted worst first and change every second, so a row's number says nothing a moment later. A cursor that
//! nobody has moved is another matter: it stays at the top, where the worst is, and does not follow what recovers.

use super::Data;
use crate::views::Rows;

/// Where the cursor is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    row: usize,
    /// What it was put on; absent while it is at the top because nobody has moved it.
    on: Option<String>,
}

/// The rows that it moves in.
#[derive(Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) rows: &'a dyn Rows,
    pub(super) data: Data<'a>,
    pub(super) indexes: &'a [usize],
}

impl Listed<'_> {
    fn key(&self, row: usize) -> Option<String> {
        self.indexes.get(row).map(|&index| self.rows.key(self.data, index).into_owned())
    }

    fn is(&self, row: usize, key: &str) -> bool {
        self.indexes.get(row).is_some_and(|&index| self.rows.key(self.data, index) == key)
    }
}

impl Cursor {
    /// Its row.
    pub fn row(&self) -> usize {
        self.row
    }

    /// To a row, or to the last one if there are fewer, and to stay with what is there. Without rows it stays.
    pub(super) fn put(&mut self, row: usize, listed: Listed<'_>) {
        if listed.indexes.is_empty() {
            return;
        }
        self.row = row.min(listed.indexes.len() - 1);
        self.on = listed.key(self.row);
    }

    /// So many rows down, or up if negative.
    pub(super) fn go(&mut self, rows: i32, listed: Listed<'_>) {
        self.put(self.row.saturating_add_signed(rows as isize), listed);
    }

    /// To where that went which it is on. What is gone leaves it in its row, on whatever is there now; rows that are
    /// all gone leave it as it is, for they may come back.
    pub(super) fn follow(&mut self, listed: Listed<'_>) {
        let Some(on) = &self.on else {
            self.row = 0;
            return;
        };
        // Most changes leave it where it is.
        if listed.indexes.is_empty() || listed.is(self.row, on) {
            return;
        }
        match (0..listed.indexes.len()).find(|&row| listed.is(row, on)) {
            Some(row) => self.row = row,
            None => self.put(self.row, listed),
        }
    }
}
