//! Routes under `/admin/v1` that show the whole cluster, from any node:
//!
//! | Route | Answer |
//! |---|---|
//! | `GET /admin/v1/health` | the verdict, and the findings behind it, worst first |
//! | `GET /admin/v1/nodes`, `…/nodes/{id}` | nodes |
//! | `GET /admin/v1/topics`, `…/topics/{topic}` | topics |
//! | `GET /admin/v1/partitions`, `…/partitions/{topic}/{partition}` | partitions, filtered, sorted, a page at a time |
//! | `GET /admin/v1/raft`, `…/raft/{name}` | Raft groups with every follower |
//! | `GET /admin/v1/journal` | what happened |
//! | `GET /admin/v1/events` | the same as it happens: server-sent events, resumed by `Last-Event-ID` |
//! | `GET /admin/v1/watch` | everything once, then what changes: server-sent events |
//!
//! Without a metadata leader what a node knows may be behind, so plain questions are refused (503) unless they say
//! `?consistency=stale`. Health, journal and streams always answer.
//!
//! What they need of the node is the trait [`Observe`]. Must never: change anything.

mod answers;
mod dashboard;
mod events;
mod query;
mod stream;

use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};

use self::dashboard::Dashboards;
use crate::admin::{AdminBackend, Answer};
use crate::survey::{Journal, Picture};

pub(in crate::admin) use self::stream::Endless;

const HEALTH: &str = "/admin/v1/health";
const NODES: &str = "/admin/v1/nodes";
const NODE: &str = "/admin/v1/nodes/{id}";
const TOPICS: &str = "/admin/v1/topics";
const TOPIC: &str = "/admin/v1/topics/{topic}";
const PARTITIONS: &str = "/admin/v1/partitions";
const PARTITION: &str = "/admin/v1/partitions/{topic}/{partition}";
const RAFT_GROUPS: &str = "/admin/v1/raft";
const RAFT_GROUP: &str = "/admin/v1/raft/{name}";
const JOURNAL: &str = "/admin/v1/journal";
const EVENTS: &str = "/admin/v1/events";
const WATCH: &str = "/admin/v1/watch";

/// The paths of these routes.
pub(in crate::admin) const SIGHTS: [&str; 12] = [
    HEALTH,
    NODES,
    NODE,
    TOPICS,
    TOPIC,
    PARTITIONS,
    PARTITION,
    RAFT_GROUPS,
    RAFT_GROUP,
    JOURNAL,
    EVENTS,
    WATCH,
];

/// What the routes that show the cluster need of the node.
pub trait Observe {
    /// The whole cluster, not more than a second ago. Asked by many at a time, it is looked at once.
    fn picture(&self) -> Answer<Arc<Picture>>;
    /// What this node has seen happen.
    fn journal(&self) -> Arc<Journal>;
}

/// These routes, without what answers other methods.
pub(in crate::admin) fn routes() -> Router<Arc<dyn AdminBackend>> {
    Router::new()
        .route(HEALTH, get(answers::health))
        .route(NODES, get(answers::nodes))
        .route(NODE, get(answers::node))
        .route(TOPICS, get(answers::topics))
        .route(TOPIC, get(answers::topic))
        .route(PARTITIONS, get(answers::partitions))
        .route(PARTITION, get(answers::partition))
        .route(RAFT_GROUPS, get(answers::raft_groups))
        .route(RAFT_GROUP, get(answers::raft_group))
        .route(JOURNAL, get(events::journal))
        .route(EVENTS, get(events::events))
        .route(WATCH, get(dashboard::watch))
        .layer(Extension(Arc::new(Dashboards::default())))
}
