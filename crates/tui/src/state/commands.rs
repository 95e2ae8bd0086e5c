//! What keys do to the state.

use super::dialog::{self, Answer, Wished};
use super::{Action, Choice, Cursor, Dialog, Mode, Place, State};
use crate::act::Act;
use crate::cmd::{self, Cmd, Steer, Wish};
use crate::event::Key;
use crate::views::View;

/// The longest text that can be typed.
const LONGEST_INPUT: usize = 200;

impl State {
    pub(super) fn key(&mut self, key: Key) -> Vec<Action> {
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
            Mode::Help(scrolled) => match key {
                Key::Down | Key::Char('j') => {
                    *scrolled = (*scrolled + 1).min(cmd::help(self.replay.is_some()).count());
                }
                Key::Up | Key::Char('k') => *scrolled = scrolled.saturating_sub(1),
                _ => self.mode = Mode::Rows,
            },
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
            Mode::Move(prompt) => match key {
                Key::Esc => self.mode = Mode::Rows,
                Key::Enter => return self.move_typed(),
                key => {
                    prompt.wrong = None;
                    edit(&mut prompt.text, key);
                }
            },
            Mode::Dialog(dialog) => match dialog.key(key) {
                Answer::Open => {}
                Answer::Cancelled => self.mode = Mode::Rows,
                Answer::Confirmed(act) => {
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
            self.show(view);
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
            Cmd::Rows(rows) => self.go(rows),
            Cmd::Pages(pages) => self.go(pages * page),
            Cmd::First => self.cursor = Cursor::default(),
            Cmd::Last => self.with_cursor(|cursor, listed| cursor.put(usize::MAX, listed)),
            Cmd::Show(view) => self.show(view),
            Cmd::Views(by) => {
                let at = View::ALL.iter().position(|view| *view == self.view).unwrap_or(0) as i32;
                self.show(View::ALL[(at + by).rem_euclid(8) as usize]);
            }
            Cmd::Into => self.open_selected(),
            Cmd::Back => self.back(),
            Cmd::Help => self.mode = Mode::Help(0),
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
            Cmd::Ask(wish) => return self.ask(wish),
            Cmd::Steer(steer) => self.steer(steer),
        }
        Vec::new()
    }

    fn go(&mut self, rows: i32) {
        self.with_cursor(|cursor, listed| cursor.go(rows, listed));
    }

    fn steer(&mut self, steer: Steer) {
        match &mut self.replay {
            Some(replay) => {
                let jump = replay.steer(steer);
                self.jump(jump);
            }
            None => self.notice = "! this key is for recordings: see chronikctl top --replay".into(),
        }
    }

    fn ask(&mut self, wish: Wish) -> Vec<Action> {
        if self.replay.is_some() {
            self.notice = "! a recording cannot be changed".into();
        } else if !self.armed {
            self.notice = "! read only: start chronikctl top with --rw to make changes".into();
        } else {
            match dialog::wished(wish, self) {
                Ok(Wished::Act(act)) => return self.plan(act),
                Ok(Wished::Nodes(prompt)) => self.mode = Mode::Move(prompt),
                Err(why) => self.notice = format!("! {why}"),
            }
        }
        Vec::new()
    }

    /// Asks about the move to the nodes that were typed, if they can hold the partition.
    fn move_typed(&mut self) -> Vec<Action> {
        let Mode::Move(mut prompt) = std::mem::take(&mut self.mode) else { return Vec::new() };
        match prompt.act(self.data()) {
            Ok(act) => self.plan(act),
            Err(why) => {
                prompt.wrong = Some(why);
                self.mode = Mode::Move(prompt);
                Vec::new()
            }
        }
    }

    /// Asks the server what the change would do, and the person whether it is meant.
    fn plan(&mut self, act: Act) -> Vec<Action> {
        self.mode = Mode::Dialog(Dialog::about(act.clone()));
        vec![Action::Plan(act)]
    }

    fn show(&mut self, view: View) {
        let faults = self.choice.faults;
        self.arrive(Place {
            view,
            choice: Choice { faults, ..Choice::default() },
            cursor: Cursor::default(),
        });
        self.above = None;
    }

    fn arrive(&mut self, place: Place) {
        (self.view, self.choice, self.cursor) = (place.view, place.choice, place.cursor);
        self.listed.clear();
        self.refresh();
    }

    /// Into the selected topic's partitions.
    fn open_selected(&mut self) {
        let Some(index) = self.selected_index().filter(|_| self.view == View::Topics) else { return };
        let topic = self.data().model.topics.get(index).map(|topic| topic.name.clone());
        // It is left on this very topic, wherever it is when one comes back.
        self.go(0);
        let above = Place { view: self.view, choice: self.choice.clone(), cursor: self.cursor.clone() };
        self.show(View::Partitions);
        self.choice.topic = topic;
        self.above = Some(above);
        self.refresh();
    }

    fn back(&mut self) {
        if !self.choice.filter.is_empty() {
            self.choice.filter.clear();
            self.refresh();
        } else if let Some(mut above) = self.above.take() {
            above.choice.faults = self.choice.faults;
            self.arrive(above);
        }
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
