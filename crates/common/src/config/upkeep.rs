//! Upkeep: what a node does beside serving clients. It deletes old records, moves replicas and spreads leadership.
//!
//! The keys stand at the top of the file or in `[cluster]`, but not in both, and have environment variables.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::error::{ConfigError, ConfigErrorKind as Kind};
use super::file::either;
use super::layer::{Located, Origin, Setting};
use super::outside::{Environment, boolean, whole_number};
use super::section::Section;
use super::shown::at;

const LOG_RETENTION_MS: u64 = 7 * 24 * 60 * 60 * 1000;
const RETENTION_CHECK_INTERVAL_MS: u64 = 5 * 60 * 1000;
/// On a small machine a move at 16 MiB/s quadruples the p99 of clients, at 100 MiB/s it is a hundredfold
/// (`cargo run --release --example bench -- moves --move-rate 16`).
const REPLICA_MOVE_RATE: u64 = 16 << 20;
const LEADER_REBALANCE_AFTER_MS: u64 = 30_000;
const LEADER_LOAD_CHECK_INTERVAL_MS: u64 = 60_000;

/// −1 stands for no limit.
const LIMITS: RangeInclusive<i64> = -1..=i64::MAX;
const CHECK_INTERVALS_MS: RangeInclusive<i64> = 100..=24 * 60 * 60 * 1000;
const RATES: RangeInclusive<i64> = 0..=i64::MAX;
const DELAYS_MS: RangeInclusive<i64> = 0..=24 * 60 * 60 * 1000;

/// What a node does beside serving clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upkeep {
    /// The age, in ms, at which the records of topics that do not say are deleted; `None`: never.
    pub log_retention_ms: Option<u64>,
    /// The bytes beyond which a partition's oldest records are deleted, in topics that do not say; `None`: no
    /// limit.
    pub log_retention_bytes: Option<u64>,
    /// How often a leader looks for records to delete.
    pub retention_check_interval: Duration,
    /// Bytes a second that this node may send to replicas that catch up; `None`: no limit.
    pub replica_move_rate: Option<u64>,
    /// Whether replicas and leaders are spread again after a node has joined.
    pub auto_rebalance: bool,
    /// Whether a preferred leader gets its partitions back.
    pub auto_leader_rebalance: bool,
    /// How long a preferred leader must have been alive and in sync for that.
    pub leader_rebalance_after: Duration,
    /// How often leaders are spread by load; `None`: only a rebalance does that.
    pub leader_load_check_interval: Option<Duration>,
}

/// As far as one source sets it.
#[derive(Debug, Clone, Default)]
pub(super) struct UpkeepSettings {
    log_retention_ms: Setting<i64>,
    log_retention_bytes: Setting<i64>,
    retention_check_interval_ms: Setting<u64>,
    replica_move_rate: Setting<u64>,
    auto_rebalance: Setting<bool>,
    auto_leader_rebalance: Setting<bool>,
    leader_rebalance_after_ms: Setting<u64>,
    leader_load_check_interval_ms: Setting<u64>,
}

impl UpkeepSettings {
    /// The top of a file, or its `[cluster]` table.
    pub(super) fn from_section(section: &mut Section<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            log_retention_ms: limit(section.number("log_retention_ms", LIMITS)?)?,
            log_retention_bytes: limit(section.number("log_retention_bytes", LIMITS)?)?,
            retention_check_interval_ms: section.number("retention_check_interval_ms", CHECK_INTERVALS_MS)?,
            replica_move_rate: section.number("replica_move_rate", RATES)?,
            auto_rebalance: section.boolean("auto_rebalance")?,
            auto_leader_rebalance: section.boolean("auto_leader_rebalance")?,
            leader_rebalance_after_ms: section.number("leader_rebalance_after_ms", DELAYS_MS)?,
            leader_load_check_interval_ms: section.number("leader_load_check_interval_ms", DELAYS_MS)?,
        })
    }

    pub(super) fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let set = |name| environment.setting(name);
        Ok(Self {
            log_retention_ms: limit(whole_number(set("CHRONIK_LOG_RETENTION_MS"), LIMITS)?)?,
            log_retention_bytes: limit(whole_number(set("CHRONIK_LOG_RETENTION_BYTES"), LIMITS)?)?,
            retention_check_interval_ms: whole_number(
                set("CHRONIK_RETENTION_CHECK_INTERVAL_MS"),
                CHECK_INTERVALS_MS,
            )?,
            replica_move_rate: whole_number(set("CHRONIK_REPLICA_MOVE_RATE"), RATES)?,
            auto_rebalance: boolean(set("CHRONIK_AUTO_REBALANCE"))?,
            auto_leader_rebalance: boolean(set("CHRONIK_AUTO_LEADER_REBALANCE"))?,
            leader_rebalance_after_ms: whole_number(set("CHRONIK_LEADER_REBALANCE_AFTER_MS"), DELAYS_MS)?,
            leader_load_check_interval_ms: whole_number(
                set("CHRONIK_LEADER_LOAD_CHECK_INTERVAL_MS"),
                DELAYS_MS,
            )?,
        })
    }

    /// These, with `inner`, the `[cluster]` table's, beside them.
    pub(super) fn with_cluster_table(self, inner: Self) -> Result<Self, ConfigError> {
        Ok(Self {
            log_retention_ms: either("log_retention_ms", self.log_retention_ms, inner.log_retention_ms)?,
            log_retention_bytes: either(
                "log_retention_bytes",
                self.log_retention_bytes,
                inner.log_retention_bytes,
            )?,
            retention_check_interval_ms: either(
                "retention_check_interval_ms",
                self.retention_check_interval_ms,
                inner.retention_check_interval_ms,
            )?,
            replica_move_rate: either("replica_move_rate", self.replica_move_rate, inner.replica_move_rate)?,
            auto_rebalance: either("auto_rebalance", self.auto_rebalance, inner.auto_rebalance)?,
            auto_leader_rebalance: either(
                "auto_leader_rebalance",
                self.auto_leader_rebalance,
                inner.auto_leader_rebalance,
            )?,
            leader_rebalance_after_ms: either(
                "leader_rebalance_after_ms",
                self.leader_rebalance_after_ms,
                inner.leader_rebalance_after_ms,
            )?,
            leader_load_check_interval_ms: either(
                "leader_load_check_interval_ms",
                self.leader_load_check_interval_ms,
                inner.leader_load_check_interval_ms,
            )?,
        })
    }

    /// These, with `lower` showing through where they say nothing.
    pub(super) fn over(self, lower: Self) -> Self {
        Self {
            log_retention_ms: self.log_retention_ms.or(lower.log_retention_ms),
            log_retention_bytes: self.log_retention_bytes.or(lower.log_retention_bytes),
            retention_check_interval_ms: self
                .retention_check_interval_ms
                .or(lower.retention_check_interval_ms),
            replica_move_rate: self.replica_move_rate.or(lower.replica_move_rate),
            auto_rebalance: self.auto_rebalance.or(lower.auto_rebalance),
            auto_leader_rebalance: self.auto_leader_rebalance.or(lower.auto_leader_rebalance),
            leader_rebalance_after_ms: self.leader_rebalance_after_ms.or(lower.leader_rebalance_after_ms),
            leader_load_check_interval_ms: self
                .leader_load_check_interval_ms
                .or(lower.leader_load_check_interval_ms),
        }
    }

    /// Who made each setting, by its name in the file.
    pub(super) fn origins(&self) -> [(&'static str, Option<&Origin>); 8] {
        [
            ("log_retention_ms", at(&self.log_retention_ms)),
            ("log_retention_bytes", at(&self.log_retention_bytes)),
            ("retention_check_interval_ms", at(&self.retention_check_interval_ms)),
            ("replica_move_rate", at(&self.replica_move_rate)),
            ("auto_rebalance", at(&self.auto_rebalance)),
            ("auto_leader_rebalance", at(&self.auto_leader_rebalance)),
            ("leader_rebalance_after_ms", at(&self.leader_rebalance_after_ms)),
            ("leader_load_check_interval_ms", at(&self.leader_load_check_interval_ms)),
        ]
    }

    /// Settles every value.
    pub(super) fn resolve(self) -> Upkeep {
        let ms = |setting: Setting<u64>, default| Duration::from_millis(value(setting, default));
        let unlimited_if_negative = |setting: Setting<i64>| setting.map(|set| u64::try_from(set.value).ok());
        Upkeep {
            log_retention_ms: unlimited_if_negative(self.log_retention_ms).unwrap_or(Some(LOG_RETENTION_MS)),
            log_retention_bytes: unlimited_if_negative(self.log_retention_bytes).flatten(),
            retention_check_interval: ms(self.retention_check_interval_ms, RETENTION_CHECK_INTERVAL_MS),
            replica_move_rate: Some(value(self.replica_move_rate, REPLICA_MOVE_RATE))
                .filter(|rate| *rate > 0),
            auto_rebalance: value(self.auto_rebalance, true),
            auto_leader_rebalance: value(self.auto_leader_rebalance, true),
            leader_rebalance_after: ms(self.leader_rebalance_after_ms, LEADER_REBALANCE_AFTER_MS),
            leader_load_check_interval: Some(ms(
                self.leader_load_check_interval_ms,
                LEADER_LOAD_CHECK_INTERVAL_MS,
            ))
            .filter(|interval| !interval.is_zero()),
        }
    }
}

fn value<T>(setting: Setting<T>, default: T) -> T {
    setting.map_or(default, |set| set.value)
}

/// As Kafka, refuses the limit 0: every topic that does not say otherwise would be emptied.
fn limit(setting: Setting<i64>) -> Result<Setting<i64>, ConfigError> {
    match setting {
        Some(Located { value: 0, origin }) => Err(ConfigError::new(
            Kind::BadValue,
            &origin,
            "0 would delete every record at once",
            "use -1 to delete nothing, or a number from 1 on",
        )),
        other => Ok(other),
    }
}
