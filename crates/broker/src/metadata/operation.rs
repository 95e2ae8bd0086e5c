//! Operations: the long changes of the cluster's shape that an operator starts and watches.
//!
//! An operation is only the intent and its end. What it moves is in the partitions, and how far it is follows from
//! them. Must never: be needed for a partition's move to be carried on.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::broker::BrokerId;
use super::error::listed;
use super::partition::GroupId;

/// What an operation is to achieve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// The node leaves the cluster.
    RemoveNode {
        /// Which one.
        node: BrokerId,
        /// It is gone for good: it is removed at once and its replicas are made again from the others.
        #[serde(default)]
        force: bool,
    },
    /// Replicas and leaders are spread evenly.
    Rebalance {
        /// Only these topics; `None`: all.
        #[serde(default)]
        topics: Option<Vec<String>>,
        /// Replicas that every partition shall have afterwards; `None`: as many as it has.
        #[serde(default)]
        replication_factor: Option<i16>,
        /// Only the preferred leaders change, no data moves.
        #[serde(default)]
        leaders_only: bool,
        /// Why it runs, for people.
        #[serde(default)]
        reason: String,
    },
    /// A partition gets the replicas that were asked for.
    MoveReplicas {
        /// The partition.
        group: GroupId,
        /// Its name, for people.
        partition: String,
        /// The brokers that shall hold it, the preferred leader first.
        replicas: Vec<BrokerId>,
    },
}

impl fmt::Display for OperationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RemoveNode { node, force: false } => write!(f, "the removal of node {node}"),
            Self::RemoveNode { node, force: true } => write!(f, "the forced removal of node {node}"),
            Self::Rebalance { leaders_only: true, .. } => f.write_str("a rebalance of the leaders"),
            Self::Rebalance { .. } => f.write_str("a rebalance"),
            Self::MoveReplicas { partition, replicas, .. } => {
                write!(f, "the move of {partition} to nodes {}", listed(replicas))
            }
        }
    }
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationResult {
    /// It achieved what it was for.
    Done,
    /// It cannot.
    Failed {
        /// Why, and what to do.
        reason: String,
    },
    /// The operator ended it.
    Cancelled,
}

/// Where an operation is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// Being carried out.
    Running,
    /// It achieved what it was for.
    Done,
    /// It could not.
    Failed {
        /// Why, and what to do.
        reason: String,
    },
    /// The operator ended it.
    Cancelled,
}

impl From<OperationResult> for OperationState {
    fn from(result: OperationResult) -> Self {
        match result {
            OperationResult::Done => Self::Done,
            OperationResult::Failed { reason } => Self::Failed { reason },
            OperationResult::Cancelled => Self::Cancelled,
        }
    }
}

/// A change of the cluster's shape, running or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Its number, from 1. Later ones have higher numbers.
    pub id: u64,
    /// What it is to achieve.
    pub kind: OperationKind,
    /// When it was started, in milliseconds since 1970, by the clock of its proposer.
    pub started_ms: i64,
    /// When it ended, likewise.
    pub finished_ms: Option<i64>,
    /// Where it is.
    pub state: OperationState,
    /// How many partitions it had to change when it was started.
    pub partitions_total: u64,
}

impl Operation {
    /// Whether it is still being carried out.
    pub fn is_running(&self) -> bool {
        self.state == OperationState::Running
    }
}
