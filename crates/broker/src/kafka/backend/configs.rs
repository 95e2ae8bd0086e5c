//! What is asked and answered about configurations.

use std::collections::BTreeMap;

use kafka_protocol::error::ResponseError;

use super::Failure;

/// Whose configuration is asked about or altered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigResource {
    /// A topic.
    Topic(String),
    /// A broker; none: the defaults of all brokers.
    Broker(Option<i32>),
}

/// A change of one configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterConfig {
    /// Whose.
    pub resource: ConfigResource,
    /// What shall become of it.
    pub change: ConfigChange,
}

/// How a configuration is altered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigChange {
    /// Some keys, each named once; never empty. All other keys stay as they are.
    Incremental(Vec<(String, ConfigOp)>),
    /// Keys and values, each key named once. All other keys go back to their defaults.
    Replace(Vec<(String, String)>),
}

/// What is done to one key (KIP-339).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigOp {
    /// Gives it this value.
    Set(String),
    /// Gives it back its default.
    Delete,
    /// Adds to a list what of these comma-separated values is not in it.
    Append(String),
    /// Takes these comma-separated values from a list.
    Subtract(String),
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

impl ConfigChange {
    /// What the keys that are named shall be set to, or (none) be given back their defaults, where the
    /// configuration is `current` now, with its defaults. Values are not checked, and neither are keys that
    /// are not in `current`.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if something is added to or taken from what is no list.
    pub fn settings(self, current: &[ConfigEntry]) -> Result<BTreeMap<String, Option<String>>, Failure> {
        match self {
            Self::Incremental(operations) => {
                let settings = operations.into_iter().map(|(name, operation)| {
                    let value = operation.value(&name, current)?;
                    Ok((name, value))
                });
                settings.collect()
            }
            Self::Replace(entries) => {
                let set = current.iter().filter(|entry| entry.source == ConfigSource::Topic);
                let reset = set.map(|entry| (entry.name.clone(), None));
                let entries = entries.into_iter().map(|(name, value)| (name, Some(value)));
                Ok(reset.chain(entries).collect())
            }
        }
    }
}

impl ConfigOp {
    fn value(self, name: &str, current: &[ConfigEntry]) -> Result<Option<String>, Failure> {
        match self {
            Self::Set(value) => Ok(Some(value)),
            Self::Delete => Ok(None),
            Self::Append(added) => {
                let mut list = list(name, current)?;
                for item in items(&added) {
                    if !list.contains(&item) {
                        list.push(item);
                    }
                }
                Ok(Some(list.join(",")))
            }
            Self::Subtract(removed) => {
                let mut list = list(name, current)?;
                list.retain(|item| !items(&removed).any(|removed| removed == *item));
                Ok(Some(list.join(",")))
            }
        }
    }
}

fn list<'a>(name: &str, current: &'a [ConfigEntry]) -> Result<Vec<&'a str>, Failure> {
    let entry = current.iter().find(|entry| entry.name == name && entry.kind == ConfigKind::List);
    let entry = entry.ok_or_else(|| {
        let message = format!("'{name}' is no list that could be added to or taken from: set its value");
        Failure::new(ResponseError::InvalidConfig, message)
    })?;
    Ok(items(entry.value.as_deref().unwrap_or_default()).collect())
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, value: &str, kind: ConfigKind, source: ConfigSource) -> ConfigEntry {
        ConfigEntry {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            read_only: false,
            sensitive: false,
            source,
            kind,
            documentation: None,
            synonyms: vec![],
        }
    }

    fn current() -> Vec<ConfigEntry> {
        vec![
            entry("cleanup.policy", "delete, compact", ConfigKind::List, ConfigSource::Default),
            entry("retention.ms", "1000", ConfigKind::Long, ConfigSource::Topic),
            entry("retention.bytes", "-1", ConfigKind::Long, ConfigSource::Default),
        ]
    }

    fn settings(change: ConfigChange) -> Result<Vec<(String, Option<String>)>, ResponseError> {
        change.settings(&current()).map(|settings| settings.into_iter().collect()).map_err(|f| f.error)
    }

    fn after(name: &str, operation: ConfigOp) -> Result<Option<String>, ResponseError> {
        let settings = settings(ConfigChange::Incremental(vec![(name.to_owned(), operation)]))?;
        Ok(settings[0].1.clone())
    }

    fn text(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn lists_grow_and_shrink_by_what_is_named_and_begin_with_their_defaults() {
        let name = "cleanup.policy";
        assert_eq!(after(name, ConfigOp::Append(text("compact,x"))), Ok(Some(text("delete,compact,x"))));
        assert_eq!(after(name, ConfigOp::Subtract(text("delete, y"))), Ok(Some(text("compact"))));
        assert_eq!(after(name, ConfigOp::Subtract(text("compact,delete"))), Ok(Some(text(""))));
    }

    #[test]
    fn what_is_no_list_cannot_be_added_to() {
        for name in ["retention.ms", "unknown"] {
            assert_eq!(after(name, ConfigOp::Append(text("1"))), Err(ResponseError::InvalidConfig));
            assert_eq!(after(name, ConfigOp::Subtract(text("1"))), Err(ResponseError::InvalidConfig));
        }
    }

    #[test]
    fn keys_are_set_and_reset_one_by_one() {
        assert_eq!(after("retention.bytes", ConfigOp::Set(text("5"))), Ok(Some(text("5"))));
        assert_eq!(after("retention.ms", ConfigOp::Delete), Ok(None));
    }

    #[test]
    fn replacing_resets_what_is_set_and_not_named() {
        let replaced = |entries: &[(&str, &str)]| {
            settings(ConfigChange::Replace(entries.iter().map(|(k, v)| (text(k), text(v))).collect()))
        };
        let only_bytes = [(text("retention.bytes"), Some(text("5"))), (text("retention.ms"), None)];
        assert_eq!(replaced(&[("retention.bytes", "5")]), Ok(only_bytes.to_vec()));
        assert_eq!(replaced(&[("retention.ms", "7")]), Ok(vec![(text("retention.ms"), Some(text("7")))]));
        assert_eq!(replaced(&[]), Ok(vec![(text("retention.ms"), None)]));
    }
}
