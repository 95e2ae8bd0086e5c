//! What the routes that change things need of the node.

use chronik_common::admin::OperationView;
use chronik_common::admin::v1::{
    AlterTopicRequest, CreateTopicRequest, DeleteGroupRequest, DeleteTopicRequest, DrainAnswer, DrainRequest,
    GroupAnswer, GroupDetail, Groups, MoveReplicasRequest, ResetOffsetsAnswer, ResetOffsetsRequest,
    TopicAnswer, TransferLeaderAnswer, TransferLeaderRequest,
};

use crate::admin::Answer;

/// Changes of topics, partitions, nodes and consumer groups. Any node may be asked; each may be asked for again.
///
/// Every one of them may be answered with `no_leader` (503): the metadata cannot be written now. Names that are not
/// known are `unknown_topic`, `unknown_partition`, `unknown_node`, `unknown_group` (404).
pub trait Act {
    /// Creates a topic. Problems: `topic_exists` (409), `invalid_…` (422), `limit_reached` (409).
    fn create_topic(&self, request: CreateTopicRequest) -> Answer<TopicAnswer>;
    /// Gives a topic more partitions and other settings; none of both if one is refused. Problems: `invalid_…` (422).
    fn alter_topic(&self, topic: String, request: AlterTopicRequest) -> Answer<TopicAnswer>;
    /// Deletes a topic.
    fn delete_topic(&self, topic: String, request: DeleteTopicRequest) -> Answer<TopicAnswer>;
    /// Gives a partition another leader. Problems: `not_a_replica` (422), `not_in_sync`, `node_down`, `node_drained`
    /// (409), `leaderless`, `transfer_failed` (503).
    fn transfer_leader(
        &self,
        topic: String,
        partition: i32,
        request: TransferLeaderRequest,
    ) -> Answer<TransferLeaderAnswer>;
    /// Starts to give a partition other replicas, or plans it. Problems: `epoch_mismatch` (412) if its leader epoch is
    /// not the expected one, `operation_running` (409), `invalid_replica_assignment` (422).
    fn move_replicas(
        &self,
        topic: String,
        partition: i32,
        expected_epoch: Option<i32>,
        request: MoveReplicasRequest,
    ) -> Answer<OperationView>;
    /// Moves the leaderships of a node away and keeps them away (`drained`), or lets them come back.
    fn drain(&self, node: i32, drained: bool, request: DrainRequest) -> Answer<DrainAnswer>;
    /// The groups of all coordinators.
    fn list_groups(&self) -> Answer<Groups>;
    /// One group. Problems: `coordinator_unavailable` (503).
    fn describe_group(&self, group: String) -> Answer<GroupDetail>;
    /// Sets committed offsets of a group without members. Problems: `group_not_empty`, `nothing_committed` (409),
    /// `leaderless`, `coordinator_unavailable` (503).
    fn reset_offsets(&self, group: String, request: ResetOffsetsRequest) -> Answer<ResetOffsetsAnswer>;
    /// Deletes a group without members, its offsets too. Problems: `group_not_empty` (409), `coordinator_unavailable`
    /// (503).
    fn delete_group(&self, group: String, request: DeleteGroupRequest) -> Answer<GroupAnswer>;
}
