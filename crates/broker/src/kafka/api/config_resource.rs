//! How requests name what a configuration belongs to.

use kafka_protocol::error::ResponseError;

use super::super::backend::{ConfigResource, Failure};

/// A resource as it stands on the wire, by type (a code of `ConfigResource.Type`) and name.
///
/// # Errors
/// For anything but topics and brokers.
pub(super) fn config_resource(kind: i8, name: &str) -> Result<ConfigResource, Failure> {
    const TOPIC: i8 = 2;
    const BROKER: i8 = 4;
    match kind {
        TOPIC => Ok(ConfigResource::Topic(name.to_owned())),
        BROKER if name.is_empty() => Ok(ConfigResource::Broker(None)),
        BROKER => name.parse().map(|id| ConfigResource::Broker(Some(id))).map_err(|_| {
            Failure::new(ResponseError::InvalidRequest, format!("broker id must be a number, not '{name}'"))
        }),
        other => Err(Failure::new(
            ResponseError::InvalidRequest,
            format!(
                "configurations of resource type {other} are not known here: name topics (2) or brokers (4)"
            ),
        )),
    }
}
