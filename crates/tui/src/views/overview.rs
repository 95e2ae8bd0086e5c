//! Is the cluster well, and if not: why, and what to do next.

use std::borrow::Cow;

use chronik_common::admin::v1::{PartitionState, Severity, Verdict};

use super::{Cell, Column, Order, Rows, Tone, column, nodes, rate, wide};
use crate::state::Data;

pub(super) struct Findings;

const COLUMNS: [Column; 3] = [wide("FINDING", 22, 0), column("HOW BAD", 10, 2), wide("NEXT", 44, 1)];

fn severity(severity: Severity) -> Cell {
    match severity {
        Severity::Info => Cell::plain("info"),
        Severity::Warning => Cell::toned("! warning", Tone::Warning),
        Severity::Critical => Cell::toned("! critical", Tone::Bad),
    }
}

impl Rows for Findings {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn len(&self, data: Data<'_>) -> usize {
        data.findings().len()
    }

    fn name<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        data.findings()[index].message.as_str().into()
    }

    /// The message counts, and so it changes; there is one finding of a kind.
    fn key<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        data.findings()[index].code.as_str().into()
    }

    fn badness(&self, data: Data<'_>, index: usize) -> f64 {
        match data.findings()[index].severity {
            Severity::Info => 0.0,
            Severity::Warning => 1.0,
            Severity::Critical => 2.0,
        }
    }

    fn order(&self, data: Data<'_>, index: usize, column: usize) -> Order {
        match column {
            1 => Order::Number(self.badness(data, index)),
            2 => Order::Text(data.findings()[index].next.clone().unwrap_or_default()),
            _ => Order::Text(data.findings()[index].message.clone()),
        }
    }

    fn cell(&self, data: Data<'_>, index: usize, column: usize) -> Cell {
        let finding = &data.findings()[index];
        match column {
            1 => severity(finding.severity),
            2 => {
                Cell::plain(finding.next.as_ref().map_or(String::new(), |next| format!("chronikctl {next}")))
            }
            _ => Cell::plain(finding.message.as_str()),
        }
    }
}

/// The verdict in a line.
pub fn verdict(data: Data<'_>) -> Cell {
    let Some(cluster) = &data.model.cluster else { return Cell::plain("waiting for the first snapshot") };
    let leader = cluster
        .leader_id
        .map_or("no metadata leader".into(), |leader| format!("metadata led by node {leader}"));
    let (word, tone) = match cluster.health.verdict {
        Verdict::Healthy => ("HEALTHY", Tone::Good),
        Verdict::Degraded => ("! DEGRADED", Tone::Warning),
        Verdict::Critical => ("! CRITICAL", Tone::Bad),
    };
    Cell::toned(format!("{word}  {leader}"), tone)
}

/// Counts and throughput, then a line for each node.
pub fn summary(data: Data<'_>) -> Vec<Cell> {
    let count = |wanted: PartitionState| data.model.partitions().iter().filter(|p| p.state == wanted).count();
    let (leaderless, min_isr, under) = (
        count(PartitionState::Leaderless),
        count(PartitionState::UnderMinIsr),
        count(PartitionState::UnderReplicated),
    );
    let tone = match (leaderless + min_isr, under) {
        (0, 0) => Tone::Plain,
        (0, _) => Tone::Warning,
        _ => Tone::Bad,
    };
    let partitions = data.model.partitions().len();
    let last = data.model.bytes_in.back().copied().unwrap_or(0);
    let mut lines = vec![
        Cell::toned(
            format!(
                "{partitions} partitions: {leaderless} leaderless, {min_isr} under min ISR, {under} under-replicated"
            ),
            tone,
        ),
        Cell::plain(format!(
            "in {} {}",
            rate(Some(last as f64)).text,
            spark(data.model.bytes_in.iter().copied(), 40)
        )),
    ];
    lines.extend(data.nodes().iter().map(|node| {
        let state = nodes::state(node);
        let text = format!(
            "node {:<4} {:<9} leads {:<6} in {}",
            node.node_id,
            state.text,
            node.leaders,
            rate(node.bytes_in_per_second).text
        );
        Cell::toned(text, state.tone)
    }));
    lines
}

/// The last values as bars.
fn spark(values: impl DoubleEndedIterator<Item = u64>, width: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let mut last: Vec<u64> = values.rev().take(width).collect();
    last.reverse();
    let top = last.iter().copied().max().unwrap_or(0).max(1);
    last.iter().map(|value| BARS[(u128::from(*value) * 7 / u128::from(top)) as usize]).collect()
}
