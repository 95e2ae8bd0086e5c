//! `DescribeGroups` 0–6, `ListGroups` 0–5, `DeleteGroups` 0–2.

use kafka_protocol::ResponseError;
use kafka_protocol::messages::delete_groups_response::DeletableGroupResult;
use kafka_protocol::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::{
    DeleteGroupsRequest, DeleteGroupsResponse, DescribeGroupsRequest, DescribeGroupsResponse, GroupId,
    ListGroupsRequest, ListGroupsResponse,
};
use kafka_protocol::protocol::StrBytes;

use super::{Coordinator, code, detached};
use crate::coordinator::OffsetStore;
use crate::coordinator::group::{Group, Member, State};

/// The type of every group here; the new consumer protocol (KIP-848) would be `consumer`.
const GROUP_TYPE: &str = "classic";

impl<S: OffsetStore> Coordinator<S> {
    /// `DescribeGroups`. The groups' `authorized_operations` are left unset.
    pub async fn describe_groups(
        &self,
        api_version: i16,
        request: DescribeGroupsRequest,
    ) -> DescribeGroupsResponse {
        let mut groups = Vec::with_capacity(request.groups.len());
        for id in request.groups {
            let described = self
                .in_group(&id, |shard, id| {
                    shard.group(id).map(|entry| described(&entry.group)).ok_or(ResponseError::GroupIdNotFound)
                })
                .await;
            groups.push(described.unwrap_or_else(|error| undescribed(api_version, id, error)));
        }
        DescribeGroupsResponse::default().with_groups(groups)
    }

    /// `ListGroups`: the groups of every partition that this node leads.
    pub async fn list_groups(&self, request: ListGroupsRequest) -> ListGroupsResponse {
        let wanted = |filter: &[StrBytes], value: &str| {
            filter.is_empty() || filter.iter().any(|f| f.eq_ignore_ascii_case(value))
        };
        if !wanted(&request.types_filter, GROUP_TYPE) {
            return ListGroupsResponse::default();
        }
        for partition in 0..self.store.partitions() {
            // All of them load at the same time, before the first is asked.
            self.leadership_changed(partition);
        }
        let mut groups = Vec::new();
        for partition in 0..self.store.partitions() {
            let listed = self.ask(partition, |shard, answer| {
                let _ = answer.send(Ok(shard.groups().map(|entry| listed(&entry.group)).collect::<Vec<_>>()));
            });
            match listed.await {
                Ok(listed) => groups.extend(listed),
                Err(ResponseError::NotCoordinator) => {}
                Err(error) => return ListGroupsResponse::default().with_error_code(error.code()),
            }
        }
        groups.retain(|group| wanted(&request.states_filter, &group.group_state));
        ListGroupsResponse::default().with_groups(groups)
    }

    /// `DeleteGroups`: answers when the tombstones are stored.
    pub async fn delete_groups(&self, request: DeleteGroupsRequest) -> DeleteGroupsResponse {
        let mut results = Vec::with_capacity(request.groups_names.len());
        for id in request.groups_names {
            let result = self.delete_group(&id).await;
            results.push(DeletableGroupResult::default().with_group_id(id).with_error_code(code(result)));
        }
        DeleteGroupsResponse::default().with_results(results)
    }

    /// Deletes one group: answers when the tombstones are stored.
    ///
    /// # Errors
    /// `GROUP_ID_NOT_FOUND`, `NON_EMPTY_GROUP`, or why it cannot be stored now.
    pub async fn delete_group_named(&self, id: String) -> Result<(), ResponseError> {
        self.delete_group(&StrBytes::from_string(id)).await
    }

    async fn delete_group(&self, id: &StrBytes) -> Result<(), ResponseError> {
        let partition = self.partition_of(id)?;
        let id = detached(id);
        self.ask(partition, move |shard, answer| shard.delete_group(&id, answer)).await
    }
}

fn listed(group: &Group) -> ListedGroup {
    ListedGroup::default()
        .with_group_id(GroupId(group.id().clone()))
        .with_protocol_type(group.protocol_type().cloned().unwrap_or_default())
        .with_group_state(StrBytes::from_static_str(group.state().name()))
        .with_group_type(StrBytes::from_static_str(GROUP_TYPE))
}

/// What a member offered for the protocol is told only in a stable group, as in Kafka.
fn described(group: &Group) -> DescribedGroup {
    let stable = group.state() == State::Stable;
    let protocol = group.protocol_name().filter(|_| stable).cloned().unwrap_or_default();
    let member = |m: &Member| {
        DescribedGroupMember::default()
            .with_member_id(m.id.clone())
            .with_group_instance_id(m.instance_id.clone())
            .with_client_id(m.client_id.clone())
            .with_client_host(m.client_host.clone())
            .with_member_metadata(if stable { m.metadata(&protocol) } else { bytes::Bytes::new() })
            .with_member_assignment(m.assignment.clone())
    };
    DescribedGroup::default()
        .with_group_id(GroupId(group.id().clone()))
        .with_group_state(StrBytes::from_static_str(group.state().name()))
        .with_protocol_type(group.protocol_type().cloned().unwrap_or_default())
        .with_members(group.members().iter().map(member).collect())
        .with_protocol_data(protocol)
}

/// Up to version 5 a group that does not exist is answered as dead, without an error (KIP-1043).
fn undescribed(api_version: i16, id: GroupId, error: ResponseError) -> DescribedGroup {
    let dead = DescribedGroup::default().with_group_state(StrBytes::from_static_str(State::Dead.name()));
    match error {
        ResponseError::GroupIdNotFound if api_version < 6 => dead.with_group_id(id),
        ResponseError::GroupIdNotFound => dead
            .with_error_code(error.code())
            .with_error_message(Some(StrBytes::from_string(format!("Group {} not found.", id.as_str()))))
            .with_group_id(id),
        _ => DescribedGroup::default().with_group_id(id).with_error_code(error.code()),
    }
}
