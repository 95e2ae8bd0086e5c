//! All routes, by the kind of object that they are about.

use chronik_common::admin::v1::{
    AlterTopicRequest, AuditLog, ConfigView, CreateKeyRequest, CreateTopicRequest, DebugBundle,
    DeleteGroupRequest, DeleteTopicRequest, DrainAnswer, DrainRequest, Event, Events, GroupAnswer,
    GroupDetail, Groups, HealthReport, KeyView, Keys, MoveReplicasRequest, NewKey, NodeView, Nodes,
    PartitionView, Partitions, RaftGroups, RaftView, ResetOffsetsAnswer, ResetOffsetsRequest,
    RevokeKeyRequest, Snapshot, TopicAnswer, TopicDetail, Topics, TransferLeaderAnswer,
    TransferLeaderRequest,
};
use chronik_common::admin::{
    AddNodeAnswer, AddNodeRequest, CancelRequest, Health, Members, OperationView, Operations,
    RebalanceRequest, RemoveNodeRequest, Status, StorageReport,
};
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Ref, RefOr};

use crate::admin::body::RequestBody;

/// A type on the wire.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Its name among the schemas.
    pub name: fn() -> String,
    /// Its schema and those that it refers to.
    pub collect: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Shape {
    pub(super) fn of<T: ToSchema>() -> Self {
        Self { name: || T::name().into_owned(), collect: collect::<T> }
    }

    pub(super) fn reference(self) -> Ref {
        Ref::from_schema_name((self.name)())
    }
}

fn collect<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

/// What a route answers if all goes well.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    /// JSON.
    Json(Shape),
    /// Server-sent events whose data are JSON.
    Events(Shape),
    /// Text of this media type.
    Text(&'static str),
}

/// A method of a path.
pub(super) struct Route {
    pub method: &'static str,
    pub path: &'static str,
    /// The kind of object.
    pub tag: &'static str,
    pub summary: &'static str,
    /// Whether it needs no key.
    pub open: bool,
    /// Parameters behind the `?`: name and meaning.
    pub query: &'static [(&'static str, &'static str)],
    /// Request headers of its own: name and meaning.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body, and an example of it.
    pub request: Option<(Shape, &'static str)>,
    pub answer: Answer,
    /// With which statuses it answers if all goes well.
    pub statuses: &'static [u16],
}

impl Route {
    fn new(tag: &'static str, method: &'static str, path: &'static str, answer: Answer) -> Self {
        let (query, headers, statuses): (&[_], &[_], &[_]) = (&[], &[], &[200]);
        Self { method, path, tag, summary: "", open: false, query, headers, request: None, answer, statuses }
    }

    fn says(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    fn open(self) -> Self {
        Self { open: true, ..self }
    }

    fn query(self, query: &'static [(&'static str, &'static str)]) -> Self {
        Self { query, ..self }
    }

    fn headers(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    fn takes<T: RequestBody + ToSchema>(self) -> Self {
        Self { request: Some((Shape::of::<T>(), T::EXAMPLE)), ..self }
    }

    fn statuses(self, statuses: &'static [u16]) -> Self {
        Self { statuses, ..self }
    }
}

fn json<T: ToSchema>(tag: &'static str, method: &'static str, path: &'static str) -> Route {
    Route::new(tag, method, path, Answer::Json(Shape::of::<T>()))
}

fn events<T: ToSchema>(tag: &'static str, path: &'static str) -> Route {
    Route::new(tag, "get", path, Answer::Events(Shape::of::<T>()))
}

fn text(tag: &'static str, path: &'static str, media: &'static str) -> Route {
    Route::new(tag, "get", path, Answer::Text(media))
}

const STALE: (&str, &str) =
    ("consistency", "stale: answer even without a metadata leader, with what this node knows");
const LIMIT: (&str, &str) = ("limit", "1 to 10,000; 1,000 unless said otherwise");
const CURSOR: (&str, &str) = ("cursor", "next_cursor of the answer before");
const DRY: &[u16] = &[200, 202];

/// All routes.
pub(super) fn routes() -> Vec<Route> {
    [cluster(), nodes(), topics(), partitions(), groups(), operations(), keys(), description()]
        .into_iter()
        .flatten()
        .collect()
}

fn cluster() -> Vec<Route> {
    vec![
        json::<Health>("cluster", "get", "/admin/health")
            .says("May this node be used? 503 with the same body if not.")
            .open()
            .statuses(&[200, 503]),
        json::<HealthReport>("cluster", "get", "/admin/v1/health")
            .says("Is the cluster well, and if not: why, where, and what to do.")
            .query(&[STALE]),
        json::<Status>("cluster", "get", "/admin/status")
            .says("Nodes and partitions as this node knows them."),
        json::<Members>("cluster", "get", "/admin/cluster/members").says("Members of the metadata group."),
        events::<Snapshot>("cluster", "/admin/v1/watch")
            .says("Everything once (event snapshot), then what changed, every second or, with many partitions, at least every five (event delta, a Delta).")
            .query(&[STALE]),
        events::<Event>("cluster", "/admin/v1/events")
            .says("What happens, as it happens (event event); resync comes first where events are missing.")
            .query(&[STALE])
            .headers(&[("Last-Event-ID", "go on behind this event; absent: from now on")]),
        json::<Events>("cluster", "get", "/admin/v1/journal")
            .says("What this node saw happen, oldest first.")
            .query(&[
                STALE,
                LIMIT,
                ("since_ms", "not before this time, in milliseconds since 1970"),
                ("kind", "only events of this EventKind"),
                ("object", "a part of the object's name"),
            ]),
        text("cluster", "/metrics", "application/openmetrics-text").says("Metrics of this node.").open(),
    ]
}

fn nodes() -> Vec<Route> {
    vec![
        json::<Nodes>("nodes", "get", "/admin/v1/nodes").says("All nodes.").query(&[STALE]),
        json::<NodeView>("nodes", "get", "/admin/v1/nodes/{id}").says("One node.").query(&[STALE]),
        json::<ConfigView>("nodes", "get", "/admin/v1/nodes/{id}/config")
            .says("What a node was told before it started, secrets left out."),
        json::<DrainAnswer>("nodes", "post", "/admin/v1/nodes/{id}/drain")
            .says("Move leaderships away from a node and keep them away, so that it can be stopped.")
            .takes::<DrainRequest>(),
        json::<DrainAnswer>("nodes", "post", "/admin/v1/nodes/{id}/undrain")
            .says("Let leaderships come back.")
            .takes::<DrainRequest>(),
        json::<AddNodeAnswer>("nodes", "post", "/admin/add-node")
            .says("Let a node join that has not started yet.")
            .takes::<AddNodeRequest>(),
        json::<OperationView>("nodes", "post", "/admin/remove-node")
            .says("Move everything off a node and remove it. 200 for a dry run.")
            .takes::<RemoveNodeRequest>()
            .statuses(DRY),
        json::<StorageReport>("nodes", "get", "/admin/v1/storage")
            .says("What this node's WAL holds, and why."),
        json::<DebugBundle>("nodes", "get", "/admin/v1/debug/bundle")
            .says("All that this node knows of itself, without secrets."),
    ]
}

fn topics() -> Vec<Route> {
    vec![
        json::<Topics>("topics", "get", "/admin/v1/topics")
            .says("All topics.")
            .query(&[STALE, ("internal", "true: the cluster's own as well")]),
        json::<TopicAnswer>("topics", "post", "/admin/v1/topics")
            .says("Create a topic. 200 for a dry run.")
            .takes::<CreateTopicRequest>()
            .statuses(&[200, 201]),
        json::<TopicDetail>("topics", "get", "/admin/v1/topics/{topic}").says("One topic.").query(&[STALE]),
        json::<TopicAnswer>("topics", "patch", "/admin/v1/topics/{topic}")
            .says("Give a topic more partitions and other settings: all that is asked for, or nothing.")
            .takes::<AlterTopicRequest>(),
        json::<TopicAnswer>("topics", "delete", "/admin/v1/topics/{topic}")
            .says("Delete a topic.")
            .takes::<DeleteTopicRequest>(),
    ]
}

fn partitions() -> Vec<Route> {
    vec![
        json::<Partitions>("partitions", "get", "/admin/v1/partitions")
            .says("Partitions, filtered, sorted, a page at a time.")
            .query(&[
                STALE,
                ("topic", "only of this topic"),
                ("node", "only with a replica on this node"),
                ("leader", "only led by this node"),
                ("state", "only in these states, separated by commas"),
                ("sort", "name, lag, bytes or rate; - in front turns it round"),
                LIMIT,
                CURSOR,
            ])
            .headers(&[("If-None-Match", "the ETag of an earlier answer: 304 if nothing changed")]),
        json::<PartitionView>("partitions", "get", "/admin/v1/partitions/{topic}/{partition}")
            .says("One partition.")
            .query(&[STALE]),
        json::<TransferLeaderAnswer>("partitions", "post", "/admin/v1/partitions/{topic}/{partition}/leader")
            .says("Give a partition another leader; answered once it leads.")
            .takes::<TransferLeaderRequest>(),
        json::<OperationView>("partitions", "post", "/admin/v1/partitions/{topic}/{partition}/replicas")
            .says("Give a partition other replicas. 200 for a dry run.")
            .takes::<MoveReplicasRequest>()
            .headers(&[("If-Match", "the leader epoch in quotes: 412 if the partition has another one")])
            .statuses(DRY),
        json::<RaftGroups>("partitions", "get", "/admin/v1/raft")
            .says("Raft groups with every follower.")
            .query(&[STALE, ("topic", "only of this topic"), LIMIT, CURSOR]),
        json::<RaftView>("partitions", "get", "/admin/v1/raft/{name}")
            .says("One Raft group.")
            .query(&[STALE]),
    ]
}

fn groups() -> Vec<Route> {
    vec![
        json::<Groups>("consumer groups", "get", "/admin/v1/groups")
            .says("All consumer groups, with their lag."),
        json::<GroupDetail>("consumer groups", "get", "/admin/v1/groups/{group}").says("One consumer group."),
        json::<GroupAnswer>("consumer groups", "delete", "/admin/v1/groups/{group}")
            .says("Delete a consumer group that has no members.")
            .takes::<DeleteGroupRequest>(),
        json::<ResetOffsetsAnswer>("consumer groups", "post", "/admin/v1/groups/{group}/reset-offsets")
            .says("Set the committed offsets of a consumer group that has no members.")
            .takes::<ResetOffsetsRequest>(),
    ]
}

fn operations() -> Vec<Route> {
    vec![
        json::<Operations>("operations", "get", "/admin/v1/operations")
            .says("The running one, then finished ones."),
        json::<OperationView>("operations", "get", "/admin/v1/operations/{id}").says("One operation."),
        json::<OperationView>("operations", "post", "/admin/v1/operations/{id}/cancel")
            .says("End an operation where it is.")
            .takes::<CancelRequest>(),
        json::<OperationView>("operations", "post", "/admin/rebalance")
            .says("Spread replicas and leaders evenly. 200 for a dry run.")
            .takes::<RebalanceRequest>()
            .statuses(DRY),
    ]
}

fn keys() -> Vec<Route> {
    vec![
        json::<Keys>("keys", "get", "/admin/v1/keys").says("API keys, without their secrets."),
        json::<NewKey>("keys", "post", "/admin/v1/keys")
            .says("Create an API key; its secret is shown this once.")
            .takes::<CreateKeyRequest>()
            .statuses(&[201]),
        json::<KeyView>("keys", "delete", "/admin/v1/keys/{id}")
            .says("Refuse an API key from now on.")
            .takes::<RevokeKeyRequest>(),
        json::<AuditLog>("keys", "get", "/admin/v1/audit").says("The writes that all nodes remember.").query(
            &[
                ("limit", "at most 1,000; 100 unless said otherwise"),
                ("since_ms", "not before this time, in milliseconds since 1970"),
                ("object", "a part of the object's text"),
            ],
        ),
    ]
}

fn description() -> Vec<Route> {
    vec![
        text("description", "/admin/v1/openapi.json", "application/json").says("This API for programs."),
        text("description", "/admin/docs", "text/html").says("This API for people.").open(),
    ]
}
