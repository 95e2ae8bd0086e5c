//! `host:port`, the one written form of an address in Chronik.
//!
//! A [`HostPort`] is a name, not a socket address: it is resolved when it is
//! dialled or bound, so that a node keeps working when DNS moves it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

/// A host name or IP address with a TCP port. IPv6 is written `[::1]:9092`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostPort {
    /// A DNS name, an IPv4 address, or an IPv6 address without its brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

/// Why a text is not a [`HostPort`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not host:port: {reason}")]
pub struct HostPortError {
    text: String,
    reason: &'static str,
}

impl utoipa::PartialSchema for HostPort {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A host name or IP address with a TCP port. IPv6 is written `[::1]:9092`."))
            .examples(["node1:9092"])
            .into()
    }
}

impl utoipa::ToSchema for HostPort {}

impl HostPort {
    /// An address from its parts.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }

    /// The same host with another port.
    #[must_use]
    pub fn with_port(&self, port: u16) -> Self {
        Self { host: self.host.clone(), port }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl FromStr for HostPort {
    type Err = HostPortError;

    fn from_str(text: &str) -> Result<Self, HostPortError> {
        let fail = |reason| HostPortError { text: text.to_owned(), reason };
        let (host, port) = text.rsplit_once(':').ok_or_else(|| fail("the port is missing"))?;
        let port: u16 = port.parse().map_err(|_| fail("the port must be a number from 1 to 65535"))?;
        if port == 0 {
            return Err(fail("the port must be a number from 1 to 65535"));
        }
        let host = match host.strip_prefix('[') {
            Some(rest) => {
                let inner = rest.strip_suffix(']').ok_or_else(|| fail("the bracket is not closed"))?;
                inner.parse::<std::net::Ipv6Addr>().map_err(|_| fail("not an IPv6 address in brackets"))?;
                inner
            }
            None if host.contains(':') => {
                return Err(fail("an IPv6 address needs brackets, as in [::1]:9092"));
            }
            None => host,
        };
        if host.is_empty() {
            return Err(fail("the host is missing"));
        }
        if host.len() > 253
            || host.chars().any(|c| c.is_whitespace() || c.is_control() || "/@,\"".contains(c))
        {
            return Err(fail("the host is not a host name or an IP address"));
        }
        Ok(Self::new(host, port))
    }
}

impl TryFrom<String> for HostPort {
    type Error = HostPortError;

    fn try_from(text: String) -> Result<Self, HostPortError> {
        text.parse()
    }
}

impl From<HostPort> for String {
    fn from(address: HostPort) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ipv4_and_ipv6_survive_the_round_trip() {
        for text in ["localhost:9092", "host1.example.com:5001", "10.0.0.1:1", "[::1]:65535"] {
            assert_eq!(text.parse::<HostPort>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn whatever_is_not_host_and_port_is_refused_with_a_reason() {
        for (text, reason) in [
            ("localhost", "the port is missing"),
            (":9092", "the host is missing"),
            ("a:0", "the port must be a number from 1 to 65535"),
            ("a:65536", "the port must be a number from 1 to 65535"),
            ("::1:9092", "an IPv6 address needs brackets, as in [::1]:9092"),
            ("[::1:9092", "the bracket is not closed"),
            ("[a]:9092", "not an IPv6 address in brackets"),
            ("a b:9092", "the host is not a host name or an IP address"),
            ("http://a:9092", "an IPv6 address needs brackets, as in [::1]:9092"),
        ] {
            assert_eq!(text.parse::<HostPort>().unwrap_err().reason, reason, "{text}");
        }
    }

    #[test]
    fn json_carries_it_as_one_string() {
        let address = HostPort::new("::1", 9092);
        let json = serde_json::to_string(&address).unwrap();
        assert_eq!(json, "\"[::1]:9092\"");
        assert_eq!(serde_json::from_str::<HostPort>(&json).unwrap(), address);
    }
}
