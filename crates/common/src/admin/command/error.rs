//! Why a command could not do what it was asked.

use crate::admin::client::AdminError;
use crate::config::ConfigError;

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The configuration has a mistake.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An argument or variable cannot be used.
    #[error("{0}")]
    Usage(String),
    /// There is no key to ask with.
    #[error("there is no admin API key; {0}")]
    NoKey(String),
    /// The person was asked to confirm, and did not.
    #[error("{0}; nothing was changed")]
    NotConfirmed(String),
    /// No node gave the answer.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Something that should not fail failed.
    #[error("{0}")]
    Internal(String),
}

impl CommandError {
    /// The exit code that tells scripts which kind of failure it is.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(error) => error.exit_code(),
            Self::Usage(_) => 2,
            Self::NoKey(_) => 4,
            Self::Admin(error) => error.exit_code(),
            Self::NotConfirmed(_) | Self::Internal(_) => 1,
        }
    }
}
