//! A limit on what a node sends to replicas that catch up, so that copying does not take the network and the disks
//! from producers and consumers.
//!
//! A token bucket that goes into debt: a message is let through when the bucket is not empty, whatever its size, and
//! the next one waits until the debt is paid. So no message is too large, and the rate holds on average.
//!
//! Must never: delay a voter. Only learners are throttled ([`super::transport::network`] asks which they are).

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The limit of one node, over all groups and peers.
#[derive(Debug)]
pub struct Throttle {
    /// Bytes per second; 0: no limit.
    rate: u64,
    /// When the bucket is full again; in the past: it is.
    paid_up: Mutex<Instant>,
}

/// What may be sent at once after a pause.
const BURST: Duration = Duration::from_millis(100);

impl Throttle {
    /// A limit of `rate` bytes per second; 0: none.
    pub fn new(rate: u64) -> Self {
        Self { rate, paid_up: Mutex::new(Instant::now()) }
    }

    /// Waits until `bytes` may be sent.
    pub async fn admit(&self, bytes: usize) {
        let wait = self.charge(bytes, Instant::now());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// Books the bytes, and gives how long their sender has to wait.
    fn charge(&self, bytes: usize, now: Instant) -> Duration {
        if self.rate == 0 {
            return Duration::ZERO;
        }
        let nanos = (bytes as u128 * 1_000_000_000) / u128::from(self.rate);
        let cost = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let mut paid_up = self.paid_up.lock();
        let from = (*paid_up).max(now.checked_sub(BURST).unwrap_or(now));
        *paid_up = from + cost;
        from.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_holds_on_average_and_no_message_is_too_large() {
        let (throttle, start) = (Throttle::new(1000), Instant::now() + BURST);
        assert_eq!(throttle.charge(5000, start), Duration::ZERO);
        let wait = throttle.charge(1, start);
        assert!(wait > Duration::from_millis(4800) && wait <= Duration::from_secs(5), "{wait:?}");
    }

    #[test]
    fn idle_time_is_saved_up_for_a_moment_only() {
        let (throttle, start) = (Throttle::new(1000), Instant::now());
        let later = start + Duration::from_hours(1);
        assert_eq!(throttle.charge(100, later), Duration::ZERO);
        assert_eq!(throttle.charge(1000, later), Duration::ZERO, "the saved moment");
        assert_eq!(throttle.charge(1, later), Duration::from_secs(1));
    }

    #[test]
    fn without_a_rate_nothing_waits() {
        let throttle = Throttle::new(0);
        assert_eq!(throttle.charge(usize::MAX, Instant::now()), Duration::ZERO);
    }
}
