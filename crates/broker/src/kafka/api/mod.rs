//! One file per API: decoded request in, [`Backend`] asked, response out.
//!
//! A handler does what must happen in the order of the requests before it returns (decoding, and calling
//! the backend), and leaves the rest to the future that it returns.

mod alter_configs;
mod alter_partition_reassignments;
mod api_versions;
mod config_resource;
mod create_partitions;
mod create_topics;
mod delete_records;
mod delete_topics;
mod describe_cluster;
mod describe_configs;
mod describe_topic_partitions;
mod elect_leaders;
mod fetch;
mod find_coordinator;
mod groups;
mod init_producer_id;
mod list_offsets;
mod list_partition_reassignments;
mod log_dirs;
mod metadata;
mod offset_for_leader_epoch;
mod operations;
mod produce;

use std::{collections::HashSet, hash::Hash, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use kafka_protocol::{
    error::ResponseError,
    messages::ApiKey,
    protocol::{Encodable, StrBytes},
};

use super::{
    answer::Answer,
    backend::{Backend, Failure},
    request::{Envelope, Incoming, Request},
    session::Session,
    shape::Malformed,
};

/// An answer to come.
pub(crate) type Pending = BoxFuture<'static, Answer>;

/// Starts a request: everything that its place in line decides has happened when this returns.
///
/// # Errors
/// When the body is not what the message allows; the connection cannot be trusted any further.
pub(crate) fn start<B: Backend>(session: &mut Session<B>, incoming: Incoming) -> Result<Pending, Malformed> {
    let request = match incoming {
        Incoming::Request(request) => request,
        Incoming::ApiVersionsTooNew { correlation } => return Ok(now(api_versions::too_new(correlation))),
    };
    let envelope = request.envelope;
    Ok(match envelope.api() {
        ApiKey::Produce => produce::start(session, envelope, request.decode()?),
        ApiKey::Fetch => fetch::start(session, envelope, request.decode()?),
        ApiKey::ListOffsets => list_offsets::start(session, envelope, request.decode()?),
        ApiKey::OffsetForLeaderEpoch => offset_for_leader_epoch::start(session, envelope, request.decode()?),
        ApiKey::Metadata => metadata::start(session, envelope, request.decode()?),
        ApiKey::ApiVersions => now(api_versions::answer(envelope, &request.decode()?)),
        ApiKey::InitProducerId => init_producer_id::start(session, envelope, &request.decode()?),
        ApiKey::CreateTopics => create_topics::start(session, envelope, request.decode()?),
        ApiKey::DeleteTopics => delete_topics::start(session, envelope, request.decode()?),
        ApiKey::CreatePartitions => create_partitions::start(session, envelope, request.decode()?),
        ApiKey::DeleteRecords => delete_records::start(session, envelope, request.decode()?),
        ApiKey::AlterPartitionReassignments => {
            alter_partition_reassignments::start(session, envelope, request.decode()?)
        }
        ApiKey::ElectLeaders => elect_leaders::start(session, envelope, request.decode()?),
        ApiKey::IncrementalAlterConfigs => alter_configs::incremental(session, envelope, request.decode()?),
        ApiKey::AlterConfigs => alter_configs::replacing(session, envelope, request.decode()?),
        ApiKey::DescribeLogDirs => log_dirs::describe(session, envelope, request.decode()?),
        ApiKey::AlterReplicaLogDirs => log_dirs::alter(session, envelope, request.decode()?),
        ApiKey::DescribeConfigs => describe_configs::start(session, envelope, request.decode()?),
        ApiKey::DescribeCluster => now(describe_cluster::answer(session, envelope, &request.decode()?)),
        ApiKey::DescribeTopicPartitions => {
            now(describe_topic_partitions::answer(session, envelope, request.decode()?))
        }
        ApiKey::ListPartitionReassignments => {
            now(list_partition_reassignments::answer(session, envelope, &request.decode()?))
        }
        ApiKey::FindCoordinator => find_coordinator::start(session, envelope, request.decode()?),
        _ => return groups::start(session, &request),
    })
}

/// An answer that needs nothing more.
fn now(answer: Answer) -> Pending {
    futures::future::ready(answer).boxed()
}

/// The answer that a response to come will be.
fn later<R: Encodable + Send>(
    envelope: Envelope,
    response: impl Future<Output = R> + Send + 'static,
) -> Pending {
    response.map(move |response| Answer::encode(envelope, &response)).boxed()
}

fn not_served(request: &Request) -> Malformed {
    let envelope = request.envelope;
    Malformed::NotServed { api_key: envelope.api() as i16, version: envelope.version }
}

/// Each item once: what is asked for a thousand times in one request is answered once, so that no answer
/// is out of proportion to its request.
fn each_once<T, K: Eq + Hash>(items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashSet::with_capacity(items.len());
    items.into_iter().filter(|item| seen.insert(key(item))).collect()
}

/// What stands there more than once.
fn repeated<K: Eq + Hash + Clone>(keys: impl Iterator<Item = K>) -> HashSet<K> {
    let mut seen = HashSet::new();
    keys.filter(|key| !seen.insert(key.clone())).collect()
}

/// The next of the results that a backend gives in the order of a request. One that gives too few has a bug.
fn next_result<T>(results: &mut impl Iterator<Item = Result<T, Failure>>) -> Result<T, Failure> {
    results.next().unwrap_or_else(|| Err(ResponseError::UnknownServerError.into()))
}

/// In few words: a request may name hundreds of thousands of them.
fn unknown_partition() -> Failure {
    Failure::new(ResponseError::UnknownTopicOrPartition, "there is no such partition")
}

/// The code of an error, 0 for none.
fn code(error: Option<ResponseError>) -> i16 {
    error.map_or(0, |error| error.code())
}

fn text(text: impl Into<String>) -> StrBytes {
    StrBytes::from_string(text.into())
}

/// Code and words of a failure. Words that quote a long name are cut: a string of the inflexible versions
/// has 32,767 bytes at most.
fn failed(failure: Failure) -> (i16, Option<StrBytes>) {
    const LONGEST: usize = 1_000;
    let message = failure.message.map(|mut message| {
        message.truncate(message.floor_char_boundary(LONGEST));
        StrBytes::from_string(message)
    });
    (failure.error.code(), message)
}

/// A timeout as it stands on the wire; a negative one is none.
fn millis(timeout_ms: i32) -> Duration {
    Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0))
}

/// A leader epoch as it stands on the wire: negative if the client does not know one.
fn epoch(epoch: i32) -> Option<i32> {
    (epoch >= 0).then_some(epoch)
}
