//! A node: everything put together, and the doors to it.
//!
//! - [`start`]: bringing a node up and down, in order.
//! - [`partitions`]: keeping the partitions on this node what the metadata says.
//! - [`view`]: topics and brokers as clients see them.
//! - [`produce`], [`fetch`], [`topics`], [`groups`]: what the Kafka layer asks for ([`backend`] is that door), and
//!   [`pipeline`]: what a connection was answered lately.
//! - [`reassign`]: moving replicas for Kafka clients, and leaderships; [`operations`]: changing the cluster's shape.
//! - [`acts`]: what operators do to topics, partitions, nodes and consumer groups.
//! - [`retention`]: deleting old records; [`purge`]: giving their space back.
//! - [`repair`]: replacing damaged replicas; [`loads`]: how busy partitions are.
//! - [`handover`]: giving leadership away before the node stops.
//! - [`surveying`]: what this node tells of itself, and how it looks at the whole cluster; [`sights`]: what it sees happen.
//! - [`calls`]: what other nodes ask for.
//! - [`status`], [`storage`], [`access`], [`measuring`]: what the admin API asks for.
//!
//! Must never: hold protocol details; those stay in `kafka` and `admin`.

mod access;
mod acts;
mod backend;
mod calls;
mod fetch;
mod groups;
mod handover;
mod loads;
mod measuring;
mod operations;
mod partitions;
mod pipeline;
mod produce;
mod purge;
mod reassign;
mod repair;
mod retention;
mod sights;
mod start;
mod status;
mod storage;
mod surveying;
mod topics;
mod view;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::time::Instant;
use uuid::Uuid;

use crate::admin::Tls;
use crate::cluster::{MetadataLog, calls::Caller, loads::Loads};
use crate::coordinator::Coordinator;
use crate::kafka::Traffic;
use crate::metadata::TopicDefaults;
use crate::raft::liveness::{Leadership, Liveness};
use crate::raft::{GroupId, Groups};

pub use partitions::Partitions;
pub use start::{Running, StartError, start};

/// How often a change of leadership is looked for while somebody waits for it.
const LOOK: Duration = Duration::from_millis(20);

/// A running node. Cheap to clone.
#[derive(Clone)]
pub struct Node {
    inner: Arc<Inner>,
}

struct Inner {
    config: chronik_common::config::NodeConfig,
    metadata: MetadataLog,
    groups: Groups,
    liveness: Liveness,
    partitions: Partitions,
    /// How busy the partitions are that this node leads.
    loads: Loads,
    caller: Caller,
    coordinator: Coordinator<groups::Store>,
    producer_ids: tokio::sync::Mutex<std::ops::Range<i64>>,
    /// Topics as clients see them.
    topic_infos: RwLock<HashMap<Uuid, view::Cached>>,
    /// How far operations have come, as this node has told it.
    told: Mutex<HashMap<u64, operations::Told>>,
    /// The cluster as it was last looked at.
    observatory: surveying::Observatory,
    /// What this node has seen happen.
    journal: Arc<crate::survey::Journal>,
    /// What clients ask, counted.
    traffic: Arc<Traffic>,
    /// The admin API's certificates; `None`: it speaks plain HTTP.
    admin_tls: Option<Arc<Tls>>,
}

impl Node {
    /// This node's broker id.
    pub fn id(&self) -> i32 {
        self.inner.caller.me()
    }

    fn leadership(&self, group: GroupId) -> Option<Leadership> {
        self.inner.liveness.leadership(group)
    }

    /// Waits until the group is seen to be led in that way, at most until the deadline. True if it is.
    async fn wait_for_leadership(
        &self,
        group: GroupId,
        deadline: Instant,
        shown: impl Fn(&Leadership) -> bool,
    ) -> bool {
        while !self.leadership(group).is_some_and(|now| shown(&now)) {
            if Instant::now() >= deadline {
                return false;
            }
            // A change between looking and waiting is not told: so it is looked for.
            let look = deadline.min(Instant::now() + LOOK);
            drop(tokio::time::timeout_at(look, self.inner.liveness.changed()).await);
        }
        true
    }

    fn topic_defaults(&self) -> TopicDefaults {
        topic_defaults(&self.inner.config)
    }
}

fn topic_defaults(config: &chronik_common::config::NodeConfig) -> TopicDefaults {
    TopicDefaults {
        min_insync_replicas: config.min_insync_replicas,
        max_message_bytes: config.message_max_bytes,
        retention_ms: config.upkeep.log_retention_ms,
        retention_bytes: config.upkeep.log_retention_bytes,
    }
}
