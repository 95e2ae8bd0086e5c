//! What is asked and answered about topics that are to be created, grown or deleted.

use uuid::Uuid;

use super::ConfigEntry;

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
