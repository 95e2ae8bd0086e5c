//! `JoinGroup` 0–9, `SyncGroup` 0–5, Heartbeat 0–4, `LeaveGroup` 0–5.

use std::collections::HashSet;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use kafka_protocol::messages::join_group_response::JoinGroupResponseMember;
use kafka_protocol::messages::leave_group_response::MemberResponse;
use kafka_protocol::messages::{
    HeartbeatRequest, HeartbeatResponse, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest,
    LeaveGroupResponse, SyncGroupRequest, SyncGroupResponse,
};
use kafka_protocol::protocol::StrBytes;

use super::{Coordinator, code, detached, detached_bytes, detached_option};
use crate::coordinator::OffsetStore;
use crate::coordinator::group::{Join, JoinRefused, JoinReply, Joined, Leave, Protocol, Sync, Synced};

/// Kafka's limit of names (`Topic.MAX_NAME_LENGTH`), which its clients apply to instance ids.
const MAX_NAME: usize = 249;

impl<S: OffsetStore> Coordinator<S> {
    /// `JoinGroup`: answers when the rebalance that it belongs to has gathered its members.
    /// `client_host` is printed by tools; Kafka's form is `/10.0.0.1`.
    pub async fn join_group(
        &self,
        client_id: &str,
        client_host: &str,
        api_version: i16,
        request: JoinGroupRequest,
    ) -> JoinGroupResponse {
        let reply = match self.check_join(&request) {
            Err(error) => Err(error),
            Ok(partition) => {
                let group = detached(&request.group_id);
                let join = self.join_input(client_id, client_host, api_version, &request);
                self.ask(partition, move |shard, answer| shard.join(&group, join, answer)).await
            }
        };
        let reply = reply.unwrap_or_else(|error| Err(JoinRefused { error, member_id: request.member_id }));
        join_response(api_version, reply)
    }

    fn check_join(&self, request: &JoinGroupRequest) -> Result<u32, ResponseError> {
        if request.group_id.is_empty() {
            return Err(ResponseError::InvalidGroupId);
        }
        let session = u128::try_from(request.session_timeout_ms).unwrap_or(0);
        let (least, most) = (self.config.min_session_timeout, self.config.max_session_timeout);
        if session < least.as_millis() || session > most.as_millis() {
            return Err(ResponseError::InvalidSessionTimeout);
        }
        if request.group_instance_id.as_ref().is_some_and(|id| id.len() > MAX_NAME) {
            return Err(ResponseError::InvalidRequest);
        }
        // Stored with 16-bit lengths.
        let storable = |text: &StrBytes| i16::try_from(text.len()).is_ok();
        if !storable(&request.protocol_type) || !request.protocols.iter().all(|p| storable(&p.name)) {
            return Err(ResponseError::InconsistentGroupProtocol);
        }
        self.partition_of(&request.group_id)
    }

    fn join_input(
        &self,
        client_id: &str,
        client_host: &str,
        api_version: i16,
        request: &JoinGroupRequest,
    ) -> Join {
        let milliseconds = |ms: i32| u64::try_from(ms).unwrap_or(0);
        let session_timeout_ms = milliseconds(request.session_timeout_ms);
        let instance_id = detached_option(request.group_instance_id.as_ref());
        let prefix = instance_id.as_deref().unwrap_or_else(|| within(client_id, MAX_NAME));
        Join {
            ticket: self.next_ticket(),
            member_id: detached(&request.member_id),
            new_member_id: StrBytes::from_string(format!("{prefix}-{}", uuid::Uuid::new_v4())),
            client_id: StrBytes::from_string(within(client_id, i16::MAX as usize).to_owned()),
            client_host: StrBytes::from_string(client_host.to_owned()),
            // Version 0 has no rebalance timeout.
            rebalance_timeout_ms: if api_version == 0 {
                session_timeout_ms
            } else {
                milliseconds(request.rebalance_timeout_ms)
            },
            session_timeout_ms,
            protocol_type: detached(&request.protocol_type),
            protocols: distinct(&request.protocols),
            requires_known_id: api_version >= 4,
            can_skip_assignment: api_version >= 9,
            instance_id,
        }
    }

    /// `SyncGroup`: answers when the leader's assignment is stored.
    pub async fn sync_group(&self, api_version: i16, request: SyncGroupRequest) -> SyncGroupResponse {
        match self.try_sync_group(api_version, &request).await {
            Ok(synced) => SyncGroupResponse::default()
                .with_protocol_type(synced.protocol_type)
                .with_protocol_name(synced.protocol_name)
                .with_assignment(synced.assignment),
            Err(error) => SyncGroupResponse::default().with_error_code(error.code()),
        }
    }

    async fn try_sync_group(
        &self,
        api_version: i16,
        request: &SyncGroupRequest,
    ) -> Result<Synced, ResponseError> {
        if request.group_id.is_empty() {
            return Err(ResponseError::InvalidGroupId);
        }
        // KIP-559: from version 5 on both must be named.
        if api_version >= 5 && (request.protocol_type.is_none() || request.protocol_name.is_none()) {
            return Err(ResponseError::InconsistentGroupProtocol);
        }
        let partition = self.partition_of(&request.group_id)?;
        let group = detached(&request.group_id);
        let sync = Sync {
            ticket: self.next_ticket(),
            generation: request.generation_id,
            member_id: detached(&request.member_id),
            instance_id: detached_option(request.group_instance_id.as_ref()),
            protocol_type: detached_option(request.protocol_type.as_ref()),
            protocol_name: detached_option(request.protocol_name.as_ref()),
            assignments: request
                .assignments
                .iter()
                .map(|a| (detached(&a.member_id), detached_bytes(&a.assignment)))
                .collect(),
        };
        self.ask(partition, move |shard, answer| shard.sync(&group, sync, answer)).await
    }

    /// Heartbeat.
    pub async fn heartbeat(&self, request: HeartbeatRequest) -> HeartbeatResponse {
        let HeartbeatRequest { group_id, generation_id, member_id, group_instance_id, .. } = request;
        let result = if group_id.is_empty() {
            Err(ResponseError::InvalidGroupId)
        } else {
            self.in_group(&group_id, move |shard, group| {
                shard.heartbeat(group, &member_id, group_instance_id.as_ref(), generation_id)
            })
            .await
        };
        // While loading, nobody can say that the member is not in the group.
        let result = if result == Err(ResponseError::CoordinatorLoadInProgress) { Ok(()) } else { result };
        HeartbeatResponse::default().with_error_code(code(result))
    }

    /// `LeaveGroup`: one member up to version 2, several from version 3 on.
    pub async fn leave_group(&self, api_version: i16, request: LeaveGroupRequest) -> LeaveGroupResponse {
        let leaving = leaving_members(api_version, &request);
        let result = if request.group_id.is_empty() {
            Err(ResponseError::InvalidGroupId)
        } else {
            let leaving = leaving.clone();
            self.in_group(&request.group_id, move |shard, group| shard.leave(group, &leaving)).await
        };
        match result {
            Err(error) => LeaveGroupResponse::default().with_error_code(error.code()),
            Ok(results) if api_version < 3 => {
                LeaveGroupResponse::default().with_error_code(results.first().map_or(0, |r| code(*r)))
            }
            Ok(results) => LeaveGroupResponse::default().with_members(
                leaving
                    .into_iter()
                    .zip(results)
                    .map(|(member, result)| {
                        MemberResponse::default()
                            .with_member_id(member.member_id)
                            .with_group_instance_id(member.instance_id)
                            .with_error_code(code(result))
                    })
                    .collect(),
            ),
        }
    }
}

fn leaving_members(api_version: i16, request: &LeaveGroupRequest) -> Vec<Leave> {
    if api_version < 3 {
        return vec![Leave { member_id: detached(&request.member_id), instance_id: None }];
    }
    let leave = |m: &kafka_protocol::messages::leave_group_request::MemberIdentity| Leave {
        member_id: detached(&m.member_id),
        instance_id: detached_option(m.group_instance_id.as_ref()),
    };
    request.members.iter().map(leave).collect()
}

/// The protocols, each name once: the first counts.
fn distinct(protocols: &[JoinGroupRequestProtocol]) -> Vec<Protocol> {
    let mut seen = HashSet::new();
    protocols
        .iter()
        .filter(|p| seen.insert(&p.name))
        .map(|p| Protocol { name: detached(&p.name), metadata: detached_bytes(&p.metadata) })
        .collect()
}

/// The longest beginning of `text` that has at most `length` bytes.
fn within(text: &str, length: usize) -> &str {
    text.get(..text.floor_char_boundary(length)).unwrap_or_default()
}

fn join_response(api_version: i16, reply: JoinReply) -> JoinGroupResponse {
    // Up to version 6 the protocol name cannot be null.
    let none = || (api_version < 7).then(StrBytes::new);
    match reply {
        Err(JoinRefused { error, member_id }) => JoinGroupResponse::default()
            .with_error_code(error.code())
            .with_member_id(member_id)
            .with_protocol_name(none()),
        Ok(Joined {
            member_id,
            generation,
            protocol_type,
            protocol_name,
            leader,
            skip_assignment,
            members,
        }) => JoinGroupResponse::default()
            .with_generation_id(generation)
            .with_protocol_type(protocol_type)
            .with_protocol_name(protocol_name.or_else(none))
            .with_leader(leader)
            .with_skip_assignment(skip_assignment)
            .with_member_id(member_id)
            .with_members(
                members
                    .into_iter()
                    .map(|m| {
                        JoinGroupResponseMember::default()
                            .with_member_id(m.member_id)
                            .with_group_instance_id(m.instance_id)
                            .with_metadata(m.metadata)
                    })
                    .collect(),
            ),
    }
}
