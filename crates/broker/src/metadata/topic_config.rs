//! The settings of a topic: which exist, what they mean, what they may be.
//!
//! Only settings that are true are accepted. A setting that would change
//! nothing is refused by name, because an operator who sets it and gets no
//! error relies on it. Excepted are hints: settings that tune how Kafka goes
//! about its files, or that act on compacted topics only. Nobody loses a
//! record, keeps one or sees one by them, and unmodified clients set them when
//! they create their topics (Kafka Streams sets `segment.bytes`). A hint is
//! checked, kept and described as what it is: without effect.

mod definitions;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use chronik_common::config::MAX_MESSAGE_BYTES_LIMIT;
use serde::{Deserialize, Serialize};

use self::definitions::{
    Accepts, CLEANUP_POLICY, DEFINITIONS, DELETE, Definition, HINTS, MAX_MESSAGE_BYTES, MIN_INSYNC_REPLICAS,
    RETENTION_BYTES, RETENTION_MS, WITHOUT_EFFECT,
};
use super::image::Topic;

/// What the node's configuration says for topics that say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicDefaults {
    /// `min.insync.replicas`.
    pub min_insync_replicas: i32,
    /// `max.message.bytes`, in bytes.
    pub max_message_bytes: i32,
    /// `retention.ms`; `None`: for ever.
    pub retention_ms: Option<u64>,
    /// `retention.bytes`; `None`: no limit.
    pub retention_bytes: Option<u64>,
}

/// The type of a setting, numbered as in `DescribeConfigs` (KIP-569).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigType {
    /// true or false.
    Boolean = 1,
    /// Text.
    String = 2,
    /// 32 bits.
    Int = 3,
    /// 64 bits.
    Long = 5,
    /// Floating point.
    Double = 6,
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

/// Checks the settings of a topic.
///
/// # Errors
/// The first setting, in order of name, that is unknown, without effect, or
/// cannot have its value.
pub fn validate_config(config: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    config.iter().try_for_each(|(name, value)| validate_one(name, value))
}

fn validate_one(name: &str, value: &str) -> Result<(), ConfigError> {
    let Some(definition) = DEFINITIONS.iter().chain(&HINTS).find(|d| d.name == name) else {
        return Err(unknown(name));
    };
    let refuse =
        |remedy: String| Err(ConfigError::BadValue { name: name.to_owned(), value: readable(value), remedy });
    match definition.accepts {
        Accepts::Number { min, max } => match value.parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(()),
            _ => refuse(format!("use a whole number from {min} to {max}")),
        },
        Accepts::Ratio => match value.parse::<f64>() {
            Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(()),
            _ => refuse("use a number from 0 to 1".into()),
        },
        Accepts::Boolean if matches!(value, "true" | "false") => Ok(()),
        Accepts::Boolean => refuse("use 'true' or 'false'".into()),
        Accepts::Only { value: only, .. } if value == only => Ok(()),
        Accepts::Only { otherwise, .. } => refuse(otherwise.to_owned()),
    }
}

fn unknown(name: &str) -> ConfigError {
    let prefixes = ["remote.", "errors."];
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

/// All settings of a topic with the values in force, and the hints that it was
/// given.
pub fn describe(topic: &Topic, defaults: TopicDefaults) -> Vec<ConfigEntry> {
    let hints = HINTS.iter().filter(|hint| topic.config.contains_key(hint.name));
    DEFINITIONS.iter().chain(hints).map(|definition| entry(definition, topic, defaults)).collect()
}

fn entry(definition: &Definition, topic: &Topic, defaults: TopicDefaults) -> ConfigEntry {
    let &Definition { name, kind, documentation, .. } = definition;
    let (value, source) = match topic.config.get(name) {
        Some(value) => (value.clone(), ConfigSource::Topic),
        None => default_of(definition, defaults),
    };
    ConfigEntry { name, value, source, kind, documentation }
}

fn default_of(definition: &Definition, defaults: TopicDefaults) -> (String, ConfigSource) {
    let unlimited_if_none =
        |limit: Option<u64>| limit.map_or_else(|| "-1".to_owned(), |limit| limit.to_string());
    let value = match (definition.name, definition.accepts) {
        (_, Accepts::Only { value, .. }) => return (value.to_owned(), ConfigSource::Default),
        (MIN_INSYNC_REPLICAS, _) => defaults.min_insync_replicas.to_string(),
        (RETENTION_MS, _) => unlimited_if_none(defaults.retention_ms),
        (RETENTION_BYTES, _) => unlimited_if_none(defaults.retention_bytes),
        _ => defaults.max_message_bytes.to_string(),
    };
    (value, ConfigSource::Broker)
}

/// The age in ms at which the topic's records are deleted; `None`: never.
/// Internal topics are the broker's own to tidy.
pub fn retention_ms(topic: &Topic, defaults: TopicDefaults) -> Option<u64> {
    limit(topic, RETENTION_MS, defaults.retention_ms)
}

/// The bytes of each partition beyond which its oldest records are deleted;
/// `None`: no limit. Internal topics have none.
pub fn retention_bytes(topic: &Topic, defaults: TopicDefaults) -> Option<u64> {
    limit(topic, RETENTION_BYTES, defaults.retention_bytes)
}

fn limit(topic: &Topic, name: &str, default: Option<u64>) -> Option<u64> {
    if !deletes_records(topic) {
        return None;
    }
    match topic.config.get(name) {
        // -1 is no limit, and so is what no version accepted.
        Some(value) => value.parse().ok(),
        None => default,
    }
}

/// Whether records of the topic may be deleted, by retention or on request.
pub fn deletes_records(topic: &Topic) -> bool {
    !topic.internal && topic.config.get(CLEANUP_POLICY).is_none_or(|policy| policy == DELETE)
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
