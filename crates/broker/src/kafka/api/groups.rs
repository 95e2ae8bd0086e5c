//! The consumer-group APIs, passed through to the coordinator as they were decoded.

use kafka_protocol::messages::{ApiKey, DescribeGroupsRequest, OffsetFetchRequest};

use super::{
    super::{backend::Backend, request::Request, session::Session, shape::Malformed},
    Pending, each_once, later, not_served,
};

pub(super) fn start<B: Backend>(session: &Session<B>, request: &Request) -> Result<Pending, Malformed> {
    let node = &session.node;
    let client = session.client(request);
    let envelope = request.envelope;
    let version = envelope.version;
    Ok(match envelope.api() {
        ApiKey::JoinGroup => later(envelope, node.join_group(client, version, request.decode()?)),
        ApiKey::SyncGroup => later(envelope, node.sync_group(client, version, request.decode()?)),
        ApiKey::Heartbeat => later(envelope, node.heartbeat(client, version, request.decode()?)),
        ApiKey::LeaveGroup => later(envelope, node.leave_group(client, version, request.decode()?)),
        ApiKey::OffsetCommit => later(envelope, node.offset_commit(client, version, request.decode()?)),
        ApiKey::OffsetFetch => {
            let mut asked: OffsetFetchRequest = request.decode()?;
            asked.groups = each_once(asked.groups, |group| group.group_id.clone());
            later(envelope, node.offset_fetch(client, version, asked))
        }
        ApiKey::OffsetDelete => later(envelope, node.offset_delete(client, version, request.decode()?)),
        ApiKey::DescribeGroups => {
            let mut asked: DescribeGroupsRequest = request.decode()?;
            asked.groups = each_once(asked.groups, Clone::clone);
            later(envelope, node.describe_groups(client, version, asked))
        }
        ApiKey::ListGroups => later(envelope, node.list_groups(client, version, request.decode()?)),
        ApiKey::DeleteGroups => later(envelope, node.delete_groups(client, version, request.decode()?)),
        _ => return Err(not_served(request)),
    })
}
