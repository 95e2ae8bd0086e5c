//! Answers as text for people. Pure functions of the answer: no clock, no
//! terminal, and no decision about the cluster.

mod columns;
mod operation;
mod plan;
mod progress;
mod status;
pub mod units;

use std::fmt::{Arguments, Write};

use super::change::BlockedOn;

pub use operation::{render_added, render_operation, render_operations};
pub use plan::render_plan;
pub use progress::progress_line;
pub use status::{problems, render_status};

fn line(out: &mut String, text: Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

/// What stops an operation, under a heading, or nothing.
fn blockers(out: &mut String, heading: &str, blocked_on: &[BlockedOn]) {
    if !blocked_on.is_empty() {
        line(out, format_args!("\n{heading}:"));
    }
    for BlockedOn { object, reason } in blocked_on {
        line(out, format_args!("  {object}: {reason}"));
    }
}

pub use units::{bytes as human_bytes, duration as human_duration};
