//! Asking a background thread for a run, and waiting for one.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// Runs asked for, however often before the next begins, are one run.
#[derive(Debug, Default)]
pub struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    wanted: u64,
    done: u64,
    over: bool,
}

impl Turns {
    /// Asks for a run. Does not wait.
    pub fn want(&self) {
        self.state.lock().wanted += 1;
        self.changed.notify_all();
    }

    /// Asks for a run and waits until one that began afterwards is done. False: there are no more.
    pub fn want_and_wait(&self) -> bool {
        let mut state = self.state.lock();
        state.wanted += 1;
        let mine = state.wanted;
        self.changed.notify_all();
        while state.done < mine && !state.over {
            self.changed.wait(&mut state);
        }
        state.done >= mine
    }

    /// For the thread: waits until a run is wanted; the answer is for [`done`](Self::done). `None`:
    /// there are no more.
    pub fn next(&self) -> Option<u64> {
        let mut state = self.state.lock();
        while state.done >= state.wanted && !state.over {
            self.changed.wait(&mut state);
        }
        (!state.over).then_some(state.wanted)
    }

    /// For the thread: the run is done.
    pub fn done(&self, run: u64) {
        self.state.lock().done = run;
        self.changed.notify_all();
    }

    /// There are no more runs. Nobody waits any longer.
    pub fn end(&self) {
        self.state.lock().over = true;
        self.changed.notify_all();
    }

    /// Whether there are no more runs.
    pub fn is_over(&self) -> bool {
        self.state.lock().over
    }

    /// For the thread: rests for `time`, shorter if there are no more runs.
    pub fn rest(&self, time: Duration) {
        if !time.is_zero() {
            let mut state = self.state.lock();
            let _ = self.changed.wait_while_for(&mut state, |state| !state.over, time);
        }
    }
}
