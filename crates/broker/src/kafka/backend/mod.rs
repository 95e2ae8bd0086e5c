//! The only door from the wire to the node.
//!
//! Handlers know the protocol; what stands behind [`Backend`] knows the cluster. Nothing here parses or
//! encodes, and nothing in this folder reaches the node by another way, so that every handler runs in
//! tests against a fake that keeps its records in memory.
//!
//! Two rules hold for every method that returns a future:
//! - **The call itself takes the request's place in line**; the future only gives the outcome. Requests
//!   of one connection are called in their order, and their futures are awaited in any order.
//! - The future may be dropped at any time (the client went away) and must then leave nothing behind
//!   but work that was already accepted.

mod admin;
mod configs;
mod log_dir;
mod reassignment;
mod records;
mod view;

use std::{fmt::Debug, sync::Arc, time::Duration};

use bytes::Bytes;
use kafka_protocol::{
    error::ResponseError,
    messages::{
        DeleteGroupsRequest, DeleteGroupsResponse, DescribeGroupsRequest, DescribeGroupsResponse,
        HeartbeatRequest, HeartbeatResponse, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest,
        LeaveGroupResponse, ListGroupsRequest, ListGroupsResponse, OffsetCommitRequest, OffsetCommitResponse,
        OffsetDeleteRequest, OffsetDeleteResponse, OffsetFetchRequest, OffsetFetchResponse, SyncGroupRequest,
        SyncGroupResponse,
    },
};
use uuid::Uuid;

pub use admin::{CreatedTopic, DeletedTopic, MorePartitions, NewTopic, TopicRef};
pub use configs::{
    AlterConfig, ConfigChange, ConfigEntry, ConfigKind, ConfigOp, ConfigResource, ConfigSource,
};
pub use log_dir::{HeldReplica, LogDir};
pub use reassignment::{Reassign, Reassignment};
pub use records::{
    Appended, EpochEnd, FoundOffset, LeaderHint, OffsetQuery, OffsetSpec, ProduceOutcome, ProducerIdentity,
    ReadOutcome, ReadRequest, Watch, WatchPoint,
};
pub use view::{BrokerInfo, Client, ClusterInfo, PartitionInfo, Settings, TopicInfo};

/// An error with words for those response versions that carry them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Kafka's error.
    pub error: ResponseError,
    /// What happened to which object, and what to do next.
    pub message: Option<String>,
}

impl Failure {
    /// An error with its words.
    pub fn new(error: ResponseError, message: impl Into<String>) -> Self {
        Self { error, message: Some(message.into()) }
    }
}

impl From<ResponseError> for Failure {
    fn from(error: ResponseError) -> Self {
        Self { error, message: None }
    }
}

/// The node behind the wire. See the module's two rules for futures.
pub trait Backend: Send + Sync + 'static {
    /// A registration of a waiting Fetch; dropping it ends it.
    type Watch: Watch;
    /// What the node keeps for each connection, for as long as it lasts.
    type Connection: Default + Debug + Send + Sync + 'static;

    /// The live brokers and the controller.
    fn cluster(&self) -> Arc<ClusterInfo>;
    /// Broker settings.
    fn settings(&self) -> Settings;
    /// All topics, ordered by name.
    fn topics(&self) -> Vec<Arc<TopicInfo>>;
    /// The topic of this name.
    fn topic(&self, name: &str) -> Option<Arc<TopicInfo>>;
    /// The topic of this id.
    fn topic_by_id(&self, id: Uuid) -> Option<Arc<TopicInfo>>;

    /// Creates topics that clients asked metadata for, with the broker's defaults. Resolves when they
    /// are known here (so that [`Backend::topic`] finds them), or with the error of each, in order.
    fn auto_create(
        &self,
        names: Vec<String>,
    ) -> impl Future<Output = Vec<Result<(), ResponseError>>> + Send + 'static;

    /// Appends the record batches of one partition. `acks` is 0, 1 or -1 (all in sync).
    fn produce(
        &self,
        conn: &Arc<Self::Connection>,
        topic: Arc<TopicInfo>,
        partition: i32,
        records: Bytes,
        acks: i16,
        timeout: Duration,
    ) -> impl Future<Output = ProduceOutcome> + Send + 'static;

    /// What can be read of one partition now; never waits for new records.
    fn read(
        &self,
        topic: Arc<TopicInfo>,
        request: ReadRequest,
    ) -> impl Future<Output = ReadOutcome> + Send + 'static;

    /// Registers a waiting Fetch. A point that is already beyond what was seen is news at once.
    fn watch(&self, points: Vec<WatchPoint>) -> Self::Watch;

    /// Looks up one offset.
    fn list_offset(
        &self,
        conn: &Arc<Self::Connection>,
        topic: Arc<TopicInfo>,
        query: OffsetQuery,
    ) -> impl Future<Output = Result<FoundOffset, ResponseError>> + Send + 'static;

    /// The largest epoch at or below `leader_epoch` and where it ends.
    fn offset_for_leader_epoch(
        &self,
        topic: Arc<TopicInfo>,
        partition: i32,
        current_leader_epoch: Option<i32>,
        leader_epoch: i32,
    ) -> impl Future<Output = Result<EpochEnd, ResponseError>> + Send + 'static;

    /// Deletes the records of one partition below `offset`, or below the high watermark if that is -1; it is
    /// never below -1. Resolves with the log start offset (the low watermark) once the deletion is certain:
    /// no replica that leads later knows those records. Beyond the high watermark: `OFFSET_OUT_OF_RANGE`.
    /// Below the log start offset there is nothing to do.
    fn delete_records(
        &self,
        topic: Arc<TopicInfo>,
        partition: i32,
        offset: i64,
        timeout: Duration,
    ) -> impl Future<Output = Result<i64, ResponseError>> + Send + 'static;

    /// Creates topics; answers in the order of the request.
    fn create_topics(
        &self,
        topics: Vec<NewTopic>,
        validate_only: bool,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<CreatedTopic, Failure>>> + Send + 'static;

    /// Deletes topics; answers in the order of the request.
    fn delete_topics(
        &self,
        topics: Vec<TopicRef>,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<DeletedTopic, Failure>>> + Send + 'static;

    /// Adds partitions; answers in the order of the request.
    fn create_partitions(
        &self,
        topics: Vec<MorePartitions>,
        validate_only: bool,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static;

    /// The configuration of each resource, in the order of the request.
    fn describe_configs(
        &self,
        resources: Vec<ConfigResource>,
    ) -> impl Future<Output = Vec<Result<Vec<ConfigEntry>, Failure>>> + Send + 'static;

    /// Alters configurations, each as a whole or not at all; answers in the order of the request. No resource
    /// is named twice. See [`ConfigChange::settings`].
    fn alter_configs(
        &self,
        changes: Vec<AlterConfig>,
        validate_only: bool,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static;

    /// Starts and cancels reassignments (KIP-455); answers in the order of the request, when they are known
    /// here (so that [`Backend::list_reassignments`] has them), not when the replicas are where they shall be.
    /// The partitions existed a moment ago; what is wrong with their new replicas is said here. Without
    /// `allow_replication_factor_change`, another number of replicas is `INVALID_REPLICATION_FACTOR`. A cancel
    /// without a reassignment is `NO_REASSIGNMENT_IN_PROGRESS`.
    fn alter_reassignments(
        &self,
        changes: Vec<Reassign>,
        allow_replication_factor_change: bool,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static;

    /// The reassignments under way, ordered by topic name and partition.
    fn list_reassignments(&self) -> Vec<Reassignment>;

    /// Hands the leadership of each partition to its preferred leader, the first of its replicas; answers in
    /// the order of the request, when it is done. As far as this node knows, the preferred leader is in sync
    /// and does not lead yet: if it already does, that is `ELECTION_NOT_NEEDED`, and if it cannot,
    /// `PREFERRED_LEADER_NOT_AVAILABLE`.
    fn elect_leaders(
        &self,
        partitions: Vec<(Arc<TopicInfo>, i32)>,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static;

    /// What lies in this node's log directory.
    fn log_dir(&self) -> impl Future<Output = LogDir> + Send + 'static;

    /// A producer id that no one else has or had.
    fn init_producer_id(
        &self,
    ) -> impl Future<Output = Result<ProducerIdentity, ResponseError>> + Send + 'static;

    /// The coordinator of each group, in order. May create `__consumer_offsets`.
    fn find_group_coordinators(
        &self,
        groups: Vec<String>,
    ) -> impl Future<Output = Vec<Result<BrokerInfo, Failure>>> + Send + 'static;

    /// `JoinGroup`, passed through as decoded from `version`.
    fn join_group(
        &self,
        client: Client,
        version: i16,
        request: JoinGroupRequest,
    ) -> impl Future<Output = JoinGroupResponse> + Send + 'static;

    /// `SyncGroup`, passed through.
    fn sync_group(
        &self,
        client: Client,
        version: i16,
        request: SyncGroupRequest,
    ) -> impl Future<Output = SyncGroupResponse> + Send + 'static;

    /// Heartbeat, passed through.
    fn heartbeat(
        &self,
        client: Client,
        version: i16,
        request: HeartbeatRequest,
    ) -> impl Future<Output = HeartbeatResponse> + Send + 'static;

    /// `LeaveGroup`, passed through.
    fn leave_group(
        &self,
        client: Client,
        version: i16,
        request: LeaveGroupRequest,
    ) -> impl Future<Output = LeaveGroupResponse> + Send + 'static;

    /// `OffsetCommit`, passed through.
    fn offset_commit(
        &self,
        client: Client,
        version: i16,
        request: OffsetCommitRequest,
    ) -> impl Future<Output = OffsetCommitResponse> + Send + 'static;

    /// `OffsetFetch`, passed through: one group in `group_id` below version 8, many in `groups` from it on.
    fn offset_fetch(
        &self,
        client: Client,
        version: i16,
        request: OffsetFetchRequest,
    ) -> impl Future<Output = OffsetFetchResponse> + Send + 'static;

    /// `OffsetDelete`, passed through.
    fn offset_delete(
        &self,
        client: Client,
        version: i16,
        request: OffsetDeleteRequest,
    ) -> impl Future<Output = OffsetDeleteResponse> + Send + 'static;

    /// `DescribeGroups`, passed through.
    fn describe_groups(
        &self,
        client: Client,
        version: i16,
        request: DescribeGroupsRequest,
    ) -> impl Future<Output = DescribeGroupsResponse> + Send + 'static;

    /// `ListGroups`, passed through.
    fn list_groups(
        &self,
        client: Client,
        version: i16,
        request: ListGroupsRequest,
    ) -> impl Future<Output = ListGroupsResponse> + Send + 'static;

    /// `DeleteGroups`, passed through.
    fn delete_groups(
        &self,
        client: Client,
        version: i16,
        request: DeleteGroupsRequest,
    ) -> impl Future<Output = DeleteGroupsResponse> + Send + 'static;
}
