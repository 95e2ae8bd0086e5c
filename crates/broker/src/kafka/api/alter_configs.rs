//! `IncrementalAlterConfigs` (KIP-339), and `AlterConfigs`, which older clients replace whole
//! configurations with.
//!
//! Kafka's replication throttles do not exist here. Its reassignment tool removes them after every
//! reassignment, set or not: that succeeds without asking the node, and setting them is refused.

use std::collections::HashSet;

use futures::{FutureExt, future::BoxFuture};
use kafka_protocol::{
    error::ResponseError,
    messages::{
        AlterConfigsRequest, AlterConfigsResponse, IncrementalAlterConfigsRequest,
        IncrementalAlterConfigsResponse, alter_configs_request, alter_configs_response,
        incremental_alter_configs_request, incremental_alter_configs_response,
    },
    protocol::StrBytes,
};

use super::{
    super::{
        backend::{AlterConfig, Backend, ConfigChange, ConfigOp, Failure},
        request::Envelope,
        session::Session,
    },
    Pending,
    config_resource::config_resource,
    each_once, failed, later, next_result, repeated,
};

/// Settings of topics and brokers that would throttle replication.
const THROTTLES: [&str; 5] = [
    "leader.replication.throttled.rate",
    "follower.replication.throttled.rate",
    "replica.alter.log.dirs.io.max.bytes.per.second",
    "leader.replication.throttled.replicas",
    "follower.replication.throttled.replicas",
];

/// A resource by type and name as on the wire, and what shall become of its configuration.
struct Asked {
    kind: i8,
    name: StrBytes,
    change: Result<ConfigChange, Failure>,
}

/// What became of it.
struct Altered {
    kind: i8,
    name: StrBytes,
    result: Result<(), Failure>,
}

pub(super) fn incremental<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: IncrementalAlterConfigsRequest,
) -> Pending {
    let asked = request.resources.into_iter().map(|resource| Asked {
        kind: resource.resource_type,
        name: resource.resource_name,
        change: operations(resource.configs),
    });
    let altered = alter(session, asked.collect(), request.validate_only);
    later(
        envelope,
        altered.map(|altered| {
            let responses = altered.into_iter().map(|Altered { kind, name, result }| {
                let (code, message) = result.map_or_else(failed, |()| (0, None));
                incremental_alter_configs_response::AlterConfigsResourceResponse::default()
                    .with_resource_type(kind)
                    .with_resource_name(name)
                    .with_error_code(code)
                    .with_error_message(message)
            });
            IncrementalAlterConfigsResponse::default().with_responses(responses.collect())
        }),
    )
}

pub(super) fn replacing<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: AlterConfigsRequest,
) -> Pending {
    let asked = request.resources.into_iter().map(|resource| Asked {
        kind: resource.resource_type,
        name: resource.resource_name,
        change: entries(resource.configs),
    });
    let altered = alter(session, asked.collect(), request.validate_only);
    later(
        envelope,
        altered.map(|altered| {
            let responses = altered.into_iter().map(|Altered { kind, name, result }| {
                let (code, message) = result.map_or_else(failed, |()| (0, None));
                alter_configs_response::AlterConfigsResourceResponse::default()
                    .with_resource_type(kind)
                    .with_resource_name(name)
                    .with_error_code(code)
                    .with_error_message(message)
            });
            AlterConfigsResponse::default().with_responses(responses.collect())
        }),
    )
}

/// Has the node make those changes that are sound. A resource that is named twice is answered once.
fn alter<B: Backend>(
    session: &Session<B>,
    asked: Vec<Asked>,
    validate_only: bool,
) -> BoxFuture<'static, Vec<Altered>> {
    let twice = repeated(asked.iter().map(|asked| (asked.kind, asked.name.clone())));
    let mut changes = Vec::new();
    let mut checked = Vec::with_capacity(asked.len());
    for Asked { kind, name, change } in each_once(asked, |asked| (asked.kind, asked.name.clone())) {
        let change = if twice.contains(&(kind, name.clone())) {
            Err(invalid("each resource must appear at most once"))
        } else {
            to_make(kind, &name, change)
        };
        let asked_of_node = change.map(|change| change.map(|change| changes.push(change)));
        checked.push((kind, name, asked_of_node));
    }
    let altered = session.node.alter_configs(changes, validate_only);
    let respond = move |altered: Vec<Result<(), Failure>>| {
        let mut altered = altered.into_iter();
        let results = checked.into_iter().map(|(kind, name, asked_of_node)| {
            let result = asked_of_node.and_then(|asked| asked.map_or(Ok(()), |()| next_result(&mut altered)));
            Altered { kind, name, result }
        });
        results.collect()
    };
    altered.map(respond).boxed()
}

/// What the node shall do; none if there is nothing to do.
fn to_make(
    kind: i8,
    name: &str,
    change: Result<ConfigChange, Failure>,
) -> Result<Option<AlterConfig>, Failure> {
    let resource = config_resource(kind, name)?;
    let change = change?;
    let nothing = matches!(&change, ConfigChange::Incremental(operations) if operations.is_empty());
    Ok((!nothing).then_some(AlterConfig { resource, change }))
}

fn operations(
    configs: Vec<incremental_alter_configs_request::AlterableConfig>,
) -> Result<ConfigChange, Failure> {
    /// Codes of `AlterConfigOp.OpType`.
    const SET: i8 = 0;
    const DELETE: i8 = 1;
    const APPEND: i8 = 2;
    const SUBTRACT: i8 = 3;
    check_keys(configs.iter().map(|config| &config.name))?;
    let mut operations = Vec::with_capacity(configs.len());
    for config in configs {
        let name = config.name.to_string();
        let value = || value_of(&config.name, config.value.clone());
        let operation = match config.config_operation {
            SET => ConfigOp::Set(value()?),
            DELETE => ConfigOp::Delete,
            APPEND => ConfigOp::Append(value()?),
            SUBTRACT => ConfigOp::Subtract(value()?),
            other => {
                return Err(invalid(&format!("unknown operation {other} on '{name}': 0 to 3 are known")));
            }
        };
        match operation {
            // What is never set need not be removed.
            ConfigOp::Delete | ConfigOp::Subtract(_) if is_throttle(&name) => {}
            operation => operations.push((name, operation)),
        }
    }
    operations.iter().try_for_each(|(name, _)| check_throttle(name))?;
    Ok(ConfigChange::Incremental(operations))
}

fn entries(configs: Vec<alter_configs_request::AlterableConfig>) -> Result<ConfigChange, Failure> {
    check_keys(configs.iter().map(|config| &config.name))?;
    let entries = configs.into_iter().map(|config| {
        check_throttle(&config.name)?;
        Ok((config.name.to_string(), value_of(&config.name, config.value)?))
    });
    entries.collect::<Result<_, _>>().map(ConfigChange::Replace)
}

fn check_keys<'a>(names: impl Iterator<Item = &'a StrBytes>) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(invalid(&format!("name each key once, not '{name}' twice")));
        }
    }
    Ok(())
}

fn value_of(name: &str, value: Option<StrBytes>) -> Result<String, Failure> {
    let value = value.ok_or_else(|| invalid(&format!("'{name}' cannot be null: delete it instead")))?;
    Ok(value.to_string())
}

fn is_throttle(name: &str) -> bool {
    THROTTLES.contains(&name)
}

fn check_throttle(name: &str) -> Result<(), Failure> {
    if is_throttle(name) {
        let message = format!("there are no replication throttles here: leave out '{name}' (or --throttle)");
        return Err(Failure::new(ResponseError::InvalidConfig, message));
    }
    Ok(())
}

fn invalid(message: &str) -> Failure {
    Failure::new(ResponseError::InvalidRequest, message)
}
