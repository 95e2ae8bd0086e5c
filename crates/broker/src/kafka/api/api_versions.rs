//! `ApiVersions` (KIP-35, KIP-511): which APIs and versions are served.
//!
//! No feature tags are sent: there are no features yet, and a finalized epoch of -1 as a tag makes
//! librdkafka before 2.2 misread the rest.

use kafka_protocol::{
    error::ResponseError,
    messages::{ApiVersionsRequest, ApiVersionsResponse, api_versions_response::ApiVersion},
};

use super::super::{
    answer::Answer,
    request::Envelope,
    shape::data,
    versions::{SERVED, Served},
};

pub(super) fn answer(envelope: Envelope, request: &ApiVersionsRequest) -> Answer {
    let named = |name: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        let mut bytes = name.bytes();
        bytes.next().is_some_and(|first| first.is_ascii_alphanumeric())
            && name.bytes().last().is_some_and(|last| last.is_ascii_alphanumeric())
            && bytes.all(inner)
    };
    // KIP-511: a client says what it is from version 3 on.
    if envelope.version >= 3
        && !(named(&request.client_software_name) && named(&request.client_software_version))
    {
        let response = ApiVersionsResponse::default().with_error_code(ResponseError::InvalidRequest.code());
        return Answer::encode(envelope, &response);
    }
    Answer::encode(envelope, &ApiVersionsResponse::default().with_api_keys(served()))
}

/// A version above the table's: answered in version 0, which every client reads, with the whole table,
/// so that the client can ask again.
pub(super) fn too_new(correlation: i32) -> Answer {
    const API_VERSIONS: Served = Served {
        api: kafka_protocol::messages::ApiKey::ApiVersions,
        min: 0,
        max: 0,
        schema: &data::API_VERSIONS,
    };
    let envelope = Envelope { served: &API_VERSIONS, version: 0, correlation };
    let response = ApiVersionsResponse::default()
        .with_error_code(ResponseError::UnsupportedVersion.code())
        .with_api_keys(served());
    Answer::encode(envelope, &response)
}

fn served() -> Vec<ApiVersion> {
    let line = |served: &Served| {
        ApiVersion::default()
            .with_api_key(served.api as i16)
            .with_min_version(served.advertised_min())
            .with_max_version(served.max)
    };
    SERVED.iter().map(line).collect()
}
