//! `[health]`: from where on the cluster is not called healthy.

use std::ops::RangeInclusive;

use super::error::{ConfigError, ConfigErrorKind as Kind};
use super::layer::{Origin, Setting};
use super::section::Section;
use super::shown::at;

const DISK_LOW_PERCENT: u8 = 15;
const DISK_FULL_PERCENT: u8 = 5;

const PERCENT: RangeInclusive<i64> = 0..=100;

/// From where on the cluster is not called healthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthLimits {
    /// Less of a disk free than this, in percent, and the cluster is degraded; 0: never for that.
    pub disk_low_percent: u8,
    /// Less of a disk free than this, in percent, and it is critical; not above the other.
    pub disk_full_percent: u8,
}

impl Default for HealthLimits {
    fn default() -> Self {
        Self { disk_low_percent: DISK_LOW_PERCENT, disk_full_percent: DISK_FULL_PERCENT }
    }
}

/// As far as the file sets them.
#[derive(Debug, Clone, Default)]
pub(super) struct HealthSettings {
    disk_low_percent: Setting<u8>,
    disk_full_percent: Setting<u8>,
}

impl HealthSettings {
    /// The `[health]` table.
    pub(super) fn from_section(mut section: Section<'_>) -> Result<Self, ConfigError> {
        let settings = Self {
            disk_low_percent: section.number("disk_low_percent", PERCENT)?,
            disk_full_percent: section.number("disk_full_percent", PERCENT)?,
        };
        section.finish()?;
        Ok(settings)
    }

    /// Who made each setting, by its name in the file.
    pub(super) fn origins(&self) -> [(&'static str, Option<&Origin>); 2] {
        [
            ("health.disk_low_percent", at(&self.disk_low_percent)),
            ("health.disk_full_percent", at(&self.disk_full_percent)),
        ]
    }

    /// Settles both. Where one alone is set, the other's default gives way to it.
    pub(super) fn resolve(self) -> Result<HealthLimits, ConfigError> {
        let default = HealthLimits::default();
        let (low, full) = match (self.disk_low_percent, self.disk_full_percent) {
            (Some(low), Some(full)) if full.value > low.value => {
                let problem = format!("a disk would be full at {} % and low at {} %", full.value, low.value);
                let remedy = "set health.disk_full_percent to at most health.disk_low_percent";
                return Err(ConfigError::new(Kind::Contradiction, &full.origin, problem, remedy));
            }
            (Some(low), Some(full)) => (low.value, full.value),
            (Some(low), None) => (low.value, default.disk_full_percent.min(low.value)),
            (None, Some(full)) => (default.disk_low_percent.max(full.value), full.value),
            (None, None) => (default.disk_low_percent, default.disk_full_percent),
        };
        Ok(HealthLimits { disk_low_percent: low, disk_full_percent: full })
    }
}
