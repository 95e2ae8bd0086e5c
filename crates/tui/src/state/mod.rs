//! What the dashboard knows and shows, and how events change it.
//!
//! Must never read a clock, a terminal or a network: time comes in as events, and what is to be done goes out as
//! actions. Must never ask for a change unless armed and confirmed.

mod dialog;
pub mod journal;
pub mod listing;
pub mod model;

use chronik_common::admin::OperationView;
use chronik_common::admin::v1::{Finding, GroupSummary, NodeView};

use crate::act::Act;
use crate::cmd::{self, Cmd};
use crate::event::{Event, Key, Link};
use crate::views::View;

pub use dialog::Dialog;
use journal::Journal;
use listing::{Choice, list};
use model::Model;

/// The longest text that can be typed.
const LONGEST_INPUT: usize = 200;

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
    /// Any of them closes the help.
    Help,
    /// They write a filter.
    Filter,
    /// They write a command.
    Palette(String),
    /// They answer a question.
    Dialog(Dialog),
}

/// Everything.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Whether changes may be asked for.
    pub armed: bool,
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
    /// The selected one of them.
    pub selected: usize,
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
    /// A state that starts with a view.
    pub fn new(view: View, armed: bool) -> Self {
        Self { armed, view, ..Self::default() }
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

    /// Takes an event: the only way to change the state.
    pub fn on(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Key(key) => return self.key(key),
            Event::Resize(columns, rows) => self.size = (columns, rows),
            Event::Tick(now_ms) => self.now_ms = now_ms,
            Event::Snapshot(snapshot) => {
                self.model.replace(*snapshot);
                self.refresh();
            }
            Event::Delta(delta) => {
                self.model.apply(*delta);
                self.refresh();
            }
            Event::Journal(event) => {
                self.journal.add(event);
                if self.view == View::Events {
                    self.refresh();
                }
            }
            Event::Link(link) => {
                self.lost_at_ms = match &link {
                    Link::Connected(_) => None,
                    Link::Lost { .. } => self.lost_at_ms.or(Some(self.now_ms)),
                };
                self.link = Some(link);
            }
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
        }
        Vec::new()
    }

    fn key(&mut self, key: Key) -> Vec<Action> {
        if key == Key::Interrupt {
            return vec![Action::Quit];
        }
        self.notice.clear();
        match &mut self.mode {
            Mode::Rows => {
                let cmd = cmd::of(key, std::mem::take(&mut self.after_g));
                self.after_g = key == Key::Char('g') && cmd.is_none();
                return cmd.map_or_else(Vec::new, |cmd| self.command(cmd));
            }
            Mode::Help => self.mode = Mode::Rows,
            Mode::Filter => self.filter_key(key),
            Mode::Palette(text) => match key {
                Key::Esc => self.mode = Mode::Rows,
                Key::Enter => {
                    let text = std::mem::take(text);
                    self.mode = Mode::Rows;
                    return self.palette(text.trim());
                }
                key => edit(text, key),
            },
            Mode::Dialog(dialog) => match dialog.key(key) {
                dialog::Answer::Open => {}
                dialog::Answer::Cancelled => self.mode = Mode::Rows,
                dialog::Answer::Confirmed(act) => {
                    self.mode = Mode::Rows;
                    self.notice = format!("{} …", act.title());
                    return if self.armed { vec![Action::Perform(act)] } else { Vec::new() };
                }
            },
        }
        Vec::new()
    }

    fn filter_key(&mut self, key: Key) {
        match key {
            Key::Enter => self.mode = Mode::Rows,
            Key::Esc => {
                self.choice.filter.clear();
                self.mode = Mode::Rows;
            }
            key => edit(&mut self.choice.filter, key),
        }
        self.refresh();
    }

    fn palette(&mut self, text: &str) -> Vec<Action> {
        if matches!(text, "q" | "quit") {
            return vec![Action::Quit];
        }
        if let Some(view) = View::named(text) {
            self.show(view, None);
        } else {
            let names = View::ALL.map(View::name).join(", ");
            self.notice = format!("! \"{text}\" is no view; there are {names}, and quit");
        }
        Vec::new()
    }

    fn command(&mut self, cmd: Cmd) -> Vec<Action> {
        let page = i32::from(self.size.1.saturating_sub(6).max(1));
        match cmd {
            Cmd::Quit => return vec![Action::Quit],
            Cmd::Rows(rows) => self.move_by(rows),
            Cmd::Pages(pages) => self.move_by(pages * page),
            Cmd::First => self.selected = 0,
            Cmd::Last => self.selected = self.listed.len().saturating_sub(1),
            Cmd::Show(view) => self.show(view, None),
            Cmd::Views(by) => {
                let at = View::ALL.iter().position(|view| *view == self.view).unwrap_or(0) as i32;
                self.show(View::ALL[(at + by).rem_euclid(8) as usize], None);
            }
            Cmd::Into => self.open_selected(),
            Cmd::Back => self.back(),
            Cmd::Help => self.mode = Mode::Help,
            Cmd::Filter => self.mode = Mode::Filter,
            Cmd::Palette => self.mode = Mode::Palette(String::new()),
            Cmd::Sort => {
                let columns = self.view.rows().columns().len();
                self.choice.column = match self.choice.column {
                    None => Some(0),
                    Some(column) if column + 1 < columns => Some(column + 1),
                    Some(_) => None,
                };
                self.refresh();
            }
            Cmd::Turn => {
                self.choice.turned = !self.choice.turned;
                self.refresh();
            }
            Cmd::Freeze => {
                self.held = match self.held.take() {
                    Some(_) => None,
                    None => Some(Box::new((self.model.clone(), self.journal.clone()))),
                };
                self.refresh();
            }
            Cmd::Faults => {
                self.choice.faults = !self.choice.faults;
                self.refresh();
            }
            Cmd::Ask(_) if !self.armed => {
                self.notice = "! read only: start chronikctl top with --rw to make changes".into();
            }
            Cmd::Ask(wish) => match dialog::wished(wish, self) {
                Ok(act) => {
                    self.mode = Mode::Dialog(Dialog::about(act.clone()));
                    return vec![Action::Plan(act)];
                }
                Err(why) => self.notice = format!("! {why}"),
            },
        }
        Vec::new()
    }

    fn move_by(&mut self, rows: i32) {
        let last = self.listed.len().saturating_sub(1);
        let to = i64::try_from(self.selected).unwrap_or(0) + i64::from(rows);
        self.selected = usize::try_from(to.max(0)).unwrap_or(0).min(last);
    }

    /// To a view, perhaps to one topic's rows of it.
    fn show(&mut self, view: View, topic: Option<String>) {
        self.view = view;
        self.choice = Choice { faults: self.choice.faults, topic, ..Choice::default() };
        self.selected = 0;
        self.listed.clear();
        self.refresh();
    }

    fn open_selected(&mut self) {
        if self.view == View::Topics
            && let Some(&index) = self.listed.get(self.selected)
        {
            let topic = self.data().model.topics.get(index).map(|topic| topic.name.clone());
            self.show(View::Partitions, topic);
        }
    }

    fn back(&mut self) {
        if !self.choice.filter.is_empty() {
            self.choice.filter.clear();
            self.refresh();
        } else if self.choice.topic.is_some() {
            self.show(View::Topics, None);
        }
    }

    /// Lists the rows again. The selection stays at its place: worst first, what was there moves.
    fn refresh(&mut self) {
        let rows = self.view.rows();
        let listed = list(rows, self.data(), &self.choice);
        self.selected = self.selected.min(listed.len().saturating_sub(1));
        self.listed = listed;
    }

    /// The index of the selected row.
    pub fn selected_index(&self) -> Option<usize> {
        self.listed.get(self.selected).copied()
    }
}

fn edit(text: &mut String, key: Key) {
    match key {
        Key::Char(letter) if text.len() < LONGEST_INPUT => text.push(letter),
        Key::Backspace => {
            text.pop();
        }
        _ => {}
    }
}
