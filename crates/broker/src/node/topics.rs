//! Creating, growing, deleting and describing topics, and handing out producer ids.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use kafka_protocol::error::ResponseError;
use tokio::time::Instant;
use uuid::Uuid;

use super::Node;
use crate::cluster::ProposalError;
use crate::kafka::backend::{
    AlterConfig, ConfigEntry, ConfigKind, ConfigResource, ConfigSource, CreatedTopic, DeletedTopic, Failure,
    MorePartitions, NewTopic, ProducerIdentity, TopicInfo, TopicRef,
};
use crate::metadata::{self, Assignment, CONSUMER_OFFSETS, Command, MetadataImage, Outcome, Topic};

/// A range that one node takes from the metadata at a time.
const PRODUCER_ID_RANGE: u32 = 1000;
/// For what no client waits for by itself.
const METADATA_TIMEOUT: Duration = Duration::from_secs(10);

impl From<ProposalError> for Failure {
    fn from(e: ProposalError) -> Self {
        let error = match &e {
            ProposalError::Refused(refused) => {
                ResponseError::try_from_code(refused.kafka_code()).unwrap_or(ResponseError::InvalidRequest)
            }
            ProposalError::NoLeader(_) => ResponseError::NotController,
            ProposalError::TimedOut(_) => ResponseError::RequestTimedOut,
        };
        Self::new(error, e.to_string())
    }
}

impl Node {
    pub(super) fn unavailable(&self) -> BTreeSet<i32> {
        let image = self.inner.metadata.image();
        image.brokers().keys().copied().filter(|b| !self.inner.liveness.is_alive(*b)).collect()
    }

    pub(super) async fn create(
        &self,
        new: NewTopic,
        validate_only: bool,
        timeout: Duration,
    ) -> Result<CreatedTopic, Failure> {
        let config = new.configs.into_iter().filter_map(|(k, v)| Some((k, v?))).collect::<BTreeMap<_, _>>();
        let assignment = self.assignment(new.partitions, new.replication_factor, new.assignments)?;
        let command = Command::CreateTopic {
            name: new.name,
            id: Uuid::new_v4(),
            assignment,
            config,
            unavailable: self.unavailable(),
        };
        let created = if validate_only {
            // The same rules, on a copy.
            let mut image = (*self.inner.metadata.image()).clone();
            image.apply(command).map_err(|e| Failure::from(ProposalError::Refused(e)))?
        } else {
            self.inner.metadata.propose(command, timeout).await?
        };
        let Outcome::TopicCreated(topic) = created else {
            return Err(ResponseError::UnknownServerError.into());
        };
        if !validate_only {
            self.wait_until_served(&topic, timeout).await;
        }
        Ok(CreatedTopic {
            id: if validate_only { Uuid::nil() } else { topic.id },
            partitions: topic.partitions.len() as i32,
            replication_factor: topic.replication_factor(),
            configs: self.topic_configs(&topic),
        })
    }

    fn assignment(
        &self,
        partitions: Option<i32>,
        replication_factor: Option<i16>,
        mut explicit: Vec<(i32, Vec<i32>)>,
    ) -> Result<Assignment, Failure> {
        if explicit.is_empty() {
            return Ok(Assignment::Automatic {
                partitions: partitions.unwrap_or(self.inner.config.num_partitions),
                replication_factor: replication_factor.unwrap_or(self.inner.config.replication_factor),
            });
        }
        explicit.sort_by_key(|(index, _)| *index);
        if explicit.iter().map(|(index, _)| *index).ne(0..explicit.len() as i32) {
            return Err(Failure::new(
                ResponseError::InvalidReplicaAssignment,
                "partitions must be numbered from 0 without gaps",
            ));
        }
        Ok(Assignment::Explicit(explicit.into_iter().map(|(_, brokers)| brokers).collect()))
    }

    /// Waits until this node knows the topic and every partition has a leader, so that a client that creates and
    /// then uses it meets no surprise. The topic exists either way.
    async fn wait_until_served(&self, topic: &Topic, timeout: Duration) {
        let deadline = Instant::now() + timeout.min(METADATA_TIMEOUT);
        self.inner.metadata.wait_for(deadline, |image| image.topic_by_id(&topic.id).is_some()).await;
        for partition in &topic.partitions {
            self.wait_for_leadership(partition.group, deadline, |_| true).await;
        }
    }

    pub(super) async fn auto_create_topics(&self, names: Vec<String>) -> Vec<Result<(), ResponseError>> {
        let mut results = Vec::with_capacity(names.len());
        for name in names {
            let new = NewTopic {
                name,
                partitions: None,
                replication_factor: None,
                assignments: Vec::new(),
                configs: Vec::new(),
            };
            let result = self.create(new, false, METADATA_TIMEOUT).await;
            results.push(match result {
                Ok(_) => Ok(()),
                // Somebody else was quicker.
                Err(e) if e.error == ResponseError::TopicAlreadyExists => Ok(()),
                Err(e) => Err(e.error),
            });
        }
        results
    }

    /// Makes sure that `__consumer_offsets` exists and is known here.
    pub(super) async fn ensure_offsets_topic(&self) -> Result<Arc<Topic>, Failure> {
        if let Some(topic) = self.inner.metadata.image().topic(CONSUMER_OFFSETS) {
            return Ok(topic.clone());
        }
        let new = NewTopic {
            name: CONSUMER_OFFSETS.to_owned(),
            partitions: Some(self.inner.config.offsets_topic_partitions),
            replication_factor: None,
            assignments: Vec::new(),
            configs: Vec::new(),
        };
        match self.create(new, false, METADATA_TIMEOUT).await {
            Ok(_) => {}
            Err(e) if e.error == ResponseError::TopicAlreadyExists => {}
            Err(e) => return Err(e),
        }
        let deadline = Instant::now() + METADATA_TIMEOUT;
        self.inner.metadata.wait_for(deadline, |image| image.topic(CONSUMER_OFFSETS).is_some()).await;
        self.inner
            .metadata
            .image()
            .topic(CONSUMER_OFFSETS)
            .cloned()
            .ok_or_else(|| ResponseError::CoordinatorNotAvailable.into())
    }

    pub(super) async fn delete(&self, topic: TopicRef, timeout: Duration) -> Result<DeletedTopic, Failure> {
        let found = match &topic {
            TopicRef::Name(name) => self.named(name)?,
            TopicRef::Id(id) => self.inner.metadata.image().topic_by_id(id).cloned().ok_or_else(|| {
                Failure::new(ResponseError::UnknownTopicId, format!("no topic has the id {id}"))
            })?,
        };
        self.inner.metadata.propose(Command::DeleteTopic { id: found.id }, timeout).await?;
        let deadline = Instant::now() + timeout;
        self.inner.metadata.wait_for(deadline, |image| image.topic_by_id(&found.id).is_none()).await;
        Ok(DeletedTopic { name: found.name.clone(), id: found.id })
    }

    pub(super) async fn grow(
        &self,
        more: MorePartitions,
        validate_only: bool,
        timeout: Duration,
    ) -> Result<(), Failure> {
        let command = Command::CreatePartitions {
            topic: self.named(&more.topic)?.id,
            total: more.count,
            replicas: more.assignments,
            unavailable: self.unavailable(),
        };
        self.change(command, validate_only, timeout).await.map(drop)
    }

    /// Carries out a command that changes a topic, and waits until this node knows the topic as it is then, and new
    /// partitions have a leader. It is changed either way.
    pub(super) async fn change(
        &self,
        command: Command,
        validate_only: bool,
        timeout: Duration,
    ) -> Result<Topic, Failure> {
        let image = self.inner.metadata.image();
        let changed = if validate_only {
            // The same rules, on a copy.
            (*image).clone().apply(command).map_err(|e| Failure::from(ProposalError::Refused(e)))?
        } else {
            self.inner.metadata.propose(command, timeout).await?
        };
        let (Outcome::TopicAltered(topic)
        | Outcome::PartitionsCreated(topic)
        | Outcome::TopicConfigAltered(topic)) = changed
        else {
            return Err(ResponseError::UnknownServerError.into());
        };
        if !validate_only {
            let count = topic.partitions.len();
            let known = |image: &MetadataImage| {
                let found = image.topic_by_id(&topic.id);
                found.is_none_or(|t| t.partitions.len() >= count && t.config == topic.config)
            };
            let deadline = Instant::now() + timeout.min(METADATA_TIMEOUT);
            self.inner.metadata.wait_for(deadline, known).await;
            if image.topic_by_id(&topic.id).is_none_or(|before| before.partitions.len() < count) {
                self.wait_until_served(&topic, timeout).await;
            }
        }
        Ok(topic)
    }

    fn named(&self, topic: &str) -> Result<Arc<Topic>, Failure> {
        let unknown = || {
            let message = format!("topic {topic} does not exist");
            Failure::new(ResponseError::UnknownTopicOrPartition, message)
        };
        self.inner.metadata.image().topic(topic).cloned().ok_or_else(unknown)
    }

    pub(super) fn describe(&self, resource: &ConfigResource) -> Result<Vec<ConfigEntry>, Failure> {
        match resource {
            ConfigResource::Topic(name) => Ok(self.topic_configs(&*self.named(name)?)),
            ConfigResource::Broker(None) => Ok(Vec::new()),
            ConfigResource::Broker(Some(id)) if *id == self.id() => Ok(self.broker_configs()),
            ConfigResource::Broker(Some(id)) => Err(Failure::new(
                ResponseError::InvalidRequest,
                format!("this is broker {}: ask broker {id} itself for its configuration", self.id()),
            )),
        }
    }

    /// Sets and resets settings of a topic.
    pub(super) async fn alter(&self, change: AlterConfig, validate_only: bool) -> Result<(), Failure> {
        let name = match change.resource {
            ConfigResource::Topic(name) => name,
            ConfigResource::Broker(_) => {
                let what =
                    "settings of brokers are in their configuration files: change them there and restart";
                return Err(Failure::new(ResponseError::InvalidConfig, what));
            }
        };
        let topic = self.named(&name)?;
        let changes = change.change.settings(&self.topic_configs(&topic))?;
        let command = Command::AlterTopicConfig { topic: topic.id, changes };
        self.change(command, validate_only, METADATA_TIMEOUT).await.map(drop)
    }

    fn topic_configs(&self, topic: &Topic) -> Vec<ConfigEntry> {
        metadata::describe(topic, self.topic_defaults()).into_iter().map(topic_config).collect()
    }

    fn broker_configs(&self) -> Vec<ConfigEntry> {
        let config = &self.inner.config;
        let entries = [
            ("broker.id", self.id().to_string(), ConfigKind::Int),
            ("node.id", self.id().to_string(), ConfigKind::Int),
            ("auto.create.topics.enable", config.auto_create_topics.to_string(), ConfigKind::Boolean),
            (
                "auto.leader.rebalance.enable",
                config.upkeep.auto_leader_rebalance.to_string(),
                ConfigKind::Boolean,
            ),
            ("default.replication.factor", config.replication_factor.to_string(), ConfigKind::Int),
            ("log.dirs", config.data_dir.display().to_string(), ConfigKind::String),
            ("log.retention.bytes", or_unlimited(config.upkeep.log_retention_bytes), ConfigKind::Long),
            (
                "log.retention.check.interval.ms",
                config.upkeep.retention_check_interval.as_millis().to_string(),
                ConfigKind::Long,
            ),
            ("log.retention.ms", or_unlimited(config.upkeep.log_retention_ms), ConfigKind::Long),
            ("message.max.bytes", config.message_max_bytes.to_string(), ConfigKind::Int),
            ("min.insync.replicas", config.min_insync_replicas.to_string(), ConfigKind::Int),
            ("num.partitions", config.num_partitions.to_string(), ConfigKind::Int),
            ("offsets.topic.num.partitions", config.offsets_topic_partitions.to_string(), ConfigKind::Int),
            (
                "replica.lag.time.max.ms",
                config.replica_lag_time_max.as_millis().to_string(),
                ConfigKind::Long,
            ),
        ];
        entries
            .into_iter()
            .map(|(name, value, kind)| plain(name, value, kind, ConfigSource::StaticBroker))
            .collect()
    }

    /// A producer id that no one else has or had.
    pub(super) async fn next_producer_id(&self) -> Result<ProducerIdentity, ResponseError> {
        let mut range = self.inner.producer_ids.lock().await;
        if range.is_empty() {
            let command = Command::AllocateProducerIds { count: PRODUCER_ID_RANGE };
            match self.inner.metadata.propose(command, METADATA_TIMEOUT).await {
                Ok(Outcome::ProducerIds { first, count }) => *range = first..first + i64::from(count),
                Ok(_) => return Err(ResponseError::UnknownServerError),
                Err(_) => return Err(ResponseError::CoordinatorNotAvailable),
            }
        }
        let id = range.next().ok_or(ResponseError::UnknownServerError)?;
        Ok(ProducerIdentity { id, epoch: 0 })
    }

    pub(super) fn all_topics(&self) -> Vec<Arc<TopicInfo>> {
        self.inner.metadata.image().topics().map(|t| self.topic_info(t)).collect()
    }
}

/// A limit as Kafka writes it.
fn or_unlimited(limit: Option<u64>) -> String {
    limit.map_or_else(|| "-1".to_owned(), |limit| limit.to_string())
}

fn plain(name: &str, value: String, kind: ConfigKind, source: ConfigSource) -> ConfigEntry {
    ConfigEntry {
        name: name.to_owned(),
        value: Some(value.clone()),
        read_only: true,
        sensitive: false,
        source,
        kind,
        documentation: None,
        synonyms: vec![(name.to_owned(), Some(value), source)],
    }
}

fn topic_config(entry: metadata::ConfigEntry) -> ConfigEntry {
    let source = match entry.source {
        metadata::ConfigSource::Topic => ConfigSource::Topic,
        metadata::ConfigSource::Broker => ConfigSource::StaticBroker,
        metadata::ConfigSource::Default => ConfigSource::Default,
    };
    let kind = match entry.kind {
        metadata::ConfigType::Boolean => ConfigKind::Boolean,
        metadata::ConfigType::String => ConfigKind::String,
        metadata::ConfigType::Int => ConfigKind::Int,
        metadata::ConfigType::Long => ConfigKind::Long,
        metadata::ConfigType::Double => ConfigKind::Double,
        metadata::ConfigType::List => ConfigKind::List,
    };
    let documentation = Some(entry.documentation.to_owned());
    ConfigEntry { documentation, read_only: false, ..plain(entry.name, entry.value, kind, source) }
}
