//! Metric families as `OpenMetrics` text: a family without a value is left
//! out. Which families there are, `metrics` knows.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// No labels: the metric is there once.
pub(super) const BARE: Option<NoLabelSet> = None;

/// A distribution in the unit that the metric's name says.
pub(super) struct Histogram {
    pub sum: f64,
    pub count: u64,
    /// Upper bound and what is in that bucket alone.
    pub buckets: Vec<(f64, u64)>,
}

/// Writes metric families, and none without a value.
pub(super) struct Sheet<'a>(pub DescriptorEncoder<'a>);

impl Sheet<'_> {
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: Option<u64>) -> fmt::Result {
        self.family(name, help, MetricType::Gauge, value.map(|value| (BARE, value)))
    }

    /// The encoder puts `_total` behind the name.
    pub(super) fn counter(&mut self, name: &str, help: &str, value: Option<u64>) -> fmt::Result {
        self.family(name, help, MetricType::Counter, value.map(|value| (BARE, value)))
    }

    /// One family of plain numbers.
    pub(super) fn family<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        values: impl IntoIterator<Item = (Option<L>, u64)>,
    ) -> fmt::Result {
        self.write(name, help, kind, values, |metric, value| match kind {
            MetricType::Counter => metric.encode_counter::<NoLabelSet, _, u64>(&value, None),
            _ => metric.encode_gauge(&value),
        })
    }

    pub(super) fn histograms<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (Option<L>, Histogram)>,
    ) -> fmt::Result {
        self.write(name, help, MetricType::Histogram, values, |metric, Histogram { sum, count, buckets }| {
            metric.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
        })
    }

    fn write<L: EncodeLabelSet, V>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        values: impl IntoIterator<Item = (Option<L>, V)>,
        put: impl Fn(&mut MetricEncoder<'_>, V) -> fmt::Result,
    ) -> fmt::Result {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return Ok(());
        }
        let mut encoder = self.0.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in values {
            match labels {
                Some(labels) => put(&mut encoder.encode_family(&labels)?, value)?,
                None => put(&mut encoder, value)?,
            }
        }
        Ok(())
    }
}
