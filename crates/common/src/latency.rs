//! Latency histograms that cost a few atomic additions per measurement.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets, in microseconds; above them is one more.
const BOUNDS_MICROS: [u64; 14] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000,
];

/// Microseconds as milliseconds. Precise up to 2^52 µs, which is 142 years.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// Counts measured durations. Shared by reference, never locked.
#[derive(Debug, Default)]
pub struct LatencyHistogram {
    counts: [AtomicU64; BOUNDS_MICROS.len() + 1],
    sum_micros: AtomicU64,
}

/// What a [`LatencyHistogram`] held at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Latency {
    /// Sum of all durations, in milliseconds.
    pub sum_ms: f64,
    /// How many durations there were.
    pub count: u64,
    /// Upper bound in milliseconds and durations in that bucket alone; the
    /// last bound is `f64::INFINITY`.
    pub buckets: Vec<(f64, u64)>,
}

impl LatencyHistogram {
    /// Counts one duration.
    pub fn record(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_MICROS.partition_point(|bound| *bound < micros);
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// What has been counted so far. Durations that are recorded meanwhile may
    /// be in the sum and not yet in the buckets.
    pub fn snapshot(&self) -> Latency {
        let bounds = BOUNDS_MICROS.iter().copied().map(milliseconds).chain([f64::INFINITY]);
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<_> = bounds.zip(counts).collect();
        Latency {
            sum_ms: milliseconds(self.sum_micros.load(Ordering::Relaxed)),
            count: buckets.iter().map(|(_, count)| count).sum(),
            buckets,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_into_the_first_bucket_that_holds_it() {
        let histogram = LatencyHistogram::default();
        for micros in [0, 100, 101, 1_000, 3_000_000, u64::MAX] {
            histogram.record(Duration::from_micros(micros));
        }
        let filled: Vec<_> = histogram.snapshot().buckets.into_iter().filter(|(_, n)| *n > 0).collect();
        assert_eq!(filled, [(0.1, 2), (0.25, 1), (1.0, 1), (f64::INFINITY, 2)]);
        assert_eq!(histogram.snapshot().count, 6);
    }

    #[test]
    fn the_sum_is_in_milliseconds() {
        let histogram = LatencyHistogram::default();
        histogram.record(Duration::from_micros(1_500));
        histogram.record(Duration::from_millis(2));
        assert!((histogram.snapshot().sum_ms - 3.5).abs() < 1e-9);
    }
}
