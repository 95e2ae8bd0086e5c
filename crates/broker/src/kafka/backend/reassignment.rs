//! Where the replicas of partitions are to be: what is asked, and what is under way (KIP-455).

use std::sync::Arc;

use super::TopicInfo;

/// A reassignment to start or to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassign {
    /// Topic.
    pub topic: Arc<TopicInfo>,
    /// Partition index; the topic has it.
    pub partition: i32,
    /// The brokers that shall have it, the preferred leader first, not checked in any way; none: the
    /// reassignment under way is cancelled.
    pub replicas: Option<Vec<i32>>,
}

/// A reassignment under way. Every broker stands once in each list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassignment {
    /// Topic name.
    pub topic: String,
    /// Partition index.
    pub partition: i32,
    /// All replicas: those that shall stay or come, in their order, and behind them those that shall go.
    pub replicas: Vec<i32>,
    /// Those that come.
    pub adding: Vec<i32>,
    /// Those that go.
    pub removing: Vec<i32>,
}

impl Reassignment {
    /// The reassignment of a partition on the brokers `current` to the brokers `target`. Brokers in neither
    /// that may still hold a replica, of a reassignment that was cancelled or superseded, are `leaving`.
    pub fn new(topic: String, partition: i32, current: &[i32], target: &[i32], leaving: &[i32]) -> Self {
        let adding = each_once(target.iter().filter(|id| !current.contains(id)));
        let removing = each_once(current.iter().chain(leaving).filter(|id| !target.contains(id)));
        let replicas = each_once(target.iter().chain(&removing));
        Self { topic, partition, replicas, adding, removing }
    }

    /// Whether clients see it: a replica comes or goes. Where one is only made anew on its broker, none does.
    pub fn is_in_progress(&self) -> bool {
        !self.adding.is_empty() || !self.removing.is_empty()
    }
}

fn each_once<'a>(brokers: impl Iterator<Item = &'a i32>) -> Vec<i32> {
    let mut once = Vec::new();
    for id in brokers {
        if !once.contains(id) {
            once.push(*id);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reassignment(current: &[i32], target: &[i32], leaving: &[i32]) -> (Vec<i32>, Vec<i32>, Vec<i32>) {
        let reassignment = Reassignment::new("topic".to_owned(), 0, current, target, leaving);
        (reassignment.replicas, reassignment.adding, reassignment.removing)
    }

    #[test]
    fn what_shall_be_stands_before_what_goes() {
        assert_eq!(reassignment(&[1, 2, 3], &[4, 2, 1], &[]), (vec![4, 2, 1, 3], vec![4], vec![3]));
        assert_eq!(reassignment(&[1], &[1, 2], &[]), (vec![1, 2], vec![2], vec![]));
        assert_eq!(reassignment(&[1, 2], &[2], &[]), (vec![2, 1], vec![], vec![1]));
    }

    #[test]
    fn what_a_cancelled_reassignment_was_adding_is_being_removed() {
        assert_eq!(reassignment(&[1, 2], &[1, 2], &[4]), (vec![1, 2, 4], vec![], vec![4]));
    }

    #[test]
    fn clients_see_a_reassignment_while_a_replica_comes_or_goes() {
        let is_seen = |current: &[i32], target: &[i32], leaving: &[i32]| {
            Reassignment::new("topic".to_owned(), 0, current, target, leaving).is_in_progress()
        };
        assert!(is_seen(&[1], &[1, 2], &[]) && is_seen(&[1, 2], &[1], &[]) && is_seen(&[1], &[1], &[2]));
        assert!(!is_seen(&[1, 2], &[1, 2], &[]) && !is_seen(&[1, 2], &[2, 1], &[]));
    }

    fn brokers() -> impl Strategy<Value = Vec<i32>> {
        prop::collection::vec(1..6, 0..6)
    }

    proptest! {
        #[test]
        fn the_replicas_without_the_removed_are_the_target(
            current in brokers(),
            target in brokers(),
            leaving in brokers(),
        ) {
            let (mut replicas, adding, removing) = reassignment(&current, &target, &leaving);
            let all: Vec<i32> = [current.as_slice(), target.as_slice(), leaving.as_slice()].concat();
            prop_assert!(all.iter().all(|id| replicas.contains(id)));
            prop_assert!(adding.iter().all(|id| !current.contains(id) && !removing.contains(id)));
            replicas.retain(|id| !removing.contains(id));
            prop_assert_eq!(replicas, each_once(target.iter()));
        }
    }
}
