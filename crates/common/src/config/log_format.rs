//! `log_format`: for whom a node writes its log.

use std::fmt;
use std::str::FromStr;

use super::error::ConfigError;
use super::layer::{Located, Setting};
use super::section::parse;

/// For whom a node writes its log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people: time, level, message, fields.
    #[default]
    Text,
    /// A JSON object a line, for programs: `timestamp`, `level`, `message`, and each field by its name.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(format!("\"{other}\" is no format of a log")),
        }
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

pub(super) fn log_format(text: Setting<String>) -> Result<Setting<LogFormat>, ConfigError> {
    text.map(|text: Located<String>| parse(text, "use \"text\" or \"json\"")).transpose()
}
