//! Everything that can happen to the dashboard, in one type: what is recorded, replayed and reduced.

use chronik_common::admin::v1;
use serde::{Deserialize, Serialize};

use crate::act::Act;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// It is so many milliseconds since 1970. The only clock there is.
    Tick(i64),
    /// The whole cluster.
    Snapshot(Box<v1::Snapshot>),
    /// What changed in it.
    Delta(Box<v1::Delta>),
    /// Something happened in the cluster.
    Journal(v1::Event),
    /// The connection came or went.
    Link(Link),
    /// The plan of a change, a line each; or why there is none.
    Planned(Act, Result<Vec<String>, String>),
    /// What came of a change.
    Done(Result<String, String>),
}

/// How the dashboard is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// To this node.
    Connected(String),
    /// To none; why, and in how many milliseconds the next one is tried.
    Lost {
        /// Why.
        cause: String,
        /// Milliseconds.
        retry_ms: u64,
    },
}

/// A key that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are called as they are on the keyboard")]
pub enum Key {
    Char(char),
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    /// Control-C.
    Interrupt,
}
