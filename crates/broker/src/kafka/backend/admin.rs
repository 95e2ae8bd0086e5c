//! What is asked and answered about topics and configurations that are to be changed or described.

use uuid::Uuid;

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
