//! From a frame to a request: the header, and a body that the guard has seen.

use bytes::{Buf, Bytes};
use kafka_protocol::{
    messages::ApiKey,
    protocol::{Decodable, StrBytes},
};

use super::{
    shape::{Malformed, Reader},
    versions::{Served, served},
};

/// What an answer needs to know of its request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Envelope {
    pub(crate) served: &'static Served,
    pub(crate) version: i16,
    pub(crate) correlation: i32,
}

impl Envelope {
    pub(crate) fn api(&self) -> ApiKey {
        self.served.api
    }
}

/// A request whose body has passed the guard.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) envelope: Envelope,
    pub(crate) client_id: Option<StrBytes>,
    /// Array elements that decoding allocates.
    pub(crate) elements: u32,
    body: Bytes,
}

/// What a frame holds.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A request that is served.
    Request(Request),
    /// `ApiVersions` in a version that is not: answered with the versions that are.
    ApiVersionsTooNew {
        /// Answered with it.
        correlation: i32,
    },
}

impl Incoming {
    /// What is asked for.
    pub(crate) fn api(&self) -> ApiKey {
        match self {
            Self::Request(request) => request.envelope.api(),
            Self::ApiVersionsTooNew { .. } => ApiKey::ApiVersions,
        }
    }

    /// Reads the header (version 1, or 2 where the body is flexible) and checks the body.
    ///
    /// # Errors
    /// For anything but a well-formed request of an API and version that are served.
    pub(crate) fn parse(frame: Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&frame);
        let api_key = reader.i16("request_api_key")?;
        let version = reader.i16("request_api_version")?;
        let correlation = reader.i32("correlation_id")?;
        let served = served(api_key).ok_or(Malformed::NotServed { api_key, version })?;
        if !served.has(version) {
            return match served.api {
                ApiKey::ApiVersions => Ok(Self::ApiVersionsTooNew { correlation }),
                _ => Err(Malformed::NotServed { api_key, version }),
            };
        }
        let client_id_length = reader.i16_length("client_id")?;
        let client_id_at = frame.len() - reader.left();
        if let Some(length) = client_id_length {
            reader.skip("client_id", length)?;
        }
        let client_id_end = frame.len() - reader.left();
        let unknown_tags =
            if served.schema.is_flexible(version) { reader.skip_tagged_fields("header tags")? } else { 0 };
        let mut body = frame.clone();
        body.advance(frame.len() - reader.left());
        let elements = served.schema.check(version, &body)?.saturating_add(unknown_tags);
        let client_id = client_id_length
            .map(|_| StrBytes::from_utf8(frame.slice(client_id_at..client_id_end)))
            .transpose()
            .map_err(|error| Malformed::Body(format!("client_id: {error}")))?;
        Ok(Self::Request(Request {
            envelope: Envelope { served, version, correlation },
            client_id,
            elements,
            body,
        }))
    }
}

impl Request {
    /// Decodes the body. Strings and record batches stay slices of the frame.
    ///
    /// # Errors
    /// When the content is not what the message allows (the lengths are known to be right).
    pub(crate) fn decode<M: Decodable>(&self) -> Result<M, Malformed> {
        let mut body = self.body.clone();
        M::decode(&mut body, self.envelope.version).map_err(|error| Malformed::Body(error.to_string()))
    }
}
