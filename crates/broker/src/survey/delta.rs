//! What changed from one state of a dashboard to the next. Ages that grow although nothing happens are not in these states.

use std::cmp::Ordering;
use std::sync::Arc;

use chronik_common::admin::v1::{Delta, PartitionView, Snapshot};

/// What takes a dashboard from one state to another.
pub fn delta(before: &Snapshot, after: &Snapshot) -> Delta {
    let (partitions, gone_partitions) = partitions(&before.partitions, &after.partitions);
    Delta {
        taken_at_ms: after.taken_at_ms,
        leader_id: after.leader_id,
        health: changed(&before.health, &after.health),
        nodes: changed(&before.nodes, &after.nodes),
        partitions,
        gone_partitions,
        metadata_raft: if before.metadata_raft == after.metadata_raft {
            None
        } else {
            after.metadata_raft.clone()
        },
        groups: changed(&before.groups, &after.groups),
        operations: changed(&before.operations, &after.operations),
        missing_nodes: after.missing_nodes.clone(),
    }
}

fn changed<T: PartialEq + Clone>(before: &T, after: &T) -> Option<T> {
    (before != after).then(|| after.clone())
}

type Gone = Vec<(String, i32)>;

/// Both are sorted by topic and number, and mostly the same: so they are walked through side by side.
fn partitions(
    before: &[Arc<PartitionView>],
    after: &[Arc<PartitionView>],
) -> (Vec<Arc<PartitionView>>, Gone) {
    let (mut news, mut gone) = (Vec::new(), Gone::new());
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return (news, gone),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => key(old).cmp(&key(new)),
        };
        let old = before.next_if(|_| order.is_le());
        let new = after.next_if(|_| order.is_ge());
        match (old, new) {
            (Some(old), None) => gone.push((old.topic.clone(), old.partition)),
            (Some(old), Some(new)) if Arc::ptr_eq(old, new) || old == new => {}
            (_, Some(new)) => news.push(new.clone()),
            _ => {}
        }
    }
}

fn key(partition: &PartitionView) -> (&str, i32) {
    (&partition.topic, partition.partition)
}

#[cfg(test)]
mod tests {
    use chronik_common::admin::v1::{HealthReport, PartitionState, Verdict};

    use super::*;

    fn partition(number: i32, leader: i32) -> Arc<PartitionView> {
        Arc::new(PartitionView {
            topic: "t".into(),
            partition: number,
            state: PartitionState::Healthy,
            leader: Some(leader),
            leader_epoch: Some(1),
            replicas: vec![1],
            isr: vec![1],
            adding: vec![],
            removing: vec![],
            min_isr: 1,
            high_watermark: Some(0),
            log_start_offset: Some(0),
            bytes: Some(0),
            records_per_second: None,
            bytes_per_second: None,
            max_lag_bytes: None,
            max_lag_ms: None,
            raft: None,
        })
    }

    fn snapshot(partitions: Vec<Arc<PartitionView>>) -> Snapshot {
        Snapshot {
            taken_at_ms: 1,
            node_id: 1,
            cluster_id: None,
            leader_id: Some(1),
            health: HealthReport { verdict: Verdict::Healthy, node_id: 1, findings: vec![] },
            nodes: vec![],
            partitions,
            metadata_raft: None,
            groups: vec![],
            operations: vec![],
            missing_nodes: vec![],
        }
    }

    #[test]
    fn only_what_changed_is_told() {
        let before = snapshot(vec![partition(0, 1), partition(1, 1), partition(2, 1)]);
        let after = snapshot(vec![partition(0, 1), partition(1, 2), partition(3, 1), partition(4, 1)]);
        let forth = delta(&before, &after);
        assert_eq!(forth.partitions, [partition(1, 2), partition(3, 1), partition(4, 1)]);
        assert_eq!(forth.gone_partitions, [("t".to_owned(), 2)]);
        let back = delta(&after, &before);
        assert_eq!(back.partitions, [partition(1, 1), partition(2, 1)]);
        assert_eq!(back.gone_partitions, [("t".to_owned(), 3), ("t".to_owned(), 4)]);
        assert!(forth.health.is_none() && forth.nodes.is_none() && forth.groups.is_none());
    }

    #[test]
    fn nothing_changed_is_an_empty_delta() {
        let same = snapshot(vec![partition(0, 1)]);
        let delta = delta(&same, &same);
        assert!(
            delta.partitions.is_empty() && delta.gone_partitions.is_empty() && delta.operations.is_none()
        );
    }
}
