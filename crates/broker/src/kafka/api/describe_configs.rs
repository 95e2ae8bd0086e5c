//! `DescribeConfigs` of topics and brokers.

use std::collections::HashSet;

use futures::FutureExt;
use kafka_protocol::{
    messages::{
        DescribeConfigsRequest, DescribeConfigsResponse,
        describe_configs_request::DescribeConfigsResource,
        describe_configs_response::{
            DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym,
        },
    },
    protocol::StrBytes,
};

use super::{
    super::{
        backend::{Backend, ConfigEntry, ConfigResource, Failure},
        request::Envelope,
        session::Session,
    },
    Pending,
    config_resource::config_resource,
    each_once, failed, later, next_result, text,
};

/// What of each entry is asked for.
#[derive(Clone, Copy)]
struct Detail {
    synonyms: bool,
    documentation: bool,
    /// Types are answered from version 3 on (KIP-569).
    types: bool,
}

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: DescribeConfigsRequest,
) -> Pending {
    let detail = Detail {
        synonyms: request.include_synonyms,
        documentation: request.include_documentation,
        types: envelope.version >= 3,
    };
    let name = |asked: &DescribeConfigsResource| (asked.resource_type, asked.resource_name.clone());
    let asked = each_once(request.resources, name);
    let known: Vec<Result<ConfigResource, Failure>> =
        asked.iter().map(|asked| config_resource(asked.resource_type, &asked.resource_name)).collect();
    let sound = known.iter().filter_map(|resource| resource.as_ref().ok().cloned()).collect();
    let described = session.node.describe_configs(sound);
    later(
        envelope,
        described.map(move |described| {
            let mut described = described.into_iter();
            let results = asked.into_iter().zip(known).map(|(asked, known)| {
                let entries = known.and_then(|_| next_result(&mut described));
                respond(detail, asked, entries)
            });
            DescribeConfigsResponse::default().with_results(results.collect())
        }),
    )
}

fn respond(
    detail: Detail,
    asked: DescribeConfigsResource,
    entries: Result<Vec<ConfigEntry>, Failure>,
) -> DescribeConfigsResult {
    let result = DescribeConfigsResult::default()
        .with_resource_type(asked.resource_type)
        .with_resource_name(asked.resource_name);
    match entries {
        Err(failure) => {
            let (code, message) = failed(failure);
            result.with_error_code(code).with_error_message(message)
        }
        Ok(entries) => {
            // No keys, or an empty list of them, ask for all.
            let keys: HashSet<StrBytes> = asked.configuration_keys.unwrap_or_default().into_iter().collect();
            let wanted = |entry: &ConfigEntry| keys.is_empty() || keys.contains(entry.name.as_bytes());
            let entries = entries.into_iter().filter(wanted).map(|entry| respond_entry(detail, entry));
            result.with_configs(entries.collect())
        }
    }
}

fn respond_entry(detail: Detail, entry: ConfigEntry) -> DescribeConfigsResourceResult {
    let shown = |value: Option<String>| value.filter(|_| !entry.sensitive).map(text);
    let synonyms = entry.synonyms.into_iter().filter(|_| detail.synonyms).map(|(name, value, source)| {
        DescribeConfigsSynonym::default()
            .with_name(text(name))
            .with_value(shown(value))
            .with_source(source as i8)
    });
    DescribeConfigsResourceResult::default()
        .with_synonyms(synonyms.collect())
        .with_name(text(entry.name))
        .with_value(shown(entry.value))
        .with_read_only(entry.read_only)
        .with_config_source(entry.source as i8)
        .with_is_sensitive(entry.sensitive)
        .with_config_type(if detail.types { entry.kind as i8 } else { 0 })
        .with_documentation(entry.documentation.filter(|_| detail.documentation).map(text))
}
