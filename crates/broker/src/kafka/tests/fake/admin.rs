//! What administrative requests did to the fake.

use std::{collections::BTreeMap, time::Duration};

use kafka_protocol::error::ResponseError;

use crate::kafka::backend::*;

/// Brokers 1, 2 and 3 are registered; reassignments go on until they are cancelled.
#[derive(Default)]
pub(crate) struct Admin {
    reassignments: BTreeMap<(String, i32), Reassignment>,
    /// Changes of configurations, but not those that were only validated.
    pub(crate) altered: Vec<AlterConfig>,
    /// Partitions that elections were held for.
    pub(crate) elected: Vec<(String, i32)>,
}

impl Admin {
    pub(super) fn reassign(&mut self, change: Reassign, allow_factor_change: bool) -> Result<(), Failure> {
        let key = (change.topic.name.clone(), change.partition);
        let Some(target) = change.replicas else {
            let cancelled = self.reassignments.remove(&key);
            return cancelled.map(|_| ()).ok_or(ResponseError::NoReassignmentInProgress.into());
        };
        if let Some(unknown) = target.iter().find(|id| ![1, 2, 3].contains(*id)) {
            let message = format!("broker {unknown} is not registered");
            return Err(Failure::new(ResponseError::InvalidReplicaAssignment, message));
        }
        let current = &change.topic.partition(change.partition).unwrap().replicas;
        if target.len() != current.len() && !allow_factor_change {
            let message = "it would change the replication factor";
            return Err(Failure::new(ResponseError::InvalidReplicationFactor, message));
        }
        let reassignment = Reassignment::new(key.0.clone(), key.1, current, &target, &[]);
        self.reassignments.insert(key, reassignment);
        Ok(())
    }

    pub(super) fn reassignments(&self) -> Vec<Reassignment> {
        self.reassignments.values().cloned().collect()
    }

    pub(super) fn alter_config(&mut self, change: AlterConfig, validate_only: bool) -> Result<(), Failure> {
        match &change.resource {
            ConfigResource::Topic(name) if name == "topic" => {
                if !validate_only {
                    self.altered.push(change);
                }
                Ok(())
            }
            ConfigResource::Topic(_) => {
                Err(Failure::new(ResponseError::UnknownTopicOrPartition, "there is none"))
            }
            ConfigResource::Broker(_) => {
                Err(Failure::new(ResponseError::InvalidConfig, "it stands in the configuration file"))
            }
        }
    }

    /// No election is over at once.
    pub(super) fn elect(
        &mut self,
        topic: &TopicInfo,
        partition: i32,
        timeout: Duration,
    ) -> Result<(), Failure> {
        self.elected.push((topic.name.clone(), partition));
        if timeout.is_zero() { Err(ResponseError::RequestTimedOut.into()) } else { Ok(()) }
    }
}

/// Partitions 0 and 2 of "topic", and one of another topic.
pub(super) fn log_dir() -> LogDir {
    let replica = |(topic, partition): (&str, i32)| HeldReplica {
        topic: topic.to_owned(),
        partition,
        bytes: 1_000 + i64::from(partition),
        lag: i64::from(partition),
    };
    let replicas = [("other", 0), ("topic", 0), ("topic", 2)].map(replica).to_vec();
    LogDir { path: "/data".to_owned(), total_bytes: 1 << 40, usable_bytes: 1 << 39, replicas }
}
