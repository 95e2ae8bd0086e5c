//! The fake as a [`Backend`].

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures::future::ready;
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

use super::{ELSEWHERE, FORBIDDEN, Fake, FakeWatch, admin::log_dir, topic};
use crate::kafka::backend::*;

/// The node as the server holds it: a watch needs to share it.
pub(crate) struct Node(pub(crate) Arc<Fake>);

fn entry(name: &str, sensitive: bool) -> ConfigEntry {
    ConfigEntry {
        name: name.to_owned(),
        value: Some("value".to_owned()),
        read_only: false,
        sensitive,
        source: ConfigSource::Topic,
        kind: ConfigKind::Long,
        documentation: Some("what it is for".to_owned()),
        synonyms: vec![("log.".to_owned() + name, Some("other".to_owned()), ConfigSource::Default)],
    }
}

impl Backend for Node {
    type Watch = FakeWatch;
    type Connection = ();

    fn cluster(&self) -> Arc<ClusterInfo> {
        let broker = |id: i32, rack: Option<&str>| BrokerInfo {
            id,
            host: format!("host{id}"),
            port: 9091 + id as u16,
            rack: rack.map(str::to_owned),
        };
        Arc::new(ClusterInfo {
            cluster_id: "cluster".to_owned(),
            controller: Some(2),
            brokers: vec![broker(1, None), broker(2, Some("rack"))],
        })
    }

    fn settings(&self) -> Settings {
        self.0.settings.clone()
    }

    fn topics(&self) -> Vec<Arc<TopicInfo>> {
        self.0.state.lock().topics.iter().map(|(info, _)| Arc::clone(info)).collect()
    }

    fn topic(&self, name: &str) -> Option<Arc<TopicInfo>> {
        self.topics().into_iter().find(|topic| topic.name == name)
    }

    fn topic_by_id(&self, id: Uuid) -> Option<Arc<TopicInfo>> {
        self.topics().into_iter().find(|topic| topic.id == id)
    }

    fn auto_create(
        &self,
        names: Vec<String>,
    ) -> impl Future<Output = Vec<Result<(), ResponseError>>> + Send + 'static {
        let mut state = self.0.state.lock();
        let create = |name: String| {
            if name == FORBIDDEN {
                return Err(ResponseError::PolicyViolation);
            }
            let id = Uuid::from_u128(0x5000 + state.topics.len() as u128);
            state.topics.push(topic(&name, id, 1));
            Ok(())
        };
        ready(names.into_iter().map(create).collect())
    }

    fn produce(
        &self,
        _conn: &Arc<()>,
        topic: Arc<TopicInfo>,
        partition: i32,
        records: Bytes,
        acks: i16,
        _timeout: Duration,
    ) -> impl Future<Output = ProduceOutcome> + Send + 'static {
        let noted = (topic.name.clone(), partition, acks, records.clone());
        self.0.state.lock().produced.push(noted);
        let failed = |error: ResponseError| ProduceOutcome { result: Err(error.into()), leader: None };
        if partition == ELSEWHERE {
            let leader = Some(LeaderHint { leader: 2, leader_epoch: 5 });
            let result = Err(Failure::new(ResponseError::NotLeaderOrFollower, "broker 2 leads it"));
            return ready(ProduceOutcome { result, leader });
        }
        if partition < 0 || partition as usize >= topic.partitions.len() {
            return ready(failed(ResponseError::UnknownTopicOrPartition));
        }
        let base_offset = self.0.append_to(&topic.name, partition, records);
        ready(ProduceOutcome {
            result: Ok(Appended { base_offset, log_append_time: -1, log_start_offset: 0 }),
            leader: None,
        })
    }

    fn read(
        &self,
        topic: Arc<TopicInfo>,
        request: ReadRequest,
    ) -> impl Future<Output = ReadOutcome> + Send + 'static {
        ready(self.0.read_now(&topic, &request))
    }

    fn watch(&self, points: Vec<WatchPoint>) -> FakeWatch {
        self.0.state.lock().waiting += 1;
        FakeWatch { node: Arc::clone(&self.0), points, appends: self.0.appends.subscribe() }
    }

    fn list_offset(
        &self,
        _conn: &Arc<()>,
        topic: Arc<TopicInfo>,
        query: OffsetQuery,
    ) -> impl Future<Output = Result<FoundOffset, ResponseError>> + Send + 'static {
        let state = self.0.state.lock();
        let (_, logs) = state.topics.iter().find(|(info, _)| info.id == topic.id).unwrap();
        let Some(log) = logs.get(query.partition as usize) else {
            return ready(Err(ResponseError::UnknownTopicOrPartition));
        };
        let end = log.end;
        let (timestamp, offset) = match query.spec {
            OffsetSpec::Earliest => (-1, 0),
            OffsetSpec::Latest => (-1, end),
            OffsetSpec::MaxTimestamp => (777, 1),
            OffsetSpec::Timestamp(timestamp) => (timestamp, 0),
        };
        ready(Ok(FoundOffset { timestamp, offset, leader_epoch: 5 }))
    }

    fn offset_for_leader_epoch(
        &self,
        _topic: Arc<TopicInfo>,
        _partition: i32,
        _current_leader_epoch: Option<i32>,
        leader_epoch: i32,
    ) -> impl Future<Output = Result<EpochEnd, ResponseError>> + Send + 'static {
        ready(Ok(EpochEnd { epoch: leader_epoch, end_offset: 99 }))
    }

    fn delete_records(
        &self,
        topic: Arc<TopicInfo>,
        partition: i32,
        offset: i64,
        _timeout: Duration,
    ) -> impl Future<Output = Result<i64, ResponseError>> + Send + 'static {
        let state = self.0.state.lock();
        let (_, logs) = state.topics.iter().find(|(info, _)| info.id == topic.id).unwrap();
        let end = logs[partition as usize].end;
        ready(match offset {
            _ if partition == ELSEWHERE => Err(ResponseError::NotLeaderOrFollower),
            -1 => Ok(end),
            offset if offset > end => Err(ResponseError::OffsetOutOfRange),
            offset => Ok(offset),
        })
    }

    fn create_topics(
        &self,
        topics: Vec<NewTopic>,
        _validate_only: bool,
        _timeout: Duration,
    ) -> impl Future<Output = Vec<Result<CreatedTopic, Failure>>> + Send + 'static {
        let create = |topic: NewTopic| {
            if topic.name == FORBIDDEN {
                return Err(Failure::new(ResponseError::PolicyViolation, "may not be created"));
            }
            Ok(CreatedTopic {
                id: Uuid::from_u128(1),
                partitions: topic.partitions.unwrap_or(topic.assignments.len() as i32),
                replication_factor: topic.replication_factor.unwrap_or(2),
                configs: vec![entry("retention.ms", false)],
            })
        };
        ready(topics.into_iter().map(create).collect())
    }

    fn delete_topics(
        &self,
        topics: Vec<TopicRef>,
        _timeout: Duration,
    ) -> impl Future<Output = Vec<Result<DeletedTopic, Failure>>> + Send + 'static {
        let delete = |topic| {
            let found = match topic {
                TopicRef::Name(name) => self.topic(&name).ok_or(ResponseError::UnknownTopicOrPartition),
                TopicRef::Id(id) => self.topic_by_id(id).ok_or(ResponseError::UnknownTopicId),
            };
            found
                .map(|topic| DeletedTopic { name: topic.name.clone(), id: topic.id })
                .map_err(|error| Failure::new(error, "there is none"))
        };
        ready(topics.into_iter().map(delete).collect())
    }

    fn create_partitions(
        &self,
        topics: Vec<MorePartitions>,
        _validate_only: bool,
        _timeout: Duration,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static {
        let create = |topic: MorePartitions| {
            let found = self.topic(&topic.topic).map(|_| ());
            found.ok_or_else(|| Failure::new(ResponseError::UnknownTopicOrPartition, "there is none"))
        };
        ready(topics.into_iter().map(create).collect())
    }

    fn describe_configs(
        &self,
        resources: Vec<ConfigResource>,
    ) -> impl Future<Output = Vec<Result<Vec<ConfigEntry>, Failure>>> + Send + 'static {
        let entries = |_| Ok(vec![entry("retention.ms", false), entry("secret", true)]);
        ready(resources.into_iter().map(entries).collect())
    }

    fn alter_configs(
        &self,
        changes: Vec<AlterConfig>,
        validate_only: bool,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static {
        let mut admin = self.0.admin();
        ready(changes.into_iter().map(|change| admin.alter_config(change, validate_only)).collect())
    }

    fn alter_reassignments(
        &self,
        changes: Vec<Reassign>,
        allow_replication_factor_change: bool,
        _timeout: Duration,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static {
        let mut admin = self.0.admin();
        ready(
            changes
                .into_iter()
                .map(|change| admin.reassign(change, allow_replication_factor_change))
                .collect(),
        )
    }

    fn list_reassignments(&self) -> Vec<Reassignment> {
        self.0.admin().reassignments()
    }

    fn elect_leaders(
        &self,
        partitions: Vec<(Arc<TopicInfo>, i32)>,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send + 'static {
        let mut admin = self.0.admin();
        ready(partitions.iter().map(|(topic, partition)| admin.elect(topic, *partition, timeout)).collect())
    }

    fn log_dir(&self) -> impl Future<Output = LogDir> + Send + 'static {
        ready(log_dir())
    }

    fn init_producer_id(
        &self,
    ) -> impl Future<Output = Result<ProducerIdentity, ResponseError>> + Send + 'static {
        ready(Ok(ProducerIdentity { id: 4711, epoch: 0 }))
    }

    fn find_group_coordinators(
        &self,
        groups: Vec<String>,
    ) -> impl Future<Output = Vec<Result<BrokerInfo, Failure>>> + Send + 'static {
        let cluster = self.cluster();
        let find = |group: String| match group.as_str() {
            "group" => Ok(cluster.brokers[1].clone()),
            _ => Err(Failure::new(ResponseError::CoordinatorNotAvailable, "not yet")),
        };
        ready(groups.into_iter().map(find).collect())
    }

    fn join_group(
        &self,
        client: Client,
        version: i16,
        request: JoinGroupRequest,
    ) -> impl Future<Output = JoinGroupResponse> + Send + 'static {
        self.0.note(client, version, "join");
        let protocol = request.protocols.first().map(|protocol| protocol.name.clone()).unwrap_or_default();
        ready(
            JoinGroupResponse::default()
                .with_generation_id(1)
                .with_protocol_name(Some(protocol))
                .with_member_id(request.member_id),
        )
    }

    fn sync_group(
        &self,
        client: Client,
        version: i16,
        request: SyncGroupRequest,
    ) -> impl Future<Output = SyncGroupResponse> + Send + 'static {
        self.0.note(client, version, "sync");
        let assignment = request.assignments.first().map(|first| first.assignment.clone());
        ready(SyncGroupResponse::default().with_assignment(assignment.unwrap_or_default()))
    }

    fn heartbeat(
        &self,
        client: Client,
        version: i16,
        _request: HeartbeatRequest,
    ) -> impl Future<Output = HeartbeatResponse> + Send + 'static {
        self.0.note(client, version, "heartbeat");
        ready(HeartbeatResponse::default().with_error_code(ResponseError::RebalanceInProgress.code()))
    }

    fn leave_group(
        &self,
        client: Client,
        version: i16,
        _request: LeaveGroupRequest,
    ) -> impl Future<Output = LeaveGroupResponse> + Send + 'static {
        self.0.note(client, version, "leave");
        ready(LeaveGroupResponse::default().with_error_code(ResponseError::UnknownMemberId.code()))
    }

    fn offset_commit(
        &self,
        client: Client,
        version: i16,
        _request: OffsetCommitRequest,
    ) -> impl Future<Output = OffsetCommitResponse> + Send + 'static {
        self.0.note(client, version, "commit");
        ready(OffsetCommitResponse::default())
    }

    fn offset_fetch(
        &self,
        client: Client,
        version: i16,
        _request: OffsetFetchRequest,
    ) -> impl Future<Output = OffsetFetchResponse> + Send + 'static {
        self.0.note(client, version, "fetch");
        ready(OffsetFetchResponse::default())
    }

    fn offset_delete(
        &self,
        client: Client,
        version: i16,
        _request: OffsetDeleteRequest,
    ) -> impl Future<Output = OffsetDeleteResponse> + Send + 'static {
        self.0.note(client, version, "delete offsets");
        ready(OffsetDeleteResponse::default().with_error_code(ResponseError::GroupIdNotFound.code()))
    }

    fn describe_groups(
        &self,
        client: Client,
        version: i16,
        _request: DescribeGroupsRequest,
    ) -> impl Future<Output = DescribeGroupsResponse> + Send + 'static {
        self.0.note(client, version, "describe");
        ready(DescribeGroupsResponse::default())
    }

    fn list_groups(
        &self,
        client: Client,
        version: i16,
        _request: ListGroupsRequest,
    ) -> impl Future<Output = ListGroupsResponse> + Send + 'static {
        self.0.note(client, version, "list");
        ready(ListGroupsResponse::default().with_error_code(ResponseError::CoordinatorLoadInProgress.code()))
    }

    fn delete_groups(
        &self,
        client: Client,
        version: i16,
        _request: DeleteGroupsRequest,
    ) -> impl Future<Output = DeleteGroupsResponse> + Send + 'static {
        self.0.note(client, version, "delete");
        ready(DeleteGroupsResponse::default())
    }
}
