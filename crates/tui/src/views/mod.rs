//! The eight views: what rows each has, how bad each row is, and what its cells say. One file a view.

mod events;
mod groups;
mod nodes;
mod operations;
pub mod overview;
mod partitions;
mod raft;
mod topics;

use std::borrow::Cow;
use std::cmp::Ordering;

use chronik_common::admin::v1::PartitionState;
use serde::{Deserialize, Serialize};

use crate::state::Data;

/// A view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are called as they are on the screen")]
pub enum View {
    #[default]
    Overview,
    Nodes,
    Partitions,
    Topics,
    Groups,
    Raft,
    Events,
    Operations,
}

impl View {
    /// In the order of their keys.
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::Nodes,
        Self::Partitions,
        Self::Topics,
        Self::Groups,
        Self::Raft,
        Self::Events,
        Self::Operations,
    ];

    /// Its name on the screen and in `--view`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Nodes => "nodes",
            Self::Partitions => "partitions",
            Self::Topics => "topics",
            Self::Groups => "groups",
            Self::Raft => "raft",
            Self::Events => "events",
            Self::Operations => "operations",
        }
    }

    /// The view whose name starts with this text, if only one does.
    pub fn named(text: &str) -> Option<Self> {
        let mut found =
            Self::ALL.into_iter().filter(|view| !text.is_empty() && view.name().starts_with(text));
        found.next().filter(|_| found.next().is_none())
    }

    /// Its rows.
    pub fn rows(self) -> &'static dyn Rows {
        match self {
            Self::Overview => &overview::Findings,
            Self::Nodes => &nodes::Nodes,
            Self::Partitions => &partitions::Partitions,
            Self::Topics => &topics::Topics,
            Self::Groups => &groups::Groups,
            Self::Raft => &raft::Raft,
            Self::Events => &events::Events,
            Self::Operations => &operations::Operations,
        }
    }
}

/// A column. The first of a view is the name and is never hidden.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its title.
    pub title: &'static str,
    /// Its width in characters.
    pub width: u16,
    /// Columns with higher numbers are hidden first.
    pub rank: u8,
    /// Whether it takes the width that is left over.
    pub grows: bool,
}

/// A column of a fixed width.
const fn column(title: &'static str, width: u16, rank: u8) -> Column {
    Column { title, width, rank, grows: false }
}

/// A column that takes what is left over.
const fn wide(title: &'static str, width: u16, rank: u8) -> Column {
    Column { title, width, rank, grows: true }
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As anything else.
    Plain,
    /// As it should be.
    Good,
    /// To be looked at.
    Warning,
    /// To be acted on.
    Bad,
}

/// What a cell says. The text alone says everything; the tone only stresses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// How it is.
    pub tone: Tone,
}

impl Cell {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain }
    }

    fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    /// A value that may be unknown.
    fn known<T: ToString>(value: Option<T>) -> Self {
        Self::plain(value.map_or_else(|| "-".to_owned(), |value| value.to_string()))
    }
}

/// What a row is sorted by.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Order {
    fn known(value: Option<impl Into<f64>>) -> Self {
        Self::Number(value.map_or(f64::NEG_INFINITY, Into::into))
    }

    fn count(value: Option<u64>) -> Self {
        Self::known(value.map(|value| value as f64))
    }
}

impl Eq for Order {}

impl PartialOrd for Order {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Order {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

/// The rows of a view, by index. Cells are made for rows that are drawn only.
pub trait Rows: Sync {
    /// The columns, the name first.
    fn columns(&self) -> &'static [Column];
    /// How many rows there are.
    fn len(&self, data: Data<'_>) -> usize;
    /// What the row is about: it is filtered by it.
    fn name<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str>;
    /// What the row is found again by: its name, where that stays the same.
    fn key<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        self.name(data, index)
    }
    /// The topic it belongs to, if rows of this view belong to topics.
    fn topic<'a>(&self, _data: Data<'a>, _index: usize) -> Option<&'a str> {
        None
    }
    /// How bad it is: rows are shown worst first. Above 0 it has a fault.
    fn badness(&self, data: Data<'_>, index: usize) -> f64;
    /// Whether it has a fault.
    fn faulty(&self, data: Data<'_>, index: usize) -> bool {
        self.badness(data, index) > 0.0
    }
    /// What it is sorted by in this column.
    fn order(&self, data: Data<'_>, index: usize, column: usize) -> Order;
    /// What it says in this column.
    fn cell(&self, data: Data<'_>, index: usize, column: usize) -> Cell;
}

fn state_name(state: PartitionState) -> Cell {
    match state {
        PartitionState::Healthy => Cell::toned("healthy", Tone::Good),
        PartitionState::Moving => Cell::plain("moving"),
        PartitionState::UnderReplicated => Cell::toned("! under-replicated", Tone::Warning),
        PartitionState::UnderMinIsr => Cell::toned("! under min ISR", Tone::Bad),
        PartitionState::Leaderless => Cell::toned("! LEADERLESS", Tone::Bad),
    }
}

fn state_badness(state: PartitionState) -> f64 {
    match state {
        PartitionState::Healthy | PartitionState::Moving => 0.0,
        PartitionState::UnderReplicated => 1.0,
        PartitionState::UnderMinIsr => 2.0,
        PartitionState::Leaderless => 3.0,
    }
}

fn bytes(value: Option<u64>) -> Cell {
    Cell::known(value.map(chronik_common::admin::human_bytes))
}

fn rate(value: Option<f64>) -> Cell {
    let text = value.map(|value| format!("{}/s", chronik_common::admin::human_bytes(value.max(0.0) as u64)));
    Cell::known(text)
}
