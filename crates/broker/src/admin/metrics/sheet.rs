//! Metric families as `OpenMetrics` text: a family without a value is left out.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};

use super::definitions::{Family, Kind};

/// A distribution in the unit that the metric's name says.
pub(super) struct Histogram {
    pub sum: f64,
    pub count: u64,
    /// Upper bound and what is in that bucket alone.
    pub buckets: Vec<(f64, u64)>,
}

/// A value: whole numbers are written in full.
pub(super) enum Number {
    Whole(u64),
    Real(f64),
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self::Whole(value)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

/// Writes metric families, and none without a value. The values of labels come in the order that the family names them.
pub(super) struct Sheet<'a>(pub DescriptorEncoder<'a>);

impl Sheet<'_> {
    /// A family of one number.
    pub(super) fn one(&mut self, family: &Family, value: Option<impl Into<Number>>) -> fmt::Result {
        self.each(family, value.map(|value| ([], value)))
    }

    /// A family of numbers.
    pub(super) fn each<const N: usize>(
        &mut self,
        family: &Family,
        values: impl IntoIterator<Item = ([String; N], impl Into<Number>)>,
    ) -> fmt::Result {
        self.write(family, values, |metric, value| match (family.kind, value.into()) {
            (Kind::Counter, Number::Whole(value)) => {
                metric.encode_counter::<NoLabelSet, _, u64>(&value, None)
            }
            (Kind::Counter, Number::Real(value)) => metric.encode_counter::<NoLabelSet, _, u64>(&value, None),
            (_, Number::Whole(value)) => metric.encode_gauge(&value),
            (_, Number::Real(value)) => metric.encode_gauge(&value),
        })
    }

    /// A family of distributions.
    pub(super) fn histograms<const N: usize>(
        &mut self,
        family: &Family,
        values: impl IntoIterator<Item = ([String; N], Histogram)>,
    ) -> fmt::Result {
        self.write(family, values, |metric, Histogram { sum, count, buckets }| {
            metric.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
        })
    }

    fn write<const N: usize, V>(
        &mut self,
        family: &Family,
        values: impl IntoIterator<Item = ([String; N], V)>,
        put: impl Fn(&mut MetricEncoder<'_>, V) -> fmt::Result,
    ) -> fmt::Result {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return Ok(());
        }
        let mut encoder = self.0.encode_descriptor(family.stem(), family.help, None, family.kind.into())?;
        for (labels, value) in values {
            if N == 0 {
                put(&mut encoder, value)?;
            } else {
                let labels: Vec<_> = family.labels.iter().copied().zip(labels).collect();
                put(&mut encoder.encode_family(&labels)?, value)?;
            }
        }
        Ok(())
    }
}
