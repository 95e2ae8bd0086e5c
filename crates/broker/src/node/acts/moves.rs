//! Giving a partition the replicas that an operator asks for, as an operation.

use chronik_common::admin::v1::MoveReplicasRequest;
use chronik_common::admin::{BlockedOn, OperationView, Problem};

use super::{brokers, partition_named};
use crate::log::epochs::leader_epoch;
use crate::metadata::{BrokerId, OperationKind};
use crate::node::Node;
use crate::planner::{Move, Plan, Why};

impl Node {
    pub(super) async fn move_as_asked(
        &self,
        topic: &str,
        index: i32,
        expected_epoch: Option<i32>,
        request: MoveReplicasRequest,
    ) -> Result<OperationView, Problem> {
        let MoveReplicasRequest { replicas, dry_run, .. } = request;
        let image = self.inner.metadata.image();
        let partition = partition_named(&image, topic, index)?;
        let name = format!("{topic}-{index}");
        let epoch = self.leadership(partition.group).map(|l| leader_epoch(l.term));
        check_epoch(&name, epoch, expected_epoch)?;
        let kind = OperationKind::MoveReplicas {
            group: partition.group,
            partition: name,
            replicas: replicas.clone(),
        };
        let (_, rehearsed) = Self::rehearse(&image, &kind)?;
        let reports = self.reports(&image).await;
        let from = brokers(partition);
        let added = replicas.iter().filter(|node| !from.contains(node)).count() as u64;
        let size = reports.bytes.get(&partition.group).copied().unwrap_or(0);
        let down = self.down_among(&replicas);
        let planned = Move {
            group: partition.group,
            from,
            to: replicas,
            renew: Vec::new(),
            bytes: size.saturating_mul(added),
            why: Why::Asked,
        };
        // Once it has started, what moves is in the metadata.
        let moves = if dry_run && planned.from != planned.to { vec![planned] } else { Vec::new() };
        let plan = Plan { moves, blockers: Vec::new() };
        let mut view = self.begin(&image, rehearsed, kind, plan, dry_run, &reports).await?;
        if dry_run {
            view.blocked_on.extend(down);
        }
        Ok(view)
    }

    /// Nodes that the move would have to wait for.
    fn down_among(&self, replicas: &[BrokerId]) -> Vec<BlockedOn> {
        let down = replicas.iter().filter(|node| !self.inner.liveness.is_alive(**node));
        let told = |node| BlockedOn { object: format!("node {node}"), reason: "it is down".into() };
        down.map(told).collect()
    }
}

/// Refuses what was decided by an older sight of the partition.
pub(super) fn check_epoch(name: &str, now: Option<i32>, expected: Option<i32>) -> Result<(), Problem> {
    if expected.is_none() || expected == now {
        return Ok(());
    }
    let detail = match now {
        Some(epoch) => format!("{name} has leader epoch {epoch}, not the one in If-Match"),
        None => format!("{name} has no leader now, so not the leader epoch in If-Match"),
    };
    let hint = "look at the partition again, and send If-Match with the leader epoch that it has now";
    Err(Problem::new(412, "epoch_mismatch", "Precondition failed", detail, hint))
}
