//! The question before a change: what it would do, and the command that does the same. Cancel has the focus.

use chronik_common::admin::v1::PartitionState;

use super::State;
use crate::act::Act;
use crate::cmd::Wish;
use crate::event::Key;
use crate::views::View;

/// A question about a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialog {
    /// The change.
    pub act: Act,
    /// What the server says it would do; absent while it is asked.
    pub plan: Option<Result<Vec<String>, String>>,
    /// Whether the focus is on the change rather than on Cancel.
    pub on_confirm: bool,
}

/// What came of a key.
pub(super) enum Answer {
    /// The question is still open.
    Open,
    /// No.
    Cancelled,
    /// Yes.
    Confirmed(Act),
}

impl Dialog {
    pub(super) fn about(act: Act) -> Self {
        Self { act, plan: None, on_confirm: false }
    }

    /// Enter confirms only where the focus was moved to, and only a change whose plan is on the screen.
    pub(super) fn key(&mut self, key: Key) -> Answer {
        match key {
            Key::Tab | Key::BackTab | Key::Left | Key::Right | Key::Char('h' | 'l') => {
                self.on_confirm = !self.on_confirm;
                Answer::Open
            }
            Key::Enter if !self.on_confirm => Answer::Cancelled,
            Key::Enter if matches!(self.plan, Some(Ok(_))) => Answer::Confirmed(self.act.clone()),
            Key::Esc | Key::Char('q' | 'n') => Answer::Cancelled,
            _ => Answer::Open,
        }
    }
}

/// The change that a key asks for, of what is selected; or why there is none.
pub(super) fn wished(wish: Wish, state: &State) -> Result<Act, String> {
    let data = state.data();
    let index = state.selected_index();
    match (wish, state.view, index) {
        (Wish::Transfer, View::Partitions, Some(index)) => {
            let partition = &data.model.partitions()[index];
            if partition.state == PartitionState::Leaderless {
                return Err(format!(
                    "{}-{} has no leader to transfer from",
                    partition.topic, partition.partition
                ));
            }
            let next = partition
                .replicas
                .iter()
                .find(|id| partition.isr.contains(id) && Some(**id) != partition.leader);
            let to = *next.ok_or("no other replica is in sync")?;
            Ok(Act::TransferLeader { topic: partition.topic.clone(), partition: partition.partition, to })
        }
        (Wish::Drain, View::Nodes, Some(index)) => {
            let node = &data.nodes()[index];
            Ok(if node.drained { Act::Undrain(node.node_id) } else { Act::Drain(node.node_id) })
        }
        (Wish::Remove, View::Nodes, Some(index)) => Ok(Act::RemoveNode(data.nodes()[index].node_id)),
        (Wish::Cancel, View::Operations, Some(index)) => {
            let operation = &data.operations()[index];
            match operation.operation_id {
                Some(id) if !operation.state.is_finished() => Ok(Act::CancelOperation(id)),
                _ => Err("the operation has ended".into()),
            }
        }
        (Wish::Transfer, ..) => Err("select a partition in view 3 to transfer its leadership".into()),
        (Wish::Drain | Wish::Remove, ..) => Err("select a node in view 2".into()),
        (Wish::Cancel, ..) => Err("select a running operation in view 8".into()),
    }
}
