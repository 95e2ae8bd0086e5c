//! The settings of a topic: which exist, what they mean, what they may be.
//!
//! Only settings that are true are accepted. A setting that would change
//! nothing is refused by name, because an operator who sets `retention.ms`
//! and gets no error relies on it.

use std::collections::BTreeMap;

pub use chronik_common::config::MAX_MESSAGE_BYTES_LIMIT;
use serde::{Deserialize, Serialize};

use super::image::Topic;

const MIN_INSYNC_REPLICAS: &str = "min.insync.replicas";
const MAX_MESSAGE_BYTES: &str = "max.message.bytes";

/// What the node's configuration says for topics that say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicDefaults {
    /// `min.insync.replicas`.
    pub min_insync_replicas: i32,
    /// `max.message.bytes`, in bytes.
    pub max_message_bytes: i32,
}

/// The type of a setting, numbered as in `DescribeConfigs` (KIP-569).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigType {
    /// Text.
    String = 2,
    /// 32 bits.
    Int = 3,
    /// 64 bits.
    Long = 5,
    /// Comma-separated texts.
    List = 7,
}

/// Where a value comes from, numbered as in `DescribeConfigs` (KIP-226).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigSource {
    /// Set on the topic.
    Topic = 1,
    /// The node's configuration.
    Broker = 4,
    /// Built in.
    Default = 5,
}

/// One setting of a topic as `DescribeConfigs` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Kafka's name of the setting.
    pub name: &'static str,
    /// The value in force.
    pub value: String,
    /// Where it comes from.
    pub source: ConfigSource,
    /// Its type.
    pub kind: ConfigType,
    /// What it does.
    pub documentation: &'static str,
}

impl ConfigEntry {
    /// Whether nobody set it on the topic.
    pub fn is_default(&self) -> bool {
        self.source != ConfigSource::Topic
    }
}

/// A setting that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "config_error", rename_all = "snake_case")]
pub enum ConfigError {
    /// No such setting.
    #[error("unknown topic setting '{name}'; the settings are {known}")]
    Unknown {
        /// Its name.
        name: String,
        /// Those that exist.
        known: String,
    },
    /// A setting of Kafka's that Chronik does not act on.
    #[error("topic setting '{name}' has no effect in this version and is therefore refused; leave it out")]
    NoEffect {
        /// Its name.
        name: String,
    },
    /// The value is not one that the setting can have.
    #[error("topic setting '{name}' cannot be '{value}': {remedy}")]
    BadValue {
        /// Its name.
        name: String,
        /// The refused value.
        value: String,
        /// What it can be.
        remedy: String,
    },
}

/// What values a setting takes.
enum Accepts {
    /// A whole number in a range.
    Number { min: i64, max: i64 },
    /// One value, because it describes what the broker does anyway.
    Only { value: &'static str, otherwise: &'static str },
}

struct Definition {
    name: &'static str,
    kind: ConfigType,
    accepts: Accepts,
    documentation: &'static str,
}

/// Every setting, in the order in which they are described.
const DEFINITIONS: [Definition; 7] = [
    Definition {
        name: "cleanup.policy",
        kind: ConfigType::List,
        accepts: Accepts::Only { value: "delete", otherwise: "compaction is not there yet; use 'delete'" },
        documentation: "How old records go: whole, from the oldest on.",
    },
    Definition {
        name: "compression.type",
        kind: ConfigType::String,
        accepts: Accepts::Only {
            value: "producer",
            otherwise: "batches are stored as the producer compressed them; use 'producer' and set the \
                        compression on the producer",
        },
        documentation: "Batches are stored as the producer compressed them.",
    },
    Definition {
        name: MAX_MESSAGE_BYTES,
        kind: ConfigType::Int,
        accepts: Accepts::Number { min: 0, max: MAX_MESSAGE_BYTES_LIMIT as i64 },
        documentation: "The largest record batch that is accepted, in bytes, after compression.",
    },
    Definition {
        name: "message.timestamp.type",
        kind: ConfigType::String,
        accepts: Accepts::Only {
            value: "CreateTime",
            otherwise: "timestamps are the producer's; use 'CreateTime'",
        },
        documentation: "Whose clock stamps the records: the producer's.",
    },
    Definition {
        name: MIN_INSYNC_REPLICAS,
        kind: ConfigType::Int,
        accepts: Accepts::Number { min: 1, max: i32::MAX as i64 },
        documentation: "How many replicas must be in sync for a produce with acks=all to be accepted. \
                        More than the replication factor counts as the replication factor.",
    },
    Definition {
        name: "retention.bytes",
        kind: ConfigType::Long,
        accepts: Accepts::Only {
            value: "-1",
            otherwise: "retention is not there yet and nothing is deleted; use '-1' or leave it out",
        },
        documentation: "How much of a partition is kept: all (-1).",
    },
    Definition {
        name: "retention.ms",
        kind: ConfigType::Long,
        accepts: Accepts::Only {
            value: "-1",
            otherwise: "retention is not there yet and nothing is deleted; use '-1' or leave it out",
        },
        documentation: "How long records are kept: for ever (-1).",
    },
];

/// Kafka's other topic settings, to tell a setting without effect from a typo.
const WITHOUT_EFFECT: [&str; 25] = [
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.zstd.level",
    "delete.retention.ms",
    "file.delete.delay.ms",
    "flush.messages",
    "flush.ms",
    "follower.replication.throttled.replicas",
    "index.interval.bytes",
    "leader.replication.throttled.replicas",
    "local.retention.bytes",
    "local.retention.ms",
    "max.compaction.lag.ms",
    "message.downconversion.enable",
    "message.format.version",
    "message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms",
    "message.timestamp.difference.max.ms",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "preallocate",
    "remote.storage.enable",
    "segment.bytes",
    "segment.ms",
    "unclean.leader.election.enable",
];

/// Checks the settings of a topic.
///
/// # Errors
/// The first setting, in order of name, that is unknown, without effect, or
/// cannot have its value.
pub fn validate_config(config: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    config.iter().try_for_each(|(name, value)| validate_one(name, value))
}

fn validate_one(name: &str, value: &str) -> Result<(), ConfigError> {
    let Some(definition) = DEFINITIONS.iter().find(|d| d.name == name) else {
        return Err(unknown(name));
    };
    let refuse =
        |remedy: String| Err(ConfigError::BadValue { name: name.to_owned(), value: readable(value), remedy });
    match definition.accepts {
        Accepts::Number { min, max } => match value.parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(()),
            _ => refuse(format!("use a whole number from {min} to {max}")),
        },
        Accepts::Only { value: only, .. } if value == only => Ok(()),
        Accepts::Only { otherwise, .. } => refuse(otherwise.to_owned()),
    }
}

fn unknown(name: &str) -> ConfigError {
    let prefixes = ["segment.", "remote.", "errors."];
    if WITHOUT_EFFECT.contains(&name) || prefixes.iter().any(|p| name.starts_with(p)) {
        return ConfigError::NoEffect { name: readable(name) };
    }
    let known: Vec<_> = DEFINITIONS.iter().map(|d| d.name).collect();
    ConfigError::Unknown { name: readable(name), known: known.join(", ") }
}

/// What a client sent, cut so that an error message stays a message.
pub(super) fn readable(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

/// All settings of a topic with the values in force.
pub fn describe(topic: &Topic, defaults: TopicDefaults) -> Vec<ConfigEntry> {
    DEFINITIONS.iter().map(|definition| entry(definition, topic, defaults)).collect()
}

fn entry(definition: &Definition, topic: &Topic, defaults: TopicDefaults) -> ConfigEntry {
    let (value, source) = match (topic.config.get(definition.name), &definition.accepts) {
        (Some(value), _) => (value.clone(), ConfigSource::Topic),
        (None, Accepts::Only { value, .. }) => ((*value).to_owned(), ConfigSource::Default),
        (None, Accepts::Number { .. }) if definition.name == MIN_INSYNC_REPLICAS => {
            (defaults.min_insync_replicas.to_string(), ConfigSource::Broker)
        }
        (None, Accepts::Number { .. }) => (defaults.max_message_bytes.to_string(), ConfigSource::Broker),
    };
    ConfigEntry {
        name: definition.name,
        value,
        source,
        kind: definition.kind,
        documentation: definition.documentation,
    }
}

/// `min.insync.replicas` in force for the topic: never more than it has
/// replicas, as in Kafka, so that a topic with one replica accepts writes.
pub fn min_insync_replicas(topic: &Topic, defaults: TopicDefaults) -> i32 {
    let wanted = number(topic, MIN_INSYNC_REPLICAS).unwrap_or(defaults.min_insync_replicas);
    wanted.clamp(1, i32::from(topic.replication_factor()).max(1))
}

/// `max.message.bytes` in force for the topic, in bytes.
pub fn max_message_bytes(topic: &Topic, defaults: TopicDefaults) -> i32 {
    number(topic, MAX_MESSAGE_BYTES).unwrap_or(defaults.max_message_bytes)
}

fn number(topic: &Topic, name: &str) -> Option<i32> {
    topic.config.get(name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str, value: &str) -> String {
        validate_config(&BTreeMap::from([(name.into(), value.into())])).unwrap_err().to_string()
    }

    #[test]
    fn what_is_true_is_accepted() {
        for (name, value) in [
            ("min.insync.replicas", "2"),
            ("max.message.bytes", "1048588"),
            ("cleanup.policy", "delete"),
            ("compression.type", "producer"),
            ("message.timestamp.type", "CreateTime"),
            ("retention.ms", "-1"),
            ("retention.bytes", "-1"),
        ] {
            assert_eq!(validate_one(name, value), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_would_have_no_effect_is_refused_by_name() {
        assert_eq!(
            refusal("segment.bytes", "1"),
            "topic setting 'segment.bytes' has no effect in this version and is therefore refused; leave it out"
        );
        assert_eq!(
            refusal("retention.ms", "604800000"),
            "topic setting 'retention.ms' cannot be '604800000': retention is not there yet and nothing is \
             deleted; use '-1' or leave it out"
        );
        assert_eq!(
            refusal("cleanup.policy", "compact"),
            "topic setting 'cleanup.policy' cannot be 'compact': compaction is not there yet; use 'delete'"
        );
    }

    #[test]
    fn a_typo_is_told_the_names() {
        assert!(
            refusal("min.isr", "2")
                .starts_with("unknown topic setting 'min.isr'; the settings are cleanup.policy,")
        );
    }

    #[test]
    fn numbers_have_ranges() {
        for (name, value) in [
            ("min.insync.replicas", "0"),
            ("min.insync.replicas", "two"),
            ("max.message.bytes", "-1"),
            ("max.message.bytes", "67108865"),
            ("max.message.bytes", "99999999999999999999"),
        ] {
            assert!(refusal(name, value).contains("use a whole number from"), "{name}={value}");
        }
    }

    #[test]
    fn a_long_value_is_cut_in_the_message() {
        assert!(refusal("retention.ms", &"é".repeat(10_000)).len() < 400);
    }
}
