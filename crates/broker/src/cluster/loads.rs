//! How busy the groups are that this node leads, or led until lately.
//!
//! The load of a group is what its leader takes in and gives out, in bytes per second: an average in which what was
//! [`HALF_LIFE`] ago counts half as much as what is now. Each node only knows of what it led itself. Since averages of this
//! kind add up, the sum of what all nodes tell is the load, whoever led meanwhile: a leadership that changes hands changes
//! no load. A node that was restarted has forgotten its part, and after a few half-lives nobody misses it.
//!
//! Must never: cost anything per request. Traffic is counted where it passes, and taken in here every few seconds.

#![allow(clippy::cast_precision_loss, reason = "an average is no account")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::raft::GroupId;

/// After this time, what passed counts half.
pub const HALF_LIFE: Duration = Duration::from_mins(1);
/// Averages below this, in bytes per second, are forgotten.
const NOTHING: f64 = 1.0;

/// The loads of one node's groups. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Loads {
    averages: Arc<Mutex<HashMap<GroupId, f64>>>,
}

impl Loads {
    /// Takes in the bytes that passed through groups in the time since the last call. Groups may be left out.
    pub fn take_in(&self, elapsed: Duration, traffic: impl IntoIterator<Item = (GroupId, u64)>) {
        if elapsed.is_zero() {
            return;
        }
        let kept = (-elapsed.as_secs_f64() / HALF_LIFE.as_secs_f64()).exp2();
        let mut averages = self.averages.lock();
        for average in averages.values_mut() {
            *average *= kept;
        }
        for (group, bytes) in traffic {
            if bytes > 0 {
                let rate = bytes as f64 / elapsed.as_secs_f64();
                *averages.entry(group).or_default() += rate * (1.0 - kept);
            }
        }
        averages.retain(|_, average| *average >= NOTHING);
    }

    /// This node's part of each group's load, in bytes per second, in no order. Idle groups are left out.
    pub fn all(&self) -> Vec<(GroupId, u64)> {
        self.averages.lock().iter().map(|(group, average)| (*group, average.round() as u64)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn of(loads: &Loads, group: GroupId) -> u64 {
        loads.all().into_iter().find(|(g, _)| *g == group).map_or(0, |(_, load)| load)
    }

    /// A steady stream for so many seconds.
    fn flow(loads: &Loads, seconds: u64, bytes_per_second: u64) {
        for _ in 0..seconds {
            loads.take_in(SECOND, [(7, bytes_per_second)]);
        }
    }

    #[test]
    fn a_steady_stream_is_known_by_half_after_a_half_life_and_soon_in_full() {
        let loads = Loads::default();
        flow(&loads, 60, 1000);
        assert_eq!(of(&loads, 7), 500);
        flow(&loads, 540, 1000);
        assert!((998..=1000).contains(&of(&loads, 7)));
    }

    #[test]
    fn how_often_it_is_looked_at_makes_no_difference() {
        let (often, seldom) = (Loads::default(), Loads::default());
        flow(&often, 30, 1000);
        seldom.take_in(30 * SECOND, [(7, 30_000)]);
        assert_eq!(of(&often, 7), of(&seldom, 7));
    }

    #[test]
    fn the_parts_of_two_leaders_are_the_load_as_one_would_have_known_it() {
        let (one, before, after) = (Loads::default(), Loads::default(), Loads::default());
        flow(&one, 120, 1000);
        flow(&before, 70, 1000);
        flow(&before, 50, 0);
        flow(&after, 50, 1000);
        assert!(of(&one, 7).abs_diff(of(&before, 7) + of(&after, 7)) <= 1);
    }

    #[test]
    fn what_is_idle_is_forgotten_and_no_time_says_nothing() {
        let loads = Loads::default();
        flow(&loads, 60, 1000);
        flow(&loads, 600, 0);
        assert_eq!(loads.all(), []);
        loads.take_in(Duration::ZERO, [(7, 1000)]);
        assert_eq!(loads.all(), []);
    }
}
