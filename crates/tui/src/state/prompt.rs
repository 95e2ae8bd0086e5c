//! The line in which a person names the nodes that shall hold a partition.
//!
//! What the server would refuse in any case is refused here, while it can still be corrected. The server decides.

use chronik_common::admin::NodeState;
use chronik_common::admin::v1::{NodeView, PartitionView};

use super::Data;
use crate::act::Act;

/// What is typed, and for which partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The topic.
    pub topic: String,
    /// The partition's number.
    pub partition: i32,
    /// What was typed.
    pub text: String,
    /// What is wrong with it.
    pub wrong: Option<String>,
}

impl Prompt {
    pub(super) fn about(view: &PartitionView) -> Self {
        Self { topic: view.topic.clone(), partition: view.partition, text: String::new(), wrong: None }
    }

    /// The partition as it is now: its replicas may move while somebody types.
    pub fn view<'a>(&self, data: Data<'a>) -> Option<&'a PartitionView> {
        data.model.partition(&self.topic, self.partition)
    }

    /// The move to the nodes that were typed; or why there is none.
    pub(super) fn act(&self, data: Data<'_>) -> Result<Act, String> {
        let view = self.view(data).ok_or("the partition has been deleted")?;
        let replicas = replicas(&self.text, &view.replicas, data.nodes())?;
        Ok(Act::MoveReplicas { topic: self.topic.clone(), partition: self.partition, replicas })
    }
}

/// Ids between commas or spaces: of nodes that there are, none of them twice.
fn replicas(text: &str, now: &[i32], nodes: &[NodeView]) -> Result<Vec<i32>, String> {
    let mut replicas = Vec::new();
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        let id = word.parse().map_err(|_| format!("\"{word}\" is no node's id"))?;
        if replicas.contains(&id) {
            return Err(format!("node {id} is named twice"));
        }
        let Some(node) = nodes.iter().find(|node| node.node_id == id) else {
            return Err(format!("there is no node {id}; there are {}", ids(nodes)));
        };
        match node.state {
            NodeState::Invited => return Err(format!("node {id} has not joined yet")),
            NodeState::Draining if !now.contains(&id) => return Err(format!("node {id} is being removed")),
            NodeState::Draining | NodeState::Active => replicas.push(id),
        }
    }
    if replicas.is_empty() {
        return Err(format!("name nodes, such as {}", join(now)));
    }
    if replicas == now {
        return Err("that is where it is now".into());
    }
    Ok(replicas)
}

fn ids(nodes: &[NodeView]) -> String {
    join(&nodes.iter().map(|node| node.node_id).collect::<Vec<_>>())
}

/// `1,2,3`, as it is typed.
pub(crate) fn join(ids: &[i32]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
