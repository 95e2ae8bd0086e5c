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

use std::{sync::Arc, time::Duration};

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

/// One connection, for as long as the process lives. The node counts by it who keeps to detours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId(pub u64);

/// A live broker, as clients reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerInfo {
    /// Broker id.
    pub id: i32,
    /// Advertised host.
    pub host: String,
    /// Advertised port.
    pub port: u16,
    /// Rack, if configured.
    pub rack: Option<String>,
}

/// The cluster as this node knows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterInfo {
    /// Cluster id.
    pub cluster_id: String,
    /// The broker that leads the metadata group, if known.
    pub controller: Option<i32>,
    /// The live brokers.
    pub brokers: Vec<BrokerInfo>,
}

impl ClusterInfo {
    /// The live broker of this id.
    pub fn broker(&self, id: i32) -> Option<&BrokerInfo> {
        self.brokers.iter().find(|broker| broker.id == id)
    }
}

/// One partition as this node knows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionInfo {
    /// Partition index.
    pub index: i32,
    /// The live leader, if there is one.
    pub leader: Option<i32>,
    /// Leader epoch.
    pub leader_epoch: i32,
    /// All replicas.
    pub replicas: Vec<i32>,
    /// Replicas in sync.
    pub isr: Vec<i32>,
    /// Replicas whose broker is not alive.
    pub offline: Vec<i32>,
}

/// One topic as this node knows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicInfo {
    /// Name.
    pub name: String,
    /// Topic id, never nil.
    pub id: Uuid,
    /// Whether it belongs to the broker (`__consumer_offsets`).
    pub internal: bool,
    /// Partitions, by ascending index.
    pub partitions: Vec<PartitionInfo>,
}

/// The broker settings that the wire layer itself acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `auto.create.topics.enable`.
    pub auto_create_topics: bool,
    /// `fetch.max.bytes`: the most record bytes in one Fetch answer, whatever the client asks.
    pub fetch_max_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { auto_create_topics: true, fetch_max_bytes: 55 << 20 }
    }
}

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

/// Who leads a partition, told to a client that asked the wrong broker (KIP-951).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaderHint {
    /// Broker id of the leader.
    pub leader: i32,
    /// Its epoch.
    pub leader_epoch: i32,
}

/// How one partition of a Produce request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProduceOutcome {
    /// Where the records are, or why they are not.
    pub result: Result<Appended, Failure>,
    /// The leader, when this node is not the one that should have been asked.
    pub leader: Option<LeaderHint>,
}

/// Where appended records lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Offset of the first record.
    pub base_offset: i64,
    /// Milliseconds since the epoch if the topic stamps on append, else -1.
    pub log_append_time: i64,
    /// Log start offset of the partition.
    pub log_start_offset: i64,
}

/// What a Fetch asks of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadRequest {
    /// Partition index.
    pub partition: i32,
    /// First offset wanted.
    pub offset: i64,
    /// The most bytes to answer.
    pub max_bytes: usize,
    /// Answer the first batch even if it is larger than `max_bytes`, so that a consumer gets on.
    pub at_least_one_batch: bool,
    /// The leader epoch that the client believes in: a lower one is `FENCED_LEADER_EPOCH`, a higher one
    /// `UNKNOWN_LEADER_EPOCH`.
    pub current_leader_epoch: Option<i32>,
    /// The epoch of the last record that the client has: a divergence is answered in `diverging`.
    pub last_fetched_epoch: Option<i32>,
    /// Read up to the last stable offset instead of the high watermark.
    pub read_committed: bool,
}

/// What can be read of one partition now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOutcome {
    /// Why nothing can be read.
    pub error: Option<ResponseError>,
    /// High watermark, -1 if unknown.
    pub high_watermark: i64,
    /// Last stable offset, -1 if unknown.
    pub last_stable_offset: i64,
    /// Log start offset, -1 if unknown.
    pub log_start_offset: i64,
    /// The epoch and its end offset where the client's log leaves this one.
    pub diverging: Option<EpochEnd>,
    /// Whole record batches in order, as they go out: shared, never copied.
    pub records: Vec<Bytes>,
    /// The leader, with `NOT_LEADER_OR_FOLLOWER` and `FENCED_LEADER_EPOCH`.
    pub leader: Option<LeaderHint>,
}

impl ReadOutcome {
    /// Nothing but an error.
    pub fn failed(error: ResponseError) -> Self {
        Self {
            error: Some(error),
            high_watermark: -1,
            last_stable_offset: -1,
            log_start_offset: -1,
            ..Self::default()
        }
    }

    /// Record bytes.
    pub fn size(&self) -> usize {
        self.records.iter().map(Bytes::len).sum()
    }
}

/// A leader epoch and where it ends; both -1 if unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    /// Leader epoch.
    pub epoch: i32,
    /// The offset behind its last record.
    pub end_offset: i64,
}

/// A partition and how far a waiting Fetch has seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchPoint {
    /// Topic.
    pub topic_id: Uuid,
    /// Partition index.
    pub partition: i32,
    /// The high watermark (or last stable offset, for `read_committed`) of the last read.
    pub seen: i64,
}

/// Waits for news of the partitions that a Fetch found too little in.
pub trait Watch: Send + 'static {
    /// Resolves when a watched partition is beyond what was seen, or is no longer what it was (led from
    /// elsewhere, deleted), with the indexes of the points that may have changed. Each is told once per
    /// change; one too many does no harm, one too few leaves a consumer waiting until its deadline.
    /// Must be safe to drop and call again.
    fn changed(&mut self) -> impl Future<Output = Vec<usize>> + Send;
}

/// What `ListOffsets` looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The log start offset (-2, and -4 while nothing is tiered).
    Earliest,
    /// The high watermark, or the last stable offset for `read_committed` (-1).
    Latest,
    /// The first record with the largest timestamp (-3).
    MaxTimestamp,
    /// The first record at or after this many milliseconds.
    Timestamp(i64),
}

/// What `ListOffsets` asks of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetQuery {
    /// Partition index.
    pub partition: i32,
    /// What to look for.
    pub spec: OffsetSpec,
    /// See [`ReadRequest::current_leader_epoch`].
    pub current_leader_epoch: Option<i32>,
    /// See [`ReadRequest::read_committed`].
    pub read_committed: bool,
}

/// An offset that `ListOffsets` found; offset -1 if there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundOffset {
    /// Timestamp of the record, -1 for the ends of the log.
    pub timestamp: i64,
    /// Offset.
    pub offset: i64,
    /// Leader epoch of that offset, -1 if unknown.
    pub leader_epoch: i32,
}

/// A topic to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTopic {
    /// Name, already checked.
    pub name: String,
    /// Number of partitions; none: the broker's default, or as many as are assigned.
    pub partitions: Option<i32>,
    /// Replication factor; none: the broker's default, or as assigned.
    pub replication_factor: Option<i16>,
    /// Partition index and brokers, if the client places the replicas itself.
    pub assignments: Vec<(i32, Vec<i32>)>,
    /// Configuration entries; a null value resets to the default.
    pub configs: Vec<(String, Option<String>)>,
}

/// A created topic (or what it would be, when only validated).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Topic id; nil when only validated.
    pub id: Uuid,
    /// Number of partitions.
    pub partitions: i32,
    /// Replication factor.
    pub replication_factor: i16,
    /// The topic's whole configuration.
    pub configs: Vec<ConfigEntry>,
}

/// How a request names a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicRef {
    /// By name.
    Name(String),
    /// By id.
    Id(Uuid),
}

/// A deleted topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedTopic {
    /// Name.
    pub name: String,
    /// Topic id.
    pub id: Uuid,
}

/// A topic to give more partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MorePartitions {
    /// Name.
    pub topic: String,
    /// How many there shall be altogether.
    pub count: i32,
    /// Brokers of each new partition, if the client places them itself.
    pub assignments: Option<Vec<Vec<i32>>>,
}

/// What `DescribeConfigs` asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigResource {
    /// A topic.
    Topic(String),
    /// A broker; none: the defaults of all brokers.
    Broker(Option<i32>),
}

/// One configuration entry. Codes as in Kafka's `ConfigEntry.ConfigSource` and `ConfigType`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Key.
    pub name: String,
    /// Value; none if sensitive or unset.
    pub value: Option<String>,
    /// Cannot be altered at run time.
    pub read_only: bool,
    /// Never shown.
    pub sensitive: bool,
    /// Where the value comes from.
    pub source: ConfigSource,
    /// Its type.
    pub kind: ConfigKind,
    /// What it is for.
    pub documentation: Option<String>,
    /// Where else it could come from, the strongest first: key, value, source.
    pub synonyms: Vec<(String, Option<String>, ConfigSource)>,
}

/// Where a configuration value comes from (KIP-226).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigSource {
    /// Set on the topic.
    Topic = 1,
    /// Set at run time on one broker.
    DynamicBroker = 2,
    /// Set at run time for all brokers.
    DynamicDefaultBroker = 3,
    /// From the configuration file, the environment or a flag.
    StaticBroker = 4,
    /// Built in.
    Default = 5,
}

/// The type of a configuration value (KIP-569).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigKind {
    /// true or false.
    Boolean = 1,
    /// Text.
    String = 2,
    /// 32-bit integer.
    Int = 3,
    /// 16-bit integer.
    Short = 4,
    /// 64-bit integer.
    Long = 5,
    /// Floating point.
    Double = 6,
    /// Comma-separated list.
    List = 7,
    /// Class name.
    Class = 8,
    /// Never shown.
    Password = 9,
}

/// The identity of an idempotent producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerIdentity {
    /// Producer id.
    pub id: i64,
    /// Producer epoch.
    pub epoch: i16,
}

/// Who asks, for the group coordinator's records and for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The connection.
    pub conn: ConnId,
    /// The client id that the client gives itself, empty if none.
    pub id: String,
    /// Its address, in Kafka's form: `/127.0.0.1`.
    pub host: String,
}

/// The node behind the wire. See the module's two rules for futures.
pub trait Backend: Send + Sync + 'static {
    /// A registration of a waiting Fetch; dropping it ends it.
    type Watch: Watch;

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
        conn: ConnId,
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
        conn: ConnId,
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
