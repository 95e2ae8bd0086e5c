//! The node as the Kafka layer's [`Backend`].

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::{
    DeleteGroupsRequest, DeleteGroupsResponse, DescribeGroupsRequest, DescribeGroupsResponse,
    HeartbeatRequest, HeartbeatResponse, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest,
    LeaveGroupResponse, ListGroupsRequest, ListGroupsResponse, OffsetCommitRequest, OffsetCommitResponse,
    OffsetDeleteRequest, OffsetDeleteResponse, OffsetFetchRequest, OffsetFetchResponse, SyncGroupRequest,
    SyncGroupResponse,
};
use uuid::Uuid;

use super::Node;
use super::fetch::FetchWatch;
use super::pipeline::Pipeline;
use crate::kafka::backend::{
    AlterConfig, Backend, BrokerInfo, Client, ClusterInfo, ConfigEntry, ConfigResource, CreatedTopic,
    DeletedTopic, EpochEnd, Failure, FoundOffset, LogDir, MorePartitions, NewTopic, OffsetQuery,
    ProduceOutcome, ProducerIdentity, ReadOutcome, ReadRequest, Reassign, Reassignment, Settings, TopicInfo,
    TopicRef, WatchPoint,
};

impl Backend for Node {
    type Watch = FetchWatch;
    type Connection = Pipeline;

    fn cluster(&self) -> Arc<ClusterInfo> {
        Arc::new(self.cluster_info())
    }

    fn settings(&self) -> Settings {
        Settings { auto_create_topics: self.inner.config.auto_create_topics, ..Settings::default() }
    }

    fn topics(&self) -> Vec<Arc<TopicInfo>> {
        self.all_topics()
    }

    fn topic(&self, name: &str) -> Option<Arc<TopicInfo>> {
        self.inner.metadata.image().topic(name).map(|t| self.topic_info(t))
    }

    fn topic_by_id(&self, id: Uuid) -> Option<Arc<TopicInfo>> {
        self.inner.metadata.image().topic_by_id(&id).map(|t| self.topic_info(t))
    }

    fn auto_create(
        &self,
        names: Vec<String>,
    ) -> impl Future<Output = Vec<Result<(), ResponseError>>> + Send + 'static {
        let node = self.clone();
        async move { node.auto_create_topics(names).await }
    }

    fn produce(
        &self,
        conn: &Arc<Pipeline>,
        topic: Arc<TopicInfo>,
        partition: i32,
        records: Bytes,
        acks: i16,
        timeout: Duration,
    ) -> impl Future<Output = ProduceOutcome> + Send + 'static {
        self.produce_records(conn, &topic, partition, records, acks, timeout)
    }

    fn read(
        &self,
        topic: Arc<TopicInfo>,
        request: ReadRequest,
    ) -> impl Future<Output = ReadOutcome> + Send + 'static {
        let node = self.clone();
        async move { node.read_records(&topic, request).await }
    }

    fn watch(&self, points: Vec<WatchPoint>) -> FetchWatch {
        self.watch_points(points)
    }

    fn list_offset(
        &self,
        conn: &Arc<Pipeline>,
        topic: Arc<TopicInfo>,
        query: OffsetQuery,
    ) -> impl Future<Output = Result<FoundOffset, ResponseError>> + Send + 'static {
        let (node, conn) = (self.clone(), conn.clone());
        async move { node.find_offset(&conn, &topic, query).await }
    }

    fn offset_for_leader_epoch(
        &self,
        topic: Arc<TopicInfo>,
        partition: i32,
        current_leader_epoch: Option<i32>,
        leader_epoch: i32,
    ) -> impl Future<Output = Result<EpochEnd, ResponseError>> + Send + 'static {
        let node = self.clone();
        async move { node.epoch_end(&topic, partition, current_leader_epoch, leader_epoch) }
    }

    fn create_topics(
        &self,
        topics: Vec<NewTopic>,
        validate_only: bool,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<CreatedTopic, Failure>>> + Send + 'static {
        let node = self.clone();
        async move {
            let mut results = Vec::with_capacity(topics.len());
            for topic in topics {
                results.push(node.create(topic, validate_only, timeout).await);
            }
            results
        }
    }

    fn delete_topics(
        &self,
        topics: Vec<TopicRef>,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<DeletedTopic, Failure>>> + Send + 'static {
        let node = self.clone();
        async move {
            let mut results = Vec::with_capacity(topics.len());
            for topic in topics {
                results.push(node.delete(topic, timeout).await);
            }
            results
        }
    }

    fn create_partitions(
        &self,
        topics: Vec<MorePartitions>,
        validate_only: bool,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static {
        let node = self.clone();
        async move {
            let mut results = Vec::with_capacity(topics.len());
            for topic in topics {
                results.push(node.grow(topic, validate_only, timeout).await);
            }
            results
        }
    }

    fn describe_configs(
        &self,
        resources: Vec<ConfigResource>,
    ) -> impl Future<Output = Vec<Result<Vec<ConfigEntry>, Failure>>> + Send + 'static {
        let results = resources.iter().map(|r| self.describe(r)).collect();
        std::future::ready(results)
    }

    fn delete_records(
        &self,
        topic: Arc<TopicInfo>,
        partition: i32,
        offset: i64,
        timeout: Duration,
    ) -> impl Future<Output = Result<i64, ResponseError>> + Send + 'static {
        let node = self.clone();
        async move { node.delete_records(topic.id, partition, offset, timeout).await.map_err(|e| e.error) }
    }

    fn alter_configs(
        &self,
        changes: Vec<AlterConfig>,
        validate_only: bool,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static {
        let node = self.clone();
        async move {
            let mut results = Vec::with_capacity(changes.len());
            for change in changes {
                results.push(node.alter(change, validate_only).await);
            }
            results
        }
    }

    fn alter_reassignments(
        &self,
        changes: Vec<Reassign>,
        allow_replication_factor_change: bool,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static {
        let node = self.clone();
        async move { node.reassign(changes, allow_replication_factor_change, timeout).await }
    }

    fn list_reassignments(&self) -> Vec<Reassignment> {
        self.reassignments()
    }

    fn elect_leaders(
        &self,
        partitions: Vec<(Arc<TopicInfo>, i32)>,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static {
        let node = self.clone();
        async move { node.elect_preferred(partitions, timeout).await }
    }

    fn log_dir(&self) -> impl Future<Output = LogDir> + Send + 'static {
        let node = self.clone();
        async move { node.log_dir_report().await }
    }

    fn init_producer_id(
        &self,
    ) -> impl Future<Output = Result<ProducerIdentity, ResponseError>> + Send + 'static {
        let node = self.clone();
        async move { node.next_producer_id().await }
    }

    fn find_group_coordinators(
        &self,
        groups: Vec<String>,
    ) -> impl Future<Output = Vec<Result<BrokerInfo, Failure>>> + Send + 'static {
        let node = self.clone();
        async move { node.group_coordinators(groups).await }
    }

    fn join_group(
        &self,
        client: Client,
        version: i16,
        request: JoinGroupRequest,
    ) -> impl Future<Output = JoinGroupResponse> + Send + 'static {
        let node = self.clone();
        async move { node.inner.coordinator.join_group(&client.id, &client.host, version, request).await }
    }

    fn sync_group(
        &self,
        _client: Client,
        version: i16,
        request: SyncGroupRequest,
    ) -> impl Future<Output = SyncGroupResponse> + Send + 'static {
        let node = self.clone();
        async move { node.inner.coordinator.sync_group(version, request).await }
    }

    fn heartbeat(
        &self,
        _client: Client,
        _version: i16,
        request: HeartbeatRequest,
    ) -> impl Future<Output = HeartbeatResponse> + Send + 'static {
        let node = self.clone();
        async move { node.inner.coordinator.heartbeat(request).await }
    }

    fn leave_group(
        &self,
        _client: Client,
        version: i16,
        request: LeaveGroupRequest,
    ) -> impl Future<Output = LeaveGroupResponse> + Send + 'static {
        let node = self.clone();
        async move { node.inner.coordinator.leave_group(version, request).await }
    }

    fn offset_commit(
        &self,
        _client: Client,
        version: i16,
        request: OffsetCommitRequest,
    ) -> impl Future<Output = OffsetCommitResponse> + Send + 'static {
        let node = self.clone();
        async move {
            let image = node.inner.metadata.image();
            let exists = |topic: &str, partition: i32| {
                image
                    .topic(topic)
                    .is_some_and(|t| usize::try_from(partition).is_ok_and(|p| p < t.partitions.len()))
            };
            node.inner.coordinator.offset_commit(version, request, exists).await
        }
    }

    fn offset_fetch(
        &self,
        _client: Client,
        version: i16,
        request: OffsetFetchRequest,
    ) -> impl Future<Output = OffsetFetchResponse> + Send + 'static {
        let node = self.clone();
        async move { node.inner.coordinator.offset_fetch(version, request).await }
    }

    fn offset_delete(
        &self,
        _client: Client,
        _version: i16,
        request: OffsetDeleteRequest,
    ) -> impl Future<Output = OffsetDeleteResponse> + Send + 'static {
        let node = self.clone();
        async move { node.inner.coordinator.offset_delete(request).await }
    }

    fn describe_groups(
        &self,
        _client: Client,
        version: i16,
        request: DescribeGroupsRequest,
    ) -> impl Future<Output = DescribeGroupsResponse> + Send + 'static {
        let node = self.clone();
        async move { node.inner.coordinator.describe_groups(version, request).await }
    }

    fn list_groups(
        &self,
        _client: Client,
        _version: i16,
        request: ListGroupsRequest,
    ) -> impl Future<Output = ListGroupsResponse> + Send + 'static {
        let node = self.clone();
        async move { node.inner.coordinator.list_groups(request).await }
    }

    fn delete_groups(
        &self,
        _client: Client,
        _version: i16,
        request: DeleteGroupsRequest,
    ) -> impl Future<Output = DeleteGroupsResponse> + Send + 'static {
        let node = self.clone();
        async move { node.inner.coordinator.delete_groups(request).await }
    }
}
