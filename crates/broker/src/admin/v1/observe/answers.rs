//! Plain questions about the cluster.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chronik_common::admin::v1::{
    HealthReport, NodeView, Nodes, PartitionView, Partitions, RaftGroups, RaftView, TopicDetail, Topics,
};
use chronik_common::admin::{OperationView, Problem};
use chronik_common::nearest;

use super::query::{Query, check_consistency, cursor_of};
use crate::admin::refusal::Refusal;
use crate::admin::routes::Backend;
use crate::survey::select::{DEFAULT_LIMIT, select};
use crate::survey::{Picture, views};

/// The parameter that every plain question has.
const CONSISTENCY: &str = "consistency";

/// The cluster, if it may be shown.
async fn look(backend: &Backend, query: &Query) -> Result<Arc<Picture>, Refusal> {
    let picture = backend.picture().await?;
    check_consistency(query, &picture)?;
    Ok(picture)
}

/// The operation that runs, with what it waits for.
pub(super) fn running(operations: &[OperationView]) -> Option<&OperationView> {
    operations.iter().find(|operation| !operation.state.is_finished())
}

pub(super) async fn health(backend: Backend, uri: Uri) -> Result<Json<HealthReport>, Refusal> {
    // Always answered, and so not asked how.
    Query::of(&uri, &[CONSISTENCY])?.is_stale()?;
    let picture = backend.picture().await?;
    let operations = backend.operations().await.map(|all| all.operations).unwrap_or_default();
    let (nodes, partitions) = (views::nodes(&picture), views::partitions(&picture));
    Ok(Json(views::health(&picture, &nodes, &partitions, running(&operations))))
}

pub(super) async fn nodes(backend: Backend, uri: Uri) -> Result<Json<Nodes>, Refusal> {
    let picture = look(&backend, &Query::of(&uri, &[CONSISTENCY])?).await?;
    Ok(Json(Nodes { nodes: views::nodes(&picture) }))
}

pub(super) async fn node(
    backend: Backend,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<NodeView>, Refusal> {
    let picture = look(&backend, &Query::of(&uri, &[CONSISTENCY])?).await?;
    let nodes = views::nodes(&picture);
    let known: Vec<String> = nodes.iter().map(|node| node.node_id.to_string()).collect();
    let found = nodes.into_iter().find(|node| id.parse() == Ok(node.node_id));
    found.map(Json).ok_or_else(|| {
        let hint = format!("the nodes are {}", known.join(", "));
        not_found("unknown_node", format!("there is no node {}", shown(&id)), hint)
    })
}

pub(super) async fn topics(backend: Backend, uri: Uri) -> Result<Json<Topics>, Refusal> {
    let query = Query::of(&uri, &[CONSISTENCY, "internal"])?;
    let picture = look(&backend, &query).await?;
    let mut topics = views::topics(&picture, &views::partitions(&picture));
    if query.get("internal") != Some("true") {
        topics.retain(|topic| !topic.internal);
    }
    Ok(Json(Topics { topics, missing_nodes: picture.missing.clone() }))
}

pub(super) async fn topic(
    backend: Backend,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Json<TopicDetail>, Refusal> {
    let picture = look(&backend, &Query::of(&uri, &[CONSISTENCY])?).await?;
    let Some(topic) = picture.image.topic(&name) else { return Err(unknown_topic(&picture, &name)) };
    let mut partition_views = views::partitions(&picture);
    partition_views.retain(|partition| partition.topic == name);
    let summary = views::topics(&picture, &partition_views).pop();
    let summary = summary.ok_or_else(|| unknown_topic(&picture, &name))?;
    Ok(Json(TopicDetail { summary, config: views::topic_config(topic, picture.defaults), partition_views }))
}

pub(super) async fn partitions(backend: Backend, headers: HeaderMap, uri: Uri) -> Result<Response, Refusal> {
    let known = [CONSISTENCY, "topic", "node", "leader", "state", "sort", "limit", "cursor"];
    let query = Query::of(&uri, &known)?;
    let selection = query.selection()?;
    let picture = look(&backend, &query).await?;
    if let Some(topic) = selection.topic.as_ref().filter(|topic| picture.image.topic(topic).is_none()) {
        return Err(unknown_topic(&picture, topic));
    }
    let page = select(views::partitions(&picture), &selection).ok_or_else(cursor_gone)?;
    tagged(
        &headers,
        &Partitions {
            partitions: page.partitions,
            total: page.total as u64,
            next_cursor: page.last.map(cursor_of),
            missing_nodes: picture.missing.clone(),
        },
    )
}

/// With an `ETag`; 304 to who has the same already. What grows although nothing happens is no difference.
fn tagged(headers: &HeaderMap, answer: &Partitions) -> Result<Response, Refusal> {
    let mut ageless = answer.clone();
    ageless.partitions.iter_mut().for_each(views::forget_ages);
    let body = serde_json::to_vec(&ageless).map_err(|e| internal(&e))?;
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { Json(answer).into_response() };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

pub(super) async fn partition(
    backend: Backend,
    Path((topic, number)): Path<(String, String)>,
    uri: Uri,
) -> Result<Json<PartitionView>, Refusal> {
    let picture = look(&backend, &Query::of(&uri, &[CONSISTENCY])?).await?;
    let Some(known) = picture.image.topic(&topic) else { return Err(unknown_topic(&picture, &topic)) };
    let count = known.partitions.len();
    let found = views::partitions(&picture)
        .into_iter()
        .find(|view| view.topic == topic && number.parse() == Ok(view.partition));
    found.map(Json).ok_or_else(|| {
        let detail = format!("topic {topic} has no partition {}", shown(&number));
        not_found(
            "unknown_partition",
            detail,
            format!("it has the partitions 0 to {}", count.saturating_sub(1)),
        )
    })
}

pub(super) async fn raft_groups(backend: Backend, uri: Uri) -> Result<Json<RaftGroups>, Refusal> {
    let query = Query::of(&uri, &[CONSISTENCY, "topic", "limit", "cursor"])?;
    let (limit, after) = (query.limit(DEFAULT_LIMIT)?, query.get("cursor").map(str::to_owned));
    let picture = look(&backend, &query).await?;
    let mut groups = views::raft_groups(&picture);
    if let Some(topic) = query.get("topic") {
        groups.retain(|group| group.name.rsplit_once('-').is_some_and(|(of, _)| of == topic));
    }
    let total = groups.len();
    let start = match &after {
        Some(name) => groups.iter().position(|g| g.name == *name).ok_or_else(cursor_gone)? + 1,
        None => 0,
    };
    let more = total - start > limit;
    let groups: Vec<RaftView> = groups.into_iter().skip(start).take(limit).collect();
    let next_cursor = groups.last().filter(|_| more).map(|group| group.name.clone());
    Ok(Json(RaftGroups { groups, total: total as u64, next_cursor, missing_nodes: picture.missing.clone() }))
}

pub(super) async fn raft_group(
    backend: Backend,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Json<RaftView>, Refusal> {
    let picture = look(&backend, &Query::of(&uri, &[CONSISTENCY])?).await?;
    let mut groups = views::raft_groups(&picture);
    if let Some(place) = groups.iter().position(|group| group.name == name) {
        return Ok(Json(groups.swap_remove(place)));
    }
    if views::is_group(&picture, &name) {
        let detail = format!("no leader of the Raft group {name} answers");
        let hint = "see GET /admin/v1/health for why";
        return Err(Problem::new(503, "leaderless", "No leader", detail, hint).into());
    }
    let known: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let suggestion = nearest(&name, &known).map(|name| format!("did you mean {name}? ")).unwrap_or_default();
    let hint = format!("{suggestion}GET {} lists those whose leaders answer", super::RAFT_GROUPS);
    Err(not_found("unknown_group", format!("there is no Raft group {}", shown(&name)), hint))
}

fn cursor_gone() -> Refusal {
    let detail = "what the cursor names is not in the list any more";
    Refusal::invalid_request(
        StatusCode::BAD_REQUEST,
        detail,
        "ask for the first page again, without a cursor",
    )
}

fn unknown_topic(picture: &Picture, name: &str) -> Refusal {
    let known: Vec<&str> = picture.image.topics().map(|topic| topic.name.as_str()).collect();
    let hint = match nearest(name, &known) {
        Some(name) => format!("did you mean {name}?"),
        None => format!("GET {} lists the topics", super::TOPICS),
    };
    not_found("unknown_topic", format!("there is no topic {}", shown(name)), hint)
}

/// What a caller wrote, as far as it is worth repeating.
fn shown(text: &str) -> String {
    text.chars().take(100).collect()
}

fn not_found(code: &str, detail: String, hint: String) -> Refusal {
    Problem::new(404, code, "Not Found", detail, hint).into()
}

pub(super) fn internal(error: &dyn std::fmt::Display) -> Refusal {
    let hint = "report this as a bug of Chronik";
    Problem::new(500, "internal", "Internal Server Error", error.to_string(), hint).into()
}
