//! How each [`Command`] changes the [`MetadataImage`], one file per subject.
//!
//! Every function checks first and changes afterwards, so that a refused
//! command leaves no trace.

mod brokers;
mod keys;
mod moves;
mod operations;
mod topics;

use super::broker::Broker;
use super::command::{Command, Outcome};
use super::error::MetadataError;
use super::image::{AdminKey, MetadataImage};

/// Most producer ids in one range.
const MAX_PRODUCER_ID_RANGE: u32 = 1_000_000;

type Applied = Result<Outcome, MetadataError>;

impl MetadataImage {
    /// Applies the next command of the log. Deterministic.
    ///
    /// # Errors
    /// The command is refused and the image unchanged.
    pub fn apply(&mut self, command: Command) -> Applied {
        match command {
            Command::SetClusterId { cluster_id } => Ok(self.set_cluster_id(cluster_id)),
            Command::RegisterBroker { id, directory_id, endpoints, rack, version, standing } => {
                let incarnation = 0;
                let (draining, drained) = (false, false);
                let broker =
                    Broker { id, incarnation, directory_id, endpoints, rack, version, draining, drained };
                self.register_broker(broker, standing)
            }
            Command::InviteBroker { id, endpoints } => self.invite_broker(id, endpoints),
            Command::CancelInvitation { id } => Ok(self.cancel_invitation(id)),
            Command::RemoveBroker { id } => self.remove_broker(id),
            Command::SetDrained { id, drained } => self.set_drained(id, drained),
            Command::CreateTopic { name, id, assignment, config, unavailable } => {
                self.create_topic(name, id, assignment, config, &unavailable)
            }
            Command::DeleteTopic { id } => self.delete_topic(id),
            Command::CreatePartitions { topic, total, replicas, unavailable } => {
                self.create_partitions(topic, total, replicas, &unavailable)
            }
            Command::AlterTopicConfig { topic, changes } => self.alter_topic_config(topic, changes),
            Command::AlterTopic { topic, total, changes, unavailable } => {
                self.alter_topic(topic, total, changes, &unavailable)
            }
            Command::MoveReplicas { moves } => self.move_replicas(&moves),
            Command::FinishMove { group, target } => self.finish_move(group, &target),
            Command::CancelMoves { groups } => Ok(self.cancel_moves(&groups)),
            Command::StartOperation { kind, now_ms, partitions } => {
                self.start_operation(kind, now_ms, partitions)
            }
            Command::FinishOperation { id, result, now_ms } => self.finish_operation(id, result, now_ms),
            Command::AllocateProducerIds { count } => self.allocate_producer_ids(count),
            Command::SetAdminKey { key } => self.set_admin_key(key),
            Command::CreateKey { key } => self.create_key(key),
            Command::RevokeKey { id } => Ok(self.revoke_key(&id)),
        }
    }

    fn set_cluster_id(&mut self, proposed: String) -> Outcome {
        Outcome::ClusterId { cluster_id: self.cluster_id.get_or_insert(proposed).clone() }
    }

    fn set_admin_key(&mut self, proposed: AdminKey) -> Applied {
        if proposed.reveal().is_empty() {
            return Err(MetadataError::InvalidRequest { reason: "the admin key is empty".into() });
        }
        Ok(Outcome::AdminKey { key: self.admin_key.get_or_insert(proposed).clone() })
    }

    fn allocate_producer_ids(&mut self, count: u32) -> Applied {
        let first = self.next_producer_id;
        if !(1..=MAX_PRODUCER_ID_RANGE).contains(&count) {
            return Err(MetadataError::InvalidRequest {
                reason: format!("{count} producer ids asked for, not 1 to {MAX_PRODUCER_ID_RANGE}"),
            });
        }
        self.next_producer_id = first.checked_add(i64::from(count)).ok_or_else(|| {
            MetadataError::LimitReached { reason: "all producer ids have been given out".into() }
        })?;
        Ok(Outcome::ProducerIds { first, count })
    }
}
