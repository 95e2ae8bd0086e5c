//! What the WAL promises, as a whole.

mod basics;
mod support;
