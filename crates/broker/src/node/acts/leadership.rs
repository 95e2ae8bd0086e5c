//! Giving a partition another leader, and telling when it leads.
//!
//! Who is asked to lead becomes the preferred leader first: otherwise the leadership would go back to the old one as
//! soon as that one has been up for a while.

use chronik_common::admin::Problem;
use chronik_common::admin::v1::{LeadershipMove, TransferLeaderAnswer, TransferLeaderRequest};
use tokio::time::Instant;

use super::{brokers, conflict, listed, partition_named, unavailable, unprocessable};
use crate::cluster::leaders::is_drained;
use crate::metadata::{BrokerId, Command, MoveRequest, Partition};
use crate::node::Node;
use crate::node::operations::{TIMEOUT, problem};

/// Who shall lead a partition, and what is known about it.
#[derive(Clone, Copy)]
pub(super) struct Heir<'a> {
    pub(super) name: &'a str,
    pub(super) node: BrokerId,
    pub(super) replicas: &'a [BrokerId],
    pub(super) isr: &'a [BrokerId],
    pub(super) alive: bool,
    pub(super) drained: bool,
}

impl Heir<'_> {
    /// Refuses whoever could not lead, or would not keep the leadership.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let Self { name, node, replicas, isr, alive, drained } = self;
        if !replicas.contains(node) {
            let detail =
                format!("node {node} does not hold {name}: the nodes that do are {}", listed(replicas));
            let hint = "choose one of these, or move a replica to the node first";
            return Err(unprocessable("not_a_replica", detail, hint));
        }
        if !alive {
            let detail = format!("node {node} is down");
            return Err(conflict("node_down", detail, "choose another replica, or start the node"));
        }
        if *drained {
            let detail = format!("node {node} is drained: leaderships are kept away from it");
            return Err(conflict(
                "node_drained",
                detail,
                format!("choose another replica, or undrain node {node}"),
            ));
        }
        if !isr.contains(node) {
            let detail =
                format!("node {node} is not in sync for {name}: the nodes that are: {}", listed(isr));
            return Err(conflict(
                "not_in_sync",
                detail,
                "wait until it has caught up, or choose one that is in sync",
            ));
        }
        Ok(())
    }
}

impl Node {
    pub(super) async fn transfer(
        &self,
        topic: String,
        partition: i32,
        request: TransferLeaderRequest,
    ) -> Result<TransferLeaderAnswer, Problem> {
        let image = self.inner.metadata.image();
        let found = partition_named(&image, &topic, partition)?;
        let name = format!("{topic}-{partition}");
        let replicas = brokers(found);
        let Some(to) = request.to.or_else(|| replicas.first().copied()) else {
            return Err(unprocessable(
                "not_a_replica",
                format!("{name} has no replicas"),
                "move it to a node",
            ));
        };
        let Some(leadership) = self.leadership(found.group) else {
            let hint = "see GET /admin/health: a majority of its replicas must be up";
            return Err(unavailable("leaderless", format!("{name} has no leader"), hint));
        };
        let from = leadership.leader;
        let answer = |message: String| TransferLeaderAnswer {
            change: LeadershipMove { topic: topic.clone(), partition, from: Some(from), to },
            message,
        };
        let heir = Heir {
            name: &name,
            node: to,
            replicas: &replicas,
            isr: &leadership.isr,
            alive: self.inner.liveness.is_alive(to),
            drained: is_drained(&image, to),
        };
        if from != to {
            heir.check()?;
        }
        if request.dry_run {
            return Ok(answer(format!("node {to} would lead {name}, nothing was done")));
        }
        self.prefer(found, to).await?;
        if from == to {
            return Ok(answer(format!("node {to} leads {name} already")));
        }
        self.make_leader(found.group, to, Instant::now() + TIMEOUT).await.map_err(|e| {
            let why = e.message.unwrap_or_default();
            let detail = format!("node {to} does not lead {name} yet: {why}");
            let hint = "see GET /admin/v1/partitions for who leads now, and ask again";
            unavailable("transfer_failed", detail, hint)
        })?;
        Ok(answer(format!("node {to} leads {name}")))
    }

    /// Makes a replica the preferred leader. While the partition moves, its order is that of the move.
    async fn prefer(&self, partition: &Partition, to: BrokerId) -> Result<(), Problem> {
        let mut replicas = brokers(partition);
        let place = replicas.iter().position(|replica| *replica == to).filter(|place| *place > 0);
        let Some(place) = place.filter(|_| partition.moving.is_none()) else { return Ok(()) };
        replicas[..=place].rotate_right(1);
        let moves = vec![MoveRequest { group: partition.group, replicas, renew: Vec::new() }];
        let proposed = self.inner.metadata.propose(Command::MoveReplicas { moves }, TIMEOUT).await;
        proposed.map(drop).map_err(|e| problem(&e))
    }
}
