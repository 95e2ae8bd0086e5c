//! Which partitions are asked for, in which order, and a page at a time.
//!
//! A cursor names the last partition of a page. Where a partition's place changes between two pages, it may be seen twice or
//! not at all, as with any list that lives; where that last one is not in the list any more, a list by name goes on behind
//! its name, and any other has to be asked for anew.

use std::cmp::Ordering;

use chronik_common::admin::v1::{PartitionState, PartitionView};

/// The most that one page holds.
pub const MAX_LIMIT: usize = 10_000;
/// What a page holds if nobody says.
pub const DEFAULT_LIMIT: usize = 1_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Only those of this topic.
    pub topic: Option<String>,
    /// Only those with a replica on this node.
    pub node: Option<i32>,
    /// Only those led by this node.
    pub leader: Option<i32>,
    /// Only those in one of these states; empty: all.
    pub states: Vec<PartitionState>,
    /// The order.
    pub sort: Sort,
    /// Turned round.
    pub reverse: bool,
    /// How many at most.
    pub limit: usize,
    /// Behind this one.
    pub after: Option<(String, i32)>,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            topic: None,
            node: None,
            leader: None,
            states: Vec::new(),
            sort: Sort::Name,
            reverse: false,
            limit: DEFAULT_LIMIT,
            after: None,
        }
    }
}

/// An order of partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By topic and number.
    Name,
    /// The worst first: by state, then by how far the worst follower is behind.
    Lag,
    /// The largest first.
    Bytes,
    /// The busiest first.
    Rate,
}

impl Sort {
    /// By its name in a query.
    pub fn named(name: &str) -> Option<Self> {
        [("name", Self::Name), ("lag", Self::Lag), ("bytes", Self::Bytes), ("rate", Self::Rate)]
            .into_iter()
            .find_map(|(known, sort)| (known == name).then_some(sort))
    }
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The partitions.
    pub partitions: Vec<PartitionView>,
    /// How many are asked for altogether.
    pub total: usize,
    /// The last one, if there are more behind it.
    pub last: Option<(String, i32)>,
}

/// The page that is asked for; `None` if nobody can say any more where it begins.
pub fn select(partitions: Vec<PartitionView>, selection: &Selection) -> Option<Page> {
    let mut chosen: Vec<PartitionView> =
        partitions.into_iter().filter(|p| is_asked_for(p, selection)).collect();
    chosen.sort_by(|a, b| order(a, b, selection));
    let total = chosen.len();
    let start = match &selection.after {
        Some((topic, number)) => {
            let place = chosen.iter().position(|p| p.topic == *topic && p.partition == *number);
            let by_name = selection.sort == Sort::Name && !selection.reverse;
            let behind = |p: &PartitionView| (p.topic.as_str(), p.partition) <= (topic.as_str(), *number);
            match place {
                Some(place) => place + 1,
                None if by_name => chosen.partition_point(behind),
                None => return None,
            }
        }
        None => 0,
    };
    let more = total - start > selection.limit;
    let page: Vec<PartitionView> = chosen.into_iter().skip(start).take(selection.limit).collect();
    let last = page.last().filter(|_| more).map(|p| (p.topic.clone(), p.partition));
    Some(Page { partitions: page, total, last })
}

fn is_asked_for(partition: &PartitionView, selection: &Selection) -> bool {
    selection.topic.as_ref().is_none_or(|topic| *topic == partition.topic)
        && selection
            .node
            .is_none_or(|node| partition.replicas.contains(&node) || partition.adding.contains(&node))
        && selection.leader.is_none_or(|node| partition.leader == Some(node))
        && (selection.states.is_empty() || selection.states.contains(&partition.state))
}

/// Equal partitions stand by name, whichever way the rest is turned.
fn order(a: &PartitionView, b: &PartitionView, selection: &Selection) -> Ordering {
    let by_name = || (&a.topic, a.partition).cmp(&(&b.topic, b.partition));
    let descending = |x: f64, y: f64| y.total_cmp(&x);
    let order = match selection.sort {
        Sort::Name => by_name(),
        Sort::Lag => (b.state, b.max_lag_ms, b.max_lag_bytes).cmp(&(a.state, a.max_lag_ms, a.max_lag_bytes)),
        Sort::Bytes => b.bytes.cmp(&a.bytes),
        Sort::Rate => descending(a.bytes_per_second.unwrap_or(0.0), b.bytes_per_second.unwrap_or(0.0)),
    };
    let order = if selection.reverse { order.reverse() } else { order };
    order.then_with(by_name)
}

/// The state of that name in a query.
pub fn state_named(name: &str) -> Option<PartitionState> {
    [
        ("healthy", PartitionState::Healthy),
        ("moving", PartitionState::Moving),
        ("under_replicated", PartitionState::UnderReplicated),
        ("under_min_isr", PartitionState::UnderMinIsr),
        ("leaderless", PartitionState::Leaderless),
    ]
    .into_iter()
    .find_map(|(known, state)| (known == name).then_some(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(topic: &str, number: i32, state: PartitionState, lag: u64) -> PartitionView {
        PartitionView {
            topic: topic.into(),
            partition: number,
            state,
            leader: Some(1),
            leader_epoch: Some(1),
            replicas: vec![1, 2],
            isr: vec![1],
            adding: vec![],
            removing: vec![],
            min_isr: 1,
            high_watermark: None,
            log_start_offset: None,
            bytes: Some(lag),
            records_per_second: None,
            bytes_per_second: Some(lag as f64),
            max_lag_bytes: Some(lag),
            max_lag_ms: Some(lag),
            raft: None,
        }
    }

    fn some() -> Vec<PartitionView> {
        vec![
            partition("b", 0, PartitionState::Healthy, 5),
            partition("a", 10, PartitionState::UnderReplicated, 7),
            partition("a", 9, PartitionState::Healthy, 5),
            partition("c", 0, PartitionState::Leaderless, 0),
        ]
    }

    fn names(page: &Page) -> Vec<String> {
        page.partitions.iter().map(|p| format!("{}-{}", p.topic, p.partition)).collect()
    }

    fn selected(selection: &Selection) -> Vec<String> {
        names(&select(some(), selection).unwrap())
    }

    #[test]
    fn numbers_are_sorted_as_numbers() {
        assert_eq!(selected(&Selection::default()), ["a-9", "a-10", "b-0", "c-0"]);
    }

    #[test]
    fn lag_puts_the_worst_first_and_what_is_equal_by_name() {
        let by_lag = Selection { sort: Sort::Lag, ..Selection::default() };
        assert_eq!(selected(&by_lag), ["c-0", "a-10", "a-9", "b-0"]);
        let reverse = Selection { reverse: true, ..by_lag };
        assert_eq!(selected(&reverse), ["a-9", "b-0", "a-10", "c-0"]);
    }

    #[test]
    fn filters_are_combined() {
        let of = |change: &dyn Fn(&mut Selection)| {
            let mut selection = Selection::default();
            change(&mut selection);
            selected(&selection)
        };
        assert_eq!(of(&|s| s.topic = Some("a".into())), ["a-9", "a-10"]);
        assert_eq!(of(&|s| s.states = vec![PartitionState::Healthy]), ["a-9", "b-0"]);
        assert_eq!(of(&|s| s.node = Some(3)), [""; 0]);
        assert_eq!(of(&|s| s.leader = Some(1)).len(), 4);
        assert_eq!(
            of(&|s| {
                s.topic = Some("a".into());
                s.states = vec![PartitionState::UnderReplicated];
            }),
            ["a-10"]
        );
    }

    #[test]
    fn pages_together_are_the_whole_list() {
        for sort in [Sort::Name, Sort::Lag, Sort::Bytes, Sort::Rate] {
            let whole = selected(&Selection { sort, ..Selection::default() });
            let (mut pages, mut after) = (Vec::new(), None);
            loop {
                let page =
                    select(some(), &Selection { sort, limit: 3, after, ..Selection::default() }).unwrap();
                assert_eq!(page.total, 4);
                pages.extend(names(&page));
                after = page.last;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(pages, whole);
        }
    }

    #[test]
    fn a_cursor_whose_partition_has_gone_leads_on_by_name_and_nowhere_else() {
        let behind = |sort| Selection { sort, after: Some(("a".into(), 99)), ..Selection::default() };
        assert_eq!(names(&select(some(), &behind(Sort::Name)).unwrap()), ["b-0", "c-0"]);
        assert_eq!(select(some(), &behind(Sort::Lag)), None);
    }
}
