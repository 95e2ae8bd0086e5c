//! The calls under `/admin/v1`, one method a route.
//!
//! A question that no node can answer for want of a quorum is put again with
//! `consistency=stale`; [`AdminClient::was_stale`] tells of it, and whoever
//! shows the answer must say so.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{AdminClient, AdminError};
use crate::admin::v1::{
    AlterTopicRequest, AuditLog, ConfigView, CreateKeyRequest, CreateTopicRequest, DeleteGroupRequest,
    DeleteTopicRequest, DrainAnswer, DrainRequest, Events, GroupAnswer, GroupDetail, Groups, HealthReport,
    KeyView, Keys, MoveReplicasAnswer, MoveReplicasRequest, NewKey, NodeView, Nodes, PartitionView,
    Partitions, RaftGroups, RaftView, ResetOffsetsAnswer, ResetOffsetsRequest, RevokeKeyRequest, TopicAnswer,
    TopicDetail, Topics, TransferLeaderAnswer, TransferLeaderRequest,
};

/// `GET /admin/v1/debug/bundle`: all that one node knows of itself, secrets
/// left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeBundle {
    /// The node.
    pub node_id: i32,
    /// Everything else, as the node's version has it.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, serde_json::Value>,
}

/// The query of a question: names and values, in order.
pub type Query<'q> = [(&'q str, String)];

impl AdminClient {
    /// Whether an answer so far came from a node without a quorum.
    pub fn was_stale(&self) -> bool {
        self.stale.load(Ordering::Relaxed)
    }

    /// How the cluster is, and why. Answered without a quorum too.
    pub async fn health_report(&self) -> Result<HealthReport, AdminError> {
        self.question("admin/v1/health").await
    }

    /// All nodes.
    pub async fn nodes(&self) -> Result<Nodes, AdminError> {
        self.fresh("admin/v1/nodes", &[]).await
    }

    /// One node.
    pub async fn node(&self, id: i32) -> Result<NodeView, AdminError> {
        self.fresh(&format!("admin/v1/nodes/{id}"), &[]).await
    }

    /// What a node was told before it started.
    pub async fn node_config(&self, id: i32) -> Result<ConfigView, AdminError> {
        self.fresh(&format!("admin/v1/nodes/{id}/config"), &[]).await
    }

    /// Keeps leaderships away from a node.
    pub async fn drain(&self, id: i32, request: &DrainRequest) -> Result<DrainAnswer, AdminError> {
        self.change(&format!("admin/v1/nodes/{id}/drain"), request).await
    }

    /// Lets leaderships back to a node.
    pub async fn undrain(&self, id: i32, request: &DrainRequest) -> Result<DrainAnswer, AdminError> {
        self.change(&format!("admin/v1/nodes/{id}/undrain"), request).await
    }

    /// All topics, with the cluster's own if `internal`.
    pub async fn topics(&self, internal: bool) -> Result<Topics, AdminError> {
        let query = if internal { vec![("internal", "true".to_owned())] } else { vec![] };
        self.fresh("admin/v1/topics", &query).await
    }

    /// One topic.
    pub async fn topic(&self, topic: &str) -> Result<TopicDetail, AdminError> {
        self.fresh(&format!("admin/v1/topics/{}", escaped(topic)), &[]).await
    }

    /// Creates a topic.
    pub async fn create_topic(&self, request: &CreateTopicRequest) -> Result<TopicAnswer, AdminError> {
        self.change("admin/v1/topics", request).await
    }

    /// Changes a topic's partitions or settings.
    pub async fn alter_topic(
        &self,
        topic: &str,
        request: &AlterTopicRequest,
    ) -> Result<TopicAnswer, AdminError> {
        self.change_by(Method::PATCH, &format!("admin/v1/topics/{}", escaped(topic)), request).await
    }

    /// Deletes a topic.
    pub async fn delete_topic(
        &self,
        topic: &str,
        request: &DeleteTopicRequest,
    ) -> Result<TopicAnswer, AdminError> {
        self.change_by(Method::DELETE, &format!("admin/v1/topics/{}", escaped(topic)), request).await
    }

    /// Partitions; [`Partitions`] documents the query.
    pub async fn partitions(&self, query: &Query<'_>) -> Result<Partitions, AdminError> {
        self.fresh("admin/v1/partitions", query).await
    }

    /// One partition.
    pub async fn partition(&self, topic: &str, partition: i32) -> Result<PartitionView, AdminError> {
        self.fresh(&format!("admin/v1/partitions/{}/{partition}", escaped(topic)), &[]).await
    }

    /// Gives a partition another leader.
    pub async fn transfer_leader(
        &self,
        topic: &str,
        partition: i32,
        request: &TransferLeaderRequest,
    ) -> Result<TransferLeaderAnswer, AdminError> {
        self.change(&format!("admin/v1/partitions/{}/{partition}/leader", escaped(topic)), request).await
    }

    /// Starts a move of a partition's replicas, or only plans it.
    pub async fn move_replicas(
        &self,
        topic: &str,
        partition: i32,
        request: &MoveReplicasRequest,
    ) -> Result<MoveReplicasAnswer, AdminError> {
        self.change(&format!("admin/v1/partitions/{}/{partition}/replicas", escaped(topic)), request).await
    }

    /// Raft groups; [`RaftGroups`] documents the query.
    pub async fn raft_groups(&self, query: &Query<'_>) -> Result<RaftGroups, AdminError> {
        self.fresh("admin/v1/raft", query).await
    }

    /// One Raft group: `__metadata` or `topic-partition`.
    pub async fn raft_group(&self, name: &str) -> Result<RaftView, AdminError> {
        self.fresh(&format!("admin/v1/raft/{}", escaped(name)), &[]).await
    }

    /// All consumer groups.
    pub async fn groups(&self) -> Result<Groups, AdminError> {
        self.fresh("admin/v1/groups", &[]).await
    }

    /// One consumer group.
    pub async fn group(&self, group: &str) -> Result<GroupDetail, AdminError> {
        self.fresh(&format!("admin/v1/groups/{}", escaped(group)), &[]).await
    }

    /// Sets the committed offsets of a group without members.
    pub async fn reset_offsets(
        &self,
        group: &str,
        request: &ResetOffsetsRequest,
    ) -> Result<ResetOffsetsAnswer, AdminError> {
        self.change(&format!("admin/v1/groups/{}/reset-offsets", escaped(group)), request).await
    }

    /// Deletes a group without members, and its offsets.
    pub async fn delete_group(
        &self,
        group: &str,
        request: &DeleteGroupRequest,
    ) -> Result<GroupAnswer, AdminError> {
        self.change_by(Method::DELETE, &format!("admin/v1/groups/{}", escaped(group)), request).await
    }

    /// What the answering node saw happen. Query: `since_ms`, `limit`, `kind`,
    /// `object`. Answered without a quorum too.
    pub async fn journal(&self, query: &Query<'_>) -> Result<Events, AdminError> {
        self.question(&with_query("admin/v1/journal", query)).await
    }

    /// Who asked for which change. Query: `since_ms`, `limit`, `object`.
    pub async fn audit(&self, query: &Query<'_>) -> Result<AuditLog, AdminError> {
        self.fresh("admin/v1/audit", query).await
    }

    /// All API keys, without their secrets.
    pub async fn keys(&self) -> Result<Keys, AdminError> {
        self.fresh("admin/v1/keys", &[]).await
    }

    /// Creates an API key. The answer is the only one with the secret.
    pub async fn create_key(&self, request: &CreateKeyRequest) -> Result<NewKey, AdminError> {
        self.change("admin/v1/keys", request).await
    }

    /// Revokes an API key.
    pub async fn revoke_key(&self, id: &str, request: &RevokeKeyRequest) -> Result<KeyView, AdminError> {
        self.change_by(Method::DELETE, &format!("admin/v1/keys/{}", escaped(id)), request).await
    }

    /// What the first node that answers knows of itself.
    pub async fn debug_bundle(&self) -> Result<NodeBundle, AdminError> {
        self.question("admin/v1/debug/bundle").await
    }

    /// A question that is answered from what a node has if no node can ask a
    /// quorum.
    async fn fresh<T: DeserializeOwned>(&self, path: &str, query: &Query<'_>) -> Result<T, AdminError> {
        match self.question(&with_query(path, query)).await {
            Err(AdminError::Refused { problem, .. }) if problem.code == "no_leader" => {
                let stale = [query, &[("consistency", "stale".to_owned())]].concat();
                let answer = self.question(&with_query(path, &stale)).await?;
                self.stale.store(true, Ordering::Relaxed);
                Ok(answer)
            }
            answer => answer,
        }
    }
}

fn with_query(path: &str, query: &Query<'_>) -> String {
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// A text as one segment of a path or one value of a query. A segment of dots
/// alone would be taken for a folder, so those are escaped.
fn escaped(text: &str) -> String {
    let dots = text.chars().all(|c| c == '.');
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) || (byte == b'.' && !dots) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_segment_and_values_in_their_place() {
        assert_eq!(escaped("orders.v1_x-y"), "orders.v1_x-y");
        assert_eq!(escaped("a/b?c#d é"), "a%2Fb%3Fc%23d%20%C3%A9");
        assert_eq!(escaped(".."), "%2E%2E");
        assert_eq!(with_query("p", &[("a", "1&2".into()), ("b", "x".into())]), "p?a=1%262&b=x");
    }
}
