//! A mistake in the configuration, told so that it can be mended at once.

use std::fmt;

use super::layer::Origin;

/// What sort of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigErrorKind {
    /// The file cannot be read.
    Unreadable,
    /// The file is not TOML.
    Syntax,
    /// A key that does not exist.
    UnknownKey,
    /// A key that exists but has no effect in this version.
    NoEffect,
    /// A value of the wrong type, or outside its range.
    BadValue,
    /// A key that is needed is missing.
    Missing,
    /// Two settings that cannot both be.
    Contradiction,
}

/// One mistake in the configuration: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// What sort of mistake it is.
    pub kind: ConfigErrorKind,
    /// The file with line and key, the variable, or the flag.
    pub origin: Origin,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

impl ConfigError {
    pub(super) fn new(
        kind: ConfigErrorKind,
        origin: &Origin,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { kind, origin: origin.clone(), problem: problem.into(), remedy: remedy.into() }
    }

    /// The exit code of a program that ends because of it: always 2, as for
    /// any wrong usage.
    pub fn exit_code(&self) -> u8 {
        2
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.origin, self.problem, self.remedy)
    }
}
