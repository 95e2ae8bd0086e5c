//! How often an address may come with a wrong key: a bucket of [`BURST`] tokens per address, one more every second.
//!
//! Pure: the caller brings the clock. A valid key is never asked about here, so that nobody can lock an operator out by
//! failing from the same address; guesses are told 429 and learn nothing, and 256 bits cannot be guessed anyway.
//!
//! Must never: grow beyond [`MAX_ADDRESSES`] entries.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// Failures in a row that are told what is wrong.
const BURST: u32 = 20;
/// How long it takes to get one more.
const REFILL: Duration = Duration::from_secs(1);
/// Addresses remembered.
const MAX_ADDRESSES: usize = 10_000;

/// Counts failures by address.
pub(super) struct FailureLimiter {
    start: Instant,
    /// By address: the moment since `start` at which its bucket is full again. Not in it: a full bucket.
    full_at: HashMap<IpAddr, Duration>,
}

impl FailureLimiter {
    pub(super) fn new(start: Instant) -> Self {
        Self { start, full_at: HashMap::new() }
    }

    /// Counts a failure. The error is the number of seconds after which the next one is told what is wrong.
    pub(super) fn failed(&mut self, address: IpAddr, now: Instant) -> Result<(), u64> {
        let now = now.saturating_duration_since(self.start);
        let address = network(address);
        if self.full_at.len() >= MAX_ADDRESSES && !self.full_at.contains_key(&address) {
            self.make_room(now);
        }
        let full_at = self.full_at.entry(address).or_insert(now);
        let after_this = (*full_at).max(now) + REFILL;
        let empty_at = now + REFILL * BURST;
        if after_this > empty_at {
            return Err(after_this.saturating_sub(empty_at).as_secs().max(1));
        }
        *full_at = after_this;
        Ok(())
    }

    /// Forgets full buckets; if none is full, all: an attacker with that many addresses is not held up by this.
    fn make_room(&mut self, now: Duration) {
        self.full_at.retain(|_, full_at| *full_at > now);
        if self.full_at.len() >= MAX_ADDRESSES {
            self.full_at.clear();
        }
    }
}

/// Who has one IPv6 address has a network of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_is_allowed_then_one_a_second() {
        let start = Instant::now();
        let mut limiter = FailureLimiter::new(start);
        let a = address("10.0.0.1");
        for _ in 0..BURST {
            assert_eq!(limiter.failed(a, start), Ok(()));
        }
        assert_eq!(limiter.failed(a, start), Err(1));
        assert_eq!(limiter.failed(a, start + REFILL / 2), Err(1));
        assert_eq!(limiter.failed(a, start + REFILL), Ok(()));
        assert_eq!(limiter.failed(a, start + REFILL), Err(1));
        assert_eq!(limiter.failed(address("10.0.0.2"), start), Ok(()), "others are not held up");
        let later = start + REFILL * (BURST + 1);
        assert!((0..BURST).all(|_| limiter.failed(a, later).is_ok()), "the bucket has filled again");
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let start = Instant::now();
        let mut limiter = FailureLimiter::new(start);
        for host in 1..=BURST {
            assert_eq!(limiter.failed(address(&format!("2001:db8::{host:x}")), start), Ok(()));
        }
        assert_eq!(limiter.failed(address("2001:db8::ffff"), start), Err(1));
        assert_eq!(limiter.failed(address("2001:db8:0:1::1"), start), Ok(()));
        assert_eq!(network(address("::ffff:10.0.0.1")), address("10.0.0.1"));
    }

    #[test]
    fn the_table_is_bounded() {
        let start = Instant::now();
        let mut limiter = FailureLimiter::new(start);
        for n in 0..=MAX_ADDRESSES as u32 + 5 {
            assert_eq!(limiter.failed(IpAddr::V4(n.into()), start), Ok(()));
            assert!(limiter.full_at.len() <= MAX_ADDRESSES);
        }
    }
}
