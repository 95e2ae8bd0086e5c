//! Terminal, network, files and clock around the pure core.

mod network;
mod record;
mod replay;
mod terminal;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chronik_common::admin::{AdminClient, AdminError};
use tokio::sync::mpsc;

use crate::act::Acts;
use crate::draw::Theme;
use crate::event::{Event, Link};
use crate::plain;
use crate::state::{Action, State};
use crate::views::View;
use record::Recorder;

/// Events that wait to be reduced.
const QUEUE: usize = 256;
/// How long `--once` waits for a snapshot.
const ONCE: Duration = Duration::from_secs(10);

/// How the dashboard is started.
#[derive(Debug, Clone)]
pub struct TopOptions {
    /// The view to start with.
    pub view: View,
    /// Whether changes may be made.
    pub armed: bool,
    /// Print one snapshot as text and leave. The same happens if the output is no terminal.
    pub once: bool,
    /// Write all events to this file.
    pub record: Option<PathBuf>,
    /// How large that file may become, in bytes.
    pub record_limit: u64,
    /// Show the events of this file instead of a cluster.
    pub replay: Option<PathBuf>,
    /// Whether colours are used.
    pub colour: bool,
}

/// Why the dashboard ended early.
#[derive(Debug, thiserror::Error)]
pub enum TopError {
    /// The terminal.
    #[error("the terminal cannot be used: {0}; use --once for plain text")]
    Terminal(#[source] io::Error),
    /// A recording.
    #[error("{file}: {reason}; check the path given with --record or --replay")]
    File {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No node gave a snapshot.
    #[error("{0}")]
    Admin(#[source] AdminError),
    /// No node gave a snapshot in time.
    #[error("no snapshot within {} s; check with chronikctl status whether a node answers", ONCE.as_secs())]
    NoSnapshot,
}

impl TopError {
    /// The exit code of a command that ends because of it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Terminal(_) | Self::File { .. } => 1,
            Self::Admin(error) => error.exit_code(),
            Self::NoSnapshot => 3,
        }
    }
}

/// Runs the dashboard until the person leaves: the exit code, 0, or 10 if it printed once and the cluster is not well.
pub async fn run(options: TopOptions, client: AdminClient) -> Result<u8, TopError> {
    if options.once || !io::stdout().is_terminal() {
        return once(&options, &client).await;
    }
    let (sender, receiver) = mpsc::channel(QUEUE);
    let tasks = match &options.replay {
        Some(file) => vec![replay::start(file, sender.clone()).await?],
        None => network::start(&client, &sender),
    };
    let ended = interactive(&options, Arc::new(client), sender, receiver).await;
    for task in tasks {
        task.abort();
    }
    ended.map(|()| 0)
}

async fn interactive(
    options: &TopOptions,
    acts: Arc<dyn Acts>,
    sender: mpsc::Sender<Event>,
    mut receiver: mpsc::Receiver<Event>,
) -> Result<(), TopError> {
    let mut recorder = Recorder::open(options)?;
    // A recording cannot be changed, and its cluster must not be.
    let armed = options.armed && options.replay.is_none();
    let mut state = State::new(options.view, armed);
    let theme = Theme { colour: options.colour };
    let mut terminal = terminal::Screen::open().map_err(TopError::Terminal)?;
    let keys = terminal::start(sender.clone());
    let mut dirty = true;
    let ended = loop {
        if dirty && receiver.is_empty() {
            if let Err(error) = terminal.draw(&state, theme) {
                break Err(TopError::Terminal(error));
            }
            dirty = false;
        }
        let Some(event) = receiver.recv().await else { break Ok(()) };
        if let Err(error) = recorder.write(&event) {
            break Err(error);
        }
        // Time alone shows only where something counts seconds.
        dirty |= !matches!(event, Event::Tick(_)) || state.stale();
        let actions = state.on(event);
        if actions.contains(&Action::Quit) {
            break Ok(());
        }
        for action in actions {
            network::act(&acts, action, sender.clone());
        }
    };
    keys.abort();
    ended
}

/// One snapshot as text.
async fn once(options: &TopOptions, client: &AdminClient) -> Result<u8, TopError> {
    let (sender, mut receiver) = mpsc::channel(QUEUE);
    let mut state = State::new(options.view, false);
    let tasks = match &options.replay {
        Some(file) => vec![replay::start(file, sender).await?],
        None => network::start(client, &sender),
    };
    let first = tokio::time::timeout(ONCE, async {
        while let Some(event) = receiver.recv().await {
            let snapshot = matches!(event, Event::Snapshot(_));
            state.on(event);
            if snapshot {
                return true;
            }
        }
        false
    })
    .await;
    for task in tasks {
        task.abort();
    }
    if first != Ok(true) {
        return Err(match state.link {
            Some(Link::Lost { .. }) => match client.health().await {
                Err(error) => TopError::Admin(error),
                Ok(_) => TopError::NoSnapshot,
            },
            _ => TopError::NoSnapshot,
        });
    }
    // A reader that has gone away, as head does, wants no more.
    let _ = io::stdout().write_all(plain::render(&state).as_bytes());
    Ok(if plain::healthy(state.data()) { 0 } else { 10 })
}
