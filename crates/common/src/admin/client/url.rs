//! Where an admin API is.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::HostPort;

/// Where an admin API is: `http://host:port`, or `https://host:port` if it speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminUrl(Url);

impl AdminUrl {
    /// The address of a node's admin API.
    ///
    /// # Errors
    /// A text, if the host is none that a URL can hold.
    pub fn of(address: &HostPort, tls: bool) -> Result<Self, String> {
        format!("{}://{address}", if tls { "https" } else { "http" }).parse()
    }

    /// Whether it speaks TLS.
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

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
        let bare = url.path() == "/" && url.query().is_none() && url.has_host();
        match url.scheme() {
            "http" | "https" if bare => Ok(Self(url)),
            scheme @ ("http" | "https") => {
                Err(format!("\"{text}\" is more than an address; use {scheme}://host:port"))
            }
            other => {
                Err(format!("\"{text}\": {other} is not a scheme of the admin API; use http:// or https://"))
            }
        }
    }
}

impl fmt::Display for AdminUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}
