//! What happened in the cluster.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /admin/v1/journal`: what the answering node saw happen, oldest first. As a stream: `GET /admin/v1/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Events {
    /// Oldest first.
    pub events: Vec<Event>,
}

/// Something that happened. `GET /admin/v1/events` sends each as one server-sent event named `event`, with `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// `BOOT-NUMBER`: the number grows by one an event; the first part is another one after each start of the node.
    pub id: String,
    /// When the node saw it, in milliseconds since 1970.
    pub at_ms: i64,
    /// What it was.
    pub kind: EventKind,
    /// What it happened to, such as `orders-3`, `node 2`, `topic orders`.
    pub object: String,
    /// The same for people.
    pub message: String,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A partition has another leader.
    LeaderChanged,
    /// A partition has no leader any more.
    LeaderLost,
    /// Replicas have fallen out of sync.
    IsrShrank,
    /// Replicas are in sync again.
    IsrExpanded,
    /// A partition is to have other replicas.
    MoveStarted,
    /// A partition has its new replicas.
    MoveFinished,
    /// The metadata has another leader.
    ControllerChanged,
    /// A node is heard again, or for the first time.
    NodeUp,
    /// A node is not heard any more.
    NodeDown,
    /// A node was invited or has joined.
    NodeAdded,
    /// A node has left the cluster.
    NodeRemoved,
    /// Leaderships are kept away from a node.
    NodeDrained,
    /// They are not any more.
    NodeUndrained,
    /// A topic was created.
    TopicCreated,
    /// A topic was deleted.
    TopicDeleted,
    /// A topic's partitions or settings changed.
    TopicAltered,
    /// An operation has started.
    OperationStarted,
    /// An operation has ended.
    OperationFinished,
    /// An API key was created.
    KeyCreated,
    /// An API key was revoked.
    KeyRevoked,
}
