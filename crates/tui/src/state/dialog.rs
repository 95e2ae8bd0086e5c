//! The question before a change: what it would do, and the command that does the same. Cancel has the focus.

use chronik_common::admin::v1::{PartitionState, PartitionView};

use super::{Prompt, State};
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
    /// By how many lines the plan is scrolled.
    pub scrolled: usize,
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
        Self { act, plan: None, on_confirm: false, scrolled: 0 }
    }

    /// Enter confirms only where the focus was moved to, and only a change whose plan is on the screen.
    pub(super) fn key(&mut self, key: Key) -> Answer {
        match key {
            Key::Tab | Key::BackTab | Key::Left | Key::Right | Key::Char('h' | 'l') => {
                self.on_confirm = !self.on_confirm;
                Answer::Open
            }
            Key::Down | Key::Char('j') => {
                let lines = self.plan.as_ref().and_then(|plan| plan.as_ref().ok()).map_or(0, Vec::len);
                self.scrolled = (self.scrolled + 1).min(lines);
                Answer::Open
            }
            Key::Up | Key::Char('k') => {
                self.scrolled = self.scrolled.saturating_sub(1);
                Answer::Open
            }
            Key::Enter if !self.on_confirm => Answer::Cancelled,
            Key::Enter if matches!(self.plan, Some(Ok(_))) => Answer::Confirmed(self.act.clone()),
            Key::Esc | Key::Char('q' | 'n') => Answer::Cancelled,
            _ => Answer::Open,
        }
    }
}

/// The partition that the cursor is on; or why there is none.
fn selected_partition(state: &State) -> Result<&PartitionView, &'static str> {
    let index = state.selected_index().filter(|_| state.view == View::Partitions);
    let partition = index.and_then(|index| state.data().model.partitions().get(index));
    partition.map(|partition| &**partition).ok_or("select a partition in view 3")
}

/// What comes of a wish for a change.
pub(super) enum Wished {
    /// It is this one.
    Act(Act),
    /// It is a move, and the nodes have to be named first.
    Nodes(Prompt),
}

/// The change that a key asks for, of what is selected; or why there is none.
pub(super) fn wished(wish: Wish, state: &State) -> Result<Wished, String> {
    let data = state.data();
    let act = match (wish, state.view, state.selected_index()) {
        (Wish::Move, ..) => return Ok(Wished::Nodes(Prompt::about(selected_partition(state)?))),
        (Wish::Transfer, ..) => transfer(selected_partition(state)?),
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
        (Wish::Drain | Wish::Remove, ..) => Err("select a node in view 2".into()),
        (Wish::Cancel, ..) => Err("select a running operation in view 8".into()),
    };
    act.map(Wished::Act)
}

/// To the first replica that could take over.
fn transfer(partition: &PartitionView) -> Result<Act, String> {
    if partition.state == PartitionState::Leaderless {
        return Err(format!("{}-{} has no leader to transfer from", partition.topic, partition.partition));
    }
    let takes_over = |id: &&i32| partition.isr.contains(id) && Some(**id) != partition.leader;
    let to = *partition.replicas.iter().find(takes_over).ok_or("no other replica is in sync")?;
    Ok(Act::TransferLeader { topic: partition.topic.clone(), partition: partition.partition, to })
}
