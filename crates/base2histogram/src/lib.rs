//! Stands in for the crate of this name, by `[patch.crates-io]`: histograms that hold nothing.
//!
//! openraft counts batch sizes and the like in sixteen histograms for every replica, and shows them only with its feature
//! `runtime-stats`, which Chronik does not use. The real crate takes 33 kB a replica for that, and 26.7 MB a process for
//! tables of all sixteen widths of which openraft uses one: two thirds of all that an idle node had in memory (heaptrack).
//! Here is the part of its interface that openraft is compiled against. It can go when openraft stops counting what it
//! does not show.
//!
//! Must never be used to measure anything: what Chronik measures is in `chronik_common`.

use std::fmt;
use std::marker::PhantomData;

/// Takes values in and forgets them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Histogram<T = ()>(PhantomData<T>);

impl<T> Histogram<T> {
    /// Without values, as it will stay.
    pub fn new() -> Self {
        Self(PhantomData)
    }

    /// Forgets a value.
    pub fn record(&mut self, _value: u64) {}

    /// Forgets a value that came `_count` times.
    pub fn record_n(&mut self, _value: u64, _count: u64) {}

    /// What is known: that there are no samples.
    pub fn percentile_stats(&self) -> PercentileStats {
        PercentileStats::default()
    }
}

/// Percentiles of no samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the real crate's names, of which each says which percentile it is")]
pub struct PercentileStats {
    pub samples: u64,
    pub p0_1: u64,
    pub p1: u64,
    pub p5: u64,
    pub p10: u64,
    pub p50: u64,
    pub p90: u64,
    pub p99: u64,
    pub p99_9: u64,
}

impl fmt::Display for PercentileStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[not counted]")
    }
}

/// A chart of no samples.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsciiChart;

impl AsciiChart {
    /// Without histograms, as it will stay.
    pub fn new() -> Self {
        Self
    }

    /// Leaves a histogram out.
    #[must_use]
    pub fn add(self, _label: &str, _histogram: Histogram) -> Self {
        self
    }
}

impl fmt::Display for AsciiChart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[not counted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_recorded_takes_no_memory() {
        let mut histogram = Histogram::<()>::new();
        histogram.record(7);
        histogram.record_n(8, 9);
        assert_eq!(size_of_val(&histogram), 0);
        assert_eq!(histogram.percentile_stats().to_string(), "[not counted]");
    }
}
