//! The terminal: restored on every way out.

use std::io;
use std::time::Duration;

use chronik_common::now_ms;
use crossterm::event::{Event as Input, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures::StreamExt;
use ratatui::DefaultTerminal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::draw::{Theme, draw};
use crate::event::{Event, Key};
use crate::state::State;

/// The terminal while it is the dashboard's.
pub(super) struct Screen {
    terminal: DefaultTerminal,
}

impl Screen {
    /// Takes the terminal over. A panic restores it first, through the hook that ratatui sets.
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self { terminal: ratatui::try_init()? })
    }

    pub(super) fn draw(&mut self, state: &State, theme: Theme) -> io::Result<()> {
        self.terminal.draw(|frame| draw(state, theme, frame)).map(|_| ())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

/// Passes on keys, sizes, signals and, every `tick`, the time, until aborted.
pub(super) fn start(sender: Sender<Event>, tick: Duration) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Ok((columns, rows)) = crossterm::terminal::size() {
            let _ = sender.send(Event::Resize(columns, rows)).await;
        }
        let mut input = EventStream::new();
        let mut clock = tokio::time::interval(tick);
        // A computer that slept has not missed anything that would have to be counted.
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (Ok(mut terminated), Ok(mut hung_up)) =
            (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        else {
            let _ = sender.send(Event::Key(Key::Interrupt)).await;
            return;
        };
        loop {
            let event = tokio::select! {
                read = input.next() => match read {
                    Some(Ok(input)) => translate(&input),
                    // Without a keyboard nobody could leave.
                    Some(Err(_)) | None => Some(Event::Key(Key::Interrupt)),
                },
                _ = clock.tick() => Some(Event::Tick(now_ms())),
                _ = terminated.recv() => Some(Event::Key(Key::Interrupt)),
                _ = hung_up.recv() => Some(Event::Key(Key::Interrupt)),
            };
            if let Some(event) = event
                && sender.send(event).await.is_err()
            {
                return;
            }
        }
    })
}

fn translate(input: &Input) -> Option<Event> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => translate_key(*key).map(Event::Key),
        Input::Resize(columns, rows) => Some(Event::Resize(*columns, *rows)),
        _ => None,
    }
}

fn translate_key(key: KeyEvent) -> Option<Key> {
    Some(match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Key::Interrupt,
        KeyCode::Char(_) if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
            return None;
        }
        KeyCode::Char(letter) => Key::Char(letter),
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        _ => return None,
    })
}
