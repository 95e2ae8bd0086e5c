//! The key of the admin API as a value that cannot be printed by accident.

use std::fmt;
use std::str::FromStr;

/// An admin API key: it fits into an HTTP header and is not trivially short.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// Why a text cannot be an [`ApiKey`]. Does not contain the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a usable API key: it is {0}")]
pub struct ApiKeyError(&'static str);

impl ApiKey {
    const SHORTEST: usize = 8;
    const LONGEST: usize = 1024;

    /// The key itself, to send or to compare with.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for ApiKey {
    type Err = ApiKeyError;

    /// Surrounding white space is cut off: keys come from files and shells.
    fn from_str(text: &str) -> Result<Self, ApiKeyError> {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ApiKeyError("not printable ASCII"));
        }
        match text.len() {
            n if n < Self::SHORTEST => Err(ApiKeyError("too short")),
            n if n > Self::LONGEST => Err(ApiKeyError("too long")),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}
