//! Keeps a hostile client from filling the disk with log lines.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

const WINDOW: Duration = Duration::from_secs(10);
const LINES: u32 = 20;

/// Lets a few lines through per window, and counts the rest.
#[derive(Debug)]
pub(crate) struct Quiet(Mutex<State>);

#[derive(Debug)]
struct State {
    since: Option<Instant>,
    lines: u32,
    held_back: u64,
}

impl Quiet {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(State { since: None, lines: 0, held_back: 0 }))
    }

    /// Whether a line may be written at `now`; if so, how many were held back since the last one.
    pub(crate) fn may_log(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock();
        if state.since.is_none_or(|since| now.duration_since(since) >= WINDOW) {
            state.since = Some(now);
            state.lines = 0;
        }
        if state.lines == LINES {
            state.held_back += 1;
            return None;
        }
        state.lines += 1;
        Some(std::mem::take(&mut state.held_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_limit_are_counted_and_told_in_the_next_window() {
        let quiet = Quiet::new();
        let start = Instant::now();
        for _ in 0..LINES {
            assert_eq!(quiet.may_log(start), Some(0));
        }
        assert_eq!(quiet.may_log(start), None);
        assert_eq!(quiet.may_log(start), None);
        assert_eq!(quiet.may_log(start + WINDOW), Some(2));
    }
}
