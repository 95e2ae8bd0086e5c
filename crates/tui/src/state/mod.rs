//! What the dashboard knows and shows, and how events change it.
//!
//! Must never read a clock, a terminal or a network: time comes in as events, and what is to be done goes out as
//! actions. Must never ask for a change unless armed and confirmed.

mod commands;
mod context;
mod cursor;
mod dialog;
pub mod journal;
pub mod listing;
pub mod model;
mod prompt;
mod replay;

use chronik_common::admin::OperationView;
use chronik_common::admin::v1::{Finding, GroupSummary, NodeView};

use crate::act::Act;
use crate::event::{Event, Link};
use crate::views::View;

pub use context::{Colour, Context};
use cursor::{Cursor, Listed};
pub use dialog::Dialog;
use journal::Journal;
use listing::{Choice, list};
use model::Model;
pub use prompt::Prompt;
pub(crate) use prompt::join;
use replay::Jump;
pub use replay::{Recording, Replay};

/// Something that the shell is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Leave.
    Quit,
    /// Ask the server for the plan of a change.
    Plan(Act),
    /// Make a change that was confirmed.
    Perform(Act),
}

/// What views look at.
#[derive(Debug, Clone, Copy)]
pub struct Data<'a> {
    /// The cluster.
    pub model: &'a Model,
    /// What happened in it.
    pub journal: &'a Journal,
}

impl<'a> Data<'a> {
    /// The nodes, by id.
    pub fn nodes(self) -> &'a [NodeView] {
        self.model.cluster.as_ref().map_or(&[], |cluster| &cluster.nodes)
    }

    /// The consumer groups, by name.
    pub fn groups(self) -> &'a [GroupSummary] {
        self.model.cluster.as_ref().map_or(&[], |cluster| &cluster.groups)
    }

    /// The operations, the running one first.
    pub fn operations(self) -> &'a [OperationView] {
        self.model.cluster.as_ref().map_or(&[], |cluster| &cluster.operations)
    }

    /// The reasons of the verdict, worst first.
    pub fn findings(self) -> &'a [Finding] {
        self.model.cluster.as_ref().map_or(&[], |cluster| &cluster.health.findings)
    }
}

/// What keys do at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    /// They move in the rows.
    #[default]
    Rows,
    /// They scroll the help, so many lines down, or close it.
    Help(usize),
    /// They write a filter.
    Filter,
    /// They write a command.
    Palette(String),
    /// They write the nodes that shall hold a partition.
    Move(Prompt),
    /// They answer a question.
    Dialog(Dialog),
}

/// Where one was before going into something.
#[derive(Debug, Clone)]
struct Place {
    view: View,
    choice: Choice,
    cursor: Cursor,
}

/// Everything.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Whether changes may be asked for: never of a recording.
    armed: bool,
    /// The context that names the cluster.
    pub context: Option<Context>,
    /// Where in a recording it is, if it shows one.
    replay: Option<Replay>,
    /// The cluster as it is now.
    model: Model,
    journal: Journal,
    /// What is shown instead while the picture is held.
    held: Option<Box<(Model, Journal)>>,
    /// The view that is shown.
    pub view: View,
    /// Which of its rows.
    pub choice: Choice,
    /// Their indexes, in order.
    pub listed: Vec<usize>,
    cursor: Cursor,
    above: Option<Place>,
    /// What keys do.
    pub mode: Mode,
    /// How it is connected; absent before the first try has ended.
    pub link: Option<Link>,
    /// When it was lost.
    pub lost_at_ms: Option<i64>,
    /// The time.
    pub now_ms: i64,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// What there is to say about the last key.
    pub notice: String,
    after_g: bool,
}

impl State {
    /// A state of a cluster that starts with a view.
    pub fn new(view: View, armed: bool) -> Self {
        Self { armed, view, ..Self::default() }
    }

    /// A state of a recording. Nothing can be changed in it.
    pub fn of_recording(view: View, recording: Recording) -> Self {
        Self { replay: Some(Replay::of(recording)), ..Self::new(view, false) }
    }

    /// What is shown.
    pub fn data(&self) -> Data<'_> {
        match &self.held {
            Some(held) => Data { model: &held.0, journal: &held.1 },
            None => Data { model: &self.model, journal: &self.journal },
        }
    }

    /// Whether the picture is held.
    pub fn frozen(&self) -> bool {
        self.held.is_some()
    }

    /// Whether what is shown may no longer be true.
    pub fn stale(&self) -> bool {
        self.lost_at_ms.is_some()
    }

    /// Whether changes may be asked for.
    pub fn armed(&self) -> bool {
        self.armed
    }

    /// Where in a recording it is, if it shows one.
    pub fn replay(&self) -> Option<&Replay> {
        self.replay.as_ref()
    }

    /// Whether what is shown changes as time goes by, without any other event.
    pub fn counts(&self) -> bool {
        self.stale() || self.replay.as_ref().is_some_and(Replay::goes_on)
    }

    /// The selected row, counted from 0.
    pub fn selected(&self) -> usize {
        self.cursor.row()
    }

    /// The index of the selected row.
    pub fn selected_index(&self) -> Option<usize> {
        self.listed.get(self.cursor.row()).copied()
    }

    /// Takes an event: the only way to change the state.
    pub fn on(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Key(key) => return self.key(key),
            Event::Resize(columns, rows) => self.size = (columns, rows),
            Event::Tick(now_ms) => match &mut self.replay {
                Some(replay) => {
                    let jump = replay.tick(now_ms);
                    self.jump(jump);
                }
                None => self.now_ms = now_ms,
            },
            Event::Planned(act, plan) => {
                // The plan of a question that was left must not answer the next one.
                if let Mode::Dialog(dialog) = &mut self.mode
                    && dialog.act == act
                {
                    dialog.plan = Some(plan);
                }
            }
            Event::Done(Ok(text)) => self.notice = text,
            Event::Done(Err(text)) => self.notice = format!("! {text}"),
            told => {
                if self.learn(told) {
                    self.model.derive();
                    self.refresh();
                }
            }
        }
        Vec::new()
    }

    /// Takes what the cluster tells; whether rows that are shown may be others now.
    fn learn(&mut self, event: Event) -> bool {
        match event {
            Event::Snapshot(snapshot) => self.model.replace(*snapshot),
            Event::Delta(delta) => self.model.apply(*delta),
            Event::Journal(event) => {
                self.journal.add(event);
                return self.view == View::Events;
            }
            Event::Link(link) => {
                self.lost_at_ms = match &link {
                    Link::Connected(_) => None,
                    Link::Lost { .. } => self.lost_at_ms.or(Some(self.now_ms)),
                };
                self.link = Some(link);
                return false;
            }
            Event::Key(_) | Event::Resize(..) | Event::Tick(_) | Event::Planned(..) | Event::Done(_) => {
                return false;
            }
        }
        true
    }

    /// To another moment of the recording.
    fn jump(&mut self, jump: Jump) {
        let Some(replay) = self.replay.take() else { return };
        if jump.from_start {
            (self.model, self.journal) = Default::default();
            (self.link, self.lost_at_ms) = (None, None);
        }
        let mut changed = jump.from_start;
        for moment in &replay.moments()[jump.moments] {
            self.now_ms = moment.at_ms;
            for event in &moment.events {
                changed |= self.learn(event.clone());
            }
        }
        self.now_ms = replay.now_ms();
        self.replay = Some(replay);
        if changed {
            self.model.derive();
            self.refresh();
        }
    }

    /// Lists the rows again.
    fn refresh(&mut self) {
        self.listed = list(self.view.rows(), self.data(), &self.choice);
        self.with_cursor(Cursor::follow);
    }

    fn with_cursor(&mut self, change: impl FnOnce(&mut Cursor, Listed<'_>)) {
        let mut cursor = std::mem::take(&mut self.cursor);
        change(&mut cursor, Listed { rows: self.view.rows(), data: self.data(), indexes: &self.listed });
        self.cursor = cursor;
    }
}
