//! Where an admin API is.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

/// Where an admin API is: `http://host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminUrl(Url);

impl AdminUrl {
    /// The address of a route, given without its leading slash.
    pub(super) fn route(&self, path: &str) -> Result<Url, String> {
        self.0.join(path).map_err(|error| error.to_string())
    }
}

impl FromStr for AdminUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&full).map_err(|error| format!("\"{text}\" is not a URL: {error}"))?;
        match url.scheme() {
            "http" if url.path() == "/" && url.query().is_none() && url.has_host() => Ok(Self(url)),
            "http" => Err(format!("\"{text}\" is more than an address; use http://host:port")),
            "https" => Err(format!("\"{text}\": the admin API has no TLS yet; use http://")),
            other => Err(format!("\"{text}\": {other} is not a scheme of the admin API; use http://")),
        }
    }
}

impl fmt::Display for AdminUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}
