//! Which rows of a view are shown, in which order.

use super::Data;
use crate::views::{Order, Rows};

/// How rows are chosen and ordered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Only rows whose name holds this text.
    pub filter: String,
    /// Only rows with a fault.
    pub faults: bool,
    /// Only rows of this topic.
    pub topic: Option<String>,
    /// By which column; absent: worst first, as the view sees it.
    pub column: Option<usize>,
    /// The other way round.
    pub turned: bool,
}

/// The indexes of the chosen rows in their order. Each row's sort key is made once.
pub fn list(rows: &dyn Rows, data: Data<'_>, choice: &Choice) -> Vec<usize> {
    let needle = choice.filter.to_lowercase();
    let mut keyed: Vec<(Order, usize)> = (0..rows.len(data))
        .filter(|&index| !choice.faults || rows.faulty(data, index))
        .filter(|&index| choice.topic.as_deref().is_none_or(|topic| rows.topic(data, index) == Some(topic)))
        .filter(|&index| needle.is_empty() || rows.name(data, index).to_lowercase().contains(&needle))
        .map(|index| {
            let order = match choice.column {
                Some(column) => rows.order(data, index, column),
                None => Order::Number(-rows.badness(data, index)),
            };
            (order, index)
        })
        .collect();
    // Rows that are equal keep the order of their names.
    keyed.sort_by(|(a, _), (b, _)| if choice.turned { b.cmp(a) } else { a.cmp(b) });
    keyed.into_iter().map(|(_, index)| index).collect()
}
